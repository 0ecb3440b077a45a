//! Role.
//!
//! The real thing: pkg/apis/rbac, pkg/registry/rbac/role/strategy.go.

use super::super::{Column, Stored, stored};
use super::{ROLE_COLUMNS, Reach, bad_name, check_rules, default_rules, role_row};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::rbac::v1::Role;

impl Stored for Role {
    stored!(Role);

    fn set_defaults(&mut self) {
        default_rules(&mut self.rules);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        check_rules(&self.rules, Reach::Namespace, &mut errors);
        errors.into_list()
    }

    fn validate_name(name: &str) -> Option<String> {
        bad_name(name)
    }

    fn columns() -> &'static [Column] {
        ROLE_COLUMNS
    }

    fn row(&self, _now_ms: Ms) -> Vec<String> {
        role_row(&self.metadata)
    }
}

//! ClusterRoleBinding.
//!
//! The real thing: pkg/apis/rbac, pkg/registry/rbac/clusterrolebinding/strategy.go.

use super::super::{Column, Stored, stored};
use super::{
    BINDING_COLUMNS, Reach, bad_name, binding_row, check_binding, check_role_unchanged,
    default_binding,
};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::rbac::v1::ClusterRoleBinding;

impl Stored for ClusterRoleBinding {
    stored!(ClusterRoleBinding);

    fn set_defaults(&mut self) {
        default_binding(&mut self.role_ref, &mut self.subjects);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        check_binding(&self.role_ref, &self.subjects, Reach::Cluster, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = self.validate();
        check_role_unchanged(&self.role_ref, &old.role_ref, &mut errors);
        errors
    }

    fn validate_name(name: &str) -> Option<String> {
        bad_name(name)
    }

    fn columns() -> &'static [Column] {
        BINDING_COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        binding_row(&self.metadata, &self.role_ref, &self.subjects, now_ms)
    }
}

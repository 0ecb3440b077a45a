//! ClusterRole.
//!
//! The real thing: pkg/apis/rbac, pkg/registry/rbac/clusterrole/strategy.go.

use super::super::{Column, Stored, stored};
use super::super::{normal::list, selectors};
use super::{ROLE_COLUMNS, Reach, bad_name, check_rules, default_rules, role_row};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::rbac::v1::ClusterRole;

impl Stored for ClusterRole {
    stored!(ClusterRole);

    fn set_defaults(&mut self) {
        default_rules(&mut self.rules);
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        check_rules(&self.rules, Reach::Cluster, &mut errors);
        let Some(rule) = &self.aggregation_rule else {
            return errors.into_list();
        };
        let path = Path::root("aggregationRule");
        let path = path.child("clusterRoleSelectors");
        let all = list(&rule.cluster_role_selectors);
        if all.is_empty() {
            let detail = "at least one clusterRoleSelector required if aggregationRule is non-nil";
            errors.required(&path, detail);
        }
        for (index, selector) in all.iter().enumerate() {
            selectors::validate(selector, &path.index(index), &mut errors);
        }
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

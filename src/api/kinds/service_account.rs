//! ServiceAccount.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::{Column, Stored, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::ServiceAccount;

impl Stored for ServiceAccount {
    stored!(ServiceAccount);

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Secrets"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let secrets = self.secrets.as_ref().map_or(0, Vec::len);
        vec![secrets.to_string(), age(&self.metadata, now_ms)]
    }
}

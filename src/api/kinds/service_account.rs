//! ServiceAccount.
//!
//! The real thing: pkg/apis/core.

use super::cells::{age, column};
use super::{Column, Stored, SubresourceInfo, stored};
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::ServiceAccount;

impl Stored for ServiceAccount {
    stored!(ServiceAccount);

    const SUBRESOURCES: &'static [SubresourceInfo] = &[SubresourceInfo {
        name: "token",
        group: "authentication.k8s.io",
        version: "v1",
        kind: "TokenRequest",
        verbs: &["create"],
    }];

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Secrets"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let secrets = self.secrets.as_ref().map_or(0, Vec::len);
        vec![secrets.to_string(), age(&self.metadata, now_ms)]
    }
}

//! serviceaccount-controller: every namespace has a ServiceAccount called `default`.
//!
//! A stale cache is harmless: the account has a known name, so making it twice is refused.
//!
//! The real thing: pkg/controller/serviceaccount/serviceaccounts_controller.go.

use super::every_namespace;
use crate::api::{Change, Key, Kind, Name, Request, User};
use crate::component::{Component, Place, Seen, Turn, Wake, Watch};
use k8s_openapi::api::core::v1::ServiceAccount;

/// The accounts that every namespace has.
const ACCOUNTS: [&str; 1] = ["default"];

/// See the file.
pub(super) struct ServiceAccountController;

impl Component for ServiceAccountController {
    type Memory = ();

    fn name(&self) -> &'static str {
        "serviceaccount-controller"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:service-account-controller")
    }

    fn watches(&self) -> &'static [Watch] {
        const {
            &[
                Watch::all(Kind::Namespace),
                Watch::all(Kind::ServiceAccount),
            ]
        }
    }

    fn wakes(&self, change: &Change, _seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        match (change.kind(), &change.after) {
            (Kind::Namespace, Some(namespace)) => vec![Wake::now(namespace.name())],
            (Kind::ServiceAccount, None) => vec![Wake::now(change.object().namespace())],
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        if !every_namespace::is_active(key, seen, &mut turn) {
            return turn;
        }
        for name in ACCOUNTS {
            if seen.get::<ServiceAccount>(key, name).is_some() {
                continue;
            }
            let about = Key::new(Kind::ServiceAccount, key, name);
            let why = turn.differs(
                about,
                "metadata.name",
                name,
                None::<Name>,
                "ServiceAccountMissing",
            );
            let mut account = ServiceAccount::default();
            account.metadata.name = Some(name.to_owned());
            account.metadata.namespace = Some(key.to_owned());
            turn.act(why, Request::create(account));
        }
        turn
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync};
    use super::*;
    use k8s_openapi::api::core::v1::Namespace;
    use serde_json::json;

    #[test]
    fn active_namespaces_have_a_default_account() {
        let namespace = |phase: &str| -> Namespace {
            object(json!({ "metadata": { "name": "n" }, "status": { "phase": phase } }))
        };
        let account: ServiceAccount =
            object(json!({ "metadata": { "name": "default", "namespace": "n" } }));
        let missing = "? ServiceAccount n/default metadata.name: default != <none> ServiceAccountMissing\n! create serviceaccounts n/default";
        let cases = [
            ("new", snapshot([namespace("Active").into()]), missing),
            (
                "has one",
                snapshot([namespace("Active").into(), account.into()]),
                "",
            ),
            ("going", snapshot([namespace("Terminating").into()]), ""),
            ("gone", snapshot([]), ""),
        ];
        for (name, world, want) in cases {
            assert_eq!(
                story(&sync(&ServiceAccountController, "n", &world, 0)),
                want,
                "{name}"
            );
        }
    }
}

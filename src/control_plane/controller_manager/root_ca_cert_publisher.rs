//! root-ca-certificate-publisher: every namespace has a ConfigMap `kube-root-ca.crt`, by which pods know the API server.
//!
//! A stale cache is harmless: the ConfigMap has a known name, so making it twice is refused, and an old one's resourceVersion too.
//!
//! The real thing: pkg/controller/certificates/rootcacertpublisher/publisher.go.
//! Left out: an authority of this cluster's own: the certificate is always the same, and nothing is signed with it.

use super::every_namespace;
use crate::api::{Change, Key, Kind, Name, Object, Request, Stored, User};
use crate::component::{Component, Place, Seen, Turn, Wake, Watch};
use k8s_openapi::api::core::v1::ConfigMap;
use std::collections::BTreeMap;

const NAME: &str = "kube-root-ca.crt";
const KEY: &str = "ca.crt";
const ABOUT: (&str, &str) = (
    "kubernetes.io/description",
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.",
);

/// A certificate that names its own issuer, `CN=kubernetes`, as kubeadm makes one.
const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----
MIIBkDCCATegAwIBAgIUAxoIco6JgHQbkdFlA7U89V4eRP8wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjExNjQ0MjdaGA8yMTI2MTAy
ODE2NDQyN1owFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABB0kCE4ytL1MK5DbhTPYHaGl0fbt7HFosXB9taA7mfpi5tNJL8Bd
VZEiB06S5k8vmQEOsP/Sc5pIGXdwkHjKpqCjYzBhMB0GA1UdDgQWBBQaTZG9+1UG
4jDkFJNHaOHHaCyLpjAfBgNVHSMEGDAWgBQaTZG9+1UG4jDkFJNHaOHHaCyLpjAP
BgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBhjAKBggqhkjOPQQDAgNHADBE
AiA5ooETLQVq1ymhY4AmukrQ5/6880RvPsFBr4M7CYQxwQIgKhSL2cZCVM++lFEw
V2pIgjra32PdLZ8Gsg6k6xmlWu0=
-----END CERTIFICATE-----
";

/// See the file.
pub(super) struct RootCaCertPublisher;

impl Component for RootCaCertPublisher {
    type Memory = ();

    fn name(&self) -> &'static str {
        "root-ca-cert-publisher"
    }

    fn place(&self) -> Place {
        Place::ControllerManager
    }

    fn user(&self, _node: &str) -> User {
        User::new_static("system:serviceaccount:kube-system:root-ca-cert-publisher")
    }

    fn watches(&self) -> &'static [Watch] {
        const { &[Watch::all(Kind::Namespace), Watch::all(Kind::ConfigMap)] }
    }

    fn wakes(&self, change: &Change, _seen: &Seen<'_>, _memory: &mut ()) -> Vec<Wake> {
        let object = change.object();
        match change.kind() {
            Kind::Namespace if change.after.is_some() => vec![Wake::now(object.name())],
            Kind::ConfigMap if object.name() == NAME && change.before.is_some() => {
                vec![Wake::now(object.namespace())]
            }
            _ => Vec::new(),
        }
    }

    fn sync(&self, key: &str, seen: &Seen<'_>, _memory: &mut ()) -> Turn {
        let mut turn = Turn::default();
        if every_namespace::is_active(key, seen, &mut turn) {
            publish(key, seen.table(Kind::ConfigMap).get(key, NAME), &mut turn);
        }
        turn
    }
}

/// Makes the ConfigMap, or puts it right.
fn publish(namespace: &str, existing: Option<&Object>, turn: &mut Turn) {
    let data = BTreeMap::from([(KEY.to_owned(), CERTIFICATE.to_owned())]);
    let place = Key::new(Kind::ConfigMap, namespace, NAME);
    let Some((object, map)) = existing.and_then(|o| Some((o, ConfigMap::of(o)?))) else {
        let none = None::<Name>;
        let why = turn.differs(place, "metadata.name", NAME, none, "RootCaMissing");
        turn.act(why, Request::create(wanted(namespace, data)));
        return;
    };
    turn.saw(object, "data", map.data.as_ref().map_or(0, BTreeMap::len));
    if map.data.as_ref() == Some(&data) {
        return;
    }
    let why = turn.differs(
        place,
        "data",
        "the certificate",
        "something else",
        "RootCaChanged",
    );
    // Upstream puts back the data and nothing else.
    let map = ConfigMap {
        data: Some(data),
        ..map.clone()
    };
    turn.act(why, Request::update(map));
}

fn wanted(namespace: &str, data: BTreeMap<String, String>) -> ConfigMap {
    let (key, text) = ABOUT;
    let mut map = ConfigMap {
        data: Some(data),
        ..ConfigMap::default()
    };
    map.metadata.name = Some(NAME.to_owned());
    map.metadata.namespace = Some(namespace.to_owned());
    map.metadata.annotations = Some([(key.to_owned(), text.to_owned())].into());
    map
}

#[cfg(test)]
mod tests {
    use super::super::testing::{object, snapshot, story, sync};
    use super::*;
    use k8s_openapi::api::core::v1::Namespace;
    use serde_json::json;

    #[test]
    fn active_namespaces_have_the_certificate() {
        let namespace = |phase: &str| -> Object {
            let json = json!({ "metadata": { "name": "n" }, "status": { "phase": phase } });
            object::<Namespace>(json).into()
        };
        let map = |text: &str| -> Object {
            let json =
                json!({ "metadata": { "name": NAME, "namespace": "n" }, "data": { KEY: text } });
            object::<ConfigMap>(json).into()
        };
        let missing = "? ConfigMap n/kube-root-ca.crt metadata.name: kube-root-ca.crt != <none> RootCaMissing\n! create configmaps n/kube-root-ca.crt";
        let changed = "? ConfigMap n/kube-root-ca.crt data: the certificate != something else RootCaChanged\n! update configmaps n/kube-root-ca.crt";
        let cases = [
            ("new", snapshot([namespace("Active")]), missing),
            (
                "has it",
                snapshot([namespace("Active"), map(CERTIFICATE)]),
                "",
            ),
            (
                "was changed",
                snapshot([namespace("Active"), map("mine")]),
                changed,
            ),
            ("going", snapshot([namespace("Terminating")]), ""),
            ("gone", snapshot([]), ""),
        ];
        for (name, world, want) in cases {
            let turn = sync(&RootCaCertPublisher, "n", &world, 0);
            assert_eq!(story(&turn), want, "{name}");
        }
    }
}

//! ServiceAccount: every pod runs under an account that exists, and finds the account's token where programs look for it.
//!
//! The real thing: plugin/pkg/admission/serviceaccount/admission.go.

use super::{Attributes, Plugin, World};
use crate::api::time::{self, Ms};
use crate::api::{Kind, Object, Pod, Status, Stored};
use crate::control_plane::apiserver::create::generate_name;
use k8s_openapi::api::core::v1::{
    ConfigMapProjection, Container, DownwardAPIProjection, DownwardAPIVolumeFile, KeyToPath,
    ObjectFieldSelector, PodSpec, ProjectedVolumeSource, ServiceAccount as Account,
    ServiceAccountTokenProjection, Volume, VolumeMount, VolumeProjection,
};
use std::borrow::Cow;

const DEFAULT: &str = "default";
/// How long the server waits for the `default` account of a new namespace: ten times up to 200 ms.
const PATIENCE_MS: Ms = 2_000;
/// Where programs look for the token.
const MOUNT_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
/// What the volume's name begins with.
const VOLUME: &str = "kube-api-access-";
/// The token's life: an hour and a little, so that old clients still work.
const TOKEN_SECONDS: i64 = 3607;
/// Says that the account's pods may mount only the account's own secrets.
const ENFORCE: &str = "kubernetes.io/enforce-mountable-secrets";
const MIRROR: &str = "kubernetes.io/config.mirror";

/// See the file.
pub(super) struct ServiceAccount;

impl Plugin for ServiceAccount {
    fn admit(
        &self,
        attributes: &Attributes<'_>,
        object: &mut Object,
        world: &World<'_>,
    ) -> Result<(), Status> {
        if !attributes.creates(Kind::Pod) || is_mirror(object) {
            return Ok(());
        }
        let Some(pod) = Pod::of(object) else {
            return Ok(());
        };
        let name = account_name(pod).unwrap_or(DEFAULT).to_owned();
        let account = account(attributes, object, &name, world)?;
        let pod = Pod::of_mut(object).expect("it was a pod a moment ago");
        let spec = pod.spec.get_or_insert_default();
        spec.service_account_name = Some(name);
        let mount = spec.automount_service_account_token;
        let mount = mount.or(account.automount_service_account_token);
        if mount.unwrap_or(true) {
            mount_token(spec, world);
        }
        if spec.image_pull_secrets.as_ref().is_none_or(Vec::is_empty)
            && account.image_pull_secrets.is_some()
        {
            spec.image_pull_secrets
                .clone_from(&account.image_pull_secrets);
        }
        Ok(())
    }

    fn validate(
        &self,
        attributes: &Attributes<'_>,
        object: Option<&Object>,
        world: &World<'_>,
    ) -> Result<Vec<Object>, Status> {
        let Some(object) = object.filter(|_| attributes.creates(Kind::Pod)) else {
            return Ok(Vec::new());
        };
        let Some(pod) = Pod::of(object) else {
            return Ok(Vec::new());
        };
        let refused = |why: &str| attributes.forbidden(Some(object), why);
        if is_mirror(object) {
            return match wrong_in_mirror(pod) {
                Some(why) => Err(refused(why)),
                None => Ok(Vec::new()),
            };
        }
        let Some(name) = account_name(pod) else {
            let why = format!(
                "no service account specified for pod {}/{}",
                attributes.namespace,
                object.name()
            );
            return Err(refused(&why));
        };
        let account = account(attributes, object, name, world)?;
        match foreign_secret(pod, &account, name) {
            Some(why) => Err(refused(&why)),
            None => Ok(Vec::new()),
        }
    }
}

fn is_mirror(object: &Object) -> bool {
    let annotations = object.metadata().annotations.as_ref();
    annotations.is_some_and(|a| a.contains_key(MIRROR))
}

fn account_name(pod: &Pod) -> Option<&str> {
    let spec = pod.spec.as_ref()?;
    let fields = [&spec.service_account_name, &spec.service_account];
    let mut names = fields.into_iter().filter_map(|name| name.as_deref());
    names.find(|name| !name.is_empty())
}

/// The account; of a namespace that is new, the empty `default` that is about to be made: upstream's server waits for it.
fn account<'a>(
    attributes: &Attributes<'_>,
    object: &Object,
    name: &str,
    world: &World<'a>,
) -> Result<Cow<'a, Account>, Status> {
    let namespace = attributes.namespace;
    let stored = world.head.table(Kind::ServiceAccount).get(namespace, name);
    if let Some(account) = stored.and_then(Account::of) {
        return Ok(Cow::Borrowed(account));
    }
    let made = world.head.table(Kind::Namespace).get("", namespace);
    let made = made.and_then(|n| n.metadata().creation_timestamp.as_ref().map(time::ms));
    let new = made.is_some_and(|made| world.now_ms < made + PATIENCE_MS);
    if name == DEFAULT && new {
        return Ok(Cow::Owned(Account::default()));
    }
    let why = format!(
        "error looking up service account {namespace}/{name}: serviceaccount {name:?} not found"
    );
    Err(attributes.forbidden(Some(object), &why))
}

/// What a pod that only mirrors one of the kubelet's own may not have.
fn wrong_in_mirror(pod: &Pod) -> Option<&'static str> {
    if account_name(pod).is_some() {
        return Some("a mirror pod may not reference service accounts");
    }
    let spec = pod.spec.as_ref()?;
    let mut volumes = spec.volumes.iter().flatten();
    if volumes.any(|v| v.secret.is_some()) {
        return Some("a mirror pod may not reference secrets");
    }
    let projected = spec
        .volumes
        .iter()
        .flatten()
        .filter_map(|v| v.projected.as_ref());
    let mut sources = projected.flat_map(|p| p.sources.iter().flatten());
    let token = sources.any(|s| s.service_account_token.is_some());
    token.then_some("a mirror pod may not use ServiceAccountToken volume projections")
}

/// A secret that the pod names and its account does not, where the account insists.
fn foreign_secret(pod: &Pod, account: &Account, name: &str) -> Option<String> {
    let annotations = account.metadata.annotations.as_ref();
    let enforce = annotations.and_then(|a| a.get(ENFORCE))?;
    if !matches!(enforce.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True") {
        return None;
    }
    let own = account.secrets.iter().flatten();
    let own: Vec<&str> = own.filter_map(|s| s.name.as_deref()).collect();
    let spec = pod.spec.as_ref()?;
    let foreign = |secret: &str| !own.contains(&secret);
    let end = format!("is not allowed because service account {name} does not reference that");
    for volume in spec.volumes.iter().flatten() {
        let secret = volume
            .secret
            .as_ref()
            .and_then(|s| s.secret_name.as_deref());
        if let Some(secret) = secret.filter(|s| foreign(s)) {
            return Some(format!(
                "volume with secret.secretName={secret:?} {end} secret"
            ));
        }
    }
    let init = spec.init_containers.iter().flatten();
    for (word, container) in init
        .map(|c| ("init container", c))
        .chain(spec.containers.iter().map(|c| ("container", c)))
    {
        for variable in container.env.iter().flatten() {
            let source = variable.value_from.as_ref();
            let secret = source.and_then(|s| s.secret_key_ref.as_ref());
            if let Some(secret) = secret.filter(|s| foreign(&s.name)) {
                return Some(format!(
                    "{word} {} with envVar {} referencing secret.secretName={:?} {end} secret",
                    container.name, variable.name, secret.name
                ));
            }
        }
    }
    let pulls = account.image_pull_secrets.iter().flatten();
    let pulls: Vec<&str> = pulls.map(|s| s.name.as_str()).collect();
    let mut given = spec.image_pull_secrets.iter().flatten().enumerate();
    let (index, secret) = given.find(|(_, s)| !pulls.contains(&s.name.as_str()))?;
    Some(format!(
        "imagePullSecrets[{index}].name={:?} {end} imagePullSecret",
        secret.name
    ))
}

/// The volume with the token, and a mount of it in every container that has nothing else at that place.
fn mount_token(spec: &mut PodSpec, world: &World<'_>) {
    let mut volumes = spec.volumes.iter().flatten();
    let there = volumes.find(|v| v.name.starts_with(VOLUME));
    let there = there.map(|v| v.name.clone());
    let has_volume = there.is_some();
    // From a copy of the source of chance, so that the names of other things do not depend on it.
    let name = there.unwrap_or_else(|| generate_name(VOLUME, &mut world.rng.clone()));
    let mut used = false;
    let init = spec.init_containers.iter_mut().flatten();
    for container in init.chain(&mut spec.containers) {
        used |= mount(container, &name);
    }
    if used && !has_volume {
        let volumes = spec.volumes.get_or_insert_default();
        volumes.push(token_volume(name));
    }
}

/// Mounts the volume, unless something is mounted there already.
fn mount(container: &mut Container, volume: &str) -> bool {
    let mounts = container.volume_mounts.get_or_insert_default();
    if mounts.iter().any(|m| m.mount_path == MOUNT_PATH) {
        return false;
    }
    mounts.push(VolumeMount {
        name: volume.to_owned(),
        read_only: Some(true),
        mount_path: MOUNT_PATH.to_owned(),
        ..VolumeMount::default()
    });
    true
}

fn token_volume(name: String) -> Volume {
    let token = VolumeProjection {
        service_account_token: Some(ServiceAccountTokenProjection {
            path: "token".to_owned(),
            expiration_seconds: Some(TOKEN_SECONDS),
            audience: None,
        }),
        ..VolumeProjection::default()
    };
    let authority = VolumeProjection {
        config_map: Some(ConfigMapProjection {
            name: "kube-root-ca.crt".to_owned(),
            items: Some(vec![KeyToPath {
                key: "ca.crt".to_owned(),
                path: "ca.crt".to_owned(),
                mode: None,
            }]),
            optional: None,
        }),
        ..VolumeProjection::default()
    };
    let namespace = VolumeProjection {
        downward_api: Some(DownwardAPIProjection {
            items: Some(vec![DownwardAPIVolumeFile {
                path: "namespace".to_owned(),
                field_ref: Some(ObjectFieldSelector {
                    api_version: Some("v1".to_owned()),
                    field_path: "metadata.namespace".to_owned(),
                }),
                ..DownwardAPIVolumeFile::default()
            }]),
        }),
        ..VolumeProjection::default()
    };
    Volume {
        name,
        projected: Some(ProjectedVolumeSource {
            default_mode: Some(0o644),
            sources: Some(vec![token, authority, namespace]),
        }),
        ..Volume::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Case, admit, object, snapshot, validate};
    use super::*;
    use crate::api::Snapshot;
    use serde_json::{Value, json};

    fn head(account: &Value) -> Snapshot {
        let mut json = json!({"metadata": {"name": "default", "namespace": "default"}});
        for (field, value) in account.as_object().expect("fields") {
            match field.as_str() {
                "annotations" => json["metadata"]["annotations"] = value.clone(),
                _ => json[field] = value.clone(),
            }
        }
        snapshot([object::<Account>(json).into()])
    }

    fn pod(spec: &Value) -> Pod {
        let mut json = json!({"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}});
        for (field, value) in spec.as_object().expect("fields") {
            json["spec"][field] = value.clone();
        }
        object(json)
    }

    #[test]
    fn a_pod_gets_the_default_account_and_its_token() {
        let got = admit(
            &ServiceAccount,
            &Case::create(),
            pod(&json!({})),
            &head(&json!({})),
        );
        let got = got.expect("admitted").to_json();
        assert_eq!(got["spec"]["serviceAccountName"], "default");
        let volume = &got["spec"]["volumes"][0];
        let name = volume["name"].as_str().unwrap_or_default();
        assert!(
            name.starts_with(VOLUME) && name.len() == VOLUME.len() + 5,
            "{name}"
        );
        let mount = &got["spec"]["containers"][0]["volumeMounts"][0];
        let want = json!({"name": name, "readOnly": true, "mountPath": MOUNT_PATH});
        assert_eq!(*mount, want);
        let want = json!({"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
            {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}, "path": "namespace"}]}},
        ]});
        assert_eq!(volume["projected"], want);
    }

    #[test]
    fn tokens_are_mounted_where_they_are_wanted() {
        let mounted = json!([{"name": "c", "image": "nginx", "volumeMounts": [{"name": "v", "mountPath": MOUNT_PATH}]}]);
        for (name, account, spec, want) in [
            (
                "the account says no",
                json!({"automountServiceAccountToken": false}),
                json!({}),
                0,
            ),
            (
                "the pod says no",
                json!({}),
                json!({"automountServiceAccountToken": false}),
                0,
            ),
            (
                "the pod knows better",
                json!({"automountServiceAccountToken": false}),
                json!({"automountServiceAccountToken": true}),
                1,
            ),
            (
                "the place is taken",
                json!({}),
                json!({"containers": mounted}),
                0,
            ),
        ] {
            let got = admit(
                &ServiceAccount,
                &Case::create(),
                pod(&spec),
                &head(&account),
            );
            let got = got.expect("admitted");
            let got = Pod::of(&got).and_then(|p| p.spec.as_ref());
            let count = got.and_then(|s| s.volumes.as_ref()).map_or(0, Vec::len);
            assert_eq!(count, want, "{name}");
        }
    }

    #[test]
    fn pull_secrets_come_from_the_account() {
        let account = head(&json!({"imagePullSecrets": [{"name": "registry"}]}));
        for (spec, want) in [
            (json!({}), "registry"),
            (json!({"imagePullSecrets": [{"name": "own"}]}), "own"),
        ] {
            let got = admit(&ServiceAccount, &Case::create(), pod(&spec), &account);
            let got = got.expect("admitted").to_json();
            assert_eq!(got["spec"]["imagePullSecrets"], json!([{"name": want}]));
        }
    }

    #[test]
    fn the_account_must_exist() {
        let spec = json!({"serviceAccountName": "robot"});
        let got = admit(
            &ServiceAccount,
            &Case::create(),
            pod(&spec),
            &head(&json!({})),
        );
        let want = "pods \"p\" is forbidden: error looking up service account default/robot: serviceaccount \"robot\" not found";
        assert_eq!(got.map(|_| ()), Err(want.to_owned()));
    }

    #[test]
    fn an_account_may_insist_on_its_own_secrets() {
        let account =
            head(&json!({"annotations": {ENFORCE: "true"}, "secrets": [{"name": "mine"}]}));
        let volume = |name: &str| json!({"serviceAccountName": "default", "volumes": [{"name": "v", "secret": {"secretName": name}}]});
        let want = "pods \"p\" is forbidden: volume with secret.secretName=\"yours\" is not allowed because service account default does not reference that secret";
        let got = validate(
            &ServiceAccount,
            &Case::create(),
            pod(&volume("yours")),
            &account,
        );
        assert_eq!(got, Err(want.to_owned()));
        let got = validate(
            &ServiceAccount,
            &Case::create(),
            pod(&volume("mine")),
            &account,
        );
        assert_eq!(got, Ok(Vec::new()));
    }
}

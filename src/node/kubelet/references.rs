//! ConfigMaps and Secrets that a pod's volumes and containers name: asked for when they are needed, and waited for if they are missing.
//!
//! The real thing: pkg/kubelet/configmap/configmap_manager.go and secret/ with `configMapAndSecretChangeDetectionStrategy: Get`;
//! kubelet_pods.go (`makeEnvironmentVariables`); volume/configmap/configmap.go, volume/projected/projected.go.
//! Left out: the cache's lifetime (a pod asks anew every ten seconds while something is missing); `kube-root-ca.crt`, which is not waited for; of what
//! volumes name, keys that are missing.

use super::memory::{KubeletMemory, Reference};
use super::pass::Pass;
use crate::api::time::Ms;
use crate::api::{Answer, Key, Kind, Object, Reason, Reply, Request, Uid};
use crate::component::{Note, Wake};
use k8s_openapi::api::core::v1::{ConfigMap, Container as ContainerSpec, Secret, Volume};

/// How long until something missing is asked for again: `backOffPeriod` of a pod worker.
const RETRY_MS: Ms = 10_000;

/// How the volumes are called that admission adds for the service account's token.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// How the things that a pod names stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// All there.
    All,
    /// The API server has just been asked.
    Asked,
    /// One is missing, in the kubelet's words.
    Missing(String),
}

/// One thing that is named: the object, and the key in it that is wanted.
type Wanted<'a> = (Kind, &'a str, Option<&'a str>);

/// What the pod's volumes need before its sandbox is made.
pub(super) fn of_volumes(pass: &mut Pass<'_>) -> Found {
    let spec = pass.view.spec;
    for volume in spec.volumes.iter().flatten() {
        let mut missing = Vec::new();
        for wanted in named_by(volume) {
            match look(pass, &wanted) {
                Found::All => {}
                Found::Asked => return Found::Asked,
                Found::Missing(words) => missing.push(words),
            }
        }
        let words = match &missing[..] {
            [] => continue,
            [one] => one.clone(),
            several => format!("[{}]", several.join(", ")),
        };
        let name = &volume.name;
        let text = format!("MountVolume.SetUp failed for volume {name:?} : {words}");
        return Found::Missing(text);
    }
    Found::All
}

/// What must be there for a volume: that of the service account's token excepted, whose sources come with every namespace.
fn named_by(volume: &Volume) -> Vec<Wanted<'_>> {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    let mut want = |kind, name, optional: Option<bool>| {
        if optional != Some(true) {
            wanted.push((kind, name, None));
        }
    };
    if let Some(source) = &volume.config_map {
        want(Kind::ConfigMap, &source.name, source.optional);
    }
    if let Some(source) = &volume.secret {
        let name = source.secret_name.as_deref().unwrap_or_default();
        want(Kind::Secret, name, source.optional);
    }
    if let Some(projected) = &volume.projected
        && !volume.name.starts_with(TOKEN_VOLUME)
    {
        for source in projected.sources.iter().flatten() {
            if let Some(map) = &source.config_map {
                want(Kind::ConfigMap, &map.name, map.optional);
            }
            if let Some(secret) = &source.secret {
                want(Kind::Secret, &secret.name, secret.optional);
            }
        }
    }
    wanted
}

/// What a container's environment needs before it is made.
pub(super) fn of_container(pass: &mut Pass<'_>, spec: &ContainerSpec) -> Found {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for source in spec.env_from.iter().flatten() {
        if let Some(map) = source
            .config_map_ref
            .as_ref()
            .filter(|s| s.optional != Some(true))
        {
            wanted.push((Kind::ConfigMap, &map.name, None));
        }
        if let Some(secret) = source
            .secret_ref
            .as_ref()
            .filter(|s| s.optional != Some(true))
        {
            wanted.push((Kind::Secret, &secret.name, None));
        }
    }
    for variable in spec.env.iter().flatten() {
        let Some(source) = &variable.value_from else {
            continue;
        };
        if let Some(map) = source
            .config_map_key_ref
            .as_ref()
            .filter(|s| s.optional != Some(true))
        {
            wanted.push((Kind::ConfigMap, &map.name, Some(&map.key)));
        }
        if let Some(secret) = source
            .secret_key_ref
            .as_ref()
            .filter(|s| s.optional != Some(true))
        {
            wanted.push((Kind::Secret, &secret.name, Some(&secret.key)));
        }
    }
    wanted
        .iter()
        .map(|wanted| look(pass, wanted))
        .find(|found| *found != Found::All)
        .unwrap_or(Found::All)
}

fn look(pass: &mut Pass<'_>, (kind, name, item): &Wanted<'_>) -> Found {
    let key = Key::new(*kind, pass.view.key.namespace.clone(), *name);
    let now_ms = pass.view.now_ms;
    let known = pass.memory.references.iter().find(|r| r.key == key);
    let object = match known {
        Some(Reference {
            found: Some(Some(object)),
            ..
        }) => object,
        Some(Reference {
            found: Some(None),
            asked_ms,
            ..
        }) if asked_ms + RETRY_MS > now_ms => {
            let singular = kind.info().singular;
            return Found::Missing(format!("{singular} {name:?} not found"));
        }
        _ => return ask(pass, key),
    };
    let has = item.is_none_or(|item| has_item(object, item));
    pass.turn.saw(object, item.map_or("data", |item| item), has);
    if has {
        return Found::All;
    }
    let item = item.unwrap_or_default();
    let place = format!("{} {}/{name}", kind.info().name, pass.view.key.namespace);
    // Asked again next time: somebody may have added it.
    pass.memory.references.retain(|r| r.key != key);
    Found::Missing(format!("couldn't find key {item} in {place}"))
}

fn has_item(object: &Object, item: &str) -> bool {
    if let Some(map) = object.get::<ConfigMap>() {
        let text = map
            .data
            .as_ref()
            .is_some_and(|data| data.contains_key(item));
        return text
            || map
                .binary_data
                .as_ref()
                .is_some_and(|data| data.contains_key(item));
    }
    object
        .get::<Secret>()
        .and_then(|secret| secret.data.as_ref())
        .is_some_and(|data| data.contains_key(item))
}

fn ask(pass: &mut Pass<'_>, key: Key) -> Found {
    let asked_ms = pass.view.now_ms;
    pass.memory.references.retain(|r| r.key != key);
    let reference = Reference {
        key: key.clone(),
        asked_ms,
        found: None,
    };
    pass.memory.references.push(reference);
    let closes = pass
        .turn
        .differs(key.clone(), "", "known", "unknown", "ReferenceUnknown");
    pass.turn.act(closes, Request::get(key));
    pass.turn.again(Wake::after(pass.view.queue_key, 0));
    Found::Asked
}

/// Remembers what the API server said of something that pods need.
pub(super) fn answered(request: &Request, answer: &Answer, memory: &mut KubeletMemory) {
    let found = match &answer.result {
        Ok(Reply::Object(object)) => Some(object.clone()),
        Err(status) if status.reason == Reason::NotFound => None,
        Ok(_) | Err(_) => return,
    };
    let pods: Vec<Uid> = memory.pods.keys().copied().collect();
    for uid in pods {
        let Some(pod) = memory.pods.get_mut(&uid) else {
            continue;
        };
        for reference in pod.references.iter_mut().filter(|r| r.key == request.key) {
            reference.found = Some(found.clone());
        }
    }
}

/// Is it a request of this file?
pub(super) fn is_about(request: &Request) -> bool {
    matches!(request.key.kind, Kind::ConfigMap | Kind::Secret)
}

impl Pass<'_> {
    /// Are the volumes there? Says so if not, and comes back.
    pub(super) fn has_volumes(&mut self) -> bool {
        if self.view.spec.volumes.is_none() {
            return true;
        }
        match of_volumes(self) {
            Found::All => true,
            Found::Asked => {
                self.has_begun = true;
                false
            }
            Found::Missing(words) => {
                self.note(Note::warning(
                    self.view.object.clone(),
                    "FailedMount",
                    words,
                ));
                self.turn
                    .again(Wake::housekeeping(self.view.queue_key, RETRY_MS));
                false
            }
        }
    }

    /// How the things stand that a container's environment names.
    pub(super) fn environment(&mut self, spec: &ContainerSpec) -> Found {
        if spec.env.is_none() && spec.env_from.is_none() {
            return Found::All;
        }
        of_container(self, spec)
    }

    /// The container cannot be made: says so, and comes back.
    pub(super) fn cannot_configure(&mut self, spec: &ContainerSpec, words: String) {
        self.warn(spec, "Failed", format!("Error: {words}"));
        self.memory
            .wait(&spec.name, "CreateContainerConfigError", words);
        self.turn
            .again(Wake::housekeeping(self.view.queue_key, RETRY_MS));
    }
}

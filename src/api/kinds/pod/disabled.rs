//! What belongs to features that are off unless somebody turns them on: taken without a word, and forgotten.
//!
//! The real thing: pkg/api/pod/util.go (`DropDisabledTemplateFields`, `dropImageVolumes`).
//! Left out: fields of these features in updates, where upstream forgets them too unless they were there before.

use k8s_openapi::api::core::v1::{Container, PodSpec, Volume};

/// Forgets pod-level resources, resource claims, images as volumes, bundles of trust and signals to stop with.
pub(in super::super) fn forget_disabled<'a>(spec: impl Into<Option<&'a mut PodSpec>>) {
    let Some(spec) = spec.into() else {
        return;
    };
    spec.resources = None;
    spec.resource_claims = None;
    if let Some(volumes) = &mut spec.volumes {
        let images: Vec<String> = volumes.iter().filter_map(image).collect();
        if !images.is_empty() {
            volumes.retain(|volume| volume.image.is_none());
            containers(spec, |container| {
                if let Some(mounts) = &mut container.volume_mounts {
                    mounts.retain(|mount| !images.contains(&mount.name));
                }
            });
        }
    }
    for projected in spec.volumes.iter_mut().flatten() {
        let sources = projected.projected.iter_mut();
        for source in sources.flat_map(|p| p.sources.iter_mut().flatten()) {
            source.cluster_trust_bundle = None;
        }
    }
    containers(spec, |container| {
        if let Some(lifecycle) = &mut container.lifecycle {
            lifecycle.stop_signal = None;
        }
    });
}

/// The name of a volume that is an image.
fn image(volume: &Volume) -> Option<String> {
    volume.image.as_ref().map(|_| volume.name.clone())
}

fn containers(spec: &mut PodSpec, act: impl FnMut(&mut Container)) {
    let first = spec.init_containers.iter_mut().flatten();
    first.chain(&mut spec.containers).for_each(act);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_off_is_forgotten() {
        let mut spec: PodSpec = serde_json::from_value(json!({
            "resources": {"limits": {"cpu": "1"}},
            "volumes": [{"name": "model", "image": {"reference": "example.com/model:1"}}, {"name": "tmp", "emptyDir": {}}],
            "containers": [{
                "name": "c", "lifecycle": {"stopSignal": "SIGUSR1"},
                "volumeMounts": [{"name": "model", "mountPath": "/model"}, {"name": "tmp", "mountPath": "/tmp"}],
            }],
        }))
        .expect("a spec");
        forget_disabled(&mut spec);
        let want = json!({
            "volumes": [{"name": "tmp", "emptyDir": {}}],
            "containers": [{"name": "c", "lifecycle": {}, "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}]}],
        });
        assert_eq!(serde_json::to_value(spec).expect("JSON"), want);
    }
}

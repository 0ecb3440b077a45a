//! What is wrong with a persistent volume, and with changing one.
//!
//! The real thing: pkg/apis/core/validation/validation.go (`ValidatePersistentVolumeSpec`, `ValidatePersistentVolumeUpdate`).

use super::super::normal::{list, text};
use super::super::pod::{scheduling, volumes};
use super::super::{difference, go, names};
use crate::api::check::{Errors, Path};
use crate::api::quantity::{self, ResourceList};
use k8s_openapi::api::core::v1::{
    CSIPersistentVolumeSource, LocalVolumeSource, PersistentVolume, PersistentVolumeSpec,
    SecretReference,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

const SPEC: Path<'static> = Path::root("spec");
const MODES: &[&str] = &[
    "ReadOnlyMany",
    "ReadWriteMany",
    "ReadWriteOnce",
    "ReadWriteOncePod",
];

/// Where the specification stands: in a PersistentVolume, or inside of a VolumeAttachment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Context {
    /// In an object of its own.
    Volume,
    /// In a VolumeAttachment, for volumes that have no object.
    Inline,
}

/// Everything wrong with a new volume.
pub(super) fn create(volume: &PersistentVolume, errors: &mut Errors) {
    if let Some(volume) = &volume.spec {
        spec(volume, Context::Volume, &SPEC, errors);
    }
}

/// What a change may not touch.
pub(super) fn update(new: &PersistentVolume, old: &PersistentVolume, errors: &mut Errors) {
    let (Some(new), Some(old)) = (&new.spec, &old.spec) else {
        return;
    };
    let (was, is) = (source(old), source(new));
    let mut allowed = is.clone();
    if let (Some(csi), Some(was)) = (&mut allowed.csi, &was.csi)
        && was.controller_expand_secret_ref.is_none()
    {
        csi.controller_expand_secret_ref = None;
    }
    if allowed != was {
        let difference = difference::of("core.PersistentVolumeSource", &was, &is);
        let detail =
            format!("spec.persistentvolumesource is immutable after creation\n{difference}");
        errors.forbidden(&SPEC.child("persistentvolumesource"), &detail);
    }
    if new.volume_mode != old.volume_mode {
        let mode = text(&new.volume_mode);
        errors.invalid(&Path::root("volumeMode"), mode, "field is immutable");
    }
    if old.node_affinity.is_some() && new.node_affinity != old.node_affinity {
        let value = match &new.node_affinity {
            None => "null",
            Some(_) => "core.VolumeNodeAffinity{Required:(*core.NodeSelector)(0xc000000000)}",
        };
        let path = Path::root("nodeAffinity");
        errors.invalid_go(&path, value, "field is immutable");
    }
}

/// The specification with nothing but where the volume is.
fn source(spec: &PersistentVolumeSpec) -> PersistentVolumeSpec {
    PersistentVolumeSpec {
        access_modes: None,
        capacity: None,
        claim_ref: None,
        mount_options: None,
        node_affinity: None,
        persistent_volume_reclaim_policy: None,
        storage_class_name: None,
        volume_attributes_class_name: None,
        volume_mode: None,
        ..spec.clone()
    }
}

/// `ValidatePersistentVolumeSpec`.
pub(in super::super) fn spec(
    spec: &PersistentVolumeSpec,
    context: Context,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let inline = context == Context::Inline;
    if inline {
        let capacity = spec.capacity.as_ref().is_some_and(|c| !c.is_empty());
        let detail = "may not be specified in the context of inline volumes";
        for (field, set) in [
            ("claimRef", spec.claim_ref.is_some()),
            ("capacity", capacity),
        ] {
            if set {
                errors.forbidden(&path.child(field), detail);
            }
        }
        if spec.csi.is_none() {
            let detail = "has to be specified in the context of inline volumes";
            errors.required(&path.child("csi"), detail);
        }
    }
    let modes_path = path.child("accessModes");
    if list(&spec.access_modes).is_empty() {
        errors.required(&modes_path, "");
    }
    access_modes(list(&spec.access_modes), &modes_path, errors);
    if !inline {
        capacity(spec.capacity.as_ref(), &path.child("capacity"), errors);
    }
    reclaim_policy(spec, context, path, errors);
    if let Some(affinity) = &spec.node_affinity {
        let path = path.child("nodeAffinity");
        if inline {
            let detail = "may not be specified in the context of inline volumes";
            errors.forbidden(&path, detail);
        } else if let Some(required) = &affinity.required {
            let path = path.child("required");
            let path = path.child("nodeSelectorTerms");
            scheduling::node_terms(&required.node_selector_terms, &path, errors);
        } else {
            let detail = "must specify required node constraints";
            errors.required(&path.child("required"), detail);
        }
    }
    sources(spec, path, errors);
    class_and_mode(spec, context, path, errors);
}

fn reclaim_policy(
    spec: &PersistentVolumeSpec,
    context: Context,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let inline = context == Context::Inline;
    let path = path.child("persistentVolumeReclaimPolicy");
    match text(&spec.persistent_volume_reclaim_policy) {
        "" => {}
        "Retain" if inline => {}
        _ if inline => {
            let detail = "may only be Retain in the context of inline volumes";
            errors.forbidden(&path, detail);
        }
        policy => errors.known(&path, Some(policy), &["Delete", "Recycle", "Retain"]),
    }
}

fn class_and_mode(
    spec: &PersistentVolumeSpec,
    context: Context,
    path: &Path<'_>,
    errors: &mut Errors,
) {
    let inline = context == Context::Inline;
    let root = spec
        .host_path
        .as_ref()
        .is_some_and(|h| h.path.split('/').all(|part| part.is_empty() || part == "."));
    if root && text(&spec.persistent_volume_reclaim_policy) == "Recycle" {
        let detail = "may not be 'recycle' for a hostPath mount of '/'";
        errors.forbidden(&path.child("persistentVolumeReclaimPolicy"), detail);
    }
    let class = text(&spec.storage_class_name);
    let class_path = path.child("storageClassName");
    if !class.is_empty() && inline {
        let detail = "may not be specified in the context of inline volumes";
        errors.forbidden(&class_path, detail);
    } else if !class.is_empty() {
        errors.invalid_text(&class_path, class, names::subdomain(class));
    }
    let mode_path = path.child("volumeMode");
    match spec.volume_mode.as_deref() {
        Some(mode) if inline && mode != "Filesystem" => {
            let detail =
                "may not specify volumeMode other than Filesystem in the context of inline volumes";
            errors.forbidden(&mode_path, detail);
        }
        mode => errors.known(&mode_path, mode, &["Block", "Filesystem"]),
    }
}

/// What volumes and claims ask alike of their access modes.
pub(in super::super) fn access_modes(modes: &[String], path: &Path<'_>, errors: &mut Errors) {
    for mode in modes {
        errors.known(path, Some(mode), MODES);
    }
    let alone = modes.iter().any(|m| m == "ReadWriteOncePod");
    let others = modes
        .iter()
        .any(|m| m != "ReadWriteOncePod" && MODES.contains(&m.as_str()));
    if alone && others {
        let detail = "may not use ReadWriteOncePod with other access modes";
        errors.forbidden(path, detail);
    }
}

fn capacity(capacity: Option<&ResourceList>, path: &Path<'_>, errors: &mut Errors) {
    let empty = ResourceList::new();
    let amounts = capacity.unwrap_or(&empty);
    if amounts.is_empty() {
        errors.required(path, "");
    }
    if amounts.len() != 1 || !amounts.contains_key("storage") {
        let value = match capacity {
            None => "core.ResourceList(nil)".to_owned(),
            Some(amounts) => {
                let one = |(name, q): (&String, &Quantity)| format!("{name:?}:{}", go::quantity(q));
                let all: Vec<String> = amounts.iter().map(one).collect();
                format!("core.ResourceList{{{}}}", all.join(", "))
            }
        };
        errors.not_supported_go(path, &value, &["storage"]);
    }
    for (name, amount) in amounts {
        let path = path.key(name);
        if quantity::bytes(amount) < 0 {
            let detail = "must be a valid resource quantity";
            errors.invalid(&path, quantity::bytes(amount), detail);
        }
        if quantity::is_negative(amount) || quantity::is_zero(amount) {
            errors.invalid(&path, amount.0.as_str(), "must be greater than zero");
        }
    }
}

/// Each source that is set, by field, in upstream's order.
pub(super) fn given(spec: &PersistentVolumeSpec) -> Vec<&'static str> {
    let fields = [
        ("hostPath", spec.host_path.is_some()),
        ("gcePersistentDisk", spec.gce_persistent_disk.is_some()),
        (
            "awsElasticBlockStore",
            spec.aws_elastic_block_store.is_some(),
        ),
        ("glusterfs", spec.glusterfs.is_some()),
        ("flocker", spec.flocker.is_some()),
        ("nfs", spec.nfs.is_some()),
        ("rbd", spec.rbd.is_some()),
        ("quobyte", spec.quobyte.is_some()),
        ("cephFS", spec.cephfs.is_some()),
        ("iscsi", spec.iscsi.is_some()),
        ("cinder", spec.cinder.is_some()),
        ("fc", spec.fc.is_some()),
        ("flexVolume", spec.flex_volume.is_some()),
        ("azureFile", spec.azure_file.is_some()),
        ("vsphereVolume", spec.vsphere_volume.is_some()),
        (
            "photonPersistentDisk",
            spec.photon_persistent_disk.is_some(),
        ),
        ("portworxVolume", spec.portworx_volume.is_some()),
        ("azureDisk", spec.azure_disk.is_some()),
        ("scaleIO", spec.scale_io.is_some()),
        ("local", spec.local.is_some()),
        ("storageos", spec.storageos.is_some()),
        ("csi", spec.csi.is_some()),
    ];
    let set = fields.into_iter().filter(|(_, set)| *set);
    set.map(|(field, _)| field).collect()
}

fn sources(spec: &PersistentVolumeSpec, path: &Path<'_>, errors: &mut Errors) {
    let given = given(spec);
    for (index, field) in given.iter().enumerate() {
        if index > 0 && *field != "flexVolume" {
            let detail = "may not specify more than 1 volume type";
            errors.forbidden(&path.child(field), detail);
            continue;
        }
        match *field {
            "hostPath" => {
                let path = path.child("hostPath");
                spec.host_path
                    .iter()
                    .for_each(|v| volumes::host_path(v, &path, errors));
            }
            "gcePersistentDisk" => {
                let name = spec.gce_persistent_disk.as_ref().map(|v| &v.pd_name);
                let path = path.child("persistentDisk");
                volumes::required(name, &path.child("pdName"), errors);
            }
            "awsElasticBlockStore" => {
                let id = spec.aws_elastic_block_store.as_ref().map(|v| &v.volume_id);
                let path = path.child("awsElasticBlockStore");
                volumes::required(id, &path.child("volumeID"), errors);
            }
            "nfs" => {
                let path = path.child("nfs");
                spec.nfs.iter().for_each(|v| volumes::nfs(v, &path, errors));
            }
            "local" => {
                spec.local
                    .iter()
                    .for_each(|v| local(v, &path.child("local"), errors));
                if spec.node_affinity.is_none() {
                    let detail = "Local volume requires node affinity";
                    errors.required(&path.child("nodeAffinity"), detail);
                }
            }
            "csi" => spec
                .csi
                .iter()
                .for_each(|v| csi(v, &path.child("csi"), errors)),
            _ => {}
        }
    }
    if given.is_empty() {
        errors.required(path, "must specify a volume type");
    }
}

fn local(source: &LocalVolumeSource, path: &Path<'_>, errors: &mut Errors) {
    let path = path.child("path");
    if source.path.is_empty() {
        errors.required(&path, "");
        return;
    }
    if volumes::has_backsteps(&source.path) {
        errors.invalid(&path, source.path.as_str(), "must not contain '..'");
    }
}

fn csi(source: &CSIPersistentVolumeSource, path: &Path<'_>, errors: &mut Errors) {
    volumes::csi_driver(&source.driver, &path.child("driver"), errors);
    volumes::required(
        Some(&source.volume_handle),
        &path.child("volumeHandle"),
        errors,
    );
    let secrets = [
        (
            "controllerPublishSecretRef",
            &source.controller_publish_secret_ref,
        ),
        (
            "controllerExpandSecretRef",
            &source.controller_expand_secret_ref,
        ),
        ("nodePublishSecretRef", &source.node_publish_secret_ref),
        ("nodeExpandSecretRef", &source.node_expand_secret_ref),
    ];
    for (field, secret) in secrets {
        if let Some(secret) = secret {
            secret_reference(secret, &path.child(field), errors);
        }
    }
}

fn secret_reference(secret: &SecretReference, path: &Path<'_>, errors: &mut Errors) {
    type Rule = fn(&str) -> Vec<String>;
    let parts: [(&str, &str, Rule); 2] = [
        ("name", text(&secret.name), names::subdomain),
        ("namespace", text(&secret.namespace), names::label),
    ];
    for (field, value, rule) in parts {
        let path = path.child(field);
        if value.is_empty() {
            errors.required(&path, "");
        } else {
            errors.invalid_text(&path, value, rule(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::api::Stored as _;
    use k8s_openapi::api::core::v1::PersistentVolume;
    use serde_json::{Value, json};

    fn volume(change: impl Fn(&mut Value)) -> PersistentVolume {
        let mut json = json!({"spec": {"capacity": {"storage": "10Gi"}, "accessModes": ["ReadWriteOnce"], "hostPath": {"path": "/data"}}});
        change(&mut json["spec"]);
        let mut volume: PersistentVolume = serde_json::from_value(json).expect("a volume");
        volume.set_defaults();
        volume
    }

    fn texts(errors: &[crate::api::field::FieldError]) -> Vec<String> {
        errors.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn volumes_are_refused() {
        type Change = fn(&mut Value);
        let cases: &[(&str, Change, &[&str])] = &[
            ("fine", |_| (), &[]),
            (
                "no modes",
                |s| s["accessModes"] = json!([]),
                &["spec.accessModes: Required value"],
            ),
            (
                "unknown mode",
                |s| s["accessModes"] = json!(["fakemode"]),
                &[
                    "spec.accessModes: Unsupported value: \"fakemode\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
                ],
            ),
            (
                "modes that exclude one another",
                |s| s["accessModes"] = json!(["ReadWriteOncePod", "ReadWriteOnce"]),
                &[
                    "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes",
                ],
            ),
            (
                "no capacity",
                |s| s["capacity"] = Value::Null,
                &[
                    "spec.capacity: Required value",
                    "spec.capacity: Unsupported value: core.ResourceList(nil): supported values: \"storage\"",
                ],
            ),
            (
                "nothing in it",
                |s| s["capacity"] = json!({"storage": "0"}),
                &["spec.capacity[storage]: Invalid value: \"0\": must be greater than zero"],
            ),
            (
                "no source",
                |s| s["hostPath"] = Value::Null,
                &["spec: Required value: must specify a volume type"],
            ),
            (
                "two sources",
                |s| s["nfs"] = json!({"server": "a", "path": "/b"}),
                &["spec.nfs: Forbidden: may not specify more than 1 volume type"],
            ),
            (
                "recycling the root",
                |s| {
                    s["hostPath"] = json!({"path": "/a/.."});
                    s["persistentVolumeReclaimPolicy"] = json!("Recycle");
                },
                &["spec.hostPath.path: Invalid value: \"/a/..\": must not contain '..'"],
            ),
            (
                "local without a node",
                |s| {
                    s["hostPath"] = Value::Null;
                    s["local"] = json!({"path": "/a"});
                },
                &["spec.nodeAffinity: Required value: Local volume requires node affinity"],
            ),
        ];
        for (name, change, want) in cases {
            assert_eq!(texts(&volume(change).validate()), *want, "{name}");
        }
    }

    #[test]
    fn where_it_is_stays() {
        let old = volume(|_| ());
        let new = volume(|s| s["hostPath"] = json!({"path": "/other"}));
        let got = texts(&new.validate_update(&old));
        let want = "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n  core.PersistentVolumeSource{\n  \tHostPath: {\n- \t\tPath: \"/data\",\n+ \t\tPath: \"/other\",\n  \t\t... // 1 identical field\n  \t},\n  }\n";
        assert_eq!(got, [want]);
        let new = volume(|s| s["volumeMode"] = json!("Block"));
        let want = "volumeMode: Invalid value: \"Block\": field is immutable";
        assert_eq!(texts(&new.validate_update(&old)), [want]);
        let policy = volume(|s| s["persistentVolumeReclaimPolicy"] = json!("Delete"));
        assert_eq!(policy.validate_update(&old), []);
    }
}

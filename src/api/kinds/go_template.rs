//! A pod template as Go prints it with `%#v`: what upstream shows when somebody tries to change the template of a Job.
//!
//! The real thing: the types of pkg/apis/core/types.go, in whose order the fields stand.
//! Left out: addresses; whatever a pointer points to lies at one and the same.

use super::go::{self, list, map, pointer, slice};
use k8s_openapi::api::core::v1::{
    Container, ContainerPort, EnvFromSource, EnvVar, HostAlias, PodSpec, PodTemplateSpec,
    ResourceRequirements, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use std::collections::BTreeMap;

/// `name{Field:value, …}`.
macro_rules! structure {
    ($name:literal, $($field:ident: $value:expr),* $(,)?) => {{
        let fields = [$(format!("{}:{}", stringify!($field), $value)),*];
        format!("{}{{{}}}", $name, fields.join(", "))
    }};
}

/// `core.PodTemplateSpec{ObjectMeta:…, Spec:…}`.
pub(super) fn template(template: &PodTemplateSpec) -> String {
    let none = (ObjectMeta::default(), PodSpec::default());
    structure!(
        "core.PodTemplateSpec",
        ObjectMeta: metadata(template.metadata.as_ref().unwrap_or(&none.0)),
        Spec: pod_spec(template.spec.as_ref().unwrap_or(&none.1)),
    )
}

fn text(value: &Option<String>) -> String {
    format!("{:?}", value.as_deref().unwrap_or_default())
}

fn flag(value: Option<bool>) -> bool {
    value.unwrap_or_default()
}

fn metadata(metadata: &ObjectMeta) -> String {
    structure!(
        "v1.ObjectMeta",
        Name: text(&metadata.name),
        GenerateName: text(&metadata.generate_name),
        Namespace: text(&metadata.namespace),
        SelfLink: text(&metadata.self_link),
        UID: text(&metadata.uid),
        ResourceVersion: text(&metadata.resource_version),
        Generation: metadata.generation.unwrap_or_default(),
        CreationTimestamp: "time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)",
        DeletionTimestamp: "<nil>",
        DeletionGracePeriodSeconds: pointer("int64", metadata.deletion_grace_period_seconds.as_ref()),
        Labels: map(metadata.labels.as_ref()),
        Annotations: map(metadata.annotations.as_ref()),
        OwnerReferences: "[]v1.OwnerReference(nil)",
        Finalizers: list(metadata.finalizers.as_deref()),
        ManagedFields: "[]v1.ManagedFieldsEntry(nil)",
    )
}

fn pod_spec(spec: &PodSpec) -> String {
    let named = |kind: &str, field: &str, name: &str| format!("core.{kind}{{{field}:{name:?}}}");
    structure!(
        "core.PodSpec",
        Volumes: slice("core.Volume", spec.volumes.as_deref(), volume),
        InitContainers: slice("core.Container", spec.init_containers.as_deref(), container),
        Containers: slice("core.Container", Some(&spec.containers), container),
        EphemeralContainers: "[]core.EphemeralContainer(nil)",
        RestartPolicy: text(&spec.restart_policy),
        TerminationGracePeriodSeconds: pointer("int64", spec.termination_grace_period_seconds.as_ref()),
        ActiveDeadlineSeconds: pointer("int64", spec.active_deadline_seconds.as_ref()),
        DNSPolicy: text(&spec.dns_policy),
        NodeSelector: map(spec.node_selector.as_ref()),
        ServiceAccountName: text(&spec.service_account_name),
        AutomountServiceAccountToken: pointer("bool", spec.automount_service_account_token.as_ref()),
        NodeName: text(&spec.node_name),
        SecurityContext: pointer("core.PodSecurityContext", spec.security_context.as_ref()),
        ImagePullSecrets: slice("core.LocalObjectReference", spec.image_pull_secrets.as_deref(), |s| named("LocalObjectReference", "Name", &s.name)),
        Hostname: text(&spec.hostname),
        Subdomain: text(&spec.subdomain),
        SetHostnameAsFQDN: pointer("bool", spec.set_hostname_as_fqdn.as_ref()),
        Affinity: pointer("core.Affinity", spec.affinity.as_ref()),
        SchedulerName: text(&spec.scheduler_name),
        Tolerations: slice("core.Toleration", spec.tolerations.as_deref(), toleration),
        HostAliases: slice("core.HostAlias", spec.host_aliases.as_deref(), host_alias),
        PriorityClassName: text(&spec.priority_class_name),
        Priority: pointer("int32", spec.priority.as_ref()),
        PreemptionPolicy: pointer("core.PreemptionPolicy", spec.preemption_policy.as_ref()),
        DNSConfig: pointer("core.PodDNSConfig", spec.dns_config.as_ref()),
        ReadinessGates: slice("core.PodReadinessGate", spec.readiness_gates.as_deref(), |g| named("PodReadinessGate", "ConditionType", &g.condition_type)),
        RuntimeClassName: pointer("string", spec.runtime_class_name.as_ref()),
        Overhead: amounts(spec.overhead.as_ref()),
        EnableServiceLinks: pointer("bool", spec.enable_service_links.as_ref()),
        TopologySpreadConstraints: slice("core.TopologySpreadConstraint", spec.topology_spread_constraints.as_deref(), spread),
        OS: pointer("core.PodOS", spec.os.as_ref()),
        SchedulingGates: slice("core.PodSchedulingGate", spec.scheduling_gates.as_deref(), |g| named("PodSchedulingGate", "Name", &g.name)),
        ResourceClaims: "[]core.PodResourceClaim(nil)",
        Resources: "(*core.ResourceRequirements)(nil)",
    )
}

fn container(container: &Container) -> String {
    let none = ResourceRequirements::default();
    structure!(
        "core.Container",
        Name: format!("{:?}", container.name),
        Image: text(&container.image),
        Command: list(container.command.as_deref()),
        Args: list(container.args.as_deref()),
        WorkingDir: text(&container.working_dir),
        Ports: slice("core.ContainerPort", container.ports.as_deref(), port),
        EnvFrom: slice("core.EnvFromSource", container.env_from.as_deref(), env_from),
        Env: slice("core.EnvVar", container.env.as_deref(), env),
        Resources: resources(container.resources.as_ref().unwrap_or(&none)),
        ResizePolicy: slice("core.ContainerResizePolicy", container.resize_policy.as_deref(), |p| {
            structure!("core.ContainerResizePolicy", ResourceName: format!("{:?}", p.resource_name), RestartPolicy: format!("{:?}", p.restart_policy))
        }),
        RestartPolicy: pointer("core.ContainerRestartPolicy", container.restart_policy.as_ref()),
        VolumeMounts: slice("core.VolumeMount", container.volume_mounts.as_deref(), mount),
        VolumeDevices: slice("core.VolumeDevice", container.volume_devices.as_deref(), |d| {
            structure!("core.VolumeDevice", Name: format!("{:?}", d.name), DevicePath: format!("{:?}", d.device_path))
        }),
        LivenessProbe: pointer("core.Probe", container.liveness_probe.as_ref()),
        ReadinessProbe: pointer("core.Probe", container.readiness_probe.as_ref()),
        StartupProbe: pointer("core.Probe", container.startup_probe.as_ref()),
        Lifecycle: pointer("core.Lifecycle", container.lifecycle.as_ref()),
        TerminationMessagePath: text(&container.termination_message_path),
        TerminationMessagePolicy: text(&container.termination_message_policy),
        ImagePullPolicy: text(&container.image_pull_policy),
        SecurityContext: pointer("core.SecurityContext", container.security_context.as_ref()),
        Stdin: flag(container.stdin),
        StdinOnce: flag(container.stdin_once),
        TTY: flag(container.tty),
    )
}

fn port(port: &ContainerPort) -> String {
    structure!(
        "core.ContainerPort",
        Name: text(&port.name),
        HostPort: port.host_port.unwrap_or_default(),
        ContainerPort: port.container_port,
        Protocol: text(&port.protocol),
        HostIP: text(&port.host_ip),
    )
}

fn env(variable: &EnvVar) -> String {
    structure!(
        "core.EnvVar",
        Name: format!("{:?}", variable.name),
        Value: text(&variable.value),
        ValueFrom: pointer("core.EnvVarSource", variable.value_from.as_ref()),
    )
}

fn env_from(source: &EnvFromSource) -> String {
    structure!(
        "core.EnvFromSource",
        Prefix: text(&source.prefix),
        ConfigMapRef: pointer("core.ConfigMapEnvSource", source.config_map_ref.as_ref()),
        SecretRef: pointer("core.SecretEnvSource", source.secret_ref.as_ref()),
    )
}

fn mount(mount: &VolumeMount) -> String {
    structure!(
        "core.VolumeMount",
        Name: format!("{:?}", mount.name),
        ReadOnly: flag(mount.read_only),
        RecursiveReadOnly: pointer("core.RecursiveReadOnlyMode", mount.recursive_read_only.as_ref()),
        MountPath: format!("{:?}", mount.mount_path),
        SubPath: text(&mount.sub_path),
        MountPropagation: pointer("core.MountPropagationMode", mount.mount_propagation.as_ref()),
        SubPathExpr: text(&mount.sub_path_expr),
    )
}

fn resources(resources: &ResourceRequirements) -> String {
    structure!(
        "core.ResourceRequirements",
        Limits: amounts(resources.limits.as_ref()),
        Requests: amounts(resources.requests.as_ref()),
        Claims: "[]core.ResourceClaim(nil)",
    )
}

fn amounts(list: Option<&BTreeMap<String, Quantity>>) -> String {
    let Some(list) = list else {
        return "core.ResourceList(nil)".to_owned();
    };
    let pairs: Vec<String> = list
        .iter()
        .map(|(name, amount)| format!("{name:?}:{}", go::quantity(amount)))
        .collect();
    format!("core.ResourceList{{{}}}", pairs.join(", "))
}

fn toleration(toleration: &Toleration) -> String {
    structure!(
        "core.Toleration",
        Key: text(&toleration.key),
        Operator: text(&toleration.operator),
        Value: text(&toleration.value),
        Effect: text(&toleration.effect),
        TolerationSeconds: pointer("int64", toleration.toleration_seconds.as_ref()),
    )
}

fn host_alias(alias: &HostAlias) -> String {
    structure!(
        "core.HostAlias",
        IP: format!("{:?}", alias.ip),
        Hostnames: list(alias.hostnames.as_deref()),
    )
}

fn spread(constraint: &TopologySpreadConstraint) -> String {
    structure!(
        "core.TopologySpreadConstraint",
        MaxSkew: constraint.max_skew,
        TopologyKey: format!("{:?}", constraint.topology_key),
        WhenUnsatisfiable: format!("{:?}", constraint.when_unsatisfiable),
        LabelSelector: pointer("v1.LabelSelector", constraint.label_selector.as_ref()),
        MinDomains: pointer("int32", constraint.min_domains.as_ref()),
        NodeAffinityPolicy: pointer("core.NodeInclusionPolicy", constraint.node_affinity_policy.as_ref()),
        NodeTaintsPolicy: pointer("core.NodeInclusionPolicy", constraint.node_taints_policy.as_ref()),
        MatchLabelKeys: list(constraint.match_label_keys.as_deref()),
    )
}

fn volume(volume: &Volume) -> String {
    let source = structure!(
        "core.VolumeSource",
        HostPath: pointer("core.HostPathVolumeSource", volume.host_path.as_ref()),
        EmptyDir: pointer("core.EmptyDirVolumeSource", volume.empty_dir.as_ref()),
        GCEPersistentDisk: pointer("core.GCEPersistentDiskVolumeSource", volume.gce_persistent_disk.as_ref()),
        AWSElasticBlockStore: pointer("core.AWSElasticBlockStoreVolumeSource", volume.aws_elastic_block_store.as_ref()),
        GitRepo: pointer("core.GitRepoVolumeSource", volume.git_repo.as_ref()),
        Secret: pointer("core.SecretVolumeSource", volume.secret.as_ref()),
        NFS: pointer("core.NFSVolumeSource", volume.nfs.as_ref()),
        ISCSI: pointer("core.ISCSIVolumeSource", volume.iscsi.as_ref()),
        Glusterfs: pointer("core.GlusterfsVolumeSource", volume.glusterfs.as_ref()),
        PersistentVolumeClaim: pointer("core.PersistentVolumeClaimVolumeSource", volume.persistent_volume_claim.as_ref()),
        RBD: pointer("core.RBDVolumeSource", volume.rbd.as_ref()),
        Quobyte: pointer("core.QuobyteVolumeSource", volume.quobyte.as_ref()),
        FlexVolume: pointer("core.FlexVolumeSource", volume.flex_volume.as_ref()),
        Cinder: pointer("core.CinderVolumeSource", volume.cinder.as_ref()),
        CephFS: pointer("core.CephFSVolumeSource", volume.cephfs.as_ref()),
        Flocker: pointer("core.FlockerVolumeSource", volume.flocker.as_ref()),
        DownwardAPI: pointer("core.DownwardAPIVolumeSource", volume.downward_api.as_ref()),
        FC: pointer("core.FCVolumeSource", volume.fc.as_ref()),
        AzureFile: pointer("core.AzureFileVolumeSource", volume.azure_file.as_ref()),
        ConfigMap: pointer("core.ConfigMapVolumeSource", volume.config_map.as_ref()),
        VsphereVolume: pointer("core.VsphereVirtualDiskVolumeSource", volume.vsphere_volume.as_ref()),
        AzureDisk: pointer("core.AzureDiskVolumeSource", volume.azure_disk.as_ref()),
        PhotonPersistentDisk: pointer("core.PhotonPersistentDiskVolumeSource", volume.photon_persistent_disk.as_ref()),
        Projected: pointer("core.ProjectedVolumeSource", volume.projected.as_ref()),
        PortworxVolume: pointer("core.PortworxVolumeSource", volume.portworx_volume.as_ref()),
        ScaleIO: pointer("core.ScaleIOVolumeSource", volume.scale_io.as_ref()),
        StorageOS: pointer("core.StorageOSVolumeSource", volume.storageos.as_ref()),
        CSI: pointer("core.CSIVolumeSource", volume.csi.as_ref()),
        Ephemeral: pointer("core.EphemeralVolumeSource", volume.ephemeral.as_ref()),
        Image: pointer("core.ImageVolumeSource", volume.image.as_ref()),
    );
    structure!("core.Volume", Name: format!("{:?}", volume.name), VolumeSource: source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_template_reads_as_in_upstreams_messages() {
        let json = json!({"metadata": {"labels": {"job-name": "pi"}}, "spec": {"restartPolicy": "Never", "terminationGracePeriodSeconds": 30,
            "volumes": [{"name": "v", "emptyDir": {}}],
            "containers": [{"name": "pi", "image": "perl", "command": ["perl", "-v"], "ports": [{"containerPort": 80, "protocol": "TCP"}],
                "resources": {"limits": {"cpu": "1"}}}]}});
        let pods: PodTemplateSpec = serde_json::from_value(json).expect("a template");
        let got = template(&pods);
        for want in [
            "core.PodTemplateSpec{ObjectMeta:v1.ObjectMeta{Name:\"\", GenerateName:\"\", Namespace:\"\", SelfLink:\"\", UID:\"\", ResourceVersion:\"\", Generation:0, CreationTimestamp:time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC), DeletionTimestamp:<nil>, DeletionGracePeriodSeconds:(*int64)(nil), Labels:map[string]string{\"job-name\":\"pi\"}, Annotations:map[string]string(nil), OwnerReferences:[]v1.OwnerReference(nil), Finalizers:[]string(nil), ManagedFields:[]v1.ManagedFieldsEntry(nil)}, Spec:core.PodSpec{Volumes:[]core.Volume{core.Volume{Name:\"v\", VolumeSource:core.VolumeSource{HostPath:(*core.HostPathVolumeSource)(nil), EmptyDir:(*core.EmptyDirVolumeSource)(0xc000000000), ",
            "InitContainers:[]core.Container(nil), Containers:[]core.Container{core.Container{Name:\"pi\", Image:\"perl\", Command:[]string{\"perl\", \"-v\"}, Args:[]string(nil), WorkingDir:\"\", Ports:[]core.ContainerPort{core.ContainerPort{Name:\"\", HostPort:0, ContainerPort:80, Protocol:\"TCP\", HostIP:\"\"}}, EnvFrom:[]core.EnvFromSource(nil), Env:[]core.EnvVar(nil), Resources:core.ResourceRequirements{Limits:core.ResourceList{\"cpu\":resource.Quantity{i:resource.int64Amount{value:1, scale:0}",
            "RestartPolicy:\"Never\", TerminationGracePeriodSeconds:(*int64)(0xc000000000), ActiveDeadlineSeconds:(*int64)(nil), DNSPolicy:\"\"",
        ] {
            assert!(got.contains(want), "{want}\nnot in\n{got}");
        }
    }
}

//! Glyphs, from static/icons.svg, which stands in the page itself: a browser makes a document of its own for each glyph from elsewhere.

use crate::api::Kind;
use yew::prelude::*;

/// What to draw.
#[derive(Clone, PartialEq, Properties)]
pub struct IconProps {
    /// The symbol's id in `icons.svg`, without `glyph-`.
    pub name: AttrValue,
    /// `i-s` (14 px) or `i-l` (22 px).
    #[prop_or_default]
    pub class: Classes,
}

/// A glyph. Says nothing to a screen reader: the words stand beside it.
#[component]
pub fn Icon(props: &IconProps) -> Html {
    draw(&props.name, props.class.clone())
}

/// A glyph, as a function: cheaper than a component where there are thousands.
pub fn icon(name: &str) -> Html {
    draw(name, Classes::new())
}

fn draw(name: &str, class: Classes) -> Html {
    html! {
        <svg class={classes!("i", class)} aria-hidden="true"><use href={format!("#glyph-{name}")} /></svg>
    }
}

/// What to draw.
#[derive(Clone, PartialEq, Properties)]
pub struct LoopProps {
    /// `observe`, `diff` or `act` lights one arc; none lights all.
    #[prop_or_default]
    pub phase: Option<AttrValue>,
    /// `big`.
    #[prop_or_default]
    pub class: Classes,
}

/// The three arcs: observe, diff, act.
#[component]
pub fn Loop(props: &LoopProps) -> Html {
    html! {
        <svg class={classes!("loop", "i", props.class.clone())} data-phase={props.phase.clone()} aria-hidden="true"><use href="#glyph-loop" /></svg>
    }
}

/// The glyph of a kind; one without a drawing of its own has the plain one.
#[must_use]
pub fn glyph_of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Namespace => "ns",
        Kind::Node => "node",
        Kind::Pod => "pod",
        Kind::Service => "svc",
        Kind::Endpoints => "ep",
        Kind::EndpointSlice => "eps",
        Kind::ConfigMap => "cm",
        Kind::Secret => "secret",
        Kind::ServiceAccount => "sa",
        Kind::Event => "ev",
        Kind::Lease => "lease",
        Kind::Deployment => "deploy",
        Kind::ReplicaSet => "rs",
        Kind::PersistentVolume => "pv",
        Kind::PersistentVolumeClaim => "pvc",
        Kind::ResourceQuota => "quota",
        Kind::Role | Kind::ClusterRole => "role",
        Kind::LimitRange
        | Kind::Ingress
        | Kind::IngressClass
        | Kind::NetworkPolicy
        | Kind::IPAddress
        | Kind::ServiceCIDR
        | Kind::StorageClass
        | Kind::VolumeAttachment
        | Kind::CSIDriver
        | Kind::CSINode
        | Kind::CSIStorageCapacity
        | Kind::PriorityClass
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::ControllerRevision
        | Kind::Job
        | Kind::CronJob
        | Kind::HorizontalPodAutoscaler
        | Kind::PodDisruptionBudget
        | Kind::PodTemplate
        | Kind::ReplicationController
        | Kind::RoleBinding
        | Kind::ClusterRoleBinding
        | Kind::CustomResourceDefinition
        | Kind::Custom(_) => "object",
    }
}

/// The glyph of a component, by its name.
#[must_use]
pub fn glyph_of_component(name: &str) -> &'static str {
    match name {
        "kube-scheduler" => "sched",
        "kubelet" => "kubelet",
        "kube-proxy" => "proxy",
        "deployment-controller" => "deploy",
        "replicaset-controller" => "rs",
        "endpointslice-controller" => "eps",
        "endpointslice-mirroring-controller" => "mirror",
        "endpoints-controller" => "ep",
        "garbage-collector-controller" | "pod-garbage-collector-controller" => "trash",
        "taint-eviction-controller" => "bolt",
        "serviceaccount-controller" => "sa",
        "root-ca-cert-publisher" => "cm",
        "clusterrole-aggregation-controller" => "role",
        "resourcequota-controller" => "quota",
        "pv-protection-controller" => "pv",
        "pvc-protection-controller" => "pvc",
        "service-cidr-controller" => "svc",
        "namespace-controller" => "ns",
        "node-lifecycle-controller" => "pulse",
        _ => "ctrl",
    }
}

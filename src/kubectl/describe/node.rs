//! A node: what it is, what it has, and who has how much of it.
//!
//! The real thing: kubectl's pkg/describe/describe.go (`describeNode`, `describeNodeResource`).

use super::page::{Page, mail_time};
use crate::api::{Key, Kind, Pod, Request, Stored, quantity, time};
use crate::kubectl::{Accept, CHUNK, Call};
use k8s_openapi::api::coordination::v1::Lease;
use k8s_openapi::api::core::v1::{Node, ResourceRequirements};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::{BTreeMap, BTreeSet};

/// Where nodes' leases are.
const LEASES: &str = "kube-node-lease";

/// The label that names a role.
const ROLE: &str = "node-role.kubernetes.io/";

type Amounts = BTreeMap<String, Quantity>;

/// The pods on a node that have not ended.
pub(super) fn pods(call: &mut Call<'_>, node: &Node) -> Vec<Pod> {
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let mut request = Request::list(Kind::Pod, "");
    request.select.field_selector =
        format!("spec.nodeName={name},status.phase!=Succeeded,status.phase!=Failed");
    request.select.limit = CHUNK;
    let list = call.list(request, Accept::Typed);
    let items = list.map(|list| list.items).unwrap_or_default();
    items.iter().filter_map(Pod::of).cloned().collect()
}

/// By what a node says that it is there.
pub(super) fn lease(call: &mut Call<'_>, node: &Node) -> Option<Lease> {
    let name = node.metadata.name.as_deref().unwrap_or_default();
    let request = Request::get(Key::new(Kind::Lease, LEASES, name));
    let reply = call.send_for(request, Accept::Typed).ok()?;
    reply.object()?.get::<Lease>().cloned()
}

pub(super) fn node(
    node: &Node,
    lease: Option<&Lease>,
    pods: &[Pod],
    now_ms: time::Ms,
    page: &mut Page,
) {
    let metadata = &node.metadata;
    let spec = node.spec.clone().unwrap_or_default();
    let status = node.status.clone().unwrap_or_default();
    let name = metadata.name.as_deref().unwrap_or_default();
    page.field(0, "Name", name);
    page.field(0, "Roles", &roles(metadata.labels.as_ref()));
    page.labels("Labels", metadata.labels.as_ref());
    page.annotations("Annotations", metadata.annotations.as_ref());
    let created = metadata.creation_timestamp.as_ref().map_or(0, time::ms);
    page.field(0, "CreationTimestamp", &mail_time(created));
    page.taints("Taints", spec.taints.as_ref());
    let unschedulable = spec.unschedulable.unwrap_or_default().to_string();
    page.field(0, "Unschedulable", &unschedulable);
    self::lease_lines(lease, name, page);
    let conditions = status.conditions.unwrap_or_default();
    if !conditions.is_empty() {
        page.line(0, "Conditions:");
        page.line(
            1,
            "Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage",
        );
        page.line(
            1,
            "----\t------\t-----------------\t------------------\t------\t-------",
        );
    }
    for condition in &conditions {
        let at = |time: &Option<_>| mail_time(time.as_ref().map_or(0, time::ms));
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        page.line(
            1,
            &format!(
                "{} \t{} \t{} \t{} \t{} \t{}",
                condition.type_,
                condition.status,
                at(&condition.last_heartbeat_time),
                at(&condition.last_transition_time),
                text(&condition.reason),
                text(&condition.message)
            ),
        );
    }
    page.line(0, "Addresses:");
    for address in status.addresses.iter().flatten() {
        page.field(1, &address.type_, &address.address);
    }
    let lists = [
        ("Capacity", &status.capacity),
        ("Allocatable", &status.allocatable),
    ];
    for (name, list) in lists {
        let Some(list) = list.as_ref().filter(|list| !list.is_empty()) else {
            continue;
        };
        page.line(0, &format!("{name}:"));
        for (name, amount) in list {
            page.field(1, name, &amount.0);
        }
    }
    let info = status.node_info.unwrap_or_default();
    page.line(0, "System Info:");
    for (name, value) in [
        ("Machine ID", &info.machine_id),
        ("System UUID", &info.system_uuid),
        ("Boot ID", &info.boot_id),
        ("Kernel Version", &info.kernel_version),
        ("OS Image", &info.os_image),
        ("Operating System", &info.operating_system),
        ("Architecture", &info.architecture),
        ("Container Runtime Version", &info.container_runtime_version),
        ("Kubelet Version", &info.kubelet_version),
        ("Kube-Proxy Version", &info.kube_proxy_version),
    ] {
        page.field(1, name, value);
    }
    page.maybe(0, "PodCIDR", spec.pod_cidr.as_deref());
    page.maybe(
        0,
        "PodCIDRs",
        Some(&spec.pod_cidrs.unwrap_or_default().join(",")),
    );
    page.maybe(0, "ProviderID", spec.provider_id.as_deref());
    let has = status.allocatable.or(status.capacity).unwrap_or_default();
    shares(pods, &has, now_ms, page);
}

fn roles(labels: Option<&BTreeMap<String, String>>) -> String {
    let labels = labels.into_iter().flatten();
    let roles: BTreeSet<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix(ROLE) {
            Some(role) => Some(role),
            None if key == "kubernetes.io/role" && !value.is_empty() => Some(value),
            None => None,
        })
        .filter(|role| !role.is_empty())
        .collect();
    if roles.is_empty() {
        return "<none>".to_owned();
    }
    roles.into_iter().collect::<Vec<_>>().join(",")
}

fn lease_lines(lease: Option<&Lease>, name: &str, page: &mut Page) {
    let Some(lease) = lease else {
        let text = format!("Failed to get lease: leases.coordination.k8s.io \"{name}\" not found");
        return page.field(0, "Lease", &text);
    };
    let spec = lease.spec.clone().unwrap_or_default();
    let unset = || "<unset>".to_owned();
    let holder = spec.holder_identity.unwrap_or_else(unset);
    page.line(0, "Lease:");
    page.field(1, "HolderIdentity", &holder);
    for (name, at) in [
        ("AcquireTime", spec.acquire_time),
        ("RenewTime", spec.renew_time),
    ] {
        let at = at.map_or_else(unset, |at| mail_time(time::ms_of(at.0)));
        page.field(1, name, &at);
    }
}

/// Who has how much.
fn shares(pods: &[Pod], has: &Amounts, now_ms: time::Ms, page: &mut Page) {
    let total = format!("({} in total)", pods.len());
    page.field(0, "Non-terminated Pods", &total);
    page.line(
        1,
        "Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge",
    );
    page.line(
        1,
        "---------\t----\t\t------------\t----------\t---------------\t-------------\t---",
    );
    let (mut requests, mut limits) = (Amounts::new(), Amounts::new());
    for pod in pods {
        let own_requests = needs(pod, |resources| resources.requests.as_ref());
        let own_limits = needs(pod, |resources| resources.limits.as_ref());
        let cell = |own: &Amounts, name| share(own, has, name);
        let created = pod.metadata.creation_timestamp.as_ref();
        let age = created.map_or_else(
            || "<unknown>".to_owned(),
            |at| time::human_duration(now_ms.saturating_sub(time::ms(at))),
        );
        page.line(
            1,
            &format!(
                "{}\t{}\t\t{}\t{}\t{}\t{}\t{age}",
                pod.metadata.namespace.as_deref().unwrap_or_default(),
                pod.metadata.name.as_deref().unwrap_or_default(),
                cell(&own_requests, "cpu"),
                cell(&own_limits, "cpu"),
                cell(&own_requests, "memory"),
                cell(&own_limits, "memory"),
            ),
        );
        add(&mut requests, &own_requests);
        add(&mut limits, &own_limits);
    }
    page.line(0, "Allocated resources:");
    page.line(
        1,
        "(Total limits may be over 100 percent, i.e., overcommitted.)",
    );
    page.line(1, "Resource\tRequests\tLimits");
    page.line(1, "--------\t--------\t------");
    let common = ["cpu", "memory", "ephemeral-storage"];
    let huge = has.keys().filter(|name| name.starts_with("hugepages-"));
    for name in common.into_iter().chain(huge.map(String::as_str)) {
        let (requested, limit) = (share(&requests, has, name), share(&limits, has, name));
        page.line(1, &format!("{name}\t{requested}\t{limit}"));
    }
    let is_other = |name: &&String| {
        !common.contains(&name.as_str()) && !name.starts_with("hugepages-") && *name != "pods"
    };
    for name in has.keys().filter(is_other) {
        let amount = |list: &Amounts| list.get(name).map_or("0".to_owned(), |a| a.0.clone());
        page.line(
            1,
            &format!("{name}\t{}\t{}", amount(&requests), amount(&limits)),
        );
    }
}

/// `100m (2%)`.
fn share(own: &Amounts, has: &Amounts, name: &str) -> String {
    let number = |list: &Amounts| {
        let amount = list.get(name);
        amount.map_or(0, |amount| match name {
            "cpu" => quantity::cpu_milli(amount),
            _ => quantity::bytes(amount),
        })
    };
    let all = number(has);
    let percent = match all {
        0 => 0,
        all => i128::from(number(own)) * 100 / i128::from(all),
    };
    let text = own.get(name).map_or("0", |amount| amount.0.as_str());
    format!("{text} ({percent}%)")
}

fn add(sum: &mut Amounts, more: &Amounts) {
    for (name, amount) in more {
        let old = sum.get(name);
        let new = old.map_or_else(|| amount.clone(), |old| quantity::add(old, amount));
        sum.insert(name.clone(), new);
    }
}

/// What a pod needs: its containers together, or its largest init container if that needs more.
fn needs(pod: &Pod, of: fn(&ResourceRequirements) -> Option<&Amounts>) -> Amounts {
    let mut sum = Amounts::new();
    let Some(spec) = &pod.spec else {
        return sum;
    };
    for container in &spec.containers {
        if let Some(own) = container.resources.as_ref().and_then(of) {
            add(&mut sum, own);
        }
    }
    let mut most = Amounts::new();
    let mut sidecars = Amounts::new();
    for container in spec.init_containers.iter().flatten() {
        let own = container.resources.as_ref().and_then(of).cloned();
        let mut own = own.unwrap_or_default();
        if container.restart_policy.as_deref() == Some("Always") {
            add(&mut sum, &own);
            add(&mut sidecars, &own);
            own = sidecars.clone();
        } else {
            add(&mut own, &sidecars);
        }
        largest(&mut most, &own);
    }
    largest(&mut sum, &most);
    if let Some(overhead) = &spec.overhead {
        add(&mut sum, overhead);
    }
    sum
}

/// The larger of each.
fn largest(list: &mut Amounts, other: &Amounts) {
    for (name, amount) in other {
        let is_larger = list
            .get(name)
            .is_none_or(|old| quantity::compare(old, amount).is_lt());
        if is_larger {
            list.insert(name.clone(), amount.clone());
        }
    }
}

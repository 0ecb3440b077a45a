//! Does a pod that was bound to this node fit it? And has it been here longer than it may?
//!
//! The real thing: pkg/kubelet/lifecycle/predicate.go (`Admit`, `generalFilter`), kubelet.go (`canAdmitPod`, `rejectPod`), active_deadline.go.
//! Left out: host ports, taints, extended resources, the topology manager.

use super::memory::Requests;
use super::pass::Pass;
use crate::api::quantity;
use crate::api::time;
use crate::component::{Datum, Note, Seen, Wake};
use k8s_openapi::api::core::v1::{Container, Node, NodeSelectorRequirement, PodSpec, PodStatus};

use super::view::is_sidecar;

/// Why a pod is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// `OutOfcpu`, `NodeAffinity`.
    pub(super) reason: &'static str,
    /// In words.
    pub(super) message: String,
}

/// May the pod run here, beside what was admitted already?
pub(super) fn check(
    spec: &PodSpec,
    wanted: &Requests,
    used: &Requests,
    seen: &Seen<'_>,
) -> Option<Refusal> {
    let node = seen.get::<Node>("", seen.node)?;
    if !is_selected(spec, node) {
        return Some(Refusal {
            reason: "NodeAffinity",
            message:
                "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"
                    .to_owned(),
        });
    }
    let allocatable = node.status.as_ref()?.allocatable.as_ref()?;
    let has = |name: &str| {
        allocatable.get(name).map(|amount| match name {
            "cpu" => quantity::cpu_milli(amount),
            _ => quantity::bytes(amount),
        })
    };
    let dimensions = [
        ("OutOfpods", "pods", wanted.pods, used.pods),
        ("OutOfcpu", "cpu", wanted.milli_cpu, used.milli_cpu),
        ("OutOfmemory", "memory", wanted.memory, used.memory),
        (
            "OutOfephemeral-storage",
            "ephemeral-storage",
            wanted.storage,
            used.storage,
        ),
    ];
    dimensions.into_iter().find_map(|(reason, name, wanted, used)| {
        let capacity = has(name)?;
        (wanted > 0 && wanted + used > capacity).then(|| Refusal {
            reason,
            message: format!(
                "Node didn't have enough resource: {name}, requested: {wanted}, used: {used}, capacity: {capacity}"
            ),
        })
    })
}

/// What a pod asks for: its containers and sidecars together, or its largest init container if that is more.
pub(super) fn requests(spec: &PodSpec) -> Requests {
    let mut sum = Requests::default();
    for container in &spec.containers {
        sum.add(&of_container(container));
    }
    let mut largest = Requests::default();
    let mut sidecars = Requests::default();
    for container in spec.init_containers.iter().flatten() {
        let own = of_container(container);
        if is_sidecar(container) {
            sidecars.add(&own);
            largest.raise(&sidecars);
        } else {
            let mut with_sidecars = own;
            with_sidecars.add(&sidecars);
            largest.raise(&with_sidecars);
        }
    }
    sum.add(&sidecars);
    sum.raise(&largest);
    if let Some(overhead) = &spec.overhead {
        sum.add(&of_list(overhead));
    }
    sum.pods = 1;
    sum
}

fn of_container(container: &Container) -> Requests {
    container
        .resources
        .as_ref()
        .and_then(|r| r.requests.as_ref())
        .map_or_else(Requests::default, of_list)
}

fn of_list(list: &quantity::ResourceList) -> Requests {
    Requests {
        pods: 0,
        milli_cpu: list.get("cpu").map_or(0, quantity::cpu_milli),
        memory: list.get("memory").map_or(0, quantity::bytes),
        storage: list.get("ephemeral-storage").map_or(0, quantity::bytes),
    }
}

/// `GetRequiredNodeAffinity(pod).Match(node)`.
fn is_selected(spec: &PodSpec, node: &Node) -> bool {
    let label = |key: &str| node.metadata.labels.as_ref().and_then(|l| l.get(key));
    let selected = spec
        .node_selector
        .iter()
        .flatten()
        .all(|(key, value)| label(key) == Some(value));
    let required = spec.affinity.as_ref().and_then(|a| {
        a.node_affinity
            .as_ref()?
            .required_during_scheduling_ignored_during_execution
            .as_ref()
    });
    let Some(required) = required else {
        return selected;
    };
    let name = node.metadata.name.as_ref();
    let any_term = required.node_selector_terms.iter().any(|term| {
        let labels = term.match_expressions.as_deref().unwrap_or_default();
        let fields = term.match_fields.as_deref().unwrap_or_default();
        !(labels.is_empty() && fields.is_empty())
            && labels.iter().all(|r| is_met(r, label(&r.key)))
            && fields
                .iter()
                .all(|r| is_met(r, name.filter(|_| r.key == "metadata.name")))
    });
    selected && any_term
}

fn is_met(requirement: &NodeSelectorRequirement, value: Option<&String>) -> bool {
    let values = requirement.values.as_deref().unwrap_or_default();
    let numbers =
        || -> Option<(i64, i64)> { Some((value?.parse().ok()?, values.first()?.parse().ok()?)) };
    match requirement.operator.as_str() {
        "In" => value.is_some_and(|v| values.contains(v)),
        "NotIn" => value.is_none_or(|v| !values.contains(v)),
        "Exists" => value.is_some(),
        "DoesNotExist" => value.is_none(),
        "Gt" => numbers().is_some_and(|(have, bound)| have > bound),
        "Lt" => numbers().is_some_and(|(have, bound)| have < bound),
        _ => false,
    }
}

impl Pass<'_> {
    /// The pod may not run here.
    pub(super) fn reject(&mut self, refusal: Refusal) {
        let note = Note::warning(
            self.view.object.clone(),
            refusal.reason,
            refusal.message.clone(),
        );
        self.note(note);
        let message = format!("Pod was rejected: {}", refusal.message);
        self.fail(refusal.reason, message);
    }

    /// Has the pod been here longer than `activeDeadlineSeconds`? Then it fails.
    pub(super) fn is_past_its_deadline(&mut self) -> bool {
        const REASON: &str = "DeadlineExceeded";
        let Some(deadline_s) = self.view.spec.active_deadline_seconds else {
            return false;
        };
        let (_, status) = super::view::newest(&self.view, self.memory);
        let Some(started) = &status.start_time else {
            return false;
        };
        let deadline_ms = time::ms(started) + time::seconds_ms(deadline_s);
        let now_ms = self.view.now_ms;
        self.turn
            .saw(self.view.object, "spec.activeDeadlineSeconds", deadline_s);
        if now_ms < deadline_ms {
            self.turn.again(Wake::housekeeping(
                self.view.queue_key,
                deadline_ms - now_ms,
            ));
            return false;
        }
        let message = "Pod was active on the node longer than the specified deadline";
        self.note(Note::normal(self.view.object.clone(), REASON, message));
        self.fail(REASON, message.to_owned());
        self.turn.again(Wake::now(self.view.queue_key));
        true
    }

    fn fail(&mut self, reason: &'static str, message: String) {
        let (_, old) = super::view::newest(&self.view, self.memory);
        let mut new = if old.start_time.is_some() {
            super::status::generate(&self.view, old, self.memory, super::status::Outlook::Open)
        } else {
            PodStatus {
                start_time: Some(time::time(self.view.now_ms)),
                ..old.clone()
            }
        };
        new.phase = Some("Failed".to_owned());
        new.reason = Some(reason.to_owned());
        new.message = Some(message);
        self.turn
            .saw_at(self.view.key.clone(), 0, "admitted", Datum::Bool(false));
        self.write(new);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::harness::from_yaml;
    use super::*;
    use crate::api::{Kind, Pod, Snapshot};

    #[test]
    fn what_fits_and_what_does_not() {
        let node: Node = from_yaml(
            "{metadata: {name: n1, labels: {disk: ssd, size: '3'}}, status: {allocatable: {cpu: '4', memory: 8Gi, pods: '2'}}}",
        );
        let mut snapshot = Snapshot::default();
        snapshot.table_mut(Kind::Node).insert(node.into());
        let seen = Seen::new(&snapshot, 0).at("n1", None);
        let used = Requests {
            pods: 1,
            milli_cpu: 3000,
            memory: 1 << 30,
            storage: 0,
        };
        let cpu = |amount: &str| {
            format!("containers: [{{name: c, resources: {{requests: {{cpu: {amount}}}}}}}]")
        };
        let affinity = |operator: &str, value: &str| {
            format!(
                "containers: [{{name: c}}], affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{{matchExpressions: [{{key: size, operator: {operator}, values: ['{value}']}}]}}]}}}}}}"
            )
        };
        let table: &[(&str, String, &str)] = &[
            ("fits", cpu("1"), ""),
            (
                "too much CPU",
                cpu("1001m"),
                "OutOfcpu Node didn't have enough resource: cpu, requested: 1001, used: 3000, capacity: 4000",
            ),
            (
                "selected",
                "containers: [{name: c}], nodeSelector: {disk: ssd}".into(),
                "",
            ),
            (
                "not selected",
                "containers: [{name: c}], nodeSelector: {disk: hdd}".into(),
                "NodeAffinity Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
            ),
            ("greater", affinity("Gt", "2"), ""),
            (
                "not less",
                affinity("Lt", "3"),
                "NodeAffinity Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
            ),
            (
                "an init container counts alone",
                format!(
                    "{}, initContainers: [{{name: i, resources: {{requests: {{memory: 8Gi}}}}}}]",
                    cpu("1")
                ),
                "OutOfmemory Node didn't have enough resource: memory, requested: 8589934592, used: 1073741824, capacity: 8589934592",
            ),
        ];
        for (name, spec, want) in table {
            let pod: Pod = from_yaml(&format!("{{metadata: {{name: p}}, spec: {{{spec}}}}}"));
            let spec = pod.spec.expect("the test's pod has a spec");
            let got = check(&spec, &requests(&spec), &used, &seen);
            let got = got.map_or(String::new(), |r| format!("{} {}", r.reason, r.message));
            assert_eq!(got, *want, "{name}");
        }
        let full = Requests { pods: 2, ..used };
        let pod: Pod = from_yaml("{metadata: {name: p}, spec: {containers: [{name: c}]}}");
        let spec = pod.spec.expect("the test's pod has a spec");
        let got = check(&spec, &requests(&spec), &full, &seen).map(|r| r.reason);
        assert_eq!(got, Some("OutOfpods"));
    }
}

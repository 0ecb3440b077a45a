//! Why a pod is Pending, in one sentence: `0/3 nodes are available: 3 Insufficient cpu. preemption: …`.
//!
//! The real thing: pkg/scheduler/framework/types.go (`FitError.Error`), pkg/scheduler/framework/preemption/preemption.go (`Preempt`, which
//! says the last part), pkg/scheduler/framework/plugins/defaultpreemption/default_preemption.go (`PodEligibleToPreemptOthers`,
//! `SelectVictimsOnNode`).
//! Left out: preemption itself. Where pods of lower priority would have to make way, upstream makes them; here the pod waits and the sentence
//! says `preemption: not simulated`.

use super::cache::Cache;
use super::cycle::NoFit;
use super::framework::{Curable, PodToPlace, PreFilter, Refusal};
use super::node_info::NodeInfo;
use super::plugins::FILTERS;
use super::requests::PodUse;
use crate::api::{Kind, Name, Pod, pods};
use crate::component::Seen;

/// What upstream says when there are no nodes at all.
const NO_NODES: &str = "no nodes available to schedule pods";

const NO_VICTIMS: &str = "No preemption victims found for incoming pod";
const NOT_HELPFUL: &str = "Preemption is not helpful for scheduling";

/// What upstream would go on to do, and this scheduler does not: preempt.
pub(super) const PREEMPTION_NOT_SIMULATED: &str = "preemption: not simulated";

/// The whole sentence.
#[must_use]
pub(super) fn message(
    pod: PodToPlace<'_>,
    no_fit: &NoFit,
    cache: &Cache,
    seen: &Seen<'_>,
) -> String {
    let total = cache.nodes_total();
    if total == 0 {
        return NO_NODES.to_owned();
    }
    let mut text = format!("0/{total} nodes are available:");
    if let Some(refusal) = &no_fit.before {
        text.push(' ');
        text.push_str(&refusal.reasons.as_slice().join(", "));
        text.push('.');
    } else {
        let mut counted = Counted::default();
        for (_, refused) in &no_fit.refused {
            counted.add_all(&refused.refusal);
        }
        if let Some(plugin) = no_fit.narrowed_by {
            let reason = format!("node(s) didn't satisfy plugin(s) [{plugin}]");
            counted.add(reason.into(), total - no_fit.refused.len());
        }
        counted.append_to(&mut text);
    }
    text.push(' ');
    text.push_str(&preemption(pod, no_fit, cache, seen));
    text
}

/// What preemption says of it.
fn preemption(pod: PodToPlace<'_>, no_fit: &NoFit, cache: &Cache, seen: &Seen<'_>) -> String {
    if pod.spec.preemption_policy.as_deref() == Some("Never") {
        return "preemption: not eligible due to preemptionPolicy=Never.".to_owned();
    }
    let total = cache.nodes_total();
    let mut text = format!("preemption: 0/{total} nodes are available:");
    let mut counted = Counted::default();
    let might_help = |refusal: &Refusal| refusal.curable == Curable::ByPreemption;
    let any_lower = cache.has_pods_below(pod.used.priority);
    let mut looked_at = 0;
    for (slot, refused) in &no_fit.refused {
        if !might_help(&refused.refusal) {
            continue;
        }
        looked_at += 1;
        if !any_lower {
            counted.add(Name::new_static(NO_VICTIMS), 1);
            continue;
        }
        match without_lower(pod, &cache.infos()[*slot], seen) {
            Dry::NoVictims => counted.add(Name::new_static(NO_VICTIMS), 1),
            Dry::StillRefused(refusal) => counted.add_all(&refusal),
            Dry::WouldFit => return PREEMPTION_NOT_SIMULATED.to_owned(),
        }
    }
    counted.add(Name::new_static(NOT_HELPFUL), total - looked_at);
    counted.append_to(&mut text);
    text
}

/// What would become of the pod on a node without the pods of lower priority.
enum Dry {
    NoVictims,
    StillRefused(Refusal),
    WouldFit,
}

fn without_lower(pod: PodToPlace<'_>, node: &NodeInfo, seen: &Seen<'_>) -> Dry {
    let lower = |other: &&Pod| {
        let priority = other.spec.as_ref().and_then(|spec| spec.priority);
        priority.unwrap_or(0) < pod.used.priority && !pods::is_finished(other)
    };
    let on_node = seen.table(Kind::Pod).on_node(&node.name);
    let victims = on_node.filter_map(|object| object.get::<Pod>());
    let mut emptied = node.clone();
    let mut any = false;
    for victim in victims.filter(lower) {
        emptied.remove_pod(&PodUse::of_placed(victim));
        any = true;
    }
    if !any {
        return Dry::NoVictims;
    }
    for plugin in FILTERS {
        let refusal = match plugin.pre_filter(pod) {
            PreFilter::Skip => continue,
            PreFilter::Check(filter) | PreFilter::CheckOnly(_, filter) => filter.check(&emptied),
            PreFilter::Refuse(refusal) => Err(refusal),
        };
        if let Err(refusal) = refusal {
            return Dry::StillRefused(refusal);
        }
    }
    Dry::WouldFit
}

/// Reasons and how many nodes gave them.
#[derive(Default)]
struct Counted(Vec<(Name, usize)>);

impl Counted {
    fn add_all(&mut self, refusal: &Refusal) {
        for reason in refusal.reasons.as_slice() {
            self.add(reason.clone(), 1);
        }
    }

    fn add(&mut self, reason: Name, nodes: usize) {
        if nodes == 0 {
            return;
        }
        match self.0.iter_mut().find(|(r, _)| *r == reason) {
            Some((_, count)) => *count += nodes,
            None => self.0.push((reason, nodes)),
        }
    }

    /// ` 1 Insufficient cpu, 2 node(s) …, ….`, sorted as texts, the number included.
    fn append_to(self, text: &mut String) {
        let counted = self.0.into_iter();
        let mut texts: Vec<String> = counted.map(|(r, count)| format!("{count} {r}")).collect();
        if texts.is_empty() {
            return;
        }
        texts.sort();
        text.push(' ');
        text.push_str(&texts.join(", "));
        text.push('.');
    }
}

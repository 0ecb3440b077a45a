//! `NodeName`: a pod that names its node goes there or nowhere.
//!
//! The real thing: pkg/scheduler/framework/plugins/nodename/node_name.go.

use super::super::framework::{ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Refusal};
use super::super::node_info::NodeInfo;
use crate::api::{Name, pods};

const REASON: &str = "node(s) didn't match the requested node name";

/// The plugin. Pods with a node in their spec are bound as they are created, so it hardly ever has anything to say.
pub(super) struct NodeName;

impl FilterPlugin for NodeName {
    fn name(&self) -> &'static str {
        "NodeName"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        PreFilter::Check(Box::new(Wanted(pods::node_name(pod.pod))))
    }

    fn is_worth_another_try(&self, _pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        matches!(event, ClusterEvent::NodeAdded(_))
    }
}

struct Wanted<'a>(&'a str);

impl Filter for Wanted<'_> {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if !self.0.is_empty() && self.0 != node.name {
            return Err(Refusal::for_good(Name::new_static(REASON)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with};
    use super::*;

    #[test]
    fn named_nodes() {
        // Upstream's node_name_test.go.
        let table = [
            ("no node named", "{}", vec![]),
            ("this node named", "{nodeName: foo}", vec![]),
            ("another node named", "{nodeName: bar}", vec![REASON]),
        ];
        for (name, pod, want) in table {
            let got = check(&NodeName, &pod_with(pod), "{metadata: {name: foo}}", &[]);
            assert_eq!(got, want, "{name}");
        }
    }
}

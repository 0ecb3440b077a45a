//! `NodePorts`: two pods cannot listen on one port of one node.
//!
//! The real thing: pkg/scheduler/framework/plugins/nodeports/node_ports.go.

use super::super::framework::{
    ClusterEvent, Filter, FilterPlugin, PodToPlace, PreFilter, Reasons, Refusal,
};
use super::super::node_info::NodeInfo;
use super::super::requests::HostPort;
use crate::api::Name;

const REASON: &str = "node(s) didn't have free ports for the requested pod ports";

/// The plugin.
pub(super) struct NodePorts;

impl FilterPlugin for NodePorts {
    fn name(&self) -> &'static str {
        "NodePorts"
    }

    fn pre_filter<'a>(&self, pod: PodToPlace<'a>) -> PreFilter<'a> {
        if pod.used.ports.is_empty() {
            return PreFilter::Skip;
        }
        PreFilter::Check(Box::new(Ports(&pod.used.ports)))
    }

    fn is_worth_another_try(&self, pod: PodToPlace<'_>, event: &ClusterEvent<'_>) -> bool {
        match event {
            ClusterEvent::NodeAdded(_) => true,
            ClusterEvent::PodGone(gone) => Ports(&pod.used.ports).conflict_with(&gone.ports),
            ClusterEvent::NodeUpdated { .. }
            | ClusterEvent::PodShrunk
            | ClusterEvent::OwnTolerations
            | ClusterEvent::OwnRequests => false,
        }
    }
}

struct Ports<'a>(&'a [HostPort]);

impl Ports<'_> {
    fn conflict_with(&self, taken: &[HostPort]) -> bool {
        self.0
            .iter()
            .any(|want| taken.iter().any(|port| port.conflicts(want)))
    }
}

impl Filter for Ports<'_> {
    fn check(&self, node: &NodeInfo) -> Result<(), Refusal> {
        if self.conflict_with(&node.ports) {
            return Err(Refusal::for_now(Reasons::One(Name::new_static(REASON))));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{check, pod_with};
    use super::*;

    #[test]
    fn ports_conflict() {
        // Upstream's node_ports_test.go, TestNodePorts.
        let listening = |ports: &[(&str, &str, i32)]| {
            let ports: Vec<String> = ports
                .iter()
                .map(|(ip, protocol, port)| {
                    format!("{{hostIP: {ip}, protocol: {protocol}, hostPort: {port}, containerPort: 80}}")
                })
                .collect();
            pod_with(&format!(
                "{{containers: [{{name: c, ports: [{}]}}]}}",
                ports.join(", ")
            ))
        };
        let (a, b, all) = ("127.0.0.1", "127.0.0.2", "0.0.0.0");
        let table = [
            ("no ports", vec![], vec![], true),
            (
                "another port",
                vec![(a, "UDP", 8080)],
                vec![(a, "UDP", 9090)],
                true,
            ),
            (
                "same UDP port",
                vec![(a, "UDP", 8080)],
                vec![(a, "UDP", 8080)],
                false,
            ),
            (
                "same TCP port",
                vec![(a, "TCP", 8080)],
                vec![(a, "TCP", 8080)],
                false,
            ),
            (
                "another address",
                vec![(a, "TCP", 8080)],
                vec![(b, "TCP", 8080)],
                true,
            ),
            (
                "another protocol",
                vec![(a, "UDP", 8080)],
                vec![(a, "TCP", 8080)],
                true,
            ),
            (
                "second port taken",
                vec![(a, "UDP", 8000), (a, "UDP", 8080)],
                vec![(a, "UDP", 8080)],
                false,
            ),
            (
                "other protocol of two",
                vec![(a, "TCP", 8001), (a, "UDP", 8080)],
                vec![(a, "TCP", 8001), (a, "UDP", 8081)],
                false,
            ),
            (
                "all addresses wanted",
                vec![(all, "TCP", 8001)],
                vec![(a, "TCP", 8001)],
                false,
            ),
            (
                "all addresses taken",
                vec![(a, "TCP", 8001)],
                vec![(all, "TCP", 8001)],
                false,
            ),
            (
                "all addresses, another protocol",
                vec![(a, "TCP", 8001)],
                vec![(all, "UDP", 8001)],
                true,
            ),
        ];
        for (name, wanted, taken, fits) in table {
            let want = if fits { vec![] } else { vec![REASON] };
            let got = check(&NodePorts, &listening(&wanted), "{}", &[listening(&taken)]);
            assert_eq!(got, want, "{name}");
        }
    }
}

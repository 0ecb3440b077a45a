//! NetworkPolicy.
//!
//! The real thing: pkg/apis/networking/{v1/defaults.go,validation/validation.go}, pkg/registry/networking/networkpolicy/strategy.go.

use super::cells::{age, column};
use super::normal::{drop_empty, list, text_default};
use super::{Column, Stored, names, selectors, stored};
use crate::api::check::{Errors, Path};
use crate::api::field::FieldError;
use crate::api::selector;
use crate::api::time::Ms;
use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::net::IpAddr;

const SPEC: Path<'static> = Path::root("spec");

impl Stored for NetworkPolicy {
    stored!(NetworkPolicy);

    const UNSIMULATED: Option<&'static str> = Some("network plugin");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        let selector = spec.pod_selector.get_or_insert_default();
        drop_empty(&mut selector.match_labels);
        drop_empty(&mut selector.match_expressions);
        let ingress = spec.ingress.iter_mut().flatten();
        let egress = spec.egress.iter_mut().flatten();
        let ports = ingress
            .flat_map(|rule| rule.ports.iter_mut().flatten())
            .chain(egress.flat_map(|rule| rule.ports.iter_mut().flatten()));
        ports.for_each(|port| text_default(&mut port.protocol, "TCP"));
        if list(&spec.policy_types).is_empty() {
            let mut types = vec!["Ingress".to_owned()];
            if !list(&spec.egress).is_empty() {
                types.push("Egress".to_owned());
            }
            spec.policy_types = Some(types);
        }
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
    }

    fn prepare_update(&mut self, old: &Self) {
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if let Some(spec) = &self.spec {
            validate_spec(spec, &mut errors);
        }
        errors.into_list()
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[column("Pod-Selector"), column("Age")];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let chosen = self.spec.as_ref().and_then(|s| s.pod_selector.as_ref());
        let chosen = chosen.map_or_else(|| "<none>".to_owned(), selector::format);
        vec![chosen, age(&self.metadata, now_ms)]
    }
}

fn validate_spec(spec: &NetworkPolicySpec, errors: &mut Errors) {
    if let Some(selector) = &spec.pod_selector {
        selectors::validate(selector, &SPEC.child("podSelector"), errors);
    }
    let path = SPEC.child("ingress");
    for (index, rule) in list(&spec.ingress).iter().enumerate() {
        let path = path.index(index);
        ports(list(&rule.ports), &path.child("ports"), errors);
        peers(list(&rule.from), &path.child("from"), errors);
    }
    let path = SPEC.child("egress");
    for (index, rule) in list(&spec.egress).iter().enumerate() {
        let path = path.index(index);
        ports(list(&rule.ports), &path.child("ports"), errors);
        peers(list(&rule.to), &path.child("to"), errors);
    }
    let types = list(&spec.policy_types);
    let path = SPEC.child("policyTypes");
    if types.len() > 2 {
        let texts: Vec<String> = types.iter().map(|t| format!("{t:?}")).collect();
        let value = format!("[]networking.PolicyType{{{}}}", texts.join(", "));
        errors.invalid_go(&path, &value, "may not specify more than two policyTypes");
        return;
    }
    for (index, one) in types.iter().enumerate() {
        errors.known(&path.index(index), Some(one), &["Ingress", "Egress"]);
    }
}

fn ports(ports: &[NetworkPolicyPort], path: &Path<'_>, errors: &mut Errors) {
    for (index, port) in ports.iter().enumerate() {
        let path = path.index(index);
        errors.known(
            &path.child("protocol"),
            port.protocol.as_deref(),
            &["TCP", "UDP", "SCTP"],
        );
        let (port_path, end_path) = (path.child("port"), path.child("endPort"));
        match &port.port {
            Some(IntOrString::Int(first)) => {
                for why in names::port_number(*first) {
                    errors.invalid(&port_path, *first, &why);
                }
                let Some(last) = port.end_port else { continue };
                if last < *first {
                    let detail = "must be greater than or equal to `port`";
                    errors.invalid(&end_path, last, detail);
                }
                for why in names::port_number(last) {
                    errors.invalid(&end_path, last, &why);
                }
            }
            Some(IntOrString::String(name)) => {
                if let Some(last) = port.end_port {
                    let detail = "may not be specified when `port` is non-numeric";
                    errors.invalid(&end_path, last, detail);
                }
                errors.invalid_text(&port_path, name, names::port_name(name));
            }
            None => {
                if let Some(last) = port.end_port {
                    let detail = "may not be specified when `port` is not specified";
                    errors.invalid(&end_path, last, detail);
                }
            }
        }
    }
}

fn peers(peers: &[NetworkPolicyPeer], path: &Path<'_>, errors: &mut Errors) {
    for (index, peer) in peers.iter().enumerate() {
        let path = path.index(index);
        let chosen = [
            ("podSelector", &peer.pod_selector),
            ("namespaceSelector", &peer.namespace_selector),
        ];
        let mut count = 0;
        for (field, selector) in chosen {
            let Some(selector) = selector else { continue };
            count += 1;
            selectors::validate(selector, &path.child(field), errors);
        }
        match &peer.ip_block {
            None if count == 0 => errors.required(&path, "must specify a peer"),
            None => {}
            Some(block) => {
                ip_block(block, &path.child("ipBlock"), errors);
                if count > 0 {
                    let detail = "may not specify both ipBlock and another peer";
                    errors.forbidden(&path, detail);
                }
            }
        }
    }
}

fn ip_block(block: &IPBlock, path: &Path<'_>, errors: &mut Errors) {
    let cidr_path = path.child("cidr");
    if block.cidr.is_empty() {
        errors.required(&cidr_path, "");
        return;
    }
    errors.invalid_text(&cidr_path, &block.cidr, names::cidr(&block.cidr));
    let Some(whole) = range(&block.cidr) else {
        return;
    };
    let except_path = path.child("except");
    for (index, except) in list(&block.except).iter().enumerate() {
        let path = except_path.index(index);
        errors.invalid_text(&path, except, names::cidr(except));
        let Some(part) = range(except) else { continue };
        if !is_strict_part(part, whole) {
            let detail = "must be a strict subset of `cidr`";
            errors.invalid(&path, except.as_str(), detail);
        }
    }
}

/// The address as a number of 128 bits, and how many of the bits of its family count; `None` if the text is no range.
fn range(cidr: &str) -> Option<(IpAddr, u32)> {
    if !names::cidr(cidr).is_empty() {
        return None;
    }
    let (address, bits) = cidr.split_once('/')?;
    Some((address.parse().ok()?, bits.parse().ok()?))
}

fn is_strict_part((part, part_bits): (IpAddr, u32), (whole, bits): (IpAddr, u32)) -> bool {
    let (a, b, width) = match (part, whole) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(u32::from(a)), u128::from(u32::from(b)), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (u128::from(a), u128::from(b), 128),
        _ => return false,
    };
    let shift = width - bits;
    let network = |n: u128| n.checked_shr(shift).unwrap_or(0);
    network(a) == network(b) && part_bits > bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn policy(spec: Value) -> NetworkPolicy {
        let mut policy: NetworkPolicy =
            serde_json::from_value(json!({ "spec": spec })).expect("a policy");
        policy.set_defaults();
        policy
    }

    #[test]
    fn types_follow_from_the_rules() {
        for (spec, want) in [
            (json!({}), vec!["Ingress"]),
            (json!({"egress": [{}]}), vec!["Ingress", "Egress"]),
            (json!({"policyTypes": ["Egress"]}), vec!["Egress"]),
        ] {
            let got = policy(spec).spec.and_then(|s| s.policy_types);
            assert_eq!(got.unwrap_or_default(), want);
        }
    }

    #[test]
    fn policies_are_refused() {
        let from = |peer: Value| json!({"ingress": [{"from": [peer]}]});
        let port = |port: Value| json!({"ingress": [{"ports": [port]}]});
        for (name, spec, want) in [
            (
                "fine",
                from(json!({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}})),
                vec![],
            ),
            (
                "nobody",
                from(json!({})),
                vec!["spec.ingress[0].from[0]: Required value: must specify a peer"],
            ),
            (
                "both",
                from(json!({"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}})),
                vec![
                    "spec.ingress[0].from[0]: Forbidden: may not specify both ipBlock and another peer",
                ],
            ),
            (
                "outside",
                from(
                    json!({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/16", "10.0.0.0/8"]}}),
                ),
                vec![
                    "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
                    "spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"10.0.0.0/8\": must be a strict subset of `cidr`",
                ],
            ),
            (
                "ports",
                port(json!({"port": 80, "endPort": 70, "protocol": "ICMP"})),
                vec![
                    "spec.ingress[0].ports[0].protocol: Unsupported value: \"ICMP\": supported values: \"TCP\", \"UDP\", \"SCTP\"",
                    "spec.ingress[0].ports[0].endPort: Invalid value: 70: must be greater than or equal to `port`",
                ],
            ),
            (
                "types",
                json!({"policyTypes": ["foo"]}),
                vec![
                    "spec.policyTypes[0]: Unsupported value: \"foo\": supported values: \"Ingress\", \"Egress\"",
                ],
            ),
        ] {
            let errors = policy(spec).validate();
            let got: Vec<String> = errors.iter().map(ToString::to_string).collect();
            assert_eq!(got, want, "{name}");
        }
    }
}

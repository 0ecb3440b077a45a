//! Service.
//!
//! The real thing: pkg/apis/core/v1/defaults.go, pkg/registry/core/service/{strategy.go,storage/storage.go}, pkg/apis/core/validation/validation.go.

mod defaults;
mod update;
mod validation;

use super::cells::{age, column, labels, or, wide};
use super::{Column, Stored, SubresourceInfo, names, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::core::v1::{
    LoadBalancerIngress, Service, ServicePort, ServiceSpec, ServiceStatus,
};

impl Stored for Service {
    stored!(Service);

    const SUBRESOURCES: &'static [SubresourceInfo] =
        &[SubresourceInfo::proxy("ServiceProxyOptions")];

    fn set_defaults(&mut self) {
        defaults::spec(self.spec.get_or_insert_default());
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        let status = ServiceStatus {
            load_balancer: Some(Default::default()),
            ..ServiceStatus::default()
        };
        self.status = Some(status);
        if let Some(spec) = &mut self.spec {
            defaults::copy_cluster_ip(spec);
        }
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        let (Some(new), Some(old)) = (&mut self.spec, &old.spec) else {
            return;
        };
        defaults::carry_over(new, old);
    }

    fn prepare_status_update(&mut self, old: &Self) {
        if self.spec != old.spec {
            self.spec.clone_from(&old.spec);
        }
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        if self.spec == old.spec {
            return Vec::new();
        }
        update::validate(self, old, &mut errors);
        errors.into_list()
    }

    fn validate_name(name: &str) -> Option<String> {
        names::label_1035(name).into_iter().next()
    }

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        warnings(self)
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Type"),
            column("Cluster-IP"),
            column("External-IP"),
            column("Port(s)"),
            column("Age"),
            wide("Selector"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let Some(spec) = &self.spec else {
            return vec![String::new(); Self::columns().len()];
        };
        let ports = spec.ports.iter().flatten().map(port_cell);
        vec![
            spec.type_.clone().unwrap_or_default(),
            or(spec.cluster_ip.as_deref(), "<none>"),
            external_cell(spec, self.status.as_ref()),
            or(Some(&ports.collect::<Vec<_>>().join(",")), "<none>"),
            age(&self.metadata, now_ms),
            labels(spec.selector.as_ref()),
        ]
    }

    fn selectable_fields() -> &'static [&'static str] {
        &["spec.clusterIP", "spec.type"]
    }

    fn selectable_field(&self, path: &str) -> Option<String> {
        let spec = self.spec.as_ref();
        let text = match path {
            "spec.clusterIP" => spec.and_then(|s| s.cluster_ip.clone()),
            "spec.type" => spec.and_then(|s| s.type_.clone()),
            _ => return None,
        };
        Some(text.unwrap_or_default())
    }
}

/// Does a load balancer ask every node whether it has a pod? The real thing: `NeedsHealthCheck`.
fn needs_health_check(spec: &ServiceSpec) -> bool {
    is(spec, &["LoadBalancer"]) && spec.external_traffic_policy.as_deref() == Some("Local")
}

/// Is the service of one of these types?
fn is(spec: &ServiceSpec, kinds: &[&str]) -> bool {
    kinds.contains(&spec.type_.as_deref().unwrap_or_default())
}

/// What is said and does nothing.
///
/// The real thing: pkg/api/service/warnings.go (`GetWarningsForService`).
fn warnings(service: &Service) -> Vec<String> {
    const HINTS: &str = "service.kubernetes.io/topology-aware-hints";
    let mut warnings = Vec::new();
    let annotations = service.metadata.annotations.as_ref();
    if annotations.is_some_and(|all| all.contains_key(HINTS)) {
        warnings.push(format!(
            "annotation {HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead"
        ));
    }
    let Some(spec) = &service.spec else {
        return warnings;
    };
    let filled = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    let outside = spec
        .external_ips
        .as_ref()
        .is_some_and(|ips| !ips.is_empty());
    let mut say = |when: bool, text: &str| {
        if when {
            warnings.push(text.to_owned());
        }
    };
    if is(spec, &["ClusterIP"]) && spec.cluster_ip.as_deref() == Some("None") {
        let ignored = [
            (filled(&spec.load_balancer_ip), "spec.loadBalancerIP"),
            (outside, "spec.externalIPs"),
            (
                spec.session_affinity.as_deref() != Some("None"),
                "spec.SessionAffinity",
            ),
        ];
        for (is_there, field) in ignored {
            say(
                is_there,
                &format!("{field} is ignored for headless services"),
            );
        }
    }
    let elsewhere = is(spec, &["ExternalName"]);
    say(
        elsewhere && outside,
        "spec.externalIPs is ignored when spec.type is \"ExternalName\"",
    );
    say(
        !elsewhere && filled(&spec.external_name),
        "spec.externalName is ignored when spec.type is not \"ExternalName\"",
    );
    warnings
}

fn port_cell(port: &ServicePort) -> String {
    let protocol = port.protocol.as_deref().unwrap_or("TCP");
    match port.node_port.filter(|p| *p > 0) {
        Some(node_port) => format!("{}:{node_port}/{protocol}", port.port),
        None => format!("{}/{protocol}", port.port),
    }
}

fn external_cell(spec: &ServiceSpec, status: Option<&ServiceStatus>) -> String {
    let mut ips = spec.external_ips.clone().unwrap_or_default();
    match spec.type_.as_deref() {
        Some("ClusterIP" | "NodePort") => or(Some(&ips.join(",")), "<none>"),
        Some("LoadBalancer") => {
            let balancer = status.and_then(|s| s.load_balancer.as_ref()?.ingress.as_ref());
            let address = |i: &LoadBalancerIngress| {
                let ip = i.ip.clone().filter(|ip| !ip.is_empty());
                ip.or_else(|| i.hostname.clone())
            };
            let mut all: Vec<String> = balancer.into_iter().flatten().filter_map(address).collect();
            all.sort();
            all.dedup();
            all.append(&mut ips);
            or(Some(&all.join(",")), "<pending>")
        }
        Some("ExternalName") => spec.external_name.clone().unwrap_or_default(),
        _ => "<unknown>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn service(spec: Value) -> Service {
        let mut service: Service =
            serde_json::from_value(json!({ "spec": spec })).expect("a service");
        service.set_defaults();
        service
    }

    #[test]
    fn a_bare_service_gets_what_upstream_gives_it() {
        let got = service(json!({"selector": {"app": "web"}, "ports": [{"port": 80}]}));
        let want = json!({
            "internalTrafficPolicy": "Cluster", "ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack",
            "ports": [{"port": 80, "protocol": "TCP", "targetPort": 80}],
            "selector": {"app": "web"}, "sessionAffinity": "None", "type": "ClusterIP",
        });
        assert_eq!(serde_json::to_value(got.spec).expect("plain data"), want);
    }

    #[test]
    fn rows_show_where_it_can_be_reached() {
        for (name, spec, want) in [
            (
                "new",
                json!({"ports": [{"port": 80}]}),
                "ClusterIP <none> <none> 80/TCP",
            ),
            (
                "headless",
                json!({"clusterIP": "None"}),
                "ClusterIP None <none> <none>",
            ),
            (
                "node port",
                json!({"type": "NodePort", "clusterIP": "10.96.0.9", "ports": [{"port": 80, "nodePort": 30080}]}),
                "NodePort 10.96.0.9 <none> 80:30080/TCP",
            ),
            (
                "balancer",
                json!({"type": "LoadBalancer", "ports": [{"port": 53, "protocol": "UDP"}]}),
                "LoadBalancer <none> <pending> 53/UDP",
            ),
            (
                "external",
                json!({"type": "ExternalName", "externalName": "db.example.com"}),
                "ExternalName <none> db.example.com <none>",
            ),
        ] {
            assert_eq!(service(spec).row(0)[..4].join(" "), want, "{name}");
        }
    }

    #[test]
    fn an_update_keeps_what_was_allocated() {
        let old = service(
            json!({"type": "NodePort", "clusterIP": "10.96.0.9", "clusterIPs": ["10.96.0.9"], "ports": [{"port": 80, "nodePort": 30080}]}),
        );
        let mut new = service(json!({"type": "NodePort", "ports": [{"port": 80}]}));
        new.prepare_update(&old);
        assert_eq!(new.spec, old.spec);
        let mut new = service(json!({"ports": [{"port": 80}]}));
        new.prepare_update(&old);
        let spec = new.spec.expect("kept");
        assert_eq!(spec.cluster_ip.as_deref(), Some("10.96.0.9"));
        assert_eq!(spec.ports.expect("kept")[0].node_port, None);

        let local = json!({"type": "LoadBalancer", "externalTrafficPolicy": "Local", "ports": [{"port": 80}]});
        let mut old = service(local.clone());
        old.spec.as_mut().expect("kept").health_check_node_port = Some(30387);
        let mut same = service(local);
        same.prepare_update(&old);
        assert_eq!(same.spec, old.spec);
        let mut wide = service(
            json!({"type": "LoadBalancer", "healthCheckNodePort": 30387, "ports": [{"port": 80}]}),
        );
        wide.prepare_update(&old);
        assert_eq!(wide.spec.expect("kept").health_check_node_port, None);
    }
}

//! Configuration, networking, budgets and scaling.

use super::*;

#[test]
fn configuration() {
    let secret = core::Secret {
        metadata: named("s"),
        data: BTreeMap::from([("a".to_owned(), vec![0, 255]), ("b".to_owned(), Vec::new())]),
        r#type: text("Opaque"),
        ..core::Secret::default()
    };
    let metadata = |name: &str| json!({ "name": name, "creationTimestamp": null });
    check(
        "v1",
        "Secret",
        &secret,
        json!({
            "metadata": metadata("s"), "data": { "a": "AP8=", "b": "" }, "type": "Opaque",
        }),
    );
    let config_map = core::ConfigMap {
        metadata: named("cm"),
        data: BTreeMap::from([
            ("a".to_owned(), "1".to_owned()),
            ("empty".to_owned(), String::new()),
        ]),
        binary_data: BTreeMap::from([("x".to_owned(), b"x".to_vec())]),
        immutable: Some(false),
    };
    check(
        "v1",
        "ConfigMap",
        &config_map,
        json!({
            "metadata": metadata("cm"), "data": { "a": "1", "empty": "" }, "binaryData": { "x": "eA==" }, "immutable": false,
        }),
    );
    let namespace = core::Namespace {
        metadata: named("trx"),
        spec: Some(core::NamespaceSpec::default()),
        status: Some(core::NamespaceStatus {
            phase: text(""),
            ..core::NamespaceStatus::default()
        }),
    };
    check(
        "v1",
        "Namespace",
        &namespace,
        json!({ "metadata": metadata("trx"), "spec": {}, "status": {} }),
    );
    let service_account = core::ServiceAccount {
        metadata: named("bob"),
        ..core::ServiceAccount::default()
    };
    check(
        "v1",
        "ServiceAccount",
        &service_account,
        json!({ "metadata": metadata("bob") }),
    );
    let quota = core::ResourceQuota {
        metadata: named("q"),
        spec: Some(core::ResourceQuotaSpec {
            hard: quantities(&[("pods", "100")]),
            ..core::ResourceQuotaSpec::default()
        }),
        status: Some(core::ResourceQuotaStatus::default()),
    };
    check(
        "v1",
        "ResourceQuota",
        &quota,
        json!({
            "metadata": metadata("q"), "spec": { "hard": { "pods": "100" } }, "status": {},
        }),
    );
    let class = scheduling::PriorityClass {
        metadata: named("high"),
        value: Some(-5),
        global_default: Some(false),
        description: text(""),
        preemption_policy: text("Never"),
    };
    check(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        &class,
        json!({
            "metadata": metadata("high"), "value": -5, "preemptionPolicy": "Never",
        }),
    );
}

#[test]
fn networking_and_budgets() {
    let metadata = json!({ "name": "web", "creationTimestamp": null });
    let service = core::Service {
        metadata: named("web"),
        spec: Some(core::ServiceSpec {
            ports: vec![core::ServicePort {
                port: Some(80),
                target_port: number(8080),
                node_port: Some(0),
                ..core::ServicePort::default()
            }],
            cluster_ips: texts(&["None"]),
            ip_family_policy: text("SingleStack"),
            ..core::ServiceSpec::default()
        }),
        status: Some(core::ServiceStatus {
            load_balancer: Some(core::LoadBalancerStatus::default()),
            ..core::ServiceStatus::default()
        }),
    };
    check(
        "v1",
        "Service",
        &service,
        json!({
            "metadata": metadata,
            "spec": {
                "ports": [{ "port": 80, "targetPort": 8080 }], "clusterIPs": ["None"], "ipFamilyPolicy": "SingleStack",
            },
            "status": { "loadBalancer": {} },
        }),
    );
    let backend = networking::IngressBackend {
        service: Some(networking::IngressServiceBackend {
            name: text("web"),
            port: Some(networking::ServiceBackendPort {
                name: text(""),
                number: Some(80),
            }),
        }),
        resource: None,
    };
    let ingress = networking::Ingress {
        metadata: named("web"),
        spec: Some(networking::IngressSpec {
            ingress_class_name: text(""),
            rules: vec![networking::IngressRule {
                host: text("a.com"),
                ingress_rule_value: Some(networking::IngressRuleValue {
                    http: Some(networking::HttpIngressRuleValue {
                        paths: vec![networking::HttpIngressPath {
                            path: text("/"),
                            path_type: text("Prefix"),
                            backend: Some(backend),
                        }],
                    }),
                }),
            }],
            ..networking::IngressSpec::default()
        }),
        status: None,
    };
    check(
        "networking.k8s.io/v1",
        "Ingress",
        &ingress,
        json!({
            "metadata": metadata,
            "spec": {
                "ingressClassName": "",
                "rules": [{ "host": "a.com", "http": { "paths": [
                    { "path": "/", "pathType": "Prefix", "backend": { "service": { "name": "web", "port": { "number": 80 } } } },
                ] } }],
            },
        }),
    );
    let budget = policy::PodDisruptionBudget {
        metadata: named("web"),
        spec: Some(policy::PodDisruptionBudgetSpec {
            min_available: word("50%"),
            selector: selector("app", "web"),
            ..policy::PodDisruptionBudgetSpec::default()
        }),
        status: Some(policy::PodDisruptionBudgetStatus {
            disruptions_allowed: Some(0),
            ..Default::default()
        }),
    };
    check(
        "policy/v1",
        "PodDisruptionBudget",
        &budget,
        json!({
            "metadata": metadata,
            "spec": { "minAvailable": "50%", "selector": { "matchLabels": { "app": "web" } } },
            "status": {},
        }),
    );
    let scaler = autoscaling::HorizontalPodAutoscaler {
        metadata: named("web"),
        spec: Some(autoscaling::HorizontalPodAutoscalerSpec {
            scale_target_ref: Some(autoscaling::CrossVersionObjectReference {
                kind: text("Deployment"),
                name: text("web"),
                api_version: text("apps/v1"),
            }),
            min_replicas: Some(1),
            max_replicas: Some(3),
            target_cpu_utilization_percentage: Some(50),
        }),
        status: Some(autoscaling::HorizontalPodAutoscalerStatus {
            current_replicas: Some(0),
            ..Default::default()
        }),
    };
    check(
        "autoscaling/v1",
        "HorizontalPodAutoscaler",
        &scaler,
        json!({
            "metadata": metadata,
            "spec": {
                "scaleTargetRef": { "kind": "Deployment", "name": "web", "apiVersion": "apps/v1" },
                "minReplicas": 1, "maxReplicas": 3, "targetCPUUtilizationPercentage": 50,
            },
            "status": {},
        }),
    );
}

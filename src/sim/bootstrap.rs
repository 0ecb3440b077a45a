//! What the API server creates for itself before anyone else comes: the system namespaces, the `kubernetes` Service and the two
//! PriorityClasses of the system.
//!
//! The real thing: pkg/controlplane/controller/{systemnamespaces,kubernetesservice}/*.go, pkg/registry/scheduling/rest/storage_scheduling.go.

use crate::api::Request;
use crate::api::kinds::priority_class::SYSTEM_CLASSES;
use k8s_openapi::api::core::v1::{Namespace, Service, ServicePort, ServiceSpec};
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The identity of the API server when it calls itself.
const SELF: &str = "system:apiserver";

/// The namespaces that every cluster has.
const NAMESPACES: &[&str] = &["default", "kube-system", "kube-public", "kube-node-lease"];

/// The requests, in order.
pub(super) fn requests() -> impl Iterator<Item = Request> {
    NAMESPACES
        .iter()
        .map(|name| namespace(name))
        .chain([kubernetes_service()])
        .chain(SYSTEM_CLASSES.iter().map(priority_class))
        .map(|request| Request {
            field_manager: "kube-apiserver".into(),
            ..request.by(SELF)
        })
}

fn priority_class((name, value, description): &(&str, i32, &str)) -> Request {
    let mut class = PriorityClass {
        value: *value,
        description: Some((*description).to_owned()),
        ..PriorityClass::default()
    };
    class.metadata.name = Some((*name).to_owned());
    Request::create(class)
}

fn namespace(name: &str) -> Request {
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(name.to_owned());
    Request::create(namespace)
}

fn kubernetes_service() -> Request {
    let mut service = Service::default();
    service.metadata.name = Some("kubernetes".to_owned());
    service.metadata.namespace = Some("default".to_owned());
    let labels = [("component", "apiserver"), ("provider", "kubernetes")];
    service.metadata.labels = Some(
        labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    );
    let port = ServicePort {
        name: Some("https".to_owned()),
        protocol: Some("TCP".to_owned()),
        port: 443,
        target_port: Some(IntOrString::Int(6443)),
        ..ServicePort::default()
    };
    service.spec = Some(ServiceSpec {
        cluster_ip: Some("10.96.0.1".to_owned()),
        type_: Some("ClusterIP".to_owned()),
        ports: Some(vec![port]),
        ..ServiceSpec::default()
    });
    Request::create(service)
}

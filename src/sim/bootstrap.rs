//! What the API server creates for itself before anyone else comes: the system namespaces, the `kubernetes` Service with its endpoint,
//! and the two PriorityClasses of the system.
//!
//! The real thing: pkg/controlplane/controller/{systemnamespaces,kubernetesservice}/*.go,
//! pkg/controlplane/reconcilers/{lease,endpointsadapter}.go, pkg/registry/scheduling/rest/storage_scheduling.go.

use crate::api::Request;
use crate::api::kinds::priority_class::SYSTEM_CLASSES;
use k8s_openapi::api::core::v1::{
    EndpointAddress, EndpointPort, EndpointSubset, Endpoints, Namespace, Service, ServicePort,
    ServiceSpec,
};
use k8s_openapi::api::discovery::v1::{
    Endpoint, EndpointConditions, EndpointPort as SlicePort, EndpointSlice,
};
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

/// The identity of the API server when it calls itself.
const SELF: &str = "system:apiserver";

/// The namespaces that every cluster has.
const NAMESPACES: &[&str] = &["default", "kube-system", "kube-public", "kube-node-lease"];

/// The name of the Service, and of what says where the API server is.
const SERVICE: &str = "kubernetes";
/// The API server's machine, which is none of the nodes.
const ADDRESS: &str = "172.18.0.1";
const PORT: &str = "https";
const SECURE_PORT: i32 = 6443;

/// The requests, in order.
pub(super) fn requests() -> impl Iterator<Item = Request> {
    NAMESPACES
        .iter()
        .map(|name| namespace(name))
        .chain([kubernetes_service(), endpoints(), endpoint_slice()])
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
    service.metadata.name = Some(SERVICE.to_owned());
    service.metadata.namespace = Some(NAMESPACES[0].to_owned());
    let labels = [("component", "apiserver"), ("provider", "kubernetes")];
    service.metadata.labels = Some(
        labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    );
    let port = ServicePort {
        name: Some(PORT.to_owned()),
        protocol: Some("TCP".to_owned()),
        port: 443,
        target_port: Some(IntOrString::Int(SECURE_PORT)),
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

fn endpoints() -> Request {
    let address = EndpointAddress {
        ip: ADDRESS.to_owned(),
        ..EndpointAddress::default()
    };
    let port = EndpointPort {
        name: Some(PORT.to_owned()),
        port: SECURE_PORT,
        protocol: Some("TCP".to_owned()),
        ..EndpointPort::default()
    };
    let subset = EndpointSubset {
        addresses: Some(vec![address]),
        ports: Some(vec![port]),
        ..EndpointSubset::default()
    };
    Request::create(Endpoints {
        metadata: named("endpointslice.kubernetes.io/skip-mirror", "true"),
        subsets: Some(vec![subset]),
    })
}

fn endpoint_slice() -> Request {
    let conditions = EndpointConditions {
        ready: Some(true),
        ..EndpointConditions::default()
    };
    let endpoint = Endpoint {
        addresses: vec![ADDRESS.to_owned()],
        conditions: Some(conditions),
        ..Endpoint::default()
    };
    let port = SlicePort {
        name: Some(PORT.to_owned()),
        port: Some(SECURE_PORT),
        protocol: Some("TCP".to_owned()),
        ..SlicePort::default()
    };
    Request::create(EndpointSlice {
        metadata: named("kubernetes.io/service-name", SERVICE),
        address_type: "IPv4".to_owned(),
        endpoints: vec![endpoint],
        ports: Some(vec![port]),
    })
}

/// The metadata of what says where the API server is.
fn named(label: &str, value: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(SERVICE.to_owned()),
        namespace: Some(NAMESPACES[0].to_owned()),
        labels: Some([(label.to_owned(), value.to_owned())].into()),
        ..ObjectMeta::default()
    }
}

//! The API server's own objects: the system namespaces, the `kubernetes` Service with its endpoint, the range of the Services' addresses,
//! and the two PriorityClasses of the system. It makes them before anyone else comes, and all but the classes again when they go missing.
//!
//! The real thing: pkg/controlplane/controller/{systemnamespaces,kubernetesservice,defaultservicecidr}/*.go,
//! pkg/controlplane/reconcilers/{lease,endpointsadapter}.go, pkg/registry/scheduling/rest/storage_scheduling.go.
//! Left out: the endpoint's address goes when the API server stops; the Events that tell of a range that is not the configured one.

use super::cluster::Cluster;
use crate::api::kinds::priority_class::SYSTEM_CLASSES;
use crate::api::time::{self, Ms};
use crate::api::{Body, Key, Kind, Object, Patch, PatchType, Request, Snapshot, Subresource, Verb};
use k8s_openapi::api::core::v1::{
    EndpointAddress, EndpointPort, EndpointSubset, Endpoints, Namespace, Service, ServicePort,
    ServiceSpec,
};
use k8s_openapi::api::discovery::v1::{
    Endpoint, EndpointConditions, EndpointPort as SlicePort, EndpointSlice,
};
use k8s_openapi::api::networking::v1::{ServiceCIDR, ServiceCIDRSpec};
use k8s_openapi::api::scheduling::v1::PriorityClass;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::json;
use std::sync::Arc;

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

/// The Services' addresses: kubeadm's default, as the API server's flag has it.
const RANGE: &str = "10.96.0.0/12";
/// Who manages the range's status.
const RANGE_MANAGER: &str = "kubernetes-service-cidr-controller";

/// Between two looks at the Service, its endpoint and the range. The real thing: `DefaultEndpointReconcilerInterval`.
const SERVICE_INTERVAL_MS: Ms = 10_000;
/// Between two looks at the namespaces.
const NAMESPACES_INTERVAL_MS: Ms = 60_000;

/// What an object needs to be as it should, now; `None` if it is.
type Remedy = fn(&Snapshot, Ms) -> Option<Request>;

/// In the order in which they are made.
const NAMESPACE_REMEDIES: &[Remedy] = &[
    |head, _| namespace(head, NAMESPACES[0]),
    |head, _| namespace(head, NAMESPACES[1]),
    |head, _| namespace(head, NAMESPACES[2]),
    |head, _| namespace(head, NAMESPACES[3]),
];
const SERVICE_REMEDIES: &[Remedy] = &[
    service_cidr,
    service_cidr_status,
    kubernetes_service,
    endpoints,
    endpoint_slice,
];

/// When the API server looks after its own objects again.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct OwnObjects {
    service_due_ms: Ms,
    namespaces_due_ms: Ms,
}

impl OwnObjects {
    /// From a server that has just made them.
    pub(super) fn new(now_ms: Ms) -> Self {
        Self {
            service_due_ms: now_ms + SERVICE_INTERVAL_MS,
            namespaces_due_ms: now_ms + NAMESPACES_INTERVAL_MS,
        }
    }

    /// What is to be looked at by now. Costs two comparisons when that is nothing.
    fn take_due(&mut self, now_ms: Ms) -> impl Iterator<Item = &'static Remedy> + use<> {
        let namespaces = is_due(&mut self.namespaces_due_ms, now_ms, NAMESPACES_INTERVAL_MS);
        let service = is_due(&mut self.service_due_ms, now_ms, SERVICE_INTERVAL_MS);
        let namespaces = namespaces.then_some(NAMESPACE_REMEDIES);
        let service = service.then_some(SERVICE_REMEDIES);
        namespaces.into_iter().chain(service).flatten()
    }
}

/// Has the time come? Then the next is the first of its row that is still to come.
fn is_due(due_ms: &mut Ms, now_ms: Ms, interval_ms: Ms) -> bool {
    let Some(late_ms) = now_ms.checked_sub(*due_ms) else {
        return false;
    };
    *due_ms += (late_ms / interval_ms + 1) * interval_ms;
    true
}

impl Cluster {
    /// Makes what the API server makes when it first starts.
    pub(super) fn make_own_objects(&mut self) {
        for remedy in NAMESPACE_REMEDIES.iter().chain(SERVICE_REMEDIES) {
            self.remedy(*remedy);
        }
        for class in SYSTEM_CLASSES {
            self.ask_as_api_server(priority_class(&class));
        }
    }

    /// Makes what is missing of them, if it is time to look.
    pub(super) fn keep_own_objects(&mut self) {
        if self.api_server_up {
            for remedy in self.own_objects.take_due(self.now_ms) {
                self.remedy(*remedy);
            }
        }
    }

    fn remedy(&mut self, remedy: Remedy) {
        if let Some(request) = remedy(self.store.head(), self.now_ms) {
            self.ask_as_api_server(request);
        }
    }

    /// A refusal is no matter: the next look finds the object as it is then.
    fn ask_as_api_server(&mut self, request: Request) {
        let mut request = request.by(SELF);
        if request.field_manager.is_empty() {
            request.field_manager = "kube-apiserver".into();
        }
        let _ = self.answer(request);
    }
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

fn namespace(head: &Snapshot, name: &str) -> Option<Request> {
    if head.table(Kind::Namespace).get("", name).is_some() {
        return None;
    }
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(name.to_owned());
    Some(Request::create(namespace))
}

fn service_cidr(head: &Snapshot, _: Ms) -> Option<Request> {
    if head.table(Kind::ServiceCIDR).get("", SERVICE).is_some() {
        return None;
    }
    let mut range = ServiceCIDR::default();
    range.metadata.name = Some(SERVICE.to_owned());
    range.spec = Some(ServiceCIDRSpec {
        cidrs: Some(vec![RANGE.to_owned()]),
    });
    Some(Request::create(range))
}

/// Says that the range is ready, where nobody has said anything of that; of a range that is another one or on its way out it says nothing.
fn service_cidr_status(head: &Snapshot, now_ms: Ms) -> Option<Request> {
    let object = head.table(Kind::ServiceCIDR).get("", SERVICE)?;
    let range: &ServiceCIDR = object.get()?;
    let cidrs = range.spec.as_ref().and_then(|spec| spec.cidrs.as_deref());
    let conditions = range
        .status
        .iter()
        .flat_map(|s| s.conditions.iter().flatten());
    let said = |c: &Condition| c.type_ == "Ready" && c.status != "Unknown";
    if range.metadata.deletion_timestamp.is_some()
        || cidrs != Some(&[RANGE.to_owned()])
        || conditions.into_iter().any(said)
    {
        return None;
    }
    let status = json!({"conditions": [{
        "type": "Ready",
        "status": "True",
        "message": "Kubernetes default Service CIDR is ready",
        "lastTransitionTime": time::time(now_ms),
    }]});
    let info = Kind::ServiceCIDR.info();
    let body = json!({
        "apiVersion": info.api_version,
        "kind": info.name,
        "metadata": {"name": SERVICE},
        "status": status,
    });
    let patch = Patch {
        kind: PatchType::Apply,
        body: Arc::new(body),
        forces: true,
    };
    let key = Key::new(Kind::ServiceCIDR, "", SERVICE);
    Some(Request {
        subresource: Some(Subresource::Status),
        field_manager: RANGE_MANAGER.into(),
        ..Request::new(Verb::Patch, key, Body::Patch(patch))
    })
}

/// The Service is made and never changed: what people do to it stays, until the server starts anew upstream.
fn kubernetes_service(head: &Snapshot, _: Ms) -> Option<Request> {
    found(head, Kind::Service).is_none().then(new_service)
}

fn new_service() -> Request {
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

/// One subset with the one address; the ports are put right only if there are none.
fn endpoints(head: &Snapshot, _: Ms) -> Option<Request> {
    let old: Option<&Endpoints> = found(head, Kind::Endpoints).and_then(Object::get);
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
    let subset = match old.and_then(|old| old.subsets.as_deref()) {
        Some([subset]) => subset.clone(),
        _ => EndpointSubset::default(),
    };
    let ports = subset.ports.filter(|ports| !ports.is_empty());
    let subset = EndpointSubset {
        addresses: Some(vec![address]),
        ports: ports.or(Some(vec![port])),
        ..subset
    };
    let wanted = Endpoints {
        metadata: named(
            old.map(|old| &old.metadata),
            "endpointslice.kubernetes.io/skip-mirror",
            "true",
        ),
        subsets: Some(vec![subset]),
    };
    write(old, wanted)
}

fn endpoint_slice(head: &Snapshot, _: Ms) -> Option<Request> {
    let old: Option<&EndpointSlice> = found(head, Kind::EndpointSlice).and_then(Object::get);
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
    let ports = old.and_then(|old| old.ports.clone());
    let wanted = EndpointSlice {
        metadata: named(
            old.map(|old| &old.metadata),
            "kubernetes.io/service-name",
            SERVICE,
        ),
        address_type: "IPv4".to_owned(),
        endpoints: vec![endpoint],
        ports: ports.filter(|p| !p.is_empty()).or(Some(vec![port])),
    };
    write(old, wanted)
}

/// The object of this kind that has the Service's name.
fn found(head: &Snapshot, kind: Kind) -> Option<&Object> {
    head.table(kind).get(NAMESPACES[0], SERVICE)
}

/// Makes the object, or puts it right if it is another.
fn write<T: Into<Object> + PartialEq>(old: Option<&T>, wanted: T) -> Option<Request> {
    match old {
        None => Some(Request::create(wanted)),
        Some(old) => (*old != wanted).then(|| Request::update(wanted)),
    }
}

/// The metadata of what says where the API server is: no other labels are left.
fn named(old: Option<&ObjectMeta>, label: &str, value: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(SERVICE.to_owned()),
        namespace: Some(NAMESPACES[0].to_owned()),
        labels: Some([(label.to_owned(), value.to_owned())].into()),
        ..old.cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{DeleteOptions, Revision};
    use crate::sim::{ClusterOptions, Fault, Pace};

    fn run_until(cluster: &mut Cluster, at_ms: Ms) {
        while cluster.next_due_ms().is_some_and(|due| due <= at_ms) {
            cluster.step_default(Pace::Turn);
        }
        cluster.wait_until(at_ms);
    }

    fn revision(cluster: &Cluster, key: &Key) -> Option<Revision> {
        cluster.store().head().get(key).map(Object::revision)
    }

    fn delete(cluster: &mut Cluster, key: &Key) {
        let request = Request::delete(key.clone(), DeleteOptions::default());
        let step = cluster.submit(request.by("kubernetes-admin"));
        let answer = step.answer().expect("a person's request");
        assert!(answer.result.is_ok(), "{key}: {:?}", answer.result);
    }

    #[test]
    fn what_is_deleted_is_there_again_before_long() {
        let service = |kind| Key::new(kind, "default", SERVICE);
        let cases = [
            (service(Kind::Service), 10_000),
            (service(Kind::Endpoints), 10_000),
            (service(Kind::EndpointSlice), 10_000),
            (
                Key::new(Kind::Namespace, "", "kube-node-lease"),
                60_000 + 10_000,
            ),
        ];
        for (key, at_most_ms) in cases {
            let mut cluster = Cluster::booted(ClusterOptions::default());
            let before = cluster.store().head().get(&key).cloned();
            let before = before.expect("it is there from the beginning");
            delete(&mut cluster, &key);
            let until = cluster.now_ms() + at_most_ms;
            run_until(&mut cluster, until);
            let after = cluster.store().head().get(&key).expect("it is back");
            assert_ne!(after.metadata().uid, before.metadata().uid, "{key}");
            assert_eq!(after.metadata().labels, before.metadata().labels, "{key}");
        }
    }

    #[test]
    fn what_is_as_it_should_be_is_not_written() {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        let kinds = [Kind::Service, Kind::Endpoints, Kind::EndpointSlice];
        let keys = kinds.map(|kind| Key::new(kind, "default", SERVICE));
        let range = Key::new(Kind::ServiceCIDR, "", SERVICE);
        let keys: Vec<Key> = keys.into_iter().chain([range]).collect();
        let revisions = |cluster: &Cluster| -> Vec<_> {
            let revisions = keys.iter().map(|key| revision(cluster, key));
            revisions.collect()
        };
        let before = revisions(&cluster);
        assert!(before.iter().all(Option::is_some));
        let until = cluster.now_ms() + 120_000;
        run_until(&mut cluster, until);
        assert_eq!(revisions(&cluster), before);
    }

    #[test]
    fn addresses_are_put_right_and_ports_are_left() {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        let key = Key::new(Kind::Endpoints, "default", SERVICE);
        let subsets = json!([{"addresses": [{"ip": "192.0.2.1"}], "ports": [{"port": 1}]}]);
        let body = json!({"subsets": subsets, "metadata": {"labels": {"mine": "yes"}}});
        let patch = Request::patch(key.clone(), PatchType::Merge, body);
        cluster.submit(patch.by("kubernetes-admin"));
        let until = cluster.now_ms() + 10_000;
        run_until(&mut cluster, until);
        let object = cluster.store().head().get(&key).expect("it is there");
        let endpoints: &Endpoints = object.get().expect("it is of its kind");
        let subset = &endpoints.subsets.as_ref().expect("one subset")[0];
        let ip = subset.addresses.as_ref().map(|all| all[0].ip.as_str());
        let port = subset.ports.as_ref().map(|all| all[0].port);
        assert_eq!((ip, port), (Some(ADDRESS), Some(1)));
        let labels = endpoints.metadata.labels.iter().flatten();
        assert_eq!(labels.count(), 1, "no other label is left");
    }

    #[test]
    fn a_server_that_is_down_makes_nothing() {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        let service = Key::new(Kind::Service, "default", SERVICE);
        delete(&mut cluster, &service);
        cluster.fault(Fault::StopApiServer).expect("it is up");
        let until = cluster.now_ms() + 30_000;
        run_until(&mut cluster, until);
        assert_eq!(revision(&cluster, &service), None);
        cluster.fault(Fault::StartApiServer).expect("it is down");
        let until = cluster.now_ms() + 1_000;
        run_until(&mut cluster, until);
        assert!(revision(&cluster, &service).is_some());
    }

    #[test]
    fn the_range_is_ready_and_cannot_go_while_services_need_it() {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        let range = Key::new(Kind::ServiceCIDR, "", SERVICE);
        let ready = |cluster: &Cluster| {
            let json = cluster
                .store()
                .head()
                .get(&range)
                .expect("it is there")
                .to_json();
            assert_eq!(json["spec"]["cidrs"], json!([RANGE]));
            let ready = &json["status"]["conditions"][0];
            format!(
                "{} {}: {}",
                ready["type"], ready["status"], ready["message"]
            )
        };
        let said = "\"Ready\" \"True\": \"Kubernetes Service CIDR is ready\"";
        assert_eq!(ready(&cluster), said);
        delete(&mut cluster, &range);
        let until = cluster.now_ms() + 60_000;
        run_until(&mut cluster, until);
        let said = "\"Ready\" \"False\": \"There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR\"";
        assert_eq!(ready(&cluster), said);
        // With another range around it, nobody needs it: it goes, and is made again.
        let around: ServiceCIDR = serde_json::from_value(
            json!({"metadata": {"name": "around"}, "spec": {"cidrs": ["10.0.0.0/8"]}}),
        )
        .expect("a range");
        let uid = |cluster: &Cluster| {
            let object = cluster.store().head().get(&range);
            object.and_then(|o| o.metadata().uid.clone())
        };
        let before = uid(&cluster);
        cluster.submit(Request::create(around).by("kubernetes-admin"));
        let until = cluster.now_ms() + 30_000;
        run_until(&mut cluster, until);
        let after = uid(&cluster);
        assert!(after.is_some() && after != before, "{after:?}");
    }
}

//! IPAddress objects: who has which of the Services' cluster addresses. One is made before a Service gets its address, and goes after the
//! Service does, or after it has given the address up.
//!
//! The real thing: pkg/registry/core/service/ipallocator/ipallocator.go (`createIPAddress`, `release`),
//! pkg/registry/core/service/storage/alloc.go.
//! Left out: whoever puts right what people do to these objects (pkg/registry/core/service/ipallocator/controller/repairip.go).

use super::{Call, SELF};
use crate::api::managed_fields::ledger::{self, Author, Write};
use crate::api::managed_fields::schema::Schema;
use crate::api::{Key, Kind, Object, Stored, Uid, owner, time};
use crate::control_plane::etcd::Writer;
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::api::networking::v1::{IPAddress, IPAddressSpec, ParentReference};
use std::net::Ipv4Addr;

/// Who makes them: a label's value.
const MANAGER: &str = "ipallocator.k8s.io";

/// The addresses that a Service has.
pub(super) fn of(object: &Object) -> impl Iterator<Item = Ipv4Addr> + '_ {
    let spec = Service::of(object).and_then(|service| service.spec.as_ref());
    let ips = spec
        .into_iter()
        .flat_map(|s| s.cluster_ips.iter().flatten());
    ips.filter_map(|ip| ip.parse().ok())
}

/// Is there an object that says that the address belongs to another than this Service?
pub(super) fn is_of_another(call: &Call<'_, '_>, service: &Object, ip: &str) -> bool {
    let table = call.context.store.head().table(Kind::IPAddress);
    let there = table.get("", ip).and_then(IPAddress::of);
    there.is_some_and(|there| there.spec != Some(spec_for(service)))
}

/// Makes the objects of the addresses that a Service is about to have.
pub(super) fn take(call: &mut Call<'_, '_>, service: &Object) {
    for ip in of(service) {
        let table = call.context.store.head().table(Kind::IPAddress);
        if table.get("", &ip.to_string()).is_none() {
            let address = address(service, ip, call.context.now_ms);
            call.context.store.put(address, &writer(call));
        }
    }
}

/// Removes the objects of the addresses that the Service `was` had, and that it has no longer as it `is`.
pub(super) fn release(call: &mut Call<'_, '_>, was: &Object, is: Option<&Object>) {
    for ip in of(was) {
        if !is.is_some_and(|is| of(is).any(|kept| kept == ip)) {
            let key = Key::new(Kind::IPAddress, "", ip.to_string());
            if let Some(change) = call.context.store.remove(&key, &writer(call)) {
                call.revision = Some(change.revision);
            }
        }
    }
}

fn writer(call: &Call<'_, '_>) -> Writer {
    Writer {
        by: SELF.into(),
        ..call.writer()
    }
}

fn address(service: &Object, ip: Ipv4Addr, now_ms: time::Ms) -> Object {
    // It follows from the Service's, so that nobody else's chance is another one for it.
    let Uid(number) = owner::uid_of(service.metadata());
    let mut address = IPAddress {
        spec: Some(spec_for(service)),
        ..IPAddress::default()
    };
    let labels = [
        ("ipaddress.kubernetes.io/ip-family", "IPv4"),
        ("ipaddress.kubernetes.io/managed-by", MANAGER),
    ];
    let meta = &mut address.metadata;
    meta.name = Some(ip.to_string());
    meta.labels = Some(labels.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
    let mut object = Object::from(address);
    let write = Write {
        author: Author::Component,
        manager: "kube-apiserver",
        subresource: None,
        now_ms,
        schema: Schema::of(Kind::IPAddress),
    };
    ledger::note_creation(&mut object, write);
    let meta = object.metadata_mut();
    meta.uid = Some(Uid(number ^ u128::from(u32::from(ip))).to_string());
    meta.creation_timestamp = Some(time::time(now_ms));
    object.prepare_create();
    object
}

fn spec_for(service: &Object) -> IPAddressSpec {
    IPAddressSpec {
        parent_ref: ParentReference {
            group: None,
            resource: "services".to_owned(),
            namespace: Some(service.namespace().to_string()),
            name: service.name().to_string(),
        },
    }
}

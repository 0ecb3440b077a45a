//! Ingress.
//!
//! The real thing: pkg/registry/networking/ingress/strategy.go, pkg/apis/networking/validation/validation.go (`ValidateIngressCreate`).

mod validation;

pub(super) use validation::path_segment;

use super::cells::{age, column, or};
use super::normal::{drop_empty, list, text};
use super::{Column, Stored, stored};
use crate::api::check::Errors;
use crate::api::field::FieldError;
use crate::api::time::Ms;
use k8s_openapi::api::networking::v1::{Ingress, IngressLoadBalancerStatus, IngressStatus};
use std::collections::BTreeSet;

/// How many hosts a row lists.
const HOSTS_SHOWN: usize = 3;

impl Stored for Ingress {
    stored!(Ingress);

    const UNSIMULATED: Option<&'static str> = Some("ingress controller");

    fn set_defaults(&mut self) {
        let spec = self.spec.get_or_insert_default();
        drop_empty(&mut spec.rules);
        drop_empty(&mut spec.tls);
        self.status.get_or_insert_default();
    }

    fn prepare_create(&mut self) {
        self.metadata.generation = Some(1);
        self.status = Some(IngressStatus {
            load_balancer: Some(IngressLoadBalancerStatus::default()),
        });
    }

    fn prepare_update(&mut self, old: &Self) {
        self.status.clone_from(&old.status);
        self.metadata.generation = old.metadata.generation;
        if self.spec != old.spec {
            self.metadata.generation = Some(old.metadata.generation.unwrap_or(0) + 1);
        }
    }

    fn prepare_status_update(&mut self, old: &Self) {
        self.spec.clone_from(&old.spec);
        self.metadata.generation = old.metadata.generation;
    }

    fn validate(&self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::create(self, &mut errors);
        errors.into_list()
    }

    fn validate_update(&self, old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::update(self, old, &mut errors);
        errors.into_list()
    }

    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        let mut errors = Errors::new();
        validation::status(self, &mut errors);
        errors.into_list()
    }

    fn warnings(&self, _old: Option<&Self>) -> Vec<String> {
        const KEY: &str = "kubernetes.io/ingress.class";
        let annotations = self.metadata.annotations.as_ref();
        if annotations.is_none_or(|all| !all.contains_key(KEY)) {
            return Vec::new();
        }
        let text =
            format!("annotation {KEY:?} is deprecated, please use 'spec.ingressClassName' instead");
        vec![text]
    }

    fn columns() -> &'static [Column] {
        const COLUMNS: &[Column] = &[
            column("Class"),
            column("Hosts"),
            column("Address"),
            column("Ports"),
            column("Age"),
        ];
        COLUMNS
    }

    fn row(&self, now_ms: Ms) -> Vec<String> {
        let spec = self.spec.clone().unwrap_or_default();
        let ports = if list(&spec.tls).is_empty() {
            "80"
        } else {
            "80, 443"
        };
        vec![
            or(spec.ingress_class_name.as_deref(), "<none>"),
            hosts_cell(self),
            address_cell(self),
            ports.to_owned(),
            age(&self.metadata, now_ms),
        ]
    }
}

/// The hosts of the rules: the first three that have one, and how many rules there are beyond.
fn hosts_cell(ingress: &Ingress) -> String {
    let rules = ingress.spec.as_ref().map_or(&[][..], |s| list(&s.rules));
    let mut hosts: Vec<&str> = Vec::new();
    let mut more = false;
    for rule in rules {
        more |= hosts.len() == HOSTS_SHOWN;
        let host = text(&rule.host);
        if !more && !host.is_empty() {
            hosts.push(host);
        }
    }
    if hosts.is_empty() {
        return "*".to_owned();
    }
    let shown = hosts.join(",");
    if more {
        return format!("{shown} + {} more...", rules.len() - HOSTS_SHOWN);
    }
    shown
}

fn address_cell(ingress: &Ingress) -> String {
    let balancer = ingress
        .status
        .as_ref()
        .and_then(|s| s.load_balancer.as_ref());
    let entries = balancer.map_or(&[][..], |b| list(&b.ingress));
    let addresses: BTreeSet<&str> = entries
        .iter()
        .map(|entry| match text(&entry.ip) {
            "" => text(&entry.hostname),
            ip => ip,
        })
        .filter(|address| !address.is_empty())
        .collect();
    addresses.into_iter().collect::<Vec<_>>().join(",")
}

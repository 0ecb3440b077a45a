//! Discovery against what a kube-apiserver 1.32 with metrics-server answered (`recorded.txt`: one line per resource and subresource).

use super::*;
use crate::api::kinds::ALL_VERBS;
use std::collections::BTreeMap;

/// What a server of 1.32 did not have yet.
const SINCE_1_33: &[(&str, &str)] = &[
    ("v1", "pods/resize"),
    ("networking.k8s.io/v1", "ipaddresses"),
    ("networking.k8s.io/v1", "servicecidrs"),
    ("networking.k8s.io/v1", "servicecidrs/status"),
];

/// Recorded: `apps/v1 deployments …` to the rest of its line.
fn recorded() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let lines = include_str!("recorded.txt").lines();
    lines
        .map(|line| {
            let (group_version, rest) = line.split_once(' ').expect("a group and version");
            let (resource, rest) = rest.split_once(' ').expect("a resource");
            ((group_version, resource), rest)
        })
        .collect()
}

fn texts(value: &Value) -> String {
    let texts = value.as_array().into_iter().flatten();
    let texts: Vec<&str> = texts.filter_map(Value::as_str).collect();
    texts.join(",")
}

/// An entry of an `APIResourceList`, written as the recording is.
fn line(entry: &Value) -> String {
    let text = |field: &str| entry[field].as_str().unwrap_or_default().to_owned();
    let mut kind = text("kind");
    let verbs = texts(&entry["verbs"]);
    if text("name").contains('/') {
        if !text("version").is_empty() {
            kind = format!("{}/{}/{kind}", text("group"), text("version"));
        }
        return format!("{kind} {verbs}");
    }
    let scope = match entry["namespaced"].as_bool() {
        Some(true) => "Namespaced",
        _ => "Cluster",
    };
    let singular = match text("singularName") {
        none if none.is_empty() => "-".to_owned(),
        singular => singular,
    };
    let verbs = if verbs == ALL_VERBS.join(",") {
        "*".to_owned()
    } else {
        verbs
    };
    let mut line = format!("{singular} {kind} {scope} {verbs}");
    for (label, field) in [("short", "shortNames"), ("in", "categories")] {
        if entry.get(field).is_some() {
            line.push_str(&format!(" {label}={}", texts(&entry[field])));
        }
    }
    line
}

#[test]
fn every_resource_is_listed_as_a_real_server_lists_it() {
    let recorded = recorded();
    let served = Served::builtin();
    let mut versions: Vec<(&str, &str)> = served.iter().map(|r| (&*r.group, &*r.version)).collect();
    versions.dedup();
    let mut compared = 0;
    for (group, version) in versions {
        let list = resources(served, group, version).expect("it is served");
        let group_version = list["groupVersion"].as_str().expect("text");
        for entry in list["resources"].as_array().expect("a list") {
            let name = entry["name"].as_str().expect("text");
            if SINCE_1_33.contains(&(group_version, name)) {
                continue;
            }
            let want = recorded
                .get(&(group_version, name))
                .unwrap_or_else(|| panic!("no real server has {group_version} {name}"));
            let (want, want_hash) = want.split_once(" hash=").unwrap_or((want, ""));
            assert_eq!(line(entry), want, "{group_version} {name}");
            let hash = entry["storageVersionHash"].as_str().unwrap_or_default();
            assert!(want_hash.is_empty() || hash == want_hash, "{name}: {hash}");
            compared += 1;
        }
    }
    assert!(compared > 40, "{compared}");
}

#[test]
fn both_forms_say_the_same() {
    let served = Served::builtin();
    for root in [Root::Api, Root::Apis] {
        let document = aggregated(served, root, Form::V2);
        for group in document["items"].as_array().expect("a list") {
            let name = group["metadata"]["name"].as_str().unwrap_or_default();
            for version in group["versions"].as_array().expect("a list") {
                let version_name = version["version"].as_str().expect("text");
                let list = resources(served, name, version_name).expect("it is served");
                let list = list["resources"].as_array().expect("a list");
                let mut flat = Vec::new();
                for resource in version["resources"].as_array().expect("a list") {
                    flat.push(resource["resource"].as_str().expect("text").to_owned());
                    let parts = resource["subresources"].as_array();
                    for part in parts.into_iter().flatten() {
                        let part = part["subresource"].as_str().expect("text");
                        flat.push(format!("{}/{part}", flat_parent(&flat)));
                    }
                }
                let names: Vec<&str> = list.iter().filter_map(|r| r["name"].as_str()).collect();
                assert_eq!(flat, names);
            }
        }
    }
}

/// The resource that the last entries are subresources of.
fn flat_parent(names: &[String]) -> String {
    let last = names.last().expect("a resource stands first");
    last.split('/').next().unwrap_or_default().to_owned()
}

#[test]
fn an_aggregated_deployment_is_as_recorded() {
    let document = aggregated(Served::builtin(), Root::Apis, Form::V2);
    assert_eq!(document["apiVersion"], "apidiscovery.k8s.io/v2");
    let apps = &document["items"][0];
    assert_eq!(
        apps["metadata"],
        json!({ "name": "apps", "creationTimestamp": null })
    );
    let resources = apps["versions"][0]["resources"].as_array().expect("a list");
    let deployments = resources.iter().find(|r| r["resource"] == "deployments");
    let change = ["get", "patch", "update"];
    assert_eq!(
        deployments,
        Some(&json!({
            "resource": "deployments",
            "responseKind": { "group": "", "version": "", "kind": "Deployment" },
            "scope": "Namespaced",
            "singularResource": "deployment",
            "verbs": ALL_VERBS,
            "shortNames": ["deploy"],
            "categories": ["all"],
            "subresources": [
                { "subresource": "scale", "responseKind": { "group": "autoscaling", "version": "v1", "kind": "Scale" }, "verbs": change },
                { "subresource": "status", "responseKind": { "group": "", "version": "", "kind": "Deployment" }, "verbs": change },
            ],
        }))
    );
}

#[test]
fn groups_stand_in_the_order_of_a_real_server() {
    let recorded: Vec<&str> = include_str!("recorded.txt")
        .lines()
        .filter_map(|line| line.split_once(' ')?.0.split_once('/'))
        .map(|(group, _)| group)
        .collect();
    let place = |name: &str| recorded.iter().position(|group| *group == name);
    let document = groups(Served::builtin());
    let names: Vec<&str> = document["groups"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|group| group["name"].as_str())
        .collect();
    assert!(names.is_sorted_by_key(|name| place(name)), "{names:?}");
    assert_eq!(names.first(), Some(&"apps"));
    assert_eq!(names.last(), Some(&"metrics.k8s.io"));
}

#[test]
fn a_group_prefers_its_best_version() {
    let core = Resource::find("", "v1", "configmaps").expect("built in");
    let custom: Vec<Resource> = ["v1beta1", "v1", "v2alpha1"]
        .into_iter()
        .map(|version| Resource {
            group: "stable.example.com".into(),
            version: version.into(),
            ..core.clone()
        })
        .collect();
    let served = Served::with(&custom);
    let document = group(served, "stable.example.com").expect("it is served");
    assert_eq!(document["kind"], "APIGroup");
    assert_eq!(
        document["preferredVersion"],
        json!({ "groupVersion": "stable.example.com/v1", "version": "v1" })
    );
    let versions = document["versions"].as_array().expect("a list");
    let versions: Vec<&str> = versions
        .iter()
        .filter_map(|v| v["version"].as_str())
        .collect();
    assert_eq!(versions, ["v1", "v1beta1", "v2alpha1"]);
}

#[test]
fn what_is_not_served_is_not_there() {
    let served = Served::builtin();
    assert_eq!(group(served, "nonsense"), None);
    assert_eq!(group(served, ""), None, "the core group has no name");
    assert_eq!(resources(served, "apps", "v1beta1"), None);
}

#[test]
fn the_core_group_is_older_than_the_others() {
    let core = resources(Served::builtin(), "", "v1").expect("it is served");
    assert!(core.get("apiVersion").is_none());
    let apps = resources(Served::builtin(), "apps", "v1").expect("it is served");
    assert_eq!(apps["apiVersion"], "v1");
    let versions = core_versions("127.0.0.1:6443");
    assert_eq!(versions["versions"], json!(["v1"]));
    assert_eq!(
        Form::V2beta1.content_type(),
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
    );
}

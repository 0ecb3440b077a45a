//! Bodies as other programs write them (the prost types of k8s-pb), against the JSON of the same objects.
//!
//! prost leaves out what is `None`; Go writes every field that is no pointer, as [`go_metadata`] does.

mod objects;
mod reviews;
mod workloads;

use super::*;
use k8s_pb::api::{
    apps::v1 as apps, authentication::v1 as authentication, authorization::v1 as authorization,
    autoscaling::v1 as autoscaling, batch::v1 as batch, core::v1 as core,
    networking::v1 as networking, policy::v1 as policy, rbac::v1 as rbac,
    scheduling::v1 as scheduling,
};
use k8s_pb::apiextensions_apiserver::pkg::apis::apiextensions::v1 as apiextensions;
use k8s_pb::apimachinery::pkg::api::resource::Quantity;
use k8s_pb::apimachinery::pkg::apis::meta::v1 as meta;
use k8s_pb::apimachinery::pkg::runtime::{RawExtension, TypeMeta, Unknown};
use k8s_pb::apimachinery::pkg::util::intstr::IntOrString;
use prost::Message as _;
use serde_json::json;
use std::collections::BTreeMap;

/// The whole body: magic, envelope, object.
fn body(api_version: &str, kind: &str, object: &impl prost::Message) -> Vec<u8> {
    let unknown = Unknown {
        type_meta: Some(TypeMeta {
            api_version: text(api_version),
            kind: text(kind),
        }),
        raw: Some(object.encode_to_vec()),
        content_encoding: text(""),
        content_type: text(""),
    };
    [MAGIC, &unknown.encode_to_vec()].concat()
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn named(name: &str) -> Option<meta::ObjectMeta> {
    Some(meta::ObjectMeta {
        name: text(name),
        ..go_metadata()
    })
}

/// Metadata as Go writes it: zeros and the zero time included.
fn go_metadata() -> meta::ObjectMeta {
    meta::ObjectMeta {
        name: text(""),
        generate_name: text(""),
        namespace: text(""),
        self_link: text(""),
        uid: text(""),
        resource_version: text(""),
        generation: Some(0),
        creation_timestamp: Some(meta::Time {
            seconds: None,
            nanos: None,
        }),
        ..meta::ObjectMeta::default()
    }
}

fn quantities(pairs: &[(&str, &str)]) -> BTreeMap<String, Quantity> {
    let quantity = |of: &str| Quantity { string: text(of) };
    pairs
        .iter()
        .map(|(name, of)| ((*name).to_owned(), quantity(of)))
        .collect()
}

fn number(number: i32) -> Option<IntOrString> {
    Some(IntOrString {
        r#type: Some(0),
        int_val: Some(number),
        str_val: text(""),
    })
}

fn word(word: &str) -> Option<IntOrString> {
    Some(IntOrString {
        r#type: Some(1),
        int_val: Some(0),
        str_val: text(word),
    })
}

fn selector(key: &str, value: &str) -> Option<meta::LabelSelector> {
    Some(meta::LabelSelector {
        match_labels: BTreeMap::from([(key.to_owned(), value.to_owned())]),
        ..meta::LabelSelector::default()
    })
}

#[track_caller]
fn check(api_version: &str, kind: &str, object: &impl prost::Message, want: Value) {
    let mut whole = json!({ "apiVersion": api_version, "kind": kind });
    let fields = want.as_object().expect("an object").clone();
    whole.as_object_mut().expect("an object").extend(fields);
    assert_eq!(
        decode(&body(api_version, kind, object)),
        Ok(whole),
        "{kind}"
    );
}

#[test]
fn a_message_in_two_pieces_is_the_sum_of_both() {
    let piece = |name: Option<&str>, labels: &[(&str, &str)]| {
        let labels = labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let metadata = meta::ObjectMeta {
            name: name.map(str::to_owned),
            labels,
            ..Default::default()
        };
        core::ServiceAccount {
            metadata: Some(metadata),
            ..Default::default()
        }
        .encode_to_vec()
    };
    let both = [piece(Some("a"), &[("x", "1")]), piece(None, &[("y", "2")])].concat();
    let unknown = Unknown {
        type_meta: Some(TypeMeta {
            api_version: text("v1"),
            kind: text("ServiceAccount"),
        }),
        raw: Some(both),
        ..Default::default()
    };
    let metadata = json!({ "name": "a", "labels": { "x": "1", "y": "2" } });
    assert_eq!(
        decode(&[MAGIC, &unknown.encode_to_vec()].concat()),
        Ok(json!({ "apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata }))
    );
}

#[test]
fn bad_bodies_are_refused() {
    let deep = (0..5000).fold(
        apiextensions::JsonSchemaProps::default().encode_to_vec(),
        |inside, _| {
            // Field 28, `not`: a schema in a schema.
            let mut outside = vec![0xe2, 0x01];
            prost::encode_length_delimiter(inside.len(), &mut outside).expect("there is room");
            [outside, inside].concat()
        },
    );
    let wrapped = |raw: Vec<u8>, field: u8| {
        let mut outside = vec![field << 3 | 2];
        prost::encode_length_delimiter(raw.len(), &mut outside).expect("there is room");
        [outside, raw].concat()
    };
    // spec.versions[].schema.openAPIV3Schema
    let deep = wrapped(wrapped(wrapped(wrapped(deep, 1), 4), 7), 2);
    let many = wrapped(wrapped([0x12_u8, 0].repeat(600_000), 3), 2);
    let raw = |api_version: &str, kind: &str, raw: Vec<u8>| {
        let type_meta = TypeMeta {
            api_version: text(api_version),
            kind: text(kind),
        };
        let unknown = Unknown {
            type_meta: Some(type_meta),
            raw: Some(raw),
            ..Default::default()
        };
        [MAGIC, &unknown.encode_to_vec()].concat()
    };
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        ("JSON", b"{}".to_vec(), "expected prefix"),
        ("nothing", Vec::new(), "expected prefix"),
        (
            "no kind",
            MAGIC.to_vec(),
            "no kind \"\" is registered for version \"\"",
        ),
        (
            "another kind",
            raw("v1", "Nonsense", Vec::new()),
            "no kind \"Nonsense\" is registered for version \"v1\"",
        ),
        (
            "another version",
            raw("apps/v1beta1", "Deployment", Vec::new()),
            "no kind \"Deployment\" is registered",
        ),
        (
            "a name of messages",
            raw("v1", "PodSpec.", Vec::new()),
            "no kind",
        ),
        ("cut", raw("v1", "Pod", vec![0x0a, 5, 1]), "unexpected end"),
        (
            "a number for a message",
            raw("v1", "Pod", vec![0x08, 1]),
            "metadata: wrong wire type",
        ),
        (
            "a text that is none",
            raw("v1", "Pod", vec![0x0a, 4, 0x0a, 2, 0xff, 0xff]),
            "metadata: name: a string",
        ),
        (
            "a year too far",
            raw(
                "v1",
                "Pod",
                vec![
                    0x0a, 12, 0x42, 10, 8, 255, 255, 255, 255, 255, 255, 255, 255, 127,
                ],
            ),
            "no such time",
        ),
        (
            "bad JSON",
            raw(
                "apps/v1",
                "ControllerRevision",
                vec![0x12, 3, 0x0a, 1, b'{'],
            ),
            "data: bad JSON inside",
        ),
        (
            "a deep schema",
            raw("apiextensions.k8s.io/v1", "CustomResourceDefinition", deep),
            "nested too deep",
        ),
        (
            "many values",
            raw("apps/v1", "Deployment", many),
            "too many values",
        ),
        (
            "large",
            [MAGIC, &vec![0; BYTES_MAX]].concat(),
            "larger than",
        ),
    ];
    for (name, bytes, want) in table {
        let problem = decode(&bytes).expect_err(name);
        assert!(problem.contains(want), "{name}: {problem}");
    }
}

proptest::proptest! {
    /// Whatever the bytes are, there is an answer.
    #[test]
    fn nothing_panics(
        raw in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        cut in 0_usize..400,
        flip in 0_usize..400,
    ) {
        let unknown = |raw: Vec<u8>| {
            let type_meta = TypeMeta { api_version: text("v1"), kind: text("PodTemplate") };
            let unknown = Unknown { type_meta: Some(type_meta), raw: Some(raw), ..Default::default() };
            [MAGIC, &unknown.encode_to_vec()].concat()
        };
        let _ = decode(&unknown(raw));
        let template = core::PodTemplate { metadata: named("t"), template: Some(workloads::pod_template()) };
        let mut bytes = template.encode_to_vec();
        bytes.truncate(cut);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte ^= 0x15;
        }
        let _ = decode(&unknown(bytes));
    }
}

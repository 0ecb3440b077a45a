//! The tables beside serde, which k8s-openapi generated from Kubernetes' own description.

use super::*;
use crate::api::Kind;
use crate::api::decode::arbitrary;
use std::collections::BTreeSet;

/// Every struct that this value can hold, itself included: its name and its fields.
fn structs(value: &mut dyn Typed, found: &mut BTreeSet<String>) {
    if let Form::Struct(form) = value.form() {
        let fields: Vec<&str> = form.json_names().collect();
        if !found.insert(format!("{} {}", form.name(), fields.join(" "))) {
            return;
        }
        assert!(value.part(form.fields().count()).is_none(), "{form:?}");
        for index in 0..form.fields().count() {
            structs(value.part_mut(index).expect("as many as named"), found);
        }
    }
    for sort in ["object", "array"] {
        if let Some(inner) = value.insert(sort) {
            structs(inner, found);
        }
    }
}

#[test]
fn tables_name_the_fields_that_serde_names() {
    let mut named = BTreeSet::new();
    for kind in Kind::ALL {
        structs(kind.blank().typed_mut(), &mut named);
    }
    let mut by_serde = BTreeSet::new();
    for kind in Kind::ALL {
        for seed in 0..40 {
            by_serde.append(&mut arbitrary::structs(*kind, seed));
        }
    }
    let missing: Vec<_> = by_serde.difference(&named).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(
        by_serde.len() * 10 > named.len() * 9,
        "chance saw {} of {}",
        by_serde.len(),
        named.len()
    );
}

#[test]
fn json_is_what_serde_makes_of_it() {
    for kind in Kind::ALL {
        for seed in 0..40 {
            let object = arbitrary::object(*kind, seed);
            assert_eq!(
                object.to_json().to_string(),
                object.to_json_by_serde().to_string(),
                "{kind:?} {seed}"
            );
        }
    }
}

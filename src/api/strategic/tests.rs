//! Tests of strategic merge: tables from upstream's own, and patches by chance.

use super::*;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn patches_merge_as_upstream_merges_them() {
    let two =
        || json!({"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}]});
    let cases = [
        (
            "an entry with the same key merges",
            two(),
            json!({"containers": [{"name": "b", "image": "y:2"}]}),
            json!({"containers": [{"name": "a", "image": "x:1"}, {"name": "b", "image": "y:2"}]}),
        ),
        (
            "a new entry comes after what it does not name",
            two(),
            json!({"containers": [{"name": "c"}]}),
            json!({"containers": [{"name": "c"}, {"name": "a", "image": "x:1"}, {"name": "b", "image": "y:1"}]}),
        ),
        (
            "an entry can be deleted",
            two(),
            json!({"containers": [{"name": "a", "$patch": "delete"}]}),
            json!({"containers": [{"name": "b", "image": "y:1"}]}),
        ),
        (
            "a list can be replaced",
            two(),
            json!({"containers": [{"name": "c"}, {"$patch": "replace"}]}),
            json!({"containers": [{"name": "c"}]}),
        ),
        (
            "a map can be replaced",
            json!({"nodeSelector": {"a": "1", "b": "2"}}),
            json!({"nodeSelector": {"$patch": "replace", "c": "3"}}),
            json!({"nodeSelector": {"c": "3"}}),
        ),
        (
            "a map can be emptied",
            json!({"nodeSelector": {"a": "1"}}),
            json!({"nodeSelector": {"$patch": "delete"}}),
            json!({"nodeSelector": {}}),
        ),
        (
            "null deletes",
            json!({"nodeName": "n1", "hostNetwork": true}),
            json!({"nodeName": null, "subdomain": null}),
            json!({"hostNetwork": true}),
        ),
        (
            "a list without a key is replaced",
            json!({"tolerations": [{"key": "a"}, {"key": "b"}]}),
            json!({"tolerations": [{"key": "c"}]}),
            json!({"tolerations": [{"key": "c"}]}),
        ),
        (
            "the order can be set",
            two(),
            json!({"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}]}),
            json!({"containers": [{"name": "b", "image": "y:1"}, {"name": "a", "image": "x:1"}]}),
        ),
        (
            "the order can be set around what only the server has",
            json!({"containers": [{"name": "server"}, {"name": "a"}, {"name": "b"}]}),
            json!({"$setElementOrder/containers": [{"name": "b"}, {"name": "a"}], "containers": [{"name": "a", "image": "x"}]}),
            json!({"containers": [{"name": "server"}, {"name": "b"}, {"name": "a", "image": "x"}]}),
        ),
        (
            "one volume source at a time",
            json!({"volumes": [{"name": "v", "emptyDir": {}}]}),
            json!({"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]}),
            json!({"volumes": [{"name": "v", "hostPath": {"path": "/x"}}]}),
        ),
        (
            "what was not there is added without its directives and nulls",
            json!({}),
            json!({"containers": [{"name": "a", "$patch": "delete"}, {"name": "b", "image": null}], "securityContext": {"$patch": "replace", "runAsUser": 1}}),
            json!({"containers": [{"name": "b"}], "securityContext": {"runAsUser": 1}}),
        ),
        (
            "lists within entries merge too",
            json!({"containers": [{"name": "a", "env": [{"name": "K", "value": "1"}, {"name": "L", "value": "2"}]}]}),
            json!({"containers": [{"name": "a", "env": [{"name": "L", "$patch": "delete"}, {"name": "K", "value": "3"}]}]}),
            json!({"containers": [{"name": "a", "env": [{"name": "K", "value": "3"}]}]}),
        ),
    ];
    for (name, object, patch, want) in cases {
        assert_eq!(merge(object, patch, "PodSpec"), Ok(want), "{name}");
    }
}

#[test]
fn sets_merge_and_lose_entries() {
    let meta = json!({"finalizers": ["a", "b"]});
    let cases = [
        (
            "added",
            json!({"finalizers": ["c"]}),
            json!({"finalizers": ["c", "a", "b"]}),
        ),
        (
            "deleted",
            json!({"$deleteFromPrimitiveList/finalizers": ["a"]}),
            json!({"finalizers": ["b"]}),
        ),
        (
            "in this order",
            json!({"$setElementOrder/finalizers": ["b", "c", "a"], "finalizers": ["c"]}),
            json!({"finalizers": ["b", "c", "a"]}),
        ),
    ];
    for (name, patch, want) in cases {
        assert_eq!(merge(meta.clone(), patch, "ObjectMeta"), Ok(want), "{name}");
    }
}

#[test]
fn patches_that_cannot_be_understood() {
    let cases = [
        (
            "no key",
            json!({"containers": [{"image": "x"}]}),
            "map: map[image:x] does not contain declared merge key: name",
        ),
        (
            "unknown directive",
            json!({"nodeSelector": {"$patch": "sing"}}),
            "unknown patch type: sing in map: map[]",
        ),
        (
            "merge of lists",
            json!({"containers": [{"$patch": "merge"}]}),
            "merging lists cannot yet be specified in the patch",
        ),
        (
            "plain entries",
            json!({"containers": ["x"]}),
            "expected a map[string]interface {}, but received a string",
        ),
        (
            "a patch in another order than it says",
            json!({"$setElementOrder/containers": [{"name": "b"}], "containers": [{"name": "a"}]}),
            "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
        ),
        (
            "keys kept and changed",
            json!({"volumes": [{"name": "v", "$retainKeys": ["name"], "emptyDir": {}}]}),
            "invalid patch format of retainKeys",
        ),
    ];
    let object = json!({"nodeSelector": {"a": "b"}, "containers": [{"name": "a"}], "volumes": [{"name": "v"}]});
    for (name, patch, want) in cases {
        let error = merge(object.clone(), patch, "PodSpec").expect_err(name);
        assert_eq!(error.to_string(), want, "{name}");
    }
}

#[test]
fn apply_changes_what_its_author_changed_and_no_more() {
    let deployment = |spec: Value| json!({"spec": spec});
    let cases = [
        (
            "nothing to do",
            deployment(json!({"replicas": 3})),
            deployment(json!({"replicas": 3})),
            deployment(json!({"replicas": 3, "revisionHistoryLimit": 10})),
            json!({}),
        ),
        (
            "a value that somebody else changed comes back",
            deployment(json!({"replicas": 3})),
            deployment(json!({"replicas": 3})),
            deployment(json!({"replicas": 5})),
            json!({"spec": {"replicas": 3}}),
        ),
        (
            "a field that was applied and is no more goes",
            deployment(json!({"replicas": 3, "paused": true})),
            deployment(json!({"replicas": 3})),
            deployment(json!({"replicas": 3, "paused": true, "minReadySeconds": 1})),
            json!({"spec": {"paused": null}}),
        ),
        (
            "a container that was applied and is no more goes, one of somebody else stays",
            deployment(
                json!({"template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}]}}}),
            ),
            deployment(
                json!({"template": {"spec": {"containers": [{"name": "a", "image": "x"}]}}}),
            ),
            deployment(
                json!({"template": {"spec": {"containers": [{"name": "a"}, {"name": "b"}, {"name": "injected"}]}}}),
            ),
            json!({"spec": {"template": {"spec": {
                "$setElementOrder/containers": [{"name": "a"}],
                "containers": [{"name": "a", "image": "x"}, {"name": "b", "$patch": "delete"}],
            }}}}),
        ),
        (
            "another strategy clears the old one's settings",
            deployment(json!({"strategy": {"type": "RollingUpdate"}})),
            deployment(json!({"strategy": {"type": "Recreate"}})),
            deployment(
                json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}),
            ),
            json!({"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
        ),
    ];
    for (name, original, modified, current, want) in cases {
        assert_eq!(
            three_way(&original, &modified, &current, "Deployment"),
            Ok(want),
            "{name}"
        );
    }
}

/// A piece of a pod's spec, with everything that strategic merge treats in its own way.
fn pod_spec() -> impl Strategy<Value = Value> {
    let small = || prop::sample::select(vec!["a", "b", "c", "d"]);
    let text = || prop::sample::select(vec!["1", "2", "3"]);
    let named = move |inner: BoxedStrategy<Value>| {
        prop::collection::vec((small(), inner), 0..4).prop_map(|entries| {
            let mut list: Vec<Value> = Vec::new();
            for (name, mut entry) in entries {
                entry["name"] = json!(name);
                if !list.iter().any(|e| e["name"] == entry["name"]) {
                    list.push(entry);
                }
            }
            Value::Array(list)
        })
    };
    let env = named(text().prop_map(|v| json!({"value": v})).boxed());
    let container = (env, prop::option::of(text())).prop_map(|(env, image)| match image {
        Some(image) => json!({"env": env, "image": image}),
        None => json!({"env": env}),
    });
    let source = prop_oneof![
        Just(json!({"emptyDir": {}})),
        text().prop_map(|path| json!({"hostPath": {"path": path}})),
        text().prop_map(|name| json!({"configMap": {"name": name}})),
    ];
    let labels = prop::collection::btree_map(small(), text(), 0..3);
    let tolerations = prop::collection::vec(small().prop_map(|k| json!({"key": k})), 0..3);
    let parts = (
        named(container.boxed()),
        named(source.boxed()),
        labels,
        tolerations,
        any::<u8>(),
    );
    parts.prop_map(|(containers, volumes, labels, tolerations, which)| {
        let all = [
            ("containers", containers),
            ("volumes", volumes),
            ("nodeSelector", json!(labels)),
            ("tolerations", json!(tolerations)),
            ("priority", json!(which % 3)),
        ];
        let kept = all
            .into_iter()
            .enumerate()
            .filter(|(i, _)| which >> i & 1 == 0);
        Value::Object(kept.map(|(_, (k, v))| (k.to_owned(), v)).collect())
    })
}

proptest! {
    #[test]
    fn a_two_way_patch_leads_to_its_target(from in pod_spec(), to in pod_spec()) {
        let patch = two_way(&from, &to, "PodSpec").expect("entries have keys");
        prop_assert_eq!(merge(from, patch, "PodSpec").expect("our own patch"), to);
    }

    #[test]
    fn applying_what_was_applied_last_leads_to_the_new_configuration(from in pod_spec(), to in pod_spec()) {
        let patch = three_way(&from, &to, &from, "PodSpec").expect("entries have keys");
        prop_assert_eq!(merge(from, patch, "PodSpec").expect("our own patch"), to);
    }

    #[test]
    fn applying_twice_changes_nothing_more(last in pod_spec(), to in pod_spec(), live in pod_spec()) {
        let patch = three_way(&last, &to, &live, "PodSpec").expect("entries have keys");
        let live = merge(live, patch, "PodSpec").expect("our own patch");
        let again = three_way(&to, &to, &live, "PodSpec").expect("entries have keys");
        let still = merge(live.clone(), again, "PodSpec").expect("our own patch");
        prop_assert_eq!(still, live);
    }
}

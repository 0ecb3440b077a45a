//! Patches of four kinds that fit nothing, or cost much.

use super::case::{Case, hold};
use serde_json::{Value, json};

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/default/deployments/web";
const CONFIG_MAP: &str = "/api/v1/namespaces/default/configmaps/settings";
const CUSTOM: &str = "/apis/stable.example.com/v1/namespaces/default/crontabs/tab";

const UNFIT: &str = "422 Invalid: the server rejected our request due to an error in our request";

fn patch(
    name: &'static str,
    form: &'static str,
    object: &str,
    body: impl Into<Vec<u8>>,
    want: &str,
) -> Case {
    let form = match form {
        "apply" => "application/apply-patch+yaml".to_owned(),
        form => format!("application/{form}-patch+json"),
    };
    Case::new(name, format!("PATCH {object}"), want)
        .header("content-type", form)
        .body(body)
}

#[test]
fn json_patches() {
    let json =
        |name, body: &Value, want: &str| patch(name, "json", CONFIG_MAP, body.to_string(), want);
    let many = |count: usize, operation: &Value| Value::Array(vec![operation.clone(); count]);
    let put = json!({"op": "add", "path": "/data/a", "value": "x"});
    let copies: Value = (0..9_999)
        .map(|n| json!({"op": "copy", "from": "/data", "path": format!("/data/c{n}")}))
        .collect();
    let deeper: Value = (0..200).map(|n| json!({"op": "copy", "from": "/data", "path": format!("/data{}", "/x".repeat(n + 1))})).collect();
    let inserts = |path: &str| -> String {
        let all: Vec<Value> = (0..10_000)
            .map(|n| json!({"op": "add", "path": path, "value": format!("t{n}")}))
            .collect();
        Value::from(all).to_string()
    };
    let finalizers: Vec<Value> = (0..9_000).map(|n| json!({"op": "add", "path": "/metadata/finalizers/0", "value": format!("example.com/f{n}")})).collect();
    hold(vec![
        json(
            "too many",
            &many(10_001, &put),
            "413 RequestEntityTooLarge: Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001",
        ),
        json("as many as may be", &many(10_000, &put), "200"),
        patch(
            "inserts into a list",
            "json",
            CUSTOM,
            inserts("/spec/tags/0"),
            "200",
        ),
        patch(
            "and behind it",
            "json",
            CUSTOM,
            inserts("/spec/tags/-"),
            "422 Invalid: CronTab.stable.example.com \"tab\" is invalid: …",
        ),
        json("of finalizers", &finalizers.into(), "200"),
        json(
            "a large index",
            &json!([{"op": "add", "path": "/metadata/finalizers/4294967296", "value": "x"}]),
            UNFIT,
        ),
        json(
            "a larger index",
            &json!([{"op": "add", "path": "/metadata/finalizers/99999999999999999999999", "value": "x"}]),
            UNFIT,
        ),
        json(
            "far from the end",
            &json!([{"op": "remove", "path": "/metadata/finalizers/-9223372036854775808"}]),
            UNFIT,
        ),
        json(
            "digits of another script",
            &json!([{"op": "remove", "path": "/metadata/finalizers/٣"}]),
            UNFIT,
        ),
        json(
            "a long path",
            &json!([{"op": "remove", "path": "/a".repeat(1_000_000)}]),
            UNFIT,
        ),
        json(
            "a path of tildes",
            &json!([{"op": "remove", "path": format!("/data/{}", "~".repeat(1_000_000))}]),
            UNFIT,
        ),
        json("copies of copies", &copies, UNFIT),
        json("deeper and deeper", &deeper, UNFIT),
        json(
            "the whole object",
            &json!([{"op": "replace", "path": "", "value": {}}]),
            UNFIT,
        ),
        json(
            "no metadata",
            &json!([{"op": "remove", "path": "/metadata"}]),
            "4…",
        ),
        json(
            "another kind",
            &json!([{"op": "replace", "path": "/kind", "value": "Pod"}]),
            "4…",
        ),
        json("no operations", &json!([{}, null]), UNFIT),
        json(
            "a number for a path",
            &json!([{"op": "add", "path": 7}]),
            "400 BadRequest: error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.path of type string",
        ),
        json(
            "texts",
            &json!(["x"]),
            "400 BadRequest: error decoding patch: json: cannot unmarshal string into Go value of type handlers.jsonPatchOp",
        ),
        json(
            "no list",
            &json!({}),
            "400 BadRequest: error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
        ),
        patch("of nothing", "json", CONFIG_MAP, "", "4…"),
        patch(
            "no JSON",
            "json",
            CONFIG_MAP,
            "[{]",
            "400 BadRequest: error decoding patch: invalid character ']' looking for beginning of object key string",
        ),
    ]);
}

#[test]
fn merge_patches() {
    let merge =
        |name, body: &Value, want: &str| patch(name, "merge", DEPLOYMENT, body.to_string(), want);
    let nulls: serde_json::Map<String, Value> = (0..100_000)
        .map(|n| (format!("n{n}"), Value::Null))
        .collect();
    hold(vec![
        merge("nothing", &json!({}), "200"),
        merge("all gone", &json!({"spec": null, "metadata": null}), "4…"),
        merge(
            "many nulls",
            &json!({"metadata": {"annotations": nulls}}),
            "200",
        ),
        merge("a text for a map", &json!({"spec": "x"}), "4…"),
        merge("a list for a map", &json!({"metadata": [1]}), "4…"),
        merge(
            "a number for a name",
            &json!({"metadata": {"name": 5}}),
            "4…",
        ),
        merge(
            "another uid",
            &json!({"metadata": {"uid": "x"}}),
            "422 Invalid: Deployment.apps \"web\" is invalid: metadata.uid: Invalid value: \"x\": field is immutable",
        ),
        merge(
            "another revision",
            &json!({"metadata": {"resourceVersion": "999999999999999999999"}}),
            "4…",
        ),
        merge(
            "gone before it came",
            &json!({"metadata": {"deletionTimestamp": "0001-01-01T00:00:00Z"}}),
            "422 Invalid: Deployment.apps \"web\" is invalid: metadata.deletionTimestamp: Invalid value: 0001-01-01 00:00:00 +0000 UTC: field is immutable",
        ),
        merge(
            "a number that is none",
            &json!({"spec": {"replicas": 1e300}}),
            "4…",
        ),
    ]);
}

#[test]
fn strategic_merge_patches() {
    let strategic = |name, body: &Value, want: &str| {
        patch(name, "strategic-merge", DEPLOYMENT, body.to_string(), want)
    };
    let containers = |value: Value| json!({"spec": {"template": {"spec": {"containers": value}}}});
    let inside = |value: Value| json!({"spec": {"template": {"spec": value}}});
    let many: Vec<Value> = (0..4_000)
        .map(|n| json!({"name": format!("c{n}"), "image": "i"}))
        .collect();
    let order: Vec<Value> = (0..4_000)
        .map(|n| json!({"name": format!("c{n}")}))
        .collect();
    let removals: Vec<Value> = (0..20_000)
        .map(|n| json!({"name": format!("d{n}"), "$patch": "delete"}))
        .collect();
    let primitives: Vec<String> = (0..20_000).map(|n| format!("example.com/f{n}")).collect();
    let bad = "400 BadRequest: …";
    let either = "…";
    hold(vec![
        strategic("a directive that there is not", &json!({"$patch": "explode"}), "500 : unknown patch type: explode in map: map[]"),
        strategic("a directive of no text", &json!({"spec": {"$patch": [1]}}), either),
        strategic("everything goes", &json!({"$patch": "delete"}), "4…"),
        strategic("everything is replaced", &json!({"$patch": "replace"}), "4…"),
        strategic("retained keys of no list", &json!({"spec": {"$retainKeys": "x"}}), bad),
        strategic("retained keys of no texts", &json!({"spec": {"$retainKeys": [{}, 1]}}), either),
        strategic("retained keys that leave others", &json!({"spec": {"strategy": {"$retainKeys": ["type"], "rollingUpdate": {}}}}), either),
        strategic("an order of no list", &inside(json!({"$setElementOrder/containers": "x"})), "500 : expected a []interface {}, but received a string"),
        strategic("an order of texts", &inside(json!({"$setElementOrder/containers": ["x"]})), either),
        strategic("an order of nothing", &inside(json!({"$setElementOrder/": [{}]})), either),
        strategic("an order of maps for texts", &json!({"metadata": {"$setElementOrder/finalizers": [{}]}}), either),
        strategic("an order that leaves some out", &inside(json!({"$setElementOrder/containers": [{"name": "x"}], "containers": [{"name": "y", "image": "i"}]})), "500 : The order in patch list:\n[map[image:i name:y]]\n doesn't match $setElementOrder list:\n[map[name:x]]\n"),
        strategic("deletions from no list", &json!({"metadata": {"$deleteFromPrimitiveList/finalizers": {}}}), bad),
        strategic("deletions from a map", &json!({"metadata": {"$deleteFromPrimitiveList/labels": ["a"]}}), either),
        strategic("a map for a list", &containers(json!({"name": "x"})), either),
        strategic("texts for maps", &containers(json!(["x"])), either),
        strategic("lists in lists", &containers(json!([[]])), either),
        strategic("no merge key", &containers(json!([{"image": "x"}])), "500 : map: map[image:x] does not contain declared merge key: name"),
        strategic("a merge key of no text", &containers(json!([{"name": {"a": [1]}, "image": "x"}])), either),
        strategic("a directive in a list", &containers(json!([{"$patch": "delete"}])), either),
        strategic("a directive that there is not in a list", &containers(json!([{"name": "nginx", "$patch": "explode"}])), either),
        strategic("many containers", &inside(json!({"containers": many, "$setElementOrder/containers": order})), "200"),
        strategic("many removals", &containers(removals.into()), "200"),
        patch("many finalizers", "strategic-merge", CONFIG_MAP, json!({"metadata": {"finalizers": primitives, "$setElementOrder/finalizers": primitives}}).to_string(), "200"),
        patch("and away with them", "strategic-merge", CONFIG_MAP, json!({"metadata": {"$deleteFromPrimitiveList/finalizers": primitives}}).to_string(), "200"),
        patch("of a custom object", "strategic-merge", CUSTOM, "{}", "415 UnsupportedMediaType: …"),
    ]);
}

#[test]
fn configurations_to_apply() {
    let apply = |name, query: &str, body: &str, want: &str| {
        patch(name, "apply", &format!("{CONFIG_MAP}?{query}"), body, want)
    };
    let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\n";
    let keys: String = (0..30_000).map(|n| format!("  k{n}: v\n")).collect();
    let steps: Vec<Value> = (0..5_000)
        .map(|n| json!({"name": format!("s{n}")}))
        .collect();
    let tags: Vec<String> = (0..20_000).map(|n| format!("t{n}")).collect();
    let custom = |spec: Value| {
        json!({"apiVersion": "stable.example.com/v1", "kind": "CronTab", "metadata": {"name": "tab"}, "spec": spec}).to_string()
    };
    let mine = format!("{CUSTOM}?fieldManager=x&force=1");
    hold(vec![
        apply("no manager", "", head, "4…"),
        apply("nothing", "fieldManager=x", "", "4…"),
        apply("a text", "fieldManager=x", "x", "4…"),
        apply("a list", "fieldManager=x", "[]", "4…"),
        apply("no kind", "fieldManager=x", "{}", "4…"),
        apply(
            "another name",
            "fieldManager=x",
            &head.replace("settings", "other"),
            "4…",
        ),
        apply(
            "with its memory",
            "fieldManager=x",
            &format!("{head}  managedFields: []\n"),
            "400 BadRequest: metadata.managedFields must be nil",
        ),
        apply(
            "with a memory",
            "fieldManager=x",
            &format!("{head}  managedFields: [{{manager: y}}]\n"),
            "400 BadRequest: metadata.managedFields must be nil",
        ),
        apply(
            "fields that there are not",
            "fieldManager=x",
            &format!("{head}nothing: {{a: 1}}\n"),
            "…",
        ),
        apply(
            "many keys",
            "fieldManager=x&force=true",
            &format!("{head}data:\n{keys}"),
            "200",
        ),
        apply(
            "many keys again",
            "fieldManager=y&force=true",
            &format!("{head}data:\n{keys}"),
            "200",
        ),
        apply(
            "many conflicts",
            "fieldManager=z",
            &format!("{head}data:\n{}", keys.replace(": v", ": w")),
            "409 Conflict: Apply failed with …",
        ),
        patch(
            "many entries",
            "apply",
            &mine,
            custom(json!({"cronSpec": "* * * * *", "steps": steps, "tags": tags})),
            "200",
        ),
        patch(
            "the same twice",
            "apply",
            &mine,
            custom(json!({"cronSpec": "* * * * *", "tags": ["a", "a"]})),
            "…",
        ),
        patch(
            "no key",
            "apply",
            &mine,
            custom(json!({"cronSpec": "* * * * *", "steps": [{}]})),
            "…",
        ),
        patch(
            "a key of no text",
            "apply",
            &mine,
            custom(json!({"cronSpec": "* * * * *", "steps": [{"name": [1]}]})),
            "…",
        ),
        patch("a list for a map", "apply", &mine, custom(json!([])), "…"),
    ]);
}

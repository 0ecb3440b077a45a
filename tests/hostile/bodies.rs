//! Bodies: too long, too deep, no text, no JSON, bombs.

use super::case::{Case, hold};
use serde_json::json;

const CONFIG_MAPS: &str = "POST /api/v1/namespaces/default/configmaps";
const TOO_LONG: &str = "413 RequestEntityTooLarge: Request entity too large: limit is 3145728";

/// The beginning of what is said of a body that cannot be read.
fn unreadable(why: &str) -> String {
    format!(
        "400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): {why}"
    )
}

fn no_json(why: &str) -> String {
    unreadable(&format!(
        "couldn't get version/kind; json parse error: {why}"
    ))
}

#[test]
fn of_any_length() {
    let long = vec![b' '; 3 * 1024 * 1024 + 1];
    let text = json!({"metadata": {"name": "long"}, "data": {"a": "x".repeat(10_000_000)}});
    let nearly = json!({"metadata": {"name": "nearly"}, "data": {"a": "x".repeat(1_048_577)}});
    let labels = json!({"metadata": {"name": "l", "labels": {"a": "x".repeat(2_000_000)}}});
    let keys: serde_json::Map<_, _> = (0..60_000)
        .map(|n| (format!("key{n}"), json!("v")))
        .collect();
    let many = json!({"metadata": {"name": "many"}, "data": keys});
    let json_patch = ("content-type", "application/json-patch+json");
    hold(vec![
        Case::new("blanks", CONFIG_MAPS, TOO_LONG).body(long.clone()),
        Case::new("of a patch", "PATCH /api/v1/namespaces/default/configmaps/settings", TOO_LONG)
            .header(json_patch.0, json_patch.1)
            .body(long.clone()),
        Case::new("of a deletion", "DELETE /api/v1/namespaces/default/configmaps/settings", TOO_LONG).body(long.clone()),
        Case::new("of a review", "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews", TOO_LONG).body(long.clone()),
        Case::new("in YAML", CONFIG_MAPS, TOO_LONG).header("content-type", "application/yaml").body(long),
        Case::new("a string of 10 MB", CONFIG_MAPS, TOO_LONG).body(text.to_string()),
        Case::new(
            "more than a ConfigMap holds",
            CONFIG_MAPS,
            "422 Invalid: ConfigMap \"nearly\" is invalid: []: Too long: may not be more than 1048576 bytes",
        )
        .body(nearly.to_string()),
        Case::new(
            "a long label",
            CONFIG_MAPS,
            format!("422 Invalid: ConfigMap \"l\" is invalid: metadata.labels: Invalid value: \"{}…", "x".repeat(500)),
        )
        .body(labels.to_string()),
        Case::new("many keys", CONFIG_MAPS, "201").body(many.to_string()),
    ]);
}

#[test]
fn of_any_depth() {
    let lists = "[".repeat(10_000) + &"]".repeat(10_000);
    let maps = r#"{"a":"#.repeat(10_000) + "1" + &"}".repeat(10_000);
    let open = "[".repeat(1_000_000);
    let block: String = (0..1_500).map(|n| " ".repeat(n) + "a:\n").collect();
    let dashes = "- ".repeat(100_000);
    let keys = "? ".repeat(100_000);
    let yaml = |name, want: String, body: String| {
        Case::new(name, CONFIG_MAPS, want)
            .header("content-type", "application/yaml")
            .body(body)
    };
    let too_deep = no_json("exceeded max depth (");
    hold(vec![
        Case::new("lists in JSON", CONFIG_MAPS, too_deep.clone() + "…").body(lists.clone()),
        Case::new("maps in JSON", CONFIG_MAPS, too_deep + "…").body(maps.clone()),
        Case::new("never closed", CONFIG_MAPS, no_json("unexpected end of JSON input (5b5b…")).body(open.clone()),
        yaml("lists in YAML", unreadable("yaml: line 1: exceeded max depth…"), lists.clone()),
        yaml("maps in YAML", unreadable("yaml: line 1: exceeded max depth…"), maps.clone()),
        yaml("blocks in YAML", unreadable("yaml: line 2…"), block),
        yaml("dashes in YAML", unreadable("yaml: line 1: …"), dashes),
        yaml("keys in YAML", unreadable("yaml: line 1: …"), keys),
        yaml("never closed in YAML", unreadable("yaml: line 1: exceeded max depth…"), open),
        Case::new("a patch", "PATCH /api/v1/namespaces/default/configmaps/settings", "400 BadRequest: error decoding patch: exceeded max depth")
            .header("content-type", "application/merge-patch+json")
            .body(maps.clone()),
        Case::new(
            "a configuration to apply",
            "PATCH /api/v1/namespaces/default/configmaps/settings?fieldManager=x",
            "400 BadRequest: error decoding YAML: error converting YAML to JSON: yaml: line 1: exceeded max depth…",
        )
        .header("content-type", "application/apply-patch+yaml")
        .body(maps.clone()),
        Case::new("options of a deletion", "DELETE /api/v1/namespaces/default/configmaps/settings", "500 : couldn't get version/kind; json parse error: exceeded max depth").body(maps),
    ]);
}

#[test]
fn bombs() {
    let mut laughs = "a: &a [lol,lol,lol,lol,lol,lol,lol,lol,lol]\n".to_owned();
    for (before, after) in ('a'..'i').zip('b'..='i') {
        laughs += &format!(
            "{after}: &{after} [{}]\n",
            vec![format!("*{before}"); 9].join(",")
        );
    }
    let mut merges = "a: &a {k0: v}\n".to_owned();
    for (before, after) in ('a'..='y').zip('b'..='z') {
        merges +=
            &format!("{after}: &{after}\n  <<: [*{before}, *{before}, *{before}]\n  k{after}: v\n");
    }
    let text = format!(
        "a: &a {}\nb: [{}]\n",
        "x".repeat(100_000),
        ["*a"; 5_000].join(",")
    );
    let chain: String = (1..50_000)
        .map(|n| format!("a{n}: &a{n} *a{}\n", n - 1))
        .collect();
    let links: String = (1..20_000)
        .map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1))
        .collect();
    let anchors: String = (0..100_000).map(|n| format!("- &a{n} x\n")).collect();
    let yaml = |name, want: &str, body: &str| {
        let want = if want == "422" {
            "422 …".to_owned()
        } else {
            unreadable(want)
        };
        Case::new(name, CONFIG_MAPS, want)
            .header("content-type", "application/yaml")
            .body(body)
    };
    let excessive = "yaml: line …";
    hold(vec![
        yaml("a billion laughs", excessive, &laughs),
        yaml("merges of merges", excessive, &merges),
        yaml("one long text, often", excessive, &text),
        yaml(
            "a chain of aliases",
            "yaml: line …",
            &format!("a0: &a0 x\n{chain}"),
        ),
        yaml(
            "a list in a list in a list",
            "yaml: line …",
            &format!("a0: &a0 x\n{links}"),
        ),
        yaml(
            "itself",
            "yaml: line 1: anchor 'a' value contains itself…",
            "a: &a [*a]",
        ),
        yaml(
            "nobody",
            "yaml: line 1: unknown anchor 'nobody' referenced (61…",
            "a: *nobody",
        ),
        Case::new("many anchors", CONFIG_MAPS, "400 BadRequest: …")
            .header("content-type", "application/yaml")
            .body(anchors),
    ]);
}

#[test]
fn of_bytes_that_are_no_text() {
    let config_map = b"{\"metadata\": {\"name\": \"b\xff\"}}";
    let data =
        b"{\"metadata\": {\"name\": \"bytes\"}, \"data\": {\"a\": \"\xff\xfe\xed\xa0\x80\"}}";
    let protobuf = |name, want: &str, body: &[u8]| {
        Case::new(name, CONFIG_MAPS, want)
            .header("content-type", "application/vnd.kubernetes.protobuf")
            .body(body)
    };
    let bad = "400 BadRequest: the object provided is unrecognized (must be of type ConfigMap): …";
    let mut long = b"k8s\0\x0a\x0f\x0a\x02v1\x12\x09ConfigMap".to_vec();
    long.extend(b"\x12\xff\xff\xff\xff\x0f".repeat(1000));
    let nested = b"\x12\x80\x01".repeat(100_000);
    hold(vec![
        Case::new(
            "in a name",
            CONFIG_MAPS,
            "422 Invalid: ConfigMap \"b\u{fffd}\" is invalid: metadata.name: Invalid value: \"b\u{fffd}\": a lowercase RFC 1123 subdomain…",
        )
        .body(config_map),
        Case::new("in a value", CONFIG_MAPS, "201").body(data),
        Case::new("zeros", CONFIG_MAPS, no_json("invalid character '\\x00' looking for beginning of value (0000000000)")).body([0; 5]),
        Case::new("in YAML", CONFIG_MAPS, unreadable("yaml: invalid leading UTF-8 octet (613a20ff)"))
            .header("content-type", "application/yaml")
            .body(b"a: \xff"),
        Case::new("a zero in YAML", CONFIG_MAPS, unreadable("yaml: line 1: control characters are not allowed (613a2000)"))
            .header("content-type", "application/yaml")
            .body(b"a: \0"),
        protobuf("no magic number", bad, b"abc"),
        protobuf("nothing behind it", bad, b"k8s\0"),
        protobuf("a length without end", bad, b"k8s\0\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
        protobuf("longer than it is", bad, b"k8s\0\x0a\xff\xff\xff\x7f"),
        protobuf("a number without end", bad, &[b"k8s\0".as_slice(), &[0xff; 100]].concat()),
        protobuf("groups", bad, &[b"k8s\0".as_slice(), &b"\x0b".repeat(100_000)].concat()),
        protobuf("nested without end", bad, &[b"k8s\0".as_slice(), &nested].concat()),
        protobuf("an object without end", bad, &long),
        Case::new("an unknown form", CONFIG_MAPS, "415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf")
            .header("content-type", "text/\u{ff}plain".as_bytes())
            .body("{}"),
    ]);
}

#[test]
fn of_the_wrong_shape() {
    let cases = [
        ("null", "null", "400 BadRequest: …"),
        ("a number", "1", "400 BadRequest: …"),
        ("a list", "[]", "400 BadRequest: …"),
        ("a text", "\"x\"", "400 BadRequest: …"),
        (
            "a number out of range",
            "{\"a\": 1e999999}",
            "400 BadRequest: …",
        ),
        (
            "a kind that is a list",
            "{\"kind\": []}",
            "400 BadRequest: …",
        ),
        (
            "metadata that is a list",
            "{\"metadata\": []}",
            "400 BadRequest: …",
        ),
        (
            "another kind",
            "{\"kind\": \"Pod\", \"apiVersion\": \"v1\"}",
            "400 BadRequest: Pod in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Pod) to (core.ConfigMap): unknown conversion",
        ),
        ("two texts", "{} {}", "400 BadRequest: …"),
    ];
    let cases = cases.map(|(name, body, want)| Case::new(name, CONFIG_MAPS, want).body(body));
    hold(cases.into());
}

//! What kubectl 1.32 made of the same text (`kubectl patch --local`) is the expectation here, where it has one.

use super::*;
use expect_test::{Expect, expect};
use serde_json::json;

fn one(text: &str) -> Document {
    let (mut documents, errors) = parse(text);
    assert_eq!(errors, [], "{text}");
    assert_eq!(documents.len(), 1, "{text}");
    documents.remove(0)
}

fn errors_of(text: &str) -> String {
    let (_, errors) = parse(text);
    let mut lines = String::new();
    for error in errors {
        lines += &format!("{error}\n");
        if let Some(remedy) = error.remedy {
            lines += &format!("    {remedy}\n");
        }
    }
    lines
}

fn check(text: &str, want: Expect) {
    want.assert_eq(&errors_of(text));
}

#[test]
fn scalars_mean_what_kubectl_takes_them_for() {
    let text = "nums: [0644, 0o644, 08, 1_000, +5, 0x1F, 0b11, 1e3, 1., .5, 3.0, 1:20, 18446744073709551615, 2001-01-01, ~, y, on, \"on\", -0, -.5, 1e999, 1.5e-7, 0.1, ., \"-\", +, 1_, 0x, 1e, 0x_1f]";
    let want = json!([
        420,
        420,
        8,
        1000,
        5,
        31,
        3,
        1000,
        1,
        0.5,
        3,
        "1:20",
        18_446_744_073_709_551_615_u64,
        "2001-01-01",
        null,
        true,
        true,
        "on",
        0,
        -0.5,
        "1e999",
        1.5e-7,
        0.1,
        ".",
        "-",
        "+",
        1,
        "0x",
        "1e",
        31
    ]);
    assert_eq!(one(text).value["nums"], want);
}

#[test]
fn keys_become_text_and_merge_keys_override_what_stands_before_them() {
    let text = "base: &b {x: 1, y: 2}\nm1: {x: 9, <<: *b}\nm2: {<<: *b, x: 9}\nm3:\n  <<: [{a: 1}, {a: 2, b: 2}]\nkeys: {1: a, 1.5: b, on: d}\n";
    let want = json!({
        "base": {"x": 1, "true": 2}, "m1": {"x": 1, "true": 2}, "m2": {"x": 9, "true": 2}, "m3": {"a": 1, "b": 2},
        "keys": {"1": "a", "1.5": "b", "true": "d"}
    });
    assert_eq!(one(text).value, want);
}

#[test]
fn documents_and_lists_are_told_apart() {
    let text = "# nothing\n---\na: 1\n---\n---\n# nothing either\n---\nkind: List\nitems:\n- {kind: Pod, x: 1}\n- kind: PodList\n  apiVersion: v1\n  items:\n  - x: 2\n...\n";
    let (documents, errors) = parse(text);
    assert_eq!(errors, []);
    let values: Vec<_> = documents.iter().map(|d| d.value.clone()).collect();
    let want = [
        json!({"a": 1}),
        json!({"kind": "Pod", "x": 1}),
        json!({"x": 2, "kind": "Pod", "apiVersion": "v1"}),
    ];
    assert_eq!(values, want);
    assert_eq!(documents[2].locate("x").line, 14);
}

#[test]
fn json_is_read_too_with_its_places() {
    let (documents, errors) = parse("{\n\t\"a\": {\"b\":\t[1, \"\\u00e9\\/\"]}} {\"c\": true}\n");
    assert_eq!(errors, []);
    assert_eq!(documents[0].value, json!({"a": {"b": [1, "é/"]}}));
    let at = documents[0].locate("a.b[1]");
    assert_eq!((at.line, at.column), (2, 17));
    let at = documents[1].locate("c");
    assert_eq!((at.line, at.column), (2, 37));
}

#[test]
fn every_field_is_found_where_it_stands() {
    let text = "kind: Deployment\nmetadata:\n  labels:\n    app.kubernetes.io/name: web\nspec:\n  template:\n    spec:\n      containers:\n      - name: web\n        image: nginx:1.14.2\n        ports: [{containerPort: 80}]\n      volumes:\n";
    let document = one(text);
    let cases = [
        (
            "a value",
            "spec.template.spec.containers[0].image",
            (10, 16, 10, 28),
        ),
        (
            "in flow style",
            "spec.template.spec.containers[0].ports[0].containerPort",
            (11, 33, 11, 35),
        ),
        ("a map is shown at its key", "spec.template", (6, 3, 6, 11)),
        (
            "an item of a list",
            "spec.template.spec.containers[0]",
            (9, 9, 11, 37),
        ),
        (
            "a field that is missing, at what should have it",
            "spec.replicas",
            (5, 1, 5, 5),
        ),
        (
            "in a list that is shorter",
            "spec.template.spec.containers[3].image",
            (8, 7, 8, 17),
        ),
        (
            "a key with dots",
            "metadata.labels.app.kubernetes.io/name",
            (4, 29, 4, 32),
        ),
        (
            "a key in brackets",
            "metadata.labels[app.kubernetes.io/name]",
            (4, 29, 4, 32),
        ),
        (
            "a value that is empty",
            "spec.template.spec.volumes",
            (12, 7, 12, 14),
        ),
        ("nothing at all", "", (1, 1, 11, 36)),
    ];
    for (name, field, want) in cases {
        let at = document.locate(field);
        let mut got = (at.line, at.column, at.end_line, at.end_column);
        if field.is_empty() {
            (got.2, got.3) = (want.2, want.3);
        }
        assert_eq!(got, want, "{name}");
    }
    assert_eq!(
        document.locate_key("spec.template.spec.containers[0].image"),
        Span {
            line: 10,
            column: 9,
            end_line: 10,
            end_column: 14
        }
    );
    assert!(document.positions.has("spec.template") && !document.positions.has("spec.replicas"));
}

#[test]
fn mistakes_are_placed_and_explained() {
    check(
        "a: 1\n b: 2\n",
        expect![[r#"
        2:3: mapping values are not allowed in this context
            Line 2 is indented deeper than line 1: the keys of one map stand in the same column.
    "#]],
    );
    check(
        "spec:\n  replicas:3\n  selector: x\n",
        expect![[r#"
        3:11: mapping values are not allowed in this context
            Line 2: put a space after the colon: `replicas: 3`.
    "#]],
    );
    check(
        "a:\n\tb: c\n",
        expect![[r#"
        2:2: found character that cannot start any token
            Line 2 is indented with a tab: use spaces.
    "#]],
    );
    check(
        "a: \"x\nb: c\n",
        expect![[r#"
            1:4: found unexpected end of stream
                A quote is opened here and never closed.
        "#]],
    );
    check(
        "a: 'x\n",
        expect![[r#"
            1:4: found unexpected end of stream
                A quote is opened here and never closed.
        "#]],
    );
    check(
        "command: echo: hello\n",
        expect![[r#"
        1:14: mapping values are not allowed in this context
            A value with `: ` in it must be quoted: `command: "echo: hello"`.
    "#]],
    );
    check(
        "a: @x\n",
        expect![[r#"
        1:4: found character that cannot start any token
            A value that begins with `@` must be quoted.
    "#]],
    );
    check(
        "a: [1, 2\nb: 3\n",
        expect![[r#"
            2:2: illegal placement of ':' indicator
                A `[` or `{` before it is never closed, or this belongs in quotes.
        "#]],
    );
    check(
        "a: {{ .Values.x }}\n",
        expect![[r#"
        1:5: invalid map key
            A key is text. If this is a template's `{{ … }}`, render the template first.
    "#]],
    );
    check(
        "a: *x\n",
        expect![[r#"
        1:4: unknown anchor 'x' referenced
            Define it before with `&x`, or quote the value if it is meant to begin with `*`.
    "#]],
    );
    check(
        "x: &a [*a]\n",
        expect![[r#"
            1:8: anchor 'a' value contains itself
        "#]],
    );
    check(
        "a: .inf\nb: !!int x\n~: 1\n",
        expect![[r#"
        1:4: json: unsupported value: +Inf
        2:10: cannot decode !!str `x` as a !!int
        3:1: unsupported map key of type: null
    "#]],
    );
    check(
        "a:\n  b: 1\n  b: 2\na: 3\n",
        expect![[r#"
        3:3: key "b" already set in map
            It is also on line 2: remove one of them.
        4:1: key "a" already set in map
            It is also on line 1: remove one of them.
    "#]],
    );
    check(
        "--- foo\na: 1\n",
        expect![[r#"
        1:1: invalid Yaml document separator: foo
            Let `---` stand on a line of its own.
    "#]],
    );
    check(
        "foo\n---\n- 1\n",
        expect![[r#"
        1:1: json: cannot unmarshal string into an object
            A document begins with `apiVersion:` and `kind:`.
        3:1: json: cannot unmarshal array into an object
            A document begins with `apiVersion:` and `kind:`.
    "#]],
    );
    check(
        "a: b\u{1}\n",
        expect![[r#"
        1:5: control characters are not allowed
    "#]],
    );
    check(
        "a: \"\\d\"\n",
        expect![[r#"
        1:4: while parsing a quoted scalar, found unknown escape character
            Inside double quotes a backslash begins an escape: write `\\`, or use single quotes.
    "#]],
    );
    check(
        "a:\n- b\nc\n",
        expect![[r#"
            3:1: could not find expected ':'
                Line 3 has no `key: value`.
        "#]],
    );
    check(
        "a: b\nc\nd: e\n",
        expect![[r#"
            2:1: could not find expected ':'
                Line 2 has no `key: value`.
        "#]],
    );
    check(
        "a:\n    b: 1\n  c: 2\n",
        expect![[r#"
        3:3: while parsing a block mapping, did not find expected key
            Line 3 is indented less than line 2: the keys of one map stand in the column of its siblings.
    "#]],
    );
    check(
        "{\"a\": 1,, }",
        expect![[r#"
            1:9: key must be a string
        "#]],
    );
}

#[test]
fn an_error_in_one_document_hides_no_other() {
    let (documents, errors) = parse("a: 1\n---\nb: : 2\n---\nc: 3\n---\nd: *e\n");
    assert_eq!(documents.len(), 2);
    let lines: Vec<_> = errors.iter().map(|e| e.span.line).collect();
    assert_eq!(lines, [3, 7]);
}

#[test]
fn hostile_text_is_refused_quickly() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", [&*before; 9].join(", "));
    }
    let merges: String = (1..64)
        .map(|n| format!("m{n}: &m{n} {{<<: [*m{p}, *m{p}]}}\n", p = n - 1))
        .collect();
    let chain: String = (1..5000)
        .map(|n| format!("c{n}: &c{n} [*c{}]\n", n - 1))
        .collect();
    let long = "x".repeat(1_000_000);
    let cases = [
        ("aliases of aliases", bomb, "excessive aliasing"),
        (
            "merges of merges",
            format!("m0: &m0 {{a: 1}}\n{merges}"),
            "excessive aliasing",
        ),
        (
            "a chain of aliases",
            format!("c0: &c0 x\n{chain}"),
            "exceeded max depth",
        ),
        (
            "a long text many times",
            format!("l: &l {long}\nm: [{}]\n", "*l, ".repeat(100_000)),
            "excessive aliasing",
        ),
        ("brackets", "[".repeat(100_000), "exceeded max depth"),
        ("dashes", "- ".repeat(100_000), "exceeded max depth"),
        (
            "10 MB in one document",
            format!("a: \"{}\"\n", "x".repeat(10 << 20)),
            "Request entity too large",
        ),
        ("20 MB", "a: 1\n---\n".repeat(20 << 17), "bytes; at most"),
    ];
    for (name, text, want) in cases {
        let (_, errors) = parse(&text);
        assert!(
            errors.iter().any(|e| e.message.contains(want)),
            "{name}: {errors:?}"
        );
    }
    let (_, errors) = parse_bytes(b"a: b\nc: \xc3\xa9\xff\n");
    assert_eq!(errors[0].to_string(), "2:5: invalid UTF-8");
}

#[test]
fn an_escaped_apostrophe_is_an_apostrophe() {
    for (text, want) in [
        (r#"a: "it\'s""#, json!({"a": "it's"})),
        (
            "# 名称\na: [\"\\'x\\' \\\"y\\\" \\\\\", 'z']\nb: \"\\'\"",
            json!({"a": ["'x' \"y\" \\", "z"], "b": "'"}),
        ),
        ("a: \"x\n  \\'y\"", json!({"a": "x 'y"})),
    ] {
        assert_eq!(one(text).value, want, "{text}");
    }
    assert!(errors_of(r#"a: "\'\d""#).contains("unknown escape"));
    let many = "- \"\\'\"\n".repeat(1000);
    assert!(
        errors_of(&many).contains("unknown escape"),
        "some are enough"
    );
}

#[test]
fn keys_whose_order_goes_in_circles_are_all_written() {
    let keys = (0..200).flat_map(|n| {
        [
            format!("a{n}b"),
            format!("~{n}~"),
            format!("{n}"),
            format!("0{n}a"),
        ]
    });
    let map: serde_json::Map<String, Value> = keys.map(|key| (key, json!(1))).collect();
    let text = to_yaml(&Value::Object(map.clone()));
    assert_eq!(one(&text).value, Value::Object(map));
}

//! The text that kubectl 1.32 printed for the same object is the expectation here; and whatever is written is read back.

use super::{parse, to_yaml};
use expect_test::expect;
use proptest::prelude::*;
use serde_json::{Value, json};

#[test]
fn a_document_that_is_only_text_is_read_back() {
    for (text, want) in [
        ("one", "one\n"),
        ("\n:a&", "|2-\n\n  :a&\n"),
        ("one\ntwo\n", "|\n  one\n  two\n"),
        (" lead\n", "|2\n   lead\n"),
    ] {
        let printed = to_yaml(&text.into());
        assert_eq!(printed, want);
        let read = super::read_body(printed.as_bytes()).expect(want);
        assert_eq!(read.value, text);
    }
}

#[test]
fn text_is_written_as_kubectl_writes_it() {
    let value = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "data": {
            "": "e", "*star": "&x", "1": "1", "012": "o", "a": "yes", "a".repeat(130): "z", "b": "1.20", "c": "null", "e": "a\tb",
            "f": "line one\nline two", "false": "012", "g": "line one\nline two\n", "h": "line one\n\n", "i": " lead", "j": "a: b",
            "k": "a #b", "key with spaces": "?", "l": "- x", "m": "1:20",
            "o": "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.",
            "p": "nodes are available now one node(s) had untolerated taint node.kubernetes.io/not-ready preemption one nodes are available and one Preemption is not helpful",
            "q": "2025-01-01T00:00:00Z", "r": "trail ", "s": "trail \nx", "t": "\n x", "true": "yes", "u": "'single'", "v": "it's: x",
            "w": "é ☃ 😀", "x": "\u{1}", "y": "hello", "z": "a\r\nb"
        },
        "metadata": {"annotations": {"a10": "b", "a2": "c", "B": "1"}, "name": "x"},
        "none": null, "empty": {}, "list": [[1, 2], {"a": 1, "b": []}, "x", []]
    });
    expect![[r#"
        apiVersion: v1
        data:
          "": e
          '*star': '&x'
          "1": "1"
          "012": o
          a: "yes"
          ? aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
          : z
          b: "1.20"
          c: "null"
          e: "a\tb"
          f: |-
            line one
            line two
          "false": "012"
          g: |
            line one
            line two
          h: |+
            line one

          i: ' lead'
          j: 'a: b'
          k: 'a #b'
          key with spaces: '?'
          l: '- x'
          m: "1:20"
          o: '0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready:
            }. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.'
          p: nodes are available now one node(s) had untolerated taint node.kubernetes.io/not-ready
            preemption one nodes are available and one Preemption is not helpful
          q: "2025-01-01T00:00:00Z"
          r: 'trail '
          s: "trail \nx"
          t: |2-

             x
          "true": "yes"
          u: '''single'''
          v: 'it''s: x'
          w: "é ☃ \U0001F600"
          x: "\x01"
          "y": hello
          z: "a\r\nb"
        empty: {}
        kind: ConfigMap
        list:
        - - 1
          - 2
        - a: 1
          b: []
        - x
        - []
        metadata:
          annotations:
            B: "1"
            a2: c
            a10: b
          name: x
        none: null
    "#]].assert_eq(&to_yaml(&value));
}

fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        any::<String>(),
        "[ -~\n\t]{0,60}",
        "[a-z :#'\"{}\\[\\],&*!|>%@`?.-]{0,120}",
        "[yYnNoOtf~.0-9_eExb:+ -]{0,8}",
        proptest::sample::select(vec![
            "yes",
            "null",
            "1.20",
            "<<",
            "---",
            "...",
            "|",
            "0x1F",
            "=",
            "a\n b",
            " \n",
            "\n",
            "\n\n",
            "x\n\n\ny\n "
        ])
        .prop_map(str::to_owned),
    ];
    let text = text.prop_map(|t: String| t.replace(['\u{feff}', '\u{fffe}', '\u{ffff}'], "?"));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>()
            .prop_filter("JSON holds no other", |f| f.is_finite() && f.fract() != 0.0)
            .prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..5)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(value in any_value()) {
        let value = json!({"v": value});
        let text = to_yaml(&value);
        let (documents, errors) = parse(&text);
        prop_assert_eq!(&errors, &[], "{}", text);
        prop_assert_eq!(&documents[0].value, &value, "{}", text);
    }

    #[test]
    fn any_text_at_all_gives_documents_or_placed_errors(text in "[a-z0-9 \n\t:\\-\\[\\]{}&*!|>'\"#%@,?<.]{0,80}") {
        let (_, errors) = parse(&text);
        for error in errors {
            prop_assert!(error.span.line >= 1 && error.span.column >= 1 && error.span.line <= text.lines().count() + 1);
        }
    }
}

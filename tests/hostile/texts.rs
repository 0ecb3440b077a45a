//! Files of YAML and JSON as a learner might paste them: long, deep, many documents, bombs. Every error has its place.

use super::case::within;
use kubeloop::api::yaml;
use std::time::Duration;

/// No text takes longer to read.
const SECONDS_MAX: Duration = Duration::from_secs(15);

/// How many documents are in the text, and its first error.
fn read(name: &str, text: &str) -> (usize, Option<String>) {
    let (documents, errors) = within(name, SECONDS_MAX, || yaml::parse(text));
    let lines = text.split('\n').count();
    for error in &errors {
        assert!(
            (1..=lines + 1).contains(&error.span.line),
            "{name}: {error}"
        );
        assert!(
            error.message.len() < 500,
            "{name}: {} bytes",
            error.message.len()
        );
        let remedy = error.remedy.as_deref().unwrap_or_default();
        assert!(remedy.len() < 500, "{name}: {} bytes", remedy.len());
    }
    (documents.len(), errors.first().map(ToString::to_string))
}

#[test]
fn files() {
    let mut laughs = "a: &a [l,l,l,l,l,l,l,l,l]\n".to_owned();
    for (before, after) in ('a'..'i').zip('b'..='i') {
        laughs += &format!(
            "{after}: &{after} [{}]\n",
            vec![format!("*{before}"); 9].join(",")
        );
    }
    let long = format!("a: {}", "x".repeat(10_000_000));
    let cases: Vec<(&str, String, usize, Option<&str>)> = vec![
        (
            "many documents on one line",
            "{\"a\":1}".repeat(300_000),
            300_000,
            None,
        ),
        (
            "many documents on many lines",
            "{\"a\":1}\n".repeat(300_000),
            300_000,
            None,
        ),
        (
            "many documents with an error in each",
            "{\"a\":1,\"a\":2}".repeat(50_000),
            0,
            Some("1:8: key \"a\" already set in map"),
        ),
        (
            "many documents in YAML",
            "a: 1\n---\n".repeat(200_000),
            200_000,
            None,
        ),
        ("many empty documents", "---\n".repeat(1_000_000), 0, None),
        (
            "many bad separators",
            "--- x\n".repeat(100_000),
            0,
            Some("1:1: invalid Yaml document separator: x"),
        ),
        (
            "a billion laughs",
            laughs,
            0,
            Some("6:20: document contains excessive aliasing"),
        ),
        (
            "a text of 10 MB",
            long,
            0,
            Some("1:1: Request entity too large: limit is 3145728"),
        ),
        (
            "a file of 20 MB",
            "a: 1\n".repeat(4_000_000),
            0,
            Some("1:1: the text has 20000000 bytes; at most 16777216 are read"),
        ),
        (
            "many keys that stand twice",
            "a: 1\n".repeat(200_000),
            0,
            Some("2:1: key \"a\" already set in map"),
        ),
        (
            "many lines that are wrong",
            "a: b: c\n".repeat(200_000),
            0,
            Some("1:5: mapping values are not allowed in this context"),
        ),
        (
            "many quotes",
            "a: \"\n".repeat(200_000),
            0,
            Some("2:4: found unexpected end of stream"),
        ),
        (
            "a long line that is wrong",
            format!("a: b: {}", "c".repeat(3_000_000)),
            0,
            Some("1:5: mapping values are not allowed in this context"),
        ),
        ("lists in lists", "[".repeat(100_000), 0, Some("1:…")),
        ("dashes", "- ".repeat(100_000), 0, Some("1:…")),
        ("question marks", "? ".repeat(100_000), 0, Some("1:…")),
        ("blanks", " ".repeat(3_000_000), 0, None),
        ("line ends", "\n".repeat(3_000_000), 0, None),
        ("comments", "#\n".repeat(1_000_000), 0, None),
        ("anchors", "- &a\n".repeat(300_000), 0, Some("1:1: …")),
        ("tags", "- !a\n".repeat(300_000), 0, Some("1:1: …")),
        ("braces", "{".repeat(1_000_000), 0, Some("1:…")),
        ("pipes", "a: |\n".repeat(200_000), 0, Some("2:…")),
        (
            "lists of lists",
            format!(
                "kind: List\nitems:\n{}",
                "- {kind: List, items: [{a: 1}]}\n".repeat(50_000)
            ),
            50_000,
            None,
        ),
        (
            "a byte order mark, often",
            "\u{feff}".repeat(100_000),
            0,
            Some("1:1: control characters are not allowed"),
        ),
    ];
    for (name, text, documents, error) in cases {
        let (read, first) = read(name, &text);
        let fits = match (&first, error) {
            (Some(first), Some(want)) => match want.strip_suffix('…') {
                Some(beginning) => first.starts_with(beginning),
                None => first == want,
            },
            (None, None) => true,
            _ => false,
        };
        assert!(fits, "{name}: {first:?} instead of {error:?}");
        assert_eq!(read, documents, "{name}");
    }
}

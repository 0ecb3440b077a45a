//! What lists and watches are asked for: selectors, tokens, revisions, limits; and options of writes.

use super::case::{Case, hold};

const PODS: &str = "GET /api/v1/pods";

fn list(name: &'static str, query: &str, want: &str) -> Case {
    Case::new(name, format!("{PODS}?{query}"), want)
}

#[test]
fn selectors() {
    let many = |sign: &str| {
        (0..4_000)
            .map(|n| format!("k{n}{sign}v"))
            .collect::<Vec<_>>()
            .join(",")
    };
    let values = (0..8_000)
        .map(|n| format!("v{n}"))
        .collect::<Vec<_>>()
        .join(",");
    let fields = ["metadata.name=x"; 3_000].join(",");
    hold(vec![
        list(
            "many terms",
            &format!("labelSelector={}", many("%3D")),
            "200",
        ),
        list(
            "many terms that hold",
            &format!("labelSelector={}", many("!%3D")),
            "200",
        ),
        list(
            "many values",
            &format!("labelSelector=app%20in%20({values})"),
            "200",
        ),
        list("many fields", &format!("fieldSelector={fields}"), "200"),
        list(
            "signs",
            &format!("labelSelector={}", "(".repeat(50_000)),
            "400 BadRequest: found '(', expected: !, identifier, or 'end of string'",
        ),
        list(
            "commas",
            &format!("labelSelector=a{}", ",".repeat(50_000)),
            "400 BadRequest: found ',', expected: identifier after ','",
        ),
        list(
            "a long key",
            &format!("labelSelector={}", "k".repeat(50_000)),
            "400 BadRequest: unable to parse requirement: <nil>: Invalid value: \"kkkkk…",
        ),
        list(
            "no text",
            "labelSelector=%ff%00",
            "400 BadRequest: unable to parse requirement: <nil>: Invalid value: \"\u{fffd}…",
        ),
        list(
            "no number",
            "labelSelector=a%3E9223372036854775808",
            "400 BadRequest: unable to parse requirement: values[0]: Invalid value: \"9223372036854775808\": for 'Gt', 'Lt' operators, the value must be an integer",
        ),
        list(
            "a field that there is not",
            "fieldSelector=spec.nothing%3Dx",
            "400 BadRequest: field label not supported: spec.nothing",
        ),
        list("no field", "fieldSelector=%3D%3D%3D", "400 BadRequest: …"),
        list(
            "a field that is no text",
            "fieldSelector=%ff%3Dx",
            "400 BadRequest: field label not supported: \u{fffd}",
        ),
        Case::new(
            "in a path",
            "GET /api/v1/watch/namespaces/default/pods/a%2Cspec.nodeName%3Dx",
            "a stream",
        ),
    ]);
}

#[test]
fn chunks_and_revisions() {
    let token = "400 BadRequest: invalid continue token: continue key is not valid: ";
    let revision = |text: &str| {
        format!(
            "422 Invalid: ListOptions.meta.k8s.io \"\" is invalid: resourceVersion: Invalid value: {text:?}: …"
        )
    };
    let number = |text: &str, why: &str| {
        format!("400 BadRequest: strconv.ParseInt: parsing {text:?}: {why}")
    };
    let long = "e".repeat(60_000);
    hold(vec![
        list("a token of nothing", "continue=e30", &format!("{token}…")),
        list(
            "a token that is not base64",
            "continue=%ff",
            &format!("{token}…"),
        ),
        list(
            "a long token",
            &format!("continue={long}"),
            &format!("{token}…"),
        ),
        // {"v":"meta.k8s.io/v1","rv":-2,"start":"a\u0000"}
        list(
            "a token of a revision below none",
            "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTIsInN0YXJ0IjoiYVx1MDAwMCJ9",
            &format!("{token}…"),
        ),
        // {"v":"meta.k8s.io/v1","rv":18446744073709551615,"start":"a\u0000"}
        list(
            "a token of the last revision",
            "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MTg0NDY3NDQwNzM3MDk1NTE2MTUsInN0YXJ0IjoiYVx1MDAwMCJ9",
            "4…",
        ),
        // {"v":"meta.k8s.io/v1","rv":5,"start":"../../secrets"}
        list(
            "a token of elsewhere",
            "continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NSwic3RhcnQiOiIuLi8uLi9zZWNyZXRzIn0",
            "400 BadRequest: invalid continue token: continue key is not valid: ../../secrets",
        ),
        list(
            "a token and a revision",
            "continue=e30&resourceVersion=5",
            "400 BadRequest: specifying resource version is not allowed when using continue",
        ),
        list(
            "a revision below none",
            "resourceVersion=-1",
            &revision("-1"),
        ),
        list(
            "a word for a revision",
            "resourceVersion=newest",
            &revision("newest"),
        ),
        list(
            "a revision beyond numbers",
            "resourceVersion=99999999999999999999",
            &revision("99999999999999999999"),
        ),
        list(
            "a revision to come",
            "resourceVersion=18446744073709551615",
            "504 Timeout: Too large resource version: 18446744073709551615, current: …",
        ),
        list(
            "watched from a revision to come",
            "watch=1&resourceVersion=18446744073709551615",
            "504 Timeout: Too large resource version: 18446744073709551615, current: …",
        ),
        list(
            "watched from a word",
            "watch=1&resourceVersion=x",
            &revision("x"),
        ),
        list(
            "no such match",
            "resourceVersion=5&resourceVersionMatch=Roughly",
            "422 Invalid: ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Roughly\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
        ),
        list(
            "a match of nothing",
            "resourceVersionMatch=Exact",
            "422 Invalid: ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        ),
        list("a limit below none", "limit=-5", "200"),
        list("the largest limit", "limit=9223372036854775807", "200"),
        list(
            "a limit beyond numbers",
            "limit=9223372036854775808",
            &number("9223372036854775808", "value out of range"),
        ),
        list(
            "a word for a limit",
            "limit=all",
            &number("all", "invalid syntax"),
        ),
        list(
            "the longest watch",
            "watch=true&timeoutSeconds=9223372036854775807",
            "a stream",
        ),
        list(
            "a watch that has ended",
            "watch=true&timeoutSeconds=-9223372036854775808",
            "a stream",
        ),
        list(
            "a word for seconds",
            "watch=true&timeoutSeconds=soon",
            &number("soon", "invalid syntax"),
        ),
        list("options without end", &"a=b&".repeat(16_000), "200"),
        list(
            "an option without end",
            &format!("pretty={}", "x".repeat(60_000)),
            "200",
        ),
        list("escapes without end", &"%".repeat(60_000), "200"),
    ]);
}

#[test]
fn of_writes() {
    let config_map = "/api/v1/namespaces/default/configmaps";
    let create = |name, query: &str, want: &str| {
        Case::new(name, format!("POST {config_map}?{query}"), want)
            .body("{\"metadata\": {\"name\": \"x\"}}")
    };
    let delete = |name, query: &str, want: &str| {
        Case::new(name, format!("DELETE {config_map}/settings?{query}"), want)
    };
    let said = |body: &str, want: &str| {
        Case::new(
            "said in the body",
            format!("DELETE {config_map}/settings?dryRun=All"),
            want,
        )
        .body(body)
    };
    let options = |options: &str, why: &str| {
        format!("422 Invalid: {options}.meta.k8s.io \"\" is invalid: {why}")
    };
    let manager = |characters: &str| format!("fieldManager={characters}");
    hold(vec![
        create(
            "run dry",
            "dryRun=some",
            &options(
                "CreateOptions",
                "dryRun: Unsupported value: \"some\": supported values: \"All\"",
            ),
        ),
        create(
            "how strictly",
            "fieldValidation=very",
            &options(
                "CreateOptions",
                "fieldValidation: Invalid value: \"very\": must be one of \"\" (empty), Ignore, Warn, Strict",
            ),
        ),
        create(
            "a long manager",
            &manager(&"x".repeat(129)),
            &options(
                "CreateOptions",
                "fieldManager: Too long: may not be more than 128 bytes",
            ),
        ),
        create(
            "a manager in long letters",
            &manager(&"%C3%BC".repeat(65)),
            &options(
                "CreateOptions",
                "fieldManager: Too long: may not be more than 128 bytes",
            ),
        ),
        create(
            "a manager that cannot be printed",
            &manager("a%00b"),
            &options(
                "CreateOptions",
                "fieldManager: Invalid value: \"a\\x00b\": invalid character U+0000 (at position 1)",
            ),
        ),
        create("a user agent that is no text", "dryRun=All", "201")
            .header("user-agent", b"\xff\xff/1".as_slice()),
        create("a long user agent", "dryRun=All", "201").header("user-agent", "x".repeat(100_000)),
        delete(
            "how long",
            "gracePeriodSeconds=soon",
            "400 BadRequest: strconv.ParseInt: parsing \"soon\": invalid syntax",
        ),
        delete(
            "the longest",
            "gracePeriodSeconds=9223372036854775807&dryRun=All",
            "200",
        ),
        delete(
            "below none",
            "gracePeriodSeconds=-9223372036854775808&dryRun=All",
            "200",
        ),
        delete(
            "how far",
            "propagationPolicy=Everything",
            "422 Invalid: DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: \"Everything\": …",
        ),
        delete(
            "twice",
            "propagationPolicy=Orphan&orphanDependents=true",
            "422 Invalid: DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Invalid value: \"Orphan\": orphanDependents and deletionPropagation cannot be both set",
        ),
        said(
            "[]",
            "500 : couldn't get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string …",
        ),
        said(
            "{\"kind\": \"ConfigMap\", \"apiVersion\": \"v1\"}",
            "500 : no kind \"ConfigMap\" is registered for version \"v1\" in scheme \"pkg/apis/meta/internalversion/scheme/register.go:27\"",
        ),
        said(
            "{\"gracePeriodSeconds\": \"x\"}",
            "500 : json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
        ),
        said(
            "{\"gracePeriodSeconds\": 1e300}",
            "500 : json: cannot unmarshal number into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
        ),
        said(
            "{\"preconditions\": {\"uid\": \"\\u0000\"}}",
            "409 Conflict: …",
        ),
        said(
            "{\"preconditions\": []}",
            "500 : json: cannot unmarshal array into Go struct field DeleteOptions.preconditions of type v1.Preconditions",
        ),
        Case::new(
            "a pod for ever",
            "DELETE /api/v1/namespaces/default/pods/lone?gracePeriodSeconds=9223372036854775807",
            "200",
        ),
    ]);
}

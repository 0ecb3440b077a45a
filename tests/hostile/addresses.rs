//! Paths, queries and headers that nobody would write; and what is asked of a pod's containers.

use super::case::{Case, hold};

const POD: &str = "/api/v1/namespaces/default/pods/lone";

#[test]
fn paths() {
    let long = "x".repeat(60_000);
    let parts = "/x".repeat(30_000);
    let bytes = "%ff%fe%00";
    let get = |name, path: &str, want: &str| Case::new(name, format!("GET {path}"), want);
    let config_maps = "/api/v1/namespaces/default/configmaps";
    hold(vec![
        get(
            "a long name",
            &format!("{config_maps}/{long}"),
            &format!("404 NotFound: configmaps \"{long}\" not found"),
        ),
        get(
            "a long namespace",
            &format!("/api/v1/namespaces/{long}/pods"),
            "200",
        ),
        get(
            "a long resource",
            &format!("/api/v1/{long}"),
            "404 NotFound: the server could not find the requested resource",
        ),
        get(
            "a long group",
            &format!("/apis/{long}/v1/pods"),
            "404 NotFound: the server could not find the requested resource",
        ),
        get("a long path of no resource", &format!("/{long}"), "404"),
        get(
            "many parts",
            &format!("/api/v1{parts}"),
            "404 NotFound: the server could not find the requested resource",
        ),
        get(
            "many parts behind a pod",
            &format!("{POD}{parts}"),
            "404 NotFound: the server could not find the requested resource",
        ),
        get("only slashes", &"/".repeat(50_000), "200"),
        get(
            "a slash in a name",
            &format!("{config_maps}/a%2Fb"),
            "404 NotFound: configmaps \"a/b\" not found",
        ),
        get(
            "the folder above",
            &format!("{config_maps}/..%2F..%2Fsecrets"),
            "404 NotFound: configmaps \"../../secrets\" not found",
        ),
        get(
            "dots",
            &format!("{config_maps}/.."),
            "404 NotFound: configmaps \"..\" not found",
        ),
        get(
            "no text",
            &format!("{config_maps}/{bytes}"),
            "404 NotFound: configmaps \"\u{fffd}\u{fffd}\\x00\" not found",
        ),
        get(
            "a namespace that is no text",
            &format!("/api/v1/namespaces/{bytes}/pods"),
            "200",
        ),
        get(
            "half an escape",
            &format!("{config_maps}/%f"),
            "404 NotFound: configmaps \"%f\" not found",
        ),
        get(
            "a question mark in a name",
            &format!("{config_maps}/a%3Fb=c"),
            "404 NotFound: configmaps \"a?b=c\" not found",
        ),
        get("nothing behind the version", "/api/v1/", "200"),
        get("no version", "/api//pods", "404"),
        get("watch, and nothing", "/api/v1/watch", "404"),
        get(
            "an unknown part",
            &format!("{POD}/nothing"),
            "404 NotFound: the server could not find the requested resource",
        ),
        Case::new(
            "a method of one's own",
            format!("HACK {POD}"),
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
        Case::new(
            "a long method",
            format!("{} {POD}", "X".repeat(10_000)),
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
        Case::new(
            "a collection is not written",
            format!("PUT {config_maps}"),
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
        Case::new(
            "created in all namespaces",
            "POST /api/v1/configmaps",
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        )
        .body("{}"),
        Case::new(
            "created in a namespace that is not there",
            "POST /api/v1/namespaces/no%2Fwhere/configmaps",
            "404 NotFound: namespaces \"no/where\" not found",
        )
        .body("{\"metadata\": {\"name\": \"x\"}}"),
    ]);
}

#[test]
fn headers() {
    let nodes = "GET /api/v1/nodes";
    let many = ["application/json;as=Nothing;g=x"; 10_000].join(",");
    let parameters = format!("application/json{}", ";a=b".repeat(20_000));
    let not_acceptable = "406 NotAcceptable: …";
    let unauthorized = "401 Unauthorized: Unauthorized";
    let anonymous = "403 Forbidden: nodes is forbidden: User \"system:anonymous\" cannot list resource \"nodes\" in API group \"\" at the cluster scope";
    let latin = b"\xff\xfe".to_vec();
    let jane = "Bearer jane";
    hold(vec![
        Case::new("many forms that there are not", nodes, not_acceptable).header("accept", many),
        Case::new("many parameters", nodes, "200").header("accept", parameters),
        Case::new("commas", nodes, "200").header("accept", ",".repeat(50_000)),
        Case::new("semicolons", nodes, not_acceptable).header("accept", ";=;".repeat(20_000)),
        Case::new("no text", nodes, not_acceptable).header("accept", latin.clone()),
        Case::new("a list as a table of nothing", nodes, not_acceptable).header("accept", "application/json;as=Table;g=x;v=v9"),
        Case::new("no scheme", nodes, anonymous).header("authorization", "root"),
        Case::new("another scheme", nodes, anonymous).header("authorization", "Basic cm9vdDpyb290"),
        Case::new("nothing", nodes, anonymous).header("authorization", ""),
        Case::new("only the scheme", nodes, anonymous).header("authorization", "Bearer "),
        Case::new("no text for a token", nodes, unauthorized).header("authorization", b"Bearer \xff".as_slice()),
        Case::new("a long token", nodes, unauthorized).header("authorization", format!("Bearer {}", "x".repeat(500_000))),
        Case::new("a token of dots", nodes, unauthorized).header("authorization", format!("Bearer {}", ".".repeat(100_000))),
        Case::new("a token of nothing", nodes, unauthorized).header("authorization", "Bearer eyJhbGciOiJub25lIn0.e30."),
        Case::new("somebody with no rights", nodes, "403 Forbidden: nodes is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \"\" at the cluster scope")
            .header("authorization", jane),
        Case::new("as nobody in a group", nodes, "500").header("impersonate-group", "system:masters"),
        Case::new("as no text", nodes, "403 Forbidden: nodes is forbidden: User \"\u{fffd}\u{fffd}\" cannot list resource \"nodes\" in API group \"\" at the cluster scope")
            .header("impersonate-user", latin),
        Case::new("as half a service account", nodes, "403 Forbidden: nodes is forbidden: User \"system:serviceaccount:\" cannot list…")
            .header("impersonate-user", "system:serviceaccount:"),
        Case::new("as a long name", nodes, format!("403 Forbidden: nodes is forbidden: User \"{}…", "u".repeat(500)))
            .header("impersonate-user", "u".repeat(500_000)),
        Case::new("as somebody, by somebody who may not", nodes, "403 Forbidden: users \"root\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope")
            .header("authorization", jane)
            .header("impersonate-user", "root"),
        Case::new("with strange extras", nodes, "403 Forbidden: nodes is forbidden: User \"x\" cannot list…")
            .header("impersonate-user", "x")
            .header("impersonate-extra-", "")
            .header("impersonate-extra-%zz%", b"\xff".as_slice()),
    ]);
}

#[test]
fn pods() {
    let junk = |name, part: &str, want: &str| Case::new(name, format!("GET {POD}/{part}"), want);
    let words = "&command=x".repeat(5_000);
    let invalid = "422 Invalid: PodLogOptions \"lone\" is invalid: ";
    let number =
        |text: &str| format!("400 BadRequest: strconv.ParseInt: parsing {text:?}: invalid syntax");
    hold(vec![
        junk(
            "no command",
            "exec",
            "400 BadRequest: you must specify at least 1 command for the container",
        ),
        junk("many words", &format!("exec?{words}"), "a stream"),
        junk("an empty word", "exec?command=", "a stream"),
        junk(
            "no such container",
            "exec?command=ls&container=%00",
            "400 BadRequest: container \0 is not valid for pod lone",
        ),
        junk("no text", "exec?command=%ff%fe&stdin=%ff", "a stream"),
        junk(
            "a long container",
            &format!("log?container={}", "c".repeat(50_000)),
            &format!("400 BadRequest: container {}…", "c".repeat(100)),
        ),
        junk(
            "lines that are no number",
            "log?tailLines=many",
            &number("many"),
        ),
        junk(
            "lines beyond numbers",
            "log?tailLines=99999999999999999999",
            "400 BadRequest: strconv.ParseInt: parsing \"99999999999999999999\": …",
        ),
        junk(
            "fewer lines than none",
            "log?tailLines=-1",
            &format!("{invalid}tailLines: Invalid value: -1: must be greater than or equal to 0"),
        ),
        junk(
            "no bytes",
            "log?limitBytes=0",
            &format!("{invalid}limitBytes: Invalid value: 0: must be greater than 0"),
        ),
        junk(
            "the last no seconds",
            "log?sinceSeconds=0",
            &format!("{invalid}sinceSeconds: Invalid value: 0: must be greater than 0"),
        ),
        junk(
            "as many as there can be",
            "log?sinceSeconds=9223372036854775807&limitBytes=9223372036854775807&tailLines=9223372036854775807",
            "200",
        ),
        junk(
            "a time that is none",
            "log?sinceTime=yesterday",
            "400 BadRequest: …",
        ),
        junk(
            "a time long ago",
            "log?sinceTime=-9999-01-01T00:00:00Z",
            "400 BadRequest: …",
        ),
        junk(
            "all at once",
            "log?follow=%ff&previous=x&timestamps=&tailLines=&limitBytes=",
            "400 BadRequest: …",
        ),
        Case::new(
            "of a pod that is not there",
            "GET /api/v1/namespaces/default/pods/%2e%2e%2f/log",
            "404 NotFound: pods \"../\" not found",
        ),
        Case::new(
            "attached to nothing",
            format!("POST {POD}/attach?container=x"),
            "400 BadRequest: container x is not valid for pod lone",
        ),
        Case::new(
            "a log is only read",
            format!("DELETE {POD}/log"),
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
    ]);
}

#[test]
fn what_is_handed_on() {
    let base = "/api/v1/namespaces/default";
    let proxied =
        |name, part: &str, want: &str| Case::new(name, format!("GET {base}/{part}"), want);
    let invalid = |kind: &str, id: &str| format!("400 BadRequest: invalid {kind} request {id:?}");
    hold(vec![
        proxied("nobody", "pods/%3A/proxy/", &invalid("pod", ":")),
        proxied(
            "too many parts",
            "pods/a:b:c:d:e/proxy/",
            &invalid("pod", "a:b:c:d:e"),
        ),
        proxied(
            "a scheme that is none",
            "services/%00:web:80/proxy/",
            &invalid("service", "\0:web:80"),
        ),
        proxied(
            "a port beyond numbers",
            "pods/lone:99999999999999999999/proxy/",
            "503 ServiceUnavailable: error trying to reach service: dial tcp: lookup tcp/99999999999999999999: unknown port",
        ),
        proxied(
            "a port beyond ports",
            "pods/lone:99999/proxy/",
            "503 ServiceUnavailable: error trying to reach service: dial tcp: address 99999: invalid port",
        ),
        proxied(
            "a port below ports",
            "pods/lone:-1/proxy/",
            "503 ServiceUnavailable: error trying to reach service: dial tcp: address -1: invalid port",
        ),
        proxied(
            "a long path",
            &format!("pods/lone/proxy/{}", "a/".repeat(20_000)),
            "…",
        ),
        proxied("no text", "pods/lone/proxy/%ff%00//..%2f", "…"),
        proxied(
            "a Service beyond numbers",
            "services/x:99999999999999999999/proxy",
            "404 NotFound: endpoints \"x\" not found",
        ),
        Case::new(
            "a node that is none",
            "GET /api/v1/nodes/%2f:1/proxy/pods",
            "404 NotFound: nodes \"/\" not found",
        ),
        Case::new(
            "of a kind that has none",
            format!("GET {base}/configmaps/a/proxy/"),
            "404 NotFound: …",
        ),
        Case::new("of all", "GET /api/v1/pods/lone/proxy/", "…"),
    ]);
}

#[test]
fn resizes() {
    let junk = |name, line: &str, body: &str, want: &str| {
        Case::new(name, format!("{line} {POD}/resize"), want)
            .header(
                "content-type",
                if line == "PUT" {
                    "application/json"
                } else {
                    "application/merge-patch+json"
                },
            )
            .body(body)
    };
    let invalid = "422 Invalid: Pod \"lone\" is invalid: ";
    hold(vec![
        junk(
            "no containers",
            "PATCH",
            r#"{"spec": {"containers": []}}"#,
            &format!("{invalid}…"),
        ),
        junk(
            "no spec",
            "PATCH",
            r#"{"spec": null}"#,
            &format!("{invalid}[spec.containers: Required value, …"),
        ),
        junk(
            "no pod",
            "PUT",
            r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "lone"}}"#,
            &format!("{invalid}[spec.containers: Required value, …"),
        ),
        junk(
            "a quantity that is none",
            "PATCH",
            r#"{"spec": {"containers": [{"name": "c", "resources": {"requests": {"cpu": "much"}}}]}}"#,
            "422 Invalid: …",
        ),
        junk(
            "init containers from nowhere",
            "PATCH",
            r#"{"spec": {"initContainers": [{"name": "x"}]}}"#,
            &format!("{invalid}…"),
        ),
        junk(
            "made",
            "POST",
            "{}",
            "405 MethodNotAllowed: the server does not allow this method on the requested resource",
        ),
    ]);
}

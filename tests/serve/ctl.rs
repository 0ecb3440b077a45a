//! `kubeloop ctl` and `/kubeloop/v1/`: what the simulation is told, and what it refuses to be told.

use super::ask::{DEPLOYMENTS, PODS, kubeloop, serve, web};
use super::server::{Folder, Server};
use serde_json::{Value, json};

/// A server at rest, with a Deployment of one pod.
fn with_web() -> (Folder, Server, String) {
    let (folder, server) = serve(&["--speed", "max"]);
    server.must(201, "POST", DEPLOYMENTS, &web(1));
    assert_eq!(server.told(&["settle"])["settled"], true);
    let pods = server.must(200, "GET", PODS, &Value::Null);
    let pod = pods["items"][0]["metadata"]["name"].as_str();
    let pod = pod.expect("it has a pod").to_owned();
    (folder, server, pod)
}

fn get(server: &Server, path: &str) -> Value {
    server.must(200, "GET", path, &Value::Null)
}

fn number(value: &Value, field: &str) -> u64 {
    value[field].as_u64().expect("a number")
}

#[test]
fn time_and_steps() {
    let (_folder, server, _) = with_web();
    let is = server.told(&["status"]);
    let fields: Vec<&str> = is
        .as_object()
        .expect("fields")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(fields, ["step", "atMs", "revision", "settled", "waitsFor"]);
    assert_eq!(is, server.told(&["settle"]), "there was nothing to do");
    let later = server.told(&["advance", "1m30s"]);
    assert_eq!(number(&later, "atMs"), number(&is, "atMs") + 90_000);
    let one = server.told(&["step"]);
    assert_eq!(number(&one, "step"), number(&later, "step") + 1);
    let four = server.told(&["step", "3"]);
    assert_eq!(number(&four, "step"), number(&one, "step") + 3);
    let early = server.told(&["seek", "2"]);
    assert_eq!(
        (number(&early, "step"), &early["settled"]),
        (2, &json!(false))
    );
    get(&server, PODS);
    assert_eq!(server.told(&["status"]), early, "it stands still there");
    assert_eq!(number(&server.told(&["step"]), "step"), 3);
    assert_eq!(server.told(&["settle"]), is, "and comes to the same again");
}

#[test]
fn going_back_and_forth_changes_nothing() {
    let (_folder, server) = serve(&["--speed", "max", "--state", "s"]);
    server.must(201, "POST", DEPLOYMENTS, &web(1));
    let end = server.told(&["settle"]);
    let pods = get(&server, PODS);
    server.told(&["seek", "0"]);
    assert_eq!(get(&server, PODS)["items"], json!([]), "before all of it");
    let again = server.told(&["seek", &end["step"].to_string()]);
    assert_eq!(again, end);
    assert_eq!(get(&server, PODS), pods);
}

#[test]
fn the_trace_is_one_step_to_a_line() {
    let (_folder, server, _) = with_web();
    let all = server.ctl(&["trace"]);
    let steps: Vec<Value> = all
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(steps.len() as u64, number(&server.status(), "step"));
    assert_eq!(steps[0]["event"], "user");
    let some = server.ctl(&["trace", "--from", "2", "--to", "5"]).stdout;
    let want: Vec<&str> = all.stdout.lines().skip(2).take(3).collect();
    assert_eq!(some.lines().collect::<Vec<_>>(), want);
    let none = server.ctl(&["trace", "--from", "999999"]);
    assert_eq!((none.code, none.stdout.trim()), (Some(0), ""));
}

#[test]
fn nodes_go_and_come() {
    let (_folder, server, _) = with_web();
    let is = |node: &str, want: &str| {
        let node = get(&server, &format!("/api/v1/nodes/{node}"));
        let conditions = node["status"]["conditions"].as_array().expect("conditions");
        let ready = conditions.iter().find(|c| c["type"] == "Ready");
        assert_eq!(ready.expect("ready or not")["status"], want);
    };
    is("n2", "True");
    server.told(&["node-down", "n2"]);
    server.told(&["advance", "1m"]);
    is("n2", "Unknown");
    server.told(&["node-up", "n2"]);
    server.told(&["advance", "1m"]);
    is("n2", "True");
    server.told(&["node-notready", "n3"]);
    server.told(&["advance", "1m"]);
    is("n3", "False");
    server.told(&["node-up", "n3"]);
    server.told(&["advance", "1m"]);
    is("n3", "True");
}

#[test]
fn containers_exit_and_get_work() {
    let (_folder, server, pod) = with_web();
    server.told(&["container-exit", &pod, "nginx", "3"]);
    server.told(&["settle"]);
    let status = &get(&server, &format!("{PODS}/{pod}"))["status"]["containerStatuses"][0];
    assert_eq!(status["restartCount"], 1);
    assert_eq!(status["lastState"]["terminated"]["exitCode"], 3);
    let usage = || {
        let path = format!("/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/{pod}");
        get(&server, &path)["containers"][0]["usage"].clone()
    };
    server.told(&["metrics", &pod, "250"]);
    assert_eq!(usage(), json!({"cpu": "250m", "memory": "65536Ki"}));
    server.told(&["metrics", "app=web", "900", "128"]);
    assert_eq!(usage(), json!({"cpu": "900m", "memory": "131072Ki"}));
    let pod = format!("default/{pod}");
    server.told(&["--namespace", "kube-system", "metrics", &pod, "10", "1"]);
    assert_eq!(usage(), json!({"cpu": "10m", "memory": "1024Ki"}));
    let stop = r#"{"fault": "stop", "process": "kube-scheduler"}"#;
    server.told(&["fault", stop]);
    let again = server.ctl(&["fault", stop]);
    assert_eq!(again.stderr, "error: kube-scheduler is stopped already\n");
}

#[test]
fn what_is_not_there_is_said() {
    let (_folder, server, pod) = with_web();
    let before = server.status();
    for (words, want) in [
        (&["node-down", "n9"][..], "n9"),
        (&["node-up", "n9"], "n9"),
        (&["node-notready", "n9"], "n9"),
        (&["container-exit", "nope", "nginx", "1"], "nope"),
        (&["container-exit", &pod, "sidecar", "1"], "sidecar"),
        (&["metrics", "nope", "100"], "nope"),
        (&["--namespace", "other", "metrics", &pod, "100"], "other"),
        (&["seek", "999999"], "step=999999: only"),
        (&["fault", "{}"], "missing field `fault`"),
        (&["fault", r#"{"fault": "fly"}"#], "unknown variant `fly`"),
        (&["fault", "nonsense"], "nonsense: expected"),
    ] {
        let ran = server.ctl(words);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (Some(1), ""),
            "{words:?}: {}",
            ran.stderr
        );
        let fits = ran.stderr.starts_with("error: ") && ran.stderr.contains(want);
        assert!(fits, "{words:?}: {}", ran.stderr);
    }
    assert_eq!(server.status(), before, "nothing of it has happened");
}

#[test]
fn wrong_words_are_refused() {
    let folder = Folder::new();
    for words in [
        &[][..],
        &["fly"],
        &["advance"],
        &["advance", "soon"],
        &["advance", "-5s"],
        &["seek"],
        &["seek", "-1"],
        &["step", "x"],
        &["node-down"],
        &["container-exit", "web", "nginx"],
        &["container-exit", "web", "nginx", "x"],
        &["metrics", "web"],
        &["metrics", "web", "1", "x"],
        &["trace", "--from", "x"],
    ] {
        let mut all = vec!["ctl"];
        all.extend(words);
        let ran = kubeloop(folder.path(), &all);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{words:?}");
        assert!(!ran.stderr.is_empty(), "{words:?}");
    }
}

#[test]
fn a_server_that_is_not_there_is_said() {
    let folder = Folder::new();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = nobody.local_addr().expect("an address");
    drop(nobody);
    let url = format!("http://{address}");
    for verb in [
        &["settle"][..],
        &["status"],
        &["node-down", "n1"],
        &["trace"],
    ] {
        let mut all = vec!["ctl", "--server", &url];
        all.extend(verb);
        let ran = kubeloop(folder.path(), &all);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{verb:?}");
        let want = "error: the server cannot be reached: ";
        assert!(ran.stderr.starts_with(want), "{verb:?}: {}", ran.stderr);
    }
    let ran = kubeloop(folder.path(), &["ctl", "--server", "nonsense", "settle"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""));
}

#[test]
fn over_http_it_is_the_same() {
    let (_folder, server, pod) = with_web();
    let nothing = Value::Null;
    let at_ms = || number(&server.status(), "atMs");
    let before = at_ms();
    let fault = json!({"fault": "kill-container", "pod": format!("default/{pod}"), "container": "nginx", "code": 1});
    for (method, call, body, want, says) in [
        ("GET", "status", &nothing, 200, "atMs"),
        ("POST", "settle", &nothing, 200, "\"settled\":true"),
        ("POST", "advance?ms=500", &nothing, 200, "atMs"),
        ("POST", "step?n=0", &nothing, 200, "step"),
        (
            "GET",
            "trace?from=0&to=1",
            &nothing,
            200,
            "\"event\":\"user\"",
        ),
        ("POST", "fault", &fault, 200, "\"step\""),
        ("POST", "advance", &nothing, 400, "?ms= is missing"),
        (
            "POST",
            "advance?ms=soon",
            &nothing,
            400,
            "ms=soon: not a whole number",
        ),
        ("POST", "advance?ms=-1", &nothing, 400, "not a whole number"),
        ("POST", "step", &nothing, 400, "?n= is missing"),
        ("POST", "seek", &nothing, 400, "?step= is missing"),
        (
            "POST",
            "seek?step=999999",
            &nothing,
            400,
            "steps were taken",
        ),
        ("GET", "trace?from=x", &nothing, 400, "not a whole number"),
        ("POST", "fault", &nothing, 400, "EOF while parsing"),
        (
            "POST",
            "fault",
            &json!({"fault": "kill-node"}),
            400,
            "missing field `node`",
        ),
        (
            "POST",
            "fault",
            &json!({"fault": "kill-node", "node": "n1", "x": 1}),
            400,
            "unknown field `x`",
        ),
        (
            "POST",
            "fault",
            &json!({"fault": "kill-node", "node": "n9"}),
            400,
            "n9",
        ),
        ("GET", "settle", &nothing, 405, "takes POST, not GET"),
        ("POST", "status", &nothing, 405, "takes GET, not POST"),
        ("DELETE", "trace", &nothing, 405, "takes GET, not DELETE"),
        (
            "GET",
            "nope",
            &nothing,
            404,
            "there is no /kubeloop/v1/nope",
        ),
        ("GET", "status/x", &nothing, 404, "there is no"),
    ] {
        let path = format!("/kubeloop/v1/{call}");
        let (code, said) = server.ask_with(&[], method, &path, body);
        assert_eq!(code, want, "{method} {call}: {said}");
        assert!(said.contains(says), "{method} {call}: {said}");
        let refusal: Option<Value> = serde_json::from_str(&said).ok();
        let error = refusal.and_then(|json| json["error"].as_str().map(str::len));
        assert_eq!(error.is_some(), code >= 400, "{method} {call}: {said}");
    }
    assert!(at_ms() >= before + 500);
}

#[test]
fn the_server_says_what_it_can_be_told() {
    let (_folder, server, pod) = with_web();
    for path in ["/kubeloop/v1", "/kubeloop/v1/"] {
        let (code, _) = server.ask_with(&[], "GET", path, &Value::Null);
        assert_eq!(code, 200, "{path}");
    }
    let (_, manual) = server.ask_with(&[], "GET", "/kubeloop/v1/", &Value::Null);
    let mut calls = 0;
    for line in manual.lines() {
        let example = line.strip_prefix("GET ").or(line.strip_prefix("POST "));
        if let Some(example) = example {
            let method = line.split(' ').next().expect("a word");
            let body = if example == "fault" {
                json!({"fault": "kill-container", "pod": format!("default/{pod}")})
            } else {
                Value::Null
            };
            let path = format!("/kubeloop/v1/{example}");
            let (code, said) = server.ask_with(&[], method, &path, &body);
            assert_eq!(code, 200, "{line}: {said}");
            calls += 1;
            // What was done in the past is gone.
            server.told(&["settle"]);
            if example.starts_with("seek") {
                server.must(201, "POST", DEPLOYMENTS, &web(1));
                server.told(&["settle"]);
            }
        }
        // Each fault can be read, if only to be refused for what there is not.
        if line.starts_with("    {\"fault\"") {
            let fault: Value = serde_json::from_str(line.trim()).expect("JSON");
            let (_, said) = server.ask_with(&[], "POST", "/kubeloop/v1/fault", &fault);
            let is_read = !said.contains("field") && !said.contains("variant");
            assert!(is_read, "{line}: {said}");
            calls += 1;
        }
    }
    assert!(calls > 20, "{manual}");
    let help = kubeloop(std::path::Path::new("."), &["ctl", "--help"]).stdout;
    for verb in [
        "status", "settle", "advance", "step", "seek", "fault", "trace",
    ] {
        let is_told = manual.contains(&format!("kubeloop ctl {verb}"));
        assert!(is_told && help.contains(verb), "{verb}");
    }
}

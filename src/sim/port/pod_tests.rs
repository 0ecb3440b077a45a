//! Commands in containers, and what they print.

use super::tests::{PODS, pod, port, send, settle};
use super::{Exchange, Frame, Port, is_end};
use serde_json::{Value, json};

/// A server with a pod that runs, one that has ended, one that waits for its image, and one that is nowhere.
fn pods() -> Port {
    let mut port = port();
    let waits = json!({"metadata": {"name": "waits"}, "spec": {"containers": [{"name": "c", "image": "does-not-exist"}]}});
    let nowhere = json!({"metadata": {"name": "nowhere"}, "spec": {
        "nodeSelector": {"a": "b"}, "containers": [{"name": "c", "image": "nginx"}]}});
    let many = json!({"metadata": {"name": "many", "annotations": {"kubectl.kubernetes.io/default-container": "b"}}, "spec": {
        "initContainers": [{"name": "i", "image": "nginx"}],
        "containers": [{"name": "a", "image": "nginx"}, {"name": "b", "image": "nginx"}]}});
    let runs = pod(
        "runs",
        &["sh", "-c", "echo a; sleep 2000; echo b; sleep 2000"],
    );
    for pod in [runs, pod("ended", &["false"]), waits, nowhere, many] {
        let (code, said) = send(&mut port, "root", "POST", PODS, &pod);
        assert_eq!(code, 201, "{said}");
    }
    settle(&mut port);
    port
}

fn ask(port: &mut Port, method: &str, path: &str, headers: &[(&str, &str)]) -> Exchange {
    let mut request = http::Request::builder().method(method);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.header("authorization", "Bearer root");
    let request = request.uri(format!("{PODS}/{path}"));
    port.exchange(&request.body(Vec::new()).expect("a request"))
}

const UPGRADE: &[(&str, &str)] = &[("connection", "keep-alive, Upgrade")];

/// The code and the message of a refusal.
fn refusal(exchange: Exchange) -> (u16, String) {
    let Exchange::Answered(response) = exchange else {
        panic!("{exchange:?}");
    };
    let text = String::from_utf8_lossy(response.body()).into_owned();
    let status: Option<Value> = serde_json::from_str(&text).ok();
    let message = status.and_then(|status| status["message"].as_str().map(str::to_owned));
    (response.status().as_u16(), message.unwrap_or(text))
}

#[test]
fn streams_are_refused_in_the_words_of_whoever_refuses_them() {
    let mut port = pods();
    let plain: &[(&str, &str)] = &[];
    let required = (400, "Upgrade request required");
    let nowhere = (400, "pod nowhere does not have a host assigned");
    let several = (
        400,
        "a container name must be specified for pod many, choose one of: [i a b]",
    );
    let simulated = "containers are simulated here, so there is no port to forward; Services and their endpoints can be looked at instead";
    let cases = [
        ("GET", "runs/exec?command=true", plain, required),
        ("POST", "runs/attach", plain, required),
        ("GET", "runs/portforward", plain, required),
        ("GET", "runs/portforward", UPGRADE, (400, simulated)),
        (
            "GET",
            "none/exec?command=true",
            plain,
            (404, "pods \"none\" not found"),
        ),
        (
            "GET",
            "none/portforward",
            plain,
            (404, "pods \"none\" not found"),
        ),
        ("GET", "nowhere/exec?command=true", plain, nowhere),
        ("GET", "nowhere/attach", UPGRADE, nowhere),
        ("GET", "nowhere/portforward", UPGRADE, nowhere),
        ("GET", "many/exec?command=true", UPGRADE, several),
        ("GET", "many/log", plain, several),
        (
            "GET",
            "runs/attach?container=x",
            UPGRADE,
            (400, "container x is not valid for pod runs"),
        ),
        (
            "GET",
            "ended/exec?command=true",
            UPGRADE,
            (500, "container not found (\"c\")"),
        ),
        (
            "POST",
            "waits/exec?command=true",
            UPGRADE,
            (500, "container not found (\"c\")"),
        ),
        (
            "GET",
            "ended/attach",
            UPGRADE,
            (500, "container c not found in pod ended_default"),
        ),
        ("GET", "nowhere/log", plain, (204, "")),
        ("GET", "nowhere/log?follow=true", plain, (204, "")),
        (
            "GET",
            "nowhere/log?container=x",
            plain,
            (400, "container x is not valid for pod nowhere"),
        ),
        (
            "PUT",
            "runs/exec?command=true",
            UPGRADE,
            (
                405,
                "the server does not allow this method on the requested resource",
            ),
        ),
    ];
    for (method, path, headers, (code, message)) in cases {
        let got = refusal(ask(&mut port, method, path, headers));
        assert_eq!(got, (code, message.to_owned()), "{method} {path}");
    }
}

#[test]
fn nobody_talks_to_a_node_that_is_cut_off() {
    let mut port = pods();
    let head = port.cluster().store().head();
    let key = crate::api::Key::new(crate::api::Kind::Pod, "default", "runs");
    let pod = serde_json::to_value(head.get(&key).expect("it is there")).expect("JSON");
    let node = pod["spec"]["nodeName"].as_str().expect("it is placed");
    let ip = pod["status"]["hostIP"].as_str().expect("its node has one");
    let dial = format!("dial tcp {ip}:10250: connect: no route to host");
    let fault = serde_json::from_value(json!({"fault": "cut-node", "node": node}));
    let fault = fault.expect("there is such a fault");
    port.timeline.fault(fault).expect("there is such a node");
    let exec = refusal(ask(&mut port, "GET", "runs/exec?command=true", UPGRADE));
    assert_eq!(exec, (500, format!("error dialing backend: {dial}")));
    let log = refusal(ask(&mut port, "GET", "runs/log", &[]));
    let want = format!("Get \"https://{ip}:10250/containerLogs/default/runs/c\": {dial}");
    assert_eq!(log, (500, want));
}

/// What a command says on which channel, and how it ends.
fn run(port: &mut Port, query: &str) -> Vec<String> {
    let Exchange::Exec(mut exec) = ask(port, "GET", &format!("runs/exec?{query}"), UPGRADE) else {
        panic!("{query} is refused");
    };
    shown(&exec.begin(port.cluster()))
}

fn shown(frames: &[Frame]) -> Vec<String> {
    let shown = frames.iter().map(|frame| {
        let text = String::from_utf8_lossy(&frame[1..]).into_owned();
        let end = is_end(frame).then(|| serde_json::from_str::<Value>(&text).expect("a Status"));
        match end {
            Some(end) if end["status"] == "Success" => "ended".to_owned(),
            Some(end) => format!("ended with {}", end["details"]["causes"][0]["message"]),
            None => format!("{} {text:?}", frame[0]),
        }
    });
    shown.collect()
}

#[test]
fn commands_say_what_they_say_on_their_channels() {
    let mut port = pods();
    let cases: [(&str, &[&str]); 6] = [
        (
            "command=sh&command=-c&command=echo+hi%3B+exit+3",
            &["1 \"hi\\n\"", "ended with \"3\""],
        ),
        (
            "command=cat&command=/tmp/x",
            &[
                "2 \"cat: can't open '/tmp/x': No such file or directory\\n\"",
                "ended with \"1\"",
            ],
        ),
        (
            "tty=true&command=cat&command=/tmp/x",
            &[
                "1 \"cat: can't open '/tmp/x': No such file or directory\\r\\n\"",
                "ended with \"1\"",
            ],
        ),
        (
            "command=tar&command=cf&command=-&command=/etc/hosts",
            &[
                "2 \"kubeloop: tar is not simulated: containers here have no files to copy\\n\"",
                "ended with \"2\"",
            ],
        ),
        ("command=sh&stdin=true", &[]),
        ("command=sh&stdin=true&tty=true", &["1 \"/ # \""]),
    ];
    for (query, want) in cases {
        assert_eq!(run(&mut port, query), want, "{query}");
    }
}

#[test]
fn a_shell_without_a_terminal_shows_nothing_but_what_is_printed() {
    let mut port = pods();
    let path = "runs/exec?command=sh&stdin=true";
    let Exchange::Exec(mut exec) = ask(&mut port, "POST", path, UPGRADE) else {
        panic!("a shell");
    };
    let said = exec.take(b"\0echo hi\nexit 4\n", port.cluster());
    assert_eq!(shown(&said), ["1 \"hi\\n\"", "ended with \"4\""]);
}

#[test]
fn whoever_attaches_sees_what_is_printed_from_then_on() {
    let mut port = pods();
    let Exchange::Attach(mut attach) = ask(&mut port, "GET", "runs/attach", UPGRADE) else {
        panic!("a container that runs");
    };
    assert_eq!(attach.poll(port.cluster()), Vec::<Frame>::new());
    let steps = [
        (2_000_000, &["1 \"b\\n\""][..]),
        (3_000_000, &["ended"][..]),
    ];
    for (ms, want) in steps {
        let end_ms = port.cluster().now_ms() + ms;
        while port
            .cluster()
            .next_due_ms()
            .is_some_and(|due| due <= end_ms)
        {
            port.timeline.advance(crate::sim::Pace::Turn);
        }
        port.timeline.wait_until(end_ms);
        assert_eq!(shown(&attach.poll(port.cluster())), want);
    }
}

//! The command line as a person at a shell sees it: the real binary, its exit codes and what it says.

use expect_test::{Expect, expect};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: nginx
        image: nginx:1.14.2
";

/// What a run of the binary left behind.
struct Ran {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Runs `kubeloop` with these arguments in a folder that holds these files.
fn kubeloop_in(files: &[(&str, &str)], args: &[&str], stdin: &str) -> Ran {
    let folder = folder(files);
    let mut child = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
        .args(args)
        .current_dir(&folder)
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut input = child.stdin.take().expect("a pipe");
    // A run that refuses its arguments does not read its input.
    let _ = input.write_all(stdin.as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("the binary ends");
    fs::remove_dir_all(&folder).expect("the folder can go");
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

fn kubeloop(args: &[&str], stdin: &str) -> Ran {
    kubeloop_in(&[], args, stdin)
}

/// A folder of its own for each test.
fn folder(files: &[(&str, &str)]) -> PathBuf {
    let name = std::thread::current()
        .name()
        .unwrap_or("main")
        .replace("::", "-");
    let unique = format!("kubeloop-{}-{name}", std::process::id());
    let folder = std::env::temp_dir().join(unique);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn check_refused(files: &[(&str, &str)], args: &[&str], want: &Expect) {
    let ran = kubeloop_in(files, args, "");
    want.assert_eq(&ran.stderr);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
}

#[test]
fn a_deployment_is_applied_and_shown_with_all_that_it_owns() {
    let ran = kubeloop_in(&[("web.yaml", WEB)], &["run", "web.yaml"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    expect![[r#"
        deployment.apps/web created

        NAME                  READY   UP-TO-DATE   AVAILABLE   AGE
        deployment.apps/web   2/2     2            2           1s

        NAME                             DESIRED   CURRENT   READY   AGE
        replicaset.apps/web-69f5bc75d4   2         2         2       1s

        NAME                       READY   STATUS    RESTARTS   AGE
        pod/web-69f5bc75d4-4cwxc   1/1     Running   0          1s
        pod/web-69f5bc75d4-xdw5l   1/1     Running   0          1s
    "#]]
    .assert_eq(&ran.stdout);
}

#[test]
fn objects_as_names_json_and_yaml() {
    let ran = kubeloop(&["run", "-", "-o", "name"], WEB);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let kinds: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split('/').next())
        .collect();
    assert_eq!(kinds, ["deployment.apps", "replicaset.apps", "pod", "pod"]);
    let ran = kubeloop(&["run", "-", "-o", "json"], WEB);
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(
        (&list["kind"], &list["items"][0]["status"]["readyReplicas"]),
        (&"List".into(), &2.into())
    );
    let ran = kubeloop(&["run", "-", "-o", "yaml"], WEB);
    let (documents, errors) = kubeloop::api::yaml::parse(&ran.stdout);
    assert_eq!((documents.len(), errors.len()), (4, 0));
    assert_eq!(
        documents[0].value, list["items"][0],
        "YAML and JSON say the same"
    );
}

#[test]
fn the_trace_is_one_json_object_per_line() {
    let ran = kubeloop(&["run", "-", "-o", "trace-json"], WEB);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let steps: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(steps[0]["event"], "user");
    assert_eq!(steps[0]["answer"], "201 Deployment default/web");
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(step["step"], index, "no step is left out");
    }
    let bound = steps
        .iter()
        .filter(|step| step["process"] == "kube-scheduler" && step["event"] == "turn");
    assert_eq!(
        bound
            .filter(|step| step["scheduling"]["chosen"].is_string())
            .count(),
        2
    );
    let words = kubeloop(&["run", "-", "-o", "trace"], WEB);
    assert_eq!(
        words
            .stdout
            .lines()
            .filter(|line| line.starts_with('#'))
            .count(),
        steps.len()
    );
}

#[test]
fn the_same_seed_gives_the_same_run_to_the_byte() {
    let run = |seed| kubeloop(&["run", "-", "-o", "trace-json", "--seed", seed], WEB).stdout;
    assert_eq!(run("7"), run("7"));
    assert_ne!(run("7"), run("8"));
}

#[test]
fn folders_are_read_in_order_and_lists_taken_apart() {
    let map = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
    let list = r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}}]}"#;
    let files = [
        ("all/b.yml", &*map("b")),
        ("all/a.yaml", &*map("a")),
        ("all/c.json", list),
        ("all/d.txt", "no YAML: : :"),
    ];
    let ran = kubeloop_in(&files, &["run", "all", "-o", "name"], "");
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (0, "configmap/a\nconfigmap/b\nconfigmap/c\n"),
        "{}",
        ran.stderr
    );
}

#[test]
fn every_error_of_every_file_is_shown_at_its_line() {
    let bad = WEB.replace("replicas: 2", "replica: 2").replace(
        "image: nginx:1.14.2",
        "image: nginx\n        ports: [{containerPort: http}, {containerPort: 70000}]",
    );
    let invalid = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: Web\nspec:\n  containers:\n  - name: a\n    image: nginx\n  - name: a\n---\napiVersion: v1\nkind: Pood\n";
    let wrong = "kind: Pod\nspec:\n  replicas:3\n  containers: []\n---\nkind: Pod\nkind: Pod\n";
    let files = [
        ("a.yaml", &*bad),
        ("b.yaml", invalid),
        ("c.yaml", wrong),
        ("fine.yaml", WEB),
    ];
    check_refused(
        &files,
        &["run", "a.yaml", "b.yaml", "c.yaml", "fine.yaml"],
        &expect![[r#"
            error: unknown field "spec.replica"
             --> a.yaml:6:3
              |
            6 |   replica: 2
              |   ^^^^^^^

            error: json: cannot unmarshal string into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32
              --> a.yaml:16:33
               |
            16 |         ports: [{containerPort: http}, {containerPort: 70000}]
               |                                 ^^^^

            error: spec.template.spec.containers[0].ports[1].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive
              --> a.yaml:16:56
               |
            16 |         ports: [{containerPort: http}, {containerPort: 70000}]
               |                                                        ^^^^^
               = kubectl: Error from server (BadRequest): error when creating "a.yaml": Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32

            error: metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
             --> b.yaml:4:9
              |
            4 |   name: Web
              |         ^^^

            error: spec.containers[1].image: Required value
             --> b.yaml:9:5
              |
            9 |   - name: a
              |     ^^^^^^^

            error: spec.containers[1].name: Duplicate value: "a"
             --> b.yaml:9:11
              |
            9 |   - name: a
              |           ^
              = kubectl: The Pod "Web" is invalid: 
                  * metadata.name: Invalid value: "Web": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
                  * spec.containers[1].image: Required value
                  * spec.containers[1].name: Duplicate value: "a"

            error: no matches for kind "Pood" in version "v1"
              --> b.yaml:12:7
               |
            12 | kind: Pood
               |       ^^^^
               = kubectl: error: resource mapping not found for name: "" namespace: "" from "b.yaml": no matches for kind "Pood" in version "v1"
                   ensure CRDs are installed first

            error: mapping values are not allowed in this context
             --> c.yaml:4:13
              |
            4 |   containers: []
              |             ^
              = help: Line 3: put a space after the colon: `replicas: 3`.

            error: key "kind" already set in map
             --> c.yaml:7:1
              |
            7 | kind: Pod
              | ^^^^
              = help: It is also on line 6: remove one of them.

            9 errors; nothing was applied.
        "#]],
    );
}

#[test]
fn what_cannot_be_read_is_said_in_kubectls_words() {
    check_refused(
        &[("empty/x.txt", "")],
        &["run", "nope.yaml", "empty"],
        &expect![[r#"
            error: the path "nope.yaml" does not exist
            error: error reading [empty]: recognized file extensions are [.json .yaml .yml]
        "#]],
    );
    check_refused(
        &[("x.yaml", "# nothing\n")],
        &["run", "x.yaml"],
        &expect![[r#"
            error: no objects passed to apply
        "#]],
    );
    check_refused(
        &[("x.yaml", "a: 1\n")],
        &["run", "x.yaml", "--until", "5 minutes"],
        &expect![[r#"
            error: invalid value '5 minutes' for '--until <UNTIL>': time: unknown unit " minutes" in duration "5 minutes"

            For more information, try '--help'.
        "#]],
    );
}

#[test]
fn text_that_is_no_text_is_refused() {
    let folder = folder(&[]);
    fs::write(folder.join("x.yaml"), b"kind: \xff\n").expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
        .args(["run", "x.yaml"])
        .current_dir(&folder)
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(
        stderr.contains("invalid UTF-8\n --> x.yaml:1:7\n"),
        "{stderr}"
    );
    fs::remove_dir_all(folder).expect("the folder can go");
}

#[test]
fn a_run_that_does_not_settle_in_time_says_what_it_waits_for() {
    let ran = kubeloop(&["run", "-", "--until", "100ms"], WEB);
    assert_eq!(ran.code, 2);
    expect![[r#"
        error: not settled after 0.100s of the cluster's time; it waits for
          n2 to finish what it is doing in 0.004s
          n1 to finish what it is doing in 0.004s
    "#]]
    .assert_eq(&ran.stderr);
    let ran = kubeloop(&["run", "-", "--until", "1m30s"], WEB);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(
        ran.stdout.contains("90s"),
        "the time has passed: {}",
        ran.stdout
    );
}

#[test]
fn a_pod_that_fits_nowhere_is_settled_and_pending() {
    let ran = kubeloop(&["run", "-", "--nodes", "0"], WEB);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("Pending"), "{}", ran.stdout);
}

#[test]
fn help_has_examples_and_wrong_words_are_refused() {
    for args in [&["--help"][..], &["run", "--help"], &["bench", "--help"]] {
        let ran = kubeloop(args, "");
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{args:?}");
        assert!(ran.stdout.contains("Examples:"), "{args:?}");
    }
    for args in [
        &["frobnicate"][..],
        &["run"],
        &["run", "x", "-o", "xml"],
        &["bench", "--pods", "-1"],
        &["run", "x", "--nodes", "many"],
    ] {
        let ran = kubeloop(args, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{args:?}");
        assert!(
            ran.stderr.starts_with("error: "),
            "{args:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn bench_measures_as_json() {
    let ran = kubeloop(&["bench", "--nodes", "3", "--pods", "9", "--json"], "");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let figures: serde_json::Value = serde_json::from_str(&ran.stdout).expect("one line of JSON");
    let fields: Vec<&str> = figures
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        fields,
        [
            "nodes",
            "pods",
            "wall_ms",
            "steps",
            "us_per_step",
            "peak_memory_bytes",
            "virtual_ms"
        ]
    );
    assert_eq!(
        (&figures["nodes"], &figures["pods"]),
        (&3.into(), &9.into())
    );
    for field in ["wall_ms", "steps", "us_per_step", "virtual_ms"] {
        assert!(
            figures[field].as_f64().is_some_and(|value| value > 0.0),
            "{field}"
        );
    }
    let ran = kubeloop(&["bench", "--nodes", "1", "--pods", "111"], "");
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (1, "error: 1 nodes take 110 pods at most (110 each)\n")
    );
}

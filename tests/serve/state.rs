//! `--state`: what was acknowledged outlives the server, whatever ends it; and a file that does not fit is left alone.

use super::ask::{DEPLOYMENTS, MAPS, PODS, refused, serve, web};
use super::server::{Folder, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

const OPTIONS: [&str; 4] = ["--speed", "max", "--state", "cluster.state"];

const WIDGETS: &str = "/apis/example.com/v1/namespaces/default/widgets";

fn definition() -> Value {
    let schema = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    json!({
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced",
            "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}}],
        },
    })
}

fn revision(object: &Value) -> u64 {
    let text = object["metadata"]["resourceVersion"].as_str();
    text.and_then(|text| text.parse().ok()).expect("a revision")
}

/// Some of everything, in a server that has come to rest.
fn fill(server: &Server) {
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    server.must(201, "POST", path, &definition());
    server.told(&["settle"]);
    let widget = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": {"size": 3}});
    server.must(201, "POST", WIDGETS, &widget);
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "applied"}, "data": {"a": "1"}});
    let path = format!("{MAPS}/applied?fieldManager=one");
    server.must(201, "PATCH", &path, &map);
    server.must(201, "POST", DEPLOYMENTS, &web(2));
    server.told(&["settle"]);
    let mut map = server.must(200, "GET", &format!("{MAPS}/applied"), &Value::Null);
    map["data"]["b"] = "2".into();
    let path = format!("{MAPS}/applied?fieldManager=two");
    server.must(200, "PUT", &path, &map);
}

/// Everything that is in it, as the API prints it.
fn everything(server: &Server) -> Vec<String> {
    let paths = [
        MAPS,
        WIDGETS,
        DEPLOYMENTS,
        PODS,
        "/api/v1/nodes",
        "/api/v1/namespaces/default/events",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    ];
    let bearer = format!("Bearer {}", server.token);
    let headers = [("authorization", bearer.as_str())];
    let ask = |path: &&str| server.ask_with(&headers, "GET", path, &Value::Null).1;
    paths.iter().map(ask).collect()
}

#[test]
fn what_was_written_is_there_after_a_kill_and_goes_on_from_there() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &OPTIONS);
    let old = revision(&server.map("first"));
    fill(&server);
    let last = revision(&server.map("last"));
    let was = everything(&server);
    let watch = |server: &Server, path: &str| {
        let uri = format!("{path}?watch=true&resourceVersion={old}");
        let count = if path == MAPS { 3 } else { 1 };
        server.watch(&uri, count)
    };
    let (maps, widgets) = (watch(&server, MAPS), watch(&server, WIDGETS));
    std::thread::sleep(Duration::from_millis(1500));
    server.kill();

    let again = Server::start(folder.path(), &OPTIONS);
    let is = everything(&again);
    for (was, is) in was.iter().zip(&is) {
        assert_eq!(
            is, was,
            "to the byte: uids, managedFields, resourceVersions"
        );
    }
    let fields = again.must(200, "GET", &format!("{MAPS}/applied"), &Value::Null);
    let managers = fields["metadata"]["managedFields"].as_array();
    let managers: Vec<&Value> = managers
        .expect("managers")
        .iter()
        .map(|m| &m["manager"])
        .collect();
    assert_eq!(managers, ["one", "two"]);
    assert_eq!(watch(&again, MAPS), maps, "a watch from before goes on");
    assert_eq!(watch(&again, WIDGETS), widgets, "of custom resources too");
    let next = revision(&again.map("next"));
    assert!(next > last, "{next} after {last}");
    let stale = json!({"metadata": {"name": "first", "resourceVersion": "1"}});
    again.must(409, "PUT", &format!("{MAPS}/first"), &stale);
    let ahead = format!("{MAPS}?watch=true&resourceVersion={}", next + 1000);
    again.must(504, "GET", &ahead, &Value::Null);
    again.must(200, "DELETE", &format!("{DEPLOYMENTS}/web"), &Value::Null);
    again.told(&["settle"]);
    let pods = again.must(200, "GET", PODS, &Value::Null);
    assert_eq!(pods["items"], json!([]), "controllers go on as well");
}

#[test]
fn a_kill_right_after_an_answer_loses_nothing_that_was_told() {
    let folder = Folder::new();
    for round in 0..3 {
        let mut server = Server::start(folder.path(), &OPTIONS);
        let path = format!("{MAPS}/round-{}", round - 1);
        if round > 0 {
            server.must(200, "GET", &path, &Value::Null);
        }
        let made = server.map(&format!("round-{round}"));
        // Controllers are at work while it is killed.
        server.ask("POST", DEPLOYMENTS, &web(5));
        server.kill();
        let mut again = Server::start(folder.path(), &OPTIONS);
        let path = format!("{MAPS}/round-{round}");
        assert_eq!(again.must(200, "GET", &path, &Value::Null), made);
        again.must(200, "GET", &format!("{DEPLOYMENTS}/web"), &Value::Null);
        again.told(&["settle"]);
        again.kill();
    }
}

#[test]
fn a_kill_amid_many_writers_loses_nothing_that_was_acknowledged() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &OPTIONS);
    let process = server.child.id().to_string();
    let bearer = format!("Bearer {}", server.token);
    let told = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for writer in 0..6 {
            let (server, bearer, told) = (&server, &bearer, &told);
            scope.spawn(move || {
                for count in 0.. {
                    let map = json!({"metadata": {"name": format!("m-{writer}-{count}")}});
                    let headers = [("authorization", bearer.as_str())];
                    let Some((code, text)) = server.try_ask(&headers, "POST", MAPS, &map) else {
                        return;
                    };
                    assert_eq!(code, 201, "{text}");
                    told.lock().expect("nobody panics").push(text);
                }
            });
        }
        std::thread::sleep(Duration::from_millis(700));
        let killed = Command::new("kill").args(["-9", &process]).status();
        assert!(killed.is_ok_and(|status| status.success()));
    });
    server.child.wait().expect("it ran");
    let again = Server::start(folder.path(), &OPTIONS);
    let told = told.into_inner().expect("nobody panics");
    assert!(told.len() > 6, "only {} were acknowledged", told.len());
    for text in told {
        let map: Value = serde_json::from_str(&text).expect("JSON");
        let path = format!(
            "{MAPS}/{}",
            map["metadata"]["name"].as_str().expect("a name")
        );
        assert_eq!(again.must(200, "GET", &path, &Value::Null), map);
    }
}

#[test]
fn another_future_replaces_the_one_in_the_file() {
    let folder = Folder::new();
    let mut server = Server::start(folder.path(), &OPTIONS);
    server.map("kept");
    server.told(&["settle"]);
    let step = server.status()["step"].to_string();
    server.map("left");
    server.told(&["settle"]);
    server.told(&["seek", &step]);
    server.map("instead");
    server.kill();
    let again = Server::start(folder.path(), &OPTIONS);
    for (name, want) in [("kept", 200), ("left", 404), ("instead", 200)] {
        let path = format!("{MAPS}/{name}");
        again.must(want, "GET", &path, &Value::Null);
    }
}

#[test]
fn time_goes_on_where_it_was() {
    let folder = Folder::new();
    let options = ["--state", "cluster.state"];
    let mut server = Server::start(folder.path(), &options);
    server.told(&["advance", "2h"]);
    server.map("a");
    let was = server.status()["atMs"].as_u64();
    server.kill();
    let again = Server::start(folder.path(), &options);
    let is = again.status()["atMs"].as_u64();
    assert!(is >= was, "{is:?} is not before {was:?}");
    again.must(200, "GET", &format!("{MAPS}/a"), &Value::Null);
}

/// The file of a cluster with something in it.
fn saved(folder: &Path) -> String {
    let mut server = Server::start(folder, &OPTIONS);
    server.map("a");
    server.told(&["settle"]);
    server.kill();
    fs::read_to_string(folder.join("cluster.state")).expect("it was saved")
}

#[test]
fn a_file_that_does_not_fit_is_refused_and_left_as_it_is() {
    let folder = Folder::new();
    let text = saved(folder.path());
    let lines: Vec<&str> = text.lines().collect();
    let with = |index: usize, line: &str| {
        let mut lines = lines.clone();
        lines[index] = line;
        lines.join("\n") + "\n"
    };
    let (version, rest) = lines[0].split_once(":2,").expect("its format is 2");
    let older = format!("{version}:1,{rest}");
    let last = lines.len() - 1;
    let (steps, _) = lines[last]
        .rsplit_once(',')
        .expect("steps and a fingerprint");
    let otherwise = format!("{steps},1]}}");
    let cases = [
        ("empty", String::new(), "the file is empty"),
        (
            "something else",
            "apiVersion: v1\nkind: Pod\n".to_owned(),
            "line 1 cannot be read",
        ),
        (
            "cut in its first line",
            text[..20].to_owned(),
            "line 1 cannot be read",
        ),
        (
            "its beginning lost",
            lines[1..].join("\n") + "\n",
            "line 1 is not where it belongs",
        ),
        (
            "scrambled",
            with(1, "{\"Input\":[0,{\"Sub%"),
            "line 2 cannot be read",
        ),
        (
            "scrambled at its end",
            with(last, "{\"Steps\":[%"),
            "cannot be read",
        ),
        (
            "an older one",
            with(0, &older),
            "this cluster was saved in format 1; this version of KubeLoop reads format 2",
        ),
        (
            "by another version",
            with(last, &otherwise),
            "another version of KubeLoop saved this cluster",
        ),
    ];
    for (name, text, want) in cases {
        let path = folder.path().join("cluster.state");
        fs::write(&path, &text).expect("a file");
        let said = refused(folder.path(), &OPTIONS);
        assert!(said.starts_with("error: cluster.state: "), "{name}: {said}");
        assert!(said.contains(want), "{name}: {said}");
        let is = fs::read_to_string(&path).expect("it is there");
        assert_eq!(is, text, "{name}: as it was");
    }
}

#[test]
fn what_was_cut_off_in_its_last_line_is_as_old_as_that() {
    let folder = Folder::new();
    let text = saved(folder.path());
    let path = folder.path().join("cluster.state");
    fs::write(&path, &text[..text.len() - 4]).expect("a file");
    let server = Server::start(folder.path(), &OPTIONS);
    server.must(200, "GET", &format!("{MAPS}/a"), &Value::Null);
}

#[test]
fn a_file_has_one_server() {
    let (folder, mut first) = serve(&OPTIONS);
    first.map("a");
    let said = refused(folder.path(), &OPTIONS);
    assert_eq!(
        said,
        "error: cluster.state: another kubeloop serve goes on with this cluster (--state chooses another file)\n"
    );
    first.map("b");
    first.kill();
    let second = Server::start(folder.path(), &OPTIONS);
    for name in ["a", "b"] {
        second.must(200, "GET", &format!("{MAPS}/{name}"), &Value::Null);
    }
}

#[test]
fn where_nothing_can_be_written_nothing_is_served() {
    let folder = Folder::new();
    let said = refused(folder.path(), &["--state", "missing/cluster.state"]);
    assert!(
        said.starts_with("error: cannot write missing/cluster.state"),
        "{said}"
    );
    fs::create_dir(folder.path().join("folder")).expect("a folder");
    let said = refused(folder.path(), &["--state", "folder"]);
    assert!(said.starts_with("error: cannot read folder: "), "{said}");
    let said = refused(folder.path(), &["--kubeconfig", "missing/k.conf"]);
    assert!(
        said.starts_with("error: cannot write missing/k.conf: "),
        "{said}"
    );
}

#[test]
fn a_file_that_cannot_be_written_any_more_is_said_loudly_and_changes_are_refused() {
    let folder = Folder::new();
    let kept = folder.path().join("kept");
    fs::create_dir(&kept).expect("a folder");
    let options = ["--speed", "max", "--state", "kept/s"];
    let mut server = Server::start(folder.path(), &options);
    server.map("before");
    fs::remove_dir_all(&kept).expect("it goes");
    let has_said = |server: &Server, words: &str| {
        let said = server.said.lock().expect("nobody panics while writing");
        said.matches(words).count()
    };
    let words = "error: the cluster could not be saved: ";
    server.wait_for("it says so", |server| has_said(server, words) == 1);
    let map = json!({"metadata": {"name": "refused"}});
    let refused = server.must(500, "POST", MAPS, &map);
    let message = refused["message"].as_str().unwrap_or_default();
    assert!(
        message.starts_with("the cluster could not be saved: "),
        "{message}"
    );
    assert_eq!(refused["reason"], "InternalError");
    server.must(404, "GET", &format!("{MAPS}/refused"), &Value::Null);
    server.must(500, "DELETE", &format!("{MAPS}/before"), &Value::Null);
    server.must(500, "POST", "/kubeloop/v1/advance?ms=1", &Value::Null);
    server.must(200, "GET", &format!("{MAPS}/before"), &Value::Null);
    assert_eq!(server.status()["settled"], true, "it goes on answering");
    let review = json!({"spec": {"nonResourceAttributes": {"path": "/", "verb": "get"}}});
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    server.must(201, "POST", path, &review);

    fs::create_dir(&kept).expect("it is back");
    let again = "The cluster is saved again";
    server.wait_for("it is saved", |server| has_said(server, again) == 1);
    assert_eq!(has_said(&server, words), 1, "it is said once");
    server.map("after");
    // Somebody removes the file alone: it is written anew, and nothing is refused.
    fs::remove_file(kept.join("s")).expect("it was there");
    server.wait_for("it is back", |_| kept.join("s").exists());
    server.map("last");
    server.kill();
    let server = Server::start(folder.path(), &options);
    for name in ["before", "after", "last"] {
        server.must(200, "GET", &format!("{MAPS}/{name}"), &Value::Null);
    }
}

//! The other options, and where the server listens.

use super::ask::{MAPS, PODS, refused, serve};
use super::server::{Folder, Server};
use serde_json::{Value, json};
use std::fs;

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: nginx}]}
";

fn pods(server: &Server) -> Vec<String> {
    server.told(&["settle"]);
    let list = server.must(200, "GET", PODS, &Value::Null);
    let items = list["items"].as_array().expect("a list");
    items
        .iter()
        .map(|pod| pod["metadata"]["name"].to_string())
        .collect()
}

#[test]
fn manifests_nodes_and_a_seed() {
    let with = |seed: &str| {
        let folder = Folder::new();
        fs::write(folder.path().join("web.yaml"), WEB).expect("a file");
        fs::create_dir(folder.path().join("more")).expect("a folder");
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n";
        fs::write(folder.path().join("more/m.yaml"), map).expect("a file");
        let options = [
            "web.yaml", "more", "--speed", "max", "--nodes", "5", "--seed", seed,
        ];
        let server = Server::start(folder.path(), &options);
        let nodes = server.must(200, "GET", "/api/v1/nodes", &Value::Null);
        assert_eq!(nodes["items"].as_array().map(Vec::len), Some(5));
        server.must(200, "GET", &format!("{MAPS}/m"), &Value::Null);
        pods(&server)
    };
    let (one, again, other) = (with("7"), with("7"), with("8"));
    assert_eq!(
        (one.len(), &one),
        (2, &again),
        "the same seed, the same names"
    );
    assert_ne!(one, other);
}

#[test]
fn bad_manifests_start_nothing() {
    let folder = Folder::new();
    fs::write(
        folder.path().join("web.yaml"),
        WEB.replace("replicas", "replica"),
    )
    .expect("a file");
    let said = refused(folder.path(), &["web.yaml", "--kubeconfig", "k.conf"]);
    assert!(said.contains("unknown field \"spec.replica\""), "{said}");
    assert!(
        !folder.path().join("k.conf").exists(),
        "no kubeconfig either"
    );
    let said = refused(folder.path(), &["missing.yaml"]);
    assert!(
        said.contains("the path \"missing.yaml\" does not exist"),
        "{said}"
    );
}

#[test]
fn the_kubeconfig_is_an_administrators() {
    let (folder, server) = serve(&[]);
    let text = fs::read_to_string(folder.path().join("k.conf")).expect("it is written");
    let (documents, errors) = kubeloop::api::yaml::parse(&text);
    assert!(errors.is_empty(), "{errors:?}");
    let config = &documents[0].value;
    let cluster = &config["clusters"][0]["cluster"];
    assert_eq!(cluster["server"], format!("https://{}", server.address));
    assert!(cluster["certificate-authority-data"].is_string());
    assert_eq!(config["users"][0]["user"]["token"], server.token.as_str());
    assert_eq!(config["current-context"], config["contexts"][0]["name"]);
    let review =
        json!({"spec": {"resourceAttributes": {"verb": "*", "group": "*", "resource": "*"}}});
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let said = server.must(201, "POST", path, &review);
    assert_eq!(said["status"]["allowed"], true);
}

#[test]
fn a_port_has_one_server() {
    let (folder, server) = serve(&[]);
    let port = server.address.rsplit_once(':').expect("host and port").1;
    let before = fs::read_to_string(folder.path().join("k.conf")).expect("it is written");
    let arguments = [
        "serve",
        "--port",
        port,
        "--kubeconfig",
        "k.conf",
        "--state",
        "s",
    ];
    let ran = super::ask::kubeloop(folder.path(), &arguments);
    assert_eq!(ran.code, Some(1));
    let want = format!("error: cannot listen on 127.0.0.1:{port}: ");
    assert!(ran.stderr.starts_with(&want), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("(--port chooses another port)"),
        "{}",
        ran.stderr
    );
    let after = fs::read_to_string(folder.path().join("k.conf")).expect("it is there");
    assert_eq!(after, before, "the first one's kubeconfig is left alone");
    assert!(!folder.path().join("s").exists(), "and no state is begun");
}

#[cfg(target_os = "linux")]
#[test]
fn it_listens_on_loopback_unless_told_otherwise() {
    let (_folder, server) = serve(&[]);
    assert!(
        server.address.starts_with("127.0.0.1:"),
        "{}",
        server.address
    );
    let port = server.address.rsplit_once(':').expect("host and port").1;
    // All of 127/8 is this machine, but the server is at one address of it.
    let other = std::net::TcpStream::connect(format!("127.0.0.2:{port}"));
    assert!(other.is_err(), "nobody listens there");
    let (_folder, server) = serve(&["--listen", "127.0.0.2"]);
    assert!(
        server.address.starts_with("127.0.0.2:"),
        "{}",
        server.address
    );
    server.must(200, "GET", MAPS, &Value::Null);
}

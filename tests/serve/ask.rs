//! Asking a server: over HTTP, with `kubeloop ctl`, and byte by byte.

use super::server::{Folder, Server};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) const MAPS: &str = "/api/v1/namespaces/default/configmaps";

/// What cannot take longer, takes no longer than this.
const PATIENCE: Duration = Duration::from_mins(1);

/// What a command left behind.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the binary to its end.
pub(crate) fn kubeloop(folder: &Path, arguments: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the binary was built");
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
    }
}

/// What a server says that does not start with these options.
pub(crate) fn refused(folder: &Path, options: &[&str]) -> String {
    let mut arguments = vec!["serve", "--port", "0"];
    arguments.extend(options);
    let ran = kubeloop(folder, &arguments);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(1), ""),
        "{options:?}: {}",
        ran.stderr
    );
    ran.stderr
}

impl Server {
    /// The administrator asks for JSON.
    pub(crate) fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let bearer = format!("Bearer {}", self.token);
        let (code, text) = self.ask_with(&[("authorization", &bearer)], method, path, body);
        (code, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Somebody asks, with these headers.
    pub(crate) fn ask_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        path: &str,
        body: &Value,
    ) -> (u16, String) {
        let answer = self.try_ask(headers, method, path, body);
        answer.expect("the server answers")
    }

    /// The same of a server that may be gone.
    pub(crate) fn try_ask(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, String)> {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.build().into();
        let media = match method {
            "PATCH" => "application/apply-patch+yaml",
            _ => "application/json",
        };
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("content-type", media);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = if body.is_null() {
            agent.run(request.body(()).expect("a request"))
        } else {
            agent.run(request.body(body.to_string()).expect("a request"))
        };
        let mut response = sent.ok()?;
        let code = response.status().as_u16();
        let body = response.body_mut().with_config().limit(u64::MAX);
        Some((code, body.read_to_string().ok()?))
    }

    /// What must be answered so.
    pub(crate) fn must(&self, want: u16, method: &str, path: &str, body: &Value) -> Value {
        let (code, said) = self.ask(method, path, body);
        assert_eq!(code, want, "{method} {path}: {said}");
        said
    }

    /// A ConfigMap, made.
    pub(crate) fn map(&self, name: &str) -> Value {
        let map = json!({"metadata": {"name": name}, "data": {"a": "1"}});
        self.must(201, "POST", MAPS, &map)
    }

    /// The first lines of a watch, as they come.
    pub(crate) fn watch(&self, path: &str, count: usize) -> Vec<String> {
        let config = ureq::Agent::config_builder();
        let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
        let response = agent
            .get(format!("http://{}{path}", self.address))
            .header("authorization", format!("Bearer {}", self.token))
            .call()
            .expect("the watch begins");
        let lines = BufReader::new(response.into_body().into_reader()).lines();
        let told = lines.take(count).map(|line| line.expect("a line"));
        told.collect()
    }

    /// `kubeloop ctl` for this server.
    pub(crate) fn ctl(&self, words: &[&str]) -> Ran {
        let url = format!("http://{}", self.address);
        let mut arguments = vec!["ctl", "--server", &url];
        arguments.extend(words);
        kubeloop(Path::new("."), &arguments)
    }

    /// The same, when it must be done.
    pub(crate) fn told(&self, words: &[&str]) -> Value {
        let ran = self.ctl(words);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{words:?}");
        serde_json::from_str(&ran.stdout).expect("JSON")
    }

    pub(crate) fn status(&self) -> Value {
        self.must(200, "GET", "/kubeloop/v1/status", &Value::Null)
    }

    /// The answer to these bytes, up to the end of the connection.
    pub(crate) fn say(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("an option");
        stream.write_all(text.as_bytes()).expect("sent");
        let mut said = String::new();
        stream.read_to_string(&mut said).expect("an answer");
        said
    }

    /// Waits until something is so.
    pub(crate) fn wait_for(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(begun.elapsed() < PATIENCE, "{what}: not in a minute");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGKILL: nothing is written down any more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ran");
    }
}

/// A server with these options in a folder of its own.
pub(crate) fn serve(options: &[&str]) -> (Folder, Server) {
    let folder = Folder::new();
    let server = Server::start(folder.path(), options);
    (folder, server)
}

/// A Deployment of nginx.
pub(crate) fn web(replicas: u32) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "nginx", "image": "nginx:1.14.2"}]},
            },
        },
    })
}

pub(crate) const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/default/deployments";
pub(crate) const PODS: &str = "/api/v1/namespaces/default/pods";

//! `kubeloop serve --speed max`, and a shell in which kubectl talks to it.

use std::fs;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A server, and the shell that talks to it.
pub(crate) struct Terminal {
    server: Child,
    url: String,
    work: PathBuf,
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It is gone, or it goes now.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.work);
    }
}

impl Terminal {
    pub(crate) fn new(name: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port().to_string();
        drop(free);
        let work = std::env::temp_dir().join(format!("kubeloop-kubectl-{name}-{port}"));
        fs::create_dir_all(&work).expect("a folder");
        let tokens = folder().join("data/tokens.csv");
        let server = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
            .args(["serve", "--speed", "max", "--port", &port, "--kubeconfig"])
            .arg(work.join("k.conf"))
            .arg("--token-file")
            .arg(tokens)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary was built");
        let terminal = Self {
            server,
            url: format!("http://127.0.0.1:{port}"),
            work,
        };
        let begun = Instant::now();
        while !terminal.settle() {
            let waited = begun.elapsed();
            assert!(
                waited < Duration::from_secs(30),
                "the server does not answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        terminal
    }

    pub(crate) fn settle(&self) -> bool {
        Command::new(env!("CARGO_BIN_EXE_kubeloop"))
            .args(["ctl", "--server", &self.url, "settle"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    /// Runs a command in a shell to which this server is the cluster.
    pub(crate) fn output(&self, command: &str) -> Output {
        let kubeloop = env!("CARGO_BIN_EXE_kubeloop");
        let script = format!("ctl() {{ '{kubeloop}' ctl --server \"$URL\" \"$@\"; }}\n{command}\n");
        Command::new("bash")
            .args(["-c", &script])
            .current_dir(folder().join("data"))
            .env("KUBECONFIG", self.work.join("k.conf"))
            .env("KUBECACHEDIR", self.work.join("cache"))
            .env("HOME", &self.work)
            .env("WORK", &self.work)
            .env("URL", &self.url)
            .env("SHELL", "/bin/bash")
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .output()
            .expect("bash is there")
    }
}

/// Is there a kubectl? If not, it is said.
pub(crate) fn has_kubectl() -> bool {
    let is_there = Command::new("kubectl")
        .args(["version", "--client"])
        .output()
        .is_ok();
    if !is_there {
        eprintln!("skipped: there is no kubectl on the PATH (tools/setup.sh kubectl installs one)");
    }
    is_there
}

/// Where the sessions are.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/kubectl")
}

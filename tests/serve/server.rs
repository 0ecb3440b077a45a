//! The real binary, serving, for as long as a test needs it.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

/// A server takes no longer to begin, even on a machine that compiles something at the same time.
const PATIENCE: Duration = Duration::from_mins(2);

/// A folder that vanishes with its value.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("kubeloop-serve-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A server that listens.
pub(crate) struct Server {
    pub(crate) child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// The administrator's.
    pub(crate) token: String,
    /// What it has said on standard error.
    pub(crate) said: Arc<Mutex<String>>,
}

impl Server {
    /// Starts one with these options, in this folder, on a port that is free.
    pub(crate) fn start(folder: &Path, options: &[&str]) -> Self {
        let kubeconfig = folder.join("k.conf");
        let mut child = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
            .args(["serve", "--port", "0", "--kubeconfig"])
            .arg(&kubeconfig)
            .args(options)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary was built");
        let lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, addresses) = mpsc::channel();
        let told = Arc::clone(&said);
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, address)) = line.rsplit_once(" and http://") {
                    let _ = sender.send(address.to_owned());
                }
                let mut told = told.lock().expect("nobody panics while writing");
                told.push_str(&line);
                told.push('\n');
            }
        });
        let Ok(address) = addresses.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let said = said.lock().expect("nobody panics while writing").clone();
            panic!("the server does not begin:\n{said}");
        };
        let text = fs::read_to_string(kubeconfig).expect("a kubeconfig is written first");
        let token = text.lines().find_map(|l| l.trim().strip_prefix("token: "));
        Self {
            child,
            address,
            token: token.expect("it has a token").to_owned(),
            said,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone, or it goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! Recorded reality: facts about a real control plane, checked against `kubeloop serve` through the real kubectl.
//!
//! A folder of `tests/conformance/scenarios` is a scenario: `input.yaml` is applied, `steps.md` is done line by line, `expect.md` says which
//! commands must print what (`~` begins a regular expression, `...` skips lines). More of the same sort may stand in `../shared/conformance`.
//!
//! `SCENARIO=101 cargo test --test conformance` runs one, whatever list it is in.

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Scenarios that hold, by the number that their names begin with.
const HOLD: &[&str] = &[
    "001", "004", "018", "021", "101", "102", "104", "106", "201", "205", "601", "803", "901",
    "902", "903",
];

/// Scenarios that do not hold yet, and what they wait for.
const WAIT: &[(&str, &str)] = &[
    ("008", "topology spread constraints"),
    ("012", "pod affinity"),
    ("014", "preemption"),
    ("301", "the job controller"),
    ("305", "the cronjob controller"),
    ("401", "the statefulset controller"),
    ("404", "the daemonset controller"),
    ("501", "the horizontal pod autoscaler"),
    ("606", "the ingress controller"),
    ("702", "the persistent volume binder"),
];

/// How many scenarios run side by side.
const WORKERS: usize = 2;

#[test]
fn every_scenario_is_known() {
    for name in scenarios().keys() {
        let number = &name[..3];
        let holds = HOLD.contains(&number);
        let waits = WAIT.iter().any(|(n, _)| *n == number);
        let is_ours = own().join(name).is_dir();
        assert!(holds != waits || !is_ours, "{name} is in one list");
    }
}

#[test]
fn recorded_facts_hold() {
    let only = std::env::var("SCENARIO").ok();
    let chosen = |name: &&String| match &only {
        Some(wanted) => name.starts_with(wanted.as_str()),
        None => HOLD.contains(&&name[..3]),
    };
    let all = scenarios();
    let queue: Mutex<Vec<&String>> = Mutex::new(all.keys().filter(chosen).rev().collect());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").pop();
                    let Some(name) = next else { break };
                    let wrong = Run::new(&all[name]).all();
                    if !wrong.is_empty() {
                        let text = format!("{name}:\n{}", wrong.join("\n"));
                        failures.lock().expect("no worker panics").push(text);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no worker panics");
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn own() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/scenarios")
}

/// Every scenario, by name: ours, and those beside the repository.
fn scenarios() -> BTreeMap<String, PathBuf> {
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let shared = shared.join("../shared/conformance/scenarios");
    let folders = [own(), shared]
        .into_iter()
        .filter_map(|f| fs::read_dir(f).ok());
    let entries = folders.flatten().filter_map(Result::ok);
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .collect()
}

/// A scenario and the server that it talks to.
struct Run<'a> {
    folder: &'a Path,
    server: Child,
    port: u16,
    work: PathBuf,
    wrong: Vec<String>,
}

impl Drop for Run<'_> {
    fn drop(&mut self) {
        // It is gone, or it goes now.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.work);
    }
}

impl<'a> Run<'a> {
    fn new(folder: &'a Path) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let work = std::env::temp_dir().join(format!("kubeloop-conformance-{port}"));
        fs::create_dir_all(&work).expect("a folder");
        let config = work.join("k.conf");
        let server = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
            .args([
                "serve",
                "--nodes",
                "0",
                "--speed",
                "max",
                "--port",
                &port.to_string(),
                "--kubeconfig",
            ])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary was built");
        let run = Self {
            folder,
            server,
            port,
            work,
            wrong: Vec::new(),
        };
        let begun = Instant::now();
        while !run.ctl(&["status"]).0 {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "the server does not answer"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        run
    }

    /// Does everything, and says what was not as recorded.
    fn all(mut self) -> Vec<String> {
        let checks = blocks(&self.folder.join("expect.md"), "check");
        let steps = blocks(&self.folder.join("steps.md"), "steps");
        let mut lines: Vec<String> = steps.into_iter().flat_map(|(_, lines)| lines).collect();
        lines.retain(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        if let Some(at) = lines.iter().position(|line| line.trim() == "@manual") {
            lines.remove(at);
        } else if self.folder.join("input.yaml").exists() {
            self.must("kubectl apply -f input.yaml");
            if lines.is_empty() {
                lines.push("@settle".to_owned());
                lines.extend(checks.iter().map(|(name, _)| format!("@check {name}")));
            }
        }
        for line in lines {
            self.step(line.trim(), &checks);
        }
        std::mem::take(&mut self.wrong)
    }

    fn step(&mut self, line: &str, checks: &[(String, Vec<String>)]) {
        if let Some(command) = line.strip_prefix("! ") {
            if self.shell(command).0 == 0 {
                self.wrong.push(format!("  {command}: did not fail"));
            }
            return;
        }
        let Some(hook) = line.strip_prefix('@') else {
            self.must(line);
            return;
        };
        let words: Vec<&str> = hook.split_whitespace().collect();
        match words.as_slice() {
            ["settle", ..] => {
                let (done, said) = self.ctl(&["settle"]);
                if !done {
                    self.wrong.push(format!("  did not settle: {said}"));
                }
            }
            ["check", name] => match checks.iter().find(|(n, _)| n == name) {
                Some((_, lines)) => self.check(lines),
                None => self.wrong.push(format!("  there is no check {name:?}")),
            },
            words => {
                let (done, said) = self.ctl(words);
                if !done {
                    self.wrong.push(format!("  {hook}: {said}"));
                }
            }
        }
    }

    fn must(&mut self, command: &str) {
        let (code, out, err) = self.shell(command);
        if code != 0 {
            self.wrong
                .push(format!("  {command}: exit {code}\n    {out}{err}"));
        }
    }

    fn check(&mut self, lines: &[String]) {
        let mut rest = lines.iter().peekable();
        while let Some(line) = rest.next() {
            let Some(command) = line.strip_prefix('$') else {
                continue;
            };
            let (mode, command) = match command.chars().next() {
                Some(mode @ ('!' | '?')) => (mode, command[1..].trim()),
                _ => (' ', command.trim()),
            };
            let (command, is_sorted) = match command.strip_suffix("|sort") {
                Some(command) => (command.trim(), true),
                None => (command, false),
            };
            let mut want: Vec<&str> = Vec::new();
            while let Some(line) = rest.next_if(|line| !line.starts_with('$')) {
                if !line.trim().is_empty() {
                    want.push(line);
                }
            }
            let (code, out, err) = self.shell(command);
            let text = if mode == ' ' {
                out.clone()
            } else {
                format!("{out}{err}")
            };
            let mut got: Vec<&str> = text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .collect();
            if is_sorted {
                got.sort_unstable();
            }
            let exit = mode == '?' || (code == 0) == (mode == ' ');
            if !exit || !matches(&want, &got) {
                self.wrong.push(format!(
                    "  $ {command}   (exit {code})\n    want {}\n    got  {}\n    {err}",
                    want.join("\n         "),
                    got.join("\n         ")
                ));
            }
        }
    }

    fn shell(&self, command: &str) -> (i32, String, String) {
        let output = Command::new("bash")
            .args(["-c", command])
            .current_dir(self.folder)
            .env("KUBECONFIG", self.work.join("k.conf"))
            .env("KUBECACHEDIR", self.work.join("cache"))
            .env("EDITOR", "true")
            .output()
            .expect("bash is there");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            output.status.code().unwrap_or(-1),
            text(&output.stdout),
            text(&output.stderr),
        )
    }

    fn ctl(&self, words: &[&str]) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_kubeloop"))
            .args([
                "ctl",
                "--server",
                &format!("http://127.0.0.1:{}", self.port),
            ])
            .args(words)
            .output()
            .expect("the binary was built");
        let said =
            String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        (output.status.success(), said.into_owned())
    }
}

/// The fenced blocks of this kind, with their names.
fn blocks(path: &Path, kind: &str) -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let mut blocks: Vec<(String, Vec<String>)> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix(&format!("```{kind}")) {
            blocks.push((name.trim().to_owned(), Vec::new()));
            is_open = true;
        } else if line.starts_with("```") {
            is_open = false;
        } else if is_open && let Some((_, lines)) = blocks.last_mut() {
            lines.push(line.to_owned());
        }
    }
    blocks
}

/// Do these lines fit what was recorded?
fn matches(want: &[&str], got: &[&str]) -> bool {
    match want.split_first() {
        None => got.is_empty(),
        Some((&"...", rest)) => (0..=got.len()).any(|skipped| matches(rest, &got[skipped..])),
        Some((first, rest)) => {
            let fits = |line: &&&str| match first.strip_prefix("~ ") {
                Some(pattern) => regex_lite::Regex::new(&format!("^(?:{pattern})$"))
                    .expect("a recorded pattern can be read")
                    .is_match(line),
                None => first.trim_end() == line.trim_end(),
            };
            got.first().as_ref().is_some_and(fits) && matches(rest, &got[1..])
        }
    }
}

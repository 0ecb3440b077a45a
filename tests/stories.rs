//! Stories: commands, `----`, and what they print, in `tests/scenarios/*.txt`. `UPDATE=1 cargo test --test stories` rewrites what they
//! print (then read the diff: it is documentation that students read); `STORY=rolling` runs those with that in their name.
//!
//! A story is a text of blocks, with lines that begin with `#` between them:
//!
//! ```text
//! kubectl apply -f - <<EOF
//! …
//! EOF
//! ----
//! deployment.apps/web created
//!
//! settle
//! ----
//! …
//! ```
//!
//! What is printed ends at an empty line; where it has empty lines itself, it stands between `----` twice and `----` twice.
//!
//! | command | |
//! |---|---|
//! | `cluster nodes=3 seed=1` | begins anew; without it a story begins with three nodes and seed 1 |
//! | `kubectl …` | as in a terminal; `<<EOF` gives it standard input |
//! | `settle`, `settle quietly` | runs until nothing is left to do, and prints what was done |
//! | `advance 60s`, `advance 60s quietly` | runs for so long |
//! | `step 5` | takes five steps and prints all of each |
//! | `fault kill-node n1` | breaks or mends something |
//!
//! After every step the invariants are checked.
//!
//! The idea: cockroachdb/datadriven, as etcd-io/raft's testdata uses it.

use kubeloop::api::time::Ms;
use kubeloop::kubectl::{self, duration, story, trace};
use kubeloop::sim::faults::{self, Target};
use kubeloop::sim::{Cluster, ClusterOptions, Fault, Pace, Step, invariants};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// No story waits longer than this for a cluster to settle.
const SETTLE_MS_MAX: Ms = 3_600_000;

#[test]
fn stories_end_as_they_are_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let wanted = std::env::var("STORY").unwrap_or_default();
    let update = std::env::var_os("UPDATE").is_some();
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the stories are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.to_string_lossy().contains(&wanted))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no story has {wanted:?} in its name");
    let mut wrong = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a text");
        let told = tell(&text, &path);
        if told == text {
            continue;
        }
        if update {
            fs::write(&path, told).expect("the story can be rewritten");
            continue;
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        wrong.push(format!("{name}:\n{}", difference(&text, &told)));
    }
    assert!(
        wrong.is_empty(),
        "UPDATE=1 cargo test --test stories rewrites them; read the diff.\n\n{}",
        wrong.join("\n")
    );
}

fn difference(was: &str, is: &str) -> String {
    let diff = similar::TextDiff::from_lines(was, is);
    diff.unified_diff().context_radius(2).to_string()
}

/// The same story with what its commands print now.
fn tell(text: &str, path: &Path) -> String {
    let mut teller = Teller::new(&ClusterOptions::default());
    let mut out = String::new();
    let mut lines = text.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        if line.trim().is_empty() || line.starts_with('#') {
            let _ = writeln!(out, "{line}");
            continue;
        }
        let place = format!("{}:{}", path.display(), index + 1);
        let mut command = vec![line];
        for (_, more) in lines.by_ref() {
            if more == "----" {
                break;
            }
            command.push(more);
        }
        let doubled = lines.next_if(|(_, next)| *next == "----").is_some();
        let mut previous = "";
        while let Some((_, old)) = lines.next_if(|(_, next)| doubled || !next.is_empty()) {
            if doubled && old == "----" && previous == "----" {
                break;
            }
            previous = old;
        }
        let printed = teller
            .run(&command)
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        let _ = write!(out, "{}\n----\n", command.join("\n"));
        if printed.contains("\n\n") {
            let _ = write!(out, "----\n{printed}----\n----\n");
        } else {
            out.push_str(&printed);
        }
    }
    out
}

/// What a story is about: one cluster, and how to say what happens in it.
struct Teller {
    cluster: Cluster,
}

/// Whether a command prints what was done meanwhile.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Told,
    Quiet,
}

impl Teller {
    fn new(options: &ClusterOptions) -> Self {
        Self {
            cluster: Cluster::booted(options.clone()),
        }
    }

    fn run(&mut self, command: &[&str]) -> Result<String, String> {
        let words = kubectl::words(command[0])?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match &words[..] {
            ["kubectl", ..] => self.kubectl(command),
            ["cluster", options @ ..] => self.begin_anew(options),
            ["settle"] => Ok(self.settle(Voice::Told)),
            ["settle", "quietly"] => Ok(self.settle(Voice::Quiet)),
            ["advance", time] => Ok(self.advance(duration::parse(time)?, Voice::Told)),
            ["advance", time, "quietly"] => Ok(self.advance(duration::parse(time)?, Voice::Quiet)),
            ["step"] => Ok(self.steps(1)),
            ["step", count] => Ok(self.steps(
                count
                    .parse()
                    .map_err(|_| format!("{count:?} is no number"))?,
            )),
            ["fault", name, args @ ..] => self.fault(name, args),
            _ => Err(format!("unknown command {:?}", command[0])),
        }
    }

    fn begin_anew(&mut self, options: &[&str]) -> Result<String, String> {
        let mut wanted = ClusterOptions::default();
        for option in options {
            let number = |text: &str| {
                text.parse::<u32>()
                    .map_err(|_| format!("{option:?} is no number"))
            };
            match option.split_once('=') {
                Some(("nodes", count)) => wanted.nodes = number(count)?,
                Some(("seed", seed)) => wanted.seed = number(seed)?.into(),
                _ => return Err(format!("unknown option {option:?}")),
            }
        }
        *self = Self::new(&wanted);
        Ok(String::new())
    }

    fn kubectl(&mut self, command: &[&str]) -> Result<String, String> {
        let (line, stdin) = match command[0].split_once(" <<EOF") {
            Some((line, _)) => (
                line,
                command[1..]
                    .strip_suffix(&["EOF"])
                    .ok_or("EOF is missing")?
                    .join("\n")
                    + "\n",
            ),
            None => (command[0], String::new()),
        };
        let words = kubectl::words(line)?;
        let output = kubectl::run(&words[1..], &[("-", &stdin)], &mut self.cluster);
        Ok(output.stdout + &output.stderr)
    }

    fn settle(&mut self, voice: Voice) -> String {
        let mut out = String::new();
        let limit_ms = self.cluster.now_ms() + SETTLE_MS_MAX;
        while !self.cluster.is_settled() {
            if self
                .cluster
                .next_due_ms()
                .is_none_or(|due_ms| due_ms > limit_ms)
            {
                let waits = self.cluster.waits_for(3);
                let waits: Vec<String> = waits
                    .iter()
                    .map(|ready| trace::waits_for(ready, self.cluster.now_ms()))
                    .collect();
                let _ = writeln!(out, "not settled: it waits for {}", waits.join(", "));
                return out;
            }
            self.step(&mut out, voice);
        }
        let _ = writeln!(out, "settled at {}", self.now());
        out
    }

    fn advance(&mut self, for_ms: Ms, voice: Voice) -> String {
        let mut out = String::new();
        let until_ms = self.cluster.now_ms() + for_ms;
        while self
            .cluster
            .next_due_ms()
            .is_some_and(|due_ms| due_ms <= until_ms)
        {
            self.step(&mut out, voice);
        }
        self.cluster.wait_until(until_ms);
        let state = if self.cluster.is_settled() {
            "settled"
        } else {
            "not settled"
        };
        let _ = writeln!(out, "now at {}, {state}", self.now());
        out
    }

    fn step(&mut self, out: &mut String, voice: Voice) {
        let step = self
            .cluster
            .step_default(Pace::Turn)
            .expect("a cluster has processes");
        self.check(&step);
        if voice == Voice::Told {
            out.push_str(&story::text(&step, &self.cluster).unwrap_or_default());
        }
    }

    fn steps(&mut self, count: u64) -> String {
        let mut out = String::new();
        for _ in 0..count {
            let step = self
                .cluster
                .step_default(Pace::Turn)
                .expect("a cluster has processes");
            self.check(&step);
            out.push_str(&trace::full(&step));
        }
        out
    }

    fn check(&self, step: &Step) {
        let broken = invariants::check(&self.cluster, step);
        assert!(broken.is_empty(), "after step {}: {broken:?}", step.index);
    }

    fn fault(&mut self, name: &str, args: &[&str]) -> Result<String, String> {
        let fault = fault(name, args)?;
        let step = self.cluster.fault(fault)?;
        self.check(&step);
        Ok(String::new())
    }

    /// The cluster's time.
    fn now(&self) -> String {
        trace::seconds(self.cluster.now_ms())
    }
}

/// `kill-node n1`, `crash-after replicaset-controller 1`, `hold-watch kubelet@n1 Pod`, `kill-container default/web-1 nginx`.
fn fault(name: &str, args: &[&str]) -> Result<Fault, String> {
    let info = faults::ALL
        .iter()
        .find(|info| info.name == name)
        .ok_or_else(|| format!("there is no fault {name:?}"))?;
    let fields: &[&str] = match info.target {
        Target::Nothing => &[],
        Target::Process => &["process", "actions"],
        Target::Node => &["node"],
        Target::Container => &["pod", "container", "code"],
        Target::Pod => &["pod", "cpuMilli", "memoryMi"],
        Target::Image => &["image"],
        Target::Watch => &["process", "kind"],
    };
    let mut data = Map::from_iter([("fault".to_owned(), Value::from(name))]);
    for (field, arg) in fields.iter().zip(args) {
        let value = arg
            .parse::<i64>()
            .map_or_else(|_| Value::from(*arg), Value::from);
        data.insert((*field).to_owned(), value);
    }
    serde_json::from_value(data.into()).map_err(|error| error.to_string())
}

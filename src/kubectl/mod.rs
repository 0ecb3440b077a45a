//! The cluster as text: `kubectl`'s commands and what they print.
//!
//! **Architecture invariant:** everything that is said to the cluster from here is a request to the API server, as anyone else's.
//!
//! The real thing: kubectl 1.32, pkg/cmd: the oldest that may be used with the API server's 1.33.
//! Left out: waiting (`delete` returns at once), files (`-f` reads what is passed in), plugins, kubeconfig.

pub mod apply;
mod apply_command;
mod call;
mod change;
pub mod completion;
mod cordon;
mod create;
mod delete;
mod describe;
mod dry_run;
pub mod duration;
mod events;
mod expose;
pub mod flags;
mod get;
mod help;
mod label;
mod logs;
mod make;
mod patch;
pub mod printers;
pub mod refusal;
mod revisions;
mod rollout;
mod run;
mod scale;
mod server;
mod set;
pub mod story;
mod taint;
pub mod targets;
mod top;
pub mod trace;
pub mod wire;
mod words;

pub use server::{Accept, Server, definitions};
pub use words::words;

use call::{CHUNK, Call, documents, is_usage_error, usage_error};
use dry_run::{DRY_RUN, DRY_RUN_HERE};
use flags::{Flag, Given, switch, value};

/// Every command, in the order of kubectl's help.
pub const COMMANDS: &[Command] = &[
    create::FROM_FILE,
    create::CONFIG_MAP,
    create::DEPLOYMENT,
    create::NAMESPACE,
    create::SECRET,
    create::CLUSTER_IP,
    expose::EXPOSE,
    run::RUN,
    set::IMAGE,
    get::GET,
    describe::DESCRIBE,
    delete::DELETE,
    rollout::HISTORY,
    rollout::PAUSE,
    rollout::RESTART,
    rollout::RESUME,
    rollout::STATUS,
    rollout::UNDO,
    scale::SCALE,
    cordon::CORDON,
    cordon::UNCORDON,
    taint::TAINT,
    top::NODE,
    top::POD,
    apply_command::APPLY,
    patch::PATCH,
    label::LABEL,
    label::ANNOTATE,
    logs::LOGS,
    events::EVENTS,
];

/// What else the words of `create` and `top` may be called.
const ALIASES: &[(&str, &str)] = &[
    ("configmap", "cm"),
    ("deployment", "deploy"),
    ("namespace", "ns"),
    ("service", "svc"),
    ("node", "nodes"),
    ("node", "no"),
    ("pod", "pods"),
    ("pod", "po"),
];

/// Commands that kubectl has and that are missing here.
#[rustfmt::skip]
const ELSEWHERE: &[&str] = &[
    "api-resources", "api-versions", "attach", "auth", "autoscale", "certificate", "cluster-info", "completion", "config", "cp", "debug",
    "diff", "drain", "edit", "exec", "explain", "kustomize", "options", "plugin", "port-forward", "proxy", "replace",
    "set", "top", "version", "wait",
];

/// Runs a command, without the word `kubectl`: `["get", "pods"]`. `files` are what `-f` can read.
///
/// ```
/// use kubeloop::sim::{Cluster, ClusterOptions};
/// let mut cluster = Cluster::booted(ClusterOptions::default());
/// let words = ["get", "pods"].map(str::to_owned);
/// let output = kubeloop::kubectl::run(&words, &[], &mut cluster);
/// assert_eq!(output.stderr, "No resources found in default namespace.\n");
/// ```
pub fn run(words: &[String], files: Files<'_>, server: &mut dyn Server) -> Output {
    let mut out = Output::default();
    let Some(command) = find(words) else {
        let Some(word) = words.first().filter(|word| !word.starts_with('-')) else {
            out.stdout = help::help();
            return out;
        };
        let mut why = format!("error: unknown command {word:?} for \"kubectl\"");
        if ELSEWHERE.contains(&word.as_str()) {
            why = format!(
                "error: kubectl {word} is not simulated here; the real kubectl can do it with `kubeloop serve`"
            );
        }
        out.fail(why);
        return out;
    };
    let rest = &words[command.name.split(' ').count()..];
    let flags: Vec<Flag> = command.flags.iter().chain(COMMON).copied().collect();
    let mut given = match Given::read(rest, &flags) {
        Ok(given) => given,
        Err(error) => {
            out.fail(format!(
                "error: {error}\nSee 'kubectl {} --help' for usage.",
                command.name
            ));
            return out;
        }
    };
    if given.is_set("help") {
        out.stdout = help::help_of(command);
        return out;
    }
    let former = match dry_run::read(command, &given, server.now_ms()) {
        Ok(former) => former,
        Err(error) => {
            out.fail(format!("error: {error}"));
            return out;
        }
    };
    if let Some((is_meant, _)) = former {
        given.set("dry-run", is_meant);
    }
    let mut call = Call::new(given, files, server);
    let result = (command.run)(&mut call);
    let mut out = call.told();
    let is_misused = matches!(&result, Err(error) if is_usage_error(error));
    if let Some((_, warning)) = former.filter(|_| !is_misused) {
        // The words are looked at before the flag is, and the flag before anything else.
        out.stderr.insert_str(0, &format!("{warning}\n"));
    }
    if let Err(error) = result {
        out.fail(format!("error: {error}"));
        // A flag's value is wrong: pflag finds that where it finds unknown flags.
        if error.starts_with("invalid argument ") && error.contains(" flag: ") {
            out.warn(format!("See 'kubectl {} --help' for usage.", command.name));
        }
    }
    out
}

/// The command with the most words that these begin with.
fn find(words: &[String]) -> Option<&'static Command> {
    let fits = |command: &&Command| {
        let mut name = command.name.split(' ').enumerate();
        name.all(|(index, part)| {
            let word = words.get(index).map(String::as_str);
            word == Some(part)
                || ALIASES
                    .iter()
                    .any(|(name, also)| *name == part && word == Some(*also))
        })
    };
    COMMANDS
        .iter()
        .filter(fits)
        .max_by_key(|command| command.name.len())
}

/// A command.
pub struct Command {
    /// Its words: `get`, `set image`.
    pub name: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
    /// How it is used.
    pub usage: &'static str,
    /// Its flags, besides those that all have.
    pub flags: &'static [Flag],
    run: fn(&mut Call<'_>) -> Result<(), String>,
}

/// Flags that all commands have.
const COMMON: &[Flag] = &[
    value(
        "namespace",
        "n",
        "NAMESPACE",
        "the namespace; default if left out",
    ),
    switch("help", "h", "help for the command"),
];

/// What a command printed, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// 0, or 1 if anything went wrong.
    pub code: u8,
}

impl Output {
    fn say(&mut self, line: impl AsRef<str>) {
        self.stdout.push_str(line.as_ref());
        self.stdout.push('\n');
    }

    fn warn(&mut self, line: impl AsRef<str>) {
        self.stderr.push_str(line.as_ref());
        self.stderr.push('\n');
    }

    fn fail(&mut self, line: impl AsRef<str>) {
        self.warn(line);
        self.code = 1;
    }
}

/// The texts that `-f` can read, by name; `-` is the standard input.
pub type Files<'a> = &'a [(&'a str, &'a str)];

/// Under which identity a person's requests go to the API server.
pub const ADMIN: &str = "kubernetes-admin";

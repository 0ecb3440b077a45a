//! The cluster as text: `kubectl`'s commands and what they print.
//!
//! **Architecture invariant:** everything that is said to the cluster from here is a request to the API server, as anyone else's.
//!
//! The real thing: kubectl 1.32, pkg/cmd.
//! Left out: waiting (`delete` and `rollout status` return at once), files (`-f` reads what is passed in), plugins, kubeconfig.

pub mod apply;
mod apply_command;
mod change;
mod delete;
pub mod duration;
mod events;
pub mod flags;
mod get;
pub mod printers;
pub mod refusal;
pub mod story;
pub mod targets;
pub mod trace;

use crate::api::custom::{Definition, Definitions};
use crate::api::time::Ms;
use crate::api::{Answer, Kind, Object, Reply, Request, User, Verb, yaml};
use crate::sim::{Cluster, StepEvent, Timeline};
use flags::{Flag, Given, switch, value};

/// Under which identity a person's requests go to the API server.
pub const ADMIN: &str = "kubernetes-admin";

/// Someone who answers requests: a cluster, or a run of one.
pub trait Server {
    /// Sends a request; one that changes something is a step of its own.
    fn send(&mut self, request: Request) -> Answer;

    /// Now, for ages.
    fn now_ms(&self) -> Ms;
}

/// Is it one that changes nothing, and so no step?
#[must_use]
pub fn only_reads(request: &Request) -> bool {
    matches!(request.verb, Verb::Get | Verb::List) || request.dry_run
}

fn answer_of(event: &StepEvent) -> Answer {
    let StepEvent::User { answer, .. } = event else {
        unreachable!("a submitted request is a user's step");
    };
    (**answer).clone()
}

impl Server for Cluster {
    fn send(&mut self, request: Request) -> Answer {
        if only_reads(&request) {
            return self.ask(&request);
        }
        answer_of(&self.submit(request).event)
    }

    fn now_ms(&self) -> Ms {
        Cluster::now_ms(self)
    }
}

impl Server for Timeline {
    fn send(&mut self, request: Request) -> Answer {
        if only_reads(&request) {
            return self.cluster().ask(&request);
        }
        answer_of(&self.submit(request).event)
    }

    fn now_ms(&self) -> Ms {
        self.cluster().now_ms()
    }
}

/// The kinds that the cluster behind `send` defines: kubectl's discovery.
pub fn definitions(send: &mut dyn FnMut(Request) -> Answer) -> Definitions {
    let answer = send(Request::list(Kind::CustomResourceDefinition, ""));
    let Ok(Reply::List(list)) = answer.result else {
        return Definitions::default();
    };
    Definitions::new(list.items.iter().filter_map(|object| match object {
        Object::CustomResourceDefinition(crd) => Definition::of(crd),
        _ => None,
    }))
}

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

/// One run of one command: its words, its standard input, and the server.
struct Call<'a> {
    given: Given,
    stdin: &'a str,
    server: &'a mut dyn Server,
    out: Output,
}

impl Call<'_> {
    /// `-n`, or `default`.
    fn namespace(&self) -> String {
        self.given.get("namespace").unwrap_or("default").to_owned()
    }

    /// The kinds that the cluster defines.
    fn kinds(&mut self) -> Definitions {
        let server = &mut self.server;
        definitions(&mut |request| server.send(request.by(User::from(ADMIN))))
    }

    /// Sends a request as the administrator and prints its warnings. Of custom kinds it speaks in the version that the server prefers.
    fn send(&mut self, request: Request) -> Result<Reply, crate::api::Status> {
        let request = match request.key.kind {
            kind @ Kind::Custom(_) if request.api_version.is_empty() => {
                let kinds = self.kinds();
                let version = kinds.get(kind).map(Definition::preferred_api_version);
                request.speaking(&version.unwrap_or_default())
            }
            _ => request,
        };
        let mut request = Request {
            dry_run: request.dry_run || self.given.get("dry-run") == Some("server"),
            ..request.by(User::from(ADMIN))
        };
        if request.field_manager.is_empty() {
            request.field_manager = "kubectl".into();
        }
        let answer = self.server.send(request);
        for warning in &answer.warnings {
            self.out.warn(format!("Warning: {warning}"));
        }
        answer.result
    }

    /// ` (server dry run)`, behind what was done, if it was not.
    fn dry_run_note(&self) -> &'static str {
        match self.given.get("dry-run") {
            Some("server") => " (server dry run)",
            _ => "",
        }
    }
}

/// The documents on standard input.
fn parse_stdin(call: &Call<'_>) -> Result<Vec<yaml::Document>, String> {
    if call.given.get("filename") != Some("-") {
        let path = call.given.get("filename").unwrap_or_default();
        return Err(format!("the path {path:?} does not exist"));
    }
    let (documents, errors) = yaml::parse(call.stdin);
    match errors.first() {
        Some(error) => Err(format!("error parsing STDIN: {error}")),
        None => Ok(documents),
    }
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
    value(
        "dry-run",
        "",
        "server",
        "answer as if it were done, and change nothing",
    ),
    switch("help", "h", "help for the command"),
];

/// Every command, in the order of kubectl's help.
pub const COMMANDS: &[Command] = &[
    change::CREATE,
    change::SET_IMAGE,
    get::GET,
    delete::DELETE,
    change::SCALE,
    change::CORDON,
    change::UNCORDON,
    apply_command::APPLY,
    change::PATCH,
    change::LABEL,
    change::ANNOTATE,
    events::EVENTS,
];

/// Runs a command, without the word `kubectl`: `["get", "pods"]`. `stdin` is what `-f -` reads.
///
/// ```
/// use kubeloop::sim::{Cluster, ClusterOptions};
/// let mut cluster = Cluster::booted(ClusterOptions::default());
/// let words = ["get", "pods"].map(str::to_owned);
/// let output = kubeloop::kubectl::run(&words, "", &mut cluster);
/// assert_eq!(output.stderr, "No resources found in default namespace.\n");
/// ```
pub fn run(words: &[String], stdin: &str, server: &mut dyn Server) -> Output {
    let mut out = Output::default();
    let Some(command) = find(words) else {
        let Some(word) = words.first().filter(|word| !word.starts_with('-')) else {
            out.stdout = help();
            return out;
        };
        out.fail(format!("error: unknown command {word:?} for \"kubectl\""));
        return out;
    };
    let rest = &words[command.name.split(' ').count()..];
    let flags: Vec<Flag> = command.flags.iter().chain(COMMON).copied().collect();
    let given = match Given::read(rest, &flags) {
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
        out.stdout = help_of(command);
        return out;
    }
    let mut call = Call {
        given,
        stdin,
        server,
        out,
    };
    let result = (command.run)(&mut call);
    let mut out = call.out;
    if let Err(error) = result {
        out.fail(format!("error: {error}"));
    }
    out
}

/// The command with the most words that these begin with.
fn find(words: &[String]) -> Option<&'static Command> {
    let fits = |command: &&Command| {
        let mut name = command.name.split(' ').enumerate();
        name.all(|(index, part)| words.get(index).is_some_and(|word| word == part))
    };
    COMMANDS
        .iter()
        .filter(fits)
        .max_by_key(|command| command.name.len())
}

fn help() -> String {
    let rows: Vec<Vec<String>> = COMMANDS
        .iter()
        .map(|command| vec![format!("  {}", command.name), command.about.to_owned()])
        .collect();
    format!("Commands:\n{}", printers::tabulate(&rows))
}

fn help_of(command: &Command) -> String {
    let row = |flag: &Flag| {
        let short = if flag.short.is_empty() {
            "    ".to_owned()
        } else {
            format!("-{}, ", flag.short)
        };
        let value = if flag.value.is_empty() {
            String::new()
        } else {
            format!(" {}", flag.value)
        };
        vec![
            format!("  {short}--{}{value}", flag.name),
            flag.help.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = command.flags.iter().chain(COMMON).map(row).collect();
    format!(
        "{}\n\nUsage:\n  kubectl {}\n\nOptions:\n{}",
        command.about,
        command.usage,
        printers::tabulate(&rows)
    )
}

/// Splits a line into words as a shell does: blanks separate, quotes and backslashes keep together.
///
/// # Errors
/// If a quote is not closed.
pub fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(format!("a {quote} is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_a_shell_splits_them() {
        let cases: [(&str, &[&str]); 4] = [
            ("get  pods -n x", &["get", "pods", "-n", "x"]),
            (
                r#"patch x -p '{"a": "b c"}'"#,
                &["patch", "x", "-p", r#"{"a": "b c"}"#],
            ),
            (r#"a"b c"'d' \"e ''"#, &["ab cd", "\"e", ""]),
            ("", &[]),
        ];
        for (line, want) in cases {
            assert_eq!(words(line).expect(line), want, "{line}");
        }
        assert!(words("a 'b").is_err());
    }
}

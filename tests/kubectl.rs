//! kubectl, the real one, against `kubeloop serve --speed max`: transcripts of sessions, as a terminal would show them.
//!
//! `tests/kubectl/*.md` are such sessions, one for each family of commands, each on a server of its own. What stands between their fences is
//! prose; what stands within is run, from `tests/kubectl/data`:
//!
//! ```text
//! $ kubectl get pods -l app=web          a command; lines that begin with `> ` belong to it
//! NAME                 READY   STATUS    RESTARTS   AGE
//! web-<hash>-<id>      1/1     Running   0          <age>
//! ...                                    any lines, or none
//! [exit 1]                               the exit code, if it is not 0
//! ```
//!
//! Spaces between columns may be more or fewer; those at a line's beginning count. `<age>`, `<hash>`, `<hex>`, `<id>`, `<ip>`, `<n>`, `<node>`,
//! `<time>`, `<uid>` and `<*>` (anything) stand for what differs from run to run ([`HOLES`]). Before each command the cluster settles.
//! `ctl` is `kubeloop ctl` for this server; `$URL` is where it listens; `$WORK` is a folder that vanishes.
//!
//! The transcripts say what a real cluster prints. `KUBECTL_TEST=rollout` runs those with that in their name; `UPDATE=1` rewrites what does
//! not fit: read the diff against upstream before you believe it.

#[path = "kubectl/terminal.rs"]
mod terminal;
#[path = "kubectl/workers.rs"]
mod workers;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use terminal::{Terminal, folder};

/// What a word in angle brackets stands for. All others, such as `<none>`, stand for themselves.
const HOLES: &[(&str, &str)] = &[
    ("<age>", r"(?:(?:\d+[ydhms]){1,2}|<invalid>)"),
    ("<hash>", "[a-z0-9]{6,10}"),
    ("<hex>", "[0-9a-fA-F]+"),
    ("<id>", "[a-z0-9]{5}"),
    ("<ip>", r"\d+\.\d+\.\d+\.\d+"),
    ("<n>", r"\d+"),
    ("<node>", r"n\d+"),
    (
        "<time>",
        r"(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000)(?: UTC)?|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000)",
    ),
    ("<uid>", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    ("<*>", ".*"),
];

/// How `UPDATE=1` finds what differs from run to run.
const FOUND: &[(&str, &str)] = &[
    ("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uid>"),
    (
        r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| \+0000)(?: UTC)?",
        "<time>",
    ),
    (r"(kubectl-edit-|LIVE-|MERGED-)\d+", "$1<n>"),
    (r"(://[0-9.]+:|[0-9]:)\d{5}\b", "$1<n>"),
    (r"\.18[0-9a-f]{14}\b", ".<hex>"),
    (r"hash=[0-9A-F]{64,}", "hash=<hex>"),
    (r"(node-debugger-n\d-).{5}", "$1<id>"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", "<time>"),
    (r"\b\d+\.\d+\.\d+\.\d+\b", "<ip>"),
    (
        "-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\\b",
        "-<hash>-<id>",
    ),
    ("-[bcdfghjklmnpqrstvwxz2456789]{8,10}\\b", "-<hash>"),
    ("hash=[bcdfghjklmnpqrstvwxz2456789]{6,10}\\b", "hash=<hash>"),
    (r#"("?resourceVersion"?: )"\d+""#, "$1\"<n>\""),
    (r"(Resource Version: +)\d+", "$1<n>"),
    (
        r"(^|  |\(|\t|over )(?:(?:\d+[ydhs]){1,2}|\d+m(?:\d+s)?|<invalid>)(\)| ago| \(|  |$)",
        "$1<age>$2",
    ),
    (
        r"(  |over )(?:(?:\d+[ydhs]){1,2}|\d+m(?:\d+s)?|<invalid>)(\)|  |$)",
        "$1<age>$2",
    ),
];

/// A command of a session, and what it is to print.
struct Case {
    line: usize,
    command: String,
    want: Vec<String>,
}

#[test]
fn kubectl_prints_what_it_prints_of_a_real_cluster() {
    let mut sessions: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the sessions are there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "md"))
        .collect();
    // The longest is the first to run, so that no worker is left with it at the end.
    sessions.sort_by_key(|path| fs::metadata(path).map_or(0, |data| data.len()));
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.into_owned(), path)
    };
    workers::check(sessions.into_iter().map(named).collect(), |name, path| {
        session(name, path)
    });
}

/// Runs a session, and says what did not print what it should.
fn session(name: &str, path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).expect("a text");
    let terminal = Terminal::new(name);
    let mut wrong = Vec::new();
    let mut told = Vec::new();
    for case in cases(&text) {
        terminal.settle();
        let got = shown(&terminal, &case.command);
        let fits = matches(&case.want, &got);
        if !fits {
            wrong.push(format!(
                "{name}:{}: $ {}\n{}",
                case.line,
                case.command,
                difference(&case.want, &got)
            ));
        }
        told.push(if fits { case.want } else { with_holes(&got) });
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, retold(&text, &told)).expect("the session can be rewritten");
    }
    wrong
}

/// The commands of a session.
fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut is_open = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            is_open = line == "```console";
        } else if !is_open {
        } else if let Some(command) = line.strip_prefix("$ ") {
            cases.push(Case {
                line: index + 1,
                command: command.to_owned(),
                want: Vec::new(),
            });
        } else if let Some(case) = cases.last_mut() {
            match line.strip_prefix("> ").or(line.strip_prefix(">")) {
                Some(more) if case.want.is_empty() => {
                    case.command.push('\n');
                    case.command.push_str(more);
                }
                _ => case.want.push(line.to_owned()),
            }
        }
    }
    for case in &mut cases {
        while case.want.last().is_some_and(|line| line.trim().is_empty()) {
            case.want.pop();
        }
    }
    cases
}

/// The session, with what its commands print.
fn retold(text: &str, told: &[Vec<String>]) -> String {
    let mut out = String::new();
    let mut told = told.iter();
    let mut lines = text.lines().peekable();
    let mut is_open = false;
    while let Some(line) = lines.next() {
        let _ = writeln!(out, "{line}");
        if line.starts_with("```") {
            is_open = line == "```console";
        }
        if !is_open || !line.starts_with("$ ") {
            continue;
        }
        while let Some(more) = lines.next_if(|line| line.starts_with('>')) {
            let _ = writeln!(out, "{more}");
        }
        let is_output = |line: &&str| !line.starts_with("```") && !line.starts_with("$ ");
        let mut blank = 0;
        while let Some(old) = lines.next_if(is_output) {
            blank = if old.trim().is_empty() { blank + 1 } else { 0 };
        }
        for line in told.next().into_iter().flatten() {
            let _ = writeln!(out, "{line}");
        }
        out.push_str(&"\n".repeat(blank));
    }
    out
}

fn difference(want: &[String], got: &[String]) -> String {
    let (want, got) = (want.join("\n"), got.join("\n"));
    let diff = similar::TextDiff::from_lines(&want, &got);
    let text = diff.unified_diff().context_radius(2).to_string();
    text.replace("\\ No newline at end of file\n", "")
}

/// What was printed, without what differs from run to run.
fn with_holes(got: &[String]) -> Vec<String> {
    let mut lines = got.to_vec();
    for (pattern, hole) in FOUND {
        let pattern = regex_lite::Regex::new(pattern).expect("a pattern of ours can be read");
        for line in &mut lines {
            *line = pattern.replace_all(line, *hole).into_owned();
        }
    }
    lines
}

/// Does what was printed fit?
fn matches(want: &[String], got: &[String]) -> bool {
    match want.split_first() {
        None => got.is_empty(),
        Some((first, rest)) if first.trim() == "..." => {
            (0..=got.len()).any(|skipped| matches(rest, &got[skipped..]))
        }
        Some((first, rest)) => {
            got.first().is_some_and(|line| fits(first, line)) && matches(rest, &got[1..])
        }
    }
}

fn fits(want: &str, got: &str) -> bool {
    let (want, got) = (columns(want), columns(got));
    if !want.contains('<') {
        return want == got;
    }
    let mut pattern = regex_lite::escape(&want);
    for (hole, what) in HOLES {
        pattern = pattern.replace(&regex_lite::escape(hole), what);
    }
    regex_lite::Regex::new(&format!("^{pattern}$"))
        .expect("an escaped pattern can be read")
        .is_match(&got)
}

/// The line with two spaces between columns, however many there were.
fn columns(line: &str) -> String {
    let text = line.trim_end();
    let rest = text.trim_start();
    let mut out = text[..text.len() - rest.len()].to_owned();
    let rest = rest.replace('\t', "  ");
    let words = rest
        .split("  ")
        .map(str::trim)
        .filter(|word| !word.is_empty());
    out.push_str(&words.collect::<Vec<_>>().join("  "));
    out
}

/// Runs a command and returns the lines that a terminal would show.
fn shown(terminal: &Terminal, command: &str) -> Vec<String> {
    let output = terminal.output(&format!("exec 2>&1\n{command}"));
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    while lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    match output.status.code() {
        Some(0) => {}
        code => lines.push(format!("[exit {}]", code.unwrap_or(-1))),
    }
    lines
}

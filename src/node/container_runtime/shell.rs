//! A very small shell: how long a command runs, how it ends, what it prints and which files it makes.
//!
//! The real thing: busybox's ash and coreutils.
//! Left out: variables, pipes between programs, conditions. A loop that never ends runs for ever; a command that is not known here says so in
//! the log, takes no time and succeeds.

use crate::api::Name;
use crate::api::time::Ms;

/// What running a command line came to.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Script {
    /// When it ended; `None` if it never ends.
    pub(super) ends_ms: Option<Ms>,
    /// Its exit code, if it ends.
    pub(super) code: i32,
    /// Files made (`true`) and removed.
    pub(super) files: Vec<(Ms, Name, bool)>,
    /// Lines printed, to either stream.
    pub(super) output: Vec<Line>,
}

/// A line that a command prints.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) at_ms: Ms,
    pub(super) stream: Stream,
    pub(super) text: Name,
}

/// Where a line goes: a log has both, a client of `exec` can tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Script {
    fn print(&mut self, at_ms: Ms, stream: Stream, text: impl Into<Name>) {
        let text = text.into();
        self.output.push(Line {
            at_ms,
            stream,
            text,
        });
    }
}

/// Runs an argument vector: `["sleep", "30"]`, `["sh", "-c", "…"]`.
pub(super) fn run(arguments: &[Name]) -> Script {
    run_with(arguments, &[], 0)
}

/// Runs it at some time among files that came and went before.
pub(super) fn run_with(arguments: &[Name], files: &[(Ms, Name, bool)], at_ms: Ms) -> Script {
    let mut script = Script {
        ends_ms: Some(at_ms),
        files: files.to_vec(),
        ..Script::default()
    };
    if let Some(text) = shell_text(arguments) {
        run_text(text, &mut script);
    } else {
        let words: Vec<&str> = arguments.iter().map(Name::as_str).collect();
        run_command(&words, &mut script);
    }
    script
}

/// The text of `sh -c TEXT`.
fn shell_text(arguments: &[Name]) -> Option<&str> {
    let (shell, rest) = arguments.split_first()?;
    let name = shell.rsplit('/').next().unwrap_or(shell);
    if !matches!(name, "sh" | "bash" | "ash") {
        return None;
    }
    let flag = rest
        .iter()
        .position(|argument| argument.starts_with('-') && argument.ends_with('c'))?;
    rest.get(flag + 1).map(Name::as_str)
}

/// Is it over: by `exit`, or because it never ends?
#[derive(PartialEq, Clone, Copy)]
enum Flow {
    Goes,
    Over,
}

fn run_text(text: &str, script: &mut Script) -> Flow {
    let text = text.replace("\\\n", " ");
    if let Some(flow) = run_loop(&text, script) {
        return flow;
    }
    for (separator, command) in split(&text) {
        let skipped = match separator {
            "&&" => script.code != 0,
            "||" => script.code == 0,
            _ => false,
        };
        if skipped {
            continue;
        }
        let words = words(&command);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        if run_command(&words, script) == Flow::Over {
            return Flow::Over;
        }
    }
    Flow::Goes
}

/// `…; while true; do BODY; done; …`: what comes before it, its body once, and then for ever.
fn run_loop(text: &str, script: &mut Script) -> Option<Flow> {
    let at = [
        "while true",
        "while :",
        "until false",
        "while [ true ]",
        "while sleep",
    ]
    .iter()
    .filter_map(|head| text.find(head))
    .min()?;
    if run_text(&text[..at], script) == Flow::Over {
        return Some(Flow::Over);
    }
    let rest = &text[at..];
    let body = rest.find("do").map_or("", |start| {
        let end = rest.rfind("done").unwrap_or(rest.len());
        rest.get(start + 2..end).unwrap_or_default()
    });
    if run_text(body, script) == Flow::Over {
        return Some(Flow::Over);
    }
    script.ends_ms = None;
    Some(Flow::Over)
}

/// Commands with the separator before each: `;` (also for newlines), `&&`, `||`. Quotes are respected.
fn split(text: &str) -> Vec<(&'static str, String)> {
    let mut commands = vec![(";", String::new())];
    let mut quote = None;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let separator = match c {
            _ if quote.is_some() => None,
            ';' | '\n' => Some((";", 1)),
            '&' if rest.starts_with("&&") => Some(("&&", 2)),
            '|' if rest.starts_with("||") => Some(("||", 2)),
            _ => None,
        };
        if let Some((separator, length)) = separator {
            commands.push((separator, String::new()));
            rest = &rest[length..];
            continue;
        }
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if open == c => quote = None,
            _ => {}
        }
        commands.last_mut().expect("it begins with one").1.push(c);
        rest = &rest[c.len_utf8()..];
    }
    commands.retain(|(_, command)| !command.trim().is_empty());
    commands
}

/// Words, without their quotes.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut quoted = false;
    for c in command.chars() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => word.push(c),
            None if c == '\'' || c == '"' => {
                quote = Some(c);
                quoted = true;
            }
            None if c.is_whitespace() => {
                if !word.is_empty() || quoted {
                    words.push(std::mem::take(&mut word));
                    quoted = false;
                }
            }
            None => word.push(c),
        }
    }
    if !word.is_empty() || quoted {
        words.push(word);
    }
    words
}

fn run_command(words: &[&str], script: &mut Script) -> Flow {
    let Some((command, arguments)) = words.split_first() else {
        return Flow::Goes;
    };
    let now = script.ends_ms.unwrap_or_default();
    let name = command.rsplit('/').next().unwrap_or(command);
    script.code = 0;
    match name {
        "exit" => {
            script.code = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(0);
            return Flow::Over;
        }
        "sleep" => match arguments.first().map(|a| duration_ms(a)) {
            Some(Some(ms)) => script.ends_ms = Some(now + ms),
            Some(None) => {
                script.ends_ms = None;
                return Flow::Over;
            }
            None => script.code = 1,
        },
        "false" => script.code = 1,
        "echo" => redirect_or_print(arguments, now, script),
        "touch" => script.files.extend(
            arguments
                .iter()
                .filter(|a| !a.starts_with('-'))
                .map(|a| (now, Name::from(*a), true)),
        ),
        "rm" => script.files.extend(
            arguments
                .iter()
                .filter(|a| !a.starts_with('-'))
                .map(|a| (now, Name::from(*a), false)),
        ),
        "cat" | "ls" | "test" | "[" | "stat" => look(name, arguments, now, script),
        "exec" => return run_command(arguments, script),
        "tail" if arguments.iter().any(|a| follows(a)) => {
            script.ends_ms = None;
            return Flow::Over;
        }
        "nginx" | "httpd" | "httpd-foreground" | "redis-server" | "mysqld" => {
            script.ends_ms = None;
            return Flow::Over;
        }
        "perl" => script.ends_ms = Some(now + 5000),
        _ if SILENT.contains(&name) => {}
        _ => {
            let line = format!("kubeloop: {name} is not simulated: it does nothing and succeeds");
            script.print(now, Stream::Stderr, line);
        }
    }
    Flow::Goes
}

/// Does this argument tell `tail` to wait for more: `-f`, `-F`, `-n+1f`, `--follow=name`?
fn follows(argument: &str) -> bool {
    match argument.strip_prefix("--") {
        Some(long) => long.starts_with("follow"),
        None => argument.starts_with('-') && argument.contains(['f', 'F']),
    }
}

/// Commands that print nothing and change nothing that anyone could see here.
const SILENT: &[&str] = &[
    ":", "true", "cd", "chmod", "chown", "export", "kill", "ln", "mkdir", "mv", "set", "sync",
    "trap", "ulimit", "umask", "wait",
];

/// `echo hello`, `echo ok > /tmp/healthy`.
fn redirect_or_print(arguments: &[&str], now: Ms, script: &mut Script) {
    let redirect = arguments.iter().position(|a| a.starts_with('>'));
    let Some(at) = redirect else {
        let printed: Vec<&str> = arguments
            .iter()
            .copied()
            .skip_while(|a| matches!(*a, "-n" | "-e"))
            .collect();
        script.print(now, Stream::Stdout, printed.join(" "));
        return;
    };
    let glued = arguments[at].trim_start_matches('>');
    let file = if glued.is_empty() {
        arguments.get(at + 1).copied().unwrap_or_default()
    } else {
        glued
    };
    script.files.push((now, file.into(), true));
}

/// Does this read an archive from its input, or write one to its output? That is how `kubectl cp` moves files.
pub(super) fn is_archive_of_stream(arguments: &[Name]) -> bool {
    let words = match shell_text(arguments) {
        Some(text) => words(text),
        None => arguments.iter().map(Name::to_string).collect(),
    };
    let is_tar = words.first().is_some_and(|word| {
        let name = word.rsplit('/').next().unwrap_or(word);
        name == "tar"
    });
    is_tar && words.iter().any(|word| word == "-")
}

/// Commands that fail if a file is not there.
fn look(name: &str, arguments: &[&str], now: Ms, script: &mut Script) {
    let file = arguments
        .iter()
        .find(|a| a.starts_with('/'))
        .copied()
        .unwrap_or_default();
    if file.is_empty() || is_there(&script.files, file, now) {
        return;
    }
    script.code = if name == "ls" { 2 } else { 1 };
    let words = match name {
        "cat" => format!("cat: can't open '{file}': No such file or directory"),
        "ls" => format!("ls: {file}: No such file or directory"),
        "stat" => format!("stat: can't stat '{file}': No such file or directory"),
        _ => return,
    };
    script.print(now, Stream::Stderr, words);
}

/// Is there a file of this name then? Files under `/tmp`, `/var/run`, `/run`, `/cache` and `/data` only if made; all others came with the image.
pub(super) fn is_there(files: &[(Ms, Name, bool)], file: &str, at_ms: Ms) -> bool {
    let made = files
        .iter()
        .rev()
        .find(|(when, name, _)| *when <= at_ms && name == file);
    let comes_with_image = !["/tmp/", "/var/run/", "/run/", "/cache/", "/data/"]
        .iter()
        .any(|folder| file.starts_with(folder));
    made.map_or(comes_with_image, |(_, _, there)| *there)
}

/// `30`, `0.5`, `30s`, `2m`, `1h`, `1d` in milliseconds; `None` for `infinity`.
pub(super) fn duration_ms(text: &str) -> Option<Ms> {
    let (number, unit_ms) = match text.as_bytes().last() {
        Some(b's') => match text.strip_suffix("ms") {
            Some(number) => (number, 1),
            None => (&text[..text.len() - 1], 1000),
        },
        Some(b'm') => (&text[..text.len() - 1], 60_000),
        Some(b'h') => (&text[..text.len() - 1], 3_600_000),
        Some(b'd') => (&text[..text.len() - 1], 86_400_000),
        _ => (text, 1000),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: Ms = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let thousandths: Ms = digits.parse().ok()?;
    Some(whole.saturating_mul(unit_ms) + thousandths * unit_ms / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(text: &str) -> Script {
        run(&["/bin/sh".into(), "-c".into(), text.into()])
    }

    #[test]
    fn how_long_and_how_it_ends() {
        let table = [
            ("sleep 30", Some(30_000), 0),
            ("exit 1", Some(0), 1),
            ("sleep 5; exit 3", Some(5_000), 3),
            ("sleep 5 && exit 3 ; sleep 2", Some(5_000), 3),
            ("false || sleep 1", Some(1_000), 0),
            ("true || sleep 1", Some(0), 0),
            ("false && sleep 1", Some(0), 1),
            ("while true; do echo hi; sleep 5; done", None, 0),
            (
                "echo a; while true; do sleep 1; exit 4; done",
                Some(1_000),
                4,
            ),
            ("sleep infinity", None, 0),
            ("sleep 0.5s\nsleep 1m", Some(60_500), 0),
            ("echo 'a; exit 7'", Some(0), 0),
            ("exec nginx -g 'daemon off;'", None, 0),
            ("tail -f /dev/null", None, 0),
            ("tail -n+1 -F /var/log/1.log", None, 0),
            ("tail -n 1 /etc/hosts", Some(0), 0),
            ("cat /tmp/none", Some(0), 1),
        ];
        for (input, ends_ms, code) in table {
            let script = sh(input);
            assert_eq!((script.ends_ms, script.code), (ends_ms, code), "{input}");
        }
    }

    #[test]
    fn files_come_and_go() {
        let script = sh("touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600");
        assert!(is_there(&script.files, "/tmp/healthy", 29_999));
        assert!(!is_there(&script.files, "/tmp/healthy", 30_000));
        assert!(is_there(&script.files, "/etc/hosts", 0));
        assert_eq!(script.ends_ms, Some(630_000));
    }

    #[test]
    fn what_it_prints() {
        let script = sh("echo hello world; sleep 1; echo -n \"bye  now\"; echo x > /tmp/y");
        let said = |script: &Script| {
            let lines = script.output.iter();
            let said = lines.map(|l| (l.at_ms, l.stream, l.text.to_string()));
            said.collect::<Vec<_>>()
        };
        let want = [
            (0, Stream::Stdout, "hello world".to_owned()),
            (1000, Stream::Stdout, "bye  now".to_owned()),
        ];
        assert_eq!(said(&script), want);
        assert!(is_there(&script.files, "/tmp/y", 1000));
        let script = sh("set -e; curl http://web");
        let line = "kubeloop: curl is not simulated: it does nothing and succeeds";
        assert_eq!(said(&script), [(0, Stream::Stderr, line.to_owned())]);
    }

    #[test]
    fn archives_that_somebody_waits_for_are_told_from_others() {
        let table: [(&[&str], bool); 6] = [
            (&["tar", "cf", "-", "/etc/hosts"], true),
            (&["/bin/tar", "-xmf", "-", "-C", "/tmp"], true),
            (&["sh", "-c", "tar cf - /etc/hosts | tail -c+62"], true),
            (&["tar", "xf", "/tmp/a.tar"], false),
            (&["cat", "-"], false),
            (&[], false),
        ];
        for (command, want) in table {
            let command: Vec<Name> = command.iter().map(|word| Name::from(*word)).collect();
            assert_eq!(is_archive_of_stream(&command), want, "{command:?}");
        }
    }
}

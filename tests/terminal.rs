//! The page's kubectl beside the real one: the same lines, typed into both, print the same, to the byte, and exit with the same code.
//!
//! Each of [`SESSIONS`] has two clusters with the same seed. One is behind `kubeloop serve --speed max`, and the real kubectl talks to it; the
//! other is in this process, and ours does. Both settle after each line. So what a line changed is compared, too: by the lines after it.
//! `KUBECTL_TEST=rollout` runs those with that in their name.

#[path = "terminal/sessions.rs"]
mod sessions;
#[path = "kubectl/terminal.rs"]
mod terminal;
#[path = "kubectl/workers.rs"]
mod workers;

use kubeloop::api::time::Ms;
use kubeloop::kubectl::{run, words};
use kubeloop::sim::{ClusterOptions, Pace, Timeline};
use sessions::SESSIONS;
use std::fs;
use terminal::{Terminal, folder};

#[test]
fn our_kubectl_prints_what_the_real_one_prints() {
    let sessions = SESSIONS
        .iter()
        .map(|(name, lines)| ((*name).to_owned(), *lines));
    workers::check(sessions.collect(), |name, lines| session(name, lines));
}

/// Types the lines into both, and says where they differ.
fn session(name: &str, lines: &str) -> Vec<String> {
    let real = Terminal::new(&format!("terminal-{name}"));
    let mut ours = Timeline::new(ClusterOptions::default());
    settle(&mut ours);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder().join("data")).expect("there are files") {
        let path = entry.expect("an entry").path();
        if let Ok(text) = fs::read_to_string(&path) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            files.push((name.into_owned(), text));
        }
    }
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .chain([("-", "")])
        .collect();
    let mut wrong = Vec::new();
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        real.settle();
        if let Some(what) = line.strip_prefix("ctl ") {
            let output = real.output(line);
            assert!(output.status.success(), "{line}: {output:?}");
            simulate(&mut ours, what);
            settle(&mut ours);
            continue;
        }
        let (line, is_sorted) = match line.strip_suffix(" | sort") {
            Some(line) => (line, true),
            None => (line, false),
        };
        let output = real.output(&format!("kubectl {line}"));
        let want = shown(
            &output.stdout,
            &output.stderr,
            output.status.code().unwrap_or(-1),
            is_sorted,
        );
        let output = run(&words(line).expect("words"), &files, &mut ours);
        let (out, err) = (output.stdout.as_bytes(), output.stderr.as_bytes());
        let got = shown(out, err, output.code.into(), is_sorted);
        settle(&mut ours);
        if want != got {
            let diff = similar::TextDiff::from_lines(&want, &got);
            let text = diff.unified_diff().context_radius(2).to_string();
            wrong.push(format!("{name}: $ kubectl {line}\n{text}"));
        }
    }
    wrong
}

/// Points in time: the served cluster's begins at the hour on the wall.
const TIMES: &str =
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000";

/// What the names of Events end with: their points in time, and a number that grows.
const MARKS: &str = r"\.[0-9a-f]{16}\b";

/// When and by which process a line of kubectl's log was written.
const LOGGED: &str = r"(?m)^W\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ ";

/// Ages that `describe` takes from the clock on the wall.
const AGES: &str = r"(  |over )(?:(?:\d+[ydhms]){1,2}|<invalid>)(  | \(|\)|\$?$)";

/// Everything that a command leaves behind, but for points in time and ages. Blanks that nobody sees are shown. Sorted are the lines that
/// kubectl prints in the order of a map of Go's, or as its workers finish.
fn shown(stdout: &[u8], stderr: &[u8], code: i32, is_sorted: bool) -> String {
    let [out, err] = [stdout, stderr].map(|bytes| {
        let text = String::from_utf8_lossy(bytes);
        let mut lines: Vec<&str> = text.split('\n').collect();
        if is_sorted {
            lines.sort_unstable();
        }
        lines.join("$\n")
    });
    let text = format!("{out}\n--- stderr\n{err}\n--- exit {code}\n");
    let pattern = |text| regex_lite::Regex::new(text).expect("a pattern of ours can be read");
    let text = pattern(TIMES).replace_all(&text, "<time>");
    let text = pattern(MARKS).replace_all(&text, ".<mark>");
    let text = pattern(LOGGED).replace_all(&text, "W<time> ").into_owned();
    let (ages, gaps) = (pattern(AGES), pattern(" {2,}"));
    let mut is_event = false;
    let mut out = String::new();
    for line in text.lines() {
        is_event = line == "Events:$" || (is_event && line.starts_with("  "));
        let mut line = ages.replace_all(line, "$1<age>$2").into_owned();
        if is_event {
            // The column is as wide as the ages are.
            line = gaps.replace_all(&line, "  ").into_owned();
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// As `kubeloop ctl` would have it.
fn simulate(timeline: &mut Timeline, what: &str) {
    let what = what.replace('\'', "");
    if let Some(json) = what.strip_prefix("fault ") {
        let fault = serde_json::from_str(json).expect("a fault");
        timeline.fault(fault).expect("it can happen");
        return;
    }
    let seconds = what.strip_prefix("advance ").expect("a fault, or time");
    let seconds: Ms = seconds.trim_end_matches('s').parse().expect("seconds");
    let end_ms = timeline.cluster().now_ms() + seconds * 1000;
    while timeline
        .cluster()
        .next_due_ms()
        .is_some_and(|due| due <= end_ms)
    {
        timeline.advance(Pace::Turn);
    }
    timeline.wait_until(end_ms);
}

fn settle(timeline: &mut Timeline) {
    while !timeline.cluster().is_at_rest() && timeline.advance(Pace::Turn).is_some() {}
}

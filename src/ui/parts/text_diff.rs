//! The lines that differ between two texts, with a little of what is around them.

use similar::algorithms::{Capture, Replace, myers};
use yew::prelude::*;

/// How many unchanged lines are shown around a change.
const CONTEXT_LINES: usize = 2;

/// A line of a diff: its sign and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `+`, `-`, or a space.
    pub sign: char,
    /// The line, without its end.
    pub text: String,
}

/// The changed lines, each group with its surroundings; groups are parted by a line `⋯`.
#[must_use]
pub fn diff_lines(before: &str, after: &str) -> Vec<Line> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    // The algorithm itself rather than `TextDiff`, which brings seventeen copies of it into the page.
    let mut changes = Replace::new(Capture::new());
    let Ok(()) = myers::diff(&mut changes, &old[..], 0..old.len(), &new[..], 0..new.len());
    let mut lines = Vec::new();
    for group in changes.into_inner().into_grouped_ops(CONTEXT_LINES) {
        if !lines.is_empty() {
            lines.push(line(' ', "⋯"));
        }
        for (tag, olds, news) in group.iter().map(similar::DiffOp::as_tag_tuple) {
            if tag == similar::DiffTag::Equal {
                lines.extend(news.map(|at| line(' ', new[at])));
                continue;
            }
            lines.extend(olds.map(|at| line('-', old[at])));
            lines.extend(news.map(|at| line('+', new[at])));
        }
    }
    lines
}

fn line(sign: char, text: &str) -> Line {
    let text = text.to_owned();
    Line { sign, text }
}

/// The diff of two texts. The sign is part of the text, so that colour is not needed to read it.
pub fn text_diff(before: &str, after: &str) -> Html {
    let line = |line: Line| html! { <span class="line" data-op={line.sign.to_string()}>{ line.text }</span> };
    html! { <div class="textdiff">{ for diff_lines(before, after).into_iter().map(line) }</div> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_changed_and_what_is_around_it() {
        let before = "a\nb\nc\nd\ne\nf\n";
        let after = "a\nb\nc\nD\ne\nf\n";
        let lines: Vec<String> = diff_lines(before, after)
            .iter()
            .map(|l| format!("{}{}", l.sign, l.text))
            .collect();
        assert_eq!(lines, [" b", " c", "-d", "+D", " e", " f"]);
        assert!(diff_lines(before, before).is_empty());
    }
}

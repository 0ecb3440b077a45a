//! The lines that differ between two texts, with a little of what is around them.

use similar::{ChangeTag, TextDiff};
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
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for group in diff.grouped_ops(CONTEXT_LINES) {
        if !lines.is_empty() {
            lines.push(Line {
                sign: ' ',
                text: "⋯".to_owned(),
            });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            lines.push(Line {
                sign,
                text: change.value().trim_end_matches('\n').to_owned(),
            });
        }
    }
    lines
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

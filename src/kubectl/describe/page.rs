//! A description as text: lines with tabs, which are put under one another at the end.
//!
//! The real thing: kubectl's pkg/describe (`PrefixWriter`, `tabbedString`, the functions that print labels over several lines), Go's
//! text/tabwriter.

use crate::api::time::{self, Ms};
use k8s_openapi::api::core::v1::{Taint, Toleration};
use std::collections::BTreeMap;

/// Blanks between a column and the next.
const PADDING: usize = 2;

/// A longer annotation stands on a line of its own, cut.
const ANNOTATION_BYTES_MAX: usize = 140;

/// What `kubectl apply` notes down is not for people.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What was written so far.
#[derive(Debug, Default)]
pub(in crate::kubectl) struct Page {
    raw: String,
}

impl Page {
    /// A line, so deep.
    pub(in crate::kubectl) fn line(&mut self, level: usize, text: &str) {
        self.raw.push_str(&"  ".repeat(level));
        self.raw.push_str(text);
        self.raw.push('\n');
    }

    /// `Name:`, and its value in the next column.
    pub(in crate::kubectl) fn field(&mut self, level: usize, name: &str, value: &str) {
        self.line(level, &format!("{name}:\t{value}"));
    }

    /// The same, of what need not be there.
    pub(in crate::kubectl) fn maybe(&mut self, level: usize, name: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.field(level, name, value);
        }
    }

    /// Values under one another, beside their name.
    pub(in crate::kubectl) fn several(&mut self, name: &str, values: &[String]) {
        let Some((first, rest)) = values.split_first() else {
            return self.field(0, name, "<none>");
        };
        self.field(0, name, first);
        for value in rest {
            self.line(0, &format!("\t{value}"));
        }
    }

    /// `a=b`, each on its line.
    pub(in crate::kubectl) fn labels(
        &mut self,
        name: &str,
        labels: Option<&BTreeMap<String, String>>,
    ) {
        let pairs = labels.into_iter().flatten();
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
        self.several(name, &pairs);
    }

    /// `a=b,c=d`.
    pub(in crate::kubectl) fn labels_in_one_line(
        &mut self,
        name: &str,
        labels: Option<&BTreeMap<String, String>>,
    ) {
        let pairs = labels.into_iter().flatten();
        let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
        let text = pairs.join(",");
        self.field(0, name, if text.is_empty() { "<none>" } else { &text });
    }

    /// `a: b`, each on its line; long ones below their key.
    pub(in crate::kubectl) fn annotations(
        &mut self,
        name: &str,
        annotations: Option<&BTreeMap<String, String>>,
    ) {
        let mut lines = Vec::new();
        let pairs = annotations.into_iter().flatten();
        for (key, value) in pairs.filter(|(key, _)| *key != LAST_APPLIED) {
            let value = value.strip_suffix('\n').unwrap_or(value);
            let is_long = value.len() + key.len() + 2 > ANNOTATION_BYTES_MAX;
            if !is_long && !value.contains('\n') {
                lines.push(format!("{key}: {value}"));
                continue;
            }
            lines.push(format!("{key}:"));
            let cut = value.split('\n').map(|line| format!("  {}", short(line)));
            lines.extend(cut);
        }
        self.several(name, &lines);
    }

    /// What a pod bears.
    pub(in crate::kubectl) fn tolerations(&mut self, name: &str, all: Option<&Vec<Toleration>>) {
        let mut all: Vec<&Toleration> = all.into_iter().flatten().collect();
        all.sort_by_key(|toleration| toleration.key.clone());
        let texts: Vec<String> = all.into_iter().map(toleration).collect();
        self.several(name, &texts);
    }

    /// What a node has against pods.
    pub(in crate::kubectl) fn taints(&mut self, name: &str, all: Option<&Vec<Taint>>) {
        let mut all: Vec<&Taint> = all.into_iter().flatten().collect();
        all.sort_by_key(|taint| format!("{}{}", taint.key, taint.effect));
        let texts = all.into_iter().map(|taint| match taint.value.as_deref() {
            None | Some("") => format!("{}:{}", taint.key, taint.effect),
            Some(value) => format!("{}={value}:{}", taint.key, taint.effect),
        });
        self.several(name, &texts.collect::<Vec<_>>());
    }

    /// Is nothing written yet?
    pub(in crate::kubectl) fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }

    /// What another one says follows.
    pub(in crate::kubectl) fn append(&mut self, other: Self) {
        self.raw.push_str(&other.raw);
    }

    /// With its tabs, as `rollout history` prints it.
    pub(in crate::kubectl) fn raw(self) -> String {
        self.raw
    }

    /// With its columns under one another.
    pub(in crate::kubectl) fn aligned(self) -> String {
        let lines: Vec<Vec<&str>> = self
            .raw
            .split('\n')
            .map(|line| line.split('\t').collect())
            .collect();
        let mut out = String::with_capacity(self.raw.len() * 2);
        align(&lines, &mut Vec::new(), &mut out);
        out.pop();
        out
    }
}

/// `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`.
fn toleration(toleration: &Toleration) -> String {
    let mut text = toleration.key.clone().unwrap_or_default();
    let value = toleration.value.as_deref().unwrap_or_default();
    if !value.is_empty() {
        text.push('=');
        text.push_str(value);
    }
    if let Some(effect) = toleration.effect.as_deref().filter(|e| !e.is_empty()) {
        text.push(':');
        text.push_str(effect);
    }
    if toleration.operator.as_deref() == Some("Exists") && value.is_empty() {
        text.push_str(if text.is_empty() {
            "op=Exists"
        } else {
            " op=Exists"
        });
    }
    if let Some(seconds) = toleration.toleration_seconds {
        text.push_str(&format!(" for {seconds}s"));
    }
    text
}

fn short(line: &str) -> String {
    let max = ANNOTATION_BYTES_MAX - 2;
    if line.len() <= max {
        return line.to_owned();
    }
    format!("{}...", &line[..line.floor_char_boundary(max)])
}

/// Lines below one another that have a cell in a column, and one behind it, agree on the column's width; what is right of it is put in
/// order among them. `widths` are those of the columns left of it.
fn align(lines: &[Vec<&str>], widths: &mut Vec<usize>, out: &mut String) {
    let column = widths.len();
    let has_column = |line: &Vec<&str>| column + 1 < line.len();
    for block in lines.chunk_by(|a, b| has_column(a) == has_column(b)) {
        if !block.first().is_some_and(has_column) {
            for line in block {
                write(line, widths, out);
            }
            continue;
        }
        let cells = block.iter().map(|line| line[column].chars().count());
        widths.push(cells.max().unwrap_or_default() + PADDING);
        align(block, widths, out);
        widths.pop();
    }
}

fn write(line: &[&str], widths: &[usize], out: &mut String) {
    for (index, cell) in line.iter().enumerate() {
        out.push_str(cell);
        if let (Some(width), true) = (widths.get(index), index + 1 < line.len()) {
            out.push_str(&" ".repeat(width - cell.chars().count()));
        }
    }
    out.push('\n');
}

/// A point in time as mail has it: `Wed, 01 Jan 2025 00:00:02 +0000`. The real thing: Go's `time.RFC1123Z`.
pub(in crate::kubectl) fn mail_time(at_ms: Ms) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    // 2025-01-01T00:00:02Z
    let timestamp = time::time(at_ms).0;
    let text = time::rfc3339(timestamp);
    let days = timestamp.as_second().div_euclid(86_400);
    let day = usize::try_from(days.rem_euclid(7)).unwrap_or_default();
    let month: usize = text[5..7].parse().unwrap_or(1);
    format!(
        "{}, {} {} {} {} +0000",
        DAYS[day],
        &text[8..10],
        MONTHS[month - 1],
        &text[..4],
        &text[11..19]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_the_lines_around_need() {
        let mut page = Page::default();
        page.field(0, "Name", "web");
        page.field(0, "A longer name", "x");
        page.line(0, "alone");
        page.line(1, "Type\tStatus\tReason");
        page.line(1, "----\t------\t------");
        page.line(1, "Available \tTrue\tFine");
        page.field(0, "Last", "");
        let want = "Name:           web\nA longer name:  x\nalone\n  Type        Status  Reason\n  ----        ------  ------\n  Available   True    Fine\nLast:         \n";
        let got = page.aligned();
        assert_eq!(got, want, "{got}");
    }

    #[test]
    fn times_are_written_as_in_mail() {
        let begin = mail_time(0);
        assert!(begin.ends_with(" 2025 00:00:00 +0000"), "{begin}");
        assert!(begin.starts_with("Wed, 01 Jan"), "{begin}");
    }
}

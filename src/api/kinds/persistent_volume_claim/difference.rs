//! What differs between two specifications of a claim, as Go's `cmp.Diff` prints it: people know this text from their terminals.
//!
//! The real thing: github.com/google/go-cmp's cmp/report_compare.go and report_text.go.
//! Left out: the inside of selectors and data sources is printed as JSON.

use super::super::go;
use super::super::normal::{list, text};
use crate::api::quantity::ResourceList;
use crate::api::typed::{Typed, to_json};
use k8s_openapi::api::core::v1::PersistentVolumeClaimSpec;
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::ops::Range;

/// How many equal fields are shown before and after one that differs.
const CONTEXT: usize = 2;

/// One field of the specification.
struct Field {
    name: &'static str,
    was: String,
    is: String,
    /// The lines of a difference inside of it, where it has any.
    inside: Option<String>,
}

impl Field {
    fn differs(&self) -> bool {
        self.was != self.is
    }
}

/// The difference, ending in a line break.
pub(super) fn of(old: &PersistentVolumeClaimSpec, new: &PersistentVolumeClaimSpec) -> String {
    let fields = fields(old, new);
    let mut lines: Vec<Line> = Vec::new();
    let mut index = 0;
    while index < fields.len() {
        let equal = fields[index..].iter().take_while(|f| !f.differs()).count();
        if equal > 0 {
            unchanged(&fields, index..index + equal, &mut lines);
            index += equal;
            continue;
        }
        let field = &fields[index];
        if let Some(inside) = &field.inside {
            lines.push(Line::Whole(inside.clone()))
        } else {
            lines.push(Line::Field('-', field.name, field.was.clone()));
            lines.push(Line::Field('+', field.name, field.is.clone()));
        }
        index += 1;
    }
    format!(
        "  core.PersistentVolumeClaimSpec{{\n{}  }}\n",
        aligned(&lines)
    )
}

enum Line {
    /// Sign, name, value: names are padded to the longest of their neighbours.
    Field(char, &'static str, String),
    /// Finished text.
    Whole(String),
}

/// A run of equal fields: those next to a difference are shown, the others counted; a single one is not worth counting.
fn unchanged(fields: &[Field], range: Range<usize>, lines: &mut Vec<Line>) {
    let (first, last) = (range.start == 0, range.end == fields.len());
    let run = &fields[range];
    let mut after = if first { 0 } else { CONTEXT.min(run.len()) };
    let mut before = if last {
        0
    } else {
        CONTEXT.min(run.len() - after)
    };
    if run.len() - after - before == 1 {
        if last {
            after += 1;
        } else {
            before += 1;
        }
    }
    let hidden = run.len() - after - before;
    let mut show = |field: &Field| lines.push(Line::Field(' ', field.name, field.is.clone()));
    run[..after].iter().for_each(&mut show);
    if hidden > 0 {
        lines.push(Line::Whole(format!(
            "  \t... // {hidden} identical fields\n"
        )));
    }
    let mut show = |field: &Field| lines.push(Line::Field(' ', field.name, field.is.clone()));
    run[run.len() - before..].iter().for_each(&mut show);
}

fn aligned(lines: &[Line]) -> String {
    let mut text = String::new();
    for group in lines.chunk_by(|a, b| matches!((a, b), (Line::Field(..), Line::Field(..)))) {
        let names = group.iter().filter_map(|line| match line {
            Line::Field(_, name, _) => Some(name.len()),
            Line::Whole(_) => None,
        });
        let width = names.max().unwrap_or_default() + 1;
        for line in group {
            match line {
                Line::Field(sign, name, value) => {
                    let name = format!("{name}:");
                    text.push_str(&format!("{sign} \t{name:width$} {value},\n"));
                }
                Line::Whole(whole) => text.push_str(whole),
            }
        }
    }
    text
}

fn fields(old: &PersistentVolumeClaimSpec, new: &PersistentVolumeClaimSpec) -> Vec<Field> {
    type Show = fn(&PersistentVolumeClaimSpec) -> String;
    let shows: [(&'static str, Show); 9] = [
        ("AccessModes", |s| {
            let modes: Vec<String> = list(&s.access_modes)
                .iter()
                .map(|m| format!("{m:?}"))
                .collect();
            format!("{{{}}}", modes.join(", "))
        }),
        ("Selector", |s| json(s.selector.as_ref())),
        ("Resources", resources),
        ("VolumeName", |s| format!("{:?}", text(&s.volume_name))),
        ("StorageClassName", |s| {
            pointer(s.storage_class_name.as_ref())
        }),
        ("VolumeMode", |s| pointer(s.volume_mode.as_ref())),
        ("DataSource", |s| json(s.data_source.as_ref())),
        ("DataSourceRef", |s| json(s.data_source_ref.as_ref())),
        ("VolumeAttributesClassName", |s| {
            pointer(s.volume_attributes_class_name.as_ref())
        }),
    ];
    let field = |(name, show): (&'static str, Show)| Field {
        name,
        was: show(old),
        is: show(new),
        inside: (name == "Resources").then(|| inside_resources(old, new)),
    };
    shows.into_iter().map(field).collect()
}

fn pointer(value: Option<&String>) -> String {
    value.map_or_else(|| "nil".to_owned(), |v| format!("&{v:?}"))
}

fn json<T: Typed>(value: Option<&T>) -> String {
    value.map_or_else(|| "nil".to_owned(), |v| format!("&{}", to_json(v)))
}

fn requests(spec: &PersistentVolumeClaimSpec) -> Option<&ResourceList> {
    spec.resources.as_ref().and_then(|r| r.requests.as_ref())
}

fn resources(spec: &PersistentVolumeClaimSpec) -> String {
    let Some(requests) = requests(spec) else {
        return "{}".to_owned();
    };
    let one = |(name, q): (&String, &Quantity)| {
        let format = if q.0.ends_with('i') {
            "BinarySI"
        } else {
            "DecimalSI"
        };
        format!(
            "s{name:?}: {{i: {{...}}, s: {:?}, Format: {format:?}}}",
            q.0
        )
    };
    let all: Vec<String> = requests.iter().map(one).collect();
    format!("{{Requests: {{{}}}}}", all.join(", "))
}

fn inside_resources(old: &PersistentVolumeClaimSpec, new: &PersistentVolumeClaimSpec) -> String {
    let mut text =
        "  \tResources: core.VolumeResourceRequirements{\n  \t\tLimits: nil,\n".to_owned();
    for (sign, spec) in [('-', old), ('+', new)] {
        text.push_str(&format!("{sign} \t\tRequests: core.ResourceList{{\n"));
        for (name, amount) in requests(spec).into_iter().flatten() {
            let amount = go::quantity_in_difference(amount);
            text.push_str(&format!("{sign} \t\t\ts{name:?}: {amount},\n"));
        }
        text.push_str(&format!("{sign} \t\t}},\n"));
    }
    text.push_str("  \t},\n");
    text
}

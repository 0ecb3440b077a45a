//! What a namespace's labels say of the pods in it: which standard, in which version, and whether breaking it is refused or warned of.
//!
//! The real thing: staging/src/k8s.io/pod-security-admission/api/{helpers,constants}.go.
//! Left out: audit, whose notes nobody keeps.

use crate::api::field::FieldError;
use std::collections::BTreeMap;
use std::fmt;

const PREFIX: &str = "pod-security.kubernetes.io/";

/// How strict a standard is; the last is the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// Everything goes.
    Privileged,
    /// Nothing that is known to lead out of a container.
    Baseline,
    /// As pods should be.
    Restricted,
}

impl Level {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "privileged" => Some(Self::Privileged),
            "baseline" => Some(Self::Baseline),
            "restricted" => Some(Self::Restricted),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::Baseline => "baseline",
            Self::Restricted => "restricted",
        }
    }
}

/// The release whose rules count: its minor number, or whatever is newest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// `latest`.
    Latest,
    /// `v1.25`.
    Minor(u32),
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::Latest);
        }
        let minor = text.strip_prefix("v1.")?;
        let is_number = minor.bytes().all(|b| b.is_ascii_digit());
        let is_plain = minor == "0" || !minor.starts_with('0');
        let number = minor.parse().ok().filter(|_| is_number && is_plain)?;
        Some(Self::Minor(number))
    }

    /// Does a rule that came with this minor release count?
    pub(super) fn has(self, minor: u32) -> bool {
        match self {
            Self::Latest => true,
            Self::Minor(own) => own >= minor,
        }
    }
}

/// A standard in a version: `restricted:latest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standard {
    pub(super) level: Level,
    pub(super) version: Version,
}

impl fmt::Display for Standard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.level.name())?;
        match self.version {
            Version::Latest => f.write_str("latest"),
            Version::Minor(minor) => write!(f, "v1.{minor}"),
        }
    }
}

/// What is refused, and what is warned of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) enforce: Standard,
    pub(super) warn: Standard,
}

/// The policy that these labels make, and what is wrong with them.
pub(super) fn of(labels: Option<&BTreeMap<String, String>>) -> (Policy, Vec<FieldError>) {
    let privileged = Standard {
        level: Level::Privileged,
        version: Version::Latest,
    };
    let mut policy = Policy {
        enforce: privileged,
        warn: privileged,
    };
    let mut errors = Vec::new();
    let speaks = |labels: &&BTreeMap<String, String>| labels.keys().any(|k| k.starts_with(PREFIX));
    let Some(labels) = labels.filter(speaks) else {
        return (policy, errors);
    };
    let enforce = level(labels, "enforce", &mut errors);
    // What cannot be read is refused as strictly as can be, and warned of not at all.
    policy.enforce.level = match enforce {
        Label::Said(level) => level,
        Label::Wrong => Level::Restricted,
        Label::None => Level::Privileged,
    };
    let version_of_enforce = version(labels, "enforce-version", &mut errors);
    policy.enforce.version = version_of_enforce.unwrap_or(Version::Latest);
    // An audit's labels are looked at all the same.
    level(labels, "audit", &mut errors);
    version(labels, "audit-version", &mut errors);
    let warn = level(labels, "warn", &mut errors);
    if let Label::Said(level) = warn {
        policy.warn.level = level;
    }
    let version_of_warn = version(labels, "warn-version", &mut errors);
    policy.warn.version = version_of_warn.unwrap_or(Version::Latest);
    if let (Label::None, Label::Said(level)) = (warn, enforce)
        && level > policy.warn.level
    {
        policy.warn.level = level;
        policy.warn.version = version_of_warn.unwrap_or(policy.enforce.version);
    }
    (policy, errors)
}

/// What a label says.
#[derive(Clone, Copy)]
enum Label {
    None,
    Wrong,
    Said(Level),
}

fn level(labels: &BTreeMap<String, String>, mode: &str, errors: &mut Vec<FieldError>) -> Label {
    let label = format!("{PREFIX}{mode}");
    let Some(text) = labels.get(&label) else {
        return Label::None;
    };
    if let Some(level) = Level::parse(text) {
        return Label::Said(level);
    }
    let detail = "must be one of privileged, baseline, restricted";
    errors.push(wrong(&label, text, detail));
    Label::Wrong
}

fn version(
    labels: &BTreeMap<String, String>,
    mode: &str,
    errors: &mut Vec<FieldError>,
) -> Option<Version> {
    let label = format!("{PREFIX}{mode}");
    let text = labels.get(&label)?;
    let version = Version::parse(text);
    if version.is_none() {
        errors.push(wrong(&label, text, "must be \"latest\" or \"v1.x\""));
    }
    Some(version.unwrap_or(Version::Latest))
}

fn wrong(label: &str, text: &str, detail: &str) -> FieldError {
    FieldError::invalid(format!("metadata.labels[{label}]"), text, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_make_a_policy() {
        let cases: [(&str, &[(&str, &str)], &str, &str, usize); 11] = [
            ("nothing", &[], "privileged:latest", "privileged:latest", 0),
            (
                "enforce",
                &[("enforce", "baseline")],
                "baseline:latest",
                "baseline:latest",
                0,
            ),
            (
                "warn",
                &[("warn", "restricted")],
                "privileged:latest",
                "restricted:latest",
                0,
            ),
            (
                "both",
                &[("enforce", "baseline"), ("warn", "restricted")],
                "baseline:latest",
                "restricted:latest",
                0,
            ),
            (
                "a version",
                &[("enforce", "baseline"), ("enforce-version", "v1.22")],
                "baseline:v1.22",
                "baseline:v1.22",
                0,
            ),
            (
                "two versions",
                &[
                    ("enforce", "baseline"),
                    ("enforce-version", "v1.22"),
                    ("warn-version", "latest"),
                ],
                "baseline:v1.22",
                "baseline:latest",
                0,
            ),
            (
                "no warning",
                &[("enforce", "baseline"), ("warn", "privileged")],
                "baseline:latest",
                "privileged:latest",
                0,
            ),
            (
                "an odd warning",
                &[("enforce", "baseline"), ("warn", "foo")],
                "baseline:latest",
                "privileged:latest",
                1,
            ),
            (
                "an odd level",
                &[("enforce", "foo")],
                "restricted:latest",
                "privileged:latest",
                1,
            ),
            (
                "odd versions",
                &[
                    ("enforce-version", "1.1"),
                    ("warn-version", "v1.01"),
                    ("audit-version", "v2.0"),
                ],
                "privileged:latest",
                "privileged:latest",
                3,
            ),
            (
                "an odd audit",
                &[("audit", "")],
                "privileged:latest",
                "privileged:latest",
                1,
            ),
        ];
        for (name, labels, enforce, warn, wrong) in cases {
            let pair =
                |(key, value): &(&str, &str)| (format!("{PREFIX}{key}"), (*value).to_owned());
            let labels: BTreeMap<String, String> = labels.iter().map(pair).collect();
            let (policy, errors) = of(Some(&labels));
            let got = (policy.enforce.to_string(), policy.warn.to_string());
            assert_eq!(got, (enforce.to_owned(), warn.to_owned()), "{name}");
            assert_eq!(errors.len(), wrong, "{name}");
        }
    }
}

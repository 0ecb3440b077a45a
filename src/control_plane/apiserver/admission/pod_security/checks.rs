//! What the standards forbid, in the order in which they say it: the baseline's rules by name, then those of `restricted`.
//!
//! The real thing: staging/src/k8s.io/pod-security-admission/policy/{registry,checks}.go.

use super::policy::{Level, Standard, Version};
use super::{baseline, restricted};
use k8s_openapi::api::core::v1::{ContainerPort, PodSpec, SecurityContext};
use std::collections::BTreeMap;

/// A rule that a pod breaks: `privileged`, and in parentheses what exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) reason: &'static str,
    pub(super) detail: String,
}

/// All that is said of them: `privileged (container "c" must not …), hostPath volumes (volume "v")`.
pub(super) fn in_detail(broken: &[Broken]) -> String {
    let one = |b: &Broken| format!("{} ({})", b.reason, b.detail);
    broken.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// A pod, or what one will be made of.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) annotations: Option<&'a BTreeMap<String, String>>,
    pub(super) spec: &'a PodSpec,
}

/// One rule.
struct Rule {
    level: Level,
    /// The minor release that it came with.
    since: u32,
    /// The minor release since which `restricted` has a stricter rule instead.
    replaced_since: Option<u32>,
    check: fn(&Pod<'_>) -> Option<Broken>,
}

const fn rule(level: Level, since: u32, check: fn(&Pod<'_>) -> Option<Broken>) -> Rule {
    Rule {
        level,
        since,
        replaced_since: None,
        check,
    }
}

const fn replaced(rule: Rule, since: u32) -> Rule {
    Rule {
        replaced_since: Some(since),
        ..rule
    }
}

const RULES: &[Rule] = &[
    rule(Level::Baseline, 0, baseline::app_armor_profile),
    replaced(rule(Level::Baseline, 0, baseline::capabilities), 22),
    rule(Level::Baseline, 0, baseline::host_namespaces),
    replaced(rule(Level::Baseline, 0, baseline::host_path_volumes), 0),
    rule(Level::Baseline, 0, baseline::host_ports),
    rule(Level::Baseline, 0, baseline::privileged),
    rule(Level::Baseline, 0, baseline::proc_mount),
    rule(Level::Baseline, 0, baseline::se_linux_options),
    replaced(rule(Level::Baseline, 19, baseline::seccomp_profile), 19),
    rule(Level::Baseline, 0, baseline::sysctls),
    rule(Level::Baseline, 0, baseline::windows_host_process),
    rule(Level::Restricted, 8, restricted::allow_privilege_escalation),
    rule(Level::Restricted, 22, restricted::capabilities),
    rule(Level::Restricted, 0, restricted::volumes),
    rule(Level::Restricted, 0, restricted::run_as_non_root),
    rule(Level::Restricted, 23, restricted::run_as_user),
    rule(Level::Restricted, 19, restricted::seccomp_profile),
];

/// The rules that the pod breaks.
pub(super) fn broken(standard: Standard, subject: Subject<'_>) -> Vec<Broken> {
    let pod = Pod::new(standard.version, subject);
    let counts = |rule: &&Rule| {
        let is_replaced = |since: u32| standard.version.has(since);
        let has = match standard.level {
            Level::Privileged => false,
            Level::Baseline => rule.level == Level::Baseline,
            Level::Restricted => !rule.replaced_since.is_some_and(is_replaced),
        };
        has && standard.version.has(rule.since)
    };
    let rules = RULES.iter().filter(counts);
    rules.filter_map(|rule| (rule.check)(&pod)).collect()
}

/// One container, whatever its sort.
pub(super) struct Part<'a> {
    pub(super) name: &'a str,
    pub(super) security: Option<&'a SecurityContext>,
    pub(super) ports: &'a [ContainerPort],
}

pub(super) struct Pod<'a> {
    pub(super) version: Version,
    pub(super) annotations: Option<&'a BTreeMap<String, String>>,
    pub(super) spec: &'a PodSpec,
    /// Those that run first come first.
    pub(super) parts: Vec<Part<'a>>,
}

impl<'a> Pod<'a> {
    fn new(version: Version, subject: Subject<'a>) -> Self {
        let spec = subject.spec;
        let first = spec.init_containers.iter().flatten();
        let containers = first.chain(&spec.containers).map(|c| Part {
            name: &c.name,
            security: c.security_context.as_ref(),
            ports: c.ports.as_deref().unwrap_or_default(),
        });
        let ephemeral = spec.ephemeral_containers.iter().flatten();
        let ephemeral = ephemeral.map(|c| Part {
            name: &c.name,
            security: c.security_context.as_ref(),
            ports: c.ports.as_deref().unwrap_or_default(),
        });
        Self {
            version,
            annotations: subject.annotations,
            spec,
            parts: containers.chain(ephemeral).collect(),
        }
    }

    /// The names of the containers of which this is true.
    pub(super) fn named(&self, test: impl Fn(&Part<'a>) -> bool) -> Vec<&'a str> {
        let parts = self.parts.iter();
        parts
            .filter(|part| test(part))
            .map(|part| part.name)
            .collect()
    }

    /// Those of which this is true of what they say about security.
    pub(super) fn saying(&self, test: impl Fn(&SecurityContext) -> bool) -> Vec<&'a str> {
        self.named(|part| part.security.is_some_and(&test))
    }

    /// Rules about Linux do not hold for Windows.
    pub(super) fn is_windows(&self) -> bool {
        let os = self.spec.os.as_ref();
        self.version.has(25) && os.is_some_and(|os| os.name == "windows")
    }
}

/// `containers "a", "b"`.
pub(super) fn containers(names: &[&str]) -> String {
    format!(
        "{} {}",
        either(names.len(), "container", "containers"),
        quoted(names)
    )
}

pub(super) fn either(count: usize, one: &'static str, several: &'static str) -> &'static str {
    if count == 1 { one } else { several }
}

pub(super) fn quoted<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> String {
    let texts = texts.into_iter().map(|text| format!("{:?}", text.as_ref()));
    texts.collect::<Vec<_>>().join(", ")
}

/// `pod and container "c"`: who says what must not be said; `None` if nobody does.
pub(super) fn setters(pod: bool, names: &[&str]) -> Option<String> {
    let mut all = Vec::new();
    if pod {
        all.push("pod".to_owned());
    }
    if !names.is_empty() {
        all.push(containers(names));
    }
    (!all.is_empty()).then(|| all.join(" and "))
}

pub(super) fn broken_by(names: &[&str], reason: &'static str, why: &str) -> Option<Broken> {
    (!names.is_empty()).then(|| Broken {
        reason,
        detail: format!("{} {why}", containers(names)),
    })
}

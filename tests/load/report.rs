//! How long requests took, how soon watches were told, what the server needed: a table, and Kubernetes' objectives to hold it against.

use super::client::Done;
use super::history::{History, Told};
use super::objects::{RESOURCES, Resource};
use super::watcher::Temper;
use std::collections::HashMap;
use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

/// What is asked for, as the objectives tell requests apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Create,
    Update,
    Patch,
    Delete,
    Get,
    ListNamespace,
    ListCluster,
}

const CLASSES: [Class; 7] = [
    Class::Create,
    Class::Update,
    Class::Patch,
    Class::Delete,
    Class::Get,
    Class::ListNamespace,
    Class::ListCluster,
];

impl Class {
    /// What the 99th percentile of each kind's requests is to stay below.
    const fn objective(self) -> Duration {
        match self {
            Self::Create | Self::Update | Self::Patch | Self::Delete | Self::Get => {
                Duration::from_secs(1)
            }
            Self::ListNamespace => Duration::from_secs(5),
            Self::ListCluster => Duration::from_secs(30),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::Get => "get",
            Self::ListNamespace => "list a namespace",
            Self::ListCluster => "list the cluster",
        }
    }
}

/// Times of one sort, shortest first.
struct Times(Vec<Duration>);

impl Times {
    fn of(times: impl Iterator<Item = Duration>) -> Self {
        let mut times: Vec<Duration> = times.collect();
        times.sort_unstable();
        Self(times)
    }

    /// So many in a thousand are no longer than this.
    fn within(&self, thousandths: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = (self.0.len() * thousandths).div_ceil(1000);
        let index = index.saturating_sub(1).min(last);
        self.0.get(index).copied().unwrap_or_default()
    }

    fn row(&self) -> String {
        let ms = |thousandths| {
            let ms = self.within(thousandths).as_secs_f64() * 1000.0;
            format!("{ms:.1}")
        };
        let (p50, p90, p99, max) = (ms(500), ms(900), ms(990), ms(1000));
        format!("{:>8} {p50:>9} {p90:>9} {p99:>9} {max:>9}", self.0.len())
    }
}

pub(crate) struct Report {
    took: Vec<(Class, Resource, Times)>,
    classes: Vec<(Class, Times)>,
    lag: Times,
    told: usize,
    different: usize,
    conflicts: u64,
    requests: usize,
    writes: usize,
    lasted: Duration,
    settling: Duration,
    server: Process,
}

impl Report {
    pub(crate) fn new(
        history: &History,
        told: &[Told],
        done: &[Done],
        lasted: Duration,
        settling: Duration,
        server: u32,
    ) -> Self {
        let all = || done.iter().flat_map(|done| &done.took);
        let classes = CLASSES.map(|class| {
            let own = all().filter(|(_, c, _)| *c == class);
            (class, Times::of(own.map(|(_, _, took)| *took)))
        });
        let mut took = Vec::new();
        for class in CLASSES {
            for resource in RESOURCES {
                let own = all().filter(|(r, c, _)| *c == class && r == resource);
                let times = Times::of(own.map(|(_, _, took)| *took));
                took.push((class, *resource, times));
            }
        }
        let writes = || done.iter().flat_map(|done| &done.acknowledged);
        let at: HashMap<u64, Instant> = writes().map(|w| (w.revision, w.at)).collect();
        let events = || told.iter().flat_map(|told| &told.events);
        // Slow readers are slow of themselves.
        let eager = told.iter().filter(|told| told.temper == Temper::Eager);
        let eager = eager.flat_map(|told| &told.events);
        let lag = eager.filter_map(|(event, told)| {
            let acknowledged = at.get(&event.revision())?;
            Some(told.saturating_duration_since(*acknowledged))
        });
        Self {
            took,
            classes: classes.into(),
            lag: Times::of(lag),
            told: events().count(),
            different: history.len(),
            conflicts: done.iter().map(|done| done.conflicts).sum(),
            requests: all().count(),
            writes: writes().count()
                + usize::try_from(done.iter().map(|d| d.deleted).sum::<u64>())
                    .expect("it fits in memory"),
            lasted,
            settling,
            server: Process::of(server),
        }
    }

    /// Holds it against the objectives.
    ///
    /// # Panics
    /// If one of them is missed.
    pub(crate) fn judge(&self) {
        for (class, resource, times) in &self.took {
            let (p99, most) = (times.within(990), class.objective());
            let name = class.name();
            assert!(
                p99 <= most,
                "{name} {resource:?}: p99 {p99:?}, not {most:?}"
            );
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<18} {:>8} {:>9} {:>9} {:>9} {:>9}",
            "ms", "count", "p50", "p90", "p99", "max"
        )?;
        for (class, times) in &self.classes {
            writeln!(f, "{:<18} {}", class.name(), times.row())?;
        }
        writeln!(f, "{:<18} {}", "watch, after ack", self.lag.row())?;
        let rate = |count: usize| count as f64 / self.lasted.as_secs_f64();
        writeln!(
            f,
            "{:.0} requests/s, {:.0} acknowledged writes/s, {:.0} watch events/s ({} events, {} different), {} conflicts",
            rate(self.requests),
            rate(self.writes),
            rate(self.told),
            self.told,
            self.different,
            self.conflicts,
        )?;
        writeln!(
            f,
            "settled {:.1} s after the last request; server: {}",
            self.settling.as_secs_f64(),
            self.server
        )
    }
}

/// What the system says of the server.
struct Process {
    status: String,
    stat: String,
}

impl Process {
    fn of(pid: u32) -> Self {
        // Systems without /proc say nothing.
        let read = |name| fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default();
        Self {
            status: read("status"),
            stat: read("stat"),
        }
    }
}

impl fmt::Display for Process {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let memory = |field: &str| {
            let line = self.status.lines().find_map(|l| l.strip_prefix(field));
            let kib = line.and_then(|l| l.trim().strip_suffix(" kB"));
            let kib: u64 = kib.and_then(|text| text.parse().ok()).unwrap_or(0);
            kib / 1024
        };
        // After the name in brackets: fields 14 and 15, user and system time in hundredths of a second.
        let rest = self.stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let times = rest.split_whitespace().skip(11).take(2);
        let ticks: u64 = times.filter_map(|text| text.parse::<u64>().ok()).sum();
        let seconds = ticks as f64 / 100.0;
        write!(
            f,
            "{} MiB resident, {} MiB at most, {seconds:.1} s of CPU time",
            memory("VmRSS:"),
            memory("VmHWM:"),
        )
    }
}

//! `kubeloop run`: applies manifests, lets the cluster run, prints what came of them.

use crate::diagnostics::{self, Finding};
use crate::sources::{self, Source};
use crate::terminal::Progress;
use clap::{Args, ValueEnum};
use kubeloop::api::time::Ms;
use kubeloop::api::yaml::{self, Document};
use kubeloop::api::{Answer, Key, Kind, Name, Object, Request, Uid};
use kubeloop::kubectl::ADMIN;
use kubeloop::kubectl::apply::{self, Applied, Refused};
use kubeloop::kubectl::printers::{Format, Layout, print};
use kubeloop::kubectl::{duration, trace};
use kubeloop::sim::trace::to_json;
use kubeloop::sim::{Cluster, ClusterOptions, Pace, Step, StepEvent};
use std::collections::BTreeSet;
use std::process::ExitCode;

/// Whoever waits for a cluster to settle does not wait longer than this, in the cluster's time.
const SETTLE_MS_MAX: Ms = 3_600_000;

/// How many things that it still waits for are named.
const WAITS_FOR_MAX: usize = 8;

/// Apply manifests, run the cluster, print what came of them.
#[derive(Args)]
#[command(after_help = "Examples:
  kubeloop run web.yaml                              until nothing is left to do
  kubeloop run manifests/ --nodes 5 --until 10m      ten minutes of the cluster's time
  kubeloop run web.yaml -o trace                     every step in words
  kubeloop run web.yaml -o trace-json | jq .process  every step as one line of JSON
  kubectl get deploy web -o yaml | kubeloop run -    what would become of it here

Exit codes: 0 settled, 1 refused (all errors are shown, nothing is applied), 2 not settled in the time given.")]
pub struct Options {
    /// Files, folders (their *.yaml, *.yml and *.json) or - for standard input
    #[arg(required = true, value_name = "FILE|DIR|-")]
    paths: Vec<String>,
    /// How many nodes the cluster has
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(0..=5000))]
    nodes: u32,
    /// The seed of everything random: names, uids, ties
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// When to stop: `settled` (nothing left to do; an hour at most), or after this much of the cluster's time: 90s, 5m, 1h30m
    #[arg(long, default_value = "settled", value_parser = until)]
    until: Until,
    /// The namespace of objects that name none
    #[arg(short, long, default_value = "default")]
    namespace: String,
    /// What to print: the objects as tables (without this), or
    #[arg(short, long, value_enum)]
    output: Option<Print>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Settled,
    After(Ms),
}

fn until(text: &str) -> Result<Until, String> {
    match text {
        "settled" => Ok(Until::Settled),
        text => duration::parse(text).map(Until::After),
    }
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Print {
    /// tables with all columns
    Wide,
    /// the objects as a YAML list
    Yaml,
    /// the objects as a JSON list
    Json,
    /// deployment.apps/web, one per line
    Name,
    /// each step in words
    Trace,
    /// each step as one line of JSON
    TraceJson,
}

/// Runs the command.
pub fn run(options: &Options) -> ExitCode {
    let sources = match sources::read(&options.paths) {
        Ok(sources) => sources,
        Err(errors) => {
            for error in errors {
                eprintln!("error: {error}");
            }
            return ExitCode::from(1);
        }
    };
    let mut world = World::new(options);
    let (documents, mut findings) = parse(&sources);
    let applied = world.apply_all(&documents, &sources, &options.namespace, &mut findings);
    if !findings.is_empty() {
        diagnostics::print(findings, &sources);
        return ExitCode::from(1);
    }
    if documents.is_empty() {
        eprintln!("error: no objects passed to apply");
        return ExitCode::from(1);
    }
    world.begin(&applied);
    world.run(options.until);
    world.finish(&applied);
    if world.cluster.is_settled() {
        return ExitCode::SUCCESS;
    }
    world.say_what_it_waits_for();
    ExitCode::from(2)
}

/// Every document with the position of its source, and what is wrong with the texts.
fn parse(sources: &[Source]) -> (Vec<(usize, Document)>, Vec<Finding>) {
    let mut documents = Vec::new();
    let mut findings = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let (found, errors) = yaml::parse_bytes(&source.bytes);
        documents.extend(found.into_iter().map(|document| (index, document)));
        findings.extend(
            errors
                .into_iter()
                .map(|error| Finding::of_text(index, error)),
        );
    }
    (documents, findings)
}

/// The cluster, and what is printed while it runs.
struct World {
    cluster: Cluster,
    print: Option<Print>,
    began_ms: Ms,
    /// The steps of applying, held back until it is known that nothing was refused.
    applying: Vec<Step>,
}

impl World {
    fn new(options: &Options) -> Self {
        let cluster = Cluster::booted(ClusterOptions {
            nodes: options.nodes,
            seed: options.seed,
            ..ClusterOptions::default()
        });
        Self {
            began_ms: cluster.now_ms(),
            cluster,
            print: options.output,
            applying: Vec::new(),
        }
    }

    /// Applies every document, whatever became of those before it; refusals go to the findings.
    fn apply_all(
        &mut self,
        documents: &[(usize, Document)],
        sources: &[Source],
        namespace: &str,
        findings: &mut Vec<Finding>,
    ) -> Vec<Applied> {
        let options = apply::Options {
            namespace: Name::from(namespace),
            ..apply::Options::default()
        };
        let mut applied = Vec::new();
        for (source, document) in documents {
            match apply::apply(&document.value, &options, &mut |request| self.send(request)) {
                Ok(done) => applied.push(done),
                Err(refused) => {
                    let Refused { status, .. } = &refused;
                    let text = refused.text(&sources[*source].name);
                    findings.extend(Finding::of_refusal(*source, document, status, text));
                }
            }
        }
        applied
    }

    fn send(&mut self, request: Request) -> Answer {
        let request = request.by(ADMIN);
        if request.only_reads() {
            return self.cluster.ask(&request);
        }
        let step = self.cluster.submit(request);
        let StepEvent::User { answer, .. } = &step.event else {
            unreachable!("a submitted request is a user's step");
        };
        let answer = (**answer).clone();
        self.applying.push(step);
        answer
    }

    /// Says what was applied.
    fn begin(&mut self, applied: &[Applied]) {
        for done in applied {
            for warning in &done.warnings {
                eprintln!("Warning: {warning}");
            }
            if matches!(self.print, None | Some(Print::Wide)) {
                println!("{}", done.line());
            }
        }
        for step in std::mem::take(&mut self.applying) {
            self.print_step(&step);
        }
    }

    fn run(&mut self, until: Until) {
        let mut progress = Progress::new();
        let (limit_ms, stops_early) = match until {
            Until::Settled => (self.began_ms + SETTLE_MS_MAX, true),
            Until::After(ms) => (self.began_ms.saturating_add(ms), false),
        };
        while !(stops_early && self.cluster.is_settled()) {
            if self
                .cluster
                .next_due_ms()
                .is_none_or(|due_ms| due_ms > limit_ms)
            {
                self.cluster.wait_until(limit_ms);
                break;
            }
            let Some(step) = self.cluster.step_default(Pace::Turn) else {
                break;
            };
            self.print_step(&step);
            if step.index % 256 == 0 {
                progress.show(|| {
                    let passed = trace::seconds(self.cluster.now_ms() - self.began_ms);
                    let waits = self.cluster.waits_for(1);
                    let next = waits
                        .first()
                        .map(|ready| trace::waits_for(ready, self.cluster.now_ms()));
                    format!(
                        "{passed}, {} steps; waits for {}",
                        step.index,
                        next.as_deref().unwrap_or("nothing")
                    )
                });
            }
        }
    }

    fn print_step(&self, step: &Step) {
        match self.print {
            Some(Print::Trace) => print!("{}", trace::full(step)),
            Some(Print::TraceJson) => println!("{}", to_json(step, &self.cluster)),
            Some(Print::Wide | Print::Yaml | Print::Json | Print::Name) | None => {}
        }
    }

    /// Prints the objects that were applied, and what they own.
    fn finish(&self, applied: &[Applied]) {
        let format = match self.print {
            Some(Print::Trace | Print::TraceJson) => return,
            None => Format::Table,
            Some(Print::Wide) => Format::Wide,
            Some(Print::Yaml) => Format::Yaml,
            Some(Print::Json) => Format::Json,
            Some(Print::Name) => Format::Name,
        };
        let objects = self.family(applied);
        let first = objects.first();
        let layout = Layout {
            with_kind: first
                .is_some_and(|first| objects.iter().any(|object| object.kind() != first.kind())),
            with_namespace: namespaces(&objects).len() > 1,
            ..Layout::default()
        };
        if matches!(format, Format::Table | Format::Wide) {
            println!();
        }
        print!(
            "{}",
            print(&objects, format, &layout, self.cluster.now_ms())
        );
    }

    /// The applied objects that are still there, and everything that they own, kind by kind: first the applied kinds, then those below.
    fn family(&self, applied: &[Applied]) -> Vec<Object> {
        let head = self.cluster.store().head();
        let keys: Vec<Key> = applied.iter().map(|done| done.key.clone()).collect();
        let mut family: Vec<Object> = Vec::new();
        let mut generation: Vec<Object> = keys
            .iter()
            .filter_map(|key| head.get(key).cloned())
            .collect();
        let mut seen = BTreeSet::new();
        while !generation.is_empty() {
            generation.retain(|object| seen.insert(object.key()));
            family.extend(generation.iter().cloned());
            let uids = generation
                .iter()
                .map(|object| kubeloop::api::owner::uid_of(object.metadata()));
            let uids: Vec<Uid> = uids.collect();
            generation = Kind::ALL
                .iter()
                .filter(|kind| **kind != Kind::Event)
                .flat_map(|kind| uids.iter().flat_map(|uid| head.table(*kind).owned_by(*uid)))
                .cloned()
                .collect();
        }
        let mut kinds: Vec<Kind> = Vec::new();
        for object in &family {
            if !kinds.contains(&object.kind()) {
                kinds.push(object.kind());
            }
        }
        family.sort_by_key(|object| {
            let rank = kinds.iter().position(|kind| *kind == object.kind());
            (rank, object.namespace(), object.name())
        });
        family
    }

    fn say_what_it_waits_for(&self) {
        let now_ms = self.cluster.now_ms();
        let passed = now_ms - self.began_ms;
        eprintln!(
            "error: not settled after {} of the cluster's time; it waits for",
            trace::seconds(passed)
        );
        for ready in self.cluster.waits_for(WAITS_FOR_MAX) {
            eprintln!("  {}", trace::waits_for(&ready, now_ms));
        }
        if self.cluster.waits_for(1).is_empty() {
            eprintln!("  the node lifecycle controller to notice that a node is gone");
        }
    }
}

fn namespaces(objects: &[Object]) -> BTreeSet<String> {
    let all = objects.iter().map(|object| object.namespace().to_string());
    all.filter(|namespace| !namespace.is_empty()).collect()
}

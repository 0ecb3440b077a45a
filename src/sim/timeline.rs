//! A run that can be rewound: inputs, sparse checkpoints, a cursor. Going back loses nothing: doing something else in the past forks.
//!
//! Only what a person did is recorded; every other step is the default one and is recomputed. A replay is checked against the
//! fingerprint of each step as it was first taken: if one differs, the model is not deterministic, and that is our bug.
//!
//! The idea: stateright's and raftscope's checkpoints with seek and fork.

use super::cluster::{Cluster, ClusterOptions};
use super::faults::Fault;
use super::record::{
    Input, Mark, MarkKind, RUN_VERSION, Run, Sample, default_step, perform, sample, sample_after,
};
use super::step::{Choice, Pace, Step, StepEvent};
use crate::api::Request;
use crate::api::time::Ms;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How many steps lie between checkpoints, at first. After each, whatever a step touches is copied once more, and the older version kept:
/// with 64, a run of 5,000 pods took almost twice its time. To take this many steps again takes a few milliseconds.
const CHECKPOINT_STEPS: u64 = 512;

/// When there are more checkpoints than this, every second one is dropped and the distance doubles.
const CHECKPOINTS_MAX: usize = 64;

/// A future that was left behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Branch {
    /// The step at which it parts from the one being looked at.
    pub forks_at: u64,
    /// How long it is, in steps from the beginning.
    pub len: u64,
    run: Run,
}

/// One run and where in it we are.
#[derive(Clone, Debug)]
pub struct Timeline {
    options: ClusterOptions,
    inputs: BTreeMap<u64, Input>,
    fingerprints: Vec<u32>,
    marks: Vec<Mark>,
    samples: Vec<Sample>,
    checkpoints: BTreeMap<u64, Arc<Cluster>>,
    spacing: u64,
    cluster: Cluster,
    current: Option<Step>,
    branches: Vec<Branch>,
}

impl Timeline {
    /// The beginning of a run: a booted cluster, no steps yet.
    #[must_use]
    pub fn new(options: ClusterOptions) -> Self {
        Self::of(Cluster::booted(options))
    }

    /// The beginning of a run in this cluster, which has just booted.
    #[must_use]
    pub fn of(cluster: Cluster) -> Self {
        Self {
            options: cluster.options().clone(),
            inputs: BTreeMap::new(),
            fingerprints: Vec::new(),
            marks: Vec::new(),
            samples: vec![sample(&cluster)],
            checkpoints: BTreeMap::from([(0, Arc::new(cluster.clone()))]),
            spacing: CHECKPOINT_STEPS,
            cluster,
            current: None,
            branches: Vec::new(),
        }
    }

    /// Takes a saved run again, up to its cursor; what lies beyond can be reached by `seek`.
    ///
    /// # Errors
    /// In words for the learner, if the run is of another version or does not fit this model.
    pub fn replay(run: &Run) -> Result<Self, String> {
        if run.version != RUN_VERSION {
            return Err(format!(
                "this run was saved in format {}, and this page reads format {RUN_VERSION}",
                run.version
            ));
        }
        let mut timeline = Self::new(run.options.clone());
        while timeline.len() < run.steps {
            let at = timeline.len();
            let done = match run.inputs.get(&at) {
                Some(input) => timeline.take(input.clone()),
                None => timeline.take_default(Pace::Turn),
            };
            done.map_err(|why| format!("step {at} of the saved run cannot be taken again: {why}"))?;
        }
        timeline.seek(run.cursor);
        Ok(timeline)
    }

    /// The run as a value. Branches are not part of it.
    #[must_use]
    pub fn run(&self) -> Run {
        Run {
            version: RUN_VERSION,
            options: self.options.clone(),
            inputs: self.inputs.clone(),
            steps: self.len(),
            cursor: self.cursor(),
        }
    }

    /// The cluster at the cursor.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// How many steps lie behind the cursor.
    #[must_use]
    pub fn cursor(&self) -> u64 {
        self.cluster.steps()
    }

    /// How many steps this run has, before and after the cursor.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.fingerprints.len() as u64
    }

    /// Has nothing happened yet?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// The step that led to the cursor; `None` at the beginning.
    #[must_use]
    pub fn current(&self) -> Option<&Step> {
        self.current.as_ref()
    }

    /// Steps worth finding again, oldest first.
    #[must_use]
    pub fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The convergence plot, oldest first. A sample holds until the next.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Futures that were left behind, oldest first.
    #[must_use]
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// One step on: the recorded one if the cursor is in the past, else the default one. `None` if nothing can happen.
    pub fn advance(&mut self, pace: Pace) -> Option<&Step> {
        if self.cursor() < self.len() {
            self.retake();
        } else {
            self.take_default(pace).ok()?;
        }
        self.current()
    }

    /// One default step on, at this pace; in the past this forks if the pace differs from what was recorded.
    pub fn step(&mut self, pace: Pace) -> Option<&Step> {
        let recorded = self.inputs.get(&self.cursor());
        let same = match recorded {
            None => pace == Pace::Turn,
            Some(Input::Step {
                choice: None,
                pace: recorded,
            }) => *recorded == pace,
            Some(_) => false,
        };
        if self.cursor() < self.len() && !same {
            self.fork();
        }
        self.advance(pace)
    }

    /// Does what the learner chose. `None` if it cannot happen now.
    pub fn choose(&mut self, choice: Choice, pace: Pace) -> Option<&Step> {
        self.input(Input::Step {
            choice: Some(choice),
            pace,
        })
        .ok()
    }

    /// Sends a user's request.
    pub fn submit(&mut self, request: Request) -> &Step {
        self.input(Input::Submit(Box::new(request)))
            .expect("a request is always answered, if only by a refusal")
    }

    /// What people did in the steps `from` to `to` (exclusive), oldest first.
    pub fn inputs(&self, from: u64, to: u64) -> impl Iterator<Item = (u64, &Input)> {
        self.inputs
            .range(from..to.max(from))
            .map(|(at, input)| (*at, input))
    }

    /// Breaks or mends something.
    ///
    /// # Errors
    /// Those of [`Cluster::fault`]; nothing has happened then.
    pub fn fault(&mut self, fault: Fault) -> Result<&Step, String> {
        self.cluster.clone().fault(fault.clone())?;
        self.input(Input::Fault(fault))
    }

    /// Lets the clock run to this time, or to the next thing that is due. `None` if no time passes.
    pub fn wait_until(&mut self, at_ms: Ms) -> Option<&Step> {
        if at_ms <= self.cluster.now_ms() {
            return None;
        }
        self.input(Input::WaitUntil(at_ms)).ok()
    }

    /// Moves the cursor; beyond the end it stops at the end.
    pub fn seek(&mut self, step: u64) {
        let step = step.min(self.len());
        if step == self.cursor() {
            return;
        }
        // The last step is taken again, so that it can be shown.
        let from = step.saturating_sub(1);
        let (at, checkpoint) = self
            .checkpoints
            .range(..=from)
            .next_back()
            .expect("there is a checkpoint at 0");
        let near = self.cursor() <= from && self.cursor() >= *at;
        if !near {
            self.cluster = Cluster::clone(checkpoint);
            self.current = None;
        }
        while self.cursor() < step {
            self.retake();
        }
    }

    /// Steps `from` to `to` (exclusive), recomputed.
    #[must_use]
    pub fn steps(&self, from: u64, to: u64) -> Vec<Step> {
        let mut copy = self.shallow();
        copy.seek(from);
        let mut steps = Vec::new();
        while copy.cursor() < to.min(copy.len()) {
            copy.retake();
            steps.extend(copy.current.clone());
        }
        steps
    }

    /// Makes another branch the run; the one that it replaces becomes a branch. The cursor goes to where they part.
    ///
    /// # Errors
    /// In words, if there is no such branch.
    pub fn switch(&mut self, branch: usize) -> Result<(), String> {
        if branch >= self.branches.len() {
            return Err(format!("there is no branch {branch}"));
        }
        let chosen = self.branches.remove(branch);
        let left = Branch {
            forks_at: chosen.forks_at,
            len: self.len(),
            run: self.run(),
        };
        let mut branches = std::mem::take(&mut self.branches);
        branches.push(left);
        *self = Self::replay(&Run {
            cursor: chosen.forks_at,
            ..chosen.run
        })?;
        self.branches = branches;
        Ok(())
    }

    /// The same run without its branches, for looking around in.
    fn shallow(&self) -> Self {
        Self {
            branches: Vec::new(),
            ..self.clone()
        }
    }

    fn input(&mut self, input: Input) -> Result<&Step, String> {
        if self.cursor() < self.len() {
            self.fork();
        }
        self.take(input)?;
        Ok(self.current.as_ref().expect("a step was just taken"))
    }

    /// Keeps the future as a branch and cuts it off.
    fn fork(&mut self) {
        let cursor = self.cursor();
        self.branches.push(Branch {
            forks_at: cursor,
            len: self.len(),
            run: self.run(),
        });
        self.inputs.split_off(&cursor);
        self.fingerprints
            .truncate(usize::try_from(cursor).expect("as many steps as fit in memory"));
        self.checkpoints.split_off(&(cursor + 1));
        self.marks.retain(|mark| mark.step <= cursor);
        self.samples.retain(|sample| sample.step <= cursor);
    }

    /// Takes the step at the cursor again, as it was recorded.
    fn retake(&mut self) {
        let at = self.cursor();
        let step = match self.inputs.get(&at).cloned() {
            Some(input) => perform(&mut self.cluster, &input),
            None => default_step(&mut self.cluster, Pace::Turn),
        };
        self.current = Some(step.expect("a recorded step can be taken again"));
        let index = usize::try_from(at).expect("as many steps as fit in memory");
        assert_eq!(
            self.fingerprints[index],
            self.cluster.fingerprint(),
            "step {at} is the same when taken again"
        );
    }

    fn take_default(&mut self, pace: Pace) -> Result<(), String> {
        if pace == Pace::Phase {
            return self.take(Input::Step { choice: None, pace });
        }
        let step = default_step(&mut self.cluster, pace)?;
        self.record(step);
        Ok(())
    }

    fn take(&mut self, input: Input) -> Result<(), String> {
        let at = self.cursor();
        let step = perform(&mut self.cluster, &input)?;
        self.inputs.insert(at, input);
        self.record(step);
        Ok(())
    }

    /// Notes a step that was just taken for the first time.
    fn record(&mut self, step: Step) {
        self.fingerprints.push(self.cluster.fingerprint());
        let (cursor, at_ms) = (self.cursor(), self.cluster.now_ms());
        let kind = match &step.event {
            StepEvent::User { .. } => Some(MarkKind::User),
            StepEvent::Fault(_) => Some(MarkKind::Fault),
            _ => None,
        };
        self.marks.extend(kind.map(|kind| Mark {
            step: cursor,
            at_ms,
            kind,
        }));
        let unsettled = self
            .marks
            .last()
            .is_some_and(|mark| mark.kind != MarkKind::Settled);
        if kind.is_none() && unsettled && self.cluster.is_settled() {
            self.marks.push(Mark {
                step: cursor,
                at_ms,
                kind: MarkKind::Settled,
            });
        }
        let last = *self.samples.last().expect("there is a sample at 0");
        let new = sample_after(last, &self.cluster, &step);
        self.samples.extend(new);
        self.current = Some(step);
        if cursor % self.spacing == 0 {
            let checkpoint = Arc::new(self.cluster.clone());
            self.checkpoints.insert(cursor, checkpoint);
            self.thin_out();
        }
    }

    fn thin_out(&mut self) {
        if self.checkpoints.len() > CHECKPOINTS_MAX {
            self.spacing *= 2;
            let spacing = self.spacing;
            self.checkpoints.retain(|step, _| step % spacing == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Request;
    use k8s_openapi::api::core::v1::ConfigMap;

    fn config_map(name: &str) -> Request {
        let mut object = ConfigMap::default();
        object.metadata.name = Some(name.to_owned());
        object.metadata.namespace = Some("default".to_owned());
        Request::create(object)
    }

    fn told(steps: u64) -> Timeline {
        let mut timeline = Timeline::new(ClusterOptions::default());
        timeline.submit(config_map("a"));
        while timeline.len() < steps {
            let name = format!("a{}", timeline.len());
            if timeline.len() % 7 == 3 || timeline.step(Pace::Turn).is_none() {
                timeline.submit(config_map(&name));
            }
        }
        timeline
    }

    #[test]
    fn going_back_shows_what_was() {
        let mut timeline = told(2 * CHECKPOINT_STEPS + 100);
        let end = timeline.cluster().clone();
        let len = timeline.len();
        timeline.seek(CHECKPOINT_STEPS + 1);
        let from_a_checkpoint = timeline.cluster().clone();
        timeline.seek(1);
        assert_eq!(timeline.cursor(), 1);
        assert!(matches!(
            timeline.current().map(|step| &step.event),
            Some(StepEvent::User { .. })
        ));
        timeline.seek(CHECKPOINT_STEPS + 1);
        assert!(*timeline.cluster() == from_a_checkpoint);
        timeline.seek(len);
        assert!(
            *timeline.cluster() == end,
            "the future is the same when taken again"
        );
        assert!(timeline.branches().is_empty(), "looking does not fork");
    }

    #[test]
    fn doing_something_else_in_the_past_forks() {
        let mut timeline = told(10);
        timeline.seek(3);
        timeline.submit(config_map("b"));
        assert_eq!((timeline.len(), timeline.branches().len()), (4, 1));
        assert_eq!(timeline.branches()[0].forks_at, 3);
        timeline.switch(0).expect("there is a branch");
        assert_eq!(
            (timeline.cursor(), timeline.len(), timeline.branches().len()),
            (3, 10, 1)
        );
    }

    #[test]
    fn a_saved_run_is_the_same_run() {
        let mut timeline = told(40);
        timeline.seek(20);
        let text = serde_json::to_string(&timeline.run()).expect("plain data");
        let run: Run = serde_json::from_str(&text).expect("reads what it wrote");
        let again = Timeline::replay(&run).expect("the same model");
        assert!(again.cluster() == timeline.cluster());
        assert_eq!((again.cursor(), again.len()), (20, 40));
        assert!(
            Timeline::replay(&Run { version: 99, ..run }).is_err(),
            "another format is refused"
        );
    }
}

//! Taking a saved run again, a slice at a time, so that a page can show how far it is.

use crate::sim::{Cluster, ClusterOptions, Input, Pace, RUN_VERSION, Run, Timeline};
use std::collections::BTreeMap;

/// A run on its way back.
#[derive(Debug)]
pub struct Restore {
    run: Run,
    stage: Stage,
}

/// First the cluster boots, then the run is taken again.
#[derive(Debug)]
enum Stage {
    Boots(Box<Cluster>),
    Runs(Box<Timeline>),
}

impl Restore {
    /// Begins with the cluster that the run began with.
    ///
    /// # Errors
    /// In words for the learner, if the run is of another version.
    pub fn new(run: Run) -> Result<Self, String> {
        if run.version != RUN_VERSION {
            return Err(format!(
                "it was saved in format {}, and this page reads format {RUN_VERSION}",
                run.version
            ));
        }
        Ok(Self {
            stage: Stage::Boots(Box::new(Cluster::new(run.options.clone()))),
            run,
        })
    }

    /// The beginning of a run, with nothing in it yet.
    #[must_use]
    pub fn fresh(options: ClusterOptions) -> Self {
        Self {
            stage: Stage::Boots(Box::new(Cluster::new(options.clone()))),
            run: Run {
                version: RUN_VERSION,
                options,
                inputs: BTreeMap::new(),
                steps: 0,
                cursor: 0,
            },
        }
    }

    /// Is everything done?
    #[must_use]
    pub fn is_done(&self) -> bool {
        match &self.stage {
            Stage::Boots(_) => false,
            Stage::Runs(timeline) => timeline.len() >= self.run.steps,
        }
    }

    /// Takes at most so many steps again.
    ///
    /// # Errors
    /// In words for the learner, if a step of the run is not possible in this model.
    pub fn go_on(&mut self, steps_max: u32) -> Result<(), String> {
        if let Stage::Boots(cluster) = &mut self.stage {
            if cluster.boot(steps_max) {
                let cluster = Cluster::clone(cluster);
                self.stage = Stage::Runs(Box::new(Timeline::of(cluster)));
            }
            return Ok(());
        }
        for _ in 0..steps_max {
            let Stage::Runs(timeline) = &mut self.stage else {
                unreachable!("it has booted");
            };
            let at = timeline.len();
            if at >= self.run.steps {
                break;
            }
            let done = match self.run.inputs.get(&at).cloned() {
                None => timeline.advance(Pace::Turn).is_some(),
                Some(Input::Step { choice: None, pace }) => timeline.step(pace).is_some(),
                Some(Input::Step {
                    choice: Some(choice),
                    pace,
                }) => timeline.choose(choice, pace).is_some(),
                Some(Input::Submit(request)) => {
                    timeline.submit(*request);
                    true
                }
                Some(Input::Fault(fault)) => timeline.fault(fault).is_ok(),
                Some(Input::WaitUntil(at_ms)) => timeline.wait_until(at_ms).is_some(),
            };
            if !done {
                return Err(format!("its step {at} is not possible here"));
            }
        }
        Ok(())
    }

    /// The run, at the step at which it was left; `None` before it is done.
    #[must_use]
    pub fn finish(self) -> Option<Timeline> {
        let Stage::Runs(mut timeline) = self.stage else {
            return None;
        };
        timeline.seek(self.run.cursor);
        Some(*timeline)
    }
}

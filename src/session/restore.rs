//! Taking a saved run again, a slice at a time, so that a page can show how far it is.

use crate::sim::{Input, Pace, RUN_VERSION, Run, Timeline};

/// A run on its way back.
#[derive(Debug)]
pub struct Restore {
    run: Run,
    timeline: Timeline,
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
            timeline: Timeline::new(run.options.clone()),
            run,
        })
    }

    /// How many steps are done, and how many there are.
    #[must_use]
    pub fn progress(&self) -> (u64, u64) {
        (self.timeline.len(), self.run.steps)
    }

    /// Is everything done?
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.timeline.len() >= self.run.steps
    }

    /// Takes at most so many steps again.
    ///
    /// # Errors
    /// In words for the learner, if a step of the run is not possible in this model.
    pub fn go_on(&mut self, steps_max: u32) -> Result<(), String> {
        for _ in 0..steps_max {
            if self.is_done() {
                break;
            }
            let at = self.timeline.len();
            let timeline = &mut self.timeline;
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

    /// The run, at the step at which it was left.
    #[must_use]
    pub fn finish(mut self) -> Timeline {
        self.timeline.seek(self.run.cursor);
        self.timeline
    }
}

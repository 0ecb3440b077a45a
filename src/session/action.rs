//! What a person can do, one variant each; and [`Session::apply`], which does it.

use super::{Breakpoint, Goal, Session, Stop, USER, manifest};
use crate::api::{Body, DeleteOptions, Key, Name, Propagation, Request, Subresource, Verb};
use crate::sim::{Choice, ClusterOptions, Fault, Pace, ProcessId, Timeline};

/// Something that the learner does. Also what the player does for them, a slice at a time.
#[derive(Clone, Debug)]
pub enum Action {
    /// Types in the editor.
    EditYaml(String),
    /// Sends what is in the editor to the API server, as `kubectl apply` does.
    Apply,
    /// Asks what Apply would change; nothing happens in the cluster.
    Preview,
    /// Puts the answer to that away.
    ClosePreview,
    /// The next step: one event, or one phase of a turn, or all of it.
    Step(Pace),
    /// On to the end of the next turn, with the events that are delivered before it.
    StepTurn,
    /// Does this one next.
    StepChoice(Choice, Pace),
    /// One step back.
    Back,
    /// Back to the end of the turn before.
    BackTurn,
    /// Moves the cursor to this step.
    Seek(u64),
    /// Makes a future that was left behind the run again.
    SwitchBranch(usize),
    /// Begins to run towards a goal; the player then sends [`Action::RunSlice`].
    Run(Goal),
    /// Ends the run where it is.
    Pause,
    /// Runs on, at most so many steps.
    RunSlice {
        /// The caller measures how many fit into its time.
        steps_max: u32,
    },
    /// How fast Run runs.
    SetSpeed(Speed),
    /// Adds a breakpoint, or takes it away.
    ToggleBreakpoint(Breakpoint),
    /// Breaks or mends something.
    Fault(Fault),
    /// Deletes an object, as `kubectl delete` does.
    Delete(Key),
    /// Scales a Deployment or ReplicaSet, as `kubectl scale` does.
    Scale(Key, i32),
    /// Runs a line of `kubectl` in the terminal.
    Kubectl(String),
    /// Any request to the API server, under the learner's name.
    Submit(Box<Request>),
    /// Lets the clock run to this time, or to the next thing that is due.
    WaitUntil(u64),
    /// Looks at something; `None` looks away.
    Select(Option<Selection>),
    /// Opens a tab of the dock.
    OpenTab(Tab),
    /// A new cluster; the text in the editor stays.
    Reset(ClusterOptions),
    /// Another run takes the place of this one: from a link, or from last time.
    Load(Box<Timeline>),
    /// Puts the refusal away.
    Dismiss,
}

/// Something on the diagram or in a table that a learner looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// An object.
    Object(Key),
    /// A process: a controller, the scheduler, a kubelet.
    Process(ProcessId),
    /// A node: the object and the machine.
    Node(Name),
    /// The API server.
    ApiServer,
    /// etcd.
    Etcd,
}

/// The tabs of the dock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Tab {
    /// What just happened.
    #[default]
    Turn,
    /// Objects: table, YAML, revisions, owners.
    Objects,
    /// Events.
    Events,
    /// etcd beside a component's cache.
    Truth,
    /// Faults.
    Faults,
    /// `kubectl`, and what it says to the API server.
    Terminal,
}

impl Tab {
    /// As the page's markup and links name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Objects => "objects",
            Self::Events => "events",
            Self::Truth => "truth",
            Self::Faults => "faults",
            Self::Terminal => "terminal",
        }
    }
}

/// How fast Run runs: how many steps it takes in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Speed {
    /// One step a second: to talk over.
    Slow,
    /// Four steps a second.
    #[default]
    Normal,
    /// Sixteen.
    Fast,
    /// As many as the machine can.
    Full,
}

impl Speed {
    /// All of them, slowest first.
    pub const ALL: &'static [Self] = &[Self::Slow, Self::Normal, Self::Fast, Self::Full];

    /// How long to wait between two steps, on the clock on the wall.
    #[must_use]
    pub fn gap_ms(self) -> u32 {
        match self {
            Self::Slow => 1000,
            Self::Normal => 250,
            Self::Fast => 60,
            Self::Full => 0,
        }
    }

    /// As the page shows it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Slow => "¼×",
            Self::Normal => "1×",
            Self::Fast => "4×",
            Self::Full => "max",
        }
    }
}

impl Session {
    /// Does one thing. Whatever it brought about can be read from the session; what was impossible stands in `refusal`.
    pub fn apply(&mut self, action: Action) {
        if !matches!(
            action,
            Action::RunSlice { .. } | Action::Select(_) | Action::OpenTab(_) | Action::SetSpeed(_)
        ) {
            self.refusal = None;
        }
        if action.moves() {
            self.goal = None;
            self.stopped = None;
        }
        let before = (
            self.timeline.cursor(),
            self.timeline.len(),
            self.timeline.branches().len(),
        );
        self.perform(action);
        let after = (
            self.timeline.cursor(),
            self.timeline.len(),
            self.timeline.branches().len(),
        );
        if before != after {
            self.touch();
        }
    }

    /// Notes that the cluster which is shown is another one.
    pub(super) fn touch(&mut self) {
        self.revision += 1;
    }

    fn perform(&mut self, action: Action) {
        match action {
            Action::EditYaml(yaml) => self.edit(yaml),
            Action::Apply => self.apply_manifest(),
            Action::Preview => self.preview = Some(manifest::preview(self)),
            Action::ClosePreview => self.preview = None,
            Action::Step(pace) => self.step(pace),
            Action::StepTurn => self.step_turn(),
            Action::StepChoice(choice, pace) => {
                self.timeline.choose(choice, pace);
            }
            Action::Back => self.timeline.seek(self.timeline.cursor().saturating_sub(1)),
            Action::BackTurn => self.back_turn(),
            Action::Seek(step) => self.timeline.seek(step),
            Action::SwitchBranch(branch) => self.refusal = self.timeline.switch(branch).err(),
            Action::Run(goal) => self.begin(goal),
            Action::Pause => self.end(Stop::Asked),
            Action::RunSlice { steps_max } => self.run_slice(steps_max),
            Action::SetSpeed(speed) => self.speed = speed,
            Action::ToggleBreakpoint(breakpoint) => {
                if !self.breakpoints.remove(&breakpoint) {
                    self.breakpoints.insert(breakpoint);
                }
            }
            Action::Fault(fault) => self.refusal = self.timeline.fault(fault).err(),
            Action::Delete(key) => {
                let options = DeleteOptions {
                    propagation: Some(Propagation::Background),
                    ..DeleteOptions::default()
                };
                self.submit(Request::delete(key, options));
            }
            Action::Scale(key, replicas) => {
                let mut request = Request::new(Verb::Update, key, Body::Scale(replicas));
                request.subresource = Some(Subresource::Scale);
                self.submit(request);
            }
            Action::Kubectl(line) => self.kubectl(&line),
            Action::Submit(request) => self.submit(*request),
            Action::WaitUntil(at_ms) => {
                self.timeline.wait_until(at_ms);
            }
            Action::Select(selection) => self.selection = selection,
            Action::OpenTab(tab) => self.tab = tab,
            Action::Reset(options) => self.replace(Timeline::new(options)),
            Action::Load(timeline) => self.replace(*timeline),
            Action::Dismiss => {}
        }
    }

    fn replace(&mut self, timeline: Timeline) {
        self.timeline = timeline;
        self.selection = None;
        self.applied.clear();
        self.preview = None;
        self.touch();
    }

    fn submit(&mut self, request: Request) {
        let step = self.timeline.submit(request.by(USER));
        if let crate::sim::StepEvent::User { answer, .. } = &step.event
            && let Err(status) = &answer.result
        {
            self.refusal = Some(status.message.clone());
        }
    }
}

impl Action {
    /// Does it move the run, so that the player has to let go of it?
    fn moves(&self) -> bool {
        match self {
            Self::Apply
            | Self::Step(_)
            | Self::StepTurn
            | Self::StepChoice(..)
            | Self::Back
            | Self::BackTurn
            | Self::Seek(_)
            | Self::SwitchBranch(_)
            | Self::Run(_)
            | Self::Delete(_)
            | Self::Scale(..)
            | Self::Submit(_)
            | Self::Fault(_)
            | Self::WaitUntil(_)
            | Self::Reset(_)
            | Self::Load(_) => true,
            Self::EditYaml(_)
            | Self::Preview
            | Self::ClosePreview
            | Self::Pause
            | Self::RunSlice { .. }
            | Self::SetSpeed(_)
            | Self::ToggleBreakpoint(_)
            // Most lines only look; those that do more let go of the run themselves.
            | Self::Kubectl(_)
            | Self::Select(_)
            | Self::OpenTab(_)
            | Self::Dismiss => false,
        }
    }
}

//! How a turn is taken: a key leaves the queue, the component looks and compares, and its actions are carried out one at a time.
//!
//! The real thing: client-go's util/workqueue with `DefaultTypedControllerRateLimiter` (5 ms, doubling, to 1000 s at most).

use super::agenda::{Entry, ProcessIndex};
use super::cluster::Cluster;
use super::process::Begun;
use super::recorder::{Recorded, Reporter};
use super::step::{Cause, Pace, Phase, StepEvent, TurnStep};
use super::trace;
use crate::api::time::Ms;
use crate::api::{Answer, Name, Reason, Request, Status};
use crate::component::{
    Action, NetworkCall, Outcome, RuntimeCall, RuntimeError, Turn, Urgency, Wake,
};
use crate::node::{container_runtime, kube_proxy};
use std::sync::Arc;

/// A turn with more actions than this takes several steps: a step is never long, however many Pods a ReplicaSet makes at once.
const ACTIONS_OF_A_STEP_MAX: usize = 64;

/// Back-off after the first failure of a key.
const BACK_OFF_FIRST_MS: Ms = 5;

/// Back-off never grows beyond this.
const BACK_OFF_MAX_MS: Ms = 1_000_000;

/// How often a key may fail before its retries count as housekeeping: it will fail again.
const FAILURES_OF_WORK_MAX: u32 = 12;

impl Cluster {
    /// Takes a key from a process's queue and takes a turn on it, or begins to.
    pub(super) fn take_turn(&mut self, process: ProcessIndex, key: Name, pace: Pace) -> StepEvent {
        let queued = self
            .process_mut(process)
            .queue
            .remove(&key)
            .expect("a key on the agenda is in its queue");
        let kept = (pace == Pace::Phase).then(|| self.processes[process].memory.clone());
        let turn = self.look(process, &key);
        let memory =
            kept.map(|kept| std::mem::replace(&mut self.process_mut(process).memory, kept));
        let (turn, outcomes) = (Arc::new(turn), Vec::new());
        let begun = Begun {
            key,
            cause: queued.cause,
            turn,
            outcomes,
            diffed: false,
            memory,
        };
        match pace {
            Pace::Turn => self.finish_turn(process, begun, Phase::Whole),
            Pace::Phase => self.pause_turn(process, begun, Phase::Observe),
        }
    }

    /// Goes on with a turn that was begun phase by phase.
    pub(super) fn go_on(&mut self, process: ProcessIndex, pace: Pace) -> StepEvent {
        let mut begun = self
            .process_mut(process)
            .turn
            .take()
            .expect("only a begun turn goes on");
        let acts = pace == Pace::Turn || begun.diffed || begun.turn.actions.is_empty();
        if acts && let Some(memory) = begun.memory.take() {
            self.process_mut(process).memory = memory;
        }
        if pace == Pace::Turn {
            return self.finish_turn(process, begun, Phase::Whole);
        }
        if !begun.diffed {
            begun.diffed = true;
            let done = begun.turn.actions.is_empty();
            return if done {
                self.finish_turn(process, begun, Phase::Diff)
            } else {
                self.pause_turn(process, begun, Phase::Diff)
            };
        }
        let from = begun.outcomes.len();
        let went_on = self.act(process, &mut begun);
        let phase = Phase::Act { from, to: from + 1 };
        let crashed = self.crash_is_due(process, &begun);
        if went_on && !crashed && begun.outcomes.len() < begun.turn.actions.len() {
            return self.pause_turn(process, begun, phase);
        }
        self.close_turn(process, begun, phase, crashed)
    }

    /// Observe and diff: nothing changes but the process's own memory.
    fn look(&mut self, process: ProcessIndex, key: &Name) -> Turn {
        // Taken out of the process meanwhile, so that it is changed in place and not copied.
        let mut memory = std::mem::take(&mut self.process_mut(process).memory);
        let running = &self.processes[process];
        let informers = self.informers(running);
        let seen = self.seen(&informers, running);
        let turn = running.component.sync(key, &seen, &mut memory);
        self.process_mut(process).memory = memory;
        turn
    }

    fn pause_turn(&mut self, process: ProcessIndex, begun: Begun, phase: Phase) -> StepEvent {
        let event = self.turn_event(process, begun.clone(), phase, false);
        self.process_mut(process).turn = Some(begun);
        self.agenda
            .add(0, i32::MAX, Urgency::Work, Entry::Turn { process });
        event
    }

    /// Carries out what is left of a turn, or so much of it as a step may, and closes it.
    fn finish_turn(&mut self, process: ProcessIndex, mut begun: Begun, phase: Phase) -> StepEvent {
        let from = begun.outcomes.len();
        let mut crashed = self.crash_is_due(process, &begun);
        let mut went_on = true;
        while went_on && !crashed && begun.outcomes.len() < begun.turn.actions.len() {
            let to = begun.outcomes.len();
            if to - from == ACTIONS_OF_A_STEP_MAX {
                let is_first = !begun.diffed;
                begun.diffed = true;
                let part = Phase::Act { from, to };
                let phase = if is_first { Phase::Begin } else { part };
                return self.pause_turn(process, begun, phase);
            }
            went_on = self.act(process, &mut begun);
            crashed = self.crash_is_due(process, &begun);
        }
        let to = begun.outcomes.len();
        let phase = match phase {
            Phase::Whole if from > 0 => Phase::Act { from, to },
            phase => phase,
        };
        self.close_turn(process, begun, phase, crashed)
    }

    fn close_turn(
        &mut self,
        process: ProcessIndex,
        begun: Begun,
        phase: Phase,
        crashed: bool,
    ) -> StepEvent {
        if crashed {
            self.process_mut(process).crash_after_actions = None;
            self.crash(process);
        } else {
            self.process_mut(process).turns += 1;
            self.come_back(process, &begun);
        }
        self.turn_event(process, begun, phase, crashed)
    }

    fn crash_is_due(&self, process: ProcessIndex, begun: &Begun) -> bool {
        self.processes[process]
            .crash_after_actions
            .is_some_and(|after| begun.outcomes.len() >= after && !begun.turn.actions.is_empty())
    }

    /// Carries out the next action of a turn. False if it was refused: the rest of the turn is dropped.
    fn act(&mut self, process: ProcessIndex, begun: &mut Begun) -> bool {
        let turn = begun.turn.clone();
        let action = trace::named(&turn.actions[begun.outcomes.len()].action, &begun.outcomes);
        let action = &*action;
        let outcome = self.carry_out(process, action);
        let ok = outcome.is_ok();
        let component = self.processes[process].component;
        component.answered(
            &begun.key,
            action,
            &outcome,
            &mut self.process_mut(process).memory,
        );
        begun.outcomes.push(outcome);
        // An Event that could not be recorded is lost, and stops nobody.
        ok || matches!(action, Action::Event(_))
    }

    fn carry_out(&mut self, process: ProcessIndex, action: &Action) -> Outcome {
        let node = self.processes[process].id.node.clone();
        match action {
            Action::Api(request) => Outcome::Api(self.ask_as(process, request.clone())),
            Action::Event(note) => {
                // Grows with every write, so that two Events of one turn have different names.
                let (now_ms, sequence) = (self.now_ms, self.store.revision());
                let running = self.process_mut(process);
                let reporter = Reporter {
                    component: running.component.reporter(),
                    node: &node,
                };
                let recorded = running.recorder.record(note, reporter, now_ms, sequence);
                recorded
                    .into_iter()
                    .map(|recorded| self.send_event(process, recorded))
                    .last()
                    .map_or(Outcome::Unsent, Outcome::Api)
            }
            Action::Runtime(call) => Outcome::Machine(self.call_runtime(&node, call)),
            Action::Network(call) => Outcome::Machine(self.call_network(&node, call)),
        }
    }

    /// Sends what the recorder made; an Event that is no longer there is made anew.
    fn send_event(&mut self, process: ProcessIndex, recorded: Recorded) -> Answer {
        let answer = self.ask_as(process, recorded.request);
        let refused = answer.result.as_ref().err();
        let is_gone = refused.is_some_and(|status| status.reason == Reason::NotFound);
        match recorded.anew.filter(|_| is_gone) {
            Some(anew) => self.ask_as(process, anew),
            None => answer,
        }
    }

    fn ask_as(&mut self, process: ProcessIndex, mut request: Request) -> Answer {
        let running = &self.processes[process];
        if !self.is_connected(&running.id.node) {
            let text = "Post \"https://kubernetes:6443\": dial tcp 10.96.0.1:443: i/o timeout";
            let result = Err(Status::new(Reason::Timeout, text));
            return Answer {
                result,
                warnings: Vec::new(),
                revision: None,
            };
        }
        let user = running.user.clone();
        if request.field_manager.is_empty() {
            request.field_manager = running.component.program().into();
        }
        self.answer(request.by(user))
    }

    fn call_runtime(&mut self, node: &Name, call: &RuntimeCall) -> Result<(), RuntimeError> {
        let now_ms = self.now_ms;
        let machine = self
            .machines
            .get_mut(node)
            .expect("a component on a node has a machine");
        let result = container_runtime::call(Arc::make_mut(machine), call, now_ms);
        self.schedule_machine(node);
        result
    }

    fn call_network(&mut self, node: &Name, call: &NetworkCall) -> Result<(), RuntimeError> {
        let machine = self
            .machines
            .get_mut(node)
            .expect("a component on a node has a machine");
        kube_proxy::network_call(Arc::make_mut(machine), call);
        Ok(())
    }

    /// Puts the earliest operation of a machine on the agenda.
    pub(super) fn schedule_machine(&mut self, node: &Name) {
        let due = self
            .machines
            .get(node)
            .and_then(|machine| container_runtime::next_due(machine));
        let old = self.machine_slots.get(node).copied();
        if let (Some((slot, before)), Some((due_ms, urgency))) = (old, due)
            && slot.due_ms == due_ms
        {
            if urgency != before {
                self.agenda.set_urgency(&slot, urgency);
                self.machine_slots.insert(node.clone(), (slot, urgency));
            }
            return;
        }
        if let Some((slot, _)) = old {
            self.agenda.remove(&slot);
        }
        let Some((due_ms, urgency)) = due else {
            self.machine_slots.remove(node);
            return;
        };
        let entry = Entry::Machine { node: node.clone() };
        let slot = self.agenda.add(due_ms, 0, urgency, entry);
        self.machine_slots.insert(node.clone(), (slot, urgency));
    }

    /// Something on a machine is finished: the kubelet's pod lifecycle event generator notices, and wakes the pod.
    pub(super) fn finish_operation(&mut self, node: &Name) -> StepEvent {
        self.machine_slots.remove(node);
        let now_ms = self.now_ms;
        let machine = self
            .machines
            .get_mut(node)
            .expect("a machine on the agenda exists");
        let finished = container_runtime::finish(Arc::make_mut(machine), now_ms);
        self.schedule_machine(node);
        let Some(finished) = finished else {
            return StepEvent::Machine {
                node: node.clone(),
                what: String::new(),
                woke: Vec::new(),
            };
        };
        self.wake_kubelet(node, &finished.pod);
        StepEvent::Machine {
            node: node.clone(),
            what: finished.summary(),
            woke: vec![finished.pod],
        }
    }

    /// Tells the kubelet of a node that something happened to a pod's containers.
    pub(super) fn wake_kubelet(&mut self, node: &Name, pod: &Name) {
        let kubelet = super::ProcessId {
            component: "kubelet",
            node: node.clone(),
        };
        let Some(process) = self.index.get(&kubelet).copied() else {
            return;
        };
        if self.processes[process].state == super::ProcessState::Up {
            let cause = Cause::Machine {
                step: self.next_step,
            };
            self.enqueue_key(process, Wake::now(pod.clone()), cause);
        }
    }

    fn turn_event(
        &self,
        process: ProcessIndex,
        begun: Begun,
        phase: Phase,
        crashed: bool,
    ) -> StepEvent {
        StepEvent::Turn(Box::new(TurnStep {
            process: self.processes[process].id.clone(),
            key: begun.key,
            cause: begun.cause,
            phase,
            turn: begun.turn,
            outcomes: begun.outcomes,
            crashed,
        }))
    }

    /// After a turn: keys to come back to, and the failed key with back-off.
    fn come_back(&mut self, process: ProcessIndex, begun: &Begun) {
        let step = self.next_step;
        for wake in &begun.turn.again {
            self.enqueue_key(process, wake.clone(), Cause::Timer { step });
        }
        let refused = |(planned, outcome): (&crate::component::Planned, &Outcome)| {
            !outcome.is_ok() && !matches!(planned.action, Action::Event(_))
        };
        if !begun.turn.actions.iter().zip(&begun.outcomes).any(refused) {
            if !self.processes[process].failures.is_empty() {
                self.process_mut(process).failures.remove(&begun.key);
            }
            return;
        }
        let failures = self.processes[process]
            .failures
            .get(&begun.key)
            .copied()
            .unwrap_or(0)
            + 1;
        self.process_mut(process)
            .failures
            .insert(begun.key.clone(), failures);
        let after_ms = BACK_OFF_FIRST_MS
            .saturating_mul(1 << (failures - 1).min(30))
            .min(BACK_OFF_MAX_MS);
        let wake = Wake::after(begun.key.clone(), after_ms);
        let urgency = if failures > FAILURES_OF_WORK_MAX {
            Urgency::Housekeeping
        } else {
            Urgency::Work
        };
        self.enqueue_key(
            process,
            Wake { urgency, ..wake },
            Cause::Retry { step, failures },
        );
    }
}

#[cfg(test)]
mod tests;

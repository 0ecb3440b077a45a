//! A person using the playground, without a page.

use super::*;
use crate::api::{Kind, Object, Pod, pods};
use crate::kubectl::apply::Effect;
use crate::sim::{Fault, MarkKind, Pace};

/// Phases and nodes of all pods, in the order of their names.
fn pods_of(session: &Session) -> Vec<(String, String)> {
    let head = session.timeline().cluster().store().head();
    let pods = head.table(Kind::Pod).iter().filter_map(Object::get::<Pod>);
    pods.map(|pod| (pods::phase(pod).to_owned(), pods::node_name(pod).to_owned()))
        .collect()
}

fn ready(session: &Session) -> usize {
    let head = session.timeline().cluster().store().head();
    head.table(Kind::Pod)
        .iter()
        .filter_map(Object::get::<Pod>)
        .filter(|pod| pods::is_ready(pod))
        .count()
}

fn word(session: &Session) -> Standstill {
    session.standing().word
}

fn settle(session: &mut Session) {
    session.apply(Action::Run(Goal::Settled));
    for _ in 0..10_000 {
        if session.goal.is_none() {
            return;
        }
        session.apply(Action::RunSlice { steps_max: 100 });
    }
    panic!("it settles");
}

fn applied() -> Session {
    let mut session = Session::default();
    session.apply(Action::Apply);
    session
}

#[test]
fn a_newcomer_finds_the_tutorials_deployment_and_three_idle_nodes() {
    let session = Session::default();
    assert_eq!(word(&session), Standstill::Ready);
    assert!(session.problems.is_empty(), "{:?}", session.problems);
    assert!(session.yaml.contains("nginx:1.14.2"));
    assert_eq!(
        session
            .timeline()
            .cluster()
            .store()
            .head()
            .table(Kind::Node)
            .len(),
        3
    );
    assert_eq!(
        (session.timeline().cursor(), pods_of(&session).len()),
        (0, 0)
    );
}

#[test]
fn stepping_turn_by_turn_leads_to_three_running_pods_and_back() {
    let mut session = applied();
    assert_eq!(
        session.applied[0].line,
        "deployment.apps/nginx-deployment created"
    );
    assert_eq!(session.applied[0].effect, Effect::Created);
    assert_eq!(word(&session), Standstill::Ready);
    let mut turns = 0;
    while word(&session) != Standstill::Settled {
        let before = session.timeline().cursor();
        session.apply(Action::StepTurn);
        assert!(session.timeline().cursor() > before);
        turns += 1;
        assert!(turns < 500, "it settles");
    }
    assert_eq!(ready(&session), 3);
    let nodes: BTreeSet<String> = pods_of(&session)
        .into_iter()
        .map(|(_, node)| node)
        .collect();
    assert_eq!(nodes.len(), 3, "one on each node");

    let end = session.timeline().cursor();
    for _ in 0..10 {
        session.apply(Action::Back);
    }
    assert_eq!(
        (session.timeline().cursor(), session.timeline().len()),
        (end - 10, end)
    );
    assert_ne!(word(&session), Standstill::Settled);
    session.apply(Action::Seek(u64::MAX));
    assert_eq!((word(&session), ready(&session)), (Standstill::Settled, 3));
    assert!(
        session.timeline().branches().is_empty(),
        "looking around does not fork"
    );
}

#[test]
fn a_killed_nodes_pods_come_back_elsewhere() {
    let mut session = applied();
    settle(&mut session);
    session.apply(Action::Fault(Fault::KillNode { node: "n2".into() }));
    assert_eq!(session.refusal, None);
    assert_eq!(
        word(&session),
        Standstill::Ready,
        "a dead node is work in flight"
    );
    settle(&mut session);
    assert_eq!(word(&session), Standstill::Settled);
    let head = session.timeline().cluster().store().head();
    let living = head
        .table(Kind::Pod)
        .iter()
        .filter_map(Object::get::<Pod>)
        .filter(|pod| pods::is_ready(pod) && pods::node_name(pod) != "n2");
    assert_eq!(living.count(), 3);
    assert!(
        session
            .timeline()
            .marks()
            .iter()
            .any(|mark| mark.kind == MarkKind::Fault)
    );
    session.apply(Action::Fault(Fault::KillNode { node: "n2".into() }));
    assert!(session.refusal.is_some(), "it has no power already");
}

#[test]
fn phases_come_one_by_one() {
    let mut session = applied();
    let mut phases = Vec::new();
    while phases.len() < 3 {
        if let Some(phase) = session.next_phase() {
            phases.push(phase);
        }
        session.apply(Action::Step(Pace::Phase));
        if session
            .next_phase()
            .is_some_and(|phase| phase == crate::sim::Phase::Observe)
        {
            phases.clear();
        }
    }
    use crate::sim::Phase::{Act, Diff, Observe};
    let act = |from| Act { from, to: from + 1 };
    assert!(
        phases == [Observe, Diff, act(0)] || phases == [Diff, act(0), act(1)],
        "{phases:?}"
    );
    let turn = session.timeline().cursor();
    session.apply(Action::StepTurn);
    assert!(
        session.timeline().cursor() > turn && !session.in_turn(),
        "the rest of the turn, or the next one"
    );
}

#[test]
fn mistakes_are_marked_where_they_stand() {
    let mut session = Session::default();
    session.apply(Action::EditYaml(
        FIRST_YAML.replace("replicas: 3", "replicas: -3"),
    ));
    let problem = &session.problems[0];
    assert_eq!((problem.line, problem.column), (8, 13));
    assert!(
        problem
            .message
            .contains("must be greater than or equal to 0"),
        "{}",
        problem.message
    );
    session.apply(Action::Apply);
    assert!(session.applied.is_empty());
    assert_eq!(session.problems[0].line, 8, "{:?}", session.problems);
    assert!(session.refused.is_some());
    assert_eq!(
        session.timeline().cursor(),
        1,
        "a refusal is a step that one can look at"
    );

    session.apply(Action::EditYaml(FIRST_YAML.replace("replicas", "replica")));
    assert_eq!(
        session.problems[0].message,
        "unknown field \"spec.replica\""
    );
    session.apply(Action::EditYaml("kind: [".into()));
    assert!(!session.problems.is_empty());
    session.apply(Action::Apply);
    assert_eq!(
        session.timeline().cursor(),
        1,
        "what is no YAML is not sent"
    );
}

#[test]
fn the_preview_says_what_apply_would_change_and_changes_nothing() {
    let mut session = applied();
    settle(&mut session);
    let len = session.timeline().len();
    session.apply(Action::EditYaml(
        FIRST_YAML.replace("replicas: 3", "replicas: 5"),
    ));
    session.apply(Action::Preview);
    let preview = session.preview.clone().expect("asked for");
    let change = &preview.changes[0];
    assert!(
        change.before.contains("replicas: 3") && change.after.contains("replicas: 5"),
        "{change:?}"
    );
    assert!(!change.after.contains("last-applied"));
    assert_eq!(session.timeline().len(), len);
    session.apply(Action::Apply);
    settle(&mut session);
    assert_eq!(ready(&session), 5);
    let deployment = crate::api::Key::new(Kind::Deployment, "default", "nginx-deployment");
    session.apply(Action::Scale(deployment.clone(), 1));
    settle(&mut session);
    assert_eq!(ready(&session), 1);
    session.apply(Action::Delete(deployment));
    settle(&mut session);
    assert_eq!(pods_of(&session), [], "the garbage collector has come by");
}

#[test]
fn a_run_stops_where_it_is_told() {
    let mut session = applied();
    session.apply(Action::ToggleBreakpoint(Breakpoint::Writes(
        "kube-scheduler".into(),
    )));
    session.apply(Action::Run(Goal::On));
    assert_eq!(word(&session), Standstill::Running);
    session.apply(Action::RunSlice { steps_max: 10_000 });
    assert_eq!(word(&session), Standstill::Stopped);
    assert_eq!(
        session.stopped,
        Some(Stop::At(Breakpoint::Writes("kube-scheduler".into())))
    );
    session.apply(Action::Run(Goal::On));
    session.apply(Action::Pause);
    assert_eq!(
        (word(&session), session.stopped.clone()),
        (Standstill::Stopped, Some(Stop::Asked))
    );
    session.apply(Action::Step(Pace::Turn));
    assert_eq!(word(&session), Standstill::Ready);
}

#[test]
fn choosing_in_the_past_keeps_the_other_future() {
    let mut session = applied();
    settle(&mut session);
    let len = session.timeline().len();
    session.apply(Action::Seek(4));
    let ready = session.timeline().cluster().ready(10);
    session.apply(Action::StepChoice(
        ready.last().expect("something can happen").choice,
        Pace::Turn,
    ));
    assert_eq!(session.timeline().branches().len(), 1);
    session.apply(Action::SwitchBranch(0));
    assert_eq!(session.timeline().len(), len);
    session.apply(Action::SwitchBranch(7));
    assert!(session.refusal.is_some());
}

#[test]
fn a_run_is_restored_in_slices_to_the_same_cluster() {
    let mut session = applied();
    session.apply(Action::Step(Pace::Phase));
    settle(&mut session);
    session.apply(Action::Fault(Fault::CutNode { node: "n1".into() }));
    session.apply(Action::StepTurn);
    session.apply(Action::Back);
    let run = session.timeline().run();
    let mut restore = Restore::new(run.clone()).expect("of this version");
    while !restore.is_done() {
        restore.go_on(7).expect("the same model");
    }
    let again = restore.finish().expect("it is done");
    assert_eq!(again.run(), run);
    assert!(again.cluster() == session.timeline().cluster());
    assert!(Restore::new(crate::sim::Run { version: 99, ..run }).is_err());
}

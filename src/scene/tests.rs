//! What is drawn follows the store's log; it must not differ from what would be drawn from scratch.

use super::*;
use crate::session::{Action, Goal, Session};
use crate::sim::{Fault, Pace};

fn fresh(session: &Session) -> Scene {
    Scene::of(session.timeline(), &mut Nodes::default())
}

#[test]
fn following_draws_the_same_as_beginning_again() {
    let mut session = Session::default();
    let mut nodes = Nodes::default();
    let mut check = |session: &Session, at: &str| {
        let followed = Scene::of(session.timeline(), &mut nodes);
        assert!(
            followed == fresh(session),
            "{at}, step {}",
            session.timeline().cursor()
        );
    };
    check(&session, "at the beginning");
    session.apply(Action::Apply);
    for _ in 0..150 {
        check(&session, "stepping");
        session.apply(Action::Step(Pace::Turn));
    }
    session.apply(Action::Fault(Fault::KillNode { node: "n2".into() }));
    check(&session, "a node is dead");
    session.apply(Action::Seek(60));
    check(&session, "back");
    session.apply(Action::Fault(Fault::CutNode { node: "n1".into() }));
    check(&session, "another future");
    session.apply(Action::Run(Goal::Settled));
    while session.goal.is_some() {
        session.apply(Action::RunSlice { steps_max: 37 });
        check(&session, "running");
    }
    session.apply(Action::SwitchBranch(0));
    check(&session, "the future that was left behind");
}

#[test]
fn pods_stand_where_they_are_and_light_up_when_it_is_about_them() {
    let mut session = Session::default();
    session.apply(Action::Apply);
    assert!(fresh(&session).lit.user);
    session.apply(Action::Run(Goal::Settled));
    while session.goal.is_some() {
        session.apply(Action::RunSlice { steps_max: 1 });
        let scene = fresh(&session);
        let drawn: usize = scene.nodes.iter().map(|node| node.pods.len()).sum();
        assert_eq!(drawn + scene.limbo.pods.len(), scene.pods);
        let is_drawn = |key: &crate::api::Key| {
            scene
                .nodes
                .iter()
                .flat_map(|node| &node.pods)
                .chain(&scene.limbo.pods)
                .any(|pod| pod.key == *key)
        };
        assert!(scene.lit.pods.iter().all(is_drawn), "{:?}", scene.lit);
    }
    let scene = fresh(&session);
    assert_eq!(
        (scene.density, scene.pods, scene.limbo.pod_count),
        (Density::Full, 3, 0)
    );
    assert!(scene.nodes.iter().all(|node| node.pods.len() == 1
        && node.pods[0].tone == Tone::Ok
        && !node.pods[0].unready));
    let goal = &scene.goals[0];
    assert_eq!(
        (goal.ready, goal.desired, goal.tone),
        (3, 3, GoalTone::Reached)
    );
}

#[test]
fn larger_clusters_are_drawn_smaller() {
    let table = [
        ((3, 30), Density::Full),
        ((12, 241), Density::Cells),
        ((13, 1), Density::Cells),
        ((1_000, 3_000), Density::Cells),
        ((100, 5_000), Density::Tiles),
        ((5_000, 10), Density::Tiles),
    ];
    for ((nodes, pods), want) in table {
        assert_eq!(
            Density::for_size(nodes, pods),
            want,
            "{nodes} nodes, {pods} pods"
        );
    }
}

//! The nodes, the pods that have none, and what the workloads want.

use super::Context;
use super::control::{lane, look};
use super::node::{Limbo, Node, Shared};
use crate::api::{Key, Kind};
use crate::scene::{Density, Goal, GoalTone, NodeView, PodView};
use crate::session::{Selection, Tab};
use crate::ui::i18n::page as words;
use crate::ui::parts::format::thousands;
use crate::ui::parts::{glyph_of_kind, icon};
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

pub(super) fn draw(context: &Context) -> Html {
    let language = context.language;
    let scene = &context.scene;
    let nodes = scene.nodes.iter().enumerate();
    let hidden = scene.goals_total.saturating_sub(scene.goals.len());
    html! {
        <section class="plane fleet" aria-label={words::nodes(language)}>
            <div class="plate">
                <h2 class="label">{ words::nodes(language) }<span class="num">{ format!(" · {}", thousands(scene.nodes.len() as u64)) }</span></h2>
                <div class="goals">
                    { for scene.goals.iter().map(|one| goal(context, one)) }
                    if hidden > 0 { <span class="goal">{ words::more_goals(language, hidden) }</span> }
                    if scene.density == Density::Tiles && scene.limbo.pod_count > 0 {
                        <span class="goal" data-tone="wait">{ icon("wait") }<span>{ words::without_node(language, scene.limbo.pod_count) }</span></span>
                    }
                </div>
            </div>
            <ul class="nodes">
                if scene.density == Density::Full || (scene.density == Density::Cells && scene.limbo.pod_count > 0) { { limbo(context) } }
                if scene.density == Density::Tiles {
                    { for scene.nodes.iter().map(|view| tile(context, view)) }
                } else {
                    { for nodes.map(|(index, view)| berth(context, index, view)) }
                }
            </ul>
        </section>
    }
}

/// Pods that have no node, in a box that is no machine.
fn limbo(context: &Context) -> Html {
    let scene = &context.scene;
    let pods = &scene.limbo.pods;
    html! {
        <li class="berth" key=".limbo">
            if scene.density == Density::Full { <div class="wires" aria-hidden="true"></div> }
            <Limbo view={Shared(scene.limbo.clone())} density={scene.density} lit_pods={lit(context, pods)} selected={selected(context, pods)} language={context.language}
                dispatch={context.dispatch.clone()} />
        </li>
    }
}

/// Which of these pods the step is about.
fn lit(context: &Context, pods: &[Rc<PodView>]) -> BTreeSet<Key> {
    if context.lit_pods.len() < pods.len() {
        let is_here = |key: &&Key| position(pods, key).is_some();
        return context.lit_pods.iter().filter(is_here).cloned().collect();
    }
    let keys = pods.iter().map(|pod| &pod.key);
    keys.filter(|key| context.lit_pods.contains(key))
        .cloned()
        .collect()
}

/// Which of these pods the learner looks at.
fn selected(context: &Context, pods: &[Rc<PodView>]) -> Option<Key> {
    let Some(Selection::Object(key)) = &context.selection else {
        return None;
    };
    position(pods, key).map(|_| key.clone())
}

/// Pods are sorted by their place.
fn position(pods: &[Rc<PodView>], key: &Key) -> Option<usize> {
    pods.binary_search_by(|pod| pod.key.cmp(key)).ok()
}

fn goal(context: &Context, goal: &Goal) -> Html {
    const TICKS_MAX: i32 = 10;
    let tone = match goal.tone {
        GoalTone::Reached => "ok",
        GoalTone::Under => "wait",
        GoalTone::Stuck => "bad",
    };
    let title = words::goal_title(context.language, &goal.key.name, goal.ready, goal.desired);
    let selection = Selection::Object(goal.key.clone());
    html! {
        <button class="goal" key={goal.key.to_string()} data-tone={tone} {title} aria-current={context.is_selected(&selection)} onclick={look(context, selection, Tab::Objects)}>
            { icon(glyph_of_kind(goal.key.kind)) }<span>{ goal.key.name.as_str() }</span>
            if goal.desired <= TICKS_MAX {
                <span class="ticks" aria-hidden="true">{ for (0..goal.desired).map(|index| html! { <i data-on={(index < goal.ready).then_some("")}></i> }) }</span>
            }
            <span class="num">{ format!("{}/{}", goal.ready, goal.desired) }</span>
        </button>
    }
}

fn tile(context: &Context, view: &Rc<NodeView>) -> Html {
    let label = words::tile(context.language, &view.name, view.pod_count, &view.status);
    let lit = context.rides
        && context
            .scene
            .lit
            .process
            .as_ref()
            .is_some_and(|(process, _)| process.node == view.name);
    let selection = Selection::Object(Key::new(Kind::Node, "", view.name.clone()));
    html! {
        <li key={view.name.as_str()}><button class="tile" data-ready={view.readiness.name()} data-lit={lit.then_some("")} style={used(view)} title={label.clone()} aria-label={label}
            onclick={look(context, selection, Tab::Objects)}>{ view.pod_count }</button></li>
    }
}

pub(super) fn used(view: &NodeView) -> String {
    format!(
        "--used:{}.{:03}",
        view.used_permille / 1000,
        view.used_permille % 1000
    )
}

fn berth(context: &Context, index: usize, view: &Rc<NodeView>) -> Html {
    let scene = &context.scene;
    let agents = scene
        .agents
        .get(index)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let travelling = agents.iter().find_map(|agent| lane(context, &agent.id));
    let state = (!view.connected || !view.powered).then_some("cut");
    let own = Key::new(Kind::Node, "", view.name.clone());
    let is_selected = context.selection == Some(Selection::Object(own.clone()));
    let selected = is_selected.then_some(own);
    let selected_agent = match &context.selection {
        Some(Selection::Process(id)) if id.node == view.name => Some(id.clone()),
        _ => None,
    };
    html! {
        <li class="berth" key={view.name.as_str()}>
            if scene.density == Density::Full { { super::control::wires(context, "up", travelling, state) } }
            <Node view={Shared(view.clone())} density={scene.density} agents={agents.to_vec()} lit={scene.lit.process.clone().filter(|(process, _)| process.node == view.name)}
                lit_pods={lit(context, &view.pods)} selected={selected.or_else(|| self::selected(context, &view.pods))} {selected_agent} language={context.language}
                dispatch={context.dispatch.clone()} />
        </li>
    }
}

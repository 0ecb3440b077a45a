//! The nodes, the pods that have none, and what the workloads want.

use super::Context;
use super::control::{lane, look};
use super::node::{Node, limbo};
use crate::api::{Key, Kind};
use crate::scene::{Density, Goal, GoalTone, NodeView};
use crate::session::{Selection, Tab};
use crate::ui::i18n::page as words;
use crate::ui::parts::format::thousands;
use crate::ui::parts::{glyph_of_kind, icon};
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
    let lit_pods: Vec<Key> = scene
        .lit
        .pods
        .iter()
        .filter(|key| view.pods.iter().any(|pod| pod.key == **key))
        .cloned()
        .collect();
    let agents = scene.agents.get(index);
    let travelling = agents
        .into_iter()
        .flatten()
        .find_map(|agent| lane(context, &agent.id));
    let state = (!view.connected || !view.powered).then_some("cut");
    let chips = agents.map(|agents| html! { <ul class="agents">{ for agents.iter().map(|agent| super::control::chip(context, agent, agent.id.component)) }</ul> });
    let selected = match &context.selection {
        Some(Selection::Object(key))
            if (key.kind == Kind::Pod && view.pods.iter().any(|pod| pod.key == *key))
                || (key.kind == Kind::Node && key.name == view.name) =>
        {
            Some(key.clone())
        }
        _ => None,
    };
    html! {
        <li class="berth" key={view.name.as_str()}>
            if scene.density == Density::Full { { super::control::wires(context, "up", travelling, state) } }
            <Node view={super::node::Shared(view.clone())} density={scene.density} agents={chips.unwrap_or_default()} agents_key={agents.cloned().unwrap_or_default()}
                lit={scene.lit.process.clone().filter(|(process, _)| process.node == view.name)} {lit_pods} {selected} language={context.language} dispatch={context.dispatch.clone()} />
        </li>
    }
}

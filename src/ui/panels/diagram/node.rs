//! Nodes and pods. Each is drawn again only when it, or what is lit or looked at on it, changed.

#![allow(
    unreachable_pub,
    reason = "the component macro makes what it is given as visible as itself"
)]

use super::control::chip;
use super::fleet::used;
use crate::api::{Key, Kind};
use crate::scene::{self, Agent, Density, LitPhase, NodeView, PodView, Readiness, Tone};
use crate::session::{Action, Selection, Tab};
use crate::sim::ProcessId;
use crate::ui::i18n::{Language, page as words};
use crate::ui::parts::{Icon, icon};
use crate::ui::store::Dispatch;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use yew::prelude::*;

/// Something as the scene drew it, compared by pointer first.
pub(super) struct Shared<T>(pub(super) Rc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// What to draw of a node.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct NodeProps {
    /// The node.
    pub(super) view: Shared<NodeView>,
    /// How much of its pods.
    pub(super) density: Density,
    /// What runs on it, where that is drawn.
    pub(super) agents: Vec<Agent>,
    /// Who on it is at work.
    pub(super) lit: Option<(ProcessId, LitPhase)>,
    /// Which of its pods the step is about.
    pub(super) lit_pods: BTreeSet<Key>,
    /// Which of its pods, or itself, the learner looks at.
    pub(super) selected: Option<Key>,
    /// Who on it the learner looks at.
    pub(super) selected_agent: Option<ProcessId>,
    /// The language.
    pub(super) language: Language,
    /// Where presses go.
    pub(super) dispatch: Dispatch,
}

/// Up to so many pods, a node has room for their whole names.
const ROOMY_MAX: usize = 4;

/// One node.
#[component]
pub(super) fn Node(props: &NodeProps) -> Html {
    let language = props.language;
    let view = &*props.view.0;
    let key = Key::new(Kind::Node, "", view.name.clone());
    let current = (props.selected.as_ref() == Some(&key)).then_some("true");
    let head = if props.density == Density::Cells
        && view.readiness == Readiness::Ready
        && !view.cordoned
    {
        html! { <span class="node-state num">{ view.pod_count }</span> }
    } else {
        let glyph = if view.readiness == Readiness::Ready {
            "check"
        } else {
            "cross"
        };
        html! { <span class="node-state"><Icon name={glyph} class="i-s" />{ view.status.as_str() }</span> }
    };
    html! {
        <article class="node" data-ready={view.readiness.name()} data-power={(!view.powered).then_some("off")} data-cordoned={view.cordoned.then_some("")} data-crowd={crowd(&view.pods)} style={used(view)} aria-current={current}>
            <button class="node-head" onclick={look(&props.dispatch, key)}>
                if props.density == Density::Full { <Icon name="node" /> }<span class="cut">{ view.name.as_str() }</span>{ head }
            </button>
            <div class="gauge" role="img" aria-label={words::cpu_requested(language, view.used_permille / 10)}></div>
            if props.density == Density::Full { <ul class="agents">{ for props.agents.iter().map(|station| agent(props, station)) }</ul> }
            { pods(&view.pods, &view.name, props.density, &props.lit_pods, props.selected.as_ref(), language, &props.dispatch) }
            if !view.powered {
                <span class="fault-tag"><Icon name="power" class="i-s" />{ words::powered_off(language) }</span>
            } else if !view.connected {
                <span class="fault-tag"><Icon name="cut" class="i-s" />{ words::cut_off(language) }</span>
            }
        </article>
    }
}

fn agent(props: &NodeProps, station: &Agent) -> Html {
    let lit = props
        .lit
        .as_ref()
        .filter(|(process, _)| *process == station.id);
    let phase = lit.map(|(_, phase)| phase.name());
    let current = (props.selected_agent.as_ref() == Some(&station.id)).then_some("true");
    let name = station.id.component;
    chip(
        &props.dispatch,
        props.language,
        station,
        name,
        phase,
        current,
    )
}

fn crowd(pods: &[Rc<PodView>]) -> &'static str {
    if pods.len() <= ROOMY_MAX {
        "roomy"
    } else {
        "snug"
    }
}

/// What to draw of the pods that have no node.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct LimboProps {
    /// The pods.
    pub(super) view: Shared<scene::Limbo>,
    /// How much of them.
    pub(super) density: Density,
    /// Which of them the step is about.
    pub(super) lit_pods: BTreeSet<Key>,
    /// Which of them the learner looks at.
    pub(super) selected: Option<Key>,
    /// The language.
    pub(super) language: Language,
    /// Where presses go.
    pub(super) dispatch: Dispatch,
}

/// Pods that have no node, in a box that is no machine.
#[component]
pub(super) fn Limbo(props: &LimboProps) -> Html {
    let language = props.language;
    let limbo = &*props.view.0;
    html! {
        <article class="node limbo" data-crowd={crowd(&limbo.pods)}>
            <h3 class="node-head"><Icon name="wait" /><span class="cut">{ words::no_node_yet(language) }</span>
                if limbo.pod_count > 0 { <span class="badge" data-count={limbo.pod_count.to_string()}>{ limbo.pod_count }</span> }
            </h3>
            if limbo.pods.is_empty() {
                <p class="limbo-note">{ words::pods_wait_here(language) }</p>
            } else {
                { pods(&limbo.pods, "", props.density, &props.lit_pods, props.selected.as_ref(), language, &props.dispatch) }
            }
        </article>
    }
}

fn look(dispatch: &Dispatch, key: Key) -> Callback<MouseEvent> {
    let dispatch = dispatch.clone();
    Callback::from(move |_| {
        dispatch.send(Action::Select(Some(Selection::Object(key.clone()))));
        dispatch.send(Action::OpenTab(Tab::Objects));
    })
}

fn pods(
    pods: &[Rc<PodView>],
    node: &str,
    density: Density,
    lit: &BTreeSet<Key>,
    selected: Option<&Key>,
    language: Language,
    dispatch: &Dispatch,
) -> Html {
    let node_name = AttrValue::from(node.to_owned());
    match density {
        Density::Full => {
            let label = if node.is_empty() {
                words::pods_without_node(language).to_owned()
            } else {
                words::pods_on(language, node)
            };
            html! { <ul class="pods" aria-label={label}>{ for pods.iter().map(|pod| html! {
                <Face key={pod.uid.to_string()} pod={Shared(pod.clone())} node={node_name.clone()} lit={lit.contains(&pod.key)} selected={selected == Some(&pod.key)} {language} dispatch={dispatch.clone()} />
            }) }</ul> }
        }
        Density::Cells if pods.is_empty() => html! { <div class="pods"></div> },
        Density::Cells => html! {
            <div class="pods" role="img" aria-label={summary(pods, node, language)}>{ for pods.iter().map(|pod| cell(pod, &node_name, lit)) }</div>
        },
        Density::Tiles => Html::default(),
    }
}

/// `20 pods on n1: 18 Running, 2 Pending`.
fn summary(pods: &[Rc<PodView>], node: &str, language: Language) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for pod in pods {
        *counts.entry(pod.status.as_str()).or_default() += 1;
    }
    let list: Vec<String> = counts
        .iter()
        .map(|(status, count)| format!("{count} {status}"))
        .collect();
    let node = if node.is_empty() {
        words::no_node_yet(language)
    } else {
        node
    };
    words::pods_summary(language, pods.len(), node, &list.join(", "))
}

fn cell(pod: &PodView, node: &AttrValue, lit: &BTreeSet<Key>) -> Html {
    html! {
        <i class="pod" key={pod.key.name.as_str()} data-testid="pod" data-name={pod.key.name.to_string()} data-node={node} data-phase={pod.phase.to_string()} data-tone={pod.tone.name()}
            data-unready={pod.unready.then_some("")} data-lit={lit.contains(&pod.key).then_some("")} title={format!("{}: {}", pod.key.name, pod.status)}></i>
    }
}

/// What to draw of a pod that has its name.
#[derive(Clone, PartialEq, Properties)]
pub(super) struct FaceProps {
    /// The pod.
    pub(super) pod: Shared<PodView>,
    /// Its node; empty if it has none.
    pub(super) node: AttrValue,
    /// Is the step about it?
    pub(super) lit: bool,
    /// Does the learner look at it?
    pub(super) selected: bool,
    /// The language.
    pub(super) language: Language,
    /// Where presses go.
    pub(super) dispatch: Dispatch,
}

/// A pod with its name.
#[component]
pub(super) fn Face(props: &FaceProps) -> Html {
    let pod = &*props.pod.0;
    let language = props.language;
    let name = pod.key.name.as_str();
    let (owner, own) = name.split_at(pod.owner_prefix);
    let ready = pod.containers.iter().filter(|ready| **ready).count();
    html! {
        <li class="pod" data-testid="pod" data-name={name.to_owned()} data-node={&props.node} data-phase={pod.phase.to_string()} data-tone={pod.tone.name()}
            data-unready={pod.unready.then_some("")} data-lit={props.lit.then_some("")} aria-current={props.selected.then_some("true")}>
            <button class="pod-face" title={format!("{name}: {}", pod.status)} onclick={look(&props.dispatch, pod.key.clone())}>
                <span class="pod-mark">{ icon(glyph(pod)) }</span>
                <span class="pod-name"><span class="pod-owner">{ owner }</span><b>{ own }</b></span>
                <span class="dots">{ for pod.containers.iter().map(|ready| html! { <i data-ready={ready.then_some("")}></i> }) }<span class="vh">{ words::containers(language, ready, pod.containers.len()) }</span></span>
                <span class="pod-status">{ pod.status.as_str() }</span>
                if pod.restarts > 0 { <span class="pod-restarts" title={words::restarts(language, pod.restarts)}>{ format!("↻ {}", pod.restarts) }</span> }
            </button>
        </li>
    }
}

fn glyph(pod: &PodView) -> &'static str {
    match pod.tone {
        Tone::Ok | Tone::Done => "check",
        Tone::Wait => "wait",
        Tone::Bad if pod.status.contains("CrashLoop") => "crashloop",
        Tone::Bad => "cross",
        Tone::End => "ending",
        Tone::Lost => "unknown",
    }
}

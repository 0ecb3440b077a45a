//! The control plane: stations on the API server's platform.

use super::Context;
use crate::scene::{Health, Lane, LitPhase, Stage, Station};
use crate::session::{Action, Selection, Tab};
use crate::sim::ProcessId;
use crate::ui::i18n::{Language, page as words};
use crate::ui::parts::format::thousands;
use crate::ui::parts::{Icon, glyph_of_component, glyph_of_kind, icon};
use crate::ui::store::Dispatch;
use yew::prelude::*;

pub(super) fn draw(context: &Context) -> Html {
    let language = context.language;
    html! {
        <section class="plane control" aria-label={words::control_plane(language)}>
            <div class="plate"><h2 class="label">{ words::control_plane(language) }</h2></div>
            <div class="stations">
                { for context.scene.boxes.iter().map(|station| own_box(context, station)) }
                { manager(context) }
                { vault(context) }
            </div>
            { door(context) }
        </section>
    }
}

/// The phase in which this process is lit.
pub(super) fn phase(context: &Context, id: &ProcessId) -> Option<&'static str> {
    let (process, phase) = context.scene.lit.process.as_ref()?;
    (process == id).then(|| phase.name())
}

/// A press looks at the process: its belief beside the truth.
pub(super) fn look<E: 'static>(context: &Context, selection: Selection, tab: Tab) -> Callback<E> {
    look_with(&context.dispatch, selection, tab)
}

fn look_with<E: 'static>(dispatch: &Dispatch, selection: Selection, tab: Tab) -> Callback<E> {
    let dispatch = dispatch.clone();
    Callback::from(move |_| {
        dispatch.send(Action::Select(Some(selection.clone())));
        dispatch.send(Action::OpenTab(tab));
    })
}

pub(super) fn state(station: &Station) -> Option<&'static str> {
    match station.health {
        Health::Up if station.held => Some("held"),
        Health::Up => None,
        Health::Stopped => Some("stopped"),
        Health::Crashed => Some("crashed"),
    }
}

fn state_tag(context: &Context, station: &Station) -> Html {
    let language = context.language;
    match state(station) {
        Some("stopped") => {
            html! { <span class="fault-tag">{ icon("stop") }{ words::stopped_tag(language) }</span> }
        }
        Some("crashed") => {
            html! { <span class="fault-tag">{ icon("bolt") }{ words::crashed_tag(language) }</span> }
        }
        Some("held") => {
            html! { <span class="fault-tag">{ icon("hold") }{ words::held_tag(language) }</span> }
        }
        _ => Html::default(),
    }
}

/// The two tracks between a station and the API server. `lit` says what travels.
pub(super) fn wires(
    context: &Context,
    way: &'static str,
    lit: Option<Lane>,
    state: Option<&'static str>,
) -> Html {
    let step = context.scene.lit.step;
    let refused = context.scene.lit.refused.then_some("refused");
    let lit = lit.filter(|_| context.rides);
    let wire = |lane: Lane, name: &'static str| {
        let on = lit == Some(lane);
        // A new key starts the ride again; a wire that carries nothing keeps its own.
        let key = if on {
            format!("{name}-{step}")
        } else {
            name.to_owned()
        };
        html! { <i class="wire" {key} data-lane={name} data-lit={on.then_some("")} data-answer={refused.filter(|_| on)} data-state={state}></i> }
    };
    html! { <div class="wires" data-way={way} aria-hidden="true">{ wire(Lane::Event, "event") }{ wire(Lane::Request, "request") }</div> }
}

/// What travels between a process and the API server.
pub(super) fn lane(context: &Context, id: &ProcessId) -> Option<Lane> {
    let (process, _) = context.scene.lit.process.as_ref()?;
    context.scene.lit.lane.filter(|_| process == id)
}

fn own_box(context: &Context, station: &Station) -> Html {
    let language = context.language;
    let phase = phase(context, &station.id);
    let selection = Selection::Process(station.id.clone());
    let count = |name: &'static str, count: usize| html! { <><dt>{ name }</dt><dd data-count={count.to_string()}>{ count }</dd></> };
    html! {
        <div class="station" key={station.id.component}>
            <article class="box" data-component={station.id.component} data-phase={phase} data-state={state(station)} data-ready={station.ready.then_some("")} aria-current={context.is_selected(&selection)}>
                <button class="box-head" onclick={look(context, selection, Tab::Truth)} title={words::station_title(language, station.id.component, station.queue, station.lag)}>
                    <span class="hept" data-phase={phase}><Icon name={glyph_of_component(station.id.component)} /></span><span class="box-name">{ station.short_name() }</span>
                </button>
                <div class="facts">
                    if station.lag > 0 { <span class="lag">{ format!("{} {}", station.lag, words::behind(language)) }</span> }
                    { state_tag(context, station) }
                </div>
                <dl class="subqueues">
                    { count(words::active(language), station.queue) }{ count(words::back_off(language), station.back_off) }{ count(words::unschedulable(language), station.parked) }
                </dl>
            </article>
            { wires(context, "down", lane(context, &station.id), None) }
        </div>
    }
}

fn manager(context: &Context) -> Html {
    let controllers = &context.scene.controllers;
    let lit = controllers
        .iter()
        .find_map(|station| phase(context, &station.id));
    let travelling = controllers
        .iter()
        .find_map(|station| lane(context, &station.id));
    html! {
        <div class="station manager-station" key="manager">
            <article class="box manager" data-component="kube-controller-manager" data-phase={lit}>
                <div class="box-head"><span class="hept" data-phase={lit}><Icon name="ctrl" /></span><span class="box-name">{ "controller-manager" }</span></div>
                <ul class="chips">{ for controllers.iter().map(|station| {
                    let selection = Selection::Process(station.id.clone());
                    chip(&context.dispatch, context.language, station, station.short_name(), phase(context, &station.id), context.is_selected(&selection))
                }) }</ul>
            </article>
            { wires(context, "down", travelling, None) }
        </div>
    }
}

/// A controller, or what runs on a node.
pub(super) fn chip(
    dispatch: &Dispatch,
    language: Language,
    station: &Station,
    name: &'static str,
    phase: Option<&'static str>,
    current: Option<&'static str>,
) -> Html {
    let selection = Selection::Process(station.id.clone());
    html! {
        <li key={name}>
            <button class="chip" data-component={station.full_name().to_string()} data-phase={phase} data-state={state(station)} data-ready={station.ready.then_some("")}
                aria-current={current} title={words::station_title(language, &station.full_name(), station.queue, station.lag)} onclick={look_with(dispatch, selection, Tab::Truth)}>
                { icon(glyph_of_component(station.id.component)) }<span class="cut">{ name }</span>
                if station.lag > 0 { <span class="lag num">{ station.lag }<span>{ " " }{ words::behind(language) }</span></span> }
                <span class="badge" data-count={station.queue.to_string()}>{ station.queue }<span class="vh">{ " " }{ words::in_queue(language) }</span></span>
            </button>
        </li>
    }
}

fn vault(context: &Context) -> Html {
    let language = context.language;
    let vault = &context.scene.vault;
    html! {
        <div class="station" key="etcd">
            <article class="box vault" data-component="etcd" aria-current={context.is_selected(&Selection::Etcd)}>
                <button class="box-head" onclick={look(context, Selection::Etcd, Tab::Objects)}>
                    <span class="hept"><Icon name="etcd" /></span><span class="box-name">{ "etcd" }<small class="num">{ format!("{} {}", thousands(vault.objects as u64), words::objects(language)) }</small></span>
                </button>
                <div class="revision"><b>{ thousands(vault.revision) }</b><span>{ words::revision(language) }</span></div>
                <ol class="writes" aria-label={words::latest_writes(language)}>
                    { for vault.writes.iter().take(2).map(|write| html! {
                        <li key={write.revision} title={format!("@{} {} · {}", write.revision, write.key, write.by)}>{ icon(glyph_of_kind(write.key.kind)) }<span class="cut">{ tail(&write.key.name) }</span></li>
                    }) }
                </ol>
            </article>
            { wires(context, "up", context.scene.lit.vault, None) }
        </div>
    }
}

/// The end of a generated name, which tells it from its siblings; short names whole.
fn tail(name: &str) -> &str {
    const SHORT: usize = 14;
    if name.len() <= SHORT {
        name
    } else {
        // An Event's name is that of its object, a dot and a number.
        let name = name.split('.').next().unwrap_or(name);
        name.rsplit('-').next().unwrap_or(name)
    }
}

fn door(context: &Context) -> Html {
    let language = context.language;
    let scene = &context.scene;
    let sent = scene.lit.user || scene.lit.lane == Some(Lane::Request);
    let exchange = scene.exchange.as_ref();
    let asked = exchange.filter(|_| sent);
    let at = |stage: &Stage| match asked.and_then(|exchange| exchange.refused) {
        _ if asked.is_none() => None,
        None => Some("passed"),
        Some(Some(refused)) if *stage < refused => Some("passed"),
        Some(Some(refused)) if *stage == refused => Some("refused"),
        Some(_) => None,
    };
    html! {
        <article class="door" data-component="kube-apiserver" data-phase={sent.then_some(LitPhase::Act.name())} data-state={(!scene.door_open).then_some("stopped")} aria-current={context.is_selected(&Selection::ApiServer)}>
            <button class="box-head" onclick={look(context, Selection::ApiServer, Tab::Turn)}>
                <span class="hept"><Icon name="api" /></span>
                <span class="box-name">{ words::api_server(language) }<small>{ if scene.door_open { words::the_only_door(language) } else { words::does_not_answer(language) } }</small></span>
            </button>
            <ol class="stages" aria-label={words::stages(language)}>{ for Stage::ALL.iter().map(|stage| html! { <li data-at={at(stage)}>{ stage.name() }</li> }) }</ol>
            if let Some(exchange) = exchange {
                <div class="ticker">
                    <span class="verb">{ exchange.method }</span><span class="cut path">{ &exchange.what }</span>
                    <span class="code" data-tone={if exchange.refused.is_some() { "bad" } else { "ok" }}>{ &exchange.code }</span>
                </div>
            }
        </article>
    }
}

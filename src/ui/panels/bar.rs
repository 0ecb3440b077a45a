//! The bar: step controls, who runs next, status; and the page's own tools.

use crate::session::{Action, Breakpoint, Goal, Session, Speed, Standstill, Stop};
use crate::sim::{ClusterOptions, Pace, Phase, Possible, Ready};
use crate::ui::i18n::{Language, page as words};
use crate::ui::parts::format::{span, who};
use crate::ui::parts::{Icon, Loop, Menu, glyph_of_component, icon};
use crate::ui::settings::{Change, Coach, Settings, Sheet, Theme};
use crate::ui::store::{
    Configure, Dispatch, Shown, Store, use_configure, use_dispatch, use_language, use_session,
    use_settings, use_store,
};
use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

/// The bar.
#[component]
pub fn Bar() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let configure = use_configure();
    let settings = use_settings();
    let language = use_language();
    let store = use_store();
    let session = shown.get();
    html! {
        <header class="bar">
            <h1 class="brand"><Loop /><span class="brand-name"><b>{ "Kube" }</b>{ "Loop" }</span></h1>
            <div class="transport" role="group" aria-label={words::step_controls(language)}>
                { stepping(&session, &dispatch, &configure, &settings, language) }
                { running(&session, &dispatch, language) }
                { speed(&session, &dispatch, language) }
                { status(&session, language) }
                <span class="grow"></span>
                { next(&shown, &dispatch, language) }
            </div>
            { tools(&store, &shown, &dispatch, &configure, &settings, language) }
        </header>
    }
}

fn stepping(
    session: &Session,
    dispatch: &Dispatch,
    configure: &Configure,
    settings: &Settings,
    language: Language,
) -> Html {
    let phase = session.next_phase().map(|phase| match phase {
        Phase::Observe | Phase::Whole | Phase::Begin => ("observe", words::observe(language)),
        Phase::Diff => ("diff", words::diff(language)),
        Phase::Act { .. } => ("act", words::act(language)),
    });
    let coached = settings.coach == Coach::Step;
    html! {
        <div class="button-row joined">
            <button class="button icon-only" data-testid="back" aria-label={words::back(language)} title={words::back_title(language)}
                disabled={session.timeline().cursor() == 0} onclick={dispatch.on(Action::Back)}><Icon name="back" /></button>
            <span class="coached">
                <button class={classes!("button", "primary", "step", coached.then_some("pulse"))} data-testid="step" title={words::step_title(language)}
                    onclick={dispatch.on(Action::Step(Pace::Phase))}>
                    <Loop phase={phase.map(|(phase, _)| AttrValue::Static(phase))} /><span class="text">{ words::step(language) }</span>
                    if let Some((_, name)) = phase { <span class="step-phase">{ name }</span> }
                </button>
                if coached {
                    <span class="coach" role="note"><span>{ words::coach_step(language) }</span>
                        <button class="button ghost small icon-only" aria-label={words::dismiss(language)} onclick={configure.on(Change::Coach(Coach::Done))}><Icon name="cross" class="i-s" /></button>
                    </span>
                }
            </span>
            <button class="button" data-testid="step-turn" title={words::step_turn_title(language)} onclick={dispatch.on(Action::StepTurn)}>
                <Icon name="turn" /><span class="text">{ words::step_turn(language) }</span>
            </button>
        </div>
    }
}

fn running(session: &Session, dispatch: &Dispatch, language: Language) -> Html {
    let is_running = session.goal.is_some();
    let (glyph, name, action) = if is_running {
        ("pause", words::pause(language), Action::Pause)
    } else {
        ("play", words::run(language), Action::Run(Goal::On))
    };
    html! {
        <div class="button-row joined">
            <button class="button" data-testid="run" title={words::run_title(language)} onclick={dispatch.on(action)}>
                <Icon name={glyph} /><span class="text">{ name }</span>
            </button>
            <button class="button" data-testid="settle" title={words::settle_title(language)} disabled={session.goal == Some(Goal::Settled)}
                onclick={dispatch.on(Action::Run(Goal::Settled))}>
                <Icon name="settle" /><span class="text">{ words::settle(language) }</span>
            </button>
        </div>
    }
}

fn speed(session: &Session, dispatch: &Dispatch, language: Language) -> Html {
    let onchange = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let select = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
            let chosen = select.and_then(|select| {
                Speed::ALL
                    .get(usize::try_from(select.selected_index()).ok()?)
                    .copied()
            });
            if let Some(speed) = chosen {
                dispatch.send(Action::SetSpeed(speed));
            }
        })
    };
    let option = |speed: &Speed| {
        let name = match speed {
            Speed::Full => words::speed_full(language),
            Speed::Slow | Speed::Normal | Speed::Fast => speed.name(),
        };
        html! { <option selected={*speed == session.speed}>{ name }</option> }
    };
    html! { <select class="select speed" aria-label={words::speed(language)} {onchange}>{ for Speed::ALL.iter().map(option) }</select> }
}

fn status(session: &Session, language: Language) -> Html {
    let standing = session.standing();
    let word = match standing.word {
        Standstill::Ready => words::ready(language),
        Standstill::Running => words::running(language),
        Standstill::Settled => words::settled(language),
        Standstill::Stopped => words::stopped(language),
    };
    let detail = match (standing.word, standing.stop, standing.next_in_ms) {
        (Standstill::Running, _, _) => String::new(),
        (Standstill::Settled, _, _) => words::nothing_on_its_way(language).to_owned(),
        (Standstill::Stopped, Some(Stop::Asked), _) => words::stopped_by_you(language).to_owned(),
        (Standstill::Stopped, Some(Stop::Nothing), _) => {
            words::stopped_nothing(language).to_owned()
        }
        (Standstill::Stopped, Some(Stop::At(breakpoint)), _) => {
            words::stopped_at(language, &breakpoint_name(&breakpoint, language))
        }
        (_, _, Some(ms)) => words::next_in(language, &span(ms)),
        (_, _, None) => words::could_run(language, standing.ready),
    };
    html! {
        <output class="status" data-testid="status" role="status" data-state={standing.word.name()}>
            { word }
            if !detail.is_empty() { { " " }<small>{ detail }</small> }
        </output>
    }
}

/// How many of the things that could happen the menu lists.
const NEXT_MAX: usize = 30;

fn next(shown: &Shown, dispatch: &Dispatch, language: Language) -> Html {
    let ready = shown.get().timeline().cluster().ready(1);
    let Some(first) = ready.first() else {
        return Html::default();
    };
    let (glyph, name) = actor(first);
    let entries = {
        let (shown, dispatch) = (shown.clone(), dispatch.clone());
        Callback::from(move |()| possible(&shown.get(), &dispatch, language))
    };
    let button = html! { <><span class="dim wide">{ words::next(language) }</span>{ " " }<Icon name={glyph} /><b class="cut">{ name }</b><Icon name="chevron" class="i-s" /></> };
    html! {
        <Menu id="next-menu" class="next" label={words::who_runs_next(language)} title={words::next_title(language)} {button} {entries} />
    }
}

/// What could happen next, as the entries of a menu.
fn possible(session: &Session, dispatch: &Dispatch, language: Language) -> Html {
    let cluster = session.timeline().cluster();
    let ready = cluster.ready(NEXT_MAX);
    let now_ms = cluster.now_ms();
    let item = |(index, ready): (usize, &Ready)| {
        let (glyph, _) = actor(ready);
        let (sentence, about) = sentence(&ready.what, language);
        let phase = if matches!(
            ready.what,
            Possible::Deliver { .. } | Possible::Machine { .. }
        ) {
            "observe"
        } else {
            "act"
        };
        let due = ready.due_ms.checked_sub(now_ms).filter(|ms| *ms > 0);
        let when = due.map_or_else(
            || words::now(language).to_owned(),
            |ms| format!("+{}", span(ms)),
        );
        html! {
            <button class="menu-item ready-item" key={ready.choice.sequence} aria-current={(index == 0).then_some("true")} data-phase={phase}
                onclick={dispatch.on(Action::StepChoice(ready.choice, Pace::Phase))}>
                { icon(glyph) }<span>{ sentence }<small class="mono">{ about }</small></span><time>{ when }</time>
            </button>
        }
    };
    html! {
        <>
            <div class="menu-head">{ words::could_happen(language, ready.len()) }</div>
            { for ready.iter().enumerate().map(item) }
        </>
    }
}

/// The glyph and the name of who would do it.
fn actor(ready: &Ready) -> (&'static str, String) {
    match &ready.what {
        Possible::Deliver { process, .. }
        | Possible::Turn { process, .. }
        | Possible::GoOn { process, .. }
        | Possible::Restart { process } => (glyph_of_component(process.component), who(process)),
        Possible::Machine { node } => ("container", node.to_string()),
    }
}

/// What would happen, and to what.
fn sentence(what: &Possible, language: Language) -> (String, String) {
    match what {
        Possible::Deliver {
            process,
            key,
            change,
            revision,
        } => (
            words::hears_of(language, &who(process)),
            format!("{key} · {} @{revision}", change.name()),
        ),
        Possible::Turn { process, key } => {
            (words::reconciles(language, &who(process)), key.to_string())
        }
        Possible::GoOn { process, key } => {
            (words::goes_on(language, &who(process)), key.to_string())
        }
        Possible::Machine { node } => (words::machine_finishes(language, node), String::new()),
        Possible::Restart { process } => {
            (words::comes_back(language, &who(process)), String::new())
        }
    }
}

fn breakpoint_name(breakpoint: &Breakpoint, language: Language) -> String {
    match breakpoint {
        Breakpoint::Conflict => words::break_conflict(language).to_owned(),
        Breakpoint::Refusal => words::break_refusal(language).to_owned(),
        Breakpoint::Warning => words::break_warning(language).to_owned(),
        Breakpoint::FewerReady => words::break_fewer_ready(language).to_owned(),
        Breakpoint::Writes(name) => words::break_writes(language, name),
        Breakpoint::Deleted(kind) => words::break_deleted(language, kind.info().name),
    }
}

/// The breakpoints that the menu offers.
const BREAKPOINTS: &[Breakpoint] = &[
    Breakpoint::Conflict,
    Breakpoint::Refusal,
    Breakpoint::Warning,
    Breakpoint::Deleted(crate::api::Kind::Pod),
    Breakpoint::FewerReady,
];

fn breakpoints(shown: &Shown, dispatch: &Dispatch, language: Language) -> Html {
    let entries = {
        let (shown, dispatch) = (shown.clone(), dispatch.clone());
        Callback::from(move |()| breakpoint_entries(&shown.get(), &dispatch, language))
    };
    html! {
        <Menu id="breakpoints-menu" label={words::breakpoints(language)} title={words::breakpoints(language)} button_label={words::breakpoints(language)}
            button_class={classes!("ghost", "icon-only")} button={icon("breakpoint")} {entries} />
    }
}

fn breakpoint_entries(session: &Session, dispatch: &Dispatch, language: Language) -> Html {
    let item = |breakpoint: &Breakpoint| {
        let set = session.breakpoints.contains(breakpoint);
        html! {
            <button class="menu-item" aria-pressed={set.to_string()} onclick={dispatch.on(Action::ToggleBreakpoint(breakpoint.clone()))}>
                { icon(if set { "check" } else { "breakpoint" }) }<span>{ breakpoint_name(breakpoint, language) }</span>
            </button>
        }
    };
    html! {
        <>
            <div class="menu-head">{ words::breakpoints_head(language) }</div>
            { for BREAKPOINTS.iter().map(item) }
        </>
    }
}

fn tools(
    store: &Store,
    shown: &Shown,
    dispatch: &Dispatch,
    configure: &Configure,
    settings: &Settings,
    language: Language,
) -> Html {
    let dark = crate::ui::dom::is_dark(settings.theme);
    let theme = if dark { Theme::Light } else { Theme::Dark };
    let other = language.other();
    let ClusterOptions { nodes, seed, .. } = *shown.get().timeline().cluster().options();
    html! {
        <div class="tools">
            { breakpoints(shown, dispatch, language) }
            <button class="button ghost icon-only optional" aria-label={words::reset(language)} title={words::reset_title(language)}
                onclick={dispatch.on(Action::Reset(ClusterOptions { nodes, seed, ..ClusterOptions::default() }))}><Icon name="reset" /></button>
            <button class="button ghost icon-only" aria-label={words::share(language)} title={words::share_title(language)}
                onclick={let store = store.clone(); Callback::from(move |_| crate::ui::link::share(&store))}><Icon name="share" /></button>
            <button class="button ghost" data-testid="language" lang={other.tag()} title={words::switch_language(language)} onclick={configure.on(Change::Language(other))}>
                { if language == Language::English { "中文" } else { "EN" } }
            </button>
            <button class="button ghost icon-only" data-testid="theme" aria-label={words::theme(language)} title={words::theme_title(language)} onclick={configure.on(Change::Theme(theme))}>
                <Icon name={if dark { "moon" } else { "sun" }} />
            </button>
            <button class="button ghost icon-only optional" aria-label={words::projector(language)} title={words::projector_title(language)} aria-pressed={settings.projector.to_string()}
                onclick={configure.on(Change::ToggleProjector)}><Icon name="projector" /></button>
            <button class="button ghost icon-only optional" aria-label={words::help(language)} title={words::help(language)} onclick={configure.on(Change::Sheet(Some(Sheet::Help)))}><Icon name="help" /></button>
        </div>
    }
}

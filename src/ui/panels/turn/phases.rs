//! The three columns: what was observed, what differs, what was done about it.

use super::Context;
use crate::component::{Action, Difference, Fact, Outcome, Planned, Turn};
use crate::sim::{Phase, Step, StepEvent, TurnStep, trace};
use crate::ui::i18n::turn as words;
use crate::ui::parts::{Icon, glyph_of_kind};
use yew::prelude::*;

/// Of a long list of alike requests, this many are shown.
const DEEDS_SHOWN: usize = 5;

/// The columns of a step.
pub(super) fn phases(context: &Context<'_>, step: &Step) -> Html {
    match &step.event {
        StepEvent::Turn(turn) => of_turn(context, turn),
        StepEvent::Delivered {
            key,
            revision,
            woke,
            ..
        } => {
            let language = context.language;
            let note = if woke.is_empty() {
                words::event_none(language).to_owned()
            } else {
                words::event_text(language, woke.len())
            };
            let rows = html! {
                <ul class="rows"><li class="fact">
                    <div class="subject"><Icon name={glyph_of_kind(key.kind)} /><span class="name">{ key.to_string() }</span><span class="at">{ format!("@{revision}") }</span></div>
                    <div class="reads"><span>{ words::cache_now_at(language, *revision) }</span>
                        { for woke.iter().take(DEEDS_SHOWN).map(|key| html! { <span>{ words::woke(language) }{ " " }<b>{ key.to_string() }</b></span> }) }
                    </div>
                </li></ul>
            };
            html! { <div class="phases">{ phase(context, "observe", "now", html! { <>{ rows }<p class="later">{ note }</p></> }) }</div> }
        }
        StepEvent::User { request, answer } => {
            let answer = trace::answer_text(answer, Some(request.verb));
            let deed = deed_row(
                context,
                None,
                request.method(),
                &request.path(),
                Some(&answer),
                "",
            );
            html! { <div class="phases">{ phase(context, "act", "now", html! { <ol class="rows">{ deed }</ol> }) }</div> }
        }
        StepEvent::Machine { .. }
        | StepEvent::Started { .. }
        | StepEvent::Fault(_)
        | StepEvent::Waited { .. } => html! {},
    }
}

/// One column.
pub(super) fn phase(
    context: &Context<'_>,
    name: &'static str,
    state: &'static str,
    rows: Html,
) -> Html {
    let language = context.language;
    let (title, note) = match name {
        "observe" => (words::observe(language), words::observe_note(language)),
        "diff" => (words::diff(language), words::diff_note(language)),
        _ => (words::act(language), words::act_note(language)),
    };
    html! {
        <section class="phase" data-phase={name} data-state={state} aria-label={title}>
            <h3 class="phase-head"><Icon name={name} /><span>{ title }</span><small>{ note }</small></h3>
            { rows }
        </section>
    }
}

fn of_turn(context: &Context<'_>, step: &TurnStep) -> Html {
    let (observe, diff, act) = match step.phase {
        Phase::Observe => ("now", "next", "next"),
        Phase::Diff => ("done", "now", "next"),
        Phase::Act { .. } | Phase::Whole | Phase::Begin => ("done", "done", "now"),
    };
    let language = context.language;
    let later = |text: String| html! { <p class="later">{ text }</p> };
    let compared = match step.phase {
        Phase::Observe => later(words::compare_next(language).to_owned()),
        _ if step.turn.diff.is_empty() => {
            html! { <p class="same">{ words::nothing_differs(language) }</p> }
        }
        _ => differences(context, &step.turn),
    };
    let done = match step.phase {
        Phase::Observe => later(String::new()),
        _ if step.turn.actions.is_empty() => later(words::no_requests(language).to_owned()),
        Phase::Diff => later(words::act_next(language, step.turn.actions.len())),
        _ => html! { <>{ deeds(context, step) }
            if step.crashed { <p class="refused">{ words::crashed(language) }</p> }
        </> },
    };
    html! {
        <div class="phases">
            { phase(context, "observe", observe, facts(context, &step.turn)) }
            { phase(context, "diff", diff, compared) }
            { phase(context, "act", act, done) }
        </div>
    }
}

/// Facts, those of one object together.
fn facts(context: &Context<'_>, turn: &Turn) -> Html {
    if turn.observed.is_empty() {
        return html! { <p class="later">{ words::no_facts(context.language) }</p> };
    }
    let mut groups: Vec<Vec<&Fact>> = Vec::new();
    for fact in &turn.observed {
        match groups.iter_mut().find(|group| group[0].about == fact.about) {
            Some(group) => group.push(fact),
            None => groups.push(vec![fact]),
        }
    }
    let one = |group: &Vec<&Fact>| {
        let about = &group[0].about;
        let revision = group.iter().map(|fact| fact.revision).max().unwrap_or(0);
        html! {
            <li class="fact">
                <div class="subject"><Icon name={glyph_of_kind(about.kind)} /><span class="name" title={about.to_string()}>{ about.name.to_string() }</span>
                    if revision > 0 { <span class="at">{ format!("@{revision}") }</span> }
                </div>
                <div class="reads">{ for group.iter().map(|fact| html! { <span>{ fact.field.to_string() }{ " " }<b>{ fact.value.to_string() }</b></span> }) }</div>
            </li>
        }
    };
    html! { <ul class="rows">{ for groups.iter().map(one) }</ul> }
}

fn differences(context: &Context<'_>, turn: &Turn) -> Html {
    let language = context.language;
    let one = |(index, gap): (usize, &Difference)| {
        html! {
            <li class="gap">
                <div class="subject"><span class="gap-no">{ index + 1 }</span><code class="name" title={gap.about.to_string()}>{ gap.field.to_string() }</code></div>
                <div class="sides"><span class="side">{ words::desired(language) }{ " " }<b>{ gap.desired.to_string() }</b></span><Icon name="diff" class="i-s" />
                    <span class="side">{ words::actual(language) }{ " " }<b>{ gap.actual.to_string() }</b></span></div>
                <div class="reason"><code>{ gap.reason }</code>{ " " }{ words::why(language, gap.reason).unwrap_or_default() }</div>
            </li>
        }
    };
    html! { <ul class="rows">{ for turn.diff.iter().enumerate().map(one) }</ul> }
}

/// The actions with their answers. Of many alike, the first few, the current one and how many more.
fn deeds(context: &Context<'_>, step: &TurnStep) -> Html {
    let actions = &step.turn.actions;
    let over = matches!(step.phase, Phase::Whole)
        || step.crashed
        || step.outcomes.iter().any(|outcome| !outcome.is_ok());
    let current = step.outcomes.len();
    let shown = |index: &usize| {
        *index < DEEDS_SHOWN || index.abs_diff(current) <= 1 || actions.len() - index <= 2
    };
    let rows: Vec<Html> = (0..actions.len())
        .filter(shown)
        .map(|index| {
            deed(
                context,
                &actions[index],
                step.outcomes.get(index),
                over,
                index == current,
            )
        })
        .collect();
    let hidden = actions.len() - rows.len();
    html! {
        <>
            <ol class="rows">{ for rows }</ol>
            if hidden > 0 { <p class="later">{ words::more(context.language, hidden) }</p> }
        </>
    }
}

fn deed(
    context: &Context<'_>,
    planned: &Planned,
    outcome: Option<&Outcome>,
    over: bool,
    is_next: bool,
) -> Html {
    let language = context.language;
    let (verb, path) = match &planned.action {
        Action::Api(request) => (request.method(), request.path()),
        Action::Event(note) => ("EVENT", format!("{}: {}", note.reason, note.message)),
        Action::Runtime(call) => ("CRI", call.summary()),
        Action::Network(call) => ("NET", call.summary()),
    };
    match outcome {
        Some(outcome) => {
            let answer = trace::outcome_text(&planned.action, outcome);
            deed_row(
                context,
                planned.closes,
                verb,
                &path,
                Some(&answer),
                if outcome.is_ok() { "" } else { "refused" },
            )
        }
        None if over => deed_row(
            context,
            planned.closes,
            verb,
            &path,
            Some(words::dropped(language)),
            "waiting",
        ),
        None if is_next => deed_row(
            context,
            planned.closes,
            verb,
            &path,
            Some(words::next(language)),
            "waiting",
        ),
        None => deed_row(
            context,
            planned.closes,
            verb,
            &path,
            Some(words::waiting(language)),
            "waiting",
        ),
    }
}

/// One request: the difference that it closes, the request line, the answer.
fn deed_row(
    context: &Context<'_>,
    closes: Option<usize>,
    verb: &'static str,
    path: &str,
    answer: Option<&str>,
    state: &'static str,
) -> Html {
    let answer = answer.unwrap_or_default();
    let (code, name) = answer
        .split_once(' ')
        .filter(|(code, _)| code.len() == 3)
        .unwrap_or((answer, ""));
    let tone = match code.as_bytes().first() {
        Some(b'2') => Some("ok"),
        Some(b'4' | b'5') => Some("bad"),
        _ if code == "ok" => Some("ok"),
        _ => None,
    };
    let number = closes.map(|index| index + 1);
    html! {
        <li class="deed" data-state={(!state.is_empty()).then_some(state)}>
            if let Some(number) = number { <span class="gap-no" title={words::closes(context.language, number)}>{ number }</span> } else { <span class="gap-no" aria-hidden="true">{ "·" }</span> }
            <span class="verb">{ verb }</span><span class="path" title={path.to_owned()}>{ path.to_owned() }</span>
            <span class="code" data-tone={tone}>{ code.to_owned() }</span><span class="name">{ name.to_owned() }</span>
        </li>
    }
}

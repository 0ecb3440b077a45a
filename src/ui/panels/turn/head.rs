//! The headline of a step: who did what, when, and because of what.

use super::{Context, seconds, step_link};
use crate::api::ChangeType;
use crate::sim::{Cause, Phase, Step, StepEvent, TurnStep};
use crate::ui::i18n::{Language, turn as words};
use crate::ui::parts::{Icon, glyph_of_component};
use yew::prelude::*;

/// The head of the card.
pub(super) fn head(context: &Context<'_>, step: &Step) -> Html {
    let language = context.language;
    let (glyph, phase, title) = match &step.event {
        StepEvent::Turn(turn) => {
            let name = mono(turn.key.as_str());
            let title = html! { <>{ format!("{} {} ", turn.process, verb(language, turn.process.component)) }{ name }</> };
            (
                glyph_of_component(turn.process.component),
                phase_name(turn),
                title,
            )
        }
        StepEvent::Delivered {
            process,
            key,
            change,
            ..
        } => {
            let title = html! { <>{ format!("{process} {} ", words::hears_of(language)) }{ mono(&format!("{} {key}", change.name())) }</> };
            (glyph_of_component(process.component), "observe", title)
        }
        StepEvent::Machine { node, what, .. } => {
            let title = html! { <>{ format!("{} {node} ", words::machine_head(language)) }{ mono(what) }</> };
            ("container", "observe", title)
        }
        StepEvent::Started { process } => {
            let title = html! { format!("{process} {}", words::started_head(language)) };
            (glyph_of_component(process.component), "observe", title)
        }
        StepEvent::User { request, .. } => {
            let title = html! { <>{ format!("{} {} ", words::you(language), words::you_sent(language)) }{ mono(&request.summary()) }</> };
            ("user", "act", title)
        }
        StepEvent::Fault(fault) => {
            let text = serde_json::to_value(fault)
                .map(|value| plain(&value))
                .unwrap_or_default();
            let title = html! { <>{ format!("{} {} ", words::you(language), words::you_broke(language)) }{ mono(&text) }</> };
            ("bolt", "act", title)
        }
        StepEvent::Waited { for_ms } => (
            "clock",
            "observe",
            html! { words::waited_head(language, seconds(*for_ms)) },
        ),
    };
    html! {
        <header class="turn-head">
            <span class="hept" data-phase={phase}><Icon name={glyph} /></span>
            <div class="grow"><h2>{ title }</h2>{ because(context, step) }</div>
            <div class="turn-when"><b>{ words::step(language, step.index) }</b><br />{ clock(step.at_ms) }</div>
        </header>
    }
}

/// The virtual clock: `0:00:01.305`.
fn clock(at_ms: u64) -> String {
    let (hours, minutes) = (at_ms / 3_600_000, at_ms / 60_000 % 60);
    format!(
        "{hours}:{minutes:02}:{:02}.{:03}",
        at_ms / 1000 % 60,
        at_ms % 1000
    )
}

fn mono(text: &str) -> Html {
    html! { <span class="mono">{ text.to_owned() }</span> }
}

fn verb(language: Language, component: &str) -> &'static str {
    match component {
        "kube-scheduler" => words::seeks_a_node(language),
        "kubelet" => words::looks_after(language),
        "kube-proxy" => words::programs(language),
        _ => words::reconciles(language),
    }
}

fn phase_name(turn: &TurnStep) -> &'static str {
    match turn.phase {
        Phase::Observe => "observe",
        Phase::Diff => "diff",
        Phase::Whole | Phase::Begin | Phase::Act { .. } => "act",
    }
}

/// Fault data without its punctuation: `kill-node n1`.
fn plain(value: &serde_json::Value) -> String {
    let fields = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(_, field)| match field {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        });
    fields
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn because(context: &Context<'_>, step: &Step) -> Html {
    let language = context.language;
    let (cause, text) = match &step.event {
        StepEvent::Turn(turn) => cause(language, &turn.cause),
        StepEvent::Delivered {
            key,
            change,
            revision,
            written_in,
            ..
        } => (
            Some(*written_in),
            wrote(language, &key.to_string(), *change, *revision),
        ),
        StepEvent::Machine { .. } => (None, words::machine_note(language).to_owned()),
        StepEvent::Started { .. } => (None, words::started_note(language).to_owned()),
        StepEvent::User { answer, .. } if answer.result.is_err() => {
            (None, words::refused_note(language).to_owned())
        }
        StepEvent::User { .. } => (None, words::user_note(language).to_owned()),
        StepEvent::Fault(_) => (None, words::fault_note(language).to_owned()),
        StepEvent::Waited { .. } => (None, words::waited_note(language).to_owned()),
    };
    let has_cause = matches!(step.event, StepEvent::Turn(_) | StepEvent::Delivered { .. });
    html! {
        <p class="because">
            if has_cause { <Icon name="because" class="i-s" /><span>{ words::because(language) }</span>{ " " } }
            if let Some(step) = cause { { step_link(context, step) }{ " " } }
            <span>{ text }</span>
        </p>
    }
}

/// The step that is to blame, and what it did.
fn cause(language: Language, cause: &Cause) -> (Option<u64>, String) {
    match cause {
        Cause::Start => (None, words::cause_start(language).to_owned()),
        Cause::Change {
            key,
            change,
            revision,
            step,
        } => (
            Some(*step),
            wrote(language, &key.to_string(), *change, *revision),
        ),
        Cause::Timer { step } => (Some(*step), words::cause_timer(language).to_owned()),
        Cause::Retry { step, failures } => (Some(*step), words::cause_retry(language, *failures)),
        Cause::Machine { step } => (Some(*step), words::cause_machine(language).to_owned()),
    }
}

fn wrote(language: Language, key: &str, change: ChangeType, revision: u64) -> String {
    let verb = match change {
        ChangeType::Added => words::added(language),
        ChangeType::Modified => words::modified(language),
        ChangeType::Deleted => words::deleted(language),
    };
    words::wrote(language, key, verb, revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_and_the_faults_in_words() {
        assert_eq!(clock(3_723_004), "1:02:03.004");
        let fault = crate::sim::Fault::KillNode {
            node: "n1".to_owned(),
        };
        assert_eq!(
            plain(&serde_json::to_value(fault).expect("plain data")),
            "kill-node n1"
        );
    }
}

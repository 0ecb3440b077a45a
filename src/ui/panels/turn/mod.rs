//! What just happened: observed, desired against actual, requests and their answers, and why.

mod head;
mod phases;
mod scheduling;
mod standstill;

use crate::session::{Session, Standstill};
use crate::sim::{Step, StepEvent};
use crate::ui::i18n::{Language, turn as words};
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use yew::prelude::*;

/// What the parts of this panel are drawn with.
pub(super) struct Context<'a> {
    session: &'a Session,
    language: Language,
    dispatch: &'a Dispatch,
}

/// What just happened: observed, desired against actual, requests and their answers, and why.
#[component]
pub fn Turn() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let memo_on = (shown.version(), language);
    let html = use_memo(memo_on, |_| {
        let session = shown.get();
        let context = Context {
            session: &session,
            language,
            dispatch: &dispatch,
        };
        match session.timeline().current() {
            Some(step) => told(&context, step),
            None => standstill::start(&context),
        }
    });
    (*html).clone()
}

fn told(context: &Context<'_>, step: &Step) -> Html {
    let kind = match &step.event {
        StepEvent::Turn(_) => "turn",
        StepEvent::Delivered { .. } | StepEvent::Machine { .. } | StepEvent::Started { .. } => {
            "event"
        }
        StepEvent::User { .. } => "user",
        StepEvent::Fault(_) => "fault",
        StepEvent::Waited { .. } => "time",
    };
    let settled = context.session.standing().word == Standstill::Settled;
    html! {
        <article class="turn" data-testid="turn" data-kind={kind}>
            { head::head(context, step) }
            { phases::phases(context, step) }
            if let StepEvent::Turn(turn) = &step.event {
                if let Some(scheduling) = &turn.turn.scheduling { { scheduling::matrix(context, scheduling) } }
            }
            if settled { { standstill::settled(context) } } else { { standstill::waits(context) } }
        </article>
    }
}

/// Seconds with as many digits as they need: `0.012`, `1.3`, `40`.
pub(super) fn seconds(ms: u64) -> String {
    let text = format!("{}.{:03}", ms / 1000, ms % 1000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A link that moves the cursor to just after this step.
pub(super) fn step_link(context: &Context<'_>, step: u64) -> Html {
    let action = crate::session::Action::Seek(step + 1);
    html! { <button class="link" onclick={context.dispatch.on(action)}>{ words::step(context.language, step) }</button> }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn seconds_have_as_many_digits_as_they_need() {
        let texts: Vec<String> = [0, 12, 1_300, 40_000].into_iter().map(seconds).collect();
        assert_eq!(texts, ["0", "0.012", "1.3", "40"]);
    }
}

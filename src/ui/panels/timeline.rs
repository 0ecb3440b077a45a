//! The timeline: clock, scrubber, marks, convergence plot, forks.

use crate::session::{Action, Session};
use crate::sim::{Mark, MarkKind, Sample};
use crate::ui::i18n::{Language, page as words};
use crate::ui::parts::format::clock;
use crate::ui::parts::{Icon, Menu, icon};
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use std::fmt::Write;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// At most so many marks and points are drawn.
const POINTS_MAX: usize = 400;

/// The timeline.
#[component]
pub fn Timeline() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let session = shown.get();
    let timeline = session.timeline();
    let (cursor, len) = (timeline.cursor(), timeline.len());
    let curves = use_memo(
        (
            timeline.samples().len(),
            timeline.samples().last().copied(),
            timeline.branches().len(),
        ),
        |_| curves(timeline.samples()),
    );
    let oninput = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: InputEvent| {
            let input = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            if let Some(step) = input.and_then(|input| input.value().parse().ok()) {
                dispatch.send(Action::Seek(step));
            }
        })
    };
    let place = |step: u64| format!("--at:{}", share(step, len));
    let stride = timeline.marks().len().div_ceil(POINTS_MAX).max(1);
    let mark = |(index, mark): (usize, &Mark)| {
        let (kind, glyph) = match mark.kind {
            MarkKind::User => ("you", "act"),
            MarkKind::Fault => ("fault", "bolt"),
            MarkKind::Settled => ("settled", "settle"),
        };
        html! { <span class="mark" key={index} data-kind={kind} style={place(mark.step)}>{ icon(glyph) }</span> }
    };
    let branches = timeline.branches();
    let words_of_place = words::place(language, "|", len);
    let (before, behind) = words_of_place.split_once('|').unwrap_or_default();
    let (before, behind) = (before.to_owned(), behind.to_owned());
    html! {
        <footer class="timeline" aria-label={words::timeline(language)}>
            <div class="clock" data-past={(cursor < len).then_some("")}><b>{ clock(timeline.cluster().now_ms()) }</b><small>{ words::virtual_time(language) }</small></div>
            <div class="track" style={place(cursor)}>
                { plot(&curves, len) }
                <div class="marks" aria-hidden="true">
                    { for timeline.marks().iter().enumerate().filter(|(index, _)| index % stride == 0).map(mark) }
                    { for branches.iter().enumerate().map(|(index, branch)| html! { <span class="fork" key={format!("fork-{index}")} style={place(branch.forks_at)}></span> }) }
                </div>
                <input type="range" id="scrubber" data-testid="timeline" min="0" max={len.to_string()} value={cursor.to_string()} {oninput}
                    aria-label={words::timeline(language)} aria-valuetext={words::step_of(language, cursor, len)} />
            </div>
            <div class="place">
                <span>{ before }<b>{ cursor }</b>{ behind }</span>
                if !branches.is_empty() {
                    <Menu id="futures-menu" class="futures" label={words::futures(language)} title={words::futures(language)} button_class={classes!("small", "ghost")}
                        button={html! { <><Icon name="fork" class="i-s" />{ branches.len() }<span class="vh">{ words::futures(language) }</span></> }}
                        entries={let shown = shown.clone(); Callback::from(move |()| futures(&shown.get(), &dispatch, language))} />
                }
            </div>
        </footer>
    }
}

fn futures(session: &Session, dispatch: &Dispatch, language: Language) -> Html {
    let branches = session.timeline().branches().iter().enumerate();
    html! {
        <>
            <div class="menu-head">{ words::futures_head(language) }</div>
            { for branches.map(|(index, branch)| html! {
                <button class="menu-item" onclick={dispatch.on(Action::SwitchBranch(index))}>{ icon("fork") }<span>{ words::future(language, branch.forks_at, branch.len) }</span></button>
            }) }
        </>
    }
}

/// Where a step lies between the ends of the track: 0 to 1.
fn share(step: u64, len: u64) -> String {
    let ten_thousandths = (step.min(len) * 10_000).checked_div(len).unwrap_or(0);
    format!(
        "{}.{:04}",
        ten_thousandths / 10_000,
        ten_thousandths % 10_000
    )
}

/// What was wanted and what was ready, as far as the last sample; nothing if there is only one.
fn curves(samples: &[Sample]) -> Option<(String, String)> {
    if samples.len() < 2 {
        return None;
    }
    let most = samples
        .iter()
        .map(|sample| sample.desired.max(sample.ready))
        .max()
        .unwrap_or(0)
        .max(1);
    let height = |value: i64| {
        let tenths = value * 100 / most;
        format!("{}.{}", (100 - tenths) / 10, (100 - tenths) % 10)
    };
    let stride = samples.len().div_ceil(POINTS_MAX).max(1);
    let shown = samples
        .iter()
        .enumerate()
        .filter(|(index, _)| index % stride == 0 || index + 1 == samples.len());
    let (mut wanted, mut ready) = (String::from("M0 10"), String::from("M0 10"));
    for (_, sample) in shown {
        // Writing to a String cannot fail.
        let _ = write!(wanted, "H{}V{}", sample.step, height(sample.desired));
        let _ = write!(ready, "H{}V{}", sample.step, height(sample.ready));
    }
    Some((wanted, ready))
}

/// The convergence plot: what was wanted as a line, what was ready as an area.
fn plot(curves: &Option<(String, String)>, len: u64) -> Html {
    html! {
        <svg class="plot" viewBox={format!("0 0 {} 10", len.max(1))} preserveAspectRatio="none" aria-hidden="true">
            <path class="base" d={format!("M0 10H{}", len.max(1))} />
            if let Some((wanted, ready)) = curves { <path class="ready" d={format!("{ready}H{len}V10Z")} /><path class="wanted" d={format!("{wanted}H{len}")} /> }
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn steps_lie_between_the_ends() {
        assert_eq!(
            [share(0, 0), share(1, 4), share(4, 4), share(9, 4)],
            ["0.0000", "0.2500", "1.0000", "1.0000"]
        );
    }
}

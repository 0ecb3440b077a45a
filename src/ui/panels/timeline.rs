//! The timeline: clock, scrubber, marks, convergence plot, forks.

use crate::session::Action;
use crate::sim::{Mark, MarkKind, Sample};
use crate::ui::i18n::page as words;
use crate::ui::parts::format::clock;
use crate::ui::parts::{Icon, Menu, icon};
use crate::ui::store::{use_dispatch, use_language, use_session};
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
    let plot = use_memo(
        (
            timeline.samples().len(),
            timeline.samples().last().copied(),
            len,
            timeline.branches().len(),
        ),
        |_| plot(timeline.samples(), len),
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
                { (*plot).clone() }
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
                        button={html! { <><Icon name="fork" class="i-s" />{ branches.len() }<span class="vh">{ words::futures(language) }</span></> }}>
                        <div class="menu-head">{ words::futures_head(language) }</div>
                        { for branches.iter().enumerate().map(|(index, branch)| html! {
                            <button class="menu-item" onclick={dispatch.on(Action::SwitchBranch(index))}>{ icon("fork") }<span>{ words::future(language, branch.forks_at, branch.len) }</span></button>
                        }) }
                    </Menu>
                }
            </div>
        </footer>
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

/// The convergence plot: what was wanted as a line, what was ready as an area.
fn plot(samples: &[Sample], len: u64) -> Html {
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
    let _ = write!(wanted, "H{len}");
    let _ = write!(ready, "H{len}V10Z");
    html! {
        <svg class="plot" viewBox={format!("0 0 {} 10", len.max(1))} preserveAspectRatio="none" aria-hidden="true">
            <path class="base" d={format!("M0 10H{}", len.max(1))} />
            if samples.len() > 1 { <path class="ready" d={ready} /><path class="wanted" d={wanted} /> }
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

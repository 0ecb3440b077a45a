//! The editor: YAML with its errors at their lines, Apply, and what it would change.

use super::preview::Preview;
use crate::session::{Action, Problem, Severity};
use crate::ui::dom;
use crate::ui::i18n::page as words;
use crate::ui::parts::{Code, Icon, icon};
use crate::ui::settings::{Change, Coach, View};
use crate::ui::store::{use_configure, use_dispatch, use_language, use_session, use_settings};
use yew::prelude::*;

/// The editor.
#[component]
pub fn Editor() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let configure = use_configure();
    let settings = use_settings();
    let language = use_language();
    let reveal = use_state(|| None::<(usize, u32)>);
    let session = shown.get();
    let onchange = {
        let dispatch = dispatch.clone();
        use_callback((), move |text: String, ()| {
            dispatch.send(Action::EditYaml(text));
        })
    };
    let apply = {
        let (dispatch, configure) = (dispatch.clone(), configure.clone());
        use_callback((), move |(): (), ()| {
            dispatch.send(Action::Apply);
            configure.send(Change::View(View::Diagram));
        })
    };
    let problem = |problem: &Problem| {
        let onclick = {
            let (reveal, line) = (reveal.clone(), problem.line);
            Callback::from(move |_: MouseEvent| {
                reveal.set(Some((line, reveal.map_or(0, |(_, count)| count + 1))));
            })
        };
        let (glyph, tone) = match problem.severity {
            Severity::Error => ("cross", "bad"),
            Severity::Warning => ("warn", "wait"),
        };
        html! {
            <li><button class="problem" data-tone={tone} {onclick}>
                { icon(glyph) }<span class="where">{ format!("{}:{}", problem.line, problem.column) }</span>
                <span>{ &problem.message }if let Some(remedy) = &problem.remedy { <><br /><span class="dim">{ remedy }</span></> }</span>
            </button></li>
        }
    };
    let coached = settings.coach == Coach::Apply;
    html! {
        <section class="editor-pane" id="editor-pane" aria-label={words::manifest(language)}>
            <div class="pane-head"><h2>{ words::manifest(language) }</h2></div>
            <Code text={session.yaml.clone()} problems={session.problems.clone()} label={words::editor_label(language)} {language}
                dark={dom::is_dark(settings.theme)} reveal={*reveal} {onchange} onsubmit={apply.clone()} />
            if !session.problems.is_empty() {
                <ul class="problems" aria-label={words::problems(language)}>{ for session.problems.iter().map(problem) }</ul>
            }
            if !session.applied.is_empty() && session.preview.is_none() {
                <div class="applied mono" role="status">
                    { for session.applied.iter().map(|applied| html! { <p>{ &applied.line }</p> }) }
                </div>
            }
            if session.preview.is_some() { <Preview /> }
            <div class="editor-foot">
                <span class="coached">
                    <button class={classes!("button", "primary", coached.then_some("pulse"))} data-testid="apply" title={words::apply_title(language)}
                        onclick={apply.reform(|_: MouseEvent| ())}><Icon name="act" />{ words::apply(language) }</button>
                    if coached {
                        <span class="coach" role="note" data-side="above">
                            <span><b>{ words::coach_apply_lead(language) }</b>{ " " }{ words::coach_apply(language) }</span>
                            <button class="button ghost small icon-only" aria-label={words::dismiss(language)} onclick={configure.on(Change::Coach(Coach::Step))}><Icon name="cross" class="i-s" /></button>
                        </span>
                    }
                </span>
                <button class="button" data-testid="diff" title={words::diff_title(language)} aria-pressed={session.preview.is_some().to_string()}
                    onclick={dispatch.on(if session.preview.is_some() { Action::ClosePreview } else { Action::Preview })}><Icon name="diff" />{ words::diff_cluster(language) }</button>
                <span class="kubectl-line">{ "kubectl apply -f manifest.yaml" }</span>
            </div>
        </section>
    }
}

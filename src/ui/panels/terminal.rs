//! The terminal: `kubectl` with completion and history, and beside what it prints, what it says to the API server.

use crate::session::{Action, Exchange, Message, Ran};
use crate::ui::dom;
use crate::ui::i18n::{Language, panels as words};
use crate::ui::parts::Icon;
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use web_sys::HtmlInputElement;
use yew::prelude::*;

/// The id of the line that is typed into.
pub const LINE: &str = "terminal-line";

/// So many completions are shown.
const OPTIONS_MAX: usize = 60;

/// What a newcomer may press instead of typing.
const FIRST_LINES: &[&str] = &[
    "kubectl apply -f manifest.yaml",
    "kubectl get deployments,replicasets,pods",
    "kubectl get pods -o wide",
    "kubectl scale deployment nginx-deployment --replicas=5",
    "kubectl describe deployment nginx-deployment",
    "kubectl events",
];

/// What is being typed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Typing {
    line: String,
    /// Which command of the history it is, counted from the last one.
    past: Option<usize>,
    /// What could stand at its end.
    options: Vec<String>,
}

impl Typing {
    fn line(line: impl Into<String>) -> Self {
        Self {
            line: line.into(),
            ..Self::default()
        }
    }

    /// One command up in the history, or down to an empty line.
    fn turn(&self, up: bool, ran: &[Ran]) -> Self {
        let past = match (self.past, up) {
            (None, true) => Some(0),
            (Some(past), true) => Some((past + 1).min(ran.len().saturating_sub(1))),
            (Some(0) | None, false) => None,
            (Some(past), false) => Some(past - 1),
        };
        let found = past.and_then(|past| ran.iter().rev().nth(past));
        match found {
            Some(found) => Self {
                past,
                ..Self::line(&found.line)
            },
            None if up => self.clone(),
            None => Self::default(),
        }
    }
}

/// The terminal.
#[component]
pub fn Terminal() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let typing = use_state(Typing::default);
    let (log, input) = (use_node_ref(), use_node_ref());
    let last = shown.get().terminal().last().map(|ran| ran.number);
    let entries = use_memo((last, shown.get().terminal().len(), language), |_| {
        let session = shown.get();
        let entries = session.terminal().iter();
        entries.map(|ran| entry(ran, language)).collect::<Html>()
    });
    use_effect_with(last, {
        let log = log.clone();
        move |_| {
            if let Some(log) = log.cast::<web_sys::Element>() {
                log.set_scroll_top(log.scroll_height());
            }
        }
    });
    let oninput = {
        let typing = typing.clone();
        Callback::from(move |event: InputEvent| typing.set(Typing::line(dom::value_of(&event))))
    };
    let onsubmit = {
        let (typing, dispatch) = (typing.clone(), dispatch.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if !typing.line.trim().is_empty() {
                dispatch.send(Action::Kubectl(typing.line.clone()));
            }
            typing.set(Typing::default());
        })
    };
    let onkeydown = {
        let (typing, shown, input) = (typing.clone(), shown.clone(), input.clone());
        Callback::from(move |event: KeyboardEvent| {
            let session = shown.get();
            let next = match event.key().as_str() {
                "ArrowUp" => typing.turn(true, session.terminal()),
                "ArrowDown" => typing.turn(false, session.terminal()),
                "Escape" => Typing::line(typing.line.clone()),
                "Tab" if !event.shift_key() && at_end(&input) => {
                    let done = completed(&typing.line, &session.complete(&typing.line));
                    // Where nothing can be completed, the key goes on as it does elsewhere.
                    let Some(done) = done else { return };
                    done
                }
                _ => return,
            };
            event.prevent_default();
            typing.set(next);
        })
    };
    let is_new = last.is_none();
    html! {
        <div class="terminal" data-testid="terminal">
            <div class="terminal-log" role="log" aria-label={words::terminal(language)} ref={log} tabindex="0">
                if is_new { { first(language, &dispatch) } }
                <ol>{ (*entries).clone() }</ol>
            </div>
            if !typing.options.is_empty() { { options(&typing, language) } }
            <form class="terminal-prompt" {onsubmit}>
                <label for={LINE}><span aria-hidden="true">{ "$" }</span><span class="vh">{ words::terminal_line(language) }</span></label>
                <input id={LINE} ref={input} value={typing.line.clone()} placeholder="kubectl get pods" {oninput} {onkeydown}
                    autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="go" />
                <button class="button small">{ words::terminal_run(language) }</button>
            </form>
        </div>
    }
}

/// Is the cursor behind everything, so that there is a last word to complete?
fn at_end(input: &NodeRef) -> bool {
    let Some(input) = input.cast::<HtmlInputElement>() else {
        return false;
    };
    let length = input.value().encode_utf16().count();
    let cursor = input.selection_start().ok().flatten();
    length > 0 && cursor.is_some_and(|cursor| cursor as usize == length)
}

/// The line with its last word completed as far as that is certain; `None` if nothing could stand there.
fn completed(line: &str, found: &crate::kubectl::completion::Completion) -> Option<Typing> {
    let (before, typed) = line.split_at(found.from);
    match found.words.as_slice() {
        [] => None,
        [word] => {
            let space = if word.ends_with('=') { "" } else { " " };
            Some(Typing::line(format!("{before}{word}{space}")))
        }
        many => {
            let common = found.common();
            let word = if common.len() > typed.len() {
                common
            } else {
                typed
            };
            Some(Typing {
                options: many.to_vec(),
                ..Typing::line(format!("{before}{word}"))
            })
        }
    }
}

/// What could stand at the end of the line.
fn options(typing: &UseStateHandle<Typing>, language: Language) -> Html {
    let from = typing
        .line
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + 1);
    let option = |word: &String| {
        let line = format!("{}{word} ", typing.line.get(..from).unwrap_or_default());
        let typing = typing.clone();
        let onclick = Callback::from(move |_: MouseEvent| {
            typing.set(Typing::line(line.clone()));
            dom::focus(LINE);
        });
        html! { <li><button type="button" class="pill" {onclick}>{ word.clone() }</button></li> }
    };
    let hidden = typing.options.len().saturating_sub(OPTIONS_MAX);
    html! {
        <ul class="terminal-options" aria-label={words::completions(language)}>
            { for typing.options.iter().take(OPTIONS_MAX).map(option) }
            if hidden > 0 { <li>{ format!("… +{hidden}") }</li> }
        </ul>
    }
}

fn first(language: Language, dispatch: &Dispatch) -> Html {
    let line = |line: &&'static str| {
        let onclick = dispatch.on(Action::Kubectl((*line).to_owned()));
        html! { <li><button class="link" {onclick}><code>{ *line }</code></button></li> }
    };
    html! {
        <div class="terminal-first">
            <p>{ words::terminal_lead(language) }</p>
            <ul>{ for FIRST_LINES.iter().map(line) }</ul>
        </div>
    }
}

fn entry(ran: &Ran, language: Language) -> Html {
    html! {
        <li key={ran.number} class="ran" data-code={ran.code.to_string()}>
            <p class="ran-line"><span aria-hidden="true">{ "$ " }</span><code>{ ran.line.clone() }</code></p>
            if !ran.exchanges.is_empty() {
                <ul class="asked">{ for ran.exchanges.iter().map(|exchange| wire(exchange, language)) }</ul>
            }
            if !ran.stdout.is_empty() { <pre>{ ran.stdout.clone() }</pre> }
            if !ran.stderr.is_empty() { <pre class="ran-err">{ ran.stderr.clone() }</pre> }
            if ran.code != 0 { <p class="ran-code">{ format!("[exit {}]", ran.code) }</p> }
        </li>
    }
}

/// One request and its answer: a line, and all of it on demand.
fn wire(exchange: &Exchange, language: Language) -> Html {
    let (method, url) = exchange.sent.head.split_once(' ').unwrap_or_default();
    let tone = if exchange.is_refused { "bad" } else { "ok" };
    html! {
        <li><details>
            <summary><Icon name="chevron" class="i-s" /><span class="verb">{ method.to_owned() }</span><code class="path">{ url.to_owned() }</code>
                <span class="code" data-tone={tone}>{ exchange.received.head.clone() }</span></summary>
            <div class="halves">
                { half("act", words::kubectl_sends(language), &exchange.sent, language) }
                { half("observe", words::server_answers(language), &exchange.received, language) }
            </div>
        </details></li>
    }
}

fn half(glyph: &'static str, title: &'static str, message: &Message, language: Language) -> Html {
    let Message {
        head,
        headers,
        body,
        hidden_bytes,
    } = message;
    html! {
        <section data-half={glyph}>
            <h4><Icon name={glyph} class="i-s" />{ title }</h4>
            <pre class="head">{ format!("{head}\n{}", headers.join("\n")) }</pre>
            if !body.is_empty() { <pre>{ body.clone() }</pre> }
            if *hidden_bytes > 0 { <p class="later">{ words::more_bytes(language, *hidden_bytes) }</p> }
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::completion::Completion;

    #[test]
    fn a_word_is_completed_as_far_as_it_is_certain() {
        let done = |line: &str, from: usize, words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            completed(line, &Completion { from, words })
        };
        assert_eq!(done("kubectl x", 8, &[]), None);
        assert_eq!(
            done("kubectl g", 8, &["get"]),
            Some(Typing::line("kubectl get "))
        );
        assert_eq!(
            done("kubectl get --lab", 12, &["--label-columns="]),
            Some(Typing::line("kubectl get --label-columns="))
        );
        let two = done("kubectl get p", 12, &["persistentvolumes", "pods"]);
        let two = two.expect("one of them");
        assert_eq!(two.line, "kubectl get p");
        assert_eq!(two.options, ["persistentvolumes", "pods"]);
        let two = done("kubectl get w", 12, &["web-1", "web-2"]);
        assert_eq!(two.expect("one of them").line, "kubectl get web-");
    }

    #[test]
    fn the_history_goes_up_and_down() {
        let mut session = crate::session::Session::default();
        for line in ["get ns", "get nodes"] {
            session.apply(Action::Kubectl(line.to_owned()));
        }
        let ran = session.terminal();
        let mut typing = Typing::line("half");
        let mut seen = Vec::new();
        for up in [true, true, true, false, false, false] {
            typing = typing.turn(up, ran);
            seen.push(typing.line.clone());
        }
        let (old, new) = ("kubectl get ns", "kubectl get nodes");
        assert_eq!(seen, [new, old, old, new, "", ""]);
        assert_eq!(Typing::line("half").turn(true, &[]).line, "half");
    }
}

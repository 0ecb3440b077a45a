//! The YAML editor as an element: a text area over coloured text, and CodeMirror as soon as its script has arrived.

use super::yaml;
use crate::session::Problem;
use crate::ui::codemirror::{self, CodeMirror, Options, Selection};
use crate::ui::i18n::Language;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlTextAreaElement};
use yew::prelude::*;

/// What it shows and whom it tells.
#[derive(Clone, PartialEq, Properties)]
pub struct CodeProps {
    /// The text.
    pub text: AttrValue,
    /// What is wrong with it.
    pub problems: Vec<Problem>,
    /// Its accessible name.
    pub label: AttrValue,
    /// The language of its own words.
    pub language: Language,
    /// Is the page dark?
    pub dark: bool,
    /// Go to this line; the number behind it makes every request another one.
    pub reveal: Option<(usize, u32)>,
    /// Called after every change that the person makes.
    pub onchange: Callback<String>,
    /// Called on Ctrl+Enter.
    pub onsubmit: Callback<()>,
}

/// The YAML editor.
#[component]
pub fn Code(props: &CodeProps) -> Html {
    let (place, area) = (use_node_ref(), use_node_ref());
    let editor = use_mut_ref(|| None::<CodeMirror>);
    let taken_over = use_mut_ref(|| None::<Selection>);
    let here = use_state(codemirror::is_here);
    use_effect_with((), {
        let (area, taken_over, here) = (area.clone(), taken_over.clone(), here.clone());
        move |()| {
            codemirror::when_here(move || {
                let area = area.cast::<HtmlTextAreaElement>();
                *taken_over.borrow_mut() = area.as_ref().map(Selection::of);
                here.set(true);
            })
        }
    });
    use_effect_with(*here, {
        let (place, editor, props) = (place.clone(), editor.clone(), props.clone());
        let here = here.clone();
        move |is_here| {
            if let Some(parent) = place.cast::<Element>().filter(|_| *is_here) {
                let options = Options {
                    text: &props.text,
                    label: &props.label,
                    language: props.language,
                    dark: props.dark,
                    selection: taken_over.take(),
                    changed: props.onchange.clone(),
                    submitted: props.onsubmit.clone(),
                };
                let mounted = CodeMirror::mount(&parent, options);
                if mounted.is_none() {
                    here.set(false); // the text area does as well
                }
                *editor.borrow_mut() = mounted;
            }
            let editor = editor.clone();
            move || drop(editor.borrow_mut().take())
        }
    });
    let tell = |what: fn(&CodeMirror, &CodeProps)| {
        let (editor, props) = (editor.clone(), props.clone());
        move || {
            if let Some(editor) = &*editor.borrow() {
                what(editor, &props);
            }
        }
    };
    let text = tell(|editor, props| editor.set_text(&props.text));
    use_effect_with(props.text.clone(), move |_| text());
    let problems = tell(|editor, props| editor.set_problems(&props.problems));
    use_effect_with(
        (props.problems.clone(), props.text.clone(), *here),
        move |_| problems(),
    );
    let dark = tell(|editor, props| editor.set_dark(props.dark));
    use_effect_with(props.dark, move |_| dark());
    let language = tell(|editor, props| editor.set_language(props.language, &props.label));
    use_effect_with(props.language, move |_| language());
    let reveal = tell(|editor, props| {
        if let Some((line, _)) = props.reveal {
            editor.reveal(line);
        }
    });
    use_effect_with(props.reveal, move |_| reveal());
    html! {
        <div class="cm-host" data-testid="editor" id="editor" ref={place}>
            if !*here { { plain(props, area) } }
        </div>
    }
}

/// What is there until CodeMirror is, in the same places: numbers of lines, the text in colours, and over that what is typed into.
fn plain(props: &CodeProps, area: NodeRef) -> Html {
    let onchange = props.onchange.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let area = event
            .target()
            .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
        if let Some(area) = area {
            onchange.emit(area.value());
        }
    });
    let onsubmit = props.onsubmit.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            onsubmit.emit(());
        }
    });
    let lines = props.text.split('\n').count();
    let numbers: String = (1..=lines).map(|line| format!("{line}\n")).collect();
    html! {
        <div class="plain-editor">
            <pre class="plain-lines" aria-hidden="true">{ numbers }</pre>
            <pre class="plain-text" aria-hidden="true">{ yaml(&props.text) }{ "\n" }</pre>
            <textarea ref={area} aria-label={props.label.clone()} spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
                value={props.text.clone()} {oninput} {onkeydown} />
        </div>
    }
}

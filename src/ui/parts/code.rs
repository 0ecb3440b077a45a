//! The YAML editor as an element: CodeMirror, or a plain text area where its script did not arrive.

use crate::session::Problem;
use crate::ui::codemirror::{CodeMirror, Options};
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
    let place = use_node_ref();
    let editor = use_mut_ref(|| None::<CodeMirror>);
    let plain = use_state(|| false);
    use_effect_with((), {
        let (place, editor, plain, props) =
            (place.clone(), editor.clone(), plain.clone(), props.clone());
        move |()| {
            if let Some(parent) = place.cast::<Element>() {
                let options = Options {
                    text: &props.text,
                    label: &props.label,
                    language: props.language,
                    dark: props.dark,
                    changed: props.onchange.clone(),
                    submitted: props.onsubmit.clone(),
                };
                *editor.borrow_mut() = CodeMirror::mount(&parent, options);
                plain.set(editor.borrow().is_none());
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
    use_effect_with((props.problems.clone(), props.text.clone()), move |_| {
        problems();
    });
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
    let oninput = {
        let onchange = props.onchange.clone();
        Callback::from(move |event: InputEvent| {
            let area = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlTextAreaElement>().ok());
            if let Some(area) = area {
                onchange.emit(area.value());
            }
        })
    };
    html! {
        <>
            <div class="cm-host" data-testid="editor" id="editor" ref={place} hidden={*plain}></div>
            if *plain {
                <textarea class="cm-host" aria-label={props.label.clone()} spellcheck="false" value={props.text.clone()} {oninput} />
            }
        </>
    }
}

//! The bridge to CodeMirror (static/editor/editor.js). It comes as soon as somebody does something (index.html), and says so by an event.

use super::i18n::Language;
use crate::session::{Problem, Severity};
use gloo::events::EventListener;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlTextAreaElement};

/// Where it is, once it is there.
const GLOBAL: &str = "kubeloopEditor";

/// The window's event that says so.
const ARRIVED: &str = "kubeloop-editor";

/// Has it arrived?
#[must_use]
pub(super) fn is_here() -> bool {
    Reflect::has(&js_sys::global(), &GLOBAL.into()).unwrap_or(false)
}

/// Calls this when it arrives, unless what is returned is called before.
pub(super) fn when_here(arrived: impl FnOnce() + 'static) -> impl FnOnce() {
    let listener = EventListener::once(&gloo::utils::window(), ARRIVED, move |_| arrived());
    move || drop(listener)
}

/// What is selected in a text, and whether it has the keyboard.
pub(super) struct Selection {
    from: u32,
    to: u32,
    focused: bool,
}

impl Selection {
    /// That of a text area.
    pub(super) fn of(area: &HtmlTextAreaElement) -> Self {
        let at = |place: Result<Option<u32>, JsValue>| place.ok().flatten().unwrap_or(0);
        let active = gloo::utils::document().active_element();
        Self {
            from: at(area.selection_start()),
            to: at(area.selection_end()),
            focused: active.as_ref() == Some(area.unchecked_ref::<Element>()),
        }
    }
}

/// A mounted editor. Dropping it takes it out of the page.
pub(super) struct CodeMirror {
    handle: JsValue,
    _changed: Closure<dyn FnMut(String)>,
    _submitted: Closure<dyn FnMut() -> bool>,
    _completions: Closure<dyn FnMut(String, usize) -> Array>,
    _hover: Closure<dyn FnMut(String, usize) -> JsValue>,
}

/// What an editor begins with.
pub(super) struct Options<'a> {
    /// The text.
    pub text: &'a str,
    /// Its accessible name.
    pub label: &'a str,
    /// Its own words.
    pub language: Language,
    /// Is the page dark?
    pub dark: bool,
    /// What was selected in what was there before.
    pub selection: Option<Selection>,
    /// Called after every change that a person makes.
    pub changed: yew::Callback<String>,
    /// Called on Ctrl+Enter.
    pub submitted: yew::Callback<()>,
}

impl CodeMirror {
    /// Puts an editor into `parent`; `None` if its script has not arrived.
    #[must_use]
    pub(super) fn mount(parent: &Element, options: Options<'_>) -> Option<Self> {
        let library = Reflect::get(&js_sys::global(), &GLOBAL.into()).ok()?;
        let mount: Function = Reflect::get(&library, &"mountEditor".into())
            .ok()?
            .dyn_into()
            .ok()?;
        let changed = options.changed;
        let changed = Closure::new(move |text: String| changed.emit(text));
        let submitted = options.submitted;
        let submitted = Closure::new(move || {
            submitted.emit(());
            true
        });
        let completions =
            Closure::new(|text: String, offset: usize| super::schema::completions(&text, offset));
        let hover = Closure::new(|text: String, offset: usize| {
            super::schema::explain(&text, offset).map_or(JsValue::NULL, JsValue::from)
        });
        let object = Object::new();
        set(&object, "doc", &options.text.into());
        set(&object, "label", &options.label.into());
        set(&object, "language", &options.language.tag().into());
        set(&object, "dark", &options.dark.into());
        if let Some(selection) = options.selection {
            set(&object, "anchor", &selection.from.into());
            set(&object, "head", &selection.to.into());
            set(&object, "focused", &selection.focused.into());
        }
        set(&object, "onChange", changed_as_js(&changed));
        set(&object, "onSubmit", AsRef::<JsValue>::as_ref(&submitted));
        set(
            &object,
            "completions",
            AsRef::<JsValue>::as_ref(&completions),
        );
        set(&object, "hover", AsRef::<JsValue>::as_ref(&hover));
        let handle = mount.call2(&library, parent, &object).ok()?;
        Some(Self {
            handle,
            _changed: changed,
            _submitted: submitted,
            _completions: completions,
            _hover: hover,
        })
    }

    /// Replaces the text, if it is another one.
    pub(super) fn set_text(&self, text: &str) {
        self.call("setText", &[text.into()]);
    }

    /// Underlines these problems and no others.
    pub(super) fn set_problems(&self, problems: &[Problem]) {
        let list: Array = problems.iter().map(diagnostic).collect();
        self.call("setDiagnostics", &[list.into()]);
    }

    /// Follows the page's theme.
    pub(super) fn set_dark(&self, dark: bool) {
        self.call("setDark", &[dark.into()]);
    }

    /// Follows the page's language.
    pub(super) fn set_language(&self, language: Language, label: &str) {
        self.call("setLanguage", &[language.tag().into(), label.into()]);
    }

    /// Puts the cursor on a line and the keyboard into the editor.
    pub(super) fn reveal(&self, line: usize) {
        self.call("revealLine", &[u32::try_from(line).unwrap_or(1).into()]);
        self.call("focus", &[]);
    }

    fn call(&self, name: &str, arguments: &[JsValue]) {
        let method = Reflect::get(&self.handle, &name.into())
            .ok()
            .and_then(|method| method.dyn_into::<Function>().ok());
        if let Some(method) = method {
            // What CodeMirror throws is on the console; the text is not lost by it.
            let _ = method.apply(&self.handle, &arguments.iter().collect());
        }
    }
}

impl Drop for CodeMirror {
    fn drop(&mut self) {
        self.call("destroy", &[]);
    }
}

fn changed_as_js(closure: &Closure<dyn FnMut(String)>) -> &JsValue {
    closure.as_ref()
}

pub(super) fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes any property.
    let _ = Reflect::set(object, &name.into(), value);
}

fn diagnostic(problem: &Problem) -> JsValue {
    let object = Object::new();
    let number = |n: usize| JsValue::from(u32::try_from(n).unwrap_or(u32::MAX));
    set(&object, "line", &number(problem.line));
    set(&object, "column", &number(problem.column));
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    set(&object, "severity", &severity.into());
    set(&object, "message", &problem.message.as_str().into());
    object.into()
}

//! What outlives the page: the browser's storage, and links. A link is `#1.` and a packed [`State`].
//!
//! Storage keys: `kubeloop.state` (text and run), `kubeloop.settings`, `kubeloop.theme` and `kubeloop.language` (which index.html reads
//! before the first paint), `kubeloop.crash` (what static/crash.js needs after a panic).

use super::dom;
use super::i18n::Language;
use super::player;
use super::settings::{Change, Notice, Settings, Theme};
use super::store::Store;
use crate::session::{Action, FIRST_YAML, Restore, Session, Tab};
use crate::sim::{Run, Timeline};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gloo::storage::{LocalStorage, Storage};
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use yew::Callback;

/// The version of links; another one is refused.
const LINK_VERSION: &str = "1";

/// A link is no longer than this: browsers, chat programs and mail cut longer ones.
const LINK_BYTES_MAX: usize = 32 * 1024;

/// What a link unpacks to is no larger than this.
const STATE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How hard to pack: as well as possible, runs are small.
const COMPRESSION: u8 = 10;

/// Text and run: what a link opens, and what a reload finds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// The text in the editor.
    pub yaml: String,
    /// What happened, and where the learner looks.
    pub run: Run,
}

impl State {
    fn of(session: &Session) -> Self {
        Self {
            yaml: session.yaml.clone(),
            run: session.timeline().run(),
        }
    }

    /// As the part of an address behind `#`.
    #[must_use]
    pub(super) fn to_hash(&self) -> String {
        // By way of a value here and below: a second way to write or read would be compiled for all that a state holds.
        let json = serde_json::to_value(self).expect("a state is plain data");
        format!(
            "{LINK_VERSION}.{}",
            URL_SAFE_NO_PAD.encode(compress_to_vec(json.to_string().as_bytes(), COMPRESSION))
        )
    }

    /// The state behind the `#` of an address.
    ///
    /// # Errors
    /// Why it cannot be read, in words.
    pub(super) fn of_hash(hash: &str) -> Result<Self, String> {
        let Some((version, packed)) = hash.split_once('.') else {
            return Err("it is not one of KubeLoop's".to_owned());
        };
        if version != LINK_VERSION {
            return Err(format!(
                "it is of version {version:?}, and this page reads version {LINK_VERSION}"
            ));
        }
        if packed.len() > LINK_BYTES_MAX {
            return Err(format!(
                "it has {} characters; at most {LINK_BYTES_MAX} are read",
                packed.len()
            ));
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(packed)
            .map_err(|_| "it was damaged on its way".to_owned())?;
        let json = decompress_to_vec_with_limit_inner(&bytes)?;
        serde_json::from_slice::<Value>(&json)
            .and_then(serde_json::from_value)
            .map_err(|error| format!("it was damaged on its way ({error})"))
    }
}

fn decompress_to_vec_with_limit_inner(bytes: &[u8]) -> Result<Vec<u8>, String> {
    decompress_to_vec_with_limit(bytes, STATE_BYTES_MAX)
        .map_err(|_| "it was damaged on its way, or is too large".to_owned())
}

/// The settings of last time. Theme and language have keys of their own.
#[must_use]
pub(super) fn settings() -> Settings {
    let mut settings: Settings = LocalStorage::get("kubeloop.settings").unwrap_or_default();
    let root = gloo::utils::document_element();
    settings.language = Language::of_tag(&root.get_attribute("lang").unwrap_or_default());
    settings.theme = match root.get_attribute("data-theme").as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::System,
    };
    settings
}

/// The text of last time, at once; the run follows with [`start`].
#[must_use]
pub(super) fn session() -> Session {
    // A state of another version has a text, too.
    let kept: Option<Value> = LocalStorage::get("kubeloop.state").ok();
    let text = kept.and_then(|value| Some(value.get("yaml")?.as_str()?.to_owned()));
    Session::new(
        crate::sim::Timeline::new(crate::sim::ClusterOptions::default()),
        text.unwrap_or_else(|| FIRST_YAML.to_owned()),
    )
}

/// Takes up what was kept, or what a link says; from then on keeps everything.
pub(super) fn start(store: &Store) {
    show_settings(store);
    let opened = store.clone();
    let untouched = mark_of(&store.session());
    spawn_local(async move {
        open(&opened).await;
        keep(&opened, untouched);
        let again = opened.clone();
        let changed = Closure::<dyn FnMut()>::new(move || {
            let store = again.clone();
            spawn_local(async move {
                open_link(&store).await;
            });
        });
        let window = gloo::utils::window();
        window.set_onhashchange(Some(changed.as_ref().unchecked_ref()));
        changed.forget();
    });
}

async fn open(store: &Store) {
    if open_link(store).await {
        return;
    }
    let Ok(mut value) = LocalStorage::get::<serde_json::Value>("kubeloop.state") else {
        return;
    };
    let crash: Option<serde_json::Value> = LocalStorage::get("kubeloop.crash").ok();
    LocalStorage::delete("kubeloop.crash");
    match crash
        .as_ref()
        .and_then(|crash| crash.get("resume")?.as_str())
    {
        Some("text") => return,
        Some("run") => {
            // Steps that a run took by itself after the last thing that was kept.
            if let Some(steps) = crash
                .as_ref()
                .and_then(|crash| crash.get("steps")?.as_u64())
                && let Some(run) = value.get_mut("run")
                && run
                    .get("steps")
                    .and_then(serde_json::Value::as_u64)
                    .is_some_and(|kept| kept < steps)
            {
                run["steps"] = steps.into();
                run["cursor"] = steps.into();
            }
        }
        _ => {}
    }
    let result = match serde_json::from_value::<State>(value) {
        Ok(state) => restore(store, state).await,
        Err(error) => Err(error.to_string()),
    };
    if let Err(why) = result {
        store.configure(Change::Notice(Some(Notice::NotRestored(why))));
    }
}

/// Opens the link in the address, if there is one. The address is clean afterwards: what follows is the learner's own.
async fn open_link(store: &Store) -> bool {
    let hash = gloo::utils::window().location().hash().unwrap_or_default();
    let hash = hash.trim_start_matches('#');
    if hash.is_empty() || hash.starts_with('!') {
        return false;
    }
    let result = match State::of_hash(hash) {
        Ok(state) => restore(store, state).await,
        Err(why) => Err(why),
    };
    clean_address();
    match result {
        Ok(()) => true,
        Err(why) => {
            store.configure(Change::Notice(Some(Notice::BadLink(why))));
            false
        }
    }
}

fn clean_address() {
    let location = gloo::utils::window().location();
    let path = format!(
        "{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default()
    );
    if let Ok(history) = gloo::utils::window().history() {
        // Where a page may not touch its address, it stays as it is.
        let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}

/// Takes a run again, and puts it and its text in place of what is shown.
async fn restore(store: &Store, state: State) -> Result<(), String> {
    let timeline = taken_again(store, Restore::new(state.run)?).await?;
    store.with(|session| {
        session.apply(Action::EditYaml(state.yaml));
        session.apply(Action::Load(Box::new(timeline)));
        session.apply(Action::OpenTab(Tab::Turn));
    });
    Ok(())
}

/// Takes a run again, in slices.
pub(super) async fn taken_again(store: &Store, mut restore: Restore) -> Result<Timeline, String> {
    const STEPS_PER_LOOK: u32 = 8;
    let mut failed = None;
    player::in_slices(store, || {
        failed = restore.go_on(STEPS_PER_LOOK).err();
        failed.is_some() || restore.is_done()
    })
    .await;
    match failed {
        Some(why) => Err(why),
        None => restore.finish().ok_or_else(|| "it did not end".to_owned()),
    }
}

/// Keeps the state after everything that a person does, and when a run ends. One that is marked so is not worth keeping.
fn keep(store: &Store, untouched: (u64, u64)) {
    let kept = std::cell::Cell::new(untouched);
    let saved = store.clone();
    let save = move || {
        let session = saved.session();
        if session.goal.is_some() {
            return;
        }
        let now = mark_of(&session);
        if kept.replace(now) == now {
            return;
        }
        // A full or forbidden storage costs the next visit its beginning, and nothing now.
        let state = serde_json::to_value(State::of(&session)).expect("a state is plain data");
        let _ = LocalStorage::set("kubeloop.state", state);
    };
    save();
    let shown = store.clone();
    let settings = std::cell::RefCell::new(store.settings().clone());
    store.listen(Callback::from(move |()| {
        save();
        if *settings.borrow() != *shown.settings() {
            *settings.borrow_mut() = shown.settings().clone();
            show_settings(&shown);
        }
    }));
}

/// What tells one state from another.
fn mark_of(session: &Session) -> (u64, u64) {
    let text = session.yaml.len() as u64 ^ hash_of(&session.yaml);
    (session.revision(), text)
}

fn hash_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// Puts the settings on `<html>`, and keeps them.
fn show_settings(store: &Store) {
    let settings = store.settings();
    let theme = match settings.theme {
        Theme::System => None,
        Theme::Light => Some("light"),
        Theme::Dark => Some("dark"),
    };
    dom::set_root("lang", Some(settings.language.tag()));
    dom::set_root("data-theme", theme);
    dom::set_root("data-projector", settings.projector.then_some(""));
    let raw = LocalStorage::raw();
    // As above: without storage the next visit begins anew.
    let _ = match theme {
        Some(theme) => raw.set_item("kubeloop.theme", theme),
        None => raw.remove_item("kubeloop.theme"),
    };
    let _ = raw.set_item("kubeloop.language", settings.language.tag());
    let _ = LocalStorage::set("kubeloop.settings", &*settings);
}

/// Copies a link to exactly this.
pub(super) fn share(store: &Store) {
    let hash = State::of(&store.session()).to_hash();
    if hash.len() > LINK_BYTES_MAX {
        return store.configure(Change::Notice(Some(Notice::LinkTooLong(hash.len()))));
    }
    let location = gloo::utils::window().location();
    let _ = location.replace_hash(&hash);
    let link = location.href().unwrap_or_default();
    let clipboard = gloo::utils::window().navigator().clipboard();
    let store = store.clone();
    spawn_local(async move {
        // Where the clipboard is refused, the link is in the address bar.
        let _ = wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&link)).await;
        store.configure(Change::Notice(Some(Notice::LinkCopied)));
    });
}

trait ReplaceHash {
    fn replace_hash(&self, hash: &str) -> Result<(), JsValue>;
}

impl ReplaceHash for web_sys::Location {
    /// Changes the address without a `hashchange`, which would open the link right here.
    fn replace_hash(&self, hash: &str) -> Result<(), JsValue> {
        let url = format!("#{hash}");
        gloo::utils::window()
            .history()?
            .replace_state_with_url(&JsValue::NULL, "", Some(&url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ClusterOptions;

    fn state() -> State {
        State {
            yaml: "kind: Pod # 名称\n".to_owned(),
            run: Timeline::new(ClusterOptions::default()).run(),
        }
    }

    #[test]
    fn a_link_says_what_it_was_made_from() {
        let hash = state().to_hash();
        assert!(hash.is_ascii() && hash.starts_with("1."));
        assert_eq!(State::of_hash(&hash), Ok(state()));
    }

    #[test]
    fn bad_links_say_why() {
        let bomb = URL_SAFE_NO_PAD.encode(compress_to_vec(
            &vec![b' '; STATE_BYTES_MAX + 1],
            COMPRESSION,
        ));
        let table = [
            ("nonsense", "not one of KubeLoop's"),
            ("9.abc", "version \"9\""),
            ("1.?", "damaged"),
            ("1.AAAA", "damaged"),
            (
                &format!("1.{}", "A".repeat(LINK_BYTES_MAX + 1)),
                "characters",
            ),
            (&format!("1.{bomb}"), "too large"),
        ];
        for (hash, want) in table {
            let why = State::of_hash(hash).expect_err(hash);
            assert!(why.contains(want), "{hash}: {why}");
        }
    }
}

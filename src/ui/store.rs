//! Where the page's state lives and how it gets to the panels: the session behind one handle, the settings behind another.
//!
//! A panel reads [`use_session`] and sends through [`use_dispatch`]. The session is one value that changes in place; its handle carries
//! a version and is equal to another one of the same version, so that a context consumer renders exactly when something was done.
//! The dispatcher never changes, so that who only sends is never rendered again.

use super::i18n::Language;
use super::settings::{Change, Coach, Settings};
use crate::session::{Action, Session};
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;
use yew::prelude::*;

/// What is shown: the session as of one version.
#[derive(Clone)]
pub struct Shown {
    session: Rc<RefCell<Session>>,
    version: u64,
}

impl PartialEq for Shown {
    fn eq(&self, other: &Self) -> bool {
        self.version == other.version
    }
}

impl Shown {
    /// The session, to be read while rendering. Let go of it before dispatching.
    #[must_use]
    pub fn get(&self) -> Ref<'_, Session> {
        self.session.borrow()
    }

    /// Grows with every action: what a memo on anything in the session depends on.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }
}

/// Sends actions. Always the same one.
#[derive(Clone)]
pub struct Dispatch(Rc<dyn Fn(Action)>);

impl PartialEq for Dispatch {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Dispatch {
    /// Does it now.
    pub fn send(&self, action: Action) {
        (self.0)(action);
    }

    /// A callback for an event that means this action.
    pub fn on<E: 'static>(&self, action: Action) -> Callback<E> {
        let send = self.0.clone();
        Callback::from(move |_: E| send(action.clone()))
    }
}

/// Changes settings. Always the same one.
#[derive(Clone)]
pub struct Configure(Rc<dyn Fn(Change)>);

impl PartialEq for Configure {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Configure {
    /// Does it now.
    pub fn send(&self, change: Change) {
        (self.0)(change);
    }

    /// A callback for an event that means this change.
    pub fn on<E: 'static>(&self, change: Change) -> Callback<E> {
        let send = self.0.clone();
        Callback::from(move |_: E| send(change.clone()))
    }
}

/// The session and who must know when it changes. One per page; made by `main`, before the page is mounted.
#[derive(Clone)]
pub struct Store {
    session: Rc<RefCell<Session>>,
    settings: Rc<RefCell<Settings>>,
    version: Rc<Cell<u64>>,
    listeners: Rc<RefCell<Vec<Callback<()>>>>,
    before: Rc<RefCell<Vec<Callback<Action>>>>,
}

impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.session, &other.session)
    }
}

impl Store {
    /// A store of this session and these settings.
    #[must_use]
    pub fn new(session: Session, settings: Settings) -> Self {
        Self {
            session: Rc::new(RefCell::new(session)),
            settings: Rc::new(RefCell::new(settings)),
            version: Rc::default(),
            listeners: Rc::default(),
            before: Rc::default(),
        }
    }

    /// Called before each action is done: what must be saved in case it goes wrong.
    pub fn before(&self, callback: Callback<Action>) {
        self.before.borrow_mut().push(callback);
    }

    /// Called after each change of session or settings.
    pub fn listen(&self, callback: Callback<()>) {
        self.listeners.borrow_mut().push(callback);
    }

    /// Does one thing, and lets everyone know.
    pub fn send(&self, action: Action) {
        let before = self.before.borrow().clone();
        for callback in &before {
            callback.emit(action.clone());
        }
        self.coach(&action);
        self.session.borrow_mut().apply(action);
        self.changed();
    }

    /// A newcomer who did what the coach said is shown the next thing.
    fn coach(&self, action: &Action) {
        let done = match action {
            Action::Apply => Coach::Step,
            Action::Kubectl(line) if line.split_whitespace().any(|word| word == "apply") => {
                Coach::Step
            }
            Action::Step(_) | Action::StepTurn | Action::StepChoice(..) | Action::Run(_)
                if self.settings().coach == Coach::Step =>
            {
                Coach::Done
            }
            _ => return,
        };
        self.settings.borrow_mut().apply(Change::Coach(done));
    }

    /// Does several things as one: one rendering. `work` must not send.
    pub fn with<T>(&self, work: impl FnOnce(&mut Session) -> T) -> T {
        let result = work(&mut self.session.borrow_mut());
        self.changed();
        result
    }

    /// Works on the session without renewing the page: the player does, every few slices.
    pub fn quietly<T>(&self, work: impl FnOnce(&mut Session) -> T) -> T {
        work(&mut self.session.borrow_mut())
    }

    /// The session, to be read.
    #[must_use]
    pub fn session(&self) -> Ref<'_, Session> {
        self.session.borrow()
    }

    /// The settings, to be read.
    #[must_use]
    pub fn settings(&self) -> Ref<'_, Settings> {
        self.settings.borrow()
    }

    /// Changes the settings.
    pub fn configure(&self, change: Change) {
        self.settings.borrow_mut().apply(change);
        self.changed();
    }

    /// What is shown now.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown {
            session: self.session.clone(),
            version: self.version.get(),
        }
    }

    /// The dispatcher.
    #[must_use]
    pub fn dispatch(&self) -> Dispatch {
        let store = self.clone();
        Dispatch(Rc::new(move |action| store.send(action)))
    }

    /// The settings' dispatcher.
    #[must_use]
    pub fn configurer(&self) -> Configure {
        let store = self.clone();
        Configure(Rc::new(move |change| store.configure(change)))
    }

    fn changed(&self) {
        self.version.set(self.version.get() + 1);
        let listeners = self.listeners.borrow().clone();
        for listener in &listeners {
            listener.emit(());
        }
    }
}

/// The session; renders the component again after every action.
#[hook]
pub fn use_session() -> Shown {
    use_context::<Shown>().expect("the page provides the session")
}

/// Sends actions; never renders again.
#[hook]
pub fn use_dispatch() -> Dispatch {
    use_context::<Dispatch>().expect("the page provides the dispatcher")
}

/// The settings; renders again when they change.
#[hook]
pub fn use_settings() -> Rc<Settings> {
    use_context::<Rc<Settings>>().expect("the page provides the settings")
}

/// Changes settings; never renders again.
#[hook]
pub fn use_configure() -> Configure {
    use_context::<Configure>().expect("the page provides the settings' dispatcher")
}

/// The store itself, for effects: saving, sharing, the player. Never renders again.
#[hook]
pub fn use_store() -> Store {
    use_context::<Store>().expect("the page provides the store")
}

/// The language of everything on the page.
#[hook]
pub fn use_language() -> Language {
    use_context::<Language>().expect("the page provides the language")
}

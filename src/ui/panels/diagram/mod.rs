//! The diagram, which is the app: control plane above, nodes with their pods below.
//!
//! What it draws is a [`Scene`]; here are only markup and words.

mod control;
mod fleet;
mod node;

use crate::api::Key;
use crate::scene::{Nodes, Scene};
use crate::session::{Goal, Selection, Speed};
use crate::ui::i18n::{Language, page as words};
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// What everything on the diagram needs.
struct Context {
    scene: Rc<Scene>,
    lit_pods: BTreeSet<Key>,
    language: Language,
    dispatch: Dispatch,
    selection: Option<Selection>,
    /// Do messages ride along their wires? Not when steps come faster than the eye.
    rides: bool,
}

impl Context {
    fn is_selected(&self, selection: &Selection) -> Option<&'static str> {
        (self.selection.as_ref() == Some(selection)).then_some("true")
    }
}

/// The diagram.
#[component]
pub fn Diagram() -> Html {
    let shown = use_session();
    let language = use_language();
    let dispatch = use_dispatch();
    let nodes = use_mut_ref(Nodes::default);
    let session = shown.get();
    let selection = session.selection.clone();
    let fast = session.goal == Some(Goal::Settled)
        || (session.goal.is_some() && session.speed == Speed::Full);
    let flow = match session.speed {
        _ if session.goal.is_none() => 900,
        speed => (speed.gap_ms() * 9 / 10).clamp(120, 900),
    };
    // The scene is made again only when the cluster is another one: not for every key in the editor.
    let scene = use_memo((session.revision(), session.timeline().cursor()), |_| {
        Scene::of(session.timeline(), &mut nodes.borrow_mut())
    });
    let drawn = use_memo(
        (session.revision(), selection.clone(), language, fast),
        |_| {
            let context = Context {
                scene: scene.clone(),
                lit_pods: scene.lit.pods.iter().cloned().collect(),
                language,
                dispatch: dispatch.clone(),
                selection,
                rides: !fast,
            };
            html! { <div class="map">{ control::draw(&context) }{ fleet::draw(&context) }</div> }
        },
    );
    html! {
        <section class="diagram" data-testid="diagram" data-density={scene.density.name()} data-fast={fast.then_some("")} aria-label={words::diagram(language)} tabindex="0" style={format!("--flow:{flow}ms")}>
            { html_of(&drawn) }
        </section>
    }
}

fn html_of(html: &Rc<Html>) -> Html {
    (**html).clone()
}

//! The timeline: clock, scrubber, marks, convergence plot, forks.

use yew::prelude::*;

/// The timeline.
#[component]
pub fn Timeline() -> Html {
    html! { <footer class="timeline"></footer> }
}

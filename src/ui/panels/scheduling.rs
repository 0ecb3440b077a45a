//! The scheduler's table: per node, per plugin, what filters and scores said.

use crate::component::Scheduling;
use std::sync::Arc;
use yew::prelude::*;

/// What to show.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    /// The decision.
    pub scheduling: Arc<Scheduling>,
}

/// The scheduler's table.
#[component]
pub fn Matrix(props: &Props) -> Html {
    html! { <p>{ props.scheduling.nodes_total }</p> }
}

//! The scheduler's decision as a table: nodes down, plugins across.

use super::Context;
use crate::component::{NodeVerdict, Scheduling};
use crate::ui::i18n::turn as words;
use crate::ui::parts::Icon;
use yew::prelude::*;

/// The table, upstream's summary, and how many nodes were looked at.
pub(super) fn matrix(context: &Context<'_>, scheduling: &Scheduling) -> Html {
    let language = context.language;
    let sampled = scheduling.nodes_evaluated < scheduling.nodes_total;
    html! {
        <>
            if let Some(message) = &scheduling.message { <p class="refused mono">{ message.clone() }</p> }
            if sampled { <p class="later">{ words::sampled(language, scheduling.nodes_evaluated, scheduling.nodes_total) }</p> }
            if scheduling.nodes.is_empty() {
                if scheduling.nodes_total > 0 { <p class="later">{ words::too_many_nodes(language) }</p> }
            } else { { table(context, scheduling) } }
        </>
    }
}

fn table(context: &Context<'_>, scheduling: &Scheduling) -> Html {
    let language = context.language;
    let rows = scheduling.nodes.iter();
    let mut scored = rows.map(|(_, verdict)| scheduling.scores_of(verdict));
    let scores = scored.find(|scores| !scores.is_empty());
    let scores = scores.unwrap_or_default();
    let columns = scores.len().max(1).to_string();
    html! {
        <div class="matrix-wrap" tabindex="0" role="region" aria-label={words::scheduling_caption(language)}>
            <table class="matrix">
                <thead>
                    <tr>
                        <th scope="col" rowspan="2">{ words::node(language) }</th>
                        <th class="group" colspan={scheduling.filters.len().max(1).to_string()} scope="colgroup">{ words::filter(language) }</th>
                        <th class="group" colspan={columns.clone()} scope="colgroup">{ words::score_by_weight(language) }</th>
                        <th rowspan="2" scope="col">{ words::total(language) }</th>
                    </tr>
                    <tr>
                        { for scheduling.filters.iter().map(|name| html! { <th scope="col">{ *name }</th> }) }
                        if scheduling.filters.is_empty() { <th scope="col">{ "–" }</th> }
                        { for scores.iter().map(|score| html! { <th scope="col">{ score.plugin }</th> }) }
                        if scores.is_empty() { <th scope="col">{ "–" }</th> }
                    </tr>
                </thead>
                <tbody>{ for scheduling.nodes.iter().map(|(node, verdict)| row(context, scheduling, &columns, node, verdict)) }</tbody>
            </table>
        </div>
    }
}

fn row(
    context: &Context<'_>,
    scheduling: &Scheduling,
    columns: &str,
    node: &str,
    verdict: &NodeVerdict,
) -> Html {
    let language = context.language;
    let chosen = scheduling.chosen.as_deref() == Some(node);
    html! {
        <tr key={node.to_owned()} data-chosen={chosen.then_some("")}>
            <th scope="row">{ node.to_owned() }{ " " }if chosen { <Icon name="check" class="i-s" /> }</th>
            { filters(scheduling, verdict) }
            { match verdict {
                NodeVerdict::Refused { .. } => html! { <><td colspan={columns.to_owned()} class="dim">{ words::filtered_out(language) }</td><td class="total">{ "—" }</td></> },
                NodeVerdict::OnlyOne => html! { <><td colspan={columns.to_owned()} class="dim">{ words::only_one(language) }</td><td class="total">{ "—" }</td></> },
                NodeVerdict::Scored { total, .. } => html! { <>
                    { for scheduling.scores_of(verdict).iter().map(|score| html! {
                        <td class="score" style={format!("--v:{}.{:02}", score.normalized / 100, score.normalized.rem_euclid(100))} title={format!("{}: {}", score.plugin, score.raw)}>
                            { score.normalized }{ " " }<small>{ format!("×{}", weight(score.normalized, score.weighted)) }</small>{ format!(" = {}", score.weighted) }
                        </td>
                    }) }
                    <td class="total">{ *total }</td>
                </> },
            } }
        </tr>
    }
}

/// The filters up to the one that refused; those after it were not asked.
fn filters(scheduling: &Scheduling, verdict: &NodeVerdict) -> Html {
    if scheduling.filters.is_empty() {
        return html! { <td class="pass">{ "✓" }</td> };
    }
    let refused_by = match verdict {
        NodeVerdict::Refused { plugin, .. } => {
            scheduling.filters.iter().position(|name| name == plugin)
        }
        NodeVerdict::Scored { .. } | NodeVerdict::OnlyOne => None,
    };
    let cell = |index: usize| match (verdict, refused_by) {
        (NodeVerdict::Refused { reasons, .. }, Some(at)) if index == at => {
            html! { <td class="fail">{ format!("✕ {}", reasons.join(", ")) }</td> }
        }
        (_, Some(at)) if index > at => html! { <td class="dim">{ "·" }</td> },
        _ => html! { <td class="pass">{ "✓" }</td> },
    };
    html! { <>{ for (0..scheduling.filters.len()).map(cell) }</> }
}

/// The weight, from a score with and without it; 1 where the score is 0 and says nothing.
fn weight(normalized: i64, weighted: i64) -> i64 {
    weighted.checked_div(normalized).unwrap_or(1)
}

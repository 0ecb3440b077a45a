//! Faults: what can be broken, what is broken, and how it is mended.

use crate::api::Kind;
use crate::session::{Action, Session};
use crate::sim::faults::{ALL, FaultInfo, Target};
use crate::sim::{Cluster, Fault, ProcessState};
use crate::ui::i18n::{Language, panels as words};
use crate::ui::parts::Icon;
use crate::ui::store::{Dispatch, use_dispatch, use_language, use_session};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use yew::prelude::*;

/// The groups, in the order of the page.
const TARGETS: &[(Target, &str)] = &[
    (Target::Node, "node"),
    (Target::Container, "container"),
    (Target::Pod, "pod"),
    (Target::Process, "ctrl"),
    (Target::Watch, "belief"),
    (Target::Image, "image"),
    (Target::Nothing, "api"),
];

/// Nobody scrolls through more targets than these in a list.
const TARGETS_MAX: usize = 300;

/// How many faults are in force, for the badge.
pub(super) fn in_force(session: &Session) -> usize {
    standing(session.timeline().cluster(), Language::default()).len()
}

/// The faults.
#[component]
pub fn Faults() -> Html {
    let shown = use_session();
    let dispatch = use_dispatch();
    let language = use_language();
    let session = shown.get();
    let cluster = session.timeline().cluster();
    let broken = standing(cluster, language);
    let row = |(text, mend): &(String, Fault)| {
        let name = fault_name(mend);
        let label = words::fault(language, &name).map_or("", |(label, _)| label);
        html! { <div class="fault-row"><Icon name="bolt" class="i-s" /><span class="grow">{ text.clone() }</span>
        <button class="button small" onclick={dispatch.on(Action::Fault(mend.clone()))}>{ label }</button></div> }
    };
    html! {
        <div class="faults">
            <section class="fault-group">
                <h3><Icon name="bolt" />{ words::in_force(language) }</h3>
                if broken.is_empty() { <p class="later">{ words::nothing_broken(language) }</p> }
                { for broken.iter().map(row) }
                if let Some(refusal) = &session.refusal { <p class="refused" role="alert">{ refusal.clone() }</p> }
            </section>
            { for TARGETS.iter().map(|(target, glyph)| html! { <Group key={*glyph} target={*target} glyph={*glyph} choices={choices(cluster, *target)} {language} dispatch={dispatch.clone()} /> }) }
        </div>
    }
}

#[derive(Clone, PartialEq, Properties)]
struct GroupProps {
    target: Target,
    glyph: &'static str,
    choices: Vec<String>,
    language: Language,
    dispatch: Dispatch,
}

/// The faults of one kind of target, with the target to choose.
#[component]
fn Group(props: &GroupProps) -> Html {
    let chosen = use_state(String::new);
    let GroupProps {
        target,
        glyph,
        choices,
        language,
        dispatch,
    } = props.clone();
    let current = if choices.contains(&chosen) {
        (*chosen).clone()
    } else {
        choices.first().cloned().unwrap_or_default()
    };
    let onchange = {
        let chosen = chosen.clone();
        Callback::from(move |event: Event| chosen.set(crate::ui::dom::value_of(&event)))
    };
    let title = words::target(language, target);
    let button = |info: &FaultInfo| {
        let (label, lesson) = words::fault(language, info.name)?;
        let fault = build(info.name, target, &current)?;
        Some(
            html! { <button class="button small" title={lesson} onclick={dispatch.on(Action::Fault(fault))}>{ label }</button> },
        )
    };
    let breaks = |info: &&FaultInfo| {
        info.target == target && !ALL.iter().any(|other| other.undone_by == Some(info.name))
    };
    if choices.is_empty() && target != Target::Nothing {
        return html! {};
    }
    html! {
        <section class="fault-group">
            <h3><Icon name={glyph} />{ title }</h3>
            <div class="fault-buttons">
                if target != Target::Nothing {
                    <select class="select small" aria-label={title} {onchange}>
                        { for choices.iter().map(|choice| html! { <option value={choice.clone()} selected={*choice == current}>{ choice.clone() }</option> }) }
                    </select>
                }
                { for ALL.iter().filter(breaks).filter_map(button) }
            </div>
            { for ALL.iter().filter(breaks).filter_map(|info| words::fault(language, info.name)).map(|(label, lesson)| html! { <p class="later"><b>{ label }</b>{ ": " }{ lesson }</p> }) }
        </section>
    }
}

/// What there is to choose from.
fn choices(cluster: &Cluster, target: Target) -> Vec<String> {
    let names = |text: Box<dyn Iterator<Item = String> + '_>| text.take(TARGETS_MAX).collect();
    match target {
        Target::Nothing => Vec::new(),
        Target::Process => names(Box::new(
            cluster.processes().map(|process| process.id.to_string()),
        )),
        Target::Node => names(Box::new(
            cluster.machines().map(|(node, _)| node.to_string()),
        )),
        Target::Container => names(Box::new(cluster.machines().flat_map(|(_, machine)| {
            let containers = machine
                .containers
                .values()
                .filter(|container| container.running_since().is_some());
            containers.map(|container| format!("{} {}", container.pod, container.name))
        }))),
        Target::Pod => names(Box::new(
            cluster
                .store()
                .head()
                .table(Kind::Pod)
                .iter()
                .map(|pod| format!("{}/{}", pod.namespace(), pod.name())),
        )),
        Target::Image => {
            let images: BTreeSet<String> = cluster
                .store()
                .head()
                .table(Kind::ReplicaSet)
                .iter()
                .filter_map(|object| {
                    object
                        .get::<k8s_openapi::api::apps::v1::ReplicaSet>()?
                        .spec
                        .as_ref()?
                        .template
                        .as_ref()?
                        .spec
                        .clone()
                })
                .flat_map(|spec| spec.containers)
                .filter_map(|container| container.image)
                .collect();
            images.into_iter().collect()
        }
        Target::Watch => names(Box::new(cluster.processes().flat_map(|process| {
            process
                .watches
                .iter()
                .map(|cursor| format!("{} {}", process.id, cursor.kind.info().name))
        }))),
    }
}

/// The fault of this name on this choice.
fn build(name: &str, target: Target, choice: &str) -> Option<Fault> {
    let (first, second) = choice.split_once(' ').unwrap_or((choice, ""));
    let mut data = match target {
        Target::Nothing => json!({}),
        Target::Process => json!({ "process": first }),
        Target::Node => json!({ "node": first }),
        Target::Container => json!({ "pod": first, "container": second }),
        Target::Pod => json!({ "pod": first }),
        Target::Image => json!({ "image": first }),
        Target::Watch => json!({ "process": first, "kind": second }),
    };
    data["fault"] = Value::from(name);
    if name == "crash-after" {
        data["actions"] = 1.into();
    }
    serde_json::from_value(data).ok()
}

fn fault_name(fault: &Fault) -> String {
    let data = serde_json::to_value(fault).unwrap_or_default();
    data["fault"].as_str().unwrap_or_default().to_owned()
}

/// What is broken, and the fault that mends it.
fn standing(cluster: &Cluster, language: Language) -> Vec<(String, Fault)> {
    let mut standing = Vec::new();
    if !cluster.api_server_up() {
        standing.push((
            words::api_server_down(language).to_owned(),
            Fault::StartApiServer,
        ));
    }
    for (node, machine) in cluster.machines() {
        let node = node.to_string();
        if !machine.powered {
            standing.push((
                format!("{node}: {}", words::no_power(language)),
                Fault::StartNode { node: node.clone() },
            ));
        }
        if machine.is_runtime_broken {
            standing.push((
                format!("{node}: {}", words::not_ready(language)),
                Fault::MendRuntime { node: node.clone() },
            ));
        }
        if !machine.connected {
            standing.push((
                format!("{node}: {}", words::cut_off(language)),
                Fault::ReconnectNode { node },
            ));
        }
    }
    for process in cluster.processes() {
        let name = process.id.to_string();
        if process.state == ProcessState::Stopped {
            standing.push((
                format!("{name}: {}", words::stopped(language)),
                Fault::Start {
                    process: name.clone(),
                },
            ));
        }
        for cursor in process.watches.iter().filter(|cursor| cursor.held) {
            let text = format!(
                "{name} {}: {}",
                cursor.kind.info().name,
                words::held(language)
            );
            standing.push((
                text,
                Fault::ReleaseWatch {
                    process: name.clone(),
                    kind: cursor.kind,
                },
            ));
        }
    }
    for image in cluster.broken_images() {
        standing.push((
            format!("{image}: {}", words::cannot_be_pulled(language)),
            Fault::MendImage {
                image: image.to_string(),
            },
        ));
    }
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::ClusterOptions;

    #[test]
    fn every_fault_can_be_built_from_a_choice() {
        let choice = |target| match target {
            Target::Nothing => "",
            Target::Process => "kube-scheduler",
            Target::Node => "n1",
            Target::Container => "default/web nginx",
            Target::Pod => "default/web",
            Target::Image => "nginx:1.14.2",
            Target::Watch => "kube-scheduler Pod",
        };
        for info in ALL {
            let fault = build(info.name, info.target, choice(info.target));
            assert_eq!(fault.as_ref().map(fault_name).as_deref(), Some(info.name));
        }
    }

    #[test]
    fn what_is_broken_names_its_mend() {
        let mut cluster = Cluster::booted(ClusterOptions::default());
        assert!(standing(&cluster, Language::English).is_empty());
        cluster
            .fault(Fault::KillNode {
                node: "n1".to_owned(),
            })
            .expect("n1 is there");
        let mends: Vec<Fault> = standing(&cluster, Language::English)
            .into_iter()
            .map(|(_, mend)| mend)
            .collect();
        assert_eq!(
            mends,
            [Fault::StartNode {
                node: "n1".to_owned()
            }]
        );
    }
}

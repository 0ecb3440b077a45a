//! `kubectl logs`: what containers have printed until now.
//!
//! The real thing: kubectl's pkg/cmd/logs/logs.go, pkg/polymorphichelpers/logsforobject.go, pkg/util/podutils (`ByLogging`).
//! Left out: `-f`, `--since-time`, `--all-pods`; nobody waits for a first pod. Several containers come in the pod's order.

use super::flags::{switch, value};
use super::targets::Targets;
use super::{Accept, Call, Command, duration, usage_error};
use crate::api::{Kind, Name, Object, Pod, Reason, Reply, Request, Stored, pods, selector, time};
use k8s_openapi::api::core::v1::Service;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use std::cmp::Reverse;
use std::fmt::Write as _;

pub(super) const LOGS: Command = Command {
    name: "logs",
    about: "Print the logs for a container in a pod",
    usage: "logs (POD | TYPE/NAME) [-c CONTAINER] [-p] [--tail=N]",
    flags: &[
        value("container", "c", "NAME", "of this container"),
        switch("previous", "p", "of the container before this one"),
        value("tail", "", "N", "only the last lines"),
        switch("timestamps", "", "each line with its time"),
        switch("all-containers", "", "of all the pod's containers"),
        switch("prefix", "", "each line with its pod and container"),
        value("selector", "l", "SELECTOR", "of the pods with these labels"),
        value("since", "", "5m", "only lines of the last minutes"),
        value("limit-bytes", "", "N", "at most so many bytes"),
        switch(
            "follow",
            "f",
            "refused: nothing waits here; say it again later",
        ),
    ],
    run: logs,
};

/// The annotation that names the container to begin with.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// With a selector, so many lines of each container.
const SELECTOR_TAIL: i64 = 10;

const WANTED: &str = "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

fn logs(call: &mut Call<'_>) -> Result<(), String> {
    let wrong = |why| Err(usage_error("logs", why));
    let selector = call.given.get("selector").map(str::to_owned);
    let inline = match (&call.given.args[..], &selector) {
        ([], Some(_)) | ([_], None) => None,
        ([], None) => return wrong(WANTED),
        ([_], Some(_)) => return wrong("only a selector (-l) or a POD name is allowed"),
        ([_, container], _) => Some(container.clone()),
        _ => return wrong(WANTED),
    };
    let named = call.given.get("container").map(str::to_owned);
    if named.is_some() && inline.is_some() {
        return Err("only one of -c or an inline [CONTAINER] arg is allowed".to_owned());
    }
    let container = named.or(inline).unwrap_or_default();
    let query = query(call)?;
    if call.given.is_set("all-containers") && !container.is_empty() {
        return Err(format!(
            "--all-containers=true should not be specified with container name {container}"
        ));
    }
    if call.given.is_set("follow") {
        return Err(
            "logs -f is not simulated here: nothing waits; ask again after some steps, or use the real kubectl with `kubeloop serve`"
                .to_owned(),
        );
    }
    let pods = match selector {
        Some(text) => {
            let pods = selected(call, &text, Accept::Any)?;
            if pods.is_empty() && call.out.code == 0 {
                let text = format!("No resources found in {} namespace.", call.namespace());
                call.out.warn(text);
            }
            pods
        }
        None => meant(call)?,
    };
    for pod in pods {
        let containers = chosen(call, &pod, &container)?;
        for container in containers {
            print(call, &pod, &container, &query)?;
        }
    }
    Ok(())
}

/// What the URL says besides the container, in the order of the alphabet.
fn query(call: &Call<'_>) -> Result<String, String> {
    let given = &call.given;
    let mut tail = given.number("tail")?;
    if tail.is_some_and(|tail| tail < -1) {
        return Err("--tail must be greater than or equal to -1".to_owned());
    }
    if given.get("selector").is_some() {
        tail = tail.or(Some(SELECTOR_TAIL));
    }
    let limit = given.number("limit-bytes")?.unwrap_or_default();
    if limit < 0 {
        return Err("--limit-bytes must be greater than 0".to_owned());
    }
    let since = match given.get("since") {
        Some(text) => {
            let wrong = |why| format!("invalid argument \"{text}\" for \"--since\" flag: {why}");
            duration::parse(text).map_err(wrong)?.div_ceil(1000)
        }
        None => 0,
    };
    let mut query = String::new();
    let pairs = [
        ("limitBytes", limit),
        ("previous", i64::from(given.is_set("previous"))),
        ("sinceSeconds", i64::try_from(since).unwrap_or(i64::MAX)),
        ("tailLines", tail.unwrap_or(-1)),
        ("timestamps", i64::from(given.is_set("timestamps"))),
    ];
    for (name, number) in pairs {
        let _ = match (name, number) {
            ("tailLines", -1) => Ok(()),
            ("tailLines", number) => write!(query, "&{name}={number}"),
            (_, 0) => Ok(()),
            ("previous" | "timestamps", _) => write!(query, "&{name}=true"),
            _ => write!(query, "&{name}={number}"),
        };
    }
    Ok(query)
}

/// The pods with these labels.
fn selected(call: &mut Call<'_>, selector: &str, accept: Accept) -> Result<Vec<Pod>, String> {
    let mut request = Request::list(Kind::Pod, Name::from(call.namespace()));
    selector.clone_into(&mut request.select.label_selector);
    let answer = match accept {
        Accept::Any => call.select(request, accept).map(Reply::List),
        _ => call.send_for(request, accept),
    };
    match answer {
        Ok(Reply::List(list)) => Ok(list.items.iter().filter_map(Pod::of).cloned().collect()),
        Ok(_) => Ok(Vec::new()),
        Err(why) => {
            call.refuse(why);
            Ok(Vec::new())
        }
    }
}

/// The pod that is named, or the first of those behind what is named.
fn meant(call: &mut Call<'_>) -> Result<Vec<Pod>, String> {
    let namespace = call.namespace();
    let mut words = vec![call.given.args[0].clone()];
    if !words[0].contains('/') {
        words.insert(0, "pods".to_owned());
    }
    let kinds = call.kinds();
    let Targets::Named(keys) = Targets::read(&words, &namespace, &kinds, &call.given)? else {
        return Err("expected a resource".to_owned());
    };
    let Some(key) = keys.into_iter().next() else {
        return Err("expected a resource".to_owned());
    };
    let object = match call.send_for(Request::get(key), Accept::Any) {
        Ok(reply) => reply.object().cloned(),
        Err(why) if why.is(Reason::NotFound) => {
            return Err(format!(
                "error from server (NotFound): {} in namespace \"{namespace}\"",
                why.message()
            ));
        }
        Err(why) => {
            call.refuse(why);
            None
        }
    };
    let Some(object) = object else {
        return Ok(Vec::new());
    };
    if let Some(pod) = object.get::<Pod>() {
        return Ok(vec![pod.clone()]);
    }
    let text = pods_of(&object)?;
    let mut pods = selected(call, &text, Accept::Typed)?;
    pods.sort_by_key(talks_first);
    let Some(first) = pods.first() else {
        return match call.out.code {
            0 => Err("timed out waiting for the condition".to_owned()),
            _ => Ok(pods),
        };
    };
    if pods.len() > 1 {
        let name = first.metadata.name.as_deref().unwrap_or_default();
        let text = format!("Found {} pods, using pod/{name}", pods.len());
        call.out.warn(text);
    }
    pods.truncate(1);
    Ok(pods)
}

/// The selector of the pods behind an object.
fn pods_of(object: &Object) -> Result<String, String> {
    let go_type = format!(
        "*{}.{}",
        object.kind().info().version,
        object.kind().info().name
    );
    let why = |why: String| format!("cannot get the logs from {go_type}: {why}");
    if let Some(service) = object.get::<Service>() {
        let labels = service.spec.as_ref().and_then(|spec| spec.selector.clone());
        let Some(labels) = labels.filter(|labels| !labels.is_empty()) else {
            let name = object.name();
            return Err(why(format!(
                "invalid service '{name}': Service is defined without a selector"
            )));
        };
        return Ok(selector::text(&LabelSelector {
            match_labels: Some(labels),
            match_expressions: None,
        }));
    }
    match object.kind() {
        Kind::Deployment
        | Kind::ReplicaSet
        | Kind::StatefulSet
        | Kind::DaemonSet
        | Kind::Job
        | Kind::ReplicationController => {}
        _ => return Err(why(format!("selector for {go_type} not implemented"))),
    }
    let json = object.to_json();
    let mut spec = json["spec"]["selector"].clone();
    if object.kind() == Kind::ReplicationController {
        spec = serde_json::json!({ "matchLabels": spec });
    }
    let spec: LabelSelector = serde_json::from_value(spec).unwrap_or_default();
    Ok(selector::text(&spec))
}

/// Of several pods, the one that has most to say comes first.
fn talks_first(pod: &Pod) -> impl Ord + use<> {
    let phase = match pods::phase(pod) {
        "Unknown" => 1,
        "Pending" => 2,
        _ => 0,
    };
    let ready = pods::condition(pod, "Ready").filter(|c| c.status == "True");
    let since = ready.and_then(|c| c.last_transition_time.as_ref());
    let restarts = || {
        let statuses = pod.status.iter();
        let all = statuses.flat_map(|s| s.container_statuses.iter().flatten());
        all.map(|c| c.restart_count).max()
    };
    // Of two ready ones nothing but how long they have been decides.
    let (restarts, created) = match ready {
        Some(_) => (None, None),
        None => (restarts(), pod.metadata.creation_timestamp.as_ref()),
    };
    (
        pods::node_name(pod).is_empty(),
        phase,
        ready.is_none(),
        since.map(time::ms),
        Reverse(restarts),
        created.map(time::ms),
    )
}

/// Which of a pod's containers are meant. One that was chosen for the person is named.
fn chosen(call: &mut Call<'_>, pod: &Pod, named: &str) -> Result<Vec<String>, String> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let containers = containers(pod);
    if call.given.is_set("all-containers") {
        let init = containers.iter().filter(|(_, what)| *what == "init");
        let others = containers.iter().filter(|(_, what)| *what != "init");
        return Ok(init.chain(others).map(|(name, _)| name.clone()).collect());
    }
    let is_one_of_them = |name: &str| containers.iter().any(|(own, _)| own == name);
    if !named.is_empty() {
        if is_one_of_them(named) {
            return Ok(vec![named.to_owned()]);
        }
        return Err(format!("container {named} is not valid for pod {name}"));
    }
    let annotations = pod.metadata.annotations.as_ref();
    let wanted = annotations.and_then(|all| all.get(DEFAULT_CONTAINER));
    if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty()) {
        if is_one_of_them(wanted) {
            return Ok(vec![wanted.clone()]);
        }
        call.out.warn(format!(
            "Default container name \"{wanted}\" not found in pod {name}"
        ));
    }
    let Some((first, _)) = containers.first() else {
        return Ok(Vec::new());
    };
    if containers.len() > 1 {
        let names = containers.iter().map(|(name, what)| match *what {
            "" => name.clone(),
            what => format!("{name} ({what})"),
        });
        let names: Vec<String> = names.collect();
        let names = names.join(", ");
        call.out
            .warn(format!("Defaulted container \"{first}\" out of: {names}"));
    }
    Ok(vec![first.clone()])
}

/// A pod's containers, and what they are besides ordinary ones: `init`, `ephem`.
fn containers(pod: &Pod) -> Vec<(String, &'static str)> {
    let Some(spec) = &pod.spec else {
        return Vec::new();
    };
    let own = spec.containers.iter().map(|c| (c.name.clone(), ""));
    let init = spec.init_containers.iter().flatten();
    let init = init.map(|c| (c.name.clone(), "init"));
    let late = spec.ephemeral_containers.iter().flatten();
    let late = late.map(|c| (c.name.clone(), "ephem"));
    own.chain(init).chain(late).collect()
}

fn print(call: &mut Call<'_>, pod: &Pod, container: &str, query: &str) -> Result<(), String> {
    let name = pod.metadata.name.as_deref().unwrap_or_default();
    let namespace = pod.metadata.namespace.as_deref().unwrap_or_default();
    let path =
        format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}{query}");
    match call.server.look(&path, Accept::Any) {
        Ok(text) if call.given.is_set("prefix") => {
            for line in text.split_inclusive('\n') {
                let _ = write!(call.out.stdout, "[pod/{name}/{container}] {line}");
            }
        }
        Ok(text) => call.out.stdout.push_str(&text),
        Err(why) => call.refuse(why),
    }
    Ok(())
}

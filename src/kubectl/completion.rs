//! Completion: what could stand where a person types.
//!
//! The real thing: kubectl's pkg/util/completion; spf13/cobra's completions.
//! Left out: names of containers; values of flags but namespaces, formats and files.

use super::flags::Flag;
use super::{COMMANDS, COMMON, Command, Files, definitions, find};
use crate::api::custom::Definitions;
use crate::api::{Answer, Kind, Object, Reply, Request};

/// What could stand there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins that is being typed, in bytes.
    pub from: usize,
    /// Whole words for its place, in alphabetical order.
    pub words: Vec<String>,
}

impl Completion {
    /// How far all of them agree.
    #[must_use]
    pub fn common(&self) -> &str {
        let Some((first, others)) = self.words.split_first() else {
            return "";
        };
        let mut length = first.len();
        for other in others {
            let same = first.bytes().zip(other.bytes()).take_while(|(a, b)| a == b);
            length = length.min(same.count());
        }
        // Names are ASCII; a file's name need not be.
        while !first.is_char_boundary(length) {
            length -= 1;
        }
        &first[..length]
    }
}

/// Whom names are asked of.
type Ask<'a> = &'a dyn Fn(Request) -> Answer;

/// Completes the last word of a line, which begins with `kubectl`. Names are those that `ask` answers.
pub fn complete(line: &str, files: Files<'_>, ask: &dyn Fn(Request) -> Answer) -> Completion {
    let from = line.rfind(char::is_whitespace).map_or(0, |at| {
        at + line[at..].chars().next().map_or(0, char::len_utf8)
    });
    let (before, typed) = line.split_at(from);
    let before: Vec<String> = before.split_whitespace().map(str::to_owned).collect();
    let mut words = match before.split_first() {
        None => vec!["kubectl".to_owned()],
        Some((_, before)) => candidates(before, typed, files, ask),
    };
    words.retain(|word| word.starts_with(typed) && word != typed);
    words.sort();
    words.dedup();
    Completion { from, words }
}

fn candidates(before: &[String], typed: &str, files: Files<'_>, ask: Ask<'_>) -> Vec<String> {
    let Some(command) = find(before) else {
        return commands(before);
    };
    let given = &before[command.name.split(' ').count()..];
    let flags: Vec<&Flag> = command.flags.iter().chain(COMMON).collect();
    if let Some(flag) = given.last().and_then(|word| waiting(word, &flags)) {
        return values(flag, files, ask);
    }
    if let Some((spelled, _)) = typed.split_once('=')
        && let Some(flag) = flags
            .iter()
            .find(|f| spelled.strip_prefix("--") == Some(f.name))
    {
        let values = values(flag, files, ask);
        return values.iter().map(|v| format!("{spelled}={v}")).collect();
    }
    if typed.starts_with('-') {
        let names = flags.iter().map(|flag| {
            let equals = if flag.value.is_empty() { "" } else { "=" };
            format!("--{}{equals}", flag.name)
        });
        return names.collect();
    }
    // `create` is a command, and the beginning of others.
    let more = commands(before);
    if !more.is_empty() {
        return more;
    }
    let mut args = Vec::new();
    let mut namespace = "default".to_owned();
    let mut words = given.iter();
    while let Some(word) = words.next() {
        if let Some(value) = word.strip_prefix("--namespace=") {
            value.clone_into(&mut namespace);
        } else if let Some(flag) = waiting(word, &flags) {
            let value = words.next().cloned().unwrap_or_default();
            if flag.name == "namespace" {
                namespace = value;
            }
        } else if !word.starts_with('-') {
            args.push(word.as_str());
        }
    }
    arguments(command, &args, typed, &namespace, ask)
}

/// Words of commands: what follows these.
fn commands(before: &[String]) -> Vec<String> {
    let next = COMMANDS.iter().filter_map(|command| {
        let mut words = command.name.split(' ');
        let fits = before.iter().all(|word| words.next() == Some(word));
        words.next().filter(|_| fits).map(str::to_owned)
    });
    next.collect()
}

/// The flag that this word is, if its value is the next word.
fn waiting<'f>(word: &str, flags: &[&'f Flag]) -> Option<&'f Flag> {
    let is_this = |flag: &&&Flag| {
        word.strip_prefix("--") == Some(flag.name)
            || (!flag.short.is_empty() && word.strip_prefix('-') == Some(flag.short))
    };
    let flag = flags.iter().find(is_this)?;
    (!flag.value.is_empty() && flag.bare.is_empty()).then_some(*flag)
}

fn values(flag: &Flag, files: Files<'_>, ask: Ask<'_>) -> Vec<String> {
    match flag.name {
        "namespace" => names(Kind::Namespace, "", ask),
        "filename" => files.iter().map(|(name, _)| (*name).to_owned()).collect(),
        "output" => ["json", "name", "wide", "yaml"].map(str::to_owned).into(),
        _ if flag.value.contains('|') => flag.value.split('|').map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// Kinds, then names; nodes where only nodes can stand.
fn arguments(
    command: &Command,
    args: &[&str],
    typed: &str,
    namespace: &str,
    ask: Ask<'_>,
) -> Vec<String> {
    if matches!(command.name, "cordon" | "uncordon") {
        return names(Kind::Node, "", ask);
    }
    if command.name == "logs" && !typed.contains('/') {
        return names(Kind::Pod, namespace, ask);
    }
    let takes_kinds = command.usage.contains("TYPE");
    if !takes_kinds {
        return Vec::new();
    }
    let kinds = definitions(&mut |request| ask(request));
    let place = |kind: Kind| {
        if kind.info().namespaced {
            namespace
        } else {
            ""
        }
    };
    if let Some((kind, _)) = typed.split_once('/') {
        let Some(named) = kinds.named(kind) else {
            return Vec::new();
        };
        let found = names(named.kind, place(named.kind), ask);
        return found.iter().map(|name| format!("{kind}/{name}")).collect();
    }
    match args.first().map(|first| (kinds.named(first), first)) {
        None => plurals(&kinds),
        Some((Some(named), _)) => names(named.kind, place(named.kind), ask),
        Some((None, _)) => Vec::new(),
    }
}

fn plurals(kinds: &Definitions) -> Vec<String> {
    let built_in = Kind::ALL.iter().map(|kind| kind.info().plural.to_owned());
    let custom = kinds
        .iter()
        .map(|definition| definition.kind.info().plural.to_owned());
    built_in.chain(custom).collect()
}

fn names(kind: Kind, namespace: &str, ask: Ask<'_>) -> Vec<String> {
    match ask(Request::list(kind, namespace)).result {
        Ok(Reply::List(list)) => list
            .items
            .iter()
            .map(Object::key)
            .map(|key| key.name.to_string())
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubectl::ADMIN;
    use crate::sim::{Cluster, ClusterOptions};

    #[test]
    fn words_are_completed() {
        let cluster = Cluster::booted(ClusterOptions::default());
        let files: Files<'_> = &[("manifest.yaml", "")];
        let cases = [
            ("k", "kubectl"),
            ("kubectl s", "scale set"),
            ("kubectl set ", "image"),
            ("kubectl get dep", "deployments"),
            ("kubectl get ns kube-s", "kube-system"),
            ("kubectl get ns/kube-s", "ns/kube-system"),
            ("kubectl get pods -n kube-n", "kube-node-lease"),
            ("kubectl get pods -o ", "json name wide yaml"),
            ("kubectl get --sh", "--show-labels --show-managed-fields"),
            ("kubectl get --lab", "--label-columns="),
            ("kubectl apply -f ", "manifest.yaml"),
            ("kubectl get cm -n kube-system kube-", "kube-root-ca.crt"),
            ("kubectl -n x ", ""),
            ("kubectl nonsense ", ""),
            ("kubectl get nonsense ", ""),
            ("kubectl get nonsense/", ""),
            (
                "kubectl create ",
                "configmap deployment namespace secret service",
            ),
            ("kubectl create service ", "clusterip"),
            ("kubectl create -f ", "manifest.yaml"),
            ("kubectl create cm x --dry-run ", ""),
            (
                "kubectl create cm x --dry-run=",
                "--dry-run=client --dry-run=server",
            ),
            ("kubectl get pods --output=w", "--output=wide"),
            ("kubectl r", "rollout run"),
            ("kubectl rollout u", "undo"),
            ("kubectl logs ", ""),
            ("kubectl logs node/n", "node/n1 node/n2 node/n3"),
            ("kubectl get pods\u{3000}", ""),
        ];
        for (line, want) in cases {
            let found = complete(line, files, &|request| cluster.ask(&request.by(ADMIN)));
            assert_eq!(found.words.join(" "), want, "{line}");
            assert!(line.is_char_boundary(found.from), "{line}");
        }
    }

    #[test]
    fn a_node_is_cordoned_by_name() {
        let cluster = Cluster::booted(ClusterOptions::default());
        let found = complete("kubectl cordon ", &[], &|request| {
            cluster.ask(&request.by(ADMIN))
        });
        let nodes = cluster.store().head().table(Kind::Node).iter();
        let nodes: Vec<String> = nodes.map(|node| node.key().name.to_string()).collect();
        assert_eq!(found.words, nodes);
    }

    #[test]
    fn words_agree_up_to_a_letter() {
        let common = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned()).collect();
            Completion { from: 0, words }.common().to_owned()
        };
        assert_eq!(common(&["web-1", "web-2"]), "web-");
        assert_eq!(common(&["web"]), "web");
        assert_eq!(common(&["é", "è"]), "");
        assert_eq!(common(&[]), "");
    }
}

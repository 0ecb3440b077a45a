//! The documentation's tasks and tutorials: what their manifests say is accepted, or refused in upstream's own words.
//!
//! `tests/documentation/*.yaml` are manifests in the shape of those pages, ours down to every name: a comment before each names its page.
//! [`SAID`] holds what kubectl prints about them beside `created`; what is not in it is accepted without a word. A kind that nothing acts on
//! says so, once for each object, and is held to that.
//!
//! The documentation's own manifests are read too, where they are: in `../shared/documentation`, or where `DOCUMENTATION` says:
//!
//! ```text
//! DOCUMENTATION=~/website/content/en/examples cargo test --test documentation
//! ```
//!
//! Each of those is accepted, too, or stands in [`UNSERVED`] or [`REFUSED`]. Afterwards the cluster settles, and nothing in it is broken.

#[path = "documentation/expected.rs"]
mod expected;

use expected::{REFUSED, SAID, UNSERVED};
use kubeloop::api::time::Ms;
use kubeloop::api::yaml::{self, Document};
use kubeloop::api::{Kind, decode};
use kubeloop::kubectl::{self, words};
use kubeloop::sim::{Cluster, ClusterOptions, Pace, invariants};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Nobody waits longer for a cluster to come to rest before the next document.
const SETTLE_MS_MAX: Ms = 120_000;

/// How many manifests are applied side by side.
const WORKERS: usize = 2;

#[test]
fn ours_are_accepted_or_refused_as_the_table_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documentation");
    let files = manifests(&folder);
    let named: BTreeSet<String> = files.iter().map(|file| name(file)).collect();
    for (file, _) in SAID {
        assert!(named.contains(*file), "the table tells of {file}");
    }
    let wrong = each(&files, |file| {
        let text = fs::read_to_string(file).expect("a text");
        let name = name(file);
        assert!(
            text.starts_with("# /docs/"),
            "{name} does not name its page"
        );
        let want: Vec<&str> = SAID
            .iter()
            .filter(|(of, _)| *of == name)
            .flat_map(|(_, lines)| lines.lines())
            .collect();
        let got = apply(&text)?;
        (got == want)
            .then_some(())
            .ok_or_else(|| format!("said:\n{}\n  not:\n{}", got.join("\n"), want.join("\n")))
    });
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

/// So that no kind can be forgotten.
#[test]
fn ours_are_of_every_kind_that_people_write() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documentation");
    let mut written = BTreeSet::new();
    for file in manifests(&folder) {
        let (documents, _) = yaml::parse(&fs::read_to_string(file).expect("a text"));
        written.extend(documents.iter().filter_map(kind_of));
    }
    // Written by the cluster, not by people.
    let by_the_cluster = [
        "ControllerRevision",
        "CSIDriver",
        "CSINode",
        "CSIStorageCapacity",
        "Endpoints",
        "Event",
        "IPAddress",
        "PodTemplate",
        "ServiceCIDR",
        "VolumeAttachment",
    ];
    let missing: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| !written.contains(kind))
        .map(|kind| kind.info().name)
        .filter(|name| !by_the_cluster.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn theirs_are_accepted_or_refused_for_a_reason() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/documentation");
    let folder = std::env::var_os("DOCUMENTATION").map_or(shared, PathBuf::from);
    let files = manifests(&folder);
    if files.is_empty() {
        eprintln!("skipped: there are no manifests in {}", folder.display());
        return;
    }
    let wrong = each(&files, |file| {
        let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
        let said = apply(&text)?;
        let unknown: Vec<&str> = said
            .iter()
            .map(String::as_str)
            .filter(|line| !is_known(&file.to_string_lossy(), line))
            .collect();
        let is_known = unknown.is_empty();
        is_known.then_some(()).ok_or_else(|| unknown.join("\n"))
    });
    eprintln!("{} manifests", files.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
}

/// Is it a refusal, or a warning, that a real server would have given?
fn is_known(file: &str, line: &str) -> bool {
    if line == "ensure CRDs are installed first" {
        return true;
    }
    if let Some((_, missing)) = line.split_once("no matches for kind ") {
        let mut quoted = missing.split('"').skip(1).step_by(2);
        let kind = quoted.next().unwrap_or_default();
        let version = quoted.next().unwrap_or_default();
        return UNSERVED.iter().any(|(versions, kinds)| {
            let of_version = versions.split(' ').any(|one| fits(one, version));
            of_version && kinds.split(' ').any(|one| fits(one, kind))
        });
    }
    REFUSED
        .iter()
        .any(|(of, known)| fits(of, file) && fits(known, line))
}

/// Is this the text? In a pattern `*` stands for anything.
fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else {
        return false;
    };
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.is_empty()
}

/// Does it for each file, and says which went wrong.
fn each(files: &[PathBuf], act: impl Fn(&Path) -> Result<(), String> + Sync) -> Vec<String> {
    let queue = Mutex::new(files.iter());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().expect("no worker panics").next();
                    let Some(file) = next else { break };
                    if let Err(why) = act(file) {
                        let text = format!("{}: {why}", file.display());
                        wrong.lock().expect("no worker panics").push(text);
                    }
                }
            });
        }
    });
    wrong.into_inner().expect("no worker panics")
}

/// Applies it to a new cluster that has the namespaces of which it speaks, a document at a time, as one follows a page, and lets the cluster
/// work in between. Tells what kubectl said beside `created` and what it has to say of kinds that nothing acts on.
fn apply(text: &str) -> Result<Vec<String>, String> {
    let (documents, errors) = yaml::parse(text);
    let mut cluster = booted();
    if !errors.is_empty() {
        return Ok(kubectl(&mut cluster, "apply -f -", text));
    }
    for namespace in namespaces(&documents) {
        kubectl(&mut cluster, &format!("create namespace {namespace}"), "");
        settle(&mut cluster);
    }
    let mut all = Vec::new();
    for document in &documents {
        let text = document.value.to_string();
        let mut said = kubectl(&mut cluster, "apply -f -", &text);
        unsimulated(document, &mut said)?;
        said.retain(|line| !line.ends_with(" created"));
        all.append(&mut said);
        settle(&mut cluster);
    }
    let broken = invariants::check_all(&cluster);
    if broken.is_empty() {
        Ok(all)
    } else {
        Err(broken.join("\n"))
    }
}

/// Until nothing is left to do, or what is left takes its time.
fn settle(cluster: &mut Cluster) {
    let limit_ms = cluster.now_ms() + SETTLE_MS_MAX;
    let is_soon = |due_ms| due_ms <= limit_ms;
    while !cluster.is_settled() && cluster.next_due_ms().is_some_and(is_soon) {
        cluster.step_default(Pace::Turn);
    }
}

/// Three nodes, booted once.
fn booted() -> Cluster {
    static BOOTED: Mutex<Option<Cluster>> = Mutex::new(None);
    let mut booted = BOOTED.lock().expect("booting does not panic");
    booted
        .get_or_insert_with(|| Cluster::booted(ClusterOptions::default()))
        .clone()
}

fn kubectl(cluster: &mut Cluster, line: &str, stdin: &str) -> Vec<String> {
    let words = words(line).expect("words");
    let output = kubectl::run(&words, &[("-", stdin)], cluster);
    let both = output.stdout + &output.stderr;
    both.lines().map(str::to_owned).collect()
}

/// Namespaces that documents name and do not make; the pages let one make them first. But for one that is to be missing.
fn namespaces(documents: &[Document]) -> BTreeSet<String> {
    let text = |document: &Document, at: &str| {
        let text = document.value.pointer(at)?.as_str()?;
        Some(text.to_owned())
    };
    let named = documents
        .iter()
        .filter_map(|document| text(document, "/metadata/namespace"));
    let mut named: BTreeSet<String> = named.collect();
    for document in documents {
        if kind_of(document) == Some(Kind::Namespace) {
            named.remove(&text(document, "/metadata/name").unwrap_or_default());
        }
    }
    let there = ["default", "kube-system", "kube-public", "kube-node-lease"];
    named.retain(|name| !there.contains(&name.as_str()) && name != "nowhere");
    named
}

fn kind_of(document: &Document) -> Option<Kind> {
    decode::kind_of(&document.value).ok()
}

/// Takes away what is said of a kind that nothing acts on, which must be said when one is created.
fn unsimulated(document: &Document, said: &mut Vec<String>) -> Result<(), String> {
    let Some(kind) = kind_of(document) else {
        return Ok(());
    };
    let (Some(actor), true) = (
        kind.unsimulated(),
        said.iter().any(|line| line.ends_with(" created")),
    ) else {
        return Ok(());
    };
    let name = kind.info().name;
    let warning = format!(
        "Warning: KubeLoop does not run the {actor} yet: this {name} is stored, and nothing acts on it"
    );
    let at = said.iter().position(|line| *line == warning);
    said.remove(at.ok_or_else(|| format!("nothing is said of {name}, on which nothing acts"))?);
    Ok(())
}

/// All manifests in a folder and those below, in order; none if there is no such folder.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(manifests(&path));
        } else if path
            .extension()
            .is_some_and(|e| e == "yaml" || e == "yml" || e == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

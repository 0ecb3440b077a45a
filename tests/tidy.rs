//! Rules about the code itself: layers, headers, words, lengths, and the README's list of what is not simulated.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// No file is longer than this; most stay far below.
const LINES_MAX: usize = 500;

/// Which layers a file may import, by the beginning of its path. The longest that fits decides; a file that none fits is an error.
const LAYERS: &[(&str, &[&str])] = &[
    ("src/lib.rs", &[]),
    ("src/main.rs", &["ui"]),
    (
        "src/bin/",
        &["diagnostics", "sources", "terminal"], // its own modules; the library is `kubeloop::` there
    ),
    ("src/api/", &["api"]),
    ("src/component/", &["api", "component"]),
    ("src/control_plane/mod.rs", &[]),
    ("src/control_plane/etcd.rs", &["api"]),
    (
        "src/control_plane/apiserver/",
        &[
            "api",
            "component",
            "control_plane::apiserver",
            "control_plane::etcd",
        ],
    ),
    (
        "src/control_plane/scheduler/",
        &["api", "component", "control_plane::scheduler"],
    ),
    (
        "src/control_plane/controller_manager/",
        &["api", "component", "control_plane::controller_manager"],
    ),
    ("src/node/", &["api", "component", "node"]),
    (
        "src/sim/",
        &["api", "component", "control_plane", "node", "sim"],
    ),
    ("src/kubectl/", &["api", "component", "sim", "kubectl"]),
    (
        "src/session",
        &[
            "api",
            "component",
            "control_plane",
            "node",
            "sim",
            "kubectl",
            "session",
        ],
    ),
    (
        "src/scene",
        &[
            "api",
            "component",
            "control_plane",
            "node",
            "sim",
            "kubectl",
            "session",
            "scene",
        ],
    ),
    (
        "src/ui/",
        &[
            "api",
            "component",
            "control_plane",
            "node",
            "sim",
            "kubectl",
            "session",
            "scene",
            "ui",
        ],
    ),
];

/// Words that have no place in some files: (word, where it is allowed, why).
const BANNED: &[(&str, &[&str], &str)] = &[
    ("todo!(", &[], "finish it"),
    ("unimplemented!(", &[], "finish it"),
    ("dbg!(", &[], "remove it"),
    ("#[ignore", &[], "a test runs or is not there"),
    (
        "std::time",
        &["src/ui/player.rs", "src/bin/"],
        "virtual time only",
    ),
    ("std::thread", &["src/bin/"], "the model is one value"),
    ("HashMap", &["src/bin/"], "hash order is not deterministic"),
    ("HashSet", &["src/bin/"], "hash order is not deterministic"),
    ("println!(", &["src/bin/"], "only the command line prints"),
    (
        "serde_yaml",
        &["src/api/yaml"],
        "only api/yaml knows YAML text",
    ),
    (
        "yew::",
        &["src/ui/", "src/main.rs"],
        "only the page knows Yew",
    ),
    (
        "web_sys",
        &["src/ui/", "src/main.rs"],
        "only the page knows the browser",
    ),
    (
        "performance(",
        &["src/ui/player.rs"],
        "only the player knows wall time",
    ),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &str) -> BTreeMap<String, String> {
    fn walk(folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path
                    .strip_prefix(root())
                    .expect("below the root")
                    .to_string_lossy()
                    .replace('\\', "/");
                files.insert(name, fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(&root().join(folder), &mut files);
    files
}

fn layer(path: &str) -> Option<&'static [&'static str]> {
    let fits = LAYERS.iter().filter(|(prefix, _)| path.starts_with(prefix));
    fits.max_by_key(|(prefix, _)| prefix.len())
        .map(|(_, allowed)| *allowed)
}

/// The paths that a file names after `crate::`, groups in braces taken apart one level deep.
fn imports(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$')
            || code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
            .unwrap_or(rest.len());
        let head = rest[..end].trim_end_matches(':').to_owned();
        match rest[end..].strip_prefix('{') {
            Some(group) => {
                let group = &group[..group.find('}').unwrap_or(group.len())];
                let names = group
                    .split(',')
                    .map(|name| name.trim().split("::").next().unwrap_or_default());
                let prefix = if head.is_empty() {
                    String::new()
                } else {
                    format!("{head}::")
                };
                paths.extend(
                    names
                        .filter(|name| !name.is_empty())
                        .map(|name| format!("{prefix}{name}")),
                );
            }
            None => paths.push(head),
        }
    }
    paths
}

#[test]
fn files_import_only_leftwards() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        let Some(allowed) = layer(&path) else {
            wrong.push(format!(
                "{path} is in no layer: give it one in tests/tidy.rs"
            ));
            continue;
        };
        for import in imports(&text) {
            let fits =
                |allowed: &&str| import == **allowed || import.starts_with(&format!("{allowed}::"));
            if !allowed.iter().any(fits) {
                wrong.push(format!("{path} imports crate::{import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_says_what_it_is() {
    let wrong: Vec<String> = rust_files("src")
        .into_iter()
        .filter(|(_, text)| !text.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert!(wrong.is_empty(), "files without a //! header: {wrong:#?}");
}

#[test]
fn words_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (path, text) in rust_files("src") {
        for (number, line) in text.lines().enumerate() {
            let code = line.trim_start();
            if code.starts_with("//") {
                continue;
            }
            for (word, allowed, why) in BANNED {
                if code.contains(word) && !allowed.iter().any(|prefix| path.starts_with(prefix)) {
                    wrong.push(format!("{path}:{}: {word} ({why})", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_are_short() {
    let long = |(path, text): (String, String)| {
        let lines = text.lines().count();
        (lines > LINES_MAX).then(|| format!("{path}: {lines} lines"))
    };
    let wrong: Vec<String> = rust_files("src").into_iter().filter_map(long).collect();
    assert!(wrong.is_empty(), "look for the seam: {wrong:#?}");
}

/// What a file's header says after `Left out:`, to the end of the paragraph.
fn left_out(text: &str) -> Option<String> {
    let header: Vec<&str> = text
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .map(|line| line[3..].trim())
        .collect();
    let start = header
        .iter()
        .position(|line| line.starts_with("Left out:"))?;
    let lines = header[start..]
        .iter()
        .take_while(|line| !line.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    // Links to code are links in the docs only.
    lines
        .strip_prefix("Left out:")
        .map(|rest| rest.trim().replace("[`", "`").replace("`]", "`"))
}

/// `UPDATE=1 cargo test --test tidy` rewrites the README's list; otherwise a stale list is an error.
#[test]
fn the_readme_lists_what_is_not_simulated() {
    let mut list = String::new();
    for (path, text) in rust_files("src") {
        if let Some(what) = left_out(&text) {
            list.push_str(&format!(
                "* [`{}`]({path}): {what}\n",
                path.trim_start_matches("src/")
            ));
        }
    }
    assert!(list.lines().count() > 5, "files say what they leave out");
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md is there");
    let (begin, end) = ("<!-- left-out:begin -->\n", "<!-- left-out:end -->");
    let (before, rest) = readme
        .split_once(begin)
        .expect("the README marks where the list begins");
    let (old, after) = rest
        .split_once(end)
        .expect("the README marks where the list ends");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, format!("{before}{begin}{list}{end}{after}"))
            .expect("README.md can be written");
        return;
    }
    assert_eq!(
        old, list,
        "the README's list of what is not simulated is stale: UPDATE=1 cargo test --test tidy"
    );
}

#[test]
fn the_rules_find_what_they_look_for() {
    assert_eq!(
        imports("use crate::api::{Key, Kind};\nlet x = crate::sim::Cluster::new();"),
        ["api::Key", "api::Kind", "sim::Cluster::new"]
    );
    assert_eq!(imports("use crate::{api, sim};"), ["api", "sim"]);
    assert_eq!(
        imports("// crate::ui\nuse $crate::ui;"),
        Vec::<String>::new()
    );
    assert_eq!(layer("src/control_plane/etcd.rs"), Some(&["api"][..]));
    assert_eq!(layer("src/elsewhere.rs"), None);
    assert_eq!(
        left_out("//! X.\n//!\n//! Left out: a,\n//! b.\n//!\n//! c").as_deref(),
        Some("a, b.")
    );
}

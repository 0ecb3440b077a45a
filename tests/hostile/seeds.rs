//! What the fuzzer begins with, and what it has found: all of it holds.

use super::case::within;
use super::checks;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// No seed takes longer.
const SECONDS_MAX: Duration = Duration::from_secs(20);

fn all(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .expect("a folder of seeds")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "{}", folder.display());
    for path in paths {
        let name = format!(
            "{target}/{}",
            path.file_name().unwrap_or_default().to_string_lossy()
        );
        let bytes = fs::read(&path).expect("a file");
        // The check panics without a name: print it for the one that does.
        let checked = std::panic::catch_unwind(|| within(&name, SECONDS_MAX, || check(&bytes)));
        assert!(checked.is_ok(), "{name}");
    }
}

#[test]
fn codec() {
    all("codec", checks::codec::check);
}

#[test]
fn json() {
    all("json", checks::json::check);
}

#[test]
fn patch() {
    all("patch", checks::patch::check);
}

#[test]
fn protobuf() {
    all("protobuf", checks::protobuf::check);
}

#[test]
fn quantities() {
    all("quantities", checks::quantities::check);
}

#[test]
fn selectors() {
    all("selectors", checks::selectors::check);
}

#[test]
fn yaml() {
    all("yaml", checks::yaml::check);
}

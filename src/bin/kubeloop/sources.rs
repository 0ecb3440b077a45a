//! The texts that are to be applied: files, folders, standard input.
//!
//! The real thing: cli-runtime's pkg/resource/visitor.go (`ExpandPathsToFileVisitors`, `FileExtensions`).
//! Left out: URLs, globs in quotes, `-R` and `-k`.

use std::io::Read;
use std::path::{Path, PathBuf};

/// The endings of files that are taken from a folder.
const EXTENSIONS: [&str; 3] = ["json", "yaml", "yml"];

/// A text and where it is from.
pub struct Source {
    /// The path as given; `STDIN`.
    pub name: String,
    /// What is in it, which may not even be text.
    pub bytes: Vec<u8>,
}

impl Source {
    /// Its text, with marks where it is none.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Reads all of them, folders in the order of their files' names.
///
/// # Errors
/// One line for each that cannot be read, in kubectl's words.
pub fn read(paths: &[String]) -> Result<Vec<Source>, Vec<String>> {
    let mut sources = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        match read_path(path) {
            Ok(found) => sources.extend(found),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
}

fn read_path(path: &str) -> Result<Vec<Source>, String> {
    if path == "-" {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| format!("reading STDIN: {error}"))?;
        return Ok(vec![Source {
            name: "STDIN".to_owned(),
            bytes,
        }]);
    }
    let file = Path::new(path);
    if !file.exists() {
        return Err(format!("the path {path:?} does not exist"));
    }
    if !file.is_dir() {
        return Ok(vec![read_file(file)?]);
    }
    let files = files_of(file)?;
    if files.is_empty() {
        return Err(format!(
            "error reading [{path}]: recognized file extensions are [.json .yaml .yml]"
        ));
    }
    files.iter().map(|file| read_file(file)).collect()
}

fn files_of(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let failed = |error: std::io::Error| format!("error reading [{}]: {error}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if path.is_file() && extension.is_some_and(|extension| EXTENSIONS.contains(&extension)) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<Source, String> {
    let bytes = std::fs::read(path)
        .map_err(|error| format!("error reading [{}]: {error}", path.display()))?;
    Ok(Source {
        name: path.display().to_string(),
        bytes,
    })
}

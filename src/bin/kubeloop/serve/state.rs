//! A cluster on disk: what people did to it, line by line. Everything else is recomputed when it is opened again.
//!
//! The first line says with what the cluster began; then one line for each thing that somebody did, and lines that say how many steps had been
//! taken by then, and what the cluster was like. Lines are written before anybody is told of what they say, so a server that is killed
//! loses nothing that it acknowledged; they are on the disk itself half a second later. A line that was not written to its end, because the
//! machine stopped, is as if it were not there; anything else that does not fit is refused, and the file stays as it is. A file that cannot
//! be written any more, or that somebody has removed, is written anew as soon as that is possible; until then changes are refused.

use kubeloop::sim::{ClusterOptions, Input, RUN_VERSION, Run, Timeline};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};

/// The version of the file's format; another one is refused.
const STATE_VERSION: u32 = 2;

/// A line of the file.
#[derive(Serialize, Deserialize)]
enum Line {
    /// With what the cluster began.
    Begin {
        version: u32,
        options: ClusterOptions,
    },
    /// What somebody did, and at which step.
    Input(u64, Input),
    /// How many steps had been taken, and the cluster's fingerprint then.
    Steps(u64, u32),
}

/// The file of a cluster that runs.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Held as long as the file is written, so that no other server writes it too.
    lock: File,
    /// Inputs up to this step are in the file.
    saved: u64,
    branches: usize,
    /// The last line may not be whole, or not where it belongs: the file is to be written anew.
    is_torn: bool,
    /// Is there something that is not on the disk itself yet?
    is_dirty: bool,
    /// To the thread that waits for the disk.
    flusher: Sender<File>,
}

/// What a file says.
struct Saved {
    run: Run,
    fingerprint: Option<u32>,
}

/// Opens the cluster in a file; a new one if there is no such file.
///
/// # Errors
/// In words, if the file cannot be read or written, is no such file, or is another server's. It is left as it is then.
pub fn open(path: &Path, options: ClusterOptions) -> Result<(Timeline, Journal), String> {
    let place = path.display();
    let lock = lock(path)?;
    let timeline = match fs::read(path) {
        Ok(text) => restore(&text).map_err(|why| format!("{place}: {why}"))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Timeline::new(options),
        Err(error) => return Err(format!("cannot read {place}: {error}")),
    };
    let journal = Journal::begin(path, lock, flusher(), &timeline);
    let journal = journal.map_err(|error| format!("cannot write {place}: {error}"))?;
    Ok((timeline, journal))
}

/// The file's name with an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn lock(path: &Path) -> Result<File, String> {
    let place = path.display();
    let mut options = OpenOptions::new();
    let file = options
        .create(true)
        .write(true)
        .truncate(false)
        .open(beside(path, ".lock"))
        .map_err(|error| format!("cannot write {place}.lock: {error}"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            let why = "another kubeloop serve goes on with this cluster";
            Err(format!("{place}: {why} (--state chooses another file)"))
        }
        Err(TryLockError::Error(error)) => Err(format!("cannot lock {place}.lock: {error}")),
    }
}

fn restore(text: &[u8]) -> Result<Timeline, String> {
    let saved = read(text)?;
    let timeline = Timeline::replay(&saved.run)?;
    let is = timeline.cluster().fingerprint();
    if saved.fingerprint.is_some_and(|was| was != is) {
        let steps = saved.run.steps;
        return Err(format!(
            "another version of KubeLoop saved this cluster; its {steps} steps come out differently here"
        ));
    }
    Ok(timeline)
}

fn read(text: &[u8]) -> Result<Saved, String> {
    let mut saved: Option<Saved> = None;
    let is_whole = text.ends_with(b"\n");
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let count = text.split(|byte| *byte == b'\n').count();
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let parsed: Line = match serde_json::from_slice(line) {
            Ok(line) => line,
            Err(_) if text.is_empty() => return Err("the file is empty".to_owned()),
            Err(_) if number == count && index > 0 && !is_whole => break,
            Err(error) => return Err(format!("line {number} cannot be read: {error}")),
        };
        match (parsed, &mut saved) {
            (Line::Begin { version, options }, None) => {
                if version != STATE_VERSION {
                    return Err(format!(
                        "this cluster was saved in format {version}; this version of KubeLoop reads format {STATE_VERSION}"
                    ));
                }
                saved = Some(Saved {
                    run: Run {
                        version: RUN_VERSION,
                        options,
                        inputs: BTreeMap::new(),
                        steps: 0,
                        cursor: 0,
                    },
                    fingerprint: None,
                });
            }
            (Line::Input(at, input), Some(saved)) if at >= saved.run.steps => {
                saved.run.inputs.insert(at, input);
                saved.run.steps = at + 1;
                saved.fingerprint = None;
            }
            (Line::Steps(steps, fingerprint), Some(saved)) if steps >= saved.run.steps => {
                saved.run.steps = steps;
                saved.fingerprint = Some(fingerprint);
            }
            _ => return Err(format!("line {number} is not where it belongs")),
        }
    }
    let mut saved = saved.ok_or("the file is empty")?;
    saved.run.cursor = saved.run.steps;
    Ok(saved)
}

/// A thread that waits for the disk, so that nobody else has to.
fn flusher() -> Sender<File> {
    let (sender, files) = channel::<File>();
    std::thread::spawn(move || {
        for file in files {
            if let Err(error) = file.sync_data() {
                eprintln!("error: the disk did not take the cluster: {error}");
            }
        }
    });
    sender
}

impl Journal {
    /// Writes everything anew, beside the file and then in its place.
    fn begin(
        path: &Path,
        lock: File,
        flusher: Sender<File>,
        timeline: &Timeline,
    ) -> io::Result<Self> {
        let file = File::create(beside(path, ".new"))?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            lock,
            saved: 0,
            branches: 0,
            is_torn: false,
            is_dirty: false,
            flusher,
        };
        journal.write_anew(timeline)?;
        Ok(journal)
    }

    fn write_anew(&mut self, timeline: &Timeline) -> io::Result<()> {
        self.is_torn = true;
        let new = beside(&self.path, ".new");
        self.file = File::create(&new)?;
        self.saved = 0;
        self.branches = timeline.branches().len();
        let begin = Line::Begin {
            version: STATE_VERSION,
            options: timeline.cluster().options().clone(),
        };
        writeln!(self.file, "{}", serde_json::to_string(&begin)?)?;
        self.append(timeline)?;
        self.file.sync_data()?;
        fs::rename(&new, &self.path)?;
        self.is_torn = false;
        Ok(())
    }

    /// Adds what has happened since the last time.
    ///
    /// # Errors
    /// Those of the disk; the next time everything is written anew.
    pub fn write(&mut self, timeline: &Timeline) -> io::Result<()> {
        let went_back = timeline.cursor() < self.saved;
        if self.is_torn || went_back || timeline.branches().len() != self.branches {
            // The file tells of another future, or not of all of it.
            return self.write_anew(timeline);
        }
        let written = self.append(timeline);
        self.is_torn = written.is_err();
        written
    }

    fn append(&mut self, timeline: &Timeline) -> io::Result<()> {
        let steps = timeline.cursor();
        if steps == self.saved {
            return Ok(());
        }
        let mut text = String::new();
        for (at, input) in timeline.inputs(self.saved, steps) {
            text.push_str(&serde_json::to_string(&Line::Input(at, input.clone()))?);
            text.push('\n');
        }
        let line = Line::Steps(steps, timeline.cluster().fingerprint());
        text.push_str(&serde_json::to_string(&line)?);
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.is_dirty = true;
        self.saved = steps;
        Ok(())
    }

    /// Is there something that the file does not have, or is the file not where it was? Then it is to be written again.
    pub fn is_lost(&mut self) -> bool {
        // A file that was removed takes what is written to it, and nobody will find it.
        self.is_torn |= !is_same(&self.file, &self.path);
        self.is_torn
    }

    /// Has what was written brought to the disk itself; does not wait for it.
    ///
    /// # Errors
    /// Those of the system.
    pub fn flush(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_dirty) {
            // Its thread ends with the journal only.
            let _ = self.flusher.send(self.file.try_clone()?);
        }
        Ok(())
    }

    /// Waits until all of it is on the disk, and lets others have the file.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn close(self) -> io::Result<()> {
        self.file.sync_data()?;
        self.lock.unlock()
    }
}

/// Is this still the file of this name?
#[cfg(unix)]
fn is_same(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let id = |data: fs::Metadata| (data.dev(), data.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(named)) => id(file) == id(named),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_same(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(version: u32) -> String {
        format!("{{\"Begin\":{{\"version\":{version},\"options\":{{\"nodes\":2,\"seed\":5}}}}}}")
    }

    #[test]
    fn a_torn_last_line_is_as_if_it_were_not_there() {
        let begin = begin(STATE_VERSION);
        for torn in [
            "{\"Input\":[9,{\"Sub".as_bytes(),
            b"{\"Input\":[9,\"\xc3",
            b"",
        ] {
            let mut text = format!("{begin}\n{{\"Steps\":[7,1]}}\n").into_bytes();
            text.extend_from_slice(torn);
            let saved = read(&text).expect("all but the last line is whole");
            assert_eq!((saved.run.steps, saved.run.options.nodes), (7, 2));
            assert_eq!(saved.fingerprint, Some(1));
        }
    }

    #[test]
    fn what_is_no_such_file_is_refused() {
        let fine = begin(STATE_VERSION);
        let cases = [
            ("nothing", String::new(), "the file is empty"),
            (
                "no beginning",
                "{\"Steps\":[7,1]}\n".to_owned(),
                "line 1 is not where it belongs",
            ),
            (
                "a torn beginning",
                fine[..20].to_owned(),
                "line 1 cannot be read",
            ),
            (
                "two beginnings",
                format!("{fine}\n{fine}\n"),
                "line 2 is not where it belongs",
            ),
            (
                "in the middle",
                format!("{fine}\nx\n{{\"Steps\":[7,1]}}\n"),
                "line 2 cannot be read",
            ),
            (
                "a whole last line",
                format!("{fine}\nx\n"),
                "line 2 cannot be read",
            ),
            (
                "backwards",
                format!("{fine}\n{{\"Steps\":[7,1]}}\n{{\"Steps\":[6,1]}}\n"),
                "line 3 is not where",
            ),
            (
                "older",
                format!("{}\n", begin(1)),
                "saved in format 1; this version of KubeLoop reads format 2",
            ),
        ];
        for (name, text, want) in cases {
            let Err(why) = read(text.as_bytes()) else {
                panic!("{name} is read");
            };
            assert!(why.contains(want), "{name}: {why}");
        }
    }
}

//! A cluster on disk: what people did to it, line by line. Everything else is recomputed when it is opened again.
//!
//! The first line says with what the cluster began; then one line for each thing that somebody did, and now and then one that says how many
//! steps had been taken by then. A line that was not written to its end, because the machine stopped, is as if it were not there.

use kubeloop::sim::{ClusterOptions, Input, RUN_VERSION, Run, Timeline};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

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
    /// How many steps had been taken.
    Steps(u64),
}

/// The file of a cluster that runs.
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Inputs up to this step are in the file.
    saved: u64,
    branches: usize,
}

/// Opens the cluster in a file; a new one if there is no such file.
///
/// # Errors
/// In words, if the file cannot be read or is no such file.
pub fn open(path: &Path, options: ClusterOptions) -> Result<(Timeline, Journal), String> {
    let place = path.display();
    let timeline = match std::fs::read_to_string(path) {
        Ok(text) => {
            let run = read(&text).map_err(|why| format!("{place}: {why}"))?;
            Timeline::replay(&run).map_err(|why| format!("{place}: {why}"))?
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Timeline::new(options),
        Err(error) => return Err(format!("cannot read {place}: {error}")),
    };
    let journal = Journal::begin(path, &timeline)
        .map_err(|error| format!("cannot write {place}: {error}"))?;
    Ok((timeline, journal))
}

fn read(text: &str) -> Result<Run, String> {
    let mut run: Option<Run> = None;
    let count = text.lines().count();
    for (index, line) in text.lines().enumerate() {
        let parsed: Line = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(_) if index + 1 == count && index > 0 => break,
            Err(error) => return Err(format!("line {}: {error}", index + 1)),
        };
        match (parsed, &mut run) {
            (Line::Begin { version, options }, None) => {
                run = Some(Run {
                    version,
                    options,
                    inputs: BTreeMap::new(),
                    steps: 0,
                    cursor: 0,
                });
            }
            (Line::Input(at, input), Some(run)) => {
                run.inputs.insert(at, input);
                run.steps = run.steps.max(at + 1);
            }
            (Line::Steps(steps), Some(run)) => run.steps = run.steps.max(steps),
            _ => return Err(format!("line {}: not where it belongs", index + 1)),
        }
    }
    let mut run = run.ok_or("the file is empty")?;
    run.cursor = run.steps;
    Ok(run)
}

impl Journal {
    /// Writes everything anew, beside the file and then in its place.
    fn begin(path: &Path, timeline: &Timeline) -> io::Result<Self> {
        let beside = path.with_extension("new");
        let mut journal = Self {
            path: path.to_owned(),
            file: File::create(&beside)?,
            saved: 0,
            branches: timeline.branches().len(),
        };
        let begin = Line::Begin {
            version: RUN_VERSION,
            options: timeline.cluster().options().clone(),
        };
        writeln!(journal.file, "{}", serde_json::to_string(&begin)?)?;
        journal.append(timeline)?;
        std::fs::rename(&beside, path)?;
        journal.file = OpenOptions::new().append(true).open(path)?;
        Ok(journal)
    }

    /// Adds what has happened since the last time.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn save(&mut self, timeline: &Timeline) -> io::Result<()> {
        if timeline.branches().len() != self.branches || timeline.cursor() < self.saved {
            // Somebody went back and did something else: the file tells of another future.
            *self = Self::begin(&self.path.clone(), timeline)?;
            return Ok(());
        }
        self.append(timeline)
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
        text.push_str(&serde_json::to_string(&Line::Steps(steps))?);
        text.push('\n');
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.saved = steps;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_last_line_is_as_if_it_were_not_there() {
        let begin = format!(
            "{{\"Begin\":{{\"version\":{RUN_VERSION},\"options\":{{\"nodes\":2,\"seed\":5}}}}}}"
        );
        let torn = format!("{begin}\n{{\"Steps\":7}}\n{{\"Input\":[9,{{\"Sub");
        let run = read(&torn).expect("all but the last line is whole");
        assert_eq!((run.steps, run.options.nodes), (7, 2));
        for bad in ["", "{\"Steps\":7}", "{}\n{}"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let in_the_middle = format!("{begin}\nx\n{{\"Steps\":7}}");
        assert!(read(&in_the_middle).is_err());
    }
}

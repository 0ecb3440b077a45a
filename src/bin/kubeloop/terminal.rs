//! What depends on whether a person is looking: colour, and a line of progress that is overwritten.
//!
//! `NO_COLOR` and `TERM=dumb` are honoured; pipes and files get plain text and no progress.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Progress appears only after this, so that short runs stay quiet.
const PATIENCE: Duration = Duration::from_millis(400);

/// And then changes at most this often.
const INTERVAL: Duration = Duration::from_millis(100);

/// Whether errors are coloured.
#[must_use]
pub fn has_colour() -> bool {
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stderr().is_terminal() && !plain && !dumb
}

/// A line on stderr that says how far it is, if a person is looking.
pub struct Progress {
    shown: bool,
    next: Option<Instant>,
}

impl Progress {
    /// Shows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        let next = stderr().is_terminal().then(|| Instant::now() + PATIENCE);
        Self { shown: false, next }
    }

    /// Shows what `text` says, if it is time to.
    pub fn show(&mut self, text: impl FnOnce() -> String) {
        if self.next.is_none_or(|next| Instant::now() < next) {
            return;
        }
        self.next = Some(Instant::now() + INTERVAL);
        self.shown = true;
        // A terminal that is gone needs no progress.
        let _ = write!(stderr(), "\r\x1b[K{}", text());
        let _ = stderr().flush();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            let _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

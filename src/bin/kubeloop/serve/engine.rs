//! What makes the cluster go on between requests: a thread that takes its steps, in slices so short that no request waits for long.

use super::state::Journal;
use kubeloop::api::time::Ms;
use kubeloop::sim::port::Port;
use kubeloop::sim::{Cluster, Pace};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long the engine keeps requests waiting at most.
const SLICE: Duration = Duration::from_millis(2);

/// How many steps are taken between two looks at the clock.
const STEPS_PER_LOOK: usize = 32;

/// How often what happened is written down.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// Whoever waits for a cluster to settle does not wait longer than this, in the cluster's time.
pub(super) const SETTLE_MS_MAX: Ms = 3_600_000;

/// How fast the cluster's time passes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// So many times as fast as the clock.
    Times(f64),
    /// Every consequence at once; nothing happens in a settled cluster.
    Max,
}

impl Speed {
    /// Reads `max` or a number.
    ///
    /// # Errors
    /// If it is neither, or not positive.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        match text.parse::<f64>() {
            Ok(times) if times > 0.0 && times <= 1e6 => Ok(Self::Times(times)),
            _ => Err("a number above 0, or max".to_owned()),
        }
    }
}

/// The cluster and what drives it.
pub struct Engine {
    state: Mutex<State>,
    wake: Condvar,
    waiting: AtomicUsize,
    stops: AtomicBool,
    progress: watch::Sender<u64>,
    speed: Speed,
}

struct State {
    port: Port,
    /// The clock and the cluster's time belonged together then.
    since: (Instant, Ms),
    journal: Option<Journal>,
    saved: Instant,
}

impl Engine {
    /// An engine that does not run yet.
    pub fn new(port: Port, speed: Speed, journal: Option<Journal>) -> Self {
        let now_ms = port.cluster().now_ms();
        Self {
            state: Mutex::new(State {
                port,
                since: (Instant::now(), now_ms),
                journal,
                saved: Instant::now(),
            }),
            wake: Condvar::new(),
            waiting: AtomicUsize::new(0),
            stops: AtomicBool::new(false),
            progress: watch::Sender::new(0),
            speed,
        }
    }

    /// Starts the thread.
    pub fn start(self: &Arc<Self>) -> JoinHandle<()> {
        let engine = Arc::clone(self);
        std::thread::spawn(move || engine.run())
    }

    /// Lets the thread write down what is left and end.
    pub fn stop(&self) {
        self.stops.store(true, Ordering::SeqCst);
        self.wake.notify_all();
    }

    /// Changes whenever anything has happened.
    pub fn progress(&self) -> watch::Receiver<u64> {
        self.progress.subscribe()
    }

    /// Does something with the cluster; whatever waits for news is told.
    pub fn with<T>(&self, act: impl FnOnce(&mut Port) -> T) -> T {
        let mut state = self.lock();
        self.catch_up(&mut state);
        let before = state.port.cluster().steps();
        let result = act(&mut state.port);
        if state.port.cluster().steps() != before {
            self.tell(&state);
            self.wake.notify_all();
        }
        result
    }

    /// Looks at the cluster.
    pub fn look<T>(&self, look: impl FnOnce(&Port) -> T) -> T {
        look(&self.lock().port)
    }

    /// Moves the cluster's time on by hand: the clock counts from there.
    pub fn rebase(&self) {
        let mut state = self.lock();
        state.since = (Instant::now(), state.port.cluster().now_ms());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.waiting.fetch_add(1, Ordering::SeqCst);
        // A request that panicked has changed nothing: answers come before changes are kept.
        let state = self
            .state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
        state
    }

    fn tell(&self, state: &State) {
        let steps = state.port.cluster().steps();
        self.progress
            .send_modify(|told| *told = told.wrapping_add(1).max(steps));
    }

    /// The cluster's time as of now, if it follows the clock.
    fn target_ms(&self, state: &State) -> Option<Ms> {
        let Speed::Times(times) = self.speed else {
            return None;
        };
        let (since, at_ms) = state.since;
        let elapsed = since.elapsed().mul_f64(times).as_millis();
        Some(at_ms + Ms::try_from(elapsed).unwrap_or(Ms::MAX / 2))
    }

    /// Lets the clock reach now before somebody does something, so that ages and timestamps are right.
    fn catch_up(&self, state: &mut State) {
        let Some(target) = self.target_ms(state) else {
            return;
        };
        let timeline = &mut state.port.timeline;
        if timeline
            .cluster()
            .next_due_ms()
            .is_none_or(|due| due > target)
        {
            timeline.wait_until(target);
        }
    }

    fn run(&self) {
        let mut state = self.lock();
        loop {
            let more = self.slice(&mut state);
            self.save(&mut state);
            if self.stops.load(Ordering::SeqCst) {
                self.save_now(&mut state);
                return;
            }
            if let Some(pause) = more {
                let (next, _) = self
                    .wake
                    .wait_timeout(state, pause.min(SAVE_EVERY))
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                state = next;
            } else {
                drop(state);
                while self.waiting.load(Ordering::SeqCst) > 0 {
                    std::thread::yield_now();
                }
                state = self
                    .state
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
            }
        }
    }

    /// Takes steps for one slice. `None` if there is more to do at once, else how long to wait.
    fn slice(&self, state: &mut State) -> Option<Duration> {
        let began = Instant::now();
        let target = self.target_ms(state);
        let before = state.port.cluster().steps();
        let mut rest = None;
        while began.elapsed() < SLICE {
            for _ in 0..STEPS_PER_LOOK {
                rest = pause(state.port.cluster(), target, self.speed);
                if rest.is_some() || state.port.timeline.advance(Pace::Turn).is_none() {
                    break;
                }
            }
            if rest.is_some() {
                break;
            }
        }
        if state.port.cluster().steps() != before {
            self.tell(state);
        }
        rest
    }

    fn save(&self, state: &mut State) {
        if state.saved.elapsed() >= SAVE_EVERY {
            self.save_now(state);
        }
    }

    fn save_now(&self, state: &mut State) {
        state.saved = Instant::now();
        let State { port, journal, .. } = state;
        if let Some(journal) = journal
            && let Err(error) = journal.save(&port.timeline)
        {
            eprintln!("error: the cluster could not be saved: {error}");
        }
    }
}

/// How long nothing is to be done; `None` if something is.
fn pause(cluster: &Cluster, target: Option<Ms>, speed: Speed) -> Option<Duration> {
    const LONG: Duration = Duration::from_hours(1);
    match (target, speed) {
        (None, _) | (_, Speed::Max) => cluster.is_settled().then_some(LONG),
        (Some(target), Speed::Times(times)) => {
            let due = cluster.next_due_ms()?;
            let wait_ms = due.checked_sub(target).filter(|ms| *ms > 0)?;
            Some(Duration::from_millis(wait_ms).div_f64(times))
        }
    }
}

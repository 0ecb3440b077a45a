//! What makes the cluster go on between requests: a thread that owns it. Requests come to it one after the other, and between them it takes
//! the cluster's steps, in slices so short that no request waits for long. Whoever watches reads what it publishes, and waits for nobody.

use super::encodings::Encodings;
use super::state::Journal;
use kubeloop::api::time::Ms;
use kubeloop::api::{Reason, Status};
use kubeloop::control_plane::apiserver::http as codec;
use kubeloop::control_plane::etcd::Store;
use kubeloop::sim::port::{Exchange, Port};
use kubeloop::sim::{Cluster, Pace};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{oneshot, watch};

/// How long requests keep steps waiting at most, and steps requests.
const SLICE: Duration = Duration::from_millis(2);

/// How many steps are taken between two looks at the clock.
const STEPS_PER_LOOK: usize = 32;

/// How often what was written down is brought to the disk itself.
const FLUSH_EVERY: Duration = Duration::from_millis(500);

/// How long to wait for whoever wants something.
const LONG: Duration = Duration::from_hours(1);

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

/// The cluster as those see it who watch.
#[derive(Clone)]
pub struct Published {
    /// What is stored, and how it came to be.
    pub store: Store,
    /// How late it is.
    pub now_ms: Ms,
    /// How often somebody went to another step: what was told before need not be so any more.
    pub journey: u64,
}

/// Tells the one who asked; called when others can see what was done.
type Reply = Box<dyn FnOnce() + Send>;

enum Message {
    /// Something to be done with the cluster.
    Do(Box<dyn FnOnce(&mut Port) -> Reply + Send>),
    /// The cluster's time was moved by hand: the clock counts from there.
    Rebase,
    /// Somebody goes to another step, if there is such a step.
    Seek(u64, oneshot::Sender<Result<(), u64>>),
    /// Somebody wants it to go on from there.
    Resume,
    /// Write down what is left, and end.
    Stop,
}

/// The way to the cluster.
pub struct Engine {
    inbox: Sender<Message>,
    thread: Mutex<Option<Driver>>,
    published: Arc<watch::Sender<Arc<Published>>>,
    encodings: Arc<Encodings>,
    trouble: Trouble,
}

/// Why the cluster cannot be saved, as long as it cannot.
type Trouble = Arc<Mutex<Option<String>>>;

/// The cluster and what drives it.
struct Driver {
    inbox: Receiver<Message>,
    port: Port,
    speed: Speed,
    /// The clock and the cluster's time belonged together then.
    since: (Instant, Ms),
    journal: Option<Journal>,
    flushed: Instant,
    journey: u64,
    /// It stands still at the step to which somebody went.
    is_held: bool,
    /// The cluster had taken so many steps when it was last published, in this journey.
    told: (u64, u64),
    published: Arc<watch::Sender<Arc<Published>>>,
    encodings: Arc<Encodings>,
    trouble: Trouble,
}

impl Engine {
    /// An engine that does not run yet.
    pub fn new(port: Port, speed: Speed, journal: Option<Journal>) -> Self {
        let (inbox, messages) = channel();
        let published = Arc::new(watch::Sender::new(Arc::new(published(&port, 0))));
        let encodings = Arc::new(Encodings::default());
        let trouble = Trouble::default();
        let driver = Driver {
            inbox: messages,
            trouble: Arc::clone(&trouble),
            encodings: Arc::clone(&encodings),
            since: (Instant::now(), port.cluster().now_ms()),
            told: (0, port.cluster().steps()),
            port,
            speed,
            journal,
            flushed: Instant::now(),
            journey: 0,
            is_held: false,
            published: Arc::clone(&published),
        };
        Self {
            inbox,
            thread: Mutex::new(Some(driver)),
            published,
            encodings,
            trouble,
        }
    }

    /// Starts the thread; the second time there is none.
    pub fn start(&self) -> Option<JoinHandle<()>> {
        let mut thread = self.thread.lock().ok()?;
        let driver = thread.take()?;
        Some(std::thread::spawn(move || driver.run()))
    }

    /// Lets the thread write down what is left and end.
    pub fn stop(&self) {
        self.say(Message::Stop);
    }

    /// The cluster as it was last published, and word when it changes.
    pub fn news(&self) -> watch::Receiver<Arc<Published>> {
        self.published.subscribe()
    }

    /// What was put into words already.
    pub fn encodings(&self) -> &Encodings {
        &self.encodings
    }

    /// Does something with the cluster. `None` if it went wrong, or the server ends.
    pub async fn with<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Port) -> T + Send + 'static,
    ) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.say(Message::Do(Box::new(move |port| {
            let result = act(port);
            Box::new(move || {
                // Nobody is there any more: the client has gone.
                let _ = reply.send(result);
            })
        })));
        answer.await.ok()
    }

    /// Moves the cluster's time on by hand: the clock counts from there.
    pub fn rebase(&self) {
        self.say(Message::Rebase);
    }

    /// Answers a request; one that changes something lets a cluster that stands still go on, and is refused while that could not be saved.
    pub async fn exchange(&self, request: http::Request<Vec<u8>>) -> Option<Exchange> {
        let refused = |why: String| {
            let status = Status::new(Reason::InternalError, why);
            Some(Exchange::Answered(codec::refusal(&status)))
        };
        if is_write(&request)
            && let Some(why) = self.trouble()
        {
            return refused(why);
        }
        let encodings = Arc::clone(&self.encodings);
        let done = self.with(move |port| {
            let before = (port.timeline.len(), port.timeline.branches().len());
            let exchange = port.exchange_with(&request, &encodings.of_now());
            let after = (port.timeline.len(), port.timeline.branches().len());
            (exchange, before != after)
        });
        let (exchange, has_changed) = done.await?;
        if has_changed {
            self.resume();
            // It was done, and is written down with the rest as soon as that is possible; but nobody should rely on it.
            if let Some(why) = self.trouble() {
                return refused(why);
            }
        }
        Some(exchange)
    }

    /// Why what is done now could be lost, if the cluster could not be saved the last time.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes to another step and stands still there; those who watch begin anew. The number of steps there are, if it is not among them;
    /// `None` if the server ends.
    pub async fn seek(&self, step: u64) -> Option<Result<(), u64>> {
        let (reply, answer) = oneshot::channel();
        self.say(Message::Seek(step, reply));
        answer.await.ok()
    }

    /// Lets a cluster that stands still go on.
    pub fn resume(&self) {
        self.say(Message::Resume);
    }

    fn say(&self, message: Message) {
        // A thread that has ended needs to be told nothing.
        let _ = self.inbox.send(message);
    }
}

fn published(port: &Port, journey: u64) -> Published {
    let cluster = port.cluster();
    Published {
        store: cluster.store().clone(),
        now_ms: cluster.now_ms(),
        journey,
    }
}

impl Driver {
    fn run(mut self) {
        let mut pause = Some(Duration::ZERO);
        loop {
            let message = match pause {
                Some(pause) => match self.inbox.recv_timeout(pause.min(FLUSH_EVERY)) {
                    Ok(message) => Some(message),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => break,
                },
                None => self.inbox.try_recv().ok(),
            };
            if !self.take(message) {
                break;
            }
            pause = self.slice();
            self.publish();
            if self.flushed.elapsed() >= FLUSH_EVERY {
                self.flush();
            }
        }
        if let Some(journal) = self.journal.take()
            && let Err(error) = journal.close()
        {
            complain(&error);
        }
    }

    /// Takes messages for one slice; false if the last one was to stop.
    fn take(&mut self, first: Option<Message>) -> bool {
        let began = Instant::now();
        let (mut message, mut replies): (_, Vec<Reply>) = (first, Vec::new());
        let mut goes_on = true;
        while let Some(next) = message.take() {
            match next {
                Message::Do(act) => replies.extend(self.perform(act)),
                Message::Rebase => self.since = (Instant::now(), self.port.cluster().now_ms()),
                Message::Seek(step, reply) => {
                    let done = self.seek(step);
                    replies.push(Box::new(move || {
                        let _ = reply.send(done);
                    }));
                }
                Message::Resume => self.resume(),
                Message::Stop => goes_on = false,
            }
            if goes_on && began.elapsed() < SLICE {
                message = self.inbox.try_recv().ok();
            }
        }
        self.publish();
        for reply in replies {
            reply();
        }
        goes_on
    }

    fn seek(&mut self, step: u64) -> Result<(), u64> {
        let len = self.port.timeline.len();
        if step > len {
            return Err(len);
        }
        self.port.timeline.seek(step);
        self.journey += 1;
        self.encodings.begin(self.journey);
        self.is_held = true;
        Ok(())
    }

    fn resume(&mut self) {
        if std::mem::take(&mut self.is_held) {
            self.since = (Instant::now(), self.port.cluster().now_ms());
        }
    }

    fn perform(&mut self, act: Box<dyn FnOnce(&mut Port) -> Reply + Send>) -> Option<Reply> {
        self.catch_up();
        // A request that panics has changed nothing, because answers come before changes are kept; and nobody else is to suffer.
        let done = catch_unwind(AssertUnwindSafe(|| act(&mut self.port)));
        done.ok()
    }

    fn publish(&mut self) {
        let told = (self.journey, self.port.cluster().steps());
        if told != self.told {
            self.told = told;
            // First it is written down: nobody is told of what a crash could lose. What was in vain is tried again in a while.
            if !self.is_in_trouble() {
                self.save();
            }
            let news = Arc::new(published(&self.port, self.journey));
            self.published.send_replace(news);
        }
    }

    fn is_in_trouble(&self) -> bool {
        let trouble = self.trouble.lock();
        trouble.unwrap_or_else(PoisonError::into_inner).is_some()
    }

    /// Writes down what has happened, and says when that begins or ceases to be impossible.
    fn save(&mut self) {
        let Some(journal) = &mut self.journal else {
            return;
        };
        let written = journal.write(&self.port.timeline);
        let trouble = self.trouble.lock();
        let mut trouble = trouble.unwrap_or_else(PoisonError::into_inner);
        match written {
            Ok(()) if trouble.is_some() => {
                eprintln!(
                    "The cluster is saved again, with all that has happened; changes are accepted."
                );
                *trouble = None;
            }
            Ok(()) => {}
            Err(error) => {
                let why = format!("the cluster could not be saved: {error}");
                if trouble.is_none() {
                    eprintln!(
                        "error: {why}\n  Changes are refused until it can be, which is tried twice a second."
                    );
                }
                *trouble = Some(why);
            }
        }
    }

    /// The cluster's time as of now, if it follows the clock.
    fn target_ms(&self) -> Option<Ms> {
        let times = match self.speed {
            Speed::Times(times) if !self.is_held => times,
            Speed::Times(_) | Speed::Max => return None,
        };
        let (since, at_ms) = self.since;
        let elapsed = since.elapsed().mul_f64(times).as_millis();
        Some(at_ms + Ms::try_from(elapsed).unwrap_or(Ms::MAX / 2))
    }

    /// Lets the clock reach now before somebody does something, so that ages and timestamps are right.
    fn catch_up(&mut self) {
        let Some(target) = self.target_ms() else {
            return;
        };
        let timeline = &mut self.port.timeline;
        let due = timeline.cluster().next_due_ms();
        if due.is_none_or(|due| due > target) {
            timeline.wait_until(target);
        }
    }

    /// Takes steps for one slice. `None` if there is more to do at once, else how long to wait.
    fn slice(&mut self) -> Option<Duration> {
        if self.is_held {
            return Some(LONG);
        }
        let began = Instant::now();
        let target = self.target_ms();
        while began.elapsed() < SLICE {
            for _ in 0..STEPS_PER_LOOK {
                let rest = pause(self.port.cluster(), target, self.speed);
                if rest.is_some() || self.port.timeline.advance(Pace::Turn).is_none() {
                    return rest;
                }
            }
        }
        None
    }

    fn flush(&mut self) {
        self.flushed = Instant::now();
        if let Some(journal) = &mut self.journal
            && journal.is_lost()
        {
            self.save();
        }
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.flush()
        {
            complain(&error);
        }
    }
}

/// Does this change something, or could it? Reviews are only answered.
fn is_write(request: &http::Request<Vec<u8>>) -> bool {
    const REVIEWS: [&str; 2] = [
        "/apis/authentication.k8s.io/",
        "/apis/authorization.k8s.io/",
    ];
    let path = request.uri().path();
    let is_read = matches!(*request.method(), http::Method::GET | http::Method::HEAD);
    !is_read && !REVIEWS.iter().any(|review| path.starts_with(review))
}

/// Nobody waits for an answer to whom it could be said.
fn complain(error: &std::io::Error) {
    eprintln!("error: the cluster could not be saved: {error}");
}

/// How long nothing is to be done; `None` if something is.
fn pause(cluster: &Cluster, target: Option<Ms>, speed: Speed) -> Option<Duration> {
    match (target, speed) {
        (None, _) | (_, Speed::Max) => cluster.is_at_rest().then_some(LONG),
        (Some(target), Speed::Times(times)) => {
            let due = cluster.next_due_ms()?;
            let wait_ms = due.checked_sub(target).filter(|ms| *ms > 0)?;
            Some(Duration::from_millis(wait_ms).div_f64(times))
        }
    }
}

//! The hub: the inbox, the ticking thread, and the shard threads.

use std::collections::{BTreeSet, HashMap};
use std::io;
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::desk::ViewerId;
use crate::planner::{Batch, Command, Planner};
use crate::shard::{Done, Order, Shard};
use crate::sink::{LiveBody, Sink};
use crate::{FragmentKey, GATHER, HEARTBEAT, JoinError, MAX_SET, MAX_VIEWERS, PULSE, SEND_BUFFER, Viewer};

/// A viewer who could not take everything is offered the rest this often; soon enough to be live, seldom enough to cost nothing.
const RETRY: Duration = Duration::from_millis(25);
/// Writing is mostly the kernel's work, and more threads than cores only take turns.
const MAX_SHARDS: usize = 8;

/// Renders fragments; `None`: there is no such fragment for this key any more. As many answers as keys, in their order.
pub type Render = Box<dyn Fn(&[FragmentKey]) -> Vec<Option<String>> + Send>;

/// What the owner provides. Both are called on the hub's own thread.
pub struct Views {
    /// Called once per tick with all that must be rendered, so that one state of the board can be taken for all.
    pub render: Render,
    /// The JSON of `event: at`, at least `{"clock":"20:04"}`. Everybody receives it: it must not tell what not everybody may know.
    pub at: Box<dyn Fn() -> String + Send>,
}

/// Counters since the start, and the present sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    pub viewers: u64,
    pub audiences: u64,
    pub keys: u64,
    pub ticks: u64,
    pub rendered: u64,
    /// Renderings that panicked or answered a wrong number of fragments.
    pub faults: u64,
    pub writes: u64,
    pub bytes: u64,
    /// Viewers who could not take everything at the last tick.
    pub behind: u64,
}

/// The fan-out of one server. Clones are the same hub; it stops when the last is dropped, and every stream is closed.
#[derive(Clone)]
pub struct Hub(Arc<Handle>);

struct Handle {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    inbox: Mutex<Inbox>,
    bell: Condvar,
    stats: Counters,
}

#[derive(Default)]
struct Inbox {
    commands: Vec<Command>,
    dirty: BTreeSet<Arc<str>>,
    /// When the oldest dirt came.
    since: Option<Instant>,
    urgent: bool,
    stop: bool,
    touched: Touched,
}

/// Counts the endings and changes of sessions.
pub(crate) type Epoch = u64;

/// Sessions that ended or changed lately, against streams that are just being opened with what held before.
#[derive(Default)]
struct Touched {
    epoch: Epoch,
    /// Session → epoch of its last change; two generations, so that each is remembered for one to two [`HEARTBEAT`]s.
    young: HashMap<u64, Epoch>,
    old: HashMap<u64, Epoch>,
    /// Moments before this are too old to be judged, and refused.
    floor: Epoch,
    next_floor: Epoch,
}

impl Touched {
    fn touch(&mut self, session: u64) {
        self.epoch += 1;
        self.young.insert(session, self.epoch);
    }

    fn since(&self, session: u64, as_of: Epoch) -> bool {
        let changed = [&self.young, &self.old].iter().filter_map(|sessions| sessions.get(&session)).max();
        as_of < self.floor || changed.is_some_and(|epoch| *epoch > as_of)
    }

    fn age(&mut self) {
        self.old = std::mem::take(&mut self.young);
        self.floor = std::mem::replace(&mut self.next_floor, self.epoch);
    }
}

#[derive(Default)]
struct Counters {
    viewers: AtomicU64,
    audiences: AtomicU64,
    keys: AtomicU64,
    ticks: AtomicU64,
    rendered: AtomicU64,
    faults: AtomicU64,
    writes: AtomicU64,
    bytes: AtomicU64,
    behind: AtomicU64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inbox> {
        // Every change under this lock is a push or a flag; a panic cannot leave it half done.
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.lock());
        self.bell.notify_one();
    }
}

impl Hub {
    /// Starts the ticking thread and one writing thread per core.
    #[must_use]
    pub fn start(views: Views) -> Self {
        let shards = thread::available_parallelism().map_or(1, usize::from).min(MAX_SHARDS);
        let shared = Arc::new(Shared::default());
        let run = shared.clone();
        let ticker = thread::Builder::new()
            .name("live tick".into())
            .spawn(move || tick(&run, &views, &Crew::start(shards)))
            .expect("a thread can be started when the program starts");
        Self(Arc::new(Handle { shared, ticker: Some(ticker) }))
    }

    /// These fragments changed: call it after the state they show has been published. Rendered within [`GATHER`].
    pub fn dirty<'a>(&self, fragments: impl IntoIterator<Item = &'a str>) {
        self.mark(fragments, false);
    }

    /// Orders and alarms: rendered at once.
    pub fn dirty_now<'a>(&self, fragments: impl IntoIterator<Item = &'a str>) {
        self.mark(fragments, true);
    }

    fn mark<'a>(&self, fragments: impl IntoIterator<Item = &'a str>, urgent: bool) {
        self.0.shared.tell(|inbox| {
            let before = inbox.dirty.len();
            for fragment in fragments {
                if !inbox.dirty.contains(fragment) {
                    inbox.dirty.insert(fragment.into());
                }
            }
            if inbox.dirty.len() > before && inbox.since.is_none() {
                inbox.since = Some(Instant::now());
            }
            inbox.urgent |= urgent;
        });
    }

    /// The present moment, to be taken before a session and its rights are looked up.
    pub(crate) fn epoch(&self) -> Epoch {
        self.0.shared.lock().touched.epoch
    }

    /// Opens a stream as the body of a response. The current view of the set comes first.
    ///
    /// A session that ends or changes between the looking up of its rights and this call is not noticed; [`crate::answer`] with a seat notices.
    pub fn join(&self, viewer: Viewer) -> Result<LiveBody, JoinError> {
        let as_of = self.epoch();
        self.join_as_of(viewer, as_of)
    }

    pub(crate) fn join_as_of(&self, viewer: Viewer, as_of: Epoch) -> Result<LiveBody, JoinError> {
        self.may_join(&viewer)?;
        let (sink, body) = LiveBody::pair();
        self.enter(viewer, Sink::Body(sink), as_of)?;
        Ok(body)
    }

    /// Opens a stream on a connection whose response head has been sent; from now on the hub writes to it and closes it.
    pub(crate) fn adopt(&self, socket: TcpStream, viewer: Viewer, as_of: Epoch) -> io::Result<()> {
        socket.set_nonblocking(true)?;
        socket.set_nodelay(true)?;
        socket2::SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER)?;
        self.enter(viewer, Sink::Socket(socket), as_of).map_err(io::Error::other)
    }

    /// Judged and queued under one lock: whatever ends or changes the session later comes later in the queue.
    fn enter(&self, viewer: Viewer, sink: Sink, as_of: Epoch) -> Result<(), JoinError> {
        let mut inbox = self.0.shared.lock();
        if inbox.touched.since(viewer.session, as_of) {
            return Err(JoinError::Changed { session: viewer.session });
        }
        inbox.commands.push(Command::Join { viewer: Box::new(viewer), sink });
        drop(inbox);
        self.0.shared.bell.notify_one();
        Ok(())
    }

    pub(crate) fn may_join(&self, viewer: &Viewer) -> Result<(), JoinError> {
        if viewer.set.len() > MAX_SET {
            return Err(JoinError::TooMany { asked: viewer.set.len(), most: MAX_SET });
        }
        if self.0.shared.lock().stop {
            return Err(JoinError::Stopping);
        }
        if self.0.shared.stats.viewers.load(Ordering::Relaxed) >= MAX_VIEWERS as u64 {
            return Err(JoinError::Full { most: MAX_VIEWERS });
        }
        Ok(())
    }

    /// The session is over: its streams are told and closed before the next frame.
    pub fn end(&self, session: u64) {
        self.0.shared.tell(|inbox| {
            inbox.touched.touch(session);
            inbox.commands.push(Command::End(session));
        });
    }

    /// The session's rights or language changed: every key of its streams becomes what `change` says, or is taken away (`None`; the page is told),
    /// before the next frame.
    pub fn revise(&self, session: u64, change: impl Fn(&FragmentKey) -> Option<FragmentKey> + Send + 'static) {
        self.0.shared.tell(|inbox| {
            inbox.touched.touch(session);
            inbox.commands.push(Command::Revise { session, change: Box::new(change) });
        });
    }

    /// Closes every stream and refuses new ones; for a graceful stop. Pages come back by themselves.
    pub fn stop(&self) {
        self.0.shared.tell(|inbox| inbox.stop = true);
    }

    #[must_use]
    pub fn stats(&self) -> Stats {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.0.shared.stats;
        Stats {
            viewers: of(&counters.viewers),
            audiences: of(&counters.audiences),
            keys: of(&counters.keys),
            ticks: of(&counters.ticks),
            rendered: of(&counters.rendered),
            faults: of(&counters.faults),
            writes: of(&counters.writes),
            bytes: of(&counters.bytes),
            behind: of(&counters.behind),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared.tell(|inbox| inbox.stop = true);
        if let Some(ticker) = self.ticker.take() {
            // A rendering callback may hold the last clone; a thread cannot wait for itself.
            if ticker.thread().id() != thread::current().id() {
                let _ = ticker.join();
            }
        }
    }
}

/// The ticking thread: waits for work, plans it, has it written, and only then looks again.
fn tick(shared: &Shared, views: &Views, crew: &Crew) {
    let mut planner = Planner::new(crew.shards.len());
    let mut departed = Vec::new();
    let mut next_pulse = Instant::now() + PULSE;
    let mut next_heartbeat = Instant::now() + HEARTBEAT;
    while let Some(mut batch) = wait(shared, next_pulse) {
        let now = Instant::now();
        if now >= next_pulse {
            batch.pulse = Some(now >= next_heartbeat);
            next_pulse = now + PULSE;
            if now >= next_heartbeat {
                next_heartbeat = now + HEARTBEAT;
                shared.lock().touched.age();
            }
        }
        batch.departed = std::mem::take(&mut departed);
        let orders = planner.step(batch, views);
        let done = crew.work(orders, &mut departed);
        let counters = &shared.stats;
        counters.viewers.store(planner.desk.viewers() as u64, Ordering::Relaxed);
        counters.audiences.store(planner.desk.audiences() as u64, Ordering::Relaxed);
        counters.keys.store(planner.desk.keys() as u64, Ordering::Relaxed);
        counters.ticks.store(planner.tick, Ordering::Relaxed);
        counters.rendered.store(planner.rendered, Ordering::Relaxed);
        counters.faults.store(planner.faults, Ordering::Relaxed);
        counters.writes.fetch_add(done.writes, Ordering::Relaxed);
        counters.bytes.fetch_add(done.bytes, Ordering::Relaxed);
        counters.behind.store(done.behind, Ordering::Relaxed);
    }
}

/// The next batch: commands and urgent dirt at once, other dirt when it has gathered, or the pulse. `None`: stop.
fn wait(shared: &Shared, next_pulse: Instant) -> Option<Batch> {
    let mut inbox = shared.lock();
    loop {
        if inbox.stop {
            return None;
        }
        let now = Instant::now();
        let due = inbox.since.is_some_and(|since| inbox.urgent || now >= since + GATHER);
        if due || !inbox.commands.is_empty() || now >= next_pulse {
            let mut batch = Batch { commands: std::mem::take(&mut inbox.commands), ..Batch::default() };
            if due {
                batch.dirty = std::mem::take(&mut inbox.dirty);
                inbox.since = None;
                inbox.urgent = false;
            }
            return Some(batch);
        }
        let until = inbox.since.map_or(next_pulse, |since| next_pulse.min(since + GATHER));
        inbox = shared.bell.wait_timeout(inbox, until - now).unwrap_or_else(PoisonError::into_inner).0;
    }
}

/// The shard threads and the way to them.
struct Crew {
    shards: Vec<Sender<Vec<Order>>>,
    reports: Receiver<(Vec<ViewerId>, Done)>,
}

impl Crew {
    fn start(count: usize) -> Self {
        let (report, reports) = mpsc::channel();
        let shards = (0..count)
            .map(|number| {
                let (orders, inbox) = mpsc::channel();
                let report = report.clone();
                thread::Builder::new()
                    .name(format!("live shard {number}"))
                    .spawn(move || run(&inbox, &report))
                    .expect("a thread can be started when the program starts");
                orders
            })
            .collect();
        Self { shards, reports }
    }

    /// Has the orders done by all shards at once and waits for the last of them.
    fn work(&self, orders: Vec<Vec<Order>>, departed: &mut Vec<ViewerId>) -> Done {
        let mut sent = 0;
        for (shard, orders) in self.shards.iter().zip(orders) {
            if !orders.is_empty() && shard.send(orders).is_ok() {
                sent += 1;
            }
        }
        let mut sum = Done::default();
        for (gone, done) in self.reports.iter().take(sent) {
            departed.extend(gone);
            sum.writes += done.writes;
            sum.bytes += done.bytes;
            sum.behind += done.behind;
        }
        sum
    }
}

fn run(inbox: &Receiver<Vec<Order>>, report: &Sender<(Vec<ViewerId>, Done)>) {
    let mut shard = Shard::default();
    loop {
        let orders = if shard.is_behind() {
            match inbox.recv_timeout(RETRY) {
                Ok(orders) => orders,
                Err(RecvTimeoutError::Timeout) => {
                    shard.retry(Instant::now());
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        } else {
            match inbox.recv() {
                Ok(orders) => orders,
                Err(_) => return,
            }
        };
        let now = Instant::now();
        for order in orders {
            shard.handle(order, now);
        }
        if report.send((shard.departed(), shard.done())).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewer(session: u64) -> Viewer {
        let (set, have, refused) = Default::default();
        Viewer { session, set, have, refused, pulse: crate::Pulse::Slow }
    }

    #[test]
    fn a_session_that_ended_after_its_rights_were_looked_up_gets_no_stream() {
        let hub = Hub::start(Views { render: Box::new(|_| Vec::new()), at: Box::new(|| "{}".into()) });
        let before = hub.epoch();
        hub.end(7);
        assert_eq!(hub.join_as_of(viewer(7), before).err(), Some(JoinError::Changed { session: 7 }));
        assert!(hub.join_as_of(viewer(8), before).is_ok(), "another session is not concerned");
        assert!(hub.join(viewer(7)).is_ok(), "a new look is a new right");
    }

    #[test]
    fn what_is_forgotten_is_refused_and_not_let_through() {
        let mut touched = Touched::default();
        touched.touch(1);
        touched.touch(2);
        touched.age();
        assert!(
            touched.since(2, 1) && !touched.since(2, 2) && !touched.since(3, 0),
            "remembered for a second generation"
        );
        touched.age();
        assert!(touched.since(2, 1), "too old to be judged");
        assert!(!touched.since(2, 2));
    }
}

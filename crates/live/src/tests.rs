//! The promises of the crate, on the planner and a shard alone: no threads, no time but what the test says.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http_body::Body;
use proptest::prelude::*;

use crate::planner::{Batch, Command, Planner};
use crate::shard::Shard;
use crate::sink::{LiveBody, Sink};
use crate::{FragmentKey, MAX_SET, Pulse, STREAMS_PER_SESSION, STUCK, Viewer, Views, version};

const FRAGMENTS: [&str; 5] = ["top", "figures", "units", "log", "night"];

/// What the rendering shows: a counter for each fragment.
type Board = Arc<Mutex<BTreeMap<String, u64>>>;

fn html(board: &Board, key: &FragmentKey) -> Option<String> {
    let count = board.lock().expect("no panic under it").get(&*key.fragment).copied().unwrap_or(0);
    // Every seventh state is "no such fragment".
    (count % 7 != 6)
        .then(|| format!("<p id={:?} data-grants={} lang={}>{count}</p>", key.fragment, key.grants, key.language))
}

struct World {
    planner: Planner,
    shards: Vec<Shard>,
    views: Views,
    board: Board,
    rendered: Arc<Mutex<Vec<Vec<FragmentKey>>>>,
    batch: Batch,
    now: Instant,
    clients: Vec<Client>,
}

struct Client {
    session: u64,
    body: Option<LiveBody>,
    set: BTreeSet<FragmentKey>,
    page: BTreeMap<String, Option<String>>,
    ended: bool,
    blocks: usize,
}

impl World {
    fn new() -> Self {
        let board = Board::default();
        let rendered = Arc::new(Mutex::new(Vec::new()));
        let (state, calls) = (board.clone(), rendered.clone());
        let views = Views {
            render: Box::new(move |keys| {
                calls.lock().expect("no panic under it").push(keys.to_vec());
                keys.iter().map(|key| html(&state, key)).collect()
            }),
            at: Box::new(|| "{\"clock\":\"20:04\"}".into()),
        };
        Self {
            planner: Planner::new(2),
            shards: vec![Shard::default(), Shard::default()],
            views,
            board,
            rendered,
            batch: Batch::default(),
            now: Instant::now(),
            clients: Vec::new(),
        }
    }

    fn change(&mut self, fragment: &str) {
        *self.board.lock().expect("no panic under it").entry(fragment.into()).or_default() += 1;
        self.batch.dirty.insert(fragment.into());
    }

    fn join(&mut self, session: u64, set: BTreeSet<FragmentKey>, have: Vec<(Arc<str>, u64)>) -> usize {
        let (sink, body) = LiveBody::pair();
        let viewer =
            Viewer { session, set: set.iter().cloned().collect(), have, refused: Vec::new(), pulse: Pulse::Second };
        self.batch.commands.push(Command::Join { viewer: Box::new(viewer), sink: Sink::Body(sink) });
        self.clients.push(Client { session, body: Some(body), set, page: BTreeMap::new(), ended: false, blocks: 0 });
        self.clients.len() - 1
    }

    fn end(&mut self, session: u64) {
        self.batch.commands.push(Command::End(session));
    }

    /// All grants of the session become these, and `without` is taken away.
    fn revise(&mut self, session: u64, grants: u128, without: &str) {
        let without: Arc<str> = without.into();
        let change = move |key: &FragmentKey| (key.fragment != without).then(|| FragmentKey { grants, ..key.clone() });
        for client in self.clients.iter_mut().filter(|client| client.session == session) {
            client.set = client.set.iter().filter_map(&change).collect();
        }
        self.batch.commands.push(Command::Revise { session, change: Box::new(change) });
    }

    fn step(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        batch.departed.extend(self.shards.iter_mut().flat_map(Shard::departed));
        self.rendered.lock().expect("no panic under it").clear();
        let orders = self.planner.step(batch, &self.views);
        for (shard, orders) in self.shards.iter_mut().zip(orders) {
            orders.into_iter().for_each(|order| shard.handle(order, self.now));
        }
    }

    /// The reader takes one block, if one is there; returns whether it was.
    fn read(&mut self, client: usize) -> bool {
        let Client { body: Some(body), set, page, ended, blocks, .. } = &mut self.clients[client] else { return false };
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(body).poll_frame(&mut context) {
            Poll::Pending => false,
            Poll::Ready(None) => {
                *ended = true;
                false
            }
            Poll::Ready(Some(Ok(frame))) => {
                *blocks += 1;
                let bytes = frame.into_data().expect("a data frame");
                for event in std::str::from_utf8(&bytes).expect("UTF-8").split_terminator("\n\n") {
                    let mut lines = event.lines();
                    let name = lines.next().and_then(|line| line.strip_prefix("event: ")).expect("an event");
                    let data = lines.next_back().and_then(|line| line.strip_prefix("data: ")).expect("data");
                    let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
                    let id = data["id"].as_str().unwrap_or_default().to_owned();
                    match name {
                        "fragment" => {
                            let html = data["html"].as_str().expect("html").to_owned();
                            let allowed = set.iter().any(|key| {
                                *key.fragment == *id
                                    && html.contains(&format!("data-grants={} lang={}>", key.grants, key.language))
                            });
                            assert!(allowed, "{html} is outside {set:?}");
                            assert_eq!(data["v"].as_str(), Some(&*format!("{:016x}", version(&html))));
                            page.insert(id, Some(html));
                        }
                        "gone" => {
                            page.insert(id, None);
                        }
                        "end" => *ended = true,
                        other => assert_eq!(other, "at"),
                    }
                }
                true
            }
        }
    }

    /// Everybody reads what there is to read, and the shards offer what is left over, until nothing moves.
    fn settle(&mut self) {
        loop {
            // Offered first, then read: what a retry hands over must still be taken.
            self.shards.iter_mut().for_each(|shard| shard.retry(self.now));
            let mut moved = false;
            for client in 0..self.clients.len() {
                moved |= self.read(client);
            }
            if !moved {
                return;
            }
        }
    }
}

fn keys(fragments: &[&str], grants: u128) -> BTreeSet<FragmentKey> {
    fragments.iter().map(|fragment| FragmentKey { fragment: (*fragment).into(), grants, language: 0 }).collect()
}

#[derive(Clone, Debug)]
enum Act {
    Change(usize),
    /// Said to be dirty, but the same as before.
    Same(usize),
    Join {
        session: u64,
        mask: u8,
        grants: u128,
        language: u8,
    },
    Leave(usize),
    Read(usize),
    End(u64),
    Revise {
        session: u64,
        grants: u128,
        without: usize,
    },
    Step,
    Pulse,
    Retry,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..5usize).prop_map(Act::Change),
        1 => (0..5usize).prop_map(Act::Same),
        3 => (0..6u64, 1..32u8, 0..3u128, 0..2u8).prop_map(|(session, mask, grants, language)| Act::Join { session, mask, grants, language }),
        1 => (0..12usize).prop_map(Act::Leave),
        8 => (0..12usize).prop_map(Act::Read),
        1 => (0..6u64).prop_map(Act::End),
        1 => (0..6u64, 0..3u128, 0..7usize).prop_map(|(session, grants, without)| Act::Revise { session, grants, without }),
        6 => Just(Act::Step),
        1 => Just(Act::Pulse),
        2 => Just(Act::Retry),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whatever happens, whoever is still connected and reads ends with the current state, has seen nothing else than its own, and nothing was
    /// rendered twice in a tick or for nobody.
    #[test]
    fn everybody_ends_with_the_present_state(acts in prop::collection::vec(act(), 1..120)) {
        let mut world = World::new();
        for act in acts {
            match act {
                Act::Change(fragment) => world.change(FRAGMENTS[fragment]),
                Act::Same(fragment) => { world.batch.dirty.insert(FRAGMENTS[fragment].into()); }
                Act::Join { session, mask, grants, language } => {
                    let set = FRAGMENTS.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0)
                        .map(|(_, fragment)| FragmentKey { fragment: (*fragment).into(), grants, language }).collect();
                    world.join(session, set, Vec::new());
                }
                Act::Leave(client) => { if let Some(client) = world.clients.get_mut(client) { client.body = None; } }
                Act::Read(client) => { if client < world.clients.len() { world.read(client); } }
                Act::End(session) => {
                    world.end(session);
                    // A session that ended is not used again by the same client.
                    world.clients.iter_mut().filter(|client| client.session == session).for_each(|client| client.session += 1000);
                }
                Act::Revise { session, grants, without } => {
                    // The old rights hold until the hub has heard of the new ones.
                    world.step();
                    world.settle();
                    world.revise(session, grants, FRAGMENTS.get(without).copied().unwrap_or("nothing"));
                    world.step();
                }
                Act::Step => {
                    world.step();
                    let calls = world.rendered.lock().expect("no panic under it");
                    prop_assert!(calls.len() <= 1, "one rendering call a tick");
                    let keys: Vec<_> = calls.iter().flatten().collect();
                    let once: HashSet<_> = keys.iter().collect();
                    prop_assert_eq!(once.len(), keys.len(), "a key was rendered twice");
                    for key in keys {
                        prop_assert!(world.clients.iter().any(|client| client.set.contains(key)), "{key:?} was rendered for nobody");
                    }
                }
                Act::Pulse => { world.batch.pulse = Some(true); world.step(); }
                Act::Retry => { let now = world.now; world.shards.iter_mut().for_each(|shard| shard.retry(now)); }
            }
        }
        world.step();
        world.settle();
        for client in world.clients.iter().filter(|client| client.body.is_some() && !client.ended) {
            prop_assert!(client.session < 1000, "an ended session is still open");
            for key in &client.set {
                let shown = client.page.get(&*key.fragment).cloned().unwrap_or(None);
                prop_assert_eq!(shown, html(&world.board, key), "{:?}", key);
            }
        }
    }
}

#[test]
fn viewers_of_one_audience_get_the_same_bytes_rendered_once() {
    let mut world = World::new();
    for session in 0..100 {
        world.join(session, keys(&["figures", "log"], 7), Vec::new());
    }
    world.step();
    assert_eq!(world.rendered.lock().expect("free").concat().len(), 2);
    world.settle();
    world.change("log");
    world.step();
    assert_eq!(world.rendered.lock().expect("free").concat(), keys(&["log"], 7).into_iter().collect::<Vec<_>>());
    world.settle();
    assert!(world.clients.iter().all(|client| client.blocks == 2), "the view, and one block for the change");
    assert_eq!(world.planner.desk.audiences(), 1);
}

#[test]
fn equal_bytes_are_not_sent() {
    let mut world = World::new();
    let client = world.join(1, keys(&["log"], 0), Vec::new());
    world.step();
    world.settle();
    let before = world.clients[client].blocks;
    world.batch.dirty.insert("log".into());
    world.step();
    world.settle();
    assert_eq!(world.clients[client].blocks, before);
}

#[test]
fn what_the_page_already_has_is_not_sent_again() {
    let mut world = World::new();
    let key = keys(&["log"], 0).pop_first().expect("one");
    let have = version(&html(&world.board, &key).expect("there"));
    let client = world.join(1, keys(&["log", "top"], 0), vec![("log".into(), have)]);
    world.step();
    world.settle();
    assert_eq!(world.clients[client].page.keys().collect::<Vec<_>>(), ["top"]);
    world.change("log");
    world.step();
    world.settle();
    assert!(world.clients[client].page.contains_key("log"));
}

#[test]
fn a_reader_who_sleeps_through_ten_thousand_changes_costs_one_block_and_wakes_to_the_present() {
    let mut world = World::new();
    let sleeper = world.join(1, keys(&FRAGMENTS, 0), Vec::new());
    world.step();
    for number in 0..10_000 {
        world.change(FRAGMENTS[number % FRAGMENTS.len()]);
        world.step();
    }
    world.settle();
    let client = &world.clients[sleeper];
    assert!(client.blocks <= 3, "the first view, the block that did not fit, the present: {}", client.blocks);
    for key in &client.set {
        assert_eq!(client.page[&*key.fragment], html(&world.board, key));
    }
}

#[test]
fn a_reader_who_takes_nothing_for_too_long_is_closed() {
    let mut world = World::new();
    let client = world.join(1, keys(&["log"], 0), Vec::new());
    world.step();
    world.change("log");
    world.step();
    world.now += STUCK + Duration::from_secs(1);
    let now = world.now;
    world.shards.iter_mut().for_each(|shard| shard.retry(now));
    world.step();
    assert_eq!(world.planner.desk.viewers(), 0);
    world.settle();
    assert!(world.clients[client].ended);
}

#[test]
fn an_ended_session_is_told_and_closed_before_the_next_frame() {
    let mut world = World::new();
    let (mine, other) = (world.join(1, keys(&["log"], 0), Vec::new()), world.join(2, keys(&["log"], 0), Vec::new()));
    world.step();
    world.settle();
    let before = world.clients[mine].page.clone();
    world.change("log");
    world.end(1);
    world.step();
    world.settle();
    assert!(world.clients[mine].ended && !world.clients[other].ended);
    assert_eq!(world.clients[mine].page, before);
    assert_ne!(world.clients[other].page, before);
}

#[test]
fn a_session_that_ends_in_the_batch_that_opens_it_never_sees_a_frame() {
    let mut world = World::new();
    let client = world.join(1, keys(&["log"], 0), Vec::new());
    world.end(1);
    world.step();
    world.settle();
    assert!(world.clients[client].ended && world.clients[client].page.is_empty());
}

#[test]
fn taken_rights_empty_the_fragment_on_the_page() {
    let mut world = World::new();
    let client = world.join(1, keys(&["log", "top"], 0), Vec::new());
    world.step();
    world.settle();
    world.revise(1, 5, "log");
    world.step();
    world.settle();
    assert_eq!(world.clients[client].page["log"], None);
    assert!(world.clients[client].page["top"].as_deref().is_some_and(|html| html.contains("data-grants=5")));
}

#[test]
fn a_session_keeps_a_bounded_number_of_streams_and_the_oldest_gives_way() {
    let mut world = World::new();
    for _ in 0..=STREAMS_PER_SESSION {
        world.join(1, keys(&["log"], 0), Vec::new());
        world.step();
    }
    world.settle();
    assert_eq!(world.planner.desk.viewers(), STREAMS_PER_SESSION);
    assert!(world.clients[0].ended && !world.clients[1].ended);
}

#[test]
fn when_everybody_has_left_nothing_is_kept() {
    let mut world = World::new();
    for session in 0..20 {
        world.join(session, keys(&FRAGMENTS[..(session % 5 + 1) as usize], u128::from(session % 3)), Vec::new());
    }
    world.step();
    (0..20).for_each(|session| world.end(session));
    world.step();
    assert_eq!((world.planner.desk.viewers(), world.planner.desk.audiences(), world.planner.desk.keys()), (0, 0, 0));
}

#[test]
fn a_rendering_that_panics_leaves_the_last_frames_standing() {
    let mut world = World::new();
    let client = world.join(1, keys(&["log"], 0), Vec::new());
    world.step();
    world.settle();
    let before = world.clients[client].page.clone();
    world.views.render = Box::new(|_| panic!("a fault in a view"));
    world.change("log");
    world.step();
    world.settle();
    assert_eq!((world.planner.faults, &world.clients[client].page), (1, &before));
}

#[test]
fn a_set_larger_than_the_limit_is_refused_in_words() {
    let hub = crate::Hub::start(World::new().views);
    let set = (0..=MAX_SET)
        .map(|number| FragmentKey { fragment: format!("f{number}").into(), grants: 0, language: 0 })
        .collect();
    let refused = hub.join(Viewer { session: 1, set, have: Vec::new(), refused: Vec::new(), pulse: Pulse::Slow });
    assert!(refused.err().is_some_and(|fault| fault.to_string().contains("65 fragments, at most 64")));
}

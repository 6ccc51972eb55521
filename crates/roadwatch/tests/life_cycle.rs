//! The life of alerts, in every order of arrival.

mod common;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use roadwatch::cap::{
    Alert, FeedPolicy, Key, Ledger, MsgType, Options, Policy, Received, Reference, State, Status, digest, read,
};
use roadwatch::time::Moment;

const T0: i64 = 1_800_000_000;

fn key(sender: &str, identifier: &str, minute: i64) -> Key {
    Key { sender: sender.to_owned(), identifier: identifier.to_owned(), sent: Moment::utc(T0 + minute * 60) }
}

/// An alert for Qingyang, valid for an hour.
fn message(key: Key, msg_type: MsgType, references: &[&Key]) -> Alert {
    let expires = key.sent.plus(3_600);
    let text = format!(
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>{}</identifier><sender>{}</sender>\
         <sent>{}</sent><status>Actual</status><msgType>{}</msgType><scope>Public</scope><info><category>Met</category>\
         <event>icing</event><urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>\
         <expires>{expires}</expires><area><areaDesc>庆阳市</areaDesc></area></info></alert>",
        key.identifier,
        key.sender,
        key.sent,
        msg_type.word()
    );
    let reading = read(text.as_bytes(), &Options::default());
    let mut alert = reading.usable().next().expect("a valid alert").clone();
    alert.references = references.iter().map(|k| Reference((*k).clone())).collect();
    alert
}

fn ledger(messages: impl IntoIterator<Item = Alert>) -> Ledger {
    let mut ledger = Ledger::new(Policy::default());
    for m in messages {
        ledger.receive(m);
    }
    ledger
}

fn at(minute: i64) -> Moment {
    Moment::utc(T0 + minute * 60)
}

#[test]
fn an_update_supersedes_all_it_names_and_a_cancel_lifts_them() {
    let (a, b, c, d) = (key("cma", "a", 0), key("cma", "b", 1), key("cma", "c", 2), key("cma", "d", 3));
    let l = ledger([
        message(a.clone(), MsgType::Alert, &[]),
        message(b.clone(), MsgType::Alert, &[]),
        message(c.clone(), MsgType::Update, &[&a, &b]),
    ]);
    assert_eq!(l.state(&a, at(5)), Some(State::Superseded { by: c.clone() }));
    assert_eq!(l.state(&b, at(5)), Some(State::Superseded { by: c.clone() }));
    assert_eq!(l.state(&c, at(5)), Some(State::Active));
    let mut l = l;
    l.receive(message(d.clone(), MsgType::Cancel, &[&c]));
    assert_eq!(l.state(&c, at(5)), Some(State::Cancelled { by: d.clone() }));
    assert_eq!(l.state(&a, at(5)), Some(State::Superseded { by: c }), "a cancelled update revives nothing");
    assert_eq!(l.state(&d, at(5)), Some(State::NotInForce));
}

#[test]
fn an_early_cancel_waits_for_its_alert() {
    let (a, c) = (key("cma", "a", 0), key("cma", "c", 2));
    let mut l = ledger([message(c.clone(), MsgType::Cancel, &[&a])]);
    assert_eq!(l.state(&a, at(5)), None);
    assert_eq!(l.receive(message(a.clone(), MsgType::Alert, &[])), Received::New);
    assert_eq!(l.state(&a, at(5)), Some(State::Cancelled { by: c }));
}

#[test]
fn nobody_cancels_for_another_without_a_mandate() {
    let (a, c) = (key("cma", "a", 0), key("evil", "c", 2));
    let messages = [message(a.clone(), MsgType::Alert, &[]), message(c.clone(), MsgType::Cancel, &[&a])];
    let l = ledger(messages.clone());
    assert_eq!(l.state(&a, at(5)), Some(State::Active));
    assert_eq!(l.foreign().collect::<Vec<_>>(), vec![(&c, &a)]);

    let delegates = BTreeMap::from([("cma".to_owned(), BTreeSet::from(["evil".to_owned()]))]);
    let mut l = Ledger::new(Policy { delegates, ..Policy::default() });
    for m in messages {
        l.receive(m);
    }
    assert_eq!(l.state(&a, at(5)), Some(State::Cancelled { by: c }));
}

#[test]
fn an_exercise_touches_nothing_real() {
    let (a, c) = (key("cma", "a", 0), key("cma", "c", 2));
    let mut exercise = message(c.clone(), MsgType::Cancel, &[&a]);
    exercise.status = Status::Exercise;
    let l = ledger([message(a.clone(), MsgType::Alert, &[]), exercise]);
    assert_eq!(l.state(&a, at(5)), Some(State::Active));
    let mut drill = message(key("cma", "d", 3), MsgType::Alert, &[]);
    drill.status = Status::Exercise;
    assert_eq!(ledger([drill.clone()]).state(&drill.key, at(5)), Some(State::NotInForce));
}

#[test]
fn one_key_with_two_contents_is_a_conflict_until_a_person_chooses() {
    let a = key("cma", "a", 0);
    let one = message(a.clone(), MsgType::Alert, &[]);
    let mut two = one.clone();
    two.infos[0].event = "snow".to_owned();
    let mut l = ledger([one.clone()]);
    assert_eq!(l.receive(one.clone()), Received::Known, "a replay changes nothing");
    assert_eq!(l.receive(two.clone()), Received::Conflicts);
    assert_eq!(l.state(&a, at(5)), Some(State::InConflict));
    assert_eq!(l.conflicts().map(|c| c.versions.len()).collect::<Vec<_>>(), vec![2]);
    l.choose(&a, digest(&two), at(6));
    assert_eq!(l.state(&a, at(5)), Some(State::Active));
    assert_eq!(l.get(&a).map(|t| t.alert.infos[0].event.as_str()), Some("snow"));
}

#[test]
fn alerts_expire_and_those_without_an_end_do_so_by_rule() {
    let a = key("cma", "a", 0);
    let mut alert = message(a.clone(), MsgType::Alert, &[]);
    let l = ledger([alert.clone()]);
    assert_eq!(l.state(&a, at(59)), Some(State::Active));
    assert_eq!(l.state(&a, at(60)), Some(State::Expired { at: at(60) }));
    alert.infos[0].expires = None;
    let l = ledger([alert]);
    assert_eq!(l.state(&a, at(24 * 60 - 1)), Some(State::Active));
    assert_eq!(l.state(&a, at(24 * 60)), Some(State::Expired { at: at(24 * 60) }));
}

#[test]
fn an_alert_vanishes_after_as_many_polls_as_the_feeds_rule_says() {
    let a = key("cma", "a", 0);
    let rule = FeedPolicy { vanished_after: Some(2), ..FeedPolicy::default() };
    let policy = Policy { feeds: BTreeMap::from([("province".to_owned(), rule)]), ..Policy::default() };
    let mut l = Ledger::new(policy);
    l.receive(message(a.clone(), MsgType::Alert, &[]));
    l.polled("province", at(1), [&a]);
    l.polled("province", at(2), []);
    assert_eq!(l.state(&a, at(4)), Some(State::Active));
    l.polled("province", at(3), []);
    assert_eq!(l.state(&a, at(4)), Some(State::Vanished { feed: "province".to_owned() }));
    assert_eq!(l.state(&a, at(2)), Some(State::Active), "as of then, one poll was missed");
    l.polled("province", at(4), [&a]);
    assert_eq!(l.state(&a, at(5)), Some(State::Active), "it is back");
}

#[test]
fn messages_that_name_each_other_or_themselves_stay() {
    let (a, b) = (key("cma", "a", 0), key("cma", "b", 0));
    let l = ledger([message(a.clone(), MsgType::Update, &[&b, &a]), message(b.clone(), MsgType::Update, &[&a])]);
    assert_eq!(l.state(&a, at(5)), Some(State::Active));
    assert_eq!(l.state(&b, at(5)), Some(State::Active));
}

#[test]
fn an_episode_joins_repeated_warnings_of_one_place() {
    let (a, b, c) = (key("cma", "a", 0), key("cma", "b", 30), key("cma", "c", 300));
    let l = ledger([a.clone(), b.clone(), c.clone()].map(|k| message(k, MsgType::Alert, &[])));
    let episodes: Vec<_> = l.episodes().into_iter().map(|e| e.keys).collect();
    assert_eq!(episodes, vec![vec![a, b], vec![c]]);
}

/// A message of a small world: few senders and minutes, so that references meet, conflict and cross.
fn any_message() -> impl Strategy<Value = Alert> {
    let key =
        || (0..2usize, 0..4usize, 0..4i64).prop_map(|(s, i, m)| key(["cma", "nws"][s], ["a", "b", "c", "d"][i], m));
    let kind = prop_oneof![Just(MsgType::Alert), Just(MsgType::Update), Just(MsgType::Cancel)];
    let status = prop_oneof![4 => Just(Status::Actual), 1 => Just(Status::Exercise)];
    (key(), kind, status, prop::collection::vec(key(), 0..3)).prop_map(|(k, kind, status, references)| {
        let mut alert = message(k, kind, &references.iter().collect::<Vec<_>>());
        alert.status = status;
        alert
    })
}

#[derive(Debug, Clone)]
enum Input {
    Message(Box<Alert>),
    Poll(i64, Vec<Key>),
    Choice(Key, [u8; 32], i64),
}

fn put(ledger: &mut Ledger, input: &Input) {
    match input {
        Input::Message(alert) => {
            ledger.receive((**alert).clone());
        }
        Input::Poll(minute, keys) => ledger.polled("feed", at(*minute), keys),
        Input::Choice(key, digest, minute) => ledger.choose(key, *digest, at(*minute)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        messages in prop::collection::vec(any_message(), 1..12),
        polls in prop::collection::vec((0..8i64, prop::collection::vec(any::<prop::sample::Index>(), 0..4)), 0..6),
        choices in prop::collection::vec((any::<prop::sample::Index>(), 0..8i64), 0..3),
        seed in any::<u64>(),
    ) {
        let mut inputs: Vec<Input> = messages.iter().cloned().map(|m| Input::Message(Box::new(m))).collect();
        inputs.extend(polls.iter().map(|(minute, picks)| {
            Input::Poll(*minute, picks.iter().map(|p| p.get(&messages).key.clone()).collect())
        }));
        inputs.extend(choices.iter().map(|(pick, minute)| {
            let message = pick.get(&messages);
            Input::Choice(message.key.clone(), digest(message), *minute)
        }));
        let rule = FeedPolicy { vanished_after: Some(2), ..FeedPolicy::default() };
        let policy = Policy { feeds: BTreeMap::from([("feed".to_owned(), rule)]), ..Policy::default() };
        let mut straight = Ledger::new(policy.clone());
        inputs.iter().for_each(|i| put(&mut straight, i));
        // Shuffled by a seeded walk, and everything delivered twice.
        let mut shuffled: Vec<&Input> = inputs.iter().chain(&inputs).collect();
        let mut random = seed;
        for i in (1..shuffled.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (random >> 33) as usize % (i + 1));
        }
        let mut other = Ledger::new(policy);
        shuffled.into_iter().for_each(|i| put(&mut other, i));
        prop_assert_eq!(&straight, &other);
        for minute in [0, 2, 5, 61, 2_000] {
            for m in &messages {
                prop_assert_eq!(straight.state(&m.key, at(minute)), other.state(&m.key, at(minute)));
            }
        }
        prop_assert_eq!(straight.episodes(), other.episodes());
    }
}

#[test]
fn the_real_alerts_end_the_same_in_any_order_under_a_replayed_clock() {
    let Some(folder) = common::shared("data/cap") else { return };
    let list = std::fs::read_to_string(folder.join("VALIDITY.tsv")).expect("the list");
    let files: BTreeSet<&str> = list.lines().filter_map(|l| l.split('\t').next()).collect();
    let mut alerts: Vec<Alert> = files
        .iter()
        .flat_map(|f| read(&std::fs::read(folder.join(f)).expect("a listed file"), &Options::default()).alerts)
        .filter_map(|a| a.alert)
        .collect();
    assert!(alerts.len() >= 553);
    // The originals that the real updates name are not at hand, nor are cancellations: they are made of the updates.
    let mut made = Vec::new();
    for (i, alert) in alerts.iter().enumerate() {
        for reference in &alert.references {
            let original =
                Alert { key: reference.0.clone(), msg_type: MsgType::Alert, references: Vec::new(), ..alert.clone() };
            if !alerts.iter().chain(&made).any(|a: &Alert| a.key == original.key) {
                made.push(original);
            }
        }
        if i % 5 == 0 {
            let key = Key { identifier: format!("{}-cancel", alert.key.identifier), ..alert.key.clone() };
            let references = vec![Reference(alert.key.clone())];
            made.push(Alert { key, msg_type: MsgType::Cancel, references, infos: Vec::new(), ..alert.clone() });
        }
    }
    alerts.extend(made);
    let one = ledger(alerts.clone());
    alerts.reverse();
    let mut late_first = alerts.clone();
    late_first.sort_by_key(|a| std::cmp::Reverse(a.key.sent.seconds));
    for other in [ledger(alerts.clone()), ledger(late_first)] {
        assert_eq!(one, other);
    }
    // Who names whom, found without the ledger.
    let name = |k: &Key| (k.sender.clone(), k.identifier.clone(), k.sent.seconds);
    let certain = |a: &&Alert| a.is_real() && !one.conflicts().any(|c| *c.key == a.key);
    let named: BTreeSet<_> = alerts
        .iter()
        .filter(|a| matches!(a.msg_type, MsgType::Update | MsgType::Cancel))
        .filter(certain)
        .flat_map(|a| a.references.iter().filter(|r| r.0.sender == a.key.sender).map(|r| name(&r.0)))
        .collect();
    let mut times: Vec<i64> = alerts.iter().map(|a| a.key.sent.seconds).collect();
    times.sort_unstable();
    for now in times.into_iter().step_by(20) {
        for t in one.active(Moment::utc(now)) {
            assert!(t.alert.is_real());
            assert!(t.alert.expires().is_none_or(|e| e.seconds > now));
            assert!(!named.contains(&name(&t.alert.key)), "{}", t.alert.key);
        }
    }
    let mut ended = BTreeMap::new();
    let end = Moment::parse("2099-01-01T00:00:00Z").expect("a time");
    for t in one.tracked() {
        let state = match one.state(&t.alert.key, end) {
            Some(State::Active) => "active",
            Some(State::InConflict) => "conflict",
            Some(State::Expired { .. }) => "expired",
            Some(State::Vanished { .. }) => "vanished",
            Some(State::Superseded { .. }) => "superseded",
            Some(State::Cancelled { .. }) => "cancelled",
            Some(State::NotInForce) => "not in force",
            None => "unknown",
        };
        *ended.entry(state).or_insert(0) += 1;
    }
    eprintln!("at the end of time: {ended:?}");
    assert_eq!(ended.get("active"), None, "nothing lasts for ever: {ended:?}");
    assert!(["superseded", "cancelled", "expired"].iter().all(|s| ended.get(s) > Some(&50)), "{ended:?}");
}

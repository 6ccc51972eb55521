//! The demonstration holds what it promises: numbers, legality, a night with everything in it, and the same again.

use std::collections::{BTreeMap, BTreeSet};

use board::force::Grade;
use board::{Board, Command, Event, checkin, execute, operation, roster, watch};
use sha2::{Digest, Sha256};

use super::act::Act;
use super::longdong::Longdong;
use super::plan::{LAST_YEAR, REST, THIS_YEAR, TONIGHT};
use super::random::command_id;
use super::script::{begins, script};
use super::staff::Staff;
use super::*;
use crate::submit::context_of;

const SEED: u64 = 7;

/// A board without a journal: what happened on it, and what it refused.
#[derive(Default)]
struct Bench {
    board: Board,
    events: Vec<(At, Event)>,
    refused: Vec<String>,
}

impl Bench {
    fn play(&mut self, acts: &[Act]) {
        for act in acts {
            // Timers have the ids that seeding gives them: what they bring is minted from these.
            let mut round = 0;
            while self.board.next_timer().is_some_and(|due| due <= act.at) {
                let id = command_id(SEED, &format!("time {}", act.at.millis()), round);
                self.give(act.at, board::Actor::Clock, id, Command::PassTime);
                round += 1;
            }
            if act.is_moot(&self.board) {
                continue;
            }
            for submission in act.submissions(&self.board) {
                self.give(act.at, submission.actor, submission.id, submission.command);
            }
        }
    }

    fn give(&mut self, at: At, actor: board::Actor, id: uuid::Uuid, command: Command) {
        let words = format!("{at:?} {actor:?}");
        match execute(&mut self.board, actor, command, &context_of(id, at)) {
            Ok(events) => self.events.extend(events.into_iter().map(|event| (at, event))),
            Err(refusal) => self.refused.push(format!("{words}: {refusal}")),
        }
    }

    fn digest(&self) -> [u8; 32] {
        Sha256::digest(serde_json::to_vec(&self.board).expect("a board is written as JSON")).into()
    }
}

#[test]
fn longdong_has_the_promised_size_and_speaks_both_languages() {
    let longdong = Longdong::new(SEED);
    let staff = Staff::new(&longdong);
    assert_eq!(longdong.counties.len(), 8);
    assert_eq!(longdong.counties.iter().map(|county| county.stations.len()).sum::<usize>(), 96);
    assert_eq!(longdong.people.len(), 5_600);
    let officers = longdong.people.iter().filter(|member| member.row.grade == Grade::Officer).count();
    assert!((3_192..=3_528).contains(&officers), "{officers} officers are not about 60 in 100");
    assert_eq!(longdong.geography.boundaries.len(), 8);
    for boundary in &longdong.geography.boundaries {
        assert_eq!(boundary.ring.first(), boundary.ring.last());
    }
    let plan = THIS_YEAR.plan(&longdong, &staff);
    assert_eq!(plan.posts.len(), 420);

    let mut labels: Vec<&board::Label> = longdong.units.iter().map(|unit| &unit.name).collect();
    labels.extend(plan.posts.iter().flat_map(|post| [&post.row.name, &post.row.place]));
    labels.extend(
        plan.row.levels.iter().flat_map(|level| level.actions.iter().map(|action| &action.words).chain([&level.name])),
    );
    labels.extend(plan.row.objectives.iter().flat_map(|objective| [&objective.words, &objective.measure]));
    for label in labels {
        assert!(!label.zh.is_empty() && label.en.is_ascii() | label.en.contains('–'), "{label:?}");
        assert!(!label.zh.is_ascii() && label.en.chars().any(|letter| letter.is_ascii_alphabetic()), "{label:?}");
    }
    let unique = |words: Vec<&str>| words.iter().collect::<BTreeSet<_>>().len() == words.len();
    assert!(unique(longdong.units.iter().map(|unit| &*unit.callsign).collect()));
    assert!(unique(longdong.people.iter().map(|member| &*member.row.callsign).collect()));
    assert!(unique(longdong.people.iter().map(|member| &*member.number).collect()));
    assert!(unique(longdong.people.iter().map(|member| &*member.telephone).collect()));
    assert!(unique(longdong.units.iter().map(|unit| &*unit.name.zh).collect()));
    assert!(unique(plan.posts.iter().map(|post| &*post.row.callsign).collect()));
    let alike = longdong.members.iter().any(|members| match members.as_slice() {
        [.., one, other] => longdong.people[*one].name == longdong.people[*other].name,
        _ => false,
    });
    assert!(alike, "two people of one name serve in one unit");
}

#[test]
fn the_roster_is_legal() {
    let longdong = Longdong::new(SEED);
    let staff = Staff::new(&longdong);
    for edition in [LAST_YEAR, THIS_YEAR] {
        let plan = edition.plan(&longdong, &staff);
        let mut duties: BTreeMap<usize, Vec<board::Span>> = BTreeMap::new();
        let mut unmet = 0;
        for shift in &plan.shifts {
            let post = &plan.posts[shift.post];
            for stint in shift.stints.iter().chain(&shift.standby) {
                duties.entry(stint.person).or_default().push(shift.span);
                let member = &longdong.people[stint.person];
                assert_eq!(member.county, post.county, "{} stands outside their county", member.row.callsign);
            }
            let people: BTreeSet<usize> = shift.stints.iter().map(|stint| stint.person).collect();
            assert_eq!(people.len(), usize::from(post.required), "{} on day {}", post.row.number, shift.day);
            for (qualification, wanted) in &post.demands {
                let held = people
                    .iter()
                    .filter(|person| longdong.people[**person].row.qualifications.contains(qualification))
                    .count();
                let named = shift.unmet.contains(qualification);
                assert!(held >= usize::from(*wanted) || named, "{} lacks {qualification:?} unnamed", post.row.number);
                unmet += usize::from(named);
            }
        }
        assert_eq!(unmet, 0, "Longdong has enough of everything");
        for (person, mut spans) in duties {
            spans.sort_unstable();
            for pair in spans.windows(2) {
                let rest = pair[1].from.millis() - pair[0].to.millis();
                assert!(rest >= REST, "{} rests {rest} ms", longdong.people[person].row.callsign);
            }
        }
    }
}

#[test]
fn every_act_is_taken_and_the_night_has_everything_in_it() {
    let longdong = Longdong::new(SEED);
    let staff = Staff::new(&longdong);
    let script = script(&longdong, &staff);
    let mut bench = Bench::default();
    bench.play(&script.before);
    assert_eq!(bench.refused, Vec::<String>::new());

    let (demonstration, _) = write(SEED);
    let cast = demonstration.cast;
    let root = cast.bureau;
    let tonight = bench.board.operation(cast.operation).expect("this year's operation is on the board");
    assert!(bench.board.is_closed(cast.last_operation));
    assert_eq!(tonight.level.map(|(rung, _)| rung), Some(4));
    let visitor = cast.people[0].1;
    assert_eq!(bench.board.watch(root).and_then(|watch| watch.offered).map(|(to, _)| to), Some(visitor));
    let mut sum = checkin::Tally::default();
    bench.board.force.units().for_each(|unit| sum.add(tonight.presence.tally(unit.id)));
    eprintln!("at 18:00: {sum:?}");
    assert!(sum.manned > 400 && sum.overdue == 0, "{sum:?}");
    let unmanned_before = bench.events.iter().filter(|(_, event)| began_unmanned(event)).count();
    assert!(unmanned_before >= 2);

    bench.events.clear();
    let night: Vec<_> =
        script.tonight.iter().take_while(|act| act.at < THIS_YEAR.at(TONIGHT + 1, 0)).cloned().collect();
    bench.play(&night);
    assert_eq!(bench.refused, Vec::<String>::new());
    let seen = |wanted: &dyn Fn(&Event) -> bool| bench.events.iter().filter(|(_, event)| wanted(event)).count();
    use checkin::Event as E;
    let kinds = [
        ("check-ins", seen(&|event| matches!(event, Event::Checkin(E::CheckedIn { .. })))),
        ("late", seen(&|event| matches!(event, Event::Checkin(E::CheckedIn { late_by: 11.., .. })))),
        (
            "late reliefs",
            seen(&|event| matches!(event, Event::Checkin(E::ReliefLate { waiting, .. }) if !waiting.is_empty())),
        ),
        ("ill", seen(&|event| matches!(event, Event::Checkin(E::Left { reason: checkin::LeaveReason::Ill, .. })))),
        ("contacts", seen(&|event| matches!(event, Event::Checkin(E::ContactMade { .. })))),
        ("overdue", seen(&|event| matches!(event, Event::Checkin(E::ContactOverdue { .. })))),
        ("unmanned", seen(&began_unmanned)),
        ("levels", seen(&|event| matches!(event, Event::Operation(operation::Event::LevelSet { rung: 3, .. })))),
        (
            "orders",
            seen(&|event| matches!(event, Event::Watch(watch::Event::Written { line, .. }) if line.order.is_some())),
        ),
        ("lines", seen(&|event| matches!(event, Event::Watch(watch::Event::Written { .. })))),
        ("decisions", seen(&|event| matches!(event, Event::Watch(watch::Event::Decided { .. })))),
        ("stand-ins", seen(&|event| matches!(event, Event::Roster(roster::Event::Assigned { .. })))),
    ];
    eprintln!("tonight: {kinds:?}");
    assert!(kinds.iter().all(|(_, count)| *count > 0), "{kinds:?}");
    few_alarms(&bench, root);

    bench.play(&script.tonight[night.len()..]);
    assert_eq!(bench.refused, Vec::<String>::new());
    assert!(bench.board.is_closed(cast.operation), "the operation ends");
}

/// The bureau's duty officer is asked by no more alarms in an hour than can be answered with care, and the county that
/// reads nothing is one of them.
fn few_alarms(bench: &Bench, bureau: UnitId) {
    use board::alarm::{Event as A, Kind, MOST_AN_HOUR};
    let mut kinds: BTreeMap<board::AlarmId, Kind> = BTreeMap::new();
    let mut asked: BTreeMap<i64, Vec<Kind>> = BTreeMap::new();
    for (at, event) in &bench.events {
        let (id, asks) = match event {
            Event::Alarm(A::Raised { alarm, row }) => {
                kinds.insert(*alarm, row.cause.kind);
                (*alarm, row.asks)
            }
            Event::Alarm(A::AskedAgain { alarm, asks, .. } | A::Escalated { alarm, asks, .. }) => (*alarm, *asks),
            _ => continue,
        };
        if asks == bureau {
            let hour = (at.millis() - begins().millis()).div_euclid(3_600_000);
            asked.entry(hour).or_default().extend(kinds.get(&id));
        }
    }
    let all: usize = asked.values().map(Vec::len).sum();
    let busiest = asked.values().map(Vec::len).max().unwrap_or(0);
    eprintln!("alarms that asked the bureau, by hour: {asked:?}; {all} in 14 hours, {busiest} in the busiest");
    assert!(busiest <= MOST_AN_HOUR as usize, "{asked:?}");
    assert!(asked.values().flatten().any(|kind| *kind == Kind::ReceiptOverdue), "the silent county is escalated");
}

#[test]
fn a_visitor_sets_level_one_by_telephone_and_the_call_out_fills() {
    let longdong = Longdong::new(SEED);
    let staff = Staff::new(&longdong);
    let script = script(&longdong, &staff);
    let (demonstration, _) = write(SEED);
    let Cast { bureau, operation, people, .. } = demonstration.cast;
    let mut bench = Bench::default();
    bench.play(&script.before);

    // Given a visitor who is told by the leader, by telephone, to go to Level I, and who takes all that it presets,
    let (visitor, leader) = (board::Actor::Person(people[0].1), longdong.person(staff.leader(None, TONIGHT)));
    let id = command_id(SEED, "level one", 0);
    let words = Some(crate::submit::text_id(id, 0));
    let level = operation::Command::SetLevel { operation, rung: 1, by_order_of: Some(leader), words };
    bench.give(begins(), visitor, id, Command::Operation(level));
    let open = |bench: &Bench| -> Vec<u32> {
        let proposals = bench.board.operation(operation).expect("it runs").proposals.clone();
        let open = proposals.iter().filter(|proposal| proposal.state == operation::ProposalState::Open);
        open.map(|proposal| proposal.number).collect()
    };
    for number in open(&bench) {
        let take = operation::Command::AnswerProposal { operation, number, take: true };
        bench.give(begins(), visitor, command_id(SEED, "take", number.into()), Command::Operation(take));
    }
    assert_eq!(bench.refused, Vec::<String>::new());

    // when an hour and a quarter have passed,
    let until = begins().plus(board::Minutes(75));
    let hour: Vec<_> = script.tonight.iter().take_while(|act| act.at < until).cloned().collect();
    bench.play(&hour);

    // then most of those who were called are there, some cannot come, and nobody answered for the visitors;
    let (_, call) = bench.board.call_outs.iter().next().expect("the call-out is open");
    let tally = call.total();
    eprintln!("an hour and a quarter after Level I: {tally:?}; refused {:?}", bench.refused);
    assert!(tally.called > 1_000 && tally.arrived * 10 > tally.called * 8 && tally.cannot > 20, "{tally:?}");
    // the order of the level is received by every unit that has a leader to say so,
    let preset = |found: &board::directive::Directive| matches!(found.title, board::Wording::Preset(_));
    let (_, order) = bench.board.directives.iter().find(|(_, found)| preset(found)).expect("it was issued");
    let silent: Vec<_> =
        order.units.iter().filter(|(_, receipt)| receipt.is_waiting()).map(|(unit, _)| *unit).collect();
    assert!(order.units.len() > 100 && silent.len() <= 4, "{silent:?}");
    // and the countersignature is still asked for.
    let (unit, line) = bench.board.operation(operation).and_then(|found| found.order).expect("by order");
    assert_eq!(unit, bureau);
    assert!(bench.board.watch(unit).expect("it is kept").open_lines().any(|(number, _)| number == line));
}

#[test]
fn visitors_may_act_and_the_night_goes_on_around_them() {
    let longdong = Longdong::new(SEED);
    let staff = Staff::new(&longdong);
    let script = script(&longdong, &staff);
    let (demonstration, _) = write(SEED);
    let cast = demonstration.cast;
    let (unit, operation) = (cast.bureau, cast.operation);
    let (visitor, officer) = (board::Actor::Person(cast.people[0].1), cast.people[2].1);
    let mut bench = Bench::default();
    bench.play(&script.before);

    // Given a visitor who takes the watch and writes a line before the script does,
    let at = begins();
    let read_to = bench.board.watch(unit).map_or(0, watch::Watch::latest);
    let take = watch::Command::Take { unit, leader: None, read_to, carry_to: cast.people[0].1.into() };
    bench.give(at, visitor, command_id(SEED, "visitor", 1), Command::Watch(take));
    let id = command_id(SEED, "visitor", 2);
    let line = watch::Command::Write {
        unit,
        kind: watch::Kind::Note,
        operation: Some(operation),
        callsign: "1020".into(),
        post: None,
        words: crate::submit::text_id(id, 0),
        by_order_of: None,
    };
    bench.give(at, visitor, id, Command::Watch(line));
    // and an officer who checks in by phone without naming whom he relieves,
    let span = board::Span::new(THIS_YEAR.at(TONIGHT, 12 * 3_600_000), THIS_YEAR.at(TONIGHT + 1, 0));
    let roster = &bench.board.operation(operation).expect("the operation runs").roster;
    let (assignment, _, shift) = roster.duties_of(officer, span).next().expect("the officer is on shift tonight");
    let post = shift.post;
    let check_in =
        checkin::Command::CheckIn { operation, assignment, relieves: None, how: checkin::How::InPerson, claimed: None };
    bench.give(at, board::Actor::Person(officer), command_id(SEED, "visitor", 3), Command::Checkin(check_in));
    assert_eq!(bench.refused, Vec::<String>::new());

    // when the night is played,
    bench.events.clear();
    let night: Vec<_> =
        script.tonight.iter().take_while(|act| act.at < THIS_YEAR.at(TONIGHT + 1, 3_600_000)).cloned().collect();
    bench.play(&night);

    // then only the offer of a watch that has passed on is refused, and the leader has signed for the visitor,
    assert_eq!(bench.refused.len(), 1, "{:?}", bench.refused);
    let signed = |event: &Event| matches!(event, Event::Watch(watch::Event::HandoverSigned { .. }));
    assert!(bench.events.iter().any(|(_, event)| signed(event)));
    // every decision stands at the line that it was made on,
    for (at, event) in &bench.events {
        if let Event::Watch(watch::Event::Decided { line, unit, .. }) = event {
            let found = bench.board.watch(*unit).and_then(|watch| watch.line(*line)).expect("the line is in the log");
            assert!(at.minutes_since(found.at) < 10, "line {line}");
        }
    }
    // and whoever stood before the officer has gone home.
    let before = bench.events.iter().filter(|(_, event)| {
        matches!(event, Event::Checkin(checkin::Event::Relieved { post: of, by: None, .. }) if *of == post)
    });
    assert_eq!(before.count(), 1);
}

/// The grace is over and nobody of the shift is there.
fn began_unmanned(event: &Event) -> bool {
    matches!(event, Event::Checkin(checkin::Event::GraceOver { late, .. }) if late.len() >= 4)
}

#[test]
fn the_same_seed_gives_the_same_board_and_another_seed_another() {
    let digest = |seed| {
        let (_, before) = write(seed);
        let mut bench = Bench::default();
        let early: Vec<_> = before.into_iter().take_while(|act| act.at < LAST_YEAR.at(2, 0)).collect();
        bench.play(&early);
        bench.digest()
    };
    assert_eq!(digest(SEED), digest(SEED));
    assert_ne!(digest(SEED), digest(SEED + 1));
}

#[test]
fn a_folder_is_seeded_once_and_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (_, before) = write(SEED);
    eprintln!("{} acts at {} instants", before.len(), before.chunk_by(|one, other| one.at == other.at).count());
    let started = std::time::Instant::now();
    let first = prepare(folder.path(), SEED).expect("the demonstration is seeded");
    let seeded = started.elapsed();
    let again = prepare(folder.path(), SEED).expect("a second start");
    eprintln!("seeded in {seeded:?}, started again in {:?}", started.elapsed() - seeded);
    assert_eq!(first.cast, again.cast);
    assert_eq!(first.cast.now, begins());
    assert_eq!(first.acts.len(), again.acts.len());

    let stage = Stage::default();
    let opened = crate::submit::open(folder.path(), stage.clock(), Vec::new()).expect("the folder opens");
    let published = opened.submit.published();
    eprintln!("{} entries", published.head.position);
    // The board without a journal is the oracle: groups, syncs and replay leave no trace.
    let mut bench = Bench::default();
    bench.play(&before);
    let replayed = Bench { board: published.board.clone(), ..Bench::default() };
    assert_eq!(replayed.digest(), bench.digest());
    assert_eq!(published.board.force.count_people(), 5_600);
    let names = opened.submit.register().read();
    for (_, person) in first.cast.people {
        assert!(names.name(&published.board, person).is_some_and(|name| !name.is_empty()));
    }
    drop(names);

    // A night that was broken off after an hour goes on from there.
    let hour: Vec<_> =
        first.acts.iter().take_while(|act| act.at < THIS_YEAR.at(TONIGHT, 11 * 3_600_000)).cloned().collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(seed::play(&opened.submit, &stage, SEED, &hour)).expect("an hour is played");
    // The last of its acts may have been the answers of a minute in which nobody was asked.
    let last = opened.submit.published().at;
    assert!(hour.last().is_some_and(|act| act.at.minutes_since(last) < 2));
    drop(opened.submit);
    opened.writer.join().expect("the writer ends");
    let later = prepare(folder.path(), SEED).expect("a third start");
    assert_eq!(later.cast.now, last);
    assert!(later.acts.len() > first.acts.len() - hour.len() && later.acts.iter().all(|act| act.at >= last));
}

#[tokio::test]
async fn the_player_plays_what_is_due_and_stops_when_asked() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stage = Stage::default();
    let opened = crate::submit::open(folder.path(), stage.clock(), Vec::new()).expect("the folder opens");
    let (_, before) = write(SEED);
    let part: Vec<_> = before.into_iter().take_while(|act| act.at < LAST_YEAR.from).collect();
    let due = part.iter().filter(|act| !act.is_moot(&Board::default())).count() as u64;
    let last = part.last().expect("something is to be done").at;
    let (stop, stopping) = tokio::sync::watch::channel(false);
    // Everything is due at once, so the player ends by itself.
    let played = player::play(opened.submit.clone(), part.clone(), move || last, stopping.clone()).await;
    assert_eq!(played.done + played.skipped, due);
    // Nothing is due yet, and it is asked to stop.
    stop.send(true).expect("the player listens");
    let played = player::play(opened.submit, part, || At::from_millis(0), stopping).await;
    assert_eq!(played, player::Played::default());
}

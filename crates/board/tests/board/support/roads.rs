//! Roads for the small force: an expressway through both counties, a national road at station A1, a pass at B1. Posts of A1
//! and B1 stand on them. And what is true of all roads, counted from scratch.

use std::collections::{BTreeMap, BTreeSet};

use board::attachment::Digest;
use board::measure::{self, Considered, Kind, Measure, Origin, Proposal, Reason, Tier, What};
use board::section::{self, Class, Observer, Section, Seen, Surface, Visibility};
use board::warning::{self, Colour, Entry, Hazard, Signal, Source};
use board::{Actor, At, Board, Command, Id, MeasureId, Minutes, SectionId, UnitId, WarningId};

use super::{A, A1, B, B1, BUREAU, OPERATION, WORDS, World, at, label, post};

/// The expressway in county A and in county B, the national road at A1, the pass at B1.
pub const NEAR: SectionId = SectionId::from_value(701);
pub const FAR: SectionId = SectionId::from_value(702);
pub const NATIONAL: SectionId = SectionId::from_value(703);
pub const PASS: SectionId = SectionId::from_value(704);
pub const ICE: WarningId = WarningId::from_value(801);
pub const NETWORK: Digest = Digest([7; 32]);
pub const RULES: Digest = Digest([8; 32]);
pub const REVIEW: Minutes = Minutes(120);

pub fn section_row(id: SectionId, unit: UnitId, class: Class) -> Section {
    Section {
        id,
        unit,
        class,
        road: "G1".into(),
        name: label("from here to there"),
        heading: label("eastbound"),
        bridge: false,
        tunnel: false,
        order: id.value() as u32,
    }
}
pub fn network(sections: Vec<Section>, gone: &[SectionId]) -> Command {
    Command::Section(section::Command::Keep { network: NETWORK, sections, gone: gone.to_vec() })
}
pub fn roads() -> Vec<Section> {
    let rows = [
        (NEAR, A, Class::Expressway),
        (FAR, B, Class::Expressway),
        (NATIONAL, A1, Class::National),
        (PASS, B1, Class::County),
    ];
    rows.map(|(id, unit, class)| section_row(id, unit, class)).to_vec()
}
pub fn station(unit: UnitId, sections: &[SectionId]) -> Command {
    let (operation, post, sections) = (OPERATION, post(unit), sections.to_vec());
    Command::Section(section::Command::Station { operation, post, sections })
}
pub const fn at_post(unit: UnitId) -> Observer {
    Observer::Post { operation: OPERATION, post: post(unit) }
}
pub fn sees(observer: Observer, sections: &[SectionId], seen: Seen) -> Command {
    Command::Section(section::Command::Observe { sections: sections.to_vec(), observer, seen })
}
pub fn ice_seen() -> Seen {
    Seen { surface: Some(Surface::PartialIce), visibility: Some(Visibility::From100), ..Seen::default() }
}
pub fn signal(colour: Colour, units: &[UnitId], issued: At) -> Signal {
    Signal {
        hazard: Hazard::Icing,
        colour,
        issuer: label("the weather office"),
        words: Some(WORDS),
        issued,
        ends: Some(issued.plus(Minutes(10 * 60))),
        units: units.to_vec(),
        sections: Vec::new(),
    }
}
pub fn entry(id: WarningId, signal: Signal) -> Entry {
    Entry { id, unit: BUREAU, source: Source::Hand, exercise: false, signal }
}
pub fn enter(entry: Entry) -> Command {
    Command::Warning(warning::Command::Enter(Box::new(entry)))
}
pub fn warn(command: warning::Command) -> Command {
    Command::Warning(command)
}
pub fn ask(command: measure::Command) -> Command {
    Command::Measure(command)
}
pub fn limit(kmh: u16) -> What {
    What::SpeedLimit { kmh }
}
pub fn closure() -> What {
    What::Closure { extent: measure::Closure::Section }
}
pub fn proposal(what: What, approver: Tier, warnings: &[WarningId]) -> Proposal {
    Proposal {
        words: label(&format!("{what:?}")),
        what,
        approver,
        inform_province: false,
        reasons: vec![Reason { rule: "I2".into(), words: label("icing, orange"), source: label("a plan") }],
        warnings: warnings.to_vec(),
    }
}
pub fn consider(sections: &[SectionId], proposals: &[Proposal]) -> Command {
    let one = |section: &SectionId| Considered { section: *section, proposals: proposals.to_vec() };
    ask(measure::Command::Consider { rules: RULES, sections: sections.iter().map(one).collect() })
}
pub fn approve(measures: &[MeasureId]) -> Command {
    ask(measure::Command::Approve { measures: measures.to_vec(), review: REVIEW })
}
pub fn lift(measures: &[MeasureId], stage: measure::Stage) -> Command {
    ask(measure::Command::Lift { measures: measures.to_vec(), stage, words: None })
}
pub fn confirm(measures: &[MeasureId], unit: UnitId) -> Command {
    ask(measure::Command::Confirm { measures: measures.to_vec(), operation: OPERATION, post: post(unit) })
}

impl World {
    /// It is 08:50, the roads are on the board, and the posts of A1 and B1 stand on them.
    pub fn on_the_road() -> Self {
        let mut world = Self::manned();
        world.done(Actor::Operator, network(roads(), &[]));
        world.done(Actor::Operator, station(A1, &[NEAR, NATIONAL]));
        world.done(Actor::Operator, station(B1, &[PASS]));
        world
    }
    /// An orange icing warning over the whole force; the rules ask for 40 km/h, and the closure of the expressway.
    pub fn iced() -> Self {
        let mut world = Self::on_the_road();
        world.done(super::by(BUREAU, 2), enter(entry(ICE, signal(Colour::Orange, &[BUREAU], at(8, 40)))));
        world.now = at(8, 51);
        let asked = [proposal(limit(40), Tier::Municipal, &[ICE])];
        world.done(Actor::Clock, consider(&[NATIONAL, PASS], &asked));
        let more = [asked[0].clone(), proposal(closure(), Tier::Municipal, &[ICE])];
        world.done(Actor::Clock, consider(&[NEAR, FAR], &more));
        world
    }
    /// What is open of a kind on a section.
    pub fn measure(&self, section: SectionId, kind: Kind) -> (MeasureId, Measure) {
        let found = self.board.measures.on(section);
        let (id, found) = found.into_iter().find(|(_, found)| found.what.kind() == kind).expect("it is open");
        (id, found.clone())
    }
}

/// Nothing here may hold by construction alone: it is counted anew from what a snapshot would hold.
pub fn check_roads(board: &Board) {
    let mut kinds: BTreeMap<(SectionId, Kind, bool), MeasureId> = BTreeMap::new();
    let mut timed = 0;
    for (id, found) in board.measures.open() {
        let (kind, in_force) = (found.what.kind(), found.is_in_force());
        let other = kinds.insert((found.section, kind, in_force), id);
        assert!(other.is_none(), "two of {kind:?} on section {}: {other:?} and {id}", found.section);
        assert!(board.measures.on(found.section).iter().any(|(found, _)| *found == id), "{id} is not indexed");
        let section = board.sections.get(found.section).expect("a measure on no section");
        assert!(found.approver >= found.what.least_tier(section), "below the law: {found:?}");
        assert_eq!(in_force, found.clock.approved.is_some(), "{found:?}");
        assert_eq!(in_force, found.review.is_some() || found.review_due.is_some(), "looked at again: {found:?}");
        if in_force && found.approver == Tier::Province {
            assert!(found.province.is_some() && found.clock.requested.is_some(), "without the province: {found:?}");
        }
        if let Origin::Rules { .. } = found.origin {
            assert!(!found.reasons.is_empty(), "without a reason: {found:?}");
        }
        timed += usize::from(found.review.is_some());
    }
    for ((section, kind, in_force), id) in &kinds {
        if let (false, Some(held)) = (in_force, kinds.get(&(*section, *kind, true))) {
            let (way, held) = (board.measures.get(*id).unwrap(), board.measures.get(*held).unwrap());
            assert!(way.what.covers(&held.what) && way.what != held.what, "weaker: {way:?} than {held:?}");
        }
    }
    let written = serde_json::to_value(&board.measures).expect("measures are always writable");
    assert_eq!(written["timers"].as_array().map(Vec::len), Some(timed), "a timer waits for nothing, or one is missing");
    assert!(written["ended"].as_array().is_some_and(|ended| ended.len() <= measure::MOST_ENDED));
    let written = serde_json::to_value(&board.warnings).expect("warnings are always writable");
    assert_eq!(written["timers"].as_array().map(Vec::len), Some(board.warnings.in_force().count()));
    for (id, found) in board.warnings.in_force() {
        assert!(found.end.is_none() && found.now.signal.hazard.colours().contains(&found.now.signal.colour));
        let on = |section: &SectionId| board.warnings.on(*section).any(|(on, _)| on == id);
        assert!(found.now.touches.iter().all(on), "warning {id} is not indexed");
    }
    let of_units: BTreeSet<SectionId> =
        board.force.units().flat_map(|unit| board.sections.of_unit(unit.id)).map(|section| section.id).collect();
    let there = board.sections.iter().filter(|section| board.sections.retired(section.id).is_none());
    assert_eq!(of_units, there.map(|section| section.id).collect(), "a section is of no unit");
    for section in board.sections.iter() {
        for (operation, post) in board.sections.posts_on(section.id) {
            assert!(board.sections.of_post(operation, post).contains(&section.id));
            assert!(board.operation(operation).is_some(), "a post of no operation stands on {}", section.id);
        }
        assert!(board.sections.observations(section.id).count() <= section::MOST_OBSERVERS);
    }
    assert!(board.sections.unconsidered().all(|id| board.sections.get(id).is_some()));
}

/// An id that nothing has.
pub fn nothing<T>() -> Id<T> {
    Id::from_value(super::NOWHERE)
}

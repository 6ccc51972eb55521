//! Measures: what is done to a section of road, from the proposal to the last stage of lifting it.
//!
//! ```text
//!                 ┌─edit─┐
//! rules, a person ▶ Proposed ─approve (the competent tier)──────────────▶ InForce ─ease, lift in stages─▶ Lifted
//!                   │  │ └─ask (the province's alone)─▶ Requested ─granted──▲  │
//!                   │  └─dropped, lapsed                └─refused              ├─ review due: it stays until somebody decides
//!                   └──────────────────────────────────────────────────────────┴─ superseded by a stricter one
//! ```
//!
//! Invariants, asserted after every command of the property tests:
//! - on a section there is at most one measure of a kind in force, and at most one on its way;
//! - nothing comes into force but by a person of the competent tier, or by the province's recorded word;
//! - nothing that is in force ends but by such a person: an end of a warning, a changed rule or a review that is due only *ask*;
//! - what is on its way is stricter than what is in force, or there is nothing in force.

mod apply;
mod decide;
mod propose;
mod telling;
mod what;

use imbl::{OrdMap, OrdSet, Vector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use apply::apply;
pub use decide::competent;
pub(crate) use decide::{decide, place};
pub(crate) use propose::warning_ended;
pub use what::{Closure, GAPS, Kind, PostsAt, SPEEDS, Tier, Vehicle, What};

use crate::attachment::Digest;
use crate::{
    Actor, At, Board, Context, DirectiveId, Label, MeasureId, Minutes, OperationId, PostId, SectionId, Str, Subject,
    TextId, WarningId,
};

/// A measure is looked at again within this long at the latest: what nobody looks at stays on the road for ever.
pub const LONGEST_REVIEW: Minutes = Minutes(12 * 60);
/// And not sooner than a message takes to reach the road and come back.
pub const SHORTEST_REVIEW: Minutes = Minutes(15);
/// Measures that one act decides, so that its entry stays within what the journal takes.
pub const MOST_AT_ONCE: usize = 500;
/// Sections that the rules are asked about in one command.
pub const MOST_CONSIDERED: usize = 500;
/// Measures that are over and stay on the board for lists; the earlier ones are in the records.
pub const MOST_ENDED: usize = 2_000;
/// Sections and posts are told by a directive that asks for its receipt within this long.
pub const RECEIPT_WITHIN: Minutes = Minutes(15);
/// A request that the province has not answered for this long is late.
pub const ANSWER_EXPECTED: Minutes = Minutes(30);

/// Why the rules propose it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The rule's name in its table.
    pub rule: Str,
    /// What set it off.
    pub words: Label,
    /// The law, plan or practice behind it.
    pub source: Label,
}

/// What the rules propose for one section.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Proposal {
    pub what: What,
    pub words: Label,
    pub approver: Tier,
    /// The province is to be informed besides.
    pub inform_province: bool,
    pub reasons: Vec<Reason>,
    /// The warnings that set it off.
    pub warnings: Vec<WarningId>,
}

/// The rules were asked about a section, and this is their answer; none is an answer too.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Considered {
    pub section: SectionId,
    pub proposals: Vec<Proposal>,
}

/// Whose idea it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The table of rules with this hash.
    Rules { rules: Digest },
    /// A person, for this reason.
    Hand { by: Actor, words: TextId },
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Proposed,
    /// The province was asked.
    Requested {
        at: At,
        by: Actor,
    },
    InForce {
        since: At,
        by: Actor,
    },
}

/// How far a closure has been lifted: heavy trucks pass under escort first, then cars, then everybody.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    HeavyTrucks,
    Cars,
    All,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::HeavyTrucks, Self::Cars, Self::All];
}

/// Why lifting is proposed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The warning it rests on is over, and no other holds.
    WarningOver { warning: WarningId },
    /// The rules no longer ask for it.
    RulesQuiet,
    /// The rules ask for less.
    RulesAskLess,
}

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Lifted {
        at: At,
        by: Actor,
        words: Option<TextId>,
    },
    /// Somebody decided against it.
    Dropped {
        at: At,
        by: Actor,
        words: TextId,
    },
    /// The province decided against it.
    Refused {
        at: At,
        by: Actor,
        words: TextId,
    },
    /// The rules no longer asked for it before anybody had approved it.
    Lapsed {
        at: At,
    },
    /// A stricter one of its kind is in force.
    Superseded {
        at: At,
        by: MeasureId,
    },
}

impl End {
    pub const fn at(self) -> At {
        match self {
            Self::Lifted { at, .. }
            | Self::Dropped { at, .. }
            | Self::Refused { at, .. }
            | Self::Lapsed { at }
            | Self::Superseded { at, .. } => at,
        }
    }
}

/// From the warning to the road: when each step was taken. The warning-to-road clock is the time from the first to the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// The first of its warnings was received, or what was seen was reported.
    pub received: At,
    pub proposed: At,
    pub requested: Option<At>,
    pub approved: Option<At>,
    /// The last of its posts confirmed it on the ground.
    pub confirmed: Option<At>,
}

/// A post that was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Told {
    pub operation: OperationId,
    pub post: PostId,
    /// Who confirmed that it is so on the ground.
    pub confirmed: Option<(Actor, At)>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Measure {
    pub section: SectionId,
    pub what: What,
    /// The same in words, as it is told and published.
    pub words: Label,
    pub approver: Tier,
    pub inform_province: bool,
    pub origin: Origin,
    pub reasons: Vec<Reason>,
    pub warnings: Vec<WarningId>,
    /// A person changed it; the rules no longer do, but for the stricter.
    pub edited: Option<(Actor, At)>,
    pub state: State,
    pub stage: Option<Stage>,
    /// When it must be looked at again.
    pub review: Option<At>,
    /// It was not looked at in time, since then.
    pub review_due: Option<At>,
    pub lift: Option<(Why, At)>,
    pub told: Vec<Told>,
    pub directive: Option<DirectiveId>,
    /// The province's word.
    pub province: Option<(TextId, At)>,
    pub clock: Clock,
    pub end: Option<End>,
}

impl Measure {
    pub fn is_in_force(&self) -> bool {
        self.end.is_none() && matches!(self.state, State::InForce { .. })
    }
    pub fn is_on_its_way(&self) -> bool {
        self.end.is_none() && !matches!(self.state, State::InForce { .. })
    }
    pub fn unconfirmed(&self) -> usize {
        self.told.iter().filter(|told| told.confirmed.is_none()).count()
    }
    pub fn texts(&self, into: &mut Vec<TextId>) {
        if let Origin::Hand { words, .. } = self.origin {
            into.push(words);
        }
        into.extend(self.province.map(|(words, _)| words));
        match self.end {
            Some(End::Lifted { words, .. }) => into.extend(words),
            Some(End::Dropped { words, .. } | End::Refused { words, .. }) => into.push(words),
            Some(End::Lapsed { .. } | End::Superseded { .. }) | None => {}
        }
    }
}

/// Every measure on its way or in force, and those that were over last.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Measures {
    open: OrdMap<MeasureId, Measure>,
    by_section: OrdMap<SectionId, OrdSet<MeasureId>>,
    timers: OrdSet<(At, MeasureId)>,
    ended: Vector<(MeasureId, Measure)>,
}

impl Measures {
    pub fn open(&self) -> impl Iterator<Item = (MeasureId, &Measure)> {
        self.open.iter().map(|(id, found)| (*id, found))
    }
    /// Those that are over, the last one first.
    pub fn ended(&self) -> impl Iterator<Item = (MeasureId, &Measure)> {
        self.ended.iter().rev().map(|(id, found)| (*id, found))
    }
    pub fn get(&self, id: MeasureId) -> Option<&Measure> {
        self.open.get(&id)
    }
    /// One that is open or was over lately.
    pub fn find(&self, id: MeasureId) -> Option<&Measure> {
        self.get(id).or_else(|| self.ended().find(|(ended, _)| *ended == id).map(|(_, found)| found))
    }
    pub fn known(&self, id: MeasureId) -> Result<&Measure, Refusal> {
        self.get(id).ok_or(Refusal::NoSuchMeasure { measure: id })
    }
    /// Those of a section, in the order of their kinds: what is in force before what is on its way.
    pub fn on(&self, section: SectionId) -> Vec<(MeasureId, &Measure)> {
        let ids = self.by_section.get(&section).into_iter().flatten();
        let mut found: Vec<_> = ids.filter_map(|id| self.open.get(id).map(|found| (*id, found))).collect();
        found.sort_by_key(|(id, found)| (found.what.kind(), !found.is_in_force(), *id));
        found
    }
    /// What is in force of a kind on a section.
    pub fn in_force(&self, section: SectionId, kind: Kind) -> Option<(MeasureId, &Measure)> {
        self.on(section).into_iter().find(|(_, found)| found.what.kind() == kind && found.is_in_force())
    }
    /// What is on its way of a kind on a section.
    pub fn on_its_way(&self, section: SectionId, kind: Kind) -> Option<(MeasureId, &Measure)> {
        self.on(section).into_iter().find(|(_, found)| found.what.kind() == kind && found.is_on_its_way())
    }
    pub fn next_timer(&self) -> Option<At> {
        self.timers.get_min().map(|(at, _)| *at)
    }
    fn put(&mut self, id: MeasureId, measure: Measure) {
        self.by_section.entry(measure.section).or_default().insert(id);
        self.timers.extend(measure.review.map(|at| (at, id)));
        self.open.insert(id, measure);
    }
    /// Changes an open measure and keeps its timer true.
    fn change(&mut self, id: MeasureId, change: impl FnOnce(&mut Measure)) {
        let Some(found) = self.open.get_mut(&id) else { return };
        let before = found.review;
        change(found);
        let after = found.review;
        if before != after {
            if let Some(at) = before {
                self.timers.remove(&(at, id));
            }
            self.timers.extend(after.map(|at| (at, id)));
        }
    }
    fn end(&mut self, id: MeasureId, end: End) {
        self.change(id, |found| found.review = None);
        let Some(mut found) = self.open.remove(&id) else { return };
        if let Some(ids) = self.by_section.get_mut(&found.section) {
            ids.remove(&id);
            if ids.is_empty() {
                self.by_section.remove(&found.section);
            }
        }
        found.end = Some(end);
        self.ended.push_back((id, found));
        while self.ended.len() > MOST_ENDED {
            self.ended.pop_front();
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// The rules' answer for sections that changed. The server sends it by itself.
    Consider {
        rules: Digest,
        sections: Vec<Considered>,
    },
    /// A person's own proposal, the same for each section.
    Propose {
        sections: Vec<SectionId>,
        what: What,
        words: Label,
        reason: TextId,
    },
    /// Change what is proposed.
    Edit {
        measure: MeasureId,
        what: What,
        words: Label,
    },
    Drop {
        measures: Vec<MeasureId>,
        words: TextId,
    },
    /// Put in force, to be looked at again after `review`.
    Approve {
        measures: Vec<MeasureId>,
        review: Minutes,
    },
    /// Ask the province.
    Ask {
        measures: Vec<MeasureId>,
    },
    /// Record the province's word.
    Answer {
        measures: Vec<MeasureId>,
        granted: bool,
        review: Minutes,
        words: TextId,
    },
    /// It was looked at and stays.
    Review {
        measures: Vec<MeasureId>,
        review: Minutes,
    },
    /// Less of the same: a higher speed, fewer vehicles.
    Ease {
        measure: MeasureId,
        what: What,
        words: Label,
    },
    /// Lift it, or a closure up to a stage.
    Lift {
        measures: Vec<MeasureId>,
        stage: Stage,
        words: Option<TextId>,
    },
    /// Say from a post that it is so on the ground.
    Confirm {
        measures: Vec<MeasureId>,
        operation: OperationId,
        post: PostId,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    Proposed {
        row: Box<Measure>,
    },
    /// The rules ask for more, or for other reasons.
    Revised {
        what: What,
        words: Label,
        approver: Tier,
        #[serde(default)]
        inform_province: bool,
        reasons: Vec<Reason>,
        warnings: Vec<WarningId>,
    },
    Edited {
        what: What,
        words: Label,
        approver: Tier,
    },
    Requested,
    InForce {
        review: At,
        told: Vec<(OperationId, PostId)>,
        directive: Option<DirectiveId>,
        province: Option<TextId>,
    },
    Reviewed {
        review: At,
    },
    ReviewDue,
    LiftProposed {
        why: Why,
    },
    /// The rules ask for it again.
    LiftWithdrawn,
    Eased {
        what: What,
        words: Label,
        told: Vec<(OperationId, PostId)>,
        directive: Option<DirectiveId>,
    },
    /// A closure was lifted up to a stage.
    Opened {
        stage: Stage,
        told: Vec<(OperationId, PostId)>,
        directive: Option<DirectiveId>,
        words: Option<TextId>,
    },
    Confirmed {
        operation: OperationId,
        post: PostId,
    },
    Ended {
        end: End,
        directive: Option<DirectiveId>,
    },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Event {
    /// The rules were asked about these sections.
    #[serde(rename = "considered")]
    Considered { rules: Digest, sections: Vec<SectionId>, at: At },
    #[serde(rename = "happened")]
    Happened { measure: MeasureId, section: SectionId, at: At, by: Actor, what: Happening },
}

impl Event {
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        match self {
            Self::Considered { .. } => {}
            Self::Happened { measure, section, what, .. } => {
                into.extend([Subject::Measure(*measure), Subject::Section(*section)]);
                if let Happening::Confirmed { post, .. } = what {
                    into.push(Subject::Post(*post));
                }
            }
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("measure {measure} is not open: it was lifted, dropped or superseded; look at its section")]
    NoSuchMeasure { measure: MeasureId },
    #[error("nothing was chosen: name one measure or section at least")]
    NoMeasureChosen,
    #[error("{count} at once are more than {most}: decide them unit by unit")]
    TooManyMeasures { count: usize, most: usize },
    #[error("a sign cannot show {kmh} km/h: give 5 to 120 in steps of 5")]
    SpeedOnNoSign { kmh: u16 },
    #[error("nobody keeps {metres} m: give 20 to 500")]
    GapNobodyKeeps { metres: u16 },
    #[error("the measure is for no vehicle: choose one at least")]
    ForNoVehicle,
    #[error("measure {measure} is not waiting for approval: look at its state")]
    MeasureNotProposed { measure: MeasureId },
    #[error("measure {measure} is decided by the province: ask it, and record its word")]
    ProvinceDecides { measure: MeasureId },
    #[error("measure {measure} is decided within the force: approve it instead of asking the province")]
    DecidedHere { measure: MeasureId },
    #[error("the province was not asked about measure {measure}: ask it first, so that the time is known")]
    ProvinceNotAsked { measure: MeasureId },
    #[error("lifting measure {measure} is decided by the province: write down whose word it was")]
    ProvinceWordMissing { measure: MeasureId },
    #[error("measure {measure} is not in force: it cannot be lifted, eased, looked at again or confirmed")]
    MeasureNotInForce { measure: MeasureId },
    #[error("measure {measure}, in force, is at least as strict: ease or lift that one first")]
    StricterInForce { measure: MeasureId },
    #[error("measure {measure} of this kind is on its way already: edit that one")]
    OnItsWayAlready { measure: MeasureId },
    #[error("another kind of measure is another measure: drop this one and propose that")]
    AnotherKind,
    #[error("this is not less than what is in force: propose the stricter instead, for approval")]
    NotLess,
    #[error("only a closure opens in stages: ease measure {measure}, or lift it for all")]
    NoStages { measure: MeasureId },
    #[error("measure {measure} is open up to that stage already: choose the next one")]
    StageReached { measure: MeasureId },
    #[error("a review in {minutes} minutes is out of bounds: give {least} to {most}")]
    ReviewOutOfBounds { minutes: u32, least: u32, most: u32 },
    #[error("post {post} was not told of measure {measure}: it stands elsewhere")]
    PostNotTold { measure: MeasureId, post: PostId },
    #[error("post {post} confirmed at {at:?}: nothing is left to say")]
    ConfirmedAlready { post: PostId, at: At },
    #[error("section {section} is no longer in the network: choose the one that took its place")]
    SectionRetired { section: SectionId },
}

/// The measures whose review was due up to now, at most `most`.
pub(crate) fn pass_time(board: &Board, context: &Context, most: usize) -> Vec<Event> {
    let due = board.measures.timers.iter().take_while(|(at, _)| *at <= context.now).take(most);
    let found = due.filter_map(|(at, id)| board.measures.get(*id).map(|found| (*at, *id, found.section)));
    found
        .map(|(at, measure, section)| {
            let what = Happening::ReviewDue;
            Event::Happened { measure, section, at, by: Actor::Clock, what }
        })
        .collect()
}

/// Measures that a post must still confirm on the ground.
pub fn to_confirm(board: &Board, operation: OperationId, post: PostId) -> Vec<(MeasureId, &Measure)> {
    let sections = board.sections.of_post(operation, post).iter();
    let on = sections.flat_map(|section| board.measures.on(*section)).filter(|(_, found)| found.is_in_force());
    on.filter(|(_, found)| {
        found.told.iter().any(|told| (told.operation, told.post) == (operation, post) && told.confirmed.is_none())
    })
    .collect()
}

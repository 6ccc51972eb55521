//! Decisions on measures: who may take them, and what follows.

use std::collections::BTreeMap;

use super::propose::{blank, clock, consider};
use super::telling::{self, Word, posts_on};
use super::{
    Command, End, Event, Happening, LONGEST_REVIEW, MOST_AT_ONCE, Measure, Origin, Refusal, SHORTEST_REVIEW, Stage,
    State, Tier, What,
};
use crate::access::{Action, Place};
use crate::section::Section;
use crate::{Actor, Board, Context, DirectiveId, Label, MeasureId, Minutes, SectionId, TextId, UnitId};

/// The unit of this force that decides for a section at a tier. What is the province's is brought before it by the first unit.
pub fn competent(board: &Board, section: &Section, tier: Tier) -> UnitId {
    let path = board.force.unit(section.unit).map(|unit| &unit.path);
    let depth = match tier {
        Tier::Province | Tier::Municipal => 0,
        Tier::County => 1,
        Tier::DutyOfficer => usize::MAX,
    };
    path.and_then(|path| path.get(depth.min(path.len().saturating_sub(1)))).copied().unwrap_or(section.unit)
}

/// Where a command is judged: every unit that it concerns.
pub(crate) fn place(board: &Board, command: &Command) -> Vec<(Action, Place)> {
    let unit_of = |section: SectionId| board.sections.get(section).map(|section| section.unit);
    let propose = |units: Vec<Option<UnitId>>| each(Action::ProposeMeasure, units);
    let of_measures = |ids: &[MeasureId]| {
        ids.iter().map(|id| board.measures.find(*id).and_then(|found| unit_of(found.section))).collect()
    };
    let decide = |ids: &[MeasureId]| {
        let unit = |id: &MeasureId| {
            let found = board.measures.find(*id)?;
            Some(competent(board, board.sections.get(found.section)?, found.approver))
        };
        each(Action::ApproveMeasure, ids.iter().map(unit).collect())
    };
    match command {
        Command::Consider { .. } => vec![(Action::OperateSystem, Place::Force)],
        Command::Propose { sections, .. } => propose(sections.iter().map(|id| unit_of(*id)).collect()),
        Command::Edit { measure, .. } => propose(of_measures(&[*measure])),
        Command::Drop { measures, .. } | Command::Ask { measures } => propose(of_measures(measures)),
        Command::Approve { measures, .. }
        | Command::Answer { measures, .. }
        | Command::Review { measures, .. }
        | Command::Lift { measures, .. } => decide(measures),
        Command::Ease { measure, .. } => decide(&[*measure]),
        Command::Confirm { operation, post, .. } => vec![(Action::ObserveRoad, Place::Post(*operation, *post))],
    }
}

fn each(action: Action, mut units: Vec<Option<UnitId>>) -> Vec<(Action, Place)> {
    units.sort_unstable();
    units.dedup();
    if units.is_empty() {
        units.push(None);
    }
    units.into_iter().map(|unit| (action, unit.map_or(Place::Force, Place::Unit))).collect()
}

type Decision = Result<Vec<crate::Event>, crate::Refusal>;

pub(crate) fn decide(board: &Board, actor: Actor, command: &Command, context: &Context) -> Decision {
    let deciding = Deciding { board, actor, context };
    match command {
        Command::Consider { rules, sections } => {
            let events = consider(board, *rules, sections, context)?;
            Ok(events.into_iter().map(crate::Event::Measure).collect())
        }
        Command::Propose { sections, what, words, reason } => deciding.propose(sections, what, words, *reason),
        Command::Edit { measure, what, words } => deciding.edit(*measure, what, words),
        Command::Drop { measures, words } => deciding.on_each(measures, |measure, found| {
            if !found.is_on_its_way() {
                return Err(Refusal::MeasureNotProposed { measure });
            }
            Ok(Happening::Ended { end: End::Dropped { at: context.now, by: actor, words: *words }, directive: None })
        }),
        Command::Approve { measures, review } => deciding.approve(measures, *review, None),
        Command::Ask { measures } => deciding.on_each(measures, |measure, found| {
            proposed(measure, found)?;
            if found.approver == Tier::Province {
                Ok(Happening::Requested)
            } else {
                Err(Refusal::DecidedHere { measure })
            }
        }),
        Command::Answer { measures, granted: true, review, words } => deciding.approve(measures, *review, Some(*words)),
        Command::Answer { measures, granted: false, words, .. } => deciding.on_each(measures, |measure, found| {
            if !matches!(found.state, State::Requested { .. }) {
                return Err(Refusal::ProvinceNotAsked { measure });
            }
            Ok(Happening::Ended { end: End::Refused { at: context.now, by: actor, words: *words }, directive: None })
        }),
        Command::Review { measures, review } => {
            let review = context.now.plus(bounded(*review)?);
            deciding
                .on_each(measures, |measure, found| in_force(measure, found).map(|()| Happening::Reviewed { review }))
        }
        Command::Ease { measure, what, words } => deciding.ease(*measure, what, words),
        Command::Lift { measures, stage, words } => deciding.lift(measures, *stage, *words),
        Command::Confirm { measures, operation, post } => deciding.on_each(measures, |measure, found| {
            in_force(measure, found)?;
            let told = found.told.iter().find(|told| (told.operation, told.post) == (*operation, *post));
            match told.ok_or(Refusal::PostNotTold { measure, post: *post })?.confirmed {
                Some((_, at)) => Err(Refusal::ConfirmedAlready { post: *post, at }),
                None => Ok(Happening::Confirmed { operation: *operation, post: *post }),
            }
        }),
    }
}

fn bounded(review: Minutes) -> Result<Minutes, Refusal> {
    if (SHORTEST_REVIEW..=LONGEST_REVIEW).contains(&review) {
        return Ok(review);
    }
    Err(Refusal::ReviewOutOfBounds { minutes: review.0, least: SHORTEST_REVIEW.0, most: LONGEST_REVIEW.0 })
}

fn in_force(measure: MeasureId, found: &Measure) -> Result<(), Refusal> {
    if found.is_in_force() { Ok(()) } else { Err(Refusal::MeasureNotInForce { measure }) }
}

/// Nobody has been asked about it yet.
fn proposed(measure: MeasureId, found: &Measure) -> Result<(), Refusal> {
    if found.state == State::Proposed { Ok(()) } else { Err(Refusal::MeasureNotProposed { measure }) }
}

struct Deciding<'a> {
    board: &'a Board,
    actor: Actor,
    context: &'a Context,
}

impl<'a> Deciding<'a> {
    fn event(&self, measure: MeasureId, section: SectionId, what: Happening) -> crate::Event {
        crate::Event::Measure(Event::Happened { measure, section, at: self.context.now, by: self.actor, what })
    }

    /// The measures that are named, each once.
    fn chosen(&self, ids: &[MeasureId]) -> Result<Vec<(MeasureId, &'a Measure)>, Refusal> {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        match ids.len() {
            0 => return Err(Refusal::NoMeasureChosen),
            count if count > MOST_AT_ONCE => return Err(Refusal::TooManyMeasures { count, most: MOST_AT_ONCE }),
            _ => {}
        }
        ids.into_iter().map(|id| self.board.measures.known(id).map(|found| (id, found))).collect()
    }

    fn on_each(&self, ids: &[MeasureId], what: impl Fn(MeasureId, &Measure) -> Result<Happening, Refusal>) -> Decision {
        let mut events = Vec::new();
        for (id, found) in self.chosen(ids)? {
            events.push(self.event(id, found.section, what(id, found)?));
        }
        Ok(events)
    }

    fn propose(&self, sections: &[SectionId], what: &What, words: &Label, reason: TextId) -> Decision {
        what.check()?;
        let mut sections = sections.to_vec();
        sections.sort_unstable();
        sections.dedup();
        if sections.is_empty() {
            return Err(Refusal::NoMeasureChosen.into());
        }
        if sections.len() > MOST_AT_ONCE {
            return Err(Refusal::TooManyMeasures { count: sections.len(), most: MOST_AT_ONCE }.into());
        }
        let (board, now) = (self.board, self.context.now);
        let mut events = Vec::new();
        for (number, section) in (0..).zip(sections) {
            let found = board.sections.known(section)?;
            if board.sections.retired(section).is_some() {
                return Err(Refusal::SectionRetired { section }.into());
            }
            if let Some((measure, _)) = board.measures.on_its_way(section, what.kind()) {
                return Err(Refusal::OnItsWayAlready { measure }.into());
            }
            self.must_be_stricter(section, what)?;
            let row = Measure {
                what: what.clone(),
                words: words.clone(),
                approver: what.usual_tier(found),
                origin: Origin::Hand { by: self.actor, words: reason },
                clock: clock(now, now),
                ..blank(section)
            };
            events.push(self.event(self.context.mint(number), section, Happening::Proposed { row: Box::new(row) }));
        }
        Ok(events)
    }

    fn edit(&self, measure: MeasureId, what: &What, words: &Label) -> Decision {
        what.check()?;
        let found = self.board.measures.known(measure)?;
        proposed(measure, found)?;
        if what.kind() != found.what.kind() {
            return Err(Refusal::AnotherKind.into());
        }
        self.must_be_stricter(found.section, what)?;
        let approver = match self.board.sections.get(found.section) {
            Some(section) => found.approver.max(what.least_tier(section)),
            None => found.approver,
        };
        let (what, words) = (what.clone(), words.clone());
        Ok(vec![self.event(measure, found.section, Happening::Edited { what, words, approver })])
    }

    /// Of what is on its way nothing is weaker than what is in force.
    fn must_be_stricter(&self, section: SectionId, what: &What) -> Result<(), Refusal> {
        match self.board.measures.in_force(section, what.kind()) {
            Some((measure, found)) if found.what == *what || !what.covers(&found.what) => {
                Err(Refusal::StricterInForce { measure })
            }
            _ => Ok(()),
        }
    }

    /// In force from now; what it supersedes ends, and those concerned are told.
    fn approve(&self, ids: &[MeasureId], review: Minutes, province: Option<TextId>) -> Decision {
        let at = self.context.now;
        let review = at.plus(bounded(review)?);
        let chosen = self.chosen(ids)?;
        for (measure, found) in &chosen {
            let measure = *measure;
            match (found.state, found.approver, province) {
                (State::InForce { .. }, ..) => return Err(Refusal::MeasureNotProposed { measure }.into()),
                (_, Tier::Province, None) => return Err(Refusal::ProvinceDecides { measure }.into()),
                (State::Proposed, _, Some(_)) => return Err(Refusal::ProvinceNotAsked { measure }.into()),
                _ => {}
            }
        }
        let words = |found: &'a Measure| &found.words;
        let (mut events, directives) = self.tell(Word::InForce, &chosen, words)?;
        for (id, found) in chosen {
            if let Some((old, _)) = self.board.measures.in_force(found.section, found.what.kind()) {
                let end = End::Superseded { at, by: id };
                events.push(self.event(old, found.section, Happening::Ended { end, directive: None }));
            }
            let told = posts_on(self.board, found.section);
            let directive = directives.get(&id).copied();
            events.push(self.event(id, found.section, Happening::InForce { review, told, directive, province }));
        }
        Ok(events)
    }

    fn ease(&self, measure: MeasureId, what: &What, words: &Label) -> Decision {
        what.check()?;
        let found = self.board.measures.known(measure)?;
        in_force(measure, found)?;
        if what.kind() != found.what.kind() {
            return Err(Refusal::AnotherKind.into());
        }
        if *what == found.what || !found.what.covers(what) {
            return Err(Refusal::NotLess.into());
        }
        let (mut events, directives) = self.tell(Word::Eased, &[(measure, found)], |_| words)?;
        let (told, directive) = (posts_on(self.board, found.section), directives.get(&measure).copied());
        let (what, words) = (what.clone(), words.clone());
        events.push(self.event(measure, found.section, Happening::Eased { what, words, told, directive }));
        Ok(events)
    }

    fn lift(&self, ids: &[MeasureId], stage: Stage, words: Option<TextId>) -> Decision {
        let (at, by) = (self.context.now, self.actor);
        let chosen = self.chosen(ids)?;
        for (measure, found) in &chosen {
            let measure = *measure;
            in_force(measure, found)?;
            if found.approver == Tier::Province && words.is_none() {
                return Err(Refusal::ProvinceWordMissing { measure }.into());
            }
            if stage != Stage::All && !matches!(found.what, What::Closure { .. }) {
                return Err(Refusal::NoStages { measure }.into());
            }
            if found.stage.is_some_and(|reached| reached >= stage) {
                return Err(Refusal::StageReached { measure }.into());
            }
        }
        let word = if stage == Stage::All { Word::Lifted } else { Word::Eased };
        let opened = opened(stage);
        let said = |found: &'a Measure| opened.as_ref().unwrap_or(&found.words);
        let (mut events, directives) = self.tell(word, &chosen, said)?;
        for (id, found) in chosen {
            let directive = directives.get(&id).copied();
            let what = if stage == Stage::All {
                Happening::Ended { end: End::Lifted { at, by, words }, directive }
            } else {
                Happening::Opened { stage, told: posts_on(self.board, found.section), directive, words }
            };
            events.push(self.event(id, found.section, what));
        }
        Ok(events)
    }

    /// One directive from each unit that decided, with what it decided.
    fn tell<'l>(
        &self,
        word: Word,
        chosen: &[(MeasureId, &'a Measure)],
        words: impl Fn(&'a Measure) -> &'l Label,
    ) -> Result<(Vec<crate::Event>, BTreeMap<MeasureId, DirectiveId>), crate::Refusal>
    where
        'a: 'l,
    {
        let mut by_unit: BTreeMap<UnitId, Vec<(MeasureId, &'a Measure)>> = BTreeMap::new();
        for (id, found) in chosen {
            let section = self.board.sections.known(found.section)?;
            by_unit.entry(competent(self.board, section, found.approver)).or_default().push((*id, found));
        }
        let (mut events, mut directives) = (Vec::new(), BTreeMap::new());
        for (number, (unit, measures)) in (0..).zip(by_unit) {
            let said: Vec<(&Measure, &Label)> = measures.iter().map(|(_, found)| (*found, words(found))).collect();
            let told = telling::tell(self.board, self.actor, (unit, number), word, &said, self.context)?;
            if let Some((directive, sent)) = told {
                events.extend(sent);
                directives.extend(measures.iter().map(|(id, _)| (*id, directive)));
            }
        }
        Ok((events, directives))
    }
}

/// How a closure that opens in stages is told.
fn opened(stage: Stage) -> Option<Label> {
    match stage {
        Stage::HeavyTrucks => Some(Label::new("open to heavy trucks under escort", "重型货车由警车护送先行通行")),
        Stage::Cars => Some(Label::new("open to cars and escorted heavy trucks", "恢复小型客车通行，重型货车护送通行")),
        Stage::All => None,
    }
}

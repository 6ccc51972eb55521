//! What follows when the rules answer about a section, or a warning ends there: proposals, and proposals to lift.

use std::collections::BTreeMap;

use super::{
    Clock, Considered, End, Event, Happening, Kind, MOST_CONSIDERED, Measure, Origin, Proposal, Refusal, State, What,
    Why,
};
use crate::attachment::Digest;
use crate::section::Section;
use crate::warning::Warning;
use crate::{Actor, At, Board, Context, Label, MeasureId, SectionId, WarningId};

/// One entry's proposals, each under an id of its own.
struct Proposing<'a> {
    board: &'a Board,
    context: &'a Context,
    rules: Digest,
    minted: u32,
    events: Vec<Event>,
}

pub(super) fn consider(
    board: &Board,
    rules: Digest,
    sections: &[Considered],
    context: &Context,
) -> Result<Vec<Event>, crate::Refusal> {
    if sections.len() > MOST_CONSIDERED {
        return Err(Refusal::TooManyMeasures { count: sections.len(), most: MOST_CONSIDERED }.into());
    }
    let mut answers: BTreeMap<SectionId, BTreeMap<Kind, Proposal>> = BTreeMap::new();
    for Considered { section, proposals } in sections {
        let row = board.sections.known(*section)?;
        let kinds = answers.entry(*section).or_default();
        for proposal in proposals {
            proposal.what.check()?;
            add(kinds, proposal, row);
        }
    }
    let sections = answers.keys().copied().collect();
    let events = vec![Event::Considered { rules, sections, at: context.now }];
    let mut proposing = Proposing { board, context, rules, minted: 0, events };
    for (section, kinds) in answers {
        // What a network no longer has gets nothing new; what holds there is still asked about.
        if board.sections.retired(section).is_none() {
            kinds.values().for_each(|proposal| proposing.answer(section, proposal));
        }
        proposing.quiet(section, &kinds);
    }
    Ok(proposing.events)
}

/// Where rules meet, the strictest wins, and the higher tier approves.
fn add(kinds: &mut BTreeMap<Kind, Proposal>, proposal: &Proposal, row: &Section) {
    let kind = proposal.what.kind();
    let Some(old) = kinds.get_mut(&kind) else {
        let approver = proposal.approver.max(proposal.what.least_tier(row));
        kinds.insert(kind, Proposal { approver, ..proposal.clone() });
        return;
    };
    (old.what, old.words) = strictest((&old.what, &old.words), (&proposal.what, &proposal.words));
    old.approver = old.approver.max(proposal.approver);
    old.inform_province |= proposal.inform_province;
    old.reasons.extend(proposal.reasons.iter().cloned());
    old.warnings.extend(&proposal.warnings);
}

/// The strictest of two of one kind, in its words; where it is neither but what both are for, both are said.
fn strictest((one, said): (&What, &Label), (two, other): (&What, &Label)) -> (What, Label) {
    let what = one.strictest(two);
    let words = if what == *one {
        said.clone()
    } else if what == *two {
        other.clone()
    } else {
        Label::new(&format!("{}; {}", said.en, other.en), &format!("{}；{}", said.zh, other.zh))
    };
    (what, words)
}

impl Proposing<'_> {
    fn keep(&mut self, measure: MeasureId, section: SectionId, what: Happening) {
        self.events.push(Event::Happened { measure, section, at: self.context.now, by: Actor::Clock, what });
    }

    /// The rules ask for this.
    fn answer(&mut self, section: SectionId, proposal: &Proposal) {
        let (board, kind) = (self.board, proposal.what.kind());
        let in_force = board.measures.in_force(section, kind);
        let on_its_way = board.measures.on_its_way(section, kind);
        // What is in force and as strict is enough; that it was to be lifted is no longer said, or said otherwise.
        if let Some((id, found)) = in_force.filter(|(_, found)| found.what.covers(&proposal.what)) {
            let asks_less = found.what != proposal.what;
            let less = Happening::LiftProposed { why: Why::RulesAskLess };
            match found.lift {
                Some((Why::RulesAskLess, _)) if asks_less => {}
                _ if found.stage.is_some() => {}
                _ if asks_less => self.keep(id, section, less),
                Some(_) => self.keep(id, section, Happening::LiftWithdrawn),
                None => {}
            }
            if let Some((id, _)) = on_its_way.filter(|(_, found)| may_lapse(found)) {
                let end = End::Lapsed { at: self.context.now };
                self.keep(id, section, Happening::Ended { end, directive: None });
            }
            return;
        }
        let asked = (&proposal.what, &proposal.words);
        let wanted = match in_force {
            None => (proposal.what.clone(), proposal.words.clone()),
            Some((_, found)) => strictest((&found.what, &found.words), asked),
        };
        match on_its_way {
            None => {
                let row = self.row(section, proposal, wanted);
                let id = self.context.mint(self.minted);
                self.minted += 1;
                self.keep(id, section, Happening::Proposed { row: Box::new(row) });
            }
            Some((id, found)) => {
                // What a person changed, or the province was asked for, is made stricter only.
                let by_rules = may_lapse(found);
                let (what, words) =
                    if by_rules { wanted } else { strictest((&found.what, &found.words), (&wanted.0, &wanted.1)) };
                let same_reasons = found.reasons == proposal.reasons && found.warnings == proposal.warnings;
                if what == found.what && (same_reasons || !by_rules) {
                    return;
                }
                let (mut approver, mut inform_province) = (proposal.approver, proposal.inform_province);
                if !by_rules {
                    approver = approver.max(found.approver);
                    inform_province |= found.inform_province;
                }
                let (reasons, warnings) = (proposal.reasons.clone(), proposal.warnings.clone());
                let revised = Happening::Revised { what, words, approver, inform_province, reasons, warnings };
                self.keep(id, section, revised);
            }
        }
    }

    /// What the rules no longer ask for: a proposal lapses, what is in force is proposed for lifting.
    fn quiet(&mut self, section: SectionId, kinds: &BTreeMap<Kind, Proposal>) {
        let board = self.board;
        for (id, found) in board.measures.on(section) {
            if kinds.contains_key(&found.what.kind()) || !matches!(found.origin, Origin::Rules { .. }) {
                continue;
            }
            if may_lapse(found) {
                let end = End::Lapsed { at: self.context.now };
                self.keep(id, section, Happening::Ended { end, directive: None });
            } else if found.is_in_force() && found.lift.is_none() {
                self.keep(id, section, Happening::LiftProposed { why: Why::RulesQuiet });
            }
        }
    }

    fn row(&self, section: SectionId, proposal: &Proposal, (what, words): (What, Label)) -> Measure {
        let now = self.context.now;
        Measure {
            section,
            what,
            words,
            approver: proposal.approver,
            inform_province: proposal.inform_province,
            origin: Origin::Rules { rules: self.rules },
            reasons: proposal.reasons.clone(),
            warnings: proposal.warnings.clone(),
            clock: clock(received(self.board, section, &proposal.warnings, now), now),
            ..blank(section)
        }
    }
}

/// A proposal of the rules that nobody has touched.
fn may_lapse(found: &Measure) -> bool {
    found.is_on_its_way()
        && found.state == State::Proposed
        && found.edited.is_none()
        && matches!(found.origin, Origin::Rules { .. })
}

/// When what set it off was first known: its earliest warning, else the latest word from the road.
fn received(board: &Board, section: SectionId, warnings: &[WarningId], now: At) -> At {
    let warned = warnings.iter().filter_map(|id| board.warnings.get(*id)).map(Warning::received);
    let seen = board.sections.observations(section).map(|(_, found)| found.at).max();
    warned.min().or(seen).unwrap_or(now).min(now)
}

pub(super) fn clock(received: At, proposed: At) -> Clock {
    Clock { received, proposed, requested: None, approved: None, confirmed: None }
}

/// A measure about which nothing has been said.
pub(super) fn blank(section: SectionId) -> Measure {
    Measure {
        section,
        what: What::Observe,
        words: Label::default(),
        approver: super::Tier::Province,
        inform_province: false,
        origin: Origin::Rules { rules: Digest([0; 32]) },
        reasons: Vec::new(),
        warnings: Vec::new(),
        edited: None,
        state: State::Proposed,
        stage: None,
        review: None,
        review_due: None,
        lift: None,
        told: Vec::new(),
        directive: None,
        province: None,
        clock: clock(At::default(), At::default()),
        end: None,
    }
}

/// A warning ends: what is in force and rests on it, and on no other that holds, is proposed for lifting. Nothing is lifted.
pub(crate) fn warning_ended(board: &Board, warning: WarningId, at: At) -> Vec<Event> {
    let resting = board.measures.open().filter(|(_, found)| {
        found.is_in_force()
            && found.lift.is_none()
            && found.warnings.contains(&warning)
            && !found.warnings.iter().any(|other| *other != warning && board.warnings.get(*other).is_some())
    });
    resting
        .map(|(measure, found)| {
            let what = Happening::LiftProposed { why: Why::WarningOver { warning } };
            Event::Happened { measure, section: found.section, at, by: Actor::Clock, what }
        })
        .collect()
}

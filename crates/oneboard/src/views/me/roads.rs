//! What of the roads waits for somebody's decision: proposals, what the province has not answered, what is to be lifted.

use std::collections::{BTreeMap, BTreeSet};

use board::access::Action;
use board::measure::{ANSWER_EXPECTED, Measure, State, Tier, What, competent};
use board::{At, MeasureId, UnitId};

use super::Need;
use crate::views::Sheet;

/// What is decided about several sections at once is one thing to do.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Waits {
    Proposed,
    Requested,
    ToLift,
}

/// What is decided together: by whom, and what.
type Key = (Waits, UnitId, What, Tier);
/// Since when one waits.
type Row<'a> = (At, MeasureId, &'a Measure);

/// Decisions of the units for which the viewer decides; what their superiors or subordinates decide is theirs.
pub(super) fn roads(sheet: &Sheet<'_>) -> Vec<Need> {
    let board = sheet.board();
    let own: BTreeSet<UnitId> = sheet.scope(Action::ApproveMeasure).roots().collect();
    if own.is_empty() {
        return Vec::new();
    }
    let mut groups: BTreeMap<Key, Vec<Row<'_>>> = BTreeMap::new();
    for (id, found) in board.measures.open() {
        let Some(section) = board.sections.get(found.section) else { continue };
        let unit = competent(board, section, found.approver);
        let (waits, since) = match found.state {
            State::Proposed => (Waits::Proposed, found.clock.proposed),
            State::Requested { at, .. } => (Waits::Requested, at),
            State::InForce { .. } => match found.lift.map(|(_, at)| at).or(found.review_due) {
                Some(at) => (Waits::ToLift, at),
                None => continue,
            },
        };
        if own.contains(&unit) {
            groups.entry((waits, unit, found.what.clone(), found.approver)).or_default().push((since, id, found));
        }
    }
    let need = |((waits, unit, ..), group): (Key, Vec<Row<'_>>)| {
        let (since, id, found) = *group.iter().min_by_key(|(since, id, _)| (*since, *id))?;
        let key = match waits {
            Waits::Proposed => "me-road-proposed",
            Waits::Requested => "me-road-requested",
            Waits::ToLift => "me-road-to-lift",
        };
        let values = [("words", sheet.label(&found.words).into()), ("count", group.len().into())];
        let (what, address) = (sheet.say(key, &values), format!("/units/{unit}/roads"));
        Some(match waits {
            Waits::Requested => Need::by(sheet, id.to_string(), what, since.plus(ANSWER_EXPECTED), address),
            Waits::Proposed | Waits::ToLift => Need::since(id.to_string(), what, since, address),
        })
    };
    groups.into_iter().filter_map(need).collect()
}

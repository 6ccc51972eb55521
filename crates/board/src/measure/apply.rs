//! What has been decided about measures, made so.

use super::{Event, Happening, Measure, Stage, State, Told};
use crate::{Actor, At, Board, DirectiveId, MeasureId, OperationId, PostId};

pub(crate) fn apply(board: &mut Board, event: &Event) {
    match event {
        Event::Considered { sections, .. } => board.sections.considered(sections.iter().copied()),
        Event::Happened { measure, at, by, what, .. } => happened(board, *measure, (*at, *by), what),
    }
}

fn happened(board: &mut Board, id: MeasureId, (at, by): (At, Actor), what: &Happening) {
    let measures = &mut board.measures;
    match what {
        Happening::Proposed { row } => measures.put(id, row.as_ref().clone()),
        Happening::Revised { what, words, approver, inform_province, reasons, warnings } => {
            measures.change(id, |found| {
                found.what = what.clone();
                found.words = words.clone();
                found.approver = *approver;
                found.inform_province = *inform_province;
                found.reasons.clone_from(reasons);
                found.warnings.clone_from(warnings);
            })
        }
        Happening::Edited { what, words, approver } => measures.change(id, |found| {
            found.what = what.clone();
            found.words = words.clone();
            found.approver = *approver;
            found.edited = Some((by, at));
        }),
        Happening::Requested => measures.change(id, |found| {
            found.state = State::Requested { at, by };
            found.clock.requested = Some(at);
        }),
        Happening::InForce { review, told, directive, province } => measures.change(id, |found| {
            found.state = State::InForce { since: at, by };
            found.review = Some(*review);
            found.province = province.map(|words| (words, at));
            found.clock.approved = Some(at);
            tell(found, told, *directive);
        }),
        Happening::Reviewed { review } => measures.change(id, |found| {
            found.review = Some(*review);
            found.review_due = None;
            found.lift = None;
        }),
        Happening::ReviewDue => measures.change(id, |found| {
            found.review = None;
            found.review_due = Some(at);
        }),
        Happening::LiftProposed { why } => measures.change(id, |found| found.lift = Some((*why, at))),
        Happening::LiftWithdrawn => measures.change(id, |found| found.lift = None),
        Happening::Eased { what, words, told, directive } => measures.change(id, |found| {
            found.what = what.clone();
            found.words = words.clone();
            found.lift = None;
            tell(found, told, *directive);
        }),
        Happening::Opened { stage, told, directive, .. } => measures.change(id, |found| {
            found.stage = Some(*stage);
            debug_assert!(*stage < Stage::All, "open for all is lifted");
            tell(found, told, *directive);
        }),
        Happening::Confirmed { operation, post } => measures.change(id, |found| {
            let told = found.told.iter_mut().find(|told| (told.operation, told.post) == (*operation, *post));
            if let Some(told) = told {
                told.confirmed = Some((by, at));
            }
            if found.unconfirmed() == 0 && found.clock.confirmed.is_none() {
                found.clock.confirmed = Some(at);
            }
        }),
        Happening::Ended { end, .. } => measures.end(id, *end),
    }
}

/// The posts on the section must say anew that it is so.
fn tell(found: &mut Measure, posts: &[(OperationId, PostId)], directive: Option<DirectiveId>) {
    let told = posts.iter().map(|(operation, post)| Told { operation: *operation, post: *post, confirmed: None });
    found.told = told.collect();
    found.directive = directive.or(found.directive);
}

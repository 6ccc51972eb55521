//! Recall: after a start, the course of the last day is read again from the journal, beside the running board.
//!
//! A snapshot holds a board and not how it came about, so the journal is replayed on a thread of its own with a connection
//! of its own; the screens are served meanwhile, and the lines fill when it is done.

use std::ops::ControlFlow;
use std::sync::Weak;

use board::{At, Board};
use journal::{Check, Reading};

use super::course::{DAY, Figures};
use crate::submit::Body;

/// Entries between two looks at whether anybody still wants the answer.
const PATIENCE: u64 = 4096;

/// Why there is no course of what was before the start. The lines begin with the start then, and nothing else is amiss.
#[derive(Debug, thiserror::Error)]
pub enum RecallFault {
    #[error(transparent)]
    Storage(#[from] journal::StorageError),
    #[error("entry {position} cannot be read: {source}")]
    Body { position: u64, source: serde_json::Error },
}

/// Folds the entries up to `last`, the head at the start at `at`, and puts the last day of them before what `figures` has
/// seen since.
///
/// # Errors
/// [`RecallFault`]; `figures` is as it was then.
pub fn recall(reader: &mut dyn Reading, last: u64, at: At, figures: &Weak<Figures>) -> Result<(), RecallFault> {
    let begin = at.minus(DAY);
    let recalled = Figures::default();
    let mut board = Board::default();
    let mut fault = None;
    reader.for_each(1, last, Check::Nothing, &mut |entry| {
        if entry.position % PATIENCE == 0 && figures.strong_count() == 0 {
            return ControlFlow::Break(());
        }
        let body: Body = match serde_json::from_slice(&entry.body) {
            Ok(body) => body,
            Err(source) => {
                fault = Some(RecallFault::Body { position: entry.position, source });
                return ControlFlow::Break(());
            }
        };
        let then = At::from_millis(entry.at);
        if then >= begin {
            recalled.pass(&board, then);
        }
        for event in &body.events {
            board::apply(&mut board, event);
        }
        if then >= begin {
            recalled.note(&board, entry.position, &body.events);
        }
        ControlFlow::Continue(())
    })?;
    match (fault, figures.upgrade()) {
        (Some(fault), _) => Err(fault),
        (None, Some(figures)) => {
            figures.put_before(recalled, &board);
            Ok(())
        }
        (None, None) => Ok(()),
    }
}

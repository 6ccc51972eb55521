//! The player: does what the script says, when the demonstration's clock comes to it.
//!
//! Visitors act too. What somebody did already is skipped and counted; what the board refuses is skipped as well.

use std::time::Duration;

use board::At;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use super::act::{Act, Deed};
use super::seed::send_all;
use crate::submit::{Submit, Unsubmitted};

/// How often the clock is looked at: below what an eye calls a delay, above what costs anything.
const TICK: Duration = Duration::from_millis(200);
/// Acts sent before their answers are waited for.
const AT_ONCE: usize = 64;

/// What became of the script so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Played {
    pub done: u64,
    /// Somebody did it already, or the board refused it.
    pub skipped: u64,
}

/// Plays `acts`, which are in order, until they are over or `stopping` turns true.
pub async fn play(submit: Submit, acts: Vec<Act>, now: impl Fn() -> At, mut stopping: watch::Receiver<bool>) -> Played {
    let mut next = 0;
    let mut played = Played::default();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    while next < acts.len() {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = stopping.wait_for(|stopping| *stopping) => break,
        }
        let present = now();
        while acts.get(next).is_some_and(|act| act.at <= present) && !*stopping.borrow() {
            let due = &acts[next..acts.len().min(next + AT_ONCE)];
            // What looks at the board first waits for what was sent before it.
            let together =
                due.iter().take_while(|act| act.at <= present && matches!(act.deed, Deed::Give { .. })).count();
            let due = &due[..together.max(1)];
            match act(&submit, due, &mut played).await {
                Progress::On => next += due.len(),
                Progress::Wait => break,
                Progress::Over => return played,
            }
        }
    }
    played
}

enum Progress {
    On,
    /// The writer could not keep it now; the same acts again at the next tick.
    Wait,
    Over,
}

async fn act(submit: &Submit, due: &[Act], played: &mut Played) -> Progress {
    let board = submit.published();
    let wanted = due.iter().filter(|act| !act.is_moot(&board.board));
    let submissions: Vec<_> = wanted.flat_map(|act| act.submissions(&board.board)).collect();
    let mut counted = Played { done: 0, skipped: due.len().saturating_sub(submissions.len()) as u64 };
    for (id, answer) in send_all(submit, submissions).await {
        match answer {
            Ok(_) => counted.done += 1,
            Err(Unsubmitted::Refused(refusal)) => {
                tracing::debug!(%id, %refusal, "the demonstration skips an act");
                counted.skipped += 1;
            }
            Err(Unsubmitted::Conflict { .. } | Unsubmitted::TooLarge { .. } | Unsubmitted::WordsTaken { .. }) => {
                counted.skipped += 1;
            }
            // Ids are the same when they are sent again, so what was kept meanwhile is not done twice.
            Err(Unsubmitted::Overloaded | Unsubmitted::Journal { .. }) => return Progress::Wait,
            Err(Unsubmitted::Stopping) => return Progress::Over,
        }
    }
    played.done += counted.done;
    played.skipped += counted.skipped;
    Progress::On
}

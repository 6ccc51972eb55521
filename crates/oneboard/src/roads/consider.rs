//! The rules are asked about every section on which something changed, and their answer is submitted like anybody's word.
//!
//! Which sections wait is on the board, so nothing is lost by a restart and nothing is asked twice: what a command has
//! considered waits no longer.

use std::path::Path;

use board::attachment::Digest;
use board::measure::{Considered, MOST_CONSIDERED, Proposal, Reason};
use board::{Actor, At, Board, Command, Label, SectionId, WarningId, measure};
use roadwatch::rules::{Conditions, Rules, Tier};
use tokio::sync::Notify;
use uuid::Uuid;

use super::convert;
use crate::app::WeakApp;
use crate::submit::{Submission, Submit, Unsubmitted};

/// The jurisdiction's own table of rules, in the data folder; without it the table of the program applies.
pub const RULES: &str = "rules.toml";
/// Largest table read: the program's own has 10 KB.
const LARGEST_TABLE: u64 = 1 << 20;
/// Sections of one command: an answer of ten measures with their reasons is about 6 KB, and an entry has its bounds.
const AT_ONCE: usize = 64;
const _: () = assert!(AT_ONCE <= MOST_CONSIDERED);
/// After a failure the rules are asked again after this long.
const AGAIN: std::time::Duration = std::time::Duration::from_secs(5);

/// The rules in use, and the bell that is rung when something changed.
#[derive(Debug)]
pub struct Roads {
    pub rules: Rules,
    /// Why the table in the data folder is not used.
    pub fault: Option<String>,
    bell: Notify,
}

impl Roads {
    /// Reads the table of the data folder; one that is not sound is not used, and said.
    pub fn open(data: &Path) -> Self {
        let file = data.join(RULES);
        let (rules, fault) = match read(&file) {
            Ok(rules) => (rules, None),
            Err(fault) => {
                tracing::error!(%fault, "the rules of the program apply");
                (None, Some(fault))
            }
        };
        Self { rules: rules.unwrap_or_else(Rules::default_table), fault, bell: Notify::new() }
    }

    pub fn hash(&self) -> Digest {
        Digest(self.rules.hash)
    }

    /// Called on the writer's thread after each group: only rings.
    pub fn changed(&self, board: &Board) {
        if board.sections.unconsidered().next().is_some() {
            self.bell.notify_one();
        }
    }

    /// What the rules say of a section under these conditions.
    pub fn ask(&self, board: &Board, section: SectionId, conditions: &Conditions) -> Vec<Proposal> {
        let Some(row) = board.sections.get(section) else { return Vec::new() };
        let place = convert::place(row);
        // Which of several warnings asks for a kind of measure is found by asking about each alone.
        let alone: Vec<(WarningId, Vec<measure::Kind>)> = board
            .warnings
            .on(section)
            .filter(|(_, found)| !found.exercise)
            .map(|(id, found)| {
                let signal = (convert::hazard(found.now.signal.hazard), convert::colour(found.now.signal.colour));
                let only = Conditions { warnings: [signal].into(), ..conditions.clone() };
                let kinds =
                    self.rules.propose(place, &only).iter().map(|one| convert::what(&one.measure).kind()).collect();
                (id, kinds)
            })
            .collect();
        let proposals = self.rules.propose(place, conditions).into_iter();
        proposals
            .map(|found| {
                let what = convert::what(&found.measure);
                let asks = |(id, kinds): &(WarningId, Vec<measure::Kind>)| kinds.contains(&what.kind()).then_some(*id);
                let reason = |reason: &roadwatch::rules::Reason| Reason {
                    rule: reason.rule.as_str().into(),
                    words: Label::new(&reason.en, &reason.zh),
                    source: Label::new(&reason.source_en, &reason.source_zh),
                };
                Proposal {
                    warnings: alone.iter().filter_map(asks).collect(),
                    words: convert::words(&what),
                    approver: convert::tier(found.approver),
                    inform_province: found.inform.contains(&Tier::Province),
                    reasons: found.reasons.iter().map(reason).collect(),
                    what,
                }
            })
            .collect()
    }
}

fn read(file: &Path) -> Result<Option<Rules>, String> {
    let fault = |what: &dyn std::fmt::Display| format!("{}: {what}", file.display());
    match std::fs::metadata(file) {
        Err(missing) if missing.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(unread) => return Err(fault(&unread)),
        Ok(found) if found.len() > LARGEST_TABLE => {
            return Err(fault(&format_args!("{} bytes are more than the {LARGEST_TABLE} of a table", found.len())));
        }
        Ok(_) => {}
    }
    let text = std::fs::read_to_string(file).map_err(|unread| fault(&unread))?;
    Rules::from_toml(&text).map(Some).map_err(|unsound| fault(&unsound))
}

/// Asks whenever the bell rings, until the app is gone.
pub async fn keep_considering(app: WeakApp) {
    loop {
        let Some(roads) = app.upgrade().map(|app| std::sync::Arc::clone(&app.roads)) else { return };
        let again = {
            let Some(app) = app.upgrade() else { return };
            match consider(&app.submit, &roads, app.now()).await {
                Ok(()) => false,
                Err(Unsubmitted::Stopping) => return,
                Err(fault) => {
                    tracing::error!(%fault, "the rules' answer could not be kept; it is tried again");
                    true
                }
            }
        };
        if again {
            tokio::time::sleep(AGAIN).await;
        } else {
            roads.bell.notified().await;
        }
    }
}

/// Submits the rules' answer for every section that waits.
///
/// # Errors
/// [`Unsubmitted`]; what was not considered still waits.
pub async fn consider(submit: &Submit, roads: &Roads, now: At) -> Result<(), Unsubmitted> {
    loop {
        let published = submit.published();
        let board = &published.board;
        let waiting = board.sections.unconsidered().take(AT_ONCE);
        let sections: Vec<Considered> = waiting
            .map(|section| {
                let conditions = convert::conditions(board, section, now.max(published.at));
                Considered { section, proposals: roads.ask(board, section, &conditions) }
            })
            .collect();
        if sections.is_empty() {
            return Ok(());
        }
        let command = Command::Measure(measure::Command::Consider { rules: roads.hash(), sections });
        submit.submit(Submission { actor: Actor::Clock, id: Uuid::now_v7(), command, texts: Vec::new() }).await?;
    }
}

//! Acts: what somebody in Longdong does at an instant, and the command that it becomes on the board as it then is.

use std::sync::Arc;

use board::checkin::{self, Standing};
use board::operation::ProposalState;
use board::watch::{self, Triage};
use board::{Actor, AssignmentId, At, Board, Command, OperationId, PersonId, TextId, UnitId, operation};
use uuid::Uuid;

use super::answers::Answers;
use crate::submit::{Submission, Text, TextKind, text_id};

#[derive(Debug, Clone)]
pub struct Act {
    pub at: At,
    pub actor: Actor,
    pub id: Uuid,
    pub deed: Deed,
}

#[derive(Debug, Clone)]
pub enum Deed {
    /// A command that is known beforehand, with the words that it brings.
    Give { command: Box<Command>, texts: Vec<Text> },
    /// Something about a line of the log. Its number depends on who else wrote, so it is found by its words.
    Follow { unit: UnitId, line: TextId, what: What },
    /// Take the watch, having read everything.
    TakeWatch { unit: UnitId, leader: PersonId },
    /// Answer the oldest open proposal.
    AnswerProposal { operation: OperationId, take: bool },
    /// Everybody answers what they were asked meanwhile.
    Answer(Arc<Answers>),
}

#[derive(Debug, Clone)]
pub enum What {
    Triage(Triage, PersonId),
    Decide(String),
    Close,
    Countersign,
}

impl Act {
    pub fn give(at: At, actor: Actor, id: Uuid, command: Command) -> Self {
        Self::enter(at, actor, id, command, Vec::new())
    }

    pub fn enter(at: At, actor: Actor, id: Uuid, command: Command, texts: Vec<Text>) -> Self {
        Self { at, actor, id, deed: Deed::Give { command: Box::new(command), texts } }
    }

    /// A line of the log, a note, or whatever else has words: the command names [`text_id`]`(id, 0)`.
    pub fn say(at: At, actor: Actor, id: Uuid, words: String, command: Command) -> Self {
        Self::enter(at, actor, id, command, vec![text(id, words)])
    }

    /// There is nothing left to do: they are at the post already, or gone, or nobody's signature is missing.
    pub fn is_moot(&self, board: &Board) -> bool {
        let Deed::Give { command, .. } = &self.deed else { return false };
        match &**command {
            Command::Checkin(checkin::Command::CheckIn { operation, assignment, .. }) => {
                stands(board, *operation, *assignment)
            }
            Command::Checkin(checkin::Command::Leave { operation, assignment, .. }) => {
                !stands(board, *operation, *assignment)
            }
            Command::Watch(watch::Command::SignHandover { unit }) => {
                board.watch(*unit).is_none_or(|watch| watch.unsigned.is_none())
            }
            _ => false,
        }
    }

    /// What is submitted on this board; nothing where there is nothing left to do it to.
    pub fn submissions(&self, board: &Board) -> Vec<Submission> {
        match &self.deed {
            Deed::Answer(answers) => answers.submissions(board, self.at),
            _ => self.submission(board).into_iter().collect(),
        }
    }

    fn submission(&self, board: &Board) -> Option<Submission> {
        let (command, texts) = match &self.deed {
            Deed::Give { command, texts } => (as_it_stands(board, command), texts.clone()),
            Deed::Follow { unit, line, what } => {
                let (number, _) = board.watch(*unit)?.lines().rev().find(|(_, found)| found.words == *line)?;
                let (unit, line) = (*unit, number);
                let (command, texts) = match what {
                    What::Triage(triage, owner) => {
                        (watch::Command::Triage { unit, line, triage: *triage, owner: Some(*owner) }, Vec::new())
                    }
                    What::Decide(words) => (
                        watch::Command::Decide { unit, line, words: text_id(self.id, 0) },
                        vec![text(self.id, words.clone())],
                    ),
                    What::Close => (watch::Command::CloseLine { unit, line }, Vec::new()),
                    What::Countersign => (watch::Command::Countersign { unit, line }, Vec::new()),
                };
                (Command::Watch(command), texts)
            }
            Deed::TakeWatch { unit, leader } => {
                let read_to = board.watch(*unit).map_or(0, watch::Watch::latest);
                let take =
                    watch::Command::Take { unit: *unit, leader: Some(*leader), read_to, carry_to: self.actor.person() };
                (Command::Watch(take), Vec::new())
            }
            Deed::AnswerProposal { operation, take } => {
                let found = board.operation(*operation)?;
                let open = found.proposals.iter().find(|proposal| proposal.state == ProposalState::Open)?;
                let answer =
                    operation::Command::AnswerProposal { operation: *operation, number: open.number, take: *take };
                (Command::Operation(answer), Vec::new())
            }
            Deed::Answer(_) => return None,
        };
        Some(Submission { actor: self.actor, id: self.id, command, texts })
    }
}

fn text(id: Uuid, body: String) -> Text {
    Text { id: text_id(id, 0), kind: TextKind::Words, body }
}

/// Nobody relieves somebody who is gone already.
fn as_it_stands(board: &Board, command: &Command) -> Command {
    let mut command = command.clone();
    if let Command::Checkin(checkin::Command::CheckIn { operation, relieves, .. }) = &mut command {
        *relieves = relieves.filter(|relieved| stands(board, *operation, *relieved));
    }
    command
}

fn stands(board: &Board, operation: OperationId, assignment: AssignmentId) -> bool {
    let found = board.operation(operation).and_then(|found| found.roster.assignment(assignment));
    found.is_some_and(|found| matches!(found.standing, Standing::AtPost { .. }))
}

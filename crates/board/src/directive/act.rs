//! What can be asked of a directive, what happens to it, and why nothing does.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Audience, Directive, Evidence, Kind, Ladder, QuietHours, Receiver, Ruling, Rung, Schedule, Step, Urgency};
use crate::checkin::How;
use crate::{
    Actor, At, AttachmentId, DirectiveId, Label, OperationId, PersonId, Str, Subject, TextId, UnitId, Wording,
};

/// Where an order comes from.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Origin {
    /// The authority above the force that ordered it; `None` where it is the unit's own.
    pub above: Option<Label>,
    /// The number of the paper.
    pub number: Str,
    /// The leader's instruction that it conveys, word for word.
    pub instruction: Option<Wording>,
}

/// A directive as a form gives it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Draft {
    pub id: DirectiveId,
    pub unit: UnitId,
    pub operation: Option<OperationId>,
    pub kind: Kind,
    pub urgency: Urgency,
    /// `None`: the ladder of its urgency.
    #[serde(default)]
    pub ladder: Option<Ladder>,
    #[serde(default)]
    pub quiet: Option<QuietHours>,
    #[serde(default)]
    pub origin: Origin,
    pub title: Wording,
    pub clauses: Vec<Wording>,
    pub audience: Audience,
    /// By when a receipt is asked for.
    pub deadline: At,
    /// What hangs on it already and goes out with it.
    #[serde(default)]
    pub files: Vec<AttachmentId>,
}

impl Draft {
    /// What is written of a directive, to be changed in part.
    pub fn of(id: DirectiveId, found: &Directive) -> Self {
        Self {
            id,
            unit: found.unit,
            operation: found.operation,
            kind: found.kind,
            urgency: found.urgency,
            ladder: Some(found.ladder),
            quiet: found.quiet,
            origin: found.origin.clone(),
            title: found.title.clone(),
            clauses: found.clauses.iter().map(|clause| clause.words.clone()).collect(),
            audience: found.audience.clone(),
            deadline: found.deadline,
            files: found.files.clone(),
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Write a draft, or change one.
    Draft(Box<Draft>),
    Discard {
        directive: DirectiveId,
    },
    /// Issue a draft; a mass directive is proposed to a second person instead.
    Issue {
        directive: DirectiveId,
        /// The leader who ordered it by telephone, and what they said: it goes out now and they sign for it later.
        by_order_of: Option<PersonId>,
        words: Option<TextId>,
        /// Why a mass directive cannot wait for the second person.
        break_glass: Option<TextId>,
    },
    /// Answer for a directive with one's name: the second person of a mass directive, or either after the glass was broken.
    Sign {
        directive: DirectiveId,
    },
    /// The second person does not sign.
    SendBack {
        directive: DirectiveId,
        words: TextId,
    },
    /// Pass it on to those below, with clauses of one's own if need be.
    Relay {
        directive: DirectiveId,
        unit: UnitId,
        audience: Box<Audience>,
        clauses: Vec<Wording>,
        deadline: At,
    },
    Receive {
        directive: DirectiveId,
        receiver: Receiver,
        step: Step,
        how: How,
        #[serde(default)]
        evidence: Evidence,
    },
    ReportDifficulty {
        directive: DirectiveId,
        receiver: Receiver,
        how: How,
        words: TextId,
    },
    Rule {
        directive: DirectiveId,
        receiver: Receiver,
        ruling: Ruling,
        words: TextId,
    },
    /// Change, strike or add clauses; the earlier texts stay.
    Amend {
        directive: DirectiveId,
        /// Clauses by number with their new words, `None` to strike.
        changes: Vec<(u16, Option<Wording>)>,
        added: Vec<Wording>,
        words: TextId,
        /// Ask every receiver again, by this deadline.
        anew: Option<At>,
    },
    Withdraw {
        directive: DirectiveId,
        words: TextId,
    },
    Close {
        directive: DirectiveId,
    },
}

/// An issue or a relay: who receives, frozen.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Issue {
    pub units: Vec<UnitId>,
    /// By the unit under which they are counted, sorted.
    pub people: Vec<(UnitId, Vec<PersonId>)>,
    pub deadline: At,
    pub schedule: Schedule,
}

/// A silence that a rung of the ladder found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Silence {
    /// The unit; where a whole branch is silent, the unit at its top.
    pub unit: UnitId,
    /// How many units of it have not answered, and how many people.
    pub units: u32,
    pub people: u32,
    /// Nobody of the branch has answered anything, and none of its posts stands in good order: one matter, however many
    /// they are.
    pub cut_off: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Drafted {
        draft: Box<Draft>,
        at: At,
        by: Actor,
    },
    Discarded {
        directive: DirectiveId,
        at: At,
        by: Actor,
    },
    /// A mass directive waits for its second person.
    Proposed {
        directive: DirectiveId,
        at: At,
        by: Actor,
    },
    SentBack {
        directive: DirectiveId,
        at: At,
        by: Actor,
        words: TextId,
    },
    Issued {
        directive: DirectiveId,
        unit: UnitId,
        at: At,
        by: Actor,
        /// How many persons must answer for it.
        needs: u8,
        glass: Option<TextId>,
        order: Option<(UnitId, u32)>,
        issue: Issue,
    },
    Signed {
        directive: DirectiveId,
        at: At,
        by: Actor,
    },
    Relayed {
        directive: DirectiveId,
        unit: UnitId,
        at: At,
        by: Actor,
        audience: Audience,
        clauses: Vec<Wording>,
        issue: Issue,
    },
    /// People who came to the audience after it was frozen, by the unit under which they are counted; and whom of them
    /// an earlier release had spared.
    Arrived {
        directive: DirectiveId,
        relay: u16,
        at: At,
        people: Vec<(UnitId, Vec<PersonId>)>,
    },
    Released {
        directive: DirectiveId,
        at: At,
        people: Vec<PersonId>,
    },
    /// Somebody who had been released is asked again.
    Recalled {
        directive: DirectiveId,
        at: At,
        people: Vec<PersonId>,
    },
    Received {
        directive: DirectiveId,
        receiver: Receiver,
        step: Step,
        at: At,
        by: Actor,
        how: How,
        #[serde(default, skip_serializing_if = "Evidence::is_empty")]
        evidence: Evidence,
    },
    DifficultyReported {
        directive: DirectiveId,
        receiver: Receiver,
        at: At,
        by: Actor,
        words: TextId,
    },
    Ruled {
        directive: DirectiveId,
        receiver: Receiver,
        ruling: Ruling,
        at: At,
        by: Actor,
        words: TextId,
    },
    Amended {
        directive: DirectiveId,
        at: At,
        by: Actor,
        changes: Vec<(u16, Option<Wording>)>,
        added: Vec<Wording>,
        words: TextId,
        /// Everybody is asked anew by this deadline, with one schedule for each relay.
        anew: Option<(At, Vec<Schedule>)>,
    },
    Withdrawn {
        directive: DirectiveId,
        at: At,
        by: Actor,
        words: TextId,
    },
    Closed {
        directive: DirectiveId,
        at: At,
        by: Actor,
    },
    /// A rung of the ladder was reached. `at` is when it was due.
    Chased {
        directive: DirectiveId,
        relay: u16,
        rung: Rung,
        at: At,
        silences: Vec<Silence>,
    },
}

impl Event {
    pub fn directive(&self) -> DirectiveId {
        match self {
            Self::Drafted { draft, .. } => draft.id,
            Self::Discarded { directive, .. }
            | Self::Proposed { directive, .. }
            | Self::SentBack { directive, .. }
            | Self::Issued { directive, .. }
            | Self::Signed { directive, .. }
            | Self::Relayed { directive, .. }
            | Self::Arrived { directive, .. }
            | Self::Released { directive, .. }
            | Self::Recalled { directive, .. }
            | Self::Received { directive, .. }
            | Self::DifficultyReported { directive, .. }
            | Self::Ruled { directive, .. }
            | Self::Amended { directive, .. }
            | Self::Withdrawn { directive, .. }
            | Self::Closed { directive, .. }
            | Self::Chased { directive, .. } => *directive,
        }
    }
    pub fn subjects(&self, into: &mut Vec<Subject>) {
        into.push(Subject::Directive(self.directive()));
        match self {
            Self::Drafted { draft, .. } => into.extend(draft.operation.map(Subject::Operation)),
            Self::Issued { unit, .. } | Self::Relayed { unit, .. } => into.push(Subject::Unit(*unit)),
            Self::Received { receiver, .. }
            | Self::DifficultyReported { receiver, .. }
            | Self::Ruled { receiver, .. } => into.push(match receiver {
                Receiver::Unit(unit) => Subject::Unit(*unit),
                Receiver::Person(person) => Subject::Person(*person),
            }),
            _ => {}
        }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error("directive {directive} is not on the board: look at the list, or in the records")]
    NoSuchDirective { directive: DirectiveId },
    #[error("directive {directive} is no draft any more: amend it, or write another")]
    NotADraft { directive: DirectiveId },
    #[error("directive {directive} is not in force: it is a draft, or was withdrawn or closed; look at its page")]
    NotIssued { directive: DirectiveId },
    #[error("directive {directive} waits for nobody's word: look at its page")]
    NotProposed { directive: DirectiveId },
    #[error("a directive has between 1 and {most} clauses and a title, not {count} clauses: write what is to be done")]
    Clauses { count: usize, most: usize },
    #[error("{count} files are too many: attach at most {most}")]
    TooManyFiles { count: usize, most: usize },
    #[error("the deadline {deadline:?} is not after now, {now:?}: give a later one")]
    DeadlinePast { deadline: At, now: At },
    #[error("nobody would receive it: choose units below unit {unit}, or other people")]
    NobodyToReceive { unit: UnitId },
    #[error("{count} receivers are more than {most}: issue it to units, and let them relay it")]
    TooManyReceivers { count: usize, most: usize },
    #[error("unit {unit} is not below {above}: a directive goes down the line of command, never up or across")]
    NotBelow { unit: UnitId, above: UnitId },
    #[error("unit {unit} has not received this directive, so it has nothing to pass on: ask the unit above for it")]
    NothingToPassOn { unit: UnitId },
    #[error("{receiver} is not among the receivers of directive {directive}: look at its receipts")]
    NotAReceiver { directive: DirectiveId, receiver: Receiver },
    #[error("{receiver} is asked no more: they left, or were relieved of it")]
    ReleasedAlready { receiver: Receiver },
    #[error("{step:?} was said already: nothing is left to do")]
    StepAlready { step: Step },
    #[error("{step:?} comes after {missing:?}: say that first")]
    StepOutOfOrder { step: Step, missing: Step },
    #[error("a briefing asks only to be read: acknowledge it and that is all")]
    OnlyToRead { step: Step },
    #[error("a difficulty was reported at {since:?} and waits for the issuer's ruling: wait for it")]
    DifficultyOpen { since: At },
    #[error("{receiver} has reported no difficulty: there is nothing to rule on")]
    NoDifficulty { receiver: Receiver },
    #[error("it was ruled on at {at:?}, and that ruling stands: ask whoever gave it if it must change")]
    RuledAlready { by: Actor, at: At },
    #[error("your name is under it already: a second person must sign")]
    OwnApproval { by: Actor },
    #[error("no name is missing under directive {directive}")]
    NoNameMissing { directive: DirectiveId },
    #[error("only a person can sign: sign in under your own name")]
    OnlyPeopleSign,
    #[error("{count} tasks of unit {unit} on this directive are open: close them first, or withdraw them")]
    TasksOpen { unit: UnitId, count: u32 },
    #[error("clause {number} is not in force in this directive: look at its text")]
    NoSuchClause { number: u16 },
    #[error("clause {number} was written by unit {by}: only they may change it")]
    OthersClause { number: u16, by: UnitId },
    #[error("nothing would change: say which clause, or write a new one")]
    NothingChanged { directive: DirectiveId },
    #[error("an order by telephone needs the words that were said: write them down")]
    OrderWithoutWords,
}

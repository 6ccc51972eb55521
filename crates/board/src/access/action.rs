//! The acts that rights are about. One act has one line in the access matrix.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// See the board's figures of a unit.
    ViewBoard,
    ViewPosts,
    ViewRoster,
    /// See who people are: name, grade, qualifications, callsign.
    ViewPeople,
    /// See how to reach them by telephone.
    ViewTelephones,
    ViewOperation,
    ViewWatch,
    /// Take tables out as files.
    Export,
    /// One's own post: check in, relieve, leave.
    StandPost,
    /// Record the presence of others: check-in for them, contacts, roll calls.
    RecordPresence,
    KeepForce,
    PlanOperation,
    SetLevel,
    PlanPosts,
    Assign,
    /// Hold the watch of a unit: take it, hand it over.
    KeepWatch,
    WriteLog,
    Triage,
    RecordVerbalOrder,
    Countersign,
    ViewAlarms,
    /// Take an alarm, say what is being done, hand it on, clear it.
    AnswerAlarm,
    ViewDirective,
    /// Write, issue, amend, withdraw and close a unit's directives.
    IssueDirective,
    /// Answer for one with one's name as the second person.
    ApproveDirective,
    /// Pass one on to those below.
    RelayDirective,
    /// Give a receipt: one's own, or that of a unit one leads or keeps the watch of.
    ReceiveDirective,
    /// Record what somebody said of one by radio or telephone.
    RecordReceipt,
    RuleOnDifficulty,
    ViewTask,
    /// Assign tasks, and answer for their results.
    AssignTask,
    /// Accept a task, and report on it: one's own, or that of a unit one leads or keeps the watch of.
    DoTask,
    OpenCallOut,
    /// Say whether one comes.
    AnswerCallOut,
    /// See warnings, road sections and measures.
    ViewRoads,
    /// Enter, change and cancel warnings.
    EnterWarning,
    /// Propose, change and drop measures, and ask the province.
    ProposeMeasure,
    /// Put a measure in force, record the province's word, look at it again, lift it.
    ApproveMeasure,
    /// Say what one sees of a section, and that a measure is so on the ground.
    ObserveRoad,
    /// Take sections from a network.
    KeepRoads,
    EraseAttachment,
    GrantRole,
    /// Lend a role one holds.
    Delegate,
    KeepAccounts,
    ViewAudit,
    RecordAudit,
    OperateSystem,
}

impl Action {
    pub const ALL: [Self; 47] = [
        Self::ViewBoard,
        Self::ViewPosts,
        Self::ViewRoster,
        Self::ViewPeople,
        Self::ViewTelephones,
        Self::ViewOperation,
        Self::ViewWatch,
        Self::Export,
        Self::StandPost,
        Self::RecordPresence,
        Self::KeepForce,
        Self::PlanOperation,
        Self::SetLevel,
        Self::PlanPosts,
        Self::Assign,
        Self::KeepWatch,
        Self::WriteLog,
        Self::Triage,
        Self::RecordVerbalOrder,
        Self::Countersign,
        Self::ViewAlarms,
        Self::AnswerAlarm,
        Self::ViewDirective,
        Self::IssueDirective,
        Self::ApproveDirective,
        Self::RelayDirective,
        Self::ReceiveDirective,
        Self::RecordReceipt,
        Self::RuleOnDifficulty,
        Self::ViewTask,
        Self::AssignTask,
        Self::DoTask,
        Self::OpenCallOut,
        Self::AnswerCallOut,
        Self::ViewRoads,
        Self::EnterWarning,
        Self::ProposeMeasure,
        Self::ApproveMeasure,
        Self::ObserveRoad,
        Self::KeepRoads,
        Self::EraseAttachment,
        Self::GrantRole,
        Self::Delegate,
        Self::KeepAccounts,
        Self::ViewAudit,
        Self::RecordAudit,
        Self::OperateSystem,
    ];
}

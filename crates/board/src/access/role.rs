//! The roles and what each carries: one table, read by people and by the machine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Action;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Leader,
    DutyOfficer,
    /// Everybody in the force is an officer of their own unit; it needs no grant.
    Officer,
    Inspector,
    Writer,
    SystemAdministrator,
    SecurityAdministrator,
    AuditAdministrator,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Leader,
        Self::DutyOfficer,
        Self::Officer,
        Self::Inspector,
        Self::Writer,
        Self::SystemAdministrator,
        Self::SecurityAdministrator,
        Self::AuditAdministrator,
    ];

    /// The three whom no one person may combine (GB/T 22239-2019, 8.1.5).
    pub const fn is_administrator(self) -> bool {
        matches!(self, Self::SystemAdministrator | Self::SecurityAdministrator | Self::AuditAdministrator)
    }
}

/// How far from the unit where a role is held an action reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    Nowhere,
    /// That unit alone.
    Own,
    /// That unit and every unit below it.
    Below,
    /// Up to the top and down to the bottom of one line of command: what a superior opened, a subordinate may read.
    Line,
}

/// The rights of each role.
pub const fn reach(role: Role, action: Action) -> Reach {
    use Action as A;
    use Reach::{Below, Line, Nowhere, Own};
    match role {
        Role::Leader => match action {
            A::ViewOperation | A::ViewRoads => Line,
            A::ViewAudit | A::RecordAudit | A::GrantRole | A::KeepAccounts | A::OperateSystem | A::KeepRoads => Nowhere,
            A::KeepWatch | A::ReceiveDirective | A::DoTask => Own,
            A::StandPost | A::Delegate | A::AnswerCallOut => Nowhere,
            _ => Below,
        },
        Role::DutyOfficer => match action {
            A::ViewOperation | A::ViewRoads => Line,
            A::ViewBoard
            | A::ViewPosts
            | A::ViewRoster
            | A::ViewPeople
            | A::ViewTelephones
            | A::ViewWatch
            | A::Export => Below,
            A::RecordPresence | A::Assign | A::SetLevel | A::PlanPosts | A::KeepForce => Below,
            A::WriteLog | A::Triage | A::RecordVerbalOrder => Below,
            A::ViewAlarms | A::AnswerAlarm => Below,
            A::ViewDirective | A::IssueDirective | A::RelayDirective | A::RecordReceipt => Below,
            A::ViewTask | A::AssignTask | A::OpenCallOut => Below,
            A::EnterWarning | A::ProposeMeasure | A::ApproveMeasure | A::ObserveRoad => Below,
            A::KeepWatch | A::ReceiveDirective | A::DoTask => Own,
            _ => Nowhere,
        },
        Role::Officer => match action {
            A::ViewOperation | A::ViewRoads => Line,
            A::ViewBoard | A::ViewPosts | A::ViewRoster | A::ViewPeople | A::ViewTelephones => Own,
            A::ViewDirective | A::ViewTask => Own,
            _ => Nowhere,
        },
        Role::Inspector => match action {
            A::ViewOperation | A::ViewRoads => Line,
            A::ViewBoard | A::ViewPosts | A::ViewRoster | A::ViewPeople | A::ViewWatch | A::Export => Below,
            A::ViewAlarms => Below,
            A::ViewDirective | A::ViewTask => Below,
            _ => Nowhere,
        },
        Role::Writer => match action {
            A::ViewOperation | A::ViewRoads => Line,
            A::ViewBoard | A::ViewPosts | A::ViewRoster | A::ViewWatch | A::Export => Below,
            A::ViewDirective | A::ViewTask => Below,
            _ => Nowhere,
        },
        Role::SystemAdministrator => match action {
            // The network is reference data, like the program itself.
            A::OperateSystem | A::KeepRoads => Below,
            _ => Nowhere,
        },
        Role::SecurityAdministrator => match action {
            A::GrantRole | A::KeepAccounts | A::ViewPeople => Below,
            _ => Nowhere,
        },
        Role::AuditAdministrator => match action {
            A::ViewAudit => Below,
            _ => Nowhere,
        },
    }
}

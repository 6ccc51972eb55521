//! The watch and its lines as programs read them.

use board::watch::{Countersignature, Kind, Line, Triage, Watch};
use board::{Actor, At, OperationId, PersonId, PostId, Str, UnitId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::views::Sheet;

#[derive(Debug, Serialize, JsonSchema)]
pub struct WatchModel {
    pub unit: UnitId,
    pub officer: Option<PersonId>,
    /// `null` where nobody holds it, or the name was erased.
    pub officer_name: Option<String>,
    pub leader: Option<PersonId>,
    pub leader_name: Option<String>,
    pub since: Option<At>,
    pub offered_to: Option<PersonId>,
    /// Whose signature of the last handover is missing.
    pub unsigned: Option<PersonId>,
    /// The number of the latest line; 0 before the first.
    pub latest: u32,
    /// This watch's lines and the last one's, and whatever is open.
    pub lines: Vec<LineModel>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SignatureModel {
    Pending,
    Signed,
    Disputed,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct LineModel {
    pub number: u32,
    pub at: At,
    pub by: Actor,
    pub kind: Kind,
    pub operation: Option<OperationId>,
    pub callsign: Str,
    pub post: Option<PostId>,
    /// `null` where they were erased.
    pub words: Option<String>,
    pub triage: Triage,
    pub owner: Option<PersonId>,
    pub decision: Option<String>,
    pub by_order_of: Option<PersonId>,
    pub signature: Option<SignatureModel>,
    pub open: bool,
    pub closed_at: Option<At>,
}

pub fn model(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> WatchModel {
    let name = |person: Option<PersonId>| {
        person.and_then(|person| sheet.register.name(sheet.board(), person)).map(str::to_owned)
    };
    WatchModel {
        unit,
        officer: watch.officer,
        officer_name: name(watch.officer),
        leader: watch.leader,
        leader_name: name(watch.leader),
        since: watch.since,
        offered_to: watch.offered.map(|(to, _)| to),
        unsigned: watch.unsigned,
        latest: watch.latest(),
        lines: watch.lines().map(|(number, line)| line_model(sheet, number, line)).collect(),
    }
}

pub fn line_model(sheet: &Sheet<'_>, number: u32, line: &Line) -> LineModel {
    let words = |id: board::TextId| sheet.register.text(id).map(str::to_owned);
    LineModel {
        number,
        at: line.at,
        by: line.by,
        kind: line.kind,
        operation: line.operation,
        callsign: line.callsign.clone(),
        post: line.post,
        words: words(line.words),
        triage: line.triage,
        owner: line.owner,
        decision: line.decision.and_then(|(id, _, _)| words(id)),
        by_order_of: line.order.map(|(leader, _)| leader),
        signature: line.order.map(|(_, signature)| match signature {
            Countersignature::Pending => SignatureModel::Pending,
            Countersignature::Signed { .. } => SignatureModel::Signed,
            Countersignature::Disputed { .. } => SignatureModel::Disputed,
        }),
        open: line.is_open(),
        closed_at: line.closed.map(|(_, at)| at),
    }
}

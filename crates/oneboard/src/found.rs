//! The first set-up: an empty board gets its first unit, its first person, and that person the keys.

use board::access::{Command as Access, Role};
use board::force::{Changes, Command as Keep, Grade, PersonRow, UnitRow};
use board::{Actor, Command, Id, Label, Minutes};
use uuid::Uuid;

use crate::app::{App, WeakApp};
use crate::http::problem::{Kind, Problem};
use crate::shell::{Founder, Founding};
use crate::submit::{Submission, Text, TextKind, text_id};

/// The staff number of the first person, until their own is entered.
const FIRST_NUMBER: &str = "1";

/// The first person also leads the first unit for this long: somebody must enter units and people before there is anybody
/// to whom a role could be granted, and nobody may grant one to themselves.
const FOUNDING: Minutes = Minutes(31 * 24 * 60);

/// How the first set-up founds the bureau of this app.
pub fn founder(app: WeakApp) -> Founder {
    Box::new(move |founding| {
        let app = app.clone();
        Box::pin(async move {
            let app = app.upgrade().ok_or(Problem::new(Kind::Unavailable))?;
            found(&app, founding).await
        })
    })
}

/// Founds the bureau, or goes on with what an earlier attempt left.
async fn found(app: &App, founding: Founding) -> Result<u64, Problem> {
    let published = app.submit.published();
    let present = published.board.force.root();
    let holder = published.board.access.holders().find(|(_, grant)| grant.role == Role::SecurityAdministrator);
    if let Some((person, _)) = holder {
        return Ok(person.value());
    }
    let id = Uuid::now_v7();
    let command_id = board::CommandId(id.as_u128());
    let (unit, person) = (present.unwrap_or_else(|| Id::mint(command_id, 0)), Id::mint(command_id, 1));
    let text = |counter, kind, body: &str| Text { id: text_id(id, counter), kind, body: body.to_owned() };
    let texts = vec![text(0, TextKind::Name, &founding.name), text(1, TextKind::StaffNumber, FIRST_NUMBER)];
    let bureau = UnitRow {
        id: unit,
        parent: None,
        name: Label::new(&founding.agency, &founding.agency),
        callsign: "".into(),
        channel: "".into(),
        telephone: "".into(),
        order: 0,
    };
    let first = PersonRow {
        id: person,
        unit,
        grade: Grade::Officer,
        qualifications: Default::default(),
        callsign: "".into(),
        number: text_id(id, 1),
        name: text_id(id, 0),
        telephone: None,
    };
    let units = if present.is_some() { Vec::new() } else { vec![bureau] };
    let keep = Command::Force(Keep::Keep(Changes { units, people: vec![first], leaving: Vec::new() }));
    submit(app, id, keep, texts).await?;
    let grant = Access::Grant {
        id: Id::mint(command_id, 2),
        person,
        role: Role::SecurityAdministrator,
        unit,
        from: None,
        until: None,
    };
    submit(app, Uuid::now_v7(), Command::Access(grant), Vec::new()).await?;
    let until = Some(app.now().plus(FOUNDING));
    let lead = Access::Grant { id: Id::mint(command_id, 3), person, role: Role::Leader, unit, from: None, until };
    submit(app, Uuid::now_v7(), Command::Access(lead), Vec::new()).await?;
    Ok(person.value())
}

async fn submit(app: &App, id: Uuid, command: Command, texts: Vec<Text>) -> Result<(), Problem> {
    let submission = Submission { actor: Actor::Operator, id, command, texts };
    app.submit.submit(submission).await.map(drop).map_err(|fault| Problem::fault(&fault))
}

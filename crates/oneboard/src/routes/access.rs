//! Access: roles granted, lent and revoked; enrolment links; the audit.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use board::access::{Action, Command as Access, Place, Role};
use board::{Command, GrantId, PersonId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Act, Desk};
use super::{Gate, Kind, Method, Route, shape};
use crate::app::{App, Viewer};
use crate::audit::{self, Seen};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::page::own_path;
use crate::views;
use crate::views::force::GrantModel;

const NOUN: &str = "access";

pub fn routes() -> Vec<Route> {
    let grant = Gate::Needs(Action::GrantRole);
    let page = |path, summary, gate, answer, serve| Route::page(NOUN, path, summary, gate, answer, serve);
    vec![
        page("/access", "Every role that is held", grant, Some(shape::<Vec<GrantModel>>), || get(list)),
        Route::act::<Grant>(
            NOUN,
            "/access/grants",
            "Grant a role at a unit, for a time or until revoked",
            Action::GrantRole,
        )
        .fresh(),
        Route::act::<Delegate>(
            NOUN,
            "/access/delegations",
            "Lend a role one holds, for at most 31 days",
            Action::Delegate,
        )
        .fresh(),
        Route::act::<Revoke>(
            NOUN,
            "/people/{person}/grants/{grant}/revoke",
            "Revoke a role at once, with everything lent from it",
            Action::GrantRole,
        )
        .fresh(),
        Route {
            method: Method::Post,
            path: "/access/links",
            noun: NOUN,
            summary: "Issue a one-time enrolment link",
            gate: Gate::NeedsFresh(Action::KeepAccounts),
            kind: Kind::Act,
            body: Some(shape::<Invite>),
            answer: Some(shape::<Invited>),
            serve: || post(invite),
        },
        Route {
            method: Method::Post,
            path: "/people/{person}/factors/revoke",
            noun: NOUN,
            summary: "A factor is lost: void a person's password, codes, passkeys and links, and end their sessions",
            gate: Gate::NeedsFresh(Action::KeepAccounts),
            kind: Kind::Act,
            body: Some(shape::<Lost>),
            answer: Some(shape::<Voided>),
            serve: || post(revoke_factors),
        },
        page(
            "/audit",
            "Sign-ins, refusals, roles granted and revoked, the newest first",
            Gate::Needs(Action::ViewAudit),
            Some(shape::<Vec<views::access::NotedModel>>),
            || get(show_audit),
        ),
    ]
}

async fn list(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    app.require(&viewer, Action::GrantRole, Place::Force)?;
    if viewer.wants_json {
        let model: Vec<GrantModel> = app.look(viewer.actor(), viewer.locale, |sheet| {
            views::access::grants(sheet).into_iter().map(|(person, grant)| GrantModel::of(person, grant)).collect()
        });
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("access");
    Ok(app.page(&viewer, None, "access", &title, |sheet| {
        html! { div.head { h1 { (title) } } (views::access::page(sheet)) }
    }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Grant {
    /// Staff number, full name, or id.
    person: String,
    role: Role,
    unit: UnitId,
    /// Local day and time; at once where it is left out.
    from: Option<String>,
    /// Until it is revoked where it is left out.
    until: Option<String>,
}

/// An id as programs send it, or words as people do.
fn person(desk: &Desk, field: &'static str, text: &str) -> Result<PersonId, Problem> {
    text.parse().or_else(|_| desk.person(field, text))
}

impl Act for Grant {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        // Asked before anybody is looked up.
        desk.app.require(&desk.viewer, Action::GrantRole, Place::Unit(self.unit))?;
        let instant = |field, text: &Option<String>| text.as_deref().map(|text| desk.instant(field, text)).transpose();
        let (from, until) = (instant("from", &self.from)?, instant("until", &self.until)?);
        let person = person(desk, "person", &self.person)?;
        let Self { role, unit, .. } = self;
        Ok(Command::Access(Access::Grant { id: desk.mint(), person, role, unit, from, until }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Delegate {
    grant: GrantId,
    /// Staff number, full name, or id.
    to: String,
    from: Option<String>,
    until: String,
}

impl Act for Delegate {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let to = person(desk, "to", &self.to)?;
        let from = self.from.as_deref().map(|text| desk.instant("from", text)).transpose()?;
        let until = desk.instant("until", &self.until)?;
        Ok(Command::Access(Access::Delegate { id: desk.mint(), grant: self.grant, to, from, until }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Revoke {
    person: PersonId,
    grant: GrantId,
}

impl Act for Revoke {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Access(Access::Revoke { person: self.person, grant: self.grant }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Invite {
    /// Staff number, full name, or id.
    person: String,
    login: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Invited {
    pub person: PersonId,
    /// Where the person sets a password and a second factor, once.
    pub link: String,
}

async fn invite(
    State(app): State<App>,
    viewer: Viewer,
    headers: HeaderMap,
    Form(sent): Form<Invite>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::KeepAccounts, Place::Force)?;
    let text = sent.person.trim();
    let person = match text.parse::<PersonId>() {
        Ok(person) => person,
        Err(_) => one_called(&app, &viewer, text)?,
    };
    app.require(&viewer, Action::KeepAccounts, Place::Person(person))?;
    let published = app.submit.published();
    published.board.force.known_person(person).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let issued = app.shell.accounts.issue_link(person.value(), sent.login.trim()).await;
    let token = issued.map_err(|fault| crate::sign_in::problem(viewer.locale, &fault))?;
    app.shell.audits.see(Seen::LinkIssued { person, by: viewer.person });
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let scheme = if app.shell.config.is_secure() { "https" } else { "http" };
    let link = format!("{scheme}://{host}/enrol/{token}");
    if viewer.wants_json {
        return Ok(axum::Json(Invited { person, link }).into_response());
    }
    let title = viewer.locale.t("access-link");
    Ok(app.page(&viewer, None, "access", &title, |sheet| {
        html! { div.head { h1 { (title) } } (views::access::link(sheet, person, &link)) }
    }))
}

/// What the form of a lost factor sends besides the address.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Lost {
    /// Where to go on.
    back: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct Voided {
    pub person: PersonId,
    /// There was an account to void.
    pub known: bool,
}

async fn revoke_factors(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<PersonId>,
    Form(sent): Form<Lost>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::KeepAccounts, Place::Person(person))?;
    let published = app.submit.published();
    published.board.force.known_person(person).map_err(|refusal| app.refused(&viewer, &refusal.into()))?;
    let voided = app.shell.accounts.revoke_factors(person.value()).await;
    let known = voided.map_err(|fault| crate::sign_in::problem(viewer.locale, &fault))?;
    app.shell.audits.see(Seen::FactorsRevoked { person, by: viewer.person });
    tracing::info!(person = person.value(), by = viewer.person.value(), "factors were revoked");
    if viewer.wants_json {
        return Ok(axum::Json(Voided { person, known }).into_response());
    }
    Ok(Redirect::to(own_path(sent.back.as_deref().unwrap_or("/access"))).into_response())
}

/// The journal cannot be read at the moment; the server goes on.
fn unread(fault: &str) -> Problem {
    tracing::error!(%fault, "the audit could not be read");
    Problem::new(Wrong::Unavailable).retry_after(5)
}

fn one_called(app: &App, viewer: &Viewer, text: &str) -> Result<PersonId, Problem> {
    let found = app.look(viewer.actor(), viewer.locale, |sheet| views::people::called(sheet, text));
    if let [only] = found[..] {
        return Ok(only);
    }
    let key = if found.is_empty() { "act-nobody" } else { "act-several" };
    let values = [("value", text.into()), ("count", found.len().into())];
    Err(Problem::new(Wrong::Refused).detail(viewer.locale.tx(key, &values)))
}

async fn show_audit(
    State(app): State<App>,
    viewer: Viewer,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewAudit, Place::Force)?;
    let before = asked.get("before").and_then(|before| before.parse().ok());
    let read = Arc::clone(&app.beside).look(move |reader| audit::read(reader, before)).await;
    let noted = read.map_err(|fault| unread(&fault))?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| views::access::noted_models(sheet, &noted));
        return Ok(axum::Json(model).into_response());
    }
    let older = noted.last().map(|entry| entry.position).filter(|_| noted.len() == audit::PAGE);
    let title = viewer.locale.t("audit");
    Ok(app.page(&viewer, None, "audit", &title, |sheet| {
        html! { div.head { h1 { (title) } } (views::access::audit(sheet, &noted, older)) }
    }))
}

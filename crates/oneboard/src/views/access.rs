//! Access: who holds which role where, the enrolment of accounts, and the audit.

use std::cmp::Reverse;

use board::access::{Action, Audit, Event as Change, Grant, Role};
use board::{Actor, At, PersonId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Sheet, Value, force, state};
use crate::audit::Noted;

pub const fn role_key(role: Role) -> &'static str {
    match role {
        Role::Leader => "role-leader",
        Role::DutyOfficer => "role-duty-officer",
        Role::Officer => "role-officer",
        Role::Inspector => "role-inspector",
        Role::Writer => "role-writer",
        Role::SystemAdministrator => "role-system-administrator",
        Role::SecurityAdministrator => "role-security-administrator",
        Role::AuditAdministrator => "role-audit-administrator",
    }
}

fn word(role: Role) -> &'static str {
    match role {
        Role::Leader => "leader",
        Role::DutyOfficer => "duty_officer",
        Role::Officer => "officer",
        Role::Inspector => "inspector",
        Role::Writer => "writer",
        Role::SystemAdministrator => "system_administrator",
        Role::SecurityAdministrator => "security_administrator",
        Role::AuditAdministrator => "audit_administrator",
    }
}

/// From when until when, by whom it was lent, and whether it counts now.
pub fn validity(sheet: &Sheet<'_>, grant: &Grant) -> Markup {
    html! {
        @if grant.in_force(sheet.now) { (state("normal", &sheet.t("access-in-force"))) }
        @else if grant.from > sheet.now { (state("info", &sheet.say("access-begins", &[("time", sheet.day_time(grant.from).into())]))) }
        @else { (state("done", &sheet.t("access-ended"))) }
        " " @match grant.until {
            Some(until) => { (sheet.say("span", &[("from", sheet.day_time(grant.from).into()), ("to", sheet.day_time(until).into())])) }
            None => { (sheet.say("since", &[("time", sheet.day_time(grant.from).into())])) }
        }
        @if let Some((owner, _)) = grant.delegated_from { " " span.hint { (sheet.say("access-lent-by", &[("name", sheet.name(owner).into())])) } }
    }
}

/// Every grant, by unit in the order of the tree.
pub fn grants<'a>(sheet: &'a Sheet<'_>) -> Vec<(PersonId, &'a Grant)> {
    let force = &sheet.board().force;
    let order: std::collections::HashMap<_, usize> =
        force.units().enumerate().map(|(at, unit)| (unit.id, at)).collect();
    let mut all: Vec<_> = sheet.board().access.holders().collect();
    all.sort_by_key(|(person, grant)| (order.get(&grant.unit).copied(), grant.role, Reverse(grant.from), *person));
    all
}

pub fn page(sheet: &Sheet<'_>) -> Markup {
    let all = grants(sheet);
    html! {
        section.part { h2 { (sheet.t("access-roles")) }
            @if all.is_empty() { p.empty { (sheet.t("access-none")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("access-roles")) tabindex="0" {
                    table.table.stack data-grid {
                        thead { tr {
                            th scope="col" { (sheet.t("person")) } th scope="col" { (sheet.t("access-role")) } th scope="col" { (sheet.t("access-at")) }
                            th scope="col" { (sheet.t("state")) } th scope="col" { span.sr { (sheet.t("acts")) } }
                        } }
                        tbody { @for (person, grant) in &all { (row(sheet, *person, grant)) } }
                    }
                }
            }
        }
        div.split { (grant_form(sheet)) (link_form(sheet)) }
    }
}

fn row(sheet: &Sheet<'_>, person: PersonId, grant: &Grant) -> Markup {
    html! {
        tr id={ "grant-" (grant.id) } {
            th scope="row" { a href=(force::person_address(person)) { (sheet.name(person)) } }
            td data-label=(sheet.t("access-role")) { (sheet.t(role_key(grant.role))) }
            td data-label=(sheet.t("access-at")) { (sheet.unit(grant.unit)) }
            td data-label=(sheet.t("state")) { (validity(sheet, grant)) }
            td {
                details {
                    summary.act.small { (sheet.t("access-revoke")) }
                    form method="post" action={ (force::person_address(person)) "/grants/" (grant.id) "/revoke" } {
                        input type="hidden" name="command_id";
                        input type="hidden" name="back" value="/access";
                        button.act.small.grave { (sheet.t("access-revoke-sure")) }
                    }
                }
            }
        }
    }
}

fn grant_form(sheet: &Sheet<'_>) -> Markup {
    html! {
        section.part { h2 { (sheet.t("access-grant")) }
            p { (sheet.t("access-grant-how")) }
            form.form method="post" action="/access/grants" data-live {
                input type="hidden" name="command_id";
                input type="hidden" name="back" value="/access";
                div.row { label for="grant-person" { (sheet.t("person")) } span.hint #grant-person-hint { (sheet.t("access-person-hint")) }
                    input #grant-person name="person" autocomplete="off" required aria-describedby="grant-person-hint"; }
                div.rows {
                    div.row { label for="grant-role" { (sheet.t("access-role")) }
                        select #grant-role name="role" { @for role in Role::ALL { @if role != Role::Officer { option value=(word(role)) { (sheet.t(role_key(role))) } } } } }
                    div.row { label for="grant-unit" { (sheet.t("access-at")) }
                        select #grant-unit name="unit" { @for unit in sheet.scope(Action::GrantRole).units(&sheet.board().force) { option value=(unit.id) { (sheet.label(&unit.name)) } } } }
                }
                div.rows {
                    div.row { label for="grant-from" { (sheet.t("access-from")) } input #grant-from type="datetime-local" name="from"; }
                    div.row { label for="grant-until" { (sheet.t("access-until")) } input #grant-until type="datetime-local" name="until"; }
                }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.t("access-grant")) } span.progress data-progress hidden {} }
            }
        }
    }
}

fn link_form(sheet: &Sheet<'_>) -> Markup {
    html! {
        section.part { h2 { (sheet.t("access-enrol")) }
            p { (sheet.t("access-enrol-how")) }
            // Not sent by the script: the answer is a page that shows the link once.
            form.form method="post" action="/access/links" {
                div.row { label for="link-person" { (sheet.t("person")) } span.hint #link-person-hint { (sheet.t("access-person-hint")) }
                    input #link-person name="person" autocomplete="off" required aria-describedby="link-person-hint"; }
                div.row { label for="link-login" { (sheet.t("access-login")) } input #link-login name="login" autocomplete="off" autocapitalize="none" spellcheck="false" required; }
                div.acts { button.act.main { (sheet.t("access-issue")) } }
            }
        }
    }
}

/// What a security administrator does when a telephone or a key is lost.
pub fn lost_form(sheet: &Sheet<'_>, person: PersonId) -> Markup {
    let address = force::person_address(person);
    html! {
        section.part { h2 { (sheet.t("access-lost")) }
            p { (sheet.t("access-lost-how")) }
            details {
                summary.act { (sheet.t("access-lost-act")) }
                form.form method="post" action={ (address) "/factors/revoke" } {
                    input type="hidden" name="back" value=(address);
                    div.acts { button.act.grave { (sheet.t("access-lost-sure")) } }
                }
            }
        }
    }
}

/// The link, shown once.
pub fn link(sheet: &Sheet<'_>, person: PersonId, address: &str) -> Markup {
    html! {
        section.part {
            p { b { (sheet.name(person)) } }
            p { code { (address) } }
            p { (sheet.t("access-link-once")) }
            div.acts { a.act href="/access" { (sheet.t("act-back")) } }
        }
    }
}

/// What was noted, the newest first.
pub fn audit(sheet: &Sheet<'_>, noted: &[Noted], older: Option<u64>) -> Markup {
    html! {
        @if noted.is_empty() { p.empty { (sheet.t("audit-none")) } }
        @else {
            div.table-wrap role="region" aria-label=(sheet.t("audit")) tabindex="0" {
                table.table.stack data-grid {
                    thead { tr {
                        th.num scope="col" { "№" } th scope="col" { (sheet.t("audit-when")) } th scope="col" { (sheet.t("audit-who")) }
                        th scope="col" { (sheet.t("audit-what")) } th scope="col" { (sheet.t("audit-by")) }
                    } }
                    tbody { @for entry in noted { @for event in &entry.events {
                        @let (who, what) = told(sheet, event);
                        tr { td.num { (entry.position) } td data-label=(sheet.t("audit-when")) { (sheet.day_time(entry.at)) }
                            td data-label=(sheet.t("audit-who")) { @match who { Some(person) => { (sheet.name(person)) } None => { span.none { (sheet.t("audit-unknown")) } } } }
                            td data-label=(sheet.t("audit-what")) { (what) }
                            td data-label=(sheet.t("audit-by")) { @if let Actor::Person(by) = entry.by { (sheet.name(by)) } } }
                    } } }
                }
            }
        }
        @if let Some(before) = older { nav.pages aria-label=(sheet.t("audit-older")) { a href={ "/audit?before=" (before) } { (sheet.t("audit-older")) } } }
    }
}

/// Whom an event of access is about, and what it says.
fn told(sheet: &Sheet<'_>, event: &Change) -> (Option<PersonId>, String) {
    let count = |count: u32| ("count", Value::from(count));
    match event {
        Change::Granted { person, grant } => {
            let role = sheet.t(role_key(grant.role));
            let values =
                [("role", role.into()), ("unit", sheet.unit(grant.unit).into()), ("name", sheet.name(*person).into())];
            (Some(*person), sheet.say("audit-granted", &values))
        }
        Change::Revoked { person, .. } => {
            (Some(*person), sheet.say("audit-revoked", &[("name", sheet.name(*person).into())]))
        }
        Change::Noted { note, .. } => match note {
            Audit::SignedIn { person } => (Some(*person), sheet.t("audit-signed-in").into_owned()),
            Audit::SignedOut { person } => (Some(*person), sheet.t("audit-signed-out").into_owned()),
            Audit::SignInsRefused { person, count: refused } => {
                (*person, sheet.say("audit-sign-ins-refused", &[count(*refused)]))
            }
            Audit::Denied { person, action, unit, count: denied } => {
                let mut action = sheet.t(&action_key(*action)).into_owned();
                if let Some(unit) = unit {
                    action = format!("{action} · {}", sheet.unit(*unit));
                }
                (Some(*person), sheet.say("audit-denied", &[count(*denied), ("action", action.into())]))
            }
            Audit::Enrolled { person } => (Some(*person), sheet.t("audit-enrolled").into_owned()),
            Audit::LinkIssued { person, by } => {
                (Some(*by), sheet.say("audit-link-issued", &[("name", sheet.name(*person).into())]))
            }
            Audit::FactorsRevoked { person, by } => {
                (Some(*by), sheet.say("audit-factors-revoked", &[("name", sheet.name(*person).into())]))
            }
            Audit::PasskeyAdded { person } => (Some(*person), sheet.t("audit-passkey-added").into_owned()),
            Audit::PasskeyRemoved { person } => (Some(*person), sheet.t("audit-passkey-removed").into_owned()),
            Audit::Exported { person, what, .. } => {
                (Some(*person), sheet.say("audit-exported", &[("what", (&**what).into())]))
            }
        },
    }
}

fn action_key(action: Action) -> String {
    let word = serde_json::to_value(action).ok().and_then(|word| word.as_str().map(|word| word.replace('_', "-")));
    format!("action-{}", word.unwrap_or_default())
}

/// One entry of the audit as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct NotedModel {
    pub position: u64,
    pub at: At,
    pub by: Actor,
    pub person: Option<PersonId>,
    /// In the reader's language.
    pub words: String,
}

pub fn noted_models(sheet: &Sheet<'_>, noted: &[Noted]) -> Vec<NotedModel> {
    let of = |entry: &Noted| {
        let events = entry.events.iter().map(|event| told(sheet, event));
        events
            .map(|(person, words)| NotedModel { position: entry.position, at: entry.at, by: entry.by, person, words })
            .collect::<Vec<_>>()
    };
    noted.iter().flat_map(of).collect()
}

//! One person: who they are, what they stand, what roles they hold.

use board::access::{Action, Grant, Place, Role};
use board::force::Person;
use board::{At, GrantId, Minutes, OperationId, PersonId, PostId, Span, Subject, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::{MemberModel, Sheet, grade_key, member_model, person_address, qualifications, telephone, unit_address};
use crate::views::access::{lost_form, role_key, validity};
use crate::views::{post, record, state};

/// Duties of a page: yesterday's, and those of the coming week.
const BEHIND: Minutes = Minutes(24 * 60);
const AHEAD: Minutes = Minutes(7 * 24 * 60);

/// The page of one person, of whom the viewer may know.
pub fn one(sheet: &Sheet<'_>, id: PersonId, person: &Person) -> Markup {
    let is_own = sheet.actor.person() == Some(id);
    let may_keep = sheet.may(Action::KeepForce, Place::Person(id));
    html! {
        section.part {
            dl.about {
                dt { (sheet.t("unit")) } dd { a href=(unit_address(person.unit)) { (sheet.unit(person.unit)) } }
                dt { (sheet.t("force-number")) } dd { (sheet.register.text(person.number).unwrap_or_default()) }
                dt { (sheet.t("force-grade")) } dd { (sheet.t(grade_key(person.grade))) }
                dt { (sheet.t("force-qualifications")) } dd { @if person.qualifications.is_empty() { span.none { (sheet.t("force-no-qualification")) } } @else { (qualifications(sheet, person)) } }
                dt { (sheet.t("raise")) } dd { (sheet.raise(&person.callsign, "", telephone(sheet, id, person).unwrap_or_default())) }
                dt { (sheet.t("records")) } dd { a href=(record::address(Subject::Person(id))) { (sheet.t("record-open")) } }
                @if let Some(left) = person.left { dt { (sheet.t("state")) } dd { (state("info", &sheet.say("force-left", &[("time", sheet.day_time(left).into())]))) } }
            }
        }
        @if sheet.may(Action::ViewRoster, Place::Person(id)) { (duties(sheet, id)) }
        @if is_own || sheet.may(Action::GrantRole, Place::Force) { (roles(sheet, id, is_own)) }
        @if sheet.may(Action::KeepAccounts, Place::Person(id)) { (lost_form(sheet, id)) }
        @if may_keep && person.left.is_some() && person.erased.is_none() {
            details {
                summary.act { (sheet.t("force-erase")) }
                form.form method="post" action={ (person_address(id)) "/erase" } data-live {
                    input type="hidden" name="command_id";
                    p { (sheet.t("force-erase-sure")) }
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act.grave { (sheet.t("force-erase")) } }
                }
            }
        }
        @if may_keep && person.left.is_none() {
            section.part {
                div.acts { a.act href={ (person_address(id)) "/edit" } { (sheet.t("force-edit-person")) } }
                details {
                    summary.act { (sheet.t("force-leaves")) }
                    form.form method="post" action={ (person_address(id)) "/leave" } data-live {
                        input type="hidden" name="command_id";
                        input type="hidden" name="back" value=(unit_address(person.unit));
                        p { (sheet.t("force-leaves-sure")) }
                        p.fault data-fault role="alert" hidden {}
                        div.acts { button.act.grave { (sheet.t("force-leaves")) } }
                    }
                }
            }
        }
    }
}

fn duties_of(sheet: &Sheet<'_>, id: PersonId) -> Vec<DutyModel> {
    let span = Span::new(sheet.now.minus(BEHIND), sheet.now.plus(AHEAD));
    let mut duties: Vec<DutyModel> = sheet
        .board()
        .operations()
        .flat_map(|(operation, found)| {
            found.roster.duties_of(id, span).map(move |(_, _, shift)| DutyModel {
                operation,
                post: shift.post,
                from: shift.span.from,
                to: shift.span.to,
            })
        })
        .collect();
    duties.sort_by_key(|duty| duty.from);
    duties
}

fn duties(sheet: &Sheet<'_>, id: PersonId) -> Markup {
    let duties = duties_of(sheet, id);
    html! {
        section.part {
            h2 { (sheet.t("force-duties")) }
            @if duties.is_empty() { p.empty { (sheet.t("force-no-duties")) } }
            ul.list { @for duty in &duties {
                @if let Some(at) = sheet.board().operation(duty.operation).and_then(|found| found.posts.get(duty.post)) {
                    li {
                        span { (post::span_words(sheet, Span::new(duty.from, duty.to))) }
                        a href=(post::address(duty.operation, duty.post)) { (at.number) " " (sheet.label(&at.name)) }
                    }
                }
            } }
        }
    }
}

fn roles(sheet: &Sheet<'_>, id: PersonId, is_own: bool) -> Markup {
    let grants = sheet.board().access.grants_of(id);
    html! {
        section.part {
            h2 { (sheet.t("access-roles")) }
            @if grants.is_empty() { p.empty { (sheet.t("access-none")) } }
            ul.list { @for grant in grants {
                li id={ "grant-" (grant.id) } {
                    b { (sheet.t(role_key(grant.role))) } " " (sheet.unit(grant.unit)) " " (validity(sheet, grant))
                    @if is_own && grant.delegated_from.is_none() && grant.in_force(sheet.now) { (lend(sheet, grant)) }
                    @for (holder, lent) in lent_from(sheet, id, grant) {
                        p { (sheet.say("access-lent-to", &[("name", sheet.name(holder).into())])) " " (validity(sheet, lent)) }
                        @if is_own { (take_back(sheet, holder, lent)) }
                    }
                }
            } }
        }
    }
}

fn lent_from<'a>(sheet: &'a Sheet<'_>, owner: PersonId, grant: &Grant) -> Vec<(PersonId, &'a Grant)> {
    let from = Some((owner, grant.id));
    sheet.board().access.holders().filter(|(_, held)| held.delegated_from == from).collect()
}

fn lend(sheet: &Sheet<'_>, grant: &Grant) -> Markup {
    html! {
        details {
            summary.act.small { (sheet.t("access-lend")) }
            form.form method="post" action="/access/delegations" data-live {
                input type="hidden" name="command_id";
                input type="hidden" name="grant" value=(grant.id);
                p { (sheet.t("access-lend-how")) }
                div.row { label for={ "lend-to-" (grant.id) } { (sheet.t("access-lend-to")) } span.hint { (sheet.t("access-person-hint")) }
                    input id={ "lend-to-" (grant.id) } name="to" required autocomplete="off"; }
                div.rows {
                    div.row { label for={ "lend-from-" (grant.id) } { (sheet.t("access-from")) } input id={ "lend-from-" (grant.id) } type="datetime-local" name="from"; }
                    div.row { label for={ "lend-until-" (grant.id) } { (sheet.t("access-until")) } input id={ "lend-until-" (grant.id) } type="datetime-local" name="until" required; }
                }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.t("access-lend")) } }
            }
        }
    }
}

fn take_back(sheet: &Sheet<'_>, holder: PersonId, lent: &Grant) -> Markup {
    html! {
        form.acts method="post" action={ (person_address(holder)) "/grants/" (lent.id) "/revoke" } data-live {
            input type="hidden" name="command_id";
            button.act.small { (sheet.t("access-take-back")) }
            p.fault data-fault role="alert" hidden {}
        }
    }
}

/// One person as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Standing {
    pub member: MemberModel,
    /// `null` where the roster is not open to the reader.
    pub duties: Option<Vec<DutyModel>>,
    /// `null` where the roles are not open to the reader.
    pub roles: Option<Vec<GrantModel>>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct DutyModel {
    pub operation: OperationId,
    pub post: PostId,
    pub from: At,
    pub to: At,
}

#[derive(Debug, Serialize, JsonSchema)]
pub struct GrantModel {
    pub id: GrantId,
    pub person: PersonId,
    pub role: Role,
    pub unit: UnitId,
    pub from: At,
    pub until: Option<At>,
    pub lent_by: Option<PersonId>,
}

impl GrantModel {
    pub fn of(person: PersonId, grant: &Grant) -> Self {
        Self {
            id: grant.id,
            person,
            role: grant.role,
            unit: grant.unit,
            from: grant.from,
            until: grant.until,
            lent_by: grant.delegated_from.map(|(owner, _)| owner),
        }
    }
}

pub fn standing_model(sheet: &Sheet<'_>, id: PersonId, person: &Person) -> Standing {
    let sees_roles = sheet.actor.person() == Some(id) || sheet.may(Action::GrantRole, Place::Force);
    let grants = sheet.board().access.grants_of(id);
    Standing {
        member: member_model(sheet, id, person),
        duties: sheet.may(Action::ViewRoster, Place::Person(id)).then(|| duties_of(sheet, id)),
        roles: sees_roles.then(|| grants.iter().map(|grant| GrantModel::of(id, grant)).collect()),
    }
}

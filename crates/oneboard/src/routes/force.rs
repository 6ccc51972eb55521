//! The force: the tree, a unit, a person; adding and changing them; who leaves.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use board::access::{Action, Place};
use board::force::{Changes, Command as Keep, Grade, PersonRow, Qualification, UnitRow};
use board::{Command, Label, PersonId, TextId, UnitId};
use maud::html;
use schemars::JsonSchema;
use serde::Deserialize;

use super::act::{Act, Count, Desk, Tick};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::submit::TextKind;
use crate::views::force as view;

const NOUN: &str = "force";
/// Names of people and units, in characters.
const LONGEST_NAME: usize = 80;
/// Numbers, callsigns, channels, telephones.
const LONGEST_WORD: usize = 40;

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewPeople);
    let keep = Gate::Needs(Action::KeepForce);
    let page = |path, summary, gate, answer, serve| Route::page(NOUN, path, summary, gate, answer, serve);
    vec![
        page(
            "/force",
            "The tree of units with their people counted, or a search",
            Gate::SignedIn,
            Some(shape::<view::ForceModel>),
            || get(tree),
        ),
        page("/units/{unit}", "One unit and its people", see, Some(shape::<view::ForceModel>), || get(unit)),
        page("/units/{unit}/edit", "The form that changes a unit", keep, None, || get(edit_unit)),
        page("/units/{unit}/units/new", "The form that adds a unit", keep, None, || get(new_unit)),
        page("/units/{unit}/people/new", "The form that adds a person", keep, None, || get(new_person)),
        page("/people/{person}", "One person: duties and roles", see, Some(shape::<view::Standing>), || get(person)),
        page("/people/{person}/edit", "The form that changes a person", keep, None, || get(edit_person)),
        Route::act::<KeepUnit>(NOUN, "/units/{unit}", "Change a unit", Action::KeepForce),
        Route::act::<AddUnit>(NOUN, "/units/{unit}/units", "Add a unit below another", Action::KeepForce),
        Route::act::<AddPerson>(NOUN, "/units/{unit}/people", "Add a person to a unit", Action::KeepForce),
        Route::act::<KeepPerson>(
            NOUN,
            "/people/{person}",
            "Change a person, or move them to another unit",
            Action::KeepForce,
        ),
        Route::act::<Leave>(
            NOUN,
            "/people/{person}/leave",
            "Record that a person has left the force",
            Action::KeepForce,
        ),
        Route::act::<Erase>(
            NOUN,
            "/people/{person}/erase",
            "Erase the name, staff number and telephone of somebody who has left",
            Action::KeepForce,
        )
        .fresh(),
    ]
}

#[derive(Debug, Deserialize)]
struct Search {
    q: Option<String>,
}

async fn tree(State(app): State<App>, viewer: Viewer, Query(Search { q }): Query<Search>) -> Response {
    let asked = q.filter(|asked| !asked.trim().is_empty());
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| match &asked {
            Some(asked) => view::ForceModel {
                units: Vec::new(),
                people: view::search(sheet, asked)
                    .into_iter()
                    .map(|(id, person)| view::member_model(sheet, id, person))
                    .collect(),
            },
            None => view::ForceModel {
                units: view::counted(sheet).iter().map(view::unit_model).collect(),
                people: Vec::new(),
            },
        });
        return axum::Json(model).into_response();
    }
    let title = viewer.locale.t("force");
    app.page(&viewer, None, "force", &title, |sheet| {
        html! {
            div.head { h1 { (title) } }
            form.find role="search" { input type="search" name="q" value=[asked.as_deref()] aria-label=(sheet.t("force-find")) placeholder=(sheet.t("force-find-hint")); button.act { (sheet.t("force-find")) } }
            @match &asked {
                Some(asked) => { (view::table(sheet, &view::search(sheet, asked), true)) p { a href="/force" { (sheet.t("force-whole")) } } }
                None => { (view::tree(sheet)) }
            }
        }
    })
}

/// The unit is on the board and the viewer may do `action` there.
fn known(app: &App, viewer: &Viewer, unit: UnitId, action: Action) -> Result<(), Problem> {
    app.require(viewer, action, Place::Unit(unit))
}

async fn unit(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::ViewPeople)?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| {
            let members = sheet.board().force.members(unit);
            view::ForceModel {
                units: view::counted(sheet)
                    .iter()
                    .filter(|(found, _, _)| found.id == unit)
                    .map(view::unit_model)
                    .collect(),
                people: members.map(|(id, person)| view::member_model(sheet, id, person)).collect(),
            }
        });
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("unit");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! {
            div.head { h1 { (sheet.unit(unit)) } p.acts { a.act href="/force" { (sheet.t("force-whole")) } } }
            (app.fragment(sheet, Fragment::Unit(unit)))
        }
    }))
}

async fn edit_unit(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::KeepForce)?;
    let title = viewer.locale.t("force-edit-unit");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! { div.head { h1 { (title) } } (view::unit_form(sheet, unit, sheet.board().force.unit(unit))) }
    }))
}

async fn new_unit(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::KeepForce)?;
    let title = viewer.locale.t("force-add-unit");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } } (view::unit_form(sheet, unit, None)) }
    }))
}

async fn new_person(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    known(&app, &viewer, unit, Action::KeepForce)?;
    let title = viewer.locale.t("force-add-person");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! { div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) } } (view::person_form(sheet, unit, None)) }
    }))
}

async fn person(State(app): State<App>, viewer: Viewer, Path(person): Path<PersonId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewPeople, Place::Person(person))?;
    let published = app.submit.published();
    let missing = || app.refused(&viewer, &board::force::Refusal::NoSuchPerson { person }.into());
    let found = published.board.force.person(person).ok_or_else(missing)?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| view::standing_model(sheet, person, found));
        return Ok(axum::Json(model).into_response());
    }
    let title = viewer.locale.t("person");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! { div.head { h1 { (sheet.name(person)) } p.head-note { (sheet.unit(found.unit)) } } (view::person(sheet, person, found)) }
    }))
}

async fn edit_person(
    State(app): State<App>,
    viewer: Viewer,
    Path(person): Path<PersonId>,
) -> Result<Response, Problem> {
    app.require(&viewer, Action::KeepForce, Place::Person(person))?;
    let title = viewer.locale.t("force-edit-person");
    Ok(app.page(&viewer, None, "force", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.name(person)) } }
            @if let Some(found) = sheet.board().force.person(person) { (view::person_form(sheet, found.unit, Some((person, found)))) }
        }
    }))
}

/// What the form of a unit sends.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct UnitSent {
    name_en: Option<String>,
    name_zh: Option<String>,
    callsign: Option<String>,
    channel: Option<String>,
    telephone: Option<String>,
    /// Its place among its siblings.
    order: Option<Count>,
}

impl UnitSent {
    fn row(self, desk: &Desk, id: UnitId, parent: Option<UnitId>) -> Result<UnitRow, Problem> {
        let text = |field, text: &Option<String>, longest| desk.label(field, text.as_deref().unwrap_or(""), longest);
        Ok(UnitRow {
            id,
            parent,
            name: Label::new(
                &text("name_en", &self.name_en, LONGEST_NAME)?,
                &text("name_zh", &self.name_zh, LONGEST_NAME)?,
            ),
            callsign: text("callsign", &self.callsign, LONGEST_WORD)?.as_str().into(),
            channel: text("channel", &self.channel, LONGEST_WORD)?.as_str().into(),
            telephone: text("telephone", &self.telephone, LONGEST_WORD)?.as_str().into(),
            order: self.order.map_or(0, |Count(order)| order),
        })
    }
}

fn keep_unit(row: UnitRow) -> Command {
    Command::Force(Keep::Keep(Changes { units: vec![row], ..Changes::default() }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct KeepUnit {
    unit: UnitId,
    #[serde(flatten)]
    sent: UnitSent,
}

impl Act for KeepUnit {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let published = desk.app.submit.published();
        let found = published.board.force.known_unit(self.unit);
        let parent = found.map_err(|refusal| desk.app.refused(&desk.viewer, &refusal.into()))?.parent;
        Ok(keep_unit(self.sent.row(desk, self.unit, parent)?))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AddUnit {
    /// The unit above.
    unit: UnitId,
    #[serde(flatten)]
    sent: UnitSent,
}

impl Act for AddUnit {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id = desk.mint();
        Ok(keep_unit(self.sent.row(desk, id, Some(self.unit))?))
    }
}

/// What the form of a person sends.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PersonSent {
    name: Option<String>,
    number: Option<String>,
    grade: Grade,
    callsign: Option<String>,
    telephone: Option<String>,
    #[serde(default)]
    driver: Tick,
    #[serde(default)]
    firearms: Tick,
    #[serde(default)]
    first_aid: Tick,
    #[serde(default)]
    language: Tick,
    #[serde(default)]
    traffic: Tick,
}

impl PersonSent {
    /// The row; words that are as they were keep their place in the register.
    fn row(self, desk: &mut Desk, id: PersonId, unit: UnitId) -> Result<PersonRow, Problem> {
        let published = desk.app.submit.published();
        let present = published.board.force.person(id);
        let number = self.number.as_deref().unwrap_or("").trim();
        if let Some(other) = whose_number(desk, number).filter(|other| *other != id) {
            // The number is known to be taken; whose it is, only to whoever may see them.
            let seen = board::access::permits(
                &published.board,
                desk.viewer.actor(),
                Action::ViewPeople,
                Place::Person(other),
                desk.app.now(),
            );
            let locale = desk.viewer.locale;
            let name = desk.app.look(desk.viewer.actor(), locale, |sheet| sheet.name(other));
            let detail = if seen.is_permitted() {
                locale.tx("force-number-of", &[("name", (&name).into())])
            } else {
                locale.t("force-number-taken")
            };
            return Err(Problem::new(Wrong::BadRequest).field("number", detail));
        }
        let ticks = [
            (self.driver, Qualification::Driver),
            (self.firearms, Qualification::Firearms),
            (self.first_aid, Qualification::FirstAid),
            (self.language, Qualification::Language),
            (self.traffic, Qualification::Traffic),
        ];
        let telephone = self.telephone.as_deref().filter(|text| !text.trim().is_empty());
        Ok(PersonRow {
            id,
            unit,
            grade: self.grade,
            qualifications: ticks.into_iter().filter(|(Tick(set), _)| *set).map(|(_, found)| found).collect(),
            callsign: desk.label("callsign", self.callsign.as_deref().unwrap_or(""), LONGEST_WORD)?.as_str().into(),
            number: kept(desk, "number", TextKind::StaffNumber, number, present.map(|person| person.number))?,
            name: kept(
                desk,
                "name",
                TextKind::Name,
                self.name.as_deref().unwrap_or(""),
                present.map(|person| person.name),
            )?,
            telephone: telephone
                .map(|text| {
                    kept(desk, "telephone", TextKind::Telephone, text, present.and_then(|person| person.telephone))
                })
                .transpose()?,
        })
    }
}

/// Who in the whole force has this staff number.
fn whose_number(desk: &Desk, number: &str) -> Option<PersonId> {
    let published = desk.app.submit.published();
    desk.app.look(desk.viewer.actor(), desk.viewer.locale, |sheet| {
        let mut people = published.board.force.people();
        people.find(|(_, person)| sheet.register.text(person.number) == Some(number)).map(|(id, _)| id)
    })
}

fn kept(
    desk: &mut Desk,
    field: &'static str,
    kind: TextKind,
    body: &str,
    present: Option<TextId>,
) -> Result<TextId, Problem> {
    let longest = if kind == TextKind::Name { LONGEST_NAME } else { LONGEST_WORD };
    let same = desk.app.look(desk.viewer.actor(), desk.viewer.locale, |sheet| {
        present.filter(|id| sheet.register.text(*id) == Some(body.trim()))
    });
    same.map_or_else(|| desk.text(field, kind, body, longest), Ok)
}

fn keep_person(row: PersonRow) -> Command {
    Command::Force(Keep::Keep(Changes { people: vec![row], ..Changes::default() }))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct AddPerson {
    unit: UnitId,
    #[serde(flatten)]
    sent: PersonSent,
}

impl Act for AddPerson {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        // Asked before anything is looked up: whose a staff number is must not be found out by trying.
        desk.app.require(&desk.viewer, Action::KeepForce, Place::Unit(self.unit))?;
        let id = desk.mint();
        Ok(keep_person(self.sent.row(desk, id, self.unit)?))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct KeepPerson {
    person: PersonId,
    /// Where they serve from now on.
    unit: UnitId,
    #[serde(flatten)]
    sent: PersonSent,
}

impl Act for KeepPerson {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        desk.app.require(&desk.viewer, Action::KeepForce, Place::Person(self.person))?;
        Ok(keep_person(self.sent.row(desk, self.person, self.unit)?))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Leave {
    person: PersonId,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Erase {
    person: PersonId,
}

impl Act for Erase {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Force(Keep::Erase { person: self.person }))
    }
}

impl Act for Leave {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Force(Keep::Keep(Changes { leaving: vec![self.person], ..Changes::default() })))
    }
}

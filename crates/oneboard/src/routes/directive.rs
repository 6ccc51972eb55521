//! Directives: the list, writing and issuing one, passing it on, its receipts, its difficulties, and its trace.

mod files;

use std::collections::{BTreeMap, HashMap};

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use board::access::{Action, Place, scope};
use board::checkin::How;
use board::directive::{
    self, Audience, Command as Directive, Draft, Kind as DirectiveKind, Origin, People, QuietHours, Receiver, Ruling,
    Step, Urgency,
};
use board::{At, AttachmentId, Command, DirectiveId, Label, OperationId, PersonId, Subject, UnitId, Wording};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::act::{Act, Count, Desk, Tick};
use super::{Gate, Route, shape};
use crate::app::{App, Viewer};
use crate::fragment::Fragment;
use crate::http::problem::{Kind as Wrong, Problem};
use crate::views::directive as view;

const NOUN: &str = "directive";
/// A name of an authority or the number of a paper, in characters.
const LONGEST_LINE: usize = 200;
/// Nobody who is off duty is woken between ten and six, by the operation's clock.
const QUIET: (u16, u16) = (22 * 60, 6 * 60);

pub fn routes() -> Vec<Route> {
    let see = Gate::Needs(Action::ViewDirective);
    let page = |path, summary, gate, answer, serve| Route::page(NOUN, path, summary, gate, answer, serve);
    let issue = Action::IssueDirective;
    vec![
        page("/directives", "The directives of the widest unit in view", Gate::SignedIn, None, || get(own)),
        page(
            "/units/{unit}/directives",
            "The directives that a unit or those below it issued or received",
            see,
            Some(shape::<Vec<view::DirectiveModel>>),
            || get(list),
        ),
        page("/directives/new", "The form that writes a directive", Gate::Needs(issue), None, || get(new)),
        act::<Write>("/directives", "Write a directive", issue),
        page("/directives/{directive}", "One directive", see, Some(shape::<view::DirectiveModel>), || get(one)),
        page("/directives/{directive}/edit", "The form that changes a draft", Gate::Needs(issue), None, || get(edit)),
        act::<Rewrite>("/directives/{directive}/text", "Change a draft", issue),
        act::<files::Enclose>("/directives/{directive}/files", "Attach a file to a draft; it goes out with it", issue),
        act::<files::Remove>("/directives/{directive}/files/remove", "Leave a file out of a draft again", issue),
        act::<Discard>("/directives/{directive}/discard", "Discard a draft", issue),
        act::<Issue>(
            "/directives/{directive}/issue",
            "Issue a draft, or propose a mass directive to a second person",
            issue,
        ),
        // Whoever signs answers for what a mass is told: they prove who they are. To issue asks for no proof, because one
        // person alone reaches no mass, and because broken glass must not wait (decision 0018).
        act::<Sign>("/directives/{directive}/sign", "Answer for a directive with one's name", Action::ApproveDirective)
            .fresh(),
        act::<SendBack>(
            "/directives/{directive}/send-back",
            "Send a proposed directive back",
            Action::ApproveDirective,
        ),
        page(
            "/directives/{directive}/relay",
            "The form that passes a directive on",
            Gate::Needs(Action::RelayDirective),
            None,
            || get(relay),
        ),
        act::<Relay>("/directives/{directive}/relay", "Pass a directive on to those below", Action::RelayDirective),
        page("/directives/{directive}/receipts", "Receipts: units and states", see, None, || get(receipts)),
        act::<Receive>(
            "/directives/{directive}/receipts",
            "Say for a receiver that it was read, will be done, is done, with words, a file, or both",
            Action::ReceiveDirective,
        ),
        page("/directives/{directive}/receipts/{unit}", "The receipts of one unit and its people", see, None, || {
            get(receipts_of)
        }),
        act::<ReportDifficulty>(
            "/directives/{directive}/difficulties",
            "Report what stands in the way",
            Action::ReceiveDirective,
        ),
        act::<Rule>("/directives/{directive}/rulings", "Rule on a difficulty", Action::RuleOnDifficulty),
        page("/directives/{directive}/amend", "The form that amends a directive", Gate::Needs(issue), None, || {
            get(amend)
        }),
        act::<Amend>("/directives/{directive}/amend", "Change, strike or add a clause; the earlier text stays", issue),
        act::<Withdraw>("/directives/{directive}/withdraw", "Withdraw a directive and its tasks", issue),
        act::<Close>("/directives/{directive}/close", "Close a directive", issue),
        page("/directives/{directive}/trace", "Every sentence and every duty derived from it", see, None, || {
            get(trace)
        }),
    ]
}

fn act<A: Act>(path: &'static str, summary: &'static str, action: Action) -> Route {
    Route::act::<A>(NOUN, path, summary, action)
}

async fn own(State(app): State<App>, viewer: Viewer) -> Response {
    let published = app.submit.published();
    let widest =
        scope(&published.board, viewer.actor(), Action::ViewDirective, app.now()).widest(&published.board.force);
    Redirect::to(&widest.map_or_else(|| "/mine".to_owned(), |unit| format!("/units/{unit}/directives"))).into_response()
}

async fn list(State(app): State<App>, viewer: Viewer, Path(unit): Path<UnitId>) -> Result<Response, Problem> {
    app.require(&viewer, Action::ViewDirective, Place::Unit(unit))?;
    if viewer.wants_json {
        let models = app.look(viewer.actor(), viewer.locale, |sheet| {
            view::in_view(sheet, unit).into_iter().map(|(id, found)| view::model(sheet, id, found)).collect::<Vec<_>>()
        });
        return Ok(axum::Json(models).into_response());
    }
    let title = viewer.locale.t("directives");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! {
            div.head { h1 { (title) } p.head-note { (sheet.unit(unit)) }
                div.acts {
                    @if !sheet.scope(Action::IssueDirective).is_empty() { a.act href="/directives/new" { (sheet.t("directive-new")) } }
                    a.act href={ "/units/" (unit) "/tasks" } { (sheet.t("tasks")) }
                    a.act href={ "/units/" (unit) "/call-outs" } { (sheet.t("call-outs")) }
                } }
            (app.fragment(sheet, Fragment::Directives(unit)))
        }
    }))
}

/// The directive, if it is on the board and open to the viewer.
fn known(app: &App, viewer: &Viewer, id: DirectiveId) -> Result<UnitId, Problem> {
    let published = app.submit.published();
    let found = published.board.directives.known(id).map_err(|refusal| app.refused(viewer, &refusal.into()))?;
    let place = directive::viewed_at(&published.board, viewer.actor(), found, app.now());
    app.require(viewer, Action::ViewDirective, place)?;
    Ok(found.unit)
}

async fn new(State(app): State<App>, viewer: Viewer) -> Result<Response, Problem> {
    let published = app.submit.published();
    let widest =
        scope(&published.board, viewer.actor(), Action::IssueDirective, app.now()).widest(&published.board.force);
    // Whoever may write nowhere is told what role it would need at the top.
    app.require(&viewer, Action::IssueDirective, widest.map_or(Place::Force, Place::Unit))?;
    let unit = widest.or(published.board.force.root()).ok_or_else(|| Problem::new(Wrong::NotFound))?;
    let title = viewer.locale.t("directive-new");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        html! { div.head { h1 { (title) } } (view::form(sheet, unit, None)) }
    }))
}

async fn edit(State(app): State<App>, viewer: Viewer, Path(id): Path<DirectiveId>) -> Result<Response, Problem> {
    let unit = known(&app, &viewer, id)?;
    app.require(&viewer, Action::IssueDirective, Place::Unit(unit))?;
    let title = viewer.locale.t("directive-edit");
    Ok(app.page(&viewer, None, "directives", &title, |sheet| {
        let found = sheet.board().directives.get(id).map(|found| (id, found));
        html! { div.head { h1 { (title) } } (view::form(sheet, unit, found)) }
    }))
}

/// One part of a directive under its title.
fn part(
    app: &App,
    viewer: &Viewer,
    id: DirectiveId,
    what: &'static str,
    markup: impl FnOnce(&crate::views::Sheet<'_>) -> Markup,
) -> Response {
    let title = viewer.locale.t(what);
    app.page(viewer, None, "directives", &title, |sheet| {
        let name = sheet.board().directives.get(id).map(|found| sheet.wording(&found.title)).unwrap_or_default();
        html! {
            div.head { h1 { a href=(view::address(id)) { (name) } } p.head-note { (title) } }
            (markup(sheet))
        }
    })
}

async fn one(State(app): State<App>, viewer: Viewer, Path(id): Path<DirectiveId>) -> Result<Response, Problem> {
    known(&app, &viewer, id)?;
    if viewer.wants_json {
        let model = app.look(viewer.actor(), viewer.locale, |sheet| {
            sheet.board().directives.get(id).map(|found| view::model(sheet, id, found))
        });
        return Ok(axum::Json(model).into_response());
    }
    Ok(part(&app, &viewer, id, "directive", |sheet| app.fragment(sheet, Fragment::Directive(id))))
}

async fn receipts(State(app): State<App>, viewer: Viewer, Path(id): Path<DirectiveId>) -> Result<Response, Problem> {
    known(&app, &viewer, id)?;
    Ok(part(&app, &viewer, id, "directive-receipts", |sheet| app.fragment(sheet, Fragment::Receipts(id))))
}

async fn receipts_of(
    State(app): State<App>,
    viewer: Viewer,
    Path((id, unit)): Path<(DirectiveId, UnitId)>,
) -> Result<Response, Problem> {
    known(&app, &viewer, id)?;
    app.require(&viewer, Action::ViewDirective, Place::Unit(unit))?;
    Ok(part(&app, &viewer, id, "directive-receipts", |sheet| {
        html! { h2 { (sheet.unit(unit)) } (app.fragment(sheet, Fragment::ReceiptsOf { directive: id, unit })) }
    }))
}

async fn trace(State(app): State<App>, viewer: Viewer, Path(id): Path<DirectiveId>) -> Result<Response, Problem> {
    known(&app, &viewer, id)?;
    Ok(part(&app, &viewer, id, "directive-trace", |sheet| app.fragment(sheet, Fragment::Trace(id))))
}

#[derive(Debug, Deserialize)]
struct Of {
    unit: Option<UnitId>,
}

async fn relay(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<DirectiveId>,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    let unit = of.unit.map_or_else(|| known(&app, &viewer, id), Ok)?;
    app.require(&viewer, Action::RelayDirective, Place::Unit(unit))?;
    known(&app, &viewer, id)?;
    Ok(part(&app, &viewer, id, "directive-relay", |sheet| view::relay_form(sheet, id, unit)))
}

async fn amend(State(app): State<App>, viewer: Viewer, Path(id): Path<DirectiveId>) -> Result<Response, Problem> {
    let unit = known(&app, &viewer, id)?;
    app.require(&viewer, Action::IssueDirective, Place::Unit(unit))?;
    Ok(part(&app, &viewer, id, "directive-amend", |sheet| view::amend(sheet, id)))
}

/// A sentence in one language or both.
fn wording(desk: &mut Desk, field: &'static str, one: &str, other: Option<&str>) -> Result<Wording, Problem> {
    let en = desk.words(field, one)?;
    Ok(match desk.words_if_any(field, other)? {
        Some(zh) => Wording::Written { en, zh },
        None => Wording::one(en),
    })
}

/// One clause a line; the second language line by line, or left out.
fn clauses(desk: &mut Desk, text: &str, other: Option<&str>) -> Result<Vec<Wording>, Problem> {
    fn lines(text: &str) -> Vec<&str> {
        text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
    }
    let (one, two) = (lines(text), lines(other.unwrap_or("")));
    if !two.is_empty() && one.len() != two.len() {
        let values = [("en", one.len().into()), ("zh", two.len().into())];
        let detail = desk.viewer.locale.tx("operation-lines-differ", &values).into_owned();
        return Err(Problem::new(Wrong::BadRequest).field("clauses_zh", detail));
    }
    one.iter().enumerate().map(|(number, line)| wording(desk, "clauses", line, two.get(number).copied())).collect()
}

/// Whom a form ticks: the fields `to-ID`.
fn ticked(fields: &BTreeMap<String, Value>) -> Vec<UnitId> {
    let ticks = fields.iter().filter(|(_, value)| !matches!(value.as_str(), Some("off" | "false")));
    ticks.filter_map(|(name, _)| name.strip_prefix("to-")?.parse().ok()).collect()
}

/// Who of the people confirms in person, as a form ticks it: `grade-WORD`, `role-WORD`, and posts by their numbers.
fn people(
    desk: &Desk,
    fields: &BTreeMap<String, Value>,
    operation: Option<OperationId>,
    posts: Option<&str>,
) -> Result<People, Problem> {
    fn read<T: serde::de::DeserializeOwned>(fields: &BTreeMap<String, Value>, prefix: &str) -> Vec<T> {
        let words = fields.keys().filter_map(|name| name.strip_prefix(prefix));
        words.filter_map(|word| serde_json::from_value(Value::String(word.to_owned())).ok()).collect()
    }
    let mut wanted =
        People { grades: read(fields, "grade-").into(), posts: Vec::new(), roles: read(fields, "role-").into() };
    let published = desk.app.submit.published();
    let numbers = posts.unwrap_or("").split([',', '，', '、', ';', '；', ' ', '\n']);
    for number in numbers.map(str::trim).filter(|number| !number.is_empty()) {
        let found =
            operation.and_then(|id| published.board.operation(id)).and_then(|found| found.posts.by_number(number));
        let Some(post) = found else {
            let detail = desk.viewer.locale.tx("directive-no-post", &[("value", number.into())]).into_owned();
            return Err(Problem::new(Wrong::BadRequest).field("posts", detail));
        };
        wanted.posts.push(post.id);
    }
    Ok(wanted)
}

/// Where people confirm in person, that is the sender's own people too; straight through, their unit would be everybody
/// below it, ticked or not. A condition on people means that people are asked.
fn audience(mut units: Vec<UnitId>, sender: UnitId, below: bool, everybody: bool, wanted: People) -> Audience {
    let asks = everybody || wanted != People::default();
    units.extend((asks && !below).then_some(sender));
    Audience { units, below, people: asks.then_some(wanted) }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sent {
    unit: UnitId,
    operation: Option<OperationId>,
    kind: DirectiveKind,
    urgency: Urgency,
    title: String,
    title_zh: Option<String>,
    /// The authority above the force that ordered it; the unit's own where it is left out.
    above: Option<String>,
    /// The number of the paper.
    number: Option<String>,
    /// The leader's instruction that it conveys, word for word.
    instruction: Option<String>,
    /// One clause a line.
    clauses: String,
    clauses_zh: Option<String>,
    /// Local day and time: `2026-02-01T08:00`.
    deadline: String,
    /// Straight through: every unit below those that are ticked too.
    #[serde(default)]
    below: Tick,
    /// Everybody in those units confirms in person.
    #[serde(default)]
    everybody: Tick,
    /// Only whoever stands one of these posts, by number.
    posts: Option<String>,
    /// Keep the quiet hours of the night; an emergency knows none.
    #[serde(default)]
    quiet: Tick,
    /// `to-ID`: the units that receive it; `grade-WORD`, `role-WORD`: only such people.
    #[serde(flatten)]
    to: BTreeMap<String, Value>,
}

impl Sent {
    fn draft(self, desk: &mut Desk, id: DirectiveId) -> Result<Draft, Problem> {
        let above = desk.label("above", self.above.as_deref().unwrap_or(""), LONGEST_LINE)?;
        let number = desk.label("number", self.number.as_deref().unwrap_or(""), LONGEST_LINE)?;
        let instruction = desk.words_if_any("instruction", self.instruction.as_deref())?.map(Wording::one);
        let deadline = desk.instant("deadline", &self.deadline)?;
        let wanted = people(desk, &self.to, self.operation, self.posts.as_deref())?;
        let offset = desk.app.zone.to_offset(jiff::Timestamp::from_millisecond(deadline.millis()).unwrap_or_default());
        let quiet =
            QuietHours { from: QUIET.0, to: QUIET.1, offset: i16::try_from(offset.seconds() / 60).unwrap_or(0) };
        Ok(Draft {
            id,
            unit: self.unit,
            operation: self.operation,
            kind: self.kind,
            urgency: self.urgency,
            ladder: None,
            quiet: self.quiet.0.then_some(quiet),
            origin: Origin {
                above: (!above.is_empty()).then(|| Label::new(&above, "")),
                number: number.as_str().into(),
                instruction,
            },
            title: wording(desk, "title", &self.title, self.title_zh.as_deref())?,
            clauses: clauses(desk, &self.clauses, self.clauses_zh.as_deref())?,
            audience: audience(ticked(&self.to), self.unit, self.below.0, self.everybody.0, wanted),
            deadline,
            files: Vec::new(),
        })
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Write(Sent);

impl Act for Write {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let id = desk.mint();
        Ok(Command::Directive(Directive::Draft(Box::new(self.0.draft(desk, id)?))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rewrite {
    directive: DirectiveId,
    #[serde(flatten)]
    sent: Sent,
}

impl Act for Rewrite {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let files = files::draft_of(desk, self.directive)?.files;
        let draft = Draft { files, ..self.sent.draft(desk, self.directive)? };
        Ok(Command::Directive(Directive::Draft(Box::new(draft))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Discard {
    directive: DirectiveId,
}

impl Act for Discard {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Directive(Directive::Discard { directive: self.directive }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Issue {
    directive: DirectiveId,
    /// The leader who ordered it by telephone, and what they said.
    by_order_of: Option<PersonId>,
    words: Option<String>,
    /// Why a mass directive cannot wait for the second person.
    break_glass: Option<String>,
}

impl Act for Issue {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words_if_any("words", self.words.as_deref())?;
        let break_glass = desk.words_if_any("break_glass", self.break_glass.as_deref())?;
        let Self { directive, by_order_of, .. } = self;
        Ok(Command::Directive(Directive::Issue { directive, by_order_of, words, break_glass }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Sign {
    directive: DirectiveId,
}

impl Act for Sign {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Directive(Directive::Sign { directive: self.directive }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SendBack {
    directive: DirectiveId,
    words: String,
}

impl Act for SendBack {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Directive(Directive::SendBack { directive: self.directive, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Relay {
    directive: DirectiveId,
    /// The unit that passes it on.
    unit: UnitId,
    /// Clauses of one's own, one a line; nothing can be taken away.
    clauses: Option<String>,
    deadline: String,
    #[serde(default)]
    below: Tick,
    #[serde(default)]
    everybody: Tick,
    /// Only whoever stands one of these posts, by number.
    posts: Option<String>,
    /// `to-ID`: the units that receive it; `grade-WORD`, `role-WORD`: only such people.
    #[serde(flatten)]
    to: BTreeMap<String, Value>,
}

impl Act for Relay {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let deadline = desk.instant("deadline", &self.deadline)?;
        let clauses = clauses(desk, self.clauses.as_deref().unwrap_or(""), None)?;
        let published = desk.app.submit.published();
        let operation = published.board.directives.get(self.directive).and_then(|found| found.operation);
        let wanted = people(desk, &self.to, operation, self.posts.as_deref())?;
        let audience = Box::new(audience(ticked(&self.to), self.unit, self.below.0, self.everybody.0, wanted));
        let Self { directive, unit, .. } = self;
        Ok(Command::Directive(Directive::Relay { directive, unit, audience, clauses, deadline }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Receive {
    directive: DirectiveId,
    /// `unit-ID` or `person-ID`.
    receiver: Receiver,
    step: Step,
    /// How it became known; in person where nothing is said.
    how: Option<How>,
    /// What was done, in words.
    words: Option<String>,
    /// A file that hangs on the directive and shows it; a form of `multipart/form-data` brings the file itself.
    file: Option<AttachmentId>,
}

impl Act for Receive {
    fn shows(path: &HashMap<String, String>) -> Option<Subject> {
        files::directive_of(path)
    }

    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let evidence = desk.evidence(self.words.as_deref(), self.file)?;
        let Self { directive, receiver, step, how, .. } = self;
        let how = how.unwrap_or(How::InPerson);
        Ok(Command::Directive(Directive::Receive { directive, receiver, step, how, evidence }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReportDifficulty {
    directive: DirectiveId,
    receiver: Receiver,
    how: Option<How>,
    words: String,
}

impl Act for ReportDifficulty {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        let Self { directive, receiver, how, .. } = self;
        let how = how.unwrap_or(How::InPerson);
        Ok(Command::Directive(Directive::ReportDifficulty { directive, receiver, how, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Rule {
    directive: DirectiveId,
    receiver: Receiver,
    ruling: Ruling,
    words: String,
}

impl Act for Rule {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        let Self { directive, receiver, ruling, .. } = self;
        Ok(Command::Directive(Directive::Rule { directive, receiver, ruling, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Amend {
    directive: DirectiveId,
    /// The number of the clause that changes; a new one where it is left out.
    clause: Option<Count>,
    /// Its new text; nothing strikes it.
    text: Option<String>,
    /// Why.
    words: String,
    /// Ask every receiver again, by this local day and time.
    anew: Option<String>,
}

impl Act for Amend {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        let text = desk.words_if_any("text", self.text.as_deref())?.map(Wording::one);
        let anew: Option<At> = self.anew.as_deref().map(|anew| desk.instant("anew", anew)).transpose()?;
        let (changes, added) = match self.clause {
            // A number beyond every directive is refused by the board, which names it.
            Some(Count(number)) => (vec![(u16::try_from(number).unwrap_or(u16::MAX), text)], Vec::new()),
            None => (Vec::new(), text.into_iter().collect()),
        };
        Ok(Command::Directive(Directive::Amend { directive: self.directive, changes, added, words, anew }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Withdraw {
    directive: DirectiveId,
    words: String,
}

impl Act for Withdraw {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let words = desk.words("words", &self.words)?;
        Ok(Command::Directive(Directive::Withdraw { directive: self.directive, words }))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Close {
    directive: DirectiveId,
}

impl Act for Close {
    fn command(self, _: &mut Desk) -> Result<Command, Problem> {
        Ok(Command::Directive(Directive::Close { directive: self.directive }))
    }
}

//! Tasks: the list of a unit, one task with everything said of it, and the form that makes one.

use board::access::{Action, Place};
use board::directive::Ruling;
use board::task::{self, State, Task, Wanted};
use board::{At, DirectiveId, PersonId, Subject, TaskId, UnitId};
use maud::{Markup, html};
use schemars::JsonSchema;
use serde::Serialize;

use super::directive::{local, ruling_key};
use super::{Sheet, attachment, people, post, state};
use crate::fragment::Fragment;

/// How soon a task is due unless whoever assigns it says otherwise.
const SOON: board::Minutes = board::Minutes(240);

pub fn address(id: TaskId) -> String {
    format!("/tasks/{id}")
}

const fn wanted_key(wanted: Wanted) -> &'static str {
    match wanted {
        Wanted::Word => "task-wanted-word",
        Wanted::Report => "task-wanted-report",
        Wanted::File => "task-wanted-file",
    }
}

/// How a task stands, in words; past its deadline is said beside it.
pub fn state_of(sheet: &Sheet<'_>, task: &Task) -> Markup {
    let (colour, key) = match task.state {
        State::Assigned => ("attention", "task-assigned"),
        State::Accepted => ("normal", "task-accepted"),
        State::Reported => ("info", "task-reported"),
        State::Returned => ("attention", "task-returned"),
        State::Closed { .. } => ("done", "task-closed"),
        State::Withdrawn { .. } => ("normal", "task-withdrawn"),
    };
    html! {
        (state(colour, &sheet.t(key)))
        @if task.is_due() && task.deadline <= sheet.now { " " (state("wrong", &sheet.t("task-overdue"))) }
        @if task.open_difficulty().is_some() { " " (state("attention", &sheet.t("directive-unruled"))) }
        @if task.extension.is_some() { " " (state("info", &sheet.t("task-extension-asked"))) }
    }
}

/// The tasks that a unit or one below it leads, and that the viewer may open: those past their deadline first.
pub fn in_view<'a>(sheet: &'a Sheet<'_>, unit: UnitId) -> Vec<(TaskId, &'a Task)> {
    let board = sheet.board();
    let mut all: Vec<_> = board
        .tasks
        .iter()
        .filter(|(_, task)| {
            board.force.is_within(task.lead, unit) && task::is_open_to(board, sheet.actor, task, sheet.now)
        })
        .collect();
    all.sort_by_key(|(id, task)| (!task.is_open(), task.deadline, *id));
    all
}

pub fn list(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let all = in_view(sheet, unit);
    html! {
        div id=(Fragment::Tasks(unit)) data-fragment {
            @if all.is_empty() { p.empty { (sheet.t("tasks-none")) } }
            @else {
                div.table-wrap role="region" aria-label=(sheet.t("tasks")) tabindex="0" {
                    table.table.stack data-grid {
                        thead { tr { th scope="col" { (sheet.t("task")) } th scope="col" { (sheet.t("task-lead")) } th scope="col" { (sheet.t("task-owner")) }
                            th scope="col" { (sheet.t("task-deadline")) } th scope="col" { (sheet.t("directive-state")) } } }
                        tbody { @for (id, task) in all {
                            tr id={ "task-row-" (id) } data-state=[(task.is_due() && task.deadline <= sheet.now).then_some("wrong")] {
                                th scope="row" { a href=(address(id)) { (sheet.wording(&task.words)) } }
                                td data-label=(sheet.t("task-lead")) { (sheet.unit(task.lead)) }
                                td data-label=(sheet.t("task-owner")) { (sheet.name(task.owner)) }
                                td data-label=(sheet.t("task-deadline")) { (sheet.moment(task.deadline)) }
                                td data-label=(sheet.t("directive-state")) { (state_of(sheet, task)) }
                            }
                        } }
                    }
                }
            }
        }
    }
}

/// One task as a fragment.
pub fn page(sheet: &Sheet<'_>, id: TaskId) -> Markup {
    let fragment = Fragment::Task(id);
    let board = sheet.board();
    let Some(task) = board.tasks.get(id) else { return post::gone(sheet, fragment) };
    html! {
        div id=(fragment) data-fragment {
            section.part {
                dl.about {
                    dt { (sheet.t("directive-state")) } dd { (state_of(sheet, task)) }
                    dt { (sheet.t("task-lead")) } dd { (sheet.unit(task.lead)) @if !task.supporting.is_empty() { " · " (sheet.t("task-supporting")) ": " @for unit in &task.supporting { (sheet.unit(*unit)) " " } } }
                    dt { (sheet.t("task-owner")) } dd { (people::raised(sheet, task.owner)) }
                    dt { (sheet.t("task-deadline")) } dd { (sheet.moment(task.deadline)) @if task.extended > 0 { " " span.hint { (sheet.say("task-extended", &[("count", task.extended.into())])) } } }
                    @if let Some(from) = task.from { dt { (sheet.t("task-begins")) } dd { (sheet.moment(from)) } }
                    @if !task.place.is_empty() { dt { (sheet.t("task-place")) } dd { (sheet.label(&task.place)) } }
                    dt { (sheet.t("task-wanted")) } dd { (sheet.t(wanted_key(task.wanted))) }
                    dt { (sheet.t("task-by")) } dd { (sheet.unit(task.unit)) " " (sheet.moment(task.assigned.1)) }
                    @if let Some(source) = task.source { dt { (sheet.t("directive")) } dd {
                        @if let Some(found) = board.directives.get(source.directive) {
                            a href={ "/directives/" (source.directive) "/trace#clause-" (source.clause) } { (sheet.wording(&found.title)) }
                            @if let Some(clause) = found.clause(source.clause) { br; blockquote { (clause.number) ". " (sheet.wording(&clause.words)) } }
                        } } }
                    @if let Some(parent) = task.parent { dt { (sheet.t("task-part-of")) } dd { a href=(address(parent)) { (board.tasks.get(parent).map(|above| sheet.wording(&above.words)).unwrap_or_default()) } } }
                }
            }
            (said(sheet, task))
            @let shown = task.outcome.as_ref().map_or(&[][..], |outcome| &outcome.evidence.files);
            (attachment::others(sheet, Subject::Task(id), shown))
            (parts(sheet, id))
            (acts(sheet, id, task))
            p.acts { a.act href=(super::record::address(Subject::Task(id))) { (sheet.t("records")) } }
        }
    }
}

/// Everything that was said of it.
fn said(sheet: &Sheet<'_>, task: &Task) -> Markup {
    let line = |key: &str, at: At, by: Option<PersonId>, words: Option<board::TextId>| {
        html! { li { b { (sheet.t(key)) } " " (sheet.moment(at)) " " @if let Some(by) = by { (sheet.name(by)) " " } @if let Some(words) = words { (sheet.words(words)) } } }
    };
    html! {
        section.part { h2 { (sheet.t("task-said")) }
            ul.list {
                @if let Some((by, at)) = task.accepted { (line("task-accepted", at, by.person(), None)) }
                @if let Some(difficulty) = task.difficulty {
                    (line("directive-difficulty", difficulty.at, difficulty.by.person(), Some(difficulty.words)))
                    @if let Some(ruled) = difficulty.ruled { (line(ruling_key(ruled.ruling), ruled.at, ruled.by.person(), Some(ruled.words))) }
                }
                @if let Some(progress) = task.progress { (line("task-progress", progress.at, progress.by.person(), Some(progress.words))) }
                @if let Some(asked) = task.extension { (line("task-extension-asked", asked.at, asked.by.person(), Some(asked.words))) }
                @if let Some(outcome) = &task.outcome {
                    (line("task-result", outcome.at, outcome.by.person(), outcome.evidence.words))
                    @if !outcome.evidence.files.is_empty() { li { (attachment::shown(sheet, &outcome.evidence.files)) } }
                }
                @if let Some((why, at)) = task.rework { (line("task-returned", at, None, Some(why))) }
                @if let State::Closed { at, by } = task.state { (line("task-closed", at, by.person(), None)) }
                @if let State::Withdrawn { at, by, why } = task.state { (line("task-withdrawn", at, by.person(), Some(why))) }
            }
        }
    }
}

fn parts(sheet: &Sheet<'_>, id: TaskId) -> Markup {
    let parts: Vec<(TaskId, &Task)> = sheet.board().tasks.below(id).collect();
    html! {
        @if !parts.is_empty() { section.part { h2 { (sheet.t("task-parts")) }
            ul.list { @for (id, part) in parts { li id={ "part-" (id) } {
                a href=(address(id)) { (sheet.wording(&part.words)) } " " b { (sheet.unit(part.lead)) } " " (sheet.name(part.owner)) " " (state_of(sheet, part)) } } } } }
    }
}

struct Form<'a> {
    path: &'a str,
    act: &'a str,
    label: Option<&'a str>,
    required: bool,
    main: bool,
}

fn form(sheet: &Sheet<'_>, id: TaskId, form: &Form<'_>) -> Markup {
    html! {
        form.form method="post" action={ (address(id)) "/" (form.path) } data-live {
            input type="hidden" name="command_id";
            @if let Some(label) = form.label { div.row { label for={ "task-" (form.path) } { (sheet.t(label)) } input id={ "task-" (form.path) } name="words" required[form.required] autocomplete="off"; } }
            p.fault data-fault role="alert" hidden {}
            div.acts { button.act.main[form.main] { (sheet.t(form.act)) } }
        }
    }
}

/// What was done, in words and with a photograph; from the phone's own page it waits there for the signal.
fn result(sheet: &Sheet<'_>, id: TaskId, task: &Task, on_post: bool) -> Markup {
    let words = format!("result-words-{id}");
    html! {
        form.form method="post" action={ (address(id)) "/result" } enctype="multipart/form-data"
            data-live[!on_post] data-offline[on_post] data-says=[on_post.then(|| sheet.t("task-report"))] {
            input type="hidden" name="command_id";
            div.row { label for=(words) { (sheet.t("task-result-words")) } input id=(words) name="words" required[task.wanted == Wanted::Report] autocomplete="off"; }
            (attachment::field(sheet, &format!("result-file-{id}"), on_post, task.wanted == Wanted::File))
            p.fault data-fault role="alert" hidden {}
            div.acts { button.main.act[!on_post].thumb[on_post] { (sheet.t("task-report")) } span.progress data-progress hidden {} }
        }
    }
}

/// A task of one's own on the phone: the next word that it asks for, without leaving the page.
pub fn mine(sheet: &Sheet<'_>, id: TaskId, task: &Task) -> Markup {
    html! {
        li id={ "mine-task-" (id) } {
            a href=(address(id)) { (sheet.wording(&task.words)) } " · " (sheet.moment(task.deadline)) " " (state_of(sheet, task))
            @if task.open_difficulty().is_none() { @match task.state {
                State::Assigned => {
                    form method="post" action={ (address(id)) "/accept" } data-offline data-says=(sheet.t("task-accept")) {
                        input type="hidden" name="command_id";
                        button.thumb { (sheet.t("task-accept")) }
                    }
                }
                State::Accepted | State::Returned => { details { summary.thumb { (sheet.t("task-report")) } (result(sheet, id, task, true)) } }
                State::Reported | State::Closed { .. } | State::Withdrawn { .. } => {}
            } }
        }
    }
}

fn acts(sheet: &Sheet<'_>, id: TaskId, task: &Task) -> Markup {
    if !task.is_open() {
        return html! {};
    }
    let own = sheet.actor.person() == Some(task.owner);
    let does = own || sheet.may(Action::DoTask, Place::Unit(task.lead));
    let assigns = sheet.may(Action::AssignTask, Place::Unit(task.unit));
    let rules = sheet.may(Action::RuleOnDifficulty, Place::Unit(task.unit));
    let plain = |path, act, label, required, main| form(sheet, id, &Form { path, act, label, required, main });
    html! {
        section.part { h2 { (sheet.t("directive-acts")) }
            @if does && task.is_due() && task.open_difficulty().is_none() {
                @if task.state == State::Assigned { (plain("accept", "task-accept", None, false, true)) }
                @else {
                    (result(sheet, id, task, false))
                    details { summary.act { (sheet.t("task-progress")) } (plain("progress", "task-progress", Some("task-progress-words"), true, false)) }
                    @if task.extension.is_none() { details { summary.act { (sheet.t("task-ask-extension")) }
                        form.form method="post" action={ (address(id)) "/extension" } data-live { input type="hidden" name="command_id";
                            div.row { label for="until" { (sheet.t("task-until")) } input #until type="datetime-local" name="until" value=(local(sheet, task.deadline.plus(SOON))) required; }
                            div.row { label for="extension-words" { (sheet.t("directive-why")) } input #extension-words name="words" required autocomplete="off"; }
                            p.fault data-fault role="alert" hidden {}
                            div.acts { button.act { (sheet.t("task-ask-extension")) } } } } }
                    @if sheet.may(Action::AssignTask, Place::Unit(task.lead)) { p.acts { a.act href={ (address(id)) "/split" } { (sheet.t("directive-split")) } } }
                }
                details { summary.act { (sheet.t("directive-difficulty")) } (plain("difficulty", "directive-report", Some("directive-difficulty-words"), true, false)) }
            }
            @if assigns && task.state == State::Reported {
                (plain("close", "task-close", None, false, true))
                details { summary.act { (sheet.t("task-return")) } (plain("return", "task-return", Some("directive-why"), true, false)) }
            }
            @if assigns && task.extension.is_some() {
                form.form method="post" action={ (address(id)) "/extension/answer" } data-live { input type="hidden" name="command_id";
                    @if let Some(asked) = task.extension { p { (sheet.say("task-extension-to", &[("time", sheet.day_time(asked.until).into())])) } }
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act.main name="grant" value="true" { (sheet.t("task-grant")) } button.act name="grant" value="false" { (sheet.t("task-refuse")) } } }
            }
            @if rules && task.open_difficulty().is_some() {
                form.form method="post" action={ (address(id)) "/ruling" } data-live { input type="hidden" name="command_id";
                    div.row { label for="ruling" { (sheet.t("directive-ruling")) } select #ruling name="ruling" {
                        @for (word, ruling) in [("stands", Ruling::Stands), ("changed", Ruling::Changed), ("relieved", Ruling::Relieved)] { option value=(word) { (sheet.t(ruling_key(ruling))) } } } }
                    div.row { label for="ruling-words" { (sheet.t("directive-ruling-words")) } input #ruling-words name="words" required autocomplete="off"; }
                    p.fault data-fault role="alert" hidden {}
                    div.acts { button.act.main { (sheet.t("directive-rule")) } } }
            }
            @if assigns { details { summary.act { (sheet.t("task-withdraw")) } (plain("withdraw", "task-withdraw", Some("directive-why"), true, false)) } }
        }
    }
}

/// What a new task is part of.
pub enum Splitting {
    Clause(DirectiveId, u16),
    Task(TaskId),
}

/// The form that makes a task: lead, owner, what, where, by when, with which proof.
pub fn assign(sheet: &Sheet<'_>, splitting: &Splitting, unit: UnitId, lead: Option<UnitId>) -> Markup {
    let board = sheet.board();
    let (action, back) = match splitting {
        Splitting::Clause(id, _) => (format!("/directives/{id}/tasks"), format!("/directives/{id}/trace")),
        Splitting::Task(id) => (format!("{}/parts", address(*id)), address(*id)),
    };
    let (sentence, deadline) = match splitting {
        Splitting::Clause(id, number) => {
            let clause = board.directives.get(*id).and_then(|found| found.clause(*number));
            (clause.map(|clause| sheet.wording(&clause.words)).unwrap_or_default(), sheet.now.plus(SOON))
        }
        Splitting::Task(id) => {
            board.tasks.get(*id).map_or((String::new(), sheet.now), |task| (sheet.wording(&task.words), task.deadline))
        }
    };
    let units: Vec<&board::force::Unit> = board.force.children(unit).chain(board.force.unit(unit)).collect();
    let lead = lead.or_else(|| units.first().map(|unit| unit.id)).unwrap_or(unit);
    let owners: Vec<PersonId> = people::who_may(sheet, Action::DoTask, lead);
    html! {
        section.part { blockquote { (sentence) } }
        form.find method="get" { label for="of-lead" { (sheet.t("task-lead")) } select #of-lead name="lead" { @for one in &units { option value=(one.id) selected[one.id == lead] { (sheet.label(&one.name)) } } }
            input type="hidden" name="unit" value=(unit);
            @if let Splitting::Clause(_, number) = splitting { input type="hidden" name="clause" value=(number); }
            button.act { (sheet.t("act-choose")) } }
        form.form method="post" action=(action) data-live {
            input type="hidden" name="command_id"; input type="hidden" name="back" value=(back); input type="hidden" name="lead" value=(lead);
            @if let Splitting::Clause(_, number) = splitting { input type="hidden" name="clause" value=(number); input type="hidden" name="unit" value=(unit); }
            p.fault data-fault role="alert" hidden {}
            div.row { label for="owner" { (sheet.t("task-owner")) } span.hint { (sheet.t("task-owner-hint")) }
                input #owner name="owner" list="owners" required autocomplete="off" value=(owners.first().map(|person| number_of(sheet, *person)).unwrap_or_default());
                datalist #owners { @for person in &owners { option value=(number_of(sheet, *person)) { (people::line(sheet, *person)) } } } }
            div.row { label for="words" { (sheet.t("task-what")) } input #words name="words" value=(sentence) required autocomplete="off"; }
            div.rows {
                div.row { label for="place" { (sheet.t("task-place")) } input #place name="place" autocomplete="off"; }
                div.row { label for="deadline" { (sheet.t("task-deadline")) } input #deadline type="datetime-local" name="deadline" value=(local(sheet, deadline)) required; }
                div.row { label for="wanted" { (sheet.t("task-wanted")) } select #wanted name="wanted" { @for (word, wanted) in [("word", Wanted::Word), ("report", Wanted::Report), ("file", Wanted::File)] { option value=(word) { (sheet.t(wanted_key(wanted))) } } } }
            }
            fieldset.row { legend { (sheet.t("task-supporting")) } @for one in &units { @if one.id != lead && one.id != unit { label.choice { input type="checkbox" name={ "with-" (one.id) }; " " (sheet.label(&one.name)) } } } }
            div.acts { button.act.main { (sheet.t("task-assign")) } a.act href=(back) { (sheet.t("act-back")) } }
        }
    }
}

fn number_of(sheet: &Sheet<'_>, person: PersonId) -> String {
    sheet.board().force.person(person).and_then(|found| sheet.register.text(found.number)).unwrap_or("").to_owned()
}

/// A task as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskModel {
    pub id: TaskId,
    pub directive: Option<DirectiveId>,
    pub clause: Option<u16>,
    pub parent: Option<TaskId>,
    pub unit: UnitId,
    pub lead: UnitId,
    pub supporting: Vec<UnitId>,
    pub owner: PersonId,
    pub words: String,
    pub deadline: At,
    pub wanted: Wanted,
    /// `assigned`, `accepted`, `reported`, `returned`, `closed` or `withdrawn`.
    pub state: String,
    pub overdue: bool,
}

pub fn model(sheet: &Sheet<'_>, id: TaskId, task: &Task) -> TaskModel {
    let state = match task.state {
        State::Assigned => "assigned",
        State::Accepted => "accepted",
        State::Reported => "reported",
        State::Returned => "returned",
        State::Closed { .. } => "closed",
        State::Withdrawn { .. } => "withdrawn",
    };
    TaskModel {
        id,
        directive: task.source.map(|source| source.directive),
        clause: task.source.map(|source| source.clause),
        parent: task.parent,
        unit: task.unit,
        lead: task.lead,
        supporting: task.supporting.to_vec(),
        owner: task.owner,
        words: sheet.wording(&task.words),
        deadline: task.deadline,
        wanted: task.wanted,
        state: state.to_owned(),
        overdue: task.is_due() && task.deadline <= sheet.now,
    }
}

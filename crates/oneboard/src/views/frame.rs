//! The frame around every page: the top line, the navigation, the help, and the words that the script needs.

use board::access::{Action, Place};
use board::{At, OperationId};
use maud::{DOCTYPE, Markup, html};

use super::Sheet;
use crate::app::{App, Viewer};
use crate::clock::Clock;
use crate::fragment::Fragment;
use crate::http::negotiate::Language;

/// A page with navigation. `place` is the entry of the navigation that it belongs to.
pub fn page(
    app: &App,
    sheet: &Sheet<'_>,
    viewer: &Viewer,
    operation: Option<OperationId>,
    place: &str,
    title: &str,
    main: &Markup,
) -> Markup {
    let operation = operation.or_else(|| sheet.present_operation());
    html! {
        (DOCTYPE)
        html lang=(sheet.locale.language.tag()) data-theme=[sheet.locale.theme.attribute()] data-audience=(audience(viewer, sheet.locale.language)) {
            (head(app, title, None))
            body.wall[viewer.board_mode] data-stream=(stream(sheet)) data-worker=(interface::WORKER_JS) {
                a.skip href="#main" { (sheet.t("shell-skip")) }
                (mode(app, sheet, operation))
                (top_line(app, sheet, operation))
                @if !viewer.board_mode { (navigation(sheet, viewer, operation, place)) }
                (super::alarm::strips(sheet, viewer.board_mode))
                main.main.board[place == "board"] #main { (main) }
                (help(sheet))
                (words(sheet))
            }
        }
    }
}

/// The phone's page: no navigation, one column, works without signal.
pub fn field(app: &App, sheet: &Sheet<'_>, viewer: &Viewer, title: &str, main: &Markup) -> Markup {
    let operation = super::checkin::mine(sheet, viewer.person).map(|mine| mine.operation_id);
    html! {
        (DOCTYPE)
        html lang=(sheet.locale.language.tag()) data-theme=[sheet.locale.theme.attribute()] data-audience=(audience(viewer, sheet.locale.language)) {
            (head(app, title, Some(interface::FIELD_JS)))
            body.field data-stream=(stream(sheet)) data-worker=(interface::WORKER_JS) {
                a.skip href="#main" { (sheet.t("shell-skip")) }
                (mode(app, sheet, operation))
                header.top {
                    a.top-name href="/mine" { (sheet.t("mine")) }
                    time.clock data-clock { (sheet.clock(sheet.now)) }
                    span.link data-link role="status" { (sheet.t("link-waiting")) }
                }
                main.main.mine #main data-field {
                    (main)
                    p.outbox data-outbox role="status" {}
                }
                nav.nav aria-label=(sheet.t("nav-main")) {
                    @if !sheet.scope(Action::ViewWatch).is_empty() { a href="/board" { (sheet.t("nav-board")) } }
                    (ends(sheet, viewer))
                }
                (words(sheet))
            }
        }
    }
}

/// The stream's address. It names the language, because a shared worker does not send the page's.
fn stream(sheet: &Sheet<'_>) -> String {
    format!("/live?lang={}", sheet.locale.language.tag())
}

fn head(app: &App, title: &str, script: Option<&str>) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            @if script.is_some() { meta name="csrf" content=""; }
            title { (title) " · " (app.shell.config.name) }
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href=(interface::APP_CSS);
            script type="module" src=(interface::LIVE_JS) {}
            @if let Some(script) = script { script type="module" src=(script) {} }
        }
    }
}

/// Changes with the session and the language; the rights behind a stream are looked at by the server itself.
fn audience(viewer: &Viewer, language: Language) -> String {
    format!("{:x}-{}", viewer.session, language.tag())
}

/// What must be said on every screen: this is not real. The demonstration's clock is set beside it.
fn mode(app: &App, sheet: &Sheet<'_>, operation: Option<OperationId>) -> Markup {
    let drill = operation.and_then(|id| sheet.board().operation(id)).is_some_and(|operation| operation.drill);
    html! {
        @if drill { div.mode data-mode="drill" { p { (sheet.t("shell-drill")) } } }
        @if let Clock::Demonstration(clock) = &app.shell.clock {
            div.mode data-mode="demonstration" {
                p { (sheet.t("shell-demonstration")) }
                form.clockwork method="post" action="/clock" {
                    @if clock.is_paused() { button.act.small name="paused" value="false" { (sheet.t("clock-run")) } }
                    @else { button.act.small name="paused" value="true" { (sheet.t("clock-stop")) } }
                    @for speed in [1_u32, 20, 120] {
                        button.act.small name="speed" value=(speed) aria-pressed=(clock.speed() == speed) { "×" (speed) }
                    }
                }
            }
        }
    }
}

fn top_line(app: &App, sheet: &Sheet<'_>, operation: Option<OperationId>) -> Markup {
    html! {
        header.top {
            a.top-name href="/" { (app.shell.config.name) }
            (top(sheet, operation))
            time.clock data-clock { (sheet.clock(sheet.now)) }
            span.link data-link role="status" { (sheet.t("link-waiting")) }
        }
    }
}

/// The facts in the top line, as a fragment.
pub fn top(sheet: &Sheet<'_>, id: Option<OperationId>) -> Markup {
    let fragment = Fragment::Top(id);
    let operation = id.and_then(|id| sheet.board().operation(id));
    let unit = operation.map(|operation| operation.unit).or_else(|| sheet.board().force.root());
    let watch = unit.and_then(|unit| sheet.board().watch(unit));
    html! {
        div.facts id=(fragment) data-fragment {
            @if let (Some(id), Some(operation)) = (id, operation) {
                @let (day, days) = day_of(sheet, operation.period.from, operation.period.to);
                a.fact href={ "/operations/" (id) } {
                    span { (sheet.t("operation")) } " "
                    b { (sheet.label(&operation.title)) " · " (sheet.say("operation-day", &[("day", day.into()), ("days", days.into())])) }
                }
                @let others = others_running(sheet, id);
                @if others > 0 { a.fact.wide href="/operations" { (sheet.say("operation-others", &[("count", others.into())])) } }
                span.fact { span { (sheet.t("level")) } " "
                    b { @match operation.level.and_then(|(rung, _)| operation.level_named(rung)) {
                        Some(level) => { (sheet.label(&level.name)) }
                        None => { span.none { (sheet.t("level-none")) } }
                    } }
                }
            }
            (alarms(sheet))
            (warnings(sheet))
            @if let Some(watch) = watch {
                @if let Some(leader) = watch.leader { span.fact.wide { span { (sheet.t("leader-on-duty")) } " " b { (sheet.name(leader)) } } }
                @if let Some(officer) = watch.officer { span.fact.wide { span { (sheet.t("duty-officer")) } " " b { (sheet.name(officer)) } } }
            }
        }
    }
}

/// How many other operations are running, of those in view.
fn others_running(sheet: &Sheet<'_>, id: OperationId) -> usize {
    let scope = sheet.scope(Action::ViewOperation);
    let force = &sheet.board().force;
    let others = sheet.board().operations().filter(|(other, _)| *other != id);
    others.filter(|(_, found)| found.is_running() && scope.covers(force, found.unit)).count()
}

/// How many alarms are open within the viewer's reach; nothing where there are none, so that a calm line stays calm.
fn alarms(sheet: &Sheet<'_>) -> Markup {
    let scope = sheet.scope(Action::ViewAlarms);
    let seen = sheet.board().alarms.open().filter(|(_, alarm)| scope.covers(&sheet.board().force, alarm.cause.unit));
    let (count, unowned) = seen
        .fold((0_usize, 0_usize), |(all, unowned), (_, alarm)| (all + 1, unowned + usize::from(alarm.owner.is_none())));
    html! {
        @if count > 0 {
            a.fact href="/alarms" {
                span { (sheet.t("alarm")) } " "
                b { (count) }
                @if unowned > 0 { " " (super::state("attention", &sheet.say("alarm-count-unowned", &[("count", unowned.into())]))) }
            }
        }
    }
}

/// The gravest warning in force within the viewer's reach, and how many others.
fn warnings(sheet: &Sheet<'_>) -> Markup {
    let found = super::warning::in_view(sheet, None);
    html! {
        @if let Some((id, first)) = found.first() {
            (super::warning::chip(sheet, *id, first))
            @if found.len() > 1 { a.fact.wide href="/roads" { (sheet.say("warnings-more", &[("count", (found.len() - 1).into())])) } }
        }
    }
}

/// Which day of how many. An operation's days begin at the hour at which it began, as its watches do.
pub fn day_of(sheet: &Sheet<'_>, from: At, to: At) -> (usize, usize) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let days = |millis: i64| usize::try_from(millis).unwrap_or(0);
    let all = days((to.millis() - from.millis() + DAY - 1).div_euclid(DAY)).max(1);
    (days((sheet.now.millis() - from.millis()).div_euclid(DAY) + 1).clamp(1, all), all)
}

/// Everything that a viewer may open: name, key, address, letter.
fn entries(sheet: &Sheet<'_>, operation: Option<OperationId>) -> Vec<(&'static str, String, &'static str)> {
    let mut entries = Vec::new();
    if let Some(id) = operation {
        if !sheet.scope(Action::ViewBoard).is_empty() {
            entries.push(("board", format!("/operations/{id}/board"), "b"));
        }
        if !sheet.scope(Action::ViewPosts).is_empty() {
            entries.push(("posts", format!("/operations/{id}/posts?show=exceptions"), "p"));
        }
        if !sheet.scope(Action::ViewRoster).is_empty() {
            entries.push(("roster", format!("/operations/{id}/roster"), "r"));
        }
    }
    if !sheet.scope(Action::AnswerAlarm).is_empty() {
        entries.push(("me", "/needs-me".to_owned(), "n"));
    }
    if !sheet.scope(Action::ViewAlarms).is_empty() {
        entries.push(("alarms", "/alarms".to_owned(), "l"));
    }
    if !sheet.scope(Action::ViewWatch).is_empty() {
        entries.push(("watch", "/watch".to_owned(), "w"));
    }
    if !sheet.scope(Action::ViewPeople).is_empty() {
        entries.push(("force", "/force".to_owned(), "f"));
    }
    if !sheet.scope(Action::ViewOperation).is_empty() {
        entries.push((
            "operation",
            operation.map_or_else(|| "/operations".to_owned(), |id| format!("/operations/{id}")),
            "o",
        ));
    }
    if sheet.may(Action::GrantRole, Place::Force) {
        entries.push(("access", "/access".to_owned(), "a"));
    }
    if let Some(unit) = sheet.scope(Action::ViewDirective).widest(&sheet.board().force) {
        entries.push(("directives", format!("/units/{unit}/directives"), "d"));
    }
    if !sheet.board().sections.is_empty() && !sheet.scope(Action::ViewRoads).is_empty() {
        entries.push(("roads", "/roads".to_owned(), "s"));
    }
    if sheet.may(Action::OperateSystem, Place::Force) {
        entries.push(("notices", "/notices".to_owned(), "t"));
    }
    if sheet.may(Action::ViewAudit, Place::Force) {
        entries.push(("audit", "/audit".to_owned(), "j"));
    }
    entries.push(("mine", "/mine".to_owned(), "m"));
    entries
}

fn navigation(sheet: &Sheet<'_>, viewer: &Viewer, operation: Option<OperationId>, place: &str) -> Markup {
    html! {
        nav.nav aria-label=(sheet.t("nav-main")) {
            @for (entry, address, letter) in entries(sheet, operation) {
                a href=(address) aria-current=[(entry == place).then_some("page")] data-go=(letter) { (sheet.t(&format!("nav-{entry}"))) } " "
            }
            (find(sheet))
            (ends(sheet, viewer))
        }
    }
}

/// The line in which everything is found, on every page; on a phone it has a page of its own.
fn find(sheet: &Sheet<'_>) -> Markup {
    html! {
        @if !sheet.scope(Action::ViewPeople).is_empty() {
            form.nav-find role="search" action="/find" {
                input type="search" name="q" aria-label=(sheet.t("find")) placeholder=(sheet.t("find-placeholder")) autocomplete="off" maxlength="80";
            }
            a.nav-find-link href="/find" { (sheet.t("find")) }
        }
    }
}

fn ends(sheet: &Sheet<'_>, viewer: &Viewer) -> Markup {
    let other = match sheet.locale.language {
        Language::En => Language::ZhCn,
        Language::ZhCn => Language::En,
    };
    html! {
        span.nav-end {
            a href={ "?language=" (other.tag()) } lang=(other.tag()) { (sheet.t("shell-other-language")) } " "
            a href="/account" { (sheet.name(viewer.person)) }
        }
    }
}

fn help(sheet: &Sheet<'_>) -> Markup {
    const KEYS: [(&str, &str); 15] = [
        ("/", "help-find"),
        ("n", "help-log"),
        ("v", "watch-order"),
        ("g b", "nav-board"),
        ("g p", "nav-posts"),
        ("g r", "nav-roster"),
        ("g w", "nav-watch"),
        ("g l", "nav-alarms"),
        ("g n", "nav-me"),
        ("g f", "nav-force"),
        ("g o", "nav-operation"),
        ("g m", "nav-mine"),
        ("↑ ↓ ← →", "help-arrows"),
        ("?", "help-help"),
        ("Esc", "help-close"),
    ];
    html! {
        dialog.dialog #help aria-labelledby="help-h" {
            h2 #help-h { (sheet.t("help-title")) }
            dl.keys { @for (keys, words) in KEYS {
                dt { @for key in keys.split(' ') { kbd { (key) } " " } } dd { (sheet.t(words)) }
            } }
            form method="dialog" { button.act { (sheet.t("help-close")) } }
        }
    }
}

/// The script's words. `{at}` and `{n}` are filled by the script.
fn words(sheet: &Sheet<'_>) -> Markup {
    html! {
        div #words hidden
            data-live=(sheet.t("script-live")) data-gone=(sheet.t("script-gone")) data-back=(sheet.t("script-back"))
            data-new=(sheet.t("script-new")) data-stale=(sheet.t("script-stale")) data-sending=(sheet.t("script-sending"))
            data-failed=(sheet.t("script-failed")) data-ended=(sheet.t("script-ended")) data-saved=(sheet.t("script-saved"))
            data-received=(sheet.t("script-received")) data-unsent=(sheet.t("script-unsent")) data-photograph=(sheet.t("script-photograph")) data-conflict=(sheet.t("script-conflict"))
            data-signin=(sheet.t("script-signin")) data-dismiss=(sheet.t("script-dismiss")) {}
    }
}

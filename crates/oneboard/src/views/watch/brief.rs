//! The brief: everything that is open when the watch passes on, in groups, with the latest line that it shows.

use board::access::{Action, Place};
use board::watch::Watch;
use board::{PersonId, UnitId};
use maud::{Markup, html};

use super::{Open, Sheet, address, head, line_state, people};
use crate::fragment::{Fragment, Show};
use crate::views::post;

/// The brief as a fragment. It carries the number of the latest line shown, which is what the incoming officer has read.
pub fn brief(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let fragment = Fragment::Brief(unit);
    let nobody = Watch::default();
    let watch = sheet.board().watch(unit).unwrap_or(&nobody);
    html! {
        div id=(fragment) data-fragment {
            (arrived(sheet, unit, watch))
            (groups(sheet, unit, watch))
            (take_form(sheet, unit, watch))
        }
    }
}

/// What came in after the watch was offered: the outgoing officer could not tell of it.
fn arrived(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let Some((_, offered)) = watch.offered else { return html! {} };
    let lines: Vec<_> = watch.lines().filter(|(_, line)| line.at >= offered).collect();
    html! {
        section.part {
            h2 { (sheet.say("brief-arrived", &[("time", sheet.time(offered).into())])) }
            @if lines.is_empty() { p.empty { (sheet.t("brief-arrived-none")) } }
            ul.list { @for (number, line) in lines { li id={ "arrived-" (number) } { (head(sheet, unit, number, line)) " " (line_state(sheet, line)) } } }
        }
    }
}

fn groups(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let open = Open::of(watch);
    html! {
        section.part {
            h2 { (sheet.t("watch-open")) }
            @if open.is_empty() { p.empty { (sheet.t("watch-nothing-open")) } }
            @if !open.untriaged.is_empty() {
                h3 { (sheet.t("watch-untriaged")) }
                ul.list { @for (number, line) in &open.untriaged { li id={ "open-" (number) } { (head(sheet, unit, *number, line)) } } }
            }
            @for (owner, lines) in &open.owned {
                h3 { (sheet.t("watch-for-action")) " " @if let Some(owner) = owner { (people::raised(sheet, *owner)) } }
                ul.list { @for (number, line) in lines { li id={ "open-" (number) } { (head(sheet, unit, *number, line)) } } }
            }
            @if !open.orders.is_empty() {
                h3 { (sheet.t("watch-unsigned-orders")) }
                ul.list { @for (number, line) in &open.orders {
                    li id={ "order-" (number) } { (head(sheet, unit, *number, line)) @if let Some((leader, _)) = line.order { " " (people::raised(sheet, leader)) } }
                } }
            }
        }
    }
}

/// Read to the latest line, open lines to a named owner, the leader on duty: one act.
fn take_form(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let viewer = sheet.actor.person();
    if viewer.is_none() || watch.officer == viewer || !sheet.may(Action::KeepWatch, Place::Unit(unit)) {
        return html! { p.empty { (sheet.t("watch-is-yours")) " " a href=(address(unit)) { (sheet.t("watch")) } } };
    }
    let serves = |owner: PersonId| sheet.board().force.serving(owner).is_some();
    let unowned = watch.open_lines().filter(|(_, line)| !line.owner.is_some_and(serves)).count();
    let leaders = people::who_may(sheet, Action::Countersign, unit);
    let was_offered = watch.offered.is_some_and(|(to, _)| Some(to) == viewer);
    html! {
        section.part {
            h2 { (sheet.t("watch-take")) }
            @if let (Some(officer), false) = (watch.officer, was_offered) {
                p { (crate::views::state("attention", &sheet.say("brief-not-offered", &[("name", sheet.name(officer).into())]))) }
            }
            form.form method="post" action={ (address(unit)) "/take" } data-live {
                input type="hidden" name="command_id";
                input type="hidden" name="back" value=(address(unit));
                input type="hidden" name="read_to" value=(watch.latest());
                div.row {
                    label for="take-leader" { (sheet.t("leader-on-duty")) }
                    select #take-leader name="leader" { (people::options(sheet, &leaders, watch.leader)) }
                }
                @if unowned > 0 {
                    div.row {
                        label for="take-carry" { (sheet.say("brief-carry", &[("count", unowned.into())])) }
                        select #take-carry name="carry_to" required { (people::options(sheet, &carriers(sheet, unit), viewer)) }
                    }
                }
                p.fault data-fault role="alert" hidden {}
                div.acts {
                    button.act.main { (if watch.latest() == 0 { sheet.t("watch-take").into_owned() } else { sheet.say("brief-take-read", &[("line", watch.latest().into())]) }) }
                    a.act href=(address(unit)) { (sheet.t("act-back")) }
                    span.progress data-progress hidden {}
                }
            }
        }
    }
}

fn carriers(sheet: &Sheet<'_>, unit: UnitId) -> Vec<PersonId> {
    let mut owners = people::owners(sheet, unit);
    owners.sort_by_key(|person| Some(*person) != sheet.actor.person());
    owners
}

/// The posts that need somebody, of every operation that runs: each list is live by itself.
pub fn exceptions(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let scope = sheet.scope(Action::ViewPosts);
    let force = &sheet.board().force;
    html! {
        @for (id, operation) in sheet.board().operations().filter(|(_, found)| found.is_running()) {
            @let branch = if force.is_within(operation.unit, unit) { operation.unit } else { unit };
            @if force.is_within(branch, operation.unit) && scope.covers(force, branch) {
                section.part {
                    h2 { (sheet.t("brief-exceptions")) " · " (sheet.label(&operation.title)) }
                    (post::list(sheet, id, branch, Show::Exceptions))
                }
            }
        }
    }
}

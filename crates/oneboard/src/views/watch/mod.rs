//! The watch: who holds it, what is open, and the log.
//!
//! The log is shared by all who may see it, and so shows no one's own acts; those stand beside what is open, where each viewer
//! has a rendering of their own.

mod brief;
mod line;
mod log;
mod model;

use board::access::{Action, Place};
use board::watch::{Countersignature, Kind, Line, Triage, Watch};
use board::{PersonId, UnitId};
use maud::{Markup, html};

use super::{Sheet, people, state};
use crate::fragment::Fragment;

pub use brief::{brief, exceptions};
pub use line::one;
pub use log::{entry, log, order_form};
pub use model::{LineModel, WatchModel, line_model, model};

/// The address of a unit's watch.
pub fn address(unit: UnitId) -> String {
    format!("/units/{unit}/watch")
}

pub fn line_address(unit: UnitId, number: u32) -> String {
    format!("/units/{unit}/watch/lines/{number}")
}

/// Lines with their numbers.
pub type Lines<'a> = Vec<(u32, &'a Line)>;

/// Open lines in groups. A verbal order that nobody has signed for stands among the orders, whatever else is to be done with it.
#[derive(Default)]
pub struct Open<'a> {
    pub untriaged: Lines<'a>,
    /// Those in somebody's hands, by owner.
    pub owned: Vec<(Option<PersonId>, Lines<'a>)>,
    pub orders: Lines<'a>,
}

impl<'a> Open<'a> {
    pub fn of(watch: &'a Watch) -> Self {
        let mut open = Self::default();
        for (number, line) in watch.open_lines() {
            if line.order.is_some_and(|(_, signature)| is_unsigned(signature)) {
                open.orders.push((number, line));
            }
            if line.closed.is_some() || line.triage == Triage::Information {
                continue;
            }
            if line.triage == Triage::Untriaged && line.owner.is_none() {
                open.untriaged.push((number, line));
            } else {
                match open.owned.iter_mut().find(|(owner, _)| *owner == line.owner) {
                    Some((_, lines)) => lines.push((number, line)),
                    None => open.owned.push((line.owner, vec![(number, line)])),
                }
            }
        }
        open
    }

    pub fn is_empty(&self) -> bool {
        self.untriaged.is_empty() && self.owned.is_empty() && self.orders.is_empty()
    }
}

pub const fn is_unsigned(signature: Countersignature) -> bool {
    matches!(signature, Countersignature::Pending | Countersignature::Disputed { .. })
}

pub const fn kind_key(kind: Kind) -> &'static str {
    match kind {
        Kind::Message => "watch-kind-message",
        Kind::Telephone => "watch-kind-telephone",
        Kind::Note => "watch-kind-note",
        Kind::VerbalOrder => "watch-kind-verbal-order",
    }
}

/// Who holds the watch and what is open; the acts are the viewer's own.
pub fn watch(sheet: &Sheet<'_>, unit: UnitId) -> Markup {
    let fragment = Fragment::Watch(unit);
    let nobody = Watch::default();
    let watch = sheet.board().watch(unit).unwrap_or(&nobody);
    html! {
        div id=(fragment) data-fragment {
            (holder(sheet, unit, watch))
            (own_orders(sheet, unit, watch))
            (open_lines(sheet, unit, watch))
        }
    }
}

fn holder(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let viewer = sheet.actor.person();
    let place = Place::Unit(unit);
    let is_mine = viewer.is_some() && watch.officer == viewer;
    let may_keep = sheet.may(Action::KeepWatch, place);
    html! {
        section.part {
            h2 { (sheet.t("watch-who")) }
            dl.about {
                dt { (sheet.t("duty-officer")) }
                dd { @match watch.officer {
                    Some(officer) => { (people::raised(sheet, officer)) @if let Some(since) = watch.since { " " span.hint { (super::post::since_words(sheet, since)) } } }
                    None => { (state("wrong", &sheet.t("watch-nobody"))) }
                } }
                dt { (sheet.t("leader-on-duty")) }
                dd { @match watch.leader {
                    Some(leader) => { (people::raised(sheet, leader)) }
                    None => { span.none { (sheet.t("watch-no-leader")) } }
                } }
            }
            @if let Some((to, at)) = watch.offered {
                p { (state("info", &sheet.say("watch-offered", &[("name", sheet.name(to).into()), ("time", sheet.time(at).into())]))) }
            }
            @if let Some(gone) = watch.unsigned {
                p { (state("attention", &sheet.say("watch-unsigned", &[("name", sheet.name(gone).into())]))) }
                @if sheet.may(Action::Countersign, place) && !is_mine {
                    form.acts method="post" action={ (address(unit)) "/sign" } data-live {
                        input type="hidden" name="command_id";
                        button.act.main { (sheet.say("watch-sign", &[("name", sheet.name(gone).into())])) }
                        p.fault data-fault role="alert" hidden {}
                    }
                }
            }
            @if is_mine { (offer(sheet, unit, watch)) }
            @else if may_keep {
                p.acts { a.act.main[watch.offered.map(|(to, _)| to) == viewer || watch.officer.is_none()] href={ (address(unit)) "/take" } { (sheet.t("watch-take")) } }
            }
        }
    }
}

fn offer(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let mut keepers = people::who_may(sheet, Action::KeepWatch, unit);
    keepers.retain(|person| Some(*person) != watch.officer);
    html! {
        details {
            summary.act { (sheet.t("watch-hand-over")) }
            form.form method="post" action={ (address(unit)) "/offer" } data-live {
                input type="hidden" name="command_id";
                p { (sheet.t("watch-hand-over-how")) }
                div.row {
                    label for="offer-to" { (sheet.t("watch-offer-to")) }
                    select #offer-to name="to" required { (people::options(sheet, &keepers, watch.offered.map(|(to, _)| to))) }
                }
                p.fault data-fault role="alert" hidden {}
                div.acts { button.act.main { (sheet.t("watch-offer")) } span.progress data-progress hidden {} }
            }
        }
    }
}

/// What waits for the viewer's own signature.
fn own_orders(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let mine: Vec<_> = watch
        .open_lines()
        .filter(|(_, line)| {
            line.order.is_some_and(|(leader, signature)| Some(leader) == sheet.actor.person() && is_unsigned(signature))
        })
        .collect();
    if mine.is_empty() || !sheet.may(Action::Countersign, Place::Unit(unit)) {
        return html! {};
    }
    html! {
        section.part {
            h2 { (sheet.t("watch-your-signature")) }
            ul.list id={ "sign-" (unit) } {
                @for (number, line) in mine {
                    li id={ "sign-" (number) } {
                        (head(sheet, unit, number, line))
                        (line::signature_acts(sheet, unit, number))
                    }
                }
            }
        }
    }
}

fn open_lines(sheet: &Sheet<'_>, unit: UnitId, watch: &Watch) -> Markup {
    let open = Open::of(watch);
    let may_triage = sheet.may(Action::Triage, Place::Unit(unit));
    html! {
        section.part {
            h2 { (sheet.t("watch-open")) }
            @if open.is_empty() { p.empty { (sheet.t("watch-nothing-open")) } }
            @if !open.untriaged.is_empty() {
                h3 { (sheet.t("watch-untriaged")) }
                ul.list id={ "untriaged-" (unit) } {
                    @for (number, line) in &open.untriaged {
                        li id={ "open-" (number) } data-state="attention" {
                            (head(sheet, unit, *number, line))
                            @if may_triage { (line::triage_acts(sheet, unit, *number)) }
                        }
                    }
                }
            }
            @for (owner, lines) in &open.owned {
                h3 { (sheet.t("watch-for-action")) " " @if let Some(owner) = owner { (people::raised(sheet, *owner)) } }
                ul.list id={ "owned-" (owner.map_or_else(|| unit.to_string(), |owner| owner.to_string())) } {
                    @for (number, line) in lines {
                        li id={ "open-" (number) } {
                            (head(sheet, unit, *number, line))
                            @if let Some((words, _, at)) = line.decision { p.hint { (sheet.t("watch-decision")) " " (sheet.moment(at)) " " (words_of(sheet, words)) } }
                            @if may_triage { (line::closing_acts(sheet, unit, *number)) }
                        }
                    }
                }
            }
            @if !open.orders.is_empty() {
                h3 { (sheet.t("watch-unsigned-orders")) }
                ul.list id={ "orders-" (unit) } {
                    @for (number, line) in &open.orders {
                        li id={ "order-" (number) } {
                            (head(sheet, unit, *number, line))
                            @if let Some((leader, signature)) = line.order { (signed(sheet, signature)) " " (people::raised(sheet, leader)) }
                        }
                    }
                }
            }
        }
    }
}

/// Number, time, from whom, and the words: the part that every list of lines shares.
fn head(sheet: &Sheet<'_>, unit: UnitId, number: u32, line: &Line) -> Markup {
    html! {
        a.no href=(line_address(unit, number)) { (number) } " " (sheet.moment(line.at)) " "
        b.from { (from(sheet, line)) } " "
        @if let Some(name) = log::post_name(sheet, line) { span { (name) } " " }
        span.text { (words_of(sheet, line.words)) }
    }
}

/// Who spoke: the callsign, or by order of whom.
pub fn from(sheet: &Sheet<'_>, line: &Line) -> String {
    match line.order {
        Some((leader, _)) => sheet.say("watch-by-order", &[("name", sheet.name(leader).into())]),
        None if line.callsign.is_empty() => sheet.t(kind_key(line.kind)).into_owned(),
        None => line.callsign.to_string(),
    }
}

pub fn words_of(sheet: &Sheet<'_>, words: board::TextId) -> String {
    sheet.register.text(words).map_or_else(|| sheet.t("watch-erased").into_owned(), str::to_owned)
}

/// The state of a countersignature.
pub fn signed(sheet: &Sheet<'_>, signature: Countersignature) -> Markup {
    match signature {
        Countersignature::Pending => state("attention", &sheet.t("watch-signature-pending")),
        Countersignature::Signed { at } => {
            state("done", &sheet.say("watch-signature-signed", &[("time", sheet.time(at).into())]))
        }
        Countersignature::Disputed { at, words } => {
            let values = [("time", sheet.time(at).into()), ("words", words_of(sheet, words).into())];
            state("wrong", &sheet.say("watch-signature-disputed", &values))
        }
    }
}

/// The state of a line, in a word; none where nothing is left to do.
pub fn line_state(sheet: &Sheet<'_>, line: &Line) -> Markup {
    html! {
        @if let Some((_, signature)) = line.order.filter(|(_, signature)| is_unsigned(*signature)) { (signed(sheet, signature)) }
        @else if line.closed.is_some() || line.triage == Triage::Information {
            @if line.kind != Kind::Note && line.closed.is_some() { (state("done", &sheet.t("watch-closed"))) }
        }
        @else if line.triage == Triage::Untriaged && line.owner.is_none() { (state("attention", &sheet.t("watch-to-triage"))) }
        @else { (state("normal", &line.owner.map_or_else(|| sheet.t("watch-in-hand").into_owned(), |owner| sheet.name(owner)))) }
    }
}

/// Where a viewer may choose between watches.
pub fn choice(sheet: &Sheet<'_>, units: &[UnitId]) -> Markup {
    html! {
        @if units.is_empty() { p.empty { (sheet.t("watch-none")) } }
        ul.list {
            @for unit in units {
                @let held = sheet.board().watch(*unit);
                li id={ "choice-" (unit) } {
                    a href=(address(*unit)) { (sheet.unit(*unit)) } " "
                    @match held.and_then(|held| held.officer) {
                        Some(officer) => { (people::raised(sheet, officer)) }
                        None => { span.none { (sheet.t("watch-nobody")) } }
                    }
                }
            }
        }
    }
}

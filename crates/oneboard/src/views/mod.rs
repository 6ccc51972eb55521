//! Views: what the board says, in words and markup. They decide nothing and change nothing.
//!
//! A view is a function of a [`Sheet`] and what is asked for. It yields the whole element of its fragment, so that the
//! page and the stream send the same bytes.

pub mod access;
pub mod alarm;
pub mod attachment;
pub mod board;
pub mod call_out;
pub mod checkin;
pub mod directive;
pub mod find;
pub mod force;
pub mod frame;
pub mod me;
pub mod measure;
pub mod notice;
pub mod operation;
pub mod paper;
pub mod people;
pub mod post;
pub mod record;
pub mod refusal;
pub mod roster;
pub mod rules;
pub mod section;
pub mod sheets;
pub mod strips;
pub mod task;
pub mod warning;
pub mod watch;

use std::borrow::Cow;

use ::board::access::{Action, Place, Scope, permits, scope};
use ::board::{Actor, At, Board, Label, OperationId, PersonId, UnitId};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use smallvec::SmallVec;

use crate::figures::Figures;
use crate::fragment::Fragment;
use crate::http::negotiate::{Language, Locale};
use crate::locales::Arg;
use crate::submit::{Published, Reading};

/// Everything that a view may look at.
pub struct Sheet<'a> {
    pub locale: Locale,
    pub published: &'a Published,
    pub register: Reading,
    pub zone: &'a TimeZone,
    pub figures: &'a Figures,
    /// Whose rights the view is filtered by.
    pub actor: Actor,
    /// The operation's clock.
    pub now: At,
}

impl Sheet<'_> {
    pub fn board(&self) -> &Board {
        &self.published.board
    }

    pub fn t(&self, key: &str) -> Cow<'static, str> {
        self.locale.t(key)
    }

    /// The words of `key` with its placeholders filled.
    pub fn say(&self, key: &str, values: &[(&str, Value)]) -> String {
        let values: SmallVec<[(&str, Arg<'_>); 4]> = values
            .iter()
            .map(|(name, value)| match value {
                Value::Text(text) => (*name, Arg::Text(text)),
                Value::Number(number) => (*name, Arg::Number(*number)),
            })
            .collect();
        self.locale.tx(key, &values).into_owned()
    }

    pub fn label<'l>(&self, label: &'l Label) -> &'l str {
        match self.locale.language {
            Language::En => &label.en,
            Language::ZhCn => &label.zh,
        }
    }

    /// A sentence of an order, in the reader's language; a mark where it was erased.
    pub fn wording(&self, words: &::board::Wording) -> String {
        match words {
            ::board::Wording::Written { en, zh } => {
                let id = if self.locale.language == Language::En { en } else { zh };
                self.words(*id)
            }
            ::board::Wording::Preset(label) => self.label(label).to_owned(),
        }
    }

    /// Free text as it was written; a mark where it was erased.
    pub fn words(&self, id: ::board::TextId) -> String {
        self.register.text(id).map_or_else(|| self.t("record-no-words").into_owned(), str::to_owned)
    }

    pub fn unit(&self, unit: UnitId) -> &str {
        self.board().force.unit(unit).map_or("", |found| self.label(&found.name))
    }

    /// A person's name, or the word for an erased one.
    pub fn name(&self, person: PersonId) -> String {
        self.register.name(self.board(), person).map_or_else(|| self.t("person-erased").into_owned(), str::to_owned)
    }

    pub fn may(&self, action: Action, place: Place) -> bool {
        permits(self.board(), self.actor, action, place, self.now).is_permitted()
    }

    pub fn scope(&self, action: Action) -> Scope {
        scope(self.board(), self.actor, action, self.now)
    }

    fn zoned(&self, at: At) -> jiff::Zoned {
        Timestamp::from_millisecond(at.millis()).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(self.zone.clone())
    }

    /// The time of day, `20:04`; with the day before it where that is not today.
    pub fn time(&self, at: At) -> String {
        let (then, now) = (self.zoned(at), self.zoned(self.now));
        if then.date() == now.date() { then.strftime("%H:%M").to_string() } else { self.day_time(at) }
    }

    /// The time of day alone.
    pub fn clock(&self, at: At) -> String {
        self.zoned(at).strftime("%H:%M").to_string()
    }

    pub fn day(&self, at: At) -> String {
        let then = self.zoned(at);
        match self.locale.language {
            Language::En => then.strftime("%-d %b").to_string(),
            Language::ZhCn => then.strftime("%-m月%-d日").to_string(),
        }
    }

    pub fn day_time(&self, at: At) -> String {
        format!("{} {}", self.day(at), self.clock(at))
    }

    /// An instant as machines read it.
    pub fn iso(&self, at: At) -> String {
        self.zoned(at).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }

    /// `<time>` with the words in it.
    pub fn moment(&self, at: At) -> Markup {
        html! { time datetime=(self.iso(at)) { (self.time(at)) } }
    }

    /// The first instant of the local day of `at`.
    pub fn midnight(&self, at: At) -> At {
        let then = self.zoned(at);
        then.start_of_day().map_or(at, |midnight| At::from_millis(midnight.timestamp().as_millisecond()))
    }

    /// How to raise somebody: callsign, channel, telephone.
    pub fn raise(&self, callsign: &str, channel: &str, telephone: &str) -> Markup {
        html! {
            span.raise {
                @if !callsign.is_empty() { b { (callsign) } " " }
                @if !channel.is_empty() { span { (self.say("raise-channel", &[("channel", channel.into())])) } " " }
                @if !telephone.is_empty() { a href={ "tel:" (telephone) } { (telephone) } }
            }
        }
    }

    /// The operation a page is about when its address names none: the running one that began last, of those in view.
    pub fn present_operation(&self) -> Option<OperationId> {
        let scope = self.scope(Action::ViewOperation);
        self.board()
            .operations()
            .filter(|(_, found)| scope.covers(&self.board().force, found.unit))
            .max_by_key(|(_, found)| {
                (found.is_running(), found.period.contains(self.now), !found.drill, found.period.from)
            })
            .map(|(id, _)| id)
    }
}

/// The whole element of a fragment, as the page and the stream send it.
pub fn fragment(sheet: &Sheet<'_>, fragment: Fragment) -> Markup {
    match fragment {
        Fragment::Top(operation) => frame::top(sheet, operation),
        Fragment::Figures(operation) => board::figures(sheet, operation),
        Fragment::Units(operation) => board::units(sheet, operation),
        Fragment::Night(operation) => board::night(sheet, operation),
        Fragment::Posts { operation, unit, show } => post::list(sheet, operation, unit, show),
        Fragment::Post { operation, post } => post::page(sheet, operation, post),
        Fragment::Strips { operation, unit } => strips::strips(sheet, operation, unit),
        Fragment::Roster { operation, post } => roster::of_post(sheet, operation, post),
        Fragment::RosterDay { operation, unit, day } => roster::day(sheet, operation, unit, day),
        Fragment::Shift { operation, shift } => roster::shift::who(sheet, operation, shift),
        Fragment::Operation(id) => operation::page(sheet, id),
        Fragment::RollCalls(id) => operation::roll_call::list(sheet, id),
        Fragment::Unit(unit) => force::unit(sheet, unit),
        Fragment::Log(unit) => watch::log(sheet, unit),
        Fragment::Watch(unit) => watch::watch(sheet, unit),
        Fragment::Brief(unit) => watch::brief(sheet, unit),
        Fragment::Directives(unit) => directive::list(sheet, unit),
        Fragment::Directive(id) => directive::page(sheet, id),
        Fragment::Receipts(id) => directive::grid(sheet, id),
        Fragment::ReceiptsOf { directive, unit } => directive::of_unit(sheet, directive, unit),
        Fragment::Trace(id) => directive::trace(sheet, id),
        Fragment::Tasks(unit) => task::list(sheet, unit),
        Fragment::Task(id) => task::page(sheet, id),
        Fragment::CallOut(id) => call_out::page(sheet, id),
        Fragment::Roads(unit) => section::roads(sheet, unit),
        Fragment::Section(id) => section::page(sheet, id),
        Fragment::Warning(id) => warning::page(sheet, id),
        Fragment::Mine(person) => checkin::page(sheet, person),
        Fragment::AlarmStrip(unit) => alarm::strip(sheet, unit),
        Fragment::Alarms(unit) => alarm::list(sheet, unit),
        Fragment::Alarm(id) => alarm::one(sheet, id),
        Fragment::NeedsMe(person) => me::needs(sheet, person),
        Fragment::Notices { failed } => notice::list(sheet, failed),
    }
}

/// The unit above this one and those below it, as far as the viewer may do `action` there.
pub fn units_around(sheet: &Sheet<'_>, action: Action, unit: UnitId, link: impl Fn(UnitId) -> String) -> Markup {
    let scope = sheet.scope(action);
    let force = &sheet.board().force;
    let above = force.unit(unit).and_then(|found| found.parent).filter(|parent| scope.covers(force, *parent));
    let below: Vec<_> = force.children(unit).filter(|below| scope.covers(force, below.id)).collect();
    html! {
        @if above.is_some() || !below.is_empty() {
            nav.tabs aria-label=(sheet.t("units")) {
                @if let Some(above) = above { a href=(link(above)) { "↑ " (sheet.unit(above)) } }
                @for below in below { a href=(link(below.id)) { (sheet.label(&below.name)) } }
            }
        }
    }
}

/// A state in words, coloured only where it is abnormal.
pub fn state(colour: &str, words: &str) -> Markup {
    html! { span.state data-state=(colour) { (words) } }
}

/// What fills a placeholder; it may have been made on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(i64),
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<Cow<'_, str>> for Value {
    fn from(text: Cow<'_, str>) -> Self {
        Self::Text(text.into_owned())
    }
}
impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}
impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}
impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

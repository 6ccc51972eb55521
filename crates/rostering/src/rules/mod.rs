//! The rules a roster can be held to, a file per rule.
//!
//! Personal rules sit in a person's [`Contract`]; demand and [`Link`]s couple people. Each file holds the
//! parameters of its rule and says exactly what is counted. How rules are *searched* is the business of
//! `model`; how they are *checked* is the business of `checker`, which shares no code with the search.

mod complete_weekends;
mod consecutive;
mod demand;
mod exposure;
mod fairness;
mod hours;
mod limit;
mod pairs;
mod request;
mod succession;
mod tally;
mod travel;
mod weekends;

pub use complete_weekends::CompleteWeekends;
pub use consecutive::{DaysOff, DaysOn, SameShift};
pub use demand::Demand;
pub use exposure::{cold_limit, night_limit};
pub use fairness::{Ledger, fair_share};
pub use hours::Hours;
pub use limit::{Limit, Weight};
pub use pairs::{Coefficients, Link, LinkKind, apart, beside_an_officer, together};
pub use request::{Request, Wish};
pub use succession::Succession;
pub use tally::Tally;
pub use travel::Travel;
pub use weekends::Weekends;

/// Everything that binds one person.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Contract {
    /// Minimum and maximum hours.
    pub hours: Hours,
    /// Consecutive days on duty.
    pub days_on: DaysOn,
    /// Consecutive days off.
    pub days_off: DaysOff,
    /// Consecutive days in the same shift, per shift; shifts past the end are free.
    pub same_shift: Vec<SameShift>,
    /// Worked weekends.
    pub weekends: Weekends,
    /// Both days of a weekend or neither.
    pub complete_weekends: CompleteWeekends,
    /// Counts of duties: shift types, nights, cold hours, festival days, fairness.
    pub tallies: Vec<Tally>,
}

/// The name of a rule, as findings and explanations use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// A shift that may not follow another, or too little rest.
    Succession,
    /// Too few hours.
    MinHours,
    /// Too many hours.
    MaxHours,
    /// Too few days on duty in a row.
    MinDaysOn,
    /// Too many days on duty in a row.
    MaxDaysOn,
    /// Too few days off in a row.
    MinDaysOff,
    /// Too many days off in a row.
    MaxDaysOff,
    /// Too few days of the same shift in a row.
    MinSameShift,
    /// Too many days of the same shift in a row.
    MaxSameShift,
    /// Too many weekends.
    Weekends,
    /// Half a weekend.
    CompleteWeekends,
    /// Too many or too few duties of a kind.
    Tally,
    /// Served on a day off.
    DayOff,
    /// A cell that was pinned has moved.
    Pin,
    /// The person lacks the qualification.
    Qualification,
    /// A wish not granted.
    Request,
    /// Distance from the home station.
    Travel,
    /// Too few people on a duty.
    UnderCover,
    /// Too many people on a duty.
    OverCover,
    /// A rule between people.
    Link,
}

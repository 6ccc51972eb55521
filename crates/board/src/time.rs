//! Instants and spans, in milliseconds since 1970-01-01T00:00Z. Local days are the business of whoever shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct At(i64);

impl At {
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    pub const fn millis(self) -> i64 {
        self.0
    }
    pub const fn plus(self, minutes: Minutes) -> Self {
        Self(self.0.saturating_add(minutes.millis()))
    }
    pub const fn minus(self, minutes: Minutes) -> Self {
        Self(self.0.saturating_sub(minutes.millis()))
    }
    /// Whole minutes from `earlier` to this; negative where this is the earlier.
    pub const fn minutes_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(60_000)
    }
}

/// A length of time in minutes, the unit in which a watch thinks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Minutes(pub u32);

impl Minutes {
    pub const fn millis(self) -> i64 {
        self.0 as i64 * 60_000
    }
}

/// From an instant up to, not including, a later one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    pub from: At,
    pub to: At,
}

impl Span {
    pub const fn new(from: At, to: At) -> Self {
        Self { from, to }
    }
    pub fn is_forward(self) -> bool {
        self.from < self.to
    }
    pub fn contains(self, at: At) -> bool {
        self.from <= at && at < self.to
    }
    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }
    pub fn within(self, other: Self) -> bool {
        other.from <= self.from && self.to <= other.to
    }
}

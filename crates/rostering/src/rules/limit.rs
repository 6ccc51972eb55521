//! A limit: between two numbers, and what stepping outside costs.

/// What breaking a limit costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// It must not happen: a roster that does it is not legal.
    Hard,
    /// Penalty per unit outside the limit.
    Soft(u32),
}

/// Between `min` and `max`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Smallest allowed number.
    pub min: u32,
    /// Largest allowed number; `u32::MAX` for none.
    pub max: u32,
    /// Cost of each unit below `min`.
    pub below: Weight,
    /// Cost of each unit above `max`.
    pub above: Weight,
}

impl Limit {
    /// No limit at all.
    pub const NONE: Limit = Limit { min: 0, max: u32::MAX, below: Weight::Hard, above: Weight::Hard };

    /// A limit that must be kept.
    pub fn hard(min: u32, max: u32) -> Self {
        Limit { min, max, below: Weight::Hard, above: Weight::Hard }
    }

    /// A limit that costs `weight` per unit outside.
    pub fn soft(min: u32, max: u32, weight: u32) -> Self {
        Limit { min, max, below: Weight::Soft(weight), above: Weight::Soft(weight) }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Limit::NONE
    }
}

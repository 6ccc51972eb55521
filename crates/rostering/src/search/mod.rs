//! The search: prices whole personal rosters, combines them, and improves what stands.

pub(crate) mod anneal;
pub(crate) mod ascent;
pub(crate) mod columns;
mod counts;
pub(crate) mod master;
pub(crate) mod neighbourhood;
pub(crate) mod polish;
pub(crate) mod pricer;
pub(crate) mod random;
pub(crate) mod reinsert;
pub(crate) mod stretch;
mod trace;
pub(crate) mod window;

#[cfg(test)]
mod tests;

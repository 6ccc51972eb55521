//! Judges rosters and bounds; shares no code with the search.
pub mod roster;

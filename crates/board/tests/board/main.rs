//! What the board promises, noun by noun; one binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod access;
mod alarm;
mod checkin;
mod force;
mod operation;
mod post;
mod properties;
mod refusals;
mod roster;
mod simulation;
mod support;
mod time;
mod verdicts;
mod watch;

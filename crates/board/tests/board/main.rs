//! What the board promises, noun by noun; one binary, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod access;
mod alarm;
mod alarm_orders;
mod attachment;
mod call_out;
mod checkin;
mod directive;
mod force;
mod measure;
mod notice;
mod operation;
mod post;
mod properties;
mod refusals;
mod refusals_orders;
mod refusals_roads;
mod roster;
mod section;
mod simulation;
mod support;
mod task;
mod time;
mod verdicts;
mod warning;
mod watch;

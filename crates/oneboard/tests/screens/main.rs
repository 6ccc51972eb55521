//! The screens of the watch, the operation, the force and access, and what guards them, over real connections to a small bureau.

#[path = "../../../journal/tests/support/cluster.rs"]
mod cluster;
#[path = "../support/mod.rs"]
mod support;

mod access;
mod board_screen;
mod calendar;
mod erasure;
mod evidence;
mod find;
mod force;
mod guards;
mod notice;
mod operation;
mod paper_pack;
mod postgres;
mod roster;
mod sheets;
mod step_up;
mod tls;
mod watch;

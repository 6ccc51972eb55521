//! The screens of the watch, the operation, the force and access, over real connections to a small bureau.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod board_screen;
mod find;
mod force;
mod operation;
mod watch;

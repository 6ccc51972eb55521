//! The program in bad weather: a full disk, kills, slow and hostile clients, and one bad command among good ones.

#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the screens need more of it")]
mod support;

mod clients;
mod disk;
mod group;
mod kills;
mod program;

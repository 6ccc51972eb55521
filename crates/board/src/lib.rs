//! The board: a deterministic state machine that knows what a force is doing now.
//!
//! A [`Command`] says what somebody wants, [`decide`] says what follows from it on this board at this
//! moment, and [`apply`] makes it so. Nothing here reads a clock, a file, a random number or a locale:
//! the same entries give the same board on every machine, which is what replay, audit and "what if"
//! rest on.
//!
//! ```
//! use board::{Actor, Board, Command, CommandId, Context, At, execute, force};
//!
//! let mut board = Board::default();
//! let context = Context { now: At::from_millis(0), command: CommandId(1) };
//! let bureau = force::UnitRow {
//!     id: context.mint(0),
//!     parent: None,
//!     name: board::Label::new("Longdong bureau", "陇东市局"),
//!     callsign: "Longdong 0".into(),
//!     channel: "1".into(),
//!     telephone: "0934-000000".into(),
//!     order: 0,
//! };
//! let rows = force::Changes { units: vec![bureau.clone()], ..Default::default() };
//! let events = execute(&mut board, Actor::Operator, Command::Force(force::Command::Keep(rows)), &context)?;
//! assert_eq!(events.len(), 1);
//! assert_eq!(board.force.unit(bureau.id).map(|unit| unit.tier()), Some(0));
//! # Ok::<(), board::Refusal>(())
//! ```
//!
//! Invariants (named in `docs/ARCHITECTURE.md`):
//! - **pure**: no clock, randomness, I/O, float or hash order;
//! - **apply computes nothing that could be argued about**: verdicts, instants and frozen lists are in the event;
//! - **no words**: names, telephone numbers and free text are [`TextId`]s; the words are in the register.

pub mod access;
pub mod alarm;
pub mod attachment;
pub mod call_out;
pub mod checkin;
mod command;
pub mod directive;
mod event;
pub mod force;
mod id;
mod import;
mod machine;
pub mod measure;
pub mod notice;
pub mod operation;
mod pairs;
pub mod post;
mod refusal;
pub mod roster;
pub mod section;
pub mod task;
mod text;
mod time;
pub mod warning;
pub mod watch;

/// Another one for every change of this crate's sources: a board written down under another is not read.
pub const FINGERPRINT: &str = env!("BOARD_FINGERPRINT");

pub use command::{Actor, Command, Context};
pub use event::Event;
pub use id::{
    AlarmId, AssignmentId, AttachmentId, CallOutId, CommandId, DirectiveId, GrantId, Id, MeasureId, NotAnId, NoticeId,
    OperationId, PersonId, PostId, RollCallId, SectionId, ShiftId, Subject, TaskId, TextId, UnitId, WarningId,
};
pub use import::Import;
pub use machine::{Board, apply, decide, execute, permit, places};
pub use refusal::Refusal;
pub use text::{Label, Str, Wording};
pub use time::{At, Minutes, Span};

//! Refusals: why nothing happened. Every one carries the value and says what to do instead.
//!
//! The English words are the `Display`; the screens translate by the variant's name and its fields, which
//! serialisation yields (`{"checkin": {"already_at_post": {"person": …, "since": …}}}`).

use serde::Serialize;

use crate::{
    access, alarm, attachment, call_out, checkin, directive, force, measure, notice, operation, post, roster, section,
    task, warning, watch,
};

#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    #[error(transparent)]
    Denied(#[from] access::Denial),
    #[error(transparent)]
    Access(#[from] access::Refusal),
    #[error(transparent)]
    Force(#[from] force::Refusal),
    #[error(transparent)]
    Operation(#[from] operation::Refusal),
    #[error(transparent)]
    Post(#[from] post::Refusal),
    #[error(transparent)]
    Roster(#[from] roster::Refusal),
    #[error(transparent)]
    Checkin(#[from] checkin::Refusal),
    #[error(transparent)]
    Watch(#[from] watch::Refusal),
    #[error(transparent)]
    Alarm(#[from] alarm::Refusal),
    #[error(transparent)]
    Directive(#[from] directive::Refusal),
    #[error(transparent)]
    Task(#[from] task::Refusal),
    #[error(transparent)]
    CallOut(#[from] call_out::Refusal),
    #[error(transparent)]
    Attachment(#[from] attachment::Refusal),
    #[error(transparent)]
    Notice(#[from] notice::Refusal),
    #[error(transparent)]
    Section(#[from] section::Refusal),
    #[error(transparent)]
    Warning(#[from] warning::Refusal),
    #[error(transparent)]
    Measure(#[from] measure::Refusal),
}

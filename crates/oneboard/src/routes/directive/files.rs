//! The files of a draft: attached to it, and left out again.

use std::collections::HashMap;

use board::directive::{Command as Directive, Draft};
use board::{AttachmentId, Command, DirectiveId, Subject};
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::act::{Act, Desk};
use crate::http::problem::Problem;

/// The directive of the address.
pub fn directive_of(path: &HashMap<String, String>) -> Option<Subject> {
    path.get("directive")?.parse().ok().map(Subject::Directive)
}

/// What is written of a draft.
pub fn draft_of(desk: &Desk, id: DirectiveId) -> Result<Draft, Problem> {
    let published = desk.app.submit.published();
    let found = published.board.directives.known(id);
    found.map(|found| Draft::of(id, found)).map_err(|refusal| desk.app.refused(&desk.viewer, &refusal.into()))
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Enclose {
    directive: DirectiveId,
    /// A file that hangs on the directive; a form of `multipart/form-data` brings the file itself.
    file: AttachmentId,
}

impl Act for Enclose {
    fn shows(path: &HashMap<String, String>) -> Option<Subject> {
        directive_of(path)
    }

    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let mut draft = draft_of(desk, self.directive)?;
        // Sent again, it is the same draft.
        draft.files.retain(|held| *held != self.file);
        draft.files.push(self.file);
        Ok(Command::Directive(Directive::Draft(Box::new(draft))))
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Remove {
    directive: DirectiveId,
    file: AttachmentId,
}

impl Act for Remove {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let mut draft = draft_of(desk, self.directive)?;
        draft.files.retain(|held| *held != self.file);
        Ok(Command::Directive(Directive::Draft(Box::new(draft))))
    }
}

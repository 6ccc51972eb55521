//! The register in memory: the words that the journal keeps beside its entries.
//!
//! Boards and events hold [`TextId`]s; screens ask here for what they say. A text is written once and may be erased,
//! never changed.

use std::collections::HashMap;
use std::sync::{Arc, RwLock, RwLockReadGuard};

use board::{PersonId, TextId};

/// What a text is, and so whether it is loaded at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TextKind {
    Name = 1,
    StaffNumber = 2,
    Telephone = 3,
    /// A line of the log, a decision, a note.
    Words = 4,
}

impl TextKind {
    /// Loaded whole at start: every list shows them.
    pub const PERSONAL: [Self; 3] = [Self::Name, Self::StaffNumber, Self::Telephone];
}

/// A text on its way into the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: TextId,
    pub kind: TextKind,
    pub body: String,
}

#[derive(Debug, Default)]
pub struct Register {
    words: RwLock<HashMap<TextId, Arc<str>>>,
}

impl Register {
    /// Reads many texts under one lock.
    pub fn read(&self) -> Reading<'_> {
        Reading { words: self.words.read().unwrap_or_else(std::sync::PoisonError::into_inner) }
    }

    pub(crate) fn keep(&self, texts: impl IntoIterator<Item = (TextId, Arc<str>)>) {
        self.words.write().unwrap_or_else(std::sync::PoisonError::into_inner).extend(texts);
    }

    pub(crate) fn erase(&self, texts: &[TextId]) {
        let mut words = self.words.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        for id in texts {
            words.remove(id);
        }
    }
}

/// The register while it is being read; held for one rendering, not longer.
pub struct Reading<'a> {
    words: RwLockReadGuard<'a, HashMap<TextId, Arc<str>>>,
}

impl Reading<'_> {
    /// The words, or `None` where they were erased or are not loaded.
    pub fn text(&self, id: TextId) -> Option<&str> {
        self.words.get(&id).map(|words| &**words)
    }

    pub fn shared(&self, id: TextId) -> Option<Arc<str>> {
        self.words.get(&id).cloned()
    }

    /// A person's name; `None` where it was erased.
    pub fn name(&self, board: &board::Board, person: PersonId) -> Option<&str> {
        self.text(board.force.person(person)?.name)
    }
}

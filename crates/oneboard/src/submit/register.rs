//! The register in memory: the words that the journal keeps beside its entries.
//!
//! Boards and events hold [`TextId`]s; screens ask here for what they say. A text is written once and may be erased,
//! never changed.

use std::sync::Arc;

use arc_swap::ArcSwap;
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
    /// An e-mail address or a number for text messages.
    Address = 5,
}

impl TextKind {
    /// Loaded whole at start: every list shows them.
    pub const PERSONAL: [Self; 4] = [Self::Name, Self::StaffNumber, Self::Telephone, Self::Address];
}

/// A text on its way into the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub id: TextId,
    pub kind: TextKind,
    pub body: String,
}

type Words = imbl::HashMap<TextId, Arc<str>>;

/// Read without a lock: a rendering never keeps the writer waiting, and may ask as often as it likes.
#[derive(Debug, Default)]
pub struct Register {
    words: ArcSwap<Words>,
}

impl Register {
    /// The register as it is now.
    pub fn read(&self) -> Reading {
        Reading { words: self.words.load_full() }
    }

    /// Called by the writer alone, which is why nothing can come between reading and storing.
    pub(crate) fn keep(&self, texts: impl IntoIterator<Item = (TextId, Arc<str>)>) {
        let mut texts = texts.into_iter().peekable();
        if texts.peek().is_none() {
            return;
        }
        let mut words = Words::clone(&self.words.load());
        words.extend(texts);
        self.words.store(Arc::new(words));
    }

    /// Called by the writer alone.
    pub(crate) fn erase(&self, texts: &[TextId]) {
        let mut words = Words::clone(&self.words.load());
        for id in texts {
            words.remove(id);
        }
        self.words.store(Arc::new(words));
    }
}

/// The register at one moment.
#[derive(Clone, Debug)]
pub struct Reading {
    words: Arc<Words>,
}

impl Reading {
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

//! Words that may stand in the journal: labels of units, posts and operations, never of persons; and the ids of those
//! that may not.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::TextId;

/// A shared string: cloning a board must not copy its words.
pub type Str = Arc<str>;

/// A name in both languages. Where only one is known, both are the same.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Label {
    pub en: Str,
    pub zh: Str,
}

impl Label {
    pub fn new(en: &str, zh: &str) -> Self {
        let (en, zh) = match (en.trim(), zh.trim()) {
            ("", zh) => (zh, zh),
            (en, "") => (en, en),
            both => both,
        };
        Self { en: en.into(), zh: zh.into() }
    }
    pub fn is_empty(&self) -> bool {
        self.en.trim().is_empty() && self.zh.trim().is_empty()
    }
}

/// A sentence of an order, in both languages.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wording {
    /// Written by somebody: the words are in the register. Where one language was written, both ids are the same.
    Written { en: TextId, zh: TextId },
    /// Preset by the plan, like the name of a level.
    Preset(Label),
}

impl Wording {
    pub const fn one(words: TextId) -> Self {
        Self::Written { en: words, zh: words }
    }
    /// The ids of its words, if they are in the register.
    pub fn texts(&self) -> Option<[TextId; 2]> {
        match self {
            Self::Written { en, zh } => Some([*en, *zh]),
            Self::Preset(_) => None,
        }
    }
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Preset(label) if label.is_empty())
    }
}

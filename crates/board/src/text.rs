//! Words that may stand in the journal: labels of units, posts and operations, never of persons.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

//! Upcasts: old bodies read as new ones. Stored bytes are never edited, and hashes are over stored bytes.
//!
//! ```
//! use journal::Upcasts;
//! // Schema 2 wraps what schema 1 stored bare.
//! let upcasts = Upcasts::new(2).step(1, |old| Ok([b"[", &old[..], b"]"].concat()));
//! assert_eq!(upcasts.apply(1, b"7".as_slice().into()).unwrap(), (2, b"[7]".to_vec().into()));
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Lifts a body by one schema; the error says in words what did not fit.
pub type Step = fn(Vec<u8>) -> Result<Vec<u8>, String>;

/// The ordered table of steps from every schema ever written to the current one.
#[derive(Debug, Clone, Default)]
pub struct Upcasts {
    current: Option<u16>,
    steps: BTreeMap<u16, Step>,
}

impl Upcasts {
    /// No upcasts: bodies come back as they were stored, whatever their schema.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Readers see only schema `current`.
    #[must_use]
    pub fn new(current: u16) -> Self {
        Self { current: Some(current), steps: BTreeMap::new() }
    }

    /// `step` lifts bodies of schema `from` to `from + 1`.
    #[must_use]
    pub fn step(mut self, from: u16, step: Step) -> Self {
        self.steps.insert(from, step);
        self
    }

    /// Lifts `body` to the current schema.
    ///
    /// # Errors
    /// In words: the schema is newer than this program, or a step is missing or failed.
    pub fn apply<'a>(&self, schema: u16, body: Cow<'a, [u8]>) -> Result<(u16, Cow<'a, [u8]>), String> {
        let Some(current) = self.current.filter(|&current| current != schema) else {
            return Ok((schema, body));
        };
        if schema > current {
            return Err(format!("the newest this program knows is {current}"));
        }
        let mut lifted = body.into_owned();
        for from in schema..current {
            let step = self.steps.get(&from).ok_or_else(|| format!("no step leads on from schema {from}"))?;
            lifted = step(lifted).map_err(|why| format!("the step from schema {from} failed: {why}"))?;
        }
        Ok((current, Cow::Owned(lifted)))
    }
}

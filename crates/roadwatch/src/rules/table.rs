//! The table of rules: reading it and refusing one that is not sound.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Closure, PostsAt, Surface, Tier, Vehicle};
use crate::signal::{Colour, Hazard};

/// The default table, written for the police of Qingyang in Gansu.
const DEFAULT: &str = include_str!("default.toml");

/// A table of rules: immutable, named by its hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Where it holds, as ISO 3166-2: "CN-GS".
    pub jurisdiction: String,
    /// Its version for people.
    pub version: String,
    /// SHA-256 of its text.
    pub hash: [u8; 32],
    /// The rules, in the table's order.
    pub rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    jurisdiction: String,
    version: String,
    #[serde(rename = "rule")]
    rules: Vec<Rule>,
}

/// One rule: any trigger, then what to do on expressways and on other roads.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name: "F2".
    pub id: String,
    /// Where it comes from, in English; "house" for our own default.
    pub source_en: String,
    /// Where it comes from, in Chinese.
    pub source_zh: String,
    /// What sets it off: any one of these.
    pub when: Vec<Trigger>,
    /// What to do on expressways.
    pub expressway: Option<Action>,
    /// What to do on other roads.
    pub other: Option<Action>,
}

/// A trigger: everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// A warning of this hazard is in force …
    pub warning: Option<Hazard>,
    /// … in one of these colours; any, if none is given.
    #[serde(default)]
    pub colours: Vec<Colour>,
    /// Visibility in metres is at least this …
    pub visibility_from_m: Option<u32>,
    /// … and below this.
    pub visibility_below_m: Option<u32>,
    /// The surface is one of these.
    #[serde(default)]
    pub surfaces: Vec<Surface>,
    /// The road was wet within 24 hours.
    #[serde(default)]
    pub wet_within_24h: bool,
}

/// Part of the roads that an action is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    /// Bridges.
    Bridges,
    /// Tunnels and underpasses.
    Tunnels,
}

/// What to do. What is not given is not proposed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each field is the measure of its name, see `Measure`")]
pub struct Action {
    /// Who may approve it.
    pub approver: Tier,
    /// Who is to be informed besides.
    #[serde(default)]
    pub inform: Vec<Tier>,
    /// For which part of the roads only.
    pub only: Option<Only>,
    pub closure: Option<Closure>,
    #[serde(default)]
    pub diversion: bool,
    pub limit_kmh: Option<u16>,
    pub advisory_kmh: Option<u16>,
    pub gap_m: Option<u16>,
    #[serde(default)]
    pub no_overtaking: bool,
    #[serde(default)]
    pub ban: Vec<Vehicle>,
    #[serde(default)]
    pub chains: Vec<Vehicle>,
    #[serde(default)]
    pub convoy: bool,
    pub convoy_kmh: Option<u16>,
    #[serde(default)]
    pub escort: Vec<Vehicle>,
    #[serde(default)]
    pub metered_entry: bool,
    #[serde(default)]
    pub gritting: bool,
    #[serde(default)]
    pub ploughs: bool,
    pub posts: Option<PostsAt>,
    #[serde(default)]
    pub patrol: bool,
    #[serde(default)]
    pub message_signs: bool,
    #[serde(default)]
    pub observe: bool,
}

/// Why a table is refused. A table is taken whole or not at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulesError {
    /// Not TOML of this form.
    #[error("the table of rules cannot be read: {0}")]
    Unreadable(String),
    /// No rules.
    #[error("the table of rules is empty; a jurisdiction without rules proposes nothing: give at least one")]
    Empty,
    /// The same name twice.
    #[error("the rule {0:?} stands in the table twice; give each its own name")]
    Twice(String),
    /// Nothing sets it off, or it does nothing.
    #[error("the rule {0:?} has no trigger or no action; give it both or drop it")]
    Idle(String),
    /// A trigger without condition would always hold.
    #[error("the rule {0:?} has a trigger without any condition, which would always hold; give a condition")]
    Always(String),
    /// A source is missing.
    #[error("the rule {0:?} names no source; give the law or plan, or \"house\" for your own")]
    NoSource(String),
    /// A colour that the hazard does not have, or a colour without hazard.
    #[error("the rule {rule:?} asks for a warning that cannot be: {what}")]
    NoSuchWarning {
        /// The rule.
        rule: String,
        /// What is wrong with it.
        what: String,
    },
    /// A limit out of range.
    #[error("the rule {rule:?} has a speed of {kmh} km/h; expected 5 to 120 in steps of 5")]
    Speed {
        /// The rule.
        rule: String,
        /// The speed.
        kmh: u16,
    },
    /// An expressway closed below the province.
    #[error(
        "the rule {0:?} closes expressways on the approval of a tier below the province, which the law does not allow"
    )]
    ClosureTier(String),
}

impl Rules {
    /// Reads a table.
    ///
    /// # Errors
    /// [`RulesError`] for the first rule that is not sound.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        let file: File = toml::from_str(text).map_err(|e| RulesError::Unreadable(e.to_string()))?;
        if file.rules.is_empty() {
            return Err(RulesError::Empty);
        }
        for (i, rule) in file.rules.iter().enumerate() {
            if file.rules.iter().take(i).any(|r| r.id == rule.id) {
                return Err(RulesError::Twice(rule.id.clone()));
            }
            rule.check()?;
        }
        let File { jurisdiction, version, rules } = file;
        Ok(Rules { jurisdiction, version, hash: Sha256::digest(text).into(), rules })
    }

    /// The table that comes with the program.
    pub fn default_table() -> Self {
        Rules::from_toml(DEFAULT).expect("the table that comes with the program is read in its tests")
    }

    /// The text of the table that comes with the program, to start one's own from.
    pub fn default_text() -> &'static str {
        DEFAULT
    }
}

impl Rule {
    fn check(&self) -> Result<(), RulesError> {
        let id = || self.id.clone();
        let actions = || self.expressway.iter().chain(&self.other);
        if self.when.is_empty() || actions().next().is_none() {
            return Err(RulesError::Idle(id()));
        }
        if self.source_en.trim().is_empty() || self.source_zh.trim().is_empty() {
            return Err(RulesError::NoSource(id()));
        }
        for trigger in &self.when {
            let Trigger { warning, colours, visibility_from_m, visibility_below_m, surfaces, wet_within_24h } = trigger;
            let observed = visibility_from_m.is_some() || visibility_below_m.is_some() || !surfaces.is_empty();
            if warning.is_none() && !colours.is_empty() {
                return Err(RulesError::NoSuchWarning { rule: id(), what: "a colour without a hazard".to_owned() });
            }
            if warning.is_none() && !observed && !wet_within_24h {
                return Err(RulesError::Always(id()));
            }
            if let Some((hazard, colour)) =
                warning.and_then(|h| Some((h, colours.iter().find(|c| !h.colours().contains(c))?)))
            {
                let what = format!("{} has no {} signal", hazard.en(), colour.en());
                return Err(RulesError::NoSuchWarning { rule: id(), what });
            }
        }
        for action in actions() {
            let speeds = [action.limit_kmh, action.advisory_kmh, action.convoy_kmh];
            if let Some(kmh) = speeds.into_iter().flatten().find(|s| !(5..=120).contains(s) || s % 5 != 0) {
                return Err(RulesError::Speed { rule: id(), kmh });
            }
        }
        let closes = self.expressway.as_ref().is_some_and(|a| a.closure.is_some() && a.approver < Tier::Province);
        if closes { Err(RulesError::ClosureTier(id())) } else { Ok(()) }
    }
}

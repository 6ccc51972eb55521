//! What the actions of a level bring: a call-out, a directive that is ready, more strength at some posts.

use std::collections::BTreeMap;

use board::access::{Action, Place};
use board::call_out::Circle;
use board::directive::Urgency;
use board::operation::{Command as Change, Does, PresetDirective, row_of};
use board::{Command, Label, Minutes, OperationId, post};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::{LONGEST_LINE, pairs};
use crate::http::problem::{Kind as Wrong, Problem};
use crate::routes::act::{Act, Count, Desk, Tick};

/// What a form chooses.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Brings {
    Nothing,
    CallOut,
    Directive,
    Strength,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct SetPreset {
    operation: OperationId,
    rung: Count,
    /// Which of the level's actions, from 1.
    number: Count,
    brings: Brings,
    circle: Option<Circle>,
    title_en: Option<String>,
    title_zh: Option<String>,
    /// One clause a line.
    clauses_en: Option<String>,
    clauses_zh: Option<String>,
    urgency: Option<Urgency>,
    /// Minutes from the issue in which a receipt is asked for.
    within: Option<Count>,
    /// Straight through to every unit.
    #[serde(default)]
    below: Tick,
    /// Every person confirms it.
    #[serde(default)]
    people: Tick,
    /// People whom each of the posts must have at least.
    at_least: Option<Count>,
    /// `kind-WORD`: only posts of these kinds.
    #[serde(flatten)]
    kinds: BTreeMap<String, Value>,
}

/// How soon a receipt is asked for where nothing is said.
const SOON: Count = Count(60);

impl SetPreset {
    fn does(self, desk: &Desk) -> Result<Does, Problem> {
        let missing = |field: &'static str| {
            Problem::new(Wrong::BadRequest).field(field, desk.viewer.locale.t("act-blank").into_owned())
        };
        Ok(match self.brings {
            Brings::Nothing => Does::Nothing,
            Brings::CallOut => Does::OpenCallOut { circle: self.circle.unwrap_or(Circle::Standby) },
            Brings::Strength => {
                let Count(at_least) = self.at_least.ok_or_else(|| missing("at_least"))?;
                let words = self.kinds.keys().filter_map(|name| name.strip_prefix("kind-"));
                let kinds = words.filter_map(|word| serde_json::from_value(Value::String(word.to_owned())).ok());
                let kinds: Vec<post::Kind> = kinds.collect();
                Does::RequireStrength { kinds, at_least: u16::try_from(at_least).unwrap_or(u16::MAX) }
            }
            Brings::Directive => {
                let label =
                    |field, text: &Option<String>| desk.label(field, text.as_deref().unwrap_or(""), LONGEST_LINE);
                let (en, zh) = (label("title_en", &self.title_en)?, label("title_zh", &self.title_zh)?);
                let lines = pairs(desk, "clauses_zh", self.clauses_en, self.clauses_zh)?;
                if en.is_empty() && zh.is_empty() {
                    return Err(missing("title_en"));
                }
                if lines.is_empty() {
                    return Err(missing("clauses_en"));
                }
                Does::IssueDirective(Box::new(PresetDirective {
                    title: Label::new(&en, &zh),
                    clauses: lines.iter().map(|(en, zh)| Label::new(en, zh)).collect(),
                    urgency: self.urgency.unwrap_or(Urgency::Urgent),
                    within: Minutes(self.within.unwrap_or(SOON).0),
                    below: self.below.0,
                    people: self.people.0,
                }))
            }
        })
    }
}

impl Act for SetPreset {
    fn command(self, desk: &mut Desk) -> Result<Command, Problem> {
        let published = desk.app.submit.published();
        let found = published.board.known_operation(self.operation);
        let found = found.map_err(|refusal| desk.app.refused(&desk.viewer, &refusal.into()))?;
        // Whoever may not plan it is not told which actions it has.
        desk.app.require(&desk.viewer, Action::PlanOperation, Place::Unit(found.unit))?;
        let mut row = row_of(self.operation, found);
        let (Count(rung), Count(number)) = (self.rung, self.number);
        let level = row.levels.iter_mut().find(|level| u32::from(level.rung) == rung);
        let index = (number as usize).checked_sub(1);
        let action =
            level.and_then(|level| level.actions.get_mut(index?)).ok_or_else(|| Problem::new(Wrong::NotFound))?;
        action.does = self.does(desk)?;
        Ok(Command::Operation(Change::Plan(Box::new(row))))
    }
}

//! What a level presets, and what follows when one of its actions is taken.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Operation;
use crate::call_out::{self, Circle};
use crate::directive::{self, Audience, Draft, Origin, People, Urgency};
use crate::roster::{self, ShiftRow};
use crate::{Actor, Board, Context, Label, Minutes, OperationId, Span, Wording, post};

/// A preset action: its words, and what taking it does.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Preset {
    #[serde(flatten)]
    pub words: Label,
    #[serde(default, skip_serializing_if = "Does::is_nothing")]
    pub does: Does,
}

impl Preset {
    /// An action that somebody carries out by hand.
    pub const fn by_hand(words: Label) -> Self {
        Self { words, does: Does::Nothing }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Does {
    /// Nothing by itself: whoever takes it sees to it.
    #[default]
    Nothing,
    IssueDirective(Box<PresetDirective>),
    OpenCallOut {
        circle: Circle,
    },
    /// The posts of these kinds, or all where none is named, are to be stood by at least so many for the next day.
    RequireStrength {
        kinds: Vec<post::Kind>,
        at_least: u16,
    },
}

impl Does {
    pub fn is_nothing(&self) -> bool {
        *self == Self::Nothing
    }
}

/// A directive as the plan has it ready. It goes to every unit below the operation's.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct PresetDirective {
    pub title: Label,
    pub clauses: Vec<Label>,
    pub urgency: Urgency,
    /// Minutes from its issue in which a receipt is asked for.
    pub within: Minutes,
    /// Straight through to every unit, not only to the next tier.
    pub below: bool,
    /// Every person confirms it.
    pub people: bool,
}

/// A required strength is raised for this long; a level that stays is looked at again by then.
const RAISED_FOR: Minutes = Minutes(24 * 60);

/// What taking a preset action leads to.
pub(super) fn carry_out(
    board: &Board,
    actor: Actor,
    (id, operation): (OperationId, &Operation),
    (does, rung): (&Does, u8),
    context: &Context,
) -> Result<Vec<crate::Event>, crate::Refusal> {
    match does {
        Does::Nothing => Ok(Vec::new()),
        Does::IssueDirective(preset) => {
            let draft = draft(board, (id, operation), preset, context);
            directive::issue_preset(board, actor, draft, operation.order, context.now)
        }
        Does::OpenCallOut { circle } => {
            let named = (context.mint(0), id, operation.unit);
            let opened = call_out::open(board, actor, named, *circle, (None, Some(rung)), context.now)?;
            Ok(vec![crate::Event::CallOut(opened)])
        }
        Does::RequireStrength { kinds, at_least } => Ok(strengthen((id, operation), kinds, *at_least, context)),
    }
}

fn draft(
    board: &Board,
    (id, operation): (OperationId, &Operation),
    preset: &PresetDirective,
    context: &Context,
) -> Draft {
    let units = board.force.children(operation.unit).map(|unit| unit.id).collect();
    Draft {
        id: context.mint(0),
        unit: operation.unit,
        operation: Some(id),
        kind: directive::Kind::Order,
        urgency: preset.urgency,
        ladder: None,
        quiet: None,
        origin: Origin::default(),
        title: Wording::Preset(preset.title.clone()),
        clauses: preset.clauses.iter().cloned().map(Wording::Preset).collect(),
        audience: Audience { units, below: preset.below, people: preset.people.then(People::default) },
        deadline: context.now.plus(preset.within),
        files: Vec::new(),
    }
}

fn strengthen(
    (id, operation): (OperationId, &Operation),
    kinds: &[post::Kind],
    at_least: u16,
    context: &Context,
) -> Vec<crate::Event> {
    let day = Span::new(context.now, context.now.plus(RAISED_FOR));
    let posts = operation.posts.iter().filter(|post| !post.closed && (kinds.is_empty() || kinds.contains(&post.kind)));
    let shifts = posts.flat_map(|post| operation.roster.shifts_of(post.id, day));
    let short = shifts.filter(|(_, shift)| !shift.ended && shift.required < at_least);
    short
        .map(|(shift, found)| {
            let row = ShiftRow {
                id: shift,
                post: found.post,
                span: found.span,
                required: at_least,
                demands: found.demands.clone(),
            };
            crate::Event::Roster(roster::Event::ShiftKept { operation: id, shift: row })
        })
        .collect()
}

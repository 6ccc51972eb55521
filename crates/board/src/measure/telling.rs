//! Those whom a decision concerns are told by a directive, and the posts on the section confirm it on the ground.
//!
//! The directive goes to the units that answer for the sections and to those whose posts stand there, below the unit that
//! decided. Its words stand in both languages, like those of a level's preset.

use std::collections::{BTreeMap, BTreeSet};

use super::{Measure, RECEIPT_WITHIN, Refusal};
use crate::directive::{self, Audience, Draft, MOST_CLAUSES, Origin, Urgency};
use crate::{Actor, Board, Context, DirectiveId, Label, OperationId, PostId, SectionId, UnitId, Wording};

/// Ids of directives count from here, so that they never meet those of the measures that the command makes.
const FIRST_DIRECTIVE: u32 = 0x4000_0000;

/// What became of them, as the directive's title says it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    InForce,
    Eased,
    Lifted,
}

impl Word {
    fn title(self) -> Label {
        match self {
            Self::InForce => {
                Label::new("Traffic measures in force: see to them and confirm", "关于实施交通管制措施的指令")
            }
            Self::Eased => Label::new("Traffic measures eased: see to it and confirm", "关于调整交通管制措施的指令"),
            Self::Lifted => Label::new("Traffic measures lifted", "关于解除交通管制措施的指令"),
        }
    }
}

/// The posts on a section now, in operations that are running.
pub(super) fn posts_on(board: &Board, section: SectionId) -> Vec<(OperationId, PostId)> {
    let open = |(operation, post): &(OperationId, PostId)| {
        let found = board.operation(*operation).filter(|found| found.is_running());
        found.and_then(|found| found.posts.get(*post)).is_some_and(|post| !post.closed)
    };
    board.sections.posts_on(section).filter(open).collect()
}

/// The directive that `unit` sends about these measures; none where it would reach nobody.
pub(super) fn tell(
    board: &Board,
    actor: Actor,
    (unit, number): (UnitId, u32),
    word: Word,
    measures: &[(&Measure, &Label)],
    context: &Context,
) -> Result<Option<(DirectiveId, Vec<crate::Event>)>, crate::Refusal> {
    let mut units = BTreeSet::new();
    // One clause for each measure, with the sections that it is for.
    let mut clauses: BTreeMap<&Label, BTreeSet<SectionId>> = BTreeMap::new();
    for (measure, words) in measures {
        clauses.entry(words).or_default().insert(measure.section);
        units.extend(board.sections.get(measure.section).map(|section| section.unit));
        let posts = posts_on(board, measure.section).into_iter();
        units.extend(posts.filter_map(|(operation, post)| {
            board.operation(operation).and_then(|found| found.posts.get(post)).map(|post| post.unit)
        }));
    }
    units.retain(|told| *told != unit && board.force.is_within(*told, unit));
    if units.is_empty() {
        return Ok(None);
    }
    if clauses.len() > MOST_CLAUSES {
        return Err(Refusal::TooManyMeasures { count: clauses.len(), most: MOST_CLAUSES }.into());
    }
    let id = context.mint(FIRST_DIRECTIVE + number);
    let draft = Draft {
        id,
        unit,
        operation: None,
        kind: directive::Kind::Order,
        urgency: Urgency::Urgent,
        ladder: None,
        quiet: None,
        origin: Origin::default(),
        title: Wording::Preset(word.title()),
        clauses: clauses
            .into_iter()
            .map(|(words, sections)| Wording::Preset(clause(board, words, &sections)))
            .collect(),
        audience: Audience { units: units.into_iter().collect(), below: false, people: None },
        deadline: context.now.plus(RECEIPT_WITHIN),
        files: Vec::new(),
    };
    // At the end of time there is no deadline left to give.
    if draft.deadline <= context.now {
        return Ok(None);
    }
    let events = directive::issue_preset(board, actor, draft, None, context.now)?;
    Ok(Some((id, events)))
}

fn clause(board: &Board, words: &Label, sections: &BTreeSet<SectionId>) -> Label {
    let found: Vec<_> = sections.iter().filter_map(|id| board.sections.get(*id)).collect();
    let en: Vec<String> = found.iter().map(|one| format!("{} {} {}", one.road, one.name.en, one.heading.en)).collect();
    let zh: Vec<String> = found.iter().map(|one| format!("{}{}{}", one.road, one.name.zh, one.heading.zh)).collect();
    let trimmed = |names: Vec<String>, comma: &str| {
        names.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>().join(comma)
    };
    Label::new(&format!("{}: {}", words.en, trimmed(en, "; ")), &format!("{}：{}", words.zh, trimmed(zh, "、")))
}

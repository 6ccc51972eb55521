//! Roads at random: warnings, observations, the rules' answers and what people decide.

use board::measure::{self, Considered, Stage, Tier, Vehicle, What};
use board::section::{self, Class, Observer, Seen, Surface, Visibility};
use board::warning::{self, Colour, Hazard};
use board::{Actor, Command, Id, MeasureId, Minutes, SectionId, WarningId};

use super::roads::{self, RULES, entry, proposal, section_row, signal};
use super::steps::{Step, pick};
use super::steps_orders::Around;
use super::{OPERATION, WORDS, label};

impl Around<'_> {
    fn what(b: u16, c: u16) -> What {
        let vehicles = [Vehicle::Hazmat, Vehicle::Coach, Vehicle::Car];
        let vehicles = || vehicles.into_iter().take(usize::from(c % 4)).collect();
        match b % 6 {
            0 | 1 => What::SpeedLimit { kmh: 20 + 20 * (c % 4) + u16::from(c % 13 == 12) },
            2 => What::Closure {
                extent: [measure::Closure::WhenNecessary, measure::Closure::Section][usize::from(c % 2)],
            },
            3 => What::Ban { vehicles: vehicles() },
            4 => What::Gap { metres: 50 * (c % 4) },
            _ => What::Gritting,
        }
    }

    pub fn roads(&self, who: Actor, step: Step) -> (Actor, Command) {
        let Step { a, b, c, .. } = step;
        let sections: Vec<SectionId> = self.board.sections.iter().map(|section| section.id).collect();
        if sections.is_empty() {
            return (Actor::Operator, roads::network(roads::roads(), &[]));
        }
        let section = pick(&sections, a);
        let top = self.board.force.root().map_or(who, |root| Actor::Person(super::person(root, 1)));
        let who = if c % 4 > 0 { top } else { who };
        let kind = match step.actor >> 4 & 31 {
            kind @ 14.. if self.board.measures.open().count() == 0 => 11 + kind % 3,
            kind => kind,
        };
        match kind {
            0 => {
                let mut row = section_row(section, pick(self.units, b), Class::ALL[usize::from(c) % 5]);
                row.road = if c % 11 == 10 { "".into() } else { "G2".into() };
                // A class that rises after the fact would make what is in force unlawful: a network does not do that.
                row.class = self.board.sections.get(section).map_or(row.class, |old| old.class);
                let gone: Vec<SectionId> = (c % 7 == 0).then(|| pick(&sections, b)).into_iter().collect();
                (Actor::Operator, roads::network(vec![row], &gone))
            }
            1 | 2 => {
                let (operation, post) = (OPERATION, pick(self.posts, b));
                let sections = if c % 5 == 0 { Vec::new() } else { vec![section, pick(&sections, b)] };
                (Actor::Operator, Command::Section(section::Command::Station { operation, post, sections }))
            }
            3..=6 => {
                let post = pick(self.posts, b);
                let observer = if b % 2 == 0 {
                    Observer::Post { operation: OPERATION, post }
                } else {
                    Observer::Unit { unit: pick(self.units, c) }
                };
                let seen = Seen {
                    visibility: (c % 3 > 0).then(|| Visibility::ALL[usize::from(c) % 5]),
                    surface: (c % 4 > 0).then(|| Surface::ALL[usize::from(b) % 5]),
                    ..Seen::default()
                };
                (who, Command::Section(section::Command::Observe { sections: vec![section], observer, seen }))
            }
            7..=10 => (who, self.warning(step)),
            11..=13 => (Actor::Clock, Command::Measure(self.measure(kind, section, step))),
            kind => (who, Command::Measure(self.measure(kind, section, step))),
        }
    }

    fn warning(&self, step: Step) -> Command {
        let Step { a, b, c, .. } = step;
        let ids: Vec<WarningId> = self.board.warnings.in_force().map(|(id, _)| id).collect();
        let warning = pick(&ids, a);
        let mut said = signal(Colour::ALL[usize::from(b) % 4], &[pick(self.units, c)], self.now.minus(Minutes(5)));
        said.hazard = [Hazard::Icing, Hazard::Snow][usize::from(a) % 2];
        said.ends = (b % 3 > 0).then(|| self.now.plus(Minutes(u32::from(c % 700))));
        let words = None;
        Command::Warning(match b % 8 {
            0 => warning::Command::Cancel { warning, words },
            1 => warning::Command::Vanish { warning },
            2 | 3 => warning::Command::Update { warning, signal: Box::new(said) },
            _ => {
                let id = if c % 13 == 12 { warning } else { Id::from_value(self.fresh) };
                let mut row = entry(id, said);
                row.unit = if c % 5 == 0 { pick(self.units, a) } else { row.unit };
                row.exercise = c % 9 == 8;
                warning::Command::Enter(Box::new(row))
            }
        })
    }

    fn measure(&self, kind: u16, section: SectionId, step: Step) -> measure::Command {
        use measure::Command as M;
        let Step { a, b, c, .. } = step;
        let what = Self::what(b, c);
        let words = label(&format!("{what:?}"));
        let review = Minutes(if c % 19 == 18 { 5 } else { 60 + u32::from(b % 300) });
        let fits = |found: &measure::Measure| match kind {
            15..=20 => found.state == measure::State::Proposed,
            21 | 22 => matches!(found.state, measure::State::Requested { .. }),
            _ => found.is_in_force(),
        };
        let open = || self.board.measures.open();
        let fitting: Vec<MeasureId> = open().filter(|(_, found)| fits(found)).map(|(id, _)| id).collect();
        let all: Vec<MeasureId> = open().map(|(id, _)| id).collect();
        let measure = pick(if a % 9 == 8 { &all } else { &fitting }, a);
        let measures = vec![measure];
        match kind {
            11..=13 => {
                let warnings: Vec<WarningId> = self.board.warnings.on(section).map(|(id, _)| id).collect();
                let tier = Tier::ALL[usize::from(c) % 4];
                let mut proposals = vec![proposal(what, tier, &warnings), proposal(Self::what(c, b), tier, &warnings)];
                proposals.truncate(usize::from(a) % 3);
                let sections = vec![Considered { section, proposals }];
                M::Consider { rules: RULES, sections }
            }
            14 => M::Propose { sections: vec![section], what, words, reason: WORDS },
            15 => M::Edit { measure, what, words },
            16 => M::Drop { measures, words: WORDS },
            17 | 18 => M::Approve { measures, review },
            19 | 20 => M::Ask { measures },
            21 | 22 => M::Answer { measures, granted: c % 3 > 0, review, words: WORDS },
            23 => M::Review { measures, review },
            24 | 25 => M::Ease { measure, what, words },
            26 | 27 => {
                let words = (b % 2 == 0).then_some(WORDS);
                M::Lift { measures, stage: Stage::ALL[usize::from(c) % 3], words }
            }
            _ => {
                let told = self.board.measures.get(measure).and_then(|found| found.told.first());
                let post = told.map_or_else(|| pick(self.posts, b), |told| told.post);
                M::Confirm { measures, operation: OPERATION, post }
            }
        }
    }
}

//! A provincial directive runs through the night: entered at the bureau, passed on by the counties, split into tasks, and
//! one county silent until the ladder finds it.

use std::sync::Arc;

use board::checkin::How;
use board::directive::{self, Audience, Draft, Evidence, Kind, Origin, People, Receiver, Step, Urgency};
use board::task::{self, Source, TaskRow, Wanted};
use board::{Actor, At, CommandId, DirectiveId, Label, Minutes, TaskId, UnitId, Wording};
use uuid::Uuid;

use super::act::{Act, Deed};
use super::answers::Answers;
use super::places::LINGBEI;
use super::plan::{BEGINS, TONIGHT};
use super::random::command_id;
use super::watches::Watches;
use crate::submit::{Text, TextKind, text_id};

/// The county from which nothing is heard until the bureau telephones.
const SILENT: usize = 7;
/// Stations of a county that are given a task from each clause.
const STATIONS_OF_A_CLAUSE: usize = 2;

const TITLE: (&str, &str) = ("Road safety in snow and ice", "关于做好雨雪冰冻天气道路交通安全管理工作的指令");
const INSTRUCTION: (&str, &str) = (
    "Roads open, people safe, nobody left waiting on the pass.",
    "务必确保道路畅通、人员安全，不得有车辆、人员滞留垭口。",
);
const CLAUSES: [(&str, &str); 5] = [
    (
        "Check every pass, bridge and shaded bend before 20:00 and report black ice at once.",
        "20时前对辖区垭口、桥面、背阴弯道逐处排查，发现暗冰立即报告。",
    ),
    ("Man the checkpoints on every road out of the county through the night.", "出县道路检查站通宵值守，不得空岗。"),
    ("Keep gritters and recovery vehicles at the foot of each pass.", "协调除雪、清障车辆前置到各垭口下方待命。"),
    (
        "Escort convoys over the passes each half hour; no vehicle alone.",
        "垭口路段每30分钟编队压道护送一次，禁止车辆单独通行。",
    ),
    (
        "Relieve everybody who stands in the cold in time, and report each relief.",
        "严格执行防寒换岗，按时轮换并逐班报告。",
    ),
];

/// Words in both languages, each a text of the command.
fn written(id: Uuid, texts: &mut Vec<Text>, (en, zh): (&str, &str)) -> Wording {
    let mut keep = |body: &str| {
        let text = text_id(id, texts.len() as u32);
        texts.push(Text { id: text, kind: TextKind::Words, body: body.to_owned() });
        text
    };
    Wording::Written { en: keep(en), zh: keep(zh) }
}

impl Watches<'_> {
    /// Whoever is asked something tonight answers it, a minute at a time.
    pub fn answers(&self) -> Vec<Act> {
        let seed = self.longdong.seed;
        let begins = self.edition.at(TONIGHT, BEGINS);
        let answers = Arc::new(Answers {
            seed,
            cast: self.staff.cast.iter().map(|person| self.longdong.person(*person)).collect(),
            silent: self.unit(Some(SILENT)),
            scripted: self.provincial(),
            from: begins,
        });
        let night = u32::try_from((self.edition.at(TONIGHT + 1, 0).millis() - begins.millis()) / 60_000).unwrap_or(0);
        let act = |minute: u32| Act {
            at: begins.plus(Minutes(minute)),
            actor: Actor::Clock,
            id: command_id(seed, "answers", minute.into()),
            deed: Deed::Answer(Arc::clone(&answers)),
        };
        (1..night).map(act).collect()
    }

    fn provincial(&self) -> DirectiveId {
        let id = command_id(self.longdong.seed, "provincial directive", 0);
        DirectiveId::mint(CommandId(id.as_u128()), 0)
    }

    /// Everything that is done about the directive, by whoever is on duty.
    pub fn orders(&self) -> Vec<Act> {
        let seed = self.longdong.seed;
        let id = command_id(seed, "provincial directive", 0);
        let directive = self.provincial();
        let bureau = self.longdong.unit(self.longdong.sections.bureau);
        let officer = self.actor(None);
        let counties: Vec<UnitId> =
            self.longdong.counties.iter().map(|county| self.longdong.unit(county.unit)).collect();
        let mut texts = Vec::new();
        let draft = Draft {
            id: directive,
            unit: bureau,
            operation: Some(self.plan.operation),
            kind: Kind::Order,
            urgency: Urgency::Urgent,
            ladder: None,
            quiet: None,
            origin: Origin {
                above: Some(Label::new("Provincial Public Security Department", "省公安厅")),
                number: "甘公传〔2027〕17号".into(),
                instruction: Some(written(id, &mut texts, INSTRUCTION)),
            },
            title: written(id, &mut texts, TITLE),
            clauses: CLAUSES.into_iter().map(|clause| written(id, &mut texts, clause)).collect(),
            audience: Audience { units: counties, below: false, people: None },
            deadline: self.at(TONIGHT, 10, 10),
            files: Vec::new(),
        };
        let written_at = self.at(TONIGHT, 9, 20);
        let draft = board::Command::Directive(directive::Command::Draft(Box::new(draft)));
        let issue = directive::Command::Issue { directive, by_order_of: None, words: None, break_glass: None };
        let mut acts = vec![
            Act::enter(written_at, officer, id, draft, texts),
            Act::give(
                written_at.plus(Minutes(4)),
                officer,
                command_id(seed, "provincial issue", 0),
                board::Command::Directive(issue),
            ),
        ];
        for county in 0..self.longdong.counties.len() {
            acts.extend(self.county(directive, county));
        }
        acts
    }

    fn actor(&self, county: Option<usize>) -> Actor {
        Actor::Person(self.longdong.person(self.staff.duty_officer(county, TONIGHT)))
    }

    fn county(&self, directive: DirectiveId, county: usize) -> Vec<Act> {
        let (seed, unit) = (self.longdong.seed, self.unit(Some(county)));
        let id = |what: &str, n: u64| command_id(seed, &format!("provincial {what} {county}"), n);
        let actor = self.actor(Some(county));
        let said = |step, how| {
            let receiver = Receiver::Unit(unit);
            board::Command::Directive(directive::Command::Receive {
                directive,
                receiver,
                step,
                how,
                evidence: Evidence::default(),
            })
        };
        let late = county as u32;
        let mut acts = Vec::new();
        let reads = if county == SILENT {
            // The ladder has found it: the bureau's duty officer telephones, and records what was said.
            let at = self.at(TONIGHT, 11, 22);
            acts.push(Act::give(at, self.actor(None), id("telephone", 0), said(Step::Acknowledged, How::Telephone)));
            at.plus(Minutes(6))
        } else {
            let at = self.at(TONIGHT, 9, 27).plus(Minutes(2 * late));
            acts.push(Act::give(at, actor, id("read", 0), said(Step::Acknowledged, How::InPerson)));
            at.plus(Minutes(5))
        };
        acts.push(Act::give(reads, actor, id("accept", 0), said(Step::Accepted, How::InPerson)));
        acts.push(self.relay(directive, county, (reads.plus(Minutes(6)), actor, id("relay", 0))));
        acts.extend(self.stations(directive, county, reads.plus(Minutes(6))));
        acts
    }

    /// Passed on to every station; in Lingbei to everybody of the traffic brigade too, who has it on the phone.
    fn relay(&self, directive: DirectiveId, county: usize, (at, actor, id): (At, Actor, Uuid)) -> Act {
        let found = &self.longdong.counties[county];
        let mut units: Vec<UnitId> = found.stations.iter().map(|station| self.longdong.unit(station.unit)).collect();
        let people = (county == LINGBEI).then(People::default);
        if people.is_some() {
            units = vec![self.longdong.unit(found.traffic)];
            units.extend(found.stations.iter().map(|station| self.longdong.unit(station.unit)));
        }
        let mut texts = Vec::new();
        let own =
            ("Report the road surface at the county's own passes every hour.", "本县垭口路面情况每小时报告一次。");
        let clauses = if county == LINGBEI { vec![written(id, &mut texts, own)] } else { Vec::new() };
        let command = directive::Command::Relay {
            directive,
            unit: self.unit(Some(county)),
            audience: Box::new(Audience { units, below: false, people }),
            clauses,
            deadline: at.plus(Minutes(60)),
        };
        Act::enter(at, actor, id, board::Command::Directive(command), texts)
    }

    /// The stations read it; two of them are given a duty from each clause, accept it, and report it done.
    fn stations(&self, directive: DirectiveId, county: usize, relayed: At) -> Vec<Act> {
        let (seed, unit) = (self.longdong.seed, self.unit(Some(county)));
        let found = &self.longdong.counties[county];
        let mut acts = Vec::new();
        for (n, station) in found.stations.iter().enumerate() {
            let id = |what: &str| command_id(seed, &format!("provincial {what} {county}"), n as u64);
            let leader = self.longdong.person(self.longdong.members[station.unit][0]);
            let receiver = Receiver::Unit(self.longdong.unit(station.unit));
            for (after, step) in [(4, Step::Acknowledged), (9, Step::Accepted)] {
                // One station of each county is late, and is found by the ladder.
                let late = if n == 11 { 70 } else { 0 };
                let at = relayed.plus(Minutes(after + 2 * n as u32 + late));
                let (how, evidence) = (How::InPerson, Evidence::default());
                let said = directive::Command::Receive { directive, receiver, step, how, evidence };
                acts.push(Act::give(
                    at,
                    Actor::Person(leader),
                    id(&format!("{step:?}")),
                    board::Command::Directive(said),
                ));
            }
        }
        // The last clause is left for a visitor to split in Lingbei.
        let clauses = if county == LINGBEI { CLAUSES.len() - 1 } else { CLAUSES.len() };
        for (clause, words) in CLAUSES.iter().enumerate().take(clauses) {
            for turn in 0..STATIONS_OF_A_CLAUSE {
                let station = &found.stations[(clause * STATIONS_OF_A_CLAUSE + turn) % found.stations.len()];
                let n = (clause * STATIONS_OF_A_CLAUSE + turn) as u64;
                let id = |what: &str| command_id(seed, &format!("provincial {what} {county}"), n);
                let task = TaskId::mint(CommandId(id("task").as_u128()), 0);
                let owner = self.longdong.person(self.longdong.members[station.unit][0]);
                let assigned = relayed.plus(Minutes(12 + n as u32));
                let mut texts = Vec::new();
                let row = TaskRow {
                    id: task,
                    source: Some(Source { directive, clause: clause as u16 + 1 }),
                    parent: None,
                    unit,
                    lead: self.longdong.unit(station.unit),
                    supporting: Default::default(),
                    owner,
                    words: written(id("task"), &mut texts, *words),
                    place: Label::new(&station.en, &station.zh),
                    post: None,
                    from: None,
                    deadline: assigned.plus(Minutes(240)),
                    wanted: Wanted::Report,
                };
                let command = board::Command::Task(task::Command::Assign(Box::new(row)));
                acts.push(Act::enter(assigned, self.actor(Some(county)), id("task"), command, texts));
                let owner = Actor::Person(owner);
                let give = |after: u32, actor, what: &str, command| {
                    Act::give(assigned.plus(Minutes(after)), actor, id(what), board::Command::Task(command))
                };
                acts.push(give(7, owner, "take", task::Command::Accept { task }));
                // Every ninth duty is forgotten, and its deadline passes.
                if (county as u64 * 10 + n).is_multiple_of(9) {
                    continue;
                }
                let result = id("result");
                let evidence = Evidence { words: Some(text_id(result, 0)), files: Vec::new() };
                let done = assigned.plus(Minutes(90 + 9 * n as u32));
                let report = board::Command::Task(task::Command::Report { task, evidence });
                acts.push(Act::say(done, owner, result, "已落实，路面已撒布融雪剂，警力在位".to_owned(), report));
                acts.push(give(
                    90 + 9 * n as u32 + 15,
                    self.actor(Some(county)),
                    "close",
                    task::Command::Close { task },
                ));
            }
        }
        acts
    }
}

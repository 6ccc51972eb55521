//! The watches of the bureau and the counties: how they pass on each morning, and what is written into their logs.

use board::watch::{self, Kind, Triage};
use board::{Actor, At, Minutes, OperationId, PersonId, PostId, Str, UnitId};

use super::act::{Act, Deed, What};
use super::longdong::Longdong;
use super::plan::{BEGINS, DAYS, Edition, HOUR, Plan, THIS_YEAR, TONIGHT};
use super::posts::Role;
use super::random::{Random, command_id};
use super::staff::Staff;
use crate::submit::text_id;

const MINUTE: i64 = 60_000;

/// A line of the log and what becomes of it; minutes count from the line.
pub struct Entry {
    pub at: At,
    pub unit: UnitId,
    pub by: PersonId,
    pub operation: OperationId,
    pub kind: Kind,
    pub callsign: Str,
    pub post: Option<PostId>,
    pub words: String,
    pub by_order_of: Option<PersonId>,
    /// How soon it is triaged; what is for action is owned by whoever wrote it.
    pub triage: Option<(u32, Triage)>,
    pub decision: Option<(u32, String)>,
    pub closed: Option<u32>,
}

impl Entry {
    /// The acts of the `number`-th line of a log.
    pub fn acts(self, seed: u64, log: &str, number: u64) -> Vec<Act> {
        let id = |act: &str| command_id(seed, &format!("{log} {act}"), number);
        let Self { at, unit, by, operation, kind, callsign, post, words, by_order_of, triage, decision, closed } = self;
        let actor = Actor::Person(by);
        let line = text_id(id("line"), 0);
        let write =
            watch::Command::Write { unit, kind, operation: Some(operation), callsign, post, words: line, by_order_of };
        let mut acts = vec![Act::say(at, actor, id("line"), words, board::Command::Watch(write))];
        let mut follow = |act: &str, after: u32, what: What| {
            let at = at.plus(Minutes(after));
            acts.push(Act { at, actor, id: id(act), deed: Deed::Follow { unit, line, what } });
        };
        if let Some((after, triage)) = triage {
            follow("triage", after, What::Triage(triage, by));
        }
        if let Some((after, words)) = decision {
            follow("decision", after, What::Decide(words));
        }
        if let Some(after) = closed {
            follow("close", after, What::Close);
        }
        acts
    }
}

/// What happens on an ordinary day: the words, and the decision where one is called for.
const ORDINARY: [(&str, Option<&str>); 16] = [
    ("辖区道路通行平稳，车流量较昨日同期略增", None),
    ("一辆货车爆胎停在应急车道，请求清障", Some("通知清障队到场，巡线车组后方预警")),
    ("单车侧滑碰撞护栏，无人员伤亡，占用一条车道", Some("派就近巡线车组现场预警，通知路政处置")),
    ("庙会人流达到高峰，请求入口限流", Some("同意限流，从备勤中增派6人到现场")),
    ("巡逻车电瓶亏电无法启动，请求支援", Some("邻近车组前往搭电，巡线由南段兼顾")),
    ("值守点防寒物资、热饮已送到，人员状态良好", None),
    ("路口信号灯故障，已安排人工指挥", Some("通知设施部门抢修，修复后报告")),
    ("浓雾，能见度约200米，建议限速", Some("同意限速60公里/小时，情报板同步发布")),
    ("收费站出口排队约500米，已加开车道", Some("继续观察，超过1公里立即报告")),
    ("社火巡游按预定路线结束，人群安全疏散", None),
    ("对讲机3频道有杂音，已改用备用频道", Some("通知科信值班人员检查基站")),
    ("商圈停车场饱和，周边道路缓行", Some("启动外围分流，引导车辆到临时停车场")),
    ("烟花燃放点秩序正常，消防车辆在位", None),
    ("客运站返程旅客集中，候车秩序正常", None),
    ("交接班完毕，装备清点无误", None),
    ("桥面结冰，已撒布融雪剂并摆放锥桶", Some("知悉，每30分钟复查一次路面")),
];

/// Lines of a log on a day. Last year's are fewer: each of their instants is a sync of the journal.
fn lines_a_day(edition: &Edition, county: Option<usize>, day: usize) -> usize {
    match (edition.year == THIS_YEAR.year, county) {
        (true, None) => 6,
        (true, Some(_)) => 1,
        (false, None) => 2,
        (false, Some(county)) => usize::from((county + day).is_multiple_of(5)),
    }
}

pub struct Watches<'a> {
    pub longdong: &'a Longdong,
    pub staff: &'a Staff,
    pub edition: &'a Edition,
    pub plan: &'a Plan,
}

impl Watches<'_> {
    fn id(&self, kind: &str, county: Option<usize>, day: usize) -> uuid::Uuid {
        let log = county.map_or(0, |county| county + 1);
        command_id(self.longdong.seed, &format!("{} {kind} {log}", self.edition.year), day as u64)
    }

    pub fn unit(&self, county: Option<usize>) -> UnitId {
        let index = county.map_or(self.longdong.sections.bureau, |county| self.longdong.counties[county].unit);
        self.longdong.unit(index)
    }

    fn logs(&self) -> impl Iterator<Item = Option<usize>> {
        std::iter::once(None).chain((0..self.longdong.counties.len()).map(Some))
    }

    /// Each watch passes on at 08:00 of every day.
    pub fn handovers(&self) -> Vec<Act> {
        let mut acts = Vec::new();
        for county in self.logs() {
            let unit = self.unit(county);
            for day in 0..DAYS {
                let officer = self.longdong.person(self.staff.duty_officer(county, day));
                let leader = self.longdong.person(self.staff.leader(county, day));
                let at = self.edition.at(day, 0);
                if day > 0 {
                    let outgoing = self.longdong.person(self.staff.duty_officer(county, day - 1));
                    let offer = board::Command::Watch(watch::Command::Offer { unit, to: officer });
                    acts.push(Act::give(
                        at.minus(Minutes(6)),
                        Actor::Person(outgoing),
                        self.id("offer", county, day),
                        offer,
                    ));
                }
                let deed = Deed::TakeWatch { unit, leader };
                acts.push(Act { at, actor: Actor::Person(officer), id: self.id("take", county, day), deed });
                // Whoever kept the watch last year is not there to offer it; and if a visitor keeps it tonight and does
                // not offer it, the leader on duty signs too.
                let nobody_offers = day == 0 || (day == TONIGHT + 1 && county.is_none());
                if nobody_offers && self.edition.year == THIS_YEAR.year {
                    let sign = board::Command::Watch(watch::Command::SignHandover { unit });
                    let leader = Actor::Person(leader);
                    acts.push(Act::give(at.plus(Minutes(12)), leader, self.id("sign", county, day), sign));
                }
            }
        }
        acts
    }

    /// Tonight's officer offers the watch to the visitor, who may take it.
    pub fn offer_to_visitor(&self) -> Act {
        let unit = self.unit(None);
        let at = self.edition.at(TONIGHT, BEGINS).minus(Minutes(10));
        let to = self.longdong.person(self.staff.visitor());
        let by = Actor::Person(self.longdong.person(self.staff.duty_officer(None, TONIGHT)));
        let offer = board::Command::Watch(watch::Command::Offer { unit, to });
        Act::give(at, by, self.id("offer to visitor", None, TONIGHT), offer)
    }

    /// The lines of the ordinary days; tonight has its own.
    pub fn ordinary_lines(&self) -> Vec<Act> {
        let mut random = Random::new(self.longdong.seed, &format!("{} log", self.edition.year));
        let begins = self.edition.at(TONIGHT, BEGINS);
        let night = board::Span::new(begins, self.edition.at(TONIGHT + 1, 0));
        let mut acts = Vec::new();
        for day in 0..DAYS {
            for county in self.logs() {
                for _ in 0..lines_a_day(self.edition, county, day) {
                    let number = acts.len() as u64;
                    let at = self.edition.at(day, random.between(10, 460) * 3 * MINUTE);
                    let reporting: Vec<_> = self
                        .plan
                        .posts
                        .iter()
                        .filter(|post| county.is_none_or(|county| post.county == Some(county)))
                        .filter(|post| !matches!(post.role, Role::CommandCentre(_)))
                        .collect();
                    let (words, decision) = *random.pick(&ORDINARY);
                    let (triaged, decided, closed) = (3, random.between(1, 3) * 3, random.between(5, 16) * 3);
                    if self.edition.year == THIS_YEAR.year && night.contains(at) || reporting.is_empty() {
                        continue;
                    }
                    let post = random.pick(&reporting);
                    let triage = if decision.is_some() { Triage::Action } else { Triage::Information };
                    let entry = Entry {
                        at,
                        unit: self.unit(county),
                        by: self.longdong.person(self.staff.duty_officer(county, day)),
                        operation: self.plan.operation,
                        kind: if random.in_thousand(300) { Kind::Telephone } else { Kind::Message },
                        callsign: post.row.callsign.clone(),
                        post: Some(post.row.id),
                        words: format!("{}：{words}", post.row.name.zh),
                        by_order_of: None,
                        triage: Some((triaged as u32, triage)),
                        decision: decision.map(|words| (decided as u32, words.to_owned())),
                        closed: Some(closed as u32),
                    };
                    acts.extend(entry.acts(self.longdong.seed, &format!("{} log", self.edition.year), number));
                }
            }
        }
        acts
    }

    /// So long after 08:00 of a day, in hours and minutes.
    pub fn at(&self, day: usize, hour: i64, minute: i64) -> At {
        self.edition.at(day, hour * HOUR + minute * MINUTE)
    }
}

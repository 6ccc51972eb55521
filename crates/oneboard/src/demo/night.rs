//! Tonight: snow over the northern passes, lanterns lit for trial in the Old Town, and what the watch makes of it.
//!
//! The lines speak of weather, roads, crowds and the agency's own people at work; none is about a member of the public.

use board::operation::{self, Phase};
use board::watch::{Kind, Triage};
use board::{Actor, Minutes, PostId, Str, post};

use super::act::{Act, Deed, What};
use super::places::{CHANGYUAN, DONGYUAN, HECHUAN, LINGBEI};
use super::plan::{BEGINS, DAYS, HOUR, TONIGHT};
use super::posts::{self, Role};
use super::random::command_id;
use super::watches::{Entry, Watches};
use crate::submit::text_id;

/// Who speaks.
#[derive(Clone, Copy)]
enum Speaker {
    Post(Role),
    /// Somebody outside the force, by telephone.
    Outside(&'static str),
    /// The duty officer.
    Self_,
}

/// What becomes of a line: minutes to triage, decision and closing.
#[derive(Clone, Copy)]
enum Then {
    Known,
    Decided(u32, &'static str, Option<u32>),
    /// Waits for somebody: a visitor, perhaps.
    Open,
}

/// Minutes after 18:00, who, how and what.
struct Said(i64, Speaker, Kind, &'static str, Then);

use Kind::{Message, Note, Telephone};
use Speaker::{Outside, Post, Self_};
use Then::{Decided, Known, Open};

const BUREAU: [Said; 29] = [
    Said(
        -22,
        Post(Role::Boundary(CHANGYUAN)),
        Telephone,
        "县道X902背阴路段有暗冰，请求撒布融雪剂",
        Decided(4, "通知公路段处置，检查站提醒过往车辆减速", Some(75)),
    ),
    Said(-9, Outside("古城灯会组委会"), Telephone, "试灯时间由19时提前到18时30分，请提前安排警力", Open),
    Said(6, Post(Role::Pass(0)), Message, "黑松岭开始降雪，路面潮湿，通行正常", Known),
    Said(
        18,
        Outside("市气象台"),
        Telephone,
        "发布道路结冰黄色预警：今夜到明晨北部各县有小到中雪，垭口路段易结冰",
        Decided(6, "转发各县(分)局指挥中心；垭口、收费站、县际检查站每小时报告一次路况", Some(38)),
    ),
    Said(34, Post(Role::LanternFair), Message, "古城灯会试灯，现场约4000人，秩序正常", Known),
    Said(
        62,
        Post(Role::Plaza(0)),
        Message,
        "收费站出口排队约300米，已加开一条车道",
        Decided(3, "继续观察，排队超过1公里立即报告", Some(41)),
    ),
    Said(
        85,
        Post(Role::Pass(3)),
        Message,
        "雪窝子积雪约2厘米，请求除雪车上线",
        Decided(4, "已通知公路段，除雪车19时40分出发，检查站做好引导", Some(96)),
    ),
    Said(108, Post(Role::Pass(3)), Message, "除雪车到达雪窝子，开始撒布融雪剂", Known),
    Said(
        125,
        Post(Role::Pass(0)),
        Message,
        "黑松岭大雪，能见度约100米，两辆货车打滑停在上坡车道",
        Decided(4, "压道护送，重型货车在坡下分批放行；除雪车优先黑松岭", Some(88)),
    ),
    Said(
        131,
        Post(Role::Boundary(DONGYUAN)),
        Telephone,
        "接班车组被堵在乱石坡，换岗推迟，预计20时25分到位",
        Decided(2, "东原分局指挥中心派就近巡线先行补位，接班人员到位后报告", Some(19)),
    ),
    Said(147, Post(Role::Boundary(DONGYUAN)), Message, "接班人员已到位，岗位恢复", Known),
    Said(154, Post(Role::Pass(1)), Message, "风口梁能见度不足150米，过往车辆减速慢行", Known),
    Said(
        170,
        Post(Role::Expressway(0)),
        Message,
        "陇北高速东段一辆半挂车横在两条车道，后方积压约1公里，无人员伤亡",
        Decided(3, "借道分流，清障车从岭北收费站上道，巡线车组在后方3公里处预警", Some(64)),
    ),
    Said(192, Post(Role::Plaza(0)), Message, "按要求引导重型货车临时驶入服务区等候，秩序正常", Known),
    Said(
        210,
        Post(Role::LanternFair),
        Message,
        "现场约6000人，主会场通道拥挤，请求入口限流",
        Decided(2, "启用单向通行，南门暂停入场15分钟，备勤警力6人前往", Some(37)),
    ),
    Said(232, Post(Role::Expressway(0)), Message, "半挂车已拖离，双向恢复通行", Known),
    Said(247, Post(Role::LanternFair), Message, "灯会闭场，人员安全散场，现场留守4人", Known),
    Said(280, Post(Role::Pass(1)), Message, "风吹雪，路面积雪约8厘米，建议夜间禁止重型货车通行", Open),
    Said(
        342,
        Post(Role::Boundary(CHANGYUAN)),
        Telephone,
        "一名值勤人员突发不适，已送县医院检查，岗位缺1人",
        Decided(5, "长塬县局从备勤中顶岗1人，零时40分前到位", Some(66)),
    ),
    Said(399, Post(Role::Boundary(CHANGYUAN)), Message, "顶岗人员到位，岗位满员", Known),
    Said(440, Post(Role::Pass(2)), Message, "鹰嘴崖雪停，路面结冰，车辆稀少", Known),
    Said(476, Outside("陇东公路局值班室"), Telephone, "出动除雪车11台次，黑松岭、雪窝子路段已撒布两遍", Known),
    Said(
        515,
        Post(Role::Expressway(1)),
        Message,
        "川塬高速东段有团雾，能见度不足200米",
        Decided(3, "限速60公里/小时，情报板提示，巡线车组亮灯带道", Some(235)),
    ),
    Said(
        610,
        Post(Role::Pass(0)),
        Message,
        "执勤点柴油炉故障，室温下降，请求更换取暖设备",
        Decided(4, "岭北县局送备用炉具上岗，室外人员每30分钟轮换一次", Some(97)),
    ),
    Said(702, Post(Role::Pass(0)), Message, "备用炉具已送到，取暖恢复正常", Known),
    Said(735, Post(Role::Pass(4)), Message, "除雪车第二遍撒布完毕，双向通行正常", Known),
    Said(762, Post(Role::Plaza(4)), Message, "团雾散去，车速恢复正常", Known),
    Said(780, Outside("市气象台"), Telephone, "道路结冰黄色预警预计9时解除，白天多云", Open),
    Said(792, Self_, Note, "夜间小结：全市岗位运行平稳，垭口路段通行受雪影响，未发生长时间断道", Known),
];

const LINGBEI_LOG: [Said; 4] = [
    Said(
        40,
        Post(Role::Pass(0)),
        Message,
        "黑松岭上山车辆开始减速，建议提醒驾驶人安装防滑链",
        Decided(3, "情报板发布提示，检查站现场提醒", Some(30)),
    ),
    Said(
        128,
        Post(Role::Pass(0)),
        Telephone,
        "请求县局增派一台清障车到黑松岭坡下待命",
        Decided(5, "已协调清障车20时30分出发", Some(70)),
    ),
    Said(260, Post(Role::Boundary(LINGBEI)), Message, "县际路段雪小，车流稀少", Known),
    Said(
        612,
        Post(Role::Pass(0)),
        Telephone,
        "柴油炉无法点火，申请备用炉具",
        Decided(4, "后勤值班人员4时40分送出", Some(80)),
    ),
];

const HECHUAN_LOG: [Said; 3] = [
    Said(75, Post(Role::Boundary(HECHUAN)), Message, "返程车辆增多，检查站加开一条查验通道", Known),
    Said(
        205,
        Post(Role::Plaza(6)),
        Message,
        "出口排队约400米，请求增派引导力量",
        Decided(3, "道路巡线1号车组就近支援", Some(45)),
    ),
    Said(330, Post(Role::Boundary(HECHUAN)), Message, "车流回落，恢复常态查验", Known),
];

impl Watches<'_> {
    /// What is written and ordered tonight, and how the operation ends after the last day.
    pub fn night(&self) -> Vec<Act> {
        let mut acts = self.said(None, &BUREAU);
        acts.extend(self.said(Some(LINGBEI), &LINGBEI_LOG));
        acts.extend(self.said(Some(HECHUAN), &HECHUAN_LOG));
        acts.extend(self.level_three());
        acts.extend(self.ending());
        acts
    }

    /// At 17:30 the posts in the snow are told to call in each hour.
    pub fn ask_for_contacts(&self) -> Act {
        let calling = self.plan.posts.iter().filter(|post| posts::calls_in(post));
        let rows = calling.map(|found| post::Post { contact_every: Some(posts::SNOW_CONTACT), ..found.row.clone() });
        let plan = post::Command::Plan { operation: self.plan.operation, posts: rows.collect() };
        let at = self.edition.at(TONIGHT, BEGINS).minus(Minutes(30));
        let id = command_id(self.longdong.seed, "contacts", 0);
        Act::give(at, Actor::Person(self.on_duty(None)), id, board::Command::Post(plan))
    }

    fn on_duty(&self, county: Option<usize>) -> board::PersonId {
        self.longdong.person(self.staff.duty_officer(county, TONIGHT))
    }

    fn said(&self, county: Option<usize>, lines: &[Said]) -> Vec<Act> {
        let by = self.on_duty(county);
        let log = format!("tonight {}", county.map_or(0, |county| county + 1));
        let mut acts = Vec::new();
        for (number, Said(minute, from, kind, words, then)) in lines.iter().enumerate() {
            let (callsign, post) = self.speaker(*from);
            let (triage, decision, closed) = match *then {
                _ if *kind == Note => (None, None, None),
                Known => (Some((1, Triage::Information)), None, None),
                Decided(after, words, closed) => (Some((1, Triage::Action)), Some((after, words.to_owned())), closed),
                Open => (None, None, None),
            };
            let entry = Entry {
                at: self.at(TONIGHT, 10, *minute),
                unit: self.unit(county),
                by,
                operation: self.plan.operation,
                kind: *kind,
                callsign,
                post,
                words: (*words).to_owned(),
                by_order_of: None,
                triage,
                decision,
                closed,
            };
            acts.extend(entry.acts(self.longdong.seed, &log, number as u64));
        }
        acts
    }

    fn speaker(&self, from: Speaker) -> (Str, Option<PostId>) {
        match from {
            Outside(name) => (name.into(), None),
            Self_ => (self.longdong.people[self.staff.duty_officer(None, TONIGHT)].row.callsign.clone(), None),
            Post(role) => self
                .plan
                .posts
                .iter()
                .find(|post| post.role == role)
                .map_or_else(|| ("".into(), None), |post| (post.row.callsign.clone(), Some(post.row.id))),
        }
    }

    /// At 20:30 the leader on duty telephones and the level is III. The signature comes in the morning.
    fn level_three(&self) -> Vec<Act> {
        let seed = self.longdong.seed;
        let operation = self.plan.operation;
        let unit = self.unit(None);
        let by = self.on_duty(None);
        let actor = Actor::Person(by);
        let leader = self.longdong.person(self.staff.leader(None, TONIGHT));
        let words = "带班领导电话指示：鉴于北部各县降雪持续，自20时30分起全市转三级勤务，交警警力上垭口、上收费站，确保夜间道路畅通";
        let id = command_id(seed, "order line", 0);
        let line = text_id(id, 0);
        // One entry: the order's line in the log, and the level that it sets.
        let (by_order_of, said) = (Some(leader), Some(line));
        let level = operation::Command::SetLevel { operation, rung: 3, by_order_of, words: said };
        let level = board::Command::Operation(level);
        let mut acts = vec![Act::say(self.at(TONIGHT, 12, 30), actor, id, words.to_owned(), level)];
        for (n, minute) in [34, 41].into_iter().enumerate() {
            // The third action stays open for a visitor.
            let id = command_id(seed, "proposal", n as u64);
            let deed = Deed::AnswerProposal { operation, take: true };
            acts.push(Act { at: self.at(TONIGHT, 12, minute), actor, id, deed });
        }
        let sign = Deed::Follow { unit, line, what: What::Countersign };
        let id = command_id(seed, "countersign", 0);
        acts.push(Act { at: self.at(TONIGHT, 23, 20), actor: Actor::Person(leader), id, deed: sign });
        acts
    }

    /// Stand-down on the last evening, and the end when everybody has gone home.
    pub fn ending(&self) -> Vec<Act> {
        let leader = Actor::Person(self.longdong.person(self.staff.leader(None, 0)));
        let phases = [
            (Phase::StandDown, self.edition.at(DAYS - 1, 10 * HOUR)),
            (Phase::Closed, self.edition.at(DAYS, 2 * HOUR)),
        ];
        let act = |(n, (phase, at)): (usize, (Phase, board::At))| {
            let command = operation::Command::SetPhase { operation: self.plan.operation, phase };
            let id = command_id(self.longdong.seed, &format!("{} ending", self.edition.year), n as u64);
            Act::give(at, leader, id, board::Command::Operation(command))
        };
        phases.into_iter().enumerate().map(act).collect()
    }
}

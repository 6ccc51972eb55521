//! What the plan says, in both languages.

use board::call_out::Circle;
use board::directive::Urgency;
use board::operation::{Does, Level, Objective, Preset, PresetDirective};
use board::post::Kind;
use board::{Label, Minutes};

pub fn title(year: &str) -> Label {
    Label::new(&format!("Spring Festival {year}"), &format!("{year}年春节安保任务"))
}

pub fn objectives() -> Vec<Objective> {
    [
        (
            ("No serious incident at any large gathering", "大型群众性活动不发生重大安全事故"),
            ("Incidents at lantern and temple fairs: none", "灯会、庙会现场安全事故零发生"),
        ),
        (
            ("Main roads stay open in snow", "雨雪天气主要道路不断不堵"),
            ("No national road closed for more than two hours", "国道单次封闭不超过2小时"),
        ),
        (
            ("Every post manned, every relief in time", "岗位全员到岗、按时换岗"),
            ("Posts manned within ten minutes: 98 in 100", "10分钟内到岗率不低于98%"),
        ),
        (
            ("Every message answered", "值班信息件件有回音"),
            ("Log entries closed within two hours: 95 in 100", "值班记录2小时内办结率不低于95%"),
        ),
    ]
    .into_iter()
    .map(|((en, zh), (measure_en, measure_zh))| Objective {
        words: Label::new(en, zh),
        measure: Label::new(measure_en, measure_zh),
    })
    .collect()
}

pub fn levels() -> Vec<Level> {
    let level = |rung: u8, en: &str, zh: &str, actions: &[(&str, &str)]| Level {
        rung,
        name: Label::new(en, zh),
        actions: actions.iter().map(|(en, zh)| Preset::by_hand(Label::new(en, zh))).collect(),
    };
    let mut levels = vec![
        level(
            1,
            "Level I",
            "一级勤务",
            &[
                ("All leave cancelled; call out every standby", "停止休假，备勤警力全部召集到位"),
                ("The director takes command at the command centre", "局长到指挥中心坐镇指挥"),
                ("Checkpoints on every road out of the prefecture", "出市道路检查站全部启动"),
                ("Contact with every post each half hour", "各岗位每30分钟报告一次情况"),
            ],
        ),
        level(
            2,
            "Level II",
            "二级勤务",
            &[
                ("Double patrols in town centres until midnight", "零时前城区街面巡逻警力加倍"),
                ("Leaders on duty in every county bureau", "各县(分)局带班领导在岗值守"),
                ("Half of the standby at the reserve points", "半数备勤警力前置到屯兵点"),
                ("Contact with every checkpoint each hour", "各检查站每小时报告一次情况"),
            ],
        ),
        level(
            3,
            "Level III",
            "三级勤务",
            &[
                ("Gritters and recovery vehicles stand by at the passes", "协调除雪、清障车辆到垭口路段待命"),
                ("Traffic police to the passes and toll plazas", "交警警力上垭口、上收费站"),
                ("Remind every unit of the cold: reliefs on time", "提示各单位做好防寒保障、按时换岗"),
            ],
        ),
        level(
            4,
            "Level IV",
            "四级勤务",
            &[
                ("Posts as planned; watch kept round the clock", "按方案设岗，24小时值班备勤"),
                ("Daily report by 17:00", "每日17时前报送日报"),
            ],
        ),
    ];
    for (level, action, does) in [(0, 0, call_out()), (0, 2, checkpoints()), (0, 3, half_hourly()), (2, 2, cold())] {
        levels[level].actions[action].does = does;
    }
    levels
}

fn call_out() -> Does {
    Does::OpenCallOut { circle: Circle::StandbyAndReserve }
}

/// A checkpoint that is to stop every vehicle needs six.
fn checkpoints() -> Does {
    Does::RequireStrength { kinds: vec![Kind::Checkpoint], at_least: 6 }
}

fn half_hourly() -> Does {
    order(
        ("Level I: every post reports each half hour", "启动一级勤务：各岗位每30分钟报告一次情况"),
        &[
            ("Every post reports by radio each half hour.", "各岗位每30分钟用电台报告一次在岗情况。"),
            ("Leaders stay at their command centres until stand-down.", "各级带班领导坐镇指挥中心，不得离岗。"),
            ("Report at once what stops traffic or endangers people.", "发生交通中断或危及人员安全的情况立即报告。"),
        ],
        Urgency::Emergency,
        Minutes(10),
    )
}

fn cold() -> Does {
    order(
        ("Cold: reliefs on time", "做好防寒保障按时换岗的指令"),
        &[
            ("Nobody stands outside for more than forty minutes.", "室外执勤每40分钟轮换一次。"),
            ("Hot drinks and fuel at every post before midnight.", "零时前将热饮、取暖燃料送到各岗位。"),
        ],
        Urgency::Routine,
        Minutes(120),
    )
}

fn order(title: (&str, &str), clauses: &[(&str, &str)], urgency: Urgency, within: Minutes) -> Does {
    let label = |(en, zh): (&str, &str)| Label::new(en, zh);
    Does::IssueDirective(Box::new(PresetDirective {
        title: label(title),
        clauses: clauses.iter().map(|words| label(*words)).collect(),
        urgency,
        within,
        below: true,
        people: false,
    }))
}

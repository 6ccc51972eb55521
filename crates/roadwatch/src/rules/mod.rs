//! From warnings and observations to proposed traffic measures.
//!
//! Rules are data: a table in TOML per jurisdiction, versioned, each rule with its source. A warning's colour makes ready
//! and proposes; what was observed on the road selects the level. Where rules meet, the strictest wins. Nothing here
//! puts a measure in force or lifts one: that is for whoever may lawfully approve it.
//!
//! ```
//! use roadwatch::rules::{Conditions, Measure, Place, Rules, Tier};
//!
//! let rules = Rules::default_table();
//! let seen = Conditions { visibility_m: Some(80), ..Conditions::default() };
//! let proposals = rules.propose(Place { expressway: true, ..Place::default() }, &seen);
//! let limit = proposals.iter().find(|p| matches!(p.measure, Measure::SpeedLimit { .. })).expect("a limit");
//! assert_eq!((&limit.measure, limit.approver), (&Measure::SpeedLimit { kmh: 40 }, Tier::Municipal));
//! assert_eq!(limit.reasons[0].zh, "能见度80米,低于100米");
//! ```

mod propose;
mod table;
mod words;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::network::{RoadClass, Section, SectionId};
use crate::signal::{Colour, Hazard};

pub use table::{Action, Only, Rule, Rules, RulesError, Trigger};

/// Who may approve, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// The duty officer: 值班员.
    DutyOfficer,
    /// The county bureau: 县(分)局.
    County,
    /// The municipal bureau: 市局.
    Municipal,
    /// The provincial traffic police: 省交警总队.
    Province,
}

/// Vehicles that a measure is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Vehicle {
    /// Carriers of dangerous goods: 危险货物运输车.
    Hazmat,
    /// Coaches of more than seven seats: 七座以上客车.
    Coach,
    /// Oversize loads: 超限运输车.
    Oversize,
    /// Trucks of up to three axles: 三轴及以下货车.
    TruckToThreeAxles,
    /// Heavy trucks: 重型货车.
    HeavyTruck,
    /// High-sided vehicles: 高车身车辆.
    HighSided,
    /// Cars: 小型客车.
    Car,
}

/// State of the surface, worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surface {
    /// 干燥.
    Dry,
    /// 潮湿.
    Wet,
    /// Lying snow: 积雪.
    Snow,
    /// Ice in places: 局部结冰.
    PartialIce,
    /// Ice throughout: 全线结冰.
    Ice,
}

/// What holds at a section now. What was not observed is absent, never assumed to be good.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// Warnings in force there.
    pub warnings: BTreeSet<(Hazard, Colour)>,
    /// Visibility in metres; of a band its lower end.
    pub visibility_m: Option<u32>,
    /// State of the surface.
    pub surface: Option<Surface>,
    /// Whether the road was wet within the last 24 hours.
    pub wet_within_24h: bool,
}

/// What the rules ask of a section.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// Is it part of an expressway?
    pub expressway: bool,
    /// Does it lie on a bridge?
    pub bridge: bool,
    /// Is it a tunnel or an underpass?
    pub tunnel: bool,
}

impl From<&Section> for Place {
    fn from(section: &Section) -> Self {
        Place { expressway: section.class == RoadClass::Expressway, bridge: section.bridge, tunnel: section.tunnel }
    }
}

/// How much of a road is closed, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Closure {
    /// Only if those on the spot find it necessary.
    WhenNecessary,
    /// Entrances; who is on the road leaves at the next exit.
    Entrances,
    /// The section.
    Section,
}

/// Where extra posts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostsAt {
    /// On slopes and bends.
    Slopes,
    /// Where water gathers.
    FloodPoints,
}

/// A traffic measure, or an act that goes with one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "fields are named after what they are, with their unit")]
pub enum Measure {
    /// Close the road: 封闭.
    Closure { extent: Closure },
    /// Lead traffic another way: 分流.
    Diversion,
    /// A speed limit: 限速.
    SpeedLimit { kmh: u16 },
    /// An advised speed: 建议车速.
    AdvisorySpeed { kmh: u16 },
    /// Least distance between vehicles: 车距.
    Gap { metres: u16 },
    /// No overtaking: 禁止超车.
    NoOvertaking,
    /// Vehicles that may not enter: 限制通行.
    Ban { vehicles: BTreeSet<Vehicle> },
    /// Vehicles that need chains: 加挂防滑链.
    Chains { vehicles: BTreeSet<Vehicle> },
    /// Police cars lead at this speed, or at one they choose: 压道护送.
    Convoy { kmh: Option<u16> },
    /// Vehicles that pass only under escort: 护送.
    Escort { vehicles: BTreeSet<Vehicle> },
    /// Entry in batches: 间断放行.
    MeteredEntry,
    /// A request for grit, bridges and shade first: 撒布融雪剂.
    Gritting,
    /// Ploughs on standby: 除雪备勤.
    Ploughs,
    /// More posts: 增派岗位.
    ExtraPosts { at: PostsAt },
    /// Patrols: 巡逻.
    Patrol,
    /// Message signs: 情报板提示.
    MessageSigns,
    /// Posts report visibility and surface: 路况观测.
    Observe,
}

/// Why a measure is proposed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reason {
    /// The rule.
    pub rule: String,
    /// What set it off, in English.
    pub en: String,
    /// What set it off, in Chinese.
    pub zh: String,
    /// Its source, in English; "house" for our own default.
    pub source_en: String,
    /// Its source, in Chinese.
    pub source_zh: String,
}

/// Sections to which the rules propose the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they have in common.
    pub place: Place,
    /// The sections, in the order given.
    pub sections: Vec<SectionId>,
    /// What is proposed for each of them; may be empty, which is an answer too.
    pub proposals: Vec<Proposal>,
}

/// A proposed measure for one section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What to do.
    pub measure: Measure,
    /// Who may approve it.
    pub approver: Tier,
    /// Who is to be informed besides.
    pub inform: BTreeSet<Tier>,
    /// Why; never empty.
    pub reasons: Vec<Reason>,
}

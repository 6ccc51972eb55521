//! Triggers, measures and vehicles in words, English and Chinese.

use super::table::Trigger;
use super::{Closure, Conditions, Measure, PostsAt, Surface, Tier, Vehicle};

/// What set a rule off: (English, Chinese).
pub(super) fn trigger(trigger: &Trigger, now: &Conditions) -> (String, String) {
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    if let Some(hazard) = trigger.warning {
        let wanted = |c| trigger.colours.is_empty() || trigger.colours.contains(&c);
        // The worst of those that set it off.
        if let Some((_, colour)) = now.warnings.iter().rfind(|(h, c)| *h == hazard && wanted(*c)) {
            en.push(format!("{} warning, {}", hazard.en(), colour.en()));
            zh.push(format!("{}{}预警", hazard.zh(), colour.zh()));
        }
    }
    match (now.visibility_m, trigger.visibility_below_m, trigger.visibility_from_m) {
        (Some(seen), Some(limit), _) => {
            en.push(format!("visibility {seen} m, below {limit} m"));
            zh.push(format!("能见度{seen}米,低于{limit}米"));
        }
        (Some(seen), None, Some(limit)) => {
            en.push(format!("visibility {seen} m, {limit} m or more"));
            zh.push(format!("能见度{seen}米,不低于{limit}米"));
        }
        _ => {}
    }
    if let Some(surface) = now.surface.filter(|s| trigger.surfaces.contains(s)) {
        en.push(surface.en().to_owned());
        zh.push(format!("路面{}", surface.zh()));
    }
    if trigger.wet_within_24h {
        en.push("road wet within 24 hours".to_owned());
        zh.push("24小时内路面潮湿".to_owned());
    }
    (en.join("; "), zh.join(";"))
}

impl Surface {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Surface::Dry => "dry road",
            Surface::Wet => "wet road",
            Surface::Snow => "lying snow",
            Surface::PartialIce => "ice in places",
            Surface::Ice => "ice throughout",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Surface::Dry => "干燥",
            Surface::Wet => "潮湿",
            Surface::Snow => "积雪",
            Surface::PartialIce => "局部结冰",
            Surface::Ice => "全线结冰",
        }
    }
}

impl Vehicle {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Vehicle::Hazmat => "dangerous goods",
            Vehicle::Coach => "coaches over 7 seats",
            Vehicle::Oversize => "oversize loads",
            Vehicle::TruckToThreeAxles => "trucks up to 3 axles",
            Vehicle::HeavyTruck => "heavy trucks",
            Vehicle::HighSided => "high-sided vehicles",
            Vehicle::Car => "cars",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Vehicle::Hazmat => "危险货物运输车",
            Vehicle::Coach => "七座以上客车",
            Vehicle::Oversize => "超限运输车",
            Vehicle::TruckToThreeAxles => "三轴及以下货车",
            Vehicle::HeavyTruck => "重型货车",
            Vehicle::HighSided => "高车身车辆",
            Vehicle::Car => "小型客车",
        }
    }
}

impl Tier {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Tier::DutyOfficer => "duty officer",
            Tier::County => "county bureau",
            Tier::Municipal => "municipal bureau",
            Tier::Province => "provincial traffic police",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Tier::DutyOfficer => "值班员",
            Tier::County => "县(分)局",
            Tier::Municipal => "市局",
            Tier::Province => "省公安厅交警总队",
        }
    }
}

impl Measure {
    /// In English.
    pub fn en(&self) -> String {
        let list = |v: &std::collections::BTreeSet<Vehicle>| v.iter().map(|v| v.en()).collect::<Vec<_>>().join(", ");
        match self {
            Measure::Closure { extent: Closure::WhenNecessary } => "close when necessary".to_owned(),
            Measure::Closure { extent: Closure::Entrances } => "close entrances; leave at the next exit".to_owned(),
            Measure::Closure { extent: Closure::Section } => "close the section".to_owned(),
            Measure::Diversion => "diversion".to_owned(),
            Measure::SpeedLimit { kmh } => format!("speed limit {kmh} km/h"),
            Measure::AdvisorySpeed { kmh } => format!("advised speed {kmh} km/h"),
            Measure::Gap { metres } => format!("keep {metres} m apart"),
            Measure::NoOvertaking => "no overtaking".to_owned(),
            Measure::Ban { vehicles } => format!("no entry for {}", list(vehicles)),
            Measure::Chains { vehicles } => format!("chains required for {}", list(vehicles)),
            Measure::Convoy { kmh: Some(kmh) } => format!("convoy at about {kmh} km/h"),
            Measure::Convoy { kmh: None } => "convoy behind police cars".to_owned(),
            Measure::Escort { vehicles } => format!("only under escort: {}", list(vehicles)),
            Measure::MeteredEntry => "metered entry".to_owned(),
            Measure::Gritting => "gritting, bridges and shade first".to_owned(),
            Measure::Ploughs => "ploughs on standby".to_owned(),
            Measure::ExtraPosts { at: PostsAt::Slopes } => "extra posts on slopes and bends".to_owned(),
            Measure::ExtraPosts { at: PostsAt::FloodPoints } => "extra posts where water gathers".to_owned(),
            Measure::Patrol => "patrols".to_owned(),
            Measure::MessageSigns => "warn on message signs".to_owned(),
            Measure::Observe => "posts report visibility and surface".to_owned(),
        }
    }

    /// In Chinese.
    pub fn zh(&self) -> String {
        let list = |v: &std::collections::BTreeSet<Vehicle>| v.iter().map(|v| v.zh()).collect::<Vec<_>>().join("、");
        match self {
            Measure::Closure { extent: Closure::WhenNecessary } => "必要时封闭".to_owned(),
            Measure::Closure { extent: Closure::Entrances } => "关闭入口,已驶入车辆从最近出口驶离".to_owned(),
            Measure::Closure { extent: Closure::Section } => "封闭路段".to_owned(),
            Measure::Diversion => "分流绕行".to_owned(),
            Measure::SpeedLimit { kmh } => format!("限速{kmh}公里/小时"),
            Measure::AdvisorySpeed { kmh } => format!("建议车速不超过{kmh}公里/小时"),
            Measure::Gap { metres } => format!("保持{metres}米以上车距"),
            Measure::NoOvertaking => "禁止超车".to_owned(),
            Measure::Ban { vehicles } => format!("禁止{}通行", list(vehicles)),
            Measure::Chains { vehicles } => format!("{}需加挂防滑链", list(vehicles)),
            Measure::Convoy { kmh: Some(kmh) } => format!("警车压道护送,车速约{kmh}公里/小时"),
            Measure::Convoy { kmh: None } => "警车压道护送".to_owned(),
            Measure::Escort { vehicles } => format!("{}须护送通行", list(vehicles)),
            Measure::MeteredEntry => "间断放行".to_owned(),
            Measure::Gritting => "撒布融雪剂,桥面、背阴路段优先".to_owned(),
            Measure::Ploughs => "除雪机械备勤".to_owned(),
            Measure::ExtraPosts { at: PostsAt::Slopes } => "坡道、弯道增派岗位".to_owned(),
            Measure::ExtraPosts { at: PostsAt::FloodPoints } => "易积水点增派岗位".to_owned(),
            Measure::Patrol => "加强巡逻".to_owned(),
            Measure::MessageSigns => "情报板发布提示".to_owned(),
            Measure::Observe => "沿线岗位报告能见度和路面情况".to_owned(),
        }
    }
}

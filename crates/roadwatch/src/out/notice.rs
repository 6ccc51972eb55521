//! The notice to the public, plaza by plaza, as the traffic police of Gansu write it: entrance, direction, vehicles.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::InForce;
use crate::network::{Heading, Network, Plaza, Road};
use crate::rules::{Measure, Vehicle};
use crate::time::Moment;

/// What a notice says besides its measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Who publishes it, in Chinese.
    pub issuer_zh: String,
    /// Who publishes it, in English.
    pub issuer_en: String,
    /// As of when.
    pub at: Moment,
    /// For a drill or a demonstration: a word that stands on top of it.
    pub mark: Option<(String, String)>,
}

/// The measures on the roads that leave one plaza in one direction.
struct Line<'n> {
    plaza: &'n Plaza,
    road: &'n Road,
    heading: Heading,
    measures: Vec<&'n InForce>,
}

fn lines<'n>(network: &'n Network, in_force: &'n [InForce]) -> Vec<Line<'n>> {
    let mut lines: Vec<Line<'n>> = Vec::new();
    for plaza in network.plazas() {
        for section in plaza.sections.iter().filter_map(|id| network.section(*id)) {
            let measures: Vec<&InForce> = in_force.iter().filter(|m| m.sections.contains(&section.id)).collect();
            if measures.is_empty() {
                continue;
            }
            let (road, heading) = (network.road(section), section.heading(network));
            let known = lines.iter_mut().find(|l| l.plaza == plaza && l.road == road && l.heading == heading);
            match known {
                Some(line) => line.measures.extend(measures),
                None => lines.push(Line { plaza, road, heading, measures }),
            }
        }
    }
    for line in &mut lines {
        line.measures.sort_by(|a, b| a.measure.cmp(&b.measure));
        line.measures.dedup_by(|a, b| a.measure == b.measure);
    }
    lines
}

/// Only what drivers must know; acts of the force itself are not for the public.
fn is_public(measure: &Measure) -> bool {
    match measure {
        Measure::Closure { .. }
        | Measure::Diversion
        | Measure::SpeedLimit { .. }
        | Measure::AdvisorySpeed { .. }
        | Measure::Gap { .. }
        | Measure::NoOvertaking
        | Measure::Ban { .. }
        | Measure::Chains { .. }
        | Measure::Convoy { .. }
        | Measure::Escort { .. }
        | Measure::MeteredEntry => true,
        Measure::Gritting
        | Measure::Ploughs
        | Measure::ExtraPosts { .. }
        | Measure::Patrol
        | Measure::MessageSigns
        | Measure::Observe => false,
    }
}

/// The notice in Chinese; `None` if no measure touches a plaza.
pub fn notice_zh(network: &Network, in_force: &[InForce], notice: &Notice) -> Option<String> {
    let lines = lines(network, in_force);
    let (year, month, day, hour, minute, _) = notice.at.local();
    let mut text = String::new();
    if let Some((_, zh)) = &notice.mark {
        let _ = writeln!(text, "【{zh}】");
    }
    let _ = writeln!(text, "{}交通管制通告", notice.issuer_zh);
    let _ = writeln!(text, "截至{year}年{month}月{day}日{hour}时{minute:02}分:");
    let mut number = 0;
    for line in &lines {
        let public: Vec<String> =
            line.measures.iter().filter(|m| is_public(&m.measure)).map(|m| measure_zh(&m.measure)).collect();
        if public.is_empty() {
            continue;
        }
        number += 1;
        let reasons: BTreeSet<&str> =
            line.measures.iter().map(|m| m.reason_zh.as_str()).filter(|r| !r.is_empty()).collect();
        let because = if reasons.is_empty() {
            String::new()
        } else {
            format!("因{},", reasons.into_iter().collect::<Vec<_>>().join("、"))
        };
        let plaza = if line.plaza.name.is_empty() { "收费站(未命名)" } else { line.plaza.name.as_str() };
        let plaza = plaza.strip_suffix("收费站").map_or_else(|| plaza.to_owned(), |p| format!("{p}收费站"));
        let _ = writeln!(
            text,
            "{number}. {}{plaza}入口{}方向:{because}{}。",
            line.road.label(),
            line.heading.zh(),
            public.join(",")
        );
    }
    (number > 0).then(|| text.trim_end().to_owned())
}

/// "两客一危" and the like: what drivers call the classes together.
fn measure_zh(measure: &Measure) -> String {
    let Measure::Ban { vehicles } = measure else { return measure.zh() };
    let mut words: Vec<&str> = Vec::new();
    let mut rest = vehicles.clone();
    if vehicles.contains(&Vehicle::Hazmat) && vehicles.contains(&Vehicle::Coach) {
        words.push("“两客一危”车辆");
        rest.remove(&Vehicle::Hazmat);
        rest.remove(&Vehicle::Coach);
    }
    words.extend(rest.iter().map(|v| v.zh()));
    format!("禁止{}驶入", words.join("、"))
}

/// The notice in English; `None` if no measure touches a plaza.
pub fn notice_en(network: &Network, in_force: &[InForce], notice: &Notice) -> Option<String> {
    let lines = lines(network, in_force);
    let (year, month, day, hour, minute, _) = notice.at.local();
    let mut text = String::new();
    if let Some((en, _)) = &notice.mark {
        let _ = writeln!(text, "[{en}]");
    }
    let _ = writeln!(text, "{}: traffic control", notice.issuer_en);
    let _ = writeln!(text, "As of {year}-{month:02}-{day:02} {hour:02}:{minute:02}:");
    let mut number = 0;
    for line in &lines {
        let public: Vec<String> =
            line.measures.iter().filter(|m| is_public(&m.measure)).map(|m| m.measure.en()).collect();
        if public.is_empty() {
            continue;
        }
        number += 1;
        let reasons: BTreeSet<&str> =
            line.measures.iter().map(|m| m.reason_en.as_str()).filter(|r| !r.is_empty()).collect();
        let because = if reasons.is_empty() {
            String::new()
        } else {
            format!(" ({})", reasons.into_iter().collect::<Vec<_>>().join(", "))
        };
        let name = [&line.plaza.name_en, &line.plaza.name].into_iter().find(|n| !n.is_empty());
        let plaza = name.map_or("unnamed toll plaza", String::as_str);
        let _ = writeln!(
            text,
            "{number}. {}, {plaza}, entrance {}: {}{because}.",
            line.road.label(),
            line.heading.en(),
            public.join("; ")
        );
    }
    (number > 0).then(|| text.trim_end().to_owned())
}

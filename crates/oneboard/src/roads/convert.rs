//! The board's words for roads and those of the engine: the same nouns in two crates that do not know each other.

use std::collections::{BTreeMap, BTreeSet};

use board::measure::{self, What};
use board::section::{Class, Section, Surface};
use board::warning::{Colour, Hazard};
use board::{At, Board, Label, SectionId, UnitId};
use roadwatch::network::{Flow, Network, RoadClass};
use roadwatch::rules::{self, Closure, Conditions, Measure, Place, PostsAt, Tier, Vehicle};
use roadwatch::signal;

/// Both enumerate the decree in its order.
pub fn hazard(hazard: Hazard) -> signal::Hazard {
    signal::Hazard::ALL[hazard as usize]
}

pub fn colour(colour: Colour) -> signal::Colour {
    signal::Colour::ALL[colour as usize]
}

pub const fn surface(surface: Surface) -> rules::Surface {
    match surface {
        Surface::Dry => rules::Surface::Dry,
        Surface::Wet => rules::Surface::Wet,
        Surface::Snow => rules::Surface::Snow,
        Surface::PartialIce => rules::Surface::PartialIce,
        Surface::Ice => rules::Surface::Ice,
    }
}

pub const fn class(class: RoadClass) -> Class {
    match class {
        RoadClass::Expressway => Class::Expressway,
        RoadClass::Trunk => Class::National,
        RoadClass::Primary => Class::Provincial,
        RoadClass::Secondary => Class::County,
        RoadClass::Tertiary | RoadClass::Local => Class::Township,
    }
}

pub fn place(section: &Section) -> Place {
    Place { expressway: section.class == Class::Expressway, bridge: section.bridge, tunnel: section.tunnel }
}

/// What holds on a section: the warnings that are no exercise, and the worst that was seen and still counts.
pub fn conditions(board: &Board, section: SectionId, now: At) -> Conditions {
    let seen = board.sections.worst(section, now);
    let in_force = board.warnings.on(section).filter(|(_, found)| !found.exercise);
    Conditions {
        warnings: in_force
            .map(|(_, found)| (hazard(found.now.signal.hazard), colour(found.now.signal.colour)))
            .collect(),
        visibility_m: seen.visibility.map(board::section::Visibility::metres),
        surface: seen.surface.map(surface),
        wet_within_24h: board.sections.wet_lately(section, now),
    }
}

pub const fn tier(tier: Tier) -> measure::Tier {
    match tier {
        Tier::DutyOfficer => measure::Tier::DutyOfficer,
        Tier::County => measure::Tier::County,
        Tier::Municipal => measure::Tier::Municipal,
        Tier::Province => measure::Tier::Province,
    }
}

const VEHICLES: [(Vehicle, measure::Vehicle); 7] = [
    (Vehicle::Hazmat, measure::Vehicle::Hazmat),
    (Vehicle::Coach, measure::Vehicle::Coach),
    (Vehicle::Oversize, measure::Vehicle::Oversize),
    (Vehicle::TruckToThreeAxles, measure::Vehicle::TruckToThreeAxles),
    (Vehicle::HeavyTruck, measure::Vehicle::HeavyTruck),
    (Vehicle::HighSided, measure::Vehicle::HighSided),
    (Vehicle::Car, measure::Vehicle::Car),
];

/// The word for one kind of vehicle.
pub fn vehicle(wanted: measure::Vehicle) -> Label {
    let found = VEHICLES.iter().find(|(_, ours)| *ours == wanted);
    found.map_or_else(Label::default, |(theirs, _)| Label::new(theirs.en(), theirs.zh()))
}

/// The board's measure for what the engine proposes.
pub fn what(measure: &Measure) -> What {
    let ours = |vehicles: &BTreeSet<Vehicle>| {
        VEHICLES.iter().filter(|(theirs, _)| vehicles.contains(theirs)).map(|(_, ours)| *ours).collect()
    };
    match measure {
        Measure::Closure { extent } => What::Closure {
            extent: match extent {
                Closure::WhenNecessary => measure::Closure::WhenNecessary,
                Closure::Entrances => measure::Closure::Entrances,
                Closure::Section => measure::Closure::Section,
            },
        },
        Measure::Diversion => What::Diversion,
        Measure::SpeedLimit { kmh } => What::SpeedLimit { kmh: *kmh },
        Measure::AdvisorySpeed { kmh } => What::AdvisorySpeed { kmh: *kmh },
        Measure::Gap { metres } => What::Gap { metres: *metres },
        Measure::NoOvertaking => What::NoOvertaking,
        Measure::Ban { vehicles } => What::Ban { vehicles: ours(vehicles) },
        Measure::Chains { vehicles } => What::Chains { vehicles: ours(vehicles) },
        Measure::Convoy { kmh } => What::Convoy { kmh: *kmh },
        Measure::Escort { vehicles } => What::Escort { vehicles: ours(vehicles) },
        Measure::MeteredEntry => What::MeteredEntry,
        Measure::Gritting => What::Gritting,
        Measure::Ploughs => What::Ploughs,
        Measure::ExtraPosts { at: PostsAt::Slopes } => What::ExtraPosts { at: measure::PostsAt::Slopes },
        Measure::ExtraPosts { at: PostsAt::FloodPoints } => What::ExtraPosts { at: measure::PostsAt::FloodPoints },
        Measure::Patrol => What::Patrol,
        Measure::MessageSigns => What::MessageSigns,
        Measure::Observe => What::Observe,
    }
}

/// The engine's measure for one of the board's.
pub fn measure(what: &What) -> Measure {
    let theirs = |vehicles: &BTreeSet<measure::Vehicle>| {
        VEHICLES.iter().filter(|(_, ours)| vehicles.contains(ours)).map(|(theirs, _)| *theirs).collect()
    };
    match what {
        What::Closure { extent } => Measure::Closure {
            extent: match extent {
                measure::Closure::WhenNecessary => Closure::WhenNecessary,
                measure::Closure::Entrances => Closure::Entrances,
                measure::Closure::Section => Closure::Section,
            },
        },
        What::Diversion => Measure::Diversion,
        What::SpeedLimit { kmh } => Measure::SpeedLimit { kmh: *kmh },
        What::AdvisorySpeed { kmh } => Measure::AdvisorySpeed { kmh: *kmh },
        What::Gap { metres } => Measure::Gap { metres: *metres },
        What::NoOvertaking => Measure::NoOvertaking,
        What::Ban { vehicles } => Measure::Ban { vehicles: theirs(vehicles) },
        What::Chains { vehicles } => Measure::Chains { vehicles: theirs(vehicles) },
        What::Convoy { kmh } => Measure::Convoy { kmh: *kmh },
        What::Escort { vehicles } => Measure::Escort { vehicles: theirs(vehicles) },
        What::MeteredEntry => Measure::MeteredEntry,
        What::Gritting => Measure::Gritting,
        What::Ploughs => Measure::Ploughs,
        What::ExtraPosts { at: measure::PostsAt::Slopes } => Measure::ExtraPosts { at: PostsAt::Slopes },
        What::ExtraPosts { at: measure::PostsAt::FloodPoints } => Measure::ExtraPosts { at: PostsAt::FloodPoints },
        What::Patrol => Measure::Patrol,
        What::MessageSigns => Measure::MessageSigns,
        What::Observe => Measure::Observe,
    }
}

/// The sections of a network as the board takes them: those of the `least`-th class or greater, slip roads left out.
pub fn rows(network: &Network, units: &[UnitId], least: usize) -> Vec<Section> {
    let mut order: BTreeMap<u32, u32> = BTreeMap::new();
    let wanted =
        network.sections().iter().zip(units).filter(|(found, _)| !found.link && class(found.class) as usize <= least);
    wanted
        .map(|(found, unit)| {
            let road = network.road(found);
            let heading = (found.flow == Flow::Forward).then(|| found.heading(network));
            let place = order.entry(found.road).or_default();
            *place += 1;
            // A section has no name of its own: its road's, and its place along it.
            let named = |name: &str| format!("{name} {place}").trim().to_owned();
            let english = if road.name_en.is_empty() { &road.name } else { &road.name_en };
            let number = if road.reference.is_empty() { road.label() } else { road.reference.clone() };
            Section {
                id: SectionId::from_value(found.id.0),
                unit: *unit,
                class: class(found.class),
                road: if number.is_empty() { "-".into() } else { number.as_str().into() },
                name: Label::new(&named(english), &named(&road.name)),
                heading: heading.map_or_else(Label::default, |heading| Label::new(heading.en(), heading.zh())),
                bridge: found.bridge,
                tunnel: found.tunnel,
                order: *place,
            }
        })
        .collect()
}

/// A measure in the words of notices, in both languages.
pub fn words(what: &What) -> Label {
    let measure = measure(what);
    Label::new(&measure.en(), &measure.zh())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(value: impl serde::Serialize) -> String {
        let value = serde_json::to_value(value).expect("a word");
        value.as_str().expect("a word").replace('-', "_")
    }

    #[test]
    fn both_enumerate_the_decree_alike() {
        for one in Hazard::ALL {
            assert_eq!(word(one), word(hazard(one)));
            let colours: Vec<String> = one.colours().iter().map(word).collect();
            assert_eq!(colours, hazard(one).colours().iter().map(word).collect::<Vec<_>>(), "{one:?}");
        }
        for one in Colour::ALL {
            assert_eq!(word(one), word(colour(one)));
        }
        for one in Surface::ALL {
            assert_eq!(word(one), word(surface(one)));
        }
    }

    #[test]
    fn a_measure_comes_back_as_it_went() {
        let vehicles: BTreeSet<measure::Vehicle> = measure::Vehicle::ALL.into_iter().collect();
        let all = [
            What::Closure { extent: measure::Closure::Entrances },
            What::Diversion,
            What::SpeedLimit { kmh: 40 },
            What::AdvisorySpeed { kmh: 80 },
            What::Gap { metres: 50 },
            What::NoOvertaking,
            What::Ban { vehicles: vehicles.clone() },
            What::Chains { vehicles: vehicles.clone() },
            What::Convoy { kmh: None },
            What::Escort { vehicles },
            What::MeteredEntry,
            What::Gritting,
            What::Ploughs,
            What::ExtraPosts { at: measure::PostsAt::Slopes },
            What::ExtraPosts { at: measure::PostsAt::FloodPoints },
            What::Patrol,
            What::MessageSigns,
            What::Observe,
        ];
        for one in all {
            assert_eq!(what(&measure(&one)), one);
            assert!(!words(&one).is_empty());
        }
    }
}

//! What OpenStreetMap's tags say of a road.

use super::{Flow, Road, RoadClass};

/// What a way must have in common with its neighbour to be one section with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub class: RoadClass,
    pub link: bool,
    pub flow: Flow,
    pub bridge: bool,
    pub tunnel: bool,
    pub toll: bool,
    pub posted_kmh: Option<u16>,
    pub road: Road,
}

/// A way's kind, and whether its points run against the traffic; `None` if it is no road for motor vehicles.
pub(super) fn kind<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Option<(Kind, bool)> {
    let mut class = None;
    let mut roundabout = false;
    let mut oneway = None;
    let mut closed_to_motors = false;
    let mut kind = Kind {
        class: RoadClass::Local,
        link: false,
        flow: Flow::Both,
        bridge: false,
        tunnel: false,
        toll: false,
        posted_kmh: None,
        road: Road::default(),
    };
    let yes = |value: &str| !matches!(value, "no" | "0" | "false");
    for (key, value) in tags {
        match key {
            "highway" => {
                let base = value.strip_suffix("_link");
                kind.link = base.is_some();
                class = match base.unwrap_or(value) {
                    "motorway" => Some(RoadClass::Expressway),
                    "trunk" => Some(RoadClass::Trunk),
                    "primary" => Some(RoadClass::Primary),
                    "secondary" => Some(RoadClass::Secondary),
                    "tertiary" => Some(RoadClass::Tertiary),
                    "unclassified" | "residential" | "living_street" | "road" => Some(RoadClass::Local),
                    // Driveways, tracks, footways and what is being built are nobody's road sections.
                    _ => None,
                };
            }
            "oneway" => oneway = Some(value),
            "junction" => roundabout = matches!(value, "roundabout" | "circular"),
            "bridge" => kind.bridge = yes(value),
            "tunnel" => kind.tunnel = yes(value) && value != "culvert",
            "toll" => kind.toll = yes(value),
            "maxspeed" => kind.posted_kmh = value.parse().ok(),
            "ref" => kind.road.reference = value.trim().to_owned(),
            "name" => kind.road.name = value.trim().to_owned(),
            "name:en" => kind.road.name_en = value.trim().to_owned(),
            "area" => closed_to_motors |= value == "yes",
            "motor_vehicle" | "motorcar" => closed_to_motors |= value == "no",
            _ => {}
        }
    }
    kind.class = class?;
    if closed_to_motors {
        return None;
    }
    let (flow, backwards) = match oneway {
        Some("yes" | "1" | "true") => (Flow::Forward, false),
        Some("-1" | "reverse") => (Flow::Forward, true),
        Some("no" | "0" | "false") => (Flow::Both, false),
        // Expressways and roundabouts run one way unless they say otherwise.
        _ if roundabout || (kind.class == RoadClass::Expressway && !kind.link) => (Flow::Forward, false),
        _ => (Flow::Both, false),
    };
    kind.flow = flow;
    Some((kind, backwards))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_say_class_direction_and_works() {
        let (k, backwards) = kind([
            ("highway", "motorway_link"),
            ("oneway", "-1"),
            ("bridge", "viaduct"),
            ("maxspeed", "60"),
            ("ref", "G22"),
        ])
        .expect("a road");
        assert_eq!(
            (k.class, k.link, k.flow, k.bridge, k.posted_kmh, backwards),
            (RoadClass::Expressway, true, Flow::Forward, true, Some(60), true)
        );
        assert_eq!(kind([("highway", "motorway")]).map(|(k, _)| k.flow), Some(Flow::Forward));
        assert_eq!(
            kind([("highway", "primary"), ("maxspeed", "50 mph")]).map(|(k, _)| (k.flow, k.posted_kmh)),
            Some((Flow::Both, None))
        );
        for none in [
            vec![("highway", "footway")],
            vec![("name", "x")],
            vec![("highway", "residential"), ("motor_vehicle", "no")],
        ] {
            assert_eq!(kind(none), None);
        }
    }
}

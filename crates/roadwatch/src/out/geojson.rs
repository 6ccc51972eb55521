//! Sections and their measures as GeoJSON (RFC 7946).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::InForce;
use crate::network::Network;

/// A FeatureCollection of every section that a measure is in force on, in the order of the network. Sections that the
/// network does not know are left out. The member `network` names the network by its hash.
pub fn sections_geojson(network: &Network, in_force: &[InForce]) -> Value {
    let mut by_place: BTreeMap<usize, Vec<&InForce>> = BTreeMap::new();
    for measure in in_force {
        for place in measure.sections.iter().filter_map(|id| network.place(*id)) {
            by_place.entry(place).or_default().push(measure);
        }
    }
    let features: Vec<Value> = by_place
        .into_iter()
        .map(|(place, here)| {
            let section = &network.sections()[place];
            let road = network.road(section);
            json!({
                "type": "Feature",
                "id": section.id,
                "geometry": {"type": "LineString", "coordinates": network.line(section)},
                "properties": {
                    "road": road.label(),
                    "class": section.class,
                    "heading": section.heading(network).en(),
                    "flow": section.flow,
                    "measures": here.iter().map(|m| &m.measure).collect::<Vec<_>>(),
                    "en": here.iter().map(|m| m.measure.en()).collect::<Vec<_>>().join("; "),
                    "zh": here.iter().map(|m| m.measure.zh()).collect::<Vec<_>>().join(";"),
                    "since": here.iter().map(|m| m.since).min(),
                    "review": here.iter().map(|m| m.review).min(),
                },
            })
        })
        .collect();
    json!({"type": "FeatureCollection", "network": crate::report::hex(&network.hash()), "features": features})
}

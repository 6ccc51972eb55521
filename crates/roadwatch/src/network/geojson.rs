//! GeoJSON lines with OpenStreetMap's tags as properties.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::assemble::{Raw, Way};
use super::pbf::booth;
use super::tags::kind;
use super::{MAX_REFERENCES, NetworkError};

#[derive(Deserialize)]
struct Collection {
    features: Vec<Feature>,
}

#[derive(Deserialize)]
struct Feature {
    #[serde(default)]
    properties: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(default)]
    geometry: Option<Geometry>,
}

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
#[expect(clippy::enum_variant_names, reason = "the names are GeoJSON's")]
enum Geometry {
    Point(Vec<f64>),
    LineString(Vec<Vec<f64>>),
    MultiLineString(Vec<Vec<Vec<f64>>>),
    MultiPoint(IgnoredAny),
    Polygon(IgnoredAny),
    MultiPolygon(IgnoredAny),
    GeometryCollection,
}

pub(super) fn read(bytes: &[u8]) -> Result<Raw, NetworkError> {
    let collection: Collection = serde_json::from_slice(bytes)?;
    let mut raw = Raw::default();
    let mut points: Vec<Option<i64>> = Vec::new();
    let mut booths = Vec::new();
    for feature in collection.features {
        let properties: BTreeMap<String, String> =
            feature.properties.unwrap_or_default().into_iter().filter_map(text).collect();
        let tags = || properties.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        let lines = match feature.geometry {
            Some(Geometry::Point(place)) => {
                booths.extend(node(&place).zip(booth(tags())));
                continue;
            }
            Some(Geometry::LineString(line)) => vec![line],
            Some(Geometry::MultiLineString(lines)) => lines,
            _ => continue,
        };
        let Some((kind, backwards)) = kind(tags()) else { continue };
        let kind = raw.intern(kind);
        for line in lines {
            let first = points.len();
            if first + line.len() > MAX_REFERENCES {
                return Err(NetworkError::TooLarge);
            }
            points.extend(line.iter().map(|p| node(p)));
            if backwards {
                points[first..].reverse();
            }
            raw.ways.push(Way { kind, first, len: points.len() - first });
        }
    }
    let mut ids: Vec<i64> = points.iter().flatten().copied().collect();
    ids.sort_unstable();
    ids.dedup();
    let index = |id: i64| ids.binary_search(&id).ok();
    raw.references = points.into_iter().map(|p| p.and_then(index).map_or(u32::MAX, |i| i as u32)).collect();
    raw.booths = booths.into_iter().filter_map(|(id, booth)| Some((index(id)?, booth))).collect();
    raw.places = ids.iter().map(|id| Some([(id >> 32) as i32, *id as i32])).collect();
    raw.ids = ids;
    Ok(raw)
}

/// The node at a place: its coordinates in steps of 10⁻⁷ degrees, a centimetre, are its id.
fn node(place: &[f64]) -> Option<i64> {
    let [lon, lat, ..] = place else { return None };
    if lon.abs() > 180.0 || lat.abs() > 90.0 {
        return None;
    }
    let step = |degrees: f64| (degrees * 1e7).round() as i32;
    Some(i64::from(step(*lon)) << 32 | i64::from(step(*lat) as u32))
}

/// A property as a tag's text.
fn text((key, value): (String, serde_json::Value)) -> Option<(String, String)> {
    match value {
        serde_json::Value::String(text) => Some((key, text)),
        serde_json::Value::Number(number) => Some((key, number.to_string())),
        serde_json::Value::Bool(yes) => Some((key, if yes { "yes" } else { "no" }.to_owned())),
        _ => None,
    }
}

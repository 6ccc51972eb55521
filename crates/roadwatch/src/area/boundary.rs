//! Tables of administrative boundaries, supplied by the operator as GeoJSON (RFC 7946).
//!
//! A table is immutable and named by the hash of its content, so that a record of which roads a warning touched says
//! which boundaries were believed. (A map shown to the public needs its own approval number; this is not that map.)

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Crs, Point, Polygon};

/// Largest table read, in bytes; far above any set of county outlines, and a bound on what a wrong file can cost.
pub const MAX_TABLE: usize = 256 << 20;

/// How to read a table and what it is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSpec {
    /// Its name for people: "county boundaries of Gansu".
    pub name: String,
    /// Its version for people: "2025-12".
    pub version: String,
    /// The `valueName`s of geocodes that it answers: "adcode", "SAME", "UGC", …
    pub schemes: Vec<String>,
    /// Whether codes are those of GB/T 2260, so that a city stands for its counties.
    pub adcode: bool,
    /// Property that holds the code.
    pub code_property: String,
    /// Property that holds the name.
    pub name_property: String,
    /// Coordinate system of the file.
    pub crs: Crs,
}

/// A bounded place.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// Its parts.
    pub parts: Vec<Arc<Polygon>>,
}

/// A table of regions by code.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// How it was read.
    pub spec: TableSpec,
    /// SHA-256 of the description and the file.
    pub hash: [u8; 32],
    regions: BTreeMap<String, Region>,
}

/// Why a file is no table.
#[derive(Debug, thiserror::Error)]
pub enum BoundaryError {
    /// Too many bytes.
    #[error("the boundary file has {0} bytes; at most {MAX_TABLE} are read: split it by province")]
    TooLarge(usize),
    /// Not GeoJSON.
    #[error("the boundary file is no GeoJSON FeatureCollection of polygons ({0}); export it again")]
    NotGeoJson(#[from] serde_json::Error),
    /// No usable region.
    #[error(
        "the boundary file has no region with a property {code_property:?} and a polygon; check the property's name"
    )]
    Empty {
        /// The property that was looked for.
        code_property: String,
    },
}

/// What was left out or mended in a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableFault {
    /// No code.
    #[error("feature {index} has no property {property:?}; it was left out")]
    NoCode {
        /// Its place in the file, from 0.
        index: usize,
        /// The property that was looked for.
        property: String,
    },
    /// Not a polygon, or a ring of fewer than three distinct points, or points that are no place.
    #[error("region {code} has a ring or shape that is none; that part was left out: mend the file")]
    BadShape {
        /// Its code.
        code: String,
    },
    /// An open ring.
    #[error("region {code} has an open ring; it was closed")]
    OpenRing {
        /// Its code.
        code: String,
    },
    /// Several features of one code.
    #[error("region {code} stands in the file more than once; the parts were joined")]
    Repeated {
        /// Its code.
        code: String,
    },
}

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
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
    Point(IgnoredAny),
    MultiPoint(IgnoredAny),
    LineString(IgnoredAny),
    MultiLineString(IgnoredAny),
    GeometryCollection,
}

impl Table {
    /// Reads a table from GeoJSON, with what had to be mended.
    ///
    /// # Errors
    /// [`BoundaryError`], if there is no region to be had.
    pub fn from_geojson(bytes: &[u8], spec: TableSpec) -> Result<(Self, Vec<TableFault>), BoundaryError> {
        if bytes.len() > MAX_TABLE {
            return Err(BoundaryError::TooLarge(bytes.len()));
        }
        let collection: Collection = serde_json::from_slice(bytes)?;
        let mut faults = Vec::new();
        let mut regions: BTreeMap<String, Region> = BTreeMap::new();
        for (index, feature) in collection.features.into_iter().enumerate() {
            let properties = feature.properties.unwrap_or_default();
            let property = |name: &str| match properties.get(name) {
                Some(serde_json::Value::String(text)) => Some(text.trim().to_owned()),
                Some(serde_json::Value::Number(number)) => Some(number.to_string()),
                _ => None,
            };
            let Some(code) = property(&spec.code_property).filter(|c| !c.is_empty()) else {
                faults.push(TableFault::NoCode { index, property: spec.code_property.clone() });
                continue;
            };
            let parts = match feature.geometry {
                Some(Geometry::Polygon(rings)) => vec![rings],
                Some(Geometry::MultiPolygon(parts)) => parts,
                _ => {
                    faults.push(TableFault::BadShape { code });
                    continue;
                }
            };
            let parts = parts.into_iter().filter_map(|rings| polygon(rings, &code, spec.crs, &mut faults));
            let parts: Vec<_> = parts.map(Arc::new).collect();
            if parts.is_empty() {
                continue;
            }
            match regions.get_mut(&code) {
                Some(region) => {
                    region.parts.extend(parts);
                    faults.push(TableFault::Repeated { code });
                }
                None => {
                    let name = property(&spec.name_property).unwrap_or_default();
                    regions.insert(code, Region { name, parts });
                }
            }
        }
        if regions.is_empty() {
            return Err(BoundaryError::Empty { code_property: spec.code_property });
        }
        let hash = Sha256::new().chain_update(serde_json::to_vec(&spec)?).chain_update(bytes).finalize().into();
        Ok((Table { spec, hash, regions }, faults))
    }

    /// Number of regions.
    pub fn len(&self) -> usize {
        self.regions.len()
    }

    /// Has it no region? Never, once read.
    pub fn is_empty(&self) -> bool {
        self.regions.is_empty()
    }

    /// Every region, by code.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Region)> {
        self.regions.iter().map(|(code, region)| (code.as_str(), region))
    }

    /// Does it answer geocodes of this `valueName`?
    pub fn answers(&self, scheme: &str) -> bool {
        self.spec.schemes.iter().any(|s| s.eq_ignore_ascii_case(scheme))
    }

    /// The regions that a code stands for: the one of that code, or, for a province or city of GB/T 2260 that is not in
    /// the table itself, all below it. Empty if there is none.
    pub fn find(&self, code: &str) -> Vec<(&str, &Region)> {
        let code = code.trim();
        if let Some((code, region)) = self.regions.get_key_value(code) {
            return vec![(code, region)];
        }
        if !self.spec.adcode || !code.bytes().all(|b| b.is_ascii_digit()) || code.len() < 6 {
            return Vec::new();
        }
        // Statistical codes have twelve digits; those of counties and above end in zeros.
        let (short, rest) = code.split_at(6);
        if rest.bytes().any(|b| b != b'0') {
            return Vec::new();
        }
        if let Some((code, region)) = self.regions.get_key_value(short) {
            return vec![(code, region)];
        }
        let Some(prefix) = short.strip_suffix("0000").or_else(|| short.strip_suffix("00")) else { return Vec::new() };
        let below = self.regions.range(prefix.to_owned()..).take_while(|(code, _)| code.starts_with(prefix));
        below.map(|(code, region)| (code.as_str(), region)).collect()
    }

    /// The regions of exactly this name.
    pub fn named(&self, name: &str) -> Vec<(&str, &Region)> {
        let name = name.trim();
        let found = self.regions.iter().filter(|(_, region)| !name.is_empty() && region.name == name);
        found.map(|(code, region)| (code.as_str(), region)).collect()
    }
}

fn polygon(rings: Vec<Vec<Vec<f64>>>, code: &str, crs: Crs, faults: &mut Vec<TableFault>) -> Option<Polygon> {
    let mut good: Vec<Vec<Point>> = Vec::new();
    for (index, raw) in rings.into_iter().enumerate() {
        let point = |p: &Vec<f64>| match p.as_slice() {
            [lon, lat, ..] if lon.abs() <= 180.0 && lat.abs() <= 90.0 => Some(crs.to_wgs84([*lon, *lat])),
            _ => None,
        };
        let mut ring: Vec<Point> = raw.iter().map_while(point).collect();
        let complete = ring.len() == raw.len();
        if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
            && first != last
            && complete
        {
            faults.push(TableFault::OpenRing { code: code.to_owned() });
            ring.push(first);
        }
        ring.dedup();
        if !complete || ring.len() < 4 {
            faults.push(TableFault::BadShape { code: code.to_owned() });
            // Without its outer ring a hole would become land.
            if index == 0 {
                return None;
            }
            continue;
        }
        good.push(ring);
    }
    (!good.is_empty()).then_some(Polygon { rings: good })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn spec() -> TableSpec {
        TableSpec {
            name: "counties".to_owned(),
            version: "test".to_owned(),
            schemes: vec!["adcode".to_owned()],
            adcode: true,
            code_property: "adcode".to_owned(),
            name_property: "name".to_owned(),
            crs: Crs::Wgs84,
        }
    }

    pub(in super::super) fn table() -> (Table, Vec<TableFault>) {
        let square = |code: &str, name: &str, x: f64| {
            serde_json::json!({"type": "Feature", "properties": {"adcode": code, "name": name}, "geometry":
                {"type": "Polygon", "coordinates": [[[x, 35.0], [x + 1.0, 35.0], [x + 1.0, 36.0], [x, 36.0], [x, 35.0]]]}})
        };
        let mut open = square("621027", "镇原县", 106.0);
        open["geometry"]["coordinates"][0].as_array_mut().expect("a ring").pop();
        let file = serde_json::json!({"type": "FeatureCollection", "features": [
            square("621002", "西峰区", 107.0), open, square("610102", "新城区", 109.0),
            {"type": "Feature", "properties": {"name": "nowhere"}, "geometry": null},
            {"type": "Feature", "properties": {"adcode": 621021}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
        ]});
        Table::from_geojson(file.to_string().as_bytes(), spec()).expect("a table")
    }

    #[test]
    fn a_city_stands_for_its_counties() {
        let (table, _) = table();
        let codes = |code: &str| table.find(code).into_iter().map(|(c, _)| c).collect::<Vec<_>>();
        assert_eq!(codes("621002"), ["621002"]);
        assert_eq!(codes("621002000000"), ["621002"]);
        assert_eq!(codes("621000"), ["621002", "621027"]);
        assert_eq!(codes("620000"), ["621002", "621027"]);
        assert_eq!(codes("620100"), [""; 0]);
        assert_eq!(codes("621002001"), [""; 0], "a township is not its county");
        assert_eq!(table.named("西峰区").len(), 1);
    }

    #[test]
    fn what_is_wrong_is_reported_and_the_rest_kept() {
        let (table, faults) = table();
        assert_eq!(table.len(), 3);
        assert_eq!(
            faults,
            [
                TableFault::OpenRing { code: "621027".to_owned() },
                TableFault::NoCode { index: 3, property: "adcode".to_owned() },
                TableFault::BadShape { code: "621021".to_owned() },
            ]
        );
        assert!(Table::from_geojson(b"{}", spec()).is_err());
        assert!(Table::from_geojson(b"{\"features\":[]}", spec()).is_err());
    }

    #[test]
    fn the_hash_names_content_and_reading() {
        let bytes = br#"{"features":[{"properties":{"adcode":"621002","name":"x"},"geometry":{"type":"Polygon","coordinates":[[[107,35],[108,35],[108,36],[107,35]]]}}]}"#;
        let hash = |spec| Table::from_geojson(bytes, spec).expect("a table").0.hash;
        assert_eq!(hash(spec()), hash(spec()));
        assert_ne!(hash(spec()), hash(TableSpec { crs: Crs::Gcj02, ..spec() }));
    }
}

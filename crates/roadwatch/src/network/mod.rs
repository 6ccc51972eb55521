//! The road network as measures need it: sections, directions, classes, toll plazas, bridges, tunnels.
//!
//! A section is a stretch of one road between two places where a driver can choose, of one class and kind, in one
//! direction where carriageways are apart. It keeps its id over re-imports as long as its ends stay; where they moved,
//! [`succeed`] says which new sections lie on the old one, so that measures in force are never lost.
//!
//! ```
//! use roadwatch::network::{Network, RoadClass};
//!
//! let file = r#"{"type": "FeatureCollection", "features": [{"type": "Feature",
//!     "properties": {"highway": "motorway", "ref": "G22", "oneway": "yes", "bridge": "yes"},
//!     "geometry": {"type": "LineString", "coordinates": [[107.6, 35.7], [107.7, 35.7]]}}]}"#;
//! let network = Network::from_geojson(file.as_bytes()).expect("one road");
//! let section = &network.sections()[0];
//! assert_eq!((section.class, section.bridge, network.road(section).reference.as_str()), (RoadClass::Expressway, true, "G22"));
//! assert_eq!(section.heading(&network).zh(), "往东");
//! ```

mod assemble;
mod geojson;
mod pbf;
mod succession;
mod tags;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use succession::{Succession, Successor, succeed};

use crate::area::Point;
use crate::matching::Index;

/// Most node references read from a file. Importing takes about 100 bytes each at its peak, so this bounds it to about
/// 1 GB. (The extract of Porto, 73,000 sections, peaks at 38 MB with its file and index.)
pub const MAX_REFERENCES: usize = 10_000_000;
/// Largest file read.
pub const MAX_FILE: usize = 2 << 30;

/// Class of a road, greatest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RoadClass {
    /// OpenStreetMap's `motorway`: 高速公路.
    Expressway,
    /// `trunk`: 国道、快速路.
    Trunk,
    /// `primary`: 省道、主干道.
    Primary,
    /// `secondary`: 县道、次干道.
    Secondary,
    /// `tertiary`: 乡道、支路.
    Tertiary,
    /// Everything below that motor vehicles pass.
    Local,
}

/// Name of a section: stable over imports while its ends stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId(pub u64);

impl fmt::Display for SectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{:016x}", self.0)
    }
}

impl Serialize for SectionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The road that a section belongs to, by what it is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Road {
    /// Its number: "G22", "S202"; may be empty.
    pub reference: String,
    /// Its name as signposted; may be empty.
    pub name: String,
    /// Its name in English; may be empty.
    pub name_en: String,
}

impl Road {
    /// Number and name, whichever there are.
    pub fn label(&self) -> String {
        [self.reference.as_str(), self.name.as_str()]
            .into_iter()
            .filter(|t| !t.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Which way traffic runs, relative to the section's points.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flow {
    /// From the first point to the last.
    Forward,
    /// Both ways.
    Both,
}

/// A stretch of road that one measure can apply to.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Its name.
    pub id: SectionId,
    /// Class of its road.
    pub class: RoadClass,
    /// Whether it is a slip road.
    pub link: bool,
    /// Which way traffic runs.
    pub flow: Flow,
    /// Whether it lies on a bridge.
    pub bridge: bool,
    /// Whether it lies in a tunnel.
    pub tunnel: bool,
    /// Whether it is tolled.
    pub toll: bool,
    /// Posted limit in km/h, if the map has it.
    pub posted_kmh: Option<u16>,
    /// Length in metres.
    pub length_m: f64,
    /// Place in the list of roads.
    pub road: u32,
    /// Junction it begins at.
    pub from: u32,
    /// Junction it ends at.
    pub to: u32,
    first_point: u32,
    points: u32,
}

/// A toll plaza: what notices to the public name.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plaza {
    /// Its name; may be empty.
    pub name: String,
    /// Its name in English; may be empty.
    pub name_en: String,
    /// Where it is, the middle of its booths.
    pub at: Point,
    /// Sections that begin, end or run through its booths, in order.
    pub sections: Vec<SectionId>,
}

/// A direction of travel in eight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the points of the compass")]
pub enum Heading {
    North,
    NorthEast,
    East,
    SouthEast,
    South,
    SouthWest,
    West,
    NorthWest,
}

impl Heading {
    /// In English.
    pub const fn en(self) -> &'static str {
        match self {
            Heading::North => "northbound",
            Heading::NorthEast => "north-eastbound",
            Heading::East => "eastbound",
            Heading::SouthEast => "south-eastbound",
            Heading::South => "southbound",
            Heading::SouthWest => "south-westbound",
            Heading::West => "westbound",
            Heading::NorthWest => "north-westbound",
        }
    }

    /// In Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Heading::North => "往北",
            Heading::NorthEast => "往东北",
            Heading::East => "往东",
            Heading::SouthEast => "往东南",
            Heading::South => "往南",
            Heading::SouthWest => "往西南",
            Heading::West => "往西",
            Heading::NorthWest => "往西北",
        }
    }

    /// From one place to another.
    pub fn between(a: Point, b: Point) -> Self {
        const ALL: [Heading; 8] = [
            Heading::North,
            Heading::NorthEast,
            Heading::East,
            Heading::SouthEast,
            Heading::South,
            Heading::SouthWest,
            Heading::West,
            Heading::NorthWest,
        ];
        let east = (b[0] - a[0]) * ((a[1] + b[1]) / 2.0).to_radians().cos();
        let degrees = east.atan2(b[1] - a[1]).to_degrees().rem_euclid(360.0);
        ALL[(degrees / 45.0).round() as usize % 8]
    }
}

/// An imported network: immutable, named by its hash.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    hash: [u8; 32],
    sections: Vec<Section>,
    points: Vec<Point>,
    roads: Vec<Road>,
    junctions: Vec<Point>,
    plazas: Vec<Plaza>,
    by_id: BTreeMap<SectionId, u32>,
}

/// Why a file is no network.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// Too large a file.
    #[error("the file has {0} bytes; at most {MAX_FILE} are read: cut out the region first")]
    FileTooLarge(usize),
    /// Too many node references.
    #[error("the file has more than {MAX_REFERENCES} points on roads; cut out the region first")]
    TooLarge,
    /// Not a PBF file, or a damaged one.
    #[error("the file is no OpenStreetMap PBF, or it is damaged ({0}); download it again")]
    Pbf(#[from] osmpbf::Error),
    /// Not GeoJSON.
    #[error("the file is no GeoJSON FeatureCollection of lines ({0}); export it again")]
    GeoJson(#[from] serde_json::Error),
    /// No road.
    #[error("the file has no road with two points; expected ways or lines with a `highway` tag")]
    Empty,
}

impl Network {
    /// Imports the roads of an OpenStreetMap PBF file.
    ///
    /// # Errors
    /// [`NetworkError`]; nothing is imported by halves. Ways with nodes missing from the file, as at the edge of an
    /// extract, are cut there.
    pub fn from_pbf(bytes: &[u8]) -> Result<Self, NetworkError> {
        if bytes.len() > MAX_FILE {
            return Err(NetworkError::FileTooLarge(bytes.len()));
        }
        assemble::assemble(pbf::read(bytes)?)
    }

    /// Imports the lines of a GeoJSON file, whose properties are named like OpenStreetMap's tags. Lines that share a
    /// point meet there; points with `barrier` = `toll_booth` are toll plazas.
    ///
    /// # Errors
    /// [`NetworkError`]; nothing is imported by halves.
    pub fn from_geojson(bytes: &[u8]) -> Result<Self, NetworkError> {
        if bytes.len() > MAX_FILE {
            return Err(NetworkError::FileTooLarge(bytes.len()));
        }
        assemble::assemble(geojson::read(bytes)?)
    }

    /// SHA-256 over everything that was imported.
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }

    /// Every section, by id.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The section of this id.
    pub fn section(&self, id: SectionId) -> Option<&Section> {
        self.sections.get(*self.by_id.get(&id)? as usize)
    }

    /// Place of a section in [`Network::sections`].
    pub fn place(&self, id: SectionId) -> Option<usize> {
        self.by_id.get(&id).map(|place| *place as usize)
    }

    /// Points of a section, in the direction of its flow.
    pub fn line(&self, section: &Section) -> &[Point] {
        &self.points[section.first_point as usize..(section.first_point + section.points) as usize]
    }

    /// The road of a section.
    pub fn road(&self, section: &Section) -> &Road {
        &self.roads[section.road as usize]
    }

    /// Places where sections begin and end.
    pub fn junctions(&self) -> &[Point] {
        &self.junctions
    }

    /// Toll plazas, by name and place.
    pub fn plazas(&self) -> &[Plaza] {
        &self.plazas
    }

    /// An index over the sections; it knows them by their place in [`Network::sections`].
    pub fn index(&self) -> Index {
        Index::new(self.sections.iter().map(|s| self.line(s)))
    }
}

impl Section {
    /// Where it leads, from its first point to its last.
    pub fn heading(&self, network: &Network) -> Heading {
        match network.line(self) {
            [a, .., b] => Heading::between(*a, *b),
            _ => Heading::North,
        }
    }
}

//! OpenStreetMap PBF: two passes over the file, so that only nodes on roads are ever held.

use std::collections::BTreeMap;

use osmpbf::{Element, ElementReader};

use super::assemble::{Booth, Raw, Way};
use super::tags::kind;
use super::{MAX_REFERENCES, NetworkError};

/// The ends of the earth in steps of 10⁻⁷ degrees.
const MAX_LON: i32 = 1_800_000_000;
const MAX_LAT: i32 = 900_000_000;

pub(super) fn read(bytes: &[u8]) -> Result<Raw, NetworkError> {
    let mut raw = Raw::default();
    let mut references: Vec<i64> = Vec::new();
    // The element callback cannot stop the reader, so it only stops listening.
    let mut too_many = false;
    ElementReader::new(bytes).for_each(|element| {
        let Element::Way(way) = element else { return };
        let Some((kind, backwards)) = kind(way.tags()) else { return };
        let first = references.len();
        if too_many || first + way.raw_refs().len() > MAX_REFERENCES {
            too_many = true;
            return;
        }
        references.extend(way.refs());
        if backwards {
            references[first..].reverse();
        }
        let kind = raw.intern(kind);
        raw.ways.push(Way { kind, first, len: references.len() - first });
    })?;
    if too_many {
        return Err(NetworkError::TooLarge);
    }
    let mut ids = references.clone();
    ids.sort_unstable();
    ids.dedup();
    let mut places: Vec<Option<[i32; 2]>> = vec![None; ids.len()];
    let mut booths: BTreeMap<usize, Booth> = BTreeMap::new();
    let index = |id: i64| ids.binary_search(&id).ok();
    let mut take = |index: usize, place: [i32; 2], booth: Option<Booth>| {
        // A node off the earth is a node that is not there.
        places[index] = Some(place).filter(|[lon, lat]| lon.abs() <= MAX_LON && lat.abs() <= MAX_LAT);
        booths.extend(booth.map(|b| (index, b)));
    };
    ElementReader::new(bytes).for_each(|element| match element {
        Element::Node(n) => {
            if let Some(index) = index(n.id()) {
                take(index, [n.decimicro_lon(), n.decimicro_lat()], booth(n.tags()));
            }
        }
        Element::DenseNode(n) => {
            if let Some(index) = index(n.id()) {
                take(index, [n.decimicro_lon(), n.decimicro_lat()], booth(n.tags()));
            }
        }
        Element::Way(_) | Element::Relation(_) => {}
    })?;
    raw.references = references.into_iter().map(|id| ids.binary_search(&id).map_or(u32::MAX, |i| i as u32)).collect();
    raw.places = places;
    raw.ids = ids;
    raw.booths = booths;
    Ok(raw)
}

/// The toll booth that a node's tags describe, if they do.
pub(super) fn booth<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Option<Booth> {
    let (mut is_booth, mut booth) = (false, Booth::default());
    for (key, value) in tags {
        match (key, value) {
            ("barrier", "toll_booth") => is_booth = true,
            ("name", name) => booth.name = name.trim().to_owned(),
            ("name:en", name) => booth.name_en = name.trim().to_owned(),
            _ => {}
        }
    }
    is_booth.then_some(booth)
}

//! Importing roads, from small drawn networks and from real extracts.

mod common;

use roadwatch::area::{Shape, parse_polygon};
use roadwatch::network::{Flow, Network, RoadClass, Successor, succeed};
use serde_json::json;

type Line<'l> = (&'l [(&'l str, &'l str)], &'l [[f64; 2]]);

fn network(lines: &[Line<'_>], points: &[(&str, [f64; 2])]) -> Network {
    let tags = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), json!(v))).collect::<serde_json::Map<_, _>>()
    };
    let roads = lines.iter().map(|(t, line)| json!({"type": "Feature", "properties": tags(t), "geometry": {"type": "LineString", "coordinates": line}}));
    let booths = points.iter().map(|(name, place)| {
        json!({"type": "Feature", "properties": {"barrier": "toll_booth", "name": name}, "geometry": {"type": "Point", "coordinates": place}})
    });
    let file = json!({"type": "FeatureCollection", "features": roads.chain(booths).collect::<Vec<_>>()});
    Network::from_geojson(file.to_string().as_bytes()).expect("a network")
}

const G22: &[(&str, &str)] = &[("highway", "motorway"), ("ref", "G22"), ("name", "青兰高速")];
const S202: &[(&str, &str)] = &[("highway", "primary"), ("ref", "S202")];
const BRIDGE: &[(&str, &str)] = &[("highway", "motorway"), ("ref", "G22"), ("name", "青兰高速"), ("bridge", "yes")];

#[test]
fn sections_run_from_junction_to_junction_and_joins_of_editors_vanish() {
    // Two ways of one road, cut by an editor at x = 107.5, crossed by another road at 107.6.
    let n = network(
        &[
            (S202, &[[107.4, 35.7], [107.5, 35.7]]),
            (S202, &[[107.5, 35.7], [107.6, 35.7], [107.7, 35.7]]),
            (&[("highway", "tertiary")], &[[107.6, 35.6], [107.6, 35.7], [107.6, 35.8]]),
        ],
        &[],
    );
    let mut lengths: Vec<(RoadClass, usize)> = n.sections().iter().map(|s| (s.class, n.line(s).len())).collect();
    lengths.sort();
    assert_eq!(
        lengths,
        [(RoadClass::Primary, 2), (RoadClass::Primary, 3), (RoadClass::Tertiary, 2), (RoadClass::Tertiary, 2)]
    );
    assert_eq!(n.junctions().len(), 5);
}

#[test]
fn bridges_and_toll_plazas_part_sections() {
    let n = network(
        &[
            (G22, &[[107.4, 35.7], [107.5, 35.7]]),
            (BRIDGE, &[[107.5, 35.7], [107.51, 35.7]]),
            (G22, &[[107.51, 35.7], [107.6, 35.7], [107.7, 35.7]]),
        ],
        &[("西峰收费站", [107.6, 35.7]), ("西峰收费站", [107.6, 35.7001])],
    );
    assert_eq!(n.sections().len(), 4);
    assert_eq!(n.sections().iter().filter(|s| s.bridge).count(), 1);
    assert!(n.sections().iter().all(|s| s.flow == Flow::Forward && n.road(s).label() == "G22 青兰高速"));
    let [plaza] = n.plazas() else { panic!("{:?}", n.plazas()) };
    assert_eq!((plaza.name.as_str(), plaza.sections.len()), ("西峰收费站", 2));
}

#[test]
fn one_way_chains_keep_the_direction_of_traffic() {
    let backwards: &[(&str, &str)] = &[("highway", "primary"), ("oneway", "-1")];
    let onward: &[(&str, &str)] = &[("highway", "primary"), ("oneway", "yes")];
    let n = network(&[(onward, &[[107.0, 35.0], [107.1, 35.0]]), (backwards, &[[107.2, 35.0], [107.1, 35.0]])], &[]);
    let [section] = n.sections() else { panic!("{:?}", n.sections()) };
    assert_eq!(n.line(section), [[107.0, 35.0], [107.1, 35.0], [107.2, 35.0]]);
    // Two one-way streets that run towards each other stay two.
    let n = network(&[(onward, &[[107.0, 35.0], [107.1, 35.0]]), (onward, &[[107.2, 35.0], [107.1, 35.0]])], &[]);
    assert_eq!(n.sections().len(), 2);
}

#[test]
fn a_loop_is_one_section() {
    let n = network(
        &[(S202, &[[107.0, 35.0], [107.1, 35.0], [107.1, 35.1]]), (S202, &[[107.1, 35.1], [107.0, 35.0]])],
        &[],
    );
    let [section] = n.sections() else { panic!("{:?}", n.sections()) };
    assert_eq!((n.line(section).len(), section.from), (4, section.to));
}

#[test]
fn the_same_roads_in_another_order_are_the_same_network() {
    let lines: [Line<'_>; 3] = [
        (S202, &[[107.4, 35.7], [107.6, 35.7]]),
        (G22, &[[107.6, 35.7], [107.8, 35.7]]),
        (S202, &[[107.6, 35.9], [107.6, 35.7]]),
    ];
    let mut turned = lines;
    turned.reverse();
    assert_eq!(network(&lines, &[]).hash(), network(&turned, &[]).hash());
    let moved: [Line<'_>; 3] = [lines[0], lines[1], (S202, &[[107.6, 35.9], [107.6001, 35.8], [107.6, 35.7]])];
    assert_ne!(network(&lines, &[]).hash(), network(&moved, &[]).hash());
}

#[test]
fn measures_follow_their_road_over_a_new_import() {
    let old = network(&[(S202, &[[107.4, 35.7], [107.6, 35.7]]), (G22, &[[107.0, 35.0], [107.2, 35.0]])], &[]);
    // The road was redrawn two metres off and a side road now parts it; the expressway is as it was.
    let new = network(
        &[
            (S202, &[[107.4, 35.70002], [107.55, 35.70002], [107.6, 35.70002]]),
            (&[("highway", "tertiary")], &[[107.55, 35.70002], [107.55, 35.8]]),
            (G22, &[[107.0, 35.0], [107.2, 35.0]]),
        ],
        &[],
    );
    let result = succeed(&old, &new);
    assert_eq!((result.kept, result.moved.len(), result.gone.len(), result.added.len()), (1, 1, 0, 1));
    let shares: Vec<f64> = result.moved.values().flatten().map(|s: &Successor| s.share).collect();
    assert!((shares[0] - 0.75).abs() < 0.02 && (shares[1] - 0.25).abs() < 0.02, "{shares:?}");
    assert_eq!(succeed(&new, &network(&[(G22, &[[107.0, 35.0], [107.2, 35.0]])], &[])).gone.len(), 3);
}

#[test]
fn what_is_no_network_is_refused_in_words() {
    for bytes in [b"" as &[u8], b"{}", b"{\"features\":[]}", b"[1,2", b"\x00\x00\x00\x0d\x0a\x09OSMHeader"] {
        assert!(Network::from_geojson(bytes).is_err());
        assert!(Network::from_pbf(bytes).is_err());
    }
}

#[test]
fn real_extracts_import_whole_and_alike() {
    let Some(folder) = common::shared("data/osm") else { return };
    let bytes = std::fs::read(folder.join("liechtenstein-latest.osm.pbf")).expect("the extract");
    let n = Network::from_pbf(&bytes).expect("a network");
    assert_eq!(n.hash(), Network::from_pbf(&bytes).expect("a network").hash());
    assert!(n.sections().len() > 1_000, "{}", n.sections().len());
    // The principality has 380 km of public roads (CIA World Factbook); ours count carriageways, not private drives.
    let km = n.sections().iter().map(|s| s.length_m).sum::<f64>() / 1_000.0;
    assert!((300.0..500.0).contains(&km), "{km} km");
    for s in n.sections() {
        let line = n.line(s);
        assert!(line.len() >= 2 && s.length_m >= 0.0);
        assert_eq!((line.first(), line.last()), (n.junctions().get(s.from as usize), n.junctions().get(s.to as usize)));
    }
    let same = succeed(&n, &n);
    assert_eq!((same.kept, same.gone.len(), same.added.len()), (n.sections().len(), 0, 0));
    // A box over everything touches everything.
    let (world, _) = parse_polygon("46,9 46,10 48,10 48,9 46,9").expect("a box");
    let all = n.index().touched(&Shape::Polygon(world[0].clone().into()));
    assert_eq!(all.len(), n.sections().len());
    // A damaged file is refused, not half imported.
    assert!(Network::from_pbf(&bytes[..bytes.len() / 2]).is_err());
}

#[test]
fn a_damaged_extract_is_refused_or_read_but_never_panics() {
    let Some(folder) = common::shared("data/osm") else { return };
    let bytes = std::fs::read(folder.join("liechtenstein-latest.osm.pbf")).expect("the extract");
    let mut refused = 0;
    for i in 0..40usize {
        let mut damaged = bytes.clone();
        let at = i * 7_919 * 4_337 % damaged.len();
        damaged[at] ^= 1 << (i % 8);
        // The headers, where a length may be claimed, more often than the compressed middle.
        damaged[i % 32] ^= if i % 2 == 0 { 0 } else { 0x55 };
        refused += usize::from(Network::from_pbf(&damaged).is_err());
    }
    assert!(refused > 20, "checksums and lengths give most damage away: {refused}");
}

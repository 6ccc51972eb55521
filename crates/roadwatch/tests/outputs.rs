//! Diversions, and what leaves the house.

mod common;

use std::collections::BTreeSet;

use roadwatch::cap::{Key, Ledger, MsgType, Options, Policy, State, Status, Verdict, read, write};
use roadwatch::diversion::{Graph, Limits};
use roadwatch::network::{Network, RoadClass, SectionId};
use roadwatch::out::{InForce, Notice, Publication, PublishError, notice_en, notice_zh, publish, sections_geojson};
use roadwatch::rules::{Measure, Vehicle};
use roadwatch::time::Moment;

/// An expressway through two plazas, and a longer trunk road round its middle.
fn network() -> Network {
    let line = |tags: &str, points: &str| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{{tags}}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":{points}}}}}"
        )
    };
    let g22 = "\"highway\":\"motorway\",\"ref\":\"G22\",\"name\":\"青兰高速\",\"oneway\":\"yes\"";
    let trunk = "\"highway\":\"trunk\",\"ref\":\"G244\"";
    let local = "\"highway\":\"residential\"";
    let booth = |name: &str, at: &str| {
        format!(
            "{{\"type\":\"Feature\",\"properties\":{{\"barrier\":\"toll_booth\",\"name\":\"{name}\"}},\"geometry\":{{\"type\":\"Point\",\"coordinates\":{at}}}}}"
        )
    };
    let features = [
        line(g22, "[[107.5,35.7],[107.6,35.7],[107.7,35.7],[107.8,35.7]]"),
        line(trunk, "[[107.6,35.7],[107.65,35.75],[107.7,35.7]]"),
        line(local, "[[107.6,35.7],[107.65,35.71],[107.7,35.7]]"),
        booth("西峰收费站", "[107.6,35.7]"),
        booth("", "[107.7,35.7]"),
    ];
    Network::from_geojson(format!("{{\"features\":[{}]}}", features.join(",")).as_bytes()).expect("a network")
}

fn at(text: &str) -> Moment {
    Moment::parse(text).expect("a time")
}

/// The section of a class that starts at a longitude.
fn section(n: &Network, class: RoadClass, lon: f64) -> SectionId {
    n.sections().iter().find(|s| s.class == class && n.line(s)[0][0] == lon).expect("a section").id
}

fn measure(measure: Measure, sections: Vec<SectionId>) -> InForce {
    InForce {
        measure,
        sections,
        since: at("2026-02-14T19:00:00+08:00"),
        review: at("2026-02-14T23:00:00+08:00"),
        reason_en: "icing".to_owned(),
        reason_zh: "道路结冰".to_owned(),
    }
}

#[test]
fn a_diversion_avoids_what_is_closed_and_keeps_to_roads_that_bear_trucks() {
    let n = network();
    let graph = Graph::new(&n);
    let closed = section(&n, RoadClass::Expressway, 107.6);
    let route = graph
        .around(closed, &Limits { least_class: Some(RoadClass::Trunk), ..Limits::default() })
        .expect("a way round");
    assert_eq!(route.sections, [section(&n, RoadClass::Trunk, 107.6)]);
    let none = Limits {
        closed: n.sections().iter().filter(|s| s.class > RoadClass::Expressway).map(|s| s.id).collect(),
        least_class: None,
    };
    assert_eq!(graph.around(closed, &none), None);
    // Against a one-way road there is no way back but the trunk.
    let s = n.section(closed).expect("known");
    let back = graph
        .route(s.to, s.from, &Limits { least_class: Some(RoadClass::Trunk), ..Limits::default() })
        .expect("a way back");
    assert!(!back.sections.contains(&closed));
}

#[test]
fn the_fastest_way_is_that_of_a_plain_search() {
    let Some(folder) = common::shared("data/osm") else { return };
    let bytes = std::fs::read(folder.join("liechtenstein-latest.osm.pbf")).expect("the extract");
    let n = Network::from_pbf(&bytes).expect("a network");
    let graph = Graph::new(&n);
    let closed: BTreeSet<SectionId> = n.sections().iter().step_by(17).map(|s| s.id).collect();
    let limits = Limits { closed: closed.clone(), least_class: None };
    let count = n.junctions().len() as u32;
    let mut found = 0;
    for i in 0..20u32 {
        let (from, to) = (i * 131 % count, i * 977 % count);
        let Some(route) = graph.route(from, to, &limits) else { continue };
        found += 1;
        assert!(route.sections.iter().all(|s| !closed.contains(s)));
        // Every step continues where the last ended, and the whole leads from start to goal.
        let mut here = from;
        for id in &route.sections {
            let s = n.section(*id).expect("known");
            here = if s.from == here {
                s.to
            } else {
                assert_eq!(s.to, here);
                s.from
            };
        }
        assert_eq!(here, to);
        // Cutting the way into two at any junction on it gives ways that are no faster together.
        if let Some(middle) = route.sections.get(route.sections.len() / 2).and_then(|s| n.section(*s)) {
            let parts = [graph.route(from, middle.from, &limits), graph.route(middle.from, to, &limits)];
            let sum: f64 = parts.iter().flatten().map(|r| r.seconds).sum();
            assert!(sum >= route.seconds - 1e-6);
        }
    }
    assert!(found > 5, "{found}");
}

#[test]
fn our_messages_are_valid_and_follow_each_other() {
    let n = network();
    let s = section(&n, RoadClass::Expressway, 107.6);
    let mut publication = Publication {
        sender: "qingyang-jiaojing".to_owned(),
        sender_name: "庆阳市公安局".to_owned(),
        identifier: "1".to_owned(),
        sent: at("2026-02-14T19:00:00+08:00"),
        status: Status::Actual,
        chain: Vec::new(),
    };
    let measures = [measure(Measure::SpeedLimit { kmh: 40 }, vec![s])];
    let mut ledger = Ledger::new(Policy::default());
    let mut keys: Vec<Key> = Vec::new();
    for (i, in_force) in [&measures[..], &measures[..], &[]].into_iter().enumerate() {
        publication.identifier = format!("{}", i + 1);
        publication.sent = at("2026-02-14T19:00:00+08:00").plus(i as i64 * 60);
        publication.chain = keys.clone();
        let alert = publish(&n, in_force, &publication).expect("a message");
        let reading = read(write(&alert).as_bytes(), &Options::default());
        assert_eq!(
            (reading.verdict, reading.alerts[0].findings.len()),
            (Verdict::Valid, 0),
            "{:?}",
            reading.alerts[0].findings
        );
        keys.push(alert.key.clone());
        ledger.receive(reading.usable().next().expect("accepted").clone());
    }
    let now = at("2026-02-14T20:00:00+08:00");
    let states: Vec<_> = keys.iter().map(|k| ledger.state(k, now)).collect();
    assert!(
        matches!(
            states.as_slice(),
            [Some(State::Cancelled { .. }), Some(State::Cancelled { .. }), Some(State::NotInForce)]
        ),
        "{states:?}"
    );
    publication.chain = vec![Key { sent: publication.sent, ..keys[0].clone() }];
    assert!(matches!(publish(&n, &measures, &publication), Err(PublishError::Order { .. })));
    publication.chain.clear();
    assert_eq!(publish(&n, &[], &publication), Err(PublishError::Nothing));
    publication.sender = "a,b".to_owned();
    assert!(matches!(publish(&n, &measures, &publication), Err(PublishError::Name(_))));
    assert_eq!(MsgType::Cancel.word(), "Cancel");
}

#[test]
fn the_notice_speaks_of_plazas_directions_and_vehicles() {
    let n = network();
    let s = section(&n, RoadClass::Expressway, 107.6);
    let vehicles = BTreeSet::from([Vehicle::Hazmat, Vehicle::Coach, Vehicle::TruckToThreeAxles]);
    let in_force = [
        measure(Measure::Chains { vehicles: BTreeSet::from([Vehicle::Car]) }, vec![s]),
        measure(Measure::Ban { vehicles }, vec![s]),
        measure(Measure::Gritting, vec![s]),
    ];
    let mut notice = Notice {
        issuer_zh: "庆阳市公安局交警支队".to_owned(),
        issuer_en: "Qingyang traffic police".to_owned(),
        at: at("2026-02-14T19:05:00+08:00"),
        mark: None,
    };
    let zh = notice_zh(&n, &in_force, &notice).expect("a notice");
    assert!(zh.starts_with("庆阳市公安局交警支队交通管制通告\n截至2026年2月14日19时05分:\n"), "{zh}");
    assert!(zh.contains("G22 青兰高速西峰收费站入口往东方向:因道路结冰,禁止“两客一危”车辆、三轴及以下货车驶入,小型客车需加挂防滑链。"), "{zh}");
    assert!(!zh.contains("融雪"), "acts of the force are not for the public");
    let en = notice_en(&n, &in_force, &notice).expect("a notice");
    assert!(en.contains("entrance eastbound: no entry for dangerous goods, coaches over 7 seats, trucks up to 3 axles; chains required for cars (icing)."), "{en}");
    notice.mark = Some(("Drill".to_owned(), "演练".to_owned()));
    assert!(notice_zh(&n, &in_force, &notice).is_some_and(|t| t.starts_with("【演练】")));
    assert_eq!(notice_zh(&n, &[], &notice), None);
}

#[test]
fn geojson_has_each_section_once_with_all_its_measures() {
    let n = network();
    let (a, b) = (section(&n, RoadClass::Expressway, 107.6), section(&n, RoadClass::Trunk, 107.6));
    let in_force = [measure(Measure::SpeedLimit { kmh: 40 }, vec![a, b]), measure(Measure::NoOvertaking, vec![a])];
    let json = sections_geojson(&n, &in_force);
    let features = json["features"].as_array().expect("features");
    assert_eq!(features.len(), 2);
    let of_a = features.iter().find(|f| f["id"] == a.to_string()).expect("section a");
    assert_eq!(of_a["properties"]["zh"], "限速40公里/小时;禁止超车");
    assert_eq!(of_a["geometry"]["coordinates"].as_array().map(Vec::len), Some(2));
}

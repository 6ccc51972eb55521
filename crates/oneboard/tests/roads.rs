//! `oneboard cap check` and `oneboard roads match`, run as a person runs them.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const ALERT: &str = "<?xml version='1.0' encoding='UTF-8'?>\
    <alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>1</identifier><sender>cma</sender>\
    <sent>2026-02-14T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope>\
    <info><category>Met</category><event>道路结冰橙色预警</event><urgency>Expected</urgency><severity>Severe</severity>\
    <certainty>Likely</certainty><area><areaDesc>西峰</areaDesc>AREA</area></info></alert>";
const POLYGON: &str = "<polygon>35,107 35,108 36,108 36,107 35,107</polygon>";
const CODE: &str = "<geocode><valueName>adcode</valueName><value>621002</value></geocode>";

const ROADS: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"highway": "motorway", "ref": "G22"},
     "geometry": {"type": "LineString", "coordinates": [[107.5, 35.5], [107.6, 35.5]]}},
    {"type": "Feature", "properties": {"highway": "primary", "ref": "S202"},
     "geometry": {"type": "LineString", "coordinates": [[109.5, 35.5], [109.6, 35.5]]}}]}"#;
const BOUNDARY: &str = r#"{"type": "FeatureCollection", "features": [
    {"type": "Feature", "properties": {"adcode": "621002", "name": "西峰区"}, "geometry": {"type": "Polygon",
     "coordinates": [[[107.4, 35.4], [107.7, 35.4], [107.7, 35.6], [107.4, 35.6], [107.4, 35.4]]]}}]}"#;

fn oneboard(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_oneboard")).current_dir(folder).args(words).output().expect("the program runs")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        fs::write(folder.path().join(name), content).expect("a file");
    }
    folder
}

#[test]
fn cap_check_says_a_line_a_file_and_goes_on_after_a_bad_one() {
    let valid = ALERT.replace("AREA", POLYGON);
    let folder = folder_with(&[("valid.cap", &valid), ("cut.cap", &valid[..valid.len() - 4])]);
    let output = oneboard(folder.path(), &["cap", "check", "cut.cap", "nowhere.cap", "valid.cap"]);
    let said = lines(&output);
    assert_eq!(said.len(), 2, "{output:?}");
    assert_eq!((&said[0]["file"], &said[0]["verdict"]), (&"cut.cap".into(), &"notwf".into()));
    assert_eq!((&said[1]["verdict"], &said[1]["accepted"]), (&"valid".into(), &true.into()));
    assert!(!output.status.success());
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(complaint.contains("nowhere.cap") && complaint.contains("2 of 3 files"), "{complaint}");
    assert!(oneboard(folder.path(), &["cap", "check", "valid.cap"]).status.success());
}

#[test]
fn cap_check_refuses_an_endless_file_without_reading_it_whole() {
    let folder = folder_with(&[]);
    let file = fs::File::create(folder.path().join("huge.cap")).expect("a file");
    file.set_len(64 << 30).expect("a sparse file");
    let output = oneboard(folder.path(), &["cap", "check", "huge.cap"]);
    let said = lines(&output);
    assert_eq!((said.len(), &said[0]["accepted"]), (1, &false.into()), "{output:?}");
}

#[test]
fn roads_match_finds_what_a_polygon_and_a_code_touch() {
    let files = [
        ("drawn.cap", ALERT.replace("AREA", POLYGON)),
        ("coded.cap", ALERT.replace("AREA", CODE)),
        ("roads.geojson", ROADS.into()),
        ("counties.geojson", BOUNDARY.into()),
    ];
    let folder = folder_with(&files.each_ref().map(|(name, content)| (*name, content.as_str())));
    let ask = |more: &[&str]| {
        let words = ["roads", "match", "--osm", "roads.geojson", "--cap", "drawn.cap", "coded.cap"];
        oneboard(folder.path(), &[&words, more].concat())
    };
    let without = ask(&[]);
    let said = lines(&without);
    assert_eq!((&said[0]["hits"], &said[0]["unresolved"]), (&1.into(), &0.into()), "{without:?}");
    assert_eq!((&said[1]["hits"], &said[1]["unresolved"]), (&0.into(), &1.into()), "{without:?}");
    let with = lines(&ask(&["--boundaries", "counties.geojson"]));
    assert_eq!((&with[1]["hits"], &with[1]["unresolved"]), (&1.into(), &0.into()));
    assert_eq!(with[1]["sections"], said[0]["sections"]);
}

#[test]
fn roads_sections_prints_what_the_board_takes_with_the_unit_of_each_boundary() {
    let (ours, theirs) = ("0000000000001", "0000000000002");
    let boundary = BOUNDARY.replace("\"adcode\": \"621002\"", &format!("\"unit\": \"{theirs}\""));
    let folder = folder_with(&[("roads.geojson", ROADS), ("counties.geojson", &boundary)]);
    let ask = |more: &[&str]| {
        let words = ["roads", "sections", "--osm", "roads.geojson", "--unit", ours, "--boundaries", "counties.geojson"];
        lines(&oneboard(folder.path(), &[&words, more].concat())).remove(0)
    };
    let said = ask(&[]);
    let rows: Vec<board::section::Section> = serde_json::from_value(said["rows"].clone()).expect("sections");
    let told: Vec<_> = rows.iter().map(|row| (&*row.road, row.unit.to_string(), &*row.heading.zh)).collect();
    assert_eq!(told.len(), 2);
    assert!(
        told.contains(&("G22", theirs.to_owned(), "往东")) || told.contains(&("G22", theirs.to_owned(), "")),
        "{told:?}"
    );
    assert!(told.iter().any(|(road, unit, _)| *road == "S202" && unit == ours), "{told:?}");
    let expressways = ask(&["--least", "expressway"]);
    assert_eq!((expressways["rows"].as_array().map(Vec::len), &expressways["network"]), (Some(1), &said["network"]));
}

//! `cargo run --release -p roadwatch --example roads_match -- --osm FILE [--boundaries FILE --scheme NAME --code PROPERTY] --cap FILE…`:
//! one JSON line an alert, with the sections it touches and the milliseconds that took.

use std::process::ExitCode;
use std::time::Instant;

use roadwatch::area::{Crs, Table, TableSpec};
use roadwatch::cap::{Options, read};
use roadwatch::network::Network;
use roadwatch::report::roads_match;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), String> {
    let (mut osm, mut boundaries, mut scheme, mut code, mut caps) =
        (None, None, "adcode".to_owned(), "adcode".to_owned(), Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--osm" => osm = Some(value()?),
            "--boundaries" => boundaries = Some(value()?),
            "--scheme" => scheme = value()?,
            "--code" => code = value()?,
            "--cap" => caps.push(value()?),
            _ => caps.push(argument),
        }
    }
    let load = |path: &str| std::fs::read(path).map_err(|e| format!("{path}: {e}; check the path"));
    let osm = osm.ok_or("which roads? give --osm FILE, an OpenStreetMap PBF or GeoJSON file")?;
    let bytes = load(&osm)?;
    let network = if osm.ends_with(".pbf") { Network::from_pbf(&bytes) } else { Network::from_geojson(&bytes) };
    let network = network.map_err(|e| format!("{osm}: {e}"))?;
    let mut tables = Vec::new();
    if let Some(path) = boundaries {
        let spec = TableSpec {
            name: path.clone(),
            version: String::new(),
            adcode: scheme == "adcode",
            schemes: vec![scheme],
            code_property: code,
            name_property: "name".to_owned(),
            crs: Crs::Wgs84,
        };
        let (table, faults) = Table::from_geojson(&load(&path)?, spec).map_err(|e| format!("{path}: {e}"))?;
        faults.iter().for_each(|f| eprintln!("{path}: {f}"));
        tables.push(table);
    }
    let index = network.index();
    for file in caps {
        let reading = read(&load(&file)?, &Options::default());
        for alert in reading.usable() {
            let start = Instant::now();
            let matched = roadwatch::report::match_alert(alert, &tables, &index);
            let milliseconds = start.elapsed().as_secs_f64() * 1e3;
            println!("{}", roads_match(&file, alert, &network, &matched, milliseconds));
        }
    }
    Ok(())
}

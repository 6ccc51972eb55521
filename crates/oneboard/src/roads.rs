//! Warnings and roads: how the engine's answers come to the board ([`consider`], [`convert`]), and from the command line
//! `oneboard cap check`, `oneboard roads match`.
//!
//! Both print one JSON line an answer, in the order of the files, and go on after a file that is no good: a night's feed is
//! looked at as a whole. What failed is said on standard error, and the status is not zero.

pub mod consider;
pub mod convert;

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, bail};
use board::UnitId;
use roadwatch::area::{Crs, Shape, Table, TableSpec};
use roadwatch::cap::{Options, read};
use roadwatch::network::Network;
use roadwatch::{network, report, xml};

#[derive(Debug, clap::Subcommand)]
pub enum CapCommand {
    /// Read each file strictly and leniently: verdict, findings, milliseconds.
    Check {
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Debug, clap::Subcommand)]
pub enum RoadsCommand {
    /// Find the road sections that each alert touches.
    Match(Match),
    /// Print the sections of a network as the board takes them (`POST /sections`).
    Sections(Sections),
}

#[derive(Debug, clap::Args)]
pub struct Sections {
    /// The roads: OpenStreetMap PBF (`.pbf`), or GeoJSON.
    #[arg(long, value_name = "FILE")]
    osm: PathBuf,
    /// The unit that answers for sections that lie in no boundary.
    #[arg(long, value_name = "UNIT")]
    unit: UnitId,
    /// Boundaries (GeoJSON, WGS 84) whose property `unit` names the unit that answers for what they touch.
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
    /// The least class of road that takes measures.
    #[arg(long, value_enum, default_value_t = Least::County)]
    least: Least,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Least {
    Expressway,
    National,
    Provincial,
    County,
    Township,
}

#[derive(Debug, clap::Args)]
pub struct Match {
    /// The roads: OpenStreetMap PBF (`.pbf`), or GeoJSON.
    #[arg(long, value_name = "FILE")]
    osm: PathBuf,
    /// The alerts.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    cap: Vec<PathBuf>,
    /// Boundaries (GeoJSON, WGS 84), for alerts that name their area by a code.
    #[arg(long, value_name = "FILE")]
    boundaries: Option<PathBuf>,
    /// The scheme of the codes in the boundaries, as alerts name it.
    #[arg(long, default_value = ADCODE)]
    scheme: String,
    /// The property of a boundary that holds its code.
    #[arg(long, default_value = ADCODE)]
    code: String,
}

/// Codes of Chinese administrative divisions (GB/T 2260).
const ADCODE: &str = "adcode";

/// # Errors
/// How many files did not pass.
pub fn cap(command: CapCommand) -> anyhow::Result<()> {
    let CapCommand::Check { files } = command;
    let mut failed = 0_usize;
    for file in &files {
        let bytes = match at_most(file, xml::MAX_DOCUMENT) {
            Ok(bytes) => bytes,
            Err(fault) => {
                eprintln!("{fault:#}");
                failed += 1;
                continue;
            }
        };
        let start = Instant::now();
        let reading = read(&bytes, &Options::default());
        say(&report::cap_check(&file.display().to_string(), &reading, milliseconds(start)))?;
        failed += usize::from(!report::passed(&reading));
    }
    if failed > 0 {
        bail!("{failed} of {} files did not pass; their findings are in their lines", files.len());
    }
    Ok(())
}

/// # Errors
/// What stopped it, or how many files had no usable alert.
pub fn roads(command: RoadsCommand) -> anyhow::Result<()> {
    let wanted = match command {
        RoadsCommand::Match(wanted) => wanted,
        RoadsCommand::Sections(wanted) => return sections(&wanted),
    };
    let roads = network_of(&wanted.osm)?;
    let tables = wanted.boundaries.as_deref().map(|file| boundaries(file, &wanted)).transpose()?;
    let index = roads.index();
    let mut without = 0_usize;
    for file in &wanted.cap {
        let bytes = match at_most(file, xml::MAX_DOCUMENT) {
            Ok(bytes) => bytes,
            Err(fault) => {
                eprintln!("{fault:#}");
                without += 1;
                continue;
            }
        };
        let reading = read(&bytes, &Options::default());
        if reading.usable().next().is_none() {
            eprintln!("{}: no alert in it can be used; `oneboard cap check` says why", file.display());
            without += 1;
        }
        for alert in reading.usable() {
            let start = Instant::now();
            let matched = report::match_alert(alert, tables.as_slice(), &index);
            let took = milliseconds(start);
            say(&report::roads_match(&file.display().to_string(), alert, &roads, &matched, took))?;
        }
    }
    if without > 0 {
        bail!("{without} of {} files had no usable alert", wanted.cap.len());
    }
    Ok(())
}

fn network_of(file: &Path) -> anyhow::Result<Network> {
    let bytes = at_most(file, network::MAX_FILE)?;
    let is_pbf = file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pbf"));
    let found = if is_pbf { Network::from_pbf(&bytes) } else { Network::from_geojson(&bytes) };
    found.map_err(|fault| anyhow::Error::msg(format!("{}: {fault}", file.display())))
}

/// Prints one JSON object: the hash of the network, and its sections with the unit that answers for each.
fn sections(wanted: &Sections) -> anyhow::Result<()> {
    let roads = network_of(&wanted.osm)?;
    let mut units = vec![wanted.unit; roads.sections().len()];
    if let Some(file) = &wanted.boundaries {
        let spec = TableSpec {
            name: file.display().to_string(),
            version: String::new(),
            adcode: false,
            schemes: vec!["unit".to_owned()],
            code_property: "unit".to_owned(),
            name_property: "name".to_owned(),
            crs: Crs::Wgs84,
        };
        let (table, faults) = Table::from_geojson(&at_most(file, roadwatch::area::MAX_TABLE)?, spec)
            .with_context(|| file.display().to_string())?;
        for fault in faults {
            eprintln!("{}: {fault}", file.display());
        }
        let index = roads.index();
        for (code, region) in table.regions() {
            let unit: UnitId = code.parse().with_context(|| file.display().to_string())?;
            let shapes: Vec<Shape> = region.parts.iter().cloned().map(Shape::Polygon).collect();
            for place in index.touched_by_any(&shapes) {
                units[place as usize] = unit;
            }
        }
    }
    let rows = convert::rows(&roads, &units, wanted.least as usize);
    let network = board::attachment::Digest(roads.hash());
    eprintln!("{} of {} sections take measures", rows.len(), roads.sections().len());
    say(&serde_json::json!({ "network": network, "rows": rows }))
}

fn boundaries(file: &Path, wanted: &Match) -> anyhow::Result<Table> {
    let spec = TableSpec {
        name: file.display().to_string(),
        version: String::new(),
        adcode: wanted.scheme == ADCODE,
        schemes: vec![wanted.scheme.clone()],
        code_property: wanted.code.clone(),
        name_property: "name".to_owned(),
        crs: Crs::Wgs84,
    };
    let bytes = at_most(file, roadwatch::area::MAX_TABLE)?;
    let (table, faults) = Table::from_geojson(&bytes, spec).with_context(|| file.display().to_string())?;
    for fault in faults {
        eprintln!("{}: {fault}", file.display());
    }
    Ok(table)
}

/// The bytes of a file, and one more where it is longer than `most`: its reader then says which limit it breaks, and the
/// memory of this program stays bounded whatever it is given.
fn at_most(file: &Path, most: usize) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = File::open(file).with_context(|| format!("{}: cannot be opened; check the path", file.display()))?;
    let read = opened.take(most as u64 + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("{}: cannot be read to its end", file.display()))?;
    Ok(bytes)
}

fn milliseconds(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn say(line: &serde_json::Value) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{line}").context("standard output is closed")
}

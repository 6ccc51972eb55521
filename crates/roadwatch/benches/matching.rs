//! Alerts per second over a large network, against shapely/GEOS where Python has it: same lines, same polygons, same
//! hits. Times are CPU times of one thread, the best of two a polygon; the median over polygons is reported.

mod common;

use std::io::Write;
use std::path::Path;

use common::{Rows, cpu_ms, median, repository};
use roadwatch::area::{Point, Polygon, Shape, bounds, parse_polygon};
use roadwatch::cap::{Options, read};
use roadwatch::matching::Index;
use roadwatch::network::Network;
use roadwatch::rules::{Conditions, Rules};
use roadwatch::signal::{Colour, Hazard};
use serde_json::{Value, json};

/// A small generator with a fixed seed: every run asks the same questions.
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Copies of the network's lines, shifted by up to a hundred metres, until there are `count`.
fn lines(network: &Network, count: usize, random: &mut Random) -> Vec<Vec<Point>> {
    let originals: Vec<&[Point]> = network.sections().iter().map(|s| network.line(s)).collect();
    let mut lines: Vec<Vec<Point>> = Vec::with_capacity(count);
    while lines.len() < count {
        let shift = [(random.unit() - 0.5) * 2e-3, (random.unit() - 0.5) * 2e-3];
        let left = count - lines.len();
        lines.extend(
            originals.iter().take(left).map(|l| l.iter().map(|p| [p[0] + shift[0], p[1] + shift[1]]).collect()),
        );
    }
    lines
}

/// The polygons of real alerts, each put down on a random road.
fn alert_polygons(folder: &Path, lines: &[Vec<Point>], count: usize, random: &mut Random) -> Vec<Polygon> {
    let mut shapes: Vec<Vec<Point>> = Vec::new();
    let mut files: Vec<_> = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    files.extend(
        files.clone().iter().flat_map(|f| std::fs::read_dir(f).into_iter().flatten().flatten().map(|e| e.path())),
    );
    files.sort();
    for bytes in files.iter().filter_map(|f| std::fs::read(f).ok()) {
        for alert in read(&bytes, &Options::default()).usable() {
            for text in alert.infos.iter().flat_map(|i| &i.areas).flat_map(|a| &a.polygons) {
                let Ok((polygons, _)) = parse_polygon(text) else { continue };
                let Some(ring) = polygons.first().and_then(|p| p.rings.first()) else { continue };
                let [west, south, east, north] = bounds(ring);
                // Alerts for oceans say nothing about roads.
                if (east - west).max(north - south) < 3.0 && !shapes.contains(ring) {
                    shapes.push(ring.clone());
                }
            }
        }
    }
    let place = |ring: &Vec<Point>, random: &mut Random| {
        let line = &lines[(random.unit() * lines.len() as f64) as usize];
        let [west, south, east, north] = bounds(ring);
        let shift = [line[0][0] - (west + east) / 2.0, line[0][1] - (south + north) / 2.0];
        Polygon { rings: vec![ring.iter().map(|p| [p[0] + shift[0], p[1] + shift[1]]).collect()] }
    };
    (0..count).map(|i| place(&shapes[i % shapes.len()], random)).collect()
}

/// Outlines as jagged as boundary files: circles whose radius wanders, 2,000 to 8,000 points, half to all of the region.
fn county_polygons(all: [f64; 4], count: usize, random: &mut Random) -> Vec<Polygon> {
    let [west, south, east, north] = all;
    let outline = |random: &mut Random| {
        let points = 2_000 + (random.unit() * 6_000.0) as usize;
        let centre = [west + (east - west) * random.unit(), south + (north - south) * random.unit()];
        let size = (east - west) * (0.15 + 0.35 * random.unit());
        let waves: Vec<[f64; 3]> =
            (1..40).map(|k| [f64::from(k * k), random.unit() * 6.3, random.unit() * 0.3 / f64::from(k)]).collect();
        let mut ring: Vec<Point> = (0..points)
            .map(|i| {
                let angle = i as f64 / points as f64 * std::f64::consts::TAU;
                let radius = size
                    * (1.0
                        + waves.iter().map(|[n, phase, height]| height * (n * angle + phase).sin()).sum::<f64>() * 0.5);
                [centre[0] + radius * angle.cos(), centre[1] + radius * angle.sin()]
            })
            .collect();
        ring.push(ring[0]);
        Polygon { rings: vec![ring] }
    };
    (0..count).map(|_| outline(random)).collect()
}

fn peers(lines: &[Vec<Point>], polygons: &[Polygon]) -> Option<Value> {
    if std::env::var_os("ROADWATCH_NO_PEERS").is_some() {
        return None;
    }
    let folder = std::env::temp_dir().join(format!("roadwatch-match-{}", std::process::id()));
    std::fs::create_dir_all(&folder).ok()?;
    let write = |name: &str, shapes: &mut dyn Iterator<Item = &Vec<Point>>| -> Option<std::path::PathBuf> {
        let path = folder.join(name);
        let mut file = std::io::BufWriter::new(std::fs::File::create(&path).ok()?);
        for shape in shapes {
            let numbers = std::iter::once(shape.len() as f64).chain(shape.iter().flatten().copied());
            for number in numbers {
                file.write_all(&number.to_le_bytes()).ok()?;
            }
        }
        Some(path)
    };
    let lines = write("lines", &mut lines.iter())?;
    let polygons = write("polygons", &mut polygons.iter().flat_map(|p| &p.rings))?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/match_peers.py");
    let output = std::process::Command::new("python3").arg(script).arg(lines).arg(polygons).output().ok()?;
    let _ = std::fs::remove_dir_all(&folder);
    if !output.status.success() {
        eprintln!("no peer: {}", String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default());
    }
    serde_json::from_slice(&output.stdout).ok()
}

fn shared(what: &str) -> Option<std::path::PathBuf> {
    let root =
        std::env::var_os("ONEBOARD_SHARED").map_or_else(|| repository().join("../shared"), std::path::PathBuf::from);
    let path = root.join(what);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there; set ONEBOARD_SHARED", path.display());
    None
}

fn main() {
    let Some((pbf, alerts)) = shared("data/osm/porto.osm.pbf").zip(shared("data/cap")) else { return };
    let bytes = std::fs::read(pbf).expect("the extract is readable");
    let mut rows = Rows::new("match");
    let start = cpu_ms();
    let network = Network::from_pbf(&bytes).expect("the extract is a network");
    let sections = network.sections().len();
    rows.add("porto.osm.pbf", "import", cpu_ms() - start, "ms", None, &json!({}));
    println!("{sections} sections, {} junctions, {} plazas", network.junctions().len(), network.plazas().len());
    for (count, label) in [(100_000, "100k"), (1_000_000, "1M")] {
        let mut random = Random(2_026);
        let lines = lines(&network, count, &mut random);
        let start = cpu_ms();
        let index = Index::new(lines.iter().map(Vec::as_slice));
        let build = cpu_ms() - start;
        let all = bounds(lines.iter().flatten());
        let sets = [
            ("CAP polygons", alert_polygons(&alerts, &lines, 300, &mut random)),
            ("county outlines", county_polygons(all, 40, &mut random)),
        ];
        let mut peer_build = json!({});
        for (name, polygons) in sets {
            let shapes: Vec<Shape> = polygons.iter().map(|p| Shape::Polygon(p.clone().into())).collect();
            let mut hits = 0;
            let mut times: Vec<f64> = Vec::new();
            for shape in &shapes {
                let mut best = f64::INFINITY;
                let mut found = 0;
                for _ in 0..2 {
                    let start = cpu_ms();
                    found = std::hint::black_box(index.touched(shape)).len();
                    best = best.min(cpu_ms() - start);
                }
                times.push(best);
                hits += found;
            }
            let total: f64 = times.iter().sum();
            let peer = peers(&lines, &polygons);
            let number = |key: &str| peer.as_ref().and_then(|p| p.get(key)?.as_f64());
            if let Some(theirs) = number("hits") {
                // Their crossing test rounds where ours is exact; more than one in a million apart would be a fault.
                let apart = (theirs - hits as f64).abs();
                println!("hits {hits}, GEOS {theirs}, apart {apart}");
                assert!(apart <= theirs * 1e-6, "{name}: {hits} hits, GEOS has {theirs}");
            }
            let case = format!("{label} sections, {name}");
            let geos = |key: &str| number(key).map_or(json!({}), |v| json!({"shapely/GEOS": v}));
            rows.add(
                &case,
                "median an alert",
                median(&mut times),
                "ms",
                number("median").map(|m| m / 2.5),
                &geos("median"),
            );
            rows.add(&case, "total", total, "ms", number("total").map(|m| m / 2.5), &geos("total"));
            peer_build = geos("build");
        }
        let aim = (count == 1_000_000).then_some(250.0);
        rows.add(&format!("{label} sections"), "index build", build, "ms", aim, &peer_build);
    }
    let conditions = Conditions { warnings: [(Hazard::Icing, Colour::Orange)].into(), ..Conditions::default() };
    let all: Vec<u32> = (0..sections as u32).collect();
    let start = cpu_ms();
    let groups = Rules::default_table().propose_for(&network, &all, &conditions);
    let spent = cpu_ms() - start;
    std::hint::black_box(groups);
    rows.add(&format!("a warning over {sections} sections"), "to proposals", spent, "ms", Some(300.0), &json!({}));
    rows.save();
}

//! The ground of Longdong: county boundaries, roads, toll plazas and passes, in whole millionths of a degree.
//!
//! It is drawn by the seed on a frame of four by two counties. Neighbours share their corners and the points between
//! them, so that boundaries close without gaps.

use board::Label;

use super::places::{COUNTIES, PASSES};
use super::random::Random;

/// A point in millionths of a degree, WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub longitude: i32,
    pub latitude: i32,
}

/// A county's boundary; the last point is the first again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boundary {
    pub county: usize,
    pub ring: Vec<Point>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoadClass {
    Expressway,
    National,
    County,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Road {
    pub class: RoadClass,
    pub code: String,
    pub name: Label,
    pub line: Vec<Point>,
}

/// A place on a road: a toll plaza or a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    pub name: Label,
    pub county: usize,
    /// Index of its road.
    pub road: usize,
    pub at: Point,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geography {
    pub boundaries: Vec<Boundary>,
    /// The seat of each county.
    pub seats: Vec<Point>,
    pub roads: Vec<Road>,
    pub plazas: Vec<Spot>,
    pub passes: Vec<Spot>,
}

const COLUMNS: usize = 4;
const ROWS: usize = 2;
/// The north-western corner, and the size of a county.
const CORNER: Point = Point { longitude: 106_600_000, latitude: 36_900_000 };
const WIDTH: i32 = 480_000;
const HEIGHT: i32 = 560_000;
/// Points between two corners of a boundary.
const BETWEEN: i32 = 6;

/// Code, names, and the counties through which an expressway runs.
const EXPRESSWAYS: [(&str, &str, &str, &[usize]); 3] = [
    ("G9811", "陇北高速", "Longbei Expressway", &[0, 1, 2, 3]),
    ("G9812", "川塬高速", "Chuanyuan Expressway", &[4, 5, 6, 7]),
    ("G9813", "陇东纵线高速", "Longdong North–South Expressway", &[1, 5]),
];
const NATIONAL: [(&str, &[usize]); 2] = [("G921", &[0, 4, 5, 6]), ("G922", &[3, 2, 6, 7])];

/// The counties through which a road of [`Geography::roads`] runs, in its order.
pub(super) fn through(road: usize) -> Vec<usize> {
    let expressways = EXPRESSWAYS.iter().map(|(_, _, _, through)| through.to_vec());
    let national = NATIONAL.iter().map(|(_, through)| through.to_vec());
    let passes = PASSES.iter().map(|(_, near, far)| vec![*near, *far]);
    expressways.chain(national).chain(passes).nth(road).unwrap_or_default()
}

impl Geography {
    pub fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, "geography");
        let corners: Vec<Point> = (0..(COLUMNS + 1) * (ROWS + 1))
            .map(|n| {
                let (column, row) = ((n % (COLUMNS + 1)) as i32, (n / (COLUMNS + 1)) as i32);
                stray(
                    &mut random,
                    Point { longitude: CORNER.longitude + column * WIDTH, latitude: CORNER.latitude - row * HEIGHT },
                    60_000,
                )
            })
            .collect();
        // Sides that run east, then sides that run south, each drawn once.
        let corner = |column: usize, row: usize| corners[row * (COLUMNS + 1) + column];
        let mut east = Vec::new();
        for row in 0..=ROWS {
            for column in 0..COLUMNS {
                east.push(side(&mut random, corner(column, row), corner(column + 1, row)));
            }
        }
        let mut south = Vec::new();
        for row in 0..ROWS {
            for column in 0..=COLUMNS {
                south.push(side(&mut random, corner(column, row), corner(column, row + 1)));
            }
        }
        let boundaries = (0..COLUMNS * ROWS)
            .map(|county| {
                let (column, row) = (county % COLUMNS, county / COLUMNS);
                let mut ring = east[row * COLUMNS + column].clone();
                ring.extend(&south[row * (COLUMNS + 1) + column + 1]);
                ring.extend(east[(row + 1) * COLUMNS + column].iter().rev());
                ring.extend(south[row * (COLUMNS + 1) + column].iter().rev());
                ring.dedup();
                Boundary { county, ring }
            })
            .collect();
        let seats: Vec<Point> = (0..COLUMNS * ROWS)
            .map(|county| {
                let (column, row) = ((county % COLUMNS) as i32, (county / COLUMNS) as i32);
                let middle = Point {
                    longitude: CORNER.longitude + column * WIDTH + WIDTH / 2,
                    latitude: CORNER.latitude - row * HEIGHT - HEIGHT / 2,
                };
                stray(&mut random, middle, 70_000)
            })
            .collect();
        let mut roads = Vec::new();
        let mut plazas = Vec::new();
        for (code, zh, en, through) in EXPRESSWAYS {
            let line = road(&mut random, &seats, through);
            for (n, county) in through.iter().enumerate() {
                let place = &COUNTIES[*county];
                // Where the third one crosses, the county has two plazas.
                let (side_zh, side_en) = if code == "G9813" { ("南", " South") } else { ("", "") };
                plazas.push(Spot {
                    name: Label::new(
                        &format!("{}{side_en} toll plaza", place.en),
                        &format!("{}{side_zh}收费站", place.zh),
                    ),
                    county: *county,
                    road: roads.len(),
                    at: line[n * BETWEEN as usize],
                });
            }
            roads.push(Road { class: RoadClass::Expressway, code: code.into(), name: Label::new(en, zh), line });
        }
        for (code, through) in NATIONAL {
            let name = Label::new(&format!("National Road {code}"), &format!("国道{code}"));
            let line = road(&mut random, &seats, through);
            roads.push(Road { class: RoadClass::National, code: code.into(), name, line });
        }
        let mut passes = Vec::new();
        for (n, ((zh, en), near, far)) in PASSES.iter().enumerate() {
            let code = format!("X{}", 901 + n);
            let line = road(&mut random, &seats, &[*near, *far]);
            passes.push(Spot {
                name: Label::new(en, zh),
                county: *near,
                road: roads.len(),
                at: line[BETWEEN as usize / 2],
            });
            let name = Label::new(&format!("County Road {code}"), &format!("县道{code}"));
            roads.push(Road { class: RoadClass::County, code, name, line });
        }
        Self { boundaries, seats, roads, plazas, passes }
    }
}

/// From one corner to the next, both included, no two the same.
fn side(random: &mut Random, from: Point, to: Point) -> Vec<Point> {
    let mut points = vec![from];
    points.extend((1..BETWEEN).map(|step| stray(random, part(from, to, step), 16_000)));
    points.push(to);
    points
}

/// A road through the seats of these counties: [`BETWEEN`] points from one to the next.
fn road(random: &mut Random, seats: &[Point], through: &[usize]) -> Vec<Point> {
    let mut line = Vec::new();
    for pair in through.windows(2) {
        let (from, to) = (seats[pair[0]], seats[pair[1]]);
        line.push(from);
        line.extend((1..BETWEEN).map(|step| stray(random, part(from, to, step), 22_000)));
    }
    line.extend(through.last().map(|last| seats[*last]));
    line
}

fn part(from: Point, to: Point, step: i32) -> Point {
    Point {
        longitude: from.longitude + (to.longitude - from.longitude) * step / BETWEEN,
        latitude: from.latitude + (to.latitude - from.latitude) * step / BETWEEN,
    }
}

fn stray(random: &mut Random, point: Point, most: i64) -> Point {
    let mut step = || random.between(-most, most) as i32;
    Point { longitude: point.longitude + step(), latitude: point.latitude + step() }
}

//! The polygons and circles of CAP (§3.2.4): `lat,lon lat,lon …` and `lat,lon radius`.

use robust::{Coord, orient2d};

use super::{Circle, Point, Polygon};

/// Largest radius taken for a warning's, in kilometres: a quarter of the way round the earth.
pub const MAX_RADIUS_KM: f64 = 10_000.0;
/// Most pairs of edges compared to find crossings in one polygon; beyond it the polygon counts as not checked. Crossings
/// do not change what is matched, so nothing but the report is lost.
const MAX_CROSSING_TESTS: usize = 200_000;
/// Longest edge taken literally along its parallel; a longer one means the other way round the earth.
const HALF_TURN: f64 = 180.0;

/// What was mended or should be looked at. The shape is usable.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Repair {
    /// The last point was not the first; it was added.
    #[error("the ring was open by {gap_degrees:.4}°; it was closed")]
    Closed {
        /// Between the last and the first point.
        gap_degrees: f64,
    },
    /// The points were in the order longitude, latitude.
    #[error("the points were longitude first, against the standard; they were swapped: confirm the place")]
    Swapped,
    /// Coordinates had spaces after the comma or exponents.
    #[error("the numbers were written in an unusual way; they were read: check the place")]
    Spelling,
    /// The outline crosses itself; both sides of a crossing count as inside.
    #[error("the outline crosses itself; every lobe counts as inside")]
    Crosses,
    /// Too intricate to look for crossings.
    #[error("the outline is too intricate to look for crossings")]
    NotChecked,
    /// It spans the 180th meridian.
    #[error("the outline spans the 180th meridian")]
    Antimeridian,
    /// It covers more than an eighth of the earth's map.
    #[error("the area covers a large part of the earth; confirm it before any measure is proposed")]
    Vast,
}

impl Repair {
    /// Must a person look before measures are proposed?
    pub fn needs_person(&self) -> bool {
        matches!(self, Repair::Swapped | Repair::Vast | Repair::Spelling)
    }
}

/// Why a shape cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AreaError {
    /// Not pairs of numbers.
    #[error("{piece:?} is no point; expected latitude,longitude like 35.73,107.64")]
    NotAPoint {
        /// The offending piece.
        piece: String,
    },
    /// Commas within the numbers.
    #[error(
        "{piece:?} has commas within its numbers; nobody can tell which comma parts what: ask the sender for points"
    )]
    CommaDecimals {
        /// The offending piece.
        piece: String,
    },
    /// No place on the earth, in either order.
    #[error("{lat},{lon} is no place on the earth; expected latitude −90…90 and longitude −180…180")]
    OutOfRange {
        /// The first number.
        lat: f64,
        /// The second number.
        lon: f64,
    },
    /// Fewer than three distinct points.
    #[error("the outline has {points} points; a polygon needs at least 4, the last equal to the first")]
    TooFewPoints {
        /// How many.
        points: usize,
    },
    /// All points on one line.
    #[error("the outline encloses nothing; all its points lie on one line")]
    Flat,
    /// Goes round a pole.
    #[error("the outline goes round a pole; ask the sender for a polygon without it")]
    RoundPole,
    /// A radius that is no radius.
    #[error("the radius {text:?} km is unusable; expected more than 0 and at most {MAX_RADIUS_KM} km")]
    Radius {
        /// As it stood.
        text: String,
    },
}

/// Reads a polygon. One that spans the 180th meridian comes back twice, once from each side of it.
///
/// # Errors
/// [`AreaError`], if no area can be made of it with certainty.
pub fn parse_polygon(text: &str) -> Result<(Vec<Polygon>, Vec<Repair>), AreaError> {
    let mut repairs = Vec::new();
    let mut ring = points(text, &mut repairs)?;
    let (first, last) = match ring.as_slice() {
        [first, .., last] => (*first, *last),
        _ => return Err(AreaError::TooFewPoints { points: ring.len() }),
    };
    if first != last {
        let gap_degrees = (first[0] - last[0]).hypot(first[1] - last[1]);
        repairs.push(Repair::Closed { gap_degrees });
        ring.push(first);
    }
    ring.dedup();
    if ring.len() < 4 {
        return Err(AreaError::TooFewPoints { points: ring.len() });
    }
    let spans = unwrap_longitudes(&mut ring)?;
    if is_flat(&ring) {
        return Err(AreaError::Flat);
    }
    match crosses(&ring) {
        Some(true) => repairs.push(Repair::Crosses),
        Some(false) => {}
        None => repairs.push(Repair::NotChecked),
    }
    let polygon = Polygon { rings: vec![ring] };
    let [west, south, east, north] = polygon.bounds();
    if (east - west) * (north - south) > 360.0 * 180.0 / 8.0 {
        repairs.push(Repair::Vast);
    }
    if !spans {
        return Ok((vec![polygon], repairs));
    }
    repairs.push(Repair::Antimeridian);
    let turn = if east > HALF_TURN { -2.0 * HALF_TURN } else { 2.0 * HALF_TURN };
    let shifted = polygon.rings.iter().map(|r| r.iter().map(|p| [p[0] + turn, p[1]]).collect()).collect();
    Ok((vec![polygon, Polygon { rings: shifted }], repairs))
}

/// Reads a circle.
///
/// # Errors
/// [`AreaError`], if it has no place or no radius.
pub fn parse_circle(text: &str) -> Result<(Circle, Vec<Repair>), AreaError> {
    let mut repairs = Vec::new();
    let trimmed = text.trim();
    let Some((place, radius)) = trimmed.rsplit_once(char::is_whitespace) else {
        return Err(AreaError::NotAPoint { piece: shorten(trimmed) });
    };
    let centre = match points(place, &mut repairs)?.as_slice() {
        [one] => *one,
        _ => return Err(AreaError::NotAPoint { piece: shorten(place) }),
    };
    let radius_km = number(radius, &mut repairs).filter(|r| *r > 0.0 && *r <= MAX_RADIUS_KM);
    let radius_km = radius_km.ok_or_else(|| AreaError::Radius { text: shorten(radius) })?;
    Ok((Circle { centre, radius_m: radius_km * 1_000.0 }, repairs))
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A plain decimal number; exponents are read and remarked on, words like NaN are not numbers.
fn number(text: &str, repairs: &mut Vec<Repair>) -> Option<f64> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return None;
    }
    if text.contains(['e', 'E']) && !repairs.contains(&Repair::Spelling) {
        repairs.push(Repair::Spelling);
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

fn points(text: &str, repairs: &mut Vec<Repair>) -> Result<Vec<Point>, AreaError> {
    let mut raw: Vec<[f64; 2]> = Vec::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        // "35.7, 107.6": the space after the comma parted one point in two words.
        let joined;
        let piece = if word.ends_with(',') {
            if !repairs.contains(&Repair::Spelling) {
                repairs.push(Repair::Spelling);
            }
            joined = format!("{word}{}", words.next().unwrap_or_default());
            joined.as_str()
        } else {
            word
        };
        let point = match piece.split(',').collect::<Vec<_>>().as_slice() {
            [lat, lon] => number(lat, repairs).zip(number(lon, repairs)),
            // A third number is a height in some senders' polygons; more are decimals written with commas.
            [_, _, _, _, ..] => return Err(AreaError::CommaDecimals { piece: shorten(piece) }),
            _ => None,
        };
        let (lat, lon) = point.ok_or_else(|| AreaError::NotAPoint { piece: shorten(piece) })?;
        raw.push([lat, lon]);
    }
    let on_earth = |lat: f64, lon: f64| lat.abs() <= 90.0 && lon.abs() <= 180.0;
    if let Some([lat, lon]) = raw.iter().find(|[lat, lon]| !on_earth(*lat, *lon)) {
        if !raw.iter().all(|[lon, lat]| on_earth(*lat, *lon)) {
            return Err(AreaError::OutOfRange { lat: *lat, lon: *lon });
        }
        repairs.push(Repair::Swapped);
        return Ok(raw);
    }
    Ok(raw.into_iter().map(|[lat, lon]| [lon, lat]).collect())
}

/// Makes longitudes run on across the 180th meridian; says whether they do.
fn unwrap_longitudes(ring: &mut [Point]) -> Result<bool, AreaError> {
    let mut turn = 0.0;
    let mut spans = false;
    let mut before = ring.first().map_or(0.0, |p| p[0]);
    for point in ring.iter_mut() {
        let step = point[0] - before;
        before = point[0];
        // From −180 to 180 is a whole turn and meant: the edge of the world's map.
        if step.abs() > HALF_TURN && step.abs() < 2.0 * HALF_TURN {
            turn -= step.signum() * 2.0 * HALF_TURN;
            spans = true;
        }
        point[0] += turn;
    }
    if turn == 0.0 { Ok(spans) } else { Err(AreaError::RoundPole) }
}

fn coord(p: Point) -> Coord<f64> {
    Coord { x: p[0], y: p[1] }
}

fn is_flat(ring: &[Point]) -> bool {
    let [a, b, ..] = ring else { return true };
    ring.iter().all(|c| orient2d(coord(*a), coord(*b), coord(*c)) == 0.0)
}

/// Do two edges of the ring cross properly? `None` if it would take too long to say.
fn crosses(ring: &[Point]) -> Option<bool> {
    let mut edges: Vec<(Point, Point)> = ring.windows(2).filter_map(|w| Some((*w.first()?, *w.get(1)?))).collect();
    let (low, high) = (|e: &(Point, Point)| e.0[0].min(e.1[0]), |e: &(Point, Point)| e.0[0].max(e.1[0]));
    edges.sort_by(|a, b| low(a).total_cmp(&low(b)));
    let mut tests = 0;
    for (i, a) in edges.iter().enumerate() {
        for b in edges.iter().skip(i + 1).take_while(|b| low(b) <= high(a)) {
            tests += 1;
            if tests > MAX_CROSSING_TESTS {
                return None;
            }
            let side = |e: &(Point, Point), p: Point| orient2d(coord(e.0), coord(e.1), coord(p));
            if side(a, b.0) * side(a, b.1) < 0.0 && side(b, a.0) * side(b, a.1) < 0.0 {
                return Some(true);
            }
        }
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "35,107 35,108 36,108 36,107 35,107";

    #[test]
    fn a_plain_polygon_needs_no_repair() {
        let (polygons, repairs) = parse_polygon(SQUARE).expect("a square");
        assert_eq!(repairs, []);
        assert_eq!(polygons[0].bounds(), [107.0, 35.0, 108.0, 36.0]);
    }

    #[test]
    fn what_can_be_mended_is_and_says_so() {
        for (text, repair) in [
            ("35,107 35,108 36,108 36,107", Repair::Closed { gap_degrees: 1.0 }),
            ("107,35 108,35 108,36 107,36 107,35", Repair::Swapped),
            ("35, 107 35, 108 36, 108 36, 107 35, 107", Repair::Spelling),
            ("3.5e1,107 35,108 36,108 36,107 35,107", Repair::Spelling),
            ("35,107 36,108 36,107 35,108 35,107", Repair::Crosses),
            ("35,179 35,-179 36,-179 36,179 35,179", Repair::Antimeridian),
            ("-90,-180 -90,180 90,180 90,-180 -90,-180", Repair::Vast),
        ] {
            let (polygons, repairs) = parse_polygon(text).expect("mendable");
            assert_eq!(repairs, [repair], "{text}");
            assert!(!polygons.is_empty());
        }
    }

    #[test]
    fn across_the_180th_meridian_both_sides_are_covered() {
        let (polygons, _) = parse_polygon("35,179 35,-179 36,-179 36,179 35,179").expect("four points");
        let bounds: Vec<_> = polygons.iter().map(Polygon::bounds).collect();
        assert_eq!(bounds, [[179.0, 35.0, 181.0, 36.0], [-181.0, 35.0, -179.0, 36.0]]);
    }

    #[test]
    fn what_nobody_can_be_sure_of_is_refused() {
        for text in [
            "",
            "35,107",
            "35,107 36,108 35,107",
            "NaN,107 35,108 36,108 NaN,107",
            "35,5,107,3 35,5,108,3 36,5,108,3",
            "35,107 36,108 37,109 35,107",
            "95,200 35,108 36,108 95,200",
            "inf,0 1,1 2,0 inf,0",
            "a b c d",
            "80,0 80,90 80,180 80,-90 80,0",
            "1e400,0 1,1 2,0 1e400,0",
            "35 107 36 108",
        ] {
            assert!(parse_polygon(text).is_err(), "{text:?}: {:?}", parse_polygon(text));
        }
        for text in ["", "35,107", "35,107 0", "35,107 -5", "35,107 25000", "35,107 NaN", "35 107 5", "95,200 5"] {
            assert!(parse_circle(text).is_err(), "{text:?}: {:?}", parse_circle(text));
        }
        assert_eq!(parse_circle("35.7,107.6 12.5"), Ok((Circle { centre: [107.6, 35.7], radius_m: 12_500.0 }, vec![])));
    }

    #[test]
    fn an_intricate_outline_is_not_checked_for_ever() {
        // A comb whose teeth all overlap in longitude.
        let teeth: Vec<String> =
            (0..20_000).map(|i| format!("{:.4},{}", 30.0 + f64::from(i) * 1e-4, 107 + i % 2)).collect();
        let (_, repairs) = parse_polygon(&teeth.join(" ")).expect("many points");
        assert!(repairs.iter().any(|r| matches!(r, Repair::NotChecked | Repair::Crosses)), "{repairs:?}");
    }
}

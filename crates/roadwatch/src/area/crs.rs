//! The coordinate systems that layers come in.
//!
//! Chinese web maps are drawn in GCJ-02, an offset of a few hundred metres (about 430 m at Qingyang) that is a known
//! function of the place. Every layer says what it is in, and is converted once, when it is loaded.

use serde::{Deserialize, Serialize};

use super::Point;

/// A coordinate system of longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Crs {
    /// WGS 84; GPS, OpenStreetMap, CAP.
    Wgs84,
    /// China Geodetic Coordinate System 2000, within decimetres of WGS 84.
    Cgcs2000,
    /// The offset system of Chinese web maps.
    Gcj02,
}

impl Crs {
    /// A point of this system in WGS 84.
    pub fn to_wgs84(self, point: Point) -> Point {
        match self {
            Crs::Wgs84 | Crs::Cgcs2000 => point,
            Crs::Gcj02 => gcj02_to_wgs84(point),
        }
    }
}

/// Semi-major axis and squared eccentricity of the Krasovsky 1940 ellipsoid, which the offset is defined on.
const KRASOVSKY_A: f64 = 6_378_245.0;
const KRASOVSKY_EE: f64 = 0.006_693_421_622_965_943;

/// The offset applies inside this box: west, south, east, north.
const OFFSET_BOX: [f64; 4] = [72.004, 0.8293, 137.8347, 55.8271];

/// A point of WGS 84 in GCJ-02. Outside China the two are the same.
pub fn wgs84_to_gcj02(point: Point) -> Point {
    let [west, south, east, north] = OFFSET_BOX;
    if !(west..=east).contains(&point[0]) || !(south..=north).contains(&point[1]) {
        return point;
    }
    let [d_lon, d_lat] = offset(point);
    [point[0] + d_lon, point[1] + d_lat]
}

/// A point of GCJ-02 in WGS 84, to better than a centimetre: the offset has no inverse in closed form, so it is found
/// by iteration, which gains about two digits a round.
pub fn gcj02_to_wgs84(point: Point) -> Point {
    const ROUNDS: usize = 6;
    (0..ROUNDS).fold(point, |guess, _| {
        let there = wgs84_to_gcj02(guess);
        [guess[0] + point[0] - there[0], guess[1] + point[1] - there[1]]
    })
}

fn offset([lon, lat]: Point) -> Point {
    use std::f64::consts::PI;
    let (x, y) = (lon - 105.0, lat - 35.0);
    let ripple = ((6.0 * x * PI).sin() + (2.0 * x * PI).sin()) * 20.0;
    let root = x.abs().sqrt();
    let cross = 0.1 * x * y;
    let north = -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + cross
        + 0.2 * root
        + (ripple
            + (y * PI).sin() * 20.0
            + (y / 3.0 * PI).sin() * 40.0
            + (y / 12.0 * PI).sin() * 160.0
            + (y * PI / 30.0).sin() * 320.0)
            * 2.0
            / 3.0;
    let east = 300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + cross
        + 0.1 * root
        + (ripple
            + (x * PI).sin() * 20.0
            + (x / 3.0 * PI).sin() * 40.0
            + (x / 12.0 * PI).sin() * 150.0
            + (x / 30.0 * PI).sin() * 300.0)
            * 2.0
            / 3.0;
    let phi = lat.to_radians();
    let magic = 1.0 - KRASOVSKY_EE * phi.sin() * phi.sin();
    let meridian = KRASOVSKY_A * (1.0 - KRASOVSKY_EE) / (magic * magic.sqrt());
    let parallel = KRASOVSKY_A / magic.sqrt() * phi.cos();
    [(east / parallel).to_degrees(), (north / meridian).to_degrees()]
}

#[cfg(test)]
mod tests {
    use super::super::distance_m;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_offset_at_qingyang_is_as_known() {
        let place = [107.64, 35.73];
        let metres = distance_m(place, wgs84_to_gcj02(place));
        assert!((380.0..480.0).contains(&metres), "{metres}");
    }

    #[test]
    fn a_published_pair_is_met() {
        // Tiananmen in the test suites of the public converters: WGS 84 → GCJ-02.
        let got = wgs84_to_gcj02([116.404, 39.915]);
        assert!((got[0] - 116.410_24).abs() < 1e-4 && (got[1] - 39.916_40).abs() < 1e-4, "{got:?}");
    }

    #[test]
    fn nothing_moves_outside_china() {
        assert_eq!(wgs84_to_gcj02([-8.61, 41.15]), [-8.61, 41.15]);
    }

    proptest! {
        #[test]
        fn there_and_back(lon in 74.0..135.0f64, lat in 18.0..53.0f64) {
            let back = gcj02_to_wgs84(wgs84_to_gcj02([lon, lat]));
            prop_assert!(distance_m([lon, lat], back) < 0.01, "{back:?}");
        }
    }
}

//! Lines within a distance of a place.

use super::Index;
use super::tree::{Box4, overlap};
use crate::area::{Circle, EARTH_RADIUS_M, Point, distance_m};

impl Index {
    /// The lines that come as near the centre as the radius, each once, in no particular order.
    pub fn touched_by_circle(&self, circle: &Circle) -> Vec<u32> {
        self.near(circle).into_iter().map(|(line, _)| line).collect()
    }

    /// The same with each line's distance from the centre in metres, nearest first.
    pub fn nearest(&self, circle: &Circle) -> Vec<(u32, f64)> {
        let mut found = self.near(circle);
        found.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        found
    }

    fn near(&self, circle: &Circle) -> Vec<(u32, f64)> {
        let mut found = Vec::new();
        let Some((level, _)) = self.tree.root() else { return found };
        let reach = reach(circle);
        let mut open = vec![(level, 0)];
        while let Some((level, place)) = open.pop() {
            if level > 0 {
                let children = self.tree.children(level, place).filter(|(_, b)| overlap(b, &reach));
                open.extend(children.map(|(child, _)| (level - 1, child)));
                continue;
            }
            let distance = distance_to_line_m(circle.centre, self.tree.line(place));
            if distance <= circle.radius_m {
                found.push((self.tree.number(place), distance));
            }
        }
        found
    }
}

/// A box that holds the circle; all longitudes where it comes near a pole or the 180th meridian.
fn reach(circle: &Circle) -> Box4 {
    let [lon, lat] = circle.centre;
    let angle = circle.radius_m / EARTH_RADIUS_M;
    let d_lat = angle.to_degrees();
    let (south, north) = (lat - d_lat, lat + d_lat);
    let width = angle.sin() / lat.to_radians().cos().max(f64::MIN_POSITIVE);
    if south <= -90.0 || north >= 90.0 || !(0.0..1.0).contains(&width) {
        return [-180.0, south, 180.0, north];
    }
    let d_lon = width.asin().to_degrees();
    if lon - d_lon < -180.0 || lon + d_lon > 180.0 {
        return [-180.0, south, 180.0, north];
    }
    [lon - d_lon, south, lon + d_lon, north]
}

/// Distance from a place to a line in metres. Points of the line are laid out around the place at their true distance
/// and bearing and joined by straight lines, which for stretches of road of a few kilometres is exact to millimetres.
pub(crate) fn distance_to_line_m(place: Point, line: &[Point]) -> f64 {
    let laid_out = |p: &Point| {
        let distance = distance_m(place, *p);
        let (lat_a, lat_b) = (place[1].to_radians(), p[1].to_radians());
        let d_lon = (p[0] - place[0]).to_radians();
        let east = d_lon.sin() * lat_b.cos();
        let north = lat_a.cos() * lat_b.sin() - lat_a.sin() * lat_b.cos() * d_lon.cos();
        let length = east.hypot(north);
        if length == 0.0 { [0.0, distance] } else { [east / length * distance, north / length * distance] }
    };
    let mut points = line.iter().map(laid_out);
    let Some(mut a) = points.next() else { return f64::INFINITY };
    let mut best = a[0].hypot(a[1]);
    for b in points {
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let square = dx * dx + dy * dy;
        let t = if square > 0.0 { (-(a[0] * dx + a[1] * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        best = best.min((a[0] + t * dx).hypot(a[1] + t * dy));
        a = b;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_to_a_road_is_that_to_its_nearest_point() {
        // A road along the meridian; one hundredth of a degree of longitude at 35.7° is 903 m.
        let road = [[107.64, 35.6], [107.64, 35.8]];
        let metres = distance_to_line_m([107.65, 35.7], &road);
        assert!((metres - 903.0).abs() < 1.0, "{metres}");
        let beyond = distance_to_line_m([107.64, 35.9], &road);
        assert!((beyond - distance_m([107.64, 35.9], [107.64, 35.8])).abs() < 1e-6);
    }

    #[test]
    fn circles_at_the_pole_and_the_meridian_look_everywhere() {
        let wide = |lon, lat| reach(&Circle { centre: [lon, lat], radius_m: 100_000.0 });
        assert_eq!(wide(0.0, 89.9)[0], -180.0);
        assert_eq!(wide(179.9, 0.0)[2], 180.0);
        assert!((wide(107.0, 35.0)[0] - 105.9).abs() < 0.01);
    }
}

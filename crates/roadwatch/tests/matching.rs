//! The index against an oracle that compares every line with every edge.

use proptest::prelude::*;
use roadwatch::area::{Circle, Point, Polygon, Shape, distance_m};
use roadwatch::matching::Index;

/// On a coarse grid, so that touching, collinear and shared points are common; every number is exact.
fn grid_point() -> impl Strategy<Value = Point> {
    (0..40i32, 0..40i32).prop_map(|(x, y)| [f64::from(x), f64::from(y)])
}

fn lines() -> impl Strategy<Value = Vec<Vec<Point>>> {
    prop::collection::vec(prop::collection::vec(grid_point(), 0..5), 0..400)
}

fn polygon() -> impl Strategy<Value = Polygon> {
    let ring = prop::collection::vec(grid_point(), 3..60).prop_map(|mut ring| {
        ring.push(ring[0]);
        ring
    });
    prop::collection::vec(ring, 1..3).prop_map(|rings| Polygon { rings })
}

/// Twice the signed area of a triangle of grid points; exact in integers.
fn turn(a: Point, b: Point, c: Point) -> i64 {
    let i = |p: Point| (p[0] as i64, p[1] as i64);
    let ((ax, ay), (bx, by), (cx, cy)) = (i(a), i(b), i(c));
    (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
}

fn on_segment(a: Point, b: Point, p: Point) -> bool {
    let within = |k: usize| a[k].min(b[k]) <= p[k] && p[k] <= a[k].max(b[k]);
    turn(a, b, p) == 0 && within(0) && within(1)
}

fn segments_meet(a: Point, b: Point, c: Point, d: Point) -> bool {
    let proper =
        turn(a, b, c).signum() * turn(a, b, d).signum() < 0 && turn(c, d, a).signum() * turn(c, d, b).signum() < 0;
    proper || on_segment(a, b, c) || on_segment(a, b, d) || on_segment(c, d, a) || on_segment(c, d, b)
}

/// Even-odd by a vertical ray, where the index casts a horizontal one.
fn inside(polygon: &Polygon, p: Point) -> bool {
    let mut crossings = 0;
    for w in polygon.rings.iter().flat_map(|r| r.windows(2)) {
        let (a, b) = if w[0][0] <= w[1][0] { (w[0], w[1]) } else { (w[1], w[0]) };
        if a[0] <= p[0] && p[0] < b[0] && turn(a, b, p) < 0 {
            crossings += 1;
        }
    }
    crossings % 2 == 1
}

fn touches(polygon: &Polygon, line: &[Point]) -> bool {
    let edges = || polygon.rings.iter().flat_map(|r| r.windows(2));
    let meets = match line {
        [] => return false,
        [p] => edges().any(|w| on_segment(w[0], w[1], *p)),
        _ => edges().any(|w| line.windows(2).any(|s| segments_meet(w[0], w[1], s[0], s[1]))),
    };
    meets || inside(polygon, line[0])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn polygons_touch_what_the_oracle_says(lines in lines(), polygon in polygon()) {
        let index = Index::new(lines.iter().map(Vec::as_slice));
        let mut got = index.touched(&Shape::Polygon(polygon.clone().into()));
        got.sort_unstable();
        let wanted: Vec<u32> = (0..lines.len()).filter(|i| touches(&polygon, &lines[*i])).map(|i| i as u32).collect();
        prop_assert_eq!(got, wanted);
    }

    #[test]
    fn circles_touch_every_line_with_a_vertex_inside_and_none_too_far(
        lines in prop::collection::vec(prop::collection::vec((106.0..109.0f64, 34.0..37.0f64), 2..5), 1..200),
        lon in 106.0..109.0f64, lat in 34.0..37.0f64, radius_m in 100.0..100_000.0f64,
    ) {
        let lines: Vec<Vec<Point>> = lines.into_iter().map(|l| l.into_iter().map(|(x, y)| [x, y]).collect()).collect();
        let circle = Circle { centre: [lon, lat], radius_m };
        let hits = Index::new(lines.iter().map(Vec::as_slice)).touched(&Shape::Circle(circle));
        for (i, line) in lines.iter().enumerate() {
            let nearest_vertex = line.iter().map(|p| distance_m([lon, lat], *p)).fold(f64::INFINITY, f64::min);
            let longest = line.windows(2).map(|w| distance_m(w[0], w[1])).fold(0.0, f64::max);
            if nearest_vertex <= radius_m {
                prop_assert!(hits.contains(&(i as u32)));
            }
            if nearest_vertex - longest > radius_m {
                prop_assert!(!hits.contains(&(i as u32)));
            }
        }
    }
}

#[test]
fn without_lines_nothing_is_touched() {
    let index = Index::new([] as [&[Point]; 0]);
    assert!(index.is_empty());
    assert_eq!(index.touched(&Shape::Circle(Circle { centre: [0.0, 0.0], radius_m: 1e6 })), [0u32; 0]);
}

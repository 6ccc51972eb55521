use board::{At, Minutes, Span};
use proptest::prelude::*;

proptest! {
    #[test]
    fn no_instant_overflows(millis: i64, minutes: u32, other: i64) {
        let (now, earlier) = (At::from_millis(millis), At::from_millis(other));
        prop_assert!(now.plus(Minutes(minutes)) >= now);
        prop_assert!(now.minus(Minutes(minutes)) <= now);
        prop_assert_eq!(now.minutes_since(earlier) < 0, millis.saturating_sub(other) < 0);
    }

    #[test]
    fn spans_overlap_where_they_share_an_instant(a in 0i64..40, b in 1i64..40, c in 0i64..40, d in 1i64..40) {
        let at = At::from_millis;
        let (one, other) = (Span::new(at(a), at(a + b)), Span::new(at(c), at(c + d)));
        let shared = (0..100).any(|instant| one.contains(at(instant)) && other.contains(at(instant)));
        prop_assert_eq!(one.overlaps(other), shared);
        prop_assert_eq!(one.overlaps(other), other.overlaps(one));
        let inside = (a..a + b).all(|instant| other.contains(at(instant)));
        prop_assert_eq!(one.within(other), inside);
    }
}

#[test]
fn a_span_ends_before_its_end() {
    let span = Span::new(At::from_millis(0), At::from_millis(10));
    assert!(span.contains(At::from_millis(0)) && !span.contains(At::from_millis(10)));
    assert!(!span.overlaps(Span::new(At::from_millis(10), At::from_millis(20))));
    assert!(!Span::new(At::from_millis(5), At::from_millis(5)).is_forward());
}

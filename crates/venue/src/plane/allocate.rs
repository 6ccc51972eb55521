//! Which layer each slot of a receiver gets for the bits its link carries. A pure function.
//!
//! Order: sound, the stage at its lowest, the screen, thumbnails, then the stage and the screen step by step upward.

use crate::limits::{AUDIO_ONLY_BELOW, AUDIO_RATE};
use crate::media::{Layer, Place};

/// One slot that something is routed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    pub place: Place,
    /// Bits a second of each layer that is being sent, from low to high; nothing for one that is not.
    pub rates: [Option<u64>; 3],
}

impl Want {
    /// Something of it arrives.
    pub fn is_sent(&self) -> bool {
        self.rates.iter().any(Option::is_some)
    }

    fn steps(&self) -> impl Iterator<Item = (Layer, u64)> + '_ {
        Layer::ALL.into_iter().filter_map(|layer| Some((layer, self.rates[layer.index()]?)))
    }

    fn rate(&self, layer: Layer) -> u64 {
        self.rates[layer.index()].unwrap_or(0)
    }
}

/// The layer for each want, in its order; nothing where the slot must wait. `sounds` is the number of sounds being sent.
pub fn allocate(estimate: u64, sounds: usize, wants: &[Want]) -> Vec<Option<Layer>> {
    let mut chosen = vec![None; wants.len()];
    if estimate < AUDIO_ONLY_BELOW {
        return chosen;
    }
    let mut left = estimate.saturating_sub(AUDIO_RATE * sounds as u64);
    for rank in [is_stage, is_screen, is_thumbnail] {
        for (want, chosen) in wants.iter().zip(&mut chosen).filter(|(want, _)| rank(want.place)) {
            let lowest = want.steps().next();
            if let Some((layer, rate)) = lowest.filter(|(_, rate)| *rate <= left) {
                *chosen = Some(layer);
                left -= rate;
            }
        }
    }
    loop {
        let mut better = false;
        for rank in [is_stage, is_screen] {
            for (want, chosen) in wants.iter().zip(&mut chosen).filter(|(want, _)| rank(want.place)) {
                let Some(now) = *chosen else { continue };
                let next = want.steps().find(|(layer, _)| *layer > now);
                let more = |rate: u64| rate.saturating_sub(want.rate(now));
                if let Some((layer, rate)) = next.filter(|(_, rate)| more(*rate) <= left) {
                    left -= more(rate);
                    *chosen = Some(layer);
                    better = true;
                }
            }
        }
        if !better {
            return chosen;
        }
    }
}

/// The bits a second that everything wanted would take at its best, which is what probing should look for.
pub fn best(sounds: usize, wants: &[Want]) -> u64 {
    let of = |want: &Want| {
        let mut steps = want.steps();
        if is_thumbnail(want.place) { steps.next() } else { steps.last() }.map_or(0, |(_, rate)| rate)
    };
    AUDIO_RATE * sounds as u64 + wants.iter().map(of).sum::<u64>()
}

fn is_stage(place: Place) -> bool {
    place == Place::Stage
}

fn is_screen(place: Place) -> bool {
    place == Place::Screen
}

fn is_thumbnail(place: Place) -> bool {
    matches!(place, Place::Thumbnail(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CAMERA: [Option<u64>; 3] = [Some(150_000), Some(500_000), Some(1_200_000)];

    fn want(place: Place) -> Want {
        Want { place, rates: CAMERA }
    }

    #[test]
    fn bits_go_to_the_stage_then_the_screen_then_thumbnails_then_upward() {
        let screen = Want { place: Place::Screen, rates: [Some(400_000), None, None] };
        let wants = [want(Place::Thumbnail(0)), screen, want(Place::Stage)];
        let at = |estimate| allocate(estimate, 1, &wants);
        use Layer::{High, Low, Middle};
        assert_eq!(at(119_000), [None, None, None], "sound only");
        assert_eq!(at(200_000), [None, None, Some(Low)]);
        assert_eq!(at(600_000), [None, Some(Low), Some(Low)]);
        assert_eq!(at(750_000), [Some(Low), Some(Low), Some(Low)]);
        assert_eq!(at(1_100_000), [Some(Low), Some(Low), Some(Middle)]);
        assert_eq!(at(2_000_000), [Some(Low), Some(Low), Some(High)], "thumbnails stay low");
        assert_eq!(best(1, &wants), 48_000 + 150_000 + 400_000 + 1_200_000);
    }

    #[test]
    fn a_layer_that_is_not_sent_is_not_chosen() {
        let only_high = Want { place: Place::Stage, rates: [None, None, Some(900_000)] };
        assert_eq!(allocate(1_000_000, 0, &[only_high]), [Some(Layer::High)]);
        assert_eq!(allocate(800_000, 0, &[only_high]), [None]);
        assert_eq!(allocate(5_000_000, 0, &[Want { place: Place::Stage, rates: [None; 3] }]), [None]);
    }

    fn wants() -> impl Strategy<Value = Vec<Want>> {
        let rate = || proptest::option::of(1_000u64..2_000_000);
        let place = prop_oneof![Just(Place::Stage), Just(Place::Screen), (0u8..8).prop_map(Place::Thumbnail)];
        proptest::collection::vec(
            (place, [rate(), rate(), rate()]).prop_map(|(place, rates)| Want { place, rates }),
            0..12,
        )
    }

    proptest! {
        /// The oracle adds up what was chosen: never more than the link carries, and only what is sent.
        #[test]
        fn never_more_than_the_link_carries(estimate in 0u64..6_000_000, sounds in 0usize..4, wants in wants()) {
            let chosen = allocate(estimate, sounds, &wants);
            let mut sum = 0;
            for (want, layer) in wants.iter().zip(&chosen) {
                if let Some(layer) = layer {
                    let rate = want.rates[layer.index()];
                    prop_assert!(rate.is_some());
                    sum += rate.unwrap_or(0);
                }
            }
            prop_assert!(sum <= estimate.saturating_sub(AUDIO_RATE * sounds as u64));
        }

        /// A better link never takes the stage away.
        #[test]
        fn more_bits_never_darken_the_stage(estimate in 0u64..3_000_000, more in 0u64..3_000_000, rates in [1u64..200_000, 200_000u64..600_000, 600_000u64..2_000_000]) {
            let wants = [Want { place: Place::Stage, rates: rates.map(Some) }];
            prop_assert!(allocate(estimate, 1, &wants) <= allocate(estimate + more, 1, &wants));
        }
    }
}

//! A long night by seed: many commands on one board, then the same night again from its events.
//!
//! `ONEBOARD_SEEDS=10000 cargo test -p board simulation` runs a nightly's worth.

use crate::properties::{carry_out, replays, scope_is_permission};
use crate::support::*;
use crate::verdicts::verdicts_are_the_rule;

/// Commands of one night: enough to man, relieve, close and hand over, few enough to read when one fails.
const COMMANDS: usize = 120;

/// Nights of an ordinary run.
const SEEDS: u64 = 200;

/// SplitMix64 (Steele, Lea, Flood 2014): a seed is a night, on every machine.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
    fn step(&mut self) -> Step {
        let (first, second) = (self.next(), self.next());
        let jump = match second >> 60 {
            0 => -((second >> 32 & 255) as i16), // the clock was set back
            1..=10 => (second >> 32 & 15) as i16,
            _ => (second >> 32 & 127) as i16,
        };
        Step {
            kind: first as u8,
            actor: (first >> 8) as u16,
            a: (first >> 24) as u16,
            b: (first >> 40) as u16,
            c: second as u16,
            jump,
        }
    }
}

/// Which seeds: `10000` is that many, `2000..4000` a slice of them.
fn seeds() -> std::ops::Range<u64> {
    let Ok(wanted) = std::env::var("ONEBOARD_SEEDS") else { return 0..SEEDS };
    let number = |text: &str| text.parse().expect("ONEBOARD_SEEDS is a number, or two with .. between");
    match wanted.split_once("..") {
        Some((from, to)) => number(from)..number(to),
        None => 0..number(&wanted),
    }
}

fn puts_in_force(event: &board::Event) -> bool {
    use board::measure::{Event, Happening};
    matches!(event, board::Event::Measure(Event::Happened { what: Happening::InForce { .. }, .. }))
}

#[test]
fn every_seeded_night_replays_as_it_was_lived() {
    let seeds = seeds();
    let count = seeds.end - seeds.start;
    let (mut done, mut reached) = (0, 0);
    for seed in seeds {
        let caught = std::panic::catch_unwind(|| {
            let mut numbers = Numbers(seed);
            let mut world = World::running();
            world.compare_every = 16;
            let done = carry_out(&mut world, (0..COMMANDS).map(|_| numbers.step()));
            replays(&world);
            if seed % 8 == 0 {
                scope_is_permission(&world.board, world.now);
                verdicts_are_the_rule(&world.board, world.now, 7);
            }
            let reached = world.events.iter().filter(|event| puts_in_force(event)).count() as u64;
            (u64::from(done), reached)
        });
        let (more, on_the_road) = caught.unwrap_or_else(|_| panic!("seed {seed} fails: the panic is above"));
        done += more;
        reached += on_the_road;
    }
    // A simulation in which everything is refused would prove nothing.
    assert!(done > count * COMMANDS as u64 / 5, "only {done} commands were done in {count} nights");
    assert!(reached * 5 > count, "only {reached} measures came into force in {count} nights");
}

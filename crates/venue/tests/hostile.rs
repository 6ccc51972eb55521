//! Datagrams from strangers and damaged ones from members: nothing falls over, and the meeting goes on.

#[expect(dead_code, reason = "every test file uses a part of what they share")]
mod common;

use common::client::Line;
use common::world::{Dice, MS, World};
use std::net::SocketAddr;
use std::time::Duration;
use venue::Transport;

#[test]
fn a_meeting_goes_on_under_a_rain_of_bad_datagrams() {
    let mut world = World::new(70);
    for _ in 0..2 {
        world.venue();
    }
    world.run(Duration::from_secs(2));
    world.grant(0);
    world.stage(0);
    let stage = world.clients[1].line(Line::Picture, 0);
    world.until_shown(1, stage, 0, Duration::from_secs(1));
    let server = SocketAddr::from(([10, 0, 0, 1], 3_478));
    let mut dice = Dice::new(71);
    for _ in 0..4_000 {
        // From a member's address or a stranger's; of every kind that the first byte can name.
        let from = if dice.below(2) == 0 {
            world.clients[0].address
        } else {
            ([10, 9, 9, 9], dice.below(60_000) as u16).into()
        };
        let first = [0, 1, 22, 63, 128, 144, 191, 255][dice.below(8) as usize];
        let size = dice.below(1_400) as usize;
        let mut bytes: Vec<u8> = (0..size).map(|_| dice.below(256) as u8).collect();
        bytes.insert(0, first);
        let transport = if dice.below(4) == 0 { Transport::Tcp } else { Transport::Udp };
        world.engine.receive(transport, from, server, &bytes, world.now);
        if dice.below(20) == 0 {
            world.run(MS);
        }
    }
    world.run(Duration::from_secs(1));
    world.until_shown(1, stage, 0, Duration::from_secs(1));
    let counts = world.engine.counts();
    assert_eq!(counts.connected, 2, "nobody was thrown out: {counts:?}");
    assert!(counts.strangers > 1_000, "{counts:?}");
}

#[test]
fn one_who_sends_far_too_much_is_cut_to_the_limit_and_the_others_are_not() {
    let mut world = World::new(80);
    for _ in 0..2 {
        world.venue();
    }
    world.run(Duration::from_secs(2));
    let server = SocketAddr::from(([10, 0, 0, 1], 3_478));
    let from = world.clients[0].address;
    let before = world.engine.counts();
    for _ in 0..100 {
        for _ in 0..50 {
            let mut bytes = vec![0u8; 1_200];
            bytes[0] = 0x80;
            world.engine.receive(Transport::Udp, from, server, &bytes, world.now);
        }
        world.run(MS);
    }
    let after = world.engine.counts();
    let refused = after.too_much - before.too_much;
    // 5,000 datagrams of 1,200 bytes in 100 ms; the limit lets about a second's burst pass.
    assert!((3_500..5_000).contains(&refused), "{refused} of 5,000 refused");
    assert_eq!(after.connected, 2);
}

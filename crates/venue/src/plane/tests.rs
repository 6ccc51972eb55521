//! The plane over made-up packets: grants, switches, layers, and what may never happen whatever the order of events.

use super::*;
use crate::media::Codec;
use crate::wire::picture::Numbers;
use proptest::prelude::*;

const MS: Duration = Duration::from_millis(1);

fn feed(peer: u64, source: Source) -> Feed {
    Feed { peer: PeerId(peer), source }
}

fn packet(stream: u32, sequence: u64, key: bool, received: Instant) -> Packet {
    Packet {
        codec: Codec::Vp8,
        stream,
        sequence,
        timestamp: sequence as u32 * 3_000,
        marker: true,
        starts_key_frame: key,
        numbers: Some(Numbers { picture: sequence as u16 & 0x7fff, wide: true, base: None }),
        rotation: None,
        payload: vec![0; 600].into(),
        received,
    }
}

/// A meeting of one receiver (99) and two cameras (1, 2), all granted.
struct Hall {
    plane: ForwardPlane,
    now: Instant,
    sequence: u64,
}

impl Hall {
    fn new() -> Self {
        let mut hall = Self { plane: ForwardPlane::default(), now: Instant::now(), sequence: 0 };
        hall.plane.arrive(PeerId(99), &[Place::Stage, Place::Thumbnail(0), Place::Audio(0)], hall.now);
        for camera in [1, 2] {
            hall.plane.grant(feed(camera, Source::Camera), true, hall.now);
        }
        hall
    }

    /// One packet of a camera's layer; gives the slots it went to.
    fn send(&mut self, camera: u64, layer: Layer, key: bool) -> Vec<usize> {
        self.sequence += 1;
        let mut out = Vec::new();
        let stream = camera as u32 * 10 + layer as u32;
        let packet = packet(stream, self.sequence, key, self.now);
        self.plane.forward(feed(camera, Source::Camera), layer, &[packet], &mut out);
        assert!(out.iter().all(|send| send.to == PeerId(99)));
        out.iter().map(|send| send.slot).collect()
    }

    fn asked(&mut self) -> Vec<(u64, Layer)> {
        let asked = self.plane.take_effects().into_iter().filter_map(|effect| match effect {
            Effect::AskKeyFrame { feed, layer } => Some((feed.peer.0, layer)),
            _ => None,
        });
        asked.collect()
    }

    fn wait(&mut self, time: Duration) {
        self.now += time;
        self.plane.tick(self.now);
    }
}

#[test]
fn a_switch_waits_for_the_key_frame_and_the_old_picture_stays_until_then() {
    let mut hall = Hall::new();
    for camera in [1, 2] {
        hall.send(camera, Layer::Low, false);
    }
    hall.plane.route(Place::Stage, Some(feed(1, Source::Camera)), hall.now);
    assert_eq!(hall.asked(), [(1, Layer::Low)], "asked when routed");
    assert!(hall.send(1, Layer::Low, false).is_empty(), "not in the middle of a picture");
    assert_eq!(hall.send(1, Layer::Low, true), [0]);
    hall.wait(MS * 500);
    hall.send(2, Layer::Low, false);
    hall.plane.route(Place::Stage, Some(feed(2, Source::Camera)), hall.now);
    assert_eq!(hall.asked(), [(2, Layer::Low)]);
    assert_eq!(hall.send(1, Layer::Low, false), [0], "the old picture stays");
    assert!(hall.send(2, Layer::Low, false).is_empty());
    assert_eq!(hall.send(2, Layer::Low, true), [0]);
    assert!(hall.send(1, Layer::Low, false).is_empty(), "and goes with the new one");
    let shown = hall.plane.take_effects().into_iter().filter(|effect| matches!(effect, Effect::Shown { .. })).count();
    assert_eq!(shown, 1);
}

#[test]
fn a_switch_takes_the_first_whole_picture_of_any_affordable_layer_and_then_the_best() {
    let mut hall = Hall::new();
    for layer in Layer::ALL {
        hall.send(1, layer, false);
    }
    hall.plane.measured(PeerId(99), 900_000, hall.now);
    hall.plane.route(Place::Stage, Some(feed(1, Source::Camera)), hall.now);
    assert_eq!(hall.asked(), [(1, Layer::Low), (1, Layer::Middle)], "what the link carries, not the high one");
    assert!(hall.send(1, Layer::High, true).is_empty());
    assert_eq!(hall.send(1, Layer::Low, true), [0], "a small picture now");
    assert_eq!(hall.send(1, Layer::Low, false), [0]);
    assert_eq!(hall.send(1, Layer::Middle, true), [0], "then the best it carries");
    assert!(hall.send(1, Layer::Low, true).is_empty(), "and not back");
}

#[test]
fn a_withdrawn_grant_stops_the_very_next_packet() {
    let mut hall = Hall::new();
    hall.send(1, Layer::Low, false);
    hall.plane.route(Place::Stage, Some(feed(1, Source::Camera)), hall.now);
    assert_eq!(hall.send(1, Layer::Low, true), [0]);
    hall.plane.grant(feed(1, Source::Camera), false, hall.now);
    assert!(hall.send(1, Layer::Low, true).is_empty());
    assert_eq!(hall.plane.without_grant(), 1);
}

#[test]
fn sound_comes_from_those_with_a_grant_and_never_back_to_the_speaker() {
    let mut hall = Hall::new();
    let microphone = feed(1, Source::Microphone);
    let mut out = Vec::new();
    let mut sound = packet(7, 1, false, hall.now);
    sound.codec = Codec::Opus;
    hall.plane.arrive(PeerId(1), &[Place::Audio(0)], hall.now);
    hall.plane.forward(microphone, Layer::Low, std::slice::from_ref(&sound), &mut out);
    assert!(out.is_empty(), "no grant");
    hall.plane.grant(microphone, true, hall.now);
    hall.plane.forward(microphone, Layer::Low, &[sound], &mut out);
    assert_eq!(out.iter().map(|send| (send.to.0, send.slot)).collect::<Vec<_>>(), [(99, 2)]);
}

#[test]
fn a_poor_link_loses_layers_at_once_and_gets_them_back_slowly() {
    let mut hall = Hall::new();
    hall.plane.route(Place::Stage, Some(feed(1, Source::Camera)), hall.now);
    let target = |hall: &Hall| hall.plane.receivers[&PeerId(99)].slots[0].target;
    let all = |hall: &mut Hall| {
        for layer in Layer::ALL {
            hall.send(1, layer, false);
        }
    };
    all(&mut hall);
    hall.plane.measured(PeerId(99), 3_000_000, hall.now);
    assert_eq!(target(&hall), Some(Layer::High), "the first choice is the best");
    hall.plane.measured(PeerId(99), 300_000, hall.now);
    assert_eq!(target(&hall), Some(Layer::Low), "at once");
    hall.plane.measured(PeerId(99), 3_000_000, hall.now);
    assert_eq!(target(&hall), Some(Layer::Low));
    for _ in 0..20 {
        all(&mut hall);
        hall.wait(MS * 100);
    }
    assert_eq!(target(&hall), Some(Layer::High), "after it has been affordable for a while");
    hall.plane.measured(PeerId(99), 80_000, hall.now);
    assert_eq!(target(&hall), None, "sound only");
    let told =
        |effects: Vec<Effect>| effects.into_iter().filter(|e| matches!(e, Effect::AudioOnly { on: true, .. })).count();
    assert_eq!(told(hall.plane.take_effects()), 1);
    hall.plane.measured(PeerId(99), 130_000, hall.now);
    assert_eq!(target(&hall), None, "not back at the edge");
}

#[test]
fn a_picture_the_link_cannot_carry_stops_at_once_and_comes_back_when_it_can() {
    let mut hall = Hall::new();
    hall.plane.route(Place::Stage, Some(feed(1, Source::Camera)), hall.now);
    hall.send(1, Layer::Low, false);
    hall.plane.tick(hall.now);
    assert_eq!(hall.send(1, Layer::Low, true), [0]);
    let peer = PeerId(99);
    // Above the limit for sound only, and still below what the lowest layer takes.
    hall.plane.measured(peer, 140_000, hall.now);
    assert!(hall.plane.take_effects().contains(&Effect::AudioOnly { peer, on: true }));
    assert!(hall.send(1, Layer::Low, true).is_empty(), "a picture that is too much is not sent on");
    hall.plane.measured(peer, 400_000, hall.now);
    assert!(hall.send(1, Layer::Low, true).is_empty(), "not at the first good estimate");
    for _ in 0..30 {
        hall.send(1, Layer::Low, false);
        hall.wait(MS * 100);
    }
    assert!(hall.plane.take_effects().contains(&Effect::AudioOnly { peer, on: false }));
    assert_eq!(hall.send(1, Layer::Low, true), [0]);
}

#[test]
fn layers_nobody_watches_may_rest() {
    let mut hall = Hall::new();
    hall.plane.take_effects();
    let camera = feed(1, Source::Camera);
    let demanded = |hall: &mut Hall| {
        let effects = hall.plane.take_effects();
        effects.into_iter().rev().find_map(|effect| match effect {
            Effect::Demand { feed, layers } if feed == camera => Some(layers),
            _ => None,
        })
    };
    hall.plane.route(Place::Thumbnail(0), Some(camera), hall.now);
    assert_eq!(demanded(&mut hall), Some([true, false, false]));
    hall.plane.route(Place::Stage, Some(camera), hall.now);
    assert_eq!(demanded(&mut hall), Some([true; 3]));
    hall.plane.route(Place::Stage, None, hall.now);
    hall.plane.route(Place::Thumbnail(0), None, hall.now);
    assert_eq!(demanded(&mut hall), Some([false; 3]));
    hall.plane.prepare(camera, true, hall.now);
    assert_eq!(demanded(&mut hall), Some([true, false, false]), "kept for a venue that may be called");
}

/// A meeting that stays open over a whole day: one picture a second, the floor passing every ten minutes. Timestamps pass 2^32
/// after 13 hours and picture numbers 2^15 after 9; nothing of it may be seen by a receiver.
#[test]
fn a_day_long_meeting_has_unbroken_numbers() {
    let mut hall = Hall::new();
    let second = Duration::from_secs(1);
    let mut last: Option<Send> = None;
    let mut counts = [0u64; 3];
    for at in 0u32..86_400 {
        hall.now += second;
        let speaker = 1 + u64::from(at / 600 % 2);
        if at % 600 == 0 {
            hall.plane.route(Place::Stage, Some(feed(speaker, Source::Camera)), hall.now);
        }
        if at % 10 == 0 {
            hall.plane.tick(hall.now);
        }
        for camera in [1, 2] {
            counts[camera as usize] += 1;
            let sequence = counts[camera as usize];
            let mut picture = packet(camera as u32, sequence, at % 600 < 3, hall.now);
            picture.timestamp = (at.wrapping_mul(90_000)).wrapping_add(camera as u32 * 1_000_000_000);
            let mut out = Vec::new();
            hall.plane.forward(feed(camera, Source::Camera), Layer::Low, &[picture], &mut out);
            for send in out {
                if let Some(last) = last {
                    assert_eq!(send.sequence, last.sequence + 1, "second {at}");
                    // A second; or the millisecond between the old venue's last picture and the new one's first.
                    let step = send.timestamp.wrapping_sub(last.timestamp);
                    assert!(step == 90_000 || (step == 90 && at % 600 < 3), "second {at}: {step}");
                    let (before, now) = (last.numbers.expect("numbers"), send.numbers.expect("numbers"));
                    assert_eq!(now.picture, (before.picture + 1) & 0x7fff, "second {at}");
                }
                last = Some(send);
            }
        }
    }
    let sent = last.map_or(0, |send| send.sequence);
    assert!(sent > 86_000, "{sent} pictures in a day");
}

#[derive(Debug, Clone)]
enum Act {
    Grant(u64, bool),
    Route(Place, Option<u64>),
    Own(u64, Place, Option<u64>),
    Estimate(u64, u64),
    Packet(u64, Layer, bool),
    Wait(u64),
    Leave(u64),
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let peer = || 1u64..5;
    let place = || prop_oneof![Just(Place::Stage), Just(Place::Screen), Just(Place::Thumbnail(0))];
    let layer = prop_oneof![Just(Layer::Low), Just(Layer::Middle), Just(Layer::High)];
    let act = prop_oneof![
        2 => (peer(), any::<bool>()).prop_map(|(peer, on)| Act::Grant(peer, on)),
        2 => (place(), proptest::option::of(peer())).prop_map(|(place, peer)| Act::Route(place, peer)),
        1 => (peer(), place(), proptest::option::of(peer())).prop_map(|(peer, place, to)| Act::Own(peer, place, to)),
        1 => (peer(), 50_000u64..4_000_000).prop_map(|(peer, rate)| Act::Estimate(peer, rate)),
        12 => (peer(), layer, any::<bool>()).prop_map(|(peer, layer, key)| Act::Packet(peer, layer, key)),
        1 => (0u64..3_000).prop_map(Act::Wait),
        1 => peer().prop_map(Act::Leave),
    ];
    proptest::collection::vec(act, 1..120)
}

proptest! {
    /// Whatever happens in whatever order: no grant, no packet; nobody gets their own; a slot changes feed with a key frame
    /// only; no sequence number twice. The oracle keeps its own list of grants.
    #[test]
    fn the_invariants_hold_in_any_order(acts in acts()) {
        let mut plane = ForwardPlane::default();
        let mut now = Instant::now();
        let places = [Place::Stage, Place::Screen, Place::Thumbnail(0)];
        for peer in 1..5 {
            plane.arrive(PeerId(peer), &places, now);
        }
        let mut granted = std::collections::BTreeSet::new();
        let mut shows: BTreeMap<(u64, usize), (u64, u32)> = BTreeMap::new();
        let mut used: std::collections::BTreeSet<(u64, usize, u64)> = std::collections::BTreeSet::new();
        for (at, act) in acts.into_iter().enumerate() {
            match act {
                Act::Grant(peer, on) => {
                    plane.grant(feed(peer, Source::Camera), on, now);
                    if on { granted.insert(peer); } else { granted.remove(&peer); }
                }
                Act::Route(place, peer) => plane.route(place, peer.map(|peer| feed(peer, Source::Camera)), now),
                Act::Own(peer, place, to) => {
                    plane.choose(PeerId(peer), place, Choice::Own(to.map(|to| feed(to, Source::Camera))), now);
                }
                Act::Estimate(peer, rate) => plane.measured(PeerId(peer), rate, now),
                Act::Wait(ms) => { now += MS * ms as u32; plane.tick(now); }
                Act::Leave(peer) => {
                    plane.depart(PeerId(peer), now);
                    plane.arrive(PeerId(peer), &places, now);
                    granted.remove(&peer);
                    used.retain(|(to, ..)| *to != peer);
                    shows.retain(|(to, _), _| *to != peer);
                }
                Act::Packet(peer, layer, key) => {
                    let stream = peer as u32 * 10 + layer as u32;
                    let mut out = Vec::new();
                    plane.forward(feed(peer, Source::Camera), layer, &[packet(stream, at as u64, key, now)], &mut out);
                    prop_assert!(out.is_empty() || granted.contains(&peer), "media without a grant");
                    for send in out {
                        prop_assert_ne!(send.to.0, peer, "its own picture");
                        let before = shows.insert((send.to.0, send.slot), (peer, stream));
                        prop_assert!(before == Some((peer, stream)) || key, "a new picture without a key frame");
                        prop_assert!(used.insert((send.to.0, send.slot, send.sequence)), "a number twice");
                    }
                }
            }
        }
    }
}

//! The engine as the program holds it: tickets, real sockets, UDP and TCP.

#[expect(dead_code, reason = "every test file uses a part of what they share")]
mod common;

use common::client::{Client, Line};
use common::live::LiveClient;
use std::net::SocketAddr;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use venue::{
    Feed, JoinError, MeetingId, Notice, Order, Part, Place, Settings, Source, TicketError, TicketKey, Venue, Why,
};

const MEETING: MeetingId = MeetingId(7);
const VENUE: [Line; 4] = [Line::SendSound, Line::SendPicture, Line::Picture, Line::Sound];
const VIEWER: [Line; 2] = [Line::Picture, Line::Sound];

struct House {
    venue: Venue,
    tickets: TicketKey,
}

impl House {
    fn new() -> Self {
        let tickets = TicketKey::new([3; 32]);
        let settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            known_as: vec![[127, 0, 0, 1].into()],
            tcp: true,
            tickets: tickets.clone(),
        };
        Self { venue: Venue::start(settings).expect("the engine starts"), tickets }
    }

    fn ticket(&self, part: Part) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
        self.tickets.issue(MEETING, 17, part, false, now)
    }

    fn server(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.venue.port()).into()
    }

    /// A client joins; gives its camera, too.
    fn join(&self, name: u8, part: Part, lines: &[Line], tcp: bool) -> (LiveClient, Feed) {
        let mut peer = None;
        let answer = |offer: &str| {
            let joined = self.venue.join(&self.ticket(part), offer, [127, 0, 0, 1].into()).expect("an answer");
            assert_eq!(joined.ticket.venue, 17);
            peer = Some(joined.peer);
            joined.answer
        };
        let client = if tcp {
            LiveClient::tcp(name, self.server(), lines, answer)
        } else {
            LiveClient::udp(name, lines, answer)
        };
        client.diary.connected();
        (client, Feed { peer: peer.expect("joined"), source: Source::Camera })
    }

    fn order(&self, order: Order) {
        self.venue.order(order).expect("the engine runs");
    }

    fn stage(&self, feed: Feed) {
        self.order(Order::Route { meeting: MEETING, place: Place::Stage, feed: Some(feed) });
    }
}

fn offer(lines: &[Line]) -> String {
    Client::new(1, ([127, 0, 0, 1], 9_999).into(), lines, false, Instant::now()).1
}

#[test]
fn the_floor_passes_between_venues_on_real_sockets_and_a_viewer_on_tcp_sees_it() {
    let house = House::new();
    let (one, first) = house.join(1, Part::Venue, &VENUE, false);
    let (_two, second) = house.join(2, Part::Venue, &VENUE, false);
    let (viewer, _) = house.join(3, Part::Viewer, &VIEWER, true);
    house.stage(first);
    // Both send already: it has arrived, and is sent on to nobody.
    let mut dropped = 0;
    while dropped < 50 {
        dropped = house.venue.counts().expect("counts").without_grant;
    }
    assert_eq!(one.diary.count() + viewer.diary.count(), 0, "no media received without a grant");
    house.order(Order::Grant(first));
    viewer.diary.wait("the first on the stage", |seen| seen.iter().any(|seen| seen.line == 0 && seen.from == 1));
    house.order(Order::Grant(second));
    house.stage(second);
    viewer.diary.wait("the second on the stage", |seen| seen.iter().any(|seen| seen.line == 0 && seen.from == 2));
    one.diary.wait("the second at the first", |seen| seen.iter().any(|seen| seen.line == 2 && seen.from == 2));
    let microphone = Feed { source: Source::Microphone, ..second };
    house.order(Order::Grant(microphone));
    viewer.diary.wait("sound", |seen| seen.iter().any(|seen| seen.line == 1 && seen.from == 2));
}

#[test]
fn what_happens_is_told_in_order() {
    let house = House::new();
    let notices = house.venue.notices().expect("the first to ask");
    assert!(house.venue.notices().is_none(), "there is one listener");
    let (client, camera) = house.join(1, Part::Venue, &VENUE, false);
    let mut seen = notices.iter().filter(|notice| !matches!(notice, Notice::Demand { .. }));
    assert_eq!(seen.next(), Some(Notice::Connected(camera.peer)));
    let sending = [seen.next(), seen.next()];
    assert!(sending.contains(&Some(Notice::Sending { feed: camera, on: true })), "{sending:?}");
    house.order(Order::Dismiss(camera.peer));
    assert_eq!(seen.next(), Some(Notice::Left { peer: camera.peer, why: Why::Dismissed }));
    drop(client);
}

#[test]
fn the_door_says_why_it_stays_closed() {
    let house = House::new();
    let from = [10, 0, 0, 9].into();
    let join = |ticket: &str, offer: &str| house.venue.join(ticket, offer, from);
    assert!(matches!(join("nonsense", ""), Err(JoinError::Ticket(TicketError::Forged))));
    let old = house.tickets.issue(MEETING, 17, Part::Venue, false, 1_000);
    assert!(matches!(join(&old, ""), Err(JoinError::Ticket(TicketError::Expired(_)))));
    assert!(matches!(join(&house.ticket(Part::Venue), "v=0"), Err(JoinError::Offer(_))));
    let sends = join(&house.ticket(Part::Viewer), &offer(&VENUE)).expect_err("a viewer does not send");
    assert!(sends.to_string().contains("recvonly"), "{sends}");
    let full = (0..40).filter(|_| matches!(join(&house.ticket(Part::Viewer), "v=0"), Err(JoinError::TooMany { .. })));
    assert!(full.count() >= 10, "offers of one address are counted, bad ones too");
}

#[test]
fn an_encoder_comes_in_by_whip_and_a_player_by_whep_with_their_own_tickets() {
    let house = House::new();
    let from = [10, 0, 0, 9].into();
    let sends = [Line::SendSound, Line::SendPicture];
    let joined = house.venue.whip(&house.ticket(Part::Encoder), &offer(&sends), from).expect("an answer");
    assert!(joined.answer.contains("a=recvonly") && joined.offered.places.is_empty());
    assert_eq!(joined.offered.sources, [Source::Microphone, Source::Camera]);
    let joined = house.venue.whep(&house.ticket(Part::Viewer), &offer(&VIEWER), from).expect("an answer");
    assert!(joined.answer.contains("a=sendonly"));
    assert_eq!(joined.offered.places, [Place::Stage, Place::Audio(0)]);
    assert!(matches!(
        house.venue.whip(&house.ticket(Part::Viewer), &offer(&sends), from),
        Err(JoinError::OtherPart(_))
    ));
    let receives = house.venue.whip(&house.ticket(Part::Encoder), &offer(&VIEWER), from).expect_err("it must send");
    assert!(receives.to_string().contains("RFC 9725"), "{receives}");
}

/// Offers of Chromium 156 as it sent them, without addresses.
#[test]
fn a_browsers_own_offers_are_understood() {
    let house = House::new();
    let from = [10, 0, 0, 9].into();
    let offer = include_str!("offers/chromium-venue.sdp");
    let joined = house.venue.join(&house.ticket(Part::Venue), offer, from).expect("an answer");
    assert_eq!(joined.offered.sources, [Source::Microphone, Source::Camera]);
    assert_eq!(joined.offered.places, [Place::Stage, Place::Audio(0)]);
    for part in ["a=simulcast:recv l;m;h", "a=ice-lite", "tcptype passive", "VP8/90000", "transport-cc", "nack pli"] {
        assert!(joined.answer.contains(part), "{part} in {}", joined.answer);
    }
    let offer = include_str!("offers/chromium-viewer.sdp");
    let joined = house.venue.join(&house.ticket(Part::Viewer), offer, from).expect("an answer");
    assert_eq!((joined.offered.sources.len(), joined.offered.places.len()), (0, 2));
}

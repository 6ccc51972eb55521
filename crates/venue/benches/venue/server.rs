//! The server process of the bench: orders in as lines of JSON, answers out.

use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::time::{SystemTime, UNIX_EPOCH};
use venue::{Feed, MeetingId, Order, Part, PeerId, Place, Settings, Source, TicketKey, Venue};

const MEETING: MeetingId = MeetingId(1);

pub fn run() {
    let tickets = TicketKey::new([1; 32]);
    let settings = Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        known_as: vec![[127, 0, 0, 1].into()],
        tcp: false,
        tickets: tickets.clone(),
    };
    let venue = Venue::start(settings).expect("the engine starts");
    let mut peers: Vec<PeerId> = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let Ok(order) = serde_json::from_str::<Value>(&line.expect("a line")) else { return };
        let reply = if let Some(offer) = order["offer"].as_str() {
            let part = if order["viewer"] == true { Part::Viewer } else { Part::Venue };
            let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
            let ticket = tickets.issue(MEETING, peers.len() as u64, part, false, now);
            // Every client of the bench counts as an address of its own.
            let from = std::net::Ipv4Addr::from(u32::from_be_bytes([10, 0, 0, 0]) + peers.len() as u32);
            let joined = venue.join(&ticket, offer, from.into()).expect("an answer");
            peers.push(joined.peer);
            json!({"answer": joined.answer})
        } else if let Some(publisher) = order["stage"].as_u64() {
            let feed = Feed { peer: peers[publisher as usize], source: Source::Camera };
            venue.order(Order::Grant(feed)).expect("granted");
            venue.order(Order::Route { meeting: MEETING, place: Place::Stage, feed: Some(feed) }).expect("routed");
            json!({})
        } else {
            let counts = venue.counts().expect("counts");
            json!({"forwarded": counts.forwarded, "datagrams": counts.datagrams, "sends": counts.sends, "received": counts.received, "connected": counts.connected})
        };
        let mut out = std::io::stdout().lock();
        writeln!(out, "{reply}").expect("the reply is read");
    }
}

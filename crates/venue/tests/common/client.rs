//! A venue's browser, played by the same library from the other side: sends made-up pictures, notes what it receives.

use std::net::SocketAddr;
use std::time::Instant;
use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::media::{Direction, KeyframeRequestKind, MediaKind, Mid, Rid, Simulcast, SimulcastLayer};
use str0m::net::{DatagramRecv, Protocol, Receive, TcpType};
use str0m::rtp::{RtpWrite, Vp8Descriptor};
use str0m::{Candidate, Event, Input, Output, Rtc};

/// Names of the layers this client sends, from low to high.
pub const LAYERS: [&str; 3] = ["l", "m", "h"];

/// One media line of the offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    SendSound,
    SendPicture,
    Sound,
    Picture,
}

/// A packet that arrived.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The line it came on, by its place in the offer.
    pub line: usize,
    pub at: Instant,
    pub sequence: u64,
    pub timestamp: u32,
    /// What `Client::picture` or `Client::sound` wrote: who, which layer, which frame.
    pub from: u8,
    pub layer: u8,
    pub key: bool,
    pub picture: Option<u64>,
}

/// Bytes of a picture's payload before what is written into it: descriptor, then the first byte of the frame.
const HEAD: usize = 5;

pub struct Client {
    pub rtc: Rtc,
    pub address: SocketAddr,
    pub name: u8,
    pub deadline: Instant,
    pub connected: bool,
    pub seen: Vec<Seen>,
    /// Layers of the camera a whole picture was asked for.
    pub asked: Vec<usize>,
    pub received: u64,
    proto: Protocol,
    lines: Vec<(Line, Mid)>,
    pending: Option<SdpPendingOffer>,
    frame: [u16; 4],
    sequence: [u64; 4],
    keep: bool,
}

impl Client {
    /// A client at an address, and its offer. `keep` notes every packet; without it they are only counted.
    pub fn new(name: u8, address: SocketAddr, lines: &[Line], keep: bool, now: Instant) -> (Self, String) {
        let candidate = Candidate::host(address, "udp").expect("a candidate");
        Self::with(candidate, name, lines, keep, now)
    }

    /// The same over TCP; `address` is this end of the connection.
    pub fn over_tcp(name: u8, address: SocketAddr, lines: &[Line], now: Instant) -> (Self, String) {
        let candidate = Candidate::builder().tcp().host(address).tcptype(TcpType::Active).build().expect("a candidate");
        Self::with(candidate, name, lines, true, now)
    }

    fn with(candidate: Candidate, name: u8, lines: &[Line], keep: bool, now: Instant) -> (Self, String) {
        let (address, proto) = (candidate.addr(), candidate.proto());
        let mut rtc =
            Rtc::builder().set_rtp_mode(true).clear_codecs().enable_opus(true, false).enable_vp8(true).build(now);
        rtc.add_local_candidate(candidate);
        let mut api = rtc.sdp_api();
        let add = |line: &Line| {
            let layers = Simulcast { send: LAYERS.map(SimulcastLayer::new).to_vec(), recv: Vec::new() };
            let mid = match line {
                Line::SendSound => api.add_media(MediaKind::Audio, Direction::SendOnly, None, None, None),
                Line::SendPicture => api.add_media(MediaKind::Video, Direction::SendOnly, None, None, Some(layers)),
                Line::Sound => api.add_media(MediaKind::Audio, Direction::RecvOnly, None, None, None),
                Line::Picture => api.add_media(MediaKind::Video, Direction::RecvOnly, None, None, None),
            };
            (*line, mid)
        };
        let lines = lines.iter().map(add).collect();
        let (offer, pending) = api.apply().expect("an offer");
        let client = Self {
            rtc,
            address,
            name,
            deadline: now,
            connected: false,
            seen: Vec::new(),
            asked: Vec::new(),
            received: 0,
            proto,
            lines,
            pending: Some(pending),
            frame: [0; 4],
            sequence: [1_000; 4],
            keep,
        };
        (client, offer.to_sdp_string())
    }

    pub fn accept(&mut self, answer: &str) {
        let answer = SdpAnswer::from_sdp_string(answer).expect("an answer");
        let pending = self.pending.take().expect("an offer that waits");
        self.rtc.sdp_api().accept_answer(pending, answer).expect("the answer fits the offer");
    }

    pub fn receive(&mut self, now: Instant, from: SocketAddr, bytes: &[u8]) {
        let Ok(contents) = DatagramRecv::try_from(bytes) else { return };
        let receive = Receive { proto: self.proto, source: from, destination: self.address, contents };
        let _ = self.rtc.handle_input(Input::Receive(now, receive));
    }

    pub fn advance(&mut self, now: Instant) {
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    /// Says what there is to say.
    pub fn poll(&mut self, now: Instant, mut send: impl FnMut(SocketAddr, &[u8])) {
        let mut turns = 0;
        while self.rtc.is_alive() {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(at)) if at > now || turns > 8 => {
                    self.deadline = at.max(now + std::time::Duration::from_millis(1));
                    return;
                }
                Ok(Output::Timeout(_)) => {
                    turns += 1;
                    self.advance(now);
                }
                Ok(Output::Transmit(transmit)) => {
                    turns = 0;
                    send(transmit.destination, &transmit.contents);
                }
                Ok(Output::Event(event)) => self.event(event),
                Err(_) => break,
            }
        }
        self.connected = false;
        self.deadline = now + std::time::Duration::from_secs(3_600);
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Connected => self.connected = true,
            Event::KeyframeRequest(request) => {
                self.asked.extend(LAYERS.iter().position(|name| request.rid == Some(Rid::from(*name))));
            }
            Event::RtpPacket(packet) => {
                self.received += 1;
                let mid = self.rtc.direct_api().stream_rx(&packet.header.ssrc).map(|stream| stream.mid());
                let line = self.lines.iter().position(|(_, known)| Some(*known) == mid);
                if let Some(line) = line.filter(|_| self.keep) {
                    let video = self.lines[line].0 == Line::Picture;
                    let at = if video { HEAD } else { 0 };
                    let descriptor = video.then(|| Vp8Descriptor::parse(&packet.payload).ok()).flatten();
                    self.seen.push(Seen {
                        line,
                        at: packet.timestamp,
                        sequence: *packet.seq_no,
                        timestamp: packet.header.timestamp,
                        from: packet.payload[at],
                        layer: packet.payload[at + 1],
                        key: video && packet.payload[0] & 0x10 != 0 && packet.payload[4] & 1 == 0,
                        picture: descriptor.and_then(|seen| seen.picture_id()).map(u64::from),
                    });
                }
            }
            _ => {}
        }
    }

    /// The place of a line of a kind, the `nth` of it.
    pub fn line(&self, kind: Line, nth: usize) -> usize {
        let places = self.lines.iter().enumerate().filter(|(_, (line, _))| *line == kind);
        places.map(|(at, _)| at).nth(nth).expect("such a line")
    }

    /// Queues one picture of a layer in so many packets. It is a key frame if one was asked for, or it is the first.
    pub fn picture(&mut self, layer: usize, packets: usize, size: usize, now: Instant) {
        let mid = self.lines[self.line(Line::SendPicture, 0)].1;
        let key = self.frame[layer] == 0 || self.asked.contains(&layer);
        self.asked.retain(|asked| *asked != layer);
        self.frame[layer] += 1;
        let frame = self.frame[layer];
        let payload_type = self.rtc.codec_config().params().iter().find(|params| params.spec().codec.is_video());
        let payload_type = payload_type.expect("VP8").pt();
        for packet in 0..packets {
            let mut payload = vec![0u8; size];
            payload[0] = if packet == 0 { 0x90 } else { 0x80 };
            payload[1] = 0x80;
            payload[2..4].copy_from_slice(&(frame | 0x8000).to_be_bytes());
            payload[4] = u8::from(!key);
            payload[HEAD] = self.name;
            payload[HEAD + 1] = layer as u8;
            self.sequence[layer] += 1;
            let timestamp = u32::from(frame) * 3_000;
            let write = RtpWrite::new(payload_type, self.sequence[layer].into(), timestamp, now, payload)
                .marker(packet + 1 == packets)
                .nackable(true);
            let rid = Some(Rid::from(LAYERS[layer]));
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, rid) {
                stream.write_rtp(write);
            }
        }
    }

    /// Queues 20 ms of sound.
    pub fn sound(&mut self, now: Instant) {
        let mid = self.lines[self.line(Line::SendSound, 0)].1;
        let payload_type = self.rtc.codec_config().params().iter().find(|params| params.spec().codec.is_audio());
        let payload_type = payload_type.expect("Opus").pt();
        self.frame[3] += 1;
        self.sequence[3] += 1;
        let mut payload = vec![0u8; 80];
        payload[0] = self.name;
        let timestamp = u32::from(self.frame[3]) * 960;
        let write = RtpWrite::new(payload_type, self.sequence[3].into(), timestamp, now, payload);
        if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
            stream.write_rtp(write);
        }
    }

    /// Says that the picture of a line is lost.
    pub fn lose(&mut self, line: usize) {
        let mid = self.lines[line].1;
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }
}

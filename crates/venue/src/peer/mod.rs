//! One connection: the only place that knows str0m.
//!
//! The rest of the crate sees turns out of it and packets into it, so another stack, or the next release of this one, changes
//! this folder and nothing else. Time comes in with every call.

mod answer;

use crate::engine::Transport;
use crate::limits::{LEAD, RESEND_AGE, RESEND_PACKETS, RESEND_SHARE};
use crate::media::{Codec, Layer, Packet, Place, Send, Source};
use crate::wire::{picture, red};
pub use answer::{AnswerError, Answerer, Part};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use str0m::bwe::{Bitrate, BweKind};
use str0m::media::{KeyframeRequestKind, Mid, Pt, Rid};
use str0m::net::{DatagramRecv, Protocol, Receive, TcpType};
use str0m::rtp::{ExtensionValues, RtpPacket, RtpWrite, Ssrc, VideoOrientation, Vp8Descriptor};
use str0m::{Event, Input, Output, Rtc};

/// Timeouts handled in a row without anything to send before the connection has to wait for its next turn.
const IDLE_TURNS: usize = 16;
/// What a connection that could not go on is asked again after.
const REST: Duration = Duration::from_millis(2);

/// What a connection has to say when it is asked.
#[derive(Debug)]
pub enum Turn {
    Send {
        transport: Transport,
        to: SocketAddr,
        bytes: Vec<u8>,
    },
    Media {
        source: Source,
        layer: Layer,
        packet: Packet,
    },
    Connected,
    /// The other side lost the picture of a slot.
    PictureLost {
        slot: usize,
    },
    /// What the link towards the other side carries, bit/s.
    Estimate(u64),
    /// Nothing until then.
    Wait(Instant),
    /// The connection has ended.
    Over,
}

/// One connection over ICE and DTLS-SRTP.
#[derive(Debug)]
pub struct Peer {
    rtc: Rtc,
    slots: Vec<Slot>,
    sources: Vec<Sending>,
    streams: Vec<(Ssrc, Source, Layer)>,
    fragment: String,
    idle: usize,
    /// Packets written that have not come out yet, and whether time should be given before the next question.
    queued: usize,
    due: bool,
    /// The latest time it was given; at most [`LEAD`] ahead of the present.
    clock: Instant,
}

#[derive(Debug)]
struct Slot {
    place: Place,
    mid: Mid,
    ready: Option<Ready>,
}

/// What is known of a slot once its line is open.
#[derive(Debug, Clone, Copy)]
struct Ready {
    stream: Ssrc,
    /// Payload types the other side has agreed to, by codec.
    payloads: [Option<Pt>; 4],
}

#[derive(Debug)]
struct Sending {
    mid: Mid,
    source: Source,
    /// Names of simulcast layers, from low to high; none without simulcast.
    layers: Vec<Rid>,
}

const CODECS: [Codec; 4] = [Codec::Opus, Codec::OpusRed, Codec::Vp8, Codec::H264];

impl Peer {
    /// The fragment by which STUN checks for this connection are known.
    pub fn fragment(&self) -> &str {
        &self.fragment
    }

    /// Places it has negotiated, in the order of its slots.
    pub fn places(&self) -> Vec<Place> {
        self.slots.iter().map(|slot| slot.place).collect()
    }

    /// What it may send, by its offer.
    pub fn sources(&self) -> Vec<Source> {
        self.sources.iter().map(|sending| sending.source).collect()
    }

    /// Takes in a datagram. `local` is the address it was sent to. What cannot be read is dropped, as from any network.
    pub fn receive(&mut self, now: Instant, transport: Transport, from: SocketAddr, local: SocketAddr, bytes: &[u8]) {
        let Ok(contents) = DatagramRecv::try_from(bytes) else { return };
        let proto = match transport {
            Transport::Udp => Protocol::Udp,
            Transport::Tcp => Protocol::Tcp,
        };
        self.clock = self.clock.max(now);
        let receive = Receive { proto, source: from, destination: local, contents };
        if let Err(fault) = self.rtc.handle_input(Input::Receive(self.clock, receive)) {
            tracing::debug!(%fault, "connection ended by what it received");
            self.rtc.disconnect();
        }
    }

    fn advance(&mut self, to: Instant) {
        self.clock = self.clock.max(to);
        let now = self.clock;
        if let Err(fault) = self.rtc.handle_input(Input::Timeout(now)) {
            tracing::debug!(%fault, "connection ended in a timeout");
            self.rtc.disconnect();
        }
    }

    /// Lets time pass, then gives the next thing it has to say; what is due within [`LEAD`] is done now. Asked until it says [`Turn::Wait`] or [`Turn::Over`].
    pub fn poll(&mut self, now: Instant) -> Turn {
        loop {
            if !self.rtc.is_alive() {
                return Turn::Over;
            }
            // The pacer lets one packet go for each time it is given. Giving it before it is asked for saves a walk through the
            // whole connection for every packet of a picture.
            if std::mem::take(&mut self.due) {
                self.advance(now);
            }
            let output = match self.rtc.poll_output() {
                Ok(output) => output,
                Err(fault) => {
                    tracing::debug!(%fault, "connection ended");
                    self.rtc.disconnect();
                    return Turn::Over;
                }
            };
            match output {
                Output::Timeout(at) if at > now + LEAD => {
                    self.idle = 0;
                    // What is left waits for the pacer, which says when.
                    self.queued = 0;
                    return Turn::Wait(at);
                }
                Output::Timeout(at) => {
                    self.idle += 1;
                    if self.idle > IDLE_TURNS {
                        self.idle = 0;
                        return Turn::Wait(now + REST);
                    }
                    self.advance(at.max(now));
                }
                Output::Transmit(transmit) => {
                    self.idle = 0;
                    self.queued = self.queued.saturating_sub(1);
                    self.due = self.queued > 0;
                    let transport = if transmit.proto == Protocol::Udp { Transport::Udp } else { Transport::Tcp };
                    return Turn::Send { transport, to: transmit.destination, bytes: transmit.contents.into() };
                }
                Output::Event(event) => {
                    if let Some(turn) = self.event(event) {
                        return turn;
                    }
                }
            }
        }
    }

    fn event(&mut self, event: Event) -> Option<Turn> {
        match event {
            Event::Connected => Some(Turn::Connected),
            Event::Closed => Some(Turn::Over),
            Event::RtpPacket(packet) => self.media(packet),
            Event::KeyframeRequest(request) => {
                let slot = self.slots.iter().position(|slot| slot.mid == request.mid)?;
                Some(Turn::PictureLost { slot })
            }
            Event::EgressBitrateEstimate(BweKind::Twcc { estimate, .. } | BweKind::Remb { estimate, .. }) => {
                Some(Turn::Estimate(estimate.as_u64()))
            }
            _ => None,
        }
    }

    fn media(&mut self, packet: RtpPacket) -> Option<Turn> {
        let (source, layer) = self.origin(packet.header.ssrc)?;
        let params = self.rtc.codec_config().params();
        let payload_type = packet.header.payload_type;
        let agreed = params.iter().find(|params| params.pt() == payload_type || params.red() == Some(payload_type))?;
        let codec = match agreed.spec().codec {
            str0m::format::Codec::Opus if agreed.red() == Some(payload_type) => Codec::OpusRed,
            str0m::format::Codec::Opus => Codec::Opus,
            str0m::format::Codec::Vp8 => Codec::Vp8,
            str0m::format::Codec::H264 => Codec::H264,
            _ => return None,
        };
        let seen = match codec {
            Codec::Vp8 => picture::vp8(&packet.payload)?,
            Codec::H264 => picture::h264(&packet.payload)?,
            Codec::Opus | Codec::OpusRed => picture::Picture::default(),
        };
        let packet = Packet {
            codec,
            stream: *packet.header.ssrc,
            sequence: *packet.seq_no,
            timestamp: packet.header.timestamp,
            marker: packet.header.marker,
            starts_key_frame: seen.starts_key_frame,
            numbers: seen.numbers,
            rotation: packet.header.ext_vals.video_orientation.map(|turned| turned as u8),
            payload: packet.payload,
            received: packet.timestamp,
        };
        Some(Turn::Media { source, layer, packet })
    }

    fn origin(&mut self, stream: Ssrc) -> Option<(Source, Layer)> {
        if let Some((_, source, layer)) = self.streams.iter().find(|(known, ..)| *known == stream) {
            return Some((*source, *layer));
        }
        let mut direct = self.rtc.direct_api();
        let seen = direct.stream_rx(&stream)?;
        let (mid, rid) = (seen.mid(), seen.rid());
        let sending = self.sources.iter().find(|sending| sending.mid == mid)?;
        let layer = match rid {
            Some(rid) => Layer::ALL[sending.layers.iter().position(|name| *name == rid)?],
            None => Layer::Low,
        };
        // A sender that begins anew has another number for the same layer; the old one is forgotten.
        self.streams.retain(|(_, source, of)| (*source, *of) != (sending.source, layer));
        self.streams.push((stream, sending.source, layer));
        Some((sending.source, layer))
    }

    /// Queues a packet for a slot. It goes out when the connection is next asked.
    pub fn write(&mut self, send: &Send, packet: &Packet) {
        let Some(ready) = self.ready(send.slot) else { return };
        let (payload_type, payload) = match (ready.payloads[packet.codec as usize], packet.codec) {
            (Some(payload_type), _) => (payload_type, packet.payload.clone()),
            // A receiver that has not agreed to redundancy gets the newest block alone.
            (None, Codec::OpusRed) => match (ready.payloads[Codec::Opus as usize], red::primary(&packet.payload)) {
                (Some(payload_type), Some(primary)) => (payload_type, Arc::from(primary)),
                _ => return,
            },
            (None, _) => return,
        };
        let mut write = RtpWrite::new(payload_type, send.sequence.into(), send.timestamp, packet.received, payload)
            .marker(packet.marker)
            .nackable(matches!(packet.codec, Codec::Vp8 | Codec::H264));
        if let Some(numbers) = send.numbers.filter(|numbers| Some(*numbers) != packet.numbers)
            && let Ok(descriptor) = Vp8Descriptor::parse(&packet.payload)
        {
            let mut patch = descriptor.patch().picture_id(numbers.picture);
            if let Some(base) = numbers.base {
                patch = patch.tl0_pic_idx(base);
            }
            if let Ok(patch) = patch.build() {
                write = write.vp8_patch(patch);
            }
        }
        if let Some(turned) = packet.rotation {
            write = write.ext_vals(ExtensionValues {
                video_orientation: Some(VideoOrientation::from(turned)),
                ..Default::default()
            });
        }
        if let Some(stream) = self.rtc.direct_api().stream_tx(&ready.stream) {
            stream.write_rtp(write);
            self.queued += 1;
            self.due = true;
        }
    }

    fn ready(&mut self, slot: usize) -> Option<Ready> {
        let known = self.slots.get(slot)?;
        if known.ready.is_some() {
            return known.ready;
        }
        let mid = known.mid;
        let agreed = self.rtc.media(mid)?.remote_pts().to_vec();
        let payload = |codec: Codec| {
            let mut params = self.rtc.codec_config().params().iter().filter(|params| agreed.contains(&params.pt()));
            match codec {
                Codec::Opus => params.find(|params| params.spec().codec == str0m::format::Codec::Opus)?.pt().into(),
                Codec::OpusRed => params.find(|params| params.spec().codec == str0m::format::Codec::Opus)?.red(),
                Codec::Vp8 => params.find(|params| params.spec().codec == str0m::format::Codec::Vp8)?.pt().into(),
                Codec::H264 => params.find(|params| params.spec().codec == str0m::format::Codec::H264)?.pt().into(),
            }
        };
        let payloads = CODECS.map(payload);
        let mut direct = self.rtc.direct_api();
        let stream = direct.stream_tx_by_mid(mid, None)?;
        stream.set_rtx_cache(RESEND_PACKETS, RESEND_AGE, Some(RESEND_SHARE));
        let ready = Ready { stream: stream.ssrc(), payloads };
        self.slots[slot].ready = Some(ready);
        Some(ready)
    }

    /// Asks the other side for a whole picture of one layer.
    pub fn ask_key_frame(&mut self, source: Source, layer: Layer) {
        let Some(sending) = self.sources.iter().find(|sending| sending.source == source) else { return };
        let rid = sending.layers.get(layer as usize).copied();
        let mid = sending.mid;
        if let Some(stream) = self.rtc.direct_api().stream_rx_by_mid(mid, rid) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
        }
    }

    /// What the other side would take, bit/s: the estimate is probed up to there.
    pub fn desire(&mut self, rate: u64) {
        self.rtc.bwe().set_bitrate(Bitrate::ZERO, Bitrate::from(rate));
    }

    /// Ends the connection; what is left to say is said at the next turns.
    pub fn close(&mut self) {
        if self.rtc.close().is_err() {
            self.rtc.disconnect();
        }
    }
}

/// A passive TCP candidate, as an answer names it.
const PASSIVE: TcpType = TcpType::Passive;

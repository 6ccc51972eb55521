//! From an offer to a connection and its answer. Nothing is sent; the caller carries the text.

use super::{PASSIVE, Peer, Sending, Slot};
use crate::limits::{AUDIO_SLOTS, FIRST_ESTIMATE};
use crate::media::{Place, Source};
use crate::wire::offer::{Kind, Line, Offer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;
use str0m::bwe::Bitrate;
use str0m::change::SdpOffer;
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::{Candidate, Rtc};
use thiserror::Error;

/// What a connection is for, and so what its offer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Sends and receives.
    Venue,
    /// Receives only: a viewer of a large audience, or a player over WHEP.
    Viewer,
    /// Sends only: an encoder over WHIP (RFC 9725).
    Encoder,
}

/// Why an offer was not answered.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum AnswerError {
    #[error("line {0} sends, and this connection is for watching only: offer it as recvonly")]
    ViewerSends(String),
    #[error("line {0} only receives, and an encoder sends: offer it as sendonly (RFC 9725, section 4.2)")]
    EncoderReceives(String),
    #[error("the offer is not understood: {0}")]
    NotUnderstood(String),
    #[error("address {0} cannot be offered to anybody: set an address of this machine that venues can reach")]
    Address(SocketAddr),
}

/// What all connections of one engine share: keys, certificate, addresses.
#[derive(Debug, Clone)]
pub struct Answerer {
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
    udp: Vec<SocketAddr>,
    tcp: Vec<SocketAddr>,
}

impl Answerer {
    /// Makes the certificate, once: its fingerprint is in every answer. `udp` and `tcp` are the addresses venues can reach.
    pub fn new(udp: Vec<SocketAddr>, tcp: Vec<SocketAddr>) -> Result<Self, AnswerError> {
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let made = crypto.dtls_provider.generate_certificate();
        let certificate = made.ok_or_else(|| AnswerError::NotUnderstood("no certificate could be made".into()))?;
        if let Some(address) = udp.iter().chain(&tcp).find(|address| address.ip().is_unspecified()) {
            return Err(AnswerError::Address(*address));
        }
        Ok(Self { crypto, certificate, udp, tcp })
    }

    /// Makes a connection for an offer, and the answer to it.
    pub fn answer(&self, offer: &Offer, part: Part, now: Instant) -> Result<(Peer, String), AnswerError> {
        for line in &offer.lines {
            match part {
                Part::Viewer if line.sends => return Err(AnswerError::ViewerSends(line.mid.clone())),
                Part::Encoder if line.receives && !line.sends => {
                    return Err(AnswerError::EncoderReceives(line.mid.clone()));
                }
                _ => {}
            }
        }
        let receives = part != Part::Encoder && offer.lines.iter().any(|line| line.receives);
        let mut rtc = self.connection(receives, now)?;
        let not_understood = |fault: &dyn std::fmt::Display| AnswerError::NotUnderstood(fault.to_string());
        let sdp = SdpOffer::from_sdp_string(&offer.text).map_err(|fault| not_understood(&fault))?;
        let answer = rtc.sdp_api().accept_offer(sdp).map_err(|fault| not_understood(&fault))?.to_sdp_string();
        let fragment = rtc.direct_api().local_ice_credentials().ufrag;
        let slots = if receives { slots(&offer.lines) } else { Vec::new() };
        let sources = sources(&offer.lines);
        Ok((
            Peer { rtc, slots, sources, streams: Vec::new(), fragment, idle: 0, queued: 0, due: false, clock: now },
            answer,
        ))
    }

    fn connection(&self, receives: bool, now: Instant) -> Result<Rtc, AnswerError> {
        let mut config = Rtc::builder()
            .set_ice_lite(true)
            .set_rtp_mode(true)
            .set_crypto_provider(self.crypto.clone())
            .set_dtls_cert(self.certificate.clone())
            .clear_codecs()
            .enable_opus(true, true)
            .enable_vp8(true)
            .enable_h264(true);
        if receives {
            config = config.enable_bwe(Some(Bitrate::from(FIRST_ESTIMATE)));
        }
        let mut rtc = config.build(now);
        for address in &self.udp {
            let candidate = Candidate::host(*address, "udp").map_err(|_| AnswerError::Address(*address))?;
            rtc.add_local_candidate(candidate);
        }
        for address in &self.tcp {
            let candidate = Candidate::builder().tcp().host(*address).tcptype(PASSIVE).build();
            rtc.add_local_candidate(candidate.map_err(|_| AnswerError::Address(*address))?);
        }
        Ok(rtc)
    }
}

/// Receiving lines in their order: pictures are stage, screen, thumbnails; sounds are numbered.
fn slots(lines: &[Line]) -> Vec<Slot> {
    let (mut pictures, mut sounds) = (0u8, 0u8);
    let mut slots = Vec::new();
    for line in lines.iter().filter(|line| line.receives) {
        let place = match line.kind {
            Kind::Video => {
                pictures += 1;
                match pictures {
                    1 => Place::Stage,
                    2 => Place::Screen,
                    other => Place::Thumbnail(other - 3),
                }
            }
            Kind::Audio => {
                sounds += 1;
                Place::Audio(sounds - 1)
            }
        };
        if usize::from(sounds) <= AUDIO_SLOTS || line.kind == Kind::Video {
            slots.push(Slot { place, mid: line.mid.as_str().into(), ready: None });
        }
    }
    slots
}

/// Sending lines in their order: the first sound is the microphone, the first picture the camera, the second the screen.
fn sources(lines: &[Line]) -> Vec<Sending> {
    let mut sources: Vec<Sending> = Vec::new();
    for line in lines.iter().filter(|line| line.sends) {
        let has = |source: Source| sources.iter().any(|sending| sending.source == source);
        let source = match line.kind {
            Kind::Audio if !has(Source::Microphone) => Source::Microphone,
            Kind::Video if !has(Source::Camera) => Source::Camera,
            Kind::Video if !has(Source::Screen) => Source::Screen,
            _ => continue,
        };
        let mut layers: Vec<_> = line.layers.iter().map(|name| name.as_str().into()).collect();
        // Encodings are named from low to high, as browsers send them; some encoders begin at the top.
        if line.layers.first().is_some_and(|name| matches!(name.as_str(), "h" | "f" | "hi" | "high" | "full")) {
            layers.reverse();
        }
        sources.push(Sending { mid: line.mid.as_str().into(), source, layers });
    }
    sources
}

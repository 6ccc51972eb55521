//! Every limit of the engine by name, each with its reason.

use std::time::Duration;

/// Characters of an offer. A browser with twenty media lines writes about 40 KB; the rest is not an offer.
pub const MAX_OFFER: usize = 64 * 1024;
/// Media lines of an offer: stage, screen, sixteen thumbnails, three sounds, three of one's own.
pub const MAX_LINES: usize = 24;
/// Simulcast layers of one line: low, middle, high.
pub const MAX_LAYERS: usize = 3;
/// Offers one address may make in [`OFFER_WINDOW`]. A meeting room behind one address has a dozen machines, and each may come back twice.
pub const OFFERS_PER_ADDRESS: usize = 30;
/// The span for [`OFFERS_PER_ADDRESS`].
pub const OFFER_WINDOW: Duration = Duration::from_secs(60);
/// Addresses whose offers are counted at once; above it the oldest windows are forgotten.
pub const MAX_COUNTED_ADDRESSES: usize = 10_000;
/// Connections of one engine: the 300 venues and 1,000 viewers of the aim, twice.
pub const MAX_PEERS: usize = 2_600;
/// Addresses one connection may be heard from (Wi-Fi, cable, mobile, IPv4 and IPv6); later ones are not remembered.
pub const MAX_ADDRESSES: usize = 8;
/// Bits a second one connection may send in: three layers of 150, 500 and 1,200 kbit/s, a screen of 2,500 and sound, with half again.
pub const MAX_INGRESS: u64 = 6_500_000;
/// Bytes a connection may be above [`MAX_INGRESS`] for a moment: a second of it, for key frames of all layers at once.
pub const INGRESS_BURST: u64 = MAX_INGRESS / 8;
/// A ticket is good for this long: enough to open the page and be asked for the camera.
pub const TICKET_LIFE: Duration = Duration::from_secs(300);
/// A connection that has not finished ICE and DTLS by then is dropped: the check over a bad link takes seconds, not minutes.
pub const CONNECT_WITHIN: Duration = Duration::from_secs(20);
/// Silence after which a connection is told as quiet. Browsers check consent every 5 s at most (RFC 7675).
pub const QUIET_AFTER: Duration = Duration::from_secs(6);
/// Silence after which a connection is over: what RFC 7675 gives consent to live.
pub const GONE_AFTER: Duration = Duration::from_secs(30);
/// Packets of one picture are gathered for at most this long before they go out together.
pub const GATHER: Duration = Duration::from_millis(1);
/// What is due this soon is done now: the kernel wakes by the millisecond, and a probe that runs late finds too small a link.
pub const LEAD: Duration = Duration::from_millis(1);
/// How often rates are read, layers allocated and key frames asked again.
pub const TICK: Duration = Duration::from_millis(100);
/// Between two key frame requests for one layer: a request needs a round trip and an encoder's turn.
pub const KEY_FRAME_EVERY: Duration = Duration::from_millis(400);
/// A layer that has sent nothing for this long is not offered to anybody.
pub const LAYER_SILENT: Duration = Duration::from_millis(1_500);
/// An improvement must have been affordable for this long before it is made; losses are made at once.
pub const UPGRADE_AFTER: Duration = Duration::from_millis(1_500);
/// The longest wait for an upgrade after several that did not hold.
pub const UPGRADE_AFTER_AT_MOST: Duration = Duration::from_secs(24);
/// An upgrade taken back within this time did not hold, and the next one waits twice as long.
pub const UPGRADE_HELD: Duration = Duration::from_secs(10);
/// Below this estimate (bit/s) a connection has sound only, and its page shows a still.
pub const AUDIO_ONLY_BELOW: u64 = 120_000;
/// Above this estimate (bit/s) pictures come back; the gap keeps a link at the edge from flickering.
pub const PICTURES_FROM: u64 = 150_000;
/// Sounds mixed at a receiver: chair, speaker, and one who answers.
pub const AUDIO_SLOTS: usize = 3;
/// Bits a second set aside for one sound: Opus at 32 kbit/s with one redundant block and headers.
pub const AUDIO_RATE: u64 = 48_000;
/// What the link of a receiver is taken for until it has been measured, bit/s.
pub const FIRST_ESTIMATE: u64 = 600_000;
/// Packets kept for a picture slot to be sent again, and for how long: two round trips of a rural link at 1.2 Mbit/s.
pub const RESEND_PACKETS: usize = 256;
/// See [`RESEND_PACKETS`].
pub const RESEND_AGE: Duration = Duration::from_millis(1_200);
/// Share of the bytes that may be repeats: 5 % loss with repeats of repeats stays far below; a link that loses a third needs fewer bytes, not more.
pub const RESEND_SHARE: f32 = 0.25;
/// Segments of one send: the kernel takes 64.
pub const MAX_SEGMENTS: usize = 60;
/// Bytes of one send: below the 65,535 of a UDP length with headers.
pub const MAX_RUN: usize = 60_000;
/// Connections over TCP: a fallback for the venues behind the strictest firewalls.
pub const MAX_TCP: usize = 512;
/// Bytes a TCP connection may have waiting before it is cut: half a second of the best layer. It has no use for old pictures.
pub const MAX_TCP_WAITING: usize = 256 * 1024;
/// Orders waiting for the media thread; more means that it has stopped.
pub const MAX_ORDERS: usize = 4_096;

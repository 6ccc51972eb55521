//! What the program holds: joins by a function call, orders, notices. The media thread is behind it.

use crate::door::Door;
use crate::driver::{self, Letter, ORDERS, Sockets};
use crate::engine::{Counts, Full, Notice, Offered, Order};
use crate::limits::{MAX_ORDERS, OFFER_WINDOW, OFFERS_PER_ADDRESS};
use crate::media::PeerId;
use crate::peer::{AnswerError, Answerer, Part};
use crate::ticket::{Ticket, TicketError, TicketKey};
use crate::wire::offer::{self, OfferError};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use thiserror::Error;

/// Where the engine listens, and what it is called from outside.
#[derive(Debug, Clone)]
pub struct Settings {
    /// UDP, and TCP on the same port. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Addresses venues can reach, without the port. What is behind a firewall that translates is named as outside.
    pub known_as: Vec<IpAddr>,
    /// TCP as the fallback for venues without UDP.
    pub tcp: bool,
    pub tickets: TicketKey,
}

/// Why the engine did not start.
#[derive(Debug, Error)]
pub enum StartError {
    #[error("no address to tell venues: set at least one address of this machine that they can reach")]
    NoAddress,
    #[error("{address} cannot be listened on: {fault}; choose a free port above 1024")]
    Listen { address: SocketAddr, fault: io::Error },
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error("the media thread did not start: {0}")]
    Thread(io::Error),
}

/// Why an offer was turned away.
#[derive(Debug, Error)]
pub enum JoinError {
    #[error(transparent)]
    Ticket(#[from] TicketError),
    #[error("this ticket is for a {0}: use the address that the meeting's page gives for it")]
    OtherPart(&'static str),
    #[error("{from} has made {OFFERS_PER_ADDRESS} offers in {} s: wait a minute, then join again", OFFER_WINDOW.as_secs())]
    TooMany { from: IpAddr },
    #[error(transparent)]
    Offer(#[from] OfferError),
    #[error(transparent)]
    Answer(#[from] AnswerError),
    #[error(transparent)]
    Full(#[from] Full),
    #[error("the media thread has stopped: restart the program, the meeting's record is safe")]
    Stopped,
}

/// A connection that has been answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    pub peer: PeerId,
    pub ticket: Ticket,
    /// The session description to give back.
    pub answer: String,
    pub offered: Offered,
}

/// The running engine. Dropping it ends the media thread.
pub struct Venue {
    letters: Option<SyncSender<Letter>>,
    waker: mio::Waker,
    notices: Mutex<Option<Receiver<Notice>>>,
    answerer: Answerer,
    tickets: TicketKey,
    door: Mutex<Door>,
    port: u16,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Venue {
    /// Binds the port and starts the media thread.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        if settings.known_as.is_empty() {
            return Err(StartError::NoAddress);
        }
        let listen = |fault| StartError::Listen { address: settings.listen, fault };
        let mut sockets = Sockets::bind(settings.listen, settings.tcp).map_err(listen)?;
        let port = sockets.port();
        let addresses: Vec<SocketAddr> = settings.known_as.iter().map(|ip| SocketAddr::new(*ip, port)).collect();
        sockets.known_as(addresses.clone());
        let tcp = if settings.tcp { addresses.clone() } else { Vec::new() };
        let answerer = Answerer::new(addresses, tcp)?;
        let waker = mio::Waker::new(sockets.poll.registry(), ORDERS).map_err(StartError::Thread)?;
        let (letters, inbox) = sync_channel(MAX_ORDERS);
        let (tell, notices) = channel();
        let thread = std::thread::Builder::new()
            .name("venue".into())
            .spawn(move || driver::run(sockets, inbox, tell))
            .map_err(StartError::Thread)?;
        Ok(Self {
            letters: Some(letters),
            waker,
            notices: Mutex::new(Some(notices)),
            answerer,
            tickets: settings.tickets,
            door: Mutex::default(),
            port,
            thread: Some(thread),
        })
    }

    /// The port for UDP and TCP.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What the engine tells. There is one listener: the first call gets it.
    pub fn notices(&self) -> Option<Receiver<Notice>> {
        self.notices.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Answers an offer: of a venue or a viewer, by its ticket. Takes the caller's time, not the media thread's.
    pub fn join(&self, ticket: &str, offer: &str, from: IpAddr) -> Result<Joined, JoinError> {
        let ticket = self.ticket(ticket)?;
        self.answer(ticket, offer, from)
    }

    /// Answers an encoder's offer (WHIP, RFC 9725). `bearer` is the token of its Authorization header. The program answers
    /// 201 with the text as `application/sdp` and a Location of its own, and takes DELETE there as [`Order::Dismiss`].
    pub fn whip(&self, bearer: &str, offer: &str, from: IpAddr) -> Result<Joined, JoinError> {
        let ticket = self.ticket(bearer)?;
        if ticket.part != Part::Encoder {
            return Err(JoinError::OtherPart("venue or a viewer"));
        }
        self.answer(ticket, offer, from)
    }

    /// Answers a player's offer (WHEP), as [`Venue::whip`] does an encoder's.
    pub fn whep(&self, bearer: &str, offer: &str, from: IpAddr) -> Result<Joined, JoinError> {
        let ticket = self.ticket(bearer)?;
        if ticket.part != Part::Viewer {
            return Err(JoinError::OtherPart("venue or an encoder"));
        }
        self.answer(ticket, offer, from)
    }

    /// Orders something. Carried out in the order of the calls.
    pub fn order(&self, order: Order) -> Result<(), JoinError> {
        self.send(Letter::Order(order))
    }

    /// What has been counted since the start.
    pub fn counts(&self) -> Result<Counts, JoinError> {
        let (reply, answer) = sync_channel(1);
        self.send(Letter::Counts(reply))?;
        answer.recv().map_err(|_| JoinError::Stopped)
    }

    fn ticket(&self, text: &str) -> Result<Ticket, JoinError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        Ok(self.tickets.check(text, now)?)
    }

    fn answer(&self, ticket: Ticket, offer: &str, from: IpAddr) -> Result<Joined, JoinError> {
        let now = Instant::now();
        if !self.door.lock().unwrap_or_else(PoisonError::into_inner).opens(from, now) {
            return Err(JoinError::TooMany { from });
        }
        let offer = offer::read(offer)?;
        let (peer, answer) = self.answerer.answer(&offer, ticket.part, now)?;
        let offered = Offered { places: peer.places(), sources: peer.sources() };
        let (reply, seated) = sync_channel(1);
        let admitted = !ticket.lobby;
        self.send(Letter::Seat { peer: Box::new(peer), meeting: ticket.meeting, admitted, reply })?;
        let peer = seated.recv().map_err(|_| JoinError::Stopped)??;
        Ok(Joined { peer, ticket, answer, offered })
    }

    fn send(&self, letter: Letter) -> Result<(), JoinError> {
        let letters = self.letters.as_ref().ok_or(JoinError::Stopped)?;
        letters.send(letter).map_err(|_| JoinError::Stopped)?;
        self.waker.wake().map_err(|_| JoinError::Stopped)
    }
}

impl Drop for Venue {
    fn drop(&mut self) {
        self.letters = None;
        // Without senders the thread ends by itself when it next wakes.
        let woken = self.waker.wake().is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _ = thread.join();
        }
    }
}

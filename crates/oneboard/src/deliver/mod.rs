//! Deliveries: at the edge, what the board says must be told goes out, and what became of it is recorded.
//!
//! A round takes what is due, sends it by its channel and submits the outcome. Nothing is remembered here: a server that stops in
//! the middle of a round finds the same deliveries waiting when it is back, and sends them again under the same message id, by
//! which mail programs and gateways know that it is the same. A demonstration sends nothing and says so.

mod address;
mod hook;
mod mail;
mod post;
mod push;
mod report;
mod text;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use board::notice::{Channel, Command as Record, Outcome};
use board::{Actor, At, Command, NoticeId, TextId};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::app::{App, WeakApp};
use crate::clock::Clock;
use crate::config::Config;
use crate::submit::{Submission, Text, TextKind, Unsubmitted, text_id};

pub use address::{AddressFault, Target};
pub use hook::Hook;
pub use mail::Mail;
pub use push::{FILE as PUSH_KEY, LONGEST_SUBSCRIPTION, Push, PushFault, PushKey, Subscription};
pub use report::{Report, ReportFault, SIGNATURE, TakeFault, signature, take};
pub use trust::{Secrecy, Trust, TrustFault};

/// Between two looks at what is due: a notice is read by a person.
const TICK: Duration = Duration::from_secs(2);
/// Deliveries on their way at once: a relay takes about as many connections from one sender.
const AT_ONCE: usize = 8;
/// A server that has not answered by then is not reached.
pub const PATIENCE: Duration = Duration::from_secs(20);
/// What a server said, kept in words: a line or two.
const LONGEST_WORDS: usize = 300;

/// What goes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The same for every try: RFC 5322 `Message-ID` without its brackets, and the hook's `Idempotency-Key`.
    pub id: String,
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// What became of one try, with the server's own words where it did not go well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    Sent,
    /// A gateway reported it, later.
    Delivered,
    Simulated,
    Refused(String),
    /// The receiver is no longer there at all.
    Gone(String),
    NotReached(String),
}

/// The ways out that are configured.
#[derive(Clone, Debug, Default)]
pub struct Ways {
    /// Nothing is sent; the record says simulated.
    pub simulated: bool,
    pub mail: Option<Mail>,
    pub hook: Option<Hook>,
    pub push: Option<Push>,
}

impl Ways {
    /// What the settings say; a demonstration has none but the pretence.
    ///
    /// # Errors
    /// [`TrustFault`]: the settings ask for TLS, and it cannot be spoken as they say.
    pub fn of(config: &Config, clock: &Clock, key: Option<&Arc<PushKey>>) -> Result<Self, TrustFault> {
        if matches!(clock, Clock::Demonstration(_)) {
            return Ok(Self { simulated: true, ..Self::default() });
        }
        if config.deliver_smtp.is_none() && config.deliver_hook.is_none() && key.is_none() {
            return Ok(Self::default());
        }
        let trust = Trust::open(config.deliver_authority.as_deref())?;
        Ok(Self {
            simulated: false,
            mail: Mail::of(config, &trust)?,
            hook: Hook::of(config, &trust)?,
            push: Push::of(config, &trust, key)?,
        })
    }

    async fn send(&self, channel: Channel, message: &Message) -> Tried {
        if self.simulated {
            return Tried::Simulated;
        }
        let none = |what: &str| Tried::Refused(what.to_owned());
        match channel {
            Channel::Email => match &self.mail {
                Some(mail) => mail.send(message).await,
                None => none("no mail server is configured (deliver.smtp)"),
            },
            Channel::Message => match &self.hook {
                Some(hook) => hook.send(message).await,
                None => none("no gateway is configured (deliver.hook)"),
            },
            Channel::Push => match &self.push {
                Some(push) => push.send(message).await,
                None => none("browsers take pushes only from a site with a name and TLS (site.domain, tls)"),
            },
        }
    }
}

/// Sends what is due until the app is gone.
pub async fn keep_delivering(app: WeakApp, ways: Ways) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(app) = app.upgrade() else { return };
        let now = app.now();
        if let Err(fault) = round(&app, &ways, now).await {
            tracing::error!(%fault, "what became of a delivery could not be recorded; it will be sent again");
        }
    }
}

/// One delivery that is due.
struct Due {
    notice: NoticeId,
    channel: Channel,
    message: Message,
}

/// What is due at `now`, at most [`AT_ONCE`]; in quiet hours emergencies alone.
fn due(app: &App, now: At) -> Vec<Due> {
    let published = app.submit.published();
    let waiting = published.board.notices.open().flat_map(|(id, notice)| {
        let is_due = move |delivery: &&board::notice::Delivery| {
            matches!(delivery.state, board::notice::State::Waiting { due } if due <= now)
        };
        notice.deliveries.iter().filter(is_due).map(move |delivery| (id, notice, delivery))
    });
    let minute = minute_of_day(app, now);
    waiting
        .filter(|(_, notice, _)| {
            let quiet = published.board.notices.channels(notice.to).quiet;
            notice.emergency || !quiet.is_some_and(|quiet| quiet.contains(minute))
        })
        .take(AT_ONCE)
        .map(|(id, notice, delivery)| {
            let message = text::message(app, id, notice, delivery);
            Due { notice: id, channel: delivery.channel, message }
        })
        .collect()
}

fn minute_of_day(app: &App, now: At) -> u16 {
    let instant = jiff::Timestamp::from_millisecond(now.millis()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let local = instant.to_zoned(app.zone.clone());
    u16::try_from(local.hour()).unwrap_or(0) * 60 + u16::try_from(local.minute()).unwrap_or(0)
}

/// One round: sends what is due at `now` and records what became of it. Returns how many were tried.
///
/// # Errors
/// [`Unsubmitted`]: an outcome was not kept, and its delivery still waits.
pub async fn round(app: &App, ways: &Ways, now: At) -> Result<usize, Unsubmitted> {
    let mut under_way = JoinSet::new();
    for Due { notice, channel, message } in due(app, now) {
        let ways = ways.clone();
        under_way.spawn(async move {
            let tried = if message.to.is_empty() {
                Tried::Refused("the address was erased".into())
            } else {
                ways.send(channel, &message).await
            };
            (notice, channel, tried)
        });
    }
    let mut count = 0;
    while let Some(done) = under_way.join_next().await {
        let Ok((notice, channel, tried)) = done else { continue };
        count += 1;
        record(app, notice, channel, tried).await?;
    }
    Ok(count)
}

/// Whether the outcome was recorded: it is not where the delivery was settled meanwhile.
async fn record(app: &App, notice: NoticeId, channel: Channel, tried: Tried) -> Result<bool, Unsubmitted> {
    let id = Uuid::now_v7();
    let mut texts = Vec::new();
    let mut said = |words: String| -> TextId {
        let text = text_id(id, 0);
        let body: String = words.chars().filter(|letter| !letter.is_control()).take(LONGEST_WORDS).collect();
        texts.push(Text { id: text, kind: TextKind::Words, body });
        text
    };
    let outcome = match tried {
        Tried::Sent => Outcome::Sent,
        Tried::Delivered => Outcome::Delivered,
        Tried::Simulated => Outcome::Simulated,
        Tried::Refused(words) => Outcome::Refused { words: said(words) },
        Tried::Gone(words) => Outcome::Gone { words: said(words) },
        Tried::NotReached(words) => Outcome::NotReached { words: said(words) },
    };
    let command = Command::Notice(Record::Record { notice, channel, outcome });
    match app.submit.submit(Submission { actor: Actor::Clock, id, command, texts }).await {
        // Settled meanwhile, by a gateway's own word or another round: nothing waits any more.
        Ok(_) => Ok(true),
        Err(Unsubmitted::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
mod tests;

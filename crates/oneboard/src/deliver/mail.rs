//! E-mail: handed to a relay by SMTP (RFC 5321), as much of it as a relay needs, encrypted unless the relay is on this machine.
//!
//! A permanent answer (5xx) is a refusal; a transient one (4xx), a relay that hangs, is not there or cannot prove who it is, is tried
//! again. A relay that was to encrypt and does not is told nothing, the name and the password (AUTH PLAIN, RFC 4616) least of all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufStream};

use super::{Message, PATIENCE, Secrecy, Target, Tried, Trust, TrustFault};
use crate::config::{Config, Security};

/// A line of an answer, in bytes (RFC 5321, 4.5.3.1.5).
const LONGEST_LINE: u64 = 512;
/// Lines of one answer: the extensions that a relay names.
const MOST_LINES: usize = 64;
/// Base 64 of a body in lines of this many letters (RFC 2045, 6.8).
const LINE: usize = 76;

#[derive(Clone, Debug)]
pub struct Mail {
    pub target: Target,
    pub from: String,
    pub credentials: Option<(String, String)>,
    pub security: Security,
    /// Whom to believe, unless it is in the clear.
    pub secrecy: Option<Secrecy>,
    pub patience: std::time::Duration,
}

impl Mail {
    /// The relay of the settings, where they name one.
    ///
    /// # Errors
    /// [`TrustFault`] where TLS cannot be spoken.
    pub fn of(config: &Config, trust: &Trust) -> Result<Option<Self>, TrustFault> {
        let Some(((host, port), from)) = config.deliver_smtp.clone().zip(config.deliver_from.clone()) else {
            return Ok(None);
        };
        let security = config.deliver_smtp_security;
        let secrecy = (security != Security::None).then(|| trust.secrecy()).transpose()?;
        let credentials = config.deliver_smtp_user.clone().zip(config.deliver_smtp_password.clone());
        let target = Target { host, port, private: config.deliver_private };
        Ok(Some(Self { target, from, credentials, security, secrecy, patience: PATIENCE }))
    }

    pub async fn send(&self, message: &Message) -> Tried {
        // A relay may answer each line just in time: the whole has one deadline.
        match tokio::time::timeout(self.patience, self.hand_over(message)).await {
            Ok(Ok(())) => Tried::Sent,
            Ok(Err(tried)) => tried,
            Err(_) => {
                Tried::NotReached(format!("the mail server did not answer within {} s", self.patience.as_secs_f32()))
            }
        }
    }

    async fn hand_over(&self, message: &Message) -> Result<(), Tried> {
        for address in [&self.from, &message.to] {
            if !is_address(address) {
                return Err(Tried::Refused(format!(
                    "\"{address}\" is no e-mail address: write it like wang@example.org"
                )));
            }
        }
        let stream = self.target.connect().await.map_err(|fault| Tried::NotReached(fault.to_string()))?;
        match (self.security, &self.secrecy) {
            (Security::None, _) => self.talk(Relay::greeted(stream).await?, message).await,
            (Security::StartTls, Some(secrecy)) => {
                let mut relay = Relay::greeted(stream).await?;
                let offered = relay.say("EHLO oneboard", 2).await?;
                if !offered.iter().any(|line| line.eq_ignore_ascii_case("STARTTLS")) {
                    return Err(Tried::NotReached("the mail server does not offer to encrypt (STARTTLS)".to_owned()));
                }
                relay.say("STARTTLS", 2).await?;
                // What was read ahead in the clear is not believed: it is left behind with the buffer (CVE-2011-0411).
                let stream =
                    secrecy.around(&self.target.host, relay.0.into_inner()).await.map_err(Tried::NotReached)?;
                self.talk(Relay(BufStream::new(stream)), message).await
            }
            (Security::Tls, Some(secrecy)) => {
                let stream = secrecy.around(&self.target.host, stream).await.map_err(Tried::NotReached)?;
                self.talk(Relay::greeted(stream).await?, message).await
            }
            (_, None) => Err(Tried::NotReached("no TLS can be spoken on this machine".to_owned())),
        }
    }

    /// Everything that is said once nobody else can hear it.
    async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        mut relay: Relay<S>,
        message: &Message,
    ) -> Result<(), Tried> {
        let Message { id, to, .. } = message;
        relay.say("EHLO oneboard", 2).await?;
        if let Some((user, word)) = &self.credentials {
            relay.say(&format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{user}\0{word}"))), 2).await?;
        }
        relay.say(&format!("MAIL FROM:<{}>", self.from), 2).await?;
        relay.say(&format!("RCPT TO:<{to}>"), 2).await?;
        relay.say("DATA", 3).await?;
        // Base 64 has no line that begins with a dot.
        let body = STANDARD.encode(&message.body);
        let lines: Vec<&str> =
            body.as_bytes().chunks(LINE).map(|line| std::str::from_utf8(line).unwrap_or("")).collect();
        let written = format!(
            "From: <{}>\r\nTo: <{to}>\r\nMessage-ID: <{id}>\r\nSubject: {}\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}\r\n.",
            self.from,
            encoded(&message.subject),
            lines.join("\r\n")
        );
        relay.say(&written, 2).await?;
        // It has been taken: how the relay says good-bye changes nothing.
        let _ = relay.say("QUIT", 2).await;
        Ok(())
    }
}

/// An address without anything that could end its line or its brackets.
fn is_address(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"\\,;:".contains(&byte));
    plain
        && text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// A header's words in encoded words of at most 75 letters each (RFC 2047).
fn encoded(words: &str) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for letter in words.chars() {
        // 45 bytes become 60 letters.
        if parts.last().is_none_or(|part| part.len() + letter.len_utf8() > 45) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    let encode = |part: &String| format!("=?utf-8?B?{}?=", STANDARD.encode(part));
    parts.iter().map(encode).collect::<Vec<_>>().join("\r\n ")
}

struct Relay<S>(BufStream<S>);

impl<S: AsyncRead + AsyncWrite + Unpin> Relay<S> {
    /// A relay speaks first.
    async fn greeted(stream: S) -> Result<Self, Tried> {
        let mut relay = Self(BufStream::new(stream));
        relay.expect(2).await?;
        Ok(relay)
    }

    /// Says a line, or the whole mail, and expects an answer of this hundred, whose lines it returns.
    async fn say(&mut self, line: &str, expected: u16) -> Result<Vec<String>, Tried> {
        let broken = |fault: std::io::Error| Tried::NotReached(format!("the mail server broke off: {fault}"));
        self.0.write_all(line.as_bytes()).await.map_err(broken)?;
        self.0.write_all(b"\r\n").await.map_err(broken)?;
        self.0.flush().await.map_err(broken)?;
        self.expect(expected).await
    }

    async fn expect(&mut self, expected: u16) -> Result<Vec<String>, Tried> {
        let (code, lines) = self.answer().await?;
        let words = lines.last().map_or("", String::as_str);
        match code / 100 {
            hundred if hundred == expected => Ok(lines),
            5 => Err(Tried::Refused(format!("the mail server refused: {code} {words}"))),
            _ => Err(Tried::NotReached(format!("the mail server did not take it: {code} {words}"))),
        }
    }

    /// A relay's answer: its number, and the words of each line.
    async fn answer(&mut self) -> Result<(u16, Vec<String>), Tried> {
        let lost = |why: &str| Tried::NotReached(format!("the mail server {why}"));
        let mut lines = Vec::new();
        while lines.len() < MOST_LINES {
            let mut line = Vec::new();
            let read = (&mut self.0).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
            read.map_err(|fault| lost(&format!("broke off: {fault}")))?;
            let line = String::from_utf8_lossy(&line);
            let code = line.get(..3).and_then(|code| code.parse().ok()).ok_or_else(|| lost("does not speak SMTP"))?;
            lines.push(line.get(4..).unwrap_or("").trim().to_owned());
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok((code, lines));
            }
        }
        Err(lost("does not come to an end"))
    }
}

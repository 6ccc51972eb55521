//! E-mail: to a relay of one's own, by SMTP (RFC 5321), as much of it as a relay needs.
//!
//! A permanent answer (5xx) is a refusal; a transient one (4xx), a relay that hangs or is not there is tried again. The relay is on
//! this machine or network and takes care of encryption further on; a name and a word go to it in the clear (AUTH PLAIN, RFC 4616).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufStream};
use tokio::net::TcpStream;

use super::{Message, PATIENCE, Target, Tried};
use crate::config::Config;

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
    pub patience: std::time::Duration,
}

/// A relay's answer: its number, and the words of its last line.
struct Answer {
    code: u16,
    words: String,
}

impl Mail {
    pub fn of(config: &Config) -> Option<Self> {
        let (host, port) = config.deliver_smtp.clone()?;
        let credentials = config.deliver_smtp_user.clone().zip(config.deliver_smtp_password.clone());
        let from = config.deliver_from.clone()?;
        Some(Self {
            target: Target { host, port, private: config.deliver_private },
            from,
            credentials,
            patience: PATIENCE,
        })
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
        let mut relay = Relay(BufStream::new(stream));
        let Message { id, to, .. } = message;
        relay.expect(2).await?;
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

struct Relay(BufStream<TcpStream>);

impl Relay {
    /// Says a line, or the whole mail, and expects an answer of this hundred.
    async fn say(&mut self, line: &str, expected: u16) -> Result<(), Tried> {
        let broken = |fault: std::io::Error| Tried::NotReached(format!("the mail server broke off: {fault}"));
        self.0.write_all(line.as_bytes()).await.map_err(broken)?;
        self.0.write_all(b"\r\n").await.map_err(broken)?;
        self.0.flush().await.map_err(broken)?;
        self.expect(expected).await
    }

    async fn expect(&mut self, expected: u16) -> Result<(), Tried> {
        let Answer { code, words } = self.answer().await?;
        match code / 100 {
            hundred if hundred == expected => Ok(()),
            5 => Err(Tried::Refused(format!("the mail server refused: {code} {words}"))),
            _ => Err(Tried::NotReached(format!("the mail server did not take it: {code} {words}"))),
        }
    }

    async fn answer(&mut self) -> Result<Answer, Tried> {
        let lost = |why: &str| Tried::NotReached(format!("the mail server {why}"));
        for _ in 0..MOST_LINES {
            let mut line = Vec::new();
            let read = (&mut self.0).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
            read.map_err(|fault| lost(&format!("broke off: {fault}")))?;
            let line = String::from_utf8_lossy(&line);
            let code = line.get(..3).and_then(|code| code.parse().ok()).ok_or_else(|| lost("does not speak SMTP"))?;
            if line.as_bytes().get(3) != Some(&b'-') {
                return Ok(Answer { code, words: line.get(4..).unwrap_or("").trim().to_owned() });
            }
        }
        Err(lost("does not come to an end"))
    }
}

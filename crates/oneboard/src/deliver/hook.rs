//! The hook: one HTTP request to the agency's gateway for each text message.
//!
//! `POST` of JSON `{"id", "to", "text"}` with `Idempotency-Key: id`. 2xx is sent; another answer below 500, but for 408 and 429, is a
//! refusal; anything else, and no answer, is tried again. Redirects are not followed.

use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};

use super::{Message, PATIENCE, Target, Tried};
use crate::config::Config;

/// A line of a status, in bytes; what is longer is none.
const LONGEST_LINE: u64 = 256;

#[derive(Clone, Debug)]
pub struct Hook {
    pub target: Target,
    pub path: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<String>,
    pub patience: std::time::Duration,
}

impl Hook {
    pub fn of(config: &Config) -> Option<Self> {
        let hook = config.deliver_hook.as_ref()?;
        let target = Target { host: hook.0.clone(), port: hook.1, private: config.deliver_private };
        Some(Self { target, path: hook.2.clone(), token: config.deliver_hook_token.clone(), patience: PATIENCE })
    }

    pub async fn send(&self, message: &Message) -> Tried {
        match tokio::time::timeout(self.patience, self.ask(message)).await {
            Ok(Ok(200..=299)) => Tried::Sent,
            Ok(Ok(status @ 300..=399)) => {
                Tried::Refused(format!("the gateway answered {status}; redirects are not followed"))
            }
            Ok(Ok(status)) => {
                let words = format!("the gateway answered {status}");
                let is_final = (400..=499).contains(&status) && !matches!(status, 408 | 429);
                if is_final { Tried::Refused(words) } else { Tried::NotReached(words) }
            }
            Ok(Err(words)) => Tried::NotReached(words),
            Err(_) => Tried::NotReached(format!("the gateway did not answer within {} s", self.patience.as_secs_f32())),
        }
    }

    /// Asks and reads the line of the status; a connection carries one request, and nothing of it outlives the answer.
    async fn ask(&self, message: &Message) -> Result<u16, String> {
        let mut stream = self.target.connect().await.map_err(|fault| fault.to_string())?;
        let broken = |fault: std::io::Error| format!("the gateway broke off: {fault}");
        let body = serde_json::json!({ "id": message.id, "to": message.to, "text": message.body }).to_string();
        let Self { target: Target { host, port, .. }, path, token, .. } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        let bearer = token.as_ref().map_or_else(String::new, |token| format!("authorization: Bearer {token}\r\n"));
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nidempotency-key: {}\r\n{bearer}\r\n{body}",
            body.len(),
            message.id
        );
        stream.write_all(request.as_bytes()).await.map_err(broken)?;
        let mut line = String::new();
        BufReader::new(stream).take(LONGEST_LINE).read_line(&mut line).await.map_err(broken)?;
        let status =
            line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)).and_then(|status| status.parse().ok());
        status.ok_or_else(|| "the gateway did not answer in HTTP".to_owned())
    }
}

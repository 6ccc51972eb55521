//! The hook: one HTTP request to the agency's gateway for each text message.
//!
//! `POST` of JSON `{"id", "to", "text"}` with `Idempotency-Key: id`. 2xx is sent; another answer below 500, but for 408 and 429, is a
//! refusal; anything else, and no answer, is tried again. What becomes of it the gateway may report later (`POST /notices/report`).

use super::post::Server;
use super::{Message, PATIENCE, Target, Tried, Trust, TrustFault};
use crate::config::{Config, Gateway};

#[derive(Clone, Debug)]
pub struct Hook {
    pub server: Server,
    pub path: String,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<String>,
    pub patience: std::time::Duration,
}

impl Hook {
    /// The gateway of the settings, where they name one.
    ///
    /// # Errors
    /// [`TrustFault`] where TLS cannot be spoken.
    pub fn of(config: &Config, trust: &Trust) -> Result<Option<Self>, TrustFault> {
        let Some(Gateway { secure, host, port, path }) = config.deliver_hook.clone() else { return Ok(None) };
        let secrecy = secure.then(|| trust.secrecy()).transpose()?;
        let server = Server { target: Target { host, port, private: config.deliver_private }, secrecy };
        Ok(Some(Self { server, path, token: config.deliver_hook_token.clone(), patience: PATIENCE }))
    }

    pub async fn send(&self, message: &Message) -> Tried {
        let Message { id, to, body, .. } = message;
        let body = serde_json::json!({ "id": id, "to": to, "text": body }).to_string();
        let bearer = self.token.as_ref().map(|token| format!("Bearer {token}"));
        let mut headers = vec![("content-type", "application/json"), ("idempotency-key", id.as_str())];
        headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
        let asked = self.server.post(&self.path, &headers, body.as_bytes());
        match tokio::time::timeout(self.patience, asked).await {
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
}

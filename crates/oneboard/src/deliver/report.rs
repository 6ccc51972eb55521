//! What a gateway reports later of what it took: that it arrived, or that it did not.
//!
//! ```text
//! POST /notices/report
//! Oneboard-Signature: HMAC-SHA256 of the body under deliver.hook_secret, as 64 hexadecimal digits
//! {"id": "…", "outcome": "delivered"}      or      {"id": "…", "outcome": "failed", "words": "no such number"}
//! ```
//!
//! `id` is that of the message as it was handed over. The same report twice is one.

use board::NoticeId;
use board::notice::Channel;
use hmac::{Hmac, KeyInit as _, Mac as _};
use journal::checkpoint::{hex, unhex};
use schemars::JsonSchema;
use serde::Deserialize;
use sha2::Sha256;

use super::{Tried, record};
use crate::app::App;
use crate::submit::Unsubmitted;

/// The header with the signature.
pub const SIGNATURE: &str = "oneboard-signature";

/// Why a report is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    #[error(
        "the report is not signed with the secret of this installation: send {SIGNATURE}, the HMAC-SHA256 of the body in hexadecimal"
    )]
    Unsigned,
    #[error("the report cannot be read: {0}; send {{\"id\", \"outcome\": \"delivered\" or \"failed\", \"words\"}}")]
    Unreadable(String),
    #[error("\"{0}\" is not the id of a message that was handed to a gateway: send it as it came")]
    NotOurs(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Delivered,
    Failed,
}

/// A report as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
pub struct Report {
    /// The id of the message, as it was handed over.
    pub id: String,
    pub outcome: Fate,
    /// Why it did not arrive.
    pub words: Option<String>,
}

impl Report {
    /// Reads what was signed, and nothing else.
    ///
    /// # Errors
    /// [`ReportFault`]; the signature is looked at first.
    pub fn read(secret: &str, signed: Option<&str>, body: &[u8]) -> Result<Self, ReportFault> {
        let given = signed.and_then(unhex::<32>).ok_or(ReportFault::Unsigned)?;
        mac(secret, body).verify_slice(&given).map_err(|_| ReportFault::Unsigned)?;
        serde_json::from_slice(body).map_err(|fault| ReportFault::Unreadable(fault.to_string()))
    }

    /// The notice that it is about: `NOTICE.CHANNEL@DOMAIN`.
    ///
    /// # Errors
    /// [`ReportFault::NotOurs`].
    pub fn notice(&self) -> Result<NoticeId, ReportFault> {
        let read = || {
            let (notice, channel) = self.id.split_once('@')?.0.split_once('.')?;
            (channel.parse() == Ok(Channel::Message as u8)).then(|| notice.parse().ok()).flatten()
        };
        read().ok_or_else(|| ReportFault::NotOurs(self.id.chars().take(80).collect()))
    }
}

/// Why a report is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum TakeFault {
    #[error(transparent)]
    Report(#[from] ReportFault),
    #[error(transparent)]
    Unsubmitted(#[from] Unsubmitted),
}

/// Records what a gateway reports. False where it was known already.
///
/// # Errors
/// [`TakeFault`]: it names none of our messages, or could not be kept.
pub async fn take(app: &App, report: &Report) -> Result<bool, TakeFault> {
    let tried = match report.outcome {
        Fate::Delivered => Tried::Delivered,
        Fate::Failed => {
            let words = report.words.clone().filter(|words| !words.trim().is_empty());
            Tried::Refused(words.unwrap_or_else(|| "the gateway reports that it did not arrive".to_owned()))
        }
    };
    Ok(record(app, report.notice()?, Channel::Message, tried).await?)
}

fn mac(secret: &str, body: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("an HMAC takes a key of any length").chain_update(body)
}

/// The signature of a body, as a gateway sends it.
pub fn signature(secret: &str, body: &[u8]) -> String {
    hex(&mac(secret, body).finalize().into_bytes())
}

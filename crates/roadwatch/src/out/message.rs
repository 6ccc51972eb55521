//! Our own measures as CAP 1.2, each message naming all earlier ones of its chain.

use super::InForce;
use crate::area::bounds;
use crate::cap::{
    Alert, Area, Category, Certainty, Info, Key, MsgType, Pair, Reference, ResponseType, Scope, Severity, Status,
    Urgency, Version,
};
use crate::network::Network;
use crate::rules::Measure;
use crate::time::Moment;

/// Margin around sections in published polygons, in degrees; about 200 m.
const MARGIN: f64 = 0.002;

/// What a message needs besides its measures.
#[derive(Debug, Clone, PartialEq)]
pub struct Publication {
    /// Our sender's name.
    pub sender: String,
    /// Our name in words.
    pub sender_name: String,
    /// The message's number.
    pub identifier: String,
    /// When it is sent.
    pub sent: Moment,
    /// Actual, or what it is otherwise; a drill is never Actual.
    pub status: Status,
    /// The earlier messages of this chain, the latest last.
    pub chain: Vec<Key>,
}

/// Why a message is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// A name that references could not carry.
    #[error("{0:?} cannot name a message; sender and number may not be empty or have spaces, commas, < or &")]
    Name(String),
    /// Nothing to say and nothing to take back.
    #[error("there is no measure in force and no earlier message; there is nothing to publish")]
    Nothing,
    /// Sent before a message it follows.
    #[error("the message is sent at {sent}, not after {before}, which it follows; check the clock")]
    Order {
        /// When it is sent.
        sent: Moment,
        /// When the earlier one was sent.
        before: Moment,
    },
    /// A section that is not in the network.
    #[error("the section {0} is not in the network; publish with the network the measure was made on")]
    UnknownSection(String),
}

/// Makes the message that says what is in force now: an `Alert` first, then `Update`s, and a `Cancel` when all is lifted.
///
/// # Errors
/// [`PublishError`]; a message that could mislead is not made.
pub fn publish(network: &Network, in_force: &[InForce], publication: &Publication) -> Result<Alert, PublishError> {
    for name in [&publication.sender, &publication.identifier] {
        if name.is_empty() || name.contains([' ', ',', '<', '&', '\t', '\n', '\r']) {
            return Err(PublishError::Name(name.clone()));
        }
    }
    if let Some(before) = publication.chain.iter().find(|k| k.sent.seconds >= publication.sent.seconds) {
        return Err(PublishError::Order { sent: publication.sent, before: before.sent });
    }
    let msg_type = match (publication.chain.is_empty(), in_force.is_empty()) {
        (true, true) => return Err(PublishError::Nothing),
        (true, false) => MsgType::Alert,
        (false, false) => MsgType::Update,
        (false, true) => MsgType::Cancel,
    };
    let mut infos = Vec::new();
    for measure in in_force {
        infos.push(info(network, measure, publication, true)?);
        infos.push(info(network, measure, publication, false)?);
    }
    Ok(Alert {
        version: Version::V1_2,
        key: Key {
            sender: publication.sender.clone(),
            identifier: publication.identifier.clone(),
            sent: publication.sent,
        },
        status: publication.status,
        msg_type,
        source: None,
        scope: Some(Scope::Public),
        restriction: None,
        addresses: None,
        codes: Vec::new(),
        note: None,
        references: publication.chain.iter().cloned().map(Reference).collect(),
        unreadable_references: Vec::new(),
        incidents: None,
        infos,
        signed: false,
    })
}

fn info(network: &Network, measure: &InForce, publication: &Publication, chinese: bool) -> Result<Info, PublishError> {
    let (text, reason) = if chinese {
        (measure.measure.zh(), measure.reason_zh.clone())
    } else {
        (measure.measure.en(), measure.reason_en.clone())
    };
    let closes = matches!(measure.measure, Measure::Closure { .. });
    Ok(Info {
        language: if chinese { "zh-CN" } else { "en" }.to_owned(),
        categories: vec![Category::Transport],
        event: if chinese { "交通管制" } else { "traffic measure" }.to_owned(),
        responses: vec![if closes { ResponseType::Avoid } else { ResponseType::Execute }],
        urgency: Urgency::Immediate,
        severity: if closes { Severity::Severe } else { Severity::Moderate },
        certainty: Certainty::Observed,
        audience: None,
        event_codes: Vec::new(),
        effective: Some(measure.since),
        onset: None,
        // The review time: a measure that nobody renews must not stand in other systems for ever.
        expires: Some(measure.review),
        sender_name: Some(publication.sender_name.clone()),
        headline: Some(text),
        description: Some(reason),
        instruction: None,
        web: None,
        contact: None,
        parameters: Vec::new(),
        resources: Vec::new(),
        areas: measure.sections.iter().map(|id| area(network, *id, chinese)).collect::<Result<_, _>>()?,
    })
}

fn area(network: &Network, id: crate::network::SectionId, chinese: bool) -> Result<Area, PublishError> {
    let section = network.section(id).ok_or_else(|| PublishError::UnknownSection(id.to_string()))?;
    let [west, south, east, north] = bounds(network.line(section));
    let (west, south, east, north) = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN);
    let corner = |lat: f64, lon: f64| format!("{lat:.5},{lon:.5}");
    let ring =
        [corner(south, west), corner(south, east), corner(north, east), corner(north, west), corner(south, west)];
    let heading = section.heading(network);
    let heading = if chinese { heading.zh() } else { heading.en() };
    let label = network.road(section).label();
    Ok(Area {
        description: format!("{label} {heading}").trim().to_owned(),
        polygons: vec![ring.join(" ")],
        geocodes: vec![Pair { name: "section".to_owned(), value: id.to_string() }],
        ..Area::default()
    })
}

//! Official warnings in, road sections and proposed traffic measures out.
//!
//! The crate is pure and synchronous: bytes in, values out, no network, no clock. It knows nothing of who uses it.
//!
//! | step | module |
//! |---|---|
//! | bytes to alerts; what is in force | [`cap`] on [`xml`] and [`time`] |
//! | a warning signal by hand or from an alert | [`signal`] |
//! | where it holds | [`area`] |
//! | which road sections that touches | [`network`], [`matching`] |
//! | what to propose there, and who may approve it | [`rules`] |
//! | a way round | [`diversion`] |
//! | what leaves the house | [`out`] |
//! | lines for the command line | [`report`] |
//!
//! ```
//! use roadwatch::{area, cap, network::Network, rules, signal};
//!
//! let roads = r#"{"features": [{"properties": {"highway": "motorway", "ref": "G22"}, "geometry":
//!     {"type": "LineString", "coordinates": [[107.5, 35.5], [107.6, 35.5]]}}]}"#;
//! let network = Network::from_geojson(roads.as_bytes()).expect("a network");
//!
//! let message = "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>1</identifier><sender>cma</sender>\
//!     <sent>2026-02-14T18:00:00+08:00</sent><status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info>\
//!     <category>Met</category><event>道路结冰橙色预警</event><urgency>Expected</urgency><severity>Severe</severity>\
//!     <certainty>Likely</certainty><area><areaDesc>西峰</areaDesc>\
//!     <polygon>35,107 35,108 36,108 36,107 35,107</polygon></area></info></alert>";
//! let reading = cap::read(message.as_bytes(), &cap::Options::default());
//! let alert = reading.usable().next().expect("a valid alert");
//!
//! let signal::Classified::ByWords(hazard, colour) = signal::classify(alert, &Default::default()) else { panic!() };
//! let shapes = area::resolve(&alert.infos[0].areas[0], &[]).shapes;
//! let touched = network.index().touched_by_any(&shapes);
//! let section = &network.sections()[touched[0] as usize];
//!
//! let now = rules::Conditions { warnings: [(hazard, colour)].into(), ..Default::default() };
//! let proposals = rules::Rules::default_table().propose(section.into(), &now);
//! assert_eq!(proposals[0].measure.zh(), "限速40公里/小时");
//! assert_eq!(proposals[0].approver, rules::Tier::Municipal);
//! ```

#![warn(missing_docs)]

pub mod area;
pub mod cap;
pub mod diversion;
pub mod matching;
pub mod network;
pub mod out;
pub mod report;
pub mod rules;
pub mod signal;
pub mod time;
pub mod xml;

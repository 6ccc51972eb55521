//! What leaves the house: GeoJSON for maps, CAP 1.2 for other systems, notices in words for the public.
//!
//! The caller says which measures are in force; nothing internal — posts, names, callsigns — is known here.

mod geojson;
mod message;
mod notice;

pub use geojson::sections_geojson;
pub use message::{Publication, PublishError, publish};
pub use notice::{Notice, notice_en, notice_zh};

use serde::Serialize;

use crate::network::SectionId;
use crate::rules::Measure;
use crate::time::Moment;

/// A measure in force on some sections.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InForce {
    /// The measure.
    pub measure: Measure,
    /// Where.
    pub sections: Vec<SectionId>,
    /// Since when.
    pub since: Moment,
    /// When it is reviewed; every measure has such a time.
    pub review: Moment,
    /// Why, in English.
    pub reason_en: String,
    /// Why, in Chinese.
    pub reason_zh: String,
}

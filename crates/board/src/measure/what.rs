//! What is done to a section of road, and which of two of one kind is the stricter.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Refusal;
use crate::section::{Class, Section};

/// Who may approve, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// The duty officer of the unit that answers for the section.
    DutyOfficer,
    County,
    Municipal,
    /// The provincial traffic police: outside this force. It is asked, and its word is recorded.
    Province,
}

impl Tier {
    pub const ALL: [Self; 4] = [Self::DutyOfficer, Self::County, Self::Municipal, Self::Province];
}

/// Vehicles that a measure is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Vehicle {
    Hazmat,
    Coach,
    Oversize,
    TruckToThreeAxles,
    HeavyTruck,
    HighSided,
    Car,
}

impl Vehicle {
    pub const ALL: [Self; 7] = [
        Self::Hazmat,
        Self::Coach,
        Self::Oversize,
        Self::TruckToThreeAxles,
        Self::HeavyTruck,
        Self::HighSided,
        Self::Car,
    ];
}

/// How much of a road is closed, least first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Closure {
    WhenNecessary,
    /// Who is on the road leaves at the next exit.
    Entrances,
    Section,
}

/// Where extra posts stand.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PostsAt {
    Slopes,
    FloodPoints,
}

/// A traffic measure, or an act that goes with one. The order is that of a list: what drivers feel most comes first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    Closure {
        extent: Closure,
    },
    Diversion,
    SpeedLimit {
        kmh: u16,
    },
    AdvisorySpeed {
        kmh: u16,
    },
    Gap {
        metres: u16,
    },
    NoOvertaking,
    /// These may not enter.
    Ban {
        vehicles: BTreeSet<Vehicle>,
    },
    /// These need chains.
    Chains {
        vehicles: BTreeSet<Vehicle>,
    },
    /// Police cars lead, at this speed or at one they choose.
    Convoy {
        kmh: Option<u16>,
    },
    /// These pass only under escort.
    Escort {
        vehicles: BTreeSet<Vehicle>,
    },
    MeteredEntry,
    Gritting,
    Ploughs,
    ExtraPosts {
        at: PostsAt,
    },
    Patrol,
    MessageSigns,
    Observe,
}

/// A kind of measure: of each there is one in force on a section at most.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Closure,
    Diversion,
    SpeedLimit,
    AdvisorySpeed,
    Gap,
    NoOvertaking,
    Ban,
    Chains,
    Convoy,
    Escort,
    MeteredEntry,
    Gritting,
    Ploughs,
    PostsOnSlopes,
    PostsAtFloodPoints,
    Patrol,
    MessageSigns,
    Observe,
}

/// Speeds that signs can show.
pub const SPEEDS: std::ops::RangeInclusive<u16> = 5..=120;
/// Distances that a driver can keep.
pub const GAPS: std::ops::RangeInclusive<u16> = 20..=500;

impl What {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Closure { .. } => Kind::Closure,
            Self::Diversion => Kind::Diversion,
            Self::SpeedLimit { .. } => Kind::SpeedLimit,
            Self::AdvisorySpeed { .. } => Kind::AdvisorySpeed,
            Self::Gap { .. } => Kind::Gap,
            Self::NoOvertaking => Kind::NoOvertaking,
            Self::Ban { .. } => Kind::Ban,
            Self::Chains { .. } => Kind::Chains,
            Self::Convoy { .. } => Kind::Convoy,
            Self::Escort { .. } => Kind::Escort,
            Self::MeteredEntry => Kind::MeteredEntry,
            Self::Gritting => Kind::Gritting,
            Self::Ploughs => Kind::Ploughs,
            Self::ExtraPosts { at: PostsAt::Slopes } => Kind::PostsOnSlopes,
            Self::ExtraPosts { at: PostsAt::FloodPoints } => Kind::PostsAtFloodPoints,
            Self::Patrol => Kind::Patrol,
            Self::MessageSigns => Kind::MessageSigns,
            Self::Observe => Kind::Observe,
        }
    }

    /// The strictest of two of one kind: the lower speed, the greater distance, the wider closure, the vehicles of both. Of two
    /// kinds it is the first.
    ///
    /// ```
    /// use board::measure::What;
    ///
    /// let (forty, sixty) = (What::SpeedLimit { kmh: 40 }, What::SpeedLimit { kmh: 60 });
    /// assert_eq!(sixty.strictest(&forty), forty);
    /// assert!(forty.covers(&sixty) && !sixty.covers(&forty));
    /// ```
    #[must_use]
    pub fn strictest(&self, other: &Self) -> Self {
        let both = |one: &BTreeSet<Vehicle>, two: &BTreeSet<Vehicle>| one.union(two).copied().collect();
        match (self, other) {
            (Self::Closure { extent: one }, Self::Closure { extent: two }) => Self::Closure { extent: *one.max(two) },
            (Self::SpeedLimit { kmh: one }, Self::SpeedLimit { kmh: two }) => Self::SpeedLimit { kmh: *one.min(two) },
            (Self::AdvisorySpeed { kmh: one }, Self::AdvisorySpeed { kmh: two }) => {
                Self::AdvisorySpeed { kmh: *one.min(two) }
            }
            (Self::Gap { metres: one }, Self::Gap { metres: two }) => Self::Gap { metres: *one.max(two) },
            (Self::Ban { vehicles: one }, Self::Ban { vehicles: two }) => Self::Ban { vehicles: both(one, two) },
            (Self::Chains { vehicles: one }, Self::Chains { vehicles: two }) => {
                Self::Chains { vehicles: both(one, two) }
            }
            (Self::Escort { vehicles: one }, Self::Escort { vehicles: two }) => {
                Self::Escort { vehicles: both(one, two) }
            }
            (Self::Convoy { kmh: one }, Self::Convoy { kmh: two }) => {
                // A speed is stricter than one that the escort chooses.
                Self::Convoy { kmh: one.iter().chain(two).min().copied() }
            }
            _ => self.clone(),
        }
    }

    /// Is this of the same kind, and at least as strict?
    pub fn covers(&self, other: &Self) -> bool {
        self.kind() == other.kind() && self.strictest(other) == *self
    }

    /// The tier below which nobody may decide it, whatever a table says: an expressway is closed by the province alone.
    pub fn least_tier(&self, section: &Section) -> Tier {
        match (self, section.class) {
            (Self::Closure { .. }, Class::Expressway) => Tier::Province,
            (Self::Closure { .. } | Self::Diversion, _) => Tier::County,
            _ => Tier::DutyOfficer,
        }
    }

    /// Who approves it where no rule says so: the law's least, and never below the county, for a person's judgement has no
    /// plan behind it.
    pub fn usual_tier(&self, section: &Section) -> Tier {
        let usual = if section.class == Class::Expressway { Tier::Municipal } else { Tier::County };
        self.least_tier(section).max(usual)
    }

    /// Can signs show it, and does it name what it is for?
    pub(super) fn check(&self) -> Result<(), Refusal> {
        match self {
            Self::SpeedLimit { kmh } | Self::AdvisorySpeed { kmh } | Self::Convoy { kmh: Some(kmh) } => {
                if SPEEDS.contains(kmh) && kmh.is_multiple_of(5) {
                    Ok(())
                } else {
                    Err(Refusal::SpeedOnNoSign { kmh: *kmh })
                }
            }
            Self::Gap { metres } if !GAPS.contains(metres) => Err(Refusal::GapNobodyKeeps { metres: *metres }),
            Self::Ban { vehicles } | Self::Chains { vehicles } | Self::Escort { vehicles } if vehicles.is_empty() => {
                Err(Refusal::ForNoVehicle)
            }
            _ => Ok(()),
        }
    }
}

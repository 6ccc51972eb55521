//! The demonstration: *Longdong*, an invented prefecture in the snow, and one night of its Spring Festival.
//!
//! Nothing here has a way of its own to the board: what happened before tonight is seeded through
//! [`Submit`](crate::submit::Submit) with the clock set to each instant ([`seed`]), and tonight is played through it while
//! visitors act ([`player`]). Everything follows from a seed, so the same seed gives the same night.
//!
//! ```no_run
//! # fn main() -> Result<(), oneboard::demo::SeedFault> {
//! let demonstration = oneboard::demo::prepare(std::path::Path::new("data"), 7)?;
//! assert_eq!(demonstration.cast.people[0].0, "duty-officer");
//! // Open the server on the same folder with a clock at `demonstration.cast.now`, then play `demonstration.acts`.
//! # Ok(())
//! # }
//! ```

pub mod act;
mod answers;
pub mod geography;
pub mod longdong;
mod names;
mod night;
mod orders;
mod places;
pub mod plan;
pub mod player;
pub mod posts;
mod presence;
mod random;
mod roads;
pub mod script;
pub mod seed;
pub mod staff;
#[cfg(test)]
mod tests;
mod watches;
mod words;

use std::path::Path;

use board::{At, OperationId, PersonId, UnitId};

use act::Act;
use geography::Geography;
use longdong::Longdong;
pub use seed::{SeedFault, Stage};
use staff::{CAST, Staff};

use crate::submit::Submit;

/// The time zone of Longdong.
pub const TIME_ZONE: &str = "Asia/Shanghai";

/// Who can be signed in as, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cast {
    pub bureau: UnitId,
    pub operation: OperationId,
    pub last_operation: OperationId,
    /// The people of the demonstration, by the name of their sign-in link.
    pub people: [(&'static str, PersonId); CAST.len()],
    /// When the demonstration begins; a folder that has been played in goes on later.
    pub now: At,
}

/// A demonstration that is ready to be served.
pub struct Demonstration {
    pub cast: Cast,
    pub geography: Geography,
    /// What is still to be played, for [`player::play`].
    pub acts: Vec<Act>,
}

impl Demonstration {
    /// Goes on from the last entry of a folder that has been played in.
    fn from(mut self, last: At) -> Self {
        self.cast.now = self.cast.now.max(last);
        self.acts.drain(..self.acts.partition_point(|act| act.at < last));
        self
    }
}

/// Seeds the journal in `data` and closes it again. Seeding a folder twice changes nothing.
///
/// # Errors
/// [`SeedFault`].
pub fn prepare(data: &Path, seed: u64) -> Result<Demonstration, SeedFault> {
    let (demonstration, before) = write(seed);
    let last = seed::into_folder(data, seed, &before)?;
    Ok(demonstration.from(last))
}

/// Seeds a board whose writer reads `stage` as its clock.
///
/// # Errors
/// [`SeedFault`].
pub async fn seed(submit: &Submit, stage: &Stage, seed: u64) -> Result<Demonstration, SeedFault> {
    let (demonstration, before) = write(seed);
    seed::play(submit, stage, seed, &before).await?;
    Ok(demonstration.from(submit.published().at))
}

/// The demonstration of a seed, and what lies before it.
fn write(seed: u64) -> (Demonstration, Vec<Act>) {
    let longdong = Longdong::new(seed);
    let staff = Staff::new(&longdong);
    let script = script::script(&longdong, &staff);
    let people = staff.cast.map(|person| longdong.person(person));
    let cast = Cast {
        bureau: longdong.unit(longdong.sections.bureau),
        operation: plan::THIS_YEAR.operation(seed),
        last_operation: plan::LAST_YEAR.operation(seed),
        people: std::array::from_fn(|n| (CAST[n], people[n])),
        now: script::begins(),
    };
    (Demonstration { cast, geography: longdong.geography, acts: script.tonight }, script.before)
}

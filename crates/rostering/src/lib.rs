//! Rosters that are legal, fair and close to a proven bound: solve, repair, explain, check.
//!
//! The crate knows nothing of any product: a [`problem::Problem`] goes in, a [`problem::Roster`] comes out,
//! and [`checker`], which shares no code with the search, has judged it before it does.
//!
//! ```
//! use rostering::{format::curtois, solve::{Options, solve}};
//! let text = "SECTION_HORIZON\n7\nSECTION_SHIFTS\nD,480,\nSECTION_STAFF\nA,D=7,2400,960,5,2,2,1\n\
//!             SECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\nSECTION_SHIFT_OFF_REQUESTS\nSECTION_COVER\n0,D,1,100,1\n";
//! let problem = curtois::read(text).unwrap();
//! let solution = solve(&problem, &Options { seconds: Some(1.0), ..Options::default() }, &mut |_| true).unwrap();
//! assert_eq!(solution.penalty, 0);
//! assert_eq!(solution.bound.map(|bound| bound.value), Some(0));
//! ```

pub mod checker;
pub mod cli;
pub mod explain;
pub mod format;
pub mod generate;
mod model;
pub mod problem;
pub mod repair;
pub mod rules;
mod search;
pub mod solve;
mod validate;

pub use validate::{ProblemError, validate};

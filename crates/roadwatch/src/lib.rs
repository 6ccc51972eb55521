//! Official warnings in, road sections and proposed traffic measures out.
//!
//! Placeholder while the crate grows.

pub mod area;
pub mod cap;
pub mod matching;
pub mod network;
pub mod report;
pub mod time;
pub mod xml;

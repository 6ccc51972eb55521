//! What the tests and the bench share.

pub mod client;
pub mod world;

//! What the tests and the bench share.

pub mod client;
pub mod live;
pub mod world;

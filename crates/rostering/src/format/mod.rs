//! Readers and writers of public benchmark formats.

pub mod curtois;
pub mod inrc2;

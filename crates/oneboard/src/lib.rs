//! Oneboard: the whole force on one board. The server, as a library so that tests and benches can run it.

pub mod submit;

//! Oneboard: the whole force on one board. The server, as a library so that tests and benches can run it.

pub mod accounts;
pub mod app;
pub mod archive;
pub mod audit;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod figures;
pub mod found;
pub mod fragment;
pub mod health;
pub mod http;
pub mod listen;
pub mod locales;
pub mod lookout;
pub mod page;
pub mod records;
pub mod routes;
pub mod server;
pub mod sheets;
pub mod shell;
pub mod sign_in;
pub mod submit;
pub mod telemetry;
pub mod views;

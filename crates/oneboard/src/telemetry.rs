//! What the server tells its keepers: structured logs that cannot be forged, and Prometheus metrics.
//!
//! Neither ever holds a name, a free text, a token or a query string: a request is known by its route.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::config::Config;
use crate::shell::Shell;

/// Starts the log on standard error. Called once, by the program.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(OneLine);
    // A second start (a test in the same process) keeps the first log.
    let _ = if config.log_json { builder.json().try_init() } else { builder.try_init() };
}

/// Standard error with every control character inside an event escaped: one event is one line, whatever it quotes.
#[derive(Clone, Copy, Debug)]
struct OneLine;

impl<'a> MakeWriter<'a> for OneLine {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        Self
    }
}

impl Write for OneLine {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        io::stderr().write_all(&one_line(event))?;
        Ok(event.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

fn one_line(event: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(event);
    let inner = text.strip_suffix('\n').unwrap_or(&text);
    let mut line = String::with_capacity(text.len() + 1);
    for character in inner.chars() {
        // U+2028, U+2029 and the C1 controls break lines for some readers too.
        if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            line.extend(character.escape_unicode());
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line.into_bytes()
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Served {
    method: &'static str,
    route: String,
    status: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

/// The program's metrics. A noun adds its own with [`Metrics::register`].
#[derive(Debug)]
pub struct Metrics {
    registry: Mutex<Registry>,
    served: Family<Served, Counter>,
    seconds: Histogram,
    sign_ins: Family<Outcome, Counter>,
    /// Open connections.
    pub connections: Gauge,
    /// Connections turned away because the limit was reached.
    pub turned_away: Counter,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("oneboard");
        let (served, sign_ins) = (Family::default(), Family::default());
        // From half a millisecond, below which a page is free, to the time limit.
        let seconds = Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0]);
        let (connections, turned_away) = (Gauge::default(), Counter::default());
        registry.register("requests", "Requests answered, by route and status", Family::clone(&served));
        registry.register("request_seconds", "Time to answer a request", seconds.clone());
        registry.register("sign_ins", "Sign-ins, by outcome", Family::clone(&sign_ins));
        registry.register("connections", "Open connections", Gauge::clone(&connections));
        registry.register("connections_turned_away", "Connections refused at the limit", Counter::clone(&turned_away));
        Self { registry: Mutex::new(registry), served, seconds, sign_ins, connections, turned_away }
    }
}

impl Metrics {
    /// Adds metrics of a noun.
    pub fn register(&self, add: impl FnOnce(&mut Registry)) {
        add(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// One sign-in: `signed-in`, `wrong`, `throttled`, `enrolled`, …
    pub fn sign_in(&self, outcome: &'static str) {
        self.sign_ins.get_or_create(&Outcome { outcome }).inc();
    }

    /// The OpenMetrics text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        // Writing to a String cannot fail.
        let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
        text
    }
}

/// A request under way, known by its route; an unknown address is one route, so that nobody can invent labels.
pub(crate) struct Seen {
    method: &'static str,
    route: String,
    start: Instant,
}

impl Seen {
    pub(crate) fn of(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>().map_or("(none)", |path| path.as_str()).to_owned();
        let method = match request.method().as_str() {
            "GET" => "GET",
            "POST" => "POST",
            "PUT" => "PUT",
            "PATCH" => "PATCH",
            "DELETE" => "DELETE",
            "HEAD" => "HEAD",
            _ => "other",
        };
        Self { method, route, start: Instant::now() }
    }

    /// Counts and logs it, answered.
    pub(crate) fn record(self, shell: &Shell, response: &Response) {
        let Self { method, route, start } = self;
        let (elapsed, status) = (start.elapsed(), response.status().as_u16());
        shell.metrics.seconds.observe(elapsed.as_secs_f64());
        tracing::debug!(method, route, status, microseconds = elapsed.as_micros() as u64, "request");
        shell.metrics.served.get_or_create(&Served { method, route, status: status.into() }).inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forged_line_stays_inside_its_event() {
        let line = one_line("INFO said=\"x\nERROR all is lost\u{1b}[2J\u{2028}\"\n".as_bytes());
        let line = String::from_utf8(line).expect("text");
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with('\n') && !line.contains('\u{1b}') && line.contains("\\u{a}"), "{line:?}");
    }

    #[test]
    fn metrics_are_text_that_ends_as_openmetrics_asks() {
        let metrics = Metrics::default();
        metrics.sign_in("wrong");
        let text = metrics.text();
        assert!(text.contains("oneboard_sign_ins_total{outcome=\"wrong\"} 1") && text.ends_with("# EOF\n"), "{text}");
    }
}

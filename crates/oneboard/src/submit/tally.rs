//! What the writer counts for those who watch over the server: how much is kept, and whether the journal can be written.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// One for the writer, shared with the metrics.
#[derive(Debug)]
pub struct Tally {
    kept: Counter,
    repeated: Counter,
    refused: Counter,
    not_kept: Counter,
    groups: Counter,
    append: Histogram,
    position: Gauge,
    failing: Gauge,
}

impl Default for Tally {
    fn default() -> Self {
        // From a quick disk's sync to a wait that somebody notices.
        let append = Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0]);
        Self {
            kept: Counter::default(),
            repeated: Counter::default(),
            refused: Counter::default(),
            not_kept: Counter::default(),
            groups: Counter::default(),
            append,
            position: Gauge::default(),
            failing: Gauge::default(),
        }
    }
}

impl Tally {
    pub fn register(&self, registry: &mut Registry) {
        registry.register("commands_kept", "Commands kept as entries", self.kept.clone());
        registry.register("commands_repeated", "Commands answered from the journal", self.repeated.clone());
        registry.register("commands_refused", "Commands refused, conflicts included", self.refused.clone());
        registry.register("commands_not_kept", "Commands that the journal could not keep", self.not_kept.clone());
        registry.register("groups_kept", "Groups kept, each with one sync", self.groups.clone());
        registry.register("append_seconds", "Time to keep a group, its sync included", self.append.clone());
        registry.register("journal_position", "Position of the last entry", self.position.clone());
        registry.register("journal_failing", "1 while the last group could not be kept", self.failing.clone());
    }

    pub(super) fn began(&self, position: u64) {
        self.position.set(position.cast_signed());
    }

    pub(super) fn kept(&self, entries: usize, position: u64, took: Duration) {
        self.kept.inc_by(entries as u64);
        self.groups.inc();
        self.append.observe(took.as_secs_f64());
        self.position.set(position.cast_signed());
        self.failing.set(0);
    }

    pub(super) fn repeated(&self) {
        self.repeated.inc();
    }

    pub(super) fn refused(&self) {
        self.refused.inc();
    }

    pub(super) fn failed(&self, commands: usize) {
        self.not_kept.inc_by(commands as u64);
        self.failing.set(1);
    }
}

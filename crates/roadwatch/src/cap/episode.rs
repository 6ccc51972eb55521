//! Which alerts are one thing to the people on the road.

use std::collections::BTreeMap;

use super::ledger::{DEFAULT_LIFE_SECONDS, Episode};
use super::model::Alert;

/// Groups alerts that refer to each other, or that are of one sender, event and area and overlap in time.
pub(super) fn group<'a>(alerts: impl Iterator<Item = &'a Alert>) -> Vec<Episode> {
    let mut alerts: Vec<&Alert> = alerts.collect();
    alerts.sort_by_key(|a| (a.key.sent.seconds, &a.key.sender, &a.key.identifier));
    let mut sets = Sets((0..alerts.len()).collect());
    let by_name: BTreeMap<_, usize> = alerts
        .iter()
        .enumerate()
        .map(|(i, a)| ((a.key.sender.as_str(), a.key.identifier.as_str(), a.key.sent.seconds), i))
        .collect();
    // Sender, event and one code or name of an area → the alert that reaches furthest in time so far. Alerts come in
    // order of sending, so the next one either overlaps that one or starts a new episode.
    let mut latest: BTreeMap<(&str, &str, &str, &str), (i64, usize)> = BTreeMap::new();
    for (i, alert) in alerts.iter().enumerate() {
        for reference in &alert.references {
            let key = &reference.0;
            if let Some(j) = by_name.get(&(key.sender.as_str(), key.identifier.as_str(), key.sent.seconds)) {
                sets.join(i, *j);
            }
        }
        for info in &alert.infos {
            let sent = alert.key.sent.seconds;
            let end = info.expires.map_or(sent + DEFAULT_LIFE_SECONDS, |e| e.seconds);
            for (scheme, code) in info.areas.iter().flat_map(places) {
                let place = (alert.key.sender.as_str(), info.event.as_str(), scheme, code);
                let reach = latest.entry(place).or_insert((end, i));
                if reach.0 > sent {
                    sets.join(i, reach.1);
                }
                if end >= reach.0 {
                    *reach = (end, i);
                }
            }
        }
    }
    let mut episodes: BTreeMap<usize, Episode> = BTreeMap::new();
    for (i, alert) in alerts.iter().enumerate() {
        let first = sets.first(i);
        episodes.entry(first).or_insert(Episode { keys: Vec::new() }).keys.push(alert.key.clone());
    }
    episodes.into_values().collect()
}

/// What an area goes by: its codes, or its name if it has none.
fn places(area: &super::model::Area) -> impl Iterator<Item = (&str, &str)> {
    let name = area.geocodes.is_empty().then_some(("", area.description.as_str()));
    area.geocodes.iter().map(|g| (g.name.as_str(), g.value.as_str())).chain(name)
}

/// Disjoint sets; the smallest member stands for each.
struct Sets(Vec<usize>);

impl Sets {
    fn first(&mut self, i: usize) -> usize {
        let mut at = i;
        while self.0[at] != at {
            self.0[at] = self.0[self.0[at]];
            at = self.0[at];
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}

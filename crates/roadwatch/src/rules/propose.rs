//! Applying the table: which rules hold, and what is left when the strictest has won.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::table::{Action, Only, Rule, Rules, Trigger};
use super::words;
use super::{Conditions, Group, Measure, Place, Proposal, Reason};
use crate::network::{Network, SectionId};

impl Rules {
    /// The measures that the table proposes for a place under these conditions, in the order of [`Measure`], each kind
    /// at most once.
    ///
    /// It is a pure function: asking "what if" is calling it with other conditions.
    pub fn propose(&self, place: Place, conditions: &Conditions) -> Vec<Proposal> {
        let mut proposals: Vec<Proposal> = Vec::new();
        for rule in &self.rules {
            let action = if place.expressway { &rule.expressway } else { &rule.other };
            let Some(action) = action.as_ref().filter(|a| a.is_for(place)) else { continue };
            let reasons: Vec<Reason> =
                rule.when.iter().filter(|t| t.holds(conditions)).map(|t| reason(rule, t, conditions)).collect();
            if reasons.is_empty() {
                continue;
            }
            for measure in action.measures() {
                let inform = action.inform.iter().copied().collect();
                merge(
                    &mut proposals,
                    Proposal { measure, approver: action.approver, inform, reasons: reasons.clone() },
                );
            }
        }
        settle(&mut proposals);
        proposals
    }

    /// The same for many sections under the same conditions, as after a warning: they fall into few groups, so the rules
    /// are applied once a group and not once a section. Sections are given by their place in the network.
    pub fn propose_for(&self, network: &Network, sections: &[u32], conditions: &Conditions) -> Vec<Group> {
        let mut groups: BTreeMap<Place, Vec<SectionId>> = BTreeMap::new();
        for section in sections.iter().filter_map(|place| network.sections().get(*place as usize)) {
            groups.entry(Place::from(section)).or_default().push(section.id);
        }
        let group = |(place, sections)| Group { place, sections, proposals: self.propose(place, conditions) };
        groups.into_iter().map(group).collect()
    }
}

impl Trigger {
    fn holds(&self, now: &Conditions) -> bool {
        let warning = self.warning.is_none_or(|hazard| {
            let wanted = |colour| self.colours.is_empty() || self.colours.contains(&colour);
            now.warnings.iter().any(|(h, c)| *h == hazard && wanted(*c))
        });
        // What was not observed meets no condition on it.
        let seen = |limit: Option<u32>, holds: fn(u32, u32) -> bool| {
            limit.is_none_or(|l| now.visibility_m.is_some_and(|v| holds(v, l)))
        };
        let surface = self.surfaces.is_empty() || now.surface.is_some_and(|s| self.surfaces.contains(&s));
        warning
            && seen(self.visibility_from_m, |v, l| v >= l)
            && seen(self.visibility_below_m, |v, l| v < l)
            && surface
            && (!self.wet_within_24h || now.wet_within_24h)
    }
}

impl Action {
    fn is_for(&self, place: Place) -> bool {
        match self.only {
            None => true,
            Some(Only::Bridges) => place.bridge,
            Some(Only::Tunnels) => place.tunnel,
        }
    }

    fn measures(&self) -> Vec<Measure> {
        let mut list = Vec::new();
        list.extend(self.closure.map(|extent| Measure::Closure { extent }));
        list.extend(self.diversion.then_some(Measure::Diversion));
        list.extend(self.limit_kmh.map(|kmh| Measure::SpeedLimit { kmh }));
        list.extend(self.advisory_kmh.map(|kmh| Measure::AdvisorySpeed { kmh }));
        list.extend(self.gap_m.map(|metres| Measure::Gap { metres }));
        list.extend(self.no_overtaking.then_some(Measure::NoOvertaking));
        let set = |v: &[super::Vehicle]| v.iter().copied().collect::<BTreeSet<_>>();
        list.extend((!self.ban.is_empty()).then(|| Measure::Ban { vehicles: set(&self.ban) }));
        list.extend((!self.chains.is_empty()).then(|| Measure::Chains { vehicles: set(&self.chains) }));
        list.extend((self.convoy || self.convoy_kmh.is_some()).then_some(Measure::Convoy { kmh: self.convoy_kmh }));
        list.extend((!self.escort.is_empty()).then(|| Measure::Escort { vehicles: set(&self.escort) }));
        list.extend(self.metered_entry.then_some(Measure::MeteredEntry));
        list.extend(self.gritting.then_some(Measure::Gritting));
        list.extend(self.ploughs.then_some(Measure::Ploughs));
        list.extend(self.posts.map(|at| Measure::ExtraPosts { at }));
        list.extend(self.patrol.then_some(Measure::Patrol));
        list.extend(self.message_signs.then_some(Measure::MessageSigns));
        list.extend(self.observe.then_some(Measure::Observe));
        list
    }
}

fn reason(rule: &Rule, trigger: &Trigger, conditions: &Conditions) -> Reason {
    let (en, zh) = words::trigger(trigger, conditions);
    let (source_en, source_zh) = (rule.source_en.clone(), rule.source_zh.clone());
    Reason { rule: rule.id.clone(), en, zh, source_en, source_zh }
}

/// Puts a proposal beside the others: of one kind, the stricter stays with its own reasons; what lists vehicles or is as
/// strict joins with both.
fn merge(proposals: &mut Vec<Proposal>, new: Proposal) {
    let kind = std::mem::discriminant(&new.measure);
    let same_posts = |a: &Measure, b: &Measure| !matches!((a, b), (Measure::ExtraPosts { at: x }, Measure::ExtraPosts { at: y }) if x != y);
    let old = proposals
        .iter_mut()
        .find(|p| std::mem::discriminant(&p.measure) == kind && same_posts(&p.measure, &new.measure));
    let Some(old) = old else {
        proposals.push(new);
        return;
    };
    match (&mut old.measure, &new.measure) {
        (Measure::Ban { vehicles: all }, Measure::Ban { vehicles: more })
        | (Measure::Chains { vehicles: all }, Measure::Chains { vehicles: more })
        | (Measure::Escort { vehicles: all }, Measure::Escort { vehicles: more }) => all.extend(more),
        (held, asked) => match strictness(held, asked) {
            Ordering::Greater => return,
            Ordering::Less => {
                *old = new;
                return;
            }
            Ordering::Equal => {}
        },
    }
    // Whoever may approve all of it; nobody may approve more than their tier allows by way of a merger.
    old.approver = old.approver.max(new.approver);
    old.inform.extend(new.inform);
    for reason in new.reasons {
        if !old.reasons.contains(&reason) {
            old.reasons.push(reason);
        }
    }
}

fn strictness(a: &Measure, b: &Measure) -> Ordering {
    match (a, b) {
        (Measure::SpeedLimit { kmh: a }, Measure::SpeedLimit { kmh: b })
        | (Measure::AdvisorySpeed { kmh: a }, Measure::AdvisorySpeed { kmh: b }) => b.cmp(a),
        (Measure::Gap { metres: a }, Measure::Gap { metres: b }) => a.cmp(b),
        (Measure::Closure { extent: a }, Measure::Closure { extent: b }) => a.cmp(b),
        (Measure::Convoy { kmh: a }, Measure::Convoy { kmh: b }) => b.unwrap_or(u16::MAX).cmp(&a.unwrap_or(u16::MAX)),
        _ => Ordering::Equal,
    }
}

/// Drops what a stricter kind makes pointless, and puts the rest in order.
fn settle(proposals: &mut Vec<Proposal>) {
    let limit = proposals.iter().find_map(|p| match p.measure {
        Measure::SpeedLimit { kmh } => Some(kmh),
        _ => None,
    });
    proposals.retain(|p| match p.measure {
        Measure::AdvisorySpeed { kmh } => limit.is_none_or(|l| l > kmh),
        _ => true,
    });
    proposals.sort_by(|a, b| a.measure.cmp(&b.measure));
}

//! The default table, row by row, and what holds of every table.

use std::collections::BTreeSet;

use proptest::prelude::*;
use roadwatch::rules::{Closure, Conditions, Measure, Place, Proposal, Rules, RulesError, Surface, Tier, Vehicle};
use roadwatch::signal::{Colour, Hazard};

const EXPRESSWAY: Place = Place { expressway: true, bridge: false, tunnel: false };
const ROAD: Place = Place { expressway: false, bridge: false, tunnel: false };

fn visibility(metres: u32) -> Conditions {
    Conditions { visibility_m: Some(metres), ..Conditions::default() }
}

fn warning(hazard: Hazard, colour: Colour) -> Conditions {
    Conditions { warnings: BTreeSet::from([(hazard, colour)]), ..Conditions::default() }
}

fn surface(surface: Surface) -> Conditions {
    Conditions { surface: Some(surface), ..Conditions::default() }
}

fn limit(proposals: &[Proposal]) -> Option<u16> {
    proposals.iter().find_map(|p| if let Measure::SpeedLimit { kmh } = p.measure { Some(kmh) } else { None })
}

fn closure(proposals: &[Proposal]) -> Option<(Closure, Tier)> {
    proposals
        .iter()
        .find_map(|p| if let Measure::Closure { extent } = p.measure { Some((extent, p.approver)) } else { None })
}

#[test]
fn the_visibility_bands_of_article_81() {
    let rules = Rules::default_table();
    for (metres, expressway, road) in [
        (500, None, None),
        (200, None, None),
        (199, Some(60), Some(60)),
        (100, Some(60), Some(60)),
        (99, Some(40), Some(40)),
        (50, Some(40), Some(30)),
        (49, Some(20), Some(30)),
        (0, Some(20), Some(30)),
    ] {
        let seen = visibility(metres);
        assert_eq!(limit(&rules.propose(EXPRESSWAY, &seen)), expressway, "{metres} m, expressway");
        assert_eq!(limit(&rules.propose(ROAD, &seen)), road, "{metres} m, road");
    }
    let gap = |m| {
        rules
            .propose(EXPRESSWAY, &visibility(m))
            .into_iter()
            .find_map(|p| if let Measure::Gap { metres } = p.measure { Some(metres) } else { None })
    };
    assert_eq!((gap(150), gap(80)), (Some(100), Some(50)));
}

#[test]
fn only_the_province_closes_expressways_and_limits_do_not_wait_for_it() {
    let rules = Rules::default_table();
    for conditions in
        [visibility(30), surface(Surface::Ice), warning(Hazard::Icing, Colour::Red), warning(Hazard::Snow, Colour::Red)]
    {
        let proposals = rules.propose(EXPRESSWAY, &conditions);
        assert_eq!(closure(&proposals).map(|c| c.1), Some(Tier::Province), "{conditions:?}");
        let limit = proposals.iter().find(|p| matches!(p.measure, Measure::SpeedLimit { .. })).expect("a limit");
        assert_eq!(limit.approver, Tier::Municipal);
        assert!(limit.inform.contains(&Tier::Province));
    }
    assert_eq!(closure(&rules.propose(ROAD, &surface(Surface::Ice))).map(|c| c.1), Some(Tier::County));
}

#[test]
fn a_colour_alone_closes_nothing_below_red() {
    let rules = Rules::default_table();
    for hazard in Hazard::ALL {
        for colour in [Colour::Blue, Colour::Yellow, Colour::Orange] {
            let proposals = rules.propose(EXPRESSWAY, &warning(hazard, colour));
            assert_eq!(closure(&proposals), None, "{hazard:?} {colour:?}");
        }
    }
    assert_eq!(rules.propose(EXPRESSWAY, &warning(Hazard::ColdWave, Colour::Red)), []);
    assert_eq!(rules.propose(EXPRESSWAY, &Conditions::default()), []);
}

#[test]
fn the_strictest_wins_and_says_why() {
    let rules = Rules::default_table();
    let conditions =
        Conditions { visibility_m: Some(80), surface: Some(Surface::Snow), ..warning(Hazard::Icing, Colour::Orange) };
    let proposals = rules.propose(EXPRESSWAY, &conditions);
    assert_eq!(limit(&proposals), Some(40));
    let named = |p: &Proposal| p.reasons.iter().map(|r| r.rule.clone()).collect::<Vec<_>>();
    let of = |kind: fn(&Measure) -> bool| proposals.iter().find(|p| kind(&p.measure)).expect("proposed");
    assert_eq!(named(of(|m| matches!(m, Measure::SpeedLimit { .. }))), ["F3", "I2"], "60 of S2 has lost");
    let ban = of(|m| matches!(m, Measure::Ban { .. }));
    assert_eq!(named(ban), ["F3", "I2", "S2"], "bans join");
    assert!(
        matches!(&ban.measure, Measure::Ban { vehicles } if vehicles.contains(&Vehicle::HeavyTruck) && vehicles.contains(&Vehicle::TruckToThreeAxles))
    );
    assert!(ban.reasons.iter().any(|r| r.zh == "道路结冰橙色预警" && r.en == "road icing warning, orange"));
    assert!(ban.reasons.iter().all(|r| !r.source_en.is_empty() && !r.source_zh.is_empty()));
}

#[test]
fn wind_is_for_bridges_and_floods_for_underpasses() {
    let rules = Rules::default_table();
    let bridge = Place { bridge: true, ..EXPRESSWAY };
    let red = warning(Hazard::Wind, Colour::Red);
    assert_eq!(closure(&rules.propose(bridge, &red)), Some((Closure::Section, Tier::Province)));
    assert_eq!(rules.propose(EXPRESSWAY, &red), []);
    let rain = warning(Hazard::Rain, Colour::Orange);
    assert_eq!(closure(&rules.propose(Place { tunnel: true, ..ROAD }, &rain)).map(|c| c.0), Some(Closure::Section));
    assert_eq!(closure(&rules.propose(ROAD, &rain)), None);
}

#[test]
fn an_unsound_table_is_refused_whole_with_the_rules_name() {
    let table = |rule: &str| Rules::from_toml(&format!("jurisdiction = 'CN-GS'\nversion = '1'\n{rule}"));
    let rule = |when: &str, action: &str| {
        format!("[[rule]]\nid = 'X'\nsource_en = 'house'\nsource_zh = '默认'\nwhen = [{when}]\n{action}\n")
    };
    let good = rule("{ visibility_below_m = 50 }", "other = { approver = 'county', limit_kmh = 30 }");
    assert!(table(&good).is_ok());
    assert_eq!(table(&format!("{good}{good}")), Err(RulesError::Twice("X".to_owned())));
    for (bad, wanted) in [
        (rule("", "other = { approver = 'county' }"), RulesError::Idle("X".to_owned())),
        (rule("{}", "other = { approver = 'county' }"), RulesError::Always("X".to_owned())),
        (rule("{ visibility_below_m = 50 }", ""), RulesError::Idle("X".to_owned())),
        (good.replace("'house'", "' '"), RulesError::NoSource("X".to_owned())),
        (good.replace("30", "33"), RulesError::Speed { rule: "X".to_owned(), kmh: 33 }),
        (
            rule("{ visibility_below_m = 50 }", "expressway = { approver = 'municipal', closure = 'section' }"),
            RulesError::ClosureTier("X".to_owned()),
        ),
    ] {
        assert_eq!(table(&bad), Err(wanted), "{bad}");
    }
    for unreadable in ["", "rule = 1", &good.replace("limit_kmh", "limit_mph"), &good.replace("county", "king")] {
        assert!(table(unreadable).is_err());
    }
    assert!(matches!(
        table(&rule("{ warning = 'icing', colours = ['blue'] }", "other = { approver = 'county' }")),
        Err(RulesError::NoSuchWarning { .. })
    ));
}

#[test]
fn a_warning_over_many_sections_is_proposed_by_group() {
    let line = |class: &str, bridge: &str, y: f64| {
        format!(
            "{{\"properties\":{{\"highway\":\"{class}\",\"bridge\":\"{bridge}\"}},\"geometry\":{{\"type\":\"LineString\",\"coordinates\":[[107.5,{y}],[107.6,{y}]]}}}}"
        )
    };
    let features = [
        line("motorway", "no", 35.1),
        line("motorway", "yes", 35.2),
        line("motorway", "no", 35.3),
        line("primary", "no", 35.4),
    ];
    let network =
        roadwatch::network::Network::from_geojson(format!("{{\"features\":[{}]}}", features.join(",")).as_bytes())
            .expect("roads");
    let rules = Rules::default_table();
    let wind = warning(Hazard::Wind, Colour::Red);
    let groups = rules.propose_for(&network, &[0, 1, 2, 3], &wind);
    assert_eq!(groups.iter().map(|g| g.sections.len()).sum::<usize>(), 4);
    for group in &groups {
        assert_eq!(group.proposals, rules.propose(group.place, &wind));
        assert_eq!(group.proposals.is_empty(), !group.place.bridge);
    }
}

fn any_conditions() -> impl Strategy<Value = Conditions> {
    let warning = (0..Hazard::ALL.len(), 0..4usize).prop_map(|(h, c)| (Hazard::ALL[h], Colour::ALL[c]));
    let surface = prop::option::of(prop::sample::select(vec![
        Surface::Dry,
        Surface::Wet,
        Surface::Snow,
        Surface::PartialIce,
        Surface::Ice,
    ]));
    (prop::collection::btree_set(warning, 0..4), prop::option::of(0..600u32), surface, any::<bool>()).prop_map(
        |(warnings, visibility_m, surface, wet_within_24h)| Conditions {
            warnings,
            visibility_m,
            surface,
            wet_within_24h,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_warnings_never_relax(conditions in any_conditions(), more in any_conditions(), expressway: bool, bridge: bool, tunnel: bool) {
        let rules = Rules::default_table();
        let place = Place { expressway, bridge, tunnel };
        let before = rules.propose(place, &conditions);
        let mut worse = conditions.clone();
        worse.warnings.extend(more.warnings);
        let after = rules.propose(place, &worse);
        prop_assert!(limit(&before).is_none_or(|b| limit(&after).is_some_and(|a| a <= b)));
        prop_assert!(closure(&before) <= closure(&after));
        for p in &after {
            prop_assert!(!p.reasons.is_empty());
            prop_assert!(p.reasons.iter().all(|r| !r.zh.is_empty() && !r.en.is_empty()), "{:?}", p);
            let closes = expressway && matches!(p.measure, Measure::Closure { .. });
            prop_assert!(!closes || p.approver == Tier::Province);
        }
        let kinds: BTreeSet<_> = after.iter().map(|p| p.measure.en()).collect();
        prop_assert_eq!(kinds.len(), after.len());
    }
}

//! The roads of Longdong and tonight's weather: the sections of its geography, the posts that stand on them, and the warnings
//! and words from the road that come through the night. What the rules propose is left for whoever sits at the desk.

use board::attachment::Digest;
use board::section::{self, Class, Observer, Queue, Section, Seen, Surface, Visibility, Wind};
use board::warning::{self, Colour, Entry, Hazard, Signal, Source};
use board::{Actor, At, CommandId, Label, Minutes, SectionId, UnitId, WarningId};
use roadwatch::network::Heading;
use sha2::{Digest as _, Sha256};

use super::act::Act;
use super::geography::{Geography, Point, RoadClass, through};
use super::places::COUNTIES;
use super::plan::{BEGINS, HOUR, TONIGHT};
use super::posts::Role;
use super::random::command_id;
use super::watches::Watches;
use crate::submit::text_id;

/// The counties of the northern row, over which the snow comes.
const NORTH: std::ops::Range<usize> = 0..4;

/// A section, with what posts are found by: its road, and the counties it leads from and to.
struct Stretch {
    row: Section,
    road: usize,
    counties: [usize; 2],
}

fn degrees(point: Point) -> [f64; 2] {
    [f64::from(point.longitude) / 1e6, f64::from(point.latitude) / 1e6]
}

/// Every section: an expressway in both directions, other roads as one, from seat to seat.
fn stretches(seed: u64, geography: &Geography, unit: impl Fn(usize) -> UnitId) -> Vec<Stretch> {
    let command = CommandId(command_id(seed, "sections", 0).as_u128());
    let mut all: Vec<Stretch> = Vec::new();
    for (number, road) in geography.roads.iter().enumerate() {
        let class = match road.class {
            RoadClass::Expressway => Class::Expressway,
            RoadClass::National => Class::National,
            RoadClass::County => Class::County,
        };
        for (leg, pair) in through(number).windows(2).enumerate() {
            let ways: &[[usize; 2]] = if class == Class::Expressway {
                &[[pair[0], pair[1]], [pair[1], pair[0]]]
            } else {
                &[[pair[0], pair[1]]]
            };
            for (way, counties) in ways.iter().enumerate() {
                let [from, to] = counties.map(|county| &COUNTIES[county]);
                let heading =
                    Heading::between(degrees(geography.seats[counties[0]]), degrees(geography.seats[counties[1]]));
                let pass = geography.passes.iter().find(|pass| pass.road == number).map(|pass| &pass.name);
                let name = match pass {
                    Some(pass) => Label::new(&format!("over {}", pass.en), &format!("{}段", pass.zh)),
                    None => Label::new(&format!("{} to {}", from.en, to.en), &format!("{}至{}", from.zh, to.zh)),
                };
                let both = class != Class::Expressway;
                let row = Section {
                    id: SectionId::mint(command, all.len() as u32),
                    unit: unit(counties[0]),
                    class,
                    road: road.code.as_str().into(),
                    name,
                    heading: if both { Label::default() } else { Label::new(heading.en(), heading.zh()) },
                    // Loess is cut by gorges: every third leg crosses one.
                    bridge: (number + leg) % 3 == 0,
                    tunnel: false,
                    order: (2 * leg + way) as u32,
                };
                all.push(Stretch { row, road: number, counties: *counties });
            }
        }
    }
    all
}

/// The hash of the ground as it was drawn.
fn network(geography: &Geography) -> Digest {
    let mut hash = Sha256::new();
    for road in &geography.roads {
        hash.update(road.code.as_bytes());
        for point in &road.line {
            hash.update(point.longitude.to_be_bytes());
            hash.update(point.latitude.to_be_bytes());
        }
    }
    Digest(hash.finalize().into())
}

/// Minutes after 18:00, where, and what is seen.
const SEEN: [(i64, Role, Seen); 9] = [
    (24, Role::Pass(0), seen(Visibility::From200, Surface::Wet)),
    (87, Role::Pass(3), seen(Visibility::From200, Surface::Snow)),
    (127, Role::Pass(0), seen(Visibility::From100, Surface::Snow)),
    (155, Role::Pass(1), seen(Visibility::From100, Surface::Snow)),
    (195, Role::Plaza(0), Seen { queue: Some(Queue::Long), ..seen(Visibility::From50, Surface::PartialIce) }),
    (282, Role::Pass(1), Seen { wind: Some(Wind::Strong), ..seen(Visibility::From50, Surface::Snow) }),
    (441, Role::Pass(2), seen(Visibility::Clear, Surface::Ice)),
    (736, Role::Pass(4), seen(Visibility::Clear, Surface::Wet)),
    (763, Role::Plaza(4), seen(Visibility::Clear, Surface::Dry)),
];

const fn seen(visibility: Visibility, surface: Surface) -> Seen {
    Seen { visibility: Some(visibility), surface: Some(surface), queue: None, wind: None }
}

const ICY: &str = "市气象台2月13日18时15分发布道路结冰黄色预警：受降雪影响，今夜到明晨北部各县路面将出现结冰，垭口、桥面、背阴路段对交通有影响。";
const ICIER: &str =
    "市气象台2月13日20时05分将道路结冰黄色预警升级为橙色：北部各县路面已出现结冰，对交通有较大影响，请做好防范。";
const SNOWING: &str = "市气象台2月13日22时发布暴雪黄色预警：预计未来12小时北部各县降雪量6毫米以上，对交通有影响。";
const SNOWED: &str = "市气象台2月14日6时25分解除暴雪黄色预警。";
const THAWED: &str = "市气象台2月14日9时10分解除道路结冰橙色预警。";

impl Watches<'_> {
    fn stretches(&self) -> Vec<Stretch> {
        stretches(self.longdong.seed, &self.longdong.geography, |county| self.unit(Some(county)))
    }

    /// The sections, and the posts on them: known when the operation is planned, after its posts.
    pub fn roads(&self, at: At) -> Vec<Act> {
        let (seed, geography) = (self.longdong.seed, &self.longdong.geography);
        let id = |what: &str, n: usize| command_id(seed, &format!("{} {what}", self.edition.year), n as u64);
        let all = self.stretches();
        let sections = all.iter().map(|one| one.row.clone()).collect();
        let keep = section::Command::Keep { network: network(geography), sections, gone: Vec::new() };
        let mut acts = vec![Act::give(at, Actor::Operator, id("roads", 0), board::Command::Section(keep))];
        for (n, post) in self.plan.posts.iter().enumerate() {
            let sections = self.stretches_of(post.role);
            if !sections.is_empty() {
                let (operation, post) = (self.plan.operation, post.row.id);
                let station = section::Command::Station { operation, post, sections };
                acts.push(Act::give(at, Actor::Operator, id("station", n), board::Command::Section(station)));
            }
        }
        acts
    }

    /// Ice and snow come over the northern counties in the evening, and are gone by the morning.
    pub fn weather(&self) -> Vec<Act> {
        let seed = self.longdong.seed;
        let bureau = self.unit(None);
        let at = |minutes: i64| self.edition.at(TONIGHT, BEGINS + minutes * (HOUR / 60));
        let officer = Actor::Person(self.longdong.person(self.staff.duty_officer(None, TONIGHT)));
        let id = |what: &str| command_id(seed, what, 0);
        let signal = |hazard, colour, issued: i64, words| Signal {
            hazard,
            colour,
            issuer: Label::new("Municipal weather office", "市气象台"),
            words: Some(words),
            issued: at(issued),
            ends: Some(at(issued).plus(Minutes(18 * 60))),
            units: NORTH.map(|county| self.unit(Some(county))).collect(),
            sections: Vec::new(),
        };
        let enter = |minutes: i64, what: &str, words: &str, hazard, colour| {
            let id = id(what);
            let warning = WarningId::mint(CommandId(id.as_u128()), 0);
            let signal = signal(hazard, colour, minutes - 5, text_id(id, 0));
            let entry = Entry { id: warning, unit: bureau, source: Source::Hand, exercise: false, signal };
            let command = board::Command::Warning(warning::Command::Enter(Box::new(entry)));
            (warning, Act::say(at(minutes), officer, id, words.to_owned(), command))
        };
        let (ice, icy) = enter(20, "icing warning", ICY, Hazard::Icing, Colour::Yellow);
        let (snow, snowing) = enter(245, "snow warning", SNOWING, Hazard::Snow, Colour::Yellow);
        let worse = id("icing upgraded");
        let signal = Box::new(signal(Hazard::Icing, Colour::Orange, 125, text_id(worse, 0)));
        let worse_ice = board::Command::Warning(warning::Command::Update { warning: ice, signal });
        let cancel = |minutes: i64, what: &str, words: &str, warning| {
            let id = id(what);
            let command = warning::Command::Cancel { warning, words: Some(text_id(id, 0)) };
            Act::say(at(minutes), officer, id, words.to_owned(), board::Command::Warning(command))
        };
        let mut acts = vec![
            icy,
            Act::say(at(130), officer, worse, ICIER.to_owned(), worse_ice),
            snowing,
            cancel(747, "snow over", SNOWED, snow),
            cancel(912, "icing over", THAWED, ice),
        ];
        for (n, (minutes, role, seen)) in SEEN.into_iter().enumerate() {
            let Some(post) = self.plan.posts.iter().find(|post| post.role == role) else { continue };
            let sections = self.stretches_of(role);
            let by = self.longdong.person(self.staff.duty_officer(post.county, TONIGHT));
            let observer = Observer::Post { operation: self.plan.operation, post: post.row.id };
            let command = board::Command::Section(section::Command::Observe { sections, observer, seen });
            let id = command_id(seed, "road seen", n as u64);
            acts.push(Act::give(at(minutes), Actor::Person(by), id, command));
        }
        acts
    }

    /// The sections that a post of this role stands on.
    fn stretches_of(&self, role: Role) -> Vec<SectionId> {
        let geography = &self.longdong.geography;
        let all = self.stretches().into_iter();
        let stands = |one: &Stretch| match role {
            Role::Plaza(plaza) => {
                let spot = &geography.plazas[plaza];
                one.road == spot.road && one.counties.contains(&spot.county)
            }
            Role::Pass(pass) => one.road == geography.passes[pass].road,
            Role::Expressway(road) => one.road == road,
            _ => false,
        };
        all.filter(stands).map(|one| one.row.id).collect()
    }
}

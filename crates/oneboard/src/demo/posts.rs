//! The 420 posts: where they are, who answers for them, what they need and by which hours they are kept.

use board::force::Qualification;
use board::post::{Kind, Post};
use board::{CommandId, Label, Minutes, PostId};
use smallvec::SmallVec;

use super::longdong::Longdong;
use super::places::{CHANGYUAN, COUNTIES, DONGYUAN, SITES, callsign};
use super::random::{Random, command_id};

/// How many must hold a qualification.
pub type Demands = SmallVec<[(Qualification, u16); 2]>;

/// What the night's script calls a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    CommandCentre(Option<usize>),
    /// Index into the geography's plazas and passes.
    Plaza(usize),
    Pass(usize),
    Boundary(usize),
    Expressway(usize),
    LanternFair,
    Other,
}

/// The hours of a post's shifts, counted from 08:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// 08:00–20:00–08:00
    Two,
    /// 08:00–16:00–24:00–08:00
    Three,
    /// 08:00–20:00
    Day,
    /// 16:00–24:00
    Evening,
}

impl Hours {
    pub const fn spans(self) -> &'static [(i64, i64)] {
        match self {
            Self::Two => &[(0, 12), (12, 24)],
            Self::Three => &[(0, 8), (8, 16), (16, 24)],
            Self::Day => &[(0, 12)],
            Self::Evening => &[(8, 16)],
        }
    }
}

#[derive(Debug, Clone)]
pub struct PlannedPost {
    pub row: Post,
    pub role: Role,
    /// Index of the unit that mans it.
    pub unit: usize,
    pub county: Option<usize>,
    pub hours: Hours,
    pub required: u16,
    pub demands: Demands,
}

/// Everything about a post that differs from one to the next.
struct Sketch<'a> {
    kind: Kind,
    role: Role,
    unit: usize,
    county: Option<usize>,
    zh: &'a str,
    en: &'a str,
    place: Label,
    hours: Hours,
    required: u16,
    demands: &'a [(Qualification, u16)],
}

/// Streets of a station's beat.
const STREETS: [(&str, &str); 4] =
    [("主街", "main street"), ("东街", "east street"), ("环路", "ring road"), ("沿河", "riverside")];
const MUNICIPAL_CODE: &str = "LD";

struct Drawing<'a> {
    longdong: &'a Longdong,
    command: CommandId,
    /// Numbers given so far: of the bureau, then of each county.
    given: [u32; 9],
    posts: Vec<PlannedPost>,
}

impl Drawing<'_> {
    fn add(&mut self, sketch: Sketch<'_>) {
        let Sketch { kind, role, unit, county, zh, en, place, hours, required, demands } = sketch;
        let given = &mut self.given[county.map_or(0, |county| county + 1)];
        *given += 1;
        let code = county.map_or(MUNICIPAL_CODE, |c| COUNTIES[c].code);
        let index = self.posts.len();
        let cold = matches!(role, Role::Pass(_) | Role::Boundary(_) | Role::Plaza(_)) || kind == Kind::PatrolRoute;
        let row = Post {
            id: PostId::mint(self.command, index as u32),
            unit: self.longdong.unit(unit),
            kind,
            number: format!("{code}-{given:03}").into(),
            name: Label::new(en, zh),
            place,
            callsign: callsign(county, 800 + *given as usize).into(),
            channel: self.longdong.units[unit].channel.clone(),
            telephone: format!("0960-6{index:03}{:03}", 110 + *given).into(),
            named_leader: self.longdong.members[unit].first().map(|leader| self.longdong.person(*leader)),
            contact_every: None,
            cold,
            closed: false,
        };
        self.posts.push(PlannedPost { row, role, unit, county, hours, required, demands: demands.into() });
    }
}

/// All 420, in a fixed order: the bureau's, then county by county.
pub fn posts(longdong: &Longdong, operation: &str) -> Vec<PlannedPost> {
    let command = CommandId(command_id(longdong.seed, &format!("{operation} posts"), 0).as_u128());
    let mut drawing = Drawing { longdong, command, given: [0; 9], posts: Vec::with_capacity(420) };
    municipal(&mut drawing);
    for county in 0..COUNTIES.len() {
        of_county(&mut drawing, county);
    }
    drawing.posts
}

fn municipal(drawing: &mut Drawing<'_>) {
    use Qualification::{Driver, Firearms, FirstAid, Language, Traffic};
    let sections = drawing.longdong.sections;
    drawing.add(Sketch {
        kind: Kind::CommandCentre,
        role: Role::CommandCentre(None),
        unit: sections.command_centre,
        county: None,
        zh: "市局指挥中心",
        en: "Municipal command centre",
        place: Label::new("Bureau building, 3rd floor", "市局大楼三层"),
        hours: Hours::Two,
        required: 4,
        demands: &[],
    });
    for road in 0..3 {
        let name = drawing.longdong.geography.roads[road].name.clone();
        for (half, (zh, en)) in [("东段", "east"), ("西段", "west")].into_iter().enumerate() {
            drawing.add(Sketch {
                kind: Kind::PatrolRoute,
                role: if half == 0 { Role::Expressway(road) } else { Role::Other },
                unit: sections.traffic,
                county: None,
                zh: &format!("{}{zh}巡线", name.zh),
                en: &format!("{} patrol, {en}", name.en),
                place: name.clone(),
                hours: Hours::Three,
                required: 3,
                demands: &[(Driver, 1), (Traffic, 2)],
            });
        }
    }
    for (role, zh, en, place, hours, required, demands) in [
        (
            Role::LanternFair,
            "古城灯会主会场",
            "Old Town lantern fair, main ground",
            ("Old Town square", "古城广场"),
            Hours::Evening,
            6,
            &[(Firearms, 2), (FirstAid, 1)],
        ),
        (
            Role::Other,
            "古城灯会南门",
            "Old Town lantern fair, south gate",
            ("Nanmen Street", "南门街"),
            Hours::Evening,
            5,
            &[(FirstAid, 1), (Firearms, 1)],
        ),
        (
            Role::Other,
            "陇东火车站广场",
            "Longdong railway station square",
            ("Railway station", "陇东火车站"),
            Hours::Three,
            4,
            &[(Firearms, 1), (Language, 1)],
        ),
        (
            Role::Other,
            "陇东机场进场路口",
            "Longdong airport approach",
            ("Airport road", "机场路"),
            Hours::Two,
            3,
            &[(Firearms, 1), (Driver, 1)],
        ),
        (
            Role::Other,
            "市政广场备勤点",
            "Civic square reserve point",
            ("Civic square", "市政广场"),
            Hours::Two,
            6,
            &[(Firearms, 3), (Driver, 2)],
        ),
    ] {
        drawing.add(Sketch {
            kind: Kind::FixedPost,
            role,
            unit: sections.swat,
            county: None,
            zh,
            en,
            place: Label::new(place.0, place.1),
            hours,
            required,
            demands,
        });
    }
}

fn of_county(drawing: &mut Drawing<'_>, county: usize) {
    use Qualification::{Driver, Firearms, FirstAid, Traffic};
    let longdong = drawing.longdong;
    let mut random = Random::new(longdong.seed, &format!("posts of {county}"));
    let units = &longdong.counties[county];
    let (place, geography) = (&COUNTIES[county], &longdong.geography);
    let bureau = if place.district { "分局" } else { "县局" };
    let seat = Label::new(
        &format!("{} seat", place.en),
        &format!("{}{}", place.zh, if place.district { "城区" } else { "县城" }),
    );
    drawing.add(Sketch {
        kind: Kind::CommandCentre,
        role: Role::CommandCentre(Some(county)),
        unit: units.command_centre,
        county: Some(county),
        zh: &format!("{}{bureau}指挥中心", place.zh),
        en: &format!("{} command centre", place.en),
        place: seat.clone(),
        hours: Hours::Two,
        required: 3,
        demands: &[],
    });
    // Eight of the traffic brigade: passes, toll plazas, one boundary checkpoint, and road patrols for the rest.
    let before = drawing.posts.len();
    for (n, pass) in geography.passes.iter().enumerate().filter(|(_, pass)| pass.county == county) {
        drawing.add(Sketch {
            kind: Kind::Checkpoint,
            role: Role::Pass(n),
            unit: units.traffic,
            county: Some(county),
            zh: &format!("{}检查站", pass.name.zh),
            en: &format!("{} checkpoint", pass.name.en),
            place: geography.roads[pass.road].name.clone(),
            hours: Hours::Two,
            required: 3,
            demands: &[(Traffic, 2), (Driver, 1)],
        });
    }
    for (n, plaza) in geography.plazas.iter().enumerate().filter(|(_, plaza)| plaza.county == county) {
        drawing.add(Sketch {
            kind: Kind::Checkpoint,
            role: Role::Plaza(n),
            unit: units.traffic,
            county: Some(county),
            zh: &format!("{}检查站", plaza.name.zh),
            en: &format!("{} checkpoint", plaza.name.en),
            place: geography.roads[plaza.road].name.clone(),
            hours: Hours::Three,
            required: 3,
            demands: &[(Traffic, 2), (Firearms, 1)],
        });
    }
    drawing.add(Sketch {
        kind: Kind::Checkpoint,
        role: Role::Boundary(county),
        unit: units.traffic,
        county: Some(county),
        zh: &format!("{}县际检查站", place.zh),
        en: &format!("{} boundary checkpoint", place.en),
        place: Label::new(&format!("{} boundary", place.en), &format!("{}界", place.zh)),
        hours: Hours::Two,
        required: 4,
        demands: &[(Traffic, 1), (Firearms, 1)],
    });
    for n in 1..=8 - (drawing.posts.len() - before) {
        drawing.add(Sketch {
            kind: Kind::PatrolRoute,
            role: Role::Other,
            unit: units.traffic,
            county: Some(county),
            zh: &format!("{}道路巡线{n}号", place.zh),
            en: &format!("{} road patrol {n}", place.en),
            place: seat.clone(),
            hours: Hours::Two,
            required: 2,
            demands: &[(Driver, 1), (Traffic, 1)],
        });
    }
    for (zh, en, kind, hours, required) in [
        ("县城屯兵点", "town reserve point", Kind::FixedPost, Hours::Two, 4),
        ("夜间武装巡逻", "armed night patrol", Kind::PatrolRoute, Hours::Evening, 4),
        ("灯会现场", "lantern fair", Kind::FixedPost, Hours::Evening, 4),
    ] {
        let zh = if place.district { zh.replace("县城", "城区") } else { zh.to_owned() };
        drawing.add(Sketch {
            kind,
            role: Role::Other,
            unit: units.swat,
            county: Some(county),
            zh: &format!("{}{zh}", place.zh),
            en: &format!("{} {en}", place.en),
            place: seat.clone(),
            hours,
            required,
            demands: &[(Firearms, 2), (Driver, 1)],
        });
    }
    for (n, station) in units.stations.iter().enumerate() {
        let label = Label::new(&station.en, &station.zh);
        let mut site = random.below(SITES.len());
        for nth in 0..if n < 3 { 4 } else { 3 } {
            if nth % 2 == 0 {
                let (street, en) = STREETS[(n + nth) % STREETS.len()];
                drawing.add(Sketch {
                    kind: Kind::PatrolRoute,
                    role: Role::Other,
                    unit: station.unit,
                    county: Some(county),
                    zh: &format!("{}{street}巡线", station.zh),
                    en: &format!("{} {en} patrol", station.en),
                    place: label.clone(),
                    hours: if nth == 0 { Hours::Two } else { Hours::Evening },
                    required: 2,
                    demands: &[(Driver, 1)],
                });
                continue;
            }
            let ((zh, en), round_the_clock) = SITES[site];
            site = (site + 5) % SITES.len();
            let required = 1 + random.below(3) as u16;
            drawing.add(Sketch {
                kind: Kind::FixedPost,
                role: Role::Other,
                unit: station.unit,
                county: Some(county),
                zh: &format!("{}{zh}", station.zh),
                en: &format!("{} {en}", station.en),
                place: label.clone(),
                hours: if round_the_clock { Hours::Two } else { Hours::Day },
                required,
                demands: if required == 3 { &[(FirstAid, 1)] } else { &[] },
            });
        }
    }
}

/// While it snows, passes and county boundaries call in this often.
pub const SNOW_CONTACT: Minutes = Minutes(60);

/// The posts that must call in while it snows.
pub fn calls_in(post: &PlannedPost) -> bool {
    matches!(post.role, Role::Pass(_) | Role::Boundary(_) | Role::Plaza(_))
}

/// Where the five people's officer stands: the pass between Lingbei and Changyuan.
pub fn is_officers_post(post: &PlannedPost) -> bool {
    post.role == Role::Pass(0)
}

/// The checkpoint that stays unmanned tonight.
pub fn is_unmanned_tonight(post: &PlannedPost) -> bool {
    post.role == Role::Boundary(DONGYUAN)
}

/// The patrol that loses a man tonight.
pub fn falls_ill_tonight(post: &PlannedPost) -> bool {
    post.role == Role::Boundary(CHANGYUAN)
}

//! Longdong: an invented prefecture's force. One bureau, eight county bureaus, 96 stations, 5,600 people.
//!
//! ```
//! let longdong = oneboard::demo::longdong::Longdong::new(7);
//! assert_eq!(longdong.people.len(), 5_600);
//! assert_eq!(longdong.counties.len(), 8);
//! ```
//!
//! No telephone number here can ring: area code 0960 has not been assigned in China.

use board::force::{Grade, PersonRow, Qualification, Qualifications, UnitRow};
use board::{CommandId, Label, PersonId, UnitId};
use uuid::Uuid;

use super::geography::Geography;
use super::names;
use super::places::{COUNTIES, LINGBEI, STATIONS, callsign};
use super::random::{Random, command_id};
use crate::submit::{Text, TextKind, text_id};

/// An area code that rings nowhere.
const AREA: &str = "0960";
const STATIONS_OF_A_COUNTY: usize = 12;
/// People kept by one command: three texts each, and an entry that is still quick to read.
pub const PEOPLE_AT_ONCE: usize = 700;

/// The sections of the bureau and how many serve in each; 640 with the leaders.
const SECTIONS: [(&str, &str, &str, usize, Work); 6] = [
    ("指挥中心", "Command Centre", "2", 36, Work::Command),
    ("交警支队", "Traffic Police Detachment", "3", 270, Work::Traffic),
    ("特警支队", "SWAT Detachment", "4", 200, Work::Swat),
    ("警务督察支队", "Inspectorate", "5", 24, Work::Desk),
    ("办公室", "General Office", "6", 40, Work::Desk),
    ("科技信息化支队", "Technology Detachment", "7", 62, Work::Desk),
];
const BUREAU_LEADERS: usize = 8;
/// The sections of a county bureau; 620 with the leaders and twelve stations.
const COUNTY_SECTIONS: [(&str, &str, usize, Work); 3] = [
    ("指挥中心", "Command Centre", 18, Work::Command),
    ("交警大队", "Traffic Police Brigade", 72, Work::Traffic),
    ("巡特警大队", "Patrol and SWAT Brigade", 56, Work::Swat),
];
const COUNTY_LEADERS: usize = 6;
const STATION_STRENGTH: usize = 39;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Work {
    Leading,
    Command,
    Traffic,
    Swat,
    Desk,
    Station,
}

/// A person and the words about them that do not go into the journal.
#[derive(Debug, Clone)]
pub struct Member {
    pub row: PersonRow,
    pub name: String,
    pub number: String,
    pub telephone: String,
    /// Index of their county; `None` in the bureau.
    pub county: Option<usize>,
}

#[derive(Debug, Clone)]
pub struct Station {
    pub unit: usize,
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Clone)]
pub struct County {
    pub unit: usize,
    pub command_centre: usize,
    pub traffic: usize,
    pub swat: usize,
    pub stations: Vec<Station>,
}

/// Indices of the bureau's units.
#[derive(Debug, Clone, Copy)]
pub struct Sections {
    pub bureau: usize,
    pub command_centre: usize,
    pub traffic: usize,
    pub swat: usize,
    pub inspectorate: usize,
    pub office: usize,
    pub technology: usize,
}

#[derive(Debug)]
pub struct Longdong {
    pub seed: u64,
    pub geography: Geography,
    pub units: Vec<UnitRow>,
    pub people: Vec<Member>,
    /// Indices of the people of each unit, in order of rank.
    pub members: Vec<Vec<usize>>,
    pub sections: Sections,
    pub counties: Vec<County>,
}

impl Longdong {
    pub fn new(seed: u64) -> Self {
        let mut built = Builder::new(seed);
        let bureau =
            built.unit(None, Label::new("Longdong Public Security Bureau", "陇东市公安局"), &callsign(None, 0), "1");
        built.people(bureau, None, BUREAU_LEADERS, Work::Leading, "");
        let sections = SECTIONS.map(|(zh, en, channel, strength, work)| {
            let n = channel.parse::<usize>().unwrap_or_default() * 10;
            let label = Label::new(&format!("Longdong {en}"), &format!("陇东市公安局{zh}"));
            let callsign = callsign(None, n);
            let unit = built.unit(Some(bureau), label, &callsign, channel);
            built.people(unit, None, strength, work, &format!("{callsign}-"));
            unit
        });
        let mut names = STATIONS.to_vec();
        Random::new(seed, "stations").shuffle(&mut names);
        let mut names = names.into_iter();
        let counties = (0..COUNTIES.len()).map(|county| built.county(bureau, county, &mut names)).collect();
        let [command_centre, traffic, swat, inspectorate, office, technology] = sections;
        let sections = Sections { bureau, command_centre, traffic, swat, inspectorate, office, technology };
        built.name_two_alike();
        let Builder { units, people, members, .. } = built;
        Self { seed, geography: Geography::new(seed), units, people, members, sections, counties }
    }

    pub fn unit(&self, index: usize) -> UnitId {
        self.units[index].id
    }

    pub fn person(&self, index: usize) -> PersonId {
        self.people[index].row.id
    }

    /// The commands that enter the force: units first, then people in parts.
    pub fn enrolment(&self) -> Vec<(Uuid, board::Command, Vec<Text>)> {
        use board::force::{Changes, Command};
        let keep = |changes| board::Command::Force(Command::Keep(changes));
        let units = Changes { units: self.units.clone(), ..Changes::default() };
        let mut commands = vec![(units_command(self.seed), keep(units), Vec::new())];
        for (part, members) in self.people.chunks(PEOPLE_AT_ONCE).enumerate() {
            let people = members.iter().map(|member| member.row.clone()).collect();
            let texts = members.iter().flat_map(texts_of).collect();
            let changes = Changes { people, ..Changes::default() };
            commands.push((people_command(self.seed, part), keep(changes), texts));
        }
        commands
    }
}

fn texts_of(member: &Member) -> Vec<Text> {
    let text = |id, kind, body: &String| Text { id, kind, body: body.clone() };
    let mut texts = vec![
        text(member.row.name, TextKind::Name, &member.name),
        text(member.row.number, TextKind::StaffNumber, &member.number),
    ];
    texts.extend(member.row.telephone.map(|id| text(id, TextKind::Telephone, &member.telephone)));
    texts
}

fn units_command(seed: u64) -> Uuid {
    command_id(seed, "units", 0)
}

fn people_command(seed: u64, part: usize) -> Uuid {
    command_id(seed, "people", part as u64)
}

struct Builder {
    seed: u64,
    random: Random,
    units: Vec<UnitRow>,
    people: Vec<Member>,
    members: Vec<Vec<usize>>,
}

impl Builder {
    fn new(seed: u64) -> Self {
        Self { seed, random: Random::new(seed, "people"), units: Vec::new(), people: Vec::new(), members: Vec::new() }
    }

    fn unit(&mut self, parent: Option<usize>, name: Label, callsign: &str, channel: &str) -> usize {
        let index = self.units.len();
        let id = UnitId::mint(CommandId(units_command(self.seed).as_u128()), index as u32);
        let parent = parent.map(|parent| self.units[parent].id);
        let telephone = format!("{AREA}-8{index:03}110").into();
        let order = index as u32;
        self.units.push(UnitRow {
            id,
            parent,
            name,
            callsign: callsign.into(),
            channel: channel.into(),
            telephone,
            order,
        });
        self.members.push(Vec::new());
        index
    }

    fn county(
        &mut self,
        bureau: usize,
        county: usize,
        names: &mut impl Iterator<Item = (&'static str, &'static str)>,
    ) -> County {
        let place = &COUNTIES[county];
        let channel = (11 + county).to_string();
        let (en, zh) = if place.district {
            (format!("{} District Branch", place.en), format!("陇东市公安局{}分局", place.zh))
        } else {
            (format!("{} County Bureau", place.en), format!("{}县公安局", place.zh))
        };
        let unit = self.unit(Some(bureau), Label::new(&en, &zh), &callsign(Some(county), 0), &channel);
        self.people(unit, Some(county), COUNTY_LEADERS, Work::Leading, "");
        let sections = COUNTY_SECTIONS.map(|(section_zh, section_en, strength, work)| {
            let n = 40 + 10 * (self.units.len() - unit);
            let label = Label::new(&format!("{} {section_en}", place.en), &format!("{zh}{section_zh}"));
            let callsign = callsign(Some(county), n);
            let section = self.unit(Some(unit), label, &callsign, &channel);
            self.people(section, Some(county), strength, work, &format!("{callsign}-"));
            section
        });
        let mut stations = Vec::with_capacity(STATIONS_OF_A_COUNTY);
        for n in 0..STATIONS_OF_A_COUNTY {
            let (station_zh, station_en) = match n {
                0 if place.district => ("钟楼".to_owned(), "Zhonglou".to_owned()),
                0 => (format!("{}城关", place.zh), format!("{} Chengguan", place.en)),
                _ => names.next().map(|(zh, en)| (zh.to_owned(), en.to_owned())).unwrap_or_default(),
            };
            let label_zh =
                if n == 0 && !place.district { "城关派出所".to_owned() } else { format!("{station_zh}派出所") };
            let label = Label::new(&format!("{station_en} Station"), &format!("{zh}{label_zh}"));
            let callsign = callsign(Some(county), 11 + n);
            let station = self.unit(Some(unit), label, &callsign, &channel);
            self.people(station, Some(county), STATION_STRENGTH, Work::Station, &format!("{callsign}-"));
            stations.push(Station { unit: station, zh: station_zh, en: station_en });
        }
        let [command_centre, traffic, swat] = sections;
        County { unit, command_centre, traffic, swat, stations }
    }

    /// Adds the people of a unit; the first ones are its leaders. `of` begins the callsigns of those who do not lead.
    fn people(&mut self, unit: usize, county: Option<usize>, strength: usize, work: Work, of: &str) {
        for rank in 1..=strength {
            let index = self.people.len();
            let random = &mut self.random;
            let officer = match work {
                Work::Leading => true,
                _ if rank <= 4 => true,
                Work::Command | Work::Traffic | Work::Swat | Work::Desk => random.in_thousand(690),
                Work::Station => random.in_thousand(505),
            };
            let grade = if officer { Grade::Officer } else { Grade::Auxiliary };
            let qualifications = qualifications(random, grade, work);
            let callsign = match work {
                Work::Leading => callsign(county, rank),
                _ => format!("{of}{rank:02}"),
            };
            let command = people_command(self.seed, index / PEOPLE_AT_ONCE);
            let place = (index % PEOPLE_AT_ONCE) as u32;
            let row = PersonRow {
                id: PersonId::mint(CommandId(command.as_u128()), place),
                unit: self.units[unit].id,
                grade,
                qualifications,
                callsign: callsign.into(),
                number: text_id(command, place * 3 + 1),
                name: text_id(command, place * 3),
                telephone: Some(text_id(command, place * 3 + 2)),
            };
            let number = if officer { format!("LD{:05}", 10_000 + index) } else { format!("FJ{:05}", 50_000 + index) };
            let telephone = format!("{AREA}-5{:06}", 100_003 + index * 7);
            self.people.push(Member { row, name: names::name(random), number, telephone, county });
            self.members[unit].push(index);
        }
    }

    /// Two officers of one station in Lingbei share a name: whoever looks for one must be shown both.
    fn name_two_alike(&mut self) {
        let lingbei = self.units.iter().position(|unit| *unit.callsign == *callsign(Some(LINGBEI), 12));
        if let Some(&[.., one, other]) = lingbei.map(|unit| self.members[unit].as_slice()) {
            self.people[other].name = self.people[one].name.clone();
        }
    }
}

fn qualifications(random: &mut Random, grade: Grade, work: Work) -> Qualifications {
    // Shares in a thousand: driver, firearms (officers only), first aid, language, traffic.
    let shares = match work {
        Work::Leading => [700, 800, 300, 100, 100],
        Work::Command => [400, 400, 250, 150, 100],
        Work::Traffic => [850, 450, 450, 40, 950],
        Work::Swat => [750, 950, 600, 40, 100],
        Work::Desk => [500, 400, 150, 120, 60],
        Work::Station => [620, 600, 320, 40, 130],
    };
    let held = |(qualification, share): (Qualification, usize)| {
        let lucky = random.in_thousand(share);
        let may = qualification != Qualification::Firearms || grade == Grade::Officer;
        (lucky && may).then_some(qualification)
    };
    Qualification::ALL.into_iter().zip(shares).filter_map(held).collect()
}

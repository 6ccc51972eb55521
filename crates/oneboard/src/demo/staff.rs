//! Who holds which role in Longdong, and who keeps the watch on which day.

use board::access::Role;
use board::force::{Grade, Qualification};
use board::{CommandId, GrantId, access};
use uuid::Uuid;

use super::longdong::{Longdong, Sections};
use super::places::LINGBEI;
use super::plan::TONIGHT;
use super::random::command_id;

/// The people of the demonstration, by the name of their sign-in link.
pub const CAST: [&str; 7] =
    ["duty-officer", "county-leader", "officer", "inspector", "writer", "station-leader", "bureau-leader"];

/// Leaders of the bureau who take turns on duty.
const BUREAU_LEADERS: usize = 4;

/// Indices of people.
#[derive(Debug, Clone)]
pub struct Staff {
    /// Leaders and duty officers of the bureau; who stands on the board as `duty-officer` is not among them, because that
    /// one's watch is the visitor's.
    pub leaders: Vec<usize>,
    pub duty_officers: Vec<usize>,
    pub county_leaders: Vec<Vec<usize>>,
    pub county_duty_officers: Vec<Vec<usize>>,
    pub inspectors: Vec<usize>,
    pub administrators: [usize; 3],
    pub cast: [usize; CAST.len()],
}

impl Staff {
    pub fn new(longdong: &Longdong) -> Self {
        let members = |unit: usize| &longdong.members[unit];
        let sections = longdong.sections;
        let some = |unit: usize, from: usize, to: usize| members(unit)[from..to].to_vec();
        let county_leaders: Vec<_> = longdong.counties.iter().map(|county| some(county.unit, 0, 3)).collect();
        let officer = members(longdong.counties[LINGBEI].traffic)
            .iter()
            .skip(5)
            .copied()
            .find(|person| {
                let row = &longdong.people[*person].row;
                let held = |qualification| row.qualifications.contains(&qualification);
                row.grade == Grade::Officer && held(Qualification::Traffic) && held(Qualification::Driver)
            })
            .unwrap_or(members(longdong.counties[LINGBEI].traffic)[5]);
        Self {
            leaders: some(sections.bureau, 0, BUREAU_LEADERS),
            duty_officers: some(sections.command_centre, 1, 6),
            county_duty_officers: longdong.counties.iter().map(|county| some(county.command_centre, 1, 5)).collect(),
            inspectors: some(sections.inspectorate, 0, 4),
            administrators: [
                members(sections.technology)[1],
                members(sections.technology)[2],
                members(sections.technology)[3],
            ],
            cast: [
                members(sections.command_centre)[6],
                county_leaders[LINGBEI][0],
                officer,
                members(sections.inspectorate)[1],
                members(sections.office)[1],
                // The traffic brigade that the officer serves in.
                members(longdong.counties[LINGBEI].traffic)[0],
                // The leader on duty tonight.
                members(sections.bureau)[TONIGHT % BUREAU_LEADERS],
            ],
            county_leaders,
        }
    }

    pub fn visitor(&self) -> usize {
        self.cast[0]
    }

    pub fn officer(&self) -> usize {
        self.cast[2]
    }

    /// Who keeps the watch from 08:00 of a day on.
    pub fn duty_officer(&self, county: Option<usize>, day: usize) -> usize {
        let turn = county.map_or(&self.duty_officers, |county| &self.county_duty_officers[county]);
        turn[day % turn.len()]
    }

    pub fn leader(&self, county: Option<usize>, day: usize) -> usize {
        let turn = county.map_or(&self.leaders, |county| &self.county_leaders[county]);
        turn[day % turn.len()]
    }

    /// Those who stand no posts, because something else rests on them.
    pub fn reserved(&self, longdong: &Longdong) -> Vec<bool> {
        let mut reserved = vec![false; longdong.people.len()];
        let chiefs = longdong.members.iter().filter_map(|members| members.first());
        let leaders = std::iter::once(longdong.sections.bureau)
            .chain(longdong.counties.iter().map(|county| county.unit))
            .flat_map(|unit| &longdong.members[unit]);
        let lists = [&self.duty_officers, &self.inspectors];
        let all = chiefs.chain(leaders).chain(lists.into_iter().flatten());
        let all = all.chain(self.county_duty_officers.iter().flatten()).chain(&self.administrators).chain(&self.cast);
        for person in all {
            reserved[*person] = true;
        }
        reserved
    }

    /// The commands that grant the roles.
    pub fn grants(&self, longdong: &Longdong) -> Vec<(Uuid, board::Command)> {
        let bureau = longdong.sections.bureau;
        let mut held: Vec<(usize, Role, usize)> = Vec::new();
        let give = |held: &mut Vec<_>, people: &[usize], role: Role, unit: usize| {
            held.extend(people.iter().map(|person| (*person, role, unit)));
        };
        give(&mut held, &self.leaders, Role::Leader, bureau);
        give(&mut held, &self.duty_officers, Role::DutyOfficer, bureau);
        give(&mut held, &[self.visitor()], Role::DutyOfficer, bureau);
        give(&mut held, &self.inspectors, Role::Inspector, bureau);
        give(&mut held, &[self.cast[4]], Role::Writer, bureau);
        let administrators = [Role::SystemAdministrator, Role::SecurityAdministrator, Role::AuditAdministrator];
        held.extend(self.administrators.into_iter().zip(administrators).map(|(person, role)| (person, role, bureau)));
        for (n, county) in longdong.counties.iter().enumerate() {
            give(&mut held, &self.county_leaders[n], Role::Leader, county.unit);
            give(&mut held, &self.county_duty_officers[n], Role::DutyOfficer, county.unit);
            let below = [county.command_centre, county.traffic, county.swat].into_iter();
            for unit in below.chain(county.stations.iter().map(|station| station.unit)) {
                give(&mut held, &longdong.members[unit][..1], Role::Leader, unit);
            }
        }
        let Sections { command_centre, traffic, swat, inspectorate, office, technology, .. } = longdong.sections;
        for unit in [command_centre, traffic, swat, inspectorate, office, technology] {
            give(&mut held, &longdong.members[unit][..1], Role::Leader, unit);
        }
        let command = |(n, (person, role, unit)): (usize, (usize, Role, usize))| {
            let id = command_id(longdong.seed, "grant", n as u64);
            let grant = access::Command::Grant {
                id: GrantId::mint(CommandId(id.as_u128()), 0),
                person: longdong.person(person),
                role,
                unit: longdong.unit(unit),
                from: None,
                until: None,
            };
            (id, board::Command::Access(grant))
        };
        held.into_iter().enumerate().map(command).collect()
    }
}

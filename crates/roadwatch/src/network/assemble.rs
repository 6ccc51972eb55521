//! Ways to sections: cut where roads meet, join where only the map's editors had cut.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::tags::Kind;
use super::{Flow, Network, NetworkError, Plaza, Road, Section, SectionId};
use crate::area::{Point, distance_m};

/// Booths nearer than this to a plaza's first booth belong to it: lanes lie side by side, and plazas are kilometres apart.
const PLAZA_REACH_M: f64 = 300.0;

/// What a reader found, nodes by their place in `ids`.
#[derive(Default)]
pub(super) struct Raw {
    pub kinds: Vec<Kind>,
    known: BTreeMap<Kind, u32>,
    pub ways: Vec<Way>,
    /// Nodes of all ways one after the other; `u32::MAX` for one that is not in the file.
    pub references: Vec<u32>,
    /// Ids of nodes, rising.
    pub ids: Vec<i64>,
    /// Longitude and latitude in steps of 10⁻⁷ degrees; `None` if the file does not have the node.
    pub places: Vec<Option<[i32; 2]>>,
    pub booths: BTreeMap<usize, Booth>,
}

/// A way: its kind and where its nodes are in `references`, in the direction of traffic.
pub(super) struct Way {
    pub kind: u32,
    pub first: usize,
    pub len: usize,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Booth {
    pub name: String,
    pub name_en: String,
}

impl Raw {
    pub fn intern(&mut self, kind: Kind) -> u32 {
        let next = self.kinds.len() as u32;
        let Raw { kinds, known, .. } = self;
        *known.entry(kind).or_insert_with_key(|kind| {
            kinds.push(kind.clone());
            next
        })
    }

    fn point(&self, node: u32) -> Point {
        self.places[node as usize].map_or([0.0; 2], |[lon, lat]| [f64::from(lon) / 1e7, f64::from(lat) / 1e7])
    }
}

/// A stretch of one way between two joints.
struct Piece {
    kind: u32,
    nodes: std::ops::Range<usize>,
}

/// One end of a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
struct End {
    piece: u32,
    /// Is it the piece's last node?
    last: bool,
}

impl End {
    fn other(self) -> End {
        End { last: !self.last, ..self }
    }
}

pub(super) fn assemble(raw: Raw) -> Result<Network, NetworkError> {
    let pieces = cut(&raw);
    let chains = join(&raw, &pieces);
    if chains.is_empty() {
        return Err(NetworkError::Empty);
    }
    finish(&raw, chains)
}

/// Stretches of ways whose nodes are all in the file.
fn runs(raw: &Raw) -> impl Iterator<Item = (u32, std::ops::Range<usize>)> {
    let present = |i: &usize| {
        let node = raw.references[*i];
        node != u32::MAX && raw.places[node as usize].is_some()
    };
    raw.ways.iter().flat_map(move |way| {
        let mut at = way.first;
        let end = way.first + way.len;
        std::iter::from_fn(move || {
            let from = (at..end).find(present)?;
            let to = (from..end).find(|i| !present(i)).unwrap_or(end);
            at = to;
            Some((way.kind, from..to))
        })
        .filter(|(_, run)| run.len() > 1)
    })
}

fn cut(raw: &Raw) -> Vec<Piece> {
    // Two is enough to be a joint.
    let mut uses = vec![0u8; raw.ids.len()];
    for (_, run) in runs(raw) {
        for i in run.clone() {
            let ends = i == run.start || i + 1 == run.end;
            let node = raw.references[i] as usize;
            uses[node] = uses[node].saturating_add(if ends { 2 } else { 1 });
        }
    }
    for booth in raw.booths.keys() {
        uses[*booth] = 2;
    }
    let mut pieces = Vec::new();
    for (kind, run) in runs(raw) {
        let mut from = run.start;
        for i in run.start + 1..run.end {
            if uses[raw.references[i] as usize] >= 2 {
                pieces.push(Piece { kind, nodes: from..i + 1 });
                from = i;
            }
        }
    }
    // A node repeated at once makes a piece without length.
    pieces.retain(|p| raw.references[p.nodes.clone()].windows(2).any(|w| w[0] != w[1]));
    pieces
}

/// Chains of pieces of one kind where nothing else meets them, as lists of nodes.
fn join(raw: &Raw, pieces: &[Piece]) -> Vec<(u32, Vec<u32>)> {
    let node = |end: End| {
        let nodes = &pieces[end.piece as usize].nodes;
        raw.references[if end.last { nodes.end - 1 } else { nodes.start }]
    };
    let all_ends = || (0..pieces.len() as u32).flat_map(|piece| [false, true].map(|last| End { piece, last }));
    let mut meeting: Vec<(u32, [Option<End>; 2])> = vec![(0, [None; 2]); raw.ids.len()];
    for end in all_ends() {
        let (count, ends) = &mut meeting[node(end) as usize];
        if let Some(slot) = ends.get_mut(*count as usize) {
            *slot = Some(end);
        }
        *count += 1;
    }
    let partner = |end: End| -> Option<End> {
        let at = node(end);
        let (2, [Some(a), Some(b)]) = meeting[at as usize] else { return None };
        let kind = |e: End| pieces[e.piece as usize].kind;
        let flows_on = a.last != b.last || raw.kinds[kind(a) as usize].flow == Flow::Both;
        let joins = a.piece != b.piece && kind(a) == kind(b) && flows_on && !raw.booths.contains_key(&(at as usize));
        joins.then_some(if a == end { b } else { a })
    };
    let mut done = vec![false; pieces.len()];
    let mut chains = Vec::new();
    for piece in 0..pieces.len() as u32 {
        if done[piece as usize] {
            continue;
        }
        // Back to where the chain begins, or once round if it is a loop.
        let mut begin = End { piece, last: false };
        while let Some(before) = partner(begin).map(End::other) {
            begin = before;
            if begin.piece == piece {
                break;
            }
        }
        let mut nodes: Vec<u32> = Vec::new();
        let mut at = Some(begin);
        while let Some(end) = at.filter(|e| !done[e.piece as usize]) {
            done[end.piece as usize] = true;
            let part = &raw.references[pieces[end.piece as usize].nodes.clone()];
            let skip = usize::from(!nodes.is_empty());
            if end.last {
                nodes.extend(part.iter().rev().skip(skip));
            } else {
                nodes.extend(part.iter().skip(skip));
            }
            at = partner(end.other());
        }
        nodes.dedup();
        let kind = pieces[piece as usize].kind;
        // A chain of one-way pieces that was entered from its far end runs against the traffic.
        if begin.last && raw.kinds[kind as usize].flow == Flow::Forward {
            nodes.reverse();
        }
        chains.push((kind, nodes));
    }
    chains
}

/// Ids of the first two and the last two nodes: what a section is known by over imports.
fn landmarks(raw: &Raw, nodes: &[u32]) -> [i64; 4] {
    let id = |i: usize| nodes.get(i).map_or(0, |n| raw.ids[*n as usize]);
    [id(0), id(1), id(nodes.len().saturating_sub(2)), id(nodes.len().saturating_sub(1))]
}

fn finish(raw: &Raw, mut chains: Vec<(u32, Vec<u32>)>) -> Result<Network, NetworkError> {
    for (kind, nodes) in &mut chains {
        let forward = landmarks(raw, nodes);
        let [a, b, c, d] = forward;
        if raw.kinds[*kind as usize].flow == Flow::Both && [d, c, b, a] < forward {
            nodes.reverse();
        }
    }
    let mut named: Vec<(SectionId, u32, Vec<u32>)> =
        chains.into_iter().map(|(kind, nodes)| (name(landmarks(raw, &nodes), 0), kind, nodes)).collect();
    named.sort_by(|a, b| (a.0, &a.2).cmp(&(b.0, &b.2)));
    // Parallel ways over the same landmarks are told apart by their order.
    let mut twin = 0;
    for i in 1..named.len() {
        let same = landmarks(raw, &named[i].2) == landmarks(raw, &named[i - 1].2);
        twin = if same { twin + 1 } else { 0 };
        if twin > 0 {
            named[i].0 = name(landmarks(raw, &named[i].2), twin);
        }
    }
    named.sort_by_key(|n| n.0);
    named.dedup_by_key(|n| n.0);

    let mut roads: Vec<Road> = raw.kinds.iter().map(|k| k.road.clone()).collect();
    roads.sort();
    roads.dedup();
    let mut junction_of: BTreeMap<u32, u32> = BTreeMap::new();
    let mut junctions = Vec::new();
    let mut sections = Vec::with_capacity(named.len());
    let mut points = Vec::new();
    let mut hash = Sha256::new();
    for (id, kind, nodes) in &named {
        let kind = &raw.kinds[*kind as usize];
        let first_point = points.len() as u32;
        points.extend(nodes.iter().map(|n| raw.point(*n)));
        let mut junction = |node: Option<&u32>| {
            let node = *node.unwrap_or(&0);
            *junction_of.entry(node).or_insert_with(|| {
                junctions.push(raw.point(node));
                junctions.len() as u32 - 1
            })
        };
        let section = Section {
            id: *id,
            class: kind.class,
            link: kind.link,
            flow: kind.flow,
            bridge: kind.bridge,
            tunnel: kind.tunnel,
            toll: kind.toll,
            posted_kmh: kind.posted_kmh,
            length_m: points[first_point as usize..].windows(2).map(|w| distance_m(w[0], w[1])).sum(),
            road: roads.binary_search(&kind.road).unwrap_or(0) as u32,
            from: junction(nodes.first()),
            to: junction(nodes.last()),
            first_point,
            points: nodes.len() as u32,
        };
        hash.update(id.0.to_le_bytes());
        hash.update(format!("{kind:?}"));
        for place in nodes.iter().filter_map(|n| raw.places[*n as usize]).flatten() {
            hash.update(place.to_le_bytes());
        }
        sections.push(section);
    }
    let plazas = plazas(raw, &sections, &junction_of);
    for plaza in &plazas {
        hash.update(format!("{plaza:?}"));
    }
    let by_id = sections.iter().enumerate().map(|(place, s)| (s.id, place as u32)).collect();
    Ok(Network { hash: hash.finalize().into(), sections, points, roads, junctions, plazas, by_id })
}

fn name(landmarks: [i64; 4], twin: u32) -> SectionId {
    let mut hash = Sha256::new();
    landmarks.iter().for_each(|id| hash.update(id.to_le_bytes()));
    if twin > 0 {
        hash.update(twin.to_le_bytes());
    }
    let digest: [u8; 32] = hash.finalize().into();
    SectionId(digest.iter().take(8).fold(0, |n, b| n << 8 | u64::from(*b)))
}

fn plazas(raw: &Raw, sections: &[Section], junction_of: &BTreeMap<u32, u32>) -> Vec<Plaza> {
    struct Cluster {
        booth: Booth,
        places: Vec<Point>,
        junctions: Vec<u32>,
    }
    let mut clusters: Vec<Cluster> = Vec::new();
    for (node, booth) in &raw.booths {
        let Some(junction) = junction_of.get(&(*node as u32)) else { continue };
        let place = raw.point(*node as u32);
        let near = clusters.iter_mut().find(|c| {
            let same = c.booth.name == booth.name || c.booth.name.is_empty() || booth.name.is_empty();
            same && c.places.first().is_some_and(|p| distance_m(*p, place) <= PLAZA_REACH_M)
        });
        match near {
            Some(cluster) => {
                if cluster.booth.name.is_empty() {
                    cluster.booth = booth.clone();
                }
                cluster.places.push(place);
                cluster.junctions.push(*junction);
            }
            None => clusters.push(Cluster { booth: booth.clone(), places: vec![place], junctions: vec![*junction] }),
        }
    }
    let mut plazas: Vec<Plaza> = clusters
        .into_iter()
        .map(|c| {
            let count = c.places.len() as f64;
            let middle = c.places.iter().fold([0.0; 2], |m, p| [m[0] + p[0] / count, m[1] + p[1] / count]);
            let touches = |s: &&Section| c.junctions.contains(&s.from) || c.junctions.contains(&s.to);
            let sections = sections.iter().filter(touches).map(|s| s.id).collect();
            Plaza { name: c.booth.name, name_en: c.booth.name_en, at: middle, sections }
        })
        .collect();
    plazas.sort_by(|a, b| a.name.cmp(&b.name).then(a.at[0].total_cmp(&b.at[0])).then(a.at[1].total_cmp(&b.at[1])));
    plazas
}

//! One step of the hub: from what has come in to the orders for the shards. Pure but for the owner's rendering.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use crate::desk::{AudienceId, Desk, KeyId, ViewerId};
use crate::frame::{self, Frame};
use crate::hub::Views;
use crate::shard::{News, Order};
use crate::sink::Sink;
use crate::{FragmentKey, Viewer};

pub(crate) type Change = Box<dyn Fn(&FragmentKey) -> Option<FragmentKey> + Send>;

/// In the order in which they were said; an end after a join ends it.
pub(crate) enum Command {
    Join { viewer: Box<Viewer>, sink: Sink },
    End(u64),
    Revise { session: u64, change: Change },
}

#[derive(Default)]
pub(crate) struct Batch {
    pub commands: Vec<Command>,
    pub departed: Vec<ViewerId>,
    pub dirty: BTreeSet<Arc<str>>,
    /// A second has passed; `true` if a heartbeat is due too.
    pub pulse: Option<bool>,
}

pub(crate) struct Planner {
    pub desk: Desk,
    pub tick: u64,
    pub rendered: u64,
    pub faults: u64,
    shards: usize,
}

struct Arriving {
    viewer: Box<Viewer>,
    sink: Sink,
    audience: AudienceId,
}

impl Planner {
    pub fn new(shards: usize) -> Self {
        Self { desk: Desk::default(), tick: 0, rendered: 0, faults: 0, shards }
    }

    /// The orders for each shard, in the order in which they must be done: who is out, the tick, who is in.
    pub fn step(&mut self, batch: Batch, views: &Views) -> Vec<Vec<Order>> {
        let mut arriving: BTreeMap<ViewerId, Arriving> = BTreeMap::new();
        let mut moving: BTreeMap<ViewerId, (AudienceId, Vec<Arc<str>>)> = BTreeMap::new();
        let mut ended: Vec<ViewerId> = Vec::new();
        batch.departed.into_iter().for_each(|viewer| self.desk.leave(viewer));
        for command in batch.commands {
            let leaving = match command {
                Command::Join { viewer, sink } => {
                    let (id, audience, surplus) = self.desk.place(&viewer);
                    arriving.insert(id, Arriving { viewer, sink, audience });
                    surplus
                }
                Command::End(session) => self.desk.end(session),
                Command::Revise { session, change } => {
                    for moved in self.desk.revise(session, &*change) {
                        if let Some(arriving) = arriving.get_mut(&moved.viewer) {
                            arriving.audience = moved.to;
                        } else {
                            let entry = moving.entry(moved.viewer).or_default();
                            entry.0 = moved.to;
                            entry.1.extend(moved.gone);
                        }
                    }
                    Vec::new()
                }
            };
            for viewer in leaving {
                moving.remove(&viewer);
                match arriving.remove(&viewer) {
                    Some(never_seated) => never_seated.sink.close_with(&frame::END),
                    None => ended.push(viewer),
                }
            }
        }

        let entered: HashSet<AudienceId> =
            arriving.values().map(|a| a.audience).chain(moving.values().map(|m| m.0)).collect();
        let entered: Vec<AudienceId> = entered.into_iter().collect();
        let wanted = self.desk.wanted(&batch.dirty, &entered);
        self.tick += 1;
        let at = frame::at(&(views.at)());
        let rendered = self.render(wanted, views);
        let shares = self.desk.take(self.tick, &at, rendered);
        let news = Arc::new(News { shares, dead: self.desk.dead() });

        let mut orders: Vec<Vec<Order>> = (0..self.shards).map(|_| Vec::new()).collect();
        self.spread(&mut orders, ended, Order::End);
        self.spread(&mut orders, moving.keys().copied().collect(), Order::Detach);
        for orders in &mut orders {
            if !news.shares.is_empty() || !news.dead.is_empty() {
                orders.push(Order::Tick(news.clone()));
            }
            if let Some(heartbeat) = batch.pulse {
                orders.push(Order::Pulse { at: at.clone(), heartbeat });
            }
        }
        for (viewer, (audience, gone)) in moving {
            let view = [self.gone(&gone), self.desk.view(audience, &at, &[])].concat().into();
            let order = Order::Attach { viewer, audience, view };
            self.shard(&mut orders, viewer).push(order);
        }
        for (id, Arriving { viewer, sink, audience }) in arriving {
            let mut view = self.desk.view(audience, &at, &viewer.have);
            if !viewer.refused.is_empty() {
                view = [self.gone(&viewer.refused), view].concat().into();
            }
            let order = Order::Seat { viewer: id, audience, sink, pulse: viewer.pulse, view };
            self.shard(&mut orders, id).push(order);
        }
        orders
    }

    /// Renders all at once, so that the owner can take one state of the board for the whole tick.
    fn render(&mut self, wanted: Vec<(KeyId, FragmentKey)>, views: &Views) -> Vec<(KeyId, Option<String>)> {
        if wanted.is_empty() {
            return Vec::new();
        }
        let (ids, keys): (Vec<KeyId>, Vec<FragmentKey>) = wanted.into_iter().unzip();
        // A view that panics must not silence every screen: its last frame stays, and the fault is counted.
        match catch_unwind(AssertUnwindSafe(|| (views.render)(&keys))) {
            Ok(html) if html.len() == ids.len() => {
                self.rendered += ids.len() as u64;
                ids.into_iter().zip(html).collect()
            }
            _ => {
                self.faults += 1;
                Vec::new()
            }
        }
    }

    fn gone(&self, fragments: &[Arc<str>]) -> Bytes {
        let mut bytes = BytesMut::new();
        for fragment in fragments {
            bytes.extend_from_slice(&Frame::gone(self.tick, fragment).bytes);
        }
        bytes.freeze()
    }

    fn shard<'a>(&self, orders: &'a mut [Vec<Order>], viewer: ViewerId) -> &'a mut Vec<Order> {
        &mut orders[(viewer % self.shards as u64) as usize]
    }

    fn spread(&self, orders: &mut [Vec<Order>], viewers: Vec<ViewerId>, order: fn(Vec<ViewerId>) -> Order) {
        let mut parts: Vec<Vec<ViewerId>> = (0..self.shards).map(|_| Vec::new()).collect();
        for viewer in viewers {
            parts[(viewer % self.shards as u64) as usize].push(viewer);
        }
        for (orders, part) in orders.iter_mut().zip(parts) {
            if !part.is_empty() {
                orders.push(order(part));
            }
        }
    }
}

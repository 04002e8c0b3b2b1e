//! Who gets how much of the traffic, and who is stopped.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::candidate::Candidate;
use super::live::{Health, Live, Traffic};
use super::model::{Event, Instance, Route, Routes};
use super::state::{Outbox, State};

impl State {
    /// Shares out the traffic. Gives the new shares, if they changed.
    ///
    /// The candidate is due the weight of its stage, the serving instance the
    /// rest, all others nothing. But the weight of what is not healthy does not
    /// rise: what it is due and cannot take stays where it is, with the
    /// healthy first.
    pub(super) fn route(&mut self) -> Option<Routes> {
        let serving = self.serving?;
        let raised = self.candidate.as_ref().map_or(0, Candidate::weight);
        let candidate = self.candidate.as_ref().map(|candidate| candidate.start);
        let due = |live: &Live| match live.instance.start {
            start if start == serving => 100 - raised,
            start if Some(start) == candidate => raised,
            _ => 0,
        };
        if self.live.iter().all(|live| due(live) == live.weight) {
            return None;
        }
        let mut weights: Vec<u8> = (self.live.iter())
            .map(|live| match due(live) {
                due if due > live.weight && !live.is_healthy() => live.weight,
                due => due,
            })
            .collect();
        let mut left = 100 - weights.iter().sum::<u8>();
        let mut by_health: Vec<usize> = (0..self.live.len()).collect();
        by_health.sort_by_key(|index| Reverse(self.live[*index].is_healthy()));
        for index in by_health {
            let kept = left.min(self.live[index].weight.saturating_sub(weights[index]));
            weights[index] += kept;
            left -= kept;
        }
        if self
            .live
            .iter()
            .map(|live| live.weight)
            .eq(weights.iter().copied())
        {
            return None;
        }
        for (live, weight) in self.live.iter_mut().zip(weights) {
            if weight > 0 {
                live.traffic = Traffic::Some;
            } else if live.weight > 0 {
                live.traffic = Traffic::DrainsSince(self.now);
            }
            live.weight = weight;
        }
        let routed = self.live.iter().filter(|live| live.weight > 0);
        let routes = routed.map(|live| Route {
            instance: live.instance.clone(),
            weight: live.weight,
        });
        Some(Routes(routes.collect()))
    }

    /// Stops what is not needed any more and has drained.
    pub(super) fn clean_up(&mut self, out: &mut Outbox) {
        let (now, drain) = (self.now, self.policy.drain());
        let stays = |live: &Live| {
            let is_draining = live.drained_at(drain).is_some_and(|end| now < end);
            self.is_needed(live) || is_draining && !matches!(live.health, Health::Ended { .. })
        };
        let stopped = self.live.iter().filter(|live| !stays(live));
        let stopped: Vec<Instance> = stopped.map(|live| live.instance.clone()).collect();
        for instance in stopped {
            self.live.retain(|live| live.instance != instance);
            let revision = instance.revision.clone();
            out.stops.push(instance);
            self.notify(Event::Stopped { revision }, out);
        }
    }

    /// Whether an instance serves, is to, or has a share.
    pub(super) fn is_needed(&self, live: &Live) -> bool {
        let start = Some(live.instance.start);
        let candidate = self.candidate.as_ref().map(|candidate| candidate.start);
        start == self.serving || start == candidate || live.weight > 0
    }
}

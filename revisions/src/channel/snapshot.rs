use alloc::borrow::ToOwned;
use alloc::collections::VecDeque;
use alloc::string::String;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Channel;
use super::live::Live;
use super::model::Action;
use super::state::{MAX_HISTORY, State};

/// Serialises the state and the actions that were not polled yet. A channel
/// that is read back continues as this one would have.
impl Serialize for Channel {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written {
            state: &self.state,
            actions: &self.actions,
        }
        .serialize(serializer)
    }
}

/// Refuses a state that no channel can reach, such as shares that do not add
/// up, a candidate that does not run, or a clock that is behind the events.
impl<'de> Deserialize<'de> for Channel {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Read { state, actions } = Read::deserialize(deserializer)?;
        match state.problem() {
            None => Ok(Self { state, actions }),
            Some(problem) => Err(serde::de::Error::custom(problem)),
        }
    }
}

#[derive(Serialize)]
struct Written<'c> {
    state: &'c State,
    actions: &'c VecDeque<Action>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    state: State,
    actions: VecDeque<Action>,
}

impl State {
    /// Why no channel can come to this state.
    fn problem(&self) -> Option<String> {
        let starts = self.live.iter().map(|live| live.instance.start);
        if !starts.clone().is_sorted_by(|one, other| one < other) {
            return Some("the instances are not in the order of their starts".to_owned());
        }
        if starts
            .clone()
            .any(|start| start == 0 || start > self.starts)
        {
            return Some("an instance has a start that was not counted".to_owned());
        }
        // So that further starts can be counted.
        if self.starts > u64::MAX / 2 {
            return Some(alloc::format!("it counted {} starts", self.starts));
        }
        let sum: u32 = self.live.iter().map(|live| u32::from(live.weight)).sum();
        match self.serving {
            None if sum == 0 => {}
            Some(_) if sum == 100 => {}
            None => {
                return Some(alloc::format!(
                    "the shares add up to {sum}, but nothing serves"
                ));
            }
            Some(_) => return Some(alloc::format!("the shares add up to {sum}, not to 100")),
        }
        let runs = |start: u64| self.find(start).map(|live: &Live| &live.instance.revision);
        if self.serving.is_some_and(|start| runs(start).is_none()) {
            return Some("what serves does not run".to_owned());
        }
        if let Some(candidate) = &self.candidate {
            match runs(candidate.start) {
                None => return Some("the candidate does not run".to_owned()),
                Some(revision) if self.serving_revision() == Some(revision) => {
                    return Some(alloc::format!("the candidate {revision} serves already"));
                }
                Some(_) => {}
            }
            let weight = candidate.weight();
            if weight >= 100 {
                return Some(alloc::format!("the candidate has a step of {weight}"));
            }
        }
        if self.history.len() > MAX_HISTORY {
            return Some(alloc::format!("the history has over {MAX_HISTORY} notices"));
        }
        let mut notices = self.history.iter().chain(&self.turn);
        let late = notices.find(|notice| notice.at > self.now)?;
        Some(alloc::format!(
            "a notice is of {}, but it is only {}",
            late.at,
            self.now
        ))
    }
}

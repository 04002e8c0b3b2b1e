//! Pushing bindles to a registry and pulling them from one, as state machines
//! that say what to send next and take what came back.

mod pull;
mod push;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use core::fmt;

use thiserror::Error;

pub use self::pull::{Pull, PullError, Trust};
pub use self::push::{Payload, Push, PushError};
use crate::protocol::{ErrorBody, Format, Status};
use crate::text::excerpt;

/// Identifies the request that an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u64);

impl fmt::Display for Ticket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Requests that were made and not answered yet.
#[derive(Clone, Debug)]
struct Open<T> {
    steps: BTreeMap<Ticket, T>,
    next: u64,
}

impl<T> Open<T> {
    fn new() -> Self {
        Self {
            steps: BTreeMap::new(),
            next: 0,
        }
    }

    fn begin(&mut self, step: T) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.steps.insert(ticket, step);
        ticket
    }

    fn get_mut(&mut self, ticket: Ticket) -> Result<&mut T, UnknownTicket> {
        self.steps.get_mut(&ticket).ok_or(UnknownTicket(ticket))
    }

    fn end(&mut self, ticket: Ticket) -> Result<T, UnknownTicket> {
        self.steps.remove(&ticket).ok_or(UnknownTicket(ticket))
    }

    fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

/// An answer to a request that was not made, or that was answered before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there is no request with the ticket {0}, or it was answered before")]
pub struct UnknownTicket(Ticket);

/// The answer of a registry that refused a request.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the registry answers {status}{}{message}", if message.is_empty() { "" } else { ": " })]
pub struct Refused {
    status: Status,
    message: Box<str>,
}

impl Refused {
    fn new(status: Status, body: &[u8]) -> Self {
        let body = ErrorBody::read(body, Format::Toml);
        Self {
            status,
            message: body.map_or_else(|_| "".into(), |body| excerpt(&body.error)),
        }
    }

    /// The status of the answer.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// The message of the registry, cut short if it is long; empty if there is
    /// none, or if the answer is not from a registry.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

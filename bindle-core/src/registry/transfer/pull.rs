use alloc::boxed::Box;
use alloc::collections::{BTreeSet, VecDeque};
use alloc::vec::Vec;

use thiserror::Error;

use super::{Open, Refused, Ticket, UnknownTicket};
use crate::protocol::{BodyError, Format, Request, Resource, Status, read_invoice};
use crate::query::Yanked;
use crate::{
    ContentCheck, ContentError, Digest, Id, Invoice, InvoiceReader, Keyring, Label, Parcel,
    Rejected, Strategy,
};

/// Pulls a bindle from a registry: first the invoice, which has to be
/// trustworthy, then the wanted parcels, each checked while it arrives.
///
/// Poll it for [requests](Self::poll_request) until there are none, send them
/// one after the other or concurrently, and report the result of each: call
/// [`handle_response`](Self::handle_response), or
/// [`handle_failure`](Self::handle_failure) if there was no answer. The content
/// of a parcel may also be passed in chunks: call
/// [`handle_chunk`](Self::handle_chunk) for each, then
/// [`handle_end`](Self::handle_end). Content is not kept here: if it ended
/// without an error, it is the parcel; otherwise throw it away.
///
/// After an error, the step that failed is still to be done: poll again, at
/// once or later, to retry it. To continue an interrupted pull, start a new one
/// that [leaves out](Self::retain) what is already there.
///
/// ```
/// use bindle_core::registry::{Headers, MemoryRegistry, Pull, Trust};
/// # use bindle_core::registry::Policy;
/// use bindle_core::{Keyring, Strategy, UnixTime};
/// # use bindle_core::{Invoice, KeyEntry, Label, MediaType, Role, SecretKey, SecretKeyEntry};
///
/// # let now = UnixTime::from_seconds(1_700_000_000);
/// # let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// # let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
/// # let mut registry = MemoryRegistry::new(Policy::new(keyring.clone()));
/// # let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
/// #     .parcel(Label::of("hello.wasm", MediaType::WASM, b"\0asm..."))
/// #     .build()?;
/// # invoice.sign(&ada, Role::Creator, now)?;
/// # for label in registry.create(invoice.clone(), now)? {
/// #     registry.upload(invoice.id(), &label.digest(), b"\0asm...")?;
/// # }
/// let strategy = Strategy::CreativeIntegrity;
/// let mut pull = Pull::new("example.com/hello/1.0.0".parse()?, Trust::Signed { strategy, keyring });
/// while let Some((ticket, request)) = pull.poll_request() {
///     // A client sends `request.target(&prefix)`; here is the registry itself.
///     let response = registry.handle(&request, Headers::default(), b"", now);
///     pull.handle_response(ticket, response.status(), response.body())?;
///     pull.retain(|label| label.name().ends_with(".wasm"));
/// }
/// assert!(pull.is_done());
/// assert_eq!(pull.received().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pull {
    id: Id,
    yanked: Yanked,
    trust: Trust,
    reader: InvoiceReader,
    /// Whether the invoice is still to be requested.
    is_new: bool,
    invoice: Option<Invoice>,
    open: Open<Step>,
    /// Parcels that are still to be requested.
    waiting: VecDeque<Label>,
    received: Vec<Digest>,
}

#[derive(Clone, Debug)]
enum Step {
    Invoice,
    Parcel(Box<(Label, ContentCheck)>),
}

/// What makes an invoice from a registry trustworthy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Trust {
    /// Its content digest, which was published along with the id over a trusted
    /// channel.
    Pinned(Digest),
    /// Its signatures.
    Signed {
        /// Which of them are needed.
        strategy: Strategy,
        /// The keys that are trusted.
        keyring: Keyring,
    },
}

impl Pull {
    /// Starts to pull the bindle `id`.
    #[must_use]
    pub fn new(id: Id, trust: Trust) -> Self {
        Self {
            id,
            yanked: Yanked::default(),
            trust,
            reader: InvoiceReader::new(),
            is_new: true,
            invoice: None,
            open: Open::new(),
            waiting: VecDeque::new(),
            received: Vec::new(),
        }
    }

    /// Sets whether the bindle is wanted even if it is yanked.
    #[must_use]
    pub fn with_yanked(mut self, yanked: Yanked) -> Self {
        self.yanked = yanked;
        self
    }

    /// Sets the reader of the invoice, and with it the limits.
    #[must_use]
    pub fn with_reader(mut self, reader: InvoiceReader) -> Self {
        self.reader = reader;
        self
    }

    /// The next request, with the ticket for its answer; `None` if nothing is
    /// left to request, or nothing before an answer arrives.
    #[must_use = "a request is given only once"]
    pub fn poll_request(&mut self) -> Option<(Ticket, Request)> {
        let (id, yanked) = (self.id.clone(), self.yanked);
        let (step, resource) = if core::mem::take(&mut self.is_new) {
            (Step::Invoice, Resource::Invoice { id, yanked })
        } else {
            let label = self.waiting.pop_front()?;
            let (digest, check) = (label.digest(), label.check());
            let resource = Resource::Parcel { id, digest, yanked };
            (Step::Parcel(Box::new((label, check))), resource)
        };
        Some((self.open.begin(step), Request::Get(resource)))
    }

    /// Takes an answer with its complete body. An invoice is expected in TOML.
    ///
    /// # Errors
    ///
    /// - a ticket that is not open;
    /// - an answer that is not a success;
    /// - an invoice that cannot be read, belongs to another bindle, or is not
    ///   trustworthy;
    /// - content that is not what its label says.
    pub fn handle_response(
        &mut self,
        ticket: Ticket,
        status: Status,
        body: &[u8],
    ) -> Result<(), PullError> {
        let step = self.open.end(ticket)?;
        let taken = if status == Status::OK {
            match &step {
                Step::Invoice => self.take_invoice(body),
                Step::Parcel(parcel) => {
                    let (label, mut check) = (&parcel.0, parcel.1.clone());
                    let checked = check.update(body).and_then(|()| check.finish());
                    self.take_parcel(label, checked)
                }
            }
        } else {
            Err(Refused::new(status, body).into())
        };
        if taken.is_err() {
            self.put_back(step);
        }
        taken
    }

    /// Takes the next bytes of the body of a parcel. The status has to be 200.
    ///
    /// # Errors
    ///
    /// - a ticket that is not open, or not for a parcel;
    /// - more content than its label says: abort the transfer.
    pub fn handle_chunk(&mut self, ticket: Ticket, chunk: &[u8]) -> Result<(), PullError> {
        let Step::Parcel(parcel) = self.open.get_mut(ticket)? else {
            return Err(UnknownTicket(ticket).into());
        };
        let (label, check) = &mut **parcel;
        let digest = label.digest();
        if let Err(error) = check.update(chunk) {
            let step = self.open.end(ticket)?;
            self.put_back(step);
            return Err(PullError::Content { digest, error });
        }
        Ok(())
    }

    /// Ends the body of a parcel. If there is no error, the received bytes are
    /// the content of the parcel.
    ///
    /// # Errors
    ///
    /// - a ticket that is not open, or not for a parcel;
    /// - content that is not what its label says.
    pub fn handle_end(&mut self, ticket: Ticket) -> Result<(), PullError> {
        let Step::Parcel(parcel) = self.open.get_mut(ticket)? else {
            return Err(UnknownTicket(ticket).into());
        };
        let (label, check) = parcel.as_ref().clone();
        let taken = self.take_parcel(&label, check.finish());
        let step = self.open.end(ticket)?;
        if taken.is_err() {
            self.put_back(step);
        }
        taken
    }

    /// Takes note that a request was not answered, or not completely. It will
    /// be polled again.
    ///
    /// # Errors
    ///
    /// A ticket that is not open.
    pub fn handle_failure(&mut self, ticket: Ticket) -> Result<(), PullError> {
        let step = self.open.end(ticket)?;
        self.put_back(step);
        Ok(())
    }

    /// Leaves out those of the parcels not requested yet that are not `wanted`,
    /// because you have them, they are not selected, or they failed too often.
    /// When the invoice arrives, all of its parcels are wanted, each content
    /// once.
    pub fn retain(&mut self, mut wanted: impl FnMut(&Label) -> bool) {
        self.waiting.retain(|label| wanted(label));
    }

    /// The invoice, which is trustworthy; `None` before it has arrived.
    #[must_use]
    pub fn invoice(&self) -> Option<&Invoice> {
        self.invoice.as_ref()
    }

    /// The received parcels, in the order in which they were completed.
    #[must_use]
    pub fn received(&self) -> &[Digest] {
        &self.received
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        !self.is_new && self.waiting.is_empty() && self.open.is_empty()
    }

    fn put_back(&mut self, step: Step) {
        match step {
            Step::Invoice => self.is_new = true,
            Step::Parcel(parcel) => self.waiting.push_back(parcel.0),
        }
    }

    fn take_invoice(&mut self, body: &[u8]) -> Result<(), PullError> {
        let invoice = read_invoice(body, Format::Toml, &self.reader)?;
        if *invoice.id() != self.id {
            return Err(PullError::OtherId {
                asked: Box::new(self.id.clone()),
                found: Box::new(invoice.id().clone()),
            });
        }
        let invoice = match &self.trust {
            Trust::Pinned(pinned) => {
                let found = invoice.content_digest();
                if found != *pinned {
                    return Err(PullError::OtherContent {
                        id: Box::new(self.id.clone()),
                        pinned: *pinned,
                        found,
                    });
                }
                invoice
            }
            Trust::Signed { strategy, keyring } => strategy.verify(invoice, keyring)?.into_inner(),
        };
        let mut listed = BTreeSet::new();
        let labels = invoice.parcels().iter().map(Parcel::label);
        let labels = labels.filter(|label| listed.insert(label.digest()));
        self.waiting = labels.cloned().collect();
        self.invoice = Some(invoice);
        Ok(())
    }

    fn take_parcel(
        &mut self,
        label: &Label,
        checked: Result<(), ContentError>,
    ) -> Result<(), PullError> {
        let digest = label.digest();
        checked.map_err(|error| PullError::Content { digest, error })?;
        self.received.push(digest);
        Ok(())
    }
}

/// Why a step of a [`Pull`] failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PullError {
    /// An answer cannot be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The received content is not the parcel.
    #[error("parcel {digest}: {error}")]
    Content {
        /// The digest of the parcel that was asked for.
        digest: Digest,
        /// What is wrong with the content.
        error: ContentError,
    },
    /// No signature makes the invoice trustworthy.
    #[error(transparent)]
    NotTrusted(#[from] Box<Rejected>),
    /// The invoice does not have the content digest that was pinned.
    #[error("{id} has the content digest {found}, but {pinned} is pinned")]
    OtherContent {
        /// The id of the bindle.
        id: Box<Id>,
        /// The content digest that was expected.
        pinned: Digest,
        /// The content digest of the received invoice.
        found: Digest,
    },
    /// The invoice is that of another bindle.
    #[error("the invoice of {asked} was asked for, and that of {found} came")]
    OtherId {
        /// The bindle that was asked for.
        asked: Box<Id>,
        /// The bindle whose invoice was received.
        found: Box<Id>,
    },
    /// The registry refused the request.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The answer belongs to no open request.
    #[error(transparent)]
    UnknownTicket(#[from] UnknownTicket),
}

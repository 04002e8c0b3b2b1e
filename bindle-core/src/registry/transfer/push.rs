use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;

use super::{Open, Refused, Ticket, UnknownTicket};
use crate::protocol::{
    BodyError, CreatedBody, Format, MissingBody, Request, Resource, Status, read_invoice,
};
use crate::query::Yanked;
use crate::{Digest, Id, Invoice, InvoiceReader, Label, Parcel};

/// Pushes a bindle to a registry: creates the invoice, learns which parcels are
/// missing, and uploads only those.
///
/// Poll it for [requests](Self::poll_request) until there are none, send them
/// one after the other or concurrently, and report the result of each: call
/// [`handle_response`](Self::handle_response),
/// [`handle_failure`](Self::handle_failure) if there was no answer, or
/// [`handle_absent`](Self::handle_absent) if there is no content to send. After
/// each of these calls there may be new requests. A push holds no content: you
/// send the content of a parcel from where it is kept to the registry, in
/// chunks of any size.
///
/// After an error, the step that failed is still to be done: poll again, at
/// once or later, to retry it. To continue an interrupted push, start a new
/// one: what is already there is not sent again.
///
/// If the invoice exists already, it is fetched and has to have the same
/// content digest; then its missing parcels are uploaded.
///
/// ```
/// use bindle_core::protocol::Prefix;
/// use bindle_core::registry::{Headers, MemoryRegistry, Payload, Policy, Push};
/// use bindle_core::{Invoice, KeyEntry, Keyring, Label, MediaType, Role, SecretKey};
/// use bindle_core::{SecretKeyEntry, UnixTime};
///
/// # let now = UnixTime::from_seconds(1_700_000_000);
/// # let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
/// # let creators = Keyring::from_iter([KeyEntry::from(&ada)]);
/// # let mut registry = MemoryRegistry::new(Policy::new(creators));
/// let content = b"\0asm...";
/// let mut invoice = Invoice::builder("example.com/hello/1.0.0".parse()?)
///     .parcel(Label::of("hello.wasm", MediaType::WASM, content))
///     .build()?;
/// invoice.sign(&ada, Role::Creator, now)?;
///
/// let mut push = Push::new(invoice);
/// while let Some((ticket, request, payload)) = push.poll_request() {
///     let body = match &payload {
///         Payload::Invoice(text) => text.as_bytes(),
///         Payload::Parcel(_) => content, // open the file, and stream it
///         _ => b"",
///     };
///     // A client sends `request.target(&prefix)`; here is the registry itself.
///     let response = registry.handle(&request, Headers::default(), body, now);
///     push.handle_response(ticket, response.status(), response.body())?;
/// }
/// assert!(push.is_done());
/// assert_eq!(push.uploaded().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Push {
    invoice: Invoice,
    /// The invoice as the registry has it.
    stored: Option<Invoice>,
    /// The next step, which has to be done before any other.
    next: Option<Step>,
    open: Open<Step>,
    /// Parcels that are still to be uploaded.
    waiting: VecDeque<Label>,
    /// Parcels that the registry claims to have, and about which it was not
    /// asked since.
    doubtful: BTreeSet<Digest>,
    uploaded: Vec<Digest>,
    absent: Vec<Digest>,
}

#[derive(Clone, Debug)]
enum Step {
    Create,
    Compare,
    AskMissing,
    Upload(Label),
}

/// The body to send with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Payload {
    /// The text of an invoice, of the content type `application/toml`.
    Invoice(String),
    /// Nothing.
    Nothing,
    /// The content of this parcel, which you have to provide. [`Label::check`]
    /// finds out, while it is sent, whether it is still the same.
    Parcel(Label),
}

impl Push {
    /// Starts to push the bindle with this invoice.
    #[must_use]
    pub fn new(invoice: Invoice) -> Self {
        Self {
            invoice,
            stored: None,
            next: Some(Step::Create),
            open: Open::new(),
            waiting: VecDeque::new(),
            doubtful: BTreeSet::new(),
            uploaded: Vec::new(),
            absent: Vec::new(),
        }
    }

    /// The next request, with its body and the ticket for its answer; `None` if
    /// nothing is left to request, or nothing before an answer arrives.
    #[must_use = "a request is given only once"]
    pub fn poll_request(&mut self) -> Option<(Ticket, Request, Payload)> {
        let upload = || self.waiting.pop_front().map(Step::Upload);
        let step = self.next.take().or_else(upload)?;
        let id = self.invoice.id();
        let (request, payload) = match &step {
            Step::Create => {
                let text = self.invoice.to_reference_toml().into_string();
                (Request::Create, Payload::Invoice(text))
            }
            Step::Compare => {
                let (id, yanked) = (id.clone(), Yanked::Excluded);
                let request = Request::Get(Resource::Invoice { id, yanked });
                (request, Payload::Nothing)
            }
            Step::AskMissing => {
                let request = Request::Get(Resource::Missing { id: id.clone() });
                (request, Payload::Nothing)
            }
            Step::Upload(label) => {
                let (id, digest) = (id.clone(), label.digest());
                let request = Request::Upload { id, digest };
                (request, Payload::Parcel(label.clone()))
            }
        };
        Some((self.open.begin(step), request, payload))
    }

    /// Takes an answer, with its documents in TOML.
    ///
    /// # Errors
    ///
    /// - a ticket that is not open;
    /// - an invoice with the same id and other content at the registry;
    /// - a parcel that somebody else is uploading, or has failed to upload;
    /// - any other answer that is not a success, and one that cannot be read.
    pub fn handle_response(
        &mut self,
        ticket: Ticket,
        status: Status,
        body: &[u8],
    ) -> Result<(), PushError> {
        let step = self.open.end(ticket)?;
        let taken = match &step {
            Step::Create => self.created(status, body),
            Step::Compare => self.compare(status, body),
            Step::AskMissing => self.learn_missing(status, body),
            Step::Upload(label) => self.sent(label.digest(), status, body),
        };
        // What is in progress is put back already.
        if taken.is_err() && !matches!(taken, Err(PushError::InProgress { .. })) {
            self.put_back(step);
        }
        self.ask_about_doubtful();
        taken
    }

    /// Takes note that a request was not answered. It will be polled again.
    ///
    /// # Errors
    ///
    /// A ticket that is not open.
    pub fn handle_failure(&mut self, ticket: Ticket) -> Result<(), PushError> {
        let step = self.open.end(ticket)?;
        self.put_back(step);
        Ok(())
    }

    /// Takes note that you do not have the content of a parcel. The bindle
    /// stays incomplete, as a partial standalone bindle is.
    ///
    /// # Errors
    ///
    /// A ticket that is not open, or not for an upload.
    pub fn handle_absent(&mut self, ticket: Ticket) -> Result<(), PushError> {
        match self.open.get_mut(ticket)? {
            Step::Upload(label) => self.absent.push(label.digest()),
            _ => return Err(UnknownTicket(ticket).into()),
        }
        self.open.end(ticket)?;
        self.ask_about_doubtful();
        Ok(())
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.next.is_none() && self.waiting.is_empty() && self.open.is_empty()
    }

    /// The invoice as the registry has it, with the signature of its host;
    /// `None` before that is known.
    #[must_use]
    pub fn stored(&self) -> Option<&Invoice> {
        self.stored.as_ref()
    }

    /// The parcels that were uploaded by this push, in the order of the
    /// answers.
    #[must_use]
    pub fn uploaded(&self) -> &[Digest] {
        &self.uploaded
    }

    /// The parcels that the registry lacks and whose content you did not have.
    #[must_use]
    pub fn absent(&self) -> &[Digest] {
        &self.absent
    }

    fn put_back(&mut self, step: Step) {
        match step {
            Step::Upload(label) => self.waiting.push_back(label),
            step => self.next = Some(step),
        }
    }

    fn created(&mut self, status: Status, body: &[u8]) -> Result<(), PushError> {
        match status {
            Status::CREATED | Status::ACCEPTED => {
                let created = CreatedBody::read(body, Format::Toml)?;
                self.keep(created.invoice)?;
                self.upload_all(&created.missing);
                Ok(())
            }
            Status::CONFLICT => {
                self.next = Some(Step::Compare);
                Ok(())
            }
            _ => Err(Refused::new(status, body).into()),
        }
    }

    fn compare(&mut self, status: Status, body: &[u8]) -> Result<(), PushError> {
        if status != Status::OK {
            return Err(Refused::new(status, body).into());
        }
        self.keep(read_invoice(body, Format::Toml, &InvoiceReader::new())?)?;
        self.next = Some(Step::AskMissing);
        Ok(())
    }

    fn keep(&mut self, stored: Invoice) -> Result<(), PushError> {
        let (ours, theirs) = (self.invoice.content_digest(), stored.content_digest());
        if ours != theirs {
            return Err(PushError::OtherContent {
                id: Box::new(self.invoice.id().clone()),
                ours,
                theirs,
            });
        }
        self.stored = Some(stored);
        Ok(())
    }

    fn learn_missing(&mut self, status: Status, body: &[u8]) -> Result<(), PushError> {
        if status != Status::OK {
            return Err(Refused::new(status, body).into());
        }
        let missing = MissingBody::read(body, Format::Toml)?.missing;
        self.upload_all(&missing);
        let doubtful = core::mem::take(&mut self.doubtful);
        let contested = self.waiting.iter().map(Label::digest);
        match contested
            .into_iter()
            .find(|digest| doubtful.contains(digest))
        {
            None => Ok(()),
            Some(digest) => Err(PushError::InProgress { digest }),
        }
    }

    /// Plans the uploads, by our own labels, whatever theirs say.
    fn upload_all(&mut self, missing: &[Label]) {
        let ours = self.invoice.parcels().iter().map(Parcel::label);
        let mut ours: BTreeMap<Digest, &Label> =
            ours.map(|label| (label.digest(), label)).collect();
        for digest in &self.absent {
            ours.remove(digest);
        }
        let wanted = missing
            .iter()
            .filter_map(|label| ours.remove(&label.digest()));
        self.waiting = wanted.cloned().collect();
    }

    fn sent(&mut self, digest: Digest, status: Status, body: &[u8]) -> Result<(), PushError> {
        if status.is_success() {
            self.uploaded.push(digest);
        } else if status == Status::CONFLICT {
            self.doubtful.insert(digest);
        } else {
            return Err(Refused::new(status, body).into());
        }
        Ok(())
    }

    /// "It exists already" may mean that somebody else is uploading it right
    /// now.
    fn ask_about_doubtful(&mut self) {
        if self.is_done() && !self.doubtful.is_empty() {
            self.next = Some(Step::AskMissing);
        }
    }
}

/// Why a step of a [`Push`] failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PushError {
    /// An answer cannot be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The registry says both that the parcel exists and that it is missing:
    /// somebody else is uploading it. Poll again after some time.
    #[error(
        "the registry says that the parcel {digest} exists, and that it is missing; somebody \
         else may be uploading it"
    )]
    InProgress {
        /// The digest of the parcel.
        digest: Digest,
    },
    /// There is another bindle with that id, and it will not change. There is
    /// no point in retrying.
    #[error(
        "{id} exists already, with other content: the content digest there is {theirs}, \
         that of this one is {ours}"
    )]
    OtherContent {
        /// The id of both.
        id: Box<Id>,
        /// The content digest of the invoice that was to be pushed.
        ours: Digest,
        /// The content digest of the invoice that the registry has.
        theirs: Digest,
    },
    /// The registry refused the request.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The answer belongs to no open request.
    #[error(transparent)]
    UnknownTicket(#[from] UnknownTicket),
}

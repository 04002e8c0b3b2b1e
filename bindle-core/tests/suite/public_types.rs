//! What every public type can do: go to other threads, be cloned and be shown;
//! and that every error is one.

use std::error::Error;
use std::fmt::{Debug, Display};
use std::hash::Hash;

use bindle_core::document::{
    Array, Document, Entries, Integer, Items, Key, Kind, SyntaxError, Table, Value,
};
use bindle_core::protocol::{
    BodyError, CreatedBody, ErrorBody, Format, MatchesBody, MissingBody, ParsePrefixError, Prefix,
    Request, RequestError, Resource, Response, Status, Target, UnsupportedContentType,
};
use bindle_core::query::{Index, Matches, Mode, ParseQueryError, Query, Total, Yanked};
use bindle_core::registry::{
    CreateError, Created, GetError, Headers, MemoryRegistry, ParcelError, Payload, Policy, Pull,
    PullError, Push, PushError, Refusal, Refused, Ticket, Trust, UnknownTicket, UploadContentError,
    UploadError, Yank,
};
use bindle_core::select::{
    Choice, LeftOut, Omission, Reason, SelectError, Selected, Selection, Step, Wanted, Way,
};
use bindle_core::standalone::{
    Arrival, Completeness, Content, Entry, EntryKind, File, Layout, Reader, Standalone,
    UnwritableInvoice,
};
use bindle_core::text::{Lines, Position, Span};
use bindle_core::*;

fn is_ordinary<T: Send + Sync + Clone + Debug + Unpin>() {}
fn is_comparable<T: Send + Sync + Clone + Debug + Eq>() {}
fn is_ordered<T: Send + Sync + Clone + Debug + Ord + Hash>() {}
fn is_error<T: Error + Send + Sync + Clone + Debug + Display + Eq + 'static>() {}

macro_rules! each {
    ($check:ident: $($type:ty),* $(,)?) => { $($check::<$type>();)* };
}

#[test]
fn public_types() {
    each!(is_ordinary:
        ContentCheck, Digester, Index, InvoiceBuilder, Lines<'static>, MemoryRegistry, Policy, Pull, Push, SecretKey,
        Reader, SecretKeyEntry, SecretKeyFile, Array<'static>, Document<'static>, Entries<'static>,
        Items<'static>, Kind<'static>, Table<'static>, Value<'static>,
    );
    each!(is_comparable:
        Choice<'static>, Created<'static>, CreatedBody, ErrorBody, Finding, Findings, Invoice,
        InvoiceReader, KeyEntry, Keyring, LeftOut<'static>, Limits, Matches<Id>, MatchesBody,
        MissingBody, Omission<'static>, Payload, Problem, ProblemKind, Problems, PublicKey, Query,
        ReadInvoice, Reason<'static>, ReferenceToml, RejectReason, Rejected, Request, Resource,
        Response, Selected<'static>, Selection<'static>, Step, Trust, Verified<Invoice>, Wanted,
        Way, Yank, YankFinding, Integer<'static>, Key<'static>, Content<'static>, File<'static>, Layout<'static>, Standalone,
        standalone::Limits,
    );
    each!(is_ordered:
        Digest, Format, Headers<'static>, Ticket, Prefix, Status, Target, Group, Id, Label, LabelStatus, MediaType, Mode, Name, Parcel, Place, Position,
        Arrival, Completeness, EntryKind, PublicKey, RequiredRoles, Role, RoleSet, SatisfiedBy, Severity, SignatureBlock,
        SignatureStatus, SignedTextForm, Span, Strategy, Total, UnixTime, Yanked, YankKey,
    );
}

#[test]
fn errors() {
    each!(is_error: SyntaxError,
        BodyError, ParsePrefixError, RequestError, UnsupportedContentType, ContentError, CreateError, GetError, MalformedBase64, NoRoles, ParseDigestError,
        ParseIdError, ParseMediaTypeError, ParseNameError, ParseQueryError, ParseRoleError, ParseSatisfiedByError,
        ParseStrategyError, ParseUriError, Problem, ProblemKind, Problems, PublicKeyError,
        RejectReason, Rejected, SelectError, SignError, ParcelError, PullError, PushError, Refusal,
        Refused, UnknownTicket, UploadContentError, UploadError,
        UnwritableInvoice, standalone::Problem, standalone::ProblemKind, standalone::Refused,
    );
}

/// A file that is being read borrows its reader: there is one at a time.
#[test]
fn files_go_to_other_threads() {
    fn is_sent<T: Send + Sync + Debug + Unpin + std::io::Write>() {}
    is_sent::<Entry<'static>>();
}

/// Errors travel well: a caller wraps them in its own and gets them back.
#[test]
fn errors_come_back_out_of_boxes() {
    let error: Box<dyn Error + Send + Sync> = Box::new(Invoice::from_toml("").unwrap_err());
    assert_eq!(error.downcast_ref::<Problems>().unwrap().len(), 2);
}

#[test]
fn small_types_are_small() {
    assert_eq!(size_of::<Digest>(), 32);
    assert_eq!(size_of::<RoleSet>(), 1);
    assert_eq!(size_of::<UnixTime>(), 8);
    assert_eq!(size_of::<Option<Role>>(), 1);
}

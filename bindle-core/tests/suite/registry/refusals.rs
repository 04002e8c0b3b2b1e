//! Every error of a registry, and the status that it is answered with.

use bindle_core::ContentError;
use bindle_core::InvoiceReader;
use bindle_core::protocol::{ErrorBody, Format, Prefix, Request, Status, read_invoice};
use bindle_core::registry::{
    CreateError, GetError, ParcelError, Refusal, UploadContentError, UploadError,
};

use super::*;

#[test]
fn have_statuses_and_messages() {
    let (id, digest) = (id(), Digest::of(b"a"));
    let rejected = policy().verify(unsigned(&["a"])).unwrap_err();
    let body = read_invoice(b"", Format::Toml, &InvoiceReader::new()).unwrap_err();
    let request = Request::read(&Prefix::default(), "PUT", "/_i", "").unwrap_err();
    let reason = "".into();
    let cases: Vec<(Refusal, u16)> = vec![
        (CreateError::Exists { id: id.clone() }.into(), 409),
        (
            CreateError::OtherContent {
                id: id.clone(),
                stored: digest,
                offered: digest,
            }
            .into(),
            409,
        ),
        (CreateError::Yanked { id: id.clone() }.into(), 422),
        (rejected.into(), 400),
        (CreateError::NoCreator { id: id.clone() }.into(), 400),
        (
            CreateError::TooManySignatures {
                id: id.clone(),
                signatures: 100,
            }
            .into(),
            400,
        ),
        (
            CreateError::UnknownCreator {
                id: id.clone(),
                index: 0,
                by: "".into(),
            }
            .into(),
            400,
        ),
        (UploadError::Exists { digest }.into(), 409),
        (
            UploadError::NotInInvoice {
                id: id.clone(),
                digest,
            }
            .into(),
            400,
        ),
        (ContentError::TooLong { expected: 1 }.into(), 400),
        (
            UploadContentError::from(ContentError::TooLong { expected: 1 }).into(),
            400,
        ),
        (
            UploadContentError::from(UploadError::Exists { digest }).into(),
            409,
        ),
        (
            UploadContentError::from(GetError::NotFound { id: id.clone() }).into(),
            404,
        ),
        (GetError::NotFound { id: id.clone() }.into(), 404),
        (
            GetError::Yanked {
                id: id.clone(),
                reason,
            }
            .into(),
            403,
        ),
        (
            ParcelError::NotInInvoice {
                id: id.clone(),
                digest,
            }
            .into(),
            404,
        ),
        (ParcelError::NotUploaded { id, digest }.into(), 404),
        (body.into(), 400),
        (Format::of_content("text/html").unwrap_err().into(), 415),
        (request.into(), 405),
    ];
    for (refusal, status) in cases {
        assert_eq!(refusal.status(), Status::from_code(status), "{refusal}");
        let response = refusal.response(Format::Toml);
        assert_eq!(response.status(), refusal.status());
        let body = ErrorBody::read(response.body(), Format::Toml).unwrap();
        assert_eq!(body.error, refusal.to_string());
        let allow = if status == 405 { "POST" } else { "" };
        assert_eq!(response.allow(), allow);
    }
}

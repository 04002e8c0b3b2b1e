//! Registries and clients of both, over real connections: the reference
//! client at our registry, and our client at the reference server.

mod differences;
mod our_server;
mod standalone;
mod their_server;

use bindle_core::{Invoice, Label, Role};
use bytes::Bytes;
use peers::servers::ada;

const PAGE: &[u8] = b"<h1>hello</h1>";
const STYLE: &[u8] = b"h1 { color: red }";

/// An invoice of a page and its style, the second without a name.
fn invoice(id: &str) -> Invoice {
    let page = Label::of(
        "index.html",
        "text/html".parse().expect("a media type"),
        PAGE,
    )
    .with_feature("wasm", "type", "library")
    .with_annotation("team", "blue");
    let style = Label::of("", "text/css".parse().expect("a media type"), STYLE);
    let builder = Invoice::builder(id.parse().expect("an id"));
    let mut invoice = builder
        .description("A greeting")
        .parcels([page, style])
        .build()
        .expect("a legal invoice");
    invoice
        .sign(&ada(), Role::Creator, benches::samples::AT)
        .expect("a new key");
    invoice
}

/// The content of a parcel of the [`invoice`].
fn content(label: &Label) -> Option<Bytes> {
    [PAGE, STYLE]
        .into_iter()
        .find(|content| bindle_core::Digest::of(content) == label.digest())
        .map(Bytes::from_static)
}

/// An invoice for the reference client.
fn theirs(invoice: &Invoice) -> bindle::Invoice {
    toml::from_str(invoice.to_reference_toml().as_str()).expect("they read it")
}

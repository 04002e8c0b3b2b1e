//! Registries and clients of both, over real connections: the reference
//! client at our registry, and our client at the reference server.

mod differences;
mod our_server;
mod standalone;
mod their_server;

use bindle_core::{Invoice, KeyEntry, Keyring, Label, Role, SecretKey, SecretKeyEntry};
use bytes::Bytes;

const PAGE: &[u8] = b"<h1>hello</h1>";
const STYLE: &[u8] = b"h1 { color: red }";

/// A creator whom both servers know.
fn ada() -> SecretKeyEntry {
    let key = SecretKey::from_seed(&[7; 32]);
    SecretKeyEntry::new("Ada <ada@example.com>", key, [Role::Creator])
}

fn creators() -> Keyring {
    Keyring::from_iter([KeyEntry::from(&ada())])
}

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

/// A port that nobody has now.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

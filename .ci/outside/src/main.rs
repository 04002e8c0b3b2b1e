//! Takes a small application from its manifest to its first traffic, on the
//! packaged crates; without `std`, from its invoice on.

use std::error::Error;

use bindle_core::registry::{self, MemoryRegistry};
use bindle_core::{Digest, Id, Invoice, KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry};
use bindle_core::{Strategy, UnixTime};
use revisions::{Action, Channel, Ledger, Policy, Report, Selection, Timestamp};

const CONTENT: &[u8] = b"\0asm\x01\0\0\0";

fn main() -> Result<(), Box<dyn Error>> {
    let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
    let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
    let now = UnixTime::from_seconds(1_700_000_000);

    let mut invoice = packaged()?;
    invoice.sign(&ada, Role::Creator, now)?;
    let invoice = Strategy::CreativeIntegrity
        .verify(invoice, &keyring)?
        .into_inner();
    let (id, digest) = (invoice.id().clone(), invoice.content_digest());

    let mut registry = MemoryRegistry::new(registry::Policy::new(keyring));
    registry.create(invoice, now)?;
    println!("{id} is registered, with the content digest {digest}");
    serve(&id, digest)
}

#[cfg(feature = "std")]
fn packaged() -> Result<Invoice, Box<dyn Error>> {
    use spin_manifest::Manifest;
    use spin_manifest::package::{Need, PackageOptions, Packager};

    let manifest = Manifest::from_toml(
        r#"
        spin_manifest_version = 2
        application = { name = "hello", version = "0.1.0" }
        trigger.http = [{ route = "/...", component = "hello" }]
        component.hello.source = "hello.wasm"
        "#,
    )?;
    let mut packager = Packager::new(&manifest, &PackageOptions::new())?;
    while let Some((ticket, need)) = packager.poll_need() {
        let Need::File { .. } = need else {
            return Err(format!("nobody has {need:?}").into());
        };
        packager.handle_chunk(ticket, CONTENT)?;
        packager.handle_end(ticket)?;
    }
    Ok(packager.finish()?.invoice().clone())
}

#[cfg(not(feature = "std"))]
fn packaged() -> Result<Invoice, Box<dyn Error>> {
    use bindle_core::{Label, MediaType};

    let label = Label::of("hello.wasm", MediaType::WASM, CONTENT);
    Ok(Invoice::builder("hello/0.1.0".parse()?)
        .parcel(label)
        .build()?)
}

fn serve(id: &Id, digest: Digest) -> Result<(), Box<dyn Error>> {
    let mut ledger = Ledger::new(id.name().clone());
    ledger
        .register(id, digest)?
        .receipt()
        .ok_or("registered before")?;
    let selection = Selection::Rule("^0.1".parse()?);
    let now = Timestamp::from_millis(0);
    let mut channel = Channel::new(selection, Policy::default(), &ledger, now)?;
    let Some(Action::Start(instance)) = channel.poll_action() else {
        return Err("nothing is started".into());
    };
    channel.handle_report(&instance, Report::Healthy, &ledger, now);
    let now = channel.next_wake().ok_or("nothing is waited for")?;
    channel.handle_wake(&ledger, now);
    println!("{}", channel.status());
    Ok(())
}

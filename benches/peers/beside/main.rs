//! `cargo bench --manifest-path benches/peers/Cargo.toml [-- --quick] [NAME]`:
//! the suite beside the reference implementation, in the rows of
//! `cargo bench -p benches`.

mod query;
mod servers;

use std::hint::black_box;

use benches::{Suite, Unit, samples};
use bindle::filters::BindleFilter;
use bindle::signature::KeyRing;
use bindle::{Signed, VerificationStrategy};
use bindle_core::range::Range;
use bindle_core::select::Wanted;
use bindle_core::{Id, Invoice, Keyring, Role, SecretKeyFile, Strategy};
use semver::Version;

const REFERENCE: &str = "bindle 0.9.1";

fn main() -> std::io::Result<()> {
    let mut suite = Suite::from_args();
    identity(&mut suite);
    documents(&mut suite);
    signing(&mut suite);
    verifying(&mut suite);
    selecting(&mut suite);
    ranges(&mut suite);
    let runtime = tokio::runtime::Runtime::new()?;
    query::rows(&mut suite, &runtime);
    servers::rows(&mut suite, &runtime);
    suite.finish()
}

fn identity(suite: &mut Suite) {
    let text = "example.com/some/hello-world/1.2.3+q1a2b3c4";
    let ours: Id = text.parse().expect("an id");
    let theirs: bindle::Id = text.parse().expect("an id");
    suite
        .row("read an id", Unit::Time)
        .ours(|| black_box(text).parse::<Id>())
        .peer(REFERENCE, || black_box(text).parse::<bindle::Id>())
        .measure();
    suite
        .row("print an id", Unit::Time)
        .ours(|| black_box(&ours).to_string())
        .peer(REFERENCE, || black_box(&theirs).to_string())
        .measure();
    suite
        .row("canonical name of an id", Unit::Time)
        .ours(|| black_box(&ours).canonical_name())
        .peer(REFERENCE, || black_box(&theirs).sha())
        .measure();
}

/// The reference takes quadratic time to read: 100,000 parcels are left out.
fn documents(suite: &mut Suite) {
    for (parcels, shown) in [
        (10, "10"),
        (100, "100"),
        (1_000, "1,000"),
        (10_000, "10,000"),
    ] {
        let ours = samples::invoice(parcels);
        let text = ours.to_reference_toml().into_string();
        let theirs: bindle::Invoice = toml::from_str(&text).expect("they read it");
        let bytes = text.len();
        suite
            .row(
                &format!("read an invoice of {shown} parcels"),
                Unit::Throughput { bytes },
            )
            .ours(|| Invoice::from_toml(black_box(&text)))
            .peer(REFERENCE, || {
                toml::from_str::<bindle::Invoice>(black_box(&text))
            })
            .measure();
        suite
            .row(
                &format!("write an invoice of {shown} parcels"),
                Unit::Throughput { bytes },
            )
            .ours(|| black_box(&ours).to_toml())
            .peer(REFERENCE, || toml::to_string(black_box(&theirs)))
            .measure();
    }
}

fn signing(suite: &mut Suite) {
    let ours = samples::invoice(10);
    let theirs: bindle::Invoice =
        toml::from_str(ours.to_reference_toml().as_str()).expect("they read it");
    let signer = samples::signer(0);
    let file = SecretKeyFile::from_iter([samples::signer(0)]);
    let file: bindle::signature::SecretKeyFile =
        toml::from_str(&file.to_secret_toml()).expect("they read it");
    suite
        .row("sign an invoice of 10 parcels", Unit::Time)
        .ours(|| {
            let mut invoice = black_box(&ours).clone();
            let is_signed = invoice.sign(&signer, Role::Creator, samples::AT).is_ok();
            (invoice, is_signed)
        })
        .peer(REFERENCE, || {
            let invoice = black_box(&theirs).clone();
            let with = vec![(bindle::SignatureRole::Creator, &file.key[0])];
            bindle::invoice::sign(invoice, with).map(Signed::signed)
        })
        .measure();
}

fn verifying(suite: &mut Suite) {
    for signers in [1, 2, 3, 4] {
        let ours = samples::signed_invoice(10, signers);
        let theirs: bindle::Invoice =
            toml::from_str(ours.to_reference_toml().as_str()).expect("they read it");
        for entries in [1, 10, 100, 1_000] {
            if entries < signers {
                continue;
            }
            let keyring = samples::keyring(entries);
            let their_keyring: KeyRing = toml::from_str(&keyring.to_toml()).expect("they read it");
            let plural = if signers == 1 { "" } else { "s" };
            let name = format!("verify {signers} signature{plural}, keyring of {entries}");
            suite
                .row(&name, Unit::Time)
                .ours(|| {
                    let strategy = Strategy::ExhaustiveVerification;
                    assert!(strategy.verify(black_box(&ours), &keyring).is_ok());
                })
                .peer(REFERENCE, || {
                    // It takes an invoice away: the copy is part of its time.
                    let strategy = VerificationStrategy::ExhaustiveVerification;
                    let invoice = black_box(&theirs).clone();
                    assert!(strategy.verify(invoice, &their_keyring).is_ok());
                })
                .measure();
        }
    }
    let text = samples::keyring(1_000).to_toml();
    // It parses no key while it reads, but all of them in every verification.
    suite
        .row("read a keyring of 1,000", Unit::Time)
        .ours(|| Keyring::from_toml(black_box(&text)))
        .peer(REFERENCE, || toml::from_str::<KeyRing>(black_box(&text)))
        .measure();
}

/// It takes neither reasons nor choices into account, and copies the parcels.
fn selecting(suite: &mut Suite) {
    for (parcels, groups, name) in [
        (1_000, 50, "select from 1,000 parcels in 50 groups"),
        (10_000, 500, "select from 10,000 parcels in 500 groups"),
    ] {
        let ours = samples::chained_invoice(parcels, groups);
        let theirs: bindle::Invoice =
            toml::from_str(ours.to_reference_toml().as_str()).expect("they read it");
        suite
            .row(name, Unit::Time)
            .ours(|| black_box(&ours).select(&Wanted::new()))
            .peer(REFERENCE, || BindleFilter::new(black_box(&theirs)).filter())
            .measure();
    }
}

fn ranges(suite: &mut Suite) {
    const PEER: &str = "nodejs-semver";
    for (name, text) in [
        ("read a range, caret", "^1.2.3"),
        ("read a range, two bounds", ">=1.2.3 <2.0.0"),
        ("read a range, wildcard", "1.2.x"),
        ("read a range, hyphen", "1.2.3 - 2.3.4"),
        (
            "read a range, three alternatives",
            "^1.2 || ^2.3.4 || ~3.0.1-rc.1",
        ),
    ] {
        suite
            .row(name, Unit::Time)
            .ours(|| black_box(text).parse::<Range>())
            .peer(PEER, || nodejs_semver::Range::parse(black_box(text)))
            .measure();
    }
    let ours: Range = "^1.2.3".parse().expect("a range");
    let theirs = nodejs_semver::Range::parse("^1.2.3").expect("a range");
    let version = Version::parse("1.9.4+q1a2b3c4").expect("a version");
    let their_version = nodejs_semver::Version::parse("1.9.4+q1a2b3c4").expect("a version");
    suite
        .row("match a version", Unit::Time)
        .ours(|| black_box(&ours).matches(black_box(&version)))
        .peer(PEER, || {
            black_box(&theirs).satisfies(black_box(&their_version))
        })
        .measure();
}

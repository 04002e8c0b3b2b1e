use bindle_core::{Invoice, Role};
use peers::Sample;
use proptest::prelude::*;

use crate::keys::{signer, their_role, their_signer};
use crate::same::assert_same;

const SIGNERS: [(u8, Role); 4] = [
    (1, Role::Creator),
    (2, Role::Approver),
    (3, Role::Host),
    (4, Role::Proxy),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn they_read_what_we_write(
        sample in Sample::strategy(),
        signers in 0..=SIGNERS.len(),
        is_yanked: bool,
    ) {
        let mut invoice = sample.ours();
        for (number, role) in &SIGNERS[..signers] {
            let at = benches::samples::AT;
            invoice.sign(&signer(*number), *role, at).expect("a new key in its role");
        }
        if is_yanked {
            invoice.yank("").expect("no reason is needed");
            invoice.sign_yank(&signer(3), benches::samples::AT).expect("a host");
        }
        let text = invoice.to_reference_toml();
        prop_assert!(text.left_out().is_empty());
        let read: bindle::Invoice = toml::from_str(text.as_str()).expect("they read it");
        assert_same(&invoice, &read);
        let is_named = |parcel: &peers::SampleParcel| !parcel.name.is_empty();
        if sample.parcels.iter().all(is_named) {
            prop_assert_eq!(invoice.to_toml(), text.as_str());
        }
    }

    #[test]
    fn we_read_what_they_write(sample in Sample::strategy(), signers in 0..=SIGNERS.len()) {
        let sample = sample.writable_by_them();
        let mut invoice = sample.theirs();
        for (number, role) in &SIGNERS[..signers] {
            invoice.sign(their_role(*role), &their_signer(*number)).expect("a new key");
        }
        let text = toml::to_string(&invoice).expect("they can write it");
        let read = Invoice::from_toml(&text).expect("we read it");
        assert_same(&read, &invoice);
        let expected = sample.ours();
        prop_assert_eq!(read.content_digest(), expected.content_digest());
    }

    /// Once over and back, byte by byte.
    #[test]
    fn texts_come_back(sample in Sample::strategy()) {
        let sample = sample.writable_by_them();
        let text = sample.ours().to_reference_toml().into_string();
        let theirs: bindle::Invoice = toml::from_str(&text).expect("they read it");
        let written = toml::to_string(&theirs).expect("they can write it");
        let ours = Invoice::from_toml(&written).expect("we read it");
        prop_assert_eq!(ours.to_reference_toml().into_string(), text);
    }
}

/// They lose the reason of a yank, so we leave it out for them and say so.
#[test]
fn a_reason_for_a_yank_is_left_out_for_them() {
    let mut invoice = benches::samples::invoice(1);
    invoice.yank("superseded").expect("a reason");
    let text = invoice.to_reference_toml();
    assert_eq!(text.left_out(), ["yankedReason"]);
    assert!(toml::from_str::<bindle::Invoice>(&invoice.to_toml()).is_err());
    let read: bindle::Invoice = toml::from_str(text.as_str()).expect("they read it");
    assert_eq!(read.yanked, Some(true));
}

/// They insist on a name, which the specification does not.
#[test]
fn a_label_without_name_is_read_by_them() {
    let label = bindle_core::Label::of("", bindle_core::MediaType::WASM, b"");
    let id = "example.com/nameless/1.0.0".parse().expect("an id");
    let invoice = Invoice::builder(id).parcel(label).build().expect("legal");
    let text = invoice.to_reference_toml();
    let read: bindle::Invoice = toml::from_str(text.as_str()).expect("they read it");
    assert_same(&invoice, &read);
}

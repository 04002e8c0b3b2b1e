//! Yanks: signed by hosts, appended, checked.

use bindle_core::{Invoice, Keyring, Role, UnixTime, YankKey};

use super::{NOON, edited, host, keyring, sign_text, signed, signer};

const LATER: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// Signed by a host, and yanked by it later.
fn yanked(reason: &str) -> Invoice {
    let mut invoice = signed();
    invoice.sign(&host(), Role::Host, NOON).unwrap();
    invoice.yank(reason).unwrap();
    invoice.sign_yank(&host(), LATER).unwrap();
    invoice
}

#[test]
fn the_signed_text_is_the_documented_one() {
    let head = "Host\nexample.com/hello\n1.0.0\nhost\n1800000000\nyanked\n~";
    let with_reason = format!("{head}\nit is broken");
    for (reason, text) in [("", head), ("it is broken", &with_reason)] {
        let block = yanked(reason).yanked_signatures()[0].clone();
        assert_eq!(block.signature(), sign_text(3, text));
        assert_eq!(
            (block.by(), block.role(), block.at()),
            ("Host", Role::Host, LATER)
        );
    }
}

#[test]
fn by_the_host_that_signed() {
    let finding = yanked("broken").check_yank(&keyring([&host()]))[0];
    assert!(finding.valid && finding.host_known && finding.time_differs);
    assert_eq!(finding.key, YankKey::Same);
    assert_eq!(
        serde_json::to_string(&finding).unwrap(),
        r#"{"valid":true,"host_known":true,"time_differs":true,"key":"same"}"#
    );
}

#[test]
fn by_a_host_that_nobody_knows() {
    let finding = yanked("broken").check_yank(&Keyring::default())[0];
    assert!(finding.valid && !finding.host_known);
}

#[test]
fn by_a_host_with_another_key() {
    let mut invoice = yanked("");
    let new = signer("Host", 4, [Role::Host]);
    invoice.sign_yank(&new, LATER).unwrap();
    let findings = invoice.check_yank(&keyring([&host(), &new]));
    assert_eq!(findings[0].key, YankKey::Same);
    assert_eq!(findings[1].key, YankKey::Rotated);
    assert!(
        findings
            .iter()
            .all(|finding| finding.valid && finding.host_known)
    );
}

#[test]
fn where_no_host_has_signed() {
    let mut invoice = signed();
    invoice.yank("").unwrap();
    invoice.sign_yank(&host(), NOON).unwrap();
    let finding = invoice.check_yank(&keyring([&host()]))[0];
    assert_eq!(finding.key, YankKey::NoHost);
    assert!(finding.time_differs && finding.valid);
}

#[test]
fn at_the_very_time_of_hosting() {
    let mut invoice = signed();
    invoice.sign(&host(), Role::Host, NOON).unwrap();
    invoice.yank("").unwrap();
    invoice.sign_yank(&host(), NOON).unwrap();
    let finding = invoice.check_yank(&keyring([&host()]))[0];
    assert!(!finding.time_differs && finding.valid);
}

#[test]
fn altered_in_any_part() {
    let invoice = yanked("broken");
    let keyring = keyring([&host()]);
    let edits: [fn(&mut serde_json::Value); 8] = [
        |json| json["yankedReason"] = "all is well".into(),
        |json| json["yankedReason"] = "".into(),
        |json| json["bindle"]["name"] = "example.com/other".into(),
        |json| json["bindle"]["version"] = "2.0.0".into(),
        |json| json["yankedSignature"][0]["by"] = "Other".into(),
        |json| json["yankedSignature"][0]["at"] = 1.into(),
        |json| json["yankedSignature"][0]["role"] = "proxy".into(),
        |json| json["yankedSignature"][0]["signature"] = "garbage".into(),
    ];
    for edit in edits {
        assert!(!edited(&invoice, edit).check_yank(&keyring)[0].valid);
    }
    let edited = edited(&invoice, |json| {
        json["yankedSignature"][0]["key"] = "garbage".into();
    });
    let finding = edited.check_yank(&keyring)[0];
    assert!(!finding.valid && !finding.host_known);
}

#[test]
fn is_appended_and_never_replaced() {
    let mut invoice = yanked("first");
    let error = invoice.sign_yank(&host(), LATER).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key of \"Host\" has signed already (entry 0); a key may sign once"
    );
    invoice.yank("second").unwrap();
    assert_eq!(invoice, yanked("first"));
    // Hosting and yanking are two signatures of two texts.
    assert_eq!(invoice.signatures().len(), 2);
    assert_eq!(invoice.yanked_signatures().len(), 1);
}

#[test]
fn leaves_signatures_and_content_as_they_are() {
    let mut hosted = signed();
    hosted.sign(&host(), Role::Host, NOON).unwrap();
    let yanked = yanked("broken");
    assert_eq!(yanked.signatures(), hosted.signatures());
    assert_eq!(yanked.content_digest(), hosted.content_digest());
    assert_eq!(Invoice::from_toml(&yanked.to_toml()).unwrap(), yanked);
}

#[test]
fn nothing_to_check() {
    assert!(signed().check_yank(&keyring([&host()])).is_empty());
}

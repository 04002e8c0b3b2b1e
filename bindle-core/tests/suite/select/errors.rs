//! What cannot be selected, and why.

use bindle_core::select::{SelectError, Step, Wanted};
use bindle_core::{Digest, Group, Invoice, Label, MediaType, Parcel, SatisfiedBy};

use super::invoice;

#[track_caller]
fn assert_refused(invoice: &Invoice, wanted: &Wanted, message: &str) -> SelectError {
    let error = invoice.select(wanted).unwrap_err();
    assert_eq!(error.to_string(), message);
    error
}

#[test]
fn undeclared_groups() {
    let invoice = invoice("group server\n group cli\n parcel a in server");
    let near = "there is no group \"sever\"; did you mean \"server\"?";
    assert_refused(&invoice, &Wanted::new().group("sever"), near);
    assert_refused(&invoice, &Wanted::new().without_group("sever"), near);
    let far = "there is no group \"xyzzy\"";
    assert_refused(&invoice, &Wanted::new().group("xyzzy"), far);
}

#[test]
fn asked_for_and_excluded() {
    assert_refused(
        &invoice("group a\n group b required"),
        &Wanted::new().group("a").without_group("a"),
        "group \"a\" is asked for and excluded at once",
    );
}

#[test]
fn required_group_excluded() {
    for satisfied_by in ["allOf", "oneOf", "optional"] {
        assert_refused(
            &invoice(&format!("group a {satisfied_by} required\n parcel x in a")),
            &Wanted::new().without_group("a"),
            "group \"a\" is required, and cannot be excluded",
        );
    }
}

#[test]
fn excluded_group_needed() {
    let server = invoice(
        "group server
         group utility optional
         parcel daemon in server needs utility
         parcel third in utility",
    );
    let error = assert_refused(
        &server,
        &Wanted::new().group("server").without_group("utility"),
        "group \"utility\" is excluded, and needed: \
         group \"server\" → parcel \"daemon\" → group \"utility\"",
    );
    let SelectError::ExcludedGroupNeeded { path, .. } = error else {
        panic!("{error:?}");
    };
    assert_eq!(
        path.steps(),
        [
            Step::Group {
                name: "server".into()
            },
            Step::Parcel {
                name: "daemon".into(),
                digest: Digest::of(b"daemon"),
            },
            Step::Group {
                name: "utility".into()
            },
        ]
    );
    // Not needed without the server.
    let wanted = Wanted::new().without_group("utility");
    assert!(server.select(&wanted).is_ok());
}

/// A parcel without a name is told by its digest.
#[test]
fn paths_begin_with_global_parcels() {
    let app = Label::new(Digest::of(b"app"), 3, MediaType::WASM);
    let invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap())
        .group(Group::new("libs"))
        .parcel(Parcel::from(app).requires(["libs"]))
        .build()
        .unwrap();
    let digest = Digest::of(b"app");
    assert_refused(
        &invoice,
        &Wanted::new().without_group("libs"),
        &format!("group \"libs\" is excluded, and needed: parcel {digest} → group \"libs\""),
    );
}

#[test]
fn unknown_preferences() {
    let invoice = invoice("group cli oneOf\n parcel redis in cli\n parcel disk in cli");
    assert_refused(
        &invoice,
        &Wanted::new().prefer("disk").prefer("reds"),
        "there is no parcel \"reds\" to prefer; did you mean \"redis\"?",
    );
    assert_refused(
        &invoice,
        &Wanted::new().prefer_digest(Digest::of(b"other")),
        &format!("there is no parcel {} to prefer", Digest::of(b"other")),
    );
    // No name is not a name.
    let nameless = Label::new(Digest::of(b"app"), 3, MediaType::WASM);
    let invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap()).parcel(nameless);
    assert_refused(
        &invoice.build().unwrap(),
        &Wanted::new().prefer(""),
        "there is no parcel \"\" to prefer",
    );
}

/// Even where no choice is made: the request contradicts itself.
#[test]
fn preference_is_out() {
    let invoice = invoice(
        "group one oneOf
         parcel gui in one has wasm.ui_kit=electron
         parcel cli in one",
    );
    let wanted = Wanted::new().prefer("cli").prefer("gui");
    assert_refused(
        &invoice,
        &wanted.clone().without_feature("wasm", "ui_kit", "electron"),
        "parcel \"gui\" is preferred, and out: \
         feature wasm.ui_kit is \"electron\", which is deactivated",
    );
    assert_refused(
        &invoice,
        &wanted.feature("wasm", "ui_kit", "gtk"),
        "parcel \"gui\" is preferred, and out: \
         feature wasm.ui_kit is \"electron\", and \"gtk\" is activated",
    );
}

/// Of parcels of one name, the first is looked at, unless a later one is in.
#[test]
fn preference_of_two_is_out() {
    let parcel = |content: &str| Label::of("gui", MediaType::WASM, content.as_bytes());
    let electron = parcel("1").with_feature("wasm", "ui_kit", "electron");
    let gtk = parcel("2").with_feature("wasm", "ui_kit", "gtk");
    let invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap());
    let invoice = invoice.parcels([electron, gtk]).build().unwrap();
    let wanted = Wanted::new().prefer("gui");
    assert_refused(
        &invoice,
        &wanted.clone().feature("wasm", "ui_kit", "qt"),
        "parcel \"gui\" is preferred, and out: \
         feature wasm.ui_kit is \"electron\", and \"qt\" is activated",
    );
    for kit in ["electron", "gtk"] {
        let wanted = wanted.clone().feature("wasm", "ui_kit", kit);
        assert_eq!(invoice.select(&wanted).unwrap().parcels().count(), 1);
    }
}

#[test]
fn unsatisfiable() {
    let invoice = invoice(
        "group libs
         group store oneOf
         parcel app needs libs
         parcel lib in libs needs store
         parcel redis in store has store.kind=memory
         parcel disk in store has store.kind=disk",
    );
    let error = assert_refused(
        &invoice,
        &Wanted::new().feature("store", "kind", "cloud"),
        "no parcel can satisfy the oneOf group \"store\": all of its 2 are out, the first for \
         this: feature store.kind is \"memory\", and \"cloud\" is activated; needed: \
         parcel \"app\" → group \"libs\" → parcel \"lib\" → group \"store\"",
    );
    assert!(matches!(
        error,
        SelectError::Unsatisfiable { members: 2, .. }
    ));
}

/// No looking back: the first choice is made, whatever comes of it.
#[test]
fn unsatisfiable_after_a_choice() {
    let invoice = invoice(
        "group ui oneOf required
         group kit oneOf
         parcel window in ui needs kit
         parcel console in ui
         parcel gtk in kit has os.name=linux",
    );
    let wanted = Wanted::new().feature("os", "name", "windows");
    assert_refused(
        &invoice,
        &wanted,
        "no parcel can satisfy the oneOf group \"kit\": its one is out: \
         feature os.name is \"linux\", and \"windows\" is activated; needed: \
         group \"ui\" → parcel \"window\" → group \"kit\"",
    );
    // The preference is the way out.
    assert!(invoice.select(&wanted.prefer("console")).is_ok());
}

#[test]
fn unsatisfiable_without_members() {
    let empty = Group::new("empty")
        .with_required(true)
        .with_satisfied_by(SatisfiedBy::OneOf);
    let invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap()).group(empty);
    assert_refused(
        &invoice.build().unwrap(),
        &Wanted::new(),
        "no parcel can satisfy the oneOf group \"empty\": it has none; needed: group \"empty\"",
    );
}

#[test]
fn cycles() {
    let knot = invoice(
        "group start required
         group a
         group b optional
         parcel first in start needs a
         parcel x in a,b needs b
         parcel y in a",
    );
    assert_refused(
        &knot,
        &Wanted::new(),
        "a group cannot require itself: group \"b\" → parcel \"x\" → group \"b\"",
    );
    let ring = invoice(
        "group first required
         group second
         group third
         parcel p1 in first needs second
         parcel p2 in second needs third
         parcel p3 in third needs first",
    );
    assert_refused(
        &ring,
        &Wanted::new(),
        "a group cannot require itself: group \"first\" → parcel \"p1\" → group \"second\" → \
         parcel \"p2\" → group \"third\" → parcel \"p3\" → group \"first\"",
    );
}

/// A member that requires the group that it is chosen for.
#[test]
fn cycle_in_a_choice() {
    let invoice = invoice(
        "group one oneOf required
         parcel knotty in one needs one
         parcel plain in one",
    );
    assert_refused(
        &invoice,
        &Wanted::new(),
        "a group cannot require itself: group \"one\" → parcel \"knotty\" → group \"one\"",
    );
    assert!(invoice.select(&Wanted::new().prefer("plain")).is_ok());
}

/// Texts of a request are not repeated without end, nor unescaped.
#[test]
fn long_and_strange_names() {
    let invoice = invoice("parcel a");
    let name = "x\n".repeat(10_000);
    for wanted in [Wanted::new().group(&name), Wanted::new().prefer(&name)] {
        let message = invoice.select(&wanted).unwrap_err().to_string();
        assert!(message.len() < 300, "{}", message.len());
        assert!(!message.contains('\n'));
    }
}

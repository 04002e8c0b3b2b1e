//! Groups, requirements and choices.

use bindle_core::select::Wanted;
use bindle_core::{Digest, Invoice, Label, MediaType};
use serde_json::json;

use super::{assert_shown, invoice, names};

#[test]
fn the_global_group_is_always_needed() {
    let invoice = invoice(
        "group extra
         parcel b
         parcel x in extra
         parcel a",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        "b: global
         a: global
         not x: not needed",
    );
}

#[test]
fn required_groups_are_needed() {
    let invoice = invoice(
        "group all required
         group some optional required
         group other
         parcel a in all
         parcel b in some
         parcel c in other
         parcel d in other,all",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"a: required group "all"
           d: required group "all"
           not b: optional in group "some"
           not c: not needed"#,
    );
}

#[test]
fn groups_can_be_asked_for() {
    let invoice = invoice(
        "group all
         group some optional
         group one oneOf
         parcel a in all
         parcel b in some
         parcel c in some
         parcel d in one
         parcel e in one",
    );
    let wanted = Wanted::new().group("one").group("some").group("all");
    assert_shown(
        &invoice,
        &wanted,
        r#"a: asked for in group "all"
           b: asked for in group "some"
           c: asked for in group "some"
           d: chosen from oneOf group "one"
           not e: alternative not chosen from oneOf group "one"
           choice one: d or e"#,
    );
}

/// Asking for a group that is needed anyway adds something only if that is
/// optional.
#[test]
fn required_groups_can_be_asked_for() {
    let invoice = invoice(
        "group all required
         group some optional required
         parcel a in all
         parcel b in some",
    );
    assert_shown(
        &invoice,
        &Wanted::new().group("all").group("some"),
        r#"a: required group "all"
           b: asked for in group "some""#,
    );
}

#[test]
fn what_is_taken_requires_more() {
    let invoice = invoice(
        "group libs
         group fonts
         group other
         parcel font in fonts
         parcel lib in libs needs fonts
         parcel app needs libs
         parcel unused in other needs other",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"font: required by parcel "lib" through group "fonts"
           lib: required by parcel "app" through group "libs"
           app: global
           not unused: not needed"#,
    );
}

/// By its definition an optional group adds nothing when it is required.
#[test]
fn optional_groups_add_nothing() {
    let invoice = invoice(
        "group themes optional
         parcel app needs themes
         parcel dark in themes",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"app: global
           not dark: optional in group "themes""#,
    );
    assert_shown(
        &invoice,
        &Wanted::new().group("themes"),
        r#"app: global
           dark: asked for in group "themes""#,
    );
}

#[test]
fn choices_take_the_first_or_the_preferred() {
    let invoice = invoice(
        "group store oneOf required
         parcel redis in store
         parcel memcached in store
         parcel disk in store",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"redis: chosen from oneOf group "store"
           not memcached: alternative not chosen from oneOf group "store"
           not disk: alternative not chosen from oneOf group "store"
           choice store: redis or memcached, disk"#,
    );
    let by_digest = Wanted::new().prefer_digest(Digest::of(b"disk"));
    for wanted in [Wanted::new().prefer("disk"), by_digest] {
        assert_shown(
            &invoice,
            &wanted,
            r#"disk: chosen from oneOf group "store"
               not redis: alternative not chosen from oneOf group "store"
               not memcached: alternative not chosen from oneOf group "store"
               choice store: disk or redis, memcached"#,
        );
    }
    // The first preference counts, in whatever order the parcels are.
    let wanted = Wanted::new()
        .prefer("disk")
        .prefer("memcached")
        .prefer("disk");
    assert_eq!(names(&invoice.select(&wanted).unwrap()), ["disk"]);
    let wanted = Wanted::new()
        .prefer_digest(Digest::of(b"memcached"))
        .prefer("disk");
    assert_eq!(names(&invoice.select(&wanted).unwrap()), ["memcached"]);
}

/// Of parcels of the same name, one that is not out will do.
#[test]
fn preferences_stand_for_all_parcels_of_the_name() {
    let mut builder = Invoice::builder("example.com/app/1.0.0".parse().unwrap()).group(
        bindle_core::Group::new("one")
            .with_required(true)
            .with_satisfied_by(bindle_core::SatisfiedBy::OneOf),
    );
    for (name, cpu) in [("x", "any"), ("lib", "arm"), ("lib", "amd")] {
        let label = Label::of(name, MediaType::WASM, cpu.as_bytes());
        let parcel = bindle_core::Parcel::from(label.with_feature("wasm", "cpu", cpu));
        builder = builder.parcel(parcel.member_of(["one"]));
    }
    let invoice = builder.build().unwrap();
    let wanted = Wanted::new().prefer("lib").feature("wasm", "cpu", "amd");
    let selection = invoice.select(&wanted).unwrap();
    let digests: Vec<_> = selection
        .parcels()
        .map(|parcel| parcel.label().digest())
        .collect();
    assert_eq!(digests, [Digest::of(b"amd")]);
    let selection = invoice.select(&Wanted::new().prefer("lib")).unwrap();
    let digests: Vec<_> = selection
        .parcels()
        .map(|parcel| parcel.label().digest())
        .collect();
    assert_eq!(digests, [Digest::of(b"arm")]);
}

/// A group of which something is taken already is satisfied; a preference adds
/// nothing to it.
#[test]
fn choices_are_made_only_where_one_is_open() {
    let invoice = invoice(
        "group store oneOf required
         group base required
         parcel redis in store
         parcel disk in store,base",
    );
    assert_shown(
        &invoice,
        &Wanted::new().prefer("redis"),
        r#"disk: required group "base"
           not redis: alternative not chosen from oneOf group "store""#,
    );
}

/// Choices are made in the order of the groups, each after what the one before
/// requires is taken.
#[test]
fn choices_follow_one_another() {
    let invoice = invoice(
        "group last oneOf
         group ui oneOf required
         group kit oneOf required
         parcel gtk in kit
         parcel qt in kit,qt-app
         parcel window in ui needs qt-app,last
         parcel console in ui
         group qt-app
         parcel one in last
         parcel two in last",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"qt: required by parcel "window" through group "qt-app"
           window: chosen from oneOf group "ui"
           one: chosen from oneOf group "last"
           not gtk: alternative not chosen from oneOf group "kit"
           not console: alternative not chosen from oneOf group "ui"
           not two: alternative not chosen from oneOf group "last"
           choice ui: window or console
           choice last: one or two"#,
    );
}

#[test]
fn a_choice_of_one_is_not_open() {
    let invoice = invoice(
        "group store oneOf required
         parcel redis in store",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"redis: chosen from oneOf group "store""#,
    );
}

#[test]
fn members_of_several_groups() {
    let invoice = invoice(
        "group client
         group server
         group docs
         parcel shared in client,server
         parcel manual in docs,server
         parcel gui in client",
    );
    assert_shown(
        &invoice,
        &Wanted::new().group("server").without_group("docs"),
        r#"shared: asked for in group "server"
           manual: asked for in group "server"
           not gui: not needed"#,
    );
}

#[test]
fn groups_can_be_excluded() {
    let invoice = invoice(
        "group docs
         group one oneOf
         parcel manual in docs
         parcel a in docs,one
         parcel b in docs,one",
    );
    assert_shown(
        &invoice,
        &Wanted::new().without_group("docs").group("one"),
        r#"a: chosen from oneOf group "one"
           not manual: excluded group "docs"
           not b: alternative not chosen from oneOf group "one"
           choice one: a or b"#,
    );
}

/// What is left out requires nothing.
#[test]
fn requirements_of_what_is_left_out_do_not_count() {
    let invoice = invoice(
        "group one oneOf required
         group heavy
         group never oneOf
         parcel light in one
         parcel rich in one needs heavy,never
         parcel engine in heavy",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"light: chosen from oneOf group "one"
           not rich: alternative not chosen from oneOf group "one"
           not engine: not needed
           choice one: light or rich"#,
    );
}

/// Groups that require themselves are not an error where nothing takes them.
#[test]
fn cycles_elsewhere_do_not_matter() {
    let invoice = invoice(
        "group a
         group b
         group one oneOf required
         parcel x in a needs b
         parcel y in b needs a
         parcel plain in one
         parcel knotty in one needs a,one",
    );
    assert_eq!(names(&invoice.select(&Wanted::new()).unwrap()), ["plain"]);
}

#[test]
fn each_content_is_fetched_once() {
    let label = |name| Label::of(name, MediaType::WASM, b"same");
    let invoice = Invoice::builder("example.com/app/1.0.0".parse().unwrap())
        .group(bindle_core::Group::new("other"))
        .parcel(label("a"))
        .parcel(Label::of("c", MediaType::WASM, b"other"))
        .parcel(label("b"))
        .parcel(
            bindle_core::Parcel::from(Label::of("d", MediaType::WASM, b"d")).member_of(["other"]),
        )
        .build()
        .unwrap();
    let selection = invoice.select(&Wanted::new()).unwrap();
    let mut asked = Vec::new();
    let missing = selection.missing(|digest| {
        asked.push(*digest);
        false
    });
    let missing: Vec<_> = missing.iter().map(|label| label.name()).collect();
    assert_eq!(missing, ["a", "c"]);
    assert_eq!(asked, [Digest::of(b"same"), Digest::of(b"other")]);
    let other = Digest::of(b"other");
    let missing = selection.missing(|digest| *digest != other);
    assert_eq!(missing, [invoice.parcels()[1].label()]);
}

#[test]
fn a_verified_invoice_is_selected_from() {
    use bindle_core::{KeyEntry, Keyring, Role, SecretKey, SecretKeyEntry, Strategy, UnixTime};

    let mut invoice = invoice("parcel a");
    let ada = SecretKeyEntry::new("Ada", SecretKey::from_seed(&[7; 32]), [Role::Creator]);
    let now = UnixTime::from_seconds(1_700_000_000);
    invoice.sign(&ada, Role::Creator, now).unwrap();
    let keyring = Keyring::from_iter([KeyEntry::from(&ada)]);
    let verified = Strategy::default().verify(invoice, &keyring).unwrap();
    assert_eq!(names(&verified.select(&Wanted::new()).unwrap()), ["a"]);
}

#[test]
fn as_json() {
    let invoice = invoice(
        "group one oneOf required
         parcel a
         parcel b in one
         parcel c in one",
    );
    let selection = invoice.select(&Wanted::new().prefer("c")).unwrap();
    let sha256 = |name: &str| Digest::of(name.as_bytes()).to_string();
    assert_eq!(
        serde_json::to_value(&selection).unwrap(),
        json!({
            "selected": [
                { "sha256": sha256("a"), "name": "a", "why": "global" },
                { "sha256": sha256("c"), "name": "c", "why": "chosen from oneOf group \"one\"" },
            ],
            "left_out": [{
                "sha256": sha256("b"),
                "name": "b",
                "why": "alternative not chosen from oneOf group \"one\"",
            }],
            "choices": [{
                "group": "one",
                "chosen": { "sha256": sha256("c"), "name": "c" },
                "alternatives": [{ "sha256": sha256("b"), "name": "b" }],
            }],
        })
    );
}

/// Groups are told apart however alike their names are.
#[test]
fn similar_names() {
    let names = [
        "group",
        "group-",
        "group-1",
        "group-10",
        "group-2",
        "group-123456789",
        "group-123456780",
        "group-12345678",
        "gröup",
        "h",
        "g",
    ];
    for some in [&names[..], &names[1..7], &names[5..8], &names[..1]] {
        let mut text = String::new();
        for name in some {
            text += &format!("group {name}\nparcel in-{name} in {name}\n");
        }
        let invoice = invoice(&text);
        for name in some {
            let selection = invoice.select(&Wanted::new().group(*name)).unwrap();
            assert_eq!(super::names(&selection), [format!("in-{name}")]);
        }
        for other in ["", "gr", "group-3", "group-1234567", "zebra"] {
            assert!(invoice.select(&Wanted::new().group(other)).is_err());
        }
    }
}

/// So are those that differ in the middle alone.
#[test]
fn names_that_begin_and_end_alike() {
    let name = |number: usize| format!("component-{number:03}-of-the-shop");
    let mut text = String::new();
    for number in 0..100 {
        text += &format!("group {0}\nparcel in-{0} in {0}\n", name(number));
    }
    let invoice = invoice(&text);
    for number in 0..100 {
        let selection = invoice.select(&Wanted::new().group(name(number))).unwrap();
        assert_eq!(names(&selection), [format!("in-{}", name(number))]);
    }
    for other in [name(100), name(999)] {
        assert!(invoice.select(&Wanted::new().group(other)).is_err());
    }
}

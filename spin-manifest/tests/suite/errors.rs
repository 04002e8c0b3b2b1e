//! Every error and every kind of problem, with its whole message.

use bindle_core::{Digest, Group, Invoice, Label, MediaType, Parcel};
use spin_manifest::package::{
    Application, BuildMetadata, Need, PackageError, PackageOptions, Packager, Ticket, UnpackError,
};
use spin_manifest::{Era, Manifest, ManifestReader, ProblemKind, Rules, Strictness};

use crate::files::MODULE;

fn v1(source: &str) -> String {
    format!(
        "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
         trigger = {{ type = 'http', base = '/' }}\n\
         [[component]]\nid = 'a'\nsource = {source}\nfiles = ['b.txt']\ntrigger = {{ route = '/' }}\n"
    )
}

fn v2(application: &str) -> String {
    format!(
        "spin_manifest_version = 2\napplication = {{ {application} }}\n\
         [[trigger.http]]\nroute = '/'\ncomponent = 'a'\n[component.a]\nsource = 'a.wasm'\n"
    )
}

fn read(text: &str) -> Manifest {
    let reader = ManifestReader::new().with_strictness(Strictness::LikeSpin);
    reader.read(text).unwrap()
}

/// What a packager says against a manifest, before it asks for anything.
fn refused(text: &str, options: &PackageOptions) -> String {
    Packager::new(&read(text), options).unwrap_err().to_string()
}

#[test]
fn names_and_versions_of_packages() {
    for (application, message) in [
        (
            "name = 'my shop', version = '1.0.0'",
            "the application cannot be packaged under the name \"my shop\": bindle name \
             \"my shop\" has the character ' ' at position 3; use letters, digits, `_`, `-`, `.` \
             and `/`; did you mean \"my-shop\"?",
        ),
        (
            "name = 'a'",
            "the application has no version; add `version = \"0.1.0\"`",
        ),
        (
            "name = 'a', version = 'v1.2'",
            "the version \"v1.2\" of the application is not a SemVer version: unexpected character \
             'v' while parsing major version number; did you mean `1.2.0`?",
        ),
        (
            "name = 'a', version = '1.0.0+b'",
            "the version \"1.0.0+b\" of the application is not a SemVer version: it has build \
             metadata of its own; leave them out, or add no others",
        ),
    ] {
        assert_eq!(refused(&v2(application), &PackageOptions::new()), message);
    }
    let text = v1("'a.wasm'").replace("'a'\nversion", "'a/b'\nversion");
    let manifest = ManifestReader::new()
        .with_era(Era::Spin1_5)
        .read(&text)
        .unwrap();
    let error = Packager::new(&manifest, &PackageOptions::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the application cannot be packaged under the name \"a/b\": Spin 1.5 packages only names \
         of letters, digits, `-` and `_`; did you mean \"a-b\"?"
    );
    let text = text.replace("'a/b'", "'größe_1-b'");
    let manifest = ManifestReader::new()
        .with_era(Era::Spin1_5)
        .read(&text)
        .unwrap();
    assert!(Packager::new(&manifest, &PackageOptions::new()).is_ok());
}

#[test]
fn names_that_spin_1_5_packages_nothing_with() {
    let packaged = |era, line: &str| {
        let text = v1("'a.wasm'").replace("[[component]]\n", &format!("[[component]]\n{line}\n"));
        let reader = ManifestReader::new().with_era(era);
        let reader = reader.with_strictness(Strictness::LikeSpin);
        let manifest = reader.read(&text).unwrap();
        let packager = Packager::new(&manifest, &PackageOptions::new());
        packager.map(|_| ()).map_err(|error| error.to_string())
    };
    let message = |what| {
        Err(format!(
            "the {what} has a name that Spin 1.5 does not package; write lower-case words of \
             letters and digits, joined by `_`"
        ))
    };
    let config = "config = { a = 'x', B = 'y' }";
    assert_eq!(packaged(Era::Spin1_5, config), message("setting \"B\""));
    assert_eq!(packaged(Era::Spin0_6, config), Ok(()));
    let stores = "key_value_stores = ['a_B', 'a-b']";
    assert_eq!(packaged(Era::Spin1_5, stores), message("store \"a-b\""));
    let legal = "config = { a_1b = 'x' }\nkey_value_stores = ['a_B']";
    assert_eq!(packaged(Era::Spin1_5, legal), Ok(()));
}

#[test]
fn sources_that_no_package_can_have() {
    assert_eq!(
        refused(
            &v1("{ reference = 'x/1.0.0', parcel = 'y' }"),
            &PackageOptions::new()
        ),
        "component \"a\" comes from a bindle; name a file, or \
         `{ url = \"…\", digest = \"sha256:…\" }`"
    );
    let text = v2("name = 'a', version = '1.0.0'")
        .replace("'a.wasm'", "{ package = 'x:y', version = '1.0.0' }");
    let rules = PackageOptions::new().with_file_rules(Rules::Of(Era::Spin1_5));
    assert_eq!(
        refused(&text, &rules),
        "component \"a\" comes from \"x:y@1.0.0\", which Spin 1.5 cannot package"
    );
    let text = v2("name = 'a', version = '1.0.0'")
        .replace("'a.wasm'", "{ url = 'https://x/y', digest = 'z' }");
    assert_eq!(
        refused(&text, &PackageOptions::new()),
        "component \"a\": \"z\" is not the digest of a module; \
         write `sha256:` and 64 hexadecimal digits"
    );
    for (dependencies, message) in [
        (
            "dependencies.x-y = '1'",
            "component \"a\": the dependency `x-y` needs the name of a package; \
             write `{ package = \"example:package\", version = \"1.0.0\" }`",
        ),
        (
            "dependencies.'x:y' = { path = 'a/../../b' }",
            "component \"a\": the path \"a/../../b\" leads out of the folder; \
             name a path within the folder of the manifest",
        ),
    ] {
        let text = v2("name = 'a', version = '1.0.0'") + dependencies;
        assert_eq!(refused(&text, &PackageOptions::new()), message);
    }
}

#[test]
fn manifests_without_a_normal_form() {
    let text = v2("name = 'a', version = '1.0.0'");
    assert_eq!(
        refused(&text, &PackageOptions::new().with_profile("debug")),
        "no component has the profile \"debug\"; there is none at all"
    );
    let known = text.clone() + "profile.release.source = 'r.wasm'\nprofile.test = {}\n";
    assert_eq!(
        refused(&known, &PackageOptions::new().with_profile("debug")),
        "no component has the profile \"debug\"; there is `release`, `test`"
    );
    assert_eq!(
        refused(
            &text.replace("component = 'a'", "component = 'b'"),
            &PackageOptions::new()
        ),
        "there is no component `b`, which trigger b-http-trigger refers to"
    );
}

/// A packager, and its first need.
fn started<'m>(manifest: &'m Manifest, build: BuildMetadata) -> (Packager<'m>, Ticket, Need) {
    let options = PackageOptions::new().with_build_metadata(build);
    let mut packager = Packager::new(manifest, &options).unwrap();
    let (ticket, need) = packager.poll_need().unwrap();
    (packager, ticket, need)
}

#[test]
fn answers_that_do_not_fit() {
    let manifest = read(&v1("'a.wasm'"));
    let (mut packager, listing, _) = started(&manifest, BuildMetadata::Auto);
    let expected = "nothing was asked with Ticket(0), or it has been answered";
    assert_eq!(
        packager.handle_chunk(listing, b"").unwrap_err().to_string(),
        expected
    );
    assert_eq!(
        packager.handle_end(listing).unwrap_err().to_string(),
        expected
    );
    for path in ["a\\b", "/a", "a//b", "../a", "a/./b"] {
        assert_eq!(
            packager
                .handle_listing(listing, [path])
                .unwrap_err()
                .to_string(),
            format!(
                "the listing has {path:?}; list paths relative to the application folder, \
                 with `/` between folders"
            )
        );
    }
    // What was refused can be answered again.
    packager.handle_listing(listing, ["b.txt"]).unwrap();
    assert_eq!(
        packager.handle_missing(listing).unwrap_err(),
        PackageError::UnknownTicket(listing)
    );
    assert_eq!(
        packager.clone().finish().unwrap_err().to_string(),
        "the package is not complete: 2 listings and contents have not been answered"
    );
    let (module, _) = packager.poll_need().unwrap();
    assert_eq!(
        packager.handle_listing(module, [""; 0]).unwrap_err(),
        PackageError::UnknownTicket(module)
    );
    let expected = "the file \"a.wasm\" of component \"a\" does not exist; was it built?";
    assert_eq!(
        packager.handle_missing(module).unwrap_err().to_string(),
        expected
    );
    // There is no package after that.
    assert_eq!(packager.finish().unwrap_err().to_string(), expected);
}

#[test]
fn contents_that_are_others_than_they_should_be() {
    let text = v2("name = 'a', version = '1.0.0'").replace(
        "'a.wasm'",
        &format!("{{ url = 'https://x/y', digest = 'sha256:{:064}' }}", 0),
    );
    let manifest = read(&text);
    let (mut packager, ticket, _) = started(&manifest, BuildMetadata::None);
    packager.handle_chunk(ticket, MODULE).unwrap();
    assert_eq!(
        packager.handle_end(ticket).unwrap_err().to_string(),
        format!(
            "the download \"https://x/y\" has the digest {}, but {:064} is expected",
            Digest::of(MODULE),
            0
        )
    );
    let second = "[[component]]\nid = 'b'\nsource = 'a.wasm'\ntrigger = { route = '/b' }\n";
    let manifest = read(&(v1("'a.wasm'").replace("files = ['b.txt']\n", "") + second));
    let (mut packager, ticket, _) = started(&manifest, BuildMetadata::Auto);
    packager.handle_chunk(ticket, MODULE).unwrap();
    packager.handle_end(ticket).unwrap();
    let (ticket, _) = packager.poll_need().unwrap();
    packager.handle_chunk(ticket, b"other").unwrap();
    assert_eq!(
        packager.handle_end(ticket).unwrap_err().to_string(),
        format!(
            "the file \"a.wasm\" changed while it was packaged: its digest was {}, then {}",
            Digest::of(MODULE),
            Digest::of(b"other")
        )
    );
}

#[test]
fn what_no_invoice_can_hold() {
    // The component gives its id to the group of its files.
    let text = v1("'a.wasm'").replace("id = 'a'", "id = \"a\\u0000\"");
    let manifest = read(&text.replace("files = ['b.txt']\n", ""));
    let (mut packager, ticket, _) = started(&manifest, BuildMetadata::None);
    packager.handle_chunk(ticket, MODULE).unwrap();
    packager.handle_end(ticket).unwrap();
    assert_eq!(
        packager.finish().unwrap_err().to_string(),
        "the invoice cannot be written: group[0].name: the control character '\\0' is not \
         allowed here"
    );
}

const STORED: &str = "application/vnd.fermyon.spin+toml";

/// An invoice with a stored manifest.
fn invoice(manifest: &[u8], more: impl IntoIterator<Item = Parcel>) -> Invoice {
    let media_type: MediaType = STORED.parse().unwrap();
    Invoice::builder("a/1.0.0".parse().unwrap())
        .parcel(Label::of("spin.toml", media_type, manifest))
        .parcels(more)
        .group(Group::new("files-b"))
        .group(Group::new("files-c"))
        .build()
        .unwrap()
}

fn unpacked(manifest: &str) -> UnpackError {
    let module = Parcel::from(Label::of("a.wasm", MediaType::WASM, MODULE));
    let invoice = invoice(manifest.as_bytes(), [module]);
    Application::unpack(&invoice, manifest.as_bytes()).unwrap_err()
}

fn stored(source: &Digest, more: &str) -> String {
    format!(
        "trigger = {{ type = 'http', base = '/' }}\n\
         [[component]]\nsource = '{source}'\nid = 'a'\ntrigger = {{ route = '/' }}\n{more}"
    )
}

#[test]
fn bindles_that_are_no_applications() {
    let none = Invoice::builder("a/1.0.0".parse().unwrap())
        .build()
        .unwrap();
    assert_eq!(
        Application::unpack(&none, b"").unwrap_err().to_string(),
        "the invoice of a/1.0.0 does not contain a Spin manifest"
    );
    let other = Label::of("other.toml", STORED.parse().unwrap(), b"other");
    let many = invoice(b"", [Parcel::from(other)]);
    assert_eq!(
        Application::unpack(&many, b"").unwrap_err().to_string(),
        "the invoice of a/1.0.0 contains multiple Spin manifests"
    );
    let error = Application::unpack(&invoice(b"a", []), b"b").unwrap_err();
    assert!(matches!(error, UnpackError::Content(_)));
    let message = error.to_string();
    let expected = "the manifest of the bindle is not the one of its invoice: ";
    assert!(message.starts_with(expected), "{message}");
    assert_eq!(
        Application::unpack(&invoice(b"\xff", []), b"\xff")
            .unwrap_err()
            .to_string(),
        "the manifest of the bindle is not UTF-8"
    );
    let module = Digest::of(MODULE);
    assert_eq!(
        unpacked(&stored(&module, "nmae = 1\n")).to_string(),
        "the manifest of the bindle cannot be read: 6:1: component[0].nmae: unknown field `nmae`"
    );
    let missing = Digest::of(b"missing");
    assert_eq!(
        unpacked(&stored(&missing, "")).to_string(),
        format!("component \"a\" has the module {missing}, which the invoice has not")
    );
    assert_eq!(
        unpacked(&stored(&module, "files = 'files-a'\n")).to_string(),
        "component \"a\" has the files of group \"files-a\", which the invoice has not"
    );
    let manifest = format!(
        "spin_manifest_version = 2\napplication = {{ name = 'a', version = '1.0.0' }}\n\
         [[trigger.http]]\nid = 't'\ncomponent = 'b'\n[component.a]\nsource = '{module}'\n"
    );
    assert_eq!(
        unpacked(&manifest).to_string(),
        "trigger \"t\" starts the component \"b\", which the manifest has not"
    );
}

#[test]
fn files_that_lead_out_of_their_folder() {
    let manifest = stored(&Digest::of(MODULE), "files = 'files-b'\n");
    let unpack = |path: &str, group: &str| {
        let label = Label::of(path, MediaType::OCTET_STREAM, b"x");
        let parcels = [
            Label::of("a.wasm", MediaType::WASM, MODULE).into(),
            Parcel::from(label).member_of([group]),
        ];
        let invoice = invoice(manifest.as_bytes(), parcels);
        Application::unpack(&invoice, manifest.as_bytes())
    };
    for path in [
        "/x", "..", "../x", "a/../x", "a/..", "\\x", "a\\..\\x", "a/..\\x",
    ] {
        assert_eq!(
            unpack(path, "files-b").unwrap_err().to_string(),
            format!("component \"a\" has a file at {path:?}, which is outside of its folder")
        );
    }
    // Spin runs these; and in no group, nobody sees a file.
    for path in ["a//x", "./x", "..x", "a\\x", "x.."] {
        let application = unpack(path, "files-b").unwrap();
        assert!(application.components[0].files.contains_key(path));
    }
    assert!(unpack("../x", "files-c").is_ok());
}

#[test]
fn what_a_profile_breaks() {
    let like_spin = ManifestReader::new().with_strictness(Strictness::LikeSpin);
    let component = "dependencies.'b:b' = { component = 'b' }\n[component.b]\nsource = 'b.wasm'\n";
    for (components, expected) in [
        (
            "dependencies_inherit_configuration = true\n\
             dependencies.'b:b' = { path = 'b.wasm' }\n\
             profile.dev.dependencies.'c:c' = { path = 'c.wasm', inherit_configuration = false }\n"
                .to_owned(),
            "component a has `dependencies_inherit_configuration`, and `inherit_configuration` in \
             its dependency c:c; these exclude each other",
        ),
        (
            format!("{component}profile.dev.environment.A = '1'\n"),
            "the component `b`, which component a depends on, can be no dependency, because it \
             has its own environment",
        ),
        (
            format!("profile.dev.{component}environment.A = '1'\n"),
            "the component `b`, which component a depends on, can be no dependency, because it \
             has its own environment",
        ),
        (
            "[[trigger.redis]]\nid = 'r'\ncomponent = 'a'\n\
             dependencies.role = [{ component = 'b' }]\n\
             [component.b]\nsource = 'b.wasm'\nprofile.dev.environment.A = '1'\n"
                .to_owned(),
            "the component `b`, which trigger r depends on, can be no dependency, because it has \
             its own environment",
        ),
    ] {
        let text = v2("name = 'a', version = '1.0.0'") + &components;
        let manifest = like_spin.read(&text).unwrap();
        assert!(manifest.normalised(None).is_ok(), "{text}");
        let error = manifest.normalised(Some("dev")).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

/// A manifest with a problem of each kind, and what is said about it.
const PROBLEMS: [(ProblemKind, &str, &str); 18] = [
    (
        ProblemKind::Conflict,
        "dependencies_inherit_configuration = true\n\
         dependencies.'a:b' = { path = 'b', inherit_configuration = true }",
        "8:1: component.a.dependencies_inherit_configuration: \
         `dependencies_inherit_configuration` and `inherit_configuration` exclude each other; \
         say it for all dependencies, or for each",
    ),
    (
        ProblemKind::Deprecated,
        "allowed_http_hosts = ['x.com']",
        "8:1: component.a.allowed_http_hosts: `allowed_http_hosts` is the earlier form of \
         `allowed_outbound_hosts`; \
         write `allowed_outbound_hosts = [\"http://x.com\", \"https://x.com\"]`",
    ),
    (
        ProblemKind::Duplicate,
        "description = 'x'\ndescription = 'y'",
        "9:1: the key `description` is there twice; keep one of them",
    ),
    (
        ProblemKind::InvalidDigest,
        "profile.p.source = { url = 'https://x', digest = 'sha256:x' }",
        "8:50: component.a.profile.p.source.digest: \"sha256:x\" is not the digest of a module; \
         write `sha256:` and 64 lower-case hexadecimal digits",
    ),
    (
        ProblemKind::InvalidHost,
        "allowed_outbound_hosts = ['amqp://x']",
        "8:27: component.a.allowed_outbound_hosts[0]: \"amqp://x\" has no port, and the scheme \
         \"amqp\" has none of its own; add `:PORT`, or `:*` for any",
    ),
    (
        ProblemKind::InvalidId,
        "key_value_stores = ['My Store']",
        "8:21: component.a.key_value_stores[0]: \"My Store\" is not a label of a store; \
         did you mean `my-store`?",
    ),
    (
        ProblemKind::InvalidPath,
        "profile.p.source = ''",
        "8:20: component.a.profile.p.source: the path of the module is empty; \
         name the file of the module",
    ),
    (
        ProblemKind::InvalidValue,
        "tool.t.size = 99999999999999999999",
        "8:15: component.a.tool.t.size: the number 99999999999999999999 is too large; \
         whole numbers have at most 64 bits, with sign",
    ),
    (
        ProblemKind::InvalidVersion,
        "dependencies.'a:b' = 'one'",
        "8:22: component.a.dependencies.\"a:b\": \"one\" is not a version requirement: \
         unexpected character 'o' while parsing major version number; \
         write one such as `1.2.3`, `^1.2` or `>=1.0, <3`",
    ),
    (
        ProblemKind::MissingField,
        "files = [{ source = 'x' }]",
        "8:10: component.a.files[0].destination: the field `destination` of \
         `component.a.files[0]` is missing; add `destination = \"/\"`",
    ),
    (
        ProblemKind::Syntax,
        "files = [",
        "8:10: the list is not closed; write `]` at its end",
    ),
    (
        ProblemKind::UnknownField,
        "enviroment = {}",
        "8:1: component.a.enviroment: unknown field `enviroment`; did you mean `environment`?",
    ),
    (
        ProblemKind::Unresolved,
        "dependencies.'a:b' = { component = 'c' }",
        "8:36: component.a.dependencies.\"a:b\".component: there is no component `c`; \
         did you mean `a`?",
    ),
    (
        ProblemKind::WrongType,
        "ai_models = 'llama'",
        "8:13: component.a.ai_models: expected a list, found a string; write [\"llama\"]",
    ),
    // Those of whole documents: see below.
    (ProblemKind::MissingComponents, "", ""),
    (ProblemKind::TooLong, "", ""),
    (ProblemKind::UnknownManifestVersion, "", ""),
    (ProblemKind::Unsupported, "", ""),
];

#[test]
fn every_kind_of_problem() {
    let head = v2("name = 'a', version = '1.0.0'");
    for (kind, line, message) in PROBLEMS {
        if line.is_empty() {
            continue;
        }
        let text = head.clone() + line + "\n";
        let diagnostics = match ManifestReader::new().read(&text) {
            Ok(manifest) => manifest.problems().clone(),
            Err(diagnostics) => diagnostics,
        };
        assert_eq!(diagnostics.to_string(), message);
        assert_eq!(diagnostics.iter().next().unwrap().kind(), kind);
    }
    let components = "[[component]]\nid = 'a'\nsource = 'a.wasm'\ntrigger = {}\n";
    let v1 = "spin_version = '1'\nname = 'a'\nversion = '1'\ntrigger = { type = 'cron' }\n";
    let long = "#".repeat(ManifestReader::MAX_LEN + 1);
    for (kind, text, message) in [
        (
            ProblemKind::MissingComponents,
            v1,
            "1:1: component: the application has no component; add a component, such as",
        ),
        (
            ProblemKind::TooLong,
            &long,
            "1:1: the manifest has 4194305 bytes; at most 4194304 are read",
        ),
        (
            ProblemKind::UnknownManifestVersion,
            &head.replacen('2', "3", 1),
            "1:25: spin_manifest_version: this version of the manifest format is not known; \
             write `spin_manifest_version = 2`",
        ),
        (
            ProblemKind::Unsupported,
            &format!("{v1}{components}"),
            "4:20: trigger.type: Spin 0.6 knows no trigger of type \"cron\"",
        ),
    ] {
        let reader = match kind {
            ProblemKind::Unsupported => ManifestReader::new().with_era(Era::Spin0_6),
            _ => ManifestReader::new(),
        };
        let diagnostics = reader.read(text).unwrap_err();
        let first = diagnostics.iter().next().unwrap();
        assert_eq!((first.kind(), first.to_string().as_str()), (kind, message));
    }
}

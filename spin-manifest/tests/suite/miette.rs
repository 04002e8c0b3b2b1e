//! Diagnostics as the crate `miette` shows them.

use miette::{Diagnostic, NarratableReportHandler, Severity};
use snapbox::assert_data_eq;
use snapbox::str;
use spin_manifest::{Manifest, ManifestReader};

struct Narrated<'d>(&'d dyn Diagnostic);

impl std::fmt::Display for Narrated<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        NarratableReportHandler::new().render_report(formatter, self.0)
    }
}

const TEXT: &str = "\
spin_manifest_version = 2
application = { name = \"app\", version = \"1\" }
[[trigger.http]]
id = \"one\"
component = \"hello\"
[[trigger.http]]
id = \"one\"
component = \"helo\"
[component.hello]
source = \"hello.wasm\"
";

#[test]
fn places_kinds_and_hints() {
    let diagnostics = Manifest::from_toml(TEXT).unwrap_err();
    let report = diagnostics.to_miette("spin.toml", TEXT);
    assert_eq!(report.severity(), Some(Severity::Error));
    assert_data_eq!(
        Narrated(&report).to_string(),
        str![[r#"
spin.toml has 2 errors and 1 warning
    Diagnostic severity: error

Warning: "1" is not a SemVer version
    Diagnostic severity: warning

Begin snippet for spin.toml starting at line 1, column 1

snippet line 1: spin_manifest_version = 2
snippet line 2: application = { name = "app", version = "1" }
    label at line 2, columns 41 to 43
snippet line 3: [[trigger.http]]
diagnostic help: only applications with one such as `1.2.3` can be packaged
diagnostic code: invalid-version
Error: the trigger id "one" is used twice
    Diagnostic severity: error

Begin snippet for spin.toml starting at line 3, column 1

snippet line 3: [[trigger.http]]
snippet line 4: id = "one"
    label at line 4, columns 6 to 10: first used here
snippet line 5: component = "hello"
snippet line 6: [[trigger.http]]
snippet line 7: id = "one"
    label at line 7, columns 6 to 10
snippet line 8: component = "helo"
diagnostic help: give each trigger an id of its own, or none
diagnostic code: duplicate
Error: there is no component `helo`
    Diagnostic severity: error

Begin snippet for spin.toml starting at line 7, column 1

snippet line 7: id = "one"
snippet line 8: component = "helo"
    label at line 8, columns 13 to 18
snippet line 9: [component.hello]
diagnostic help: did you mean `hello`?
diagnostic code: unresolved

"#]]
    );
}

#[test]
fn warnings_alone() {
    let text = TEXT.replace("helo", "hello").replacen("one", "other", 1);
    let manifest = ManifestReader::new().read(&text).unwrap();
    let report = manifest.problems().to_miette("app/spin.toml", &text);
    assert_eq!(report.severity(), Some(Severity::Warning));
    assert_eq!(report.to_string(), "app/spin.toml has 1 warning");
}

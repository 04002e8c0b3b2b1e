//! The worked examples of the specification: of groups in `invoice-spec.md`,
//! and of aggregate applications in `webassembly.md`.

use bindle_core::select::Wanted;

use super::{assert_shown, invoice};

/// `invoice-spec.md`, *Parcels and Conditions*.
const FULL: &str = "
    group server allOf
    group cli oneOf required
    group utility optional
    parcel daemon in server needs utility
    parcel first in cli,utility
    parcel second in cli
    parcel third in utility
";

/// "Only the `cli` must be installed … either `first` or `second`".
#[test]
fn only_the_cli_must_be_installed() {
    let full = invoice(FULL);
    assert_shown(
        &full,
        &Wanted::new(),
        r#"first: chosen from oneOf group "cli"
           not daemon: not needed
           not second: alternative not chosen from oneOf group "cli"
           not third: not needed
           choice cli: first or second"#,
    );
    assert_shown(
        &full,
        &Wanted::new().prefer("second"),
        r#"second: chosen from oneOf group "cli"
           not daemon: not needed
           not first: alternative not chosen from oneOf group "cli"
           not third: not needed
           choice cli: second or first"#,
    );
}

/// "If the `server` group is installed … then the `daemon` parcel will be
/// installed … If `first` is chosen to satisfy `cli`, then it also satisfied
/// `utility`."
#[test]
fn the_server_requires_the_utility() {
    assert_shown(
        &invoice(FULL),
        &Wanted::new().group("server"),
        r#"daemon: asked for in group "server"
           first: chosen from oneOf group "cli"
           not second: alternative not chosen from oneOf group "cli"
           not third: optional in group "utility"
           choice cli: first or second"#,
    );
}

/// The last sentence of the example says otherwise: "if `second` is chosen …
/// then one of `first` or `third` must be processed to satisfy the `utility`
/// group". But that is `optional`, which means "that the group can be
/// satisfied even if none of the parcels in the group are selected". The
/// definition is the rule.
#[test]
fn an_optional_group_needs_none_whatever_the_example_says() {
    assert_shown(
        &invoice(FULL),
        &Wanted::new().group("server").prefer("second"),
        r#"daemon: asked for in group "server"
           second: chosen from oneOf group "cli"
           not first: alternative not chosen from oneOf group "cli"
           not third: optional in group "utility"
           choice cli: second or first"#,
    );
    // Who wants it asks for it.
    assert_shown(
        &invoice(FULL),
        &Wanted::new().group("server").group("utility"),
        r#"daemon: asked for in group "server"
           first: asked for in group "utility"
           third: asked for in group "utility"
           not second: alternative not chosen from oneOf group "cli""#,
    );
}

/// Examples 1, 1.a, 3 and 4: without groups, all parcels are needed.
#[test]
fn example_3_all_parcels_are_required() {
    assert_shown(
        &invoice("parcel weather.wasm\n parcel libalmanac.wasm has wasm.library=true"),
        &Wanted::new(),
        "weather.wasm: global
         libalmanac.wasm: global",
    );
}

#[test]
fn example_5_heavy_and_light_alternatives() {
    let invoice = invoice(
        "group almanac oneOf required
         parcel weather.wasm
         parcel libalmanac.wasm in almanac has wasm.library=true
         parcel libalmanac-lite.wasm in almanac has wasm.library=true",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"weather.wasm: global
           libalmanac.wasm: chosen from oneOf group "almanac"
           not libalmanac-lite.wasm: alternative not chosen from oneOf group "almanac"
           choice almanac: libalmanac.wasm or libalmanac-lite.wasm"#,
    );
    assert_shown(
        &invoice,
        &Wanted::new().prefer("libalmanac-lite.wasm"),
        r#"weather.wasm: global
           libalmanac-lite.wasm: chosen from oneOf group "almanac"
           not libalmanac.wasm: alternative not chosen from oneOf group "almanac"
           choice almanac: libalmanac-lite.wasm or libalmanac.wasm"#,
    );
}

/// Examples 6 and 7. What a runtime without the kit makes of a parcel that is
/// left out is its business; the selection says why it is.
#[test]
fn example_7_supporting_files() {
    let invoice = invoice(
        "parcel weather.wasm has wasm.ui_kit=electron+sgu
         parcel libalmanac.wasm has wasm.library=true
         parcel style.css has wasm.ui_kit=electron+sgu",
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        "weather.wasm: global
         libalmanac.wasm: global
         style.css: global",
    );
    assert_shown(
        &invoice,
        &Wanted::new().without_feature("wasm", "ui_kit", "electron+sgu"),
        r#"libalmanac.wasm: global
           not weather.wasm: feature wasm.ui_kit is "electron+sgu", which is deactivated
           not style.css: feature wasm.ui_kit is "electron+sgu", which is deactivated"#,
    );
}

/// The example has sgu look for its `ui_kit` and load `libalmanac.wasm` too,
/// which has the section `wasm` and no `ui_kit`. By `label-spec.md` such a
/// parcel "has no way to apply a concept of" it, and does not match when the
/// name is filtered by. The rule wins: who activates the kit does without the
/// library, and who supports it need not say so.
#[test]
fn example_8_multiple_uis() {
    let invoice = invoice(
        "group entrypoint oneOf required
         parcel weather-ui.wasm in entrypoint has wasm.ui_kit=electron+sgu
         parcel weather-cli.wasm in entrypoint
         parcel libalmanac.wasm has wasm.library=true",
    );
    // sg1 has no kit.
    assert_shown(
        &invoice,
        &Wanted::new().without_feature("wasm", "ui_kit", "electron+sgu"),
        r#"weather-cli.wasm: chosen from oneOf group "entrypoint"
           libalmanac.wasm: global
           not weather-ui.wasm: feature wasm.ui_kit is "electron+sgu", which is deactivated"#,
    );
    // sgu can execute both, and prefers the first.
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"weather-ui.wasm: chosen from oneOf group "entrypoint"
           libalmanac.wasm: global
           not weather-cli.wasm: alternative not chosen from oneOf group "entrypoint"
           choice entrypoint: weather-ui.wasm or weather-cli.wasm"#,
    );
    assert_shown(
        &invoice,
        &Wanted::new().feature("wasm", "ui_kit", "electron+sgu"),
        r#"weather-ui.wasm: chosen from oneOf group "entrypoint"
           not weather-cli.wasm: alternative not chosen from oneOf group "entrypoint"
           not libalmanac.wasm: feature wasm.ui_kit is absent, and "electron+sgu" is activated
           choice entrypoint: weather-ui.wasm or weather-cli.wasm"#,
    );
}

/// "It will execute with only two parcels … it will have five total parcels."
#[test]
fn example_9_conditional_dependencies() {
    let invoice = invoice(
        "group entrypoint oneOf required
         group ui-support allOf
         parcel weather-ui.wasm in entrypoint needs ui-support has wasm.ui_kit=electron+sgu
         parcel weather-cli.wasm in entrypoint
         parcel libalmanac.wasm has wasm.library=true
         parcel almanac-ui.html in ui-support has wasm.data=true
         parcel styles.css in ui-support has wasm.data=true
         parcel uibuilder.wasm in ui-support has wasm.library=true",
    );
    assert_shown(
        &invoice,
        &Wanted::new().prefer("weather-cli.wasm"),
        r#"weather-cli.wasm: chosen from oneOf group "entrypoint"
           libalmanac.wasm: global
           not weather-ui.wasm: alternative not chosen from oneOf group "entrypoint"
           not almanac-ui.html: not needed
           not styles.css: not needed
           not uibuilder.wasm: not needed
           choice entrypoint: weather-cli.wasm or weather-ui.wasm"#,
    );
    assert_shown(
        &invoice,
        &Wanted::new(),
        r#"weather-ui.wasm: chosen from oneOf group "entrypoint"
           libalmanac.wasm: global
           almanac-ui.html: required by parcel "weather-ui.wasm" through group "ui-support"
           styles.css: required by parcel "weather-ui.wasm" through group "ui-support"
           uibuilder.wasm: required by parcel "weather-ui.wasm" through group "ui-support"
           not weather-cli.wasm: alternative not chosen from oneOf group "entrypoint"
           choice entrypoint: weather-ui.wasm or weather-cli.wasm"#,
    );
}

/// `sgu … --require-parcel-name weather-mock-ui.wasm`. (The example writes
/// `satisfiedBy = "one"`, which is not a criterion.)
#[test]
fn example_10_the_shim_parcel() {
    assert_shown(
        &invoice(
            "group ui-shim oneOf required
             parcel weather.wasm in ui-shim has wasm.ui_kit=electron+sgu
             parcel weather-mock-ui.wasm in ui-shim
             parcel libalmanac.wasm has wasm.library=true",
        ),
        &Wanted::new().prefer("weather-mock-ui.wasm"),
        r#"weather-mock-ui.wasm: chosen from oneOf group "ui-shim"
           libalmanac.wasm: global
           not weather.wasm: alternative not chosen from oneOf group "ui-shim"
           choice ui-shim: weather-mock-ui.wasm or weather.wasm"#,
    );
}

/// *Dependency Collapses when Dealing with Beamed Parcels*.
#[test]
fn the_dependency_tree() {
    assert_shown(
        &invoice(
            "group a-dependencies
             group c-dependencies
             parcel A.wasm needs a-dependencies
             parcel B.wasm in a-dependencies,c-dependencies
             parcel C.wasm in a-dependencies needs c-dependencies",
        ),
        &Wanted::new(),
        r#"A.wasm: global
           B.wasm: required by parcel "A.wasm" through group "a-dependencies"
           C.wasm: required by parcel "A.wasm" through group "a-dependencies""#,
    );
}

//! The README's transcript is what the README's command prints.
#![allow(clippy::unwrap_used)]

use std::process::Command;

const README: &str = include_str!("../../README.md");

/// The text of the code block under a marker.
fn block(marker: &str) -> &'static str {
    let (_, rest) = README
        .split_once(&format!("<!-- {marker} -->\n```"))
        .unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_main_command_prints_the_transcript() {
    let command = block("main-job").trim();
    let arguments = command
        .strip_prefix("cargo run -p examples --bin deploy -- ")
        .unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_deploy"))
        .args(["--listen", "127.0.0.1:0"])
        .args(arguments.split(' '))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let (_, port) = printed.split_once("http://127.0.0.1:").unwrap();
    let port = port.split('/').next().unwrap();
    let printed = printed.replace(&format!(":{port}/"), ":3000/");
    assert_eq!(printed.trim_end(), block("transcript").trim_end());
    assert!(output.status.success());
}

#[test]
fn the_problems_are_those_of_the_manifest() {
    let manifest = "spin_version = \"1\"
name = \"hello\"
version = \"1.0.0\"
trigger = { type = \"http\", base = \"/\" }

[[component]]
id = \"hello\"
sorce = \"hello.wasm\"
[component.trigger]
rout = \"/...\"
";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_inspect"))
        .args(["manifest", "spin.toml"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed.trim_end(), block("problems").trim_end());
}

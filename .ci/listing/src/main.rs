//! Lists the public items of the library that rustdoc has described in JSON.
//!
//! Left out are the functions of `impl Trait for Type`, which are the trait's to
//! say, and the guides, which are text.

use std::process::ExitCode;

use public_api::Error;

fn main() -> ExitCode {
    let Some(json) = std::env::args_os().nth(1) else {
        eprintln!("usage: listing JSON");
        return ExitCode::FAILURE;
    };
    let listed = public_api::Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build();
    let items = match listed {
        Ok(api) => api.items().map(ToString::to_string).collect::<Vec<_>>(),
        Err(Error::SerdeJsonError(error)) => {
            eprintln!("this compiler's rustdoc writes another JSON: {error}");
            return ExitCode::from(3);
        }
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    // What the path of a member of the last implementation starts with.
    let mut member = None;
    for item in items {
        let is_guide = item.starts_with("pub mod") && item.contains("::guide");
        if is_guide || item.contains("::StructuralPartialEq for ") {
            continue;
        }
        let is_function = item.starts_with("pub fn") || item.starts_with("pub const fn");
        match &member {
            Some(member) if is_function && item.contains(member) => continue,
            Some(member) if item.contains(member) => {}
            _ => member = None,
        }
        if item.starts_with("impl")
            && let Some((_, implementor)) = item.split_once(" for ")
        {
            let implementor = implementor.split(" where ").next().unwrap_or_default();
            member = Some(format!(" {implementor}::"));
        }
        println!("{item}");
    }
    ExitCode::SUCCESS
}

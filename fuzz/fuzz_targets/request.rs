//! A request that is read is what is written for it; one that is not is
//! answered with a status of the client's.

#![no_main]

use bindle_core::protocol::{Format, Prefix, Request, Response};
use libfuzzer_sys::fuzz_target;

// The text is prefix, method and target, separated by spaces.
fuzz_target!(|text: &str| {
    let (prefix, rest) = text.split_once(' ').unwrap_or(("/", text));
    let (method, target) = rest.split_once(' ').unwrap_or(("GET", rest));
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let prefix: Prefix = prefix.parse().unwrap_or_default();
    match Request::read(&prefix, method, path, query) {
        Ok(request) => {
            let target = request.target(&prefix);
            assert!(
                target
                    .to_string()
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic())
            );
            let again = Request::read(&prefix, target.method(), target.path(), target.query());
            assert_eq!(again.map(|again| again.target(&prefix)), Ok(target));
        }
        Err(error) => {
            let response = Response::refused(&error, Format::Toml);
            assert!((400..500).contains(&response.status().code()));
            assert!(response.body().starts_with(b"error = \""));
        }
    }
});

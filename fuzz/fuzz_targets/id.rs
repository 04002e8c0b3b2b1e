//! Ids come back from their text, their URI and their parts.

#![no_main]

use bindle_core::{Digest, Id, MediaType, Name, Role, Strategy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match text.parse::<Id>() {
        Ok(id) => {
            assert_eq!(id.to_string(), text);
            assert_eq!(Id::from_uri(&id.to_uri()).as_ref(), Ok(&id));
            assert_eq!(id.canonical_name(), Digest::of(text.as_bytes()));
            let (name, version) = id.clone().into_parts();
            assert_eq!(Id::new(name, version), id);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    if let Ok(name) = text.parse::<Name>() {
        assert!(
            name.segments()
                .all(|segment| !matches!(segment, "" | "." | ".."))
        );
    }
    if let Ok(digest) = text.parse::<Digest>() {
        assert_eq!(digest.to_string(), text);
    }
    if let Ok(media_type) = text.parse::<MediaType>() {
        assert_eq!(
            media_type.to_string().parse::<MediaType>().as_ref(),
            Ok(&media_type)
        );
    }
    if let Ok(strategy) = text.parse::<Strategy>() {
        assert_eq!(
            strategy.to_string().parse::<Strategy>().as_ref(),
            Ok(&strategy)
        );
    }
    if let Ok(role) = text.parse::<Role>() {
        assert_eq!(role.as_str().parse::<Role>().as_ref(), Ok(&role));
    }
});

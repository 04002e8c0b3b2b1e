//! Hosts as values: what is written comes back from its text.

use core::fmt::{Debug, Display};
use core::str::FromStr;

use proptest::prelude::*;
use spin_manifest::{HostPattern, HttpHost, OutboundHost};

fn read_back<T: FromStr<Err: Display> + Display + Debug + PartialEq>(text: &str) -> Option<String> {
    let value: T = text.parse().ok()?;
    let written = value.to_string();
    match written.parse::<T>() {
        Ok(again) => assert_eq!(again, value, "{text}"),
        Err(error) => panic!("{text} became {written}: {error}"),
    }
    Some(written)
}

/// Spin decodes hosts only after it has looked for what is special in them.
#[test]
fn what_is_encoded_is_never_special() {
    for (text, written) in [
        ("https://%2a", "https://%2a:443"),
        ("https://a%2A.example.com", "https://a%2a.example.com:443"),
        ("https://*.%2a", "https://*.%2a:443"),
        ("https://%7b%7Bhost}}", "https://%7b%7bhost}}:443"),
        ("http://%73elf", "http://%73elf:80"),
        ("http://sel%66.alt", "http://%73elf.alt:80"),
        ("http://\u{ff53}elf", "http://%73elf:80"),
        ("http://ex%61mple.com", "http://example.com:80"),
    ] {
        let host: OutboundHost = text.parse().unwrap();
        assert!(
            matches!(host.host(), HostPattern::One(_) | HostPattern::Below(_)),
            "{host:?}"
        );
        assert_eq!(read_back::<OutboundHost>(text).as_deref(), Some(written));
    }
}

#[test]
fn self_is_the_application() {
    for text in ["http://self", "http://self.alt", "https://self:80"] {
        let host: OutboundHost = text.parse().unwrap();
        assert_eq!(*host.host(), HostPattern::ToSelf, "{text}");
    }
    for text in ["http://selfish", "http://self.example", "http://a.self.alt"] {
        let host: OutboundHost = text.parse().unwrap();
        assert!(matches!(host.host(), HostPattern::One(_)), "{text}");
    }
}

proptest! {
    #[test]
    fn hosts_read_back(
        scheme in "(https?|redis|[*a-z]{1,3})",
        host in "(self|[*]|[*][.])?(%(2a|73|7b|2e|41)|self|xn--|[\\[\\]:a-zA-Z0-9.*{}ｓß-]){0,6}(/8|/)?",
        port in "(:[0-9*.]{0,6}/?)?",
    ) {
        read_back::<OutboundHost>(&format!("{scheme}://{host}{port}"));
        read_back::<HttpHost>(&format!("{scheme}://{host}{port}"));
        read_back::<HttpHost>(&format!("{host}{port}"));
    }
}

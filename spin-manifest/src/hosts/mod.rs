//! Hosts that a component may reach.

mod authority;
mod host;
mod http;
mod outbound;

pub(crate) use self::authority::is_authority;
pub use self::host::Host;
pub(crate) use self::http::{Checked, converted, converted_texts, report_http_hosts};
pub use self::http::{HttpHost, ParseHttpHostError};
pub(crate) use self::outbound::report_outbound_hosts;
pub use self::outbound::{
    HostPattern, OutboundHost, ParseOutboundHostError, PortPattern, SchemePattern,
};

/// The hosts of databases, all of which could be reached before there was
/// `allowed_outbound_hosts`.
pub(crate) const DATABASES: [&str; 3] = ["redis://*:*", "mysql://*:*", "postgres://*:*"];

/// The text that allows every host in `allowed_http_hosts`.
pub(crate) const ALLOW_ALL: &str = "insecure:allow-all";

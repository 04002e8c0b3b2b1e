use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{ALLOW_ALL, Host};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::era::Eras;
use crate::template;
use crate::value::Located;

/// An entry of `allowed_outbound_hosts`: hosts to which a component may
/// connect.
///
/// # Syntax
///
/// `SCHEME://HOST[:PORT]`. The scheme is letters, or `*` for any. The host is a
/// name, an address, `*.` and a name for all below it, a network such as
/// `10.0.0.0/8`, `self` for the application itself, or `*` for any. The port is
/// a number, a range `FIRST..END` without its end, or `*` for any; without it,
/// the default port of the scheme is meant, which then has to be `http`,
/// `https`, `mqtt`, `mysql`, `postgres` or `redis`.
///
/// ```
/// use spin_manifest::OutboundHost;
///
/// let host: OutboundHost = "https://*.Example.com".parse()?;
/// assert_eq!(host.to_string(), "https://*.example.com:443");
/// let error = "example.com".parse::<OutboundHost>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"example.com\" has no scheme; write `https://example.com`, or `*://` for any scheme"
/// );
/// # Ok::<(), spin_manifest::ParseOutboundHostError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboundHost {
    scheme: SchemePattern,
    host: HostPattern,
    port: PortPattern,
}

/// The schemes that an [`OutboundHost`] allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchemePattern {
    /// Any scheme.
    Any,
    /// One scheme.
    One(Box<str>),
}

/// The hosts that an [`OutboundHost`] allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HostPattern {
    /// Any host.
    Any,
    /// The hosts below a domain, but not the domain itself.
    Below(Box<str>),
    /// The hosts of a network: its first address, and how many bits they share
    /// with it.
    Network(IpAddr, u8),
    /// One host.
    One(Host),
    /// The application itself.
    ToSelf,
}

/// The ports that an [`OutboundHost`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortPattern {
    /// Any port.
    Any,
    /// One port.
    One(u16),
    /// The ports from the first up to, but not including, the second.
    Range(u16, u16),
}

impl OutboundHost {
    /// Which schemes it allows.
    #[must_use]
    pub fn scheme(&self) -> &SchemePattern {
        &self.scheme
    }

    /// Which hosts it allows.
    #[must_use]
    pub fn host(&self) -> &HostPattern {
        &self.host
    }

    /// Which ports it allows.
    #[must_use]
    pub fn port(&self) -> PortPattern {
        self.port
    }
}

impl FromStr for OutboundHost {
    type Err = ParseOutboundHostError;

    /// Reads an entry of `allowed_outbound_hosts` that has no `{{ template }}`.
    ///
    /// # Errors
    ///
    /// - no scheme, or one with characters other than letters;
    /// - an empty host, one with a character that is not allowed in hosts, or
    ///   one with `*` anywhere but before its first `.`;
    /// - a path;
    /// - a port that is neither a number up to 65535, nor a range of such
    ///   numbers, nor `*`;
    /// - no port, if the scheme has no default port.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text.trim()).map_err(|kind| ParseOutboundHostError {
            text: text.into(),
            kind,
        })
    }
}

fn parse(text: &str) -> Result<OutboundHost, ErrorKind> {
    if text == ALLOW_ALL {
        return Err(ErrorKind::AllowAll);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        let is_named = Host::parse(text).is_some() && !text.contains('*');
        return Err(ErrorKind::NoScheme(
            if is_named { text } else { "HOST" }.into(),
        ));
    };
    let (host, port) = match rest.rsplit_once(':') {
        None | Some((_, "")) => (rest.strip_suffix(':').unwrap_or(rest), ""),
        // The colons of an address are not a port.
        Some(_) if host_pattern(rest).is_ok() => (rest, ""),
        Some((host, port)) => match port.split_once('/') {
            Some((port, "")) => (host, port),
            Some((_, path)) => return Err(ErrorKind::Path(format!("/{path}").into())),
            None => (host, port),
        },
    };
    Ok(OutboundHost {
        scheme: scheme_pattern(scheme)?,
        host: host_pattern(host)?,
        port: port_pattern(port, scheme)?,
    })
}

fn scheme_pattern(scheme: &str) -> Result<SchemePattern, ErrorKind> {
    if scheme == "*" {
        Ok(SchemePattern::Any)
    } else if scheme.chars().all(char::is_alphabetic) {
        Ok(SchemePattern::One(scheme.into()))
    } else {
        Err(ErrorKind::Scheme(scheme.into()))
    }
}

fn host_pattern(host: &str) -> Result<HostPattern, ErrorKind> {
    let host = host.trim();
    match host {
        "*" => return Ok(HostPattern::Any),
        "self" | "self.alt" => return Ok(HostPattern::ToSelf),
        // Reserved for lists of hosts.
        host if host.starts_with('{') => return Err(ErrorKind::Host(host.into())),
        _ => {}
    }
    if let Some(network) = network(host) {
        return Ok(network);
    }
    let host = host.strip_suffix('/').unwrap_or(host);
    if let Some(slash) = host.find('/') {
        return Err(ErrorKind::Path(host[slash..].into()));
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    if name.contains('*') {
        return Err(ErrorKind::Wildcard(host.into()));
    }
    match Host::parse(name) {
        Some(Host::Domain(domain)) if name.len() < host.len() => Ok(HostPattern::Below(domain)),
        Some(parsed) if name.len() == host.len() => Ok(HostPattern::One(parsed)),
        _ if !host.is_ascii() => Err(ErrorKind::Letters(host.into())),
        _ => Err(ErrorKind::Host(host.into())),
    }
}

/// A network such as `10.0.0.0/8`; bits after its length do not count.
fn network(text: &str) -> Option<HostPattern> {
    let (address, length) = text.split_once('/')?;
    let length = length.parse::<u8>().ok()?;
    let address = match address.parse().ok()? {
        IpAddr::V4(address) => {
            let mask = u32::MAX
                .checked_shl(32_u32.checked_sub(length.into())?)
                .unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from(u32::from(address) & mask))
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX
                .checked_shl(128_u32.checked_sub(length.into())?)
                .unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from(u128::from(address) & mask))
        }
    };
    Some(HostPattern::Network(address, length))
}

fn port_pattern(port: &str, scheme: &str) -> Result<PortPattern, ErrorKind> {
    let error = || ErrorKind::Port(port.into());
    let number = |text: &str| text.parse::<u16>().map_err(|_| error());
    match (port, port.split_once("..")) {
        ("", _) => match own_port(scheme) {
            Some(port) => Ok(PortPattern::One(port)),
            None if own_port(&scheme.to_ascii_lowercase()).is_some() => {
                Err(ErrorKind::UpperCase(scheme.into()))
            }
            None => Err(ErrorKind::NoPort(scheme.into())),
        },
        ("*", _) => Ok(PortPattern::Any),
        (_, Some((first, end))) => Ok(PortPattern::Range(number(first)?, number(end)?)),
        (port, None) => Ok(PortPattern::One(number(port)?)),
    }
}

fn own_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" => 80,
        "https" => 443,
        "mqtt" => 1883,
        "mysql" => 3306,
        "postgres" => 5432,
        "redis" => 6379,
        _ => return None,
    })
}

impl fmt::Display for OutboundHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.scheme {
            SchemePattern::Any => formatter.write_str("*://")?,
            SchemePattern::One(scheme) => write!(formatter, "{scheme}://")?,
        }
        match &self.host {
            HostPattern::Any => formatter.write_str("*")?,
            HostPattern::Below(domain) => write!(formatter, "*.{}", literal(domain))?,
            HostPattern::Network(address, length) => write!(formatter, "{address}/{length}")?,
            HostPattern::One(Host::Domain(domain)) => formatter.write_str(&literal(domain))?,
            HostPattern::One(host) => host.fmt(formatter)?,
            HostPattern::ToSelf => formatter.write_str("self")?,
        }
        match self.port {
            PortPattern::Any => formatter.write_str(":*"),
            PortPattern::One(port) => write!(formatter, ":{port}"),
            PortPattern::Range(first, end) => write!(formatter, ":{first}..{end}"),
        }
    }
}

/// A domain so written that it is read as one: with what would mean more in its
/// place percent-encoded, as it must have been.
fn literal(domain: &str) -> Cow<'_, str> {
    match domain {
        "self" | "self.alt" => Cow::Owned(domain.replacen('s', "%73", 1)),
        _ if domain.contains(['*', '{']) => {
            Cow::Owned(domain.replace('*', "%2a").replace('{', "%7b"))
        }
        _ => Cow::Borrowed(domain),
    }
}

/// A text that is not an entry of `allowed_outbound_hosts`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} {kind}")]
pub struct ParseOutboundHostError {
    text: Box<str>,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("belongs to `allowed_http_hosts`; write `http://*:*` and `https://*:*`")]
    AllowAll,
    #[error("has {0:?} for a host; write a name, an address, `*`, or `*.` and a name")]
    Host(Box<str>),
    #[error("has {0:?} for a host, whose letters are not all plain; write it as `xn--…`")]
    Letters(Box<str>),
    #[error("has no port, and the scheme {0:?} has none of its own; add `:PORT`, or `:*` for any")]
    NoPort(Box<str>),
    #[error("has no scheme; write `https://{0}`, or `*://` for any scheme")]
    NoScheme(Box<str>),
    #[error("has the path {0:?}; write only a scheme, a host and a port")]
    Path(Box<str>),
    #[error("has {0:?} for a port; write a number up to 65535, a range `80..90`, or `*`")]
    Port(Box<str>),
    #[error("has the scheme {0:?}; write letters, or `*` for any scheme")]
    Scheme(Box<str>),
    #[error("has the scheme {0:?}; write it in lower case")]
    UpperCase(Box<str>),
    #[error(
        "has `*` in the middle of {0:?}; it can be the whole host, or stand before a name: `*.example.com`"
    )]
    Wildcard(Box<str>),
}

/// Reports malformed entries of `allowed_outbound_hosts`, which Spin
/// itself only does when it starts the application. Of templates only the
/// variables can be checked.
pub(crate) fn report_outbound_hosts(
    hosts: &[Located<String>],
    findings: &mut Findings,
    path: &Path<'_>,
) {
    for (index, host) in hosts.iter().enumerate() {
        if template::is_template(host) {
            continue;
        }
        if let Err(error) = host.parse::<OutboundHost>() {
            let message = error.to_string();
            let path = path.index(index);
            let draft = Draft::error(ProblemKind::InvalidHost, &path, host.span(), message);
            findings.report_in(Eras::CURRENT, draft.stricter());
        }
    }
}

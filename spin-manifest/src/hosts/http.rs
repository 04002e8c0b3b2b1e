use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{ALLOW_ALL, Host};
use crate::diagnose::{Draft, Findings, Path, ProblemKind};
use crate::value::Located;

/// An entry of `allowed_http_hosts`: a host to which a component may send HTTP
/// requests.
///
/// # Syntax
///
/// `HOST[:PORT]`, or a URL `http://HOST[:PORT]` or `https://HOST[:PORT]`, or
/// `insecure:allow-all`. The host is converted to lower case, and a port is
/// dropped if it is the default of the scheme (`http` if none is written).
///
/// ```
/// use spin_manifest::HttpHost;
///
/// let host: HttpHost = "https://Example.com:443/".parse()?;
/// assert_eq!(host.to_string(), "example.com");
/// // As text it comes back.
/// for text in ["example.com", "example.com:443", "https://example.com:80", "[::1]:8080"] {
///     assert_eq!(text.parse::<HttpHost>()?.to_string(), text);
/// }
/// assert!("example.com/path".parse::<HttpHost>().is_err());
/// # Ok::<(), spin_manifest::ParseHttpHostError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum HttpHost {
    /// Every host: `insecure:allow-all`.
    All,
    /// One host.
    Host {
        /// The host, in the form that URLs use.
        host: Host,
        /// The port; `None` is the default of whatever scheme is used.
        port: Option<u16>,
    },
}

impl FromStr for HttpHost {
    type Err = ParseHttpHostError;

    /// Reads an entry of `allowed_http_hosts`.
    ///
    /// # Errors
    ///
    /// - a scheme other than `http` and `https`;
    /// - a path;
    /// - an empty host, a host with a character that is not allowed in hosts,
    ///   or one with letters beyond ASCII that stand for others;
    /// - a port that is not a number up to 65535.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|kind| ParseHttpHostError {
            text: text.into(),
            kind,
        })
    }
}

fn parse(text: &str) -> Result<HttpHost, ErrorKind> {
    if text == ALLOW_ALL {
        return Ok(HttpHost::All);
    }
    // As it is with URLs, which this is if it has `//`.
    let is_url = text.contains("//");
    let text = text.trim_end_matches(|c| c <= ' ');
    let text = text.replace(['\t', '\n', '\r'], "");
    let (scheme, rest) = match is_url {
        true => {
            let text = text.trim_start_matches(|c| c <= ' ');
            text.split_once(':').unwrap_or(("", text))
        }
        false => ("http", text.as_str()),
    };
    let default_port = match scheme.to_ascii_lowercase().as_str() {
        "http" => 80,
        "https" => 443,
        _ => return Err(ErrorKind::Scheme(scheme.into())),
    };
    let rest = rest.trim_start_matches(['/', '\\']);
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if !is_root(path) {
        return Err(ErrorKind::Path(path.into()));
    }
    let authority = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    let (host, port) = split_port(authority)?;
    let host = Host::parse(host).ok_or_else(|| host_error(host))?;
    Ok(HttpHost::Host {
        host,
        port: port.filter(|port| *port != default_port),
    })
}

fn host_error(host: &str) -> ErrorKind {
    match host.is_ascii() {
        true => ErrorKind::Host(host.into()),
        false => ErrorKind::Letters(host.into()),
    }
}

/// Whether the path of a URL is `/` once `.` and `..` are resolved.
fn is_root(path: &str) -> bool {
    let path = path.strip_prefix(['/', '\\']).unwrap_or(path);
    let mut parts = path.split(['/', '\\']).peekable();
    let mut depth = 0_u32;
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part.to_ascii_lowercase().replace("%2e", ".").as_str() {
            "." => {}
            ".." => depth = depth.saturating_sub(1),
            "" if is_last => {}
            _ => depth += 1,
        }
    }
    depth == 0
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), ErrorKind> {
    let after_address = authority.rfind(']').map_or(0, |end| end + 1);
    let Some(colon) = authority[after_address..].rfind(':') else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(after_address + colon);
    match &port[1..] {
        "" => Ok((host, None)),
        port if port.bytes().all(|byte| byte.is_ascii_digit()) => match port.parse() {
            Ok(port) => Ok((host, Some(port))),
            Err(_) => Err(ErrorKind::Port(port.into())),
        },
        port => Err(ErrorKind::Port(port.into())),
    }
}

impl fmt::Display for HttpHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str(ALLOW_ALL),
            Self::Host { host, port: None } => host.fmt(formatter),
            // Without its scheme it would be the default port.
            Self::Host {
                host,
                port: Some(80),
            } => write!(formatter, "https://{host}:80"),
            Self::Host {
                host,
                port: Some(port),
            } => write!(formatter, "{host}:{port}"),
        }
    }
}

/// A text that is not an entry of `allowed_http_hosts`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{text:?} {kind}")]
pub struct ParseHttpHostError {
    text: Box<str>,
    kind: ErrorKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum ErrorKind {
    #[error("has {0:?} for a host; write `HOST` or `HOST:PORT`")]
    Host(Box<str>),
    #[error("has {0:?} for a host, whose letters are not all plain; write it as `xn--…`")]
    Letters(Box<str>),
    #[error("has the path {0:?}; write only a host, with a port if need be")]
    Path(Box<str>),
    #[error("has {0:?} for a port; write a number up to 65535")]
    Port(Box<str>),
    #[error("has the scheme {0:?}; HTTP has `http` and `https`, and none is needed")]
    Scheme(Box<str>),
}

/// When Spin looks at the entries of `allowed_http_hosts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// When it reads the manifest, as it does with the first format.
    AtOnce,
    /// When it starts the application.
    Later,
}

/// Reports malformed entries of `allowed_http_hosts`; one that allows
/// all makes Spin look at no other.
pub(crate) fn report_http_hosts(
    hosts: &[Located<String>],
    checked: Checked,
    findings: &mut Findings,
    path: &Path<'_>,
) {
    let allows_all = hosts.iter().any(|host| host.as_str() == ALLOW_ALL);
    let is_stricter = allows_all || checked == Checked::Later;
    for (index, host) in hosts.iter().enumerate() {
        if let Err(error) = host.parse::<HttpHost>() {
            let message = error.to_string();
            let path = path.index(index);
            let draft = Draft::error(ProblemKind::InvalidHost, &path, host.span(), message);
            findings.report(if is_stricter { draft.stricter() } else { draft });
        }
    }
}

/// The entries of `allowed_outbound_hosts` that allow what those of
/// `allowed_http_hosts` do; entries that are none allow nothing.
pub(crate) fn converted(hosts: &[Located<String>]) -> Vec<Located<String>> {
    if let Some(all) = hosts.iter().find(|host| host.as_str() == ALLOW_ALL) {
        let texts = ["http://*:*", "https://*:*", "http://self"];
        return texts
            .map(|text| Located::new(text.to_owned(), all.span()))
            .into();
    }
    let mut converted = Vec::with_capacity(2 * hosts.len());
    for entry in hosts {
        let Ok(HttpHost::Host { host, port }) = entry.parse() else {
            continue;
        };
        let is_self = matches!(&host, Host::Domain(domain) if &**domain == "self");
        let schemes: &[_] = if is_self {
            &["http"]
        } else {
            &["http", "https"]
        };
        for scheme in schemes {
            let text = match port {
                Some(port) if !is_self => format!("{scheme}://{host}:{port}"),
                _ => format!("{scheme}://{host}"),
            };
            converted.push(Located::new(text, entry.span()));
        }
    }
    converted
}

/// The same as [`converted`], of texts without places.
pub(crate) fn converted_texts(hosts: &[String]) -> Vec<String> {
    let nowhere = bindle_core::text::Span::default();
    let hosts = hosts.iter().map(|host| Located::new(host.clone(), nowhere));
    let hosts: Vec<_> = hosts.collect();
    converted(&hosts)
        .into_iter()
        .map(Located::into_value)
        .collect()
}

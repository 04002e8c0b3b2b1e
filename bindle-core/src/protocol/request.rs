use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::error::{ErrorKind, RequestError};
use super::{Prefix, parameters};
use crate::query::{Query, Yanked};
use crate::text::excerpt;
use crate::{Digest, Id, Role, RoleSet, percent};

/// A request to a registry.
///
/// | method and path | request |
/// |---|---|
/// | `POST /_i` | [`Create`](Self::Create) an invoice, which is the body |
/// | `GET /_i/{id}` | [`Resource::Invoice`] |
/// | `DELETE /_i/{id}` | [`Yank`](Self::Yank) |
/// | `POST /_i/{id}@{sha}` | [`Upload`](Self::Upload) a parcel, which is the body |
/// | `GET /_i/{id}@{sha}` | [`Resource::Parcel`] |
/// | `GET /_r/missing/{id}` | [`Resource::Missing`] |
/// | `GET /_q` | [`Resource::Matches`] |
/// | `GET /bindle-keys` | [`Resource::Keys`] |
///
/// `HEAD` in place of `GET` asks for the same without its body.
///
/// ```
/// use bindle_core::protocol::{Prefix, Request, Resource};
/// use bindle_core::query::Yanked;
///
/// let prefix: Prefix = "/v1".parse()?;
/// let request = Request::read(&prefix, "GET", "/v1/_i/example.com/hello/1.0.0", "yanked=true")?;
/// let id = "example.com/hello/1.0.0".parse()?;
/// assert_eq!(request, Request::Get(Resource::Invoice { id, yanked: Yanked::Included }));
///
/// let target = request.target(&prefix);
/// assert_eq!(target.method(), "GET");
/// assert_eq!(target.to_string(), "/v1/_i/example.com/hello/1.0.0?yanked=true");
///
/// let error = Request::read(&prefix, "GET", "/v1/_i/../../etc/1.0.0", "").unwrap_err();
/// assert_eq!(error.status().code(), 400);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Specification: *Bindle Protocol* (`protocol-spec.md`) and *Keyring
/// Protocol* (`keyring-protocol-spec.md`).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Request {
    /// Store the invoice in the body.
    Create,
    /// Return something.
    Get(Resource),
    /// Return the headers that a `Get` would have.
    Head(Resource),
    /// Store a parcel, whose content is the body.
    Upload {
        /// The bindle that it is a parcel of.
        id: Id,
        /// The digest of its content.
        digest: Digest,
    },
    /// Withdraw a bindle.
    Yank {
        /// The bindle.
        id: Id,
    },
}

/// Something that a registry can return.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// An invoice.
    Invoice {
        /// The bindle of the invoice.
        id: Id,
        /// Whether to return it even if the bindle is yanked.
        yanked: Yanked,
    },
    /// The keys of the registry.
    Keys {
        /// The roles, one of which a key must have; empty for all keys.
        roles: RoleSet,
    },
    /// The invoices that match a query.
    Matches(Query),
    /// The labels of the parcels that still have to be uploaded.
    Missing {
        /// The bindle of the parcels.
        id: Id,
    },
    /// The content of a parcel.
    Parcel {
        /// The bindle that it is a parcel of.
        id: Id,
        /// The digest of its content.
        digest: Digest,
        /// Whether to return it even if the bindle is yanked. This is an
        /// extension: the reference never serves parcels of yanked bindles.
        yanked: Yanked,
    },
}

impl Request {
    /// Reads a request from its method, path and query string. Path and query
    /// string are percent-encoded as in a request line; the query string comes
    /// without its `?`, and is empty if there is none.
    ///
    /// # Errors
    ///
    /// - a path that does not lie under `prefix`, or is not an endpoint;
    /// - a method that the endpoint does not have;
    /// - a `%` without two hexadecimal digits, or bytes that are not UTF-8;
    /// - an invalid id or digest: see [`Id`] and [`Digest`];
    /// - a parameter that the endpoint does not have, or that is given twice;
    /// - `yanked` other than `true` and `false`, invalid `roles`, or a query
    ///   that [`Query::from_pairs`] refuses.
    pub fn read(
        prefix: &Prefix,
        method: &str,
        path: &str,
        query: &str,
    ) -> Result<Self, RequestError> {
        let decoded = percent::decode(path).map_err(|error| ErrorKind::Path {
            path: excerpt(path),
            error,
        })?;
        let endpoint = prefix.strip(&decoded).and_then(Endpoint::of);
        let endpoint = endpoint.ok_or_else(|| ErrorKind::Endpoint(excerpt(&decoded)))?;
        let allow = endpoint.allow();
        if allow.split(", ").all(|allowed| allowed != method) {
            let method = excerpt(method);
            return Err(ErrorKind::Method { method, allow }.into());
        }
        let resource = match endpoint {
            Endpoint::Invoices => {
                parameters::none(query)?;
                return Ok(Self::Create);
            }
            Endpoint::Invoice(id) if method == "DELETE" => {
                parameters::none(query)?;
                return Ok(Self::Yank { id: read_id(id)? });
            }
            Endpoint::Parcel(id, digest) if method == "POST" => {
                parameters::none(query)?;
                let (id, digest) = (read_id(id)?, read_digest(digest)?);
                return Ok(Self::Upload { id, digest });
            }
            Endpoint::Invoice(id) => Resource::Invoice {
                id: read_id(id)?,
                yanked: read_yanked(query)?,
            },
            Endpoint::Keys => Resource::Keys {
                roles: read_roles(query)?,
            },
            Endpoint::Matches => {
                let query = Query::from_pairs(parameters::read(query)?);
                Resource::Matches(query.map_err(ErrorKind::Parameter)?)
            }
            Endpoint::Missing(id) => {
                parameters::none(query)?;
                Resource::Missing { id: read_id(id)? }
            }
            Endpoint::Parcel(id, digest) => Resource::Parcel {
                id: read_id(id)?,
                digest: read_digest(digest)?,
                yanked: read_yanked(query)?,
            },
        };
        Ok(if method == "HEAD" {
            Self::Head(resource)
        } else {
            Self::Get(resource)
        })
    }

    /// What to send for this request to a server that has its endpoints under
    /// `prefix`.
    #[must_use]
    pub fn target(&self, prefix: &Prefix) -> Target {
        let (method, path, query) = match self {
            Self::Create => ("POST", String::from("/_i"), String::new()),
            Self::Get(resource) => ("GET", resource.path(), resource.query()),
            Self::Head(resource) => ("HEAD", resource.path(), resource.query()),
            Self::Upload { id, digest } => ("POST", parcel_path(id, digest), String::new()),
            Self::Yank { id } => ("DELETE", format!("/_i/{}", id.to_path()), String::new()),
        };
        Target {
            method,
            path: prefix.to_path() + &path,
            query,
        }
    }
}

impl Resource {
    fn path(&self) -> String {
        match self {
            Self::Invoice { id, .. } => format!("/_i/{}", id.to_path()),
            Self::Keys { .. } => "/bindle-keys".into(),
            Self::Matches(_) => "/_q".into(),
            Self::Missing { id } => format!("/_r/missing/{}", id.to_path()),
            Self::Parcel { id, digest, .. } => parcel_path(id, digest),
        }
    }

    fn query(&self) -> String {
        match self {
            Self::Invoice { yanked, .. } | Self::Parcel { yanked, .. } => match yanked {
                Yanked::Excluded => String::new(),
                Yanked::Included => "yanked=true".into(),
            },
            Self::Keys { roles } if roles.is_empty() => String::new(),
            Self::Keys { roles } => {
                let roles: Vec<_> = roles.iter().map(Role::as_str).collect();
                parameters::write([("roles", roles.join(",").into())])
            }
            Self::Matches(query) => parameters::write(query.to_pairs()),
            Self::Missing { .. } => String::new(),
        }
    }
}

fn parcel_path(id: &Id, digest: &Digest) -> String {
    format!("/_i/{}@{digest}", id.to_path())
}

/// What a decoded path leads to.
enum Endpoint<'p> {
    Invoice(&'p str),
    Invoices,
    Keys,
    Matches,
    Missing(&'p str),
    Parcel(&'p str, &'p str),
}

impl<'p> Endpoint<'p> {
    fn of(path: &'p str) -> Option<Self> {
        match path {
            "/_i" => Some(Self::Invoices),
            "/_q" => Some(Self::Matches),
            "/bindle-keys" => Some(Self::Keys),
            _ => {
                if let Some(id) = path.strip_prefix("/_r/missing/") {
                    return Some(Self::Missing(id));
                }
                let id = path.strip_prefix("/_i/")?;
                Some(match id.split_once('@') {
                    None => Self::Invoice(id),
                    Some((id, digest)) => Self::Parcel(id, digest),
                })
            }
        }
    }

    /// The methods that there are, as the header `Allow` lists them.
    fn allow(&self) -> &'static str {
        match self {
            Self::Invoices => "POST",
            Self::Invoice(_) => "GET, HEAD, DELETE",
            Self::Parcel(..) => "GET, HEAD, POST",
            Self::Keys | Self::Matches | Self::Missing(_) => "GET, HEAD",
        }
    }
}

fn read_id(id: &str) -> Result<Id, RequestError> {
    id.parse().map_err(|error| ErrorKind::Id(error).into())
}

fn read_digest(digest: &str) -> Result<Digest, RequestError> {
    let digest = digest.parse();
    digest.map_err(|error| ErrorKind::Parcel(error).into())
}

fn read_yanked(query: &str) -> Result<Yanked, RequestError> {
    match parameters::only("yanked", query)?.as_deref() {
        Some("true") => Ok(Yanked::Included),
        None | Some("false") => Ok(Yanked::Excluded),
        Some(value) => Err(ErrorKind::Yanked(excerpt(value)).into()),
    }
}

fn read_roles(query: &str) -> Result<RoleSet, RequestError> {
    let roles = parameters::only("roles", query)?.unwrap_or_default();
    let roles = roles.split(',').filter(|role| !role.is_empty());
    let roles: Result<_, _> = roles.map(str::parse::<Role>).collect();
    roles.map_err(|error| ErrorKind::Roles(error).into())
}

/// Where to send a request: its method, path and query string, in the form in
/// which they are sent.
///
/// It displays as path and query string, which follow the method in a request
/// line and the host in a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    method: &'static str,
    path: String,
    query: String,
}

impl Target {
    /// The method: `GET`, `HEAD`, `POST` or `DELETE`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The path, percent-encoded, starting with `/`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query string, percent-encoded, without a `?`; empty if there is
    /// none.
    #[must_use]
    pub fn query(&self) -> &str {
        &self.query
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.path)?;
        if !self.query.is_empty() {
            write!(formatter, "?{}", self.query)?;
        }
        Ok(())
    }
}

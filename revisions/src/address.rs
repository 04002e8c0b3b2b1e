//! Addresses of channels, which never change.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::format;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::Routes;

/// The address of a channel: a host name in lower case.
///
/// # Syntax
///
/// One or more labels joined by dots, at most 253 bytes in all. A label is 1 to
/// 63 ASCII letters, digits and hyphens, and neither starts nor ends with a
/// hyphen. Upper-case letters are accepted, and become lower case.
///
/// ```
/// use revisions::{Address, Domain};
///
/// let domain: Domain = "fermyon.app".parse()?;
/// let app = "Hello_World".parse()?;
/// assert_eq!(Address::of_first(&app, &domain)?.as_str(), "hello-world.fermyon.app");
/// let channel = "Canary".parse()?;
/// assert_eq!(
///     Address::of_channel(&channel, &app, &domain)?.as_str(),
///     "canary-hello-world.fermyon.app"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address(Box<str>);

/// The host name under which a platform assigns addresses; its syntax is that
/// of an [`Address`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Domain(Address);

/// The name of an application: 1 to 63 ASCII letters, digits, `-` and `_`,
/// starting and ending with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationName(Box<str>);

/// The name of a channel, unique in its application; its syntax is that of an
/// [`ApplicationName`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Box<str>);

impl Address {
    /// The default address of the first channel of an application:
    /// `APPLICATION.DOMAIN`, in lower case, with `-` for `_`.
    ///
    /// # Errors
    ///
    /// - an address of over 253 bytes.
    pub fn of_first(application: &ApplicationName, domain: &Domain) -> Result<Self, AddressError> {
        Self::of_label(&application.0, domain)
    }

    /// The default address of every further channel:
    /// `CHANNEL-APPLICATION.DOMAIN`, in lower case, with `-` for `_`.
    ///
    /// # Errors
    ///
    /// - names of over 62 bytes together;
    /// - an address of over 253 bytes.
    pub fn of_channel(
        channel: &ChannelName,
        application: &ApplicationName,
        domain: &Domain,
    ) -> Result<Self, AddressError> {
        Self::of_label(&format!("{channel}-{application}"), domain)
    }

    fn of_label(label: &str, domain: &Domain) -> Result<Self, AddressError> {
        let host = format!("{}.{domain}", label.replace('_', "-"));
        host.parse()
            .map_err(|error: ParseAddressError| AddressError {
                host: host.into(),
                problem: error.problem,
            })
    }

    /// The host name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Domain {
    /// The host name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl ApplicationName {
    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ChannelName {
    /// The text of the name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    /// Reads a host name.
    ///
    /// # Errors
    ///
    /// - the empty text, or one over 253 bytes;
    /// - an empty label, or one of more than 63 bytes;
    /// - a label that starts or ends with a hyphen;
    /// - any other character, for example of a port, a path or a wildcard.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let problem = if text.len() > 253 {
            Some(Problem::TooLong(text.len()))
        } else {
            text.split('.').find_map(|label| label_problem(label, '-'))
        };
        match problem {
            None => Ok(Self(text.to_ascii_lowercase().into())),
            Some(problem) => Err(ParseAddressError::new("address", text, problem)),
        }
    }
}

impl FromStr for Domain {
    type Err = ParseAddressError;

    /// Reads a host name, as [`Address::from_str`] does.
    ///
    /// # Errors
    ///
    /// As for an address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(address) => Ok(Self(address)),
            Err(ParseAddressError { problem, .. }) => {
                Err(ParseAddressError::new("domain", text, problem))
            }
        }
    }
}

impl FromStr for ApplicationName {
    type Err = ParseAddressError;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// - the empty text, or one over 63 bytes;
    /// - a `-` or `_` at the start or the end;
    /// - a character other than ASCII letters, digits, `-` and `_`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match label_problem(text, '_') {
            None => Ok(Self(text.into())),
            Some(problem) => Err(ParseAddressError::new("application name", text, problem)),
        }
    }
}

impl FromStr for ChannelName {
    type Err = ParseAddressError;

    /// Reads a name.
    ///
    /// # Errors
    ///
    /// As for an [`ApplicationName`].
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match label_problem(text, '_') {
            None => Ok(Self(text.into())),
            Some(problem) => Err(ParseAddressError::new("channel name", text, problem)),
        }
    }
}

/// What is wrong with a label in which `joiner` is allowed beside the hyphen.
fn label_problem(label: &str, joiner: char) -> Option<Problem> {
    let is_joiner = |c: char| c == '-' || c == joiner;
    if let Some(found) = label
        .chars()
        .find(|c| !c.is_ascii_alphanumeric() && !is_joiner(*c))
    {
        return Some(Problem::Character { found, joiner });
    }
    match label.len() {
        0 => Some(Problem::Empty),
        length @ 64.. => Some(Problem::LabelTooLong(length)),
        _ if label.starts_with(is_joiner) || label.ends_with(is_joiner) => {
            Some(Problem::Edge(label.into()))
        }
        _ => None,
    }
}

macro_rules! text {
    ($($type:ty)*) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        /// Equal texts are equal, and hash and sort alike: a map with these as
        /// keys is asked by a text.
        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                self.as_str()
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

text!(Address Domain ApplicationName ChannelName);

/// The addresses of the channels of all applications. It maps the host of a
/// request to the shares of the traffic.
///
/// ```
/// use revisions::{Address, AddressBook, Owner};
///
/// let mut book = AddressBook::default();
/// let address: Address = "hello.fermyon.app".parse()?;
/// book.claim(address.clone(), Owner::new("hello".parse()?, "main".parse()?))?;
/// assert!(book.owner("Hello.Fermyon.App:3000").is_some());
///
/// let other = Owner::new("other".parse()?, "main".parse()?);
/// assert_eq!(
///     book.claim(address, other).unwrap_err().to_string(),
///     "address hello.fermyon.app belongs to channel main of hello"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressBook {
    places: BTreeMap<Address, Place>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    owner: Owner,
    routes: Option<Routes>,
}

/// The channel that an address belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Owner {
    application: ApplicationName,
    channel: ChannelName,
}

impl Owner {
    /// The channel of an application.
    #[must_use]
    pub fn new(application: ApplicationName, channel: ChannelName) -> Self {
        Self {
            application,
            channel,
        }
    }

    /// The application.
    #[must_use]
    pub fn application(&self) -> &ApplicationName {
        &self.application
    }

    /// Its channel.
    #[must_use]
    pub fn channel(&self) -> &ChannelName {
        &self.channel
    }
}

/// `channel main of hello`.
impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "channel {} of {}",
            self.channel, self.application
        )
    }
}

impl AddressBook {
    /// Assigns an address to a channel for ever. Claiming it again for the same
    /// channel changes nothing.
    ///
    /// # Errors
    ///
    /// - an address that belongs to another channel.
    pub fn claim(&mut self, address: Address, owner: Owner) -> Result<(), AddressTaken> {
        match self.places.entry(address) {
            Entry::Vacant(place) => {
                let routes = None;
                place.insert(Place { owner, routes });
                Ok(())
            }
            Entry::Occupied(place) if place.get().owner == owner => Ok(()),
            Entry::Occupied(place) => Err(AddressTaken {
                address: place.key().clone(),
                owner: place.get().owner.clone(),
            }),
        }
    }

    /// Sets where the traffic of an address goes, from an
    /// [`Action::Route`](crate::Action::Route) of its channel, or from its
    /// [`Status::routes`](crate::Status::routes) after a restart. Returns
    /// whether the address belongs to a channel.
    pub fn route(&mut self, address: &Address, routes: Routes) -> bool {
        let place = self.places.get_mut(address);
        let routes = Some(routes).filter(|routes| routes.iter().len() > 0);
        place.map(|place| place.routes = routes).is_some()
    }

    /// Where requests to a host go. Case does not matter, and a port is
    /// ignored. `None` if the host belongs to no channel, or while nothing
    /// serves there.
    #[must_use]
    pub fn routes(&self, host: &str) -> Option<&Routes> {
        self.find(host)?.routes.as_ref()
    }

    /// The channel that a host belongs to. Case does not matter, and a port is
    /// ignored.
    #[must_use]
    pub fn owner(&self, host: &str) -> Option<&Owner> {
        Some(&self.find(host)?.owner)
    }

    /// Every address with the channel that it belongs to, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Owner)> {
        self.places
            .iter()
            .map(|(address, place)| (address, &place.owner))
    }

    fn find(&self, host: &str) -> Option<&Place> {
        let name = host.split_once(':').map_or(host, |(name, _port)| name);
        self.places.get(&name.parse::<Address>().ok()?)
    }
}

/// A text that is not an address, domain or name.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{what} {text:?} {problem}")]
pub struct ParseAddressError {
    what: &'static str,
    text: Box<str>,
    problem: Problem,
}

impl ParseAddressError {
    fn new(what: &'static str, text: &str, problem: Problem) -> Self {
        let excerpt: String = text.chars().take(80).collect();
        Self {
            what,
            text: excerpt.into(),
            problem,
        }
    }
}

/// Names from which no address can be made.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the names make the address {host:?}, which {problem}")]
pub struct AddressError {
    host: Box<str>,
    problem: Problem,
}

#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Problem {
    #[error("has the character {found:?}; use ASCII letters, digits{}", joiners(*joiner))]
    Character { found: char, joiner: char },
    #[error("has the part {0:?}; a part starts and ends with a letter or digit")]
    Edge(Box<str>),
    #[error("has an empty part")]
    Empty,
    #[error("has a part of {0} bytes; at most 63 are allowed")]
    LabelTooLong(usize),
    #[error("has {0} bytes; at most 253 are allowed")]
    TooLong(usize),
}

fn joiners(joiner: char) -> &'static str {
    match joiner {
        '_' => ", `-` and `_`",
        _ => " and `-`, with dots between the parts",
    }
}

/// An address that belongs to another channel.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("address {address} belongs to {owner}")]
pub struct AddressTaken {
    address: Address,
    owner: Owner,
}

impl AddressTaken {
    /// The address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// The channel that it belongs to.
    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.owner
    }
}

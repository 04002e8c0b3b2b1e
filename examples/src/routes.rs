//! Which component answers which path, as Spin 0.9 and later decide it.

use std::cmp::Reverse;
use std::fmt;

/// A route of a component, under the base path of its application.
///
/// A route that ends in `/...` is a wildcard: it matches its prefix and all
/// paths below it. One slash at the end of a path or of a route says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    base: String,
    raw: String,
    full: String,
}

impl Route {
    /// The route `raw` under `base`, both as the manifest writes them.
    #[must_use]
    pub fn new(base: &str, raw: &str) -> Self {
        let full = format!("{}{}", trim(&absolute(base)), trim(&absolute(raw)));
        Self {
            base: base.to_owned(),
            raw: raw.to_owned(),
            full,
        }
    }

    /// The base path of the application, as written.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The route as written.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The route under the base path: `/api/...`.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The route under the base path, without the `/...` of a wildcard:
    /// `/api`, and nothing at all for `/...`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.full.strip_suffix("/...").unwrap_or(&self.full)
    }

    /// Whether the route ends in `/...`.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.full.ends_with("/...")
    }

    /// A path that the route matches: the shortest one.
    #[must_use]
    pub fn path(&self) -> &str {
        match self.prefix() {
            "" => "/",
            prefix => prefix,
        }
    }

    /// Whether the route answers `path`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let path = trim(path);
        match path.strip_prefix(self.prefix()) {
            Some("") => true,
            Some(rest) => self.is_wildcard() && rest.starts_with('/'),
            None => false,
        }
    }

    /// What `path` has after the route's prefix.
    #[must_use]
    pub fn path_info<'p>(&self, path: &'p str) -> &'p str {
        path.strip_prefix(self.prefix()).unwrap_or_default()
    }
}

/// The route as `spin deploy` lists it: the path, and whether it is a wildcard.
impl fmt::Display for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wildcard = if self.is_wildcard() {
            " (wildcard)"
        } else {
            ""
        };
        write!(formatter, "{}{wildcard}", self.prefix())
    }
}

/// Finds the position of the route that answers `path`: an exact one before
/// wildcards, then the longest, and of equal ones the last.
#[must_use]
pub fn find<'r>(routes: impl IntoIterator<Item = &'r Route>, path: &str) -> Option<usize> {
    let matching = routes
        .into_iter()
        .enumerate()
        .filter(|(_, route)| route.matches(path));
    // An exact route has the whole path for its prefix, so that only a wildcard
    // with that very prefix is as long.
    let best = matching.max_by_key(|(position, route)| {
        let length = route.prefix().len();
        (length, Reverse(route.is_wildcard()), *position)
    });
    best.map(|(position, _)| position)
}

fn absolute(path: &str) -> String {
    if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/{path}")
    }
}

/// Without one slash at the end, as Spin reads paths.
fn trim(path: &str) -> &str {
    path.strip_suffix('/').unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_route_answers_its_path_with_or_without_a_slash() {
        let route = Route::new("/base/", "/foo");
        assert_eq!(route.full(), "/base/foo");
        assert!(route.matches("/base/foo"));
        assert!(route.matches("/base/foo/"));
        for path in ["/foo", "/base", "/base/foo/bar", "/base/food"] {
            assert!(!route.matches(path), "{path}");
        }
    }

    #[test]
    fn a_wildcard_answers_its_prefix_and_all_below() {
        let route = Route::new("/", "/api/...");
        for path in ["/api", "/api/", "/api/a", "/api/a/b"] {
            assert!(route.matches(path), "{path}");
        }
        for path in ["/", "/apis", "/ap"] {
            assert!(!route.matches(path), "{path}");
        }
        assert!(Route::new("/", "/...").matches("/"));
        assert!(Route::new("/", "/...").matches("/any/path"));
        assert_eq!(Route::new("/", "/...").path(), "/");
        assert_eq!(Route::new("/base", "/...").path(), "/base");
    }

    #[test]
    fn the_path_info_is_what_follows_the_route() {
        assert_eq!(Route::new("/", "/api/...").path_info("/api/a/b"), "/a/b");
        assert_eq!(Route::new("/", "/api/...").path_info("/api"), "");
        assert_eq!(Route::new("/", "/...").path_info("/"), "/");
        assert_eq!(Route::new("/", "/hello").path_info("/hello"), "");
    }

    #[test]
    fn the_most_specific_route_is_found_and_of_equal_ones_the_last() {
        let routes = [
            Route::new("/", "/one/two"),
            Route::new("/", "/one/two/..."),
            Route::new("/", "/one/..."),
            Route::new("/", "/one/..."),
            Route::new("/", "/..."),
            Route::new("/", "/three"),
            Route::new("/", "/three"),
        ];
        let found = |path| find(&routes, path);
        assert_eq!(found("/one/two"), Some(0));
        assert_eq!(found("/one/two/three"), Some(1));
        assert_eq!(found("/one/three"), Some(3));
        assert_eq!(found("/zero"), Some(4));
        assert_eq!(found("/three"), Some(6));
        assert_eq!(find(&routes[..3], "/zero"), None);
    }

    #[test]
    fn routes_are_listed_as_spin_deploy_lists_them() {
        assert_eq!(Route::new("/", "/hello").to_string(), "/hello");
        assert_eq!(Route::new("/", "/...").to_string(), " (wildcard)");
        assert_eq!(Route::new("/", "/api/...").to_string(), "/api (wildcard)");
    }
}

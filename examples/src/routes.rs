//! Which component answers which path: routes as Spin 0.9 reads them, with the
//! parameters and the `/*` of later versions, but without their rules for dots
//! within a part and for repeated slashes.

use std::cmp::Reverse;
use std::fmt;

/// A route of a component, under the base path of its application.
///
/// A part that starts with a colon, as in `/users/:id`, matches any one part of
/// a path. A route that ends in `/...`, or in `/*`, is a wildcard: it matches
/// its prefix and all paths below it. One slash at the end of a path or of a
/// route says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    base: String,
    raw: String,
    full: String,
    parts: Vec<Part>,
}

/// A part of a route, between two slashes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    Parameter(String),
    Wildcard,
}

impl Route {
    /// The route `raw` under `base`, both as the manifest writes them.
    #[must_use]
    pub fn new(base: &str, raw: &str) -> Self {
        let full = format!("{}{}", trim(&absolute(base)), trim(&absolute(raw)));
        let (prefix, is_wildcard) = split_wildcard(&full);
        let mut parts = Vec::new();
        for part in split(prefix) {
            parts.push(match part.strip_prefix(':') {
                Some(name) if !name.is_empty() => Part::Parameter(name.to_owned()),
                _ => Part::Literal(part.to_owned()),
            });
        }
        parts.extend(is_wildcard.then_some(Part::Wildcard));
        Self {
            base: base.to_owned(),
            raw: raw.to_owned(),
            full,
            parts,
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

    /// The route as written, without the end that makes it a wildcard.
    #[must_use]
    pub fn raw_prefix(&self) -> &str {
        split_wildcard(&self.raw).0
    }

    /// The route under the base path: `/api/...`.
    #[must_use]
    pub fn full(&self) -> &str {
        &self.full
    }

    /// The route under the base path, without the end that makes it a
    /// wildcard: `/api`, and nothing at all for `/...`.
    #[must_use]
    pub fn prefix(&self) -> &str {
        split_wildcard(&self.full).0
    }

    /// Whether the route matches all paths below its prefix.
    #[must_use]
    pub fn is_wildcard(&self) -> bool {
        self.parts.last() == Some(&Part::Wildcard)
    }

    /// A path that the route matches: the shortest one, with the name of each
    /// parameter for its value.
    #[must_use]
    pub fn path(&self) -> String {
        let mut path = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) | Part::Parameter(text) => path.extend(["/", text]),
                Part::Wildcard => {}
            }
        }
        // One slash at the end says nothing.
        if path.is_empty() || path.ends_with('/') {
            path.push('/');
        }
        path
    }

    /// Whether the route answers `path`.
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        let mut found = split(trim(path));
        for part in &self.parts {
            match (part, found.next()) {
                (Part::Wildcard, _) => return true,
                (Part::Literal(literal), Some(found)) if literal == found => {}
                (Part::Parameter(_), Some(found)) if !found.is_empty() => {}
                _ => return false,
            }
        }
        found.next().is_none()
    }

    /// What `path` has after the route's prefix.
    #[must_use]
    pub fn path_info<'p>(&self, path: &'p str) -> &'p str {
        let parts = self.parts.len() - usize::from(self.is_wildcard());
        // Each part has a slash before it; the next one starts the rest.
        let rest = path.match_indices('/').nth(parts);
        rest.map_or("", |(start, _)| &path[start..])
    }

    /// The parameters of the route with their values in `path`, as they are
    /// written there.
    pub fn parameters<'r>(&'r self, path: &'r str) -> impl Iterator<Item = (&'r str, &'r str)> {
        let pairs = self.parts.iter().zip(split(trim(path)));
        pairs.filter_map(|(part, value)| match part {
            Part::Parameter(name) => Some((name.as_str(), value)),
            _ => None,
        })
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

/// Finds the position of the route that answers `path`: the most specific one,
/// part for part, and of equal ones the last.
#[must_use]
pub fn find<'r>(routes: impl IntoIterator<Item = &'r Route>, path: &str) -> Option<usize> {
    let matching = routes
        .into_iter()
        .enumerate()
        .filter(|(_, route)| route.matches(path));
    // Names of parameters make no route more specific than another.
    let rank = |route: &Route| -> Vec<u8> {
        let rank = |part: &Part| match part {
            Part::Literal(_) => 0,
            Part::Parameter(_) => 1,
            Part::Wildcard => 2,
        };
        route.parts.iter().map(rank).collect()
    };
    let best = matching.min_by_key(|(position, route)| (rank(route), Reverse(*position)));
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

/// The parts of a path after its first slash.
fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').skip(1)
}

/// The prefix of a route, and whether it is a wildcard.
fn split_wildcard(route: &str) -> (&str, bool) {
    let prefix = route
        .strip_suffix("/...")
        .or_else(|| route.strip_suffix("/*"));
    (prefix.unwrap_or(route), prefix.is_some())
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
    fn a_parameter_stands_for_one_part() {
        let route = Route::new("/", "/users/:id/posts/...");
        assert!(route.is_wildcard());
        assert_eq!(route.path(), "/users/id/posts");
        for path in ["/users/7/posts", "/users/7/posts/", "/users/7/posts/1/2"] {
            assert!(route.matches(path), "{path}");
            assert!(route.parameters(path).eq([("id", "7")]), "{path}");
        }
        for path in ["/users/posts", "/users//posts", "/users/7/8/posts"] {
            assert!(!route.matches(path), "{path}");
        }
        assert_eq!(route.path_info("/users/7/posts/1/2"), "/1/2");
        assert!(Route::new("/", "/a/*").is_wildcard());
    }

    #[test]
    fn a_route_matches_its_path() {
        for route in [
            "/", "/...", "/a", "/a/", "/a/...", "/:", "/:a/b", "//", "/a//", "/a//...",
        ] {
            let route = Route::new("/", route);
            assert!(route.matches(&route.path()), "{route:?}");
        }
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
            Route::new("/", "/:any"),
            Route::new("/", "/one/:any"),
        ];
        let found = |path| find(&routes, path);
        assert_eq!(found("/one/two"), Some(0));
        assert_eq!(found("/one/two/three"), Some(1));
        assert_eq!(found("/one/three"), Some(8));
        assert_eq!(found("/one/three/four"), Some(3));
        assert_eq!(found("/zero"), Some(7));
        assert_eq!(found("/zero/one"), Some(4));
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

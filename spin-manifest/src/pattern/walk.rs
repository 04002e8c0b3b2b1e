//! The order in which a walk through folders meets what matches. Contents are
//! hashed in this order, so it is part of what a package is.

use std::collections::{BTreeMap, BTreeSet};

use glob::Pattern;

use super::{OPTIONS, is_literal};

/// A pattern, part by part.
#[derive(Clone, Debug)]
pub(super) struct Walk(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    /// `**`: any number of folders.
    AnyFolders,
    /// A name without special characters.
    Name(String),
    /// A pattern for one name.
    Pattern(Pattern),
}

impl Walk {
    /// The walk of a pattern whose matches it meets in another order than that
    /// of their paths: one with more than a name after the first `**`.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let parts = pattern.split('/').map(|part| match part {
            "**" => Some(Part::AnyFolders),
            part if is_literal(part) => Some(Part::Name(part.to_owned())),
            part => Pattern::new(part).ok().map(Part::Pattern),
        });
        let mut parts = parts.collect::<Option<Vec<_>>>()?;
        let is_any = |part: &Part| matches!(part, Part::AnyFolders);
        parts.dedup_by(|later, earlier| is_any(later) && is_any(earlier));
        let first = parts.iter().position(is_any)?;
        (parts.len() > first + 2).then_some(Self(parts))
    }

    /// The files among `paths` that match, each once, in the order in which
    /// they are met first. The time grows as the files times the parts of the
    /// pattern.
    pub(super) fn matches<'p>(&self, paths: &'p [String]) -> Vec<&'p str> {
        let tree = Tree::new(paths);
        let mut matches = Vec::new();
        let mut seen = BTreeSet::new();
        let mut met = BTreeSet::new();
        // What is still to be looked at, the next one last: a file or folder,
        // and the part that it has to match; `None` if it has matched all.
        let mut waiting = Vec::new();
        self.enter(&tree, Tree::ROOT, 0, &mut waiting);
        while let Some((node, part)) = waiting.pop() {
            if !seen.insert((node, part)) {
                continue;
            }
            let mut meet = || {
                if tree.nodes[node].is_file && met.insert(node) {
                    matches.push(tree.nodes[node].path);
                }
            };
            let Some(mut part) = part else {
                meet();
                continue;
            };
            if matches!(self.0[part], Part::AnyFolders) {
                self.enter(&tree, node, part, &mut waiting);
                part += 1;
            }
            let matches_part = match self.0.get(part) {
                // A pattern that ends in `**` matches only folders.
                None | Some(Part::AnyFolders) => false,
                Some(Part::Name(name)) => tree.name(node) == name,
                Some(Part::Pattern(pattern)) => pattern.matches_with(tree.name(node), OPTIONS),
            };
            if matches_part && part + 1 == self.0.len() {
                meet();
            } else if matches_part {
                self.enter(&tree, node, part + 1, &mut waiting);
            }
        }
        matches
    }

    /// Goes into a folder to look for what matches the part `part`.
    fn enter(
        &self,
        tree: &Tree<'_>,
        node: usize,
        part: usize,
        waiting: &mut Vec<(usize, Option<usize>)>,
    ) {
        let mut node = node;
        // Names are looked up, not searched for.
        for (index, name) in self.0.iter().enumerate().skip(part) {
            let Part::Name(name) = name else {
                let children = tree.nodes[node].children.values().rev();
                waiting.extend(children.map(|child| (*child, Some(index))));
                return;
            };
            match tree.nodes[node].children.get(name.as_str()) {
                Some(child) => node = *child,
                None => return,
            }
        }
        waiting.push((node, None));
    }
}

/// The folders and files that paths name.
struct Tree<'p> {
    nodes: Vec<Node<'p>>,
}

#[derive(Default)]
struct Node<'p> {
    path: &'p str,
    is_file: bool,
    children: BTreeMap<&'p str, usize>,
}

impl<'p> Tree<'p> {
    const ROOT: usize = 0;

    fn new(paths: &'p [String]) -> Self {
        let mut nodes = vec![Node::default()];
        for path in paths {
            let mut node = Self::ROOT;
            let mut end = 0;
            for name in path.split('/') {
                end += name.len();
                let next = nodes.len();
                let child = *nodes[node].children.entry(name).or_insert(next);
                if child == next {
                    nodes.push(Node {
                        path: &path[..end],
                        ..Node::default()
                    });
                }
                node = child;
                end += 1;
            }
            nodes[node].is_file = true;
        }
        Self { nodes }
    }

    fn name(&self, node: usize) -> &'p str {
        let path = self.nodes[node].path;
        path.rsplit('/').next().unwrap_or(path)
    }
}

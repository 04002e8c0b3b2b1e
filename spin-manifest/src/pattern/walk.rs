//! The order in which a walk through folders meets what matches. Contents are
//! hashed in this order, so it is part of what a package is.

use std::collections::{BTreeMap, BTreeSet};

use super::Part;

/// The files among `paths` that match, each once, in the order in which
/// they are met first. The time grows as the files times the parts of the
/// pattern.
pub(super) fn matches<'p>(parts: &[Part], paths: &'p [String]) -> Vec<&'p str> {
    let tree = Tree::new(paths);
    let mut matches = Vec::new();
    let mut seen = BTreeSet::new();
    let mut met = BTreeSet::new();
    // What is still to be looked at, the next one last: a file or folder, and
    // the part that it has to match; `None` if it has matched all.
    let mut waiting = Vec::new();
    enter(parts, &tree, Tree::ROOT, 0, &mut waiting);
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
        if parts[part].is_any() {
            enter(parts, &tree, node, part, &mut waiting);
            part += 1;
        }
        // A pattern that ends in `**` matches only folders.
        let matches_part = parts
            .get(part)
            .is_some_and(|part| !part.is_any() && part.matches(tree.name(node)));
        if matches_part && part + 1 == parts.len() {
            meet();
        } else if matches_part {
            enter(parts, &tree, node, part + 1, &mut waiting);
        }
    }
    matches
}

/// Goes into a folder to look for what matches the part `part`.
fn enter(
    parts: &[Part],
    tree: &Tree<'_>,
    node: usize,
    part: usize,
    waiting: &mut Vec<(usize, Option<usize>)>,
) {
    let mut node = node;
    // Names are looked up, not searched for.
    for (index, name) in parts.iter().enumerate().skip(part) {
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

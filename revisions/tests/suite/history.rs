//! The hash tree: published vectors, laws, and what a checkpoint finds out.

use bindle_core::Digest;
use proptest::prelude::*;
use revisions::merkle::{self, Frontier, ProofError, Tree};
use revisions::{Checkpoint, Ledger};
use serde_json::Value;

use crate::vectors;

fn read(name: &str) -> Option<Value> {
    let path = vectors::folder("rfc6962")?.join(name);
    Some(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap())
}

fn hex(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

fn hexes(value: &Value) -> Vec<Digest> {
    value.as_array().unwrap().iter().map(hex).collect()
}

/// The bytes that a hash of the test cases stands for, if they are a hash.
fn base64(value: &Value) -> Option<Digest> {
    use base64ct::Encoding as _;
    let bytes = base64ct::Base64::decode_vec(value.as_str()?).unwrap();
    Some(Digest::from(<[u8; 32]>::try_from(bytes).ok()?))
}

fn base64s(value: &Value) -> Option<Vec<Digest>> {
    value
        .as_array()
        .map_or(Some(Vec::new()), |list| list.iter().map(base64).collect())
}

#[test]
fn the_published_tree() {
    let Some(vectors) = read("tree8.json") else {
        return;
    };
    let mut tree = Tree::default();
    let mut frontier = Frontier::default();
    let roots = hexes(&vectors["roots"]);
    for (size, root) in roots.iter().enumerate() {
        assert_eq!(tree.root(), *root);
        assert_eq!(frontier.root(), *root);
        assert_eq!(tree.size(), size as u64);
        if let Some(leaf) = vectors["leaves"].get(size) {
            let leaf = leaf.as_str().unwrap();
            let bytes: Vec<u8> = (0..leaf.len() / 2)
                .map(|at| u8::from_str_radix(&leaf[2 * at..2 * at + 2], 16).unwrap())
                .collect();
            tree.append(merkle::leaf_hash(&bytes));
            frontier.append(merkle::leaf_hash(&bytes));
        }
    }
    for case in vectors["inclusion"].as_array().unwrap() {
        let (index, size) = (
            case["leaf"].as_u64().unwrap(),
            case["size"].as_u64().unwrap(),
        );
        let proof = hexes(&case["proof"]);
        assert_eq!(tree.prove_inclusion(index, size).unwrap(), proof, "{case}");
        let (leaf, root) = (hex(&case["leaf_hash"]), hex(&case["root"]));
        assert_eq!(
            merkle::verify_inclusion(leaf, index, size, &proof, root),
            Ok(())
        );
    }
    for case in vectors["consistency"].as_array().unwrap() {
        let (old, new) = (
            case["size1"].as_u64().unwrap(),
            case["size2"].as_u64().unwrap(),
        );
        let proof = hexes(&case["proof"]);
        assert_eq!(tree.prove_consistency(old, new).unwrap(), proof, "{case}");
        let (old_root, new_root) = (hex(&case["root1"]), hex(&case["root2"]));
        assert_eq!(
            merkle::verify_consistency(old, old_root, new, new_root, &proof),
            Ok(())
        );
    }
}

#[test]
fn inclusion_cases() {
    let Some(cases) = read("transparency-dev-inclusion.json") else {
        return;
    };
    for case in cases.as_array().unwrap() {
        let index = case["leafIdx"].as_u64().unwrap();
        let size = case["treeSize"].as_u64().unwrap();
        let holds = || {
            let (leaf, root) = (base64(&case["leafHash"])?, base64(&case["root"])?);
            let proof = base64s(&case["proof"])?;
            merkle::verify_inclusion(leaf, index, size, &proof, root).ok()
        };
        assert_eq!(
            holds().is_none(),
            case["wantErr"].as_bool().unwrap(),
            "{case}"
        );
    }
}

#[test]
fn consistency_cases() {
    let Some(cases) = read("transparency-dev-consistency.json") else {
        return;
    };
    for case in cases.as_array().unwrap() {
        if case["file"]
            .as_str()
            .unwrap()
            .contains("sizes-are-equal-one-and-proof-is-empty")
        {
            continue;
        }
        let (old, new) = (
            case["size1"].as_u64().unwrap(),
            case["size2"].as_u64().unwrap(),
        );
        let holds = || {
            let (old_root, new_root) = (base64(&case["root1"])?, base64(&case["root2"])?);
            let proof = base64s(&case["proof"])?;
            merkle::verify_consistency(old, old_root, new, new_root, &proof).ok()
        };
        assert_eq!(
            holds().is_none(),
            case["wantErr"].as_bool().unwrap(),
            "{case}"
        );
    }
}

fn leaf(index: u64) -> Digest {
    merkle::leaf_hash(&index.to_be_bytes())
}

/// RFC 6962, 2.1, word for word.
fn root_by_definition(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            merkle::node_hash(root_by_definition(left), root_by_definition(right))
        }
    }
}

#[test]
fn every_proof_up_to_forty_holds_and_no_other() {
    let leaves: Vec<_> = (0..40).map(leaf).collect();
    let tree: Tree = leaves.iter().copied().collect();
    for size in 0..=40 {
        let root = tree.root_at(size).unwrap();
        assert_eq!(root, root_by_definition(&leaves[..size as usize]));
        for index in 0..size {
            let proof = tree.prove_inclusion(index, size).unwrap();
            let verify = |index, size, proof: &[Digest]| {
                merkle::verify_inclusion(leaf(index), index, size, proof, root)
            };
            assert_eq!(verify(index, size, &proof), Ok(()));
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at] = leaf(99);
                assert!(verify(index, size, &changed).is_err());
                changed.remove(at);
                assert!(verify(index, size, &changed).is_err());
            }
        }
        for old in 1..=size {
            let proof = tree.prove_consistency(old, size).unwrap();
            let old_root = tree.root_at(old).unwrap();
            let verify = |old, size, proof: &[Digest]| {
                merkle::verify_consistency(old, old_root, size, root, proof)
            };
            assert_eq!(verify(old, size, &proof), Ok(()));
            for at in 0..proof.len() {
                let mut changed = proof.clone();
                changed[at] = leaf(99);
                assert!(verify(old, size, &changed).is_err());
                changed.remove(at);
                assert!(verify(old, size, &changed).is_err());
            }
        }
    }
    assert_eq!(tree.prove_inclusion(40, 40), None);
    assert_eq!(tree.prove_inclusion(0, 41), None);
    assert_eq!(tree.prove_consistency(3, 2), None);
    assert_eq!(tree.prove_consistency(3, 41), None);
    assert_eq!(tree.root_at(41), None);
}

#[test]
fn proof_errors_say_what_is_wrong() {
    let [a, b, none] = [leaf(0), leaf(1), Digest::of(b"")];
    let root = merkle::node_hash(a, b);
    for (error, message) in [
        (
            merkle::verify_inclusion(a, 2, 2, &[b], root),
            "entry 2 is not in a history of 2 entries".to_owned(),
        ),
        (
            merkle::verify_inclusion(a, 0, 2, &[], root),
            "the proof has 0 hashes; expected 1".to_owned(),
        ),
        (
            merkle::verify_inclusion(b, 0, 2, &[b], root),
            format!(
                "the proof leads to the root {} for 2 entries; the history says {root}",
                merkle::node_hash(b, b)
            ),
        ),
        (
            merkle::verify_consistency(2, root, 1, a, &[]),
            "the newer history has 1 entries, fewer than the 2 before".to_owned(),
        ),
        (
            merkle::verify_consistency(0, none, 1, a, &[]),
            "every history starts with the empty one; there is nothing to prove".to_owned(),
        ),
    ] {
        assert_eq!(error.unwrap_err().to_string(), message);
    }
    let huge = u64::MAX;
    assert!(merkle::verify_inclusion(a, huge - 1, huge, &[], root).is_err());
    assert!(merkle::verify_inclusion(a, huge, huge, &[], root).is_err());
    assert!(merkle::verify_consistency(huge - 1, root, huge, root, &[]).is_err());
    assert!(merkle::verify_consistency(1 << 63, root, huge, root, &[]).is_err());
}

fn ledger_of(size: u64) -> Ledger {
    let mut ledger = Ledger::new("hello".parse().unwrap());
    for index in 0..size {
        let id = format!("hello/0.{index}.0").parse().unwrap();
        let _ = ledger.register(&id, leaf(index)).unwrap();
    }
    ledger
}

#[test]
fn a_ledger_extends_its_checkpoints() {
    let ledger = ledger_of(20);
    let tree = ledger.tree();
    for size in 0..=20 {
        let older = ledger_of(size).checkpoint();
        assert_eq!(ledger.check_extends(&older), Ok(()));
        let proof = tree.prove_consistency(size, 20).unwrap();
        assert_eq!(
            older.check_extended_by(&ledger.checkpoint(), &proof),
            Ok(())
        );
    }
}

#[test]
fn a_rewritten_ledger_is_found_out() {
    let honest = ledger_of(20);
    let mut forged = ledger_of(7);
    let _ = forged
        .register(&"hello/0.7.0".parse().unwrap(), Digest::of(b"forged"))
        .unwrap();
    for index in 8..20 {
        let _ = forged
            .register(&format!("hello/0.{index}.0").parse().unwrap(), leaf(index))
            .unwrap();
    }
    for size in 0..=20 {
        let checkpoint = ledger_of(size).checkpoint();
        assert_eq!(
            forged.check_extends(&checkpoint).is_err(),
            size > 7,
            "{size}"
        );
    }
    let checkpoint = honest.checkpoint();
    assert_eq!(
        forged.check_extends(&checkpoint).unwrap_err().to_string(),
        format!(
            "the first 20 entries were rewritten: their root is {}, at the checkpoint it was {}",
            forged.root(),
            honest.root()
        )
    );
    assert_eq!(
        ledger_of(19)
            .check_extends(&checkpoint)
            .unwrap_err()
            .to_string(),
        "the history does not extend the checkpoint: the newer history has 19 entries, fewer than \
         the 20 before"
    );
    assert_eq!(honest.tree().first_difference(&forged.tree()), Some(7));
    assert_eq!(
        honest.tree().first_difference(&ledger_of(7).tree()),
        Some(7)
    );
    assert_eq!(honest.tree().first_difference(&honest.tree()), None);
}

#[test]
fn a_checkpoint_of_another_ledger_is_refused() {
    let other = Checkpoint::new("other".parse().unwrap(), 1, leaf(0));
    let message = "the checkpoint is of the ledger of other, not of hello";
    assert_eq!(
        ledger_of(1).check_extends(&other).unwrap_err().to_string(),
        message
    );
    let error = other
        .check_extended_by(&ledger_of(1).checkpoint(), &[])
        .unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn checkpoints_are_three_lines() {
    let checkpoint = ledger_of(0).checkpoint();
    let text = "hello\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n";
    assert_eq!(checkpoint.to_string(), text);
    assert_eq!(text.parse::<Checkpoint>().unwrap(), checkpoint);
    let json = serde_json::to_string(&checkpoint).unwrap();
    assert_eq!(
        serde_json::from_str::<Checkpoint>(&json).unwrap(),
        checkpoint
    );
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let lines =
        "a checkpoint has three lines, each with its line feed: the name, the size and the root";
    for text in [
        String::new(),
        format!("hello\n0\n{root}"),
        format!("hello\n0\n{root}\n\n"),
    ] {
        assert_eq!(
            text.parse::<Checkpoint>().unwrap_err().to_string(),
            lines,
            "{text:?}"
        );
    }
    let size = |line: &str| {
        format!("line 2 of the checkpoint is {line:?}; expected a number of entries, such as `15`")
    };
    let bad_root = |line: &str| {
        format!("line 3 of the checkpoint is {line:?}; expected a root: 32 bytes in base64")
    };
    let long = "A".repeat(1_000);
    for (text, message) in [
        (format!("hello\n\n{root}\n"), size("")),
        (format!("hello\n01\n{root}\n"), size("01")),
        (format!("hello\n+1\n{root}\n"), size("+1")),
        (
            format!("hello\n18446744073709551616\n{root}\n"),
            size("18446744073709551616"),
        ),
        ("hello\n0\nAAAA\n".to_owned(), bad_root("AAAA")),
        (
            format!("hello\n0\n{}\n", root.trim_end_matches('=')),
            bad_root(root.trim_end_matches('=')),
        ),
        (
            format!("hello\n0\n{long}\n"),
            bad_root(&format!("{}…", &long[..80])),
        ),
        (
            format!("\n0\n{root}\n"),
            "line 1 of the checkpoint: bindle name \"\" is empty".to_owned(),
        ),
    ] {
        assert_eq!(
            text.parse::<Checkpoint>().unwrap_err().to_string(),
            message,
            "{text:?}"
        );
    }
}

#[test]
fn an_empty_history_is_the_start_of_every_other() {
    let empty = ledger_of(0).checkpoint();
    assert_eq!(empty.check_extended_by(&empty, &[]), Ok(()));
    assert_eq!(
        empty.check_extended_by(&ledger_of(3).checkpoint(), &[]),
        Ok(())
    );
    let forged = Checkpoint::new("hello".parse().unwrap(), 0, leaf(0));
    assert!(empty.check_extended_by(&forged, &[]).is_err());
    assert!(
        forged
            .check_extended_by(&ledger_of(3).checkpoint(), &[])
            .is_err()
    );
    assert!(matches!(
        merkle::verify_consistency(0, Digest::of(b""), 0, Digest::of(b""), &[]),
        Ok(())
    ));
    let proof = merkle::verify_consistency(0, Digest::of(b""), 0, leaf(1), &[]);
    assert!(matches!(proof, Err(ProofError::Root { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Registrations and yanks in any order: the log, the snapshot, and a
    /// snapshot with the tail of the log all give the same ledger.
    #[test]
    fn replay_is_state(
        calls in proptest::collection::vec((0..12u64, 0..3u64, any::<bool>()), 0..60),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut ledger = Ledger::new("hello".parse().unwrap());
        let mut log = ledger.to_log();
        let mut states = vec![(ledger.clone(), log.len())];
        for (number, build, is_yank) in calls {
            let number = format!("{number}.0.0+{build}");
            let receipt = if is_yank {
                ledger.yank(&number.parse().unwrap()).ok().and_then(|it| it.receipt().cloned())
            } else {
                let id = format!("hello/{number}").parse().unwrap();
                ledger.register(&id, leaf(build)).unwrap().receipt().cloned()
            };
            let before = states.last().unwrap().0.size();
            prop_assert_eq!(ledger.size(), before + u64::from(receipt.is_some()));
            if let Some(receipt) = receipt {
                prop_assert_eq!((receipt.size(), receipt.root()), (ledger.size(), ledger.root()));
                log.extend(receipt.to_bytes());
                states.push((ledger.clone(), log.len()));
            }
        }
        prop_assert_eq!(&ledger.to_log(), &log);
        prop_assert_eq!(&Ledger::from_log(&log).unwrap(), &ledger);
        let (older, end) = cut.get(&states);
        let mut restored = Ledger::from_snapshot(&older.to_snapshot()).unwrap();
        prop_assert_eq!(&restored, older);
        restored.read_log_tail(&log[*end..]).unwrap();
        prop_assert_eq!(&restored, &ledger);
        prop_assert_eq!(ledger.check_extends(&older.checkpoint()), Ok(()));
        for entry in ledger.entries() {
            let bytes = entry.to_bytes();
            let (decoded, rest) = revisions::Entry::decode(&bytes).unwrap();
            prop_assert_eq!(decoded, entry);
            prop_assert!(rest.is_empty());
        }
    }

    #[test]
    fn whatever_the_bytes_nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = revisions::Entry::decode(&bytes);
        let _ = Ledger::from_log(&bytes);
        let _ = Ledger::from_snapshot(&bytes);
        let mut ledger = ledger_of(1);
        let _ = ledger.read_log_tail(&bytes);
    }
}

#[test]
fn snapshots_that_are_none_say_why() {
    let snapshot = ledger_of(1).to_snapshot();
    let root = ledger_of(1).root();
    let header =
        "the snapshot does not start with the line `revisions snapshot 1`, a name, a size \
                  and a root"
            .to_owned();
    let changed = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut snapshot = snapshot.clone();
        change(&mut snapshot);
        Ledger::from_snapshot(&snapshot).unwrap_err().to_string()
    };
    let name = snapshot.iter().position(|byte| *byte == 5).unwrap();
    let entry = name + 1 + 5 + 8 + 32;
    assert_eq!(changed(&|it| it[0] = b'q'), header);
    assert_eq!(changed(&|it| it.truncate(entry - 1)), header);
    assert_eq!(
        changed(&|it| it[name + 1] = b'/'),
        format!(
            "the name of the ledger is wrong: {}",
            "/ello".parse::<bindle_core::Name>().unwrap_err()
        )
    );
    assert_eq!(
        changed(&|it| it[entry] = 7),
        "entry 0 of the snapshot: it starts with 0x07; expected 0x01 for a registration or 0x02 \
         for a yank"
    );
    assert_eq!(
        changed(&|it| it.extend_from_slice(b"\x02\x00\x059.0.0")),
        "entry 1 of the snapshot: revision 9.0.0 is not registered, so there is nothing to yank"
    );
    assert_eq!(
        changed(&|it| it[entry - 33] = 2),
        format!("the snapshot states 2 entries with the root {root}, but has 1 with {root}")
    );
}

#[test]
fn a_changed_snapshot_is_refused() {
    let mut ledger = ledger_of(5);
    let _ = ledger.yank(&"0.2.0".parse().unwrap()).unwrap();
    let snapshot = ledger.to_snapshot();
    assert_eq!(Ledger::from_snapshot(&snapshot).unwrap(), ledger);
    // The name is checked by whoever asked for this ledger.
    let name = b"revisions snapshot 1\n\x05hello".len();
    for byte in (0..snapshot.len()).filter(|byte| !(name - 5..name).contains(byte)) {
        let mut changed = snapshot.clone();
        changed[byte] ^= 4;
        assert!(Ledger::from_snapshot(&changed).is_err(), "byte {byte}");
    }
    for length in 0..snapshot.len() {
        assert!(
            Ledger::from_snapshot(&snapshot[..length]).is_err(),
            "length {length}"
        );
    }
}

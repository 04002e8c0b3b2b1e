//! The table of strategies, findings and verdicts, over all combinations of up
//! to three signatures.

use std::collections::BTreeMap;

use bindle_core::{
    Findings, Invoice, KeyEntry, Keyring, RejectReason, RequiredRoles, Role, RoleSet,
    SignatureStatus, SignedTextForm, Strategy,
};

use super::{NOON, invalidated_text, sign_text, signer, unsigned};

/// What a keyring says of the key that a signature is by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Knowledge {
    Unknown,
    /// Known, and granted other roles only.
    OtherRole,
    Granted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Quality {
    ReferenceForm,
    SpecificationForm,
    Invalid,
    Invalidated,
    Malformed,
}

/// One signature: what it claims and what is true of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Facts {
    role: Role,
    knowledge: Knowledge,
    quality: Quality,
    /// Which of the keys of that kind and role; equal means the same key.
    key: u8,
}

impl Facts {
    fn is_good(self) -> bool {
        matches!(
            self.quality,
            Quality::ReferenceForm | Quality::SpecificationForm
        )
    }

    fn counts(self) -> bool {
        self.is_good() && self.knowledge == Knowledge::Granted
    }

    fn seed(self) -> u8 {
        // A key that is granted one role is another key for other roles.
        1 + self.key + 3 * self.knowledge as u8 + 9 * self.role as u8
    }
}

const KNOWLEDGE: [Knowledge; 3] = [Knowledge::Unknown, Knowledge::OtherRole, Knowledge::Granted];
const QUALITY: [Quality; 5] = [
    Quality::ReferenceForm,
    Quality::SpecificationForm,
    Quality::Invalid,
    Quality::Invalidated,
    Quality::Malformed,
];

fn all_facts() -> impl Iterator<Item = Facts> {
    let roles = Role::ALL.into_iter();
    roles.flat_map(|role| {
        KNOWLEDGE.into_iter().flat_map(move |knowledge| {
            QUALITY.into_iter().flat_map(move |quality| {
                (0..3).map(move |key| Facts {
                    role,
                    knowledge,
                    quality,
                    key,
                })
            })
        })
    })
}

/// Signatures of every kind, made once.
struct Fixture {
    document: String,
    blocks: BTreeMap<Facts, String>,
    keyring: Keyring,
}

impl Fixture {
    fn new() -> Self {
        let document = serde_json::to_string(&unsigned()).unwrap();
        let blocks = all_facts().map(|facts| (facts, block(facts)));
        let known = all_facts().filter_map(|facts| {
            let role = match facts.knowledge {
                Knowledge::Unknown => return None,
                Knowledge::Granted => facts.role,
                Knowledge::OtherRole if facts.role == Role::Proxy => Role::Creator,
                Knowledge::OtherRole => Role::Proxy,
            };
            let secret = signer("somebody", facts.seed(), []);
            Some(KeyEntry::new("somebody", secret.key().public_key(), [role]))
        });
        Self {
            document,
            blocks: blocks.collect(),
            keyring: known.collect(),
        }
    }

    fn findings(&self, signatures: &[Facts]) -> Findings {
        let blocks: Vec<&str> = signatures
            .iter()
            .map(|facts| &*self.blocks[facts])
            .collect();
        let document = self.document.strip_suffix('}').unwrap();
        let json = format!("{document},\"signature\":[{}]}}", blocks.join(","));
        let invoice: Invoice = serde_json::from_str(&json).unwrap();
        Findings::of(&invoice, &self.keyring)
    }
}

/// The signature as the invoice has it, in JSON.
fn block(facts: Facts) -> String {
    let signer = signer("somebody", facts.seed(), Role::ALL);
    let mut invoice = unsigned();
    let form = match facts.quality {
        Quality::SpecificationForm => SignedTextForm::Specification,
        _ => SignedTextForm::Reference,
    };
    invoice
        .sign_in_form(&signer, facts.role, NOON, form)
        .unwrap();
    let mut json = serde_json::to_value(&invoice).unwrap()["signature"][0].take();
    match facts.quality {
        Quality::ReferenceForm | Quality::SpecificationForm => {}
        Quality::Invalid => json["signature"] = sign_text(facts.seed(), "something else").into(),
        Quality::Invalidated => {
            let text = invalidated_text(&invoice, "somebody", facts.role, NOON);
            json["signature"] = sign_text(facts.seed(), &text).into();
        }
        Quality::Malformed => json["signature"] = "garbage".into(),
    }
    json.to_string()
}

/// All strategies, with all sets of roles that they can have.
fn strategies() -> Vec<Strategy> {
    let mut strategies = vec![
        Strategy::CreativeIntegrity,
        Strategy::AuthoritativeIntegrity,
        Strategy::GreedyVerification,
        Strategy::ExhaustiveVerification,
    ];
    for set in 1..1 << Role::ALL.len() {
        let roles = Role::ALL.into_iter().enumerate();
        let roles = roles.filter(|(index, _)| set & (1 << index) != 0);
        let roles: RoleSet = roles.map(|(_, role)| role).collect();
        let roles = RequiredRoles::try_from(roles).unwrap();
        strategies.push(Strategy::MultipleAttestation(roles));
        strategies.push(Strategy::MultipleAttestationGreedy(roles));
    }
    strategies
}

/// The rules in the documentation of [`Strategy`], row by row: whether the
/// invoice is accepted.
fn is_accepted(strategy: Strategy, signatures: &[Facts]) -> bool {
    let is_exhaustive = strategy == Strategy::ExhaustiveVerification;
    let rows = signatures.iter().enumerate().all(|(index, facts)| {
        let is_second = signatures[..index]
            .iter()
            .any(|other| is_same_key(facts, other));
        match (facts.is_good(), facts.knowledge) {
            // | second one by the same key | rejects | rejects |
            _ if is_second => false,
            // | counts | satisfies its role | satisfies its role |
            (true, Knowledge::Granted) => true,
            // | valid, by a known key without that role | does not count | rejects |
            // | valid, by an unknown key | does not count | rejects |
            // | bad, by an unknown key | does not count | rejects |
            (true, Knowledge::OtherRole) | (_, Knowledge::Unknown) => !is_exhaustive,
            // | bad, by a known key | rejects | rejects |
            (false, Knowledge::OtherRole | Knowledge::Granted) => false,
        }
    });
    let has = |role: Role| {
        signatures
            .iter()
            .any(|facts| facts.counts() && facts.role == role)
    };
    rows && match strategy {
        Strategy::CreativeIntegrity | Strategy::GreedyVerification => has(Role::Creator),
        Strategy::AuthoritativeIntegrity => has(Role::Creator) || has(Role::Approver),
        Strategy::ExhaustiveVerification => Role::ALL.into_iter().any(has),
        Strategy::MultipleAttestation(roles) | Strategy::MultipleAttestationGreedy(roles) => {
            roles.get().iter().all(has)
        }
        other => unreachable!("{other}"),
    }
}

fn is_same_key(left: &Facts, right: &Facts) -> bool {
    left.seed() == right.seed()
}

/// That the reason is true, and that nothing before it was reason enough.
fn is_the_reason(strategy: Strategy, signatures: &[Facts], reason: &RejectReason) -> bool {
    let is_fine_before = |index: usize| {
        (0..index).all(|index| {
            // Alone it may lack a role, but is no objection by itself.
            let before = &signatures[..=index];
            let any = Strategy::MultipleAttestation(Role::Proxy.into());
            let strategy = match strategy {
                Strategy::ExhaustiveVerification => strategy,
                _ => any,
            };
            let mut granted = before.to_vec();
            granted.push(Facts {
                role: Role::Proxy,
                knowledge: Knowledge::Granted,
                quality: Quality::ReferenceForm,
                key: 2,
            });
            is_accepted(strategy, &granted)
        })
    };
    match *reason {
        RejectReason::DuplicateKey { index, first } => {
            let is_same = |other: &Facts| is_same_key(other, &signatures[index]);
            signatures.iter().position(is_same) == Some(first)
                && first < index
                && is_fine_before(index)
        }
        RejectReason::BadSignature { index } => {
            !signatures[index].is_good() && is_fine_before(index)
        }
        RejectReason::UnknownKey { index } => {
            signatures[index].is_good()
                && signatures[index].knowledge == Knowledge::Unknown
                && strategy == Strategy::ExhaustiveVerification
                && is_fine_before(index)
        }
        RejectReason::RoleNotGranted { index } => {
            signatures[index].is_good()
                && signatures[index].knowledge == Knowledge::OtherRole
                && strategy == Strategy::ExhaustiveVerification
                && is_fine_before(index)
        }
        RejectReason::NoSignature => {
            signatures.is_empty() && strategy == Strategy::ExhaustiveVerification
        }
        RejectReason::MissingRole { roles } => {
            let has = |role: Role| {
                signatures
                    .iter()
                    .any(|facts| facts.counts() && facts.role == role)
            };
            !roles.is_empty() && !roles.iter().any(has) && is_fine_before(signatures.len())
        }
        _ => false,
    }
}

#[track_caller]
fn check(fixture: &Fixture, strategies: &[Strategy], signatures: &[Facts]) {
    let findings = fixture.findings(signatures);
    for (index, (finding, facts)) in findings.iter().zip(signatures).enumerate() {
        let expected = match facts.quality {
            Quality::ReferenceForm | Quality::SpecificationForm => "valid",
            Quality::Invalid => "invalid",
            Quality::Invalidated => "invalidated-on-purpose",
            Quality::Malformed => "malformed",
        };
        assert_eq!(finding.status().as_str(), expected, "{facts:?}");
        let form = match facts.quality {
            Quality::ReferenceForm => Some(SignedTextForm::Reference),
            Quality::SpecificationForm => Some(SignedTextForm::Specification),
            _ => None,
        };
        assert_eq!(finding.form(), form);
        assert_eq!(finding.is_valid(), facts.is_good());
        assert_eq!(finding.is_known(), facts.knowledge != Knowledge::Unknown);
        assert_eq!(
            finding.is_role_granted(),
            facts.knowledge == Knowledge::Granted
        );
        assert_eq!(finding.counts(), facts.counts());
        let first = signatures
            .iter()
            .position(|other| is_same_key(other, facts));
        assert_eq!(finding.repeats(), first.filter(|first| *first < index));
    }
    for strategy in strategies {
        let verdict = strategy.judge(&findings);
        let expected = is_accepted(*strategy, signatures);
        assert_eq!(
            verdict.is_ok(),
            expected,
            "{strategy} of {signatures:?}: {verdict:?}"
        );
        if let Err(reason) = verdict {
            let is_reason = is_the_reason(*strategy, signatures, &reason);
            assert!(is_reason, "{strategy} of {signatures:?}: {reason}");
        }
    }
}

/// Good and bad signatures, in all the ways of being so by turns.
fn good_and_bad(roles: &[Role], keys: &[u8]) -> Vec<Facts> {
    let mut all = Vec::new();
    for &role in roles {
        for knowledge in KNOWLEDGE {
            for &key in keys {
                let good = [Quality::ReferenceForm, Quality::SpecificationForm];
                let bad = [Quality::Malformed, Quality::Invalid, Quality::Invalidated];
                let turn = all.len() / 2;
                for quality in [good[turn % good.len()], bad[turn % bad.len()]] {
                    all.push(Facts {
                        role,
                        knowledge,
                        quality,
                        key,
                    });
                }
            }
        }
    }
    all
}

/// Of one signature all there are; of more those that differ in what a
/// strategy can see. A later signature is by a key of its own or, where it is
/// of the same kind, by that of the first.
#[test]
#[cfg_attr(miri, ignore = "checks tens of thousands of signatures")]
fn all_combinations() {
    let fixture = Fixture::new();
    let strategies = strategies();
    check(&fixture, &strategies, &[]);
    for first in all_facts().filter(|facts| facts.key == 0) {
        check(&fixture, &strategies, &[first]);
        for second in good_and_bad(&Role::ALL, &[0, 1]) {
            check(&fixture, &strategies, &[first, second]);
        }
    }
    // The greedy one of each pair was shown to do the same.
    let is_other =
        |strategy: &Strategy| !matches!(strategy, Strategy::MultipleAttestationGreedy(_));
    let strategies: Vec<_> = strategies.into_iter().filter(is_other).collect();
    let roles = [Role::Creator, Role::Approver, Role::Host];
    for first in good_and_bad(&roles[..1], &[0]) {
        for second in good_and_bad(&roles[..2], &[0, 1]) {
            for third in good_and_bad(&roles[1..], &[0, 2]) {
                check(&fixture, &strategies, &[first, second, third]);
            }
        }
    }
}

#[test]
fn malformed_says_what_is_wrong() {
    let fixture = Fixture::new();
    let facts = Facts {
        role: Role::Host,
        knowledge: Knowledge::Granted,
        quality: Quality::Malformed,
        key: 0,
    };
    let findings = fixture.findings(&[facts]);
    let reason = "expected padded standard base64, in its canonical form";
    let status = findings.iter().next().unwrap().status();
    assert_eq!(status, SignatureStatus::Malformed { reason });
}

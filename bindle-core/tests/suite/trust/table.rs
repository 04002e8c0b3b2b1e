//! The tables in the documentation of [`Strategy`], over all combinations of
//! up to three signatures.
//!
//! A signature is in one of the two roles that rules name or of the two that
//! they do not; its key is known or not, is granted the role or not, and has
//! signed before or not; and it is valid in one of two forms, or bad in one of
//! three ways. Of one and two signatures all of that is there. Of three, bad is
//! bad in the way that costs no time: the pairs show that no verdict depends on
//! the way, nor a finding on what else has been signed. All documents are read,
//! checked and judged by the crate; which of the bytes a key has is left to one
//! key for each signer.

use std::iter;

use bindle_core::{
    Findings, Invoice, KeyEntry, Keyring, PublicKey, RejectReason, RequiredRoles, Role, RoleSet,
    SignatureStatus, SignedTextForm, Strategy,
};

use super::{NOON, invalidated_text, sign_text, signer};

/// The source of the documentation.
const DOCUMENTATION: &str = include_str!("../../../src/trust/strategy.rs");

/// The cells behind the first one of a row in the documentation.
#[track_caller]
fn cells(row: &str) -> Vec<&'static str> {
    let start = format!("/// | {row} | ");
    let mut rows = DOCUMENTATION
        .lines()
        .filter_map(|line| line.strip_prefix(&start));
    let (Some(cells), None) = (rows.next(), rows.next()) else {
        panic!("{row:?} is to be in the documentation once");
    };
    let cells = cells.strip_suffix(" |").unwrap();
    cells.split(" | ").collect()
}

/// What is found of a signature, as the first table has it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Row {
    Counts,
    ValidWithoutRole,
    ValidUnknown,
    BadUnknown,
    BadKnown,
    SecondKnown,
}

impl Row {
    const ALL: [Self; 6] = [
        Self::Counts,
        Self::ValidWithoutRole,
        Self::ValidUnknown,
        Self::BadUnknown,
        Self::BadKnown,
        Self::SecondKnown,
    ];

    fn text(self) -> &'static str {
        match self {
            Self::Counts => "counts",
            Self::ValidWithoutRole => "valid, by a known key without that role",
            Self::ValidUnknown => "valid, by an unknown key",
            Self::BadUnknown => "bad, by an unknown key",
            Self::BadKnown => "bad, by a known key",
            Self::SecondKnown => "second one by the same known key",
        }
    }

    fn reason(self, index: usize, first: usize) -> RejectReason {
        match self {
            Self::Counts => unreachable!("what counts rejects nothing"),
            Self::ValidWithoutRole => RejectReason::RoleNotGranted { index },
            Self::ValidUnknown => RejectReason::UnknownKey { index },
            Self::BadUnknown | Self::BadKnown => RejectReason::BadSignature { index },
            Self::SecondKnown => RejectReason::DuplicateKey { index, first },
        }
    }
}

/// Which roles need a signature that counts, as the second table has it.
#[derive(Clone, Copy)]
enum Needs {
    OneOf(RoleSet),
    Each(RoleSet),
    Some,
}

/// The column and the row of one strategy.
struct Rules {
    strategy: Strategy,
    /// Of [`Row::ALL`], those that reject.
    rejecting: [bool; 6],
    needs: Needs,
}

impl Rules {
    fn of(strategy: Strategy) -> Self {
        let column = usize::from(strategy == Strategy::ExhaustiveVerification);
        let rejecting = Row::ALL.map(|row| match cells(row.text())[column] {
            "rejects" => true,
            "does not count" => false,
            "satisfies its role" if row == Row::Counts => false,
            other => panic!("{other}"),
        });
        let text = strategy.to_string();
        let (name, roles) = text.split_once('[').unwrap_or((&text, ""));
        let list = if roles.is_empty() { "" } else { "[…]" };
        let needs = match (cells(&format!("`{name}{list}`"))[0], strategy) {
            ("creator", _) => Needs::OneOf(Role::Creator.into()),
            ("creator or approver", _) => {
                Needs::OneOf(RoleSet::from_iter([Role::Creator, Role::Approver]))
            }
            ("any: every signature has to count, and there has to be one", _) => Needs::Some,
            (
                "each of those listed",
                Strategy::MultipleAttestation(roles) | Strategy::MultipleAttestationGreedy(roles),
            ) => Needs::Each(roles.get()),
            (other, _) => panic!("{other}"),
        };
        Self {
            strategy,
            rejecting,
            needs,
        }
    }

    fn verdict(&self, rows: &[(Row, usize)], counted: RoleSet) -> Result<(), RejectReason> {
        for (index, (row, first)) in rows.iter().enumerate() {
            if self.rejecting[*row as usize] {
                return Err(row.reason(index, *first));
            }
        }
        match self.needs {
            Needs::OneOf(roles) if !roles.iter().any(|role| counted.contains(role)) => {
                Err(RejectReason::MissingRole { roles })
            }
            Needs::Each(roles) => match roles.iter().find(|role| !counted.contains(*role)) {
                Some(role) => Err(RejectReason::MissingRole { roles: role.into() }),
                None => Ok(()),
            },
            Needs::Some if rows.is_empty() => Err(RejectReason::NoSignature),
            Needs::OneOf(_) | Needs::Some => Ok(()),
        }
    }
}

/// All strategies, with all sets of roles that they can have.
fn all_rules() -> Vec<Rules> {
    let mut strategies = vec![
        Strategy::CreativeIntegrity,
        Strategy::AuthoritativeIntegrity,
        Strategy::GreedyVerification,
        Strategy::ExhaustiveVerification,
    ];
    for roles in sets_of_roles(&Role::ALL) {
        if let Ok(roles) = RequiredRoles::try_from(roles) {
            strategies.push(Strategy::MultipleAttestation(roles));
            strategies.push(Strategy::MultipleAttestationGreedy(roles));
        }
    }
    strategies.into_iter().map(Rules::of).collect()
}

fn sets_of_roles(roles: &[Role]) -> impl Iterator<Item = RoleSet> + '_ {
    (0..1 << roles.len()).map(|set| {
        let roles = roles.iter().enumerate();
        let roles = roles.filter(|(index, _)| set & (1 << index) != 0);
        roles.map(|(_, role)| *role).collect()
    })
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Quality {
    ReferenceForm,
    SpecificationForm,
    Malformed,
    Invalid,
    Invalidated,
}

impl Quality {
    const ALL: [Self; 5] = [
        Self::ReferenceForm,
        Self::SpecificationForm,
        Self::Malformed,
        Self::Invalid,
        Self::Invalidated,
    ];
    const ONE_WAY_TO_BE_BAD: &[Self] = Self::ALL.split_at(3).0;

    fn form(self) -> Option<SignedTextForm> {
        match self {
            Self::ReferenceForm => Some(SignedTextForm::Reference),
            Self::SpecificationForm => Some(SignedTextForm::Specification),
            Self::Malformed | Self::Invalid | Self::Invalidated => None,
        }
    }

    fn status(self) -> &'static str {
        match self {
            Self::ReferenceForm | Self::SpecificationForm => "valid",
            Self::Malformed => "malformed",
            Self::Invalid => "invalid",
            Self::Invalidated => "invalidated-on-purpose",
        }
    }
}

/// What is true of a signature.
#[derive(Clone, Copy, Debug)]
struct Signature {
    /// The number of its key.
    key: usize,
    role: Role,
    quality: Quality,
}

/// The signatures of an invoice, and for each key that has made one the roles
/// it is granted if it is known.
#[derive(Clone, Debug)]
struct Case {
    signatures: Vec<Signature>,
    keys: Vec<Option<RoleSet>>,
}

impl Case {
    fn is_known(&self, signature: &Signature) -> bool {
        self.keys[signature.key].is_some()
    }

    fn is_granted(&self, signature: &Signature) -> bool {
        self.keys[signature.key].is_some_and(|roles| roles.contains(signature.role))
    }

    /// Where the key of a signature has signed first.
    fn first(&self, signature: &Signature) -> usize {
        let is_same = |other: &Signature| other.key == signature.key;
        self.signatures.iter().position(is_same).unwrap()
    }

    fn row(&self, index: usize) -> Row {
        let signature = &self.signatures[index];
        let is_valid = signature.quality.form().is_some();
        match (self.is_known(signature), is_valid) {
            (true, _) if self.first(signature) < index => Row::SecondKnown,
            (true, true) if self.is_granted(signature) => Row::Counts,
            (true, true) => Row::ValidWithoutRole,
            (true, false) => Row::BadKnown,
            (false, true) => Row::ValidUnknown,
            (false, false) => Row::BadUnknown,
        }
    }
}

/// All cases of `count` signatures, of which the first is in one of `roles`,
/// as sequences of choices: of each signature the key, the role and the
/// quality, then of each key what the keyring has.
fn all_cases(count: usize, roles: &[Role], qualities: &[Quality]) -> Vec<Case> {
    let mut lists: Vec<Vec<Signature>> = vec![Vec::new()];
    for index in 0..count {
        let roles = if index == 0 { roles } else { &Role::ALL };
        let longer = lists.iter().flat_map(|list| {
            // A key that has signed before, or the next one.
            let keys = list.iter().map(|signature| signature.key + 1).max();
            (0..=keys.unwrap_or(0)).flat_map(move |key| {
                roles.iter().flat_map(move |&role| {
                    qualities.iter().map(move |&quality| {
                        let signature = Signature { key, role, quality };
                        list.iter().copied().chain([signature]).collect()
                    })
                })
            })
        });
        lists = longer.collect();
    }
    lists.iter().flat_map(|list| cases_of_keys(list)).collect()
}

/// What the keyring may say of those who have signed.
fn cases_of_keys(signatures: &[Signature]) -> Vec<Case> {
    let count = signatures.iter().map(|signature| signature.key + 1).max();
    let mut keyrings: Vec<Vec<Option<RoleSet>>> = vec![Vec::new()];
    for key in 0..count.unwrap_or(0) {
        let is_by_key = |signature: &&Signature| signature.key == key;
        let roles: RoleSet = signatures
            .iter()
            .filter(is_by_key)
            .map(|signature| signature.role)
            .collect();
        let roles = Vec::from_iter(roles.iter());
        let grants = iter::once(None).chain(sets_of_roles(&roles).map(Some));
        let grants = Vec::from_iter(grants);
        let longer = keyrings.iter().flat_map(|keys| {
            let longer = |grant: &Option<RoleSet>| keys.iter().copied().chain([*grant]).collect();
            grants.iter().map(longer)
        });
        keyrings = longer.collect();
    }
    let case = |keys| Case {
        signatures: signatures.to_vec(),
        keys,
    };
    keyrings.into_iter().map(case).collect()
}

/// Signatures of every kind, made once.
struct Fixture {
    document: String,
    keys: [PublicKey; 3],
    /// As the invoice has them in JSON, by key, role and quality.
    blocks: [[[String; 5]; 4]; 3],
}

impl Fixture {
    fn new() -> Self {
        let keys = [0, 1, 2];
        let block = |key, role, quality| block(Signature { key, role, quality });
        Self {
            document: serde_json::to_string(&empty()).unwrap(),
            keys: keys.map(|key| by(key).key().public_key()),
            blocks: keys.map(|key| {
                Role::ALL.map(|role| Quality::ALL.map(|quality| block(key, role, quality)))
            }),
        }
    }

    fn findings(&self, case: &Case) -> Findings {
        let blocks = case.signatures.iter().map(|signature| {
            let of_role = &self.blocks[signature.key][signature.role as usize];
            &*of_role[signature.quality as usize]
        });
        let blocks = Vec::from_iter(blocks).join(",");
        let document = self.document.strip_suffix('}').unwrap();
        let json = format!("{document},\"signature\":[{blocks}]}}");
        let invoice: Invoice = serde_json::from_str(&json).unwrap();
        let known = case.keys.iter().zip(&self.keys).filter_map(|(roles, key)| {
            let roles = (*roles)?;
            Some(KeyEntry::new("somebody", *key, roles.iter()))
        });
        Findings::of(&invoice, &Keyring::from_iter(known))
    }
}

/// Without parcels, which take time and change nothing.
fn empty() -> Invoice {
    let id = "example.com/hello/1.0.0".parse().unwrap();
    Invoice::builder(id).build().unwrap()
}

fn by(key: usize) -> bindle_core::SecretKeyEntry {
    signer("somebody", key as u8 + 1, Role::ALL)
}

fn block(signature: Signature) -> String {
    let Signature { key, role, quality } = signature;
    let mut invoice = empty();
    let form = quality.form().unwrap_or_default();
    invoice.sign_in_form(&by(key), role, NOON, form).unwrap();
    let mut json = serde_json::to_value(&invoice).unwrap()["signature"][0].take();
    let seed = key as u8 + 1;
    match quality {
        Quality::ReferenceForm | Quality::SpecificationForm => {}
        Quality::Malformed => json["signature"] = "garbage".into(),
        Quality::Invalid => json["signature"] = sign_text(seed, "something else").into(),
        Quality::Invalidated => {
            let text = invalidated_text(&invoice, "somebody", role, NOON);
            json["signature"] = sign_text(seed, &text).into();
        }
    }
    json.to_string()
}

/// Reads, checks and judges each of the cases; says how many there were.
#[track_caller]
fn check(rules: &[Rules], cases: impl IntoIterator<Item = Case>) -> usize {
    let fixture = Fixture::new();
    let mut count = 0;
    for case in cases {
        let findings = fixture.findings(&case);
        assert_eq!(findings.len(), case.signatures.len());
        for (index, (finding, signature)) in findings.iter().zip(&case.signatures).enumerate() {
            let first = case.first(signature);
            let is_granted = case.is_granted(signature);
            let form = signature.quality.form();
            let found = (
                (finding.role(), finding.status().as_str(), finding.form()),
                (finding.is_known(), finding.is_role_granted()),
                (finding.counts(), finding.repeats()),
            );
            let expected = (
                (signature.role, signature.quality.status(), form),
                (case.is_known(signature), is_granted),
                (
                    form.is_some() && is_granted,
                    Some(first).filter(|first| *first < index),
                ),
            );
            assert_eq!(found, expected, "signature[{index}] of {case:?}");
        }
        let rows = (0..findings.len()).map(|index| {
            let first = case.first(&case.signatures[index]);
            (case.row(index), first)
        });
        let rows = Vec::from_iter(rows);
        let counted = rows.iter().zip(&case.signatures);
        let counted = counted.filter(|((row, _), _)| *row == Row::Counts);
        let counted: RoleSet = counted.map(|(_, signature)| signature.role).collect();
        for rules in rules {
            let verdict = rules.strategy.judge(&findings);
            let expected = rules.verdict(&rows, counted);
            assert_eq!(verdict, expected, "{} of {case:?}", rules.strategy);
        }
        count += 1;
    }
    count
}

#[test]
fn no_signature_or_one() {
    let rules = all_rules();
    assert_eq!(rules.len(), 34);
    assert_eq!(check(&rules, all_cases(0, &Role::ALL, &Quality::ALL)), 1);
    assert_eq!(check(&rules, all_cases(1, &Role::ALL, &Quality::ALL)), 60);
}

#[test]
#[cfg_attr(miri, ignore = "checks thousands of signatures")]
fn two_signatures() {
    let cases = all_cases(2, &Role::ALL, &Quality::ALL);
    assert_eq!(check(&all_rules(), cases), 60 * 60 + 25 * (4 * 3 + 12 * 5));
}

/// Cases of three signatures of which the first is in this role.
#[track_caller]
fn three_signatures(first: Role) {
    // The greedy one of each pair was shown to do the same with less.
    let is_other =
        |rules: &Rules| !matches!(rules.strategy, Strategy::MultipleAttestationGreedy(_));
    let rules = Vec::from_iter(all_rules().into_iter().filter(is_other));
    let cases = all_cases(3, &[first], Quality::ONE_WAY_TO_BE_BAD);
    // By three keys; by two; by one, in one role, in two or in three.
    let by_three = 36 * 36 * 36;
    let by_two = 3 * 36 * 9 * (4 * 3 + 12 * 5);
    let by_one = 27 * (4 * 3 + 36 * 5 + 24 * 9);
    assert_eq!(check(&rules, cases), (by_three + by_two + by_one) / 4);
}

// Apart from each other, to be checked side by side.

#[test]
#[cfg_attr(miri, ignore = "checks tens of thousands of signatures")]
fn three_signatures_of_which_the_first_is_a_creators() {
    three_signatures(Role::Creator);
}

#[test]
#[cfg_attr(miri, ignore = "checks tens of thousands of signatures")]
fn three_signatures_of_which_the_first_is_an_approvers() {
    three_signatures(Role::Approver);
}

#[test]
#[cfg_attr(miri, ignore = "checks tens of thousands of signatures")]
fn three_signatures_of_which_the_first_is_a_hosts() {
    three_signatures(Role::Host);
}

#[test]
#[cfg_attr(miri, ignore = "checks tens of thousands of signatures")]
fn three_signatures_of_which_the_first_is_a_proxys() {
    three_signatures(Role::Proxy);
}

#[test]
fn malformed_says_what_is_wrong() {
    let signature = Signature {
        key: 0,
        role: Role::Host,
        quality: Quality::Malformed,
    };
    let case = Case {
        signatures: vec![signature],
        keys: vec![Some(Role::Host.into())],
    };
    let findings = Fixture::new().findings(&case);
    let reason = "expected padded standard base64, in its canonical form";
    let status = findings.iter().next().unwrap().status();
    assert_eq!(status, SignatureStatus::Malformed { reason });
}

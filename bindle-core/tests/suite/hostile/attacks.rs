//! Texts of invoices that attack whoever reads them.

use std::fmt::Write as _;

use bindle_core::Digest;

pub(crate) const HEAD: &str =
    "bindleVersion = \"1.0.0\"\n[bindle]\nname = \"example.com/hello\"\nversion = \"1.0.0\"\n";

/// A text that grows with a number, and what it attacks.
pub(crate) type Attack = (&'static str, fn(usize) -> String);

pub(crate) const ATTACKS: &[Attack] = &[
    ("many parcels", |n| {
        parcels(n, |index| format!("size = {index}\n"))
    }),
    ("many parcels of one content", |n| {
        let one = format!("sha256 = \"{}\"\n", "0".repeat(64));
        parcels(n, |index| format!("size = {index}\n"))
            .lines()
            .map(|line| {
                if line.starts_with("sha256") {
                    one.clone()
                } else {
                    format!("{line}\n")
                }
            })
            .collect()
    }),
    ("many problems in parcels", |n| {
        parcels(n, |index| {
            format!("size = -1\nnmae = {index}\nfeature.a-b.c-d = 1\n")
        })
    }),
    ("headers in inline tables that nothing closes", |n| {
        HEAD.to_owned() + &"a = {\n[b]\n".repeat(n)
    }),
    ("many unknown fields", |n| {
        (0..n)
            .map(|index| format!("field{index} = 1\n"))
            .collect::<String>()
            + HEAD
    }),
    ("many problems on one line", |n| {
        let problems: Vec<_> = (0..n)
            .map(|index| format!("{{ lable = {index} }}"))
            .collect();
        format!("parcel = [{}]\n{HEAD}", problems.join(", "))
    }),
    ("many lints on one line", |n| {
        let names: Vec<_> = (0..n).map(|index| format!("a-{index} = ''")).collect();
        parcels(1, |_| {
            format!("size = 1\nfeature.x = {{ {} }}\n", names.join(", "))
        })
    }),
    ("many undeclared groups", |n| {
        let names: Vec<_> = (0..n).map(|index| format!("'grop{index}'")).collect();
        let groups: String = (0..100)
            .map(|index| format!("[[group]]\nname = 'group{index}'\n"))
            .collect();
        parcels(1, |_| {
            format!(
                "size = 1\n[parcel.conditions]\nmemberOf = [{}]\n",
                names.join(", ")
            )
        }) + &groups
    }),
    ("all groups require all groups", |n| {
        let names: Vec<_> = (0..n).map(|index| format!("'{index}'")).collect();
        let names = names.join(", ");
        let groups: String = (0..n)
            .map(|index| format!("[[group]]\nname = '{index}'\n"))
            .collect();
        let conditions = format!("memberOf = [{names}]\nrequires = [{names}]\n");
        parcels(3, |_| {
            format!("size = 1\n[parcel.conditions]\n{conditions}")
        }) + &groups
    }),
    ("a chain of groups that bites its tail at every link", |n| {
        let groups: String = (0..=n)
            .map(|index| format!("[[group]]\nname = '{index}'\n"))
            .collect();
        parcels(n, |index| {
            format!(
                "size = 1\n[parcel.conditions]\nmemberOf = ['{index}']\nrequires = ['0', '{}']\n",
                index + 1
            )
        }) + &groups
    }),
    ("many groups of one name", |n| {
        HEAD.to_owned() + &"[[group]]\nname = 'a'\n".repeat(n)
    }),
    ("many signatures", |n| {
        let block = "[[signature]]\nby = 'a'\nrole = 'host'\nat = 1\nkey = ''\nsignature = ''\n";
        HEAD.to_owned() + &block.repeat(n)
    }),
    ("a long name", |n| HEAD.replace("hello", &"o".repeat(n))),
    ("a long name of many segments", |n| {
        HEAD.replace("hello", &"o/".repeat(n))
    }),
    ("a long version", |n| {
        HEAD.replace(
            "= \"1.0.0\"\n",
            &format!("= \"v1.0.0-{}\"\n", "a.".repeat(n)),
        )
    }),
    ("a version of many numbers", |n| {
        HEAD.replace("= \"1.0.0\"\n", &format!("= \"01{}\"\n", ".1".repeat(n)))
    }),
    ("a long digest", |n| {
        parcels(1, |_| "size = 1\n".into())
            .replace("sha256 = \"", &format!("sha256 = \"{}", "a".repeat(n)))
    }),
    ("a long media type", |n| {
        parcels(1, |_| "size = 1\n".into()).replace("text/html", &"t".repeat(n))
    }),
    ("a long role", |n| {
        format!("{HEAD}[[signature]]\nrole = '{}'\n", "r".repeat(n))
    }),
    ("a long field name", |n| {
        format!("{HEAD}{} = 1\n", "f".repeat(n))
    }),
    ("a long number", |n| {
        parcels(1, |_| format!("size = {}\n", "9".repeat(n)))
    }),
    ("a long name over many problems", |n| {
        let names: String = (0..n).map(|index| format!("a-{index} = 1\n")).collect();
        parcels(1, |_| {
            format!(
                "size = 1\n[parcel.label.feature.{}]\n{names}",
                "f".repeat(n)
            )
        })
    }),
    ("a long name of groups in a cycle", |n| {
        let name = "g".repeat(n);
        parcels(1, |_| {
            format!("size = 1\n[parcel.conditions]\nmemberOf = ['{name}']\nrequires = ['{name}']\n")
        }) + &format!("[[group]]\nname = '{name}'\n")
    }),
    ("many authors", |n| {
        format!("{HEAD}authors = [{}]\n", "'a', 1, ".repeat(n))
    }),
    ("arrays in arrays", |n| format!("a = {}", "[".repeat(n))),
    ("arrays in arrays, closed", |n| {
        format!("a = {}{}", "[".repeat(n), "]".repeat(n))
    }),
    ("tables in tables", |n| format!("a = {}", "{a=".repeat(n))),
    ("headers in headers", |n| "[".repeat(n)),
    ("a deep key", |n| format!("a{} = 1", ".a".repeat(n))),
    ("a deep header", |n| format!("[a{}]", ".a".repeat(n))),
    ("deep keys in deep headers", |n| {
        let deep = "a.".repeat(70);
        (0..n / 50).fold(String::new(), |text, index| {
            format!(
                "{text}[{deep}h{index}]\n{deep}b = {}1{}\n",
                "[".repeat(60),
                "]".repeat(60)
            )
        })
    }),
    ("one key again and again", |n| "a = 1\n".repeat(n)),
    ("one header again and again", |n| "[a]\n".repeat(n)),
    ("garbage", |n| "]]]] = [[[ \"\n".repeat(n)),
    ("equal signs", |n| "=".repeat(n)),
    ("quotes", |n| "\"\n'''\n".repeat(n)),
    ("escapes that are none", |n| {
        format!("a = \"{}\"", "\\q".repeat(n))
    }),
    ("control characters", |n| "\u{1}\n".repeat(n)),
    ("blank lines", |n| "\r\n".repeat(n)),
    ("one long remark", |n| format!("#{}", "é".repeat(n))),
];

pub(crate) fn parcels(count: usize, more: impl Fn(usize) -> String) -> String {
    let mut text = HEAD.to_owned();
    for index in 0..count {
        let digest = Digest::of(&index.to_be_bytes());
        let _ = write!(
            text,
            "[[parcel]]\n[parcel.label]\nsha256 = \"{digest}\"\nmediaType = \"text/html\"\n{}",
            more(index)
        );
    }
    text
}

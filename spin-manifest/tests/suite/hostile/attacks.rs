//! Texts of manifests that attack whoever reads them.

use std::fmt::Write as _;

const V1: &str = "spin_version = '1'\nname = 'a'\nversion = '1.0.0'\n\
                  trigger = { type = 'http', base = '/' }\n";
pub(crate) const V2: &str = "spin_manifest_version = 2\napplication = { name = 'a' }\n";

/// A text that grows with a number, and what it attacks.
pub(crate) type Attack = (&'static str, fn(usize) -> String);

pub(crate) const ATTACKS: &[Attack] = &[
    ("many components", |n| {
        components(n, |index| format!("description = '{index}'\n"))
    }),
    ("many components of the first format", |n| {
        (0..n).fold(V1.to_owned(), |text, index| {
            text + &format!(
                "[[component]]\nid = 'c{index}'\nsource = 'a.wasm'\ntrigger = {{ route = '/' }}\n"
            )
        })
    }),
    ("many components of one id", |n| {
        let one = "[[component]]\nid = 'a'\nsource = 'a.wasm'\ntrigger = { route = '/' }\n";
        V1.to_owned() + &one.repeat(n)
    }),
    ("each field of the wrong type", |n| {
        components(n, |_| {
            "description = 1\nvariables = 1\nenvironment = []\nfiles = 1\nexclude_files = {}\n\
             allowed_http_hosts = ''\nallowed_outbound_hosts = 1\nkey_value_stores = [1]\n\
             sqlite_databases = 1\nai_models = 1.5\ntargets = 1\nbuild = []\ntool = 1\n\
             dependencies = 1\nprofile = 1\ndependencies_inherit_configuration = 'yes'\n"
                .to_owned()
        })
    }),
    ("many unknown fields", |n| {
        components(1, |_| lines(n, |index| format!("field{index} = 1")))
    }),
    ("many unknown fields on one line", |n| {
        let fields = joined(n, |index| format!("soruce{index} = 1"));
        format!("{V2}[component]\na = {{ {fields} }}\n")
    }),
    ("headers in a list, after keys without values", |n| {
        format!("{V2}{}a = [\n{}", "b\n".repeat(10), "[c]\n".repeat(n))
    }),
    ("one key again and again", |n| {
        V2.to_owned() + &"a = 1\n".repeat(n)
    }),
    ("one key again and again on one line", |n| {
        format!("{V2}a = {{ {} }}\n", joined(n, |_| "b = 1".to_owned()))
    }),
    ("two keys again and again on one line", |n| {
        format!(
            "{V2}a = {{ {} }}\n",
            joined(n, |index| format!("k{} = 1", index / 2))
        )
    }),
    ("headers in inline tables that nothing closes", |n| {
        V2.to_owned() + &"a = {\n[b]\n".repeat(n)
    }),
    ("one header again and again", |n| {
        V2.to_owned() + &"[b]\n".repeat(n)
    }),
    ("many headers twice", |n| {
        let headers = lines(n, |index| format!("[h{index}]\nk = 1"));
        format!("{V2}{headers}{headers}")
    }),
    ("many triggers of components that are missing", |n| {
        let triggers = lines(n, |index| {
            format!("[[trigger.http]]\ncomponent = 'x{index}'")
        });
        components(n, |_| String::new()) + &triggers
    }),
    ("many types of triggers", |n| {
        V2.to_owned() + &lines(n, |index| format!("[[trigger.t{index}]]\nroute = '/'"))
    }),
    ("many triggers of one id", |n| {
        V2.to_owned() + &"[[trigger.http]]\nid = 'a'\n".repeat(n)
    }),
    ("many triggers with components in them", |n| {
        V2.to_owned() + &"[[trigger.http]]\ncomponent = { source = 'a.wasm' }\n".repeat(n)
    }),
    ("many variables that are missing", |n| {
        let variables = lines(n, |index| format!("v{index} = {{ default = '' }}"));
        let hosts = joined(n, |index| format!("'http://{{{{ x{index} }}}}'"));
        let component = components(1, |_| format!("allowed_outbound_hosts = [{hosts}]\n"));
        format!("{component}[variables]\n{variables}")
    }),
    ("a template of many variables", |n| {
        let text = joined(n, |index| format!("{{{{ x{index} }}}}"));
        components(1, |_| format!("variables.a = '{text}'\n"))
    }),
    ("many dependencies of one package", |n| {
        components(1, |_| {
            lines(n, |index| {
                format!("dependencies.\"a:b/i{index}@1.0.0\" = '1'")
            })
        })
    }),
    ("many dependencies that conflict", |n| {
        components(1, |_| {
            lines(n, |index| format!("dependencies.\"a:b@1.{index}.0\" = '1'"))
        })
    }),
    ("many dependencies on one component", |n| {
        components(1, |_| {
            lines(n, |index| {
                format!("dependencies.\"a:p@{index}.0.0\" = {{ component = 'c0' }}")
            })
        })
    }),
    ("many dependencies on many components", |n| {
        components(n, |index| {
            format!(
                "dependencies.\"a:b\" = {{ component = 'c{}' }}\n",
                (index + 1) % n
            )
        })
    }),
    ("many hosts that are none", |n| {
        let hosts = joined(n, |index| format!("'h{index}/p'"));
        components(1, |_| {
            format!("allowed_outbound_hosts = [{hosts}]\nallowed_http_hosts = [{hosts}]\n")
        })
    }),
    ("a long host", |n| {
        let host = "h".repeat(n);
        components(1, |_| {
            format!("allowed_outbound_hosts = ['http://{host}']\n")
        })
    }),
    ("a host of many labels", |n| {
        let host = "é.".repeat(n);
        components(1, |_| format!("allowed_http_hosts = ['{host}']\n"))
    }),
    ("a long id", |n| {
        format!("{V2}[component.{}]\n", "a_".repeat(n))
    }),
    ("a long key over many problems", |n| {
        let problems = lines(n, |index| format!("k{index} = 99999999999999999999"));
        format!("{V2}[application.tool.{}]\n{problems}", "k".repeat(n))
    }),
    ("many profiles", |n| {
        components(1, |_| {
            lines(n, |index| format!("profile.p{index}.environment.A = '1'"))
        })
    }),
    ("arrays in arrays", |n| format!("a = {}", "[".repeat(n))),
    ("arrays in arrays, closed", |n| {
        format!("a = {}{}", "[".repeat(n), "]".repeat(n))
    }),
    ("tables in tables", |n| format!("a = {}", "{a=".repeat(n))),
    ("a deep key", |n| format!("a{} = 1", ".a".repeat(n))),
    ("deep keys in deep headers", |n| {
        let deep = "a.".repeat(70);
        lines(n / 50, |index| {
            format!(
                "[{deep}h{index}]\n{deep}b = {}1{}",
                "[".repeat(60),
                "]".repeat(60)
            )
        })
    }),
    ("garbage", |n| "]]]] = [[[ \"\n".repeat(n)),
    ("quotes", |n| "\"\n'''\n".repeat(n)),
    ("control characters on one line", |n| "\u{1}".repeat(n)),
    ("blank lines", |n| "\r\n".repeat(n)),
];

pub(crate) fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "{}", line(index));
        text
    })
}

fn joined(count: usize, item: impl Fn(usize) -> String) -> String {
    let items: Vec<_> = (0..count).map(item).collect();
    items.join(", ")
}

pub(crate) fn components(count: usize, more: impl Fn(usize) -> String) -> String {
    let components = lines(count, |index| {
        format!("[component.c{index}]\nsource = 'a.wasm'\n{}", more(index))
    });
    format!("{V2}{components}")
}

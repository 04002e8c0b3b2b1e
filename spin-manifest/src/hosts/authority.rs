/// Whether a text is the authority of an HTTP address, by which registries are
/// named: `[USER@]HOST[:PORT]`, as the crate `http` reads it.
pub(crate) fn is_authority(text: &str) -> bool {
    let is_legal =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!$%&'()*+,-.:;=@[]_~".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_legal) {
        return false;
    }
    let has_few_colons = |part: &str| part.matches(':').count() <= 8;
    if !text.split(['@', ']']).all(has_few_colons) {
        return false;
    }
    // An address of IPv6 has brackets around it, of which there is one pair.
    let before = match (text.split_once('['), text.split_once(']')) {
        (None, None) => "",
        (Some((before, inside)), Some((_, after)))
            if inside.contains(']') && !inside.contains('[') && !after.contains(']') =>
        {
            before
        }
        _ => return false,
    };
    let host = |text| str::rsplit(text, '@').next().unwrap_or_default();
    let end = host(text).rsplit(']').next().unwrap_or_default();
    !host(text).is_empty()
        && !host(before).contains('%')
        && !end.contains('%')
        && end.matches(':').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::is_authority;

    #[test]
    fn authorities() {
        for legal in [
            "a",
            "A.example.com",
            "localhost:5000",
            "localhost:",
            "user:password@a:1",
            "a@b@c",
            "[::1]",
            "[::1]:80",
            "user@[::1]:80",
            "[a]b",
            "1:1:1:1@a",
        ] {
            assert!(is_authority(legal), "{legal}");
        }
        for illegal in [
            "",
            "a b",
            "a/b",
            "a?b",
            "a#b",
            "ä",
            "a%20",
            "a:1:2",
            "::1",
            "user@",
            "[::1",
            "::1]",
            "]a[",
            "[[::1]]",
            "[a][b]",
            "[::1]:80:81",
            "1:1:1:1:1:1:1:1:1:1@a",
        ] {
            assert!(!is_authority(illegal), "{illegal}");
        }
    }
}

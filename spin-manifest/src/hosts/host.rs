use core::net::{Ipv4Addr, Ipv6Addr};
use std::borrow::Cow;
use std::fmt;

/// A host in the form that URLs use: a domain in lower-case ASCII, or an
/// address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A domain name.
    Domain(Box<str>),
    /// An IPv4 address.
    V4(Ipv4Addr),
    /// An IPv6 address, which is written in brackets.
    V6(Ipv6Addr),
}

impl Host {
    /// Reads a host as the [URL standard](https://url.spec.whatwg.org/#host-parsing)
    /// does. Of the letters outside of ASCII it takes those that mean themselves,
    /// or their lower case: others would need all of Unicode's tables, and have
    /// to be written as `xn--…`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some(address) = text.strip_prefix('[') {
            return address.strip_suffix(']')?.parse().ok().map(Self::V6);
        }
        let domain = if is_plain(text) {
            Cow::Borrowed(text)
        } else {
            let domain = in_ascii(&percent_decoded(text)?)?;
            if domain.bytes().any(is_forbidden) {
                return None;
            }
            Cow::Owned(domain)
        };
        if domain.is_empty() {
            return None;
        }
        if ends_in_number(&domain) {
            return v4(&domain).map(Self::V4);
        }
        Some(Self::Domain(domain.into()))
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Domain(domain) => formatter.write_str(domain),
            Self::V4(address) => address.fmt(formatter),
            // URLs have no dots in these.
            Self::V6(address) if address.to_ipv4_mapped().is_some() => {
                let [.., high, low] = address.segments();
                write!(formatter, "[::ffff:{high:x}:{low:x}]")
            }
            Self::V6(address) => write!(formatter, "[{address}]"),
        }
    }
}

/// Whether the text is a domain as it stands, unless it is an address: most
/// are.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
    text.bytes().all(is_plain) && text.split('.').all(|label| !label.starts_with(PREFIX))
}

fn percent_decoded(text: &str) -> Option<String> {
    if !text.contains('%') {
        return Some(text.to_owned());
    }
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(text.len());
    let bytes = text.as_bytes();
    let mut index = 0;
    while let Some(byte) = bytes.get(index) {
        match (byte, hex(bytes.get(index + 1)), hex(bytes.get(index + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                index += 3;
            }
            _ => {
                decoded.push(*byte);
                index += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

/// A domain in lower-case ASCII, with labels in [`punycode`].
fn in_ascii(domain: &str) -> Option<String> {
    let mut mapped = String::with_capacity(domain.len());
    for character in domain.chars() {
        map(character, &mut mapped)?;
    }
    let is_plain = |label: &str| label.is_ascii() && !label.starts_with(PREFIX);
    if mapped.split('.').all(is_plain) {
        return Some(mapped);
    }
    let labels = mapped.split('.').map(|label| {
        if label.is_ascii() {
            return is_label(label).then(|| label.to_owned());
        }
        let label = format!("{PREFIX}{}", punycode(label)?);
        is_label(&label).then_some(label)
    });
    Some(labels.collect::<Option<Vec<_>>>()?.join("."))
}

/// What every label starts with that is encoded.
const PREFIX: &str = "xn--";

/// Whether a label of ASCII, if it is encoded, is so in the one right way.
fn is_label(label: &str) -> bool {
    let Some(encoded) = label.strip_prefix(PREFIX) else {
        return true;
    };
    let Some(decoded) = from_punycode(encoded) else {
        return false;
    };
    let stays = |character: char| {
        let mut mapped = String::new();
        let is_mapped = map(character, &mut mapped).is_some();
        let is_unprintable = character.is_control() || character.is_whitespace();
        !is_unprintable && (!is_mapped || mapped.chars().eq([character]))
    };
    !decoded.is_ascii() && decoded.chars().all(stays) && !decoded.starts_with(PREFIX)
}

/// Adds to `mapped` what a character stands for in a domain; `None` if only
/// Unicode's tables tell.
fn map(character: char, mapped: &mut String) -> Option<()> {
    const FULL_WIDTH: u32 = 0xff01 - 0x21;
    match character {
        '\0'..='\x7f' => mapped.push(character.to_ascii_lowercase()),
        '\u{3002}' | '\u{ff0e}' | '\u{ff61}' => mapped.push('.'),
        '\u{ff01}'..='\u{ff5e}' => {
            let narrow = char::from_u32(u32::from(character) - FULL_WIDTH)?;
            mapped.push(narrow.to_ascii_lowercase());
        }
        // Soft hyphens, and other characters without width.
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => {}
        // Latin without ligatures and the long s, Greek, Cyrillic.
        'À'..='Ö'
        | 'Ø'..='ö'
        | 'ø'..='į'
        | 'ı'
        | 'Ĵ'..='ľ'
        | 'Ł'..='ň'
        | 'Ŋ'..='ž'
        | 'Ά'
        | 'Έ'..='Ί'
        | 'Ό'
        | 'Ύ'..='Ρ'
        | 'Σ'..='ώ'
        | 'Ѐ'..='ҁ'
        | 'Ҋ'..='ԯ' => {
            mapped.extend(character.to_lowercase());
        }
        // Kana, Chinese characters and Hangul.
        'ぁ'..='ゖ' | 'ァ'..='ー' | '㐀'..='䶿' | '一'..='鿿' | '가'..='힣' => {
            mapped.push(character);
        }
        _ => return None,
    }
    Some(())
}

/// The forbidden domain code points of the URL standard.
fn is_forbidden(byte: u8) -> bool {
    byte <= b' ' || byte == 0x7f || b"#%/:<>?@[\\]^|".contains(&byte)
}

fn ends_in_number(domain: &str) -> bool {
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_decimal = !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit());
    let hex = last.strip_prefix("0x");
    is_decimal || hex.is_some_and(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// An address in up to four decimal, octal or hexadecimal numbers, of which the
/// last fills what is left.
fn v4(text: &str) -> Option<Ipv4Addr> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let mut numbers = Vec::new();
    for part in text.split('.') {
        let (digits, radix) = match (part.strip_prefix("0x"), part.strip_prefix('0')) {
            (Some(""), _) => ("0", 16),
            (Some(hex), _) => (hex, 16),
            (None, Some(octal)) if !octal.is_empty() => (octal, 8),
            _ => (part, 10),
        };
        if numbers.len() == 4 || digits.starts_with('+') {
            return None;
        }
        numbers.push(u64::from_str_radix(digits, radix).ok()?);
    }
    let last = numbers.pop()?;
    let filled = numbers.len() as u32;
    if numbers.iter().any(|number| *number > 255) || last >= 256_u64.pow(4 - filled) {
        return None;
    }
    let high = numbers.iter().zip([24, 16, 8]);
    let high = high.fold(0, |address, (number, shift)| address | (number << shift));
    u32::try_from(high | last).ok().map(Ipv4Addr::from)
}

const BASE: u32 = 36;
const T_MIN: u32 = 1;
const T_MAX: u32 = 26;

/// The encoding of RFC 3492, for a label with letters outside ASCII. Labels have
/// at most 63 bytes, so longer ones are none.
fn punycode(label: &str) -> Option<String> {
    let characters: Vec<u32> = label.chars().map(u32::from).collect();
    if characters.len() > 63 {
        return None;
    }
    let mut encoded: String = label.chars().filter(char::is_ascii).collect();
    let basic = encoded.len() as u32;
    if basic > 0 {
        encoded.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (128, 0_u32, 72, basic);
    while (handled as usize) < characters.len() {
        let next = characters.iter().copied().filter(|c| *c >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for character in &characters {
            if *character < n {
                delta = delta.checked_add(1)?;
            }
            if *character != n {
                continue;
            }
            let mut q = delta;
            let mut k = BASE;
            loop {
                let t = threshold(k, bias);
                if q < t {
                    break;
                }
                encoded.push(digit(t + (q - t) % (BASE - t)));
                q = (q - t) / (BASE - t);
                k += BASE;
            }
            encoded.push(digit(q));
            bias = adapted(delta, handled == basic, handled + 1);
            delta = 0;
            handled += 1;
        }
        delta += 1;
        n += 1;
    }
    Some(encoded)
}

/// The label that [`punycode`] encodes so.
fn from_punycode(encoded: &str) -> Option<String> {
    let (basic, digits) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    if encoded.len() > 63 {
        return None;
    }
    let mut decoded: Vec<char> = basic.chars().collect();
    let (mut n, mut position, mut bias) = (128_u32, 0_u32, 72);
    let mut digits = digits.chars().peekable();
    while digits.peek().is_some() {
        let before = position;
        let mut weight = 1_u32;
        let mut k = BASE;
        loop {
            let digit = match digits.next()? {
                letter @ 'a'..='z' => u32::from(letter) - u32::from('a'),
                digit @ '0'..='9' => u32::from(digit) - u32::from('0') + 26,
                _ => return None,
            };
            position = position.checked_add(digit.checked_mul(weight)?)?;
            let t = threshold(k, bias);
            if digit < t {
                break;
            }
            weight = weight.checked_mul(BASE - t)?;
            k += BASE;
        }
        let count = decoded.len() as u32 + 1;
        bias = adapted(position - before, before == 0, count);
        n = n.checked_add(position / count)?;
        position %= count;
        decoded.insert(position as usize, char::from_u32(n)?);
        position += 1;
    }
    let decoded = String::from_iter(decoded);
    // Some labels have several encodings, of which one counts.
    (punycode(&decoded)? == encoded).then_some(decoded)
}

fn threshold(k: u32, bias: u32) -> u32 {
    k.saturating_sub(bias).clamp(T_MIN, T_MAX)
}

/// How far apart the letters are, as far as is known.
fn adapted(delta: u32, is_first: bool, count: u32) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / count;
    let mut steps = 0;
    while delta > ((BASE - T_MIN) * T_MAX) / 2 {
        delta /= BASE - T_MIN;
        steps += BASE;
    }
    steps + (BASE - T_MIN + 1) * delta / (delta + 38)
}

fn digit(value: u32) -> char {
    char::from_digit(value + 10, 36)
        .filter(|_| value < 26)
        .unwrap_or_else(|| char::from_digit(value.saturating_sub(26), 10).unwrap_or('9'))
}

#[cfg(test)]
mod tests {
    use super::Host;

    fn parsed(text: &str) -> Option<String> {
        Host::parse(text).map(|host| host.to_string())
    }

    #[test]
    fn hosts_are_as_in_urls() {
        for (text, expected) in [
            ("Example.COM", "example.com"),
            ("ex%61mple.com", "example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("日本語。jp", "xn--wgv71a119e.jp"),
            ("籄偪腵", "xn--syqx28h7id"),
            ("Ünïcödé", "xn--ncd-dma1a7bzb"),
            ("faß.de", "xn--fa-hia.de"),
            ("ΒΌΛΟΣ", "xn--nxasmq6b"),
            ("Example．com", "example.com"),
            ("１２７.0.0.1", "127.0.0.1"),
            ("so\u{ad}ft", "soft"),
            ("XN--bcher-KVA", "xn--bcher-kva"),
            ("127.1", "127.0.0.1"),
            ("0x7f.0.0.01", "127.0.0.1"),
            ("3232235777", "192.168.1.1"),
            ("4294967295", "255.255.255.255"),
            ("1.2.65535", "1.2.255.255"),
            ("1.2.3.0x", "1.2.3.0"),
            ("1.2.3.4.", "1.2.3.4"),
            ("1.2.3.4..", "1.2.3.4.."),
            ("[::0:1]", "[::1]"),
            ("[::FFFF:1.2.3.4]", "[::ffff:102:304]"),
            ("[::ffff:0:0]", "[::ffff:0:0]"),
            ("[64:ff9b::1.2.3.4]", "[64:ff9b::102:304]"),
            ("[::1.2.3.4]", "[::102:304]"),
            ("a_b", "a_b"),
            ("*.example.com", "*.example.com"),
        ] {
            assert_eq!(parsed(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "a b",
            "a/b",
            "a:b",
            "1.2.3.4.5",
            "256.1.1.1",
            "1.2.3.256",
            "1.2.65536",
            "4294967296",
            "+1.2.3.4",
            "08.1.1.1",
            "a.256.1x.0x",
            "[::1",
            "a%zz",
            // Punycode that is none, of ASCII, of an upper-case letter.
            "xn--",
            "xn--a",
            "xn--abc-",
            "xn--bcher-2pa",
            // Letters that mean others, or depend on what is beside them.
            "ﬁ",
            "①",
            "u\u{308}",
            "a\u{200d}b",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}

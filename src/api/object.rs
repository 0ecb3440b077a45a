//! How objects are told apart: [`Key`] by name, [`Uid`] by identity.

use super::{Kind, Name};
use std::fmt;

/// An object's place in the store: kind, namespace (empty for cluster-scoped kinds) and name.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct Key {
    /// What it is.
    pub kind: Kind,
    /// Where it is; empty for cluster-scoped kinds.
    pub namespace: Name,
    /// What it is called.
    pub name: Name,
}

impl Key {
    /// The key of `kind` `namespace`/`name`. The namespace of a cluster-scoped kind is dropped.
    pub fn new(kind: Kind, namespace: impl Into<Name>, name: impl Into<Name>) -> Self {
        let namespace = if kind.info().namespaced {
            namespace.into()
        } else {
            Name::default()
        };
        Self {
            kind,
            namespace,
            name: name.into(),
        }
    }
}

impl fmt::Display for Key {
    /// `Deployment default/web`, `Node n1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.namespace.is_empty() {
            write!(f, "{} {}", self.kind.info().name, self.name)
        } else {
            write!(
                f,
                "{} {}/{}",
                self.kind.info().name,
                self.namespace,
                self.name
            )
        }
    }
}

/// An object's identity over its life: the number behind `metadata.uid`. Two objects of one name, one after the other, differ in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(pub u128);

impl Uid {
    /// Reads the text form; any text gives a `Uid`, texts that are no UUID by their bytes.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let halves = text
            .as_bytes()
            .split_at_checked(UUID_LENGTH / 2)
            .and_then(|(high, low)| Some((sixteen_digits(high)?, sixteen_digits(low)?)));
        if let Some((high, low)) = halves {
            return Self(u128::from(high) << 64 | u128::from(low));
        }
        let mut number = 0u128;
        for byte in text.bytes() {
            let digit = match byte {
                b'0'..=b'9' => byte - b'0',
                b'a'..=b'f' => byte - b'a' + 10,
                b'-' => continue,
                other => other,
            };
            number = number.rotate_left(4) ^ u128::from(digit);
        }
        Self(number)
    }
}

/// How long the text form is, with its hyphens.
const UUID_LENGTH: usize = 36;

/// Stands for what is neither a digit nor a hyphen.
const NO_DIGIT: u8 = 0xff;

/// What each byte of a UUID's text stands for: its digit, 16 for a hyphen, or [`NO_DIGIT`].
const DIGITS: [u8; 256] = {
    let mut digits = [NO_DIGIT; 256];
    let (mut digit, hexadecimal) = (0, b"0123456789abcdef-");
    while digit < hexadecimal.len() {
        digits[hexadecimal[digit] as usize] = digit as u8;
        digit += 1;
    }
    digits
};

/// Half of a UUID's text: sixteen hexadecimal digits with hyphens between them; `None` if it is anything else.
fn sixteen_digits(text: &[u8]) -> Option<u64> {
    let (mut number, mut digits) = (0u64, 0);
    for byte in text {
        match DIGITS[usize::from(*byte)] {
            NO_DIGIT => return None,
            16 => {}
            digit => {
                number = number << 4 | u64::from(digit);
                digits += 1;
            }
        }
    }
    (digits == 16).then_some(number)
}

impl fmt::Display for Uid {
    /// As a version 4 UUID is written: `8-4-4-4-12` hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_be_bytes().into_iter().flat_map(|byte| {
            [byte >> 4, byte & 0xf].map(|digit| b"0123456789abcdef"[usize::from(digit)])
        });
        let mut text = [b'-'; UUID_LENGTH];
        let places = (0..UUID_LENGTH).filter(|place| !matches!(place, 8 | 13 | 18 | 23));
        for (place, digit) in places.zip(digits) {
            text[place] = digit;
        }
        f.write_str(std::str::from_utf8(&text).expect("hexadecimal digits are ASCII"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uid_reads_what_it_writes() {
        let uid = Uid(0x0123_4567_89ab_4def_8123_4567_89ab_cdef);
        assert_eq!(uid.to_string(), "01234567-89ab-4def-8123-456789abcdef");
        assert_eq!(Uid::parse(&uid.to_string()), uid);
        assert_eq!(Uid::parse("1-2"), Uid(0x12), "any text gives a uid");
        assert_ne!(Uid::parse("a-name"), Uid::parse("another-name"));
    }
}

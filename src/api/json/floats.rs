//! The floating-point numbers of a text, to the last digit: read fast, as `serde_json` does, some are the neighbour of what is written.
//!
//! The real thing: Go's strconv.ParseFloat.

/// All of them in the order of the text, which is JSON.
pub(super) fn all(text: &str) -> Vec<f64> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = behind_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let is_part = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let length = bytes[at..].iter().take_while(|b| is_part(b)).count();
                found.extend(float(&text[at..at + length]));
                at += length;
            }
            _ => at += 1,
        }
    }
    found
}

/// Where the string ends that begins here.
fn behind_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at + 1,
            Some(_) => at += 1,
        }
    }
}

/// The number, unless it is an integer that 64 bits hold.
fn float(token: &str) -> Option<f64> {
    let is_integer = token.parse::<u64>().is_ok() || token.parse::<i64>().is_ok();
    if is_integer && token != "-0" {
        return None;
    }
    token.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_those_that_are_written() {
        for text in [
            "0.1",
            "1184E-312",
            "146E-311",
            "-92645849E-317",
            "5e-324",
            "2.2250738585072011e-308",
            "1.7976931348623157e308",
            "222222222222222222222200022222222222222222200000000000000000000000000000011103124481323361155",
        ] {
            let read = super::super::read(text.as_bytes()).expect(text).value;
            let want: f64 = text.parse().expect(text);
            let bits = read.as_f64().map(f64::to_bits);
            assert_eq!(bits, Some(want.to_bits()), "{text}: {read}");
        }
    }
}

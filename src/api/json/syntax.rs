//! What is wrong with a text that is no JSON, in Go's words.
//!
//! The real thing: Go's encoding/json/scanner.go (`scanner.error`, `quoteChar`).

/// The text ends too early.
const EOF: &str = "unexpected end of JSON input";

/// The sentence for a text that `serde_json` has refused.
pub(super) fn error(text: &[u8], refusal: &serde_json::Error) -> String {
    let mut scanner = Scanner { text, at: 0 };
    match scanner.document() {
        Err(why) => why,
        Ok(()) if refusal.to_string().contains("recursion") => "exceeded max depth".to_owned(),
        Ok(()) if refusal.to_string().contains("number") => {
            "json: cannot unmarshal number into Go value of type float64: it is out of range"
                .to_owned()
        }
        Ok(()) => refusal.to_string(),
    }
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

/// What may come next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    ValueOrEnd,
    Key,
    KeyOrEnd,
    CommaOrEnd,
}

impl Scanner<'_> {
    fn document(&mut self) -> Result<(), String> {
        // The brackets that are open.
        let mut open: Vec<u8> = Vec::new();
        let mut next = Next::Value;
        loop {
            self.skip_blanks();
            let byte = self.peek()?;
            next = match (next, byte) {
                (Next::ValueOrEnd, b']') | (Next::KeyOrEnd, b'}') => {
                    self.at += 1;
                    open.pop();
                    Next::CommaOrEnd
                }
                (Next::Key | Next::KeyOrEnd, b'"') => {
                    self.string()?;
                    self.skip_blanks();
                    if self.peek()? != b':' {
                        return Err(self.invalid("after object key"));
                    }
                    self.at += 1;
                    Next::Value
                }
                (Next::Key | Next::KeyOrEnd, _) => {
                    return Err(self.invalid("looking for beginning of object key string"));
                }
                (Next::Value | Next::ValueOrEnd, b'{' | b'[') => {
                    self.at += 1;
                    open.push(byte);
                    if byte == b'{' {
                        Next::KeyOrEnd
                    } else {
                        Next::ValueOrEnd
                    }
                }
                (Next::Value | Next::ValueOrEnd, _) => {
                    self.scalar(byte)?;
                    Next::CommaOrEnd
                }
                (Next::CommaOrEnd, _) => match (open.last(), byte) {
                    (Some(b'{'), b',') => {
                        self.at += 1;
                        Next::Key
                    }
                    (Some(b'['), b',') => {
                        self.at += 1;
                        Next::Value
                    }
                    (Some(b'{'), b'}') | (Some(b'['), b']') => {
                        self.at += 1;
                        open.pop();
                        Next::CommaOrEnd
                    }
                    (Some(b'{'), _) => return Err(self.invalid("after object key:value pair")),
                    (Some(_), _) => return Err(self.invalid("after array element")),
                    (None, _) => return Err(self.invalid("after top-level value")),
                },
            };
            if next == Next::CommaOrEnd && open.is_empty() {
                self.skip_blanks();
                return if self.at == self.text.len() {
                    Ok(())
                } else {
                    Err(self.invalid("after top-level value"))
                };
            }
        }
    }

    fn scalar(&mut self, first: u8) -> Result<(), String> {
        match first {
            b'"' => self.string(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(self.invalid("looking for beginning of value")),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        for wanted in word.bytes() {
            if self.peek()? != wanted {
                let wanted = char::from(wanted);
                return Err(self.invalid(&format!("in literal {word} (expecting '{wanted}')")));
            }
            self.at += 1;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), String> {
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Ok(());
                }
                b'\\' => {
                    self.at += 1;
                    self.escape()?;
                }
                0..0x20 => return Err(self.invalid("in string literal")),
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        match self.peek()? {
            b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.peek()?.is_ascii_hexdigit() {
                        return Err(self.invalid("in \\u hexadecimal character escape"));
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.invalid("in string escape code")),
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        if self.peek()? == b'-' {
            self.at += 1;
        }
        match self.peek()? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits(),
            _ => return Err(self.invalid("in numeric literal")),
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.some_digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.some_digits("in exponent of numeric literal")?;
        }
        Ok(())
    }

    fn some_digits(&mut self, context: &str) -> Result<(), String> {
        if !self.peek()?.is_ascii_digit() {
            return Err(self.invalid(context));
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_digit) {
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, String> {
        self.text
            .get(self.at)
            .copied()
            .ok_or_else(|| EOF.to_owned())
    }

    /// `invalid character 'x' looking for beginning of value`.
    fn invalid(&self, context: &str) -> String {
        let Some(byte) = self.text.get(self.at) else {
            return EOF.to_owned();
        };
        let shown = match byte {
            b'\'' => "\\'".to_owned(),
            b'"' => "\"".to_owned(),
            b'\\' => "\\\\".to_owned(),
            b'\n' => "\\n".to_owned(),
            b'\r' => "\\r".to_owned(),
            b'\t' => "\\t".to_owned(),
            7 => "\\a".to_owned(),
            8 => "\\b".to_owned(),
            11 => "\\v".to_owned(),
            12 => "\\f".to_owned(),
            0..0x20 | 0x7f => format!("\\x{byte:02x}"),
            0x80..0xa0 => format!("\\u{byte:04x}"),
            _ => char::from(*byte).to_string(),
        };
        format!("invalid character '{shown}' {context}")
    }
}

#[cfg(test)]
mod tests {
    use crate::api::json::read;

    #[test]
    fn what_is_no_json_is_refused_in_gos_words() {
        let cases: [(&str, &str); 20] = [
            ("", "unexpected end of JSON input"),
            ("{", "unexpected end of JSON input"),
            ("{\"a\"", "unexpected end of JSON input"),
            ("nul", "unexpected end of JSON input"),
            (
                "kind: Pod",
                "invalid character 'k' looking for beginning of value",
            ),
            (
                "{a: 1}",
                "invalid character 'a' looking for beginning of object key string",
            ),
            (
                "{\"a\":1,}",
                "invalid character '}' looking for beginning of object key string",
            ),
            ("{\"a\" 1}", "invalid character '1' after object key"),
            (
                "{\"a\":1 \"b\"}",
                "invalid character '\"' after object key:value pair",
            ),
            (
                "[1,]",
                "invalid character ']' looking for beginning of value",
            ),
            ("[1 2]", "invalid character '2' after array element"),
            ("{} x", "invalid character 'x' after top-level value"),
            (
                "[trux]",
                "invalid character 'x' in literal true (expecting 'e')",
            ),
            ("\"a\nb\"", "invalid character '\\n' in string literal"),
            ("\"\\x\"", "invalid character 'x' in string escape code"),
            (
                "\"\\u00g0\"",
                "invalid character 'g' in \\u hexadecimal character escape",
            ),
            ("-x", "invalid character 'x' in numeric literal"),
            (
                "1.x",
                "invalid character 'x' after decimal point in numeric literal",
            ),
            (
                "1ex",
                "invalid character 'x' in exponent of numeric literal",
            ),
            (
                "\u{feff}{}",
                "invalid character 'ï' looking for beginning of value",
            ),
        ];
        for (text, want) in cases {
            assert_eq!(read(text.as_bytes()).err().as_deref(), Some(want), "{text}");
        }
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(
            read(deep.as_bytes()).err().as_deref(),
            Some("exceeded max depth")
        );
        let large = read(b"[1e999999]").expect_err("no float is that large");
        assert!(large.contains("out of range"), "{large}");
    }
}

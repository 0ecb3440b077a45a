//! A line as its words.
//!
//! The real thing: a shell.
//! Left out: variables, pipes, globs, comments.

/// Splits a line into words as a shell does: blanks separate, quotes and backslashes keep together.
///
/// # Errors
/// If a quote is not closed.
pub fn words(line: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => word.get_or_insert_default().push(c),
            (_, '\\') => word.get_or_insert_default().extend(chars.next()),
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    if let Some(quote) = quote {
        return Err(format!("a {quote} is not closed"));
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_as_a_shell_splits_them() {
        let cases: [(&str, &[&str]); 4] = [
            ("get  pods -n x", &["get", "pods", "-n", "x"]),
            (
                r#"patch x -p '{"a": "b c"}'"#,
                &["patch", "x", "-p", r#"{"a": "b c"}"#],
            ),
            (r#"a"b c"'d' \"e ''"#, &["ab cd", "\"e", ""]),
            ("", &[]),
        ];
        for (line, want) in cases {
            assert_eq!(words(line).expect(line), want, "{line}");
        }
        assert!(words("a 'b").is_err());
    }
}

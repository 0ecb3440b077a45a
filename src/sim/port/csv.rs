//! Comma-separated values, with the messages of Go's reader: what kube-apiserver reads its files of tokens with.
//!
//! The real thing: Go's encoding/csv (`Reader.readRecord`), with its defaults.

/// The records of a text; lines without anything are none.
///
/// # Errors
/// Where a quote is not where it belongs.
pub(super) fn records(text: &str) -> Result<Vec<Vec<String>>, String> {
    let mut records = Vec::new();
    let mut lines = text.split_inclusive('\n').zip(1..);
    while let Some((line, number)) = lines.next() {
        if ending_cut(line).is_empty() {
            continue;
        }
        let mut reader = Record {
            begun: number,
            number,
            line,
            at: 0,
            fields: Vec::new(),
        };
        while reader.field(&mut lines)? == More::Yes {}
        records.push(reader.fields);
    }
    Ok(records)
}

fn ending_cut(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[derive(PartialEq, Eq)]
enum More {
    Yes,
    No,
}

/// A record that is being read.
struct Record<'a> {
    begun: usize,
    number: usize,
    line: &'a str,
    /// How many bytes of the line have been read.
    at: usize,
    fields: Vec<String>,
}

impl<'a> Record<'a> {
    fn field(
        &mut self,
        lines: &mut impl Iterator<Item = (&'a str, usize)>,
    ) -> Result<More, String> {
        let rest = ending_cut(&self.line[self.at..]);
        if rest.starts_with('"') {
            self.at += 1;
            return self.quoted(lines);
        }
        let (field, more) = match rest.split_once(',') {
            Some((field, _)) => (field, More::Yes),
            None => (rest, More::No),
        };
        if let Some(quote) = field.find('"') {
            return Err(self.wrong(self.at + quote + 1, "bare \" in non-quoted field"));
        }
        self.at += field.len() + 1;
        self.fields.push(field.to_owned());
        Ok(more)
    }

    /// What stands in quotes may go on in other lines; two quotes are one.
    fn quoted(
        &mut self,
        lines: &mut impl Iterator<Item = (&'a str, usize)>,
    ) -> Result<More, String> {
        const WRONG: &str = "extraneous or missing \" in quoted-field";
        let mut field = String::new();
        loop {
            let rest = &self.line[self.at..];
            let Some((before, after)) = rest.split_once('"') else {
                field.push_str(rest);
                let Some((line, number)) = lines.next() else {
                    let (number, column) = if rest.ends_with('\n') {
                        (self.number + 1, 1)
                    } else {
                        (self.number, self.line.len() + 1)
                    };
                    self.number = number;
                    return Err(self.wrong(column, WRONG));
                };
                (self.line, self.number, self.at) = (line, number, 0);
                continue;
            };
            field.push_str(before);
            self.at += before.len() + 1;
            if after.starts_with('"') {
                field.push('"');
                self.at += 1;
            } else if after.starts_with(',') {
                self.at += 1;
                self.fields.push(field);
                return Ok(More::Yes);
            } else if ending_cut(after).is_empty() {
                self.fields.push(field);
                return Ok(More::No);
            } else {
                return Err(self.wrong(self.at, WRONG));
            }
        }
    }

    fn wrong(&self, column: usize, why: &str) -> String {
        let place = format!(
            "parse error on line {}, column {column}: {why}",
            self.number
        );
        if self.begun == self.number {
            place
        } else {
            format!("record on line {}; {place}", self.begun)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_commas_and_lines_together() {
        for (text, want) in [
            ("a,b\r\n\n c ,", "a|b / c |"),
            ("\"a,\"\"b\"\"\",c\n", "a,\"b\"|c"),
            ("\"a\nb\",c\nd", "a\nb|c /d"),
            ("\"\",\"\"", "|"),
            ("", ""),
        ] {
            let records = records(text).expect("good");
            let told: Vec<String> = records.iter().map(|r| r.join("|")).collect();
            assert_eq!(told.join(" /"), want, "{text}");
        }
    }
}

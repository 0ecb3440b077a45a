//! JSON as YAML text, as `kubectl get -o yaml` prints it: keys sorted, two blanks deeper per map, lists not indented, quotes only where needed.
//!
//! The real thing: goyaml.v2's encode.go (`stringv`, `keyList.Less` of sorter.go) and emitterc.go (`yaml_emitter_analyze_scalar`, `select_scalar_style`).

use super::scalar::{Scalar, resolve};
use serde_json::{Map, Value};
use std::cmp::Ordering;

/// Behind this column a text is continued on the next line, at a blank.
const WIDTH: usize = 80;

/// A longer key is written as `? key` and its value on the next line.
const SIMPLE_KEY_BYTES_MAX: usize = 128;

/// Prints a value as kubectl does; ends with a newline.
///
/// ```
/// let value = serde_json::json!({"kind": "Pod", "data": {"b": "1.20", "a": ["x"]}});
/// assert_eq!(kubeloop::api::yaml::to_yaml(&value), "data:\n  a:\n  - x\n  b: \"1.20\"\nkind: Pod\n");
/// ```
#[must_use]
pub fn to_yaml(value: &Value) -> String {
    let mut writer = Writer {
        out: String::new(),
        column: 0,
    };
    match value {
        Value::Object(fields) if !fields.is_empty() => writer.map(fields, 0),
        Value::Array(items) if !items.is_empty() => writer.list(items, 0),
        // As everywhere, a text's further lines stand deeper than what it belongs to.
        other => writer.leaf(other, 2, Position::Value),
    }
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    writer.out
}

struct Writer {
    out: String,
    /// In characters.
    column: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Key,
    Value,
}

impl Writer {
    fn put(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// A map whose first key goes where the text ends now.
    fn map(&mut self, fields: &Map<String, Value>, indent: usize) {
        let entries: Vec<(&String, &Value)> = fields.iter().collect();
        for (index, (key, value)) in sorted(&entries).into_iter().enumerate() {
            if index > 0 {
                self.new_line(indent);
            }
            self.entry(key, value, indent);
        }
    }

    fn entry(&mut self, key: &str, value: &Value, indent: usize) {
        let is_simple = key.len() <= SIMPLE_KEY_BYTES_MAX && !key.contains(is_break);
        if is_simple {
            self.string(key, indent, Position::Key);
            self.put(":");
        } else {
            self.put("? ");
            self.string(key, indent + 2, Position::Value);
            self.new_line(indent);
            self.put(":");
        }
        match value {
            Value::Object(fields) if !fields.is_empty() => {
                if is_simple {
                    self.new_line(indent + 2);
                } else {
                    self.put(" ");
                }
                self.map(fields, indent + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                let indent = if is_simple { indent } else { indent + 2 };
                if is_simple {
                    self.new_line(indent);
                } else {
                    self.put(" ");
                }
                self.list(items, indent);
            }
            other => {
                self.put(" ");
                self.leaf(other, indent + 2, Position::Value);
            }
        }
    }

    fn list(&mut self, items: &[Value], indent: usize) {
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.new_line(indent);
            }
            self.put("- ");
            match item {
                Value::Object(fields) if !fields.is_empty() => self.map(fields, indent + 2),
                Value::Array(items) if !items.is_empty() => self.list(items, indent + 2),
                other => self.leaf(other, indent + 2, Position::Value),
            }
        }
    }

    fn leaf(&mut self, value: &Value, indent: usize, position: Position) {
        match value {
            Value::Null => self.put("null"),
            Value::Bool(value) => self.put(if *value { "true" } else { "false" }),
            Value::Number(number) => self.put(&number_text(number)),
            Value::String(text) => self.string(text, indent, position),
            Value::Array(_) => self.put("[]"),
            Value::Object(_) => self.put("{}"),
        }
    }

    fn string(&mut self, text: &str, indent: usize, position: Position) {
        let shape = Shape::of(text);
        let means_itself = matches!(
            resolve(text),
            Scalar::Plain(Value::String(_)) | Scalar::Merge
        ) && !is_base_60(text)
            && text != "<<";
        if text.contains('\n') {
            if position == Position::Value && shape.literal {
                self.literal(text, indent);
            } else {
                self.double_quoted(text, indent, position);
            }
        } else if !means_itself {
            self.double_quoted(text, indent, position);
        } else if shape.plain {
            self.folded(text, "", indent, position);
        } else if shape.single {
            self.folded(&text.replace('\'', "''"), "'", indent, position);
        } else {
            self.double_quoted(text, indent, position);
        }
    }

    /// Text on one line, or on several where it is long: a line end stands for a blank.
    fn folded(&mut self, text: &str, quote: &str, indent: usize, position: Position) {
        self.put(quote);
        let chars: Vec<char> = text.chars().collect();
        let mut after_blank = false;
        for (index, c) in chars.iter().enumerate() {
            let inside = quote.is_empty() || index > 0 && index + 1 < chars.len();
            let breaks = *c == ' '
                && position == Position::Value
                && !after_blank
                && self.column > WIDTH
                && inside
                && chars.get(index + 1) != Some(&' ');
            if breaks {
                self.new_line(indent);
            } else {
                self.out.push(*c);
                self.column += 1;
            }
            after_blank = *c == ' ';
        }
        self.put(quote);
    }

    fn double_quoted(&mut self, text: &str, indent: usize, position: Position) {
        self.put("\"");
        let chars: Vec<char> = text.chars().collect();
        let mut after_blank = false;
        for (index, c) in chars.iter().enumerate() {
            if *c != ' ' {
                after_blank = false;
                self.put(&escaped(*c));
                continue;
            }
            let breaks = position == Position::Value
                && !after_blank
                && self.column > WIDTH
                && index > 0
                && index + 1 < chars.len();
            if breaks {
                self.new_line(indent);
                if chars[index + 1] == ' ' {
                    self.put("\\");
                }
            } else {
                self.put(" ");
            }
            after_blank = true;
        }
        self.put("\"");
    }

    fn literal(&mut self, text: &str, indent: usize) {
        self.put("|");
        if text.starts_with([' ', '\n']) {
            self.put("2");
        }
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.put("-"),
            1 if !body.is_empty() => {}
            _ => self.put("+"),
        }
        self.out.push('\n');
        for (index, line) in text.split_terminator('\n').enumerate() {
            if index > 0 {
                self.out.push('\n');
            }
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out.push_str(line);
            }
        }
        self.out.push('\n');
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What YAML lets stand for itself.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

/// In which notations a text can be written.
struct Shape {
    plain: bool,
    single: bool,
    literal: bool,
}

impl Shape {
    fn of(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let mut indicators = text.starts_with("---") || text.starts_with("...");
        let mut special = false;
        let mut line_breaks = false;
        let (mut break_space, mut space_break) = (false, false);
        let mut previous = None;
        for (index, c) in chars.iter().enumerate() {
            let next = chars.get(index + 1).copied();
            let before_white = next.is_none_or(is_white);
            let after_white = previous.is_none_or(is_white);
            indicators |= match c {
                '#' if after_white => true,
                ':' => before_white,
                '-' | '?' if index == 0 => before_white,
                '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
                | '%' | '@' | '`' => index == 0,
                _ => false,
            };
            special |= !is_printable(*c);
            line_breaks |= is_break(*c);
            break_space |= *c == ' ' && previous.is_some_and(is_break);
            space_break |= is_break(*c) && previous == Some(' ');
            previous = Some(*c);
        }
        let edge = |c: Option<&char>| c.is_some_and(|c| *c == ' ' || is_break(*c));
        let blank_edges = edge(chars.first()) || edge(chars.last());
        let trailing_space = chars.last() == Some(&' ');
        let awkward = space_break || special;
        Self {
            plain: !indicators && !blank_edges && !break_space && !awkward && !line_breaks,
            single: !break_space && !awkward,
            literal: !trailing_space && !awkward && !text.contains('\r'),
        }
    }
}

fn is_white(c: char) -> bool {
    c == ' ' || c == '\t' || is_break(c)
}

fn escaped(c: char) -> String {
    let text = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\0' => "\\0",
        '\x07' => "\\a",
        '\x08' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\x0b' => "\\v",
        '\x0c' => "\\f",
        '\r' => "\\r",
        '\x1b' => "\\e",
        '\u{85}' => "\\N",
        '\u{2028}' => "\\L",
        '\u{2029}' => "\\P",
        c if is_printable(c) => return c.to_string(),
        c if u32::from(c) <= 0xff => return format!("\\x{:02X}", u32::from(c)),
        c if u32::from(c) <= 0xffff => return format!("\\u{:04X}", u32::from(c)),
        c => return format!("\\U{:08X}", u32::from(c)),
    };
    text.to_owned()
}

/// `1:20`: a number to base 60 in YAML 1.1, to be quoted for the sake of other readers.
fn is_base_60(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (digits, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut parts = digits.split(':');
    let first = parts.next().unwrap_or_default();
    let rest: Vec<&str> = parts.collect();
    let numeric = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || b == b'_');
    let sixtieth = |text: &&str| {
        text.bytes().all(|b| b.is_ascii_digit())
            && text.parse::<u8>().is_ok_and(|n| n < 60)
            && text.len() <= 2
    };
    first.starts_with(|c: char| c.is_ascii_digit())
        && numeric(first)
        && numeric(fraction)
        && !rest.is_empty()
        && rest.iter().all(sixtieth)
}

/// As Go's `%g`: an exponent of at least two digits below 1e-4 and from 1e21.
fn number_text(number: &serde_json::Number) -> String {
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else {
        return number.to_string();
    };
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return number.to_string();
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if (-4..21).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Merged from sorted halves. Not the library's `sort`, which panics when it notices that [`natural`] is no total order: it goes in circles
/// (`a1b`, `a2b`, `a10b`), as goyaml's does.
fn sorted<'a>(entries: &[(&'a String, &'a Value)]) -> Vec<(&'a String, &'a Value)> {
    if entries.len() < 2 {
        return entries.to_vec();
    }
    let (left, right) = entries.split_at(entries.len() / 2);
    let mut left = sorted(left).into_iter().peekable();
    let mut right = sorted(right).into_iter().peekable();
    let mut merged = Vec::with_capacity(entries.len());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let side = match natural(a.0, b.0) {
            Ordering::Greater => &mut right,
            _ => &mut left,
        };
        merged.extend(side.next());
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// Keys in the order in which people count: `a2` before `a10`, letters behind everything else.
fn natural(a: &str, b: &str) -> Ordering {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let Some(at) = a.iter().zip(&b).position(|(x, y)| x != y) else {
        return a.len().cmp(&b.len());
    };
    let (x, y) = (a[at], b[at]);
    match (x.is_alphabetic(), y.is_alphabetic()) {
        (true, true) => return x.cmp(&y),
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Digits before the difference make a zero here count as one of the number's digits.
    let within_number = (x == '0' || y == '0')
        && a[..at]
            .iter()
            .rev()
            .take_while(|c| c.is_numeric())
            .any(|c| *c != '0');
    let number = |text: &[char]| {
        let digits = text[at..].iter().take_while(|c| c.is_ascii_digit());
        digits.fold((i64::from(within_number), 0), |(value, count), digit| {
            let digit = i64::from(u32::from(*digit) - u32::from('0'));
            (value.wrapping_mul(10).wrapping_add(digit), count + 1)
        })
    };
    number(&a).cmp(&number(&b)).then(x.cmp(&y))
}

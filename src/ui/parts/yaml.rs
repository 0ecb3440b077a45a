//! YAML in the editor's colours: what an object looks like, and the editor's text until CodeMirror is there.
//!
//! Line by line, so that a text which is not YAML yet has colours, too. What it says of well-formed YAML is what CodeMirror says of it; an
//! unclosed quotation or flow collection is taken to end with its line.

use yew::prelude::*;

/// What a piece of YAML is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    /// Indentation and other blanks.
    Blank,
    /// A key of a mapping.
    Key,
    /// A scalar.
    Scalar,
    /// `:`, `-`, brackets, commas.
    Mark,
    /// Anchors, aliases, tags, the heads of block scalars, and the lines between documents.
    Word,
    /// A comment.
    Comment,
}

impl Tone {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Blank => None,
            Self::Key => Some("y-key"),
            Self::Scalar => Some("y-str"),
            Self::Mark => Some("y-mark"),
            Self::Word => Some("y-kw"),
            Self::Comment => Some("y-com"),
        }
    }
}

/// A longer text has no colours: tens of thousands of elements would hold up the page.
const COLOURED_BYTES_MAX: usize = 200_000;

/// A text in colours; to be put into an element that keeps its blanks.
pub fn yaml(text: &str) -> Html {
    if text.len() > COLOURED_BYTES_MAX {
        return html! { text };
    }
    let mut block = None;
    let lines = text.split_inclusive('\n').map(|line| {
        let pieces = pieces(line, &mut block);
        let spans = pieces.into_iter().map(|(tone, piece)| match tone.class() {
            Some(class) => html! { <span {class}>{ piece }</span> },
            None => html! { piece },
        });
        spans.collect::<Html>()
    });
    lines.collect()
}

/// The pieces of one line. `block` is how far the line is indented that began the block scalar which goes on here.
fn pieces<'a>(line: &'a str, block: &mut Option<usize>) -> Vec<(Tone, &'a str)> {
    let content = line.trim_start_matches(' ');
    let indent = line.len() - content.len();
    if let Some(outer) = *block {
        if content.trim().is_empty() || indent > outer {
            return vec![(Tone::Scalar, line)];
        }
        *block = None;
    }
    let mut pieces = Pieces {
        rest: line,
        found: Vec::new(),
    };
    pieces.take(Tone::Blank, indent);
    if indent == 0
        && ["---", "...", "%"]
            .iter()
            .any(|mark| content.starts_with(mark))
    {
        let end = content.find(" #").unwrap_or(content.len());
        pieces.take(Tone::Word, end.min(content.trim_end().len()));
    }
    pieces.items();
    pieces.key();
    pieces.value();
    let heads_block =
        |(tone, piece): &(Tone, &str)| *tone == Tone::Word && piece.starts_with(['|', '>']);
    if pieces.found.iter().any(heads_block) {
        *block = Some(indent);
    }
    pieces.found
}

struct Pieces<'a> {
    rest: &'a str,
    found: Vec<(Tone, &'a str)>,
}

impl Pieces<'_> {
    fn take(&mut self, tone: Tone, length: usize) {
        let (piece, rest) = self.rest.split_at(length);
        self.rest = rest;
        if !piece.is_empty() {
            self.found.push((tone, piece));
        }
    }

    fn blanks(&mut self) {
        let length = self.rest.len() - self.rest.trim_start().len();
        self.take(Tone::Blank, length);
    }

    /// The hyphens before items of lists, and the question mark of a key that stands by itself.
    fn items(&mut self) {
        while self.rest.starts_with(['-', '?']) && ends_word(&self.rest[1..]) {
            self.take(Tone::Mark, 1);
            self.blanks();
        }
    }

    /// A key and its colon, if the line goes on with one.
    fn key(&mut self) {
        if self.rest.starts_with(['#', '{', '[', '|', '>']) {
            return;
        }
        let quoted = quoted_length(self.rest);
        let from = quoted.unwrap_or(0);
        let behind = &self.rest[from..];
        let colon = behind
            .match_indices(':')
            .map(|(at, _)| at)
            .find(|at| ends_word(&behind[at + 1..]));
        let comment = behind.find(" #").unwrap_or(behind.len());
        if let Some(colon) = colon.filter(|at| *at < comment)
            && (quoted.is_none() || behind[..colon].trim().is_empty())
        {
            let key = self.rest[..from + colon].trim_end().len();
            self.take(Tone::Key, key);
            self.blanks();
            self.take(Tone::Mark, 1);
        }
    }

    /// Everything up to the end of the line.
    fn value(&mut self) {
        let mut depth = 0;
        loop {
            self.blanks();
            let Some(first) = self.rest.chars().next() else {
                return;
            };
            let word = self
                .rest
                .find(char::is_whitespace)
                .unwrap_or(self.rest.len());
            let head = self.rest[..word].trim_start_matches(['|', '>', '+', '-']);
            match first {
                '#' => self.take(Tone::Comment, self.rest.trim_end().len()),
                '&' | '*' | '!' => self.take(Tone::Word, word),
                '|' | '>' if depth == 0 && head.bytes().all(|b| b.is_ascii_digit()) => {
                    self.take(Tone::Word, word);
                }
                '{' | '[' => {
                    depth += 1;
                    self.take(Tone::Mark, 1);
                }
                '}' | ']' | ',' | ':' if depth > 0 => {
                    depth -= usize::from(matches!(first, '}' | ']'));
                    self.take(Tone::Mark, 1);
                }
                _ => self.scalar(depth > 0),
            }
        }
    }

    fn scalar(&mut self, in_flow: bool) {
        let length = quoted_length(self.rest).unwrap_or_else(|| {
            let ends = |(at, letter): &(usize, char)| match letter {
                '#' => self.rest[..*at].ends_with(char::is_whitespace),
                ',' | ']' | '}' => in_flow,
                ':' => in_flow && ends_word(&self.rest[at + 1..]),
                _ => false,
            };
            let end = self.rest.char_indices().skip(1).find(ends);
            let end = end.map_or(self.rest.len(), |(at, _)| at);
            self.rest[..end].trim_end().len()
        });
        let is_key = in_flow && self.rest[length..].trim_start().starts_with(':');
        self.take(if is_key { Tone::Key } else { Tone::Scalar }, length);
    }
}

/// Is what stood before this a word of its own?
fn ends_word(behind: &str) -> bool {
    behind.chars().next().is_none_or(char::is_whitespace)
}

/// How long the quoted text is that this begins with; up to the end if it is not closed. `None` if it begins with none.
fn quoted_length(text: &str) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, letter)| {
        let ends = *letter == quote && !escaped;
        escaped = quote == '"' && *letter == '\\' && !escaped;
        ends
    });
    Some(end.map_or(text.trim_end().len(), |(at, _)| at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces but blanks, each with the letter of its tone.
    fn told(text: &str) -> String {
        let mut block = None;
        let lines = text.split_inclusive('\n').flat_map(|line| {
            let found = pieces(line, &mut block);
            let together: String = found.iter().map(|(_, piece)| *piece).collect();
            assert_eq!(together, line, "nothing is lost");
            found
        });
        let shown = lines.filter_map(|(tone, piece)| {
            let letter = match tone {
                Tone::Blank => return None,
                Tone::Key => 'k',
                Tone::Scalar => 's',
                Tone::Mark => 'm',
                Tone::Word => 'w',
                Tone::Comment => 'c',
            };
            Some(format!("{letter}⟨{}⟩", piece.trim_end()))
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_line_has_its_pieces() {
        for (text, want) in [
            ("", ""),
            ("kind: Pod\n", "k⟨kind⟩ m⟨:⟩ s⟨Pod⟩"),
            ("  - name: web # mine", "m⟨-⟩ k⟨name⟩ m⟨:⟩ s⟨web⟩ c⟨# mine⟩"),
            ("# only: this", "c⟨# only: this⟩"),
            ("--- # next", "w⟨---⟩ c⟨# next⟩"),
            ("image: nginx:1.14.2", "k⟨image⟩ m⟨:⟩ s⟨nginx:1.14.2⟩"),
            ("url: http://x/#here", "k⟨url⟩ m⟨:⟩ s⟨http://x/#here⟩"),
            ("\"a: b\": 'it''s'", "k⟨\"a: b\"⟩ m⟨:⟩ s⟨'it'⟩ s⟨'s'⟩"),
            (r##"a: "x\"#y" # c"##, r##"k⟨a⟩ m⟨:⟩ s⟨"x\"#y"⟩ c⟨# c⟩"##),
            ("- - 1", "m⟨-⟩ m⟨-⟩ s⟨1⟩"),
            ("- -1", "m⟨-⟩ s⟨-1⟩"),
            (
                "{a: 1, b: [x, \"y\"]}",
                "m⟨{⟩ k⟨a⟩ m⟨:⟩ s⟨1⟩ m⟨,⟩ k⟨b⟩ m⟨:⟩ m⟨[⟩ s⟨x⟩ m⟨,⟩ s⟨\"y\"⟩ m⟨]⟩ m⟨}⟩",
            ),
            ("a: &x !t 1", "k⟨a⟩ m⟨:⟩ w⟨&x⟩ w⟨!t⟩ s⟨1⟩"),
            ("b: *x", "k⟨b⟩ m⟨:⟩ w⟨*x⟩"),
            (
                "a: |-\n  x: 1\n\n  # no\nb: 2",
                "k⟨a⟩ m⟨:⟩ w⟨|-⟩ s⟨  x: 1⟩ s⟨⟩ s⟨  # no⟩ k⟨b⟩ m⟨:⟩ s⟨2⟩",
            ),
            ("a: >text", "k⟨a⟩ m⟨:⟩ s⟨>text⟩"),
            ("名称: 网站", "k⟨名称⟩ m⟨:⟩ s⟨网站⟩"),
            ("a: \"open", "k⟨a⟩ m⟨:⟩ s⟨\"open⟩"),
            ("a: [open", "k⟨a⟩ m⟨:⟩ m⟨[⟩ s⟨open⟩"),
            ("]: }", "k⟨]⟩ m⟨:⟩ s⟨}⟩"),
        ] {
            assert_eq!(told(text), want, "{text}");
        }
    }
}

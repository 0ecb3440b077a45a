//! From text to a tree of nodes, with anchors followed but not yet copied.
//!
//! Nodes stand in one vector and name each other by index, so that a chain of aliases, however long, is neither copied nor dropped recursively.
//!
//! The real thing: libyaml's parser as goyaml.v2 has it (parserc.go, `parser.parse` of decode.go).

use super::split::Chunk;
use super::{Span, TextError, remedy};
use serde_yaml::granit_parser::{
    ErrorKind, Event, Marker, Options, Parser, ScalarStyle, ScanError, Span as TextSpan,
    StructureStyle, Tag,
};
use std::collections::BTreeMap;

pub(super) type NodeId = usize;

/// One node of the text.
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) content: Content,
}

pub(super) enum Content {
    Scalar {
        text: String,
        /// Unquoted, so that its text decides its type.
        plain: bool,
        /// The tag's name after `tag:yaml.org,2002:`, or empty; other tags say nothing about the type.
        tag: String,
    },
    List(Vec<NodeId>),
    Map(Vec<(NodeId, NodeId)>),
    Alias(NodeId),
}

/// The documents of one chunk: normally one, or none if there are only comments.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) roots: Vec<NodeId>,
}

/// Collections that are not closed yet.
struct Open {
    id: NodeId,
    block: bool,
    anchor: usize,
    children: Vec<NodeId>,
}

struct Reader<'t> {
    chunk: &'t Chunk<'t>,
    nodes: Vec<Node>,
    open: Vec<Open>,
    roots: Vec<NodeId>,
    anchors: BTreeMap<usize, NodeId>,
}

/// In so many texts of a chunk `\\'` is read as libyaml reads it; each of them is one more reading of the chunk.
const APOSTROPHES_MAX: usize = 16;

/// Reads one chunk.
pub(super) fn read(chunk: &Chunk<'_>) -> Result<Tree, TextError> {
    if let Some(error) = control_character(chunk) {
        return Err(error);
    }
    let (mut text, mut tries) = (chunk.text.clone(), 0);
    loop {
        let chunk = Chunk { text, ..*chunk };
        let error = match parse(&chunk) {
            Ok(tree) => return tree,
            Err(error) => error,
        };
        let is_escape = *error.kind() == ErrorKind::UnknownQuotedScalarEscape;
        tries += 1;
        text = match plain_apostrophes(&chunk.text, error.marker()) {
            Some(plain) if is_escape && tries <= APOSTROPHES_MAX => plain.into(),
            _ => return Err(remedy::text_error(&error, &chunk)),
        };
    }
}

/// The text with `'` for every `\\'` of the text in double quotes that begins there, as libyaml has it and YAML 1.2 has not; `None` if there is none.
fn plain_apostrophes(text: &str, quote: &Marker) -> Option<String> {
    let lines = text
        .split_inclusive('\n')
        .take(quote.line().checked_sub(1)?);
    let line = lines.map(str::len).sum::<usize>();
    let (column, _) = text[line..].char_indices().nth(quote.col())?;
    let (before, quoted) = text.split_at(line + column);
    let mut plain = String::with_capacity(text.len());
    plain.push_str(before);
    let mut letters = quoted.chars().peekable();
    plain.extend(letters.next().filter(|first| *first == '"'));
    while let Some(letter) = letters.next() {
        match (letter, letters.peek()) {
            ('\\', Some('\'')) => continue,
            ('\\', Some(_)) => {
                plain.push(letter);
                plain.extend(letters.next());
                continue;
            }
            _ => plain.push(letter),
        }
        if letter == '"' {
            break;
        }
    }
    let changed = plain.len() + letters.clone().map(char::len_utf8).sum::<usize>() < text.len();
    plain.extend(letters);
    changed.then_some(plain)
}

/// `Err` is for what is no YAML to the parser, the error inside for what is none to us.
fn parse(chunk: &Chunk<'_>) -> Result<Result<Tree, TextError>, ScanError> {
    let mut options = Options::default();
    options.set_emit_comments(false);
    options.emit_unresolved_aliases = true;
    let mut reader = Reader {
        chunk,
        nodes: Vec::new(),
        open: Vec::new(),
        roots: Vec::new(),
        anchors: BTreeMap::new(),
    };
    for event in Parser::new_from_str_with_options(&chunk.text, options) {
        let (event, span) = event?;
        if let Err(error) = reader.take(event, &span) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(Tree {
        nodes: reader.nodes,
        roots: reader.roots,
    }))
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, at: &TextSpan) -> Result<(), TextError> {
        let span = self.span(at);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let id = self.add(Node {
                    span,
                    content: Content::Scalar {
                        text: text.into_owned(),
                        plain: style == ScalarStyle::Plain,
                        tag: tag.map_or_else(String::new, |tag| core_tag(&tag)),
                    },
                });
                self.anchors.insert(anchor, id);
            }
            Event::SequenceStart(style, anchor, _) => {
                self.begin(span, Content::List(Vec::new()), style, anchor);
            }
            Event::MappingStart(style, anchor, _) => {
                self.begin(span, Content::Map(Vec::new()), style, anchor);
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(span),
            Event::Alias(anchor) => {
                let target = self.anchors.get(&anchor).copied();
                if self.open.iter().any(|open| open.anchor == anchor) {
                    let name = at
                        .slice(&self.chunk.text)
                        .unwrap_or_default()
                        .trim_start_matches('*');
                    return Err(TextError::new(
                        span,
                        format!("anchor '{name}' value contains itself"),
                    ));
                }
                let target = target.expect("the parser resolves aliases only to nodes before them");
                self.add(Node {
                    span,
                    content: Content::Alias(target),
                });
            }
            Event::UnresolvedAlias(name) => {
                let mut error = TextError::new(span, format!("unknown anchor '{name}' referenced"));
                error.remedy = Some(format!(
                    "Define it before with `&{name}`, or quote the value if it is meant to begin with `*`."
                ));
                return Err(error);
            }
            _ => {}
        }
        Ok(())
    }

    fn add(&mut self, node: Node) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(node);
        match self.open.last_mut() {
            Some(parent) => parent.children.push(id),
            None => self.roots.push(id),
        }
        id
    }

    fn begin(&mut self, span: Span, content: Content, style: StructureStyle, anchor: usize) {
        let id = self.add(Node { span, content });
        self.open.push(Open {
            id,
            block: style == StructureStyle::Block,
            anchor: if anchor == 0 { usize::MAX } else { anchor },
            children: Vec::new(),
        });
    }

    fn end(&mut self, end: Span) {
        let done = self
            .open
            .pop()
            .expect("the parser closes only what it opened");
        let last = done.children.last().map(|id| self.nodes[*id].span);
        let first = done.children.first().map(|id| self.nodes[*id].span);
        self.anchors.insert(done.anchor, done.id);
        let node = &mut self.nodes[done.id];
        // A block ends where its last child does; its own end is only noticed at the next token.
        let end = if done.block { last.unwrap_or(end) } else { end };
        if let (true, Some(first)) = (done.block, first)
            && matches!(node.content, Content::Map(_))
        {
            (node.span.line, node.span.column) = (first.line, first.column);
        }
        (node.span.end_line, node.span.end_column) = (end.end_line, end.end_column);
        match &mut node.content {
            Content::List(items) => *items = done.children,
            Content::Map(entries) => {
                *entries = done
                    .children
                    .chunks_exact(2)
                    .map(|pair| (pair[0], pair[1]))
                    .collect();
            }
            Content::Scalar { .. } | Content::Alias(_) => unreachable!("only collections are open"),
        }
    }

    fn span(&self, span: &TextSpan) -> Span {
        let (line, column) = place(&span.start, self.chunk);
        let (end_line, end_column) = place(&span.end, self.chunk);
        Span {
            line,
            column,
            end_line,
            end_column,
        }
    }
}

/// Line and column, both from 1, in the whole text.
pub(super) fn place(marker: &Marker, chunk: &Chunk<'_>) -> (usize, usize) {
    chunk.place(marker.line().saturating_sub(1), marker.col())
}

fn core_tag(tag: &Tag) -> String {
    tag.core_suffix().map_or_else(
        || {
            let rest = tag.suffix_in_namespace("tag:yaml.org,2002:");
            rest.map_or_else(String::new, std::borrow::Cow::into_owned)
        },
        str::to_owned,
    )
}

/// YAML is text: of the control characters it takes only tab and line ends.
fn control_character(chunk: &Chunk<'_>) -> Option<TextError> {
    let is_bad = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\x7f'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let at = chunk.text.find(is_bad)?;
    let before = &chunk.text[..at];
    let last = before.rsplit('\n').next().unwrap_or_default();
    let (line, column) = chunk.place(before.matches('\n').count(), last.chars().count());
    Some(TextError::new(
        Span::at(line, column),
        "control characters are not allowed",
    ))
}

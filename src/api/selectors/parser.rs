//! Reads a label selector, token by token; refuses in upstream's words.
//!
//! The real thing: staging/src/k8s.io/apimachinery/pkg/labels/selector.go (`Lexer`, `Parser`).

use super::{Operator, Requirement};
use crate::api::labels;

/// The operators after a key, as upstream lists them when it expected one.
const OPERATORS: &str = "in, notin, =, ==, !=, gt, lt";

/// The requirements of a selector, in the order of the text.
pub(super) fn requirements(text: &str) -> Result<Vec<Requirement>, String> {
    let mut parser = Parser {
        tokens: tokens(text),
        position: 0,
    };
    parser.selector()
}

/// A piece of a selector's text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    /// One of `= == != > < ( ) , ! in notin`.
    Sign(&'static str),
    /// A key or a value.
    Word(String),
    /// Signs that mean nothing together.
    Unknown(String),
    /// Nothing is left.
    End,
}

impl Token {
    /// As refusals quote it.
    fn text(&self) -> String {
        match self {
            Self::Sign(sign) => (*sign).to_owned(),
            Self::Word(word) => word.clone(),
            Self::Unknown(signs) => format!("error expected: keyword found '{signs}'"),
            Self::End => String::new(),
        }
    }

    /// Where a value may stand, `in` and `notin` are words like any other.
    fn as_value(&self) -> Self {
        match self {
            Self::Sign(word @ ("in" | "notin")) => Self::Word((*word).to_owned()),
            other => other.clone(),
        }
    }
}

/// Signs, the longer ones first.
const SIGNS: [&str; 9] = ["==", "!=", "=", "!", ">", "<", "(", ")", ","];

fn is_sign(c: char) -> bool {
    matches!(c, '=' | '!' | '(' | ')' | ',' | '>' | '<')
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
    while let Some(first) = rest.chars().next() {
        let (token, length) = if is_sign(first) {
            next_sign(rest)
        } else {
            let end = rest
                .find(|c| is_sign(c) || matches!(c, ' ' | '\t' | '\r' | '\n'))
                .unwrap_or(rest.len());
            let token = match &rest[..end] {
                "in" => Token::Sign("in"),
                "notin" => Token::Sign("notin"),
                word => Token::Word(word.to_owned()),
            };
            (token, end)
        };
        tokens.push(token);
        rest = rest[length..].trim_start_matches([' ', '\t', '\r', '\n']);
    }
    tokens.push(Token::End);
    tokens
}

/// Every sign character is a sign by itself, so one always fits.
fn next_sign(rest: &str) -> (Token, usize) {
    match SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
        Some(sign) => (Token::Sign(sign), sign.len()),
        None => (Token::Unknown(rest.to_owned()), rest.len()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    position: usize,
}

impl Parser {
    fn selector(&mut self) -> Result<Vec<Requirement>, String> {
        let mut requirements = Vec::new();
        loop {
            match self.peek() {
                Token::Word(_) | Token::Sign("!") => {}
                Token::End => return Ok(requirements),
                other => {
                    return Err(format!(
                        "found '{}', expected: !, identifier, or 'end of string'",
                        other.text()
                    ));
                }
            }
            let requirement = self
                .requirement()
                .map_err(|why| format!("unable to parse requirement: {why}"))?;
            requirements.push(requirement);
            match self.take() {
                Token::End => return Ok(requirements),
                Token::Sign(",") => {
                    let next = self.peek();
                    if !matches!(next, Token::Word(_) | Token::Sign("!")) {
                        return Err(format!(
                            "found '{}', expected: identifier after ','",
                            next.text()
                        ));
                    }
                }
                other => {
                    return Err(format!(
                        "found '{}', expected: ',' or 'end of string'",
                        other.text()
                    ));
                }
            }
        }
    }

    fn requirement(&mut self) -> Result<Requirement, String> {
        let mut token = self.take();
        let negated = token == Token::Sign("!");
        if negated {
            token = self.take();
        }
        let Token::Word(key) = token else {
            return Err(format!("found '{}', expected: identifier", token.text()));
        };
        let wrong = labels::qualified_name(&key);
        if !wrong.is_empty() {
            return Err(format!(
                "<nil>: Invalid value: {key:?}: {}",
                wrong.join("; ")
            ));
        }
        if negated {
            return Ok(Requirement {
                key,
                operator: Operator::DoesNotExist,
                values: Vec::new(),
            });
        }
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(Requirement {
                key,
                operator: Operator::Exists,
                values: Vec::new(),
            });
        }
        let operator = self.operator()?;
        let mut values = match operator {
            Operator::In | Operator::NotIn => self.values()?,
            _ => vec![self.value()?],
        };
        values.sort();
        values.dedup();
        check_values(&key, operator, &values)?;
        Ok(Requirement {
            key,
            operator,
            values,
        })
    }

    fn operator(&mut self) -> Result<Operator, String> {
        let token = self.tokens[self.position].clone();
        self.position += 1;
        Ok(match token {
            Token::Sign("in") => Operator::In,
            Token::Sign("notin") => Operator::NotIn,
            Token::Sign("=" | "==") => Operator::Equals,
            Token::Sign("!=") => Operator::NotEquals,
            Token::Sign(">") => Operator::GreaterThan,
            Token::Sign("<") => Operator::LessThan,
            other => return Err(format!("found '{}', expected: {OPERATORS}", other.text())),
        })
    }

    fn value(&mut self) -> Result<String, String> {
        if matches!(self.peek(), Token::End | Token::Sign(",")) {
            return Ok(String::new());
        }
        match self.take() {
            Token::Word(word) => Ok(word),
            other => Err(format!("found '{}', expected: identifier", other.text())),
        }
    }

    /// `(a, b)`; an empty place between commas is the empty value.
    fn values(&mut self) -> Result<Vec<String>, String> {
        let open = self.take();
        if open != Token::Sign("(") {
            return Err(format!("found '{}' expected: '('", open.text()));
        }
        let mut values = Vec::new();
        let mut word_last = false;
        loop {
            match self.take() {
                Token::Word(word) if !word_last => {
                    values.push(word);
                    word_last = true;
                }
                Token::Sign(",") => {
                    if !word_last {
                        values.push(String::new());
                    }
                    word_last = false;
                }
                Token::Sign(")") => {
                    if !word_last {
                        values.push(String::new());
                    }
                    return Ok(values);
                }
                other => {
                    let expected = match (values.is_empty(), word_last) {
                        (_, true) => "',' or ')'",
                        (true, false) => "',', ')' or identifier",
                        (false, false) => "',', or identifier",
                    };
                    return Err(format!("found '{}', expected: {expected}", other.text()));
                }
            }
        }
    }

    fn peek(&self) -> Token {
        self.tokens[self.position.min(self.tokens.len() - 1)].as_value()
    }

    fn take(&mut self) -> Token {
        let token = self.peek();
        self.position += 1;
        token
    }
}

fn check_values(key: &str, operator: Operator, values: &[String]) -> Result<(), String> {
    let mut wrong = Vec::new();
    if matches!(operator, Operator::GreaterThan | Operator::LessThan) {
        for (index, value) in values
            .iter()
            .enumerate()
            .filter(|(_, v)| v.parse::<i64>().is_err())
        {
            wrong.push(format!("values[{index}]: Invalid value: {value:?}: for 'Gt', 'Lt' operators, the value must be an integer"));
        }
    }
    for (index, value) in values.iter().enumerate() {
        let why = labels::label_value(value);
        if !why.is_empty() {
            wrong.push(format!(
                "values[{index}][{key}]: Invalid value: {value:?}: {}",
                why.join("; ")
            ));
        }
    }
    match &wrong[..] {
        [] => Ok(()),
        [one] => Err(one.clone()),
        many => Err(format!("[{}]", many.join(", "))),
    }
}

//! Texts with wildcards and policy variables, as they stand in `Resource` and in condition values.
//!
//! A substituted value is always literal: a user named `*` matches a name of one asterisk, nothing else.

use std::borrow::Cow;

use crate::condition::ConditionKey;
use crate::error::Refusal;
use crate::glob::Glob;
use crate::policy::PolicyKind;
use crate::request::Context;

/// What a document may say: its kind settles which condition keys it may name, its version whether it has variables.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Language {
    pub(crate) kind: PolicyKind,
    pub(crate) version: Version,
}

/// Variables exist since Version 2012-10-17, before they are plain characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V2008,
    V2012,
}

/// A pattern that is compiled already, or that waits for the values of its variables.
#[derive(Debug)]
pub(crate) enum Template<T> {
    Fixed(T),
    Open(Vec<Piece>),
}

#[derive(Debug)]
pub(crate) enum Piece {
    Text(String),
    AnyRun,
    AnyOne,
    Variable {
        key: ConditionKey,
        default: Option<String>,
    },
}

/// A piece whose variable, if it was one, has its value.
pub(crate) enum Symbol<'a> {
    /// Characters that the policy's author wrote.
    Text(&'a str),
    /// The value of a variable.
    Value(Cow<'a, str>),
    AnyRun,
    AnyOne,
}

/// What a template becomes once its variables are known.
pub(crate) trait FromSymbols {
    fn from_symbols(symbols: &[Symbol<'_>]) -> Self;
}

impl<T: FromSymbols> Template<T> {
    pub(crate) fn parse(text: &str, language: Language) -> Result<Self, Refusal> {
        let pieces = parse_pieces(text, language)?;
        let fixed: Option<Vec<Symbol<'_>>> = pieces.iter().map(Piece::fixed).collect();
        Ok(match fixed {
            Some(symbols) => Template::Fixed(T::from_symbols(&symbols)),
            None => Template::Open(pieces),
        })
    }

    /// Whether the pattern, with the request's values, passes the test. A variable without a value matches nothing.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
    pub(crate) fn passes(&self, cx: &Context<'_>, test: impl FnOnce(&T) -> bool) -> bool {
        match self {
            Template::Fixed(pattern) => test(pattern),
            Template::Open(pieces) => {
                let symbols: Option<Vec<Symbol<'_>>> =
                    pieces.iter().map(|piece| piece.resolve(cx)).collect();
                symbols.is_some_and(|symbols| test(&T::from_symbols(&symbols)))
            }
        }
    }
}

impl<T> Template<T> {
    /// The condition keys that are substituted.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &ConditionKey> {
        let pieces: &[Piece] = match self {
            Template::Fixed(_) => &[],
            Template::Open(pieces) => pieces,
        };
        pieces.iter().filter_map(|piece| match piece {
            Piece::Variable { key, .. } => Some(key),
            Piece::Text(_) | Piece::AnyRun | Piece::AnyOne => None,
        })
    }
}

/// Exact text: wildcards stand for themselves.
impl FromSymbols for String {
    fn from_symbols(symbols: &[Symbol<'_>]) -> Self {
        symbols
            .iter()
            .map(|symbol| match symbol {
                Symbol::Text(text) => text,
                Symbol::Value(value) => value.as_ref(),
                Symbol::AnyRun => "*",
                Symbol::AnyOne => "?",
            })
            .collect()
    }
}

impl FromSymbols for Glob {
    fn from_symbols(symbols: &[Symbol<'_>]) -> Self {
        let mut glob = Glob::new();
        for symbol in symbols {
            match symbol {
                Symbol::Text(text) => glob.push_text(text),
                Symbol::Value(value) => glob.push_text(value),
                Symbol::AnyRun => glob.push_any_run(),
                Symbol::AnyOne => glob.push_any_one(),
            }
        }
        glob
    }
}

impl Piece {
    fn fixed(&self) -> Option<Symbol<'_>> {
        match self {
            Piece::Text(text) => Some(Symbol::Text(text)),
            Piece::AnyRun => Some(Symbol::AnyRun),
            Piece::AnyOne => Some(Symbol::AnyOne),
            Piece::Variable { .. } => None,
        }
    }

    fn resolve<'a>(&'a self, cx: &Context<'a>) -> Option<Symbol<'a>> {
        let Piece::Variable { key, default } = self else {
            return self.fixed();
        };
        match cx.text(key) {
            Some(value) => Some(Symbol::Value(value)),
            None => default
                .as_deref()
                .map(|text| Symbol::Value(Cow::Borrowed(text))),
        }
    }
}

fn parse_pieces(text: &str, language: Language) -> Result<Vec<Piece>, Refusal> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, variable)) = rest
        .split_once("${")
        .filter(|_| language.version == Version::V2012)
    {
        push_plain(&mut pieces, before);
        rest = parse_variable(&mut pieces, variable, language.kind)?;
    }
    push_plain(&mut pieces, rest);
    Ok(pieces)
}

fn push_plain(pieces: &mut Vec<Piece>, text: &str) {
    for part in text.split_inclusive(['*', '?']) {
        let (plain, wildcard) = match part.strip_suffix('*') {
            Some(plain) => (plain, Some(Piece::AnyRun)),
            None => match part.strip_suffix('?') {
                Some(plain) => (plain, Some(Piece::AnyOne)),
                None => (part, None),
            },
        };
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain.to_owned()));
        }
        pieces.extend(wildcard);
    }
}

/// Parses what follows `${` and returns what follows the closing brace.
fn parse_variable<'t>(
    pieces: &mut Vec<Piece>,
    text: &'t str,
    kind: PolicyKind,
) -> Result<&'t str, Refusal> {
    let end = text
        .find([',', '}'])
        .ok_or(Refusal::Variable("has no closing brace"))?;
    let (name, rest) = text
        .split_at_checked(end)
        .ok_or(Refusal::Variable("has no closing brace"))?;
    if let Some(rest) = rest.strip_prefix('}') {
        pieces.push(match name {
            "*" | "?" | "$" => Piece::Text(name.to_owned()),
            _ => Piece::Variable {
                key: ConditionKey::variable(name.trim(), kind)?,
                default: None,
            },
        });
        return Ok(rest);
    }
    let quoted = rest
        .strip_prefix(',')
        .map(str::trim_start)
        .and_then(|rest| rest.strip_prefix('\''));
    let (default, rest) =
        quoted
            .and_then(|quoted| quoted.split_once('\''))
            .ok_or(Refusal::Variable(
                "has a default value without single quotes",
            ))?;
    let rest = rest
        .trim_start()
        .strip_prefix('}')
        .ok_or(Refusal::Variable("has no closing brace"))?;
    pieces.push(Piece::Variable {
        key: ConditionKey::variable(name.trim(), kind)?,
        default: Some(default.to_owned()),
    });
    Ok(rest)
}

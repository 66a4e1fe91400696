//! Single values as they arrive, before their rule is applied.

use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::members::{LIST_FOUND, STRUCTURE_FOUND, refuse};
use super::violations::Report;

/// One value as JSON has it, or a form.
#[derive(Clone, Copy)]
pub(super) enum Token<'t> {
    Text(&'t str),
    Form(&'t str),
    Integer(i128),
    Fraction(f64),
    Boolean(bool),
}

/// The value is of another JSON type.
pub(super) enum Mismatch {
    /// Say so in AWS's words.
    Type,
    /// Say this.
    Text(&'static str),
}

/// What becomes of a value.
pub(super) type Accept<'a> = dyn FnMut(Token<'_>, &mut Report) -> Result<(), Mismatch> + 'a;

/// Reads one value and hands it on, unless it is null; `word` is AWS's for the type that it should have.
pub(super) fn read<'de, D: Deserializer<'de>>(
    word: &'static str,
    report: &mut Report,
    from: D,
    accept: &mut Accept<'_>,
) -> Result<(), D::Error> {
    from.deserialize_any(TokenVisitor {
        word,
        report,
        accept,
    })
}

impl<'t> Token<'t> {
    /// The text, when it is one.
    pub(super) fn text(self) -> Result<&'t str, Mismatch> {
        match self {
            Self::Text(text) | Self::Form(text) => Ok(text),
            Self::Integer(_) | Self::Fraction(_) | Self::Boolean(_) => Err(Mismatch::Type),
        }
    }

    /// AWS's word for the JSON type.
    const fn word(self) -> &'static str {
        match self {
            Self::Text(_) | Self::Form(_) => "STRING_VALUE",
            Self::Integer(_) | Self::Fraction(_) => "NUMBER_VALUE",
            Self::Boolean(true) => "TRUE_VALUE",
            Self::Boolean(false) => "FALSE_VALUE",
        }
    }
}

/// One visitor for all rules: a parser for each of them would be many times the code.
struct TokenVisitor<'a> {
    word: &'static str,
    report: &'a mut Report,
    accept: &'a mut Accept<'a>,
}

impl TokenVisitor<'_> {
    fn accept<E: Error>(self, token: Token<'_>) -> Result<(), E> {
        (self.accept)(token, self.report).map_err(|mismatch| {
            let text = match mismatch {
                Mismatch::Type => {
                    format!("{} can not be converted to {}", token.word(), self.word)
                }
                Mismatch::Text(text) => text.to_owned(),
            };
            refuse(self.report, text)
        })
    }
}

impl<'de> Visitor<'de> for TokenVisitor<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.accept(Token::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.accept(Token::Integer(value.into()))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.accept(Token::Integer(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.accept(Token::Fraction(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        let token = if self.report.is_form {
            Token::Form(value)
        } else {
            Token::Text(value)
        };
        self.accept(token)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, _: S) -> Result<(), S::Error> {
        Err(refuse(self.report, LIST_FOUND.to_owned()))
    }

    fn visit_map<M: MapAccess<'de>>(self, _: M) -> Result<(), M::Error> {
        Err(refuse(self.report, STRUCTURE_FOUND.to_owned()))
    }
}

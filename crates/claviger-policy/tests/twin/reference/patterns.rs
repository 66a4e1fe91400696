//! Texts with wildcards and variables, compared letter by letter.

use super::statements::Scope;
use crate::case::FactKind;

/// A letter of a document's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    /// As it stands there: `*` and `?` are wildcards.
    Written(char),
    /// Out of a variable: every letter is itself.
    Given(char),
}

/// A text in which nothing is replaced.
pub(super) fn written(text: &str) -> Vec<Glyph> {
    text.chars().map(Glyph::Written).collect()
}

/// A text with its variables replaced; `None` when the request has no value for one of them.
pub(super) fn expand(text: &str, scope: &Scope<'_>) -> Option<Vec<Glyph>> {
    let Some((before, after)) = text.split_once("${") else {
        return Some(written(text));
    };
    let Some((variable, rest)) = after.split_once('}') else {
        return Some(written(text));
    };
    let mut glyphs = written(before);
    glyphs.extend(value_of(variable, scope)?.chars().map(Glyph::Given));
    glyphs.extend(expand(rest, scope)?);
    Some(glyphs)
}

/// Whether the letters are these, wildcards being letters like others.
pub(super) fn is_equal(pattern: &[Glyph], text: &str) -> bool {
    let letters: String = pattern.iter().map(|glyph| glyph.letter()).collect();
    letters == text
}

/// The same without a difference between upper and lower case.
pub(super) fn is_equal_ignoring_case(pattern: &[Glyph], text: &str) -> bool {
    let letters: String = pattern.iter().map(|glyph| glyph.letter()).collect();
    letters.to_lowercase() == text.to_lowercase()
}

/// `*` stands for any letters, `?` for one.
pub(super) fn is_like(pattern: &[Glyph], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    like(pattern, &text, &|_, _| true)
}

/// As [`is_like`], but a wildcard stays within its segment; only a `*` that ends its segment may go on beyond the colon.
pub(super) fn is_resource(pattern: &[Glyph], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    like(pattern, &text, &|rest, letter| {
        let ends_its_segment = matches!(
            rest,
            [Glyph::Written('*')] | [Glyph::Written('*'), Glyph::Written(':'), ..]
        );
        letter != ':' || ends_its_segment
    })
}

/// Whether the wildcard that begins this rest of a pattern may stand for a letter.
type MayStandFor<'a> = &'a dyn Fn(&[Glyph], char) -> bool;

fn like(pattern: &[Glyph], text: &[char], may: MayStandFor<'_>) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([], [_, ..]) => false,
        ([Glyph::Written('*'), rest @ ..], []) => like(rest, &[], may),
        ([Glyph::Written('*'), rest @ ..], [letter, further @ ..]) => {
            like(rest, text, may) || (may(pattern, *letter) && like(pattern, further, may))
        }
        ([_, ..], []) => false,
        ([Glyph::Written('?'), rest @ ..], [letter, further @ ..]) => {
            may(pattern, *letter) && like(rest, further, may)
        }
        ([glyph, rest @ ..], [letter, further @ ..]) => {
            glyph.letter() == *letter && like(rest, further, may)
        }
    }
}

/// `${*}`, `${?}` and `${$}` are those letters; `${key, 'other'}` has a value for a request without the key.
fn value_of(variable: &str, scope: &Scope<'_>) -> Option<String> {
    if ["*", "?", "$"].contains(&variable) {
        return Some(variable.to_owned());
    }
    let (key, default) = match variable.split_once(',') {
        Some((key, default)) => (key, Some(default.trim().trim_matches('\''))),
        None => (variable, None),
    };
    match scope.facts(key.trim()).as_slice() {
        [only] if only.kind != FactKind::Strings => only.values.first().cloned(),
        _ => default.map(str::to_owned),
    }
}

impl Glyph {
    /// The letter, whatever it stands for.
    pub(super) fn letter(self) -> char {
        match self {
            Self::Written(letter) | Self::Given(letter) => letter,
        }
    }
}

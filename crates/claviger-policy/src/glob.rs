//! Wildcard matching: `*` for any run of characters, `?` for exactly one.

/// A compiled pattern: chunks of fixed length, with a `*` between each two.
///
/// Matching takes the leftmost place for each chunk and never goes back, which is complete because chunks have a fixed
/// length. A chunk without `?` is searched for in linear time.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    chunks: Vec<Vec<Atom>>,
}

#[derive(Clone, Debug)]
enum Atom {
    Text(String),
    AnyOne,
}

impl Glob {
    /// The pattern that matches nothing but the empty text; the other symbols are added to it.
    pub(crate) fn new() -> Self {
        Glob {
            chunks: vec![Vec::new()],
        }
    }

    /// Compiles a pattern in which `*` and `?` are wildcards.
    pub(crate) fn parse(pattern: &str) -> Self {
        let mut glob = Glob::new();
        for symbol in pattern.split_inclusive(['*', '?']) {
            if let Some(text) = symbol.strip_suffix('*') {
                glob.push_text(text);
                glob.push_any_run();
            } else if let Some(text) = symbol.strip_suffix('?') {
                glob.push_text(text);
                glob.push_any_one();
            } else {
                glob.push_text(symbol);
            }
        }
        glob
    }

    /// Adds characters that stand for themselves.
    pub(crate) fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.chunks.last_mut() {
            Some(chunk) => match chunk.last_mut() {
                Some(Atom::Text(before)) => before.push_str(text),
                Some(Atom::AnyOne) | None => chunk.push(Atom::Text(text.to_owned())),
            },
            None => self.chunks.push(vec![Atom::Text(text.to_owned())]),
        }
    }

    /// Adds a `?`.
    pub(crate) fn push_any_one(&mut self) {
        match self.chunks.last_mut() {
            Some(chunk) => chunk.push(Atom::AnyOne),
            None => self.chunks.push(vec![Atom::AnyOne]),
        }
    }

    /// Adds a `*`.
    pub(crate) fn push_any_run(&mut self) {
        self.chunks.push(Vec::new());
    }

    pub(crate) fn matches(&self, text: &str) -> bool {
        match self.chunks.as_slice() {
            [] => text.is_empty(),
            [only] => strip_prefix(only, text) == Some(""),
            [first, middle @ .., last] => strip_prefix(first, text)
                .and_then(|rest| strip_suffix(last, rest))
                .and_then(|rest| {
                    middle
                        .iter()
                        .try_fold(rest, |rest, chunk| skip_past(chunk, rest))
                })
                .is_some(),
        }
    }
}

fn strip_prefix<'t>(chunk: &[Atom], text: &'t str) -> Option<&'t str> {
    chunk.iter().try_fold(text, |rest, atom| match atom {
        Atom::Text(literal) => rest.strip_prefix(literal.as_str()),
        Atom::AnyOne => without_first(rest),
    })
}

fn strip_suffix<'t>(chunk: &[Atom], text: &'t str) -> Option<&'t str> {
    chunk.iter().rev().try_fold(text, |rest, atom| match atom {
        Atom::Text(literal) => rest.strip_suffix(literal.as_str()),
        Atom::AnyOne => without_last(rest),
    })
}

/// What follows the leftmost occurrence of the chunk.
fn skip_past<'t>(chunk: &[Atom], text: &'t str) -> Option<&'t str> {
    let mut rest = text;
    loop {
        if let Some(Atom::Text(lead)) = chunk.first() {
            rest = rest.get(rest.find(lead.as_str())?..)?;
        }
        if let Some(after) = strip_prefix(chunk, rest) {
            return Some(after);
        }
        rest = without_first(rest)?;
    }
}

fn without_first(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next()?;
    Some(characters.as_str())
}

fn without_last(text: &str) -> Option<&str> {
    let mut characters = text.chars();
    characters.next_back()?;
    Some(characters.as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The definition of a wildcard match, exponential and obviously right.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, text),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, text) || naive(pattern, tail),
            (Some(('?', rest)), Some((_, tail))) => naive(rest, tail),
            (Some((symbol, rest)), Some((character, tail))) => {
                symbol == character && naive(rest, tail)
            }
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn agrees_with_the_definition(pattern in "[abé*?]{0,8}", text in "[abé]{0,10}") {
            let symbols: Vec<char> = pattern.chars().collect();
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(Glob::parse(&pattern).matches(&text), naive(&symbols, &characters));
        }
    }

    #[test]
    fn wildcards_that_were_added_as_text_stand_for_themselves() {
        let mut glob = Glob::new();
        glob.push_text("a*");
        glob.push_any_run();
        glob.push_text("?");
        assert!(glob.matches("a*bc?"));
        assert!(!glob.matches("abbc?"));
        assert!(!glob.matches("a*bcd"));
    }

    #[test]
    fn hostile_patterns_stay_cheap() {
        let text = "a".repeat(8_192);
        assert!(!Glob::parse(&format!("{}b", "a*".repeat(4_000))).matches(&text));
        assert!(!Glob::parse(&format!("*{}b*", "a".repeat(4_000))).matches(&text));
        assert!(!Glob::parse(&format!("*{}?b*", "a".repeat(500))).matches(&text));
    }
}

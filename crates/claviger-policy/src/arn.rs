//! ARN patterns: in conditions matched part by part, in `Resource` elements segment by segment.

use crate::glob::Glob;
use crate::template::{FromSymbols, Symbol};

/// What the ARN operators of conditions compare with: the six colon-separated parts of an ARN, each with wildcards.
///
/// A wildcard does not reach across a colon, except in the last part, whose colons belong to it. A pattern of fewer parts
/// matches no ARN.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
#[derive(Debug)]
pub(crate) struct ArnPattern {
    parts: Vec<Glob>,
}

impl ArnPattern {
    pub(crate) fn matches(&self, arn: &str) -> bool {
        let mut values = arn.splitn(PARTS, ':');
        let all_match = self
            .parts
            .iter()
            .all(|part| values.next().is_some_and(|value| part.matches(value)));
        all_match && self.parts.len() == PARTS
    }
}

impl FromSymbols for ArnPattern {
    fn from_symbols(symbols: &[Symbol<'_>]) -> Self {
        let mut parts = Vec::with_capacity(PARTS);
        let mut part = Glob::new();
        for symbol in symbols {
            match symbol {
                Symbol::Text(text) => {
                    let mut rest = *text;
                    while let Some((before, after)) =
                        rest.split_once(':').filter(|_| parts.len() + 1 < PARTS)
                    {
                        part.push_text(before);
                        parts.push(std::mem::replace(&mut part, Glob::new()));
                        rest = after;
                    }
                    part.push_text(rest);
                }
                Symbol::Value(value) => part.push_text(value),
                Symbol::AnyRun => part.push_any_run(),
                Symbol::AnyOne => part.push_any_one(),
            }
        }
        parts.push(part);
        ArnPattern { parts }
    }
}

/// A `Resource` element: the segments between colons, each with wildcards. A wildcard stays in its segment, except that a
/// `*` at the end of one may go on over as many further segments as it takes. A pattern of fewer than six segments is
/// completed with `*`.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
#[derive(Debug)]
pub(crate) struct ResourcePattern {
    segments: Vec<Segment>,
}

#[derive(Debug)]
struct Segment {
    glob: Glob,
    /// Whether it ends in a `*`.
    goes_on: bool,
}

impl ResourcePattern {
    /// Segments up to one that goes on have a fixed length, so that the leftmost place for them is as good as any.
    pub(crate) fn matches(&self, arn: &str) -> bool {
        let is_completed = self.segments.len() < PARTS;
        let segments: Vec<&str> = arn.split(':').collect();
        let mut rest = segments.as_slice();
        let mut floats = false;
        for run in self.segments.split_inclusive(|segment| segment.goes_on) {
            let goes_on = run.last().is_some_and(|segment| segment.goes_on);
            let after = match (floats, goes_on || is_completed) {
                (false, _) => strip(run, rest),
                (true, true) => {
                    (0..rest.len()).find_map(|skipped| strip(run, rest.get(skipped..)?))
                }
                (true, false) => rest
                    .len()
                    .checked_sub(run.len())
                    .and_then(|skipped| strip(run, rest.get(skipped..)?)),
            };
            match after {
                Some(after) => rest = after,
                None => return false,
            }
            floats = goes_on;
        }
        floats || is_completed || rest.is_empty()
    }
}

/// What follows the segments of the run, if the text begins with them.
fn strip<'s, 't>(run: &[Segment], text: &'s [&'t str]) -> Option<&'s [&'t str]> {
    let (head, rest) = text.split_at_checked(run.len())?;
    run.iter()
        .zip(head)
        .all(|(segment, text)| segment.glob.matches(text))
        .then_some(rest)
}

impl FromSymbols for ResourcePattern {
    fn from_symbols(symbols: &[Symbol<'_>]) -> Self {
        let mut segments = Vec::with_capacity(PARTS);
        let mut glob = Glob::new();
        let mut goes_on = false;
        for symbol in symbols {
            match symbol {
                Symbol::Text(text) => {
                    for (index, part) in text.split(':').enumerate() {
                        if index > 0 {
                            let glob = std::mem::replace(&mut glob, Glob::new());
                            segments.push(Segment { glob, goes_on });
                        }
                        glob.push_text(part);
                        goes_on = goes_on && index == 0 && part.is_empty();
                    }
                }
                // The colon of a value is one of the resource's, but it does not let the author's `*` go on.
                Symbol::Value(value) => {
                    for (index, part) in value.split(':').enumerate() {
                        if index > 0 {
                            let glob = std::mem::replace(&mut glob, Glob::new());
                            let goes_on = false;
                            segments.push(Segment { glob, goes_on });
                        }
                        glob.push_text(part);
                    }
                    goes_on = goes_on && value.is_empty();
                }
                Symbol::AnyRun => {
                    glob.push_any_run();
                    goes_on = true;
                }
                Symbol::AnyOne => {
                    glob.push_any_one();
                    goes_on = false;
                }
            }
        }
        segments.push(Segment { glob, goes_on });
        ResourcePattern { segments }
    }
}

const PARTS: usize = 6;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::arn::{ArnPattern, ResourcePattern};
    use crate::template::{FromSymbols, Symbol};

    /// The symbols of a pattern; what stands between angle brackets is a variable's value.
    fn symbols(pattern: &str) -> Vec<Symbol<'_>> {
        let mut symbols = Vec::new();
        for (index, part) in pattern.split(['<', '>']).enumerate() {
            if index % 2 == 1 {
                symbols.push(Symbol::Value(part.into()));
                continue;
            }
            for piece in part.split_inclusive(['*', '?']) {
                symbols.push(Symbol::Text(piece.trim_end_matches(['*', '?'])));
                if piece.ends_with('*') {
                    symbols.push(Symbol::AnyRun);
                } else if piece.ends_with('?') {
                    symbols.push(Symbol::AnyOne);
                }
            }
        }
        symbols
    }

    const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234";

    #[test]
    fn conditions_match_part_by_part() {
        let check = |pattern: &str, arn: &str, expected: bool| {
            let compiled = ArnPattern::from_symbols(&symbols(pattern));
            assert_eq!(compiled.matches(arn), expected, "{pattern} against {arn}");
        };
        check(KEY, KEY, true);
        check("arn:aws:kms:*:111122223333:key/*", KEY, true);
        check("arn:aws:kms:*:*:key/12?4", KEY, true);
        check("arn:aws:kms:us-east-?:111122223333:*", KEY, true);
        check("arn:aws:kms:*:111122223333:alias/*", KEY, false);
        check("arn:aws:kms:*:key/*", KEY, false);
        check("arn:*/1234", KEY, false);
        check("arn:AWS:kms:*:*:*", KEY, false);
        check("*", KEY, false);
        check("*:*:*:*:*:*", KEY, true);
        check("*:*:*:*:*:*", "not an arn", false);
        check("arn:aws:kms", KEY, false);
        check(&format!("{KEY}:extra"), KEY, false);
        let stream = "arn:aws:logs:r:a:group:one:two:stream";
        check("arn:aws:logs:*:*:group:*:stream", stream, true);
        // The example of the condition operator page: a wildcard that would have to swallow colons.
        let document = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
        check(
            "arn:aws:someservice:*:111122223333:finance/*",
            document,
            false,
        );
    }

    #[test]
    fn resources_match_segment_by_segment() {
        let check = |pattern: &str, arn: &str, expected: bool| {
            let compiled = ResourcePattern::from_symbols(&symbols(pattern));
            assert_eq!(compiled.matches(arn), expected, "{pattern} against {arn}");
        };
        check(KEY, KEY, true);
        check("arn:aws:kms:*:111122223333:key/*", KEY, true);
        check("arn:aws:kms:us-?ast-1:*:key/12?4", KEY, true);
        check("arn:aws:kms:us-east-1:111122223333:KEY/1234", KEY, false);
        check("arn:aws:kms:us-east-1:111122223333:key/1234:x", KEY, false);
        // A * at the end of its segment goes on.
        check("arn:aws:kms:*:key/*", KEY, true);
        check("arn:aws:kms:us-*:key/1234", KEY, true);
        check("arn:*:key/*", KEY, true);
        check("arn:aws:kms:eu-*:key/1234", KEY, false);
        check("arn:aws:kms:*:alias/*", KEY, false);
        check("arn:aws:*:*:*:*:key/1234", KEY, false);
        // Any other stays.
        check("arn:aws:kms:*1:key/*", KEY, false);
        check("arn:*/1234", KEY, false);
        check("arn:aws?kms:us-east-1:111122223333:key/1234", KEY, false);
        // Missing parts are completed.
        check("arn:aws:kms", KEY, true);
        check("arn:aws:kms:eu-west-1", KEY, false);
        check("arn:aws:s3", KEY, false);
        check("arn:aws:kms:us-east-1:111122223333:key", KEY, false);
        // Values stand for themselves, colons included.
        check("arn:aws:kms:us-east-1:111122223333:key/<1234>", KEY, true);
        check("arn:aws:kms:us-east-1:111122223333:key/<*>", KEY, false);
        let path = "arn:aws:iam::111122223333:user/a:b/c";
        check("arn:aws:iam::111122223333:user/<a:b>/c", path, true);
        check("arn:aws:iam::111122223333:us*<:b>/c", path, true);
        check("arn:aws:iam::1*<:b>/c", path, false);
        check(
            "arn:aws:iam::111122223333:us*<>:c",
            "arn:aws:iam::111122223333:us:b:c",
            true,
        );
    }

    /// The definition, letter by letter: a wildcard takes a colon only as a `*` before a colon or the end.
    fn naive(pattern: &[char], text: &[char]) -> bool {
        match (pattern, text) {
            ([], []) => true,
            (['*', rest @ ..], _) if naive(rest, text) => true,
            (['*', rest @ ..], [letter, further @ ..]) => {
                (*letter != ':' || matches!(rest, [] | [':', ..])) && naive(pattern, further)
            }
            (['?', rest @ ..], [letter, further @ ..]) => *letter != ':' && naive(rest, further),
            ([one, rest @ ..], [letter, further @ ..]) => one == letter && naive(rest, further),
            ([], [_, ..]) | ([_, ..], []) => false,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn resources_agree_with_the_definition(pattern in "([ab*?]{0,3}:){5}[ab*?:]{0,3}", text in "[ab:]{0,10}") {
            let letters: Vec<char> = pattern.chars().collect();
            let expected = naive(&letters, &text.chars().collect::<Vec<_>>());
            let compiled = ResourcePattern::from_symbols(&symbols(&pattern));
            prop_assert_eq!(compiled.matches(&text), expected);
        }
    }
}

//! ARN patterns, matched part by part.

use crate::glob::Glob;
use crate::template::{FromSymbols, Symbol};

/// The six colon-separated parts of an ARN, each with wildcards.
///
/// A wildcard does not reach across a colon, except in the last part, whose colons belong to it. Parts that are missing
/// at the end match anything, as AWS completes them.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
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
        all_match && self.parts.len().saturating_add(values.count()) == PARTS
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

const PARTS: usize = 6;

#[cfg(test)]
mod tests {
    use crate::arn::ArnPattern;
    use crate::policy::PolicyKind;
    use crate::template::{Language, Template, Version};

    fn check(pattern: &str, arn: &str, expected: bool) {
        let language = Language {
            kind: PolicyKind::Identity,
            version: Version::V2012,
        };
        let Template::Fixed(compiled) = Template::<ArnPattern>::parse(pattern, language).unwrap()
        else {
            panic!("{pattern} has no variable");
        };
        assert_eq!(compiled.matches(arn), expected, "{pattern} against {arn}");
    }

    #[test]
    fn parts_match_one_by_one() {
        let key = "arn:aws:kms:us-east-1:111122223333:key/1234";
        check(key, key, true);
        check("arn:aws:kms:*:111122223333:key/*", key, true);
        check("arn:aws:kms:*:*:key/12?4", key, true);
        check("arn:aws:kms:us-east-?:111122223333:*", key, true);
        check("arn:aws:kms:*:111122223333:alias/*", key, false);
        check("arn:aws:kms:*:key/*", key, false);
        check("arn:*/1234", key, false);
        check("arn:AWS:kms:*:*:*", key, false);
        check("*", key, true);
        check("*", "not an arn", false);
        check("arn:aws:kms", key, true);
        check("arn:aws:s3", key, false);
        check(
            "arn:aws:kms:us-east-1:111122223333:key/1234:extra",
            key,
            false,
        );
        check(
            "arn:aws:logs:*:*:group:*:stream",
            "arn:aws:logs:r:a:group:one:two:stream",
            true,
        );
        // The example of the condition operator page: a wildcard that would have to swallow colons.
        let document = "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt";
        check(
            "arn:aws:someservice:*:111122223333:finance/*",
            document,
            false,
        );
    }
}

//! Names that are the same in upper and lower case: those of condition keys, with the part of them that callers choose (the
//! key of a tag, of a pair of the encryption context).
//!
//! There is one folding for all of them, since a name that one place folds and another does not is a condition that never
//! applies. It goes letter by letter: a part of a name is folded as it is in the whole. `str::to_lowercase` is not, for it
//! writes a Σ at the end of a word otherwise.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
// UNKNOWN: which letters beyond ASCII AWS takes for the same. Here they are those of Unicode's simple lower case, as in tags of IAM.

/// The one spelling that stands for all spellings of a name.
#[must_use]
pub fn folded(name: &str) -> String {
    letters(name).collect()
}

/// Whether two names differ in their case at most.
#[must_use]
pub fn are_alike(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_folded_as_in_the_whole() {
        for part in ["Stage", "ÜNIT", "Σ", "ΟΔΟΣ", "İ", "K"] {
            let whole = format!("kms:EncryptionContext:{part}");
            let rest = folded(&whole);
            let rest = rest.strip_prefix("kms:encryptioncontext:").unwrap();
            assert_eq!(rest, folded(part));
            assert!(are_alike(part, rest), "{part}");
        }
        assert!(!are_alike("Stage", "Stages"));
    }
}

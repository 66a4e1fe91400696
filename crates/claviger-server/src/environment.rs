//! `dev.env`, and what `clavigerd account create` prints: what a shell needs so that the AWS CLI and every SDK find this server.

use claviger_iam::RootCredentials;
use zeroize::Zeroizing;

/// The lines, in text that never grows and is wiped when dropped.
pub(crate) fn exports(
    endpoint: &str,
    root: &RootCredentials,
    region: &str,
) -> Result<Zeroizing<String>, std::str::Utf8Error> {
    // EXPOSE: this text, for its owner only, is how the developer gets the secret.
    let secret = std::str::from_utf8(root.secret.expose())?;
    let variables = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", &root.access_key_id),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_DEFAULT_REGION", region),
    ];
    let longest = variables.map(|(name, value)| MARKS + name.len() + value.len() * QUOTE.len());
    let mut text = Zeroizing::new(String::with_capacity(longest.iter().sum()));
    for (name, value) in variables {
        text.extend(["export ", name, "="]);
        push_quoted(&mut text, value);
        text.push('\n');
    }
    Ok(text)
}

/// A value where a shell reads one word: in quotes only if it would read another one without.
pub(crate) fn word(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    if value.chars().all(is_plain) {
        return value.to_owned();
    }
    let mut text = String::new();
    push_quoted(&mut text, value);
    text
}

/// In single quotes, where a shell reads every character but the quote itself as it stands.
fn push_quoted(text: &mut String, value: &str) {
    text.push('\'');
    for piece in value.split_inclusive('\'') {
        match piece.strip_suffix('\'') {
            Some(before) => text.extend([before, QUOTE]),
            None => text.push_str(piece),
        }
    }
    text.push('\'');
}

/// A quote between quotes: they end, it stands escaped, they begin anew.
const QUOTE: &str = r"'\''";
/// What stands around name and value: `export =''` and the end of the line.
const MARKS: usize = 11;

#[cfg(test)]
mod tests {
    use claviger_model::Secret;

    use super::*;

    #[test]
    fn no_value_can_leave_its_quotes() {
        let quoted = |value| {
            let mut text = String::new();
            push_quoted(&mut text, value);
            text
        };
        assert_eq!(quoted("plain/+="), "'plain/+='");
        assert_eq!(quoted("a'; rm -rf $HOME"), r"'a'\''; rm -rf $HOME'");
    }

    #[test]
    fn the_text_never_moves() {
        let quotes = "'".repeat(40);
        let secret = Secret::copy_of(quotes.as_bytes());
        let root = RootCredentials::chosen("AKIAIOSFODNN7EXAMPLE", secret).unwrap();
        let text = exports(&quotes, &root, &quotes).unwrap();
        // Three values of nothing but quotes, and one that has none.
        let spare = root.access_key_id.len() * (QUOTE.len() - 1);
        assert_eq!(text.capacity(), text.len() + spare);
    }

    #[test]
    fn a_word_has_quotes_where_it_needs_them() {
        assert_eq!(word("claviger-data/dev.env"), "claviger-data/dev.env");
        assert_eq!(word("/my data/dev.env"), "'/my data/dev.env'");
        assert_eq!(word("it's/dev.env"), r"'it'\''s/dev.env'");
        assert_eq!(word("~/dev.env"), "'~/dev.env'");
    }
}

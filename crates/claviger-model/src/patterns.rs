//! One matcher for each regular expression of the model.
//!
//! The model has few patterns and they are simple, so each is a function of one line, faster than a compiled expression;
//! codegen refuses a pattern that has none. All match the whole text, as AWS's validators do, whether anchored or not. `\d`,
//! `\w` and `\s` mean ASCII only.

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// `[0-9]{12}`
pub(crate) fn account_id(text: &str) -> bool {
    text.len() == 12 && all(text, |byte| byte.is_ascii_digit())
}

/// `^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$`
pub(crate) fn vpc_endpoint_service_name(text: &str) -> bool {
    let rest = text
        .strip_prefix("com.")
        .or_else(|| text.strip_prefix("eu."));
    let parts = rest
        .and_then(|rest| rest.strip_prefix("amazonaws.vpce."))
        .and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(name, service)| {
        region(name)
            && service.strip_prefix("vpce-svc-").is_some_and(|id| {
                some(id, |byte| {
                    byte.is_ascii_digit() || byte.is_ascii_lowercase()
                })
            })
    })
}

/// `^([a-z]+-){2,3}\d+$`
pub(crate) fn region(text: &str) -> bool {
    // Asked in every request: bytes are split much faster than characters.
    let mut parts = text.as_bytes().rsplit(|byte| *byte == b'-');
    let numbered = parts
        .next()
        .is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit));
    let mut words = 0;
    let in_letters = parts.all(|word| {
        words += 1;
        !word.is_empty() && word.iter().all(u8::is_ascii_lowercase)
    });
    numbered && in_letters && (2..=3).contains(&words)
}

/// `cluster-[2-7a-zA-Z]{11,16}`
pub(crate) fn cluster_id(text: &str) -> bool {
    text.strip_prefix("cluster-").is_some_and(|id| {
        (11..=16).contains(&id.len())
            && all(id, |byte| {
                byte.is_ascii_alphabetic() || matches!(byte, b'2'..=b'7')
            })
    })
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]+`
pub(crate) fn policy(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
}

/// `[\u0020-\u00FF]*`
pub(crate) fn marker(text: &str) -> bool {
    text.chars().all(|letter| matches!(letter, ' '..='\u{ff}'))
}

/// `[\w]+`
pub(crate) fn policy_name(text: &str) -> bool {
    some(text, is_word)
}

/// `^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$`
pub(crate) fn xks_uri_path(text: &str) -> bool {
    let Some((before, version)) = text.rsplit_once("/kms/xks/v") else {
        return false;
    };
    let prefix = before.is_empty()
        || before.strip_prefix('/').is_some_and(|prefix| {
            some(prefix, |byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-')
            })
        });
    prefix && (1..=2).contains(&version.len()) && all(version, |byte| byte.is_ascii_digit())
}

/// `^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$`
pub(crate) fn service_principal(text: &str) -> bool {
    text.split('.').count() >= 3
        && text
            .split('.')
            .all(|label| some(label, |byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// `^[A-Z2-7]+$`
pub(crate) fn xks_access_key_id(text: &str) -> bool {
    some(text, |byte| {
        byte.is_ascii_uppercase() || matches!(byte, b'2'..=b'7')
    })
}

/// `^[\w+=,.@:/-]+$`
pub(crate) fn principal(text: &str) -> bool {
    some(text, |byte| is_word(byte) || b"+=,.@:/-".contains(&byte))
}

/// `^[a-f0-9]+$`
pub(crate) fn lower_hex(text: &str) -> bool {
    some(text, |byte| matches!(byte, b'a'..=b'f' | b'0'..=b'9'))
}

/// `^[a-zA-Z0-9-_.]+$`
pub(crate) fn xks_key_id(text: &str) -> bool {
    some(text, |byte| is_word(byte) || matches!(byte, b'-' | b'.'))
}

/// `^[a-zA-Z0-9:/_-]+$`
pub(crate) fn alias_name(text: &str) -> bool {
    some(text, |byte| {
        is_word(byte) || matches!(byte, b':' | b'/' | b'-')
    })
}

/// `^[a-zA-Z0-9:/_\s.-]+$`
pub(crate) fn material_description(text: &str) -> bool {
    some(text, |byte| {
        is_word(byte)
            || matches!(
                byte,
                b':' | b'/' | b'.' | b'-' | b' ' | b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r'
            )
    })
}

/// `^[a-zA-Z0-9\/+=]+$`
pub(crate) fn xks_secret_key(text: &str) -> bool {
    some(text, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'=')
    })
}

/// `^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$`
pub(crate) fn source_arn(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let &["arn", partition, service, region, account, resource] = parts.as_slice() else {
        return false;
    };
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    partition
        .strip_prefix("aws")
        .is_some_and(|rest| all(rest, is_name))
        && some(service, is_name)
        && all(region, is_name)
        && account_id(account)
        && !resource.is_empty()
        && !resource.contains(is_line_end)
}

/// `^https://[a-zA-Z0-9.-]+$`
pub(crate) fn https_endpoint(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|host| {
        some(host, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
        })
    })
}

/// `[\w]*`
pub(crate) fn word_characters(text: &str) -> bool {
    all(text, is_word)
}

/// `[\d]*`
pub(crate) fn digits(text: &str) -> bool {
    all(text, |byte| byte.is_ascii_digit())
}

/// `[\w+=,.@-]+`
pub(crate) fn entity_name(text: &str) -> bool {
    some(text, is_name)
}

/// `[\w+=,.@-]*`
pub fn name_characters(text: &str) -> bool {
    all(text, is_name)
}

/// `[\w+=,.@:\/-]*` and `[\w+=/:,.@-]*`
pub(crate) fn external_id(text: &str) -> bool {
    all(text, |byte| is_name(byte) || matches!(byte, b':' | b'/'))
}

/// `(\u002F)|(\u002F[\u0021-\u007E]+\u002F)`
pub(crate) fn path(text: &str) -> bool {
    let inside = text
        .strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'));
    text == "/" || inside.is_some_and(|inside| some(inside, |byte| byte.is_ascii_graphic()))
}

/// `\u002F[\u0021-\u007F]*`
pub(crate) fn path_prefix(text: &str) -> bool {
    text.strip_prefix('/')
        .is_some_and(|rest| all(rest, |byte| matches!(byte, 0x21..=0x7f)))
}

/// `((/[A-Za-z0-9\.,\+@=_-]+)*)/`
pub(crate) fn policy_path(text: &str) -> bool {
    let Some(inside) = text.strip_suffix('/') else {
        return false;
    };
    let mut pieces = inside.split('/');
    pieces.next() == Some("") && pieces.all(|piece| some(piece, is_name))
}

/// `v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`
pub(crate) fn policy_version_id(text: &str) -> bool {
    let Some(text) = text.strip_prefix('v') else {
        return false;
    };
    let (number, rest) = text.split_once('.').unwrap_or((text, ""));
    some(number, |byte| byte.is_ascii_digit())
        && !number.starts_with('0')
        && all(rest, |byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// `[\u0020-\u00FF]+`
pub(crate) fn some_marker(text: &str) -> bool {
    !text.is_empty() && marker(text)
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*`
pub(crate) fn role_description(text: &str) -> bool {
    text.chars()
        .all(|letter| matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'))
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]+`
pub fn tag_key(text: &str) -> bool {
    !text.is_empty() && tag_value(text)
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]*`
pub fn tag_value(text: &str) -> bool {
    text.chars().all(|letter| {
        "_.:/=+-@".contains(letter)
            || matches!(
                letter.general_category_group(),
                GeneralCategoryGroup::Letter
                    | GeneralCategoryGroup::Separator
                    | GeneralCategoryGroup::Number
            )
    })
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+`
///
/// By the letter, its last two ranges are `\u1000`, `0-\u10FF` and twice `F`; the first of them is meant to be all planes beyond the first.
pub(crate) fn xml_text(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| {
            matches!(letter, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
        })
}

fn all(text: &str, is_member: impl Fn(u8) -> bool) -> bool {
    text.bytes().all(is_member)
}

fn some(text: &str, is_member: impl Fn(u8) -> bool) -> bool {
    !text.is_empty() && all(text, is_member)
}

/// `\w`
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `[\w+=,.@-]`
const fn is_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'+' | b'=' | b',' | b'.' | b'@' | b'-')
}

/// What `.` does not match.
const fn is_line_end(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matcher: fn(&str) -> bool, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(matcher(text), "{text:?} must match");
        }
        for text in wrong {
            assert!(!matcher(text), "{text:?} must not match");
        }
    }

    #[test]
    fn characters() {
        check(policy, &["{}", "\t\r\n ÿ"], &["", "\u{100}", "\0", "\u{b}"]);
        check(marker, &["", "a ÿ"], &["\t", "\u{100}"]);
        check(policy_name, &["default", "AWS_RAM"], &["", "a-b", "é"]);
        check(
            principal,
            &["arn:aws:iam::111122223333:role/a+b=c,d@e-f_g"],
            &["", "a b", "*"],
        );
        check(lower_hex, &["0af9"], &["", "0AF9", "g"]);
        check(xks_key_id, &["a-B_3."], &["", "a/b"]);
        check(
            alias_name,
            &["alias/a:b_c-d"],
            &["", "alias/a b", "alias/a.b", "alias/é"],
        );
        check(
            material_description,
            &["a b\tc\u{b}.d"],
            &["", "a,b", "\u{a0}"],
        );
        check(xks_access_key_id, &["ABC234"], &["", "ABC1", "abc"]);
        check(xks_secret_key, &["aB0/+="], &["", "a-b"]);
    }

    #[test]
    fn characters_of_iam_and_sts() {
        check(
            entity_name,
            &["Bob", "a+b=c,d.e@f-g_h1"],
            &["", "a b", "a/b", "é"],
        );
        check(name_characters, &["", "a@b"], &["a/b", "a:b"]);
        check(external_id, &["", "a:b/c@d"], &["a b", "é"]);
        check(word_characters, &["", "AKIA_1"], &["a-b"]);
        check(digits, &["", "012345"], &["a", "-1"]);
        check(some_marker, &["a ÿ"], &["", "\t"]);
        check(
            role_description,
            &["", "a\tb\r\nc ~ ¡ÿ"],
            &["\u{a0}", "\u{7f}", "\u{100}"],
        );
        check(
            tag_key,
            &["a b", "Ключ/٣=+-@_.:", "\u{2028}ª", "鍵"],
            &["", "a,b", "a\tb", "e\u{301}", "\u{1f511}", "*"],
        );
        check(tag_value, &["", "x"], &["{}"]);
        check(
            xml_text,
            &["arn:aws:iam::111122223333:role/é", "\t\u{85}\u{10ffff}"],
            &["", "\0", "\u{7f}", "\u{90}", "\u{fffe}"],
        );
    }

    #[test]
    fn structures_of_iam() {
        check(
            path,
            &["/", "/a/", "/a/b~!/", "///"],
            &["", "//", "a/", "/a", "/a b/", "/é/"],
        );
        check(
            path_prefix,
            &["/", "/a", "/a/\u{7f}"],
            &["", "a", "/a b", "/é"],
        );
        check(
            policy_path,
            &["/", "/a/", "/a.b,c+d@e=f_g-h/i/"],
            &["", "//", "/a", "a/", "/a//b/", "/a!/"],
        );
        check(
            policy_version_id,
            &["v1", "v10", "v2.", "v2.a-9"],
            &["", "v", "v0", "v01", "1", "v1a", "v1.a.b", "v1._"],
        );
    }

    #[test]
    fn structures() {
        check(
            account_id,
            &["111122223333"],
            &["", "11112222333", "11112222333a"],
        );
        check(
            region,
            &["us-east-1", "us-gov-east-12"],
            &["us-1", "a-b-c-d-1", "us-east-", "us-east-1\n", "1"],
        );
        check(
            cluster_id,
            &["cluster-abcdefghijk"],
            &["cluster-abc", "cluster-abcdefghij1", "abcdefghijk"],
        );
        check(
            vpc_endpoint_service_name,
            &[
                "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b",
                "eu.amazonaws.vpce.eusc-de-east-1.vpce-svc-1",
            ],
            &[
                "com.amazonaws.vpce.us-east-1.vpce-svc-",
                "org.amazonaws.vpce.us-east-1.vpce-svc-1",
                "com.amazonaws.vpce.us.vpce-svc-1",
            ],
        );
        check(
            xks_uri_path,
            &[
                "/kms/xks/v1",
                "/a/b-c_d/kms/xks/v12",
                "/kms/xks/v1/kms/xks/v2",
            ],
            &[
                "//kms/xks/v1",
                "/kms/xks/v",
                "/kms/xks/v123",
                "a/kms/xks/v1",
                "/kms/xks/v1/",
                "//x y/kms/xks/v1",
                "x//kms/xks/v1",
            ],
        );
        check(
            service_principal,
            &["s3.us-east-1.amazonaws.com", "a.b.c"],
            &["a.b", "a..b.c", ".a.b.c", "a_b.c.d"],
        );
        check(
            source_arn,
            &[
                "arn:aws:s3:us-east-1:111122223333:x",
                "arn:aws-cn:s3::111122223333:x:y z",
            ],
            &[
                "arn:aws:s3:us-east-1:1111:x",
                "arn:aws::us-east-1:111122223333:x",
                "arn:aws:s3:us-east-1:111122223333:",
                "arn:gcp:s3::111122223333:x",
            ],
        );
        check(
            https_endpoint,
            &["https://a.b-c"],
            &["https://", "http://a", "https://a/b", "https://a:1"],
        );
    }
}

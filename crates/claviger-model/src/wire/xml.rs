//! Outputs to XML, as the Query services answer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::escape::escape;

use super::{base64_text, buffer::Buffer};
use crate::{Secret, SecretText, Timestamp};

/// What can stand inside of an element.
pub(crate) trait Content {
    /// Appends the content.
    fn write(&self, xml: &mut Xml);
}

/// Writes a whole result element, `<GetUserResult>…</GetUserResult>`.
pub(crate) fn encode_result(name: &str, content: &impl Content) -> Vec<u8> {
    let mut xml = Xml(Buffer::new());
    xml.always(name, content);
    xml.0.into_bytes()
}

/// XML as it grows.
pub(crate) struct Xml(Buffer);

impl Xml {
    /// Appends an element.
    pub(crate) fn always(&mut self, name: &str, content: &impl Content) {
        self.tag("<", name);
        content.write(self);
        self.tag("</", name);
    }

    /// Appends an element if there is content.
    pub(crate) fn optional(&mut self, name: &str, content: &Option<impl Content>) {
        if let Some(content) = content {
            self.always(name, content);
        }
    }

    fn tag(&mut self, open: &str, name: &str) {
        for part in [open, name, ">"] {
            self.0.push(part.as_bytes());
        }
    }

    /// Appends text.
    pub(crate) fn text(&mut self, text: &str) {
        self.0.push(escape(expressible(text)).as_bytes());
    }
}

/// XML 1.0 has no form for most control characters, not even an escaped one.
fn expressible(text: &str) -> Cow<'_, str> {
    if text.contains(is_inexpressible) {
        Cow::Owned(text.replace(is_inexpressible, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

fn is_inexpressible(letter: char) -> bool {
    letter < ' ' && !matches!(letter, '\t' | '\n' | '\r')
        || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// Text that is percent-encoded first: IAM gives policy documents so.
pub(crate) struct PercentEncoded<'a>(pub(crate) &'a str);

impl Content for PercentEncoded<'_> {
    fn write(&self, xml: &mut Xml) {
        for piece in utf8_percent_encode(self.0, RESERVED) {
            xml.text(piece);
        }
    }
}

/// A policy document in the form in which IAM gives it: percent-encoded.
pub fn percent_encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

impl Content for String {
    fn write(&self, xml: &mut Xml) {
        xml.text(self);
    }
}

impl Content for SecretText {
    fn write(&self, xml: &mut Xml) {
        // EXPOSE: the answer to the caller is where it belongs.
        xml.text(self.expose());
    }
}

impl Content for Secret {
    fn write(&self, xml: &mut Xml) {
        // EXPOSE: the answer to the caller is where it belongs.
        let bytes = self.expose();
        let room = xml.0.reserve(base64_text::encoded_len(bytes.len()));
        base64_text::append(bytes, room);
    }
}

impl Content for i32 {
    fn write(&self, xml: &mut Xml) {
        xml.text(&self.to_string());
    }
}

impl Content for bool {
    fn write(&self, xml: &mut Xml) {
        xml.text(if *self { "true" } else { "false" });
    }
}

impl Content for Timestamp {
    /// `2026-01-02T03:04:05Z`
    fn write(&self, xml: &mut Xml) {
        xml.text(&self.to_string());
    }
}

impl<C: Content> Content for Vec<C> {
    fn write(&self, xml: &mut Xml) {
        for element in self {
            xml.always("member", element);
        }
    }
}

impl<K: Content, V: Content> Content for BTreeMap<K, V> {
    fn write(&self, xml: &mut Xml) {
        for (key, value) in self {
            xml.always("entry", &Entry { key, value });
        }
    }
}

/// One pair of a map.
struct Entry<'a, K, V> {
    key: &'a K,
    value: &'a V,
}

impl<K: Content, V: Content> Content for Entry<'_, K, V> {
    fn write(&self, xml: &mut Xml) {
        xml.always("key", self.key);
        xml.always("value", self.value);
    }
}

/// All but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &impl Content, expected: &str) {
        let expected = format!("<R>{expected}</R>");
        assert_eq!(
            String::from_utf8(encode_result("R", content)).unwrap(),
            expected
        );
    }

    #[test]
    fn values() {
        check(
            &"<a> & \"b\" 'c'".to_owned(),
            "&lt;a&gt; &amp; &quot;b&quot; &apos;c&apos;",
        );
        check(
            &"\r\n\t\0\u{1b}\u{ffff}é\u{1f511}".to_owned(),
            "&#13;\n\t\u{fffd}\u{fffd}\u{fffd}é\u{1f511}",
        );
        check(&SecretText::copy_of("a/+="), "a/+=");
        check(&Secret::copy_of(b"abcd"), "YWJjZA==");
        check(&-7, "-7");
        check(&true, "true");
        check(
            &Timestamp::from_epoch_ms(1_767_323_045_678),
            "2026-01-02T03:04:05Z",
        );
        check(&Vec::<String>::new(), "");
        check(
            &vec!["a".to_owned(), "b".to_owned()],
            "<member>a</member><member>b</member>",
        );
        check(
            &BTreeMap::from([("Users".to_owned(), 3)]),
            "<entry><key>Users</key><value>3</value></entry>",
        );
    }

    #[test]
    fn policy_documents_are_percent_encoded() {
        check(
            &PercentEncoded("{\"a\": \"b-._~*/é\"}\r\n"),
            "%7B%22a%22%3A%20%22b-._~%2A%2F%C3%A9%22%7D%0D%0A",
        );
    }
}

//! Outputs to JSON, in a buffer that leaves no plaintext behind when it grows.

use std::collections::BTreeMap;
use std::io::Write;

use super::base64_text;
use super::buffer::Buffer;
use crate::{Secret, SecretText, Timestamp};

/// A value that answers can hold.
pub(crate) trait Value {
    /// Appends the value.
    fn write(&self, json: &mut Json);
}

/// Writes one value as a whole body.
pub(crate) fn encode(value: &impl Value) -> Vec<u8> {
    let mut json = Json {
        buffer: Buffer::new(),
    };
    value.write(&mut json);
    json.buffer.into_bytes()
}

/// JSON text as it grows.
pub(crate) struct Json {
    buffer: Buffer,
}

impl Json {
    /// Appends an object with the members that `write` names.
    pub(crate) fn object(&mut self, write: impl FnOnce(&mut Members<'_>)) {
        let start = self.buffer.len();
        write(&mut Members { json: self });
        // Each member has written a comma before it; the first one's becomes the brace.
        match self.buffer.reserve(2).get_mut(start) {
            Some(comma) => *comma = b'{',
            None => self.push(b"{"),
        }
        self.push(b"}");
    }

    fn list<'v, V: Value + 'v>(&mut self, elements: impl IntoIterator<Item = &'v V>) {
        self.push(b"[");
        let mut separator: &[u8] = b"";
        for element in elements {
            self.push(separator);
            separator = b",";
            element.write(self);
        }
        self.push(b"]");
    }

    /// Appends a string.
    pub(crate) fn text(&mut self, text: &str) {
        let is_special = |byte: u8| (byte < b' ') | (byte == b'"') | (byte == b'\\');
        // Without a branch, so that the compiler looks at many bytes at once.
        let any_special = |any, byte| any | is_special(byte);
        if !text.bytes().fold(false, any_special) {
            self.plain(text);
        } else {
            let special = text.bytes().filter(|byte| is_special(*byte)).count();
            let room = self.buffer.reserve(text.len() + special * ESCAPE_LEN + 2);
            // A vector takes all that is written.
            let written = serde_json::to_writer(room, text);
            debug_assert!(written.is_ok());
        }
    }

    /// Appends a string that has nothing to escape, such as a word of the model.
    pub(crate) fn plain(&mut self, text: &str) {
        let room = self.buffer.reserve(text.len() + 2);
        room.push(b'"');
        room.extend_from_slice(text.as_bytes());
        room.push(b'"');
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let room = self
            .buffer
            .reserve(base64_text::encoded_len(bytes.len()) + 2);
        room.push(b'"');
        base64_text::append(bytes, room);
        room.push(b'"');
    }

    fn push(&mut self, bytes: &[u8]) {
        self.buffer.push(bytes);
    }
}

/// The members of an object as they are written.
pub(crate) struct Members<'a> {
    json: &'a mut Json,
}

impl Members<'_> {
    /// Appends a member. Names are words of the model, so there is nothing in them to escape.
    pub(crate) fn always(&mut self, name: &'static str, value: &impl Value) {
        self.name(name);
        value.write(self.json);
    }

    /// Appends a member if there is a value.
    pub(crate) fn optional(&mut self, name: &'static str, value: &Option<impl Value>) {
        if let Some(value) = value {
            self.always(name, value);
        }
    }

    /// Appends an entry of a map, whose keys are the caller's words.
    fn entry(&mut self, key: &str, value: &impl Value) {
        self.json.push(b",");
        self.json.text(key);
        self.json.push(b":");
        value.write(self.json);
    }

    fn name(&mut self, name: &'static str) {
        let room = self.json.buffer.reserve(name.len() + NAME_MARKS);
        room.extend_from_slice(b",\"");
        room.extend_from_slice(name.as_bytes());
        room.extend_from_slice(b"\":");
    }
}

impl Value for String {
    fn write(&self, json: &mut Json) {
        json.text(self);
    }
}

impl Value for SecretText {
    fn write(&self, json: &mut Json) {
        // EXPOSE: the answer to the caller is where it belongs.
        json.text(self.expose());
    }
}

impl Value for Vec<u8> {
    fn write(&self, json: &mut Json) {
        json.bytes(self);
    }
}

impl Value for Secret {
    fn write(&self, json: &mut Json) {
        // EXPOSE: the answer to the caller is where it belongs.
        json.bytes(self.expose());
    }
}

impl Value for i32 {
    fn write(&self, json: &mut Json) {
        json.push(self.to_string().as_bytes());
    }
}

impl Value for bool {
    fn write(&self, json: &mut Json) {
        json.push(if *self { b"true" } else { b"false" });
    }
}

impl Value for Timestamp {
    /// Epoch seconds with the fraction that AWS gives: `1470811233.761`, `1470811233.0`.
    fn write(&self, json: &mut Json) {
        let ms = self.epoch_ms();
        let sign = if ms < 0 { "-" } else { "" };
        let (seconds, ms) = (ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000);
        let room = json.buffer.reserve(MOMENT_LEN_MAX);
        // A vector takes all that is written.
        let written = write!(room, "{sign}{seconds}.{ms:03}");
        debug_assert!(written.is_ok());
        while room.ends_with(b"0") && !room.ends_with(b".0") {
            room.pop();
        }
    }
}

impl Value for BTreeMap<String, String> {
    fn write(&self, json: &mut Json) {
        json.object(|members| {
            self.iter()
                .for_each(|(key, value)| members.entry(key, value))
        });
    }
}

impl<V: Value> Value for Vec<V> {
    fn write(&self, json: &mut Json) {
        json.list(self);
    }
}

/// `-9223372036854775.808`
const MOMENT_LEN_MAX: usize = 21;

/// What stands around a name: `,"":`.
const NAME_MARKS: usize = 4;

/// What `\u0000` takes beyond the character.
const ESCAPE_LEN: usize = 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(value: &impl Value, expected: &str) {
        assert_eq!(String::from_utf8(encode(value)).unwrap(), expected);
    }

    #[test]
    fn values() {
        check(&"a\"b\\c\n\u{0}é".to_owned(), r#""a\"b\\c\n\u0000é""#);
        check(&vec![0_u8, 1, 2, 3], r#""AAECAw==""#);
        check(&Vec::<u8>::new(), r#""""#);
        check(&Secret::copy_of(b"abc"), r#""YWJj""#);
        check(&SecretText::copy_of("abc"), r#""abc""#);
        check(&-7, "-7");
        check(&true, "true");
        check(&vec!["a".to_owned(), "b".to_owned()], r#"["a","b"]"#);
        check(
            &BTreeMap::from([("k\"".to_owned(), "v".to_owned())]),
            r#"{"k\"":"v"}"#,
        );
    }

    #[test]
    fn timestamps() {
        check(
            &Timestamp::from_epoch_ms(1_470_811_233_761),
            "1470811233.761",
        );
        check(&Timestamp::from_epoch_ms(1_470_811_233_000), "1470811233.0");
        check(
            &Timestamp::from_epoch_ms(1_470_811_233_050),
            "1470811233.05",
        );
        check(&Timestamp::from_epoch_ms(-1), "-0.001");
    }

    proptest! {
        #[test]
        fn any_text_reads_back(text: String) {
            let written = encode(&text);
            prop_assert_eq!(serde_json::from_slice::<String>(&written).unwrap(), text);
        }

        #[test]
        fn any_length_of_bytes_fits(bytes in prop::collection::vec(any::<u8>(), 0..4000)) {
            let written = encode(&vec![bytes.clone(), bytes]);
            prop_assert!(serde_json::from_slice::<Vec<String>>(&written).is_ok());
        }
    }
}

//! JSON text written member by member, in the order of the calls.

use uuid::{Uuid, fmt::Hyphenated};

/// A JSON object under construction: the parameters of one event, from an operation's allow-list.
///
/// Members appear in the order in which they are put; putting a name twice is the caller's mistake and is not looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// The object without its closing brace, so that a member is an append.
    text: Vec<u8>,
}

impl Parameters {
    /// An object without members.
    pub fn new() -> Self {
        Self::with_capacity(TYPICAL_BYTES)
    }

    /// An object without members, with room for `bytes` of text.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(b'{');
        Self { text }
    }

    /// Whether no member was put.
    pub fn is_empty(&self) -> bool {
        self.text.len() == 1
    }

    /// The length of the finished JSON text.
    pub(crate) fn json_bytes(&self) -> usize {
        self.text.len() + 1
    }

    /// A string member.
    pub fn put_str(&mut self, name: &'static str, value: &str) -> &mut Self {
        self.name(name);
        self.string(value)
    }

    /// A whole number member.
    pub fn put_int(&mut self, name: &'static str, value: i64) -> &mut Self {
        self.name(name);
        self.scalar(&value);
        self
    }

    /// A whole number member that is never negative.
    pub fn put_uint(&mut self, name: &'static str, value: u64) -> &mut Self {
        self.name(name);
        self.scalar(&value);
        self
    }

    /// A boolean member.
    pub fn put_bool(&mut self, name: &'static str, value: bool) -> &mut Self {
        self.name(name);
        self.bool(value)
    }

    /// A member that is present and null.
    pub fn put_null(&mut self, name: &'static str) -> &mut Self {
        self.name(name);
        self.ready("null")
    }

    /// A member that maps strings to strings, such as an encryption context.
    pub fn put_map<K: AsRef<str>, V: AsRef<str>>(
        &mut self,
        name: &'static str,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> &mut Self {
        self.put_object(name, |map| {
            for (key, value) in entries {
                map.separate();
                map.string(key.as_ref()).ready(":").string(value.as_ref());
            }
        })
    }

    /// A member that is a list of strings.
    pub fn put_strings<S: AsRef<str>>(
        &mut self,
        name: &'static str,
        values: impl IntoIterator<Item = S>,
    ) -> &mut Self {
        self.name(name);
        self.list(values, |list, value| {
            list.string(value.as_ref());
        })
    }

    /// A member that is an object, filled by `fill`.
    pub fn put_object(&mut self, name: &'static str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        self.name(name);
        self.object(fill)
    }

    /// A member that is a list of objects, such as tags: `fill` writes one object for each item.
    pub fn put_objects<T>(
        &mut self,
        name: &'static str,
        items: impl IntoIterator<Item = T>,
        fill: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.name(name);
        self.objects(items, fill)
    }

    /// The finished JSON text.
    pub(crate) fn into_json(mut self) -> Vec<u8> {
        self.text.push(b'}');
        self.text
    }

    /// JSON of this program as it stands, separators included. There is nothing in it to escape, and what the compiler knows is
    /// written by a few moves.
    #[inline(always)]
    pub(crate) fn ready(&mut self, json: &'static str) -> &mut Self {
        self.text.extend_from_slice(json.as_bytes());
        self
    }

    /// A boolean without its name.
    pub(crate) fn bool(&mut self, value: bool) -> &mut Self {
        self.ready(if value { "true" } else { "false" })
    }

    /// A string without its name.
    pub(crate) fn string(&mut self, value: &str) -> &mut Self {
        // Nearly every string goes in as it is; only the rest is worth an escaper that looks at each byte's meaning.
        if needs_escape(value.as_bytes()) {
            self.scalar(value);
        } else {
            self.text.push(b'"');
            self.text.extend_from_slice(value.as_bytes());
            self.text.push(b'"');
        }
        self
    }

    /// An id without its name.
    pub(crate) fn uuid(&mut self, id: Uuid) -> &mut Self {
        let mut text = [b'"'; UUID_LETTERS];
        if let Some(letters) = text.get_mut(1..) {
            id.hyphenated().encode_lower(letters);
        }
        self.text.extend_from_slice(&text);
        self
    }

    /// An object without its name, built before.
    pub(crate) fn parameters(&mut self, value: &Parameters) -> &mut Self {
        self.text.extend_from_slice(&value.text);
        self.text.push(b'}');
        self
    }

    /// An object without its name, filled by `fill`.
    pub(crate) fn object(&mut self, fill: impl FnOnce(&mut Self)) -> &mut Self {
        self.text.push(b'{');
        fill(self);
        self.text.push(b'}');
        self
    }

    /// A list of objects without its name: `fill` writes one for each item.
    pub(crate) fn objects<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut fill: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.list(items, |list, item| {
            list.object(|object| fill(object, item));
        })
    }

    fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.text.push(b'[');
        for item in items {
            self.separate();
            write(self, item);
        }
        self.text.push(b']');
        self
    }

    /// Names are words of this program, so there is nothing in them to escape.
    fn name(&mut self, name: &'static str) {
        self.separate();
        self.ready("\"").ready(name).ready("\":");
    }

    /// No value ends in an opening bracket, so the last byte tells a first member from a further one.
    fn separate(&mut self) {
        if !matches!(self.text.last(), Some(b'{' | b'[')) {
            self.text.push(b',');
        }
    }

    fn scalar<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        // Writing a string, a number or a boolean to memory cannot fail.
        let _infallible = serde_json::to_writer(&mut self.text, value);
    }
}

/// With a quote before and behind.
const UUID_LETTERS: usize = Hyphenated::LENGTH + 2;

/// Enough for the parameters of most calls, so that they grow once.
const TYPICAL_BYTES: usize = 256;

/// Whether JSON writes any of these bytes otherwise. Looked at in blocks of one size, of which the last overlaps the one before
/// it, so that the compiler looks at a whole block at once.
fn needs_escape(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk() else {
        let mut only = [b' '; BLOCK_BYTES];
        let (start, _) = only.split_at_mut(text.len());
        start.copy_from_slice(text);
        return block_needs_escape(&only);
    };
    let (blocks, _) = text.as_chunks();
    blocks
        .iter()
        .fold(block_needs_escape(last), |found, block| {
            found | block_needs_escape(block)
        })
}

#[inline(always)]
fn block_needs_escape(block: &[u8; BLOCK_BYTES]) -> bool {
    block.iter().fold(false, |found, byte| {
        found | (*byte < b' ') | (*byte == b'"') | (*byte == b'\\')
    })
}

const BLOCK_BYTES: usize = 16;

impl Default for Parameters {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parameters: Parameters) -> String {
        String::from_utf8(parameters.into_json()).unwrap()
    }

    #[test]
    fn members_keep_their_order_and_strings_are_escaped() {
        let mut parameters = Parameters::new();
        parameters
            .put_str("keyId", "a\"b\\c\n\u{1}\u{7f}é")
            .put_int("pendingWindowInDays", -7)
            .put_bool("dryRun", true)
            .put_null("none")
            .put_map("encryptionContext", [("k\"", "v"), ("{", "[")])
            .put_map::<&str, &str>("empty", [])
            .put_strings("operations", ["Encrypt", "Decrypt"])
            .put_objects("tags", ["a", "b"], |tag, name| {
                tag.put_str("tagKey", name);
            })
            .put_object("nested", |_| {});
        assert_eq!(
            text(parameters),
            concat!(
                r#"{"keyId":"a\"b\\c\n\u0001"#,
                "\u{7f}é",
                r#"","pendingWindowInDays":-7,"dryRun":true,"none":null,"#,
                r#""encryptionContext":{"k\"":"v","{":"["},"empty":{},"operations":["Encrypt","Decrypt"],"#,
                r#""tags":[{"tagKey":"a"},{"tagKey":"b"}],"nested":{}}"#
            )
        );
    }

    proptest::proptest! {
        #[test]
        fn any_strings_come_back_and_never_break_the_line(name: String, value: String) {
            let mut parameters = Parameters::new();
            parameters.put_map("map", [(&name, &value)]).put_str("text", &value);
            let text = text(parameters);
            proptest::prop_assert!(!text.contains('\n'));
            let parsed: serde_json::Value = serde_json::from_str(&text).unwrap();
            proptest::prop_assert_eq!(parsed, serde_json::json!({ "map": { name: value.as_str() }, "text": value }));
        }
    }
}

//! The rules of lists of text and of the encryption context.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::members::{
    LIST_FOUND, Name, Reader, Rule, STRUCTURE_FOUND, Slot, refuse, refuse_scalars,
};
use super::scalars::{Choice, EnumValue, Pattern, Text, Unprinted};
use super::violations::{NOT_NULL, Report, Shown, length};

/// The rule of a list whose elements are strings or enums; lengths count elements.
pub(crate) struct TextList<R> {
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) element: R,
}

/// The rule of a map from string to string: any keys and values. Numbers and booleans count as the text that was sent.
pub(crate) struct Context;

/// A rule of elements that arrive as text.
pub(crate) trait Element {
    /// What an element is read into.
    type Value;

    /// The element, unless it breaks the rule.
    fn read(&self, text: &str) -> Option<Self::Value>;

    /// Everything that an element must satisfy: AWS lists all of it, not only what was broken.
    fn constraints(&self) -> Vec<String>;

    /// How a violation prints a list of them.
    fn shown(elements: &[Option<String>]) -> Shown<'_> {
        let texts: Vec<&str> = elements
            .iter()
            .map(|element| element.as_deref().unwrap_or("null"))
            .collect();
        Shown::Text(format!("[{}]", texts.join(", ")).into())
    }
}

impl Element for Text {
    type Value = String;

    fn read(&self, text: &str) -> Option<String> {
        self.admits(text).then(|| text.to_owned())
    }

    fn constraints(&self) -> Vec<String> {
        let pattern = self.pattern.as_ref();
        [
            (self.max < usize::MAX)
                .then(|| format!("Member must have length less than or equal to {}", self.max)),
            (self.min > 0).then(|| {
                format!(
                    "Member must have length greater than or equal to {}",
                    self.min
                )
            }),
            pattern.map(Pattern::constraint),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Element for Unprinted {
    type Value = String;

    fn read(&self, text: &str) -> Option<String> {
        Element::read(&self.0, text)
    }

    fn constraints(&self) -> Vec<String> {
        self.0.constraints()
    }

    fn shown(_: &[Option<String>]) -> Shown<'_> {
        Shown::Hidden
    }
}

impl<E: EnumValue> Element for Choice<E> {
    type Value = E;

    fn read(&self, text: &str) -> Option<E> {
        E::from_wire(text)
    }

    fn constraints(&self) -> Vec<String> {
        vec![Self::constraint()]
    }
}

impl<R: Element> TextList<R> {
    fn accept(
        &self,
        elements: &[Option<String>],
        name: &str,
        report: &mut Report,
    ) -> Slot<Vec<R::Value>> {
        let broken = length(elements.len(), self.min, self.max);
        if let Some(constraint) = &broken {
            report.violate(name, &R::shown(elements), constraint);
        }
        let read: Option<Vec<_>> = elements
            .iter()
            .map(|element| self.element.read(element.as_deref()?))
            .collect();
        if read.is_none() {
            let mut constraints = self.element.constraints();
            if elements.contains(&None) {
                constraints.push(NOT_NULL.to_owned());
            }
            report.violate(
                name,
                &R::shown(elements),
                &format!(
                    "Member must satisfy constraint: [{}]",
                    constraints.join(", ")
                ),
            );
        }
        read.filter(|_| broken.is_none())
            .map_or(Slot::Broken, Slot::Good)
    }
}

impl<R: Element> Rule for TextList<R> {
    type Value = Vec<R::Value>;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        name: &'static str,
        report: &mut Report,
        from: D,
    ) -> Result<Slot<Self::Value>, D::Error> {
        match from.deserialize_any(TextListVisitor { report })? {
            Some(elements) => Ok(self.accept(&elements, name, report)),
            None => Ok(Slot::Null),
        }
    }
}

/// Reads the elements as they are: their rule is applied to the list as a whole, which AWS prints as a whole.
struct TextListVisitor<'a> {
    report: &'a mut Report,
}

impl TextListVisitor<'_> {
    const fn empty(self) -> Option<Vec<Option<String>>> {
        Some(Vec::new())
    }
}

impl<'de> Visitor<'de> for TextListVisitor<'_> {
    type Value = Option<Vec<Option<String>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<Self::Value, S::Error> {
        let mut read = Vec::new();
        loop {
            let reader = Reader {
                rule: &ANY_TEXT,
                name: "member",
                report: &mut *self.report,
            };
            match elements.next_element_seed(reader)? {
                Some(element) => read.push(element.optional()),
                None => return Ok(Some(read)),
            }
        }
    }

    fn visit_map<M: MapAccess<'de>>(self, _: M) -> Result<Self::Value, M::Error> {
        Err(refuse(self.report, STRUCTURE_FOUND.to_owned()))
    }

    refuse_scalars!("Expected list or null", empty_list: empty);
}

impl Rule for Context {
    type Value = BTreeMap<String, String>;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        name: &'static str,
        report: &mut Report,
        from: D,
    ) -> Result<Slot<Self::Value>, D::Error> {
        from.deserialize_any(ContextVisitor { name, report })
    }
}

struct ContextVisitor<'a> {
    name: &'static str,
    report: &'a mut Report,
}

impl<'de> Visitor<'de> for ContextVisitor<'_> {
    type Value = Slot<BTreeMap<String, String>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Slot::Null)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Self::Value, M::Error> {
        let mut pairs = BTreeMap::new();
        let mut whole = true;
        while let Some(key) = members.next_key_seed(Name)? {
            let sent = members.next_value::<&RawValue>()?.get();
            let value = context_value::<M::Error>(sent, self.report)?;
            if value.is_none() {
                whole = false;
                self.report.violate(
                    &format!("{}.{key}.member", self.name),
                    &Shown::Null,
                    NOT_NULL,
                );
            }
            match pairs.entry(key.into_owned()) {
                Entry::Vacant(entry) => entry.insert(value.unwrap_or_default()),
                Entry::Occupied(_) => return Err(M::Error::custom("duplicate key")),
            };
        }
        Ok(if whole {
            Slot::Good(pairs)
        } else {
            Slot::Broken
        })
    }

    fn visit_seq<S: SeqAccess<'de>>(self, _: S) -> Result<Self::Value, S::Error> {
        Err(refuse(self.report, LIST_FOUND.to_owned()))
    }

    refuse_scalars!("Expected map or null");
}

/// A value of the encryption context, none for null. As a number `1.50` is `1.5`, but as a context it is another one: so a number
/// counts as it was written.
fn context_value<E: Error>(sent: &str, report: &mut Report) -> Result<Option<String>, E> {
    match sent.as_bytes().first() {
        Some(b'"') => serde_json::from_str(sent).map(Some).map_err(E::custom),
        Some(b'[') => Err(refuse(report, LIST_FOUND.to_owned())),
        Some(b'{') => Err(refuse(report, STRUCTURE_FOUND.to_owned())),
        Some(b'n') => Ok(None),
        _ => Ok(Some(sent.to_owned())),
    }
}

/// Any string.
const ANY_TEXT: Text = Text {
    min: 0,
    max: usize::MAX,
    pattern: None,
};

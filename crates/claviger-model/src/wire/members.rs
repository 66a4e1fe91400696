//! The pass over a body: structures, their members, and how deep it may go.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::DecodeError;
use super::violations::{NOT_NULL, Report, Shown};

/// A structure that a request can hold; generated.
pub(crate) trait Structure: Sized {
    /// Reads the members; `None` when a required one was missing or broke a rule, which is in the report then.
    fn read<'de, M: MapAccess<'de>>(members: &mut Members<'_, M>)
    -> Result<Option<Self>, M::Error>;
}

/// How a member's value is read and what it must satisfy.
pub(crate) trait Rule {
    /// What it is read into.
    type Value;

    /// Reads one value of the member `name` that is not absent.
    fn read<'de, D: Deserializer<'de>>(
        &self,
        name: &'static str,
        report: &mut Report,
        from: D,
    ) -> Result<Slot<Self::Value>, D::Error>;
}

/// What is known of a member.
#[derive(Default)]
pub(crate) enum Slot<T> {
    /// Not seen yet.
    #[default]
    Absent,
    /// Present as `null`.
    Null,
    /// Present, but it broke a rule that is in the report.
    Broken,
    /// Present and good.
    Good(T),
}

impl<T> Slot<T> {
    /// The value of a member that may be absent.
    pub(crate) fn optional(self) -> Option<T> {
        match self {
            Self::Good(value) => Some(value),
            Self::Absent | Self::Null | Self::Broken => None,
        }
    }
}

/// Reads a whole body of JSON.
pub(crate) fn decode<T: Structure>(body: &[u8]) -> Result<T, DecodeError> {
    // One check for the whole body is cheaper than one a string, and covers what is skipped.
    let text = std::str::from_utf8(body).map_err(|_| DecodeError::Serialization(None))?;
    let mut letters = body.iter().skip_while(|letter| JSON_SPACE.contains(letter));
    if letters.next() != Some(&b'{') {
        return Err(DecodeError::Serialization(None));
    }
    let mut report = Report::default();
    let mut json = serde_json::Deserializer::from_str(text);
    let read = structure(&mut json, &mut report);
    outcome(read.and_then(|slot| json.end().map(|()| slot)).ok(), report)
}

/// Reads the structure that a whole body is.
pub(super) fn structure<'de, T: Structure, D: Deserializer<'de>>(
    from: D,
    report: &mut Report,
) -> Result<Slot<T>, D::Error> {
    from.deserialize_any(StructureVisitor {
        name: "",
        report,
        structure: PhantomData,
    })
}

/// What a pass over a body led to: `read` is none when it ended early.
pub(super) fn outcome<T>(read: Option<Slot<T>>, report: Report) -> Result<T, DecodeError> {
    let Some(slot) = read else {
        return Err(DecodeError::Serialization(report.refusal));
    };
    match (report.into_error(), slot) {
        (None, Slot::Good(input)) => Ok(input),
        (Some(error), _) => Err(error),
        (None, Slot::Absent | Slot::Null | Slot::Broken) => Err(DecodeError::Serialization(None)),
    }
}

/// The members of one structure, as they come.
pub(crate) struct Members<'a, M> {
    map: M,
    report: &'a mut Report,
}

impl<'de, M: MapAccess<'de>> Members<'_, M> {
    /// The next member's name.
    pub(crate) fn name(&mut self) -> Result<Option<Cow<'de, str>>, M::Error> {
        self.map.next_key_seed(Name)
    }

    /// Reads the member's value into its slot; a second one is refused.
    // UNKNOWN: which of two AWS takes, if it takes any. Who signed for one should not get the other, so here neither counts; nor
    // does a name that comes twice in an encryption context.
    pub(crate) fn read<R: Rule>(
        &mut self,
        slot: &mut Slot<R::Value>,
        name: &'static str,
        rule: &R,
    ) -> Result<(), M::Error> {
        if !matches!(slot, Slot::Absent) {
            return Err(M::Error::custom("duplicate member"));
        }
        *slot = self.map.next_value_seed(Reader {
            rule,
            name,
            report: &mut *self.report,
        })?;
        Ok(())
    }

    /// Passes over the value of a member that the model does not have.
    pub(crate) fn skip(&mut self) -> Result<(), M::Error> {
        self.map.next_value_seed(Skip {
            depth_left: DEPTH_MAX - 1,
        })
    }

    /// The value of a member that must be there; an absent one goes into the report.
    pub(crate) fn required<T>(&mut self, slot: Slot<T>, name: &'static str) -> Option<T> {
        self.present(slot, name, &Shown::Null)
    }

    /// As [`Members::required`], for a sensitive member.
    pub(crate) fn required_sensitive<T>(&mut self, slot: Slot<T>, name: &'static str) -> Option<T> {
        self.present(slot, name, &Shown::Hidden)
    }

    fn present<T>(&mut self, slot: Slot<T>, name: &str, shown: &Shown<'_>) -> Option<T> {
        if matches!(slot, Slot::Absent | Slot::Null) {
            self.report.violate(name, shown, NOT_NULL);
        }
        slot.optional()
    }
}

/// A structure inside a structure.
pub(crate) struct Nested<T>(PhantomData<T>);

impl<T> Nested<T> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

impl<T: Structure> Rule for Nested<T> {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(
        &self,
        name: &'static str,
        report: &mut Report,
        from: D,
    ) -> Result<Slot<T>, D::Error> {
        from.deserialize_any(StructureVisitor {
            name,
            report,
            structure: PhantomData,
        })
    }
}

/// Reads what a [`Rule`] describes.
pub(super) struct Reader<'a, R> {
    pub(super) rule: &'a R,
    pub(super) name: &'static str,
    pub(super) report: &'a mut Report,
}

impl<'de, R: Rule> DeserializeSeed<'de> for Reader<'_, R> {
    type Value = Slot<R::Value>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        self.rule.read(self.name, self.report, from)
    }
}

/// Ends the pass with a text for the caller.
#[cold]
pub(super) fn refuse<E: Error>(report: &mut Report, text: String) -> E {
    report.refusal = Some(text);
    E::custom("refused")
}

/// Writes the visitor methods that refuse what is not a structure, list or map; `$wanted` is AWS's word for it. In a form an
/// empty value is how clients write an empty list.
macro_rules! refuse_scalars {
    ($wanted:literal $(, empty_list: $empty:ident)?) => {
        fn visit_bool<E: ::serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Err($crate::wire::members::refuse(
                self.report,
                $wanted.to_owned(),
            ))
        }

        fn visit_i64<E: ::serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Err($crate::wire::members::refuse(
                self.report,
                $wanted.to_owned(),
            ))
        }

        fn visit_u64<E: ::serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Err($crate::wire::members::refuse(
                self.report,
                $wanted.to_owned(),
            ))
        }

        fn visit_f64<E: ::serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Err($crate::wire::members::refuse(
                self.report,
                $wanted.to_owned(),
            ))
        }

        fn visit_str<E: ::serde::de::Error>(self, _value: &str) -> Result<Self::Value, E> {
            $(
                if self.report.is_form && _value.is_empty() {
                    return Ok(self.$empty());
                }
            )?
            Err($crate::wire::members::refuse(
                self.report,
                $wanted.to_owned(),
            ))
        }
    };
}
pub(super) use refuse_scalars;

/// AWS's text for a list where none belongs.
pub(super) const LIST_FOUND: &str = "Start of list found where not expected";

/// AWS's text for an object where none belongs.
pub(super) const STRUCTURE_FOUND: &str = "Start of structure or map found where not expected";

struct StructureVisitor<'a, T> {
    name: &'static str,
    report: &'a mut Report,
    structure: PhantomData<T>,
}

impl<'de, T: Structure> Visitor<'de> for StructureVisitor<'_, T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a structure")
    }

    fn visit_unit<E: Error>(self) -> Result<Slot<T>, E> {
        Ok(Slot::Null)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Slot<T>, M::Error> {
        let outer = self.report.path.len();
        if !self.name.is_empty() {
            self.report.path.push_str(self.name);
            self.report.path.push('.');
        }
        let read = T::read(&mut Members {
            map,
            report: &mut *self.report,
        })?;
        self.report.path.truncate(outer);
        Ok(read.map_or(Slot::Broken, Slot::Good))
    }

    fn visit_seq<S: SeqAccess<'de>>(self, _: S) -> Result<Slot<T>, S::Error> {
        Err(refuse(self.report, LIST_FOUND.to_owned()))
    }

    refuse_scalars!("Expected map or null");
}

/// A member's name, borrowed from the body unless it holds escapes.
pub(super) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Cow<'de, str>, D::Error> {
        from.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member's name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Passes over a value. Only here can a body be deep, since what the model knows nests twice at most; so only here is depth counted.
#[derive(Clone, Copy)]
struct Skip {
    depth_left: u8,
}

impl Skip {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth_left = self
            .depth_left
            .checked_sub(1)
            .ok_or_else(|| E::custom("too deep"))?;
        Ok(Self { depth_left })
    }
}

impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut elements: S) -> Result<(), S::Error> {
        let inner = self.deeper()?;
        while elements.next_element_seed(inner)?.is_some() {}
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<(), M::Error> {
        let inner = self.deeper()?;
        while members.next_key_seed(Name)?.is_some() {
            members.next_value_seed(inner)?;
        }
        Ok(())
    }
}

/// What JSON calls white space.
const JSON_SPACE: [u8; 4] = *b" \t\n\r";

/// How many objects and lists may be open at once in what is skipped, the structure that holds it included.
const DEPTH_MAX: u8 = 32;

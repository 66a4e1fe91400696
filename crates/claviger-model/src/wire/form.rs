//! Forms, as the Query services receive them: `UserName=a&Tags.member.1.Key=b`.
//!
//! A form is a flat list of parameters whose names are paths. Sorted by path, every structure and list is one run of
//! neighbours, so that reading makes nothing of a path or of an index that the model does not ask for.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/UserGuide/programming.html>

use std::borrow::Cow;

use percent_encoding::percent_decode;
use serde::de::value::{Error, MapAccessDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::DecodeError;
use super::members::{Structure, outcome, structure};
use super::violations::Report;

/// Reads a whole form. Parameters that the structure does not have are passed over.
pub(crate) fn decode_form<T: Structure>(body: &[u8]) -> Result<T, DecodeError> {
    let parameters = parameters(body)?;
    let mut report = Report::of_form();
    let form = Node {
        parameters: &parameters,
        depth: 0,
    };
    // An empty form is a structure without members too.
    let read = structure(MapAccessDeserializer::new(form.members()), &mut report);
    outcome(read.ok(), report)
}

/// A name, cut at its dots, and the value.
struct Parameter<'a> {
    path: Vec<Cow<'a, str>>,
    value: Cow<'a, str>,
}

/// The parameters of a form, sorted by path.
fn parameters(body: &[u8]) -> Result<Vec<Parameter<'_>>, DecodeError> {
    // The form parser replaces what is no UTF-8; nobody means to name a user by replacement characters.
    if percent_decode(body).decode_utf8().is_err() {
        return Err(DecodeError::Serialization(Some(NOT_UTF8.to_owned())));
    }
    let mut parameters: Vec<Parameter<'_>> = form_urlencoded::parse(body)
        .map(|(name, value)| Parameter {
            path: path(name),
            value,
        })
        .collect();
    parameters.sort_by(|a, b| a.path.cmp(&b.path));
    let twice = parameters.windows(2).find_map(|pair| match pair {
        [a, b] if a.path == b.path => Some(a.path.join(".")),
        _ => None,
    });
    match twice {
        Some(name) => Err(DecodeError::Repeated(name)),
        None => Ok(parameters),
    }
}

/// Cuts a name at its dots, as deep as a model goes: what is deeper stays one piece, which no member is called.
fn path(name: Cow<'_, str>) -> Vec<Cow<'_, str>> {
    match name {
        Cow::Borrowed(name) => name.splitn(DEPTH_MAX, '.').map(Cow::Borrowed).collect(),
        Cow::Owned(name) => name
            .splitn(DEPTH_MAX, '.')
            .map(|part| Cow::Owned(part.to_owned()))
            .collect(),
    }
}

/// The parameters whose paths begin with the same `depth` pieces; at least one, but for an empty form.
#[derive(Clone, Copy)]
struct Node<'a> {
    parameters: &'a [Parameter<'a>],
    depth: usize,
}

impl<'a> Node<'a> {
    /// The value of the parameter whose path ends here, and the parameters whose paths go on.
    fn split(self) -> (Option<&'a str>, Self) {
        match self.parameters {
            [own, deeper @ ..] if own.path.len() == self.depth => {
                let deeper = Self {
                    parameters: deeper,
                    ..self
                };
                (Some(&*own.value), deeper)
            }
            _ => (None, self),
        }
    }

    /// The piece that comes next in the first path.
    fn next_name(self) -> Option<&'a str> {
        let first = self.parameters.first()?;
        first.path.get(self.depth).map(|name| &**name)
    }

    /// The nodes below, in the order of their names.
    const fn members(self) -> Members<'a> {
        Members {
            rest: self,
            value: None,
        }
    }

    /// The elements by their numbers, when this is a list: `member.1`, `member.2` and nothing else.
    fn elements(self) -> Option<Vec<Self>> {
        let mut members = self.members();
        let (_, list) = members.next().filter(|(name, _)| *name == MEMBER)?;
        let (None, list) = list.split() else {
            return None;
        };
        if members.next().is_some() {
            return None;
        }
        let numbered = list
            .members()
            .map(|(name, element)| Some((number(name)?, element)));
        let mut elements = numbered.collect::<Option<Vec<_>>>()?;
        elements.sort_by_key(|(number, _)| *number);
        Some(elements.into_iter().map(|(_, element)| element).collect())
    }
}

/// The number of an element: one spelling for each, so that no element comes twice.
fn number(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok()?;
    (number.to_string() == text).then_some(number)
}

/// The nodes below a node, as they come.
struct Members<'a> {
    rest: Node<'a>,
    value: Option<Node<'a>>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (&'a str, Node<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let Node { parameters, depth } = self.rest;
        let name = self.rest.next_name()?;
        let is_here =
            |parameter: &Parameter<'_>| parameter.path.get(depth).is_some_and(|here| here == name);
        let (here, rest) = parameters.split_at(parameters.partition_point(is_here));
        self.rest.parameters = rest;
        let node = Node {
            parameters: here,
            depth: depth + 1,
        };
        Some((name, node))
    }
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, node)) = self.next() else {
            return Ok(None);
        };
        self.value = Some(node);
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let node = self.value.take();
        seed.deserialize(node.ok_or_else(|| Error::custom("a value before its name"))?)
    }
}

/// The elements of a list, as they come.
struct Elements<'a>(std::vec::IntoIter<Node<'a>>);

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let (own, below) = self.split();
        match own {
            // An empty value says nothing that the parameters below it do not say better.
            Some(value) if !value.is_empty() || below.parameters.is_empty() => {
                visitor.visit_str(value)
            }
            _ => match below.elements() {
                Some(elements) => visitor.visit_seq(Elements(elements.into_iter())),
                None => visitor.visit_map(below.members()),
            },
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// What stands between a list's name and an element's number.
const MEMBER: &str = "member";

/// More than any path of the models has: `A.member.1.B.member.1`, and one more piece for what is deeper.
const DEPTH_MAX: usize = 8;

const NOT_UTF8: &str = "The form is not UTF-8.";

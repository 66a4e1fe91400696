//! A JSON tree that keeps what `serde_json::Value` loses: the order of members and the ones that are given twice.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::error::{ParseError, Refusal};

#[derive(Debug)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A place in a document: a value and the path that leads to it.
pub(crate) struct Node<'a> {
    pub(crate) path: String,
    pub(crate) json: &'a Json,
}

impl<'a> Node<'a> {
    pub(crate) fn root(json: &'a Json) -> Self {
        Node {
            path: String::new(),
            json,
        }
    }

    pub(crate) fn refuse(&self, reason: Refusal) -> ParseError {
        ParseError {
            path: self.path.clone(),
            reason,
        }
    }

    pub(crate) fn text(&self) -> Result<&'a str, ParseError> {
        match self.json {
            Json::Text(text) => Ok(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_) => {
                Err(self.refuse(Refusal::WrongType("a string")))
            }
        }
    }

    /// The text of a condition value, where quotation marks around numbers and Booleans are optional.
    pub(crate) fn scalar(&self) -> Result<&'a str, ParseError> {
        match self.json {
            Json::Text(text) | Json::Number(text) => Ok(text),
            Json::Bool(true) => Ok("true"),
            Json::Bool(false) => Ok("false"),
            Json::Null | Json::List(_) | Json::Object(_) => {
                Err(self.refuse(Refusal::WrongType("a string, number or Boolean")))
            }
        }
    }

    /// The members of an object, each name at most once.
    pub(crate) fn members(&self) -> Result<Vec<(&'a str, Node<'a>)>, ParseError> {
        let Json::Object(members) = self.json else {
            return Err(self.refuse(Refusal::WrongType("an object")));
        };
        let mut nodes: Vec<(&str, Node<'_>)> = Vec::with_capacity(members.len());
        for (name, json) in members {
            let node = Node {
                path: join(&self.path, name),
                json,
            };
            if nodes.iter().any(|(earlier, _)| earlier == name) {
                return Err(node.refuse(Refusal::Duplicate));
            }
            nodes.push((name, node));
        }
        Ok(nodes)
    }

    /// The elements of a list, or the value itself where the brackets around a single one were left out.
    pub(crate) fn one_or_many(&self) -> Result<Vec<Node<'a>>, ParseError> {
        let Json::List(items) = self.json else {
            return Ok(vec![Node {
                path: self.path.clone(),
                json: self.json,
            }]);
        };
        if items.is_empty() {
            return Err(self.refuse(Refusal::Empty));
        }
        let element = |(index, json)| Node {
            path: format!("{}[{index}]", self.path),
            json,
        };
        Ok(items.iter().enumerate().map(element).collect())
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

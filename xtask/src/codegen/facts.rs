//! An API's facts as `model/kms.json` and its like hold them: botocore's own form, less its prose.
//!
//! Reading through these types is what drops the prose: a member that is not named here is not kept.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;
use std::path::Path;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where pinned facts came from.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Source {
    /// The package on PyPI.
    pub(crate) package: String,
    /// Its version.
    pub(crate) version: String,
    /// The day that the package gives its file, `YYYY-MM-DD`.
    pub(crate) date: String,
    /// The file inside the package.
    pub(crate) file: String,
}

/// A file of `model/`, such as a pinned API.
#[derive(Deserialize, Serialize)]
pub(crate) struct Pinned<T> {
    /// Where the facts came from.
    pub(crate) source: Source,
    /// The facts.
    #[serde(flatten)]
    pub(crate) facts: T,
}

/// Operations and shapes of one API.
#[derive(Deserialize, Serialize)]
pub(crate) struct Api {
    /// By name.
    pub(crate) operations: BTreeMap<String, Operation>,
    /// By name.
    pub(crate) shapes: BTreeMap<String, Shape>,
}

/// The Region names of the `aws` partition.
#[derive(Deserialize, Serialize)]
pub(crate) struct Regions {
    /// Sorted, without pseudo Regions such as `aws-global`.
    pub(crate) regions: Vec<String>,
}

/// One operation.
#[derive(Deserialize, Serialize)]
pub(crate) struct Operation {
    /// The wire name.
    pub(crate) name: String,
    /// The shape of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input: Option<Reference>,
    /// The shape of the answer; absent when the answer has no body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<Reference>,
    /// The errors that the model lists.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<Reference>,
}

/// The name of a shape, where another one uses it.
#[derive(Deserialize, Serialize)]
pub(crate) struct Reference {
    /// The shape's name.
    pub(crate) shape: String,
}

/// One shape. Which members are set depends on `kind`.
#[derive(Deserialize, Serialize)]
pub(crate) struct Shape {
    /// `structure`, `list`, `map`, `string`, `blob`, `integer`, `boolean` or `timestamp`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// A structure's members, in the model's order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) members: Option<Ordered<Reference>>,
    /// A structure's members that must be present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) required: Vec<String>,
    /// A list's element.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) member: Option<Reference>,
    /// A map's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<Reference>,
    /// A map's value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Reference>,
    /// Smallest length or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min: Option<i64>,
    /// Largest length or value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max: Option<i64>,
    /// The regular expression that a string matches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pattern: Option<String>,
    /// The values that a string can have.
    #[serde(rename = "enum", default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<String>,
    /// True when the value must never be printed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) sensitive: bool,
    /// True when absent and zero differ.
    #[serde(rename = "box", default, skip_serializing_if = "is_false")]
    pub(crate) boxed: bool,
    /// True for an error.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) exception: bool,
    /// True for an error that is the service's own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) fault: bool,
    /// What the wire carries for an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorFacts>,
}

/// How an error travels.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorFacts {
    /// The wire name, when it is not the shape's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// The modelled status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) http_status_code: Option<u16>,
}

/// A JSON object whose members keep their order.
pub(crate) struct Ordered<T>(pub(crate) Vec<(String, T)>);

/// Reads one of the pinned files.
pub(crate) fn load<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Pinned<T>, Box<dyn Error>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?)
}

fn is_false(value: &bool) -> bool {
    !value
}

impl<T: Serialize> Serialize for Ordered<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(OrderedVisitor(PhantomData))
    }
}

struct OrderedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for OrderedVisitor<T> {
    type Value = Ordered<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut members: M) -> Result<Ordered<T>, M::Error> {
        let mut read = Vec::new();
        while let Some(member) = members.next_entry()? {
            read.push(member);
        }
        Ok(Ordered(read))
    }
}

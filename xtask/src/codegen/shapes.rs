//! What a shape of the model is in Rust.

use std::collections::BTreeSet;
use std::error::Error;

use super::facts::{Api, Operation, Reference, Shape};
use super::names;
use crate::apis::ApiChoice;

/// The model's shapes with the side of the wire that each is used on.
pub(crate) struct Shapes<'a> {
    /// Which API this is.
    pub(crate) choice: &'a ApiChoice,
    /// The whole model.
    pub(crate) api: &'a Api,
    /// What requests can hold.
    received: BTreeSet<&'a str>,
    /// What answers can hold.
    sent: BTreeSet<&'a str>,
}

/// The kinds of shape that the model has.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind<'a> {
    /// A structure.
    Structure,
    /// A list of the named shape.
    List(&'a str),
    /// A map from the first shape to the second.
    Map(&'a str, &'a str),
    /// A string with a closed set of values.
    Enum,
    /// A string.
    Text,
    /// A string that is never printed.
    SecretText,
    /// Bytes.
    Blob,
    /// Bytes that are never printed.
    SecretBlob,
    /// A 32-bit number.
    Integer,
    /// True or false.
    Boolean,
    /// A moment.
    Timestamp,
}

/// One member of a structure.
pub(crate) struct Field<'a> {
    /// The member's name on the wire.
    pub(crate) wire: &'a str,
    /// The field's name.
    pub(crate) name: String,
    /// The name of the member's shape.
    pub(crate) shape: &'a str,
    /// True when it must be present.
    pub(crate) required: bool,
}

impl<'a> Shapes<'a> {
    /// Sorts the model's shapes.
    pub(crate) fn of(choice: &'a ApiChoice, api: &'a Api) -> Result<Self, Box<dyn Error>> {
        let mut shapes = Self {
            choice,
            api,
            received: BTreeSet::new(),
            sent: BTreeSet::new(),
        };
        for operation in api.operations.values() {
            if let Some(input) = &operation.input {
                reach(api, &input.shape, &mut shapes.received)?;
            }
            if let Some(output) = &operation.output {
                reach(api, &output.shape, &mut shapes.sent)?;
            }
        }
        Ok(shapes)
    }

    /// The shape of this name.
    pub(crate) fn shape(&self, name: &str) -> Result<&'a Shape, Box<dyn Error>> {
        shape(self.api, name)
    }

    /// What kind of shape this is.
    pub(crate) fn kind(&self, name: &str) -> Result<Kind<'a>, Box<dyn Error>> {
        let shape = self.shape(name)?;
        Ok(match (shape.kind.as_str(), self.is_sensitive(name)) {
            ("structure", _) => Kind::Structure,
            ("list", _) => Kind::List(&shape.member.as_ref().ok_or("a list without member")?.shape),
            ("map", _) => {
                let part = |part: &'a Option<Reference>| part.as_ref().map(|part| &*part.shape);
                Kind::Map(
                    part(&shape.key).ok_or("a map without key")?,
                    part(&shape.value).ok_or("a map without value")?,
                )
            }
            ("string", false) if !shape.values.is_empty() => Kind::Enum,
            ("string", false) => Kind::Text,
            ("string", true) => Kind::SecretText,
            ("blob", false) => Kind::Blob,
            ("blob", true) => Kind::SecretBlob,
            ("integer", false) => Kind::Integer,
            ("boolean", false) => Kind::Boolean,
            ("timestamp", false) => Kind::Timestamp,
            (other, _) => return Err(format!("{name}: no code for the type {other}").into()),
        })
    }

    /// The Rust type of a shape's values.
    pub(crate) fn rust_type(&self, name: &str) -> Result<String, Box<dyn Error>> {
        Ok(match self.kind(name)? {
            Kind::Structure | Kind::Enum => names::type_name(name),
            Kind::List(element) => format!("Vec<{}>", self.rust_type(element)?),
            Kind::Map(key, value) => format!(
                "BTreeMap<{}, {}>",
                self.rust_type(key)?,
                self.rust_type(value)?
            ),
            Kind::Text => "String".to_owned(),
            Kind::SecretText => "SecretText".to_owned(),
            Kind::Blob => "Vec<u8>".to_owned(),
            Kind::SecretBlob => "Secret".to_owned(),
            Kind::Integer => "i32".to_owned(),
            Kind::Boolean => "bool".to_owned(),
            Kind::Timestamp => "Timestamp".to_owned(),
        })
    }

    /// The members of a structure.
    pub(crate) fn fields(&self, name: &str) -> Result<Vec<Field<'a>>, Box<dyn Error>> {
        let shape = self.shape(name)?;
        let members = shape
            .members
            .as_ref()
            .ok_or_else(|| format!("{name} has no members"))?;
        let field = |(wire, reference): &'a (String, Reference)| Field {
            wire,
            name: names::snake(wire),
            shape: mirrored(name, wire).unwrap_or(&reference.shape),
            required: shape.required.contains(wire),
        };
        Ok(members.0.iter().map(field).collect())
    }

    /// The fields of an operation's input; none for one that receives nothing.
    pub(crate) fn input(&self, operation: &'a Operation) -> Result<Vec<Field<'a>>, Box<dyn Error>> {
        match &operation.input {
            Some(input) => self.fields(&input.shape),
            None => Ok(Vec::new()),
        }
    }

    /// The fields of an operation's output; `None` when the answer has no body.
    pub(crate) fn output(
        &self,
        operation: &'a Operation,
    ) -> Result<Option<Vec<Field<'a>>>, Box<dyn Error>> {
        operation
            .output
            .as_ref()
            .map(|output| self.fields(&output.shape))
            .transpose()
    }

    /// True when any value inside is secret.
    pub(crate) fn is_secret(&self, name: &str) -> Result<bool, Box<dyn Error>> {
        let mut inside = BTreeSet::new();
        reach(self.api, name, &mut inside)?;
        Ok(inside.into_iter().any(|name| self.is_sensitive(name)))
    }

    /// True for a shape that is never printed.
    pub(crate) fn is_sensitive(&self, name: &str) -> bool {
        let shape = self.api.shapes.get(name);
        shape.is_some_and(|shape| shape.sensitive) || self.choice.also_secret.contains(&name)
    }

    /// The structures inside requests and answers, without those that are one.
    pub(crate) fn nested_structures(&self) -> Result<Vec<&'a str>, Box<dyn Error>> {
        let whole: BTreeSet<&str> = self
            .api
            .operations
            .values()
            .flat_map(|operation| [&operation.input, &operation.output])
            .flatten()
            .map(|reference| reference.shape.as_str())
            .collect();
        self.of_kind(Kind::Structure).map(|names| {
            names
                .into_iter()
                .filter(|name| !whole.contains(name))
                .collect()
        })
    }

    /// The shapes of one kind that are in use, by name.
    pub(crate) fn of_kind(&self, kind: Kind<'_>) -> Result<Vec<&'a str>, Box<dyn Error>> {
        let mut found = Vec::new();
        for name in self.received.union(&self.sent) {
            if self.kind(name)? == kind {
                found.push(*name);
            }
        }
        Ok(found)
    }

    /// True for what requests can hold.
    pub(crate) fn is_received(&self, name: &str) -> bool {
        self.received.contains(name)
    }

    /// True for what answers can hold.
    pub(crate) fn is_sent(&self, name: &str) -> bool {
        self.sent.contains(name)
    }

    /// The shapes of all members that requests can hold, by name.
    pub(crate) fn received_members(&self) -> Result<BTreeSet<&'a str>, Box<dyn Error>> {
        let mut members = BTreeSet::new();
        for name in &self.received {
            if self.kind(name)? == Kind::Structure {
                members.extend(self.fields(name)?.iter().map(|field| field.shape));
            }
        }
        Ok(members)
    }
}

/// The member that AWS fills with the values of another shape than the model says.
fn mirrored(structure: &str, member: &str) -> Option<&'static str> {
    MIRRORED
        .iter()
        .find(|(at, name, _)| (*at, *name) == (structure, member))
        .map(|(.., shape)| *shape)
}

/// The deprecated member repeats `KeySpec` in answers, also where its own enum has no such value.
const MIRRORED: [(&str, &str, &str); 2] = [
    ("KeyMetadata", "CustomerMasterKeySpec", "KeySpec"),
    ("GetPublicKeyResponse", "CustomerMasterKeySpec", "KeySpec"),
];

fn shape<'a>(api: &'a Api, name: &str) -> Result<&'a Shape, Box<dyn Error>> {
    Ok(api
        .shapes
        .get(name)
        .ok_or_else(|| format!("there is no shape {name}"))?)
}

/// Adds a shape and all that it is made of.
pub(crate) fn reach<'a>(
    api: &'a Api,
    name: &'a str,
    reached: &mut BTreeSet<&'a str>,
) -> Result<(), Box<dyn Error>> {
    if !reached.insert(name) {
        return Ok(());
    }
    let shape = shape(api, name)?;
    let members = shape
        .members
        .iter()
        .flat_map(|members| &members.0)
        .map(|(_, reference)| reference);
    for reference in members
        .chain(&shape.member)
        .chain(&shape.key)
        .chain(&shape.value)
    {
        reach(api, &reference.shape, reached)?;
    }
    Ok(())
}

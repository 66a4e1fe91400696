//! The generated code that reads inputs and writes outputs.

use std::error::Error;

use super::facts::Shape;
use super::names;
use super::page::{header, siblings};
use super::shapes::{Field, Kind, Shapes};
use crate::apis::Protocol;

/// `rules.rs`: one constant for each shape that a request can hold.
pub(crate) fn rules(shapes: &Shapes<'_>) -> Result<String, Box<dyn Error>> {
    let mut page = header(
        shapes.choice.title,
        "What the members of requests must satisfy: one rule for each shape.",
    );
    page.push_str(&siblings(shapes, &["structures"])?);
    page.push_str("use crate::patterns;\nuse crate::wire::{Boolean, Bytes, Choice, Context, Integer, Nested, Pattern, SecretBytes, SecretString, StructureList, Text, TextList, Time, Unprinted};\n\n");
    for name in shapes.received_members()? {
        let (kind, value) = rule(shapes, name)?;
        page.push_str(&format!(
            "pub(super) const {}: {kind} = {value};\n",
            names::constant(name)
        ));
    }
    Ok(page)
}

/// The type and the value of a shape's rule.
fn rule(shapes: &Shapes<'_>, name: &str) -> Result<(String, String), Box<dyn Error>> {
    let shape = shapes.shape(name)?;
    let (min, max) = bounds(shape);
    let plain = |kind: &str| (kind.to_owned(), kind.to_owned());
    Ok(match shapes.kind(name)? {
        Kind::Structure => (
            format!("Nested<{}>", names::type_name(name)),
            "Nested::NEW".to_owned(),
        ),
        Kind::List(element) if shapes.kind(element)? == Kind::Structure => (
            format!("StructureList<{}>", names::type_name(element)),
            format!("StructureList::of({min}, {max})"),
        ),
        Kind::List(element) => {
            let (kind, value) = rule(shapes, element)?;
            (
                format!("TextList<{kind}>"),
                format!("TextList {{ min: {min}, max: {max}, element: {value} }}"),
            )
        }
        Kind::Map(key, value) => {
            for part in [key, value, name] {
                unbounded(shapes, part)?;
            }
            plain("Context")
        }
        Kind::Enum => (
            format!("Choice<{}>", names::type_name(name)),
            "Choice::NEW".to_owned(),
        ),
        Kind::Text if shapes.choice.unprinted.contains(&name) => (
            "Unprinted".to_owned(),
            format!("Unprinted({})", text_rule(shape)?),
        ),
        Kind::Text => ("Text".to_owned(), text_rule(shape)?),
        Kind::SecretText => (
            "SecretString".to_owned(),
            format!("SecretString({})", text_rule(shape)?),
        ),
        Kind::Blob => (
            "Bytes".to_owned(),
            format!("Bytes {{ min: {min}, max: {max} }}"),
        ),
        Kind::SecretBlob => (
            "SecretBytes".to_owned(),
            format!("SecretBytes(Bytes {{ min: {min}, max: {max} }})"),
        ),
        Kind::Integer => {
            let max = shape
                .max
                .map_or("i32::MAX".to_owned(), |max| max.to_string());
            let min = shape
                .min
                .map_or("i32::MIN".to_owned(), |min| min.to_string());
            (
                "Integer".to_owned(),
                format!("Integer {{ min: {min}, max: {max} }}"),
            )
        }
        Kind::Boolean => plain("Boolean"),
        Kind::Timestamp => plain("Time"),
    })
}

fn text_rule(shape: &Shape) -> Result<String, Box<dyn Error>> {
    let pattern = match &shape.pattern {
        Some(text) => format!(
            "Some(Pattern {{ text: r\"{text}\", matches: patterns::{} }})",
            matcher(text)?
        ),
        None => "None".to_owned(),
    };
    let (min, max) = bounds(shape);
    Ok(format!(
        "Text {{ min: {min}, max: {max}, pattern: {pattern} }}"
    ))
}

/// The smallest and the largest length.
fn bounds(shape: &Shape) -> (i64, String) {
    let max = shape.max.map(|max| max.to_string());
    (
        shape.min.unwrap_or(0),
        max.unwrap_or_else(|| "usize::MAX".to_owned()),
    )
}

/// For a rule that takes no bounds: a shape that has some must not lose them.
fn unbounded(shapes: &Shapes<'_>, name: &str) -> Result<(), Box<dyn Error>> {
    let shape = shapes.shape(name)?;
    if shape.min.is_some()
        || shape.max.is_some()
        || shape.pattern.is_some()
        || !shape.values.is_empty()
    {
        return Err(format!("{name}: no code for the constraints of this kind of shape").into());
    }
    Ok(())
}

/// The function of `claviger-model/src/patterns.rs` for a pattern.
fn matcher(pattern: &str) -> Result<&'static str, Box<dyn Error>> {
    let known = PATTERNS.iter().find(|(text, _)| *text == pattern);
    Ok(known.ok_or_else(|| format!("write a matcher for the pattern {pattern} in patterns.rs and name it in codegen/wire.rs"))?.1)
}

/// `decode.rs`
pub(crate) fn decode(shapes: &Shapes<'_>) -> Result<String, Box<dyn Error>> {
    let mut page = header(shapes.choice.title, "How requests are read.");
    let decode = match shapes.choice.protocol {
        Protocol::Json => "decode",
        Protocol::Query => "decode_form",
    };
    page.push_str("use serde::de::MapAccess;\n\nuse super::rules;\nuse super::{inputs::*, operations::Operation, structures::*};\nuse crate::wire::{self, DecodeError, Members, Slot, Structure, WireInput};\n\n");
    page.push_str("/// Reads a body as the input of `operation` and drops it: the check alone.\n///\n/// # Errors\n/// As from [`WireInput::decode`].\npub fn decode_any(operation: Operation, body: &[u8]) -> Result<(), DecodeError> {\nmatch operation {\n");
    for name in shapes.api.operations.keys() {
        page.push_str(&format!(
            "Operation::{name} => {name}Input::decode(body).map(drop),\n"
        ));
    }
    page.push_str("}\n}\n");
    for (name, operation) in &shapes.api.operations {
        let input = format!("{name}Input");
        page.push_str(&reader(shapes, &input, &shapes.input(operation)?)?);
        page.push_str(&format!("\nimpl WireInput for {input} {{\nfn decode(body: &[u8]) -> Result<Self, DecodeError> {{\nwire::{decode}(body)\n}}\n}}\n"));
    }
    for name in shapes
        .nested_structures()?
        .into_iter()
        .filter(|name| shapes.is_received(name))
    {
        page.push_str(&reader(
            shapes,
            &names::type_name(name),
            &shapes.fields(name)?,
        )?);
    }
    Ok(page)
}

fn reader(shapes: &Shapes<'_>, name: &str, fields: &[Field<'_>]) -> Result<String, Box<dyn Error>> {
    let mut slots = String::new();
    let mut arms = String::new();
    let mut required = String::new();
    let mut build = String::new();
    for field in fields {
        let (local, wire) = (&field.name, field.wire);
        let path = names::lower_camel(wire);
        slots.push_str(&format!("let mut {local} = Slot::Absent;\n"));
        arms.push_str(&format!(
            "\"{wire}\" => members.read(&mut {local}, \"{path}\", &rules::{})?,\n",
            names::constant(field.shape)
        ));
        if field.required {
            let method = if shapes.is_sensitive(field.shape) {
                "required_sensitive"
            } else {
                "required"
            };
            required.push_str(&format!(
                "let {local} = members.{method}({local}, \"{path}\");\n"
            ));
            build.push_str(&format!("{local}: {local}?,\n"));
        } else {
            build.push_str(&format!("{local}: {local}.optional(),\n"));
        }
    }
    let body = if fields.is_empty() {
        "while members.name()?.is_some() {\nmembers.skip()?;\n}\nOk(Some(Self))\n".to_owned()
    } else {
        format!(
            "{slots}while let Some(member) = members.name()? {{\nmatch &*member {{\n{arms}_ => members.skip()?,\n}}\n}}\n\
             {required}let build = || Some(Self {{\n{build}}});\nOk(build())\n"
        )
    };
    Ok(format!(
        "\nimpl Structure for {name} {{\nfn read<'de, M: MapAccess<'de>>(members: &mut Members<'_, M>) -> Result<Option<Self>, M::Error> {{\n\
         {body}}}\n}}\n"
    ))
}

/// `encode.rs`
pub(crate) fn encode(shapes: &Shapes<'_>) -> Result<String, Box<dyn Error>> {
    match shapes.choice.protocol {
        Protocol::Json => encode_json(shapes),
        Protocol::Query => encode_xml(shapes),
    }
}

fn encode_json(shapes: &Shapes<'_>) -> Result<String, Box<dyn Error>> {
    let mut page = header(shapes.choice.title, "How answers are written.");
    page.push_str(&siblings(shapes, &["outputs", "structures"])?);
    page.push_str("use crate::wire::{self, Json, Value, WireOutput};\n");
    for (name, operation) in &shapes.api.operations {
        let output = format!("{name}Output");
        let body = match shapes.output(operation)? {
            Some(fields) => {
                page.push_str(&writer(&output, &fields));
                "wire::encode(self)"
            }
            None => "Vec::new()",
        };
        page.push_str(&format!(
            "\nimpl WireOutput for {output} {{\nfn encode(&self) -> Vec<u8> {{\n{body}\n}}\n}}\n"
        ));
    }
    for name in shapes
        .nested_structures()?
        .into_iter()
        .filter(|name| shapes.is_sent(name))
    {
        page.push_str(&writer(name, &shapes.fields(name)?));
    }
    for name in shapes
        .of_kind(Kind::Enum)?
        .into_iter()
        .filter(|name| shapes.is_sent(name))
    {
        page.push_str(&format!("\nimpl Value for {name} {{\nfn write(&self, json: &mut Json) {{\njson.plain(self.as_str());\n}}\n}}\n"));
    }
    Ok(page)
}

fn writer(name: &str, fields: &[Field<'_>]) -> String {
    let member = |field: &Field<'_>| {
        let method = if field.required { "always" } else { "optional" };
        format!(
            "members.{method}(\"{}\", &self.{});\n",
            field.wire, field.name
        )
    };
    let members: String = fields.iter().map(member).collect();
    let argument = if fields.is_empty() { "_" } else { "members" };
    format!(
        "\nimpl Value for {name} {{\nfn write(&self, json: &mut Json) {{\njson.object(|{argument}| {{\n{members}}});\n}}\n}}\n"
    )
}

fn encode_xml(shapes: &Shapes<'_>) -> Result<String, Box<dyn Error>> {
    let mut page = header(shapes.choice.title, "How answers are written.");
    page.push_str(&siblings(shapes, &["outputs", "structures"])?);
    page.push_str("use crate::wire::{self, Content, PercentEncoded, WireOutput, Xml};\n");
    for (name, operation) in &shapes.api.operations {
        let output = format!("{name}Output");
        let body = match shapes.output(operation)? {
            Some(fields) => {
                page.push_str(&xml_writer(shapes, &output, &fields));
                format!("wire::encode_result(\"{name}Result\", self)")
            }
            None => "Vec::new()".to_owned(),
        };
        page.push_str(&format!(
            "\nimpl WireOutput for {output} {{\nfn encode(&self) -> Vec<u8> {{\n{body}\n}}\n}}\n"
        ));
    }
    for name in shapes.nested_structures()? {
        if shapes.is_sent(name) {
            let fields = shapes.fields(name)?;
            page.push_str(&xml_writer(shapes, &names::type_name(name), &fields));
        }
    }
    for name in shapes.of_kind(Kind::Enum)? {
        if shapes.is_sent(name) {
            page.push_str(&format!("\nimpl Content for {} {{\nfn write(&self, xml: &mut Xml) {{\nxml.text(self.as_str());\n}}\n}}\n", names::type_name(name)));
        }
    }
    Ok(page)
}

fn xml_writer(shapes: &Shapes<'_>, name: &str, fields: &[Field<'_>]) -> String {
    let member = |field: &Field<'_>| {
        let (wire, name) = (field.wire, &field.name);
        let is_encoded = shapes.choice.percent_encoded.contains(&field.shape);
        match (field.required, is_encoded) {
            (true, false) => format!("xml.always(\"{wire}\", &self.{name});\n"),
            (false, false) => format!("xml.optional(\"{wire}\", &self.{name});\n"),
            (true, true) => format!("xml.always(\"{wire}\", &PercentEncoded(&self.{name}));\n"),
            (false, true) => {
                format!("xml.optional(\"{wire}\", &self.{name}.as_deref().map(PercentEncoded));\n")
            }
        }
    };
    let members: String = fields.iter().map(member).collect();
    let argument = if fields.is_empty() { "_" } else { "xml" };
    format!(
        "\nimpl Content for {name} {{\nfn write(&self, {argument}: &mut Xml) {{\n{members}}}\n}}\n"
    )
}

/// Each pattern of the model that requests can meet, and its function in `claviger-model/src/patterns.rs`.
const PATTERNS: [(&str, &str); 33] = [
    (r"[0-9]{12}", "account_id"),
    (r"[\u0009\u000A\u000D\u0020-\u00FF]+", "policy"),
    (r"[\u0020-\u00FF]*", "marker"),
    (r"[\u0020-\u00FF]+", "some_marker"),
    (
        r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*",
        "role_description",
    ),
    (
        r"[\u0009\u000A\u000D\u0020-\u007E\u0085\u00A0-\uD7FF\uE000-\uFFFD\u10000-\u10FFFF]+",
        "xml_text",
    ),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "tag_key"),
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", "tag_value"),
    (r"[\w+=,.@-]+", "entity_name"),
    (r"[\w+=,.@-]*", "name_characters"),
    (r"[\w+=,.@:\/-]*", "external_id"),
    (r"[\w+=/:,.@-]*", "external_id"),
    (r"[\w]*", "word_characters"),
    (r"[\d]*", "digits"),
    (r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)", "path"),
    (r"\u002F[\u0021-\u007F]*", "path_prefix"),
    (r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", "policy_path"),
    (r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", "policy_version_id"),
    (r"[\w]+", "policy_name"),
    (
        r"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$",
        "xks_uri_path",
    ),
    (
        r"^([A-Za-z0-9\-]+)\.([A-Za-z0-9\-]+)(\.[A-Za-z0-9\-]+)+$",
        "service_principal",
    ),
    (r"^([a-z]+-){2,3}\d+$", "region"),
    (
        r"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$",
        "vpc_endpoint_service_name",
    ),
    (r"^[A-Z2-7]+$", "xks_access_key_id"),
    (r"^[\w+=,.@:/-]+$", "principal"),
    (r"^[a-f0-9]+$", "lower_hex"),
    (r"^[a-zA-Z0-9-_.]+$", "xks_key_id"),
    (r"^[a-zA-Z0-9:/_-]+$", "alias_name"),
    (r"^[a-zA-Z0-9:/_\s.-]+$", "material_description"),
    (r"^[a-zA-Z0-9\/+=]+$", "xks_secret_key"),
    (
        r"^arn:aws[a-z0-9-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]{12}:.+$",
        "source_arn",
    ),
    (r"^https://[a-zA-Z0-9.-]+$", "https_endpoint"),
    (r"cluster-[2-7a-zA-Z]{11,16}", "cluster_id"),
];

//! Bytes to inputs, outputs to bytes: AWS's JSON 1.1 as KMS speaks it, and its Query protocol (a form in, XML out) as IAM and STS do.
//!
//! Decoding is one strict pass over the body. What is no JSON object, holds a member twice or a member of the wrong JSON type is a
//! [`DecodeError::Serialization`]; it wins over everything else, as on AWS. What breaks a length, range, enum or pattern rule
//! is collected into one [`DecodeError::Validation`] text. `null` counts as absent and unknown members are skipped. A form goes through
//! the same pass and the same rules.

mod base64_text;
mod buffer;
mod form;
mod json_writer;
mod members;
mod rules;
mod scalars;
mod structure_list;
mod tokens;
mod violations;
mod xml;

pub(crate) use form::decode_form;
pub(crate) use json_writer::{Json, Value, encode};
pub(crate) use members::{Members, Nested, Slot, Structure, decode};
pub(crate) use rules::{Context, TextList};
pub(crate) use scalars::{
    Boolean, Bytes, Choice, EnumValue, Integer, Pattern, SecretBytes, SecretString, Text, Time,
    Unprinted,
};
pub(crate) use structure_list::StructureList;
pub use xml::percent_encoded;
pub(crate) use xml::{Content, PercentEncoded, Xml, encode_result};

pub use crate::generated::kms::decode::decode_any;

/// A request's body as a type.
pub trait WireInput: Sized {
    /// Reads a body.
    ///
    /// # Errors
    /// [`DecodeError`], which is also AWS's answer.
    fn decode(body: &[u8]) -> Result<Self, DecodeError>;
}

/// An answer as a type.
pub trait WireOutput {
    /// The body: no bytes for an operation without output, `{}` for an empty output. For IAM and STS the result element of the body,
    /// `<GetUserResult>…</GetUserResult>`.
    fn encode(&self) -> Vec<u8>;
}

/// Why a body was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// A form that names the same parameter twice.
    Repeated(String),
    /// `SerializationException`, with its text if AWS gives one.
    Serialization(Option<String>),
    /// `ValidationException` with its text.
    Validation(String),
}

//! Bytes to inputs, outputs to bytes: AWS's JSON 1.1 as KMS speaks it.
//!
//! Decoding is one strict pass over the body. What is no JSON object, holds a member twice or a member of the wrong JSON type is a
//! [`DecodeError::Serialization`]; it wins over everything else, as on AWS. What breaks a length, range, enum or pattern rule
//! is collected into one [`DecodeError::Validation`] text. `null` counts as absent and unknown members are skipped.

mod base64_text;
mod json_writer;
mod members;
mod rules;
mod scalars;
mod violations;

pub(crate) use json_writer::{Json, Value, encode};
pub(crate) use members::{Members, Nested, Slot, Structure, StructureList, decode};
pub(crate) use rules::{Context, TextList};
pub(crate) use scalars::{
    Boolean, Bytes, Choice, EnumValue, Integer, Pattern, SecretBytes, SecretString, Text, Time,
};

pub use crate::generated::decode::decode_any;

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
    /// The body: no bytes for an operation without output, `{}` for an empty output.
    fn encode(&self) -> Vec<u8>;
}

/// Why a body was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// `SerializationException`, with its text if AWS gives one.
    Serialization(Option<String>),
    /// `ValidationException` with its text.
    Validation(String),
}

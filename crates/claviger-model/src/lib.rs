//! The vocabulary that all parts share: ids and ARNs, [`Secret`], [`Timestamp`], and the KMS API's inputs, outputs, enums and
//! error codes, generated from the facts in `model/`.
//!
//! A leaf: no I/O, no async, no clock. [`wire`] turns bytes into inputs and outputs into bytes.

mod account;
mod arn;
mod generated;
mod key_id;
mod material_id;
mod patterns;
mod region;
mod secret;
mod timestamp;

pub mod error_code;
pub mod wire;

pub use account::{AccountId, InvalidAccountId};
pub use arn::{AliasArn, AliasName, IdentifierError, KeyArn, KeyIdentifier};
pub use generated::{enums::*, inputs::*, operations::*, outputs::*, structures::*};
pub use key_id::{InvalidKeyId, KeyId};
pub use material_id::{InvalidMaterialId, MaterialId};
pub use region::{InvalidRegion, Region};
pub use secret::{Secret, SecretText};
pub use timestamp::Timestamp;

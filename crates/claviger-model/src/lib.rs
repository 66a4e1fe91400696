//! The vocabulary that all parts share: ids and ARNs, [`Secret`], [`Timestamp`], and the inputs, outputs, enums and error codes of the
//! KMS API, of [`iam`] and of [`sts`], generated from the facts in `model/`.
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

/// The chosen part of the IAM API, version 2010-05-08.
pub mod iam {
    /// The wire names of the errors that the model lists, and their HTTP status.
    pub mod error_code {
        pub use crate::generated::iam::errors::*;
    }

    pub use crate::generated::iam::{
        decode::decode_any, enums::*, inputs::*, operations::*, outputs::*, structures::*,
    };
}

/// The chosen part of the STS API, version 2011-06-15.
pub mod sts {
    /// The wire names of the errors that the model lists, and their HTTP status.
    pub mod error_code {
        pub use crate::generated::sts::errors::*;
    }

    pub use crate::generated::sts::{
        decode::decode_any, inputs::*, operations::*, outputs::*, structures::*,
    };
    // What a session is given along also comes in tokens, which no rule of a request has looked at.
    pub use crate::patterns::{
        name_characters as is_source_identity, tag_key as is_tag_key, tag_value as is_tag_value,
    };
}

pub mod wire;

pub use account::{AccountId, InvalidAccountId};
pub use arn::{AliasArn, AliasName, IdentifierError, KeyArn, KeyIdentifier};
pub use generated::kms::{enums::*, inputs::*, operations::*, outputs::*, structures::*};
pub use key_id::{InvalidKeyId, KeyId};
pub use material_id::{InvalidMaterialId, MaterialId};
pub use region::{InvalidRegion, Region};
pub use secret::{Secret, SecretText};
pub use timestamp::Timestamp;

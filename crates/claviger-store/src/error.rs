use std::fmt;

/// Why a store did not do what it was asked. It carries no stored bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The engine could not answer. Whether a commit took effect is unknown.
    Unavailable(String),
    /// What is stored is damaged.
    Corrupt(String),
    /// Not something that this store accepts: a key that is empty or named twice in a batch, a foreign file,
    /// another schema. Nothing happened.
    Refused(String),
    /// The batch is over [`OPERATIONS_MAX`](crate::OPERATIONS_MAX) or [`BYTES_MAX`](crate::BYTES_MAX). Nothing happened.
    TooLarge {
        /// How many expectations, puts and deletes it has.
        operations: usize,
        /// Its size as [`Batch::bytes`](crate::Batch::bytes) counts it.
        bytes: usize,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(reason) => write!(f, "the store is unavailable: {reason}"),
            Self::Corrupt(reason) => write!(f, "the store is damaged: {reason}"),
            Self::Refused(reason) => write!(f, "the store refuses this: {reason}"),
            Self::TooLarge { operations, bytes } => {
                write!(
                    f,
                    "a batch of {operations} operations and {bytes} bytes is over the store's limits"
                )
            }
        }
    }
}

impl std::error::Error for Error {}

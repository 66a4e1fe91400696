//! What only the data folder's owner may ask of a running server: through a socket in the folder that nobody else can open.
//!
//! One request a connection, one line of JSON each way. The answer is the text that the command prints.

pub(crate) mod client;
pub(crate) mod server;

use serde::{Deserialize, Serialize};

/// What a command asks.
#[derive(Deserialize, Serialize)]
pub(crate) enum Request {
    /// Create an account; without an access key, its root gets a random one.
    CreateAccount {
        account_id: String,
        access_key: Option<AccessKey>,
    },
    /// Every account with its age.
    ListAccounts,
    /// Void the sessions that a user or role has now.
    RevokeSessions { principal_arn: String },
    /// Readiness, and what failed authentication.
    Status,
}

/// A chosen access key.
#[derive(Deserialize, Serialize)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// What the server says: the text to print, or why not.
pub(crate) type Answer = Result<String, String>;

const LINE_BYTES_MAX: u64 = 64 * 1024;

//! What only the data folder's owner may ask of a running server: through a socket in the folder that nobody else can open.
//!
//! One request a connection, one line of JSON each way. The answer is the text that the command prints.

pub(crate) mod client;
pub(crate) mod server;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

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
    pub(crate) secret: Text,
}

/// What the server says: the text to print, or why not.
pub(crate) type Answer = Result<Text, String>;

/// Text that may hold a secret access key: wiped when dropped.
pub(crate) struct Text(pub(crate) Zeroizing<String>);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::from)
    }
}

/// A message as its line.
fn line(message: &impl Serialize) -> serde_json::Result<Zeroizing<Vec<u8>>> {
    let mut line = empty_line();
    serde_json::to_writer(&mut *line, message)?;
    line.push(b'\n');
    Ok(line)
}

/// Room for every line with a secret, so that no copy of it stays behind when the buffer grows.
fn empty_line() -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(LINE_BYTES_MAX))
}

/// The longest command. An answer may be longer: a list of accounts, with no secret in it.
const LINE_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_never_moves() {
        let secret = "\"\n".repeat(10_000);
        let request = Request::CreateAccount {
            account_id: "111122223333".to_owned(),
            access_key: Some(AccessKey {
                id: "AKIAIOSFODNN7EXAMPLE".to_owned(),
                secret: secret.clone().into(),
            }),
        };
        let line = line(&request).unwrap();
        assert!(line.len() > secret.len() && line.ends_with(b"\n"));
        assert_eq!(line.capacity(), LINE_BYTES_MAX);
        let Ok(Request::CreateAccount { access_key, .. }) = serde_json::from_slice(&line) else {
            panic!("another request");
        };
        assert_eq!(*access_key.unwrap().secret.0, secret);
    }
}

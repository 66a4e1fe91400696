//! Temporary credentials: sealed tokens that any node verifies and none stores.
//!
//! A token says whose session it is, not what the session may do: that is composed from the records as they stand. So a
//! deleted role, a changed policy or a raised epoch is in force at the next call. Opened tokens are kept in a bounded
//! cache; expiry and the identity generation are looked at on every call all the same.

mod claims;
mod compose;
mod mint;

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use claviger_core::{
    cache::Cache,
    records::{Fault, Records},
};
use claviger_crypto::sha256;
use claviger_model::Timestamp;

pub(crate) use self::{
    claims::{Claims, SessionPolicies},
    compose::{session_arn, session_id},
    mint::mint,
};
use crate::{credentials::Credential, iam::Iam};

/// What a presented access key id turned out to be.
pub enum Presented {
    /// A credential; the request must still be signed with it.
    Known(Arc<Credential>),
    /// A session that is over.
    Expired,
    /// Nobody's, or not together with this token.
    Unknown,
}

/// Sessions whose tokens were opened, by the digest of the token.
pub(crate) type Opened = Cache<[u8; 32], Session>;

/// An opened token and the caller that it stood for when the identities had this generation.
pub(crate) struct Session {
    claims: Claims,
    credential: Arc<Credential>,
    generation: u64,
}

impl Iam {
    /// The session of a token, when it was opened before and no identity has changed since.
    pub(crate) fn cached_session(
        &self,
        access_key_id: &str,
        token: &str,
        now: Timestamp,
    ) -> Option<Presented> {
        let session = self.sessions.look(&sha256(token.as_bytes()))?;
        if let Some(refused) = refused(&session.claims, access_key_id, now) {
            return Some(refused);
        }
        let current = session.generation == self.generation();
        current.then(|| Presented::Known(Arc::clone(&session.credential)))
    }

    /// The session of a token.
    ///
    /// # Errors
    /// The store fails, or something that the principal lists is missing or older than listed.
    pub(crate) async fn session(
        &self,
        access_key_id: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Presented, Fault> {
        let Some((sealed, claims)) = open(&self.records, token) else {
            return Ok(Presented::Unknown);
        };
        if let Some(refused) = refused(&claims, access_key_id, now) {
            return Ok(refused);
        }
        let digest = sha256(token.as_bytes());
        let lease = self.sessions.lease(&digest);
        // Before the records are read: what changes meanwhile makes this entry old at once.
        let generation = self.generation();
        let Some(caller) = compose::compose(&self.records, &claims).await? else {
            self.sessions.release(&digest, lease);
            return Ok(Presented::Unknown);
        };
        let credential = Arc::new(Credential {
            secret: self.records.session_secret(&sealed, access_key_id)?,
            caller: Arc::new(caller),
            // The secret is a function of the id.
            version: 0,
        });
        let session = Session {
            claims,
            credential: Arc::clone(&credential),
            generation,
        };
        self.sessions
            .fill(&digest, lease, generation, Arc::new(session));
        Ok(Presented::Known(credential))
    }
}

/// What the token itself says against the request. AWS refuses at the second that it names as the end.
fn refused(claims: &Claims, access_key_id: &str, now: Timestamp) -> Option<Presented> {
    if claims.access_key_id != access_key_id {
        Some(Presented::Unknown)
    } else if claims.expires_ms <= now.epoch_ms() {
        Some(Presented::Expired)
    } else {
        None
    }
}

/// The sealed bytes of a token and what they say; none for what this cluster did not make.
fn open(records: &Records, token: &str) -> Option<(Vec<u8>, Claims)> {
    if token.len() > TOKEN_LETTERS_MAX {
        return None;
    }
    let sealed = STANDARD.decode(token).ok()?;
    let plaintext = records.open_token(PURPOSE, &sealed)?;
    // EXPOSE: what a session may do is no secret to this process.
    let claims = Claims::unpack(plaintext.expose())?;
    Some((sealed, claims))
}

const PURPOSE: &str = "session";
/// The longest token, letters.
const TOKEN_LETTERS_MAX: usize = 4096;
/// The opened tokens that are kept.
pub(crate) const OPENED_MAX: usize = 10_000;

//! What operations act on.

use std::{
    future::Future,
    hash::{DefaultHasher, Hash, Hasher},
    iter,
    sync::Arc,
};

use claviger_crypto::blob::Blob;
use claviger_model::{AccountId, KeyIdentifier};
use claviger_policy::{Grant, Policy, Value, Values};

use super::resolve::{Found, find_by_identifier, find_by_uuid};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::KeyPlace,
    rule::{Actions, Rule},
};

/// What an operation acts on, resolved.
pub trait Subject: Sized + Send + Sync {
    /// The identifiers as they were typed.
    type Wanted<'a>: Send;

    /// Finds the records that the identifiers name.
    fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> impl Future<Output = Result<Self, Error>> + Send;

    /// What the caller must be allowed, and on what.
    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send;

    /// The keys whose state must fit.
    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::empty()
    }

    /// What the audit event names, in AWS's order.
    fn named(&self) -> impl Iterator<Item = Named<'_>> {
        self.admitted_keys().map(Named::Key)
    }

    /// Whether the identifiers of the request fit together. Asked only once the caller may act on each: whoever may not
    /// learns nothing.
    fn agrees(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The value of a condition key that the subject itself sets; `key` is in lower case.
    fn condition(&self, key: &str) -> Option<Values<'_>> {
        let _ = key;
        None
    }

    /// Which changes must not run beside this one: equal numbers wait for each other.
    fn lanes(&self) -> Vec<u64> {
        let keys = self.admitted_keys();
        keys.map(|key| lane_of(&key.place)).collect()
    }
}

/// A resource of the audit event.
pub enum Named<'a> {
    /// A key.
    Key(&'a Arc<Key>),
    /// An alias of the caller's account, by its ARN.
    Alias(&'a str),
    /// A role.
    Role {
        /// Its account.
        account: AccountId,
        /// Its ARN.
        arn: &'a str,
    },
}

/// One question to the policies.
pub struct Ask<'a> {
    /// The action, such as `kms:Encrypt`.
    pub action: &'static str,
    /// The resource.
    pub on: On<'a>,
    /// The alias by which the request named the key.
    pub alias: Option<&'a str>,
}

/// The resource of a question.
pub enum On<'a> {
    /// No resource: `*`.
    Any,
    /// A key.
    Key(&'a Key),
    /// An alias, by its ARN.
    Alias(&'a str),
    /// A user, group, managed policy or the like, by its ARN: a matter of identity policies alone.
    Entity(&'a str),
    /// A role that somebody wants to assume.
    Role {
        /// Its ARN.
        arn: &'a str,
        /// Its account.
        account: AccountId,
        /// Its trust policy.
        policy: &'a Policy,
    },
    /// The key inside a ciphertext, which the caller did not name.
    KeyOfBlob(&'a Key),
    /// A grant on a key: the key policy is not asked.
    Grant {
        /// The key.
        key: &'a Key,
        /// Those who have a right to the grant itself, as grants to them.
        entitled: &'a [Arc<Grant>],
    },
}

/// No key at all.
pub struct NoKey;

impl Subject for NoKey {
    type Wanted<'a> = ();

    async fn resolve(_: &Cx<'_>, _: &'static Rule, (): Self::Wanted<'_>) -> Result<Self, Error> {
        Ok(Self)
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(rule.actions, On::Any, None).into_iter()
    }
}

/// Something that has no record of its own here, by its ARN.
pub(crate) struct Entity {
    arn: String,
}

impl Subject for Entity {
    type Wanted<'a> = &'a str;

    async fn resolve(_: &Cx<'_>, _: &'static Rule, arn: Self::Wanted<'_>) -> Result<Self, Error> {
        Ok(Self {
            arn: arn.to_owned(),
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(rule.actions, On::Entity(&self.arn), None).into_iter()
    }
}

/// The key that the request names.
pub struct OneKey {
    found: Found,
}

impl Subject for OneKey {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        Ok(Self {
            found: find_by_identifier(cx, rule, wanted).await?,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(
            rule.actions,
            On::Key(&self.found.key),
            self.found.alias.as_deref(),
        )
        .into_iter()
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::once(&self.found.key)
    }
}

impl From<Key> for OneKey {
    /// A key that is not stored yet, or not yet as here.
    fn from(key: Key) -> Self {
        let key = Arc::new(key);
        Self {
            found: Found { key, alias: None },
        }
    }
}

impl OneKey {
    pub(super) fn key(&self) -> &Arc<Key> {
        &self.found.key
    }
}

/// A key that narrows a list, if the request names one. Listing is a matter of identity policies alone.
pub struct MaybeKey {
    found: Option<Found>,
}

impl Subject for MaybeKey {
    type Wanted<'a> = Option<&'a str>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let found = match wanted {
            Some(text) => Some(find_by_identifier(cx, rule, text).await?),
            None => None,
        };
        Ok(Self { found })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(rule.actions, On::Any, None).into_iter()
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.found.iter().map(|found| &found.key)
    }
}

impl MaybeKey {
    pub(super) fn key(&self) -> Option<&Arc<Key>> {
        self.found.as_ref().map(|found| &found.key)
    }
}

/// A ciphertext, and the key that the request may name beside it.
pub struct BlobKey<'a> {
    /// The ciphertext.
    pub blob: Option<&'a [u8]>,
    /// The identifier.
    pub key_id: Option<&'a str>,
    /// The request's member that has the identifier, as errors name it.
    pub member: &'static str,
}

/// The key inside a ciphertext.
pub struct KeyInBlob {
    key: Arc<Key>,
    /// Whether the request named the key as well.
    named: bool,
    /// Whether the request named another key than the ciphertext does.
    other_named: bool,
    alias: Option<String>,
}

impl Subject for KeyInBlob {
    type Wanted<'a> = BlobKey<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let named = match wanted.key_id {
            Some(text) => match find_by_identifier(cx, rule, text).await {
                Ok(found) => Some(found),
                Err(absent) => {
                    let key = of_other_account(cx, text, wanted.blob).await?;
                    return key.map(Self::of_blob).ok_or(absent);
                }
            },
            None => None,
        };
        // What an asymmetric key made says nothing about its key.
        let opaque = named.as_ref().is_some_and(Found::is_asymmetric);
        let blob = match wanted.blob.filter(|_| !opaque) {
            Some(bytes) => Some(Blob::parse(bytes).map_err(|_| error::invalid_ciphertext())?),
            None => None,
        };
        let uuid = blob.map(|blob| uuid::Uuid::from_bytes(blob.address().key));
        match (named, uuid) {
            (Some(Found { key, alias }), uuid) => {
                let other_named = uuid.is_some_and(|uuid| uuid != key.place.key);
                Ok(Self {
                    key,
                    named: true,
                    other_named,
                    alias,
                })
            }
            (None, Some(uuid)) => {
                let key = find_by_uuid(cx, uuid).await?;
                key.map(Self::of_blob).ok_or_else(error::out_of_reach)
            }
            // A ciphertext that names no key, or a dry run without any, must come with one.
            (None, None) => Err(error::missing(wanted.member)),
        }
    }

    fn agrees(&self) -> Result<(), Error> {
        if self.other_named {
            Err(error::incorrect_key())
        } else {
            Ok(())
        }
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        one(rule.actions, self.on(), self.alias.as_deref()).into_iter()
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::once(&self.key)
    }
}

impl KeyInBlob {
    /// The key that nothing but the ciphertext tells of.
    fn of_blob(key: Arc<Key>) -> Self {
        Self {
            key,
            named: false,
            other_named: false,
            alias: None,
        }
    }

    pub(super) fn key(&self) -> &Arc<Key> {
        &self.key
    }

    fn on(&self) -> On<'_> {
        if self.named {
            On::Key(&self.key)
        } else {
            On::KeyOfBlob(&self.key)
        }
    }
}

/// The key of a ciphertext when the request names just this one by its bare id: that is enough, whosesoever key it is. The caller
/// is told no more of it than who names nothing.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-modifying-external-accounts.html>
async fn of_other_account(
    cx: &Cx<'_>,
    text: &str,
    blob: Option<&[u8]>,
) -> Result<Option<Arc<Key>>, Error> {
    let Ok(KeyIdentifier::Id(id)) = KeyIdentifier::parse(text) else {
        return Ok(None);
    };
    let blob = blob.and_then(|bytes| Blob::parse(bytes).ok());
    if blob.is_none_or(|blob| blob.address().key != *id.uuid().as_bytes()) {
        return Ok(None);
    }
    let key = find_by_uuid(cx, id.uuid()).await?;
    Ok(key.filter(|key| key.record.key_id() == id))
}

/// ReEncrypt: from the key inside a ciphertext to a key that the request names.
pub struct TwoKeys {
    source: KeyInBlob,
    destination: Found,
}

impl Subject for TwoKeys {
    type Wanted<'a> = (BlobKey<'a>, &'a str);

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        (from, to): Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let source = KeyInBlob::resolve(cx, rule, from).await?;
        let destination = find_by_identifier(cx, rule, to).await?;
        Ok(Self {
            source,
            destination,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let to = match rule.actions {
            Actions::FromTo(_, to) => Actions::One(to),
            Actions::Open | Actions::One(_) => Actions::Open,
        };
        let Self {
            source,
            destination: Found { key, alias },
        } = self;
        let source = one(rule.actions, source.on(), source.alias.as_deref());
        let destination = one(to, On::Key(key), alias.as_deref());
        source.into_iter().chain(destination)
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        [&self.source.key, &self.destination.key].into_iter()
    }

    fn agrees(&self) -> Result<(), Error> {
        self.source.agrees()
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        let same = self.source.key.place == self.destination.key.place;
        (key == "kms:reencryptonsamekey").then_some(Values::One(Value::Bool(same)))
    }
}

impl TwoKeys {
    pub(super) fn source(&self) -> &Arc<Key> {
        &self.source.key
    }

    pub(super) fn destination(&self) -> &Arc<Key> {
        &self.destination.key
    }
}

/// The one action, or the first of the two.
pub(super) fn one<'a>(actions: Actions, on: On<'a>, alias: Option<&'a str>) -> Option<Ask<'a>> {
    match actions {
        Actions::Open => None,
        Actions::One(action) | Actions::FromTo(action, _) => Some(Ask { action, on, alias }),
    }
}

/// The lane of the changes of one key and of all keys that belong to it: those have one id.
pub(crate) fn lane_of(place: &KeyPlace) -> u64 {
    lane(&place.key)
}

/// The lane of the changes of one record.
pub fn lane(place: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    place.hash(&mut hasher);
    hasher.finish()
}

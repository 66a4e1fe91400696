//! The last guard: does the key's state, usage and origin fit? And the door to its material.

use std::{ops::Deref, sync::Arc};

use claviger_crypto::engine::Backing;
use claviger_model::{KeySpec, Timestamp};

use super::{
    by_alias::AliasAndKeys,
    described::Described,
    subject::{KeyInBlob, MaybeKey, OneKey, Subject, TwoKeys},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    heavy,
    key::{Key, Material},
    records::MaterialRecord,
    rule::{Rule, Verdict},
};

/// Proof that a subject was resolved, that the caller may act on it and that its state fits. Only the pipeline makes one.
pub struct Admitted<S>(S);

/// An admitted key: the only thing that opens key material.
#[derive(Clone, Copy)]
pub struct AdmittedKey<'a>(&'a Arc<Key>);

/// A material, opened.
pub struct OpenMaterial<'a> {
    /// What is known of it.
    pub material: &'a Material,
    /// The backing key.
    pub backing: &'a Arc<Backing>,
    spec: KeySpec,
}

impl OpenMaterial<'_> {
    /// Does what needs the private key of any spec. What takes long runs where it holds up nobody else.
    pub async fn compute<T: Send + 'static>(
        self,
        cx: &Cx<'_>,
        work: impl FnOnce(&Backing) -> T + Send + 'static,
    ) -> Result<T, Error> {
        if heavy::weighs(self.spec) {
            let backing = Arc::clone(self.backing);
            cx.core.heavy.using.run(move || work(&backing)).await
        } else {
            Ok(work(self.backing))
        }
    }
}

pub(super) fn admit<S: Subject>(
    subject: S,
    rule: &Rule,
    now: Timestamp,
) -> Result<Admitted<S>, Error> {
    for key in subject.admitted_keys() {
        if rule
            .origin
            .is_some_and(|origin| origin != key.record.origin)
        {
            return Err(error::wrong_origin(&key.arn, key.record.origin));
        }
        state_fits(key, rule, now)?;
        if rule.usage.is_some_and(|usage| usage != key.record.usage) {
            return Err(error::wrong_usage(&key.arn, key.record.usage, rule.name));
        }
    }
    Ok(Admitted(subject))
}

fn state_fits(key: &Key, rule: &Rule, now: Timestamp) -> Result<(), Error> {
    match rule.states.verdict(key.record.state(now)) {
        Verdict::Runs => Ok(()),
        Verdict::Disabled => Err(error::disabled(&key.arn)),
        Verdict::PendingDeletion => Err(error::invalid_state(&key.arn, "pending deletion")),
        Verdict::NotPendingDeletion => Err(error::invalid_state(&key.arn, "not pending deletion")),
        Verdict::PendingImport => Err(error::invalid_state(&key.arn, "pending import")),
        Verdict::WrongOrigin => Err(error::wrong_origin(&key.arn, key.record.origin)),
    }
}

impl<S: Subject> Admitted<S> {
    /// The subject, for operations that define their own.
    pub fn subject(&self) -> &S {
        &self.0
    }

    /// The keys that it was admitted to.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.0.admitted_keys()
    }
}

impl Admitted<OneKey> {
    /// The key.
    pub fn key(&self) -> AdmittedKey<'_> {
        AdmittedKey(self.0.key())
    }
}

impl Admitted<Described> {
    /// The key.
    pub fn key(&self) -> AdmittedKey<'_> {
        AdmittedKey(self.0.key())
    }
}

impl Admitted<MaybeKey> {
    /// The key, if the request names one.
    pub fn key(&self) -> Option<AdmittedKey<'_>> {
        self.0.key().map(AdmittedKey)
    }
}

impl Admitted<KeyInBlob> {
    /// The key.
    pub fn key(&self) -> AdmittedKey<'_> {
        AdmittedKey(self.0.key())
    }
}

impl Admitted<TwoKeys> {
    /// The key of the ciphertext.
    pub fn source(&self) -> AdmittedKey<'_> {
        AdmittedKey(self.0.source())
    }

    /// The key to encrypt under.
    pub fn destination(&self) -> AdmittedKey<'_> {
        AdmittedKey(self.0.destination())
    }
}

impl Deref for Admitted<AliasAndKeys> {
    type Target = AliasAndKeys;

    fn deref(&self) -> &AliasAndKeys {
        &self.0
    }
}

impl Deref for AdmittedKey<'_> {
    type Target = Key;

    fn deref(&self) -> &Key {
        self.0
    }
}

impl<'a> AdmittedKey<'a> {
    /// Opens the material that is current.
    pub async fn current_material(self, cx: &Cx<'_>) -> Result<OpenMaterial<'a>, Error> {
        let material = self
            .0
            .current()
            .ok_or_else(|| error::invalid_state(&self.0.arn, "pending import"))?;
        self.open(cx, material).await
    }

    /// Opens the material that a ciphertext names.
    pub async fn decrypting_material(
        self,
        cx: &Cx<'_>,
        prefix: &[u8; 16],
    ) -> Result<OpenMaterial<'a>, Error> {
        let material = self
            .0
            .by_prefix(prefix)
            .ok_or_else(error::invalid_ciphertext)?;
        self.open(cx, material).await
    }

    async fn open(self, cx: &Cx<'_>, material: &'a Material) -> Result<OpenMaterial<'a>, Error> {
        let backing = match material.opened() {
            Some(backing) => backing,
            // Boxed, since it is rare: else the future of every call had room for it.
            None => Box::pin(self.unseal(cx, material)).await?,
        };
        Ok(OpenMaterial {
            material,
            backing,
            spec: self.0.record.spec,
        })
    }

    async fn unseal(self, cx: &Cx<'_>, material: &'a Material) -> Result<&'a Arc<Backing>, Error> {
        let spec = self.0.record.spec;
        let stored = cx.read::<MaterialRecord>(&material.place).await?;
        // Destroyed since the key was read: as if this request had come a moment later.
        let stored = stored.ok_or_else(|| error::invalid_state(&self.0.arn, "pending import"))?;
        let bytes = stored.record.bytes;
        let opened = if heavy::weighs(spec) {
            let parse = move || Backing::open(spec, &bytes);
            cx.core.heavy.using.run(parse).await?
        } else {
            Backing::open(spec, &bytes)
        };
        let backing = opened.map_err(|_| error::internal("material of another shape"))?;
        Ok(material.keep(backing))
    }
}

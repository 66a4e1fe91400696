//! The assembled service.

use std::{future::Future, pin::Pin, sync::Arc};

use claviger_audit::{Log, Recovery};
use claviger_crypto::{Rng, import::KeyPool};
use claviger_model::Timestamp;
use claviger_policy::PrincipalRef;
use uuid::Uuid;

use crate::{
    cache::Cache,
    call::{Answer, Call},
    clock::Clock,
    cx::Cx,
    error::{self, Error},
    ids::Ids,
    key::Key,
    lanes::Lanes,
    notes::Notes,
    outbox::Outbox,
    pipeline::Route,
    records::{AliasPlace, AliasRecord, ClockRecord, Fault, KeyPlace, KeyRecord, Records, Stored},
    staged::Staged,
};

/// The parts that the service is made of; the server chooses the engines.
pub struct Parts {
    /// The store behind the barrier.
    pub records: Records,
    /// The audit log, and what its opening found.
    pub audit: (Log, Recovery),
    /// The clock.
    pub clock: Arc<Clock>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    /// Wrapping keys for imports.
    pub pool: Arc<KeyPool>,
    /// Who exists.
    pub principals: Arc<dyn Principals>,
}

/// What the service asks of the identity crate.
pub trait Principals: Send + Sync {
    /// Whether a policy may name this principal.
    fn exists<'a>(
        &'a self,
        principal: &'a PrincipalRef,
    ) -> Pin<Box<dyn Future<Output = Result<bool, Fault>> + Send + 'a>>;
}

/// The key management service.
pub struct Core {
    /// The store behind the barrier.
    pub records: Records,
    /// The clock.
    pub clock: Arc<Clock>,
    pub(crate) audit: Log,
    pub(crate) keys: Arc<Cache<KeyPlace, Key>>,
    pub(crate) aliases: Arc<Cache<AliasPlace, Uuid>>,
    pub(crate) rng: Arc<dyn Rng>,
    pub(crate) pool: Arc<KeyPool>,
    pub(crate) principals: Arc<dyn Principals>,
    pub(crate) lanes: Lanes,
    pub(crate) outbox: Outbox,
    ids: Ids,
}

impl Core {
    /// Assembles the service and brings the log up to the store: events that were committed but not logged before the
    /// last stop are appended first.
    pub async fn open(parts: Parts) -> Result<Arc<Self>, Error> {
        let (audit, recovery) = parts.audit;
        let core = Arc::new(Self {
            records: parts.records,
            clock: parts.clock,
            audit,
            keys: Arc::new(Cache::new(KEYS_CACHED_MAX)),
            aliases: Arc::new(Cache::new(ALIASES_CACHED_MAX)),
            rng: parts.rng,
            pool: parts.pool,
            principals: parts.principals,
            lanes: Lanes::default(),
            outbox: Outbox::default(),
            ids: Ids::default(),
        });
        if let Some(clock) = core.records.read::<ClockRecord>(ClockRecord::ID).await? {
            core.clock.advance_to_offset_ms(clock.record.offset_ms);
        }
        core.outbox.recover(&core, &recovery).await?;
        crate::jobs::note_recovery(&core, &recovery).await?;
        Ok(core)
    }

    /// Serves one call. The future owns what it needs, so it may outlive the connection.
    pub fn handle(
        self: &Arc<Self>,
        route: Route,
        call: Call,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        let core = Arc::clone(self);
        Box::pin(async move {
            let answer = route.handle(&core, &call).await;
            if let Err(error) = &answer
                && let Some(cause) = error.private_source()
            {
                tracing::error!(request_id = %call.request_id, operation = route.rule.name, %error, %cause, "call failed");
            }
            answer
        })
    }

    /// The last act: events that wait for the log go into it, and the log is closed with a signed checkpoint.
    pub async fn close(&self) {
        if let Err(error) = self.outbox.sweep(self).await {
            tracing::error!(%error, "events stay in the outbox until the next start");
        }
        let audit = self.audit.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || audit.shutdown()).await {
            tracing::error!(%error, "the log was not closed in order");
        }
    }

    /// Whether every call would be refused because the audit log can't be written.
    pub fn audit_healthy(&self) -> bool {
        self.audit.healthy()
    }

    /// The key at `place`, from the cache or the store.
    pub(crate) async fn key(&self, place: &KeyPlace) -> Result<Option<Arc<Key>>, Fault> {
        if let Some(key) = self.keys.look(place) {
            return Ok(Some(key));
        }
        let lease = self.keys.lease(place);
        let Some(stored) = self.records.read::<KeyRecord>(&place.id()).await? else {
            return Ok(None);
        };
        let revision = stored.revision;
        let key = Arc::new(Key::compile(place.clone(), stored)?);
        self.keys.fill(place, lease, revision, Arc::clone(&key));
        Ok(Some(key))
    }

    /// The key that an alias points to.
    pub(crate) async fn alias_target(&self, place: &AliasPlace) -> Result<Option<Uuid>, Fault> {
        if let Some(target) = self.aliases.look(place) {
            return Ok(Some(*target));
        }
        let lease = self.aliases.lease(place);
        let stored = self
            .records
            .read::<AliasRecord>(&place.id(&self.records))
            .await?;
        let Some(stored) = stored.filter(|stored| stored.record.name == place.name.as_str()) else {
            return Ok(None);
        };
        self.aliases.fill(
            place,
            lease,
            stored.revision,
            Arc::new(stored.record.target),
        );
        Ok(Some(stored.record.target))
    }

    /// Stages the changed record of `key` and its publication to the cache.
    pub(crate) fn change_key(
        &self,
        staged: &mut Staged,
        key: &Key,
        record: KeyRecord,
    ) -> Result<(), Error> {
        staged.replace(
            key.place.id(),
            Some(&key.account),
            (key.version, key.revision),
            &record,
        )?;
        self.publish_key(
            staged,
            key.place.clone(),
            key.version.saturating_add(1),
            key.account.as_u64(),
            record,
        )
    }

    /// Has the cache take over the record once it is committed. It is compiled before: what could not be read back
    /// must not be written.
    pub(crate) fn publish_key(
        &self,
        staged: &mut Staged,
        place: KeyPlace,
        version: u64,
        account: u64,
        record: KeyRecord,
    ) -> Result<(), Error> {
        let mut key = Key::compile(
            place,
            Stored {
                record,
                version,
                revision: 0,
                account,
            },
        )?;
        let keys = Arc::clone(&self.keys);
        staged.then(move |revision| {
            key.revision = revision;
            let place = key.place.clone();
            keys.publish(&place, revision, Some(Arc::new(key)));
        });
        Ok(())
    }

    pub(crate) fn cx<'a>(&'a self, call: &'a Call, now: Timestamp) -> Cx<'a> {
        Cx {
            core: self,
            caller: &call.caller,
            region: &call.region,
            origin: &call.origin,
            now,
            staged: Staged::default(),
            notes: Notes::default(),
        }
    }

    /// A new random id for a key.
    pub(crate) fn new_uuid(&self) -> Result<Uuid, Error> {
        let mut bytes = [0; 16];
        self.rng
            .fill(&mut bytes)
            .map_err(|_| error::internal(Fault::Engine))?;
        Ok(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }

    pub(crate) fn new_event_id(&self) -> Result<Uuid, Error> {
        self.ids
            .next(&*self.rng)
            .map_err(|_| error::internal(Fault::Engine))
    }
}

// About 4 KiB a key with its policy: 40 MiB when full.
const KEYS_CACHED_MAX: usize = 10_000;
const ALIASES_CACHED_MAX: usize = 20_000;

//! The assembled service.

use std::{future::Future, pin::Pin, sync::Arc};

use claviger_audit::{Log, Recovery};
use claviger_crypto::{Rng, import::KeyPool};
use claviger_model::{Region, Timestamp};
use uuid::Uuid;

use crate::{
    cache::Cache,
    call::{Answer, Call},
    clock::Clock,
    cx::Cx,
    erasure::Erasure,
    error::{self, Error},
    grants::{Granted, Grantee},
    heavy::Heavy,
    ids::Ids,
    key::Key,
    lanes::Lanes,
    notes::Notes,
    outbox::Outbox,
    pipeline::{self, Route},
    principals::Principals,
    quotas::KeyCounts,
    records::{AliasPlace, AliasRecord, ClockRecord, Fault, KeyPlace, KeyRecord, Records, Stored},
    request_quotas::RequestQuotas,
    rule::{Actions, Identifiers, Rule, Service},
    seconds::Seconds,
    staged::Staged,
    uses::Uses,
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
    /// Whether a Region is served.
    pub regions: fn(&Region) -> bool,
    /// Whether request quotas are in force.
    pub request_quotas: bool,
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
    pub(crate) grants: Arc<Cache<Grantee, Granted>>,
    /// Randomness.
    pub rng: Arc<dyn Rng>,
    pub(crate) pool: Arc<KeyPool>,
    principals: Arc<dyn Principals>,
    pub(crate) regions: fn(&Region) -> bool,
    pub(crate) request_quotas: Option<RequestQuotas>,
    pub(crate) lanes: Lanes,
    pub(crate) heavy: Heavy,
    pub(crate) outbox: Outbox,
    pub(crate) erasure: Erasure,
    pub(crate) uses: Uses,
    pub(crate) key_counts: Arc<KeyCounts>,
    /// Held while the jobs run: one round at a time.
    pub(crate) jobs: tokio::sync::Mutex<()>,
    ids: Ids,
    pub(crate) seconds: Seconds,
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
            grants: Arc::new(Cache::new(GRANTEES_CACHED_MAX)),
            rng: parts.rng,
            pool: parts.pool,
            principals: parts.principals,
            regions: parts.regions,
            request_quotas: parts.request_quotas.then(RequestQuotas::default),
            lanes: Lanes::default(),
            heavy: Heavy::start()?,
            outbox: Outbox::default(),
            erasure: Erasure::default(),
            uses: Uses::default(),
            key_counts: Arc::default(),
            jobs: tokio::sync::Mutex::default(),
            ids: Ids::default(),
            seconds: Seconds::default(),
        });
        if let Some(clock) = core.records.read::<ClockRecord>(ClockRecord::ID).await? {
            core.clock.advance_to_offset_ms(clock.record.offset_ms);
        }
        core.erasure.recover(&core).await?;
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
        route.handle(Arc::clone(self), call)
    }

    /// The last act: events that wait for the log go into it, and the log is closed with a signed checkpoint.
    pub async fn close(&self) {
        if let Err(error) = crate::jobs::write_last_uses(self).await {
            tracing::error!(%error, "the last uses of keys were not written down");
        }
        // Twice: events leave the outbox once their lines are on the disk, and the first round may bring some there.
        for _ in 0..2 {
            if let Err(error) = self.outbox.sweep(self).await {
                tracing::error!(%error, "events stay in the outbox until the next start");
            }
            let audit = self.audit.clone();
            if let Err(error) = tokio::task::spawn_blocking(move || audit.checkpoint_now()).await {
                tracing::error!(%error, "the log was not brought to the disk in order");
            }
        }
        if let Err(error) = self.outbox.sweep(self).await {
            tracing::error!(%error, "events stay in the outbox until the next start");
        }
        let audit = self.audit.clone();
        if let Err(error) = tokio::task::spawn_blocking(move || audit.shutdown()).await {
            tracing::error!(%error, "the log was not closed in order");
        }
    }

    /// Refuses an authenticated call that names no operation of `service`; its audit event is written like any other.
    pub fn refuse(
        self: &Arc<Self>,
        service: Service,
        call: Call,
        refusal: Error,
    ) -> Pin<Box<dyn Future<Output = Answer> + Send>> {
        let core = Arc::clone(self);
        let rule = unrecognized(service);
        Box::pin(async move { pipeline::refuse(&core, &call, rule, refusal).await })
    }

    /// Who exists.
    pub fn principals(&self) -> &Arc<dyn Principals> {
        &self.principals
    }

    /// Whether every call would be refused because the audit log can't be written.
    pub fn audit_healthy(&self) -> bool {
        self.audit.healthy()
    }

    /// The file of the audit log that was removed or replaced while it is written to.
    pub fn audit_lost(&self) -> Option<std::path::PathBuf> {
        self.audit.lost()
    }

    /// The key at `place`, from the cache or the store.
    pub(crate) async fn key(&self, place: &KeyPlace) -> Result<Option<Arc<Key>>, Fault> {
        match self.keys.look(place) {
            Some(key) => Ok(Some(key)),
            None => Box::pin(self.stored_key(place)).await,
        }
    }

    /// The key at `place` as the store has it now.
    pub(crate) async fn stored_key(&self, place: &KeyPlace) -> Result<Option<Arc<Key>>, Fault> {
        let lease = self.keys.lease(place);
        let Some(stored) = self.records.read::<KeyRecord>(&place.id()).await? else {
            self.keys.release(place, lease);
            return Ok(None);
        };
        let revision = stored.revision;
        let key = Arc::new(Key::compile(place.clone(), stored)?);
        self.keys.fill(place, lease, revision, Arc::clone(&key));
        Ok(Some(key))
    }

    /// The key that an alias points to, from the cache or the store.
    pub(crate) async fn alias_target(&self, place: &AliasPlace) -> Result<Option<Uuid>, Fault> {
        match self.aliases.look(place) {
            Some(target) => Ok(Some(*target)),
            None => Box::pin(self.stored_alias_target(place)).await,
        }
    }

    /// The key that an alias points to as the store has it now.
    pub(crate) async fn stored_alias_target(
        &self,
        place: &AliasPlace,
    ) -> Result<Option<Uuid>, Fault> {
        let lease = self.aliases.lease(place);
        let stored = self
            .records
            .read::<AliasRecord>(&place.id(&self.records))
            .await?;
        let Some(stored) = stored.filter(|stored| stored.record.name == place.name.as_str()) else {
            self.aliases.release(place, lease);
            return Ok(None);
        };
        let target = stored.record.target;
        self.aliases
            .fill(place, lease, stored.revision, Arc::new(target));
        Ok(Some(target))
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
        staged.then(move |committed| {
            key.revision = committed.unwrap_or_default();
            let place = key.place.clone();
            keys.settle(&place, committed, Some(Arc::new(key)));
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
            dry_run: false,
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

/// The rule of a call whose action its service does not know.
fn unrecognized(service: Service) -> &'static Rule {
    const fn of(service: Service) -> Rule {
        Rule {
            service,
            identifiers: Identifiers::None,
            changes: false,
            ..Rule::kms("UnrecognizedAction", Actions::Open)
        }
    }
    match service {
        Service::Kms => const { &of(Service::Kms) },
        Service::Sts => const { &of(Service::Sts) },
        Service::Iam => const { &of(Service::Iam) },
    }
}

// A usual key takes a few KiB with its compiled policy; one at every limit of AWS, about 100 KiB.
const KEYS_CACHED_MAX: usize = 4_096;
const ALIASES_CACHED_MAX: usize = 8_192;
// Most callers have no grant at all, and that is remembered too.
const GRANTEES_CACHED_MAX: usize = 16_384;

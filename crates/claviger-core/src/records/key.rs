//! A key: the resource with an ARN, without the secret bytes of its materials.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

use claviger_model::{
    AccountId, KeyArn, KeyId, KeyLastUsageTrackingOperation, KeySpec, KeyState, KeyUsageType,
    MaterialId, MultiRegionKeyType, OriginType, Region, Timestamp,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Fault, MaterialRecord, Record, Related, read_json, words, write_json};
use crate::json_record;

/// Everything that decides about a key stands in this one record: policy, disabled flag, deletion date, tags, aliases
/// and the list of its materials. So no other record's removal can grant anything.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct KeyRecord {
    /// The key's id; the store's path carries it too.
    pub id: Uuid,
    /// Whether the id is printed with the `mrk-` prefix.
    pub multi_region: bool,
    /// The owning account.
    pub account: String,
    /// The Region.
    pub region: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The owner's description.
    pub description: String,
    /// `KeySpec` on the wire.
    #[serde(with = "words::spec")]
    pub spec: KeySpec,
    /// `KeyUsage` on the wire.
    #[serde(with = "words::usage")]
    pub usage: KeyUsageType,
    /// `Origin` on the wire.
    #[serde(with = "words::origin")]
    pub origin: OriginType,
    /// The key policy as it was given.
    pub policy: String,
    /// Whom the policy means: the unique id of every user, role and session whose ARN it has. A later namesake is
    /// somebody else.
    #[serde(default)]
    pub principals: BTreeMap<String, String>,
    /// The AWS service for which the key is managed, such as `s3`; none for keys that customers manage.
    #[serde(default)]
    pub managed_for: Option<String>,
    /// The tags.
    pub tags: BTreeMap<String, String>,
    /// The names of the aliases that point here.
    pub aliases: BTreeSet<String>,
    /// Set by DisableKey and CancelKeyDeletion, cleared by EnableKey.
    pub disabled: bool,
    /// When the waiting period ends, epoch milliseconds.
    pub deletion_ms: Option<i64>,
    /// The length of the waiting period that begins when the last replica is gone, in days.
    #[serde(default)]
    pub replica_window_days: Option<u32>,
    /// The keys that belong together, this one among them; none for a key that was never replicated.
    #[serde(default)]
    pub related: Option<Related>,
    /// Import tokens of an older epoch are void.
    pub import_epoch: u64,
    /// Every material that the key knows, oldest first.
    pub materials: Vec<MaterialEntry>,
    /// How often RotateKeyOnDemand has succeeded.
    pub on_demand_rotations: u32,
    /// When the service rotates it on its own, if it does. It stays while the key is disabled or waits for its deletion.
    #[serde(default)]
    pub rotation: Option<RotationSchedule>,
    /// The last use that was written down. Policies may ask for it, so it stands here.
    #[serde(default)]
    pub last_use: Option<LastUse>,
}

impl Record for KeyRecord {
    const TABLE: &'static str = "key";
    const FORMAT: u8 = 2;

    fn write(&self, out: &mut Vec<u8>) -> Result<(), Fault> {
        write_json(self, out)
    }

    /// Format 1 knew neither principals nor AWS managed keys: its policies can name accounts only, and one that names
    /// more does not compile without the principals.
    fn read(format: u8, bytes: &[u8]) -> Result<Self, Fault> {
        match format {
            1 | 2 => read_json(format, format, bytes),
            _ => Err(Fault::Format(Self::TABLE)),
        }
    }
}

/// One material of a key, without its bytes.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct MaterialEntry {
    /// The id, in hex.
    pub id: String,
    /// What it is to the key.
    pub role: MaterialRole,
    /// Whether the bytes are in the store.
    pub imported: bool,
    /// The Region under which the bytes stand; none for the key's own. What the service generated stands once for all
    /// keys that belong together; imported bytes stand in each Region.
    #[serde(default)]
    pub region: Option<String>,
    /// When imported bytes expire, epoch milliseconds.
    pub valid_to_ms: Option<i64>,
    /// The owner's description.
    pub description: Option<String>,
    /// How it became current, unless it was the first.
    pub rotated: Option<Rotated>,
    /// The public key of a pair, as SubjectPublicKeyInfo in DER. It outlives the private one, which may be deleted.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        with = "words::bytes"
    )]
    pub public_key: Option<Vec<u8>>,
}

/// What a material is to its key.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum MaterialRole {
    /// Encrypts and decrypts.
    Current,
    /// Decrypts only.
    NonCurrent,
    /// Waits for RotateKeyOnDemand and is used for nothing.
    PendingRotation,
}

/// How and when a material became current.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Rotated {
    /// When, epoch milliseconds.
    pub at_ms: i64,
    /// By whose order.
    pub kind: RotationKind,
}

/// By whose order a rotation ran.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum RotationKind {
    /// RotateKeyOnDemand.
    OnDemand,
    /// The key's schedule.
    Automatic,
}

/// The last cryptographic use of a key.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct LastUse {
    /// When, epoch milliseconds.
    pub at_ms: i64,
    /// By what.
    #[serde(with = "words::tracked_operation")]
    pub operation: KeyLastUsageTrackingOperation,
    /// The audit event that tells of it.
    pub event_id: Uuid,
    /// The request.
    pub request_id: Uuid,
}

impl LastUse {
    /// When.
    pub fn at(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.at_ms)
    }
}

/// Automatic rotation.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct RotationSchedule {
    /// The days between two rotations.
    pub period_days: u32,
    /// The date of the next, epoch milliseconds.
    pub next_ms: i64,
}

impl RotationSchedule {
    /// The schedule that begins at `now`: its first rotation is a period away.
    pub fn from_now(period_days: u32, now: Timestamp) -> Self {
        Self {
            period_days,
            next_ms: now.saturating_add_days(period_days.into()).epoch_ms(),
        }
    }

    /// The schedule after a rotation at `now`. It goes on as it was, unless a whole period was missed: then it begins anew.
    pub fn after_rotation(self, now: Timestamp) -> Self {
        let on_time = Self::from_now(self.period_days, self.next());
        if on_time.is_due(now) {
            Self::from_now(self.period_days, now)
        } else {
            on_time
        }
    }

    /// Whether the date has come.
    pub fn is_due(self, now: Timestamp) -> bool {
        self.next() <= now
    }

    /// The date of the next rotation.
    pub fn next(self) -> Timestamp {
        Timestamp::from_epoch_ms(self.next_ms)
    }
}

impl KeyRecord {
    /// The state by the clock. Expired material counts as gone whether or not its job has run.
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.deletion_ms.is_some() {
            KeyState::PendingDeletion
        } else if self.replica_window_days.is_some() {
            KeyState::PendingReplicaDeletion
        } else if !self.complete(now) {
            KeyState::PendingImport
        } else if self.disabled {
            KeyState::Disabled
        } else {
            KeyState::Enabled
        }
    }

    /// Whether every permanently associated material is there. A key without any is not complete.
    pub fn complete(&self, now: Timestamp) -> bool {
        let mut permanent = self
            .materials
            .iter()
            .filter(|material| material.permanent())
            .peekable();
        permanent.peek().is_some() && permanent.all(|material| material.usable(now))
    }

    /// Whether its destruction has begun: what the service generated is missing at no other time.
    pub fn is_being_destroyed(&self) -> bool {
        let generated = self.origin == OriginType::AwsKms;
        generated && self.materials.iter().any(|entry| !entry.imported)
    }

    /// The material that encrypts.
    pub fn current(&self) -> Option<&MaterialEntry> {
        self.materials
            .iter()
            .find(|material| material.role == MaterialRole::Current)
    }

    /// The material that waits for rotation.
    pub fn pending(&self) -> Option<&MaterialEntry> {
        self.materials
            .iter()
            .find(|material| material.role == MaterialRole::PendingRotation)
    }

    /// The material of this id.
    pub fn material(&self, id: &MaterialId) -> Option<&MaterialEntry> {
        let id = id.to_string();
        self.materials.iter().find(|material| material.id == id)
    }

    /// The material of this id, to be changed.
    pub fn material_mut(&mut self, id: &MaterialId) -> Option<&mut MaterialEntry> {
        let id = id.to_string();
        self.materials.iter_mut().find(|material| material.id == id)
    }

    /// Whether a multi-Region key is the primary one; none for single-Region keys.
    pub(crate) fn multi_region_type(&self) -> Option<MultiRegionKeyType> {
        self.multi_region.then_some(if self.is_replica() {
            MultiRegionKeyType::Replica
        } else {
            MultiRegionKeyType::Primary
        })
    }

    /// Whether it is a replica of a key in another Region.
    pub fn is_replica(&self) -> bool {
        self.related
            .as_ref()
            .is_some_and(|related| related.primary != self.region)
    }

    /// The keys that belong together, were it only this one.
    pub fn related_or_alone(&self) -> Related {
        let related = self.related.clone();
        related.unwrap_or_else(|| Related::alone(&self.region))
    }

    /// The other Regions that have a key that belongs to this one.
    pub fn other_regions(&self) -> impl Iterator<Item = &str> {
        self.related
            .iter()
            .flat_map(Related::regions)
            .filter(|region| *region != self.region)
    }

    /// Whether the schedule of its rotation, if it has one, asks for one now.
    pub fn rotation_is_due(&self, now: Timestamp) -> bool {
        self.rotation.is_some_and(|schedule| schedule.is_due(now))
    }

    /// When it was created.
    pub fn created(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.created_ms)
    }

    /// The end of the waiting period.
    pub fn deletion(&self) -> Option<Timestamp> {
        self.deletion_ms.map(Timestamp::from_epoch_ms)
    }

    /// Whether it is a symmetric encryption key. Only those have several materials, with ids that their owners see.
    pub fn is_symmetric(&self) -> bool {
        self.spec == KeySpec::SymmetricDefault
    }

    /// The key id as it is printed.
    pub fn key_id(&self) -> KeyId {
        KeyId::new(self.id, self.multi_region)
    }
}

impl MaterialEntry {
    /// Whether the key can't be used without it.
    pub fn permanent(&self) -> bool {
        self.role != MaterialRole::PendingRotation
    }

    /// Whether the bytes are there and have not expired.
    pub fn usable(&self, now: Timestamp) -> bool {
        self.imported
            && self
                .valid_to_ms
                .is_none_or(|valid_to| now.epoch_ms() < valid_to)
    }

    /// The id of the record that holds the bytes for `key`, to which this material belongs.
    pub fn place(&self, key: &KeyRecord) -> String {
        let region = self.region.as_ref().unwrap_or(&key.region);
        MaterialRecord::id(region, key.id, &self.id)
    }

    /// When imported bytes expire.
    pub fn valid_to(&self) -> Option<Timestamp> {
        self.valid_to_ms.map(Timestamp::from_epoch_ms)
    }

    /// The id.
    pub fn material_id(&self) -> Option<MaterialId> {
        MaterialId::parse(&self.id).ok()
    }
}

/// Names one key, without its account: a ciphertext finds its key by this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPlace {
    /// The Region.
    pub region: Region,
    /// The key.
    pub key: Uuid,
}

/// The id says nearly all: keys in a few Regions at most share one.
impl Hash for KeyPlace {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.key.as_u128());
    }
}

impl KeyPlace {
    /// The id within the table.
    pub fn id(&self) -> String {
        format!("{}/{}", self.region, self.key)
    }

    /// The key's ARN in `account`.
    pub fn arn(&self, account: &AccountId, multi_region: bool) -> KeyArn {
        KeyArn {
            region: self.region.clone(),
            account: *account,
            id: KeyId::new(self.key, multi_region),
        }
    }
}

/// The entry of a key in its account's list.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ListedKeyRecord {
    /// The key.
    pub key: Uuid,
    /// Whether the id is printed with the `mrk-` prefix.
    pub multi_region: bool,
}

json_record!(ListedKeyRecord, "listed-key");

impl ListedKeyRecord {
    /// The id within the table.
    pub(crate) fn id(account: &AccountId, region: &Region, key: Uuid) -> String {
        format!("{}{key}", Self::prefix(account, region))
    }

    /// What the ids of all keys of an account and Region begin with.
    pub(crate) fn prefix(account: &AccountId, region: &Region) -> String {
        format!("{account}/{region}/")
    }
}

/// What is left of a deleted key: its id is never used again, and a restored backup does not bring it back.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct TombstoneRecord {
    /// When it was deleted, epoch milliseconds.
    pub deleted_ms: i64,
}

json_record!(TombstoneRecord, "tombstone");

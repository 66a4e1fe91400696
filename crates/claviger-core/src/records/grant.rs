//! A grant: what one principal may do with one key, besides what policies allow.

use std::collections::BTreeMap;

use claviger_model::{AccountId, GrantOperation, Region, Timestamp};
use claviger_policy::{ContextConstraint, Grant, GrantConstraints, PrincipalRef};
use serde::{Deserialize, Serialize};

use super::{KeyPlace, Records, words};
use crate::json_record;

/// What is stored of a grant. It only ever adds rights, so its loss takes some away.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct GrantRecord {
    /// Whom it permits.
    pub grantee: Party,
    /// Who may retire it, besides those who always may.
    pub retiring: Option<Party>,
    /// What it permits, each once, in the order in which it was said.
    #[serde(with = "words::grant_operations")]
    pub operations: Vec<GrantOperation>,
    /// The encryption context that calls must have.
    pub context: Option<StoredContext>,
    /// The resource for which a service must call.
    pub source_arn: Option<String>,
    /// The name that it was created with.
    pub name: Option<String>,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// The account that created it.
    pub issuing_account: String,
}

json_record!(GrantRecord, "grant");

/// One side of a grant.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Party {
    /// A user, role, session or account.
    Principal {
        /// Its unique id; an account's is the account id.
        id: String,
    },
    /// An AWS service, by its host name.
    Service {
        /// The host name.
        name: String,
    },
}

/// A constraint on the encryption context.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum StoredContext {
    /// Exactly these pairs.
    Equals(BTreeMap<String, String>),
    /// At least these pairs.
    Subset(BTreeMap<String, String>),
}

impl Party {
    /// The unique id, or the service's name.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Principal { id, .. } => id,
            Self::Service { name } => name,
        }
    }

    /// As policies name it.
    pub(crate) fn principal(&self) -> PrincipalRef {
        match self {
            Self::Service { name } => PrincipalRef::Service(name.clone()),
            Self::Principal { id, .. } => match AccountId::parse(id) {
                Ok(account) => PrincipalRef::Account(account),
                Err(_) => PrincipalRef::UniqueId(id.clone()),
            },
        }
    }
}

impl StoredContext {
    /// As the policy engine sees it.
    pub(crate) fn into_constraint(self) -> ContextConstraint {
        match self {
            Self::Equals(pairs) => ContextConstraint::Equals(pairs),
            Self::Subset(pairs) => ContextConstraint::Subset(pairs),
        }
    }
}

impl GrantRecord {
    /// As the policy engine sees it.
    pub(crate) fn compile(&self, id: &GrantId) -> Grant {
        Grant {
            id: id.as_str().to_owned(),
            grantee: self.grantee.principal(),
            operations: self.operations.iter().copied().collect(),
            constraints: GrantConstraints {
                context: self.context.clone().map(StoredContext::into_constraint),
                source_arn: self.source_arn.clone(),
            },
        }
    }

    /// The account that created it.
    pub(crate) fn issuing_account(&self) -> Option<AccountId> {
        AccountId::parse(&self.issuing_account).ok()
    }

    /// When it was created.
    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.created_ms)
    }
}

/// A grant id: 64 hex digits. The first half is an index of key and grantee, so that one scan finds the grants of a
/// grantee and one read finds a grant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct GrantId(String);

impl GrantId {
    /// Reads a grant id.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == 64 && text.bytes().all(is_hex)).then(|| Self(text.to_owned()))
    }

    /// The id of a grant on `key` for `grantee`; `own` tells it from the grantee's other grants.
    pub(crate) fn new(records: &Records, key: &KeyPlace, grantee: &Party, own: [u8; 16]) -> Self {
        Self(Self::index(records, key, grantee.id()) + &hex::encode(own))
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn index(records: &Records, key: &KeyPlace, grantee: &str) -> String {
        let (region, uuid) = (key.region.as_str().as_bytes(), key.key.as_bytes());
        let mut index = records.index("grantee", &[region, uuid, grantee.as_bytes()]);
        index.truncate(32);
        index
    }
}

/// Names one grant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct GrantPlace {
    /// The key.
    pub key: KeyPlace,
    /// The grant.
    pub grant: GrantId,
}

impl GrantPlace {
    /// The id within the table.
    pub(crate) fn id(&self) -> String {
        format!("{}{}", Self::prefix(&self.key), self.grant.0)
    }

    /// Reads an id.
    pub(crate) fn parse(id: &str) -> Option<Self> {
        let (key, grant) = id.rsplit_once('/')?;
        let (region, key) = key.split_once('/')?;
        Some(Self {
            key: KeyPlace {
                region: Region::parse(region).ok()?,
                key: key.parse().ok()?,
            },
            grant: GrantId::parse(grant)?,
        })
    }

    /// What the ids of all grants of a key begin with.
    pub(crate) fn prefix(key: &KeyPlace) -> String {
        format!("{}/", key.id())
    }

    /// What the ids of all grants of a grantee on a key begin with.
    pub(crate) fn prefix_of(records: &Records, key: &KeyPlace, grantee: &str) -> String {
        Self::prefix(key) + &GrantId::index(records, key, grantee)
    }
}

/// The entry of a grant in the list of whoever may retire it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct RetirableRecord {
    /// The account of whoever may retire it, which a unique id does not tell once its principal is deleted. None for a
    /// service, and in entries that were written before this was kept: those are found by the principal's ARN alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

json_record!(RetirableRecord, "retirable-grant");

impl RetirableRecord {
    /// The id within the table.
    pub(crate) fn id(records: &Records, retiring: &str, place: &GrantPlace) -> String {
        let prefix = Self::prefix(records, &place.key.region, retiring);
        format!("{prefix}{}/{}", place.key.key, place.grant.0)
    }

    /// What the ids of all grants of a Region that somebody may retire begin with.
    pub(crate) fn prefix(records: &Records, region: &Region, retiring: &str) -> String {
        let index = records.index(
            "retiring",
            &[region.as_str().as_bytes(), retiring.as_bytes()],
        );
        format!("{region}/{index}/")
    }

    /// The grant that an id names.
    pub(crate) fn place(id: &str) -> Option<GrantPlace> {
        let (region, rest) = id.split_once('/')?;
        let (_, grant) = rest.split_once('/')?;
        GrantPlace::parse(&format!("{region}/{grant}"))
    }
}

/// How many grants a key has. Only the quota hangs on it.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct GrantTallyRecord {
    /// The number.
    pub grants: u32,
}

json_record!(GrantTallyRecord, "grant-tally");

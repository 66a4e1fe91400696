//! What the operations on access keys share.

use claviger_core::{
    cx::Cx,
    error::{self, Error},
};
use claviger_model::{
    Secret, SecretText, Timestamp,
    iam::{AccessKey, AccessKeyLastUsed, AccessKeyMetadata, StatusType},
};

use crate::{
    entities, errors,
    records::{AccessKeys, AccountRecord, CredentialRecord, KeyEntry, KeyUseRecord, UserRecord},
    subjects::KeyOwner,
};

/// Stages the secret of a new key. Alone it opens nothing: the owner must list it.
pub(super) fn store(
    cx: &mut Cx<'_>,
    owner: &KeyOwner,
    id: &str,
    secret: Secret,
) -> Result<(), Error> {
    let account = cx.caller.account;
    let record = CredentialRecord {
        account,
        owner: match owner {
            KeyOwner::User(user) => user.record.id.clone(),
            KeyOwner::Root(_) => account.to_string(),
        },
        secret,
    };
    let place = CredentialRecord::id(&cx.core.records, id);
    Ok(cx.staged.create(place, Some(&account), &record)?)
}

/// Stages the end of a secret.
pub(super) fn destroy(cx: &mut Cx<'_>, id: &str) {
    let account = cx.caller.account;
    let records = &cx.core.records;
    let (secret, last_use) = (
        CredentialRecord::id(records, id),
        KeyUseRecord::id(records, id),
    );
    cx.staged
        .remove::<CredentialRecord>(secret, Some(&account), None);
    cx.staged
        .remove::<KeyUseRecord>(last_use, Some(&account), None);
}

/// Stages the owner's list of keys.
pub(super) fn replace(cx: &mut Cx<'_>, owner: &KeyOwner, keys: AccessKeys) -> Result<(), Error> {
    match owner {
        KeyOwner::User(stored) => {
            let record = UserRecord {
                access_keys: keys,
                ..stored.record.clone()
            };
            entities::replace(cx, stored, &record)
        }
        KeyOwner::Root(stored) => {
            let account = cx.caller.account;
            let record = AccountRecord {
                root_keys: keys,
                ..stored.record.clone()
            };
            let read = (stored.version, stored.revision);
            cx.staged
                .replace(AccountRecord::id(account), Some(&account), read, &record)?;
            entities::identities_change(cx);
            Ok(())
        }
    }
}

/// A new key with its secret, which no later answer carries.
pub(super) fn created(
    owner: &KeyOwner,
    id: &str,
    entry: &KeyEntry,
    secret: &Secret,
) -> Result<AccessKey, Error> {
    Ok(AccessKey {
        // DIFFERS: AWS leaves the name of the root out, which its model requires.
        user_name: owner.name().unwrap_or_default().to_owned(),
        access_key_id: id.to_owned(),
        status: status(entry),
        secret_access_key: text(secret)?,
        create_date: Some(Timestamp::from_epoch_ms(entry.created_ms)),
    })
}

/// What the audit event says of a new key: everything but the secret.
pub(super) fn note(cx: &mut Cx<'_>, key: &AccessKey) {
    let created = key.create_date.map(Timestamp::human_of_iam);
    cx.notes.response().put_object("accessKey", |noted| {
        noted
            .put_str("accessKeyId", &key.access_key_id)
            .put_str("status", key.status.as_str())
            .put_str("userName", &key.user_name);
        super::put_optional(noted, "createDate", created.as_deref());
    });
}

/// A key as lists tell of it.
pub(super) fn listed(owner: &KeyOwner, id: &str, entry: &KeyEntry) -> AccessKeyMetadata {
    AccessKeyMetadata {
        user_name: owner.name().map(str::to_owned),
        access_key_id: Some(id.to_owned()),
        status: Some(status(entry)),
        create_date: Some(Timestamp::from_epoch_ms(entry.created_ms)),
    }
}

/// What a key was used for last; one that was never used is said to be so as AWS says it.
pub(super) fn last_used(used: Option<KeyUseRecord>) -> AccessKeyLastUsed {
    match used {
        Some(used) => AccessKeyLastUsed {
            last_used_date: Some(Timestamp::from_epoch_ms(used.at_ms)),
            service_name: used.service,
            region: used.region,
        },
        None => AccessKeyLastUsed {
            last_used_date: None,
            service_name: "N/A".to_owned(),
            region: "N/A".to_owned(),
        },
    }
}

/// Whether a key of this status may be used.
pub(super) fn is_active(status: StatusType) -> Result<bool, Error> {
    match status {
        StatusType::Active => Ok(true),
        StatusType::Inactive => Ok(false),
        // UNKNOWN: the model knows the word, but only AWS itself makes keys expire.
        StatusType::Expired => Err(errors::invalid_input("The status Expired cannot be set.")),
    }
}

fn text(secret: &Secret) -> Result<SecretText, Error> {
    // EXPOSE: the one answer that carries it.
    let text = std::str::from_utf8(secret.expose()).map_err(error::internal)?;
    Ok(SecretText::copy_of(text))
}

fn status(entry: &KeyEntry) -> StatusType {
    if entry.active {
        StatusType::Active
    } else {
        StatusType::Inactive
    }
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
pub(super) const KEYS_MAX: usize = 2;

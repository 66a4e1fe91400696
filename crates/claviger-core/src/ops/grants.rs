//! What the grant operations share: who may be named, what may be granted, and how grants are stored, listed and ended.

use claviger_audit::Parameters;
use claviger_model::{GrantConstraints, GrantListEntry, GrantOperation, KeySpec, KeyUsageType};
use claviger_policy::{PrincipalRef, Value, Values};

use crate::{
    cx::Cx,
    error::{self, Error},
    grants::{Grantee, publish},
    key::Key,
    principals::printed,
    records::{
        GrantPlace, GrantRecord, GrantTallyRecord, Party, RetirableRecord, Stored, StoredContext,
    },
};

/// The party that `arn` names: an account, a user, a role, a session or a federated user, of any account.
pub(super) async fn principal(cx: &Cx<'_>, arn: &str) -> Result<Party, Error> {
    let named = PrincipalRef::parse_aws(arn).ok_or_else(|| error::invalid_principal(arn))?;
    let grantable = match &named {
        // An account by its bare id, everybody, and whoever was deleted: none of them is an ARN.
        PrincipalRef::Account(_) => arn.starts_with("arn:"),
        PrincipalRef::Arn(_) => true,
        PrincipalRef::AnyOne
        | PrincipalRef::UniqueId(_)
        | PrincipalRef::Service(_)
        | PrincipalRef::Federated(_)
        | PrincipalRef::CanonicalUser(_) => false,
    };
    let id = if grantable {
        cx.core.principals().resolve(&named).await?
    } else {
        None
    };
    match id {
        Some(id) => Ok(Party::Principal { id }),
        None => Err(error::invalid_principal(arn)),
    }
}

/// Whose grants a filter asks for: principals that are deleted are listed, and asked for, by their unique ids.
pub(super) async fn filtered(cx: &Cx<'_>, grantee: &str) -> Result<String, Error> {
    match PrincipalRef::parse_aws(grantee) {
        Some(PrincipalRef::UniqueId(id)) => Ok(id),
        Some(_) | None => Ok(principal(cx, grantee).await?.id().to_owned()),
    }
}

/// The operations that a grant on this kind of key can permit.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations>
pub(super) fn grantable(spec: KeySpec, usage: KeyUsageType) -> &'static [GrantOperation] {
    use GrantOperation::{
        Decapsulate, Decrypt, DeriveSharedSecret, Encapsulate, Encrypt, GenerateDataKey,
        GenerateDataKeyPair, GenerateDataKeyPairWithoutPlaintext, GenerateDataKeyWithoutPlaintext,
        GenerateMac, GetPublicKey, ReEncryptFrom, ReEncryptTo, Sign, Verify, VerifyMac,
    };
    match usage {
        KeyUsageType::EncryptDecrypt if spec == KeySpec::SymmetricDefault => &[
            Decrypt,
            Encrypt,
            ReEncryptFrom,
            ReEncryptTo,
            GenerateDataKey,
            GenerateDataKeyWithoutPlaintext,
            GenerateDataKeyPair,
            GenerateDataKeyPairWithoutPlaintext,
        ],
        KeyUsageType::EncryptDecrypt => {
            &[Decrypt, Encrypt, ReEncryptFrom, ReEncryptTo, GetPublicKey]
        }
        KeyUsageType::SignVerify => &[Sign, Verify, GetPublicKey],
        KeyUsageType::GenerateVerifyMac => &[GenerateMac, VerifyMac],
        KeyUsageType::KeyAgreement => &[DeriveSharedSecret, GetPublicKey],
        KeyUsageType::EncapsulateDecapsulate => &[Encapsulate, Decapsulate, GetPublicKey],
    }
}

/// Stages a new grant on the caller's or another's key.
pub(super) async fn create(
    cx: &mut Cx<'_>,
    key: &Key,
    place: &GrantPlace,
    record: &GrantRecord,
) -> Result<(), Error> {
    // The grant was decided upon for this key as it is: one that is about to be deleted gets none.
    cx.expect_key(key);
    cx.staged.create(place.id(), Some(&key.account), record)?;
    if let Some(retiring) = &record.retiring {
        let id = RetirableRecord::id(&cx.core.records, retiring.id(), place);
        let account = account_of(cx, retiring).await?;
        cx.staged
            .create(id, Some(&key.account), &RetirableRecord { account })?;
    }
    let count = tally(cx, key).await?;
    let grants = count.as_ref().map_or(0, |stored| stored.record.grants);
    if grants >= GRANTS_MAX {
        // UNKNOWN: AWS's own text is not recorded.
        return Err(error::limit_exceeded(format!(
            "Key {} has too many grants.",
            key.arn
        )));
    }
    set_tally(cx, key, count, grants.saturating_add(1))?;
    publish(cx.core, &mut cx.staged, grantee(place, record));
    Ok(())
}

/// Stages the end of a grant.
pub(super) async fn end(
    cx: &mut Cx<'_>,
    key: &Key,
    place: &GrantPlace,
    stored: &Stored<GrantRecord>,
) -> Result<(), Error> {
    let account = Some(&key.account);
    cx.staged
        .remove::<GrantRecord>(place.id(), account, Some(stored.revision));
    if let Some(retiring) = &stored.record.retiring {
        let id = RetirableRecord::id(&cx.core.records, retiring.id(), place);
        cx.staged.remove::<RetirableRecord>(id, account, None);
    }
    let count = tally(cx, key).await?;
    let grants = count.as_ref().map_or(0, |stored| stored.record.grants);
    set_tally(cx, key, count, grants.saturating_sub(1))?;
    publish(cx.core, &mut cx.staged, grantee(place, &stored.record));
    Ok(())
}

/// A grant as lists give it.
pub(super) async fn entry(
    cx: &Cx<'_>,
    key: &Key,
    place: &GrantPlace,
    record: &GrantRecord,
) -> Result<GrantListEntry, Error> {
    let (grantee_principal, grantee_service_principal) = shown(cx, Some(&record.grantee)).await?;
    let (retiring_principal, retiring_service_principal) =
        shown(cx, record.retiring.as_ref()).await?;
    Ok(GrantListEntry {
        key_id: Some(key.arn.clone()),
        grant_id: Some(place.grant.as_str().to_owned()),
        name: Some(record.name.clone().unwrap_or_default()),
        creation_date: Some(record.created()),
        grantee_principal,
        retiring_principal,
        issuing_account: Some(format!("arn:aws:iam::{}:root", record.issuing_account)),
        operations: Some(record.operations.clone()),
        constraints: constraints(record),
        grantee_service_principal,
        retiring_service_principal,
    })
}

/// The condition key by which policies tell grants of AWS services from others: no service creates any here.
pub(super) fn condition(key: &str) -> Option<Values<'static>> {
    (key == "kms:grantisforawsresource").then_some(Values::One(Value::Bool(false)))
}

/// The id of a grant in the audit event.
pub(super) fn put_ids(out: &mut Parameters, key: &str, grant: &str) {
    out.put_str("keyId", key).put_str("grantId", grant);
}

/// The account of a principal that lives.
async fn account_of(cx: &Cx<'_>, party: &Party) -> Result<Option<String>, Error> {
    let Party::Principal { id } = party else {
        return Ok(None);
    };
    let arn = cx.core.principals().arn_of(id).await?;
    Ok(arn.and_then(|arn| arn.split(':').nth(4).map(str::to_owned)))
}

type Shown = (Option<String>, Option<String>);

async fn shown(cx: &Cx<'_>, party: Option<&Party>) -> Result<Shown, Error> {
    Ok(match party {
        Some(Party::Principal { id }) => {
            let name = printed(&**cx.core.principals(), id).await?;
            (Some(name), None)
        }
        Some(Party::Service { name }) => (None, Some(name.clone())),
        None => (None, None),
    })
}

fn constraints(record: &GrantRecord) -> Option<GrantConstraints> {
    let mut constraints = GrantConstraints {
        source_arn: record.source_arn.clone(),
        ..GrantConstraints::default()
    };
    match record.context.clone() {
        Some(StoredContext::Equals(pairs)) => constraints.encryption_context_equals = Some(pairs),
        Some(StoredContext::Subset(pairs)) => constraints.encryption_context_subset = Some(pairs),
        None => {}
    }
    Some(constraints).filter(|constraints| *constraints != GrantConstraints::default())
}

fn grantee(place: &GrantPlace, record: &GrantRecord) -> Grantee {
    Grantee {
        key: place.key.clone(),
        id: record.grantee.id().to_owned(),
    }
}

type Tally = Option<Stored<GrantTallyRecord>>;

async fn tally(cx: &Cx<'_>, key: &Key) -> Result<Tally, Error> {
    Ok(cx.read::<GrantTallyRecord>(&key.place.id()).await?)
}

fn set_tally(cx: &mut Cx<'_>, key: &Key, read: Tally, grants: u32) -> Result<(), Error> {
    let (id, account) = (key.place.id(), Some(&key.account));
    let record = GrantTallyRecord { grants };
    match read {
        Some(stored) => cx
            .staged
            .replace(id, account, (stored.version, stored.revision), &record),
        None => cx.staged.create(id, account, &record),
    }
    .map_err(Error::from)
}

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
const GRANTS_MAX: u32 = 50_000;

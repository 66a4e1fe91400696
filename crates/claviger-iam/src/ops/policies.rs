//! What the operations on managed policies share.

use std::collections::BTreeMap;

use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    records::{Records, Stored},
    rule::Rule,
};
use claviger_model::{AccountId, Timestamp, iam};
use claviger_policy::Values;

use crate::{
    AwsManagedPolicy,
    entities::by_arn,
    errors,
    records::{
        Entity, GroupRecord, Holder, ManagedPolicyRecord, PolicyVersion, RoleRecord, UserRecord,
    },
    subjects,
};

/// The managed policy that a request names by its ARN.
pub(crate) struct OnePolicy {
    account: AccountId,
    arn: String,
    found: Option<AnyPolicy>,
}

/// A managed policy of the caller's account or of AWS's.
pub(crate) enum AnyPolicy {
    /// AWS's own: the same for every account, and nobody's to change.
    Aws(&'static AwsManagedPolicy),
    /// One of the account.
    Own(Stored<ManagedPolicyRecord>),
}

impl Subject for OnePolicy {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        _: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        Ok(Self {
            account: cx.caller.account,
            arn: wanted.to_owned(),
            found: AnyPolicy::of_arn(&cx.core.records, cx.caller.account, wanted).await?,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        subjects::asks(rule, On::Entity(&self.arn)).into_iter()
    }

    /// Asked once the caller may act on the ARN, whether or not there is such a policy.
    fn agrees(&self) -> Result<(), Error> {
        match &self.found {
            Some(_) => Ok(()),
            None => Err(absent(&self.arn, errors::no_such_policy)),
        }
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        match self.found.as_ref()? {
            AnyPolicy::Aws(_) => None,
            AnyPolicy::Own(stored) => subjects::condition_of(&stored.record, key),
        }
    }

    fn lanes(&self) -> Vec<u64> {
        subjects::lanes(self.account)
    }
}

/// The refusal of an ARN that no policy has: in these words, unless it can't be the ARN of a policy at all.
pub(super) fn absent(arn: &str, said: fn(&str) -> Error) -> Error {
    if arn.starts_with("arn:aws:iam::") && arn.contains(":policy/") {
        said(arn)
    } else {
        errors::invalid_arn(arn)
    }
}

impl OnePolicy {
    /// The policy.
    pub(super) fn policy(&self) -> Result<&AnyPolicy, Error> {
        self.found
            .as_ref()
            .ok_or_else(|| errors::no_such_policy(&self.arn))
    }

    /// The policy, to be changed.
    pub(super) fn own(&self) -> Result<&Stored<ManagedPolicyRecord>, Error> {
        match self.policy()? {
            AnyPolicy::Own(stored) => Ok(stored),
            AnyPolicy::Aws(_) => Err(errors::policy_of_others()),
        }
    }
}

impl AnyPolicy {
    async fn of_arn(
        records: &Records,
        account: AccountId,
        arn: &str,
    ) -> Result<Option<Self>, Error> {
        if let Some(policy) = AwsManagedPolicy::of_arn(arn) {
            return Ok(Some(Self::Aws(policy)));
        }
        let own = by_arn::<ManagedPolicyRecord>(records, account, arn).await?;
        Ok(own.map(Self::Own))
    }

    /// The tags.
    pub(super) fn tags(&self) -> BTreeMap<String, String> {
        match self {
            Self::Aws(_) => BTreeMap::new(),
            Self::Own(stored) => stored.record.tags.clone(),
        }
    }
}

/// A policy as lists tell of it.
pub(super) fn listed(record: &ManagedPolicyRecord, account: AccountId) -> iam::Policy {
    let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    iam::Policy {
        policy_name: Some(record.name.clone()),
        policy_id: Some(record.id.clone()),
        arn: Some(record.arn(account)),
        path: Some(record.path.clone()),
        default_version_id: Some(version_id(record.default_version)),
        attachment_count: Some(whole(record.attachments)),
        permissions_boundary_usage_count: Some(whole(record.boundaries)),
        is_attachable: Some(true),
        description: None,
        create_date: Some(Timestamp::from_epoch_ms(record.created_ms)),
        update_date: Some(Timestamp::from_epoch_ms(record.updated_ms)),
        tags: None,
    }
}

/// A policy of AWS's as lists tell of it.
pub(super) fn aws_listed(policy: &AwsManagedPolicy, usage: Usage) -> iam::Policy {
    iam::Policy {
        policy_name: Some(policy.name.to_owned()),
        policy_id: Some(policy.id.to_owned()),
        arn: Some(policy.arn()),
        path: Some("/".to_owned()),
        default_version_id: Some(version_id(policy.version)),
        attachment_count: Some(usage.attachments),
        permissions_boundary_usage_count: Some(usage.boundaries),
        is_attachable: Some(true),
        description: None,
        create_date: Some(Timestamp::from_epoch_ms(policy.created_ms)),
        update_date: Some(Timestamp::from_epoch_ms(policy.updated_ms)),
        tags: None,
    }
}

/// What the audit event says of a new policy.
pub(super) fn note(cx: &mut Cx<'_>, record: &ManagedPolicyRecord) {
    let arn = record.arn(cx.caller.account);
    let moment = |ms| Timestamp::from_epoch_ms(ms).human_of_iam();
    cx.notes.response().put_object("policy", |noted| {
        noted
            .put_str("policyName", &record.name)
            .put_str("policyId", &record.id)
            .put_str("arn", &arn)
            .put_str("path", &record.path)
            .put_str("defaultVersionId", &version_id(record.default_version))
            .put_uint("attachmentCount", record.attachments.into())
            .put_uint("permissionsBoundaryUsageCount", record.boundaries.into())
            .put_bool("isAttachable", true)
            .put_str("createDate", &moment(record.created_ms))
            .put_str("updateDate", &moment(record.updated_ms));
    });
}

/// How many carry a policy.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    /// Users, groups and roles that it is attached to.
    pub(super) attachments: i32,
    /// Users and roles that it is the boundary of.
    pub(super) boundaries: i32,
}

/// How many of an account carry each policy, by ARN.
pub(super) async fn usage(
    records: &Records,
    account: AccountId,
) -> Result<BTreeMap<String, Usage>, Error> {
    let mut usage = BTreeMap::new();
    count::<UserRecord>(records, account, &mut usage).await?;
    count::<GroupRecord>(records, account, &mut usage).await?;
    count::<RoleRecord>(records, account, &mut usage).await?;
    Ok(usage)
}

async fn count<H: Holder>(
    records: &Records,
    account: AccountId,
    usage: &mut BTreeMap<String, Usage>,
) -> Result<(), Error> {
    each::<H>(records, account, |holder| {
        let holdings = holder.holdings();
        for arn in holdings.attached.keys() {
            let of = usage.entry(arn.clone()).or_default();
            of.attachments = of.attachments.saturating_add(1);
        }
        if let Some((arn, _)) = &holdings.boundary {
            let of = usage.entry(arn.clone()).or_default();
            of.boundaries = of.boundaries.saturating_add(1);
        }
    })
    .await
}

/// Shows every entity of an account.
pub(super) async fn each<E: Entity>(
    records: &Records,
    account: AccountId,
    mut see: impl FnMut(E) + Send,
) -> Result<(), Error> {
    let prefix = E::prefix(account);
    let mut after = None;
    loop {
        let page = records
            .list::<E>(&prefix, after.as_deref(), SCANNED_AT_ONCE)
            .await?;
        let full = page.len() == SCANNED_AT_ONCE;
        after = page.last().map(|(id, _)| id.clone());
        page.into_iter().for_each(|(_, stored)| see(stored.record));
        if !full {
            return Ok(());
        }
    }
}

/// A version as the answers tell of it, without its document.
pub(super) fn version(
    record: &ManagedPolicyRecord,
    number: u32,
    of: &PolicyVersion,
) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: None,
        version_id: Some(version_id(number)),
        is_default_version: Some(number == record.default_version),
        create_date: Some(Timestamp::from_epoch_ms(of.created_ms)),
    }
}

/// What the audit event says of a new version.
pub(super) fn note_version(
    cx: &mut Cx<'_>,
    record: &ManagedPolicyRecord,
    number: u32,
    of: &PolicyVersion,
) {
    let created = Timestamp::from_epoch_ms(of.created_ms).human_of_iam();
    cx.notes.response().put_object("policyVersion", |noted| {
        noted
            .put_str("versionId", &version_id(number))
            .put_bool("isDefaultVersion", number == record.default_version)
            .put_str("createDate", &created);
    });
}

/// The only version that is kept of a policy of AWS's, without its document.
pub(super) fn aws_version(policy: &AwsManagedPolicy) -> iam::PolicyVersion {
    iam::PolicyVersion {
        document: None,
        version_id: Some(version_id(policy.version)),
        is_default_version: Some(true),
        create_date: Some(Timestamp::from_epoch_ms(policy.updated_ms)),
    }
}

/// `v3` for 3.
pub(super) fn version_id(number: u32) -> String {
    format!("v{number}")
}

/// 3 for `v3`; none for a text that is no version's.
pub(super) fn version_number(id: &str) -> Option<u32> {
    let number = id.strip_prefix('v')?.parse().ok()?;
    (version_id(number) == id).then_some(number)
}

const SCANNED_AT_ONCE: usize = 500;

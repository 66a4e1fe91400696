//! GetAccountSummary.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};
use claviger_model::iam::{GetAccountSummaryInput, GetAccountSummaryOutput, SummaryKeyType as Key};

use super::{policies, providers, quotas};
use crate::records::{AccountRecord, GroupRecord, ManagedPolicyRecord, RoleRecord, UserRecord};

pub(super) struct GetAccountSummary;

impl Operation for GetAccountSummary {
    const RULE: Rule = Rule::iam_reads("GetAccountSummary", "iam:GetAccountSummary");
    type Input = GetAccountSummaryInput;
    type Output = GetAccountSummaryOutput;
    type Subject = NoKey;

    fn subject(_: &GetAccountSummaryInput) {}

    fn parameters(_: &GetAccountSummaryInput, _: &mut Parameters) {}

    async fn run(
        cx: &mut Cx<'_>,
        _: &GetAccountSummaryInput,
        _: &Admitted<NoKey>,
    ) -> Result<GetAccountSummaryOutput, Error> {
        let (mut managed, mut versions) = (0_i32, 0_usize);
        let (records, account) = (&cx.core.records, cx.caller.account);
        policies::each(records, account, |record: ManagedPolicyRecord| {
            managed = managed.saturating_add(1);
            versions = versions.saturating_add(record.versions.len());
        })
        .await?;
        let id = AccountRecord::id(account);
        let root = cx.read::<AccountRecord>(&id).await?;
        let root_keys = root.is_some_and(|stored| !stored.record.root_keys.is_empty());
        let mut summary = BTreeMap::from(QUOTAS);
        summary.extend([
            (Key::Users, whole(quotas::number::<UserRecord>(cx).await?)),
            (Key::Groups, whole(quotas::number::<GroupRecord>(cx).await?)),
            (Key::Roles, whole(quotas::number::<RoleRecord>(cx).await?)),
            (Key::Policies, managed),
            (Key::PolicyVersionsInUse, whole(versions)),
            (
                Key::Providers,
                whole(providers::of_account(cx).await?.len()),
            ),
            (Key::AccountAccessKeysPresent, i32::from(root_keys)),
        ]);
        Ok(GetAccountSummaryOutput {
            summary_map: Some(summary),
        })
    }
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// What is the same for every account: quotas, and what this service has none of.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const QUOTAS: [(Key, i32); 27] = [
    (Key::AccessKeysPerUserQuota, 2),
    (Key::AccountMFAEnabled, 0),
    (Key::AccountPasswordPresent, 0),
    (Key::AccountSigningCertificatesPresent, 0),
    (Key::AssumeRolePolicySizeQuota, 2_048),
    (Key::AttachedPoliciesPerGroupQuota, 10),
    (Key::AttachedPoliciesPerRoleQuota, 10),
    (Key::AttachedPoliciesPerUserQuota, 10),
    // Session tokens are good in every Region.
    (Key::GlobalEndpointTokenVersion, 2),
    (Key::GroupPolicySizeQuota, 5_120),
    (Key::GroupsPerUserQuota, 10),
    (Key::GroupsQuota, 300),
    (Key::InstanceProfiles, 0),
    (Key::InstanceProfilesQuota, 0),
    (Key::MFADevices, 0),
    (Key::MFADevicesInUse, 0),
    (Key::PoliciesQuota, 1_500),
    (Key::PolicySizeQuota, 6_144),
    (Key::PolicyVersionsInUseQuota, 10_000),
    (Key::RolePolicySizeQuota, 10_240),
    (Key::RolesQuota, 1_000),
    (Key::ServerCertificates, 0),
    (Key::ServerCertificatesQuota, 0),
    (Key::SigningCertificatesPerUserQuota, 0),
    (Key::UserPolicySizeQuota, 2_048),
    (Key::UsersQuota, 5_000),
    (Key::VersionsPerPolicyQuota, 5),
];

//! ListEntitiesForPolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    EntityType, ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput, PolicyGroup, PolicyRole,
    PolicyUsageType, PolicyUser,
};

use super::{
    paging::Page,
    policies::{self, OnePolicy},
};
use crate::records::{EntityKind, GroupRecord, Holder, RoleRecord, UserRecord};

pub(super) struct ListEntitiesForPolicy;

impl Operation for ListEntitiesForPolicy {
    const RULE: Rule = Rule::iam_reads("ListEntitiesForPolicy", "iam:ListEntitiesForPolicy");
    type Input = ListEntitiesForPolicyInput;
    type Output = ListEntitiesForPolicyOutput;
    type Subject = OnePolicy;

    fn subject(input: &ListEntitiesForPolicyInput) -> &str {
        &input.policy_arn
    }

    fn parameters(input: &ListEntitiesForPolicyInput, out: &mut Parameters) {
        out.put_str("policyArn", &input.policy_arn);
        let kind = input.entity_filter.map(EntityType::as_str);
        super::put_optional(out, "entityFilter", kind);
        super::put_optional(out, "pathPrefix", input.path_prefix.as_deref());
        let usage = input.policy_usage_filter.map(PolicyUsageType::as_str);
        super::put_optional(out, "policyUsageFilter", usage);
        super::put_page(out, input);
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListEntitiesForPolicyInput,
        on: &Admitted<OnePolicy>,
    ) -> Result<ListEntitiesForPolicyOutput, Error> {
        on.subject().policy()?;
        let page = Page::read(cx, &Self::RULE, input, &input.policy_arn)?;
        let mut all = Vec::new();
        collect::<GroupRecord>(cx, input, EntityType::Group, &mut all).await?;
        collect::<RoleRecord>(cx, input, EntityType::Role, &mut all).await?;
        collect::<UserRecord>(cx, input, EntityType::User, &mut all).await?;
        // Unique ids begin with their kind, so that each kind stays together.
        all.sort_by(|one, other| one.id.cmp(&other.id));
        let (listed, marker) = page.of_sorted(cx, all, |bearer| &bearer.id);
        Ok(answer(listed, marker))
    }
}

/// Somebody who carries the policy.
struct Bearer {
    kind: EntityKind,
    id: String,
    name: String,
}

async fn collect<H: Holder>(
    cx: &Cx<'_>,
    input: &ListEntitiesForPolicyInput,
    kind: EntityType,
    all: &mut Vec<Bearer>,
) -> Result<(), Error> {
    if input.entity_filter.is_some_and(|wanted| wanted != kind) {
        return Ok(());
    }
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let arn = &input.policy_arn;
    policies::each(&cx.core.records, cx.caller.account, |holder: H| {
        let holdings = holder.holdings();
        let attached = holdings.attached.contains_key(arn);
        let bounding = holdings.boundary.as_ref().is_some_and(|(of, _)| of == arn);
        let used = match input.policy_usage_filter {
            None => attached || bounding,
            Some(PolicyUsageType::PermissionsPolicy) => attached,
            Some(PolicyUsageType::PermissionsBoundary) => bounding,
        };
        if used && holder.path().starts_with(prefix) {
            all.push(Bearer {
                kind: H::KIND,
                id: holder.unique_id().to_owned(),
                name: holder.name().to_owned(),
            });
        }
    })
    .await
}

fn answer(listed: Vec<Bearer>, marker: Option<String>) -> ListEntitiesForPolicyOutput {
    let (mut groups, mut roles, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for Bearer { kind, id, name } in listed {
        let (name, id) = (Some(name), Some(id));
        match kind {
            EntityKind::Group => groups.push(PolicyGroup {
                group_name: name,
                group_id: id,
            }),
            EntityKind::Role => roles.push(PolicyRole {
                role_name: name,
                role_id: id,
            }),
            EntityKind::User => users.push(PolicyUser {
                user_name: name,
                user_id: id,
            }),
            // No policy carries another.
            EntityKind::Policy => {}
        }
    }
    ListEntitiesForPolicyOutput {
        policy_groups: Some(groups),
        policy_users: Some(users),
        policy_roles: Some(roles),
        is_truncated: Some(marker.is_some()),
        marker,
    }
}

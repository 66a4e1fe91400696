//! CreateRole.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreateRoleInput, CreateRoleOutput};
use claviger_policy::Values;

use super::{boundaries, quotas, roles, tags};
use crate::{
    entities,
    ids::new_unique_id,
    records::{EntityKind, Holdings, RoleRecord},
    subjects::{New, Wanted},
};

pub(super) struct CreateRole;

impl Operation for CreateRole {
    const RULE: Rule = Rule::iam("CreateRole", "iam:CreateRole");
    type Input = CreateRoleInput;
    type Output = CreateRoleOutput;
    type Subject = New<RoleRecord>;

    fn subject(input: &CreateRoleInput) -> Wanted<'_> {
        Wanted {
            path: input.path.as_deref(),
            name: &input.role_name,
            tagged: input.tags.as_ref().is_some_and(|tags| !tags.is_empty()),
        }
    }

    fn parameters(input: &CreateRoleInput, out: &mut Parameters) {
        super::put_optional(out, "path", input.path.as_deref());
        out.put_str("roleName", &input.role_name).put_str(
            "assumeRolePolicyDocument",
            &input.assume_role_policy_document,
        );
        super::put_optional(out, "description", input.description.as_deref());
        if let Some(seconds) = input.max_session_duration {
            out.put_int("maxSessionDuration", i64::from(seconds));
        }
        super::put_optional(
            out,
            "permissionsBoundary",
            input.permissions_boundary.as_deref(),
        );
        tags::put(out, input.tags.as_deref());
    }

    fn condition<'a>(input: &'a CreateRoleInput, key: &str) -> Option<Values<'a>> {
        let boundary = input.permissions_boundary.as_deref();
        boundaries::condition(boundary, key).or_else(|| tags::condition(input.tags.as_deref(), key))
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateRoleInput,
        on: &Admitted<New<RoleRecord>>,
    ) -> Result<CreateRoleOutput, Error> {
        quotas::one_more::<RoleRecord>(cx).await?;
        let record = RoleRecord {
            id: new_unique_id(EntityKind::Role, &*cx.core.rng)?,
            name: on.subject().name().to_owned(),
            path: on.subject().path().to_owned(),
            created_ms: cx.now.epoch_ms(),
            description: input.description.clone(),
            session_seconds_max: input.max_session_duration.unwrap_or(SESSION_SECONDS_USUAL),
            trust: roles::accept_trust(cx, &input.assume_role_policy_document).await?,
            holdings: Holdings {
                boundary: boundaries::of_new(cx, input.permissions_boundary.as_deref()).await?,
                tags: tags::of_new(input.tags.as_deref())?,
                ..Holdings::default()
            },
            epoch: 0,
        };
        entities::create(cx, &record)?;
        roles::note(cx, &record);
        Ok(CreateRoleOutput {
            role: roles::created(cx, &record).await?,
        })
    }
}

const SESSION_SECONDS_USUAL: i32 = 3_600;

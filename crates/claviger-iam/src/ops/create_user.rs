//! CreateUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreateUserInput, CreateUserOutput};
use claviger_policy::Values;
use std::collections::BTreeMap;

use super::{boundaries, quotas, tags, users};
use crate::{
    entities,
    ids::new_unique_id,
    records::{AccessKeys, EntityKind, Holdings, UserRecord},
    subjects::{New, Wanted},
};

pub(super) struct CreateUser;

impl Operation for CreateUser {
    const RULE: Rule = Rule::iam("CreateUser", "iam:CreateUser");
    type Input = CreateUserInput;
    type Output = CreateUserOutput;
    type Subject = New<UserRecord>;

    fn subject(input: &CreateUserInput) -> Wanted<'_> {
        Wanted {
            path: input.path.as_deref(),
            name: &input.user_name,
            tagged: input.tags.as_ref().is_some_and(|tags| !tags.is_empty()),
        }
    }

    fn parameters(input: &CreateUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        super::put_optional(out, "path", input.path.as_deref());
        super::put_optional(
            out,
            "permissionsBoundary",
            input.permissions_boundary.as_deref(),
        );
        tags::put(out, input.tags.as_deref());
    }

    fn condition<'a>(input: &'a CreateUserInput, key: &str) -> Option<Values<'a>> {
        tags::condition(input.tags.as_deref(), key)
            .or_else(|| boundaries::condition(input.permissions_boundary.as_deref(), key))
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateUserInput,
        on: &Admitted<New<UserRecord>>,
    ) -> Result<CreateUserOutput, Error> {
        quotas::one_more::<UserRecord>(cx).await?;
        let tags = tags::of_new(input.tags.as_deref())?;
        let boundary = boundaries::of_new(cx, input.permissions_boundary.as_deref()).await?;
        let new = on.subject();
        let record = UserRecord {
            id: new_unique_id(EntityKind::User, &*cx.core.rng)?,
            name: new.name().to_owned(),
            path: new.path().to_owned(),
            created_ms: cx.now.epoch_ms(),
            access_keys: AccessKeys::new(),
            groups: BTreeMap::new(),
            holdings: Holdings {
                tags,
                boundary,
                ..Holdings::default()
            },
            epoch: 0,
        };
        entities::create(cx, &record)?;
        users::note(cx, &record);
        Ok(CreateUserOutput {
            user: Some(users::described(cx, &record)),
        })
    }
}

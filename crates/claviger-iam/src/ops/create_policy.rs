//! CreatePolicy.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{CreatePolicyInput, CreatePolicyOutput};
use claviger_policy::Values;

use super::{documents, policies, quotas, tags};
use crate::{
    entities,
    ids::new_unique_id,
    records::{EntityKind, ManagedPolicyRecord, PolicyVersion},
    subjects::{New, Wanted},
};
pub(super) struct CreatePolicy;

impl Operation for CreatePolicy {
    const RULE: Rule = Rule::iam("CreatePolicy", "iam:CreatePolicy");
    type Input = CreatePolicyInput;
    type Output = CreatePolicyOutput;
    type Subject = New<ManagedPolicyRecord>;

    fn subject(input: &CreatePolicyInput) -> Wanted<'_> {
        Wanted {
            path: input.path.as_deref(),
            name: &input.policy_name,
            tagged: input.tags.as_ref().is_some_and(|tags| !tags.is_empty()),
        }
    }

    fn parameters(input: &CreatePolicyInput, out: &mut Parameters) {
        super::put_optional(out, "path", input.path.as_deref());
        super::put_optional(out, "description", input.description.as_deref());
        out.put_str("policyName", &input.policy_name)
            .put_str("policyDocument", &input.policy_document);
        tags::put(out, input.tags.as_deref());
    }

    fn condition<'a>(input: &'a CreatePolicyInput, key: &str) -> Option<Values<'a>> {
        tags::condition(input.tags.as_deref(), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreatePolicyInput,
        on: &Admitted<New<ManagedPolicyRecord>>,
    ) -> Result<CreatePolicyOutput, Error> {
        quotas::one_more::<ManagedPolicyRecord>(cx).await?;
        documents::check_managed(&input.policy_document)?;
        let now = cx.now.epoch_ms();
        let first = PolicyVersion {
            document: input.policy_document.clone(),
            created_ms: now,
        };
        let record = ManagedPolicyRecord {
            id: new_unique_id(EntityKind::Policy, &*cx.core.rng)?,
            name: on.subject().name().to_owned(),
            path: on.subject().path().to_owned(),
            created_ms: now,
            updated_ms: now,
            description: input.description.clone(),
            versions: BTreeMap::from([(1, first)]),
            default_version: 1,
            latest_version: 1,
            attachments: 0,
            boundaries: 0,
            tags: tags::of_new(input.tags.as_deref())?,
        };
        entities::create(cx, &record)?;
        policies::note(cx, &record);
        Ok(CreatePolicyOutput {
            policy: Some(policies::listed(&record, cx.caller.account)),
        })
    }
}

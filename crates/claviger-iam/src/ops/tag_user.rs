//! TagUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{TagUserInput, TagUserOutput};
use claviger_policy::Values;

use super::tags;
use crate::{records::UserRecord, subjects::One};

pub(super) struct TagUser;

impl Operation for TagUser {
    const RULE: Rule = Rule::iam("TagUser", "iam:TagUser");
    type Input = TagUserInput;
    type Output = TagUserOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &TagUserInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &TagUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        tags::put(out, Some(&input.tags));
    }

    fn condition<'a>(input: &'a TagUserInput, key: &str) -> Option<Values<'a>> {
        tags::condition(Some(&input.tags), key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &TagUserInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<TagUserOutput, Error> {
        tags::tag(cx, on.subject().stored()?, &input.tags)?;
        Ok(TagUserOutput)
    }
}

//! UntagUser.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UntagUser.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{UntagUserInput, UntagUserOutput};
use claviger_policy::Values;

use super::tags;
use crate::{records::UserRecord, subjects::One};

pub(super) struct UntagUser;

impl Operation for UntagUser {
    const RULE: Rule = Rule::iam("UntagUser", "iam:UntagUser");
    type Input = UntagUserInput;
    type Output = UntagUserOutput;
    type Subject = One<UserRecord>;

    fn subject(input: &UntagUserInput) -> &str {
        &input.user_name
    }

    fn parameters(input: &UntagUserInput, out: &mut Parameters) {
        out.put_str("userName", &input.user_name);
        tags::put_keys(out, &input.tag_keys);
    }

    fn condition<'a>(input: &'a UntagUserInput, key: &str) -> Option<Values<'a>> {
        tags::keys_condition(&input.tag_keys, key)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UntagUserInput,
        on: &Admitted<One<UserRecord>>,
    ) -> Result<UntagUserOutput, Error> {
        tags::untag(cx, on.subject().stored()?, &input.tag_keys)?;
        Ok(UntagUserOutput)
    }
}

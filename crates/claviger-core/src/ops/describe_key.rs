//! DescribeKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>

use claviger_audit::Parameters;
use claviger_model::{DescribeKeyInput, DescribeKeyOutput};

use super::keys;
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, OneKey, Operation},
    rule::{Identifiers, Rule},
};

pub(super) struct DescribeKey;

impl Operation for DescribeKey {
    const RULE: Rule = Rule {
        identifiers: Identifiers::KeyOrAlias,
        cross_account: true,
        grantable: true,
        ..Rule::reads("DescribeKey", "kms:DescribeKey")
    };
    type Input = DescribeKeyInput;
    type Output = DescribeKeyOutput;
    type Subject = OneKey;

    fn subject(input: &DescribeKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DescribeKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    fn grant_tokens(input: &DescribeKeyInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DescribeKeyInput,
        on: &Admitted<OneKey>,
    ) -> Result<DescribeKeyOutput, Error> {
        let key = on.key();
        Ok(DescribeKeyOutput {
            key_metadata: Some(keys::metadata(&key.record, &key.arn, cx.now)),
        })
    }
}

//! ListSSHPublicKeys: the services that such keys open are not here. Ansible and Terraform ask before they remove
//! a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSSHPublicKeys.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListSSHPublicKeysInput, ListSSHPublicKeysOutput};

use crate::subjects::UserOrCaller;

pub(super) struct ListSSHPublicKeys;

impl Operation for ListSSHPublicKeys {
    const RULE: Rule = Rule::iam_reads("ListSSHPublicKeys", "iam:ListSSHPublicKeys");
    type Input = ListSSHPublicKeysInput;
    type Output = ListSSHPublicKeysOutput;
    type Subject = UserOrCaller;

    fn subject(input: &ListSSHPublicKeysInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &ListSSHPublicKeysInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListSSHPublicKeysInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<ListSSHPublicKeysOutput, Error> {
        on.subject().owner()?;
        Ok(ListSSHPublicKeysOutput {
            ssh_public_keys: Some(Vec::new()),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

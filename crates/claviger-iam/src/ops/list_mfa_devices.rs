//! ListMFADevices: nobody has a second factor here. Ansible and Terraform ask before they remove
//! a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListMFADevicesInput, ListMFADevicesOutput};

use crate::subjects::UserOrCaller;

pub(super) struct ListMFADevices;

impl Operation for ListMFADevices {
    const RULE: Rule = Rule::iam_reads("ListMFADevices", "iam:ListMFADevices");
    type Input = ListMFADevicesInput;
    type Output = ListMFADevicesOutput;
    type Subject = UserOrCaller;

    fn subject(input: &ListMFADevicesInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &ListMFADevicesInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListMFADevicesInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<ListMFADevicesOutput, Error> {
        on.subject().owner()?;
        Ok(ListMFADevicesOutput {
            mfa_devices: Vec::new(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

//! ListVirtualMFADevices: nobody has a second factor here. Terraform asks before it removes a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    AssignmentStatusType, ListVirtualMFADevicesInput, ListVirtualMFADevicesOutput,
};

pub(super) struct ListVirtualMFADevices;

impl Operation for ListVirtualMFADevices {
    const RULE: Rule = Rule::iam_reads("ListVirtualMFADevices", "iam:ListVirtualMFADevices");
    type Input = ListVirtualMFADevicesInput;
    type Output = ListVirtualMFADevicesOutput;
    type Subject = NoKey;

    fn subject(_: &ListVirtualMFADevicesInput) {}

    fn parameters(input: &ListVirtualMFADevicesInput, out: &mut Parameters) {
        let status = input.assignment_status.map(AssignmentStatusType::as_str);
        super::put_optional(out, "assignmentStatus", status);
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListVirtualMFADevicesInput,
        _: &Admitted<NoKey>,
    ) -> Result<ListVirtualMFADevicesOutput, Error> {
        Ok(ListVirtualMFADevicesOutput {
            virtual_mfa_devices: Vec::new(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

//! ListServiceSpecificCredentials: the services that have such credentials are not here. Ansible and
//! Terraform ask before they remove a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{
    ListServiceSpecificCredentialsInput, ListServiceSpecificCredentialsOutput,
};

use crate::subjects::UserOrCaller;

pub(super) struct ListServiceSpecificCredentials;

impl Operation for ListServiceSpecificCredentials {
    const RULE: Rule = Rule::iam_reads(
        "ListServiceSpecificCredentials",
        "iam:ListServiceSpecificCredentials",
    );
    type Input = ListServiceSpecificCredentialsInput;
    type Output = ListServiceSpecificCredentialsOutput;
    type Subject = UserOrCaller;

    // DIFFERS: a role that asks with AllUsers must name a user all the same; on AWS it need not.
    fn subject(input: &ListServiceSpecificCredentialsInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &ListServiceSpecificCredentialsInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        super::put_optional(out, "serviceName", input.service_name.as_deref());
        if let Some(all_users) = input.all_users {
            out.put_bool("allUsers", all_users);
        }
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListServiceSpecificCredentialsInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<ListServiceSpecificCredentialsOutput, Error> {
        on.subject().owner()?;
        Ok(ListServiceSpecificCredentialsOutput {
            service_specific_credentials: Some(Vec::new()),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

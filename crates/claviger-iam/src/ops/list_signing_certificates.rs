//! ListSigningCertificates: users sign with access keys alone. Ansible and Terraform ask before they remove
//! a user.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListSigningCertificatesInput, ListSigningCertificatesOutput};

use crate::subjects::UserOrCaller;

pub(super) struct ListSigningCertificates;

impl Operation for ListSigningCertificates {
    const RULE: Rule = Rule::iam_reads("ListSigningCertificates", "iam:ListSigningCertificates");
    type Input = ListSigningCertificatesInput;
    type Output = ListSigningCertificatesOutput;
    type Subject = UserOrCaller;

    fn subject(input: &ListSigningCertificatesInput) -> Option<&str> {
        input.user_name.as_deref()
    }

    fn parameters(input: &ListSigningCertificatesInput, out: &mut Parameters) {
        super::put_optional(out, "userName", input.user_name.as_deref());
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListSigningCertificatesInput,
        on: &Admitted<UserOrCaller>,
    ) -> Result<ListSigningCertificatesOutput, Error> {
        on.subject().owner()?;
        Ok(ListSigningCertificatesOutput {
            certificates: Vec::new(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

//! ListAccountAliases: an alias names the address where people sign in to the account, and there is none here. Tools that
//! show an account ask.
//!
//! AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccountAliases.html>

use claviger_audit::Parameters;
use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    rule::Rule,
};
use claviger_model::iam::{ListAccountAliasesInput, ListAccountAliasesOutput};

pub(super) struct ListAccountAliases;

impl Operation for ListAccountAliases {
    const RULE: Rule = Rule::iam_reads("ListAccountAliases", "iam:ListAccountAliases");
    type Input = ListAccountAliasesInput;
    type Output = ListAccountAliasesOutput;
    type Subject = NoKey;

    fn subject(_: &ListAccountAliasesInput) {}

    fn parameters(input: &ListAccountAliasesInput, out: &mut Parameters) {
        super::put_page(out, input);
    }

    async fn run(
        _: &mut Cx<'_>,
        _: &ListAccountAliasesInput,
        _: &Admitted<NoKey>,
    ) -> Result<ListAccountAliasesOutput, Error> {
        Ok(ListAccountAliasesOutput {
            account_aliases: Vec::new(),
            is_truncated: Some(false),
            marker: None,
        })
    }
}

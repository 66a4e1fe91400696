//! ListRetirableGrants.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListRetirableGrants.html>

use claviger_audit::Parameters;
use claviger_model::{ListRetirableGrantsInput, ListRetirableGrantsOutput};

use super::{
    grants,
    paging::{Limits, Page},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, Entity, Operation},
    records::{GrantRecord, RetirableRecord, Stored},
    rule::Rule,
};

pub(super) struct ListRetirableGrants;

impl Operation for ListRetirableGrants {
    const RULE: Rule = Rule::reads_no_key("ListRetirableGrants", "kms:ListRetirableGrants");
    type Input = ListRetirableGrantsInput;
    type Output = ListRetirableGrantsOutput;
    type Subject = Entity;

    fn subject(input: &ListRetirableGrantsInput) -> &str {
        retiring(input)
    }

    fn parameters(input: &ListRetirableGrantsInput, out: &mut Parameters) {
        for (name, value) in [
            ("retiringPrincipal", &input.retiring_principal),
            (
                "retiringServicePrincipal",
                &input.retiring_service_principal,
            ),
        ] {
            super::put_optional(out, name, value.as_deref());
        }
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListRetirableGrantsInput) -> Result<(), Error> {
        LIMITS.check(input.limit)?;
        match (&input.retiring_principal, &input.retiring_service_principal) {
            (_, Some(_)) => Err(error::filter_of_services()),
            (None, None) => Err(error::missing("retiringPrincipal")),
            (Some(_), None) => Ok(()),
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListRetirableGrantsInput,
        _: &Admitted<Entity>,
    ) -> Result<ListRetirableGrantsOutput, Error> {
        let named = retiring(input);
        let retiring = principal(cx, named).await?;
        let prefix = RetirableRecord::prefix(&cx.core.records, cx.region, &retiring);
        let page = Page::read(
            cx,
            Self::RULE.name,
            &prefix,
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        let more = page.limit.saturating_add(1);
        let mut listed = cx
            .core
            .records
            .list::<RetirableRecord>(&prefix, page.after.as_deref(), more)
            .await?;
        if retiring == named && !is_of_caller(cx, &listed) {
            listed.clear();
        }
        let next_marker = page.cut(cx, &mut listed, |(id, _)| id.clone());
        let mut entries = Vec::with_capacity(listed.len());
        for (id, _) in listed {
            let place =
                RetirableRecord::place(&id).ok_or_else(|| error::internal("no grant id"))?;
            let stored = cx.read::<GrantRecord>(&place.id()).await?;
            // Entries and grants of a deleted key go in batches: what is left of them is nobody's.
            if let (Some(key), Some(stored)) = (cx.core.key(&place.key).await?, stored) {
                entries.push(grants::entry(cx, &key, &place, &stored.record).await?);
            }
        }
        Ok(ListRetirableGrantsOutput {
            grants: Some(entries),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

/// The unique id of whom a request names; an ARN says by itself whether it is of the caller's account.
async fn principal(cx: &Cx<'_>, named: &str) -> Result<String, Error> {
    let own = cx.caller.account.to_string();
    let is_foreign = named.split(':').nth(4) != Some(own.as_str());
    if is_foreign && named.starts_with("arn:") {
        return Err(error::retiring_principal_of_other_account(named));
    }
    grants::filtered(cx, named).await
}

/// Whether a bare unique id, whose grants these are, is or was of the caller's account. To others it is nobody's,
/// whether it lives or not: what says so is the answer to an id that never was.
fn is_of_caller(cx: &Cx<'_>, listed: &[(String, Stored<RetirableRecord>)]) -> bool {
    let own = cx.caller.account.to_string();
    listed
        .iter()
        .any(|(_, entry)| entry.record.account.as_ref() == Some(&own))
}

fn retiring(input: &ListRetirableGrantsInput) -> &str {
    input.retiring_principal.as_deref().unwrap_or_default()
}

const LIMITS: Limits = Limits::UP_TO_100;

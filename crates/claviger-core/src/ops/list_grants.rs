//! ListGrants.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html>

use claviger_audit::Parameters;
use claviger_model::{ListGrantsInput, ListGrantsOutput};
use claviger_policy::Values;

use super::{
    grants,
    paging::{Limits, Page},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    pipeline::{Admitted, OneKey, Operation},
    records::{GrantId, GrantPlace, GrantRecord},
    rule::Rule,
};

pub(super) struct ListGrants;

impl Operation for ListGrants {
    const RULE: Rule = Rule {
        cross_account: true,
        ..Rule::reads("ListGrants", "kms:ListGrants")
    };
    type Input = ListGrantsInput;
    type Output = ListGrantsOutput;
    type Subject = OneKey;

    fn subject(input: &ListGrantsInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ListGrantsInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
        for (name, value) in [
            ("grantId", &input.grant_id),
            ("granteePrincipal", &input.grantee_principal),
            ("granteeServicePrincipal", &input.grantee_service_principal),
        ] {
            super::put_optional(out, name, value.as_deref());
        }
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn condition<'a>(_: &'a ListGrantsInput, key: &str) -> Option<Values<'a>> {
        grants::condition(key)
    }

    fn check(input: &ListGrantsInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListGrantsInput,
        on: &Admitted<OneKey>,
    ) -> Result<ListGrantsOutput, Error> {
        let key = on.key();
        let prefix = prefix(cx, input, &key).await?;
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
            .list::<GrantRecord>(&prefix, page.after.as_deref(), more)
            .await?;
        let next_marker = page.cut(cx, &mut listed, |(id, _)| id.clone());
        let mut entries = Vec::with_capacity(listed.len());
        for (id, stored) in listed {
            let place = GrantPlace::parse(&id).ok_or_else(|| error::internal("no grant id"))?;
            entries.push(grants::entry(cx, &key, &place, &stored.record).await?);
        }
        Ok(ListGrantsOutput {
            grants: Some(entries),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

/// What the ids of the wanted grants begin with. A filter by grantee and one by id are both prefixes of ids; together,
/// the id is the narrower one, provided that it is one of the grantee's.
async fn prefix(cx: &Cx<'_>, input: &ListGrantsInput, key: &Key) -> Result<String, Error> {
    if input.grantee_service_principal.is_some() {
        return Err(error::filter_of_services());
    }
    let of_grantee = match &input.grantee_principal {
        None => GrantPlace::prefix(&key.place),
        Some(grantee) => {
            let id = grants::filtered(cx, grantee).await?;
            GrantPlace::prefix_of(&cx.core.records, &key.place, &id)
        }
    };
    let Some(id) = &input.grant_id else {
        return Ok(of_grantee);
    };
    let place = GrantPlace {
        key: key.place.clone(),
        grant: GrantId::parse(id).ok_or_else(|| error::invalid_grant_id(id))?,
    };
    let exact = place.id();
    // No grant id ends in a slash: the prefix of nothing.
    Ok(if exact.starts_with(&of_grantee) {
        exact
    } else {
        of_grantee + "/"
    })
}

const LIMITS: Limits = Limits::UP_TO_100;

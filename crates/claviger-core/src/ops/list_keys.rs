//! ListKeys.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html>

use claviger_audit::Parameters;
use claviger_model::{KeyListEntry, ListKeysInput, ListKeysOutput, ResourceOwnerType};

use super::paging::{Limits, Page};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    records::{KeyPlace, ListedKeyRecord},
    rule::Rule,
};

pub(super) struct ListKeys;

impl Operation for ListKeys {
    const RULE: Rule = Rule::reads_no_key("ListKeys", "kms:ListKeys");
    type Input = ListKeysInput;
    type Output = ListKeysOutput;
    type Subject = NoKey;

    fn subject(_: &ListKeysInput) {}

    fn parameters(input: &ListKeysInput, out: &mut Parameters) {
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListKeysInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListKeysInput,
        _: &Admitted<NoKey>,
    ) -> Result<ListKeysOutput, Error> {
        let owners = input
            .resource_owners
            .as_deref()
            .unwrap_or(&[ResourceOwnerType::SelfOwned]);
        let of = owners.iter().map(|owner| owner.as_str());
        let page = Page::read(
            cx,
            Self::RULE.name,
            &of.collect::<Vec<_>>().join(","),
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        if !owners.contains(&ResourceOwnerType::SelfOwned) {
            // No key is shared by RAM here.
            return Ok(ListKeysOutput {
                keys: Some(Vec::new()),
                next_marker: None,
                truncated: Some(false),
            });
        }
        let prefix = ListedKeyRecord::prefix(&cx.caller.account, cx.region);
        let more = page.limit.saturating_add(1);
        let mut listed = cx
            .core
            .records
            .list::<ListedKeyRecord>(&prefix, page.after.as_deref(), more)
            .await?;
        let next_marker = page.cut(cx, &mut listed, |(id, _)| id.clone());
        let keys = listed
            .into_iter()
            .map(|(_, stored)| entry(cx, &stored.record))
            .collect();
        Ok(ListKeysOutput {
            keys: Some(keys),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

fn entry(cx: &Cx<'_>, listed: &ListedKeyRecord) -> KeyListEntry {
    let place = KeyPlace {
        region: cx.region.clone(),
        key: listed.key,
    };
    let arn = place.arn(&cx.caller.account, listed.multi_region);
    KeyListEntry {
        key_id: Some(arn.id.to_string()),
        key_arn: Some(arn.to_string()),
    }
}

const LIMITS: Limits = Limits::UP_TO_1000;

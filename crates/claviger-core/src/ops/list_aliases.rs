//! ListAliases.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ListAliases.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{AliasListEntry, AliasName, ListAliasesInput, ListAliasesOutput};

use super::paging::{Limits, Page};
use crate::{
    cx::Cx,
    error::Error,
    managed::ManagedFor,
    pipeline::{Admitted, AdmittedKey, MaybeKey, Operation},
    records::{AliasPlace, AliasRecord},
    rule::{Identifiers, Rule},
};

pub(super) struct ListAliases;

impl Operation for ListAliases {
    const RULE: Rule = Rule {
        identifiers: Identifiers::Key,
        ..Rule::reads("ListAliases", "kms:ListAliases")
    };
    type Input = ListAliasesInput;
    type Output = ListAliasesOutput;
    type Subject = MaybeKey;

    fn subject(input: &ListAliasesInput) -> Option<&str> {
        input.key_id.as_deref()
    }

    fn parameters(input: &ListAliasesInput, out: &mut Parameters) {
        super::put_optional(out, "keyId", input.key_id.as_deref());
        super::put_page(out, input.limit, input.marker.as_deref());
    }

    fn check(input: &ListAliasesInput) -> Result<(), Error> {
        LIMITS.check(input.limit)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ListAliasesInput,
        on: &Admitted<MaybeKey>,
    ) -> Result<ListAliasesOutput, Error> {
        let key = on.key();
        let of = key.as_deref().map_or("", |key| &key.arn);
        let page = Page::read(
            cx,
            Self::RULE.name,
            of,
            &LIMITS,
            input.limit,
            input.marker.as_deref(),
        )?;
        let mut listed = match key {
            Some(key) => of_key(cx, &page, key).await?,
            None => of_account(cx, &page).await?,
        };
        let next_marker = page.cut(cx, &mut listed, |(id, _)| id.clone());
        let aliases = listed
            .into_iter()
            .map(|(_, alias)| entry(cx, alias))
            .collect();
        Ok(ListAliasesOutput {
            aliases: Some(aliases),
            truncated: Some(next_marker.is_some()),
            next_marker,
        })
    }
}

/// By the id that pages go by.
type Listed = Vec<(String, Alias)>;

enum Alias {
    Made(AliasRecord),
    /// AWS gives it a key when somebody describes it.
    Predefined(AliasName),
}

// DIFFERS: AWS lists by name; here the store knows names only by their HMAC, and lists in that order.
async fn of_account(cx: &Cx<'_>, page: &Page) -> Result<Listed, Error> {
    let prefix = AliasPlace::prefix(&cx.caller.account, cx.region);
    let more = page.limit.saturating_add(1);
    let made = cx
        .core
        .records
        .list::<AliasRecord>(&prefix, page.after.as_deref(), more)
        .await?;
    let predefined = ManagedFor::aliases().map(|name| {
        let id = place(cx, name.clone()).id(&cx.core.records);
        (id, Alias::Predefined(name))
    });
    let made = made
        .into_iter()
        .map(|(id, stored)| (id, Alias::Made(stored.record)));
    // What was made replaces what is only predefined.
    let all: BTreeMap<String, Alias> = predefined.chain(made).collect();
    Ok(page.of_sorted(all, |(id, _)| id.clone()))
}

async fn of_key(cx: &Cx<'_>, page: &Page, key: AdmittedKey<'_>) -> Result<Listed, Error> {
    let mut listed = Vec::new();
    for name in page.of_sorted(&key.record.aliases, |name| (*name).clone()) {
        let Some(parsed) = AliasName::parse(name) else {
            continue;
        };
        let id = place(cx, parsed).id(&cx.core.records);
        if let Some(stored) = cx.read::<AliasRecord>(&id).await? {
            listed.push((name.clone(), Alias::Made(stored.record)));
        }
    }
    Ok(listed)
}

fn place(cx: &Cx<'_>, name: AliasName) -> AliasPlace {
    AliasPlace {
        account: cx.caller.account,
        region: cx.region.clone(),
        name,
    }
}

fn entry(cx: &Cx<'_>, alias: Alias) -> AliasListEntry {
    let named = |name: &str| AliasListEntry {
        alias_arn: Some(format!(
            "arn:aws:kms:{}:{}:{name}",
            cx.region, cx.caller.account
        )),
        alias_name: Some(name.to_owned()),
        ..AliasListEntry::default()
    };
    match alias {
        Alias::Predefined(name) => named(name.as_str()),
        Alias::Made(record) => AliasListEntry {
            target_key_id: Some(record.target_key_id().to_string()),
            creation_date: Some(record.created()),
            last_updated_date: Some(record.updated()),
            ..named(&record.name)
        },
    }
}

const LIMITS: Limits = Limits::UP_TO_100;

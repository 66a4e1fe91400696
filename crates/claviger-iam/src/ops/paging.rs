//! Pages and their markers.
//!
//! A marker is bound to the account, the operation and the list that it was given out for: another list does not take
//! it, and nobody can make one up.

use claviger_core::{
    cx::Cx,
    error::Error,
    records::{Record, Records, Stored},
    rule::Rule,
};
use claviger_model::iam;

use crate::{errors, records::Entity};

/// Which part of a list is asked for.
pub(super) struct Page {
    limit: usize,
    after: Option<String>,
    operation: &'static str,
    /// What distinguishes lists of one operation: a user, for instance.
    of: String,
}

impl Page {
    /// The part of a list that a request asks for; `of` distinguishes the lists of one operation.
    pub(super) fn read(
        cx: &Cx<'_>,
        rule: &Rule,
        input: &impl Paged,
        of: &str,
    ) -> Result<Self, Error> {
        let limit = input.max_items().and_then(|max| usize::try_from(max).ok());
        let mut page = Self {
            limit: limit.unwrap_or(ITEMS_DEFAULT),
            after: None,
            operation: rule.name,
            of: of.to_owned(),
        };
        let marker = input.marker();
        page.after = marker.map(|marker| page.open(cx, marker)).transpose()?;
        Ok(page)
    }

    /// The part that is asked for of a list that is in memory, in the order of `id`, and the marker of the rest.
    pub(super) fn of_sorted<T>(
        &self,
        cx: &Cx<'_>,
        all: impl IntoIterator<Item = T>,
        id: impl Fn(&T) -> &str,
    ) -> (Vec<T>, Option<String>) {
        let behind = |entry: &T| self.after.as_deref().is_none_or(|after| id(entry) > after);
        let mut entries: Vec<T> = all
            .into_iter()
            .filter(behind)
            .take(self.limit.saturating_add(1))
            .collect();
        let marker = self.cut(cx, &mut entries, |entry| id(entry).to_owned());
        (entries, marker)
    }

    /// The part that is asked for of an account's entities that are `wanted`, and the marker of the rest.
    // DIFFERS: AWS lists by name; here the store knows names only by their HMAC, and lists in the order of unique ids.
    pub(super) async fn of_entities<E: Entity>(
        &self,
        cx: &Cx<'_>,
        wanted: impl Fn(&E) -> bool + Send,
    ) -> Result<(Vec<E>, Option<String>), Error> {
        let records = &cx.core.records;
        let mut scan = Scan::of::<E>(cx, self.after.as_deref());
        let mut found = Vec::new();
        while found.len() <= self.limit {
            let Some(page) = scan.next::<E>(records).await? else {
                break;
            };
            found.extend(page.into_iter().filter(|stored| wanted(&stored.record)));
        }
        let marker = self.cut(cx, &mut found, |stored| {
            E::place(cx.caller.account, stored.record.unique_id())
        });
        let entities = found.into_iter().map(|stored| stored.record);
        Ok((entities.collect(), marker))
    }

    /// The part that is asked for of the records whose ids begin with `prefix`, and the marker of the rest.
    pub(super) async fn of_records<T: Record>(
        &self,
        cx: &Cx<'_>,
        prefix: &str,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let more = self.limit.saturating_add(1);
        let records = &cx.core.records;
        let mut found = records
            .list::<T>(prefix, self.after.as_deref(), more)
            .await?;
        let marker = self.cut(cx, &mut found, |(id, _)| id.clone());
        let found = found.into_iter().map(|(_, stored)| stored.record);
        Ok((found.collect(), marker))
    }

    /// The part that is asked for of a list whose entries are made when they are wanted, and the marker of the rest;
    /// `make` is told where to begin and how many are wanted.
    pub(super) fn of_numbered<T>(
        &self,
        cx: &Cx<'_>,
        make: impl FnOnce(usize, usize) -> Vec<T>,
    ) -> (Vec<T>, Option<String>) {
        let last = self.after.as_ref().and_then(|after| after.parse().ok());
        let first = last.map_or(0, |last: usize| last.saturating_add(1));
        let made = make(first, self.limit.saturating_add(1));
        let mut numbered: Vec<_> = (first..).zip(made).collect();
        let marker = self.cut(cx, &mut numbered, |(number, _)| number.to_string());
        (
            numbered.into_iter().map(|(_, entry)| entry).collect(),
            marker,
        )
    }

    fn cut<T>(
        &self,
        cx: &Cx<'_>,
        entries: &mut Vec<T>,
        id: impl Fn(&T) -> String,
    ) -> Option<String> {
        if entries.len() <= self.limit {
            return None;
        }
        entries.truncate(self.limit);
        let last = id(entries.last()?);
        Some(format!("{}{last}", self.tag(cx, &last)))
    }

    fn open(&self, cx: &Cx<'_>, marker: &str) -> Result<String, Error> {
        let (tag, after) = marker
            .split_at_checked(TAG_LETTERS)
            .ok_or_else(errors::invalid_marker)?;
        let expected = self.tag(cx, after);
        if claviger_crypto::constant_time_eq(tag.as_bytes(), expected.as_bytes()) {
            Ok(after.to_owned())
        } else {
            Err(errors::invalid_marker())
        }
    }

    fn tag(&self, cx: &Cx<'_>, after: &str) -> String {
        let account = cx.caller.account.to_string();
        let parts = [&account, self.operation, &self.of, after].map(str::as_bytes);
        let mut tag = cx.core.records.index("marker", &parts);
        tag.truncate(TAG_LETTERS);
        tag
    }
}

/// A request for a part of a list.
pub(super) trait Paged {
    /// How many entries at most.
    fn max_items(&self) -> Option<i32>;

    /// Where the part before it ended.
    fn marker(&self) -> Option<&str>;
}

macro_rules! paged {
    ($($input:ident,)+) => {
        $(impl Paged for iam::$input {
            fn max_items(&self) -> Option<i32> {
                self.max_items
            }

            fn marker(&self) -> Option<&str> {
                self.marker.as_deref()
            }
        })+
    };
}

paged! {
    GetGroupInput,
    ListAccessKeysInput,
    ListAccountAliasesInput,
    ListAttachedGroupPoliciesInput,
    ListAttachedRolePoliciesInput,
    ListAttachedUserPoliciesInput,
    ListEntitiesForPolicyInput,
    ListGroupPoliciesInput,
    ListGroupsForUserInput,
    ListGroupsInput,
    ListInstanceProfilesForRoleInput,
    ListMFADevicesInput,
    ListOpenIDConnectProviderTagsInput,
    ListPoliciesInput,
    ListPolicyTagsInput,
    ListPolicyVersionsInput,
    ListRolePoliciesInput,
    ListRoleTagsInput,
    ListRolesInput,
    ListSSHPublicKeysInput,
    ListServiceSpecificCredentialsInput,
    ListSigningCertificatesInput,
    ListUserPoliciesInput,
    ListUserTagsInput,
    ListUsersInput,
    ListVirtualMFADevicesInput,
    SimulateCustomPolicyInput,
    SimulatePrincipalPolicyInput,
}

/// A walk over all entities of one kind of an account.
struct Scan {
    prefix: String,
    after: Option<String>,
    done: bool,
}

impl Scan {
    fn of<E: Entity>(cx: &Cx<'_>, after: Option<&str>) -> Self {
        Self {
            prefix: E::prefix(cx.caller.account),
            after: after.map(str::to_owned),
            done: false,
        }
    }

    async fn next<E: Entity>(
        &mut self,
        records: &Records,
    ) -> Result<Option<Vec<Stored<E>>>, Error> {
        if self.done {
            return Ok(None);
        }
        let page = records
            .list::<E>(&self.prefix, self.after.as_deref(), SCANNED_AT_ONCE)
            .await?;
        self.done = page.len() < SCANNED_AT_ONCE;
        self.after = page.last().map(|(id, _)| id.clone());
        Ok(Some(page.into_iter().map(|(_, stored)| stored).collect()))
    }
}

// AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html
const ITEMS_DEFAULT: usize = 100;
const SCANNED_AT_ONCE: usize = 200;
const TAG_LETTERS: usize = 32;

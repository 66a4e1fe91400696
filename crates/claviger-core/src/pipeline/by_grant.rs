//! A grant as the thing that is acted upon: by one of its tokens, or by key and id.

use std::{collections::BTreeSet, iter, sync::Arc};

use claviger_model::GrantOperation;
use claviger_policy::{Grant, GrantConstraints, PrincipalRef};

use super::{
    resolve::{find_by_identifier, find_by_uuid},
    subject::{Ask, On, Subject, one},
};
use crate::{
    cx::Cx,
    error::{self, Error},
    grants,
    key::Key,
    records::{GrantId, GrantPlace, GrantRecord, Stored},
    rule::Rule,
};

/// How a request names a grant.
pub(crate) enum WantedGrant<'a> {
    /// By one of its tokens.
    Token(&'a str),
    /// By the id or ARN of its key, and its own id.
    Id(&'a str, &'a str),
}

/// A grant of which somebody wants to be rid.
pub(crate) struct ByGrant {
    /// Its key.
    pub key: Arc<Key>,
    /// Its place.
    pub place: GrantPlace,
    /// Its record; none when the key has no such grant.
    pub record: Option<Stored<GrantRecord>>,
    entitled: Vec<Arc<Grant>>,
}

impl Subject for ByGrant {
    type Wanted<'a> = WantedGrant<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let (key, place) = match wanted {
            WantedGrant::Token(token) => of_token(cx, token).await?,
            WantedGrant::Id(arn, id) => of_id(cx, rule, arn, id).await?,
        };
        let record = cx.read::<GrantRecord>(&place.id()).await?;
        if record.is_none() && matches!(wanted, WantedGrant::Token(_)) {
            return Err(error::invalid_grant_token());
        }
        let entitled = entitled(&key, record.as_ref().map(|stored| &stored.record));
        Ok(Self {
            key,
            place,
            record,
            entitled,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let grant = On::Grant {
            key: &self.key,
            entitled: &self.entitled,
        };
        one(rule.actions, grant, None).into_iter()
    }

    fn admitted_keys(&self) -> impl Iterator<Item = &Arc<Key>> {
        iter::once(&self.key)
    }
}

async fn of_token(cx: &Cx<'_>, token: &str) -> Result<(Arc<Key>, GrantPlace), Error> {
    let place = grants::open_token(cx.core, token)?;
    if place.key.region != *cx.region {
        return Err(error::invalid_grant_token());
    }
    match find_by_uuid(cx, place.key.key).await? {
        Some(key) => Ok((key, place)),
        None => Err(error::invalid_grant_token()),
    }
}

async fn of_id(
    cx: &Cx<'_>,
    rule: &'static Rule,
    arn: &str,
    id: &str,
) -> Result<(Arc<Key>, GrantPlace), Error> {
    let grant = GrantId::parse(id).ok_or_else(|| error::invalid_grant_id(id))?;
    let key = find_by_identifier(cx, rule, arn).await?.key;
    let place = GrantPlace {
        key: key.place.clone(),
        grant,
    };
    Ok((key, place))
}

/// Who may retire a grant: the retiring principal, the grantee if the grant says so, and the account that created it. A
/// grant that does not exist is the key's account's to ask for; nobody else learns that there is none.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/grant-delete.html>
fn entitled(key: &Key, record: Option<&GrantRecord>) -> Vec<Arc<Grant>> {
    let Some(record) = record else {
        return vec![right_of(PrincipalRef::Account(key.account))];
    };
    let retiring = record.retiring.as_ref();
    let grantee =
        Some(&record.grantee).filter(|_| record.operations.contains(&GrantOperation::RetireGrant));
    let parties = retiring.into_iter().chain(grantee);
    let issuer = record.issuing_account();
    parties
        .map(|party| party.principal())
        .chain(issuer.map(PrincipalRef::Account))
        .map(right_of)
        .collect()
}

fn right_of(grantee: PrincipalRef) -> Arc<Grant> {
    Arc::new(Grant {
        id: String::new(),
        grantee,
        operations: BTreeSet::from([GrantOperation::RetireGrant]),
        constraints: GrantConstraints::default(),
    })
}

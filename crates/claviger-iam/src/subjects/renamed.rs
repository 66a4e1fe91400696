//! An entity that may get another name or path.

use claviger_core::{
    cx::Cx,
    error::Error,
    pipeline::{Ask, On, Subject},
    records::Stored,
    rule::Rule,
};
use claviger_policy::Values;

use super::{One, asks};
use crate::{entities, errors, records::Entity};

/// What a request wants to rename, and how.
pub(crate) struct WantedName<'a> {
    /// The name that it has.
    pub(crate) name: &'a str,
    /// The path that it shall have.
    pub(crate) new_path: Option<&'a str>,
    /// The name that it shall have.
    pub(crate) new_name: Option<&'a str>,
}

/// A user or group, and what it shall be called. The caller must be allowed on both ARNs.
///
/// AWS: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateUser.html>
pub(crate) struct Renamed<E> {
    one: One<E>,
    new_path: String,
    new_name: String,
    new_arn: String,
    /// Whether somebody else has the new name.
    taken: bool,
}

impl<E: Entity> Subject for Renamed<E> {
    type Wanted<'a> = WantedName<'a>;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        wanted: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        let account = cx.caller.account;
        let one = One::<E>::resolve(cx, rule, wanted.name).await?;
        let stored = one.stored().ok();
        let path = stored.map_or("/", |stored| stored.record.path());
        let name = stored.map_or(wanted.name, |stored| stored.record.name());
        let new_path = wanted.new_path.unwrap_or(path).to_owned();
        let new_name = wanted.new_name.unwrap_or(name).to_owned();
        let bearer = entities::by_name::<E>(&cx.core.records, account, &new_name).await?;
        let id = stored.map(|stored| stored.record.unique_id());
        let taken = bearer.is_some_and(|bearer| Some(bearer.record.unique_id()) != id);
        Ok(Self {
            new_arn: E::KIND.arn(account, &new_path, &new_name),
            new_path,
            new_name,
            taken,
            one,
        })
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        let new = asks(rule, On::Entity(&self.new_arn));
        let is_new = self.new_arn != self.one.arn();
        self.one.asks(rule).chain(new.filter(|_| is_new))
    }

    fn agrees(&self) -> Result<(), Error> {
        self.one.agrees()?;
        if self.taken {
            return Err(errors::name_taken(E::KIND, &self.new_name));
        }
        Ok(())
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        self.one.condition(key)
    }

    fn lanes(&self) -> Vec<u64> {
        self.one.lanes()
    }
}

impl<E: Entity> Renamed<E> {
    /// Its record.
    pub(crate) fn stored(&self) -> Result<&Stored<E>, Error> {
        self.one.stored()
    }

    /// The path that it shall have.
    pub(crate) fn new_path(&self) -> &str {
        &self.new_path
    }

    /// The name that it shall have.
    pub(crate) fn new_name(&self) -> &str {
        &self.new_name
    }
}

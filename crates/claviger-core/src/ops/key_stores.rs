//! What the operations on custom key stores share: the stores of a caller, and which of their properties are one store's alone.
//!
//! Stores are kept and described, and none can be connected: this version speaks to no HSM and no proxy. So no key lives in one.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html>

use claviger_audit::Parameters;
use claviger_store::Revision;

use crate::{
    cx::Cx,
    error::{self, Error},
    records::{Fault, KeyStore, KeyStoresRecord, Proxy, StoreBacking},
};

/// The stores of the caller's account in the call's Region.
pub(super) struct KeyStores {
    /// Version and revision of the record; none while there is none.
    read: Option<(u64, Revision)>,
    record: KeyStoresRecord,
}

impl KeyStores {
    pub(super) async fn of_caller(cx: &Cx<'_>) -> Result<Self, Fault> {
        let id = KeyStoresRecord::id(&cx.caller.account, cx.region);
        let stored = cx.read::<KeyStoresRecord>(&id).await?;
        Ok(match stored {
            Some(stored) => Self {
                read: Some((stored.version, stored.revision)),
                record: stored.record,
            },
            None => Self {
                read: None,
                record: KeyStoresRecord::default(),
            },
        })
    }

    /// In the order of their ids.
    pub(super) fn all(&self) -> &[KeyStore] {
        &self.record.stores
    }

    /// The store of this id.
    pub(super) fn find(&self, id: &str) -> Result<&KeyStore, Error> {
        let found = self.all().iter().find(|store| store.id == id);
        found.ok_or_else(|| error::key_stores::not_found(id))
    }

    /// Takes the store of this id out, to be changed or gone.
    pub(super) fn take(&mut self, id: &str) -> Result<KeyStore, Error> {
        let at = self.all().iter().position(|store| store.id == id);
        let at = at.ok_or_else(|| error::key_stores::not_found(id))?;
        Ok(self.record.stores.remove(at))
    }

    /// Puts a store in, unless it would share what is one store's alone.
    pub(super) fn put(&mut self, store: KeyStore) -> Result<(), Error> {
        for conflict in CONFLICTS {
            let shared = self.all().iter().find_map(|other| conflict(&store, other));
            shared.map_or(Ok(()), Err)?;
        }
        let at = self.all().partition_point(|other| other.id < store.id);
        self.record.stores.insert(at, store);
        Ok(())
    }

    /// Stages the record as it is now.
    pub(super) fn stage(&self, cx: &mut Cx<'_>) -> Result<(), Fault> {
        let account = cx.caller.account;
        let id = KeyStoresRecord::id(&account, cx.region);
        match self.read {
            Some(read) => cx.staged.replace(id, Some(&account), read, &self.record),
            None => cx.staged.create(id, Some(&account), &self.record),
        }
    }
}

/// Refuses to use the store of this id, which is not connected if it exists at all.
pub(super) async fn refuse_use(cx: &Cx<'_>, id: &str) -> Result<(), Error> {
    let stores = KeyStores::of_caller(cx).await?;
    Err(wrong_state(stores.find(id)?))
}

/// Refuses what a store may be asked for only while nobody tries to connect it.
pub(super) fn must_be_disconnected(store: &KeyStore) -> Result<(), Error> {
    if store.connection_failed {
        Err(wrong_state(store))
    } else {
        Ok(())
    }
}

/// The connection of the store is not in the state that the operation needs.
pub(super) fn wrong_state(store: &KeyStore) -> Error {
    error::key_stores::wrong_state(&store.id, store.connection())
}

/// Refuses randomness from the store of this id: a cluster is not connected, an external key manager never gives any.
pub(super) async fn refuse_randomness(cx: &Cx<'_>, id: &str) -> Result<(), Error> {
    let stores = KeyStores::of_caller(cx).await?;
    let store = stores.find(id)?;
    Err(match &store.backing {
        StoreBacking::CloudHsm(_) => wrong_state(store),
        // UNKNOWN: AWS's text.
        StoreBacking::External(_) => {
            error::unsupported_because("GenerateRandom is not supported for an external key store.")
        }
    })
}

/// Tells in the audit event which store it was, as CloudTrail does.
pub(super) fn note_store(cx: &mut Cx<'_>, store: &KeyStore) {
    let additional = cx.notes.additional();
    additional.put_str("customKeyStoreName", &store.name);
    if let StoreBacking::CloudHsm(cluster) = &store.backing {
        additional.put_str("clusterId", &cluster.id);
    }
}

/// The identifier of a store in the audit event.
pub(super) fn put_store(out: &mut Parameters, id: &str) {
    out.put_str("customKeyStoreId", id);
}

fn same_name(new: &KeyStore, other: &KeyStore) -> Option<Error> {
    (new.name == other.name).then(|| error::key_stores::name_in_use(&new.name))
}

fn same_cluster(new: &KeyStore, other: &KeyStore) -> Option<Error> {
    match (&new.backing, &other.backing) {
        (StoreBacking::CloudHsm(new), StoreBacking::CloudHsm(other)) => {
            (new.id == other.id).then(|| error::key_stores::cluster_in_use(&new.id))
        }
        (StoreBacking::CloudHsm(_) | StoreBacking::External(_), _) => None,
    }
}

fn same_uri(new: &KeyStore, other: &KeyStore) -> Option<Error> {
    let (new, other) = proxies(new, other)?;
    let same = new.endpoint == other.endpoint && new.path == other.path;
    same.then(error::key_stores::proxy_uri_in_use)
}

/// Only public proxies may share a host.
fn same_endpoint(new: &KeyStore, other: &KeyStore) -> Option<Error> {
    let (new, other) = proxies(new, other)?;
    let private = new.service.is_some() || other.service.is_some();
    (private && new.endpoint == other.endpoint).then(error::key_stores::proxy_endpoint_in_use)
}

fn same_service(new: &KeyStore, other: &KeyStore) -> Option<Error> {
    let (new, other) = proxies(new, other)?;
    let (new, other) = (new.service.as_ref()?, other.service.as_ref()?);
    (new.name == other.name).then(|| error::key_stores::proxy_service_in_use(&new.name))
}

fn proxies<'s>(new: &'s KeyStore, other: &'s KeyStore) -> Option<(&'s Proxy, &'s Proxy)> {
    match (&new.backing, &other.backing) {
        (StoreBacking::External(new), StoreBacking::External(other)) => Some((new, other)),
        (StoreBacking::CloudHsm(_) | StoreBacking::External(_), _) => None,
    }
}

/// What two stores of an account and Region cannot share, in the order in which it is told.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateCustomKeyStore.html>
const CONFLICTS: [fn(&KeyStore, &KeyStore) -> Option<Error>; 5] = [
    same_name,
    same_cluster,
    same_uri,
    same_endpoint,
    same_service,
];

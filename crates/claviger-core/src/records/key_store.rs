//! Custom key stores: where keys live whose material is not in this service.

use claviger_model::{AccountId, ConnectionStateType, Region, SecretText, Timestamp};
use serde::{Deserialize, Serialize};

use crate::json_record;

/// All custom key stores of an account in a Region. One record, since names, clusters and proxies belong to one store each, and
/// two calls must not get past each other; there are ten at most.
#[derive(Default, Deserialize, Serialize)]
pub(crate) struct KeyStoresRecord {
    /// In the order of their ids.
    pub stores: Vec<KeyStore>,
}

json_record!(KeyStoresRecord, "key-stores");

impl KeyStoresRecord {
    /// The id within the table.
    pub(crate) fn id(account: &AccountId, region: &Region) -> String {
        format!("{account}/{region}")
    }
}

/// One store. It is never connected: this version speaks to no HSM and no proxy.
#[derive(Deserialize, Serialize)]
pub(crate) struct KeyStore {
    /// `cks-` and 17 hexadecimal digits.
    pub id: String,
    /// Its name.
    pub name: String,
    /// When it was created, epoch milliseconds.
    pub created_ms: i64,
    /// Whether it was to be connected, and has not been disconnected since.
    #[serde(default)]
    pub connection_failed: bool,
    /// What is behind it.
    pub backing: StoreBacking,
}

impl KeyStore {
    /// When it was created.
    pub(crate) fn created(&self) -> Timestamp {
        Timestamp::from_epoch_ms(self.created_ms)
    }

    /// AWS's name of how far its connection has come.
    pub(crate) fn connection(&self) -> ConnectionStateType {
        if self.connection_failed {
            ConnectionStateType::Failed
        } else {
            ConnectionStateType::Disconnected
        }
    }
}

/// What a key store leans on.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StoreBacking {
    /// A cluster of AWS CloudHSM.
    CloudHsm(Cluster),
    /// A proxy before an external key manager.
    External(Proxy),
}

/// A cluster, and how to log in.
#[derive(Deserialize, Serialize)]
pub(crate) struct Cluster {
    /// `cluster-…`.
    pub id: String,
    /// The certificate that the cluster was initialized with, PEM.
    pub trust_anchor: String,
    /// The password of the crypto user `kmsuser`.
    #[serde(with = "secret_text")]
    pub password: SecretText,
}

/// A proxy, and how to sign for it.
#[derive(Deserialize, Serialize)]
pub(crate) struct Proxy {
    /// `https://` and the host.
    pub endpoint: String,
    /// From the root to `/kms/xks/v1`.
    pub path: String,
    /// The VPC endpoint service, when the proxy is not on the public network.
    pub service: Option<EndpointService>,
    /// The access key id that signs.
    #[serde(with = "secret_text")]
    pub access_key_id: SecretText,
    /// The secret of it.
    #[serde(with = "secret_text")]
    pub secret: SecretText,
}

/// A VPC endpoint service.
#[derive(Deserialize, Serialize)]
pub(crate) struct EndpointService {
    /// Its name.
    pub name: String,
    /// The account that owns it; none: the store's own.
    pub owner: Option<String>,
}

/// The record is sealed as a whole, and its plaintext is wiped; only there these texts stand in clear.
mod secret_text {
    use claviger_model::SecretText;
    use serde::{Deserialize, Deserializer, Serializer};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(value: &SecretText, to: S) -> Result<S::Ok, S::Error> {
        // EXPOSE: into the plaintext that the barrier seals.
        to.serialize_str(value.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<SecretText, D::Error> {
        let text = Zeroizing::new(String::deserialize(from)?);
        Ok(SecretText::copy_of(&text))
    }
}

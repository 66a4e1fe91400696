//! The settings in a request for a custom key store: which of them each kind of store needs, and which it does not know.

use claviger_audit::Parameters;
use claviger_model::{
    CreateCustomKeyStoreInput, CustomKeyStoreType, SecretText, UpdateCustomKeyStoreInput,
    XksProxyAuthenticationCredentialType, XksProxyConnectivityType,
};

use crate::{
    error::{self, Error},
    records::{Cluster, EndpointService, Proxy, StoreBacking},
};

/// What a request to create or to update a store says of the things behind it.
pub(super) struct Settings<'a> {
    cluster_id: Option<&'a str>,
    trust_anchor: Option<&'a str>,
    password: Option<&'a SecretText>,
    connectivity: Option<XksProxyConnectivityType>,
    endpoint: Option<&'a str>,
    path: Option<&'a str>,
    credential: Option<&'a XksProxyAuthenticationCredentialType>,
    service: Option<&'a str>,
    service_owner: Option<&'a str>,
}

impl<'a> Settings<'a> {
    pub(super) fn to_create(input: &'a CreateCustomKeyStoreInput) -> Self {
        Self {
            cluster_id: input.cloud_hsm_cluster_id.as_deref(),
            trust_anchor: input.trust_anchor_certificate.as_deref(),
            password: input.key_store_password.as_ref(),
            connectivity: input.xks_proxy_connectivity,
            endpoint: input.xks_proxy_uri_endpoint.as_deref(),
            path: input.xks_proxy_uri_path.as_deref(),
            credential: input.xks_proxy_authentication_credential.as_ref(),
            service: input.xks_proxy_vpc_endpoint_service_name.as_deref(),
            service_owner: input.xks_proxy_vpc_endpoint_service_owner.as_deref(),
        }
    }

    pub(super) fn to_update(input: &'a UpdateCustomKeyStoreInput) -> Self {
        Self {
            cluster_id: input.cloud_hsm_cluster_id.as_deref(),
            trust_anchor: None,
            password: input.key_store_password.as_ref(),
            connectivity: input.xks_proxy_connectivity,
            endpoint: input.xks_proxy_uri_endpoint.as_deref(),
            path: input.xks_proxy_uri_path.as_deref(),
            credential: input.xks_proxy_authentication_credential.as_ref(),
            service: input.xks_proxy_vpc_endpoint_service_name.as_deref(),
            service_owner: input.xks_proxy_vpc_endpoint_service_owner.as_deref(),
        }
    }

    /// What the audit event may carry: neither the password nor the credential. AWS leaves the certificate out as well.
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-create-keystore.html
    pub(super) fn put(&self, out: &mut Parameters) {
        let connectivity = self.connectivity.as_ref().map(|kind| kind.as_str());
        for (name, value) in [
            ("clusterId", self.cluster_id),
            ("xksProxyConnectivity", connectivity),
            ("xksProxyUriEndpoint", self.endpoint),
            ("xksProxyUriPath", self.path),
            ("xksProxyVpcEndpointServiceName", self.service),
            ("xksProxyVpcEndpointServiceOwner", self.service_owner),
        ] {
            super::put_optional(out, name, value);
        }
    }

    /// What a new store of this kind leans on.
    pub(super) fn backing(&self, kind: CustomKeyStoreType) -> Result<StoreBacking, Error> {
        self.fit(kind)?;
        match kind {
            CustomKeyStoreType::AwsCloudhsm => Ok(StoreBacking::CloudHsm(Cluster {
                id: needed(self.cluster_id, "CloudHsmClusterId", kind)?.to_owned(),
                trust_anchor: needed(self.trust_anchor, "TrustAnchorCertificate", kind)?.to_owned(),
                password: copy(needed(self.password, "KeyStorePassword", kind)?),
            })),
            CustomKeyStoreType::ExternalKeyStore => {
                let connectivity = needed(self.connectivity, "XksProxyConnectivity", kind)?;
                let credential = needed(self.credential, "XksProxyAuthenticationCredential", kind)?;
                Ok(StoreBacking::External(Proxy {
                    endpoint: needed(self.endpoint, "XksProxyUriEndpoint", kind)?.to_owned(),
                    path: needed(self.path, "XksProxyUriPath", kind)?.to_owned(),
                    service: self.service_of(connectivity, None)?,
                    access_key_id: copy(&credential.access_key_id),
                    secret: copy(&credential.raw_secret_access_key),
                }))
            }
        }
    }

    /// Changes what a store leans on; what the request does not name stays.
    pub(super) fn apply(&self, backing: &mut StoreBacking) -> Result<(), Error> {
        match backing {
            StoreBacking::CloudHsm(cluster) => {
                self.fit(CustomKeyStoreType::AwsCloudhsm)?;
                replace(&mut cluster.id, self.cluster_id);
                if let Some(password) = self.password {
                    cluster.password = copy(password);
                }
            }
            StoreBacking::External(proxy) => {
                self.fit(CustomKeyStoreType::ExternalKeyStore)?;
                let standing = connectivity(proxy);
                let connectivity = self.connectivity.unwrap_or(standing);
                if connectivity != standing && self.endpoint.is_none() {
                    return Err(error::key_stores::endpoint_of_other_connectivity());
                }
                proxy.service = self.service_of(connectivity, proxy.service.take())?;
                replace(&mut proxy.endpoint, self.endpoint);
                replace(&mut proxy.path, self.path);
                if let Some(credential) = self.credential {
                    proxy.access_key_id = copy(&credential.access_key_id);
                    proxy.secret = copy(&credential.raw_secret_access_key);
                }
            }
        }
        Ok(())
    }

    /// Whether no setting belongs to the other kind of store.
    fn fit(&self, kind: CustomKeyStoreType) -> Result<(), Error> {
        let foreign = match kind {
            CustomKeyStoreType::AwsCloudhsm => self.of_a_proxy(),
            CustomKeyStoreType::ExternalKeyStore => self.of_a_cluster(),
        };
        match foreign {
            Some(member) => Err(error::key_stores::member_not_valid(member, kind)),
            None => Ok(()),
        }
    }

    /// The first setting that only a cluster has.
    fn of_a_cluster(&self) -> Option<&'static str> {
        first([
            ("CloudHsmClusterId", self.cluster_id.is_some()),
            ("TrustAnchorCertificate", self.trust_anchor.is_some()),
            ("KeyStorePassword", self.password.is_some()),
        ])
    }

    /// The first setting that only a proxy has.
    fn of_a_proxy(&self) -> Option<&'static str> {
        first([
            ("XksProxyConnectivity", self.connectivity.is_some()),
            ("XksProxyUriEndpoint", self.endpoint.is_some()),
            ("XksProxyUriPath", self.path.is_some()),
            (
                "XksProxyAuthenticationCredential",
                self.credential.is_some(),
            ),
            ("XksProxyVpcEndpointServiceName", self.service.is_some()),
            (
                "XksProxyVpcEndpointServiceOwner",
                self.service_owner.is_some(),
            ),
        ])
    }

    fn service_of(
        &self,
        connectivity: XksProxyConnectivityType,
        standing: Option<EndpointService>,
    ) -> Result<Option<EndpointService>, Error> {
        match connectivity {
            XksProxyConnectivityType::PublicEndpoint if self.service.is_some() => {
                Err(error::key_stores::service_of_public_proxy())
            }
            XksProxyConnectivityType::PublicEndpoint => Ok(None),
            XksProxyConnectivityType::VpcEndpointService => {
                let (name, owner) = match standing {
                    Some(EndpointService { name, owner }) => (Some(name), owner),
                    None => (None, None),
                };
                let name = self.service.map(str::to_owned).or(name);
                Ok(Some(EndpointService {
                    name: name.ok_or_else(error::key_stores::service_of_private_proxy)?,
                    owner: self.service_owner.map(str::to_owned).or(owner),
                }))
            }
        }
    }
}

/// How a proxy is reached.
pub(super) fn connectivity(proxy: &Proxy) -> XksProxyConnectivityType {
    match proxy.service {
        Some(_) => XksProxyConnectivityType::VpcEndpointService,
        None => XksProxyConnectivityType::PublicEndpoint,
    }
}

fn first<const N: usize>(members: [(&'static str, bool); N]) -> Option<&'static str> {
    let given = members.into_iter().find(|(_, given)| *given);
    given.map(|(member, _)| member)
}

fn needed<T>(value: Option<T>, member: &str, kind: CustomKeyStoreType) -> Result<T, Error> {
    value.ok_or_else(|| error::key_stores::member_needed(member, kind))
}

fn replace(standing: &mut String, new: Option<&str>) {
    if let Some(new) = new {
        new.clone_into(standing);
    }
}

fn copy(secret: &SecretText) -> SecretText {
    // EXPOSE: from one wiped text into another.
    SecretText::copy_of(secret.expose())
}

//! The texts about custom key stores.

use std::fmt;

use claviger_model::error_code;

use super::{Error, limit_exceeded, validation};

/// No key store has this id.
pub(crate) fn not_found(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CUSTOM_KEY_STORE_NOT_FOUND,
        format!("Custom key store {id} does not exist"),
    )
}

/// The connection of the key store is not in the state that the operation needs.
pub(crate) fn wrong_state(id: &str, state: impl fmt::Display) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CUSTOM_KEY_STORE_INVALID_STATE,
        format!(
            "The connection state of custom key store {id} is {state}, which is not valid for this operation."
        ),
    )
}

/// The name is another store's.
pub(crate) fn name_in_use(name: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CUSTOM_KEY_STORE_NAME_IN_USE,
        format!("The custom key store name {name} is in use."),
    )
}

/// The cluster belongs to another store.
pub(crate) fn cluster_in_use(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CLOUD_HSM_CLUSTER_IN_USE,
        format!("The cluster {id} is already associated with a custom key store."),
    )
}

/// The cluster does not answer.
pub(crate) fn cluster_not_active(id: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::CLOUD_HSM_CLUSTER_NOT_ACTIVE,
        format!("The cluster {id} is not active."),
    )
}

/// Endpoint and path are another store's.
pub(crate) fn proxy_uri_in_use() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::XKS_PROXY_URI_IN_USE,
        "The concatenation of XksProxyUriEndpoint and XksProxyUriPath is in use by another external key store.",
    )
}

/// The endpoint is another store's, and one of the two is not public.
pub(crate) fn proxy_endpoint_in_use() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::XKS_PROXY_URI_ENDPOINT_IN_USE,
        "The XksProxyUriEndpoint is in use by another external key store.",
    )
}

/// The VPC endpoint service is another store's.
pub(crate) fn proxy_service_in_use(name: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    Error::new(
        error_code::XKS_PROXY_VPC_ENDPOINT_SERVICE_IN_USE,
        format!("The VPC endpoint service {name} is in use by another external key store."),
    )
}

/// A member that this kind of key store can't do without.
pub(crate) fn member_needed(member: &str, kind: impl fmt::Display) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation(format!(
        "{member} is required for a CustomKeyStoreType of {kind}."
    ))
}

/// A member that this kind of key store does not know.
pub(crate) fn member_not_valid(member: &str, kind: impl fmt::Display) -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation(format!(
        "{member} is not valid for a CustomKeyStoreType of {kind}."
    ))
}

/// A public proxy has no VPC endpoint service.
pub(crate) fn service_of_public_proxy() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation(
        "XksProxyVpcEndpointServiceName is not valid for an XksProxyConnectivity of PUBLIC_ENDPOINT.",
    )
}

/// What is reached in another way is reached in another place.
// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_UpdateCustomKeyStore.html
pub(crate) fn endpoint_of_other_connectivity() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("XksProxyUriEndpoint is required to change the XksProxyConnectivity.")
}

/// A proxy that is not public has a VPC endpoint service.
pub(crate) fn service_of_private_proxy() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation(
        "XksProxyVpcEndpointServiceName is required for an XksProxyConnectivity of VPC_ENDPOINT_SERVICE.",
    )
}

/// Only keys in an external key store have a key outside.
pub(crate) fn xks_key_id_not_valid() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("XksKeyId is only valid for keys in an external key store.")
}

/// A store is asked for by id or by name.
pub(crate) fn named_twice() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    validation("You cannot specify CustomKeyStoreId and CustomKeyStoreName in the same request.")
}

/// An account has ten stores in a Region.
pub(crate) fn too_many() -> Error {
    // UNKNOWN: AWS's own text is not recorded.
    limit_exceeded("You have reached the limit of custom key stores in this account and Region.")
}

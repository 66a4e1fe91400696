//! The STS operations, one file each.

mod get_caller_identity;

use claviger_core::pipeline::Route;

/// The entry of an STS operation; none when there is no such operation.
pub fn sts_route(action: &str) -> Option<Route> {
    match action {
        "GetCallerIdentity" => {
            Some(const { Route::of::<get_caller_identity::GetCallerIdentity>() })
        }
        _ => None,
    }
}

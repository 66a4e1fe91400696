//! What is said of multi-Region keys.

use claviger_model::error_code;

use super::{Error, unsupported_because};

/// Only the primary key of a multi-Region key can do this.
pub(crate) fn not_primary(arn: &str) -> Error {
    unsupported_because(format!("{arn} is not a multi-region primary key."))
}

/// A single-Region key can't do this.
pub(crate) fn not_multi_region(arn: &str) -> Error {
    unsupported_because(format!("{arn} is not a multi-region key."))
}

/// The Region in which the primary key itself is.
pub(crate) fn contains_primary(region: &str) -> Error {
    // UNKNOWN: AWS's text is recorded, its error is not.
    unsupported_because(format!(
        "{region} cannot have a replica because it contains the primary."
    ))
}

/// There is a related key in the Region already.
pub(crate) fn replica_exists() -> Error {
    Error::new(
        error_code::ALREADY_EXISTS,
        "You can create only one replica of each primary key in each AWS Region.",
    )
}

/// No key that belongs to this one is in the Region.
pub(crate) fn no_replica_in(arn: &str, region: &str) -> Error {
    // UNKNOWN: AWS's own text is not recorded, nor what it says of the Region that the primary key is in already.
    Error::new(
        error_code::NOT_FOUND,
        format!("{arn} has no replica in Region {region}."),
    )
}

/// This deployment has no such Region.
pub(crate) fn region_not_served(region: &str) -> Error {
    let is_elsewhere = |start: &&str| region.starts_with(*start);
    if OTHER_PARTITIONS.iter().any(is_elsewhere) {
        // UNKNOWN: AWS's text is recorded, its error is not.
        return unsupported_because(
            "The replica key Region must be in the same AWS partition as the primary key Region.",
        );
    }
    // UNKNOWN: AWS's own text is not recorded.
    unsupported_because(format!("Region {region} is not supported."))
}

/// How the names of Regions begin that are not of the `aws` partition.
const OTHER_PARTITIONS: [&str; 5] = ["cn-", "eu-iso", "eusc-", "us-gov-", "us-iso"];

//! Region names.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::generated::regions::AWS_PARTITION;
use crate::patterns;

/// A Region's name, such as `us-east-1`: 1 to 32 characters of the model's pattern. A clone is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region(Arc<str>);

impl Region {
    /// Reads a name of the right form; it need not be a Region that exists.
    ///
    /// # Errors
    /// [`InvalidRegion`] for any other form.
    pub fn parse(text: &str) -> Result<Self, InvalidRegion> {
        if text.len() <= LEN_MAX && patterns::region(text) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidRegion)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True for the name of a Region of the `aws` partition, as the pinned facts know them.
    pub fn is_aws_partition_name(name: &str) -> bool {
        AWS_PARTITION.binary_search(&name).is_ok()
    }

    /// The names of all Regions of the `aws` partition, sorted.
    pub const fn aws_partition_names() -> &'static [&'static str] {
        &AWS_PARTITION
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

impl FromStr for Region {
    type Err = InvalidRegion;

    fn from_str(text: &str) -> Result<Self, InvalidRegion> {
        Self::parse(text)
    }
}

/// A text that has not the form of a Region's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidRegion;

impl fmt::Display for InvalidRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Region's name has the form us-east-1")
    }
}

impl std::error::Error for InvalidRegion {}

const LEN_MAX: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_partition_parses() {
        assert!(AWS_PARTITION.is_sorted());
        for name in AWS_PARTITION {
            assert_eq!(Region::parse(name).unwrap().as_str(), name);
            assert!(Region::is_aws_partition_name(name));
        }
        assert!(!Region::is_aws_partition_name("cn-north-1"));
        assert!(!Region::is_aws_partition_name("aws-global"));
        assert!(Region::parse("us-gov-east-1").is_ok());
    }

    #[test]
    fn other_forms_are_refused() {
        for wrong in [
            "",
            "us-east",
            "useast1",
            "US-EAST-1",
            "us-east-1a",
            "us-east-1\n",
            "a-b-c-d-1",
            "-east-1",
            "us--1",
        ] {
            assert_eq!(Region::parse(wrong), Err(InvalidRegion), "{wrong}");
        }
        assert!(Region::parse(&format!("us-east-{}", "1".repeat(32))).is_err());
    }
}

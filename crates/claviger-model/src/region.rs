//! Region names.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::generated::regions::AWS_PARTITION;
use crate::patterns;

/// A Region's name, such as `us-east-1`: 1 to 32 characters of the model's pattern. A clone is cheap.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Region(Name);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Name {
    /// Of the `aws` partition, as in nearly every call: a word of the program, which takes no memory of its own.
    Partition(&'static str),
    Other(Arc<str>),
}

impl Region {
    /// Reads a name of the right form; it need not be a Region that exists.
    ///
    /// # Errors
    /// [`InvalidRegion`] for any other form.
    pub fn parse(text: &str) -> Result<Self, InvalidRegion> {
        let known = AWS_PARTITION.binary_search(&text).ok();
        if let Some(name) = known.and_then(|at| AWS_PARTITION.get(at)) {
            Ok(Self(Name::Partition(name)))
        } else if text.len() <= LEN_MAX && patterns::region(text) {
            Ok(Self(Name::Other(text.into())))
        } else {
            Err(InvalidRegion)
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Partition(name) => name,
            Name::Other(name) => name,
        }
    }

    /// True for a Region of the `aws` partition, as the pinned facts know them.
    pub const fn is_in_aws_partition(&self) -> bool {
        matches!(self.0, Name::Partition(_))
    }

    /// The names of all Regions of the `aws` partition, sorted.
    pub const fn aws_partition_names() -> &'static [&'static str] {
        &AWS_PARTITION
    }
}

impl Ord for Region {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for Region {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
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
            assert!(patterns::region(name));
            let region = Region::parse(name).unwrap();
            assert_eq!(region.as_str(), name);
            assert!(region.is_in_aws_partition());
        }
        for other in ["cn-north-1", "us-gov-east-1"] {
            let region = Region::parse(other).unwrap();
            assert_eq!(region.as_str(), other);
            assert!(!region.is_in_aws_partition());
        }
        assert!(Region::parse("aws-global").is_err());
    }

    #[test]
    fn the_order_is_that_of_the_names() {
        let mut regions =
            ["us-east-1", "cn-north-1", "af-south-1"].map(|name| Region::parse(name).unwrap());
        regions.sort();
        assert_eq!(
            regions.each_ref().map(Region::as_str),
            ["af-south-1", "cn-north-1", "us-east-1"]
        );
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

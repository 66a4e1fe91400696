//! The managed policies that AWS itself owns, as far as they matter to a key management service.
//!
//! They stand in the program and not in the store: no account can change them, and a new release may bring a newer
//! version. Nobody has to bring them up to date, since whoever has one attached gets what the program has.
//!
//! AWS: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::sync::{Arc, OnceLock};

use claviger_core::records::Fault;
use claviger_policy::{Policy, PolicyKind};

/// A managed policy of AWS's.
pub struct AwsManagedPolicy {
    /// The friendly name; all stand at the path `/`.
    pub name: &'static str,
    /// AWS's own id.
    pub id: &'static str,
    /// What AWS says of it.
    pub description: &'static str,
    /// The document of the default version.
    pub document: &'static str,
    /// The number of the default version, the only one that is kept.
    pub version: u32,
    /// Epoch milliseconds.
    pub created_ms: i64,
    /// When the default version was published, epoch milliseconds.
    pub updated_ms: i64,
    compiled: OnceLock<Arc<Policy>>,
}

impl AwsManagedPolicy {
    /// All of them, in the order of their names.
    pub fn all() -> &'static [Self] {
        &ALL
    }

    /// The one with this ARN.
    pub fn of_arn(arn: &str) -> Option<&'static Self> {
        let name = arn.strip_prefix(ARN_PREFIX)?;
        ALL.iter().find(|policy| policy.name == name)
    }

    /// The ARN, of no account.
    pub fn arn(&self) -> String {
        format!("{ARN_PREFIX}{}", self.name)
    }

    /// The policy, compiled once.
    ///
    /// # Errors
    /// The document, which is part of this crate, does not parse.
    pub fn policy(&self) -> Result<Arc<Policy>, Fault> {
        if let Some(policy) = self.compiled.get() {
            return Ok(Arc::clone(policy));
        }
        let policy = Policy::parse(self.document, PolicyKind::Identity)
            .map_err(|_| Fault::Format("managed-policy"))?;
        Ok(Arc::clone(self.compiled.get_or_init(|| Arc::new(policy))))
    }
}

const ARN_PREFIX: &str = "arn:aws:iam::aws:policy/";

// DIFFERS: AWS keeps the earlier versions of its policies and has some 1,500 of them; here are the current versions of
// the three that speak of keys and of everything.
static ALL: [AwsManagedPolicy; 3] = [
    AwsManagedPolicy {
        name: "AWSKeyManagementServicePowerUser",
        id: "ANPAJNPP7PPPPMJRV2SA4",
        description: "Provides access to AWS Key Management Service (KMS).",
        document: include_str!("aws_managed/aws_key_management_service_power_user.json"),
        version: 2,
        created_ms: 1_423_248_040_000,
        updated_ms: 1_488_848_111_000,
        compiled: OnceLock::new(),
    },
    AwsManagedPolicy {
        name: "AdministratorAccess",
        id: "ANPAIWMBCKSKIEE64ZLYK",
        description: "Provides full access to AWS services and resources.",
        document: include_str!("aws_managed/administrator_access.json"),
        version: 1,
        created_ms: 1_423_247_986_000,
        updated_ms: 1_423_247_986_000,
        compiled: OnceLock::new(),
    },
    // DIFFERS: AWS's ReadOnlyAccess lists the reading actions of all services; here stand those of KMS, IAM and STS.
    AwsManagedPolicy {
        name: "ReadOnlyAccess",
        id: "ANPAILL3HVNFSB6DCOWYQ",
        description: "Provides read-only access to AWS services and resources.",
        document: include_str!("aws_managed/read_only_access.json"),
        version: 119,
        created_ms: 1_423_247_988_000,
        updated_ms: 1_726_512_801_000,
        compiled: OnceLock::new(),
    },
];

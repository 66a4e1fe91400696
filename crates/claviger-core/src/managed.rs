//! AWS managed keys: what stands behind the aliases that every account has from the start.
//!
//! No AWS service runs here, so nobody ever uses such a key; but clients describe and list them, and their policies see to
//! it that nobody else uses or changes them.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#aws-managed-cmk>

use std::collections::{BTreeMap, BTreeSet};

use claviger_model::{AccountId, AliasName, KeySpec, KeyUsageType, OriginType, Timestamp};

use crate::records::{AliasPlace, KeyPlace, KeyRecord};

/// A service for which AWS predefines an alias.
pub(crate) struct ManagedFor {
    /// What follows `alias/aws/`.
    name: &'static str,
    /// How policies call the service.
    title: &'static str,
    /// The host by which requests come through the service.
    host: &'static str,
    /// What the key protects.
    what: &'static str,
}

impl ManagedFor {
    /// The service whose predefined alias bears this name.
    pub(crate) fn of_alias(alias: &str) -> Option<&'static Self> {
        let name = alias.strip_prefix(PREFIX)?;
        SERVICES.iter().find(|service| service.name == name)
    }

    /// The names of all predefined aliases.
    pub(crate) fn aliases() -> impl Iterator<Item = AliasName> {
        SERVICES
            .iter()
            .filter_map(|service| AliasName::parse(&format!("{PREFIX}{}", service.name)))
    }

    /// The record of a new key for this service, without its material.
    pub(crate) fn new_record(
        &self,
        alias: &AliasPlace,
        place: &KeyPlace,
        now: Timestamp,
    ) -> KeyRecord {
        KeyRecord {
            id: place.key,
            multi_region: false,
            account: alias.account.to_string(),
            region: place.region.to_string(),
            created_ms: now.epoch_ms(),
            description: format!(
                "Default key that protects my {} when no other key is defined",
                self.what
            ),
            spec: KeySpec::SymmetricDefault,
            usage: KeyUsageType::EncryptDecrypt,
            origin: OriginType::AwsKms,
            policy: self.policy(&alias.account, place),
            principals: BTreeMap::new(),
            managed_for: Some(self.name.to_owned()),
            tags: BTreeMap::new(),
            aliases: BTreeSet::from([alias.name.as_str().to_owned()]),
            disabled: false,
            deletion_ms: None,
            replica_window_days: None,
            related: None,
            import_epoch: 0,
            materials: Vec::new(),
            on_demand_rotations: 0,
            rotation: None,
            last_use: None,
        }
    }

    /// Through the service for everybody in the account, and a look at the metadata for whom the account allows it.
    ///
    /// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/services-ebs.html#ebs-cmk-policy>
    fn policy(&self, account: &AccountId, place: &KeyPlace) -> String {
        let Self {
            name, title, host, ..
        } = self;
        let region = &place.region;
        format!(
            r#"{{
  "Version" : "2012-10-17",
  "Id" : "auto-{name}-1",
  "Statement" : [ {{
    "Sid" : "Allow access through {title} for all principals in the account that are authorized to use {title}",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "*"
    }},
    "Action" : [ "kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:CreateGrant", "kms:DescribeKey" ],
    "Resource" : "*",
    "Condition" : {{
      "StringEquals" : {{
        "kms:ViaService" : "{host}.{region}.amazonaws.com",
        "kms:CallerAccount" : "{account}"
      }}
    }}
  }}, {{
    "Sid" : "Allow direct access to key metadata to the account",
    "Effect" : "Allow",
    "Principal" : {{
      "AWS" : "arn:aws:iam::{account}:root"
    }},
    "Action" : [ "kms:Describe*", "kms:Get*", "kms:List*" ],
    "Resource" : "*"
  }} ]
}}"#
        )
    }
}

const fn service(
    name: &'static str,
    title: &'static str,
    host: &'static str,
    what: &'static str,
) -> ManagedFor {
    ManagedFor {
        name,
        title,
        host,
        what,
    }
}

const PREFIX: &str = "alias/aws/";

// UNKNOWN: which aliases AWS predefines; it publishes no list. These are the ones that its documentation mentions.
const SERVICES: [ManagedFor; 17] = [
    service("acm", "ACM", "acm", "ACM private keys"),
    service("backup", "Backup", "backup", "Backup data"),
    service("dynamodb", "DynamoDB", "dynamodb", "DynamoDB data"),
    service("ebs", "EBS", "ec2", "EBS volumes"),
    service(
        "elasticfilesystem",
        "EFS",
        "elasticfilesystem",
        "EFS file systems",
    ),
    service("es", "Elasticsearch", "es", "Elasticsearch data"),
    service("glue", "Glue", "glue", "Glue data"),
    service("kinesis", "Kinesis", "kinesis", "Kinesis data"),
    service(
        "kinesisvideo",
        "Kinesis Video",
        "kinesisvideo",
        "Kinesis Video data",
    ),
    service("lambda", "Lambda", "lambda", "Lambda functions"),
    service("rds", "RDS", "rds", "RDS database volumes"),
    service("redshift", "Redshift", "redshift", "Redshift clusters"),
    service("s3", "S3", "s3", "S3 objects"),
    service(
        "secretsmanager",
        "AWS Secrets Manager",
        "secretsmanager",
        "Secrets Manager data",
    ),
    service("sns", "SNS", "sns", "SNS data"),
    service("sqs", "SQS", "sqs", "SQS messages"),
    service("ssm", "SSM", "ssm", "SSM parameters"),
];

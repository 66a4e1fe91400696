//! The request context: what a service would know of the call.

use std::collections::BTreeMap;

use super::asks;
use super::people;
use super::random::Random;
use crate::case::{Caller, CallerKind, Fact, FactKind, Resource};

type Facts = BTreeMap<String, Fact>;

/// The encryption context of an operation that has one.
pub(super) fn encryption_context(
    random: &mut Random,
    action: &str,
) -> Option<BTreeMap<String, String>> {
    let has_one = asks::SYMMETRIC
        .iter()
        .any(|name| action == format!("kms:{name}"));
    has_one.then(|| {
        let pairs = [
            ("AppName", "ExampleApp"),
            ("Stage", "prod"),
            ("tenant", "t-17"),
            ("STAGE", "dev"),
            ("Ünit", "secret"),
        ];
        pairs
            .into_iter()
            .filter(|_| random.chance(45))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    })
}

/// All that the request tells.
pub(super) fn facts(
    random: &mut Random,
    action: &str,
    resource: &Resource,
    caller: &Caller,
    encryption_context: Option<&BTreeMap<String, String>>,
) -> Facts {
    let mut facts = Facts::new();
    of_the_call(random, &mut facts);
    of_the_caller(random, caller, &mut facts);
    if let Resource::Key { .. } = resource {
        of_the_key(random, &mut facts);
    }
    let owner = owner(resource).unwrap_or(&caller.account);
    put(&mut facts, "aws:ResourceAccount", FactKind::String, owner);
    if action.starts_with("kms:") {
        put(
            &mut facts,
            "kms:CallerAccount",
            FactKind::String,
            &caller.account,
        );
    }
    of_the_operation(random, action, &mut facts);
    for (name, value) in encryption_context.into_iter().flatten() {
        let key = format!("kms:EncryptionContext:{name}");
        put(&mut facts, &key, FactKind::String, value);
    }
    let names: Vec<&str> = encryption_context
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect();
    put_all(&mut facts, "kms:EncryptionContextKeys", &names);
    facts
}

fn owner(resource: &Resource) -> Option<&str> {
    match resource {
        Resource::Any => None,
        Resource::Alias { arn } | Resource::Entity { arn } => arn.split(':').nth(4),
        Resource::Role { account, .. } | Resource::Key { account, .. } => Some(account),
    }
}

fn of_the_call(random: &mut Random, facts: &mut Facts) {
    use FactKind::{Bool, Date, Ip, String};
    let (now, epoch) = random.pick(&[
        ("2026-03-14T09:26:53Z", "1773480413"),
        ("2026-12-31T23:59:59Z", "1798761599"),
    ]);
    put(facts, "aws:CurrentTime", Date, now);
    put(facts, "aws:EpochTime", Date, epoch);
    put(
        facts,
        "aws:SourceIp",
        Ip,
        random.pick(&["203.0.113.7", "198.51.100.200", "2001:db8::17"]),
    );
    put(
        facts,
        "aws:SecureTransport",
        Bool,
        random.pick(&["true", "true", "false"]),
    );
    put(facts, "aws:RequestedRegion", String, "us-east-1");
}

fn of_the_caller(random: &mut Random, caller: &Caller, facts: &mut Facts) {
    use FactKind::{Arn, Bool, Date, String};
    let (arn, kind, is_temporary) = match &caller.kind {
        CallerKind::Root => (&caller.arn, "Account", false),
        CallerKind::User => (&caller.arn, "User", false),
        CallerKind::Role => (&caller.arn, "AssumedRole", false),
        CallerKind::Session { role_arn, .. } => (role_arn, "AssumedRole", true),
        CallerKind::FederatedUser => (&caller.arn, "FederatedUser", true),
        CallerKind::WebIdentity { .. } => return,
    };
    put(facts, "aws:PrincipalArn", Arn, arn);
    put(facts, "aws:PrincipalAccount", String, &caller.account);
    put(facts, "aws:PrincipalType", String, kind);
    put(facts, "aws:userid", String, &caller.unique_id);
    if let Some(name) = people::user_name(caller) {
        put(facts, "aws:username", String, name);
    }
    if caller.kind != CallerKind::Root && random.chance(55) {
        put(
            facts,
            "aws:PrincipalTag/team",
            String,
            random.pick(&["red", "blue", "Alice"]),
        );
    }
    if is_temporary {
        put(facts, "aws:TokenIssueTime", Date, "2026-03-14T08:00:00Z");
        put(
            facts,
            "aws:MultiFactorAuthPresent",
            Bool,
            random.pick(&["true", "false"]),
        );
    }
}

fn of_the_key(random: &mut Random, facts: &mut Facts) {
    use FactKind::{Bool, String};
    put(
        facts,
        "kms:KeyOrigin",
        String,
        random.pick(&["AWS_KMS", "AWS_KMS", "EXTERNAL"]),
    );
    put(
        facts,
        "kms:MultiRegion",
        Bool,
        random.pick(&["true", "false"]),
    );
    if random.chance(60) {
        put(
            facts,
            "aws:ResourceTag/Project",
            String,
            random.pick(&["Alpha", "Beta", "red"]),
        );
    }
    let aliases = ["alias/project-alpha", "alias/project-beta"];
    let held: Vec<&str> = aliases.into_iter().filter(|_| random.chance(50)).collect();
    put_all(facts, "kms:ResourceAliases", &held);
}

fn of_the_operation(random: &mut Random, action: &str, facts: &mut Facts) {
    use FactKind::String;
    let name = action.split_once(':').map_or("", |(_, name)| name);
    match name {
        "Sign" | "Verify" => {
            spec(facts, "RSA_2048", "SIGN_VERIFY");
            let algorithm = random.pick(&["RSASSA_PSS_SHA_256", "RSASSA_PKCS1_V1_5_SHA_512"]);
            put(facts, "kms:SigningAlgorithm", String, algorithm);
            let message = random.pick(&["RAW", "DIGEST"]);
            put(facts, "kms:MessageType", String, message);
        }
        "GenerateMac" => {
            spec(facts, "HMAC_256", "GENERATE_VERIFY_MAC");
            put(facts, "kms:MacAlgorithm", String, "HMAC_SHA_256");
        }
        "AssumeRole" | "AssumeRoleWithWebIdentity" => of_a_session(random, name, facts),
        "ListKeys" | "GenerateRandom" | "CreateAlias" | "GetUser" | "CreateAccessKey" => {}
        _ => {
            spec(facts, "SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT");
            of_a_grant(random, name, facts);
            of_administration(random, name, facts);
            of_tags(random, name, facts);
        }
    }
    if asks::SYMMETRIC.contains(&name) {
        put(
            facts,
            "kms:EncryptionAlgorithm",
            String,
            "SYMMETRIC_DEFAULT",
        );
        if random.chance(35) {
            put(facts, "kms:RequestAlias", String, "alias/project-alpha");
        }
    }
}

fn of_a_grant(random: &mut Random, name: &str, facts: &mut Facts) {
    if !["CreateGrant", "ListGrants", "RevokeGrant"].contains(&name) {
        return;
    }
    put(facts, "kms:GrantIsForAWSResource", FactKind::Bool, "false");
    if name == "CreateGrant" {
        let all = ["Decrypt", "Encrypt", "DescribeKey"];
        let chosen: Vec<&str> = all.into_iter().filter(|_| random.chance(60)).collect();
        put_all(facts, "kms:GrantOperations", &chosen);
        let (grantee, _) = people::somebody(random);
        put(facts, "kms:GranteePrincipal", FactKind::String, &grantee);
    }
}

fn of_administration(random: &mut Random, name: &str, facts: &mut Facts) {
    use FactKind::{Bool, Numeric, String};
    match name {
        "ScheduleKeyDeletion" => {
            let days = random.pick(&["7", "10", "30"]);
            put(
                facts,
                "kms:ScheduleKeyDeletionPendingWindowInDays",
                Numeric,
                days,
            );
            let unused = random.pick(&["0", "90", "400"]);
            put(facts, "kms:TrailingDaysWithoutKeyUsage", Numeric, unused);
        }
        "EnableKeyRotation" => {
            let days = random.pick(&["90", "365", "2560"]);
            put(facts, "kms:RotationPeriodInDays", Numeric, days);
        }
        "PutKeyPolicy" => {
            let bypass = random.pick(&["true", "false"]);
            put(facts, "kms:BypassPolicyLockoutSafetyCheck", Bool, bypass);
            put(facts, "kms:PolicyName", String, "default");
        }
        _ => {}
    }
}

fn of_tags(random: &mut Random, name: &str, facts: &mut Facts) {
    if !["TagResource", "CreateKey"].contains(&name) {
        return;
    }
    let keys = ["Project", "CostCenter", "Owner"];
    let chosen: Vec<&str> = keys.into_iter().filter(|_| random.chance(50)).collect();
    put_all(facts, "aws:TagKeys", &chosen);
    for key in chosen {
        let value = random.pick(&["Alpha", "Beta", "12345"]);
        put(
            facts,
            &format!("aws:RequestTag/{key}"),
            FactKind::String,
            value,
        );
    }
}

fn of_a_session(random: &mut Random, name: &str, facts: &mut Facts) {
    use FactKind::String;
    if name == "AssumeRole" {
        if random.chance(60) {
            let id = random.pick(&["12345", "54321"]);
            put(facts, "sts:ExternalId", String, id);
        }
        let session = random.pick(&["monday", "build-17"]);
        put(facts, "sts:RoleSessionName", String, session);
    } else {
        let claim = |name: &str| format!("{}:{name}", asks::PROVIDER_HOST);
        let audience = random.pick(&["sts.amazonaws.com", "other-app"]);
        put(facts, &claim("aud"), String, audience);
        let subject = random.pick(&["repo:org/app", "repo:org/lib"]);
        put(facts, &claim("sub"), String, subject);
    }
}

fn spec(facts: &mut Facts, spec: &str, usage: &str) {
    put(facts, "kms:KeySpec", FactKind::String, spec);
    put(facts, "kms:KeyUsage", FactKind::String, usage);
}

fn put(facts: &mut Facts, key: &str, kind: FactKind, value: &str) {
    let values = vec![value.to_owned()];
    facts.insert(key.to_owned(), Fact { kind, values });
}

/// A multivalued key without any value is not in the context.
fn put_all(facts: &mut Facts, key: &str, values: &[&str]) {
    if values.is_empty() {
        return;
    }
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    let kind = FactKind::Strings;
    facts.insert(key.to_owned(), Fact { kind, values });
}

//! The forms in which a policy names principals.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html

use claviger_model::AccountId;

use super::PrincipalRef;

pub(super) fn parse_aws(text: &str) -> Option<PrincipalRef> {
    if text == "*" {
        return Some(PrincipalRef::AnyOne);
    }
    if let Ok(account) = AccountId::parse(text) {
        return Some(PrincipalRef::Account(account));
    }
    if is_unique_id(text) {
        return Some(PrincipalRef::UniqueId(text.to_owned()));
    }
    let (service, account, resource) = split_principal_arn(text)?;
    let account = AccountId::parse(account).ok()?;
    let names_someone = match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => return Some(PrincipalRef::Account(account)),
        ("iam", Some(("user" | "role", path))) => path.split('/').all(is_name),
        ("sts", Some(("federated-user", name))) => is_name(name),
        ("sts", Some(("assumed-role", names))) => names
            .split_once('/')
            .is_some_and(|(role, session)| is_name(role) && is_name(session)),
        _ => false,
    };
    names_someone.then(|| PrincipalRef::Arn(text.to_owned()))
}

// UNKNOWN: which services AWS takes: it publishes no list. Here any name below its own domains.
pub(super) fn parse_service(text: &str) -> Option<PrincipalRef> {
    let below = |domain: &str| {
        let service = text.strip_suffix(domain)?;
        service.strip_suffix('.')
    };
    let is_service = SERVICE_DOMAINS.into_iter().find_map(below).is_some();
    (is_service && is_host_name(text)).then(|| PrincipalRef::Service(text.to_owned()))
}

pub(super) fn parse_federated(text: &str) -> Option<PrincipalRef> {
    let is_provider = split_principal_arn(text).is_some_and(|(service, account, resource)| {
        let provider = resource
            .strip_prefix("saml-provider/")
            .or_else(|| resource.strip_prefix("oidc-provider/"));
        service == "iam"
            && AccountId::parse(account).is_ok()
            && provider.is_some_and(|name| name.split('/').all(is_name))
    });
    (is_provider || is_host_name(text)).then(|| PrincipalRef::Federated(text.to_owned()))
}

pub(super) fn parse_canonical_user(text: &str) -> Option<PrincipalRef> {
    let is_id = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| PrincipalRef::CanonicalUser(text.to_owned()))
}

/// The service, the account and the resource of a global ARN.
fn split_principal_arn(text: &str) -> Option<(&str, &str, &str)> {
    let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
    let (service, rest) = rest.split_once("::")?;
    let (account, resource) = rest.split_once(':')?;
    let is_partition = partition.starts_with("aws") && partition.bytes().all(is_lower_or_dash);
    is_partition.then_some((service, account, resource))
}

fn is_unique_id(text: &str) -> bool {
    let is_kind = text.starts_with("AIDA") || text.starts_with("AROA");
    let is_token = text
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_kind && is_token && (16..=128).contains(&text.len())
}

/// The characters of IAM names; no wildcard is among them.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

fn is_host_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

fn is_lower_or_dash(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte == b'-'
}

const SERVICE_DOMAINS: [&str; 3] = ["amazonaws.com", "amazonaws.com.cn", "aws.internal"];

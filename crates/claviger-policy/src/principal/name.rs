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
        ("iam", Some(("user" | "role", name))) => is_name_with_path(name),
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
        let names_one = match resource.split_once('/') {
            Some(("saml-provider", name)) => is_name(name),
            Some(("oidc-provider", issuer)) => is_issuer(issuer),
            Some(_) | None => false,
        };
        service == "iam" && AccountId::parse(account).is_ok() && names_one
    });
    (is_provider || is_host_name(text)).then(|| PrincipalRef::Federated(text.to_owned()))
}

/// Whether this can be the issuer of an OpenID Connect provider, without `https://`: a host, perhaps a port and a path, and nothing
/// else. A provider's ARN ends in it, and its condition keys begin with it.
#[must_use]
pub fn is_issuer(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%:".contains(&byte);
    !text.is_empty() && !text.starts_with('/') && text.bytes().all(is_plain)
}

pub(super) fn parse_canonical_user(text: &str) -> Option<PrincipalRef> {
    let is_id = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| PrincipalRef::CanonicalUser(text.to_owned()))
}

/// The service, the account and the resource of a global ARN. There is no partition here but `aws`.
fn split_principal_arn(text: &str) -> Option<(&str, &str, &str)> {
    let (service, rest) = text.strip_prefix("arn:aws:")?.split_once("::")?;
    let (account, resource) = rest.split_once(':')?;
    Some((service, account, resource))
}

fn is_unique_id(text: &str) -> bool {
    let is_kind = text.starts_with("AIDA") || text.starts_with("AROA");
    let is_token = text
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    is_kind && is_token && (16..=128).contains(&text.len())
}

/// The name of a user or role behind its path, which may be of anything that can be printed; here too, no wildcards.
// AWS: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html
fn is_name_with_path(text: &str) -> bool {
    let is_path = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"*?".contains(&byte))
    };
    match text.rsplit_once('/') {
        Some((path, name)) => is_path(path) && is_name(name),
        None => is_name(text),
    }
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

const SERVICE_DOMAINS: [&str; 3] = ["amazonaws.com", "amazonaws.com.cn", "aws.internal"];

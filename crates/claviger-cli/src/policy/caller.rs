//! Who calls, from what an ARN tells.

use claviger_model::AccountId;
use claviger_policy::{Principal, PrincipalKind};

/// The principal of an ARN. `id` is its unique id where it is known; `role` the ARN of a session's role, which the
/// session's own ARN does not tell when the role has a path.
///
/// # Errors
/// A text for the user, when the ARN names nobody that can call.
pub(crate) fn principal(
    arn: &str,
    id: Option<&str>,
    role: Option<&str>,
) -> Result<Principal, String> {
    let unreadable = || format!("{arn}: not the ARN of a user, role, session or account root");
    let (service, account, resource) = split(arn).ok_or_else(unreadable)?;
    let account = AccountId::parse(account).map_err(|_| unreadable())?;
    let (kind, known_id) = match (service, resource.split_once('/')) {
        ("iam", None) if resource == "root" => (PrincipalKind::Root, Some(account.to_string())),
        ("iam", Some(("user", name))) if is_path(name) => (PrincipalKind::User, None),
        ("iam", Some(("role", name))) if is_path(name) => (PrincipalKind::Role, None),
        ("sts", Some(("federated-user", name))) if is_name(name) => (
            PrincipalKind::FederatedUser,
            Some(format!("{account}:{name}")),
        ),
        ("sts", Some(("assumed-role", names))) => {
            (session(arn, names, id, role).ok_or_else(unreadable)?, None)
        }
        _ => return Err(unreadable()),
    };
    Ok(Principal {
        account,
        arn: arn.to_owned(),
        // No policy can name the empty id.
        unique_id: known_id.or(id.map(str::to_owned)).unwrap_or_default(),
        kind,
    })
}

/// The service, the account and the resource of a global ARN.
fn split(arn: &str) -> Option<(&str, &str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let words: [Option<&str>; 6] = std::array::from_fn(|_| parts.next());
    match words {
        [
            Some("arn"),
            Some(_),
            Some(service),
            Some(""),
            Some(account),
            Some(resource),
        ] => Some((service, account, resource)),
        _ => None,
    }
}

fn session(arn: &str, names: &str, id: Option<&str>, role: Option<&str>) -> Option<PrincipalKind> {
    let (role_name, session_name) = names.split_once('/')?;
    let given = role.is_none_or(|role| role.rsplit('/').next() == Some(role_name));
    let (head, _) = arn.split_once(":assumed-role/")?;
    let role_arn = match role {
        Some(role) => role.to_owned(),
        None => format!("{}:role/{role_name}", head.replacen(":sts:", ":iam:", 1)),
    };
    let role_id = id.and_then(|id| id.split_once(':'));
    let named = is_name(role_name) && is_name(session_name) && given;
    named.then(|| PrincipalKind::Session {
        role_arn,
        role_id: role_id.map(|(role, _)| role.to_owned()).unwrap_or_default(),
    })
}

fn is_path(text: &str) -> bool {
    text.split('/').all(is_name)
}

fn is_name(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_graphic() && !b"*?/:\"'\\".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_tells_its_role() {
        let arn = "arn:aws:sts::111122223333:assumed-role/Ops/alice";
        let read = principal(arn, Some("AROAEXAMPLEEXAMPLE123:alice"), None).unwrap();
        let PrincipalKind::Session { role_arn, role_id } = read.kind else {
            panic!("{read:?}");
        };
        assert_eq!(role_arn, "arn:aws:iam::111122223333:role/Ops");
        assert_eq!(role_id, "AROAEXAMPLEEXAMPLE123");
        assert_eq!(read.unique_id, "AROAEXAMPLEEXAMPLE123:alice");
        let with_path = "arn:aws:iam::111122223333:role/team/Ops";
        assert!(principal(arn, None, Some(with_path)).is_ok());
        assert!(principal(arn, None, Some("arn:aws:iam::111122223333:role/Other")).is_err());
    }

    #[test]
    fn what_cannot_call_is_refused() {
        for arn in [
            "",
            "alice",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:user/*",
            "arn:aws:iam::111122223333:group/staff",
            "arn:aws:iam::1111:user/alice",
            "arn:aws:iam:us-east-1:111122223333:user/alice",
            "arn:aws:sts::111122223333:assumed-role/Ops",
            "arn:aws:iam::111122223333:user/a\nb",
        ] {
            assert!(principal(arn, None, None).is_err(), "{arn}");
        }
    }
}

//! The `Principal` and `NotPrincipal` elements.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>

use serde_json::Value;

use super::statements::{Effect, texts};
use crate::case::{CallerKind, Case};

/// How far a statement speaks to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Not at all.
    Nobody,
    /// It names the caller's account: it leaves the caller to that account's identity policies.
    Account,
    /// It names the caller itself, its role, or everybody.
    Principal,
}

/// How far a statement of a key policy or trust policy reaches.
pub(super) fn reach(statement: &Value, effect: Effect, case: &Case) -> Reach {
    if let Some(element) = statement.get("Principal") {
        return named(element, case);
    }
    let Some(element) = statement.get("NotPrincipal") else {
        return Reach::Nobody;
    };
    match effect {
        // AWS supports NotPrincipal with Deny only.
        Effect::Allow => Reach::Nobody,
        Effect::Deny if is_spared(element, case) => Reach::Nobody,
        Effect::Deny => Reach::Principal,
    }
}

fn named(element: &Value, case: &Case) -> Reach {
    entries(element)
        .iter()
        .map(|(kind, name)| entry_reach(kind, name, case))
        .max()
        .unwrap_or(Reach::Nobody)
}

fn entry_reach(kind: &str, name: &str, case: &Case) -> Reach {
    let caller = &case.caller;
    if kind == "Federated" {
        let provider = CallerKind::WebIdentity {
            provider: name.to_owned(),
        };
        return principal_if(caller.kind == provider);
    }
    if kind != "AWS" {
        // Nobody who calls here is a service.
        return Reach::Nobody;
    }
    if name == "*" {
        return Reach::Principal;
    }
    if let Some(account) = account_of_entry(name) {
        return if account != caller.account || is_web_identity(case) {
            Reach::Nobody
        } else if caller.kind == CallerKind::Root {
            Reach::Principal
        } else {
            Reach::Account
        };
    }
    let id = case.bindings.get(name);
    principal_if(id.is_some_and(|id| ids(case).contains(id)))
}

/// Everybody is denied whom the element does not name, and so are an account and a role: whoever belongs to them is denied with them.
/// So a caller is spared when it, its role and its account are all named. A caller with a permissions boundary is never spared.
fn is_spared(element: &Value, case: &Case) -> bool {
    let entries = entries(element);
    let names_everybody = entries
        .iter()
        .any(|(kind, name)| kind == "AWS" && name == "*");
    if case.boundary.is_some() {
        return false;
    }
    if names_everybody {
        return true;
    }
    if is_web_identity(case) {
        return named(element, case) == Reach::Principal;
    }
    let names_account = entries.iter().any(|(kind, name)| {
        kind == "AWS" && account_of_entry(name).as_deref() == Some(&*case.caller.account)
    });
    let names_id = |id: &String| {
        entries
            .iter()
            .any(|(kind, name)| kind == "AWS" && case.bindings.get(name) == Some(id))
    };
    let is_root = case.caller.kind == CallerKind::Root;
    names_account && (is_root || ids(case).iter().all(names_id))
}

/// The ids by which a caller is named: its own, and of a session that of its role.
fn ids(case: &Case) -> Vec<String> {
    let mut ids = vec![case.caller.unique_id.clone()];
    if let CallerKind::Session { role_id, .. } = &case.caller.kind {
        ids.push(role_id.clone());
    }
    ids
}

/// `(kind, name)` of every entry; a bare `"*"` is everybody.
fn entries(element: &Value) -> Vec<(String, String)> {
    if let Some(text) = element.as_str() {
        return vec![("AWS".to_owned(), text.to_owned())];
    }
    let kinds = element.as_object().into_iter().flatten();
    kinds
        .flat_map(|(kind, names)| {
            texts(Some(names))
                .into_iter()
                .map(|name| (kind.clone(), name))
        })
        .collect()
}

/// The account of `123456789012` or of its root's ARN, which mean the same.
fn account_of_entry(name: &str) -> Option<String> {
    let number = match name.strip_prefix("arn:aws:iam::") {
        Some(rest) => rest.strip_suffix(":root")?,
        None => name,
    };
    let is_number = number.len() == 12 && number.chars().all(|letter| letter.is_ascii_digit());
    is_number.then(|| number.to_owned())
}

fn is_web_identity(case: &Case) -> bool {
    matches!(case.caller.kind, CallerKind::WebIdentity { .. })
}

fn principal_if(condition: bool) -> Reach {
    if condition {
        Reach::Principal
    } else {
        Reach::Nobody
    }
}

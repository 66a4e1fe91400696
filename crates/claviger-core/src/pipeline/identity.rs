//! Who called, as the audit event says it.

use std::sync::OnceLock;

use claviger_audit::identity::{
    IdentityText, Principal, SessionContext, SessionIssuer, UserIdentity,
};
use claviger_policy::PrincipalKind;

use crate::call::{Caller, Issuer, SessionFacts};

/// What the audit events say of a caller: composed with its first event and kept for as long as it, which never changes.
#[derive(Default)]
pub struct Audited(OnceLock<Identity>);

pub(super) struct Identity {
    /// The account as text.
    pub(super) account: String,
    /// The `userIdentity`.
    pub(super) text: IdentityText,
}

impl Identity {
    pub(super) fn of(caller: &Caller) -> &Self {
        caller.audited.0.get_or_init(|| {
            let account = caller.account.to_string();
            let session = caller.session.as_ref();
            let texts = Texts {
                caller,
                account: &account,
                session_issued: session.map(|session| session.issued.to_string()),
            };
            let text = texts.user_identity().to_text();
            Self { account, text }
        })
    }
}

/// The texts that a `userIdentity` borrows.
struct Texts<'a> {
    caller: &'a Caller,
    account: &'a str,
    session_issued: Option<String>,
}

impl Texts<'_> {
    fn user_identity(&self) -> UserIdentity<'_> {
        let principal = &self.caller.principal;
        let named = Principal {
            principal_id: &principal.unique_id,
            arn: &principal.arn,
            account_id: self.account,
            access_key_id: &self.caller.access_key_id,
            session: self
                .caller
                .session
                .as_ref()
                .map(|session| self.context(session)),
        };
        match &principal.kind {
            PrincipalKind::Root => UserIdentity::Root(named),
            PrincipalKind::User => {
                let name = principal.arn.rsplit_once('/').map_or("", |(_, name)| name);
                UserIdentity::IamUser(named, name)
            }
            PrincipalKind::Role | PrincipalKind::Session { .. } => UserIdentity::AssumedRole(named),
            PrincipalKind::FederatedUser => UserIdentity::FederatedUser(named),
            PrincipalKind::WebIdentity { provider } => UserIdentity::WebIdentityUser {
                principal_id: &principal.unique_id,
                user_name: (self.caller.web_identity.as_ref())
                    .map_or("", |identity| &identity.subject),
                identity_provider: provider,
            },
        }
    }

    fn context<'s>(&'s self, session: &'s SessionFacts) -> SessionContext<'s> {
        SessionContext {
            issuer: session.issuer.as_ref().map(|issuer| self.issuer(issuer)),
            federated_provider: session.federated_provider.as_deref(),
            creation_date: self.session_issued.as_deref().unwrap_or_default(),
            mfa_authenticated: session.mfa_authenticated,
            source_identity: session.source_identity.as_deref(),
        }
    }

    fn issuer<'s>(&'s self, issuer: &'s Issuer) -> SessionIssuer<'s> {
        SessionIssuer {
            kind: match issuer.unique_id.get(..4) {
                Some("AROA") => "Role",
                Some("AIDA") => "IAMUser",
                _ => "Root",
            },
            principal_id: &issuer.unique_id,
            arn: &issuer.arn,
            // Sessions belong to the account of their role or user.
            account_id: self.account,
            user_name: &issuer.name,
        }
    }
}

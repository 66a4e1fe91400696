//! Who called, as an event says it.
//!
//! AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>

use crate::json::Parameters;

/// Who called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserIdentity<'a> {
    /// The account's root.
    Root(Principal<'a>),
    /// An IAM user, with its name.
    IamUser(Principal<'a>, &'a str),
    /// A session of a role.
    AssumedRole(Principal<'a>),
    /// A session from GetFederationToken.
    FederatedUser(Principal<'a>),
    /// Somebody known to a web identity provider alone, who asks for a session.
    WebIdentityUser {
        /// The provider, the audience and the subject, joined by colons.
        principal_id: &'a str,
        /// The subject.
        user_name: &'a str,
        /// The provider's ARN.
        identity_provider: &'a str,
    },
    /// The service itself, in the background.
    Service {
        /// The account that it acted in.
        account_id: &'a str,
    },
}

/// What the principals of an account have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Principal<'a> {
    /// The unique id, `AROA…:name` of a session; the account id for its root.
    pub principal_id: &'a str,
    /// The principal's ARN.
    pub arn: &'a str,
    /// The account.
    pub account_id: &'a str,
    /// The access key that signed.
    pub access_key_id: &'a str,
    /// The session, when the credentials are temporary.
    pub session: Option<SessionContext<'a>>,
}

/// What is known of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionContext<'a> {
    /// Whose session it is, where the principal itself does not say so.
    pub issuer: Option<SessionIssuer<'a>>,
    /// The web identity provider that vouched for the caller.
    pub federated_provider: Option<&'a str>,
    /// When the session was made, in UTC to the second.
    pub creation_date: &'a str,
    /// Whether a second factor was shown.
    pub mfa_authenticated: bool,
    /// The source identity that was set when the first role was assumed.
    pub source_identity: Option<&'a str>,
}

/// The role or user behind a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionIssuer<'a> {
    /// `Role`, `IAMUser` or `Root`.
    pub kind: &'a str,
    /// The unique id.
    pub principal_id: &'a str,
    /// The ARN.
    pub arn: &'a str,
    /// The account.
    pub account_id: &'a str,
    /// The name.
    pub user_name: &'a str,
}

/// The JSON text of a [`UserIdentity`]: composed once for all events of one caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityText(Parameters);

impl IdentityText {
    /// The same caller, for whom an AWS service made the call.
    pub fn invoked_by(&self, service: &str) -> Self {
        let mut text = self.0.clone();
        text.put_str("invokedBy", service);
        Self(text)
    }

    pub(crate) fn as_parameters(&self) -> &Parameters {
        &self.0
    }
}

impl UserIdentity<'_> {
    /// The text of this identity.
    pub fn to_text(&self) -> IdentityText {
        let mut text = Parameters::new();
        self.put_into(&mut text);
        IdentityText(text)
    }

    fn put_into(&self, identity: &mut Parameters) {
        match self {
            Self::Root(principal) => principal.put_into(identity, "Root", None),
            Self::IamUser(principal, name) => principal.put_into(identity, "IAMUser", Some(name)),
            Self::AssumedRole(principal) => principal.put_into(identity, "AssumedRole", None),
            Self::FederatedUser(principal) => principal.put_into(identity, "FederatedUser", None),
            Self::WebIdentityUser {
                principal_id,
                user_name,
                identity_provider,
            } => {
                identity
                    .put_str("type", "WebIdentityUser")
                    .put_str("principalId", principal_id)
                    .put_str("userName", user_name)
                    .put_str("identityProvider", identity_provider);
            }
            Self::Service { account_id } => {
                identity
                    .put_str("accountId", account_id)
                    .put_str("invokedBy", "AWS Internal");
            }
        }
    }
}

impl Principal<'_> {
    fn put_into(&self, identity: &mut Parameters, kind: &str, user_name: Option<&str>) {
        identity
            .put_str("type", kind)
            .put_str("principalId", self.principal_id)
            .put_str("arn", self.arn)
            .put_str("accountId", self.account_id)
            .put_str("accessKeyId", self.access_key_id);
        if let Some(name) = user_name {
            identity.put_str("userName", name);
        }
        if let Some(session) = &self.session {
            identity.put_object("sessionContext", |context| session.put_into(context));
        }
    }
}

impl SessionContext<'_> {
    fn put_into(&self, context: &mut Parameters) {
        if let Some(issuer) = &self.issuer {
            context.put_object("sessionIssuer", |member| issuer.put_into(member));
        }
        if let Some(provider) = self.federated_provider {
            context.put_object("webIdFederationData", |data| {
                // AWS writes the empty object where the token's attributes once stood.
                data.put_str("federatedProvider", provider)
                    .put_object("attributes", |_| {});
            });
        }
        context.put_object("attributes", |attributes| {
            // AWS writes this boolean as a string.
            let mfa = if self.mfa_authenticated {
                "true"
            } else {
                "false"
            };
            attributes
                .put_str("creationDate", self.creation_date)
                .put_str("mfaAuthenticated", mfa);
        });
        if let Some(source) = self.source_identity {
            context.put_str("sourceIdentity", source);
        }
    }
}

impl SessionIssuer<'_> {
    fn put_into(&self, issuer: &mut Parameters) {
        issuer
            .put_str("type", self.kind)
            .put_str("principalId", self.principal_id)
            .put_str("arn", self.arn)
            .put_str("accountId", self.account_id)
            .put_str("userName", self.user_name);
    }
}

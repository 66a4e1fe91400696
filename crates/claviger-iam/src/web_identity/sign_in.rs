//! A token in the place of a signature: how the callers of AssumeRoleWithWebIdentity are authenticated.

use std::{collections::BTreeMap, sync::Arc};

use claviger_core::{call::Caller, error::Error, pipeline::Audited};
use claviger_model::{AccountId, Timestamp, sts::AssumeRoleWithWebIdentityInput, wire::WireInput};
use claviger_policy::{Principal, PrincipalKind};

use super::{Provider, Refusal, WebIdentity, claimed_issuer, verify};
use crate::{errors, iam::Iam, oidc_providers::OidcProviderRecord, sts_ops::account_of_role};

impl Iam {
    /// Who calls AssumeRoleWithWebIdentity with this form. `now` is the real time, as for signatures: what others made is
    /// not judged by a clock that can be moved.
    ///
    /// # Errors
    /// What AWS answers to a form that is malformed and to a token that is not believed; the store fails.
    pub async fn web_identity(&self, form: &[u8], now: Timestamp) -> Result<Arc<Caller>, Error> {
        let input = AssumeRoleWithWebIdentityInput::decode(form)?;
        if input.provider_id.is_some() {
            // DIFFERS: the providers without OpenID Connect that AWS knows by name are not asked from here.
            return Err(errors::validation(
                "ProviderId is not supported: only OpenID Connect ID tokens are accepted.",
            ));
        }
        let role = &input.role_arn;
        let account =
            account_of_role(role).ok_or_else(|| errors::validation("Request ARN is invalid"))?;
        // EXPOSE: the token is what is verified.
        let token = input.web_identity_token.expose();
        let identity = self.verified(token, account, now).await?;
        Ok(Arc::new(caller(account, identity)))
    }

    async fn verified(
        &self,
        token: &str,
        account: AccountId,
        now: Timestamp,
    ) -> Result<WebIdentity, Error> {
        let issuer = claimed_issuer(token).map_err(|refusal| refusal.error())?;
        let arn = format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
        let stored = OidcProviderRecord::of_arn(&self.records, &arn).await?;
        let Some(stored) = stored else {
            return Err(Refusal::NoProvider(issuer).error());
        };
        let provider = Provider {
            arn: &arn,
            url: &stored.record.url,
            client_ids: &stored.record.client_ids,
        };
        verify(token, &provider, &self.key_sets, now)
            .await
            .map_err(|refusal| refusal.error())
    }
}

/// Nothing speaks for a stranger but the trust policy of the role.
fn caller(account: AccountId, identity: WebIdentity) -> Caller {
    let WebIdentity {
        provider_arn,
        audience,
        subject,
        ..
    } = &identity;
    let principal = Principal {
        account,
        arn: provider_arn.clone(),
        unique_id: format!("{provider_arn}:{audience}:{subject}"),
        kind: PrincipalKind::WebIdentity {
            provider: provider_arn.clone(),
        },
    };
    Caller {
        account,
        principal,
        access_key_id: String::new(),
        identity_policies: Vec::new(),
        boundary: None,
        session: None,
        web_identity: Some(identity),
        tags: BTreeMap::new(),
        audited: Audited::default(),
        verified: true,
    }
}

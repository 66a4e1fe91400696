//! AssumeRoleWithWebIdentity. Nobody signs it: the token was verified before, in the place of a signature, and says who calls.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html>

use claviger_audit::Parameters;
use claviger_core::{
    call::Caller,
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, Ask, Named, Operation, Subject},
    rule::{Actions, Rule},
};
use claviger_model::sts::{AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput};
use claviger_policy::{Value, Values};

use super::{
    carried::{self, Carried},
    role::{RoleToAssume, Wanted},
    role_session::{self, Request},
};

pub(super) struct AssumeRoleWithWebIdentity;

/// A role, wanted by somebody whom a provider vouches for.
pub(super) struct RoleForWebIdentity(RoleToAssume);

impl Subject for RoleForWebIdentity {
    type Wanted<'a> = &'a str;

    async fn resolve(
        cx: &Cx<'_>,
        rule: &'static Rule,
        arn: Self::Wanted<'_>,
    ) -> Result<Self, Error> {
        // Whoever signs calls AssumeRole.
        let identity = cx.caller.web_identity.as_ref();
        let identity = identity.ok_or_else(|| {
            error::access_denied(
                "Not authorized to perform sts:AssumeRoleWithWebIdentity".to_owned(),
            )
        })?;
        let carried = Carried::of_provider(identity);
        let wanted = Wanted { arn, carried };
        RoleToAssume::resolve(cx, rule, wanted).await.map(Self)
    }

    fn asks(&self, rule: &Rule) -> impl Iterator<Item = Ask<'_>> + Send {
        self.0.asks(rule)
    }

    fn condition(&self, key: &str) -> Option<Values<'_>> {
        self.0.condition(key)
    }

    fn named(&self) -> impl Iterator<Item = Named<'_>> {
        self.0.named()
    }
}

impl Operation for AssumeRoleWithWebIdentity {
    const RULE: Rule = Rule::sts(
        "AssumeRoleWithWebIdentity",
        Actions::One("sts:AssumeRoleWithWebIdentity"),
    );
    type Input = AssumeRoleWithWebIdentityInput;
    type Output = AssumeRoleWithWebIdentityOutput;
    type Subject = RoleForWebIdentity;

    fn subject(input: &AssumeRoleWithWebIdentityInput) -> &str {
        &input.role_arn
    }

    fn parameters(input: &AssumeRoleWithWebIdentityInput, out: &mut Parameters) {
        out.put_str("roleArn", &input.role_arn)
            .put_str("roleSessionName", &input.role_session_name);
        role_session::put_policies(out, input.policy.as_deref(), input.policy_arns.as_deref());
        super::put_terms(
            out,
            input.duration_seconds,
            input.minimum_session_token_size,
        );
    }

    fn parameters_of_caller(caller: &Caller, out: &mut Parameters) {
        if let Some(identity) = &caller.web_identity {
            carried::put_of_provider(out, identity);
        }
    }

    fn condition<'a>(input: &'a AssumeRoleWithWebIdentityInput, key: &str) -> Option<Values<'a>> {
        match key {
            "sts:rolesessionname" => Some(Values::text(&input.role_session_name)),
            "sts:durationseconds" => input
                .duration_seconds
                .map(|seconds| Values::One(Value::Number(seconds.into()))),
            _ => None,
        }
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AssumeRoleWithWebIdentityInput,
        on: &Admitted<RoleForWebIdentity>,
    ) -> Result<AssumeRoleWithWebIdentityOutput, Error> {
        let request = Request {
            name: &input.role_session_name,
            duration_seconds: input.duration_seconds,
            policy: input.policy.as_deref(),
            policy_arns: input.policy_arns.as_deref().unwrap_or_default(),
            token_bytes_min: input.minimum_session_token_size,
        };
        let made = role_session::make(cx, &on.subject().0, &request).await?;
        let mut output = AssumeRoleWithWebIdentityOutput {
            credentials: Some(made.credentials),
            assumed_role_user: Some(made.user),
            packed_policy_size: made.packed_percent,
            source_identity: made.source_identity,
            session_token_utilization: Some(made.used_percent),
            session_token_size: Some(made.token_bytes),
            ..AssumeRoleWithWebIdentityOutput::default()
        };
        if let Some(identity) = &cx.caller.web_identity {
            cx.notes
                .response()
                .put_str("subjectFromWebIdentityToken", &identity.subject)
                .put_str("provider", &identity.provider_arn)
                .put_str("audience", &identity.audience);
            output.subject_from_web_identity_token = Some(identity.subject.clone());
            output.provider = Some(identity.provider_arn.clone());
            output.audience = Some(identity.audience.clone());
        }
        cx.notes.additional().put_str(
            "identityProviderConnectionVerificationMethod",
            BY_TRUSTED_AUTHORITIES,
        );
        Ok(output)
    }
}

/// Thumbprints decide nothing here: a connection to a provider is good if a trusted authority vouches for it.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
const BY_TRUSTED_AUTHORITIES: &str = "IAMTrustStore";

//! AssumeRole.
//!
//! AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use claviger_audit::Parameters;
use claviger_core::{
    call::Caller,
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, Operation},
    rule::{Actions, Rule},
};
use claviger_model::sts::{AssumeRoleInput, AssumeRoleOutput};
use claviger_policy::{Value, Values};

use super::{
    carried::{self, Carried, inherited},
    role::{RoleToAssume, Wanted},
    role_session::{self, Request},
};
use crate::errors;

pub(super) struct AssumeRole;

impl Operation for AssumeRole {
    const RULE: Rule = Rule::sts("AssumeRole", Actions::One("sts:AssumeRole"));
    type Input = AssumeRoleInput;
    type Output = AssumeRoleOutput;
    type Subject = RoleToAssume;

    fn subject(input: &AssumeRoleInput) -> Wanted<'_> {
        Wanted {
            arn: &input.role_arn,
            carried: Carried::of_request(
                input.tags.as_deref().unwrap_or_default(),
                input.transitive_tag_keys.as_deref().unwrap_or_default(),
                input.source_identity.as_deref(),
            ),
        }
    }

    fn parameters(input: &AssumeRoleInput, out: &mut Parameters) {
        out.put_str("roleArn", &input.role_arn)
            .put_str("roleSessionName", &input.role_session_name);
        role_session::put_policies(out, input.policy.as_deref(), input.policy_arns.as_deref());
        super::put_terms(
            out,
            input.duration_seconds,
            input.minimum_session_token_size,
        );
        if let Some(tags) = &input.tags {
            out.put_objects("tags", tags, |member, tag| {
                member.put_str("key", &tag.key).put_str("value", &tag.value);
            });
        }
        if let Some(keys) = &input.transitive_tag_keys {
            out.put_strings("transitiveTagKeys", keys);
        }
        if let Some(id) = &input.external_id {
            out.put_str("externalId", id);
        }
        if let Some(identity) = &input.source_identity {
            out.put_str("sourceIdentity", identity);
        }
        super::put_serial_number(out, input.serial_number.as_deref());
    }

    /// What the chain of roles behind the caller gives the session along.
    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_ctlogs
    fn parameters_of_caller(caller: &Caller, out: &mut Parameters) {
        let mut incoming = inherited(caller).peekable();
        if incoming.peek().is_some() {
            out.put_map("incomingTransitiveTags", incoming);
        }
    }

    fn condition<'a>(input: &'a AssumeRoleInput, key: &str) -> Option<Values<'a>> {
        match key {
            "sts:externalid" => input.external_id.as_deref().map(Values::text),
            "sts:rolesessionname" => Some(Values::text(&input.role_session_name)),
            "sts:durationseconds" => input
                .duration_seconds
                .map(|seconds| Values::One(Value::Number(seconds.into()))),
            _ => None,
        }
    }

    fn check(input: &AssumeRoleInput) -> Result<(), Error> {
        if input.serial_number.is_some() || input.token_code.is_some() {
            // DIFFERS: nobody has a second factor here, so whoever shows one is refused.
            return Err(error::access_denied(
                "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.".to_owned(),
            ));
        }
        if input.provided_contexts.is_some() {
            // DIFFERS: context assertions come from IAM Identity Center, which is not part of this service.
            return Err(errors::validation("ProvidedContexts is not supported."));
        }
        let tags = input.tags.as_deref().unwrap_or_default();
        carried::check_tags(
            tags.iter()
                .map(|tag| (tag.key.as_str(), tag.value.as_str())),
        )?;
        let transitive = input.transitive_tag_keys.as_deref().unwrap_or_default();
        carried::check_transitive(tags, transitive)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &AssumeRoleInput,
        on: &Admitted<RoleToAssume>,
    ) -> Result<AssumeRoleOutput, Error> {
        let request = Request {
            name: &input.role_session_name,
            duration_seconds: input.duration_seconds,
            policy: input.policy.as_deref(),
            policy_arns: input.policy_arns.as_deref().unwrap_or_default(),
            token_bytes_min: input.minimum_session_token_size,
        };
        let made = role_session::make(cx, on.subject(), &request).await?;
        Ok(AssumeRoleOutput {
            credentials: Some(made.credentials),
            assumed_role_user: Some(made.user),
            packed_policy_size: made.packed_percent,
            source_identity: made.source_identity,
            session_token_utilization: Some(made.used_percent),
            session_token_size: Some(made.token_bytes),
        })
    }
}

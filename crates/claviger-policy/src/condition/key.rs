//! The condition keys that exist.
//!
//! A key that is listed but that no request of this service has (`aws:SourceVpce`, `aws:PrincipalOrgID`) is absent from
//! the request context, as it is in AWS for a request without that property.

use crate::error::Refusal;
use crate::policy::PolicyKind;
use crate::principal::is_issuer;
use crate::spelling::folded;

/// The name of a condition key, [`folded`] since names are case-insensitive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConditionKey {
    name: String,
}

impl ConditionKey {
    /// The key of a condition.
    pub(crate) fn parse(text: &str, kind: PolicyKind) -> Result<Self, Refusal> {
        let name = folded(text);
        match rule(&name) {
            Some(rule) if rule.identity_only && kind == PolicyKind::Key => {
                Err(Refusal::IdentityOnlyKey(text.to_owned()))
            }
            Some(_) => Ok(ConditionKey { name }),
            None if is_foreign(&name, kind) => Ok(ConditionKey { name }),
            None => Err(Refusal::UnknownConditionKey(text.to_owned())),
        }
    }

    /// The key of a policy variable.
    pub(crate) fn variable(text: &str, kind: PolicyKind) -> Result<Self, Refusal> {
        let name = folded(text);
        match rule(&name) {
            Some(rule) if rule.many => Err(Refusal::Variable("is a multi-valued condition key")),
            Some(_) => Ok(ConditionKey { name }),
            None if is_foreign(&name, kind) => Ok(ConditionKey { name }),
            None => Err(Refusal::Variable("is not a known condition key")),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What the key picks one of, if it picks one pair out of a map that the caller fills.
    pub(crate) fn one_of_many(&self) -> Option<&'static str> {
        if self.name.starts_with(ENCRYPTION_CONTEXT) {
            Some("encryption context")
        } else if self.name.starts_with(REQUEST_TAG) {
            Some("tag")
        } else {
            None
        }
    }
}

struct Rule {
    /// The lower-case name; one that ends in `:` or `/` is completed by the policy's author.
    name: &'static str,
    many: bool,
    identity_only: bool,
}

fn rule(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        let completed = name.strip_prefix(rule.name);
        if rule.name.ends_with([':', '/']) {
            completed.is_some_and(|rest| !rest.is_empty())
        } else {
            completed == Some("")
        }
    })
}

/// Identity policies speak of other services too, whose keys are absent from every request here; the keys of a trust
/// policy may begin with an identity provider's host and path, and the request knows what its token says. Key policies
/// may speak of the providers that AWS knows by name: no session here comes from them.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html
fn is_foreign(name: &str, kind: PolicyKind) -> bool {
    let Some((owner, rest)) = name.split_once(':') else {
        return false;
    };
    let is_own = OWN_SERVICES.contains(&owner);
    let is_for_kind = kind != PolicyKind::Key || PROVIDERS.contains(&owner);
    is_issuer(owner) && !is_own && !rest.is_empty() && is_for_kind
}

const fn one(name: &'static str) -> Rule {
    Rule {
        name,
        many: false,
        identity_only: false,
    }
}

const fn many(name: &'static str) -> Rule {
    Rule {
        name,
        many: true,
        identity_only: false,
    }
}

const fn identity_only(rule: Rule) -> Rule {
    Rule {
        identity_only: true,
        ..rule
    }
}

/// Whose keys are all listed below: another name is a mistake.
const OWN_SERVICES: [&str; 4] = ["aws", "iam", "kms", "sts"];
/// The identity providers that AWS knows by name.
const PROVIDERS: [&str; 5] = [
    "accounts.google.com",
    "cognito-identity.amazonaws.com",
    "graph.facebook.com",
    "saml",
    "www.amazon.com",
];
const ENCRYPTION_CONTEXT: &str = "kms:encryptioncontext:";
const REQUEST_TAG: &str = "aws:requesttag/";

// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
// AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
// AWS: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
const RULES: &[Rule] = &[
    one("kms:bypasspolicylockoutsafetycheck"),
    one("kms:calleraccount"),
    one("kms:customermasterkeyspec"),
    one("kms:customermasterkeyusage"),
    one("kms:datakeypairspec"),
    one("kms:encryptionalgorithm"),
    one(ENCRYPTION_CONTEXT),
    many("kms:encryptioncontextkeys"),
    one("kms:expirationmodel"),
    one("kms:grantconstraintsourcearn"),
    one("kms:grantconstrainttype"),
    one("kms:granteeprincipal"),
    one("kms:granteeserviceprincipal"),
    one("kms:grantisforawsresource"),
    many("kms:grantoperations"),
    one("kms:keyagreementalgorithm"),
    one("kms:keyorigin"),
    one("kms:keyspec"),
    one("kms:keyusage"),
    one("kms:macalgorithm"),
    one("kms:messagetype"),
    one("kms:multiregion"),
    one("kms:multiregionkeytype"),
    one("kms:policyname"),
    one("kms:primaryregion"),
    one("kms:recipientattestation:"),
    one("kms:reencryptonsamekey"),
    one("kms:replicaregion"),
    one("kms:requestalias"),
    identity_only(many("kms:resourcealiases")),
    // No request has it, but AWS knows its name.
    identity_only(one("kms:resourcetag/")),
    one("kms:retiringprincipal"),
    one("kms:retiringserviceprincipal"),
    one("kms:rotationperiodindays"),
    one("kms:schedulekeydeletionpendingwindowindays"),
    one("kms:signingalgorithm"),
    one("kms:trailingdayswithoutkeyusage"),
    one("kms:validto"),
    one("kms:viaservice"),
    one("kms:wrappingalgorithm"),
    one("kms:wrappingkeyspec"),
    one("aws:assumedroot"),
    many("aws:calledvia"),
    one("aws:calledviaawsmcp"),
    one("aws:calledviafirst"),
    one("aws:calledvialast"),
    one("aws:chatbotsourcearn"),
    one("aws:currenttime"),
    one("aws:ec2instancesourceprivateipv4"),
    one("aws:ec2instancesourcevpc"),
    one("aws:epochtime"),
    one("aws:federatedprovider"),
    one("aws:ismcpserviceaction"),
    one("aws:multifactorauthage"),
    one("aws:multifactorauthpresent"),
    one("aws:principalaccount"),
    one("aws:principalarn"),
    one("aws:principalisawsservice"),
    one("aws:principalorgid"),
    many("aws:principalorgpaths"),
    one("aws:principalservicename"),
    many("aws:principalservicenameslist"),
    one("aws:principaltag/"),
    one("aws:principaltype"),
    one("aws:referer"),
    one("aws:requestedregion"),
    one(REQUEST_TAG),
    one("aws:resourceaccount"),
    one("aws:resourceorgid"),
    many("aws:resourceorgpaths"),
    identity_only(one("aws:resourcetag/")),
    one("aws:securetransport"),
    one("aws:signinsessionarn"),
    one("aws:sourceaccount"),
    one("aws:sourcearn"),
    one("aws:sourceidentity"),
    one("aws:sourceip"),
    one("aws:sourceorgid"),
    many("aws:sourceorgpaths"),
    one("aws:sourcevpc"),
    one("aws:sourcevpcarn"),
    one("aws:sourcevpce"),
    many("aws:tagkeys"),
    one("aws:tokenissuetime"),
    one("aws:useragent"),
    one("aws:userid"),
    one("aws:username"),
    one("aws:viaawsmcpservice"),
    one("aws:viaawsservice"),
    one("aws:vpceaccount"),
    one("aws:vpceorgid"),
    many("aws:vpceorgpaths"),
    one("aws:vpcsourceip"),
    // Cross-service keys: they say where the session of a role came from, and no session here comes from there.
    one("codebuild:buildarn"),
    one("codebuild:projectarn"),
    one("ec2:roledelivery"),
    one("ec2:sourceinstancearn"),
    one("glue:credentialissuingservice"),
    one("glue:roleassumedby"),
    one("identitystore:userid"),
    one("lambda:sourcefunctionarn"),
    one("ssm:sourceinstancearn"),
    one("iam:associatedresourcearn"),
    one("iam:awsservicename"),
    one("iam:delegationduration"),
    one("iam:delegationrequestowner"),
    one("iam:fido-certification"),
    one("iam:fido-fips-140-2-certification"),
    one("iam:fido-fips-140-3-certification"),
    one("iam:notificationchannel"),
    one("iam:organizationspolicyid"),
    one("iam:passedtoservice"),
    one("iam:permissionsboundary"),
    one("iam:policyarn"),
    one("iam:registersecuritykey"),
    identity_only(one("iam:resourcetag/")),
    one("iam:roletemplatearn"),
    one("iam:servicespecificcredentialagedays"),
    one("iam:servicespecificcredentialservicename"),
    one("iam:templatearn"),
    one("sts:awsservicename"),
    one("sts:durationseconds"),
    one("sts:externalid"),
    many("sts:identitytokenaudience"),
    one("sts:requestcontext/"),
    many("sts:requestcontextproviders"),
    one("sts:roleauthorizedbyidp"),
    one("sts:rolesessionname"),
    one("sts:signingalgorithm"),
    one("sts:sourceidentity"),
    one("sts:taskpolicyarn"),
    many("sts:transitivetagkeys"),
];

//! What a decision is about.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

use claviger_model::{AccountId, Timestamp};

use crate::condition::ConditionKey;
use crate::principal::{Principal, PrincipalKind};
use crate::spelling::are_alike;

/// One question to the engine: may this principal do this, to that, under these conditions?
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// The action with its service prefix, `kms:Encrypt`.
    pub action: &'a str,
    /// What the action is done to.
    pub resource: Resource<'a>,
    /// The request context.
    pub conditions: &'a dyn ConditionValues,
    /// The encryption context of a cryptographic call, for the constraints of grants.
    pub encryption_context: Option<&'a BTreeMap<String, String>>,
}

/// The resource that an action is authorised on.
#[derive(Clone, Copy, Debug)]
pub enum Resource<'a> {
    /// No resource: the operation is authorised on `*`, as CreateKey and ListKeys are.
    Any,
    /// An alias, which has no policy of its own.
    Alias {
        /// The alias ARN.
        arn: &'a str,
    },
    /// A user, group, managed policy or identity provider, or a role that is administered; none has a policy of its own.
    Entity {
        /// The ARN of the entity.
        arn: &'a str,
    },
    /// A role that is to be assumed.
    Role {
        /// The role ARN.
        arn: &'a str,
        /// The account that owns the role.
        account: AccountId,
    },
    /// A KMS key.
    Key {
        /// The key ARN.
        arn: &'a str,
        /// The account that owns the key.
        account: AccountId,
    },
}

impl<'a> Resource<'a> {
    /// The ARN, or `*`, as it stands in a denial's text.
    #[must_use]
    pub fn text(&self) -> &'a str {
        match self {
            Resource::Any => "*",
            Resource::Alias { arn }
            | Resource::Entity { arn }
            | Resource::Role { arn, .. }
            | Resource::Key { arn, .. } => arn,
        }
    }

    /// The owner of a resource that has a policy of its own; the others are a matter of identity policies alone.
    pub(crate) fn owner(&self) -> Option<AccountId> {
        match self {
            Resource::Any | Resource::Alias { .. } | Resource::Entity { .. } => None,
            Resource::Role { account, .. } | Resource::Key { account, .. } => Some(*account),
        }
    }

    /// The account that the resource belongs to, as `aws:ResourceAccount` has it; none without a resource.
    fn account(&self) -> Option<Cow<'a, str>> {
        match self {
            Resource::Any => None,
            // AWS's own policies belong to `aws`.
            Resource::Alias { arn } | Resource::Entity { arn } => {
                arn.split(':').nth(ACCOUNT_OF_ARN).map(Cow::Borrowed)
            }
            Resource::Role { account, .. } | Resource::Key { account, .. } => {
                Some(Cow::Owned(account.to_string()))
            }
        }
    }
}

/// The request context: the values of condition keys, computed when a policy asks for them.
///
/// Never asked for what the [`Principal`] tells: `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`,
/// `aws:userid`, `aws:username` and `kms:CallerAccount`; nor for what the [`Resource`] tells: `aws:ResourceAccount`.
pub trait ConditionValues {
    /// The values of the key, or `None` when the request context does not have it.
    ///
    /// `key` is the whole name [`folded`](crate::folded), `kms:encryptioncontext:appname` for instance, since names of
    /// condition keys are case-insensitive. [`Values::of_pairs`] looks up the part that callers choose.
    fn value(&self, key: &str) -> Option<Values<'_>>;
}

/// A request context without any key.
#[derive(Clone, Copy, Debug)]
pub struct NoConditionValues;

impl ConditionValues for NoConditionValues {
    fn value(&self, _key: &str) -> Option<Values<'_>> {
        None
    }
}

/// The values of one condition key.
#[derive(Clone, Debug)]
pub enum Values<'a> {
    /// A single-valued key.
    One(Value<'a>),
    /// A multi-valued key. No value at all counts as an absent key.
    Many(Vec<Value<'a>>),
    /// A single-valued key that the request has in several spellings, `Stage` and `stage`: each value counts by itself. A
    /// statement that denies applies if any of them fits, one that allows only if all do, so that none hides another.
    // UNKNOWN: what AWS takes where names of pairs or tags differ in their case alone. A policy variable has no value then.
    Spellings(Vec<Value<'a>>),
}

impl<'a> Values<'a> {
    /// A single text, the usual case.
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        Values::One(Value::Text(Cow::Borrowed(text)))
    }

    /// A list of texts.
    pub fn texts(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Values::Many(
            texts
                .into_iter()
                .map(|text| Value::Text(Cow::Borrowed(text)))
                .collect(),
        )
    }

    /// The key that picks out of pairs, as `aws:RequestTag/` does out of tags, those whose name is a spelling of `name`.
    pub fn of_pairs(
        pairs: impl IntoIterator<Item = (&'a String, &'a String)>,
        name: &str,
    ) -> Option<Self> {
        let named = pairs.into_iter().filter(|(own, _)| are_alike(own, name));
        let mut values = named.map(|(_, value)| Value::Text(Cow::Borrowed(value.as_str())));
        let (first, second) = (values.next()?, values.next());
        Some(match second {
            None => Values::One(first),
            Some(second) => Values::Spellings([first, second].into_iter().chain(values).collect()),
        })
    }

    pub(crate) fn as_slice(&self) -> &[Value<'a>] {
        match self {
            Values::One(value) => std::slice::from_ref(value),
            Values::Many(values) | Values::Spellings(values) => values,
        }
    }
}

/// One value of a condition key, with its type.
#[derive(Clone, Debug)]
pub enum Value<'a> {
    /// An IP address.
    Address(IpAddr),
    /// Bytes.
    Binary(&'a [u8]),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text or an ARN.
    Text(Cow<'a, str>),
    /// A moment.
    Time(Timestamp),
}

impl<'a> Value<'a> {
    /// The value as the string operators and policy variables see it; `None` for bytes, which have no text.
    pub(crate) fn to_text(&self) -> Option<Cow<'a, str>> {
        match self {
            Value::Address(address) => Some(Cow::Owned(address.to_string())),
            Value::Binary(_) => None,
            Value::Bool(true) => Some(Cow::Borrowed("true")),
            Value::Bool(false) => Some(Cow::Borrowed("false")),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            Value::Text(text) => Some(text.clone()),
            Value::Time(time) => Some(Cow::Owned(time.to_string())),
        }
    }
}

/// A request, prepared for matching.
pub(crate) struct Context<'a> {
    pub(crate) principal: &'a Principal,
    pub(crate) resource: Resource<'a>,
    /// The action in lower case.
    pub(crate) action: &'a str,
    pub(crate) encryption_context: Option<&'a BTreeMap<String, String>>,
    /// Whether the principal has a permissions boundary.
    pub(crate) is_bounded: bool,
    conditions: &'a dyn ConditionValues,
}

impl<'a> Context<'a> {
    /// Prepares a request; [`lowercase`] makes its action comparable.
    pub(crate) fn new(request: &Request<'a>, lowercase_action: &'a str, is_bounded: bool) -> Self {
        Context {
            principal: request.principal,
            resource: request.resource,
            action: lowercase_action,
            encryption_context: request.encryption_context,
            is_bounded,
            conditions: request.conditions,
        }
    }

    /// The values of a condition key; an empty list counts as absent.
    pub(crate) fn values(&self, key: &ConditionKey) -> Option<Values<'a>> {
        let principal = self.principal;
        let values = match key.name() {
            // Who comes with a token of an identity provider is nobody in AWS yet.
            "aws:principalarn"
            | "aws:principalaccount"
            | "kms:calleraccount"
            | "aws:principaltype"
            | "aws:userid"
            | "aws:username"
                if principal.provider().is_some() =>
            {
                None
            }
            "aws:principalarn" => Some(Values::text(principal.entity_arn())),
            "aws:principalaccount" | "kms:calleraccount" => Some(Values::One(Value::Text(
                Cow::Owned(principal.account.to_string()),
            ))),
            "aws:principaltype" => Some(Values::text(principal_type(&principal.kind))),
            "aws:userid" => Some(Values::text(&principal.unique_id)),
            "aws:username" => principal.user_name().map(Values::text),
            "aws:resourceaccount" => Some(Values::One(Value::Text(self.resource_account()))),
            name => self.conditions.value(name),
        };
        values.filter(|values| !values.as_slice().is_empty())
    }

    // AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
    // UNKNOWN: what it is for calls without a resource, CreateKey for instance. Here it is the account that they act in.
    fn resource_account(&self) -> Cow<'a, str> {
        let caller = || Cow::Owned(self.principal.account.to_string());
        self.resource.account().unwrap_or_else(caller)
    }

    /// The one text value of a key, for a policy variable.
    pub(crate) fn text(&self, key: &ConditionKey) -> Option<Cow<'a, str>> {
        match self.values(key)?.as_slice() {
            [only] => only.to_text(),
            _ => None,
        }
    }
}

/// Lower-case text in a buffer on the stack where it fits.
pub(crate) fn lowercase<'b>(text: &str, buffer: &'b mut [u8; ACTION_BYTES_USUAL]) -> Cow<'b, str> {
    if let Some(slot) = buffer.get_mut(..text.len()) {
        slot.copy_from_slice(text.as_bytes());
        slot.make_ascii_lowercase();
        if let Ok(lowered) = std::str::from_utf8(slot) {
            return Cow::Borrowed(lowered);
        }
    }
    Cow::Owned(text.to_ascii_lowercase())
}

// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable
fn principal_type(kind: &PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Root => "Account",
        PrincipalKind::User => "User",
        PrincipalKind::Role | PrincipalKind::Session { .. } => "AssumedRole",
        PrincipalKind::FederatedUser | PrincipalKind::WebIdentity { .. } => "FederatedUser",
    }
}

/// Longer than every action of KMS, STS and IAM.
pub(crate) const ACTION_BYTES_USUAL: usize = 64;
const ACCOUNT_OF_ARN: usize = 4;

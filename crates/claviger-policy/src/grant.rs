//! Grants: permissions on one key that only add to what policies allow.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html

use std::collections::{BTreeMap, BTreeSet};

use claviger_model::GrantOperation;

use crate::principal::{Coverage, PrincipalRef};
use crate::request::Context;
use crate::spelling::are_alike;

/// A grant, as far as it decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The grant's id, as decisions name it.
    pub id: String,
    /// Whom it permits: a unique id, or an account.
    pub grantee: PrincipalRef,
    /// What it permits.
    pub operations: BTreeSet<GrantOperation>,
    /// When it permits.
    pub constraints: GrantConstraints,
}

/// The conditions of a grant; without any it permits always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantConstraints {
    /// What the encryption context of a call must be.
    pub context: Option<ContextConstraint>,
    /// The resource for which an AWS service must make the call. Calls here are direct, so a grant that has it permits
    /// nothing but its own retirement.
    pub source_arn: Option<String>,
}

/// A condition on the encryption context of a call. Keys are compared without regard to case, values exactly.
// DIFFERS: the developer guide says that keys are case-sensitive; the API reference, followed here, that they are not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContextConstraint {
    /// The context is these pairs.
    Equals(BTreeMap<String, String>),
    /// The context has these pairs, and maybe others.
    Subset(BTreeMap<String, String>),
}

impl Grant {
    /// Whether a principal that holds this grant, and whom it permits `CreateGrant`, may create a grant of these
    /// operations and constraints: no further operations, and constraints at least as strict.
    ///
    /// [`decide`](crate::decide) does not see the grant that is to be created: give it only those grants that pass here.
    #[must_use]
    pub fn may_parent(
        &self,
        operations: &BTreeSet<GrantOperation>,
        constraints: &GrantConstraints,
    ) -> bool {
        operations.is_subset(&self.operations) && constraints.is_no_looser_than(&self.constraints)
    }

    /// Whom of the caller the grant permits the request.
    pub(crate) fn coverage(&self, cx: &Context<'_>) -> Coverage {
        let permits = |operation: &GrantOperation| {
            let name = cx.action.strip_prefix("kms:");
            name.is_some_and(|name| name.eq_ignore_ascii_case(operation.as_str()))
                && self.constraints.admit(*operation, cx.encryption_context)
        };
        if self.operations.iter().any(permits) {
            self.grantee.covers(cx.principal)
        } else {
            Coverage::None
        }
    }
}

impl GrantConstraints {
    /// Whether these constraints permit no call that `parent` does not.
    #[must_use]
    pub fn is_no_looser_than(&self, parent: &Self) -> bool {
        let source_stands = parent.source_arn.is_none() || self.source_arn == parent.source_arn;
        let context_stands = match (&self.context, &parent.context) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(parent)) => own.implies(parent),
        };
        source_stands && context_stands
    }

    fn admit(
        &self,
        operation: GrantOperation,
        encryption_context: Option<&BTreeMap<String, String>>,
    ) -> bool {
        let none = BTreeMap::new();
        let context_holds =
            |constraint: &ContextConstraint| constraint.holds(encryption_context.unwrap_or(&none));
        let is_direct = self.source_arn.is_none();
        match operation {
            GrantOperation::RetireGrant => true,
            // What CreateGrant creates is compared with its parent; neither call has an encryption context.
            GrantOperation::DescribeKey | GrantOperation::CreateGrant => is_direct,
            GrantOperation::Decrypt
            | GrantOperation::Encrypt
            | GrantOperation::GenerateDataKey
            | GrantOperation::GenerateDataKeyWithoutPlaintext
            | GrantOperation::ReEncryptFrom
            | GrantOperation::ReEncryptTo
            | GrantOperation::Sign
            | GrantOperation::Verify
            | GrantOperation::GetPublicKey
            | GrantOperation::GenerateDataKeyPair
            | GrantOperation::GenerateDataKeyPairWithoutPlaintext
            | GrantOperation::GenerateMac
            | GrantOperation::VerifyMac
            | GrantOperation::DeriveSharedSecret
            | GrantOperation::Encapsulate
            | GrantOperation::Decapsulate => {
                is_direct && self.context.as_ref().is_none_or(context_holds)
            }
        }
    }
}

impl ContextConstraint {
    fn holds(&self, context: &BTreeMap<String, String>) -> bool {
        match self {
            ContextConstraint::Equals(pairs) => are_equal(pairs, context),
            ContextConstraint::Subset(pairs) => is_subset(pairs, context),
        }
    }

    /// Whether every context that passes this constraint passes the other.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (ContextConstraint::Equals(own), ContextConstraint::Equals(other)) => {
                are_equal(own, other)
            }
            (
                ContextConstraint::Equals(own) | ContextConstraint::Subset(own),
                ContextConstraint::Subset(other),
            ) => is_subset(other, own),
            (ContextConstraint::Subset(_), ContextConstraint::Equals(_)) => false,
        }
    }
}

/// The same set of pairs; two whose keys differ in case only are one.
fn are_equal(one: &BTreeMap<String, String>, other: &BTreeMap<String, String>) -> bool {
    is_subset(one, other) && is_subset(other, one)
}

fn is_subset(few: &BTreeMap<String, String>, many: &BTreeMap<String, String>) -> bool {
    few.iter().all(|(key, value)| {
        let is_same = |(name, text): (&String, &String)| are_alike(name, key) && text == value;
        many.iter().any(is_same)
    })
}

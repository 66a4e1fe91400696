//! One imagined call with all the policies that speak about it.

use std::sync::Arc;

use claviger_model::AccountId;
use claviger_policy::{
    Clause, Decision, Effect, Grant, GrantConstraints, Policies, Policy, PolicySource, PolicyType,
    Principal, PrincipalRef, Reason, Request, Resource, ask_all, decide,
};

use super::action::Action;
use super::context::Context;
use super::explanation::{Answer, Explanation, GrantsSaid, Outcome, Permission, Said, Says};
use super::grants::Grants;
use super::source::{Kind, Source, Statement, Text};

/// One imagined call.
pub(crate) struct Case {
    pub(crate) caller: Principal,
    pub(crate) action: Action,
    pub(crate) target: Target,
    pub(crate) context: Context,
    pub(crate) key_policy: Option<Source>,
    pub(crate) identity: Vec<Source>,
    pub(crate) boundary: Option<Source>,
    /// The policies that a session was limited to, if it was.
    pub(crate) session: Option<Vec<Source>>,
    pub(crate) grants: Option<Grants>,
    /// Stands for whatever is left aside when one policy is asked alone.
    pub(crate) everything: Arc<Policy>,
    /// What the reader should know of how the policies were come by.
    pub(crate) notes: Vec<String>,
}

/// What the call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// No resource, `*`.
    Any,
    /// An alias, by its ARN.
    Alias(String),
    /// A key, by its ARN, and its owner.
    Key(String, AccountId),
}

impl Case {
    /// The decision, and what brought it about.
    pub(crate) fn explain(self) -> Explanation {
        let decision = self.decide();
        let barred = self.crosses_accounts() && !self.action.crosses_accounts();
        let (outcome, needed) = match (&decision.reason, barred) {
            (Reason::DeniedBy(_), _) => (Outcome::ExplicitDeny, None),
            (_, true) => (Outcome::ImplicitDeny, Some(self.barrier())),
            (Reason::NotAllowedBy(kind), false) => {
                (Outcome::ImplicitDeny, Some(self.needed(*kind)))
            }
            (Reason::AllowedBy(_), false) => (Outcome::Allowed, None),
        };
        let decides = !barred || decision.effect == Effect::ExplicitDeny;
        let resource = self.resource().text();
        let answer = (outcome != Outcome::Allowed && decides).then(|| Answer {
            code: "AccessDeniedException",
            message: decision.denial_text(&self.caller.arn, self.action.as_str(), Some(resource)),
        });
        Explanation {
            decision: outcome,
            caller: self.caller.arn.clone(),
            action: self.action.as_str().to_owned(),
            resource: resource.to_owned(),
            decided_by: self.statements(&decision.reason),
            grant: match &decision.reason {
                Reason::AllowedBy(grounds) if decides => grounds.grant.clone(),
                Reason::AllowedBy(_) | Reason::DeniedBy(_) | Reason::NotAllowedBy(_) => None,
            },
            needed,
            policies: self.said(),
            grants: self.grants_said(),
            answer,
            // Last, since everything above asks for condition keys.
            missing_context_keys: self.missing_keys(),
            notes: self.all_notes(),
        }
    }

    fn decide(&self) -> Decision {
        let identity = compiled(&self.identity);
        let session = self.session.as_deref().map(compiled);
        let grants = self.grants.as_ref().map(|grants| grants.list.as_slice());
        let policies = Policies {
            resource: self.key_policy.as_ref().map(|source| &*source.policy),
            identity: &identity,
            boundary: self.boundary.as_ref().map(|source| &*source.policy),
            session: session.as_deref(),
            grants: grants.unwrap_or_default(),
        };
        let request = self.request(self.resource());
        ask_all(&request, &policies);
        decide(&request, &policies)
    }

    fn request<'a>(&'a self, resource: Resource<'a>) -> Request<'a> {
        Request {
            principal: &self.caller,
            action: self.action.as_str(),
            resource,
            conditions: &self.context,
            encryption_context: Some(self.context.encryption_context()),
        }
    }

    fn resource(&self) -> Resource<'_> {
        match &self.target {
            Target::Any => Resource::Any,
            Target::Alias(arn) => Resource::Alias { arn },
            Target::Key(arn, account) => Resource::Key {
                arn,
                account: *account,
            },
        }
    }

    fn owner(&self) -> Option<AccountId> {
        match &self.target {
            Target::Key(_, account) => Some(*account),
            Target::Any | Target::Alias(_) => None,
        }
    }

    fn crosses_accounts(&self) -> bool {
        self.owner()
            .is_some_and(|owner| owner != self.caller.account)
    }

    /// The statements that decided. A boundary and a session only leave standing what others allow.
    fn statements(&self, reason: &Reason) -> Vec<Statement> {
        let clauses: Vec<&Clause> = match reason {
            Reason::AllowedBy(grounds) => {
                grounds.resource.iter().chain(&grounds.identity).collect()
            }
            Reason::DeniedBy(clause) => vec![clause],
            Reason::NotAllowedBy(_) => Vec::new(),
        };
        clauses
            .into_iter()
            .filter_map(|clause| Some(self.source(clause.policy)?.statements(clause)))
            .flatten()
            .collect()
    }

    fn source(&self, of: PolicySource) -> Option<&Source> {
        match of {
            PolicySource::Resource => self.key_policy.as_ref(),
            PolicySource::Identity(index) => self.identity.get(index),
            PolicySource::Boundary => self.boundary.as_ref(),
            PolicySource::Session(index) => self.session.as_ref()?.get(index),
        }
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.key_policy
            .iter()
            .chain(&self.identity)
            .chain(&self.boundary)
            .chain(self.session.iter().flatten())
    }

    /// What each policy says by itself.
    fn said(&self) -> Vec<Said> {
        let key = self
            .key_policy
            .iter()
            .map(|source| (source, self.ask_key_policy(&source.policy)));
        let others = self.sources().filter(|source| source.kind != Kind::Key);
        let others = others.map(|source| (source, self.ask_alone(&source.policy)));
        key.chain(others)
            .map(|(source, (says, clause))| match (&source.text, clause) {
                (Text::Untold, _) => source.says(Says::Untold, None),
                (_, clause) => source.says(says, clause.as_ref()),
            })
            .collect()
    }

    /// A policy without principals, as if it were the only one of the caller's.
    fn ask_alone(&self, policy: &Arc<Policy>) -> (Says, Option<Clause>) {
        let resource = match &self.target {
            Target::Any => Resource::Any,
            Target::Alias(arn) | Target::Key(arn, _) => Resource::Entity { arn },
        };
        let policies = Policies {
            identity: std::slice::from_ref(policy),
            ..Policies::default()
        };
        match decide(&self.request(resource), &policies).reason {
            Reason::AllowedBy(grounds) => (Says::Allows, grounds.identity),
            Reason::DeniedBy(clause) => (Says::Denies, Some(clause)),
            Reason::NotAllowedBy(_) => (Says::Nothing, None),
        }
    }

    /// A key policy, beside identity policies that allow everything.
    fn ask_key_policy(&self, policy: &Policy) -> (Says, Option<Clause>) {
        let policies = Policies {
            resource: Some(policy),
            identity: std::slice::from_ref(&self.everything),
            boundary: self.boundary.as_ref().map(|_| &*self.everything),
            ..Policies::default()
        };
        match decide(&self.request(self.resource()), &policies).reason {
            Reason::AllowedBy(grounds) => (says(grounds.identity.as_ref()), grounds.resource),
            Reason::DeniedBy(clause) => (Says::Denies, Some(clause)),
            Reason::NotAllowedBy(_) => (Says::Nothing, None),
        }
    }

    fn grants_said(&self) -> Option<GrantsSaid> {
        let grants = self.grants.as_ref()?;
        let first = |loosen: bool| {
            grants.list.iter().find_map(|grant| {
                let says = self.ask_grant(grant, loosen)?;
                Some(Permission {
                    id: grant.id.clone(),
                    says,
                })
            })
        };
        let permits = first(false);
        let loosened = first(true).filter(|_| permits.is_none());
        Some(GrantsSaid {
            source: grants.source.clone(),
            count: grants.list.len(),
            permits,
            but_for_constraints: loosened.map(|grant| grant.id),
        })
    }

    /// What a grant permits beside identity policies that allow everything; `loosen` leaves its constraints aside.
    fn ask_grant(&self, grant: &Arc<Grant>, loosen: bool) -> Option<Says> {
        let loosened = loosen.then(|| {
            Arc::new(Grant {
                constraints: GrantConstraints::default(),
                ..(**grant).clone()
            })
        });
        let policies = Policies {
            identity: std::slice::from_ref(&self.everything),
            grants: std::slice::from_ref(loosened.as_ref().unwrap_or(grant)),
            ..Policies::default()
        };
        match decide(&self.request(self.resource()), &policies).reason {
            Reason::AllowedBy(grounds) => Some(says(grounds.identity.as_ref())),
            Reason::DeniedBy(_) | Reason::NotAllowedBy(_) => None,
        }
    }

    fn barrier(&self) -> String {
        format!(
            "{} works on keys of the caller's own account alone, whatever policies say.",
            self.action.as_str()
        )
    }

    /// What would have had to allow.
    fn needed(&self, kind: PolicyType) -> String {
        let (action, account) = (self.action.as_str(), self.caller.account);
        let rule = match (kind, self.owner(), self.crosses_accounts()) {
            (PolicyType::Boundary, ..) => {
                return format!(
                    "The permissions boundary must allow {action} too: it limits what others allow."
                );
            }
            (PolicyType::Session, ..) => {
                return format!(
                    "A session policy must allow {action} too: they limit what others allow."
                );
            }
            (_, None, _) => {
                return format!("An identity policy of the caller must allow {action}.");
            }
            (PolicyType::Resource, _, false) => format!(
                "The key policy must allow {action} to the caller, or to account {account} and an identity policy to the caller."
            ),
            (PolicyType::Resource, _, true) => format!(
                "The key policy must allow {action} to the caller or to account {account}, and an identity policy as well."
            ),
            (PolicyType::Identity, _, false) => format!(
                "An identity policy must allow {action} on this key, since the key policy leaves that to the policies of \
                 account {account}; or the key policy must allow it to the caller itself."
            ),
            (PolicyType::Identity, _, true) => format!(
                "An identity policy of the caller must allow {action} on this key as well, since the key is another account's."
            ),
        };
        if self.action.is_grantable() {
            format!("{rule} A grant of the key to the caller would do, too.")
        } else {
            rule
        }
    }

    /// The keys that policies asked for in vain, as these spell them.
    fn missing_keys(&self) -> Vec<String> {
        let missing = self.context.missing().into_iter();
        missing
            .map(|name| self.spelled(&name).unwrap_or(name))
            .collect()
    }

    fn spelled(&self, lowercase: &str) -> Option<String> {
        self.sources()
            .filter_map(Source::document)
            .find_map(|document| {
                let start = document.to_ascii_lowercase().find(lowercase)?;
                let end = start.checked_add(lowercase.len())?;
                document.get(start..end).map(str::to_owned)
            })
    }

    fn all_notes(&self) -> Vec<String> {
        let mut notes = self.notes.clone();
        let is_id = |one: &PrincipalRef| matches!(one, PrincipalRef::UniqueId(_));
        let by_id = self
            .sources()
            .any(|source| source.policy.principals().any(is_id))
            || self
                .grants
                .iter()
                .any(|grants| grants.list.iter().any(|grant| is_id(&grant.grantee)))
            || self.spelled("aws:userid").is_some();
        if by_id && self.caller.unique_id.is_empty() {
            notes.push(
                "Unique ids are compared, and the caller's is not known: --caller-id gives it."
                    .into(),
            );
        }
        notes
    }
}

/// What a resource says: by itself, or only together with an identity policy.
fn says(identity: Option<&Clause>) -> Says {
    match identity {
        None => Says::Allows,
        Some(_) => Says::AllowsIfIamDoes,
    }
}

fn compiled(sources: &[Source]) -> Vec<Arc<Policy>> {
    sources
        .iter()
        .map(|source| Arc::clone(&source.policy))
        .collect()
}

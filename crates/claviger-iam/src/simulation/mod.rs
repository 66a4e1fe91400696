//! What SimulatePrincipalPolicy and SimulateCustomPolicy have in common: real policies, real decisions, an imagined call.

mod context;
mod names;
mod places;
mod scenario;

use std::{cell::OnceCell, sync::Arc};

use claviger_model::{
    AccountId,
    iam::{
        EvaluationResult, PermissionsBoundaryDecisionDetail, PolicyEvaluationDecisionType,
        PolicySourceType, Position, ResourceSpecificResult, Statement,
    },
};
use claviger_policy::{
    Clause, Decision, Effect, Policies, Policy, PolicySource, Principal, Reason, Request, Resource,
    ask_all, decide,
};

pub(crate) use self::{
    context::Context,
    names::Spellings,
    scenario::{Cast, Scenario},
};

/// Everything that the decisions of one simulation rest on.
pub(crate) struct Simulation {
    /// Who is imagined to call.
    pub(crate) principal: Principal,
    /// The identity policies.
    pub(crate) identity: Vec<Source>,
    /// The permissions boundary.
    pub(crate) boundary: Option<Source>,
    /// The policy that each resource is imagined to have.
    pub(crate) resource: Option<Source>,
    /// The owner of resources whose ARN names none.
    pub(crate) owner: AccountId,
    /// What the condition keys hold.
    pub(crate) context: Context,
    /// How the policies spell the condition keys, once that matters.
    pub(crate) spellings: OnceCell<Spellings>,
}

/// A policy that takes part.
pub(crate) struct Source {
    /// How the results call it.
    pub(crate) id: String,
    /// What kind of policy the results call it.
    pub(crate) kind: PolicySourceType,
    /// Its text.
    pub(crate) document: String,
    /// The same, compiled.
    pub(crate) policy: Arc<Policy>,
}

impl Simulation {
    /// The results from the pair at `first` on, at most `count`: each action with each resource, in their order.
    pub(crate) fn results(
        &self,
        actions: &[String],
        resources: Option<&[String]>,
        first: usize,
        count: usize,
    ) -> Vec<EvaluationResult> {
        let any = ["*".to_owned()];
        let resources = resources.filter(|arns| !arns.is_empty()).unwrap_or(&any);
        actions
            .iter()
            .flat_map(|action| resources.iter().map(move |resource| (action, resource)))
            .skip(first)
            .take(count)
            .map(|(action, resource)| self.evaluate(action, resource))
            .collect()
    }

    /// What would become of a call of `action` on `resource`, an ARN or `*`.
    // DIFFERS: AWS groups the resources of an action under one result that is named by a template of their ARNs; here
    // every pair of an action and a resource has a result of its own.
    pub(crate) fn evaluate(&self, action: &str, resource: &str) -> EvaluationResult {
        let decision = self.decide(action, resource);
        let verdict = match decision.effect {
            Effect::Allow => PolicyEvaluationDecisionType::Allowed,
            Effect::ExplicitDeny => PolicyEvaluationDecisionType::ExplicitDeny,
            Effect::ImplicitDeny => PolicyEvaluationDecisionType::ImplicitDeny,
        };
        let matched = self.matched(&decision);
        let missing = self.missing();
        let bounded = self.within_boundary(action, resource);
        let specific = (resource != "*").then(|| {
            vec![ResourceSpecificResult {
                eval_resource_name: resource.to_owned(),
                eval_resource_decision: verdict,
                matched_statements: Some(matched.clone()),
                missing_context_values: Some(missing.clone()),
                eval_decision_details: None,
                permissions_boundary_decision_detail: bounded.clone(),
            }]
        });
        EvaluationResult {
            eval_action_name: action.to_owned(),
            eval_resource_name: Some(resource.to_owned()),
            eval_decision: verdict,
            matched_statements: Some(matched),
            missing_context_values: Some(missing),
            organizations_decision_detail: None,
            permissions_boundary_decision_detail: bounded,
            eval_decision_details: None,
            resource_specific_results: specific,
        }
    }

    fn decide(&self, action: &str, resource: &str) -> Decision {
        let identity: Vec<_> = self.identity.iter().map(Source::policy).collect();
        let policies = Policies {
            resource: self.resource.as_ref().map(|source| &*source.policy),
            identity: &identity,
            boundary: self.boundary.as_ref().map(|source| &*source.policy),
            ..Policies::default()
        };
        let on = match &self.resource {
            Some(_) => self.owned(resource),
            None => unowned(resource),
        };
        let request = self.request(action, on);
        ask_all(&request, &policies);
        decide(&request, &policies)
    }

    /// Whether the boundary by itself lets the call through; none without a boundary.
    fn within_boundary(
        &self,
        action: &str,
        resource: &str,
    ) -> Option<PermissionsBoundaryDecisionDetail> {
        let boundary = [self.boundary.as_ref()?.policy()];
        let policies = Policies {
            identity: &boundary,
            ..Policies::default()
        };
        let decision = decide(&self.request(action, unowned(resource)), &policies);
        Some(PermissionsBoundaryDecisionDetail {
            allowed_by_permissions_boundary: Some(decision.effect == Effect::Allow),
        })
    }

    fn request<'a>(&'a self, action: &'a str, resource: Resource<'a>) -> Request<'a> {
        Request {
            principal: &self.principal,
            action,
            resource,
            conditions: &self.context,
            encryption_context: None,
        }
    }

    /// A resource with a policy of its own, in the account that its ARN names.
    fn owned<'a>(&self, arn: &'a str) -> Resource<'a> {
        let account = arn.split(':').nth(ACCOUNT_OF_ARN);
        let account = account.and_then(|text| AccountId::parse(text).ok());
        let account = account.unwrap_or(self.owner);
        if is_role(arn) {
            Resource::Role { arn, account }
        } else {
            Resource::Key { arn, account }
        }
    }

    /// The statements that decided.
    // DIFFERS: AWS lists every statement that matched; here stand those that the decision names.
    fn matched(&self, decision: &Decision) -> Vec<Statement> {
        let clauses: Vec<&Clause> = match &decision.reason {
            Reason::AllowedBy(grounds) => {
                grounds.resource.iter().chain(&grounds.identity).collect()
            }
            Reason::DeniedBy(clause) => vec![clause],
            Reason::NotAllowedBy(_) => Vec::new(),
        };
        let statement = |clause: &Clause| self.source(clause.policy)?.statement(clause.statement);
        clauses.into_iter().filter_map(statement).collect()
    }

    fn source(&self, of: PolicySource) -> Option<&Source> {
        match of {
            PolicySource::Resource => self.resource.as_ref(),
            PolicySource::Identity(index) => self.identity.get(index),
            PolicySource::Boundary => self.boundary.as_ref(),
            PolicySource::Session(_) => None,
        }
    }

    /// The condition keys that the policies asked for in vain.
    fn missing(&self) -> Vec<String> {
        let names = self.context.take_missing();
        if names.is_empty() {
            return Vec::new();
        }
        let spell = || {
            let bounds = self.identity.iter().chain(&self.boundary);
            let sources = bounds.chain(&self.resource);
            Spellings::of(sources.map(|source| source.document.as_str()))
        };
        self.spellings.get_or_init(spell).apply(names)
    }
}

impl Source {
    fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy)
    }

    // DIFFERS: AWS answers "IAM Policy" and "Resource Policy", which its own model does not list.
    fn statement(&self, index: usize) -> Option<Statement> {
        let place = places::place_of(&self.document, index)?;
        Some(Statement {
            source_policy_id: Some(self.id.clone()),
            source_policy_type: Some(self.kind),
            start_position: Some(wire(place.start)),
            end_position: Some(wire(place.end)),
        })
    }
}

/// Whether an ARN names a role.
pub(crate) fn is_role(arn: &str) -> bool {
    arn.split(':')
        .nth(RESOURCE_OF_ARN)
        .is_some_and(|resource| arn.starts_with("arn:aws:iam:") && resource.starts_with("role/"))
}

/// A resource about which the caller's policies alone are asked.
fn unowned(arn: &str) -> Resource<'_> {
    match arn {
        "*" => Resource::Any,
        arn => Resource::Entity { arn },
    }
}

fn wire(position: places::Position) -> Position {
    Position {
        line: Some(position.line),
        column: Some(position.column),
    }
}

const ACCOUNT_OF_ARN: usize = 4;
const RESOURCE_OF_ARN: usize = 5;

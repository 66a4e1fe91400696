//! What IAM says of a caller's own policies, by SimulatePrincipalPolicy.
//!
//! The key policy is not given to the simulation: AWS simulates resource policies for users alone, and without KMS's rule that
//! identity policies count only where the key policy says so. IAM's answer takes the place of the identity policies and the
//! boundary instead, and is weighed with the key policy and the grants as if it had been read from files.

use aws_config::{Region, SdkConfig};
use aws_sdk_iam::Client;
use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, Statement as Matched, Tag,
};
use claviger_policy::PrincipalKind;

use super::caller;
use super::case::Target;
use super::context::Fact;
use super::documents::{Entity, document_of};
use super::question::{EVERYTHING, Question};
use super::server::refused;
use super::source::{Kind, Position, Source, Statement, Text, places};

/// Policies that stand for IAM's answer.
pub(crate) struct Simulated {
    pub(crate) identity: Source,
    pub(crate) boundary: Option<Source>,
}

/// A client of IAM, which is global and signs for the first Region of its partition.
pub(crate) fn client(config: &SdkConfig) -> Client {
    let region = config.region().map(Region::as_ref).unwrap_or_default();
    let is_aws = !region.starts_with("cn-") && !region.starts_with("us-gov-");
    let mut iam = aws_sdk_iam::config::Builder::from(config);
    if is_aws {
        iam = iam.region(Region::from_static("us-east-1"));
    }
    Client::from_conf(iam.build())
}

/// Asks IAM about the caller's own policies, and adds what it knows of the caller to the question.
///
/// # Errors
/// A text for the user that names the operation.
pub(crate) async fn simulate(
    iam: &Client,
    question: &mut Question,
    target: &Target,
) -> Result<Simulated, String> {
    let entity = identify(iam, question).await?;
    let resource = match target {
        Target::Any => None,
        Target::Alias(arn) | Target::Key(arn, _) => Some(vec![arn.clone()]),
    };
    let context = question.context.facts().map(context_entry).collect();
    let answer = iam
        .simulate_principal_policy()
        .policy_source_arn(&entity.arn)
        .action_names(question.action.as_str())
        .set_resource_arns(resource)
        .set_context_entries(Some(context))
        .send();
    let answer = answer
        .await
        .map_err(|error| refused("SimulatePrincipalPolicy", &error))?;
    let result = answer.evaluation_results().first();
    let result = result.ok_or("SimulatePrincipalPolicy: no result")?;
    for name in result.missing_context_values() {
        question.context.note_missing(name);
    }
    let matched = cite(iam, &entity, result.matched_statements()).await;
    simulated(&entity, result, matched)
}

/// Who the caller is to IAM.
async fn identify(iam: &Client, question: &mut Question) -> Result<Entity, String> {
    let name = match &question.caller.kind {
        PrincipalKind::User => &question.caller.arn,
        PrincipalKind::Role => &question.caller.arn,
        PrincipalKind::Session { role_arn, .. } => role_arn,
        PrincipalKind::Root | PrincipalKind::FederatedUser | PrincipalKind::WebIdentity { .. } => {
            return Err(
                "IAM simulates users and roles alone: --offline explains this caller".into(),
            );
        }
    };
    let name = name.rsplit('/').next().unwrap_or_default().to_owned();
    let (entity, tags) = if question.caller.kind == PrincipalKind::User {
        Entity::user(iam, name).await?
    } else {
        Entity::role(iam, name).await?
    };
    let asked = question.caller.arn.clone();
    let of = |arn| caller::principal(arn, None, None).map(|principal| principal.account);
    if of(&entity.arn)? != question.caller.account {
        return Err(format!(
            "{asked}: of another account than {}: --offline explains it",
            entity.arn
        ));
    }
    let session = asked.split_once(":assumed-role/");
    let session = session.and_then(|(_, names)| names.split_once('/'));
    question.caller = match session {
        Some((_, session)) => {
            let id = format!("{}:{session}", entity.unique_id);
            caller::principal(&asked, Some(&id), Some(&entity.arn))?
        }
        None if entity.arn != asked => {
            return Err(format!("{asked}: not found, but {} is", entity.arn));
        }
        None => caller::principal(&asked, Some(&entity.unique_id), None)?,
    };
    add_tags(question, &tags);
    Ok(entity)
}

fn add_tags(question: &mut Question, tags: &[Tag]) {
    for tag in tags {
        let name = format!("aws:PrincipalTag/{}", tag.key());
        question.context.add_derived(&name, [tag.value()]);
    }
}

fn simulated(
    entity: &Entity,
    result: &EvaluationResult,
    matched: Vec<Statement>,
) -> Result<Simulated, String> {
    let detail = result.permissions_boundary_decision_detail();
    let bounded = detail.map(|detail| detail.allowed_by_permissions_boundary());
    let (of_boundary, of_identity): (Vec<_>, Vec<_>) = matched
        .into_iter()
        .partition(|statement| statement.policy == Kind::Boundary);
    let boundary = |document, text| standin(Kind::Boundary, entity.boundary_name(), document, text);
    let identity =
        |document, text| standin(Kind::Identity, "SimulatePrincipalPolicy", document, text);
    let limit = bounded.map(|allows| if allows { EVERYTHING } else { NOTHING });
    let limit = limit
        .map(|document| boundary(document, Text::Answer(Vec::new())))
        .transpose()?;
    match result.eval_decision.as_str() {
        "allowed" => Ok(Simulated {
            identity: identity(EVERYTHING, Text::Answer(of_identity))?,
            boundary: limit,
        }),
        "explicitDeny" if !of_boundary.is_empty() => Ok(Simulated {
            identity: identity(EVERYTHING, Text::Untold)?,
            boundary: Some(boundary(DENIAL, Text::Answer(of_boundary))?),
        }),
        "explicitDeny" => Ok(Simulated {
            identity: identity(DENIAL, Text::Answer(of_identity))?,
            boundary: limit,
        }),
        // The boundary alone may be what is missing.
        "implicitDeny" if bounded == Some(false) => Ok(Simulated {
            identity: identity(EVERYTHING, Text::Untold)?,
            boundary: limit,
        }),
        "implicitDeny" => Ok(Simulated {
            identity: identity(NOTHING, Text::Answer(Vec::new()))?,
            boundary: limit,
        }),
        other => Err(format!("SimulatePrincipalPolicy answered {other}")),
    }
}

fn standin(kind: Kind, name: &str, document: &str, text: Text) -> Result<Source, String> {
    let source = Source::parse(kind, name.to_owned(), document.to_owned())?;
    Ok(Source { text, ..source })
}

/// The statements with their texts, where the caller's policies are told.
async fn cite(iam: &Client, entity: &Entity, matched: &[Matched]) -> Vec<Statement> {
    let mut statements = Vec::new();
    for one in matched {
        let policy = one.source_policy_id().unwrap_or_default();
        let documents = document_of(iam, entity, policy).await;
        let end = one.end_position().and_then(|end| {
            Some(Position {
                line: usize::try_from(end.line()).ok()?,
                column: usize::try_from(end.column()).ok()?,
            })
        });
        statements.push(statement(entity, policy, documents.as_deref(), end));
    }
    statements
}

fn statement(
    entity: &Entity,
    policy: &str,
    document: Option<&str>,
    end: Option<Position>,
) -> Statement {
    let places = document.map(places).unwrap_or_default().into_iter();
    let found = places
        .enumerate()
        .find(|(_, place)| Some(place.last) == end);
    let text = found.as_ref().map(|(_, place)| place.text.get());
    let parsed = text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let sid = parsed
        .as_ref()
        .and_then(|parsed| parsed.get("Sid")?.as_str());
    Statement {
        policy: if policy == entity.boundary_name() {
            Kind::Boundary
        } else {
            Kind::Identity
        },
        source: policy.to_owned(),
        sid: sid.map(str::to_owned),
        number: found.as_ref().and_then(|(index, _)| index.checked_add(1)),
        lines: found
            .as_ref()
            .map(|(_, place)| (place.first, place.last.line)),
        text: found.map(|(_, place)| place.text),
    }
}

fn context_entry(fact: &Fact) -> ContextEntry {
    let name = fact.name.to_ascii_lowercase();
    let typed = TYPES
        .iter()
        .find(|(_, names)| names.contains(&name.as_str()));
    let text = if fact.values.len() > 1 || LISTS.contains(&name.as_str()) {
        ContextKeyTypeEnum::StringList
    } else {
        ContextKeyTypeEnum::String
    };
    ContextEntry::builder()
        .context_key_name(&fact.name)
        .set_context_key_values(Some(fact.values.clone()))
        .context_key_type(typed.map_or(text, |(kind, _)| kind.clone()))
        .build()
}

const NOTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":"*","Resource":"*"}]}"#;
const DENIAL: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;

/// Condition keys that may have several values even when they have one.
const LISTS: [&str; 4] = [
    "aws:calledvia",
    "aws:tagkeys",
    "kms:encryptioncontextkeys",
    "kms:resourcealiases",
];

/// Condition keys that are no texts.
// AWS: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
const TYPES: &[(ContextKeyTypeEnum, &[&str])] = &[
    (
        ContextKeyTypeEnum::Boolean,
        &[
            "aws:multifactorauthpresent",
            "aws:principalisawsservice",
            "aws:securetransport",
            "aws:viaawsservice",
            "kms:bypasspolicylockoutsafetycheck",
            "kms:grantisforawsresource",
            "kms:multiregion",
            "kms:reencryptonsamekey",
        ],
    ),
    (
        ContextKeyTypeEnum::Date,
        &["aws:currenttime", "aws:tokenissuetime", "kms:validto"],
    ),
    (ContextKeyTypeEnum::Ip, &["aws:sourceip", "aws:vpcsourceip"]),
    (
        ContextKeyTypeEnum::Numeric,
        &[
            "aws:epochtime",
            "aws:multifactorauthage",
            "kms:rotationperiodindays",
            "kms:schedulekeydeletionpendingwindowindays",
            "kms:trailingdayswithoutkeyusage",
        ],
    ),
];

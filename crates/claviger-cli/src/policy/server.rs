//! What a server says of a key: AWS KMS, or a Claviger.

use aws_config::{BehaviorVersion, Region};
use aws_sdk_kms::Client;
use aws_sdk_kms::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_kms::types::{GrantListEntry, KeyMetadata};
use claviger_model::AccountId;
use claviger_policy::PrincipalKind;

use super::case::{Case, Target};
use super::grants::{Constraints, Entry, Grants, Listing};
use super::question::Question;
use super::simulation;
use super::source::{Kind, Source};

/// The case that a server's answers make of a question.
///
/// # Errors
/// A text for the user that names the operation.
pub(crate) fn case(question: Question) -> Result<Case, String> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(ask(question))
}

async fn ask(mut question: Question) -> Result<Case, String> {
    let region = question.key.as_deref().and_then(region_of);
    let mut loader = aws_config::defaults(BehaviorVersion::latest());
    if let Some(region) = region {
        loader = loader.region(Region::new(region.to_owned()));
    }
    let config = loader.load().await;
    let (target, grants) = match question.target_by_arn() {
        Ok(target @ (Target::Any | Target::Alias(_))) => (target, None),
        Ok(Target::Key(..)) | Err(_) => read_key(&Client::new(&config), &mut question).await?,
    };
    if question.caller.kind == PrincipalKind::Root {
        return question.with(target, Vec::new(), None, grants);
    }
    let iam = simulation::client(&config);
    let simulated = simulation::simulate(&iam, &mut question, &target).await?;
    question.notes.push(PARTS.to_owned());
    let is_session = matches!(question.caller.kind, PrincipalKind::Session { .. });
    if is_session && question.session.is_none() {
        question.notes.push(UNSEEN_SESSION.to_owned());
    }
    question.with(target, vec![simulated.identity], simulated.boundary, grants)
}

/// Reads all that decides about a key, and adds its properties to the context. Whoever asks may be kept from the grants, tags
/// and aliases: the explanation then says that they were not seen.
async fn read_key(
    kms: &Client,
    question: &mut Question,
) -> Result<(Target, Option<Grants>), String> {
    let described = kms.describe_key().set_key_id(question.key.clone()).send();
    let described = described
        .await
        .map_err(|error| refused("DescribeKey", &error))?;
    let metadata = described.key_metadata.ok_or("DescribeKey told nothing")?;
    let arn = metadata.arn().ok_or("DescribeKey told no ARN")?.to_owned();
    let owner = metadata
        .aws_account_id()
        .and_then(|id| AccountId::parse(id).ok());
    let owner = owner.ok_or("DescribeKey told no account")?;
    if question.key_policy.is_none() {
        let policy = kms.get_key_policy().key_id(&arn).send().await;
        let policy = policy.map_err(|error| refused("GetKeyPolicy", &error))?;
        let policy = policy.policy.unwrap_or_default();
        question.key_policy = Some(Source::parse(Kind::Key, "GetKeyPolicy".into(), policy)?);
    }
    let context = &mut question.context;
    context.add_derived("aws:ResourceAccount", [owner.to_string().as_str()]);
    add_properties(question, &metadata);
    let tags = add_tags(kms, question, &arn).await;
    let aliases = add_aliases(kms, question, &arn).await;
    let (grants, unseen) = match grants_of(kms, &arn).await {
        Ok(grants) => (Some(grants), Ok(())),
        Err(problem) => (None, Err(problem)),
    };
    let problems = [tags, aliases, unseen].into_iter().filter_map(Result::err);
    let unread = problems.map(|problem| format!("Not seen: {problem}"));
    question.notes.extend(unread);
    Ok((Target::Key(arn, owner), grants))
}

async fn grants_of(kms: &Client, arn: &str) -> Result<Grants, String> {
    let source = "ListGrants".to_owned();
    let grants = kms.list_grants().key_id(arn).into_paginator().items();
    let grants = grants.send().collect::<Result<Vec<_>, _>>().await;
    let grants = grants.map_err(|error| refused(&source, &error))?;
    let listing = Listing {
        grants: grants.into_iter().map(entry).collect(),
    };
    let list = listing.of_key(arn);
    let list = list.map_err(|problem| format!("{source}: {problem}"))?;
    Ok(Grants { source, list })
}

fn add_properties(question: &mut Question, metadata: &KeyMetadata) {
    if let Some(key) = &question.key
        && let Some((_, name)) = key
            .split_once("alias/")
            .filter(|_| question.action.is_grantable())
    {
        let alias = format!("alias/{name}");
        question
            .context
            .add_derived("kms:RequestAlias", [alias.as_str()]);
    }
    let multi_region = metadata.multi_region_configuration();
    let multi_region = multi_region.and_then(|configuration| configuration.multi_region_key_type());
    let is_multi_region = metadata.multi_region().unwrap_or_default().to_string();
    let spec = metadata.key_spec().map(|spec| spec.as_str());
    let usage = metadata.key_usage().map(|usage| usage.as_str());
    let properties = [
        ("kms:KeySpec", spec),
        ("kms:CustomerMasterKeySpec", spec),
        ("kms:KeyUsage", usage),
        ("kms:CustomerMasterKeyUsage", usage),
        (
            "kms:KeyOrigin",
            metadata.origin().map(|origin| origin.as_str()),
        ),
        ("kms:MultiRegion", Some(is_multi_region.as_str())),
        (
            "kms:MultiRegionKeyType",
            multi_region.map(|kind| kind.as_str()),
        ),
    ];
    for (name, value) in properties {
        question.context.add_derived(name, value);
    }
}

async fn add_tags(kms: &Client, question: &mut Question, arn: &str) -> Result<(), String> {
    let tags = kms
        .list_resource_tags()
        .key_id(arn)
        .into_paginator()
        .items();
    let tags = tags.send().collect::<Result<Vec<_>, _>>().await;
    for tag in tags.map_err(|error| refused("ListResourceTags", &error))? {
        let name = format!("aws:ResourceTag/{}", tag.tag_key());
        question.context.add_derived(&name, [tag.tag_value()]);
    }
    Ok(())
}

async fn add_aliases(kms: &Client, question: &mut Question, arn: &str) -> Result<(), String> {
    let aliases = kms.list_aliases().key_id(arn).into_paginator().items();
    let aliases = aliases.send().collect::<Result<Vec<_>, _>>().await;
    let aliases = aliases.map_err(|error| refused("ListAliases", &error))?;
    let names = aliases.iter().filter_map(|alias| alias.alias_name());
    question.context.add_derived("kms:ResourceAliases", names);
    Ok(())
}

fn entry(grant: GrantListEntry) -> Entry {
    let constraints = grant.constraints;
    let constraints = constraints.map(|constraints| Constraints {
        encryption_context_subset: constraints
            .encryption_context_subset
            .map(|pairs| pairs.into_iter().collect()),
        encryption_context_equals: constraints
            .encryption_context_equals
            .map(|pairs| pairs.into_iter().collect()),
        source_arn: constraints.source_arn,
    });
    let operations = grant.operations.unwrap_or_default();
    Entry {
        key_id: grant.key_id,
        grant_id: grant.grant_id.unwrap_or_default(),
        grantee_principal: grant.grantee_principal,
        operations: operations
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
        constraints: constraints.unwrap_or_default(),
    }
}

/// The Region of a key's ARN, where the question must be asked whatever Region is configured.
fn region_of(key: &str) -> Option<&str> {
    key.strip_prefix("arn:")?
        .split(':')
        .nth(2)
        .filter(|region| !region.is_empty())
}

/// Why a server did not answer.
pub(crate) fn refused<E, R>(operation: &str, error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error.as_service_error() {
        Some(answer) => {
            let code = answer.code().unwrap_or("an unknown error");
            let message = answer.message().unwrap_or_default();
            format!("{operation}: {code}: {message}")
        }
        None => format!("{operation}: {}", DisplayErrorContext(error)),
    }
}

const PARTS: &str = "The key policy and the grants were read from the server and weighed here; the caller's policies and \
     boundary were weighed by IAM's SimulatePrincipalPolicy, which knows no grants.";
const UNSEEN_SESSION: &str = "Policies that the session itself was limited to are sealed in its token and not seen: \
     --session-policy gives them.";

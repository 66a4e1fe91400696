//! The question as it was asked, and its answer from files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use claviger_model::KeyIdentifier;
use claviger_policy::{Principal, PrincipalKind};

use super::action::Action;
use super::caller;
use super::case::{Case, Target};
use super::context::Context;
use super::grants::{Grants, Listing};
use super::source::{Kind, Source, read_text};

/// What the command line says of the call.
pub(crate) struct Asked<'a> {
    pub(crate) caller: &'a str,
    pub(crate) caller_id: Option<&'a str>,
    pub(crate) caller_role: Option<&'a str>,
    pub(crate) caller_tags: &'a [(String, String)],
    pub(crate) action: Action,
    pub(crate) key: Option<String>,
    pub(crate) key_policy: Option<&'a Path>,
    pub(crate) session_policies: &'a [PathBuf],
    pub(crate) conditions: &'a [(String, String)],
    pub(crate) encryption_context: &'a [(String, String)],
}

/// The policies that are read from files alone.
pub(crate) struct Files {
    pub(crate) identity: Vec<PathBuf>,
    pub(crate) boundary: Option<PathBuf>,
    pub(crate) grants: Option<PathBuf>,
}

/// A call that somebody wonders about.
pub(crate) struct Question {
    pub(crate) caller: Principal,
    pub(crate) action: Action,
    /// Any identifier; none for an action that is done to no key.
    pub(crate) key: Option<String>,
    pub(crate) context: Context,
    pub(crate) key_policy: Option<Source>,
    pub(crate) session: Option<Vec<Source>>,
    /// What the reader should know of how the policies are come by.
    pub(crate) notes: Vec<String>,
}

impl Question {
    /// Reads it.
    ///
    /// # Errors
    /// A text for the user: what makes no sense, or cannot be read.
    pub(crate) fn read(asked: Asked<'_>) -> Result<Self, String> {
        let action = asked.action.as_str();
        match (&asked.key, asked.action.is_keyless()) {
            (None, false) => return Err(format!("{action} needs --key")),
            (Some(_), true) => return Err(format!("{action} is done to no key: leave --key out")),
            (Some(_), false) | (None, true) => {}
        }
        let asks_twice = action.ends_with("Alias");
        let read = |kind, path: &Path| Source::read(kind, path);
        let session = asked.session_policies.iter();
        let session: Vec<Source> = session
            .map(|path| read(Kind::Session, path))
            .collect::<Result<_, _>>()?;
        let mut context = Context::default();
        for (name, value) in asked.conditions {
            context.add(name, value);
        }
        for (name, value) in asked.caller_tags {
            context.add(&format!("aws:PrincipalTag/{name}"), value);
        }
        for (name, value) in asked.encryption_context {
            context.add_encryption_context(name, value);
        }
        // The call that is imagined is direct.
        context.add_derived("aws:ViaAWSService", ["false"]);
        context.add_derived("aws:PrincipalIsAWSService", ["false"]);
        Ok(Self {
            caller: caller::principal(asked.caller, asked.caller_id, asked.caller_role)?,
            action: asked.action,
            key: asked.key,
            context,
            key_policy: asked
                .key_policy
                .map(|path| read(Kind::Key, path))
                .transpose()?,
            session: (!session.is_empty()).then_some(session),
            notes: asks_twice
                .then(|| ASKS_TWICE.to_owned())
                .into_iter()
                .collect(),
        })
    }

    /// The case that files make of it.
    ///
    /// # Errors
    /// A text for the user that names the file.
    pub(crate) fn answer_from(self, files: &Files) -> Result<Case, String> {
        let target = self.target_by_arn()?;
        let identity = files.identity.iter();
        let identity = identity.map(|path| Source::read(Kind::Identity, path));
        let identity: Vec<Source> = identity.collect::<Result<_, _>>()?;
        let boundary = files.boundary.as_deref();
        let boundary = boundary.map(|path| Source::read(Kind::Boundary, path));
        let grants = match (&files.grants, &target) {
            (Some(path), Target::Key(arn, _)) => Some(read_grants(path, arn)?),
            (Some(_), Target::Any | Target::Alias(_)) => return Err("grants are for keys".into()),
            (None, _) => None,
        };
        match (&target, &self.key_policy) {
            (Target::Key(..), None) => return Err("--offline needs --key-policy".into()),
            (Target::Any | Target::Alias(_), Some(_)) => {
                return Err(format!("{} asks no key policy here", self.action.as_str()));
            }
            (Target::Key(..), Some(_)) | (Target::Any | Target::Alias(_), None) => {}
        }
        self.with(target, identity, boundary.transpose()?, grants)
    }

    /// The case of these policies. An account root has its own rights beside them.
    ///
    /// # Errors
    /// None that a policy of the user's could cause.
    pub(crate) fn with(
        mut self,
        target: Target,
        mut identity: Vec<Source>,
        boundary: Option<Source>,
        grants: Option<Grants>,
    ) -> Result<Case, String> {
        let everything = Source::parse(Kind::Identity, "account root".into(), EVERYTHING.into())?;
        let everything_policy = Arc::clone(&everything.policy);
        if self.caller.kind == PrincipalKind::Root {
            identity.push(everything);
        }
        if let Target::Key(arn, _) | Target::Alias(arn) = &target {
            let region = arn.split(':').nth(REGION_OF_ARN);
            self.context.add_derived("aws:RequestedRegion", region);
        }
        Ok(Case {
            caller: self.caller,
            action: self.action,
            target,
            context: self.context,
            key_policy: self.key_policy,
            identity,
            boundary,
            session: self.session,
            grants,
            everything: everything_policy,
            notes: self.notes,
        })
    }

    /// The resource, where the ARN of the key or alias was given, or there is none.
    ///
    /// # Errors
    /// A text for the user.
    pub(crate) fn target_by_arn(&self) -> Result<Target, String> {
        let Some(key) = &self.key else {
            return Ok(Target::Any);
        };
        match KeyIdentifier::parse(key) {
            Ok(KeyIdentifier::Arn(arn)) => Ok(Target::Key(key.clone(), arn.account)),
            Ok(KeyIdentifier::AliasArn(_)) if self.action.as_str().ends_with("Alias") => {
                Ok(Target::Alias(key.clone()))
            }
            Ok(_) | Err(_) => Err(format!("{key}: not the ARN of a key")),
        }
    }
}

fn read_grants(path: &Path, key_arn: &str) -> Result<Grants, String> {
    let source = path.display().to_string();
    let text = read_text(path, GRANTS_BYTES_MAX)?;
    let listing: Result<Listing, _> = serde_json::from_str(&text);
    let listing = listing.map_err(|error| format!("{source}: {error}"))?;
    let list = listing.of_key(key_arn);
    Ok(Grants {
        list: list.map_err(|problem| format!("{source}: {problem}"))?,
        source,
    })
}

/// A key has at most 50,000 grants, of which ListGrants prints about 600 bytes each.
const GRANTS_BYTES_MAX: u64 = 67_108_864;
const REGION_OF_ARN: usize = 3;
const ASKS_TWICE: &str =
    "Operations on aliases ask twice, on the key and on the alias; this is one of the two.";

/// What the root of an account may do, as far as its account goes.
pub(crate) const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

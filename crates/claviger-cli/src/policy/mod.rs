//! `claviger policy`: why a call is allowed or denied.

mod action;
mod caller;
mod case;
mod context;
mod documents;
mod explanation;
mod grants;
mod prose;
mod question;
mod server;
mod simulation;
mod source;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use self::action::Action;
use self::case::Case;
use self::explanation::{Explanation, Outcome};
use self::question::Question;
use crate::tell;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Explain why a call is allowed or denied: the decision, and the statement that made it.
    ///
    /// With --offline, the policies are read from files. Without, a server is asked, AWS or Claviger: the key's policy,
    /// grants, tags and aliases are read from KMS and weighed here, and IAM's SimulatePrincipalPolicy weighs the caller's
    /// own policies and permissions boundary. Endpoint, Region and credentials are those of every AWS tool:
    /// AWS_ENDPOINT_URL, AWS_REGION, AWS_PROFILE, AWS_ACCESS_KEY_ID and so on. Nothing is changed.
    Explain(Box<Explain>),
}

/// The call, and where the policies are.
#[derive(Args)]
#[command(after_help = EXAMPLES, max_term_width = 120)]
pub(crate) struct Explain {
    /// Who calls: a user, a role, a session of a role, or an account root.
    #[arg(long, value_name = "ARN")]
    caller: String,
    /// The caller's unique id, AIDA…, AROA… or AROA…:SESSION, for policies that name it.
    #[arg(long, value_name = "ID", requires = "offline")]
    caller_id: Option<String>,
    /// The role of a session, when the role has a path.
    #[arg(long, value_name = "ARN", requires = "offline")]
    caller_role: Option<String>,
    /// A tag of the caller; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    caller_tag: Vec<(String, String)>,
    /// What is called: kms:Decrypt.
    #[arg(long, value_name = "ACTION", value_parser = Action::parse)]
    action: Action,
    /// The key: its ARN, or with a server also its id or an alias. None for actions that have none, such as kms:ListKeys.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// The key policy; with a server, one to try instead of the key's own.
    #[arg(long, value_name = "FILE")]
    key_policy: Option<PathBuf>,
    /// A policy of the caller or of its groups; may be repeated.
    #[arg(long, value_name = "FILE", requires = "offline")]
    identity_policy: Vec<PathBuf>,
    /// The caller's permissions boundary.
    #[arg(long, value_name = "FILE", requires = "offline")]
    boundary: Option<PathBuf>,
    /// A policy that the caller's session was limited to; may be repeated.
    #[arg(long, value_name = "FILE")]
    session_policy: Vec<PathBuf>,
    /// The key's grants, as ListGrants prints them.
    #[arg(long, value_name = "FILE", requires = "offline")]
    grants: Option<PathBuf>,
    /// The value of a condition key, aws:SourceIp=192.0.2.1; repeated for further values and keys.
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    condition: Vec<(String, String)>,
    /// A pair of the call's encryption context; may be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    encryption_context: Vec<(String, String)>,
    /// Read files only and ask no server.
    #[arg(long)]
    offline: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Command) -> ExitCode {
    let Command::Explain(arguments) = command;
    let json = arguments.json;
    let told = arguments.case().map(Case::explain).and_then(|told| {
        let text = if json {
            as_json(&told)?
        } else {
            prose::prose(&told)
        };
        tell(&text)?;
        Ok(told.decision)
    });
    match told {
        Ok(Outcome::Allowed) => ExitCode::SUCCESS,
        Ok(Outcome::ExplicitDeny | Outcome::ImplicitDeny) => ExitCode::from(1),
        Err(text) => {
            eprintln!("claviger: {text}");
            ExitCode::from(UNUSABLE)
        }
    }
}

impl Explain {
    fn case(self) -> Result<Case, String> {
        let offline = self.offline;
        let files = question::Files {
            identity: self.identity_policy,
            boundary: self.boundary,
            grants: self.grants,
        };
        let question = Question::read(question::Asked {
            caller: &self.caller,
            caller_id: self.caller_id.as_deref(),
            caller_role: self.caller_role.as_deref(),
            caller_tags: &self.caller_tag,
            action: self.action,
            key: self.key,
            key_policy: self.key_policy.as_deref(),
            session_policies: &self.session_policy,
            conditions: &self.condition,
            encryption_context: &self.encryption_context,
        })?;
        if offline {
            question.answer_from(&files)
        } else {
            server::case(question)
        }
    }
}

fn as_json(told: &Explanation) -> Result<String, String> {
    serde_json::to_string_pretty(told).map_err(|error| error.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("the form is NAME=VALUE".to_owned()),
    }
}

/// What cannot be read, and the code that clap uses for wrong arguments.
const UNUSABLE: u8 = 2;

const EXAMPLES: &str = "\
Examples:
  claviger policy explain --caller arn:aws:iam::111122223333:user/alice \\
      --action kms:Decrypt --key alias/payroll --encryption-context department=hr

  claviger policy explain --offline --caller arn:aws:iam::111122223333:user/alice \\
      --action kms:Decrypt --key arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab \\
      --key-policy key.json --identity-policy alice.json --boundary boundary.json

Exit codes:
  0  allowed
  1  denied
  2  wrong arguments, unreadable files, a server that does not answer";

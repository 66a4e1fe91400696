//! `clavigerd account` and `clavigerd status`: commands to a running server.

use std::{error::Error, path::PathBuf, process::ExitCode};

use crate::control::{AccessKey, Request, client::ask};

/// The flags of `clavigerd account`.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Create an account and print its root access key, as lines for a shell.
    Create(Create),
    /// Print the accounts.
    List(Folder),
    /// Void every session that a user or role has now; whoever may still ask for a new one gets it.
    RevokeSessions(Revoke),
}

#[derive(clap::Args)]
struct Create {
    /// Twelve digits.
    account_id: String,
    /// The access key id of the account's root; a random one unless given.
    #[arg(long, requires = "secret_access_key")]
    access_key_id: Option<String>,
    /// The secret access key of the account's root.
    #[arg(long, requires = "access_key_id")]
    secret_access_key: Option<String>,
    #[command(flatten)]
    folder: Folder,
}

#[derive(clap::Args)]
struct Revoke {
    /// The ARN of the user or role.
    #[arg(long, value_name = "ARN")]
    principal: String,
    #[command(flatten)]
    folder: Folder,
}

/// Which server is meant.
#[derive(clap::Args)]
pub struct Folder {
    /// The data folder of the running server.
    #[arg(long, default_value = "claviger-data")]
    data_dir: PathBuf,
}

/// Runs one command.
///
/// # Errors
/// No server runs on the data folder, or it refuses.
pub fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    match &options.command {
        Command::Create(create) => {
            let id = create.access_key_id.clone();
            let access_key = id.zip(create.secret_access_key.clone());
            let request = Request::CreateAccount {
                account_id: create.account_id.clone(),
                access_key: access_key.map(|(id, secret)| AccessKey {
                    id,
                    secret: secret.into(),
                }),
            };
            print(&create.folder, &request)
        }
        Command::List(folder) => print(folder, &Request::ListAccounts),
        Command::RevokeSessions(revoke) => {
            let principal_arn = revoke.principal.clone();
            print(&revoke.folder, &Request::RevokeSessions { principal_arn })
        }
    }
}

/// Prints how the server is.
///
/// # Errors
/// No server runs on the data folder.
pub fn status(folder: &Folder) -> Result<ExitCode, Box<dyn Error>> {
    print(folder, &Request::Status)
}

fn print(folder: &Folder, request: &Request) -> Result<ExitCode, Box<dyn Error>> {
    let answer = ask(&folder.data_dir, request)?;
    print!("{}", *answer);
    Ok(ExitCode::SUCCESS)
}

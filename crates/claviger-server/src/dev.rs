//! `clavigerd dev`: one process, one data folder, ready at once.

use std::{
    error::Error,
    fmt::Write as _,
    io::Write as _,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use claviger_audit::{Ack, Place};
use claviger_core::{Core, jobs};
use claviger_iam::{Authentication, RootCredentials, create_account, last_used};
use claviger_model::{AccountId, Region, Secret};
use claviger_store::end_process;

use crate::{
    assemble::{Assembled, Choices, Extras, assemble, real_epoch_ms},
    control::server::{Control, ControlSocket},
    data::{DataFolder, Unusable},
    environment,
    journal::Journal,
    listen::{Refusals, Settings, Signatures, Threads, Tls, listen},
    open_files::connections_max,
};

mod clock;
mod stop;

/// The flags of `clavigerd dev`.
#[derive(clap::Args)]
pub struct Options {
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:9911")]
    listen: SocketAddr,
    /// The folder that holds everything.
    #[arg(long, default_value = "claviger-data")]
    data_dir: PathBuf,
    /// The account, created at the first start.
    #[arg(long, default_value = "111122223333", value_parser = parse_account)]
    account: AccountId,
    /// The Region that clients use unless they name another; every Region of the aws partition is served.
    #[arg(long, default_value = "us-east-1", value_parser = parse_region)]
    region: String,
    /// The access key id of the account's root, at the first start.
    #[arg(long, requires = "secret_access_key")]
    access_key_id: Option<String>,
    /// The secret access key of the account's root, at the first start.
    #[arg(long, requires = "access_key_id")]
    secret_access_key: Option<String>,
    /// When a call may be answered: `write` once the log survives a killed process, `fsync` once it survives a power cut.
    #[arg(long, default_value = "write", value_parser = parse_ack)]
    audit_ack: Ack,
    /// The certificate, PEM, with its chain behind it: connections are encrypted then.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, PEM, not encrypted.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Accept any credentials. For test suites that were written for emulators; loopback only.
    #[arg(long)]
    any_credentials: bool,
    /// Let `POST /_dev/clock {"advance_seconds": N}` move the service's clock forward; loopback only.
    #[arg(long)]
    test_clock: bool,
    /// Hold callers to the request quotas of AWS, and answer ThrottlingException beyond them.
    #[arg(long)]
    request_quotas: bool,
    /// Take the keys of an identity provider from a file (a JWK set) instead of asking the provider. May be repeated.
    #[arg(long, value_name = "ISSUER=FILE", value_parser = parse_jwks)]
    jwks: Vec<(String, PathBuf)>,
    /// Threads that serve connections, each with its own runtime. As many as the process may use processors stay on one each;
    /// 0 serves on one multi-thread runtime instead.
    #[arg(long, default_value_t = default_threads())]
    threads: usize,
}

/// Runs until SIGTERM or SIGINT, or until its terminal is closed.
///
/// # Errors
/// The data folder or the address can't be used.
pub fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let _journal = Journal::start()?;
    if (options.any_credentials || options.test_clock) && !options.listen.ip().is_loopback() {
        return Err("--any-credentials and --test-clock are refused outside loopback".into());
    }
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => Some(Tls::from_files(certificate, key)?),
        (None, _) | (_, None) => None,
    };
    let folder = DataFolder::open_or_create(&options.data_dir)?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(serve(options, tls, &folder))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(
    options: &Options,
    tls: Option<Tls>,
    folder: &DataFolder,
) -> Result<(), Box<dyn Error>> {
    stop::outlive_file_size_limit()?;
    let socket = TcpListener::bind(options.listen)?;
    let service = Arc::new(assemble(folder, choices(options)).await?);
    let root = root_credentials(options, &service).await?;
    let jobs = jobs::start(Arc::clone(&service.core));
    let standing = tokio::spawn(end_without(folder.places()?, Arc::clone(&service.core)));
    let uses = last_used::start(Arc::clone(&service.core), Arc::clone(&service.iam));
    let scheme = if tls.is_some() { "https" } else { "http" };
    let endpoint = format!("{scheme}://{}", socket.local_addr()?);
    let environment = environment::exports(&endpoint, &root, &options.region)?;
    let refused = |path| move |source| Unusable::Io { path, source };
    let refusals = Refusals::logged(&folder.security_log(), real_epoch_ms);
    let refusals = Arc::new(refusals.map_err(refused(folder.security_log()))?);
    let control = Control {
        service: Arc::clone(&service),
        refusals: Arc::clone(&refusals),
        endpoint: endpoint.clone(),
        region: options.region.clone(),
    };
    let socket_path = options.data_dir.join("control.sock");
    let commands = ControlSocket::bind(folder).map_err(refused(socket_path))?;
    let control = tokio::spawn(commands.serve(control));
    // Who reads that the server is ready may ask it to stop the next moment.
    let stop = stop::requested()?;
    folder.write("dev.env", environment.as_bytes())?;
    announce(options, &endpoint, &service.audit_key);
    let settings = Settings {
        signatures: if options.any_credentials {
            Signatures::ParsedOnly
        } else {
            Signatures::Verified
        },
        threads: match options.threads {
            0 => Threads::Callers,
            own => Threads::Own(own),
        },
        tls,
        refusals,
        connections_max: connections_max(Settings::default().connections_max),
        ..Settings::default()
    };
    listen(socket, Arc::clone(&service), settings, stop).await?;
    control.abort();
    standing.abort();
    jobs.abort();
    uses.abort();
    if let Err(error) = last_used::write_due(&service.core, &service.iam).await {
        tracing::error!(%error, "the last uses of access keys were not written down");
    }
    service.core.close().await;
    Ok(())
}

fn choices(options: &Options) -> Choices {
    let authentication = if options.any_credentials {
        Authentication::AnyCredentials {
            default_account: options.account,
        }
    } else {
        Authentication::Verified
    };
    let extras: Box<dyn Extras> = if options.test_clock {
        Box::new(clock::TestClock)
    } else {
        Box::new(NoExtras)
    };
    Choices {
        ack: options.audit_ack,
        authentication,
        regions: Region::is_in_aws_partition,
        extras,
        request_quotas: options.request_quotas,
        key_set_files: options.jwks.iter().cloned().collect(),
    }
}

/// The root credentials of the account; the first start creates it.
async fn root_credentials(
    options: &Options,
    service: &Assembled,
) -> Result<RootCredentials, Box<dyn Error>> {
    if let Some(existing) = RootCredentials::of(&service.iam, options.account).await? {
        if options.access_key_id.is_some() {
            say(
                "The account exists already: --access-key-id and --secret-access-key are not used.\n",
            );
        }
        return Ok(existing);
    }
    let root = match (&options.access_key_id, &options.secret_access_key) {
        (Some(id), Some(secret)) => RootCredentials::chosen(id, Secret::copy_of(secret.as_bytes()))
            .ok_or("clients could not sign with these --access-key-id and --secret-access-key")?,
        (None, _) | (_, None) => RootCredentials::generate(&*service.core.rng)?,
    };
    create_account(&service.core, &service.iam, options.account, &root).await?;
    Ok(root)
}

/// Says how the server is reached. `dev.env` says the same, so that nobody has to listen.
fn announce(options: &Options, endpoint: &str, audit_key: &str) {
    let mut text = format!(
        "clavigerd is ready.\n  endpoint   {endpoint}\n  account    {}\n  data       {}\n  audit key  {audit_key}\n\n  Use it:    source {} && aws kms list-keys\n",
        options.account,
        options.data_dir.display(),
        environment::word(&options.data_dir.join("dev.env").to_string_lossy()),
    );
    let mut warn = |warning: std::fmt::Arguments<'_>| {
        let _ = writeln!(text, "  WARNING:   {warning}");
    };
    if options.any_credentials {
        warn(format_args!(
            "--any-credentials: nobody's signature is verified, and every audit event says so."
        ));
    }
    if options.test_clock {
        warn(format_args!(
            "--test-clock: POST {endpoint}/_dev/clock moves the clock, without a signature."
        ));
    }
    if options.tls_cert.is_none() && !options.listen.ip().is_loopback() {
        warn(format_args!(
            "the connection is not encrypted, and others can reach this address."
        ));
    }
    say(&text);
}

/// Standard output may be closed, full, or a pipe that nobody reads any more.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Ends the process when its files are no longer where it would look for them at its next start.
async fn end_without(places: Vec<Place>, core: Arc<Core>) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let gone = places.iter().find_map(Place::lost).map(Path::to_owned);
        if let Some(gone) = gone.or_else(|| core.audit_lost()) {
            let gone = gone.display();
            end_process(&format!(
                "clavigerd: {gone} was removed or replaced; ending, for nothing more can be kept"
            ));
        }
    }
}

/// Nothing besides the API.
struct NoExtras;

impl Extras for NoExtras {
    fn serve(
        &self,
        _: &Arc<Core>,
        _: http::Request<bytes::Bytes>,
    ) -> Option<crate::listen::Pending<http::Response<bytes::Bytes>>> {
        None
    }
}

fn parse_account(text: &str) -> Result<AccountId, String> {
    AccountId::parse(text).map_err(|_| "an account id has twelve digits".to_owned())
}

fn parse_region(text: &str) -> Result<String, String> {
    Region::parse(text)
        .ok()
        .filter(Region::is_in_aws_partition)
        .map(|region| region.to_string())
        .ok_or_else(|| "no Region of the aws partition".to_owned())
}

fn parse_jwks(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((issuer, file)) if issuer.starts_with("https://") && !file.is_empty() => {
            Ok((issuer.to_owned(), file.into()))
        }
        Some(_) | None => Err("https://ISSUER=FILE".to_owned()),
    }
}

fn parse_ack(text: &str) -> Result<Ack, String> {
    match text {
        "write" => Ok(Ack::Write),
        "fsync" => Ok(Ack::Fsync),
        _ => Err("write or fsync".to_owned()),
    }
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

const LOOK_EVERY: Duration = Duration::from_secs(1);

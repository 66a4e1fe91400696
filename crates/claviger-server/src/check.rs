//! `clavigerd check`: everything in a data folder that no server uses, verified offline.

use std::{
    error::Error,
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    sync::Arc,
};

use claviger_audit::VerifierKey;
use claviger_core::{
    check::{self, Reader},
    records::Records,
};
use claviger_crypto::barrier::Barrier;

use crate::{
    assemble::{log_origin, open_store},
    data::DataFolder,
};

/// The flags of `clavigerd check`.
#[derive(clap::Args)]
pub struct Options {
    /// The folder.
    #[arg(long, default_value = "claviger-data")]
    data_dir: PathBuf,
}

/// Prints what is wrong, one line each, and a summary.
///
/// # Errors
/// The folder can't be read at all.
pub fn run(options: &Options) -> Result<ExitCode, Box<dyn Error>> {
    let folder = DataFolder::open(&options.data_dir)?;
    let keyring = folder.existing_keyring()?;
    folder.refuse_losses()?;
    // EXPOSE: only its public half is used.
    let key = VerifierKey::of_seed(&log_origin(&keyring), keyring.audit_seed().expose())?;
    let store = open_store(&folder)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let findings = runtime.block_on(async {
        store.integrity_check().await?;
        let records = Records::new(Arc::new(store), Arc::new(Barrier::new(keyring)));
        let readers: Vec<Reader> = check::READERS
            .into_iter()
            .chain(claviger_iam::READERS)
            .collect();
        check::run(&records, &folder.audit(), &key, &readers).await
    })?;
    let mut output = io::stdout().lock();
    for line in findings.notes.iter().chain(&findings.problems) {
        writeln!(output, "{line}")?;
    }
    writeln!(
        output,
        "{} records and {} log lines checked, {} problems",
        findings.records,
        findings.lines,
        findings.problems.len()
    )?;
    Ok(if findings.problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

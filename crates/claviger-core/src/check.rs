//! Is everything as the log says? Each record is opened and read, the log is verified, and the two are held against each
//! other.
//!
//! Every change's event carries the SHA-256 of each sealed value that it wrote. So a record that was put back to an
//! older state, swapped for another or taken away is seen, although the older value would open. What is not seen is a
//! store and a log that were rolled back together; only a checkpoint kept elsewhere tells that.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::Path,
};

use claviger_audit::{
    VerifierKey,
    verify::{self, Verdict},
};
use serde::Deserialize;

use crate::records::{
    AliasRecord, ClockRecord, Due, ErasureRecord, Fault, GrantRecord, GrantTallyRecord,
    ImportDayRecord, KeyRecord, KeyStoresRecord, ListedKeyRecord, MaterialRecord, OutboxRecord,
    Record, Records, RetirableRecord, TombstoneRecord,
};

/// What was looked at and what is wrong.
#[derive(Debug, Default)]
pub struct Findings {
    /// Records opened.
    pub records: usize,
    /// Log lines verified.
    pub lines: u64,
    /// One sentence each.
    pub problems: Vec<String>,
    /// Worth knowing, but nothing wrong.
    pub notes: Vec<String>,
}

/// How the records of one table are read.
pub struct Reader {
    table: &'static str,
    reads: fn(u8, &[u8]) -> bool,
}

impl Reader {
    /// The reader of `T`'s table.
    pub const fn of<T: Record>() -> Self {
        Self {
            table: T::TABLE,
            reads: |format, bytes| T::read(format, bytes).is_ok(),
        }
    }

    /// Whether these bytes, which stood behind this format byte, are a record of the table.
    pub fn reads(&self, format: u8, bytes: &[u8]) -> bool {
        (self.reads)(format, bytes)
    }
}

/// The tables of this crate.
pub const READERS: [Reader; 14] = [
    Reader::of::<AliasRecord>(),
    Reader::of::<ClockRecord>(),
    Reader::of::<Due>(),
    Reader::of::<ErasureRecord>(),
    Reader::of::<GrantRecord>(),
    Reader::of::<GrantTallyRecord>(),
    Reader::of::<ImportDayRecord>(),
    Reader::of::<KeyRecord>(),
    Reader::of::<KeyStoresRecord>(),
    Reader::of::<ListedKeyRecord>(),
    Reader::of::<MaterialRecord>(),
    Reader::of::<OutboxRecord>(),
    Reader::of::<RetirableRecord>(),
    Reader::of::<TombstoneRecord>(),
];

/// Checks a store and its log; nobody else may have them open.
///
/// # Errors
/// The store or the log can't be read at all. What is wrong in them is no error: the findings tell it.
pub async fn run(
    records: &Records,
    audit: &Path,
    key: &VerifierKey,
    readers: &[Reader],
) -> Result<Findings, Box<dyn Error>> {
    let mut findings = Findings::default();
    check_log(audit, key, &mut findings)?;
    let mut marks = Marks::default();
    if findings.problems.is_empty() {
        marks.read_log(audit)?;
    }
    let found = check_records(records, readers, &mut marks, &mut findings).await?;
    if findings.lines > 0 && marks.complete {
        reconcile(&marks, &found, &mut findings);
    }
    Ok(findings)
}

fn check_log(
    audit: &Path,
    key: &VerifierKey,
    findings: &mut Findings,
) -> Result<(), Box<dyn Error>> {
    let report = verify::verify(audit, std::slice::from_ref(key), None)?;
    findings.lines = report.nodes.iter().map(|node| node.lines).sum();
    for finding in report.nodes.iter().flat_map(|node| &node.findings) {
        match report.verdict() {
            // A killed process leaves a torn line; the next start cuts it.
            Verdict::Torn => findings.notes.push(finding.to_string()),
            Verdict::Proven | Verdict::Unproven | Verdict::Truncated | Verdict::Altered => {
                findings.problems.push(finding.to_string());
            }
        }
    }
    if report.verdict() == Verdict::Unproven {
        findings
            .problems
            .push("the audit log's origin is not proven".to_owned());
    }
    Ok(())
}

/// What the events say of each record: its version and the digest of its sealed value.
#[derive(Default)]
struct Marks {
    by_path: BTreeMap<String, Mark>,
    /// The ids of the log's events.
    logged: BTreeSet<String>,
    /// Whether every event was read.
    complete: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    version: u64,
    /// None once the record was removed.
    sha256: Option<[u8; 32]>,
}

#[derive(Deserialize)]
struct EventChanges {
    #[serde(rename = "eventID")]
    event_id: String,
    claviger: Option<ChangedRecords>,
}

#[derive(Deserialize)]
struct ChangedRecords {
    records: Vec<ChangedRecord>,
}

#[derive(Deserialize)]
struct ChangedRecord {
    table: String,
    id: String,
    version: u64,
    sha256: Option<String>,
}

impl Marks {
    fn read_log(&mut self, audit: &Path) -> Result<(), Box<dyn Error>> {
        for line in verify::lines(audit)? {
            // A torn last line was reported already; its event, if it changed anything, is in the outbox.
            let Ok(line) = line else { break };
            let event: EventChanges = serde_json::from_slice(&line.event)?;
            self.logged.insert(event.event_id.clone());
            self.apply(event)?;
        }
        self.complete = true;
        Ok(())
    }

    /// An event of the outbox is newer than the whole log, unless the log has it already: then what came after it counts,
    /// or an older store would bring along the event that excuses it.
    fn read_outbox(&mut self, event: &[u8]) -> Result<(), Box<dyn Error>> {
        let event: EventChanges = serde_json::from_slice(event)?;
        if self.logged.contains(&event.event_id) {
            return Ok(());
        }
        self.apply(event)
    }

    fn apply(&mut self, event: EventChanges) -> Result<(), Box<dyn Error>> {
        for change in event
            .claviger
            .into_iter()
            .flat_map(|claviger| claviger.records)
        {
            let id = String::from_utf8(hex::decode(change.id)?)?;
            let mut digest = [0; 32];
            if let Some(text) = &change.sha256 {
                hex::decode_to_slice(text, &mut digest)?;
            }
            let mark = Mark {
                version: change.version,
                sha256: change.sha256.map(|_| digest),
            };
            self.by_path.insert(format!("{}/{id}", change.table), mark);
        }
        Ok(())
    }
}

/// Opens every record; gives their marks, but for those that no event tells of: the outbox's are events themselves.
async fn check_records(
    records: &Records,
    readers: &[Reader],
    marks: &mut Marks,
    findings: &mut Findings,
) -> Result<BTreeMap<String, Mark>, Box<dyn Error>> {
    let mut found = BTreeMap::new();
    let mut waiting = Vec::new();
    let mut after: Option<Vec<u8>> = None;
    loop {
        let page = records.kv.scan(b"", after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.key.clone());
        for entry in &page {
            findings.records = findings.records.saturating_add(1);
            let path = String::from_utf8_lossy(&entry.key).into_owned();
            match open(records, readers, &path, &entry.value) {
                Ok(Opened::Event(event)) => waiting.push((entry.revision, event)),
                Ok(Opened::OwedErasure) => findings.notes.push(
                    "something was deleted and is not erased yet: the next start makes up for it"
                        .to_owned(),
                ),
                Ok(Opened::Version(version)) => {
                    let sha256 = Some(claviger_crypto::sha256(&entry.value));
                    found.insert(path, Mark { version, sha256 });
                }
                Err(fault) => findings.problems.push(format!("{path}: {fault}")),
            }
        }
    }
    // What has not reached the log yet comes behind it, in the order of the commits.
    waiting.sort_by_key(|(revision, _)| *revision);
    for (_, event) in waiting {
        marks.read_outbox(&event)?;
    }
    Ok(found)
}

enum Opened {
    Event(Vec<u8>),
    /// It says only what is still to be done.
    OwedErasure,
    Version(u64),
}

fn open(records: &Records, readers: &[Reader], path: &str, sealed: &[u8]) -> Result<Opened, Fault> {
    let unknown = Fault::Format("none");
    let (table, id) = path.split_once('/').ok_or(unknown)?;
    let reader = readers
        .iter()
        .find(|reader| reader.table == table)
        .ok_or(Fault::Format("none"))?;
    let opened = records.barrier.open(table, id.as_bytes(), sealed);
    let opened = opened.map_err(|_| Fault::Sealed(path.to_owned()))?;
    // EXPOSE: only to see that it can be read.
    let (format, bytes) = opened
        .plaintext
        .expose()
        .split_first()
        .ok_or(Fault::Format(reader.table))?;
    if !reader.reads(*format, bytes) {
        return Err(Fault::Format(reader.table));
    }
    if table == OutboxRecord::TABLE {
        return Ok(Opened::Event(OutboxRecord::read(*format, bytes)?.event));
    }
    if table == ErasureRecord::TABLE {
        return Ok(Opened::OwedErasure);
    }
    Ok(Opened::Version(opened.version))
}

fn reconcile(marks: &Marks, found: &BTreeMap<String, Mark>, findings: &mut Findings) {
    for (path, logged) in &marks.by_path {
        match (logged.sha256, found.get(path)) {
            (Some(_), None) => findings.problems.push(format!(
                "{path}: missing; the log has version {}",
                logged.version
            )),
            (Some(_), Some(stored)) if stored != logged => {
                findings.problems.push(format!(
                    "{path}: version {} in the store is not version {} of the log",
                    stored.version, logged.version
                ));
            }
            (None, Some(_)) => findings
                .problems
                .push(format!("{path}: removed by the log, but in the store")),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    for path in found
        .keys()
        .filter(|path| !marks.by_path.contains_key(*path))
    {
        findings
            .problems
            .push(format!("{path}: in the store, but no event wrote it"));
    }
}

const PAGE: usize = 500;

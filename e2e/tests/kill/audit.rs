//! What the audit log must hold: every acknowledged call, once.

use std::collections::BTreeMap;
use std::path::Path;

use claviger_e2e::events;

/// Request ids of acknowledged calls, with their operations.
#[derive(Default)]
pub(crate) struct Acknowledged(BTreeMap<String, &'static str>);

impl Acknowledged {
    /// Adds what one round acknowledged.
    pub(crate) fn extend(&mut self, calls: Vec<(String, &'static str)>) {
        for (request_id, operation) in calls {
            let twice = self.0.insert(request_id.clone(), operation);
            assert!(twice.is_none(), "request id {request_id} was given twice");
        }
    }

    /// Compares with the log, and answers how many calls there are.
    ///
    /// # Errors
    /// Calls that the log lacks, holds twice, or names otherwise.
    pub(crate) fn check(&self, log: &Path) -> Result<u64, String> {
        let mut logged: BTreeMap<String, String> = BTreeMap::new();
        for event in events(log) {
            let Some(request_id) = event["requestID"].as_str() else {
                continue;
            };
            let name = event["eventName"].as_str().unwrap_or_default().to_owned();
            if logged.insert(request_id.to_owned(), name).is_some() {
                return Err(format!("the audit log holds request {request_id} twice"));
            }
        }
        for (request_id, operation) in &self.0 {
            match logged.get(request_id) {
                Some(name) if name == operation => {}
                other => {
                    return Err(format!(
                        "the audit log holds {other:?} for {operation} {request_id}"
                    ));
                }
            }
        }
        u64::try_from(self.0.len()).map_err(|error| error.to_string())
    }
}

use tokio::sync::broadcast::{self, error::RecvError};

use crate::Revision;

/// One key that a commit changed. The value is not carried: a watcher that needs it reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which key.
    pub key: Vec<u8>,
    /// The revision of the commit.
    pub revision: Revision,
    /// What happened to it.
    pub kind: ChangeKind,
}

/// What happened to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// It was written.
    Put,
    /// It was removed.
    Delete,
}

/// What a watcher learns next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Watched {
    /// A key under the prefix changed.
    Changed(Change),
    /// The watcher was too slow and that many changes of the whole store passed unseen: it must forget what it knows.
    Lagged(u64),
}

/// The changes under a prefix, in the order of their revisions.
#[derive(Debug)]
pub struct Watch {
    prefix: Vec<u8>,
    changes: broadcast::Receiver<Change>,
}

impl Watch {
    /// Waits for the next change; `None` once the store is closed. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Watched> {
        loop {
            match self.changes.recv().await {
                Ok(change) if change.key.starts_with(&self.prefix) => {
                    return Some(Watched::Changed(change));
                }
                Ok(_) => {}
                Err(RecvError::Lagged(missed)) => return Some(Watched::Lagged(missed)),
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// The engine's side of every [`Watch`].
#[derive(Clone)]
pub(crate) struct Feed(broadcast::Sender<Change>);

impl Feed {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(CHANGES_KEPT))
    }

    pub(crate) fn watch(&self, prefix: &[u8]) -> Watch {
        Watch {
            prefix: prefix.to_vec(),
            changes: self.0.subscribe(),
        }
    }

    /// Called in the order of revisions, and before the commit is answered.
    pub(crate) fn publish(&self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            // The only error is that nobody watches.
            let _ = self.0.send(change);
        }
    }
}

/// How far a watcher may fall behind: 32 of the largest batches.
const CHANGES_KEPT: usize = 4096;

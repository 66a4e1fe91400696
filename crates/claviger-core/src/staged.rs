//! What an operation wants to change. Operations stage; only the pipeline and the jobs commit.

use claviger_model::{AccountId, Secret};
use claviger_store::Revision;

use crate::records::{Fault, Place, Record};

/// Writes that will be committed together, or not at all.
#[derive(Default)]
pub struct Staged {
    pub(crate) writes: Vec<Write>,
    /// Records that must still be as they were read, though they do not change: path and revision.
    pub(crate) expect: Vec<(String, Revision)>,
    pub(crate) then: Vec<Then>,
    pub(crate) erase: bool,
}

/// Runs after the commit and before the answer: puts the change in force in a cache. Without a revision the change is
/// not known to have happened, and what a cache holds of it may be old.
pub type Then = Box<dyn FnOnce(Option<Revision>) + Send + Sync>;

pub(crate) struct Write {
    pub(crate) place: Place,
    /// The revision that the record must still have; 0 when it must not exist.
    pub(crate) expect: Option<Revision>,
    pub(crate) change: Change,
}

pub(crate) enum Change {
    Put { version: u64, plaintext: Secret },
    Delete,
}

impl Staged {
    /// Whether nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Stages a record that must not exist yet.
    pub fn create<T: Record>(
        &mut self,
        id: String,
        account: Option<&AccountId>,
        record: &T,
    ) -> Result<(), Fault> {
        self.put(Place::of::<T>(id, account), Some(0), 1, record)
    }

    /// Stages the next version of a record that must still be as it was read.
    pub fn replace<T: Record>(
        &mut self,
        id: String,
        account: Option<&AccountId>,
        read: (u64, Revision),
        record: &T,
    ) -> Result<(), Fault> {
        let (version, revision) = read;
        self.put(
            Place::of::<T>(id, account),
            Some(revision),
            version.saturating_add(1),
            record,
        )
    }

    /// Stages a record whose content follows from its id, so that writing it twice is no change.
    pub fn set<T: Record>(
        &mut self,
        id: String,
        account: Option<&AccountId>,
        record: &T,
    ) -> Result<(), Fault> {
        self.put(Place::of::<T>(id, account), None, 1, record)
    }

    /// Stages the removal of a record; `expect` is the revision at which it was read, where that matters.
    pub fn remove<T: Record>(
        &mut self,
        id: String,
        account: Option<&AccountId>,
        expect: Option<Revision>,
    ) {
        self.writes.push(Write {
            place: Place::of::<T>(id, account),
            expect,
            change: Change::Delete,
        });
    }

    /// Has the commit fail unless a record is still as it was read.
    pub fn expect<T: Record>(&mut self, id: String, revision: Revision) {
        self.expect
            .push((Place::of::<T>(id, None).path(), revision));
    }

    /// Asks that what is deleted here is physically unreadable before the answer leaves.
    pub fn erase(&mut self) {
        self.erase = true;
    }

    /// Adds what must happen once the commit has ended.
    pub fn then(&mut self, act: impl FnOnce(Option<Revision>) + Send + Sync + 'static) {
        self.then.push(Box::new(act));
    }

    fn put<T: Record>(
        &mut self,
        place: Place,
        expect: Option<Revision>,
        version: u64,
        record: &T,
    ) -> Result<(), Fault> {
        let plaintext = record.plaintext()?;
        self.writes.push(Write {
            place,
            expect,
            change: Change::Put { version, plaintext },
        });
        Ok(())
    }
}

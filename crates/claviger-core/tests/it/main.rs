//! The service from outside: calls go in at the pipeline's front, and what they leave in the store and in the audit log
//! is looked at. The store is in memory and can be made to fail; the clock stands still unless the test moves it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod asymmetric;
mod ceremony;
mod clock_jumps;
mod coverage;
mod faults;
mod grant_lists;
mod grant_use;
mod grants;
mod imports;
mod job_runs;
mod key_stores;
mod last_usage;
mod lockout;
mod managed;
mod model;
mod paging;
mod people;
mod policies;
mod quotas;
mod recovery;
mod region_changes;
mod region_imports;
mod region_rights;
mod regions;
mod related;
mod removal;
mod request_quotas;
mod rotations;
mod scene;
mod secrets;
mod signatures;
mod slow_reader;
mod spellings;
mod states;
mod terms;
mod texts;
mod unwritable;
mod uses;

//! The questions that a read connection answers, each from one snapshot.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::Entry;

pub(super) fn entry(connection: &Connection, key: Vec<u8>) -> rusqlite::Result<Option<Entry>> {
    let mut query = connection.prepare_cached("SELECT value, revision FROM kv WHERE key = ?1")?;
    let found = query
        .query_row([&key], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.map(|(value, revision)| Entry {
        key,
        value,
        revision,
    }))
}

pub(super) fn page(
    connection: &Connection,
    prefix: &[u8],
    after: Option<Vec<u8>>,
    limit: usize,
) -> rusqlite::Result<Vec<Entry>> {
    let first = first_key(prefix, after);
    let mut query = connection
        .prepare_cached("SELECT key, value, revision FROM kv WHERE key >= ?1 ORDER BY key")?;
    let mut rows = query.query([&first])?;
    let mut page = Vec::new();
    while page.len() < limit
        && let Some(row) = rows.next()?
        && row.get_ref(0)?.as_blob()?.starts_with(prefix)
    {
        page.push(read_entry(row)?);
    }
    Ok(page)
}

/// The first thing that is wrong with the file, in words.
pub(super) fn integrity(connection: &Connection) -> rusqlite::Result<Result<(), String>> {
    let verdict: String =
        connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Ok(Err(verdict));
    }
    let misdated: u64 = connection.query_row(MISDATED, [], |row| row.get(0))?;
    Ok(if misdated == 0 {
        Ok(())
    } else {
        Err(format!("{misdated} entries have a revision that never was"))
    })
}

/// The smallest key that may be on the page: the key right behind `after` is `after` with a zero byte.
fn first_key(prefix: &[u8], after: Option<Vec<u8>>) -> Vec<u8> {
    match after {
        Some(mut after) if after.as_slice() >= prefix => {
            after.push(0);
            after
        }
        Some(_) | None => prefix.to_vec(),
    }
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<Entry> {
    Ok(Entry {
        key: row.get(0)?,
        value: row.get(1)?,
        revision: row.get(2)?,
    })
}

const MISDATED: &str = "
    SELECT count(*) FROM kv WHERE revision < 1 OR revision > (SELECT revision FROM store)
";

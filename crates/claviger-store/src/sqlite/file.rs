//! Opening the file: who may read it, what must stand in it, how SQLite is to treat it.

use std::fs::{File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failure::explain;
use crate::Error;

/// The writer's connection, to a file that exists from here on and is ours.
pub(super) fn open(path: &Path) -> Result<Connection, Error> {
    create(path).map_err(|error| unavailable(path, &error))?;
    let connection = connect(path).map_err(|error| explain(&error))?;
    identify(&connection)?;
    sync_folder(path).map_err(|error| unavailable(path, &error))?;
    connection
        .execute_batch(WRITER_SETTINGS)
        .map_err(|error| explain(&error))?;
    Ok(connection)
}

/// A connection that cannot change anything, to a file that [`open`] has seen.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    let connection = connect(path).map_err(|error| explain(&error))?;
    connection
        .execute_batch("PRAGMA query_only = ON")
        .map_err(|error| explain(&error))?;
    Ok(connection)
}

/// Where SQLite appends before it writes to `path` itself.
pub(super) fn wal_of(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    wal.into()
}

/// SQLite gives the files beside the database the mode of the database.
fn create(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(OWNER_ONLY)
        .open(path)?;
    file.set_permissions(Permissions::from_mode(OWNER_ONLY))
}

/// Makes the names of the database and its WAL durable, once both exist: SQLite ignores it when this fails.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.execute_batch(SETTINGS)?;
    Ok(connection)
}

/// Creates the schema in an empty file; leaves every other file untouched unless it is a store of this version.
fn identify(connection: &Connection) -> Result<(), Error> {
    let number = |query| {
        connection
            .query_row(query, [], |row| row.get::<_, i64>(0))
            .map_err(|error| explain(&error))
    };
    let application = number("PRAGMA application_id")?;
    let version = number("PRAGMA user_version")?;
    let tables = number("SELECT count(*) FROM sqlite_schema")?;

    let empty = (application, version, tables) == (0, 0, 0);
    if !empty && application != APPLICATION_ID {
        return Err(Error::Refused("the file is not a Claviger store".into()));
    }
    if !empty && version != SCHEMA_VERSION {
        return Err(Error::Refused(format!(
            "the file has schema version {version}, not {SCHEMA_VERSION}"
        )));
    }
    let journal = switch_to_wal(connection).map_err(|error| explain(&error))?;
    if journal != ["wal"] {
        return Err(Error::Refused(
            "the file system cannot share memory between connections".into(),
        ));
    }
    if empty {
        let identity = format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION};"
        );
        let schema = format!("BEGIN IMMEDIATE; {SCHEMA} {identity} COMMIT;");
        connection
            .execute_batch(&schema)
            .map_err(|error| explain(&error))?;
    }
    Ok(())
}

/// Takes the statement to its end: it commits after it has answered, and only the step behind the answer says
/// whether that went well.
fn switch_to_wal(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("PRAGMA journal_mode = WAL")?
        .query_map([], |row| row.get(0))?
        .collect()
}

fn unavailable(path: &Path, error: &io::Error) -> Error {
    Error::Unavailable(format!("{}: {error}", path.display()))
}

const OWNER_ONLY: u32 = 0o600;

/// "Clav".
const APPLICATION_ID: i64 = 0x436c_6176;

const SCHEMA_VERSION: i64 = 1;

const SCHEMA: &str = "
    CREATE TABLE kv (
        key      BLOB PRIMARY KEY NOT NULL,
        value    BLOB NOT NULL,
        revision INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE store (
        only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
        revision INTEGER NOT NULL
    ) STRICT;
    INSERT INTO store VALUES (1, 0);
";

/// The automatic checkpoint is off because SQLite ignores its errors, a failed fsync among them; the writer checkpoints.
/// Temporary files are kept in memory because they would hold values outside the store.
const SETTINGS: &str = "
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
    PRAGMA wal_autocheckpoint = 0;
    PRAGMA temp_store = MEMORY;
";

/// 32 MiB: with SQLite's 2 MiB the writer of a 100 MiB store reads pages again for half of its time.
const WRITER_SETTINGS: &str = "PRAGMA cache_size = -32768";

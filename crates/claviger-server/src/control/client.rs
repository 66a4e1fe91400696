//! The asking side: a command of the operator.

use std::{
    error::Error,
    io::{self, ErrorKind, Read, Write},
    os::unix::net::UnixStream,
    path::Path,
    time::Duration,
};

use zeroize::Zeroizing;

use super::{Answer, Request, empty_line, line};
use crate::data::SocketPath;

/// Asks the server that runs on this data folder.
///
/// # Errors
/// No server runs there, it does not answer, or it refuses.
pub(crate) fn ask(data_dir: &Path, request: &Request) -> Result<Zeroizing<String>, Box<dyn Error>> {
    let mut stream = connect(data_dir)?;
    stream.set_read_timeout(Some(answer_at_most(request)))?;
    stream.write_all(&line(request)?)?;
    let mut answer = empty_line();
    stream.read_to_end(&mut answer).map_err(unanswered)?;
    let answer: Answer = serde_json::from_slice(&answer)
        .map_err(|_| "the server ended the connection without an answer")?;
    Ok(answer?.0)
}

fn connect(data_dir: &Path) -> Result<UnixStream, Box<dyn Error>> {
    let connected = SocketPath::of(data_dir).and_then(|socket| UnixStream::connect(socket.path()));
    connected.map_err(|error| {
        let folder = data_dir.display();
        let nobody = [ErrorKind::NotFound, ErrorKind::ConnectionRefused].contains(&error.kind());
        if nobody {
            format!("no server runs on the data folder {folder}; start one: clavigerd dev --data-dir {folder}").into()
        } else {
            format!("the server of the data folder {folder}: {error}").into()
        }
    })
}

/// A status is at hand; all else may wait for the store.
fn answer_at_most(request: &Request) -> Duration {
    match request {
        Request::Status => Duration::from_secs(5),
        Request::CreateAccount { .. } | Request::ListAccounts | Request::RevokeSessions { .. } => {
            Duration::from_secs(30)
        }
    }
}

fn unanswered(error: io::Error) -> Box<dyn Error> {
    // What a read says when its time is up.
    if error.kind() == ErrorKind::WouldBlock {
        "the server runs but does not answer: it is stopped, or its machine is overloaded".into()
    } else {
        error.into()
    }
}

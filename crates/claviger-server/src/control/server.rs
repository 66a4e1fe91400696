//! The answering side.

use std::{fs, io, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use bytes::BufMut;
use claviger_iam::{RootCredentials, accounts, create_account, revoke_sessions};
use claviger_model::{AccountId, Secret};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
    time::timeout,
};
use zeroize::Zeroizing;

use super::{AccessKey, Answer, LINE_BYTES_MAX, Request, Text, empty_line, line};
use crate::{
    assemble::Assembled,
    data::{DataFolder, SocketPath},
    environment,
    listen::{Readiness, Refusals, Service},
};

/// What the commands of the operator work on.
pub(crate) struct Control {
    pub(crate) service: Arc<Assembled>,
    pub(crate) refusals: Arc<Refusals>,
    /// What the printed exports name.
    pub(crate) endpoint: String,
    pub(crate) region: String,
}

/// The socket that commands connect to; the file goes with this value.
pub(crate) struct ControlSocket {
    listener: UnixListener,
    path: SocketPath,
}

impl ControlSocket {
    /// Makes the socket. One that a killed server left gives way: the folder's lock says that it serves nobody.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn bind(folder: &DataFolder) -> io::Result<Self> {
        let path = folder.socket()?;
        match fs::remove_file(path.path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        // The process's file mask leaves it to the owner from the first moment.
        let listener = UnixListener::bind(path.path())?;
        fs::set_permissions(path.path(), fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers commands, one after the other but for those that take too long, until dropped.
    pub(crate) async fn serve(self, control: Control) {
        let control = Arc::new(control);
        loop {
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let serving = Arc::clone(&control).serve(stream);
                    if !matches!(finished(serving).await, Some(Ok(()))) {
                        tracing::warn!("a command on the control socket got no answer");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the control socket accepts nothing");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path.path());
    }
}

impl Control {
    async fn serve(self: Arc<Self>, mut stream: UnixStream) -> io::Result<()> {
        if stream.peer_cred()?.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let asked = timeout(COMMAND_AT_MOST, read_line(&mut stream)).await??;
        let answer = match serde_json::from_slice(&asked) {
            Ok(request) => self.answer(request).await,
            Err(_) => {
                Err("the server does not know this command; is it of another version?".into())
            }
        };
        timeout(COMMAND_AT_MOST, stream.write_all(&line(&answer)?)).await?
    }

    async fn answer(&self, request: Request) -> Answer {
        match request {
            Request::CreateAccount {
                account_id,
                access_key,
            } => self.create_account(&account_id, access_key).await,
            Request::ListAccounts => self.list_accounts().await,
            Request::RevokeSessions { principal_arn } => {
                let (core, iam) = (&self.service.core, &self.service.iam);
                revoke_sessions(core, iam, &principal_arn)
                    .await
                    .map(|()| format!("the sessions of {principal_arn} are void\n").into())
                    .map_err(|error| error.to_string())
            }
            Request::Status => Ok(self.status().into()),
        }
    }

    async fn create_account(&self, account_id: &str, access_key: Option<AccessKey>) -> Answer {
        let account = AccountId::parse(account_id)
            .map_err(|_| format!("{account_id} is no account id: it has twelve digits"))?;
        let (core, iam) = (&self.service.core, &self.service.iam);
        let root = match access_key {
            Some(AccessKey { id, secret }) => {
                RootCredentials::chosen(&id, Secret::copy_of(secret.0.as_bytes()))
                    .ok_or("clients could not sign with this access key")?
            }
            None => RootCredentials::generate(&*core.rng).map_err(|error| error.to_string())?,
        };
        create_account(core, iam, account, &root)
            .await
            .map_err(|error| error.to_string())?;
        environment::exports(&self.endpoint, &root, &self.region)
            .map(Text)
            .map_err(|error| error.to_string())
    }

    async fn list_accounts(&self) -> Answer {
        let accounts = accounts(&self.service.iam)
            .await
            .map_err(|error| error.to_string())?;
        let lines = accounts.iter().map(|account| {
            let keys = account.root_access_key_ids.join(", ");
            format!(
                "{}  created {}  root access keys {keys}\n",
                account.id, account.created
            )
        });
        Ok(lines.collect::<String>().into())
    }

    fn status(&self) -> String {
        let readiness = match self.service.readiness() {
            Readiness::Ready => "ready".to_owned(),
            Readiness::NotReady(reason) => format!("not ready: {reason}"),
        };
        let refused = self
            .refusals
            .counts()
            .map(|(reason, count)| format!("  {count:>10}  {}\n", reason.name()));
        let lead_seconds = self.service.core.clock.lead_ms() / 1000;
        let clock = match lead_seconds {
            0 => String::new(),
            set => format!(
                "the system clock was set by {set:+} s since the start: what is due by its date waits for the later of both\n"
            ),
        };
        format!(
            "{readiness}\n{clock}endpoint {}\nfailed TLS handshakes since the start: {}\nrefused authentications since the start:\n{}",
            self.endpoint,
            self.refusals.handshakes_failed(),
            refused.collect::<String>()
        )
    }
}

/// What a command asks, read into a buffer that never grows.
async fn read_line(stream: &mut UnixStream) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut line = empty_line();
    let mut room = (&mut *line).limit(LINE_BYTES_MAX);
    while stream.read_buf(&mut room).await? > 0 && !room.get_ref().ends_with(b"\n") {}
    Ok(line)
}

/// The outcome, if it comes in time. What has begun is finished in any case: a change must not stop half-way.
async fn finished<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let task = tokio::spawn(work);
    timeout(COMMAND_AT_MOST, task).await.ok()?.ok()
}

const COMMAND_AT_MOST: Duration = Duration::from_secs(20);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use tokio::{sync::oneshot, time::sleep};

    use super::*;

    #[tokio::test]
    async fn a_command_is_read_in_one_piece_and_no_longer_than_a_line() {
        for (sent, read) in [(10, 10), (LINE_BYTES_MAX + 10, LINE_BYTES_MAX)] {
            let (mut asking, mut answering) = UnixStream::pair().unwrap();
            let mut bytes = vec![b' '; sent - 1];
            bytes.push(b'\n');
            let asked = tokio::spawn(async move { asking.write_all(&bytes).await });
            let line = read_line(&mut answering).await.unwrap();
            assert_eq!((line.len(), line.capacity()), (read, LINE_BYTES_MAX));
            drop(answering);
            let _ = asked.await.unwrap();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_command_that_takes_too_long_is_finished_all_the_same() {
        let (done, told) = oneshot::channel();
        let slow = async move {
            sleep(COMMAND_AT_MOST * 2).await;
            done.send(()).unwrap();
        };
        assert_eq!(finished(slow).await, None);
        told.await.unwrap();
        assert_eq!(finished(async { 5 }).await, Some(5));
    }
}

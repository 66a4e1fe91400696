//! Where the keys of identity providers come from: over HTTPS from the provider, or from a file.
//!
//! A provider is a stranger whose address an account's administrator chose. So there is one deadline for all of it, a
//! limit on every answer, no redirect is followed, and nothing on this machine or on its own link is ever connected to.

use std::{
    collections::BTreeMap, future::Future, net::IpAddr, path::PathBuf, pin::Pin, sync::Arc,
    time::Duration,
};

use claviger_iam::web_identity::{KeySetSource, Unavailable};
use http::{Request, StatusCode, Uri, header, uri::Scheme};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::{net::TcpStream, sync::Semaphore};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, ClientConfig, RootCertStore, crypto::aws_lc_rs, pki_types::ServerName},
};

/// The keys of the issuers in `files`, and those of all others over HTTPS.
pub struct KeySetFiles {
    /// Issuer (`https://...`) to file.
    pub files: BTreeMap<String, PathBuf>,
    /// For everybody else.
    pub web: Web,
}

impl KeySetSource for KeySetFiles {
    fn fetch<'a>(
        &'a self,
        issuer: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Unavailable>> + Send + 'a>> {
        Box::pin(async move {
            let Some(file) = self.files.get(issuer).cloned() else {
                return self.web.key_set(issuer).await;
            };
            tokio::task::spawn_blocking(move || std::fs::read(file))
                .await
                .map_err(|error| unavailable(&error))?
                .map_err(|error| unavailable(&error))
        })
    }
}

/// A client that reads small documents over HTTPS.
pub struct Web {
    tls: TlsConnector,
    may_connect: fn(IpAddr) -> bool,
    slots: Semaphore,
}

impl Web {
    /// A client that trusts whom this machine trusts.
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn of_system() -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        for error in found.errors {
            tracing::warn!(%error, "a certificate of the system cannot be read");
        }
        roots.add_parsable_certificates(found.certs);
        Self::new(roots, may_connect)
    }

    /// A client that trusts `roots` and connects where `may_connect` lets it.
    ///
    /// # Errors
    /// The TLS library refuses its own defaults.
    pub fn new(
        roots: RootCertStore,
        may_connect: fn(IpAddr) -> bool,
    ) -> Result<Self, rustls::Error> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            tls: Arc::new(config).into(),
            may_connect,
            slots: Semaphore::new(FETCHES_MAX),
        })
    }

    /// The key set that an issuer's configuration names.
    ///
    /// # Errors
    /// Whatever goes wrong, and the deadline.
    // OpenID Connect Discovery 1.0, section 4.
    pub async fn key_set(&self, issuer: &str) -> Result<Vec<u8>, Unavailable> {
        #[derive(Deserialize)]
        struct Configuration {
            issuer: String,
            jwks_uri: String,
        }
        let fetched = async {
            let _slot = self
                .slots
                .acquire()
                .await
                .map_err(|error| unavailable(&error))?;
            let place = format!(
                "{}/.well-known/openid-configuration",
                issuer.trim_end_matches('/')
            );
            let text = self.get(&place).await?;
            let found: Configuration =
                serde_json::from_slice(&text).map_err(|error| unavailable(&error))?;
            if found.issuer != issuer {
                return Err(Unavailable(
                    "the configuration is of another issuer".to_owned(),
                ));
            }
            self.get(&found.jwks_uri).await
        };
        tokio::time::timeout(DEADLINE, fetched)
            .await
            .unwrap_or_else(|late| Err(unavailable(&late)))
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, Unavailable> {
        let url: Uri = url
            .parse()
            .map_err(|error: http::uri::InvalidUri| unavailable(&error))?;
        let authority = url
            .authority()
            .filter(|_| url.scheme() == Some(&Scheme::HTTPS));
        let authority = authority.ok_or_else(|| Unavailable(format!("{url} is not HTTPS")))?;
        // Without what may stand before an `@`: no credentials are sent to anybody.
        let host_and_port = match authority.port_u16() {
            Some(port) => format!("{}:{port}", authority.host()),
            None => authority.host().to_owned(),
        };
        let path = url
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let request = Request::get(path)
            .header(header::HOST, &host_and_port)
            .header(header::ACCEPT, "application/json")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|error| unavailable(&error))?;

        let stream = self
            .connect(authority.host(), authority.port_u16().unwrap_or(443))
            .await?;
        let name = ServerName::try_from(bare(authority.host()).to_owned())
            .map_err(|error| unavailable(&error))?;
        let stream = self
            .tls
            .connect(name, stream)
            .await
            .map_err(|error| unavailable(&error))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| unavailable(&error))?;
        let answer = async {
            let response = sender
                .send_request(request)
                .await
                .map_err(|error| unavailable(&error))?;
            if response.status() != StatusCode::OK {
                return Err(Unavailable(format!("{url} answers {}", response.status())));
            }
            let body = Limited::new(response.into_body(), BODY_BYTES_MAX);
            let body = body.collect().await.map_err(|error| unavailable(&error))?;
            Ok(body.to_bytes().to_vec())
        };
        // The connection runs beside the answer and ends with it.
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            biased;
            answered = &mut answer => answered,
            ended = connection => {
                ended.map_err(|error| unavailable(&error))?;
                answer.await
            }
        }
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, Unavailable> {
        let found = tokio::net::lookup_host((bare(host), port))
            .await
            .map_err(|error| unavailable(&error))?;
        // What was looked up is what is connected to: a second answer of the name server changes nothing.
        let allowed: Vec<_> = found
            .filter(|address| (self.may_connect)(address.ip().to_canonical()))
            .collect();
        if allowed.is_empty() {
            return Err(Unavailable(format!(
                "{host} has no address that may be connected to"
            )));
        }
        TcpStream::connect(&*allowed)
            .await
            .map_err(|error| unavailable(&error))
    }
}

/// Whether a provider may be at this address. Private networks are where providers on own ground are; but this machine,
/// its own link (with the metadata services of clouds) and what is no single machine never are.
fn may_connect(address: IpAddr) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !(link_local || address.is_loopback() || address.is_unspecified() || address.is_multicast())
}

/// An IPv6 address stands in brackets in a URL.
fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn unavailable(cause: &impl std::fmt::Display) -> Unavailable {
    Unavailable(cause.to_string())
}

/// For name service, connection, and both documents together.
const DEADLINE: Duration = Duration::from_secs(5);
const BODY_BYTES_MAX: usize = 256 * 1024;
/// Providers that are asked at the same time.
const FETCHES_MAX: usize = 16;

#[cfg(test)]
mod tests;

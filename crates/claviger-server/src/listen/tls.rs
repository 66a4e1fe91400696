//! TLS 1.2 and 1.3 before HTTP, with a key exchange that a quantum computer does not undo later where the client has it too.

use std::{fmt, fs, io, path::Path, sync::Arc, time::Duration};

use claviger_core::call::TlsSession;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, CipherSuite, NamedGroup, ProtocolVersion, ServerConfig, ServerConnection,
        crypto::{
            CryptoProvider,
            aws_lc_rs::{self, kx_group},
        },
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        version::{TLS12, TLS13},
    },
    server::TlsStream,
};
use zeroize::Zeroizing;

/// How connections are encrypted: by a certificate with its chain, and its key.
#[derive(Clone)]
pub struct Tls {
    acceptor: TlsAcceptor,
}

impl Tls {
    /// Reads a certificate with its chain, the server's own first, and its private key, not encrypted; both PEM.
    ///
    /// # Errors
    /// A file cannot be read or holds nothing of the kind, or the two do not belong together. The text is for the operator.
    pub fn from_files(certificate: &Path, key: &Path) -> Result<Self, String> {
        let chain = chain(certificate)?;
        let private_key = private_key(key)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])
            .map_err(|error| error.to_string())?
            .with_no_client_auth()
            .with_single_cert(chain, private_key)
            .map_err(|error| unfit(certificate, key, &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self {
            acceptor: Arc::new(config).into(),
        })
    }

    /// Agrees with the client within `at_most`.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
        at_most: Duration,
    ) -> io::Result<(TlsStream<TcpStream>, TlsSession)> {
        let stream = tokio::time::timeout(at_most, self.acceptor.accept(stream)).await??;
        let session = session(stream.get_ref().1);
        Ok((stream, session))
    }
}

/// Says nothing of the key.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls")
    }
}

/// In the order of preference; a client that has only the last ones is still served.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/pqtls.html>
fn provider() -> CryptoProvider {
    CryptoProvider {
        kx_groups: vec![
            kx_group::X25519MLKEM768,
            kx_group::X25519,
            kx_group::SECP256R1,
            kx_group::SECP384R1,
        ],
        ..aws_lc_rs::default_provider()
    }
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = fs::read(file).map_err(|error| at(file, &error))?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| at(file, &error))?;
    if chain.is_empty() {
        return Err(at(file, &"there is no certificate in it, in PEM"));
    }
    Ok(chain)
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let pem = fs::read(file)
        .map(Zeroizing::new)
        .map_err(|error| at(file, &error))?;
    // The parser's own errors quote the line that they stumble over.
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| {
        let encrypted = pem.windows(ENCRYPTED.len()).any(|bytes| bytes == ENCRYPTED);
        let reason = if encrypted {
            "the private key in it is encrypted; it must be readable without a passphrase"
        } else {
            "there is no private key in it, in PEM"
        };
        at(file, &reason)
    })
}

fn unfit(certificate: &Path, key: &Path, error: &rustls::Error) -> String {
    if matches!(error, rustls::Error::InconsistentKeys(_)) {
        return format!(
            "{} is not the private key of the first certificate in {}",
            key.display(),
            certificate.display()
        );
    }
    let invalid = matches!(error, rustls::Error::InvalidCertificate(_));
    at(if invalid { certificate } else { key }, error)
}

fn at(file: &Path, reason: &dyn fmt::Display) -> String {
    format!("{}: {reason}", file.display())
}

fn session(connection: &ServerConnection) -> TlsSession {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "TLSv1.2",
        // Nothing else is offered.
        _ => "TLSv1.3",
    };
    let suite = connection
        .negotiated_cipher_suite()
        .map(|suite| suite.suite());
    let group = connection
        .negotiated_key_exchange_group()
        .map(|group| group.name());
    TlsSession {
        version,
        cipher_suite: suite.and_then(|suite| named(&SUITES, suite)),
        key_exchange: group.and_then(|group| named(&GROUPS, group)),
    }
}

fn named<T: PartialEq + Copy>(names: &[(T, &'static str)], wanted: T) -> Option<&'static str> {
    let found = names.iter().find(|(own, _)| *own == wanted);
    found.map(|(_, name)| *name)
}

/// CloudTrail's names: those of the standard for TLS 1.3, those of OpenSSL before.
///
/// AWS: <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html>
const SUITES: [(CipherSuite, &str); 9] = [
    (
        CipherSuite::TLS13_AES_128_GCM_SHA256,
        "TLS_AES_128_GCM_SHA256",
    ),
    (
        CipherSuite::TLS13_AES_256_GCM_SHA384,
        "TLS_AES_256_GCM_SHA384",
    ),
    (
        CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
        "TLS_CHACHA20_POLY1305_SHA256",
    ),
    (
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-ECDSA-AES128-GCM-SHA256",
    ),
    (
        CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-ECDSA-AES256-GCM-SHA384",
    ),
    (
        CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-ECDSA-CHACHA20-POLY1305",
    ),
    (
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        "ECDHE-RSA-AES128-GCM-SHA256",
    ),
    (
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        "ECDHE-RSA-AES256-GCM-SHA384",
    ),
    (
        CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        "ECDHE-RSA-CHACHA20-POLY1305",
    ),
];

const GROUPS: [(NamedGroup, &str); 4] = [
    (NamedGroup::X25519MLKEM768, "X25519MLKEM768"),
    (NamedGroup::X25519, "x25519"),
    (NamedGroup::secp256r1, "secp256r1"),
    (NamedGroup::secp384r1, "secp384r1"),
];

/// In the PEM label of PKCS#8, and in the header of the older form.
const ENCRYPTED: &[u8] = b"ENCRYPTED";

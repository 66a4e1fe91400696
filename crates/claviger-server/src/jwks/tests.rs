use std::{
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
};

use tokio_rustls::rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use super::*;

#[test]
fn this_machine_and_its_link_are_out_of_reach() {
    for address in [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "169.254.169.254",
        "fe80::1",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "255.255.255.255",
    ] {
        assert!(!may_connect(address.parse().unwrap()), "{address}");
    }
    for address in [
        "10.0.0.7",
        "192.168.1.1",
        "203.0.113.9",
        "2001:db8::1",
        "fd00::1",
    ] {
        assert!(may_connect(address.parse().unwrap()), "{address}");
    }
    // A v4 address in v6 clothes is still that address.
    let mapped: IpAddr = "::ffff:127.0.0.1".parse().unwrap();
    assert!(!may_connect(mapped.to_canonical()));
}

#[tokio::test]
async fn the_configuration_leads_to_the_keys() {
    let idp = Idp::start(|issuer, path| match path {
        "/.well-known/openid-configuration" => ok(&format!(
            r#"{{"issuer":"{issuer}","jwks_uri":"{issuer}/keys?v=1"}}"#
        )),
        "/keys?v=1" => ok(r#"{"keys":[]}"#),
        _ => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    });
    let keys = idp.web(|_| true).key_set(&idp.issuer).await.unwrap();
    assert_eq!(keys, br#"{"keys":[]}"#);
}

#[tokio::test]
async fn a_provider_that_does_otherwise_is_refused() {
    let configuration =
        |issuer: &str, keys: &str| ok(&format!(r#"{{"issuer":"{issuer}","jwks_uri":"{keys}"}}"#));
    type Behaviour = Box<dyn Fn(&str, &str) -> String + Send + Sync>;
    let behaviours: [(&str, Behaviour); 6] = [
        (
            "is of another issuer",
            Box::new(move |_, _| configuration("https://other.example", "https://x")),
        ),
        (
            "is not HTTPS",
            Box::new(move |issuer, _| configuration(issuer, "http://127.0.0.1/keys")),
        ),
        (
            "302",
            Box::new(|issuer, _| {
                format!(
                    "HTTP/1.1 302 Found\r\nLocation: {issuer}/keys\r\nContent-Length: 0\r\n\r\n"
                )
            }),
        ),
        (
            "length limit",
            Box::new(|_, _| ok(&" ".repeat(BODY_BYTES_MAX + 1))),
        ),
        ("expected", Box::new(|_, _| ok("no JSON"))),
        (
            "",
            Box::new(|_, _| "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".to_owned()),
        ),
    ];
    for (expected, behaviour) in behaviours {
        let idp = Idp::start(behaviour);
        let Unavailable(cause) = idp.web(|_| true).key_set(&idp.issuer).await.unwrap_err();
        assert!(cause.contains(expected), "{expected}: {cause}");
    }
}

#[tokio::test]
async fn a_stranger_in_the_middle_is_refused() {
    let idp = Idp::start(|_, _| ok("{}"));
    let untrusting = Web::new(RootCertStore::empty(), |_| true).unwrap();
    let Unavailable(cause) = untrusting.key_set(&idp.issuer).await.unwrap_err();
    assert!(cause.contains("certificate"), "{cause}");
    // Trusted, but for another name.
    let other = idp.issuer.replace("localhost", "127.0.0.1");
    let Unavailable(cause) = idp.web(|_| true).key_set(&other).await.unwrap_err();
    assert!(cause.contains("certificate"), "{cause}");
}

#[tokio::test]
async fn a_forbidden_address_is_not_connected_to() {
    let idp = Idp::start(|_, _| panic!("somebody connected"));
    let Unavailable(cause) = idp.web(may_connect).key_set(&idp.issuer).await.unwrap_err();
    assert!(cause.contains("no address"), "{cause}");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_says_nothing_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    let web = Web::new(RootCertStore::empty(), |_| true).unwrap();
    let Unavailable(cause) = web
        .key_set(&format!("https://localhost:{port}"))
        .await
        .unwrap_err();
    assert!(cause.contains("elapsed"), "{cause}");
}

#[tokio::test]
async fn a_file_stands_for_its_issuer_only() {
    let folder = std::env::temp_dir();
    let file = folder.join(format!("claviger-jwks-{}", std::process::id()));
    std::fs::write(&file, "{}").unwrap();
    let source = KeySetFiles {
        files: BTreeMap::from([("https://idp.example".to_owned(), file.clone())]),
        web: Web::new(RootCertStore::empty(), |_| false).unwrap(),
    };
    assert_eq!(source.fetch("https://idp.example").await.unwrap(), b"{}");
    assert!(source.fetch("https://localhost").await.is_err());
    std::fs::remove_file(&file).unwrap();
    assert!(source.fetch("https://idp.example").await.is_err());
}

/// A provider on loopback with a certificate of its own for `localhost`.
struct Idp {
    issuer: String,
    roots: RootCertStore,
}

impl Idp {
    fn start(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Self {
        let (certificate, key) = certificate();
        let mut roots = RootCertStore::empty();
        roots.add(certificate.clone()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        let config = Arc::new(config);
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("https://localhost:{}", socket.local_addr().unwrap().port());
        let own = issuer.clone();
        thread::spawn(move || {
            for stream in socket.incoming() {
                let mut stream = stream.unwrap();
                let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
                let mut stream = Stream::new(&mut tls, &mut stream);
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") {
                    match stream.read(&mut byte) {
                        Ok(1) => head.push(byte[0]),
                        Ok(_) | Err(_) => break,
                    }
                }
                let head = String::from_utf8(head).unwrap();
                if let Some(path) = head.split(' ').nth(1) {
                    let _ = stream.write_all(answer(&own, path).as_bytes());
                }
                stream.conn.send_close_notify();
                let _ = stream.flush();
            }
        });
        Self { issuer, roots }
    }

    fn web(&self, may_connect: fn(IpAddr) -> bool) -> Web {
        Web::new(self.roots.clone(), may_connect).unwrap()
    }
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn certificate() -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args([
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-keyout", "-", "-out", "-"])
        .output()
        .unwrap();
    let pem = made.stdout;
    (
        CertificateDer::from_pem_slice(&pem).unwrap(),
        PrivateKeyDer::from_pem_slice(&pem).unwrap(),
    )
}

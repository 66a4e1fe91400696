//! What hostile and broken clients get: a clear 4xx or a closed connection, and everybody else is served on.

use std::{sync::Arc, thread, time::Duration};

use claviger_server::listen::{Refusals, Settings};

use crate::{
    client::{Client, SIGNER, ask, kms, request},
    server::{DATE, Server},
};

fn still_serves(server: &Server) {
    assert_eq!(ask(server.address, &kms("Echo", b"{}")).status, 200);
}

#[test]
fn malformed_http_ends_its_connection_only() {
    let server = Server::start(Settings::default());
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"POST / HTTP/9.9\r\n\r\n",
        b"POST / HTTP/1.1\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost : a\r\n\r\n",
        b"POST / HTTP/1.1\r\nfolded: a\r\n b\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        let mut client = Client::connect(server.address);
        client.send(bytes);
        if let Some(answer) = client.answer() {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
        assert!(client.is_closed(), "{}", bytes.escape_ascii());
    }
    still_serves(&server);
}

#[test]
fn other_methods_paths_and_queries_are_refused() {
    let server = Server::start(Settings::default());
    for (line, status) in [
        ("GET /", 405),
        ("PUT /", 405),
        ("DELETE /", 405),
        ("OPTIONS *", 404),
        ("GET /metrics", 404),
        ("POST /livez", 404),
        ("POST //", 404),
        ("GET /?a=b", 405),
        ("POST /?a=b", 400),
        ("POST /?X-Amz-Algorithm=AWS4-HMAC-SHA256", 400),
        ("GET /?Action=x&X-Amz-Algorithm=AWS4-HMAC-SHA256", 400),
        ("GET /?x-amz-signature=00", 400),
    ] {
        let answer = ask(
            server.address,
            format!("{line} HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n").as_bytes(),
        );
        assert_eq!(answer.status, status, "{line}");
        assert!(answer.body.starts_with("{\"__type\":\""), "{}", answer.body);
        assert!(answer.head.contains("\r\nx-amzn-requestid: "));
    }
}

#[test]
fn headers_have_a_limit() {
    let server = Server::start(Settings::default());
    let with_filler = |bytes| {
        request(
            &[("x-filler", &*"a".repeat(bytes)), ("content-length", "0")],
            ": ",
            b"",
        )
    };
    let over = ask(server.address, &with_filler(17 * 1024));
    assert_eq!(over.status, 400);
    assert!(
        over.body.contains("RequestHeaderFieldsTooLargeException"),
        "{}",
        over.body
    );
    let mut client = Client::connect(server.address);
    client.try_send(&with_filler(1024 * 1024));
    assert!(client.answer().is_none_or(|answer| answer.status == 431));
    let many: String = (0..200).map(|number| format!("h{number}: a\r\n")).collect();
    assert_eq!(
        ask(
            server.address,
            format!("POST / HTTP/1.1\r\n{many}\r\n").as_bytes()
        )
        .status,
        431
    );
    still_serves(&server);
}

#[test]
fn a_body_of_256_kib_is_taken_and_a_larger_one_refused() {
    let server = Server::start(Settings::default());
    let largest = vec![b' '; 256 * 1024];
    assert_eq!(ask(server.address, &kms("Echo", &largest)).status, 200);
    for excess in [1, 100_000, 2_000_000] {
        let mut client = Client::connect(server.address);
        let answer = client.ask(&kms("Echo", &vec![b' '; 256 * 1024 + excess]));
        assert_eq!(answer.status, 400);
        assert!(
            answer.body.contains("RequestEntityTooLargeException"),
            "{}",
            answer.body
        );
        assert!(client.is_closed());
    }
    // Ten gigabytes are refused by their announcement.
    let announced = request(
        &[
            ("x-amz-target", "TrentService.Echo"),
            ("content-length", "10737418240"),
        ],
        ": ",
        b"",
    );
    assert_eq!(ask(server.address, &announced).status, 400);
    let endless = [
        request(
            &[
                ("x-amz-target", "TrentService.Echo"),
                ("transfer-encoding", "chunked"),
            ],
            ": ",
            b"",
        ),
        b"FFFFFF\r\n".to_vec(),
        vec![b' '; 9 * 1024 * 1024],
    ];
    let mut client = Client::connect(server.address);
    client.try_send(&endless.concat());
    assert!(client.answer().is_none_or(|answer| answer.status == 400));
    still_serves(&server);
}

#[test]
fn a_slow_body_is_given_up() {
    let settings = Settings {
        body_timeout: Duration::from_millis(150),
        ..Settings::default()
    };
    let server = Server::start(settings);
    let mut client = Client::connect(server.address);
    let whole = kms("Echo", b"{\"a\":1}");
    client.send(&whole[..whole.len() - 3]);
    let answer = client.answer().unwrap();
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("RequestTimeoutException"));
    assert!(client.is_closed());
}

#[test]
fn a_slow_head_and_an_idle_connection_are_closed() {
    let server = Server::start(Settings {
        head_timeout: HEAD_TIMEOUT,
        ..Settings::default()
    });
    let mut slow = Client::connect(server.address);
    slow.send(b"POST / HTTP/1.1\r\nhost: a\r\n");
    let mut idle = Client::connect(server.address);
    assert_eq!(idle.ask(&kms("Echo", b"{}")).status, 200);
    assert!(slow.answer().is_none_or(|answer| answer.status == 408));
    assert!(idle.is_closed());
}

#[test]
fn a_request_that_has_its_head_is_not_hurried() {
    let server = Server::start(Settings {
        head_timeout: HEAD_TIMEOUT,
        ..Settings::default()
    });
    let mut waiting = Client::connect(server.address);
    waiting.send(&kms("Held", b"{}"));
    let whole = kms("Echo", b"{\"a\":1}");
    let (begin, end) = whole.split_at(whole.len() - 3);
    let mut sending = Client::connect(server.address);
    sending.send(begin);
    // The end of a connection that came later shows that their time is over.
    assert!(Client::connect(server.address).is_closed());
    sending.send(end);
    assert_eq!(sending.answer().unwrap().status, 200);
    server.seen.release.notify_one();
    assert_eq!(waiting.answer().unwrap().status, 200);
    assert!(waiting.is_closed());
}

#[test]
fn a_full_listener_serves_the_next_client_when_one_leaves() {
    let server = Server::start(Settings {
        connections_max: 1,
        ..Settings::default()
    });
    let mut first = Client::connect(server.address);
    assert_eq!(first.ask(&kms("Echo", b"{}")).status, 200);
    let mut second = Client::connect(server.address);
    second.send(&kms("Echo", b"{}"));
    thread::sleep(Duration::from_millis(50));
    drop(first);
    assert_eq!(second.answer().unwrap().status, 200);
}

#[test]
fn a_panic_is_one_failed_request() {
    let server = Server::start(Settings::default());
    let mut client = Client::connect(server.address);
    for operation in ["Panic", "PanicLater"] {
        let answer = client.ask(&kms(operation, b"{}"));
        assert_eq!(answer.status, 500);
        assert!(
            answer.body.contains("\"__type\":\"KMSInternalException\""),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("panicked"));
    }
    assert_eq!(client.ask(&kms("Echo", b"{}")).status, 200);
}

#[test]
fn an_encoded_body_is_refused() {
    let server = Server::start(Settings::default());
    for (encoding, status) in [("gzip", 400), ("aws-chunked", 400), ("identity", 200)] {
        let encoded = String::from_utf8(kms("Echo", b"{}")).unwrap();
        let encoded = encoded.replace(
            "content-length",
            &format!("content-encoding: {encoding}\r\ncontent-length"),
        );
        assert_eq!(
            ask(server.address, encoded.as_bytes()).status,
            status,
            "{encoding}"
        );
    }
}

#[test]
fn refusals_are_counted_by_reason_and_repeated_headers_are_refused() {
    let refusals = Arc::<Refusals>::default();
    let server = Server::start(Settings {
        refusals: Arc::clone(&refusals),
        ..Settings::default()
    });
    let good = String::from_utf8(kms("Echo", b"{}")).unwrap();
    let anonymous = request(
        &[
            ("x-amz-target", "TrentService.Echo"),
            ("content-length", "0"),
        ],
        ": ",
        b"",
    );
    let requests = [
        String::from_utf8(anonymous).unwrap(),
        good.replace("host:", "host: evil\r\nhost:"),
        good.replace("x-amz-date:", &format!("x-amz-date: {DATE}\r\nx-amz-date:")),
        good.replace("127.0.0.1:9911", "evil"),
        good.replace(SIGNER.access_key_id, "AKIDSTRANGER"),
        good.replace("{}", "[]"),
        good.replace("POST /", "POST /?X-Amz-Signature=00"),
    ];
    for bytes in &requests {
        assert_eq!(ask(server.address, bytes.as_bytes()).status, 400);
    }
    let counts: Vec<_> = refusals.counts().map(|(_, count)| count).collect();
    // missing, incomplete, expired, early, query, unsigned header, unsigned payload, scope, unknown,
    // expired token, web identity, mismatch
    assert_eq!(counts, [1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 3]);
}

/// Short to wait for, and longer than any thread of a busy machine waits for its turn.
const HEAD_TIMEOUT: Duration = Duration::from_secs(2);

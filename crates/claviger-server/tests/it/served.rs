//! What well-behaved clients get.

use std::{sync::atomic::Ordering, thread, time::Duration};

use claviger_model::Region;
use claviger_server::{
    listen::{Settings, Signatures, Threads},
    protocol::QueryService,
};

use crate::{
    client::{Client, SIGNER, ask, kms, kms_with, request, sts},
    server::Server,
    signer::Signer,
};

#[test]
fn a_signed_call_is_answered_in_the_dialect_of_kms() {
    let server = Server::start(Settings::default());
    let answer = ask(server.address, &kms("Echo", b"{}"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(
        answer.body,
        r#"{"bytes":2,"region":"us-east-1","from":"127.0.0.1","host":"127.0.0.1:9911"}"#
    );
    assert!(
        answer
            .head
            .contains("\r\ncontent-type: application/x-amz-json-1.1\r\n")
    );
    assert!(answer.head.contains("\r\nx-amzn-requestid: "));
    assert!(answer.head.contains("\r\ndate: "));
    for kept_by_nobody in [
        "cache-control: no-cache, no-store, must-revalidate, private",
        "expires: 0",
        "pragma: no-cache",
    ] {
        assert!(
            answer.head.contains(&format!("\r\n{kept_by_nobody}\r\n")),
            "{answer:?}"
        );
    }
}

#[test]
fn every_shape_of_thread_serves_many_requests_on_many_connections() {
    for threads in [Threads::Callers, Threads::Own(2)] {
        let mut server = Server::start(Settings {
            threads,
            ..Settings::default()
        });
        let mut clients: Vec<_> = (0..5).map(|_| Client::connect(server.address)).collect();
        for _ in 0..3 {
            for client in &mut clients {
                assert_eq!(client.ask(&kms("Echo", b"{}")).status, 200);
            }
        }
        assert_eq!(server.seen.calls.load(Ordering::SeqCst), 15);
        server.join();
    }
}

#[test]
fn header_variants_of_real_clients_are_understood() {
    let server = Server::start(Settings::default());
    for (host, colon) in [
        ("127.0.0.1", ": "),
        ("localhost:9911", ":"),
        ("kms.eu", ":   "),
    ] {
        assert_eq!(
            ask(server.address, &kms_with("Echo", host, colon, b"{}")).status,
            200,
            "{host}"
        );
    }
}

#[test]
fn a_chunked_body_and_a_body_in_pieces_are_whole() {
    let server = Server::start(Settings::default());
    let whole = kms("Echo", b"{\"a\":1}");
    let text = String::from_utf8(whole.clone()).unwrap();
    let chunked = text
        .replace("content-length: 7", "transfer-encoding: chunked")
        .replace("{\"a\":1}", "3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n");
    assert!(
        ask(server.address, chunked.as_bytes())
            .body
            .starts_with("{\"bytes\":7,")
    );

    let mut client = Client::connect(server.address);
    for piece in whole.chunks(40) {
        client.send(piece);
        thread::sleep(Duration::from_millis(2));
    }
    assert!(client.answer().unwrap().body.starts_with("{\"bytes\":7,"));
}

#[test]
fn each_request_of_a_connection_is_told_with_its_own_host() {
    let server = Server::start(Settings::default());
    let mut client = Client::connect(server.address);
    for host in [
        "127.0.0.1:9911",
        "localhost:9911",
        "localhost:9911",
        "127.0.0.1:9911",
    ] {
        let answer = client.ask(&kms_with("Echo", host, ": ", b"{}"));
        let told = format!("\"host\":\"{host}\"");
        assert!(answer.body.contains(&told), "{answer:?}");
    }
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = Server::start(Settings::default());
    let mut client = Client::connect(server.address);
    let body = |length| vec![b' '; length];
    client.send(
        &[
            kms("Echo", &body(1)),
            kms("Refuse", &body(2)),
            kms("Echo", &body(3)),
        ]
        .concat(),
    );
    assert!(client.answer().unwrap().body.starts_with("{\"bytes\":1,"));
    assert_eq!(client.answer().unwrap().status, 400);
    assert!(client.answer().unwrap().body.starts_with("{\"bytes\":3,"));
}

#[test]
fn a_refusal_is_json_with_status_400() {
    let server = Server::start(Settings::default());
    let answer = ask(server.address, &kms("Refuse", b"{}"));
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.body,
        r#"{"__type":"NotFoundException","message":"Key 'a\"b' does not exist"}"#
    );
}

#[test]
fn an_unknown_operation_is_told_before_the_signature_is_looked_at() {
    let server = Server::start(Settings::default());
    for target in [
        "TrentService.Nope",
        "TrentService.echo",
        "DynamoDB_20120810.Echo",
        "",
    ] {
        let answer = ask(
            server.address,
            &request(
                &[("x-amz-target", target), ("content-length", "2")],
                ": ",
                b"{}",
            ),
        );
        assert_eq!(
            (answer.status, &*answer.body),
            (400, r#"{"__type":"UnknownOperationException"}"#),
            "{target}"
        );
    }
}

#[test]
fn a_form_that_is_signed_for_kms_is_answered_in_its_dialect() {
    let server = Server::start(Settings::default());
    let form = b"Action=GetCallerIdentity&Version=2011-06-15";
    let answer = ask(server.address, &sts(&SIGNER, form));
    assert_eq!(
        (answer.status, &*answer.body),
        (400, r#"{"__type":"UnknownOperationException"}"#)
    );
}

#[test]
fn sts_answers_in_xml() {
    let server = Server::start(Settings::default());
    let signer = Signer {
        service: "sts",
        region: "eu-central-1",
        ..SIGNER
    };
    let signer = &signer;
    let good = ask(
        server.address,
        &sts(signer, b"Action=GetCallerIdentity&Version=2011-06-15"),
    );
    assert_eq!(good.status, 200, "{good:?}");
    assert!(good.head.contains("\r\ncontent-type: text/xml\r\n"));
    let start = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                 <GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult>\
                 <ResponseMetadata><RequestId>";
    assert!(good.body.starts_with(start), "{}", good.body);
}

#[test]
fn an_action_that_iam_does_not_know_is_refused_by_iam() {
    let server = Server::start(Settings::default());
    let iam = Signer {
        service: "iam",
        ..SIGNER
    };
    let answer = ask(
        server.address,
        &sts(&iam, b"Action=Nope&Version=2010-05-08"),
    );
    assert!(
        answer.body.contains("<Code>InvalidAction</Code>"),
        "{answer:?}"
    );
    assert_eq!(*server.seen.refused.lock().unwrap(), [QueryService::Iam]);
}

/// Clients that were told an endpoint sign for their own Region; IAM is global and runs in one.
#[test]
fn iam_is_reached_from_every_region_and_runs_in_one() {
    let server = Server::start(Settings::default());
    let body = b"Action=Nope&Version=2010-05-08";
    for (region, signed_for, code) in [
        ("us-east-1", "us-east-1", "InvalidAction"),
        ("eu-central-1", "eu-central-1", "InvalidAction"),
        ("atlantis-1", "atlantis-1", "SignatureDoesNotMatch"),
        // A signature is good for the Region that it names and for no other.
        ("eu-central-1", "us-east-1", "SignatureDoesNotMatch"),
        ("us-east-1", "eu-central-1", "SignatureDoesNotMatch"),
    ] {
        let signer = Signer {
            service: "iam",
            region: signed_for,
            ..SIGNER
        };
        let request = String::from_utf8(sts(&signer, body)).unwrap();
        let (signed, sent) = (format!("/{signed_for}/iam/"), format!("/{region}/iam/"));
        let answer = ask(server.address, request.replace(&signed, &sent).as_bytes());
        let code = format!("<Code>{code}</Code>");
        assert!(answer.body.contains(&code), "{region}: {answer:?}");
    }
    let ran_in = server.seen.refused_in.lock().unwrap();
    let ran_in: Vec<_> = ran_in.iter().map(Region::as_str).collect();
    assert_eq!(ran_in, ["us-east-1"; 2]);
}

#[test]
fn sts_refuses_with_its_own_codes_and_statuses() {
    let server = Server::start(Settings::default());
    let signer = &Signer {
        service: "sts",
        region: "eu-central-1",
        ..SIGNER
    };
    let wrong_secret = Signer {
        secret: "x",
        ..*signer
    };
    let stranger = Signer {
        access_key_id: "AKIDSTRANGER",
        ..*signer
    };
    let no_region = Signer {
        region: "atlantis-1",
        ..*signer
    };
    let iam_nowhere = Signer {
        service: "iam",
        ..no_region
    };
    let action = "Action=GetCallerIdentity&Version=2011-06-15";
    for (signer, body, status, code) in [
        (
            signer,
            "Action=Nope&Version=2011-06-15",
            400,
            "InvalidAction",
        ),
        (
            signer,
            "Action=GetCallerIdentity&Version=2010-05-08",
            400,
            "InvalidAction",
        ),
        (signer, "Version=2011-06-15", 400, "MissingAction"),
        (
            signer,
            "Action=A&Action=B&Version=2011-06-15",
            400,
            "MalformedQueryString",
        ),
        (&wrong_secret, action, 403, "SignatureDoesNotMatch"),
        (&no_region, action, 403, "SignatureDoesNotMatch"),
        (&iam_nowhere, action, 403, "SignatureDoesNotMatch"),
        (&stranger, action, 403, "InvalidClientTokenId"),
    ] {
        let answer = ask(server.address, &sts(signer, body.as_bytes()));
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(
            answer
                .body
                .contains(&format!("<Type>Sender</Type><Code>{code}</Code>")),
            "{}",
            answer.body
        );
    }
    assert_eq!(*server.seen.refused.lock().unwrap(), [QueryService::Sts; 4]);
    let form = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-length", "0"),
    ];
    let anonymous = ask(server.address, &request(&form, ": ", b""));
    assert_eq!(anonymous.status, 403);
    assert!(
        anonymous
            .body
            .contains("<Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message>")
    );
}

#[test]
fn an_xml_answer_escapes_what_the_client_sent() {
    let server = Server::start(Settings::default());
    let signer = Signer {
        service: "sts",
        ..SIGNER
    };
    let answer = ask(
        server.address,
        &sts(&signer, b"Action=%3Cb%3E%26%00&Version=2011-06-15"),
    );
    assert!(
        answer.body.contains("operation &lt;b&gt;&amp;\u{fffd} for"),
        "{}",
        answer.body
    );
}

#[test]
fn any_credentials_are_taken_only_when_told_so() {
    let stale = String::from_utf8(kms("Echo", b"{}"))
        .unwrap()
        .replace("20150830", "20140101");
    let forged = stale.replace("Signature=", "Signature=f00");
    let strict = Server::start(Settings::default());
    assert_eq!(ask(strict.address, forged.as_bytes()).status, 400);
    let lenient = Server::start(Settings {
        signatures: Signatures::ParsedOnly,
        ..Settings::default()
    });
    assert_eq!(ask(lenient.address, forged.as_bytes()).status, 200);
    let unsigned = ask(
        lenient.address,
        &request(&[("x-amz-target", "TrentService.Echo")], ": ", b""),
    );
    assert!(
        unsigned
            .body
            .contains("MissingAuthenticationTokenException")
    );
}

#[test]
fn health_needs_no_signature_and_names_no_version() {
    let server = Server::start(Settings::default());
    let live = ask(server.address, b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!((live.status, &*live.body), (200, "live\n"));
    let ready = ask(server.address, b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!((ready.status, &*ready.body), (200, "ready\n"));
    server.seen.not_ready.store(true, Ordering::SeqCst);
    let not_ready = ask(server.address, b"GET /readyz HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(
        (not_ready.status, &*not_ready.body),
        (503, "not ready: the audit log cannot be written\n")
    );
}

#[test]
fn who_has_sent_all_is_answered_all_the_same() {
    let server = Server::start(Settings::default());
    let mut client = Client::connect(server.address);
    client.send(&kms("Slow", b"{}"));
    client.end();
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(client.is_closed());
}

#[test]
fn a_change_goes_on_when_its_client_hangs_up_and_shutdown_waits_for_it() {
    for threads in [Threads::Callers, Threads::Own(1)] {
        let mut server = Server::start(Settings {
            threads,
            ..Settings::default()
        });
        let mut client = Client::connect(server.address);
        client.send(&kms("Slow", b"{}"));
        server.await_calls(1);
        drop(client);
        server.join();
        assert_eq!(server.seen.slow_calls_done.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn shutdown_answers_the_open_request_and_then_closes() {
    let mut server = Server::start(Settings::default());
    let mut busy = Client::connect(server.address);
    let mut idle = Client::connect(server.address);
    idle.ask(&kms("Echo", b"{}"));
    busy.send(&kms("Slow", b"{}"));
    server.await_calls(2);
    server.stop();
    assert!(idle.is_closed());
    assert_eq!(busy.answer().unwrap().status, 200);
    assert!(busy.is_closed());
    server.join();
}

#[test]
fn shutdown_does_not_wait_for_the_rest_of_a_head() {
    let mut server = Server::start(Settings {
        drain_timeout: Duration::from_secs(600),
        ..Settings::default()
    });
    let mut begun = Client::connect(server.address);
    begun.send(b"POST / HTTP/1.1\r\nHost: ");
    let mut idle = Client::connect(server.address);
    idle.ask(&kms("Echo", b"{}"));
    server.join();
    assert!(begun.is_closed());
}

#[test]
fn a_request_that_outlasts_the_patience_of_a_shutdown_is_answered() {
    let mut server = Server::start(Settings::default());
    let mut client = Client::connect(server.address);
    client.send(&kms("Held", b"{}"));
    server.await_calls(1);
    server.stop();
    thread::sleep(Duration::from_secs(3));
    server.seen.release.notify_one();
    assert_eq!(client.answer().unwrap().status, 200);
    assert!(client.is_closed());
    server.join();
}

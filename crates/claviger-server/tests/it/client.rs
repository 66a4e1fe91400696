//! A client that writes bytes and reads answers, without an opinion about either.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

use crate::{
    server::{ACCESS_KEY_ID, DATE, SECRET},
    signer::Signer,
};

pub(crate) const SIGNER: Signer<'static> = Signer {
    access_key_id: ACCESS_KEY_ID,
    secret: SECRET,
    date: DATE,
    region: "us-east-1",
    service: "kms",
};

pub(crate) struct Client {
    stream: TcpStream,
    unread: Vec<u8>,
}

/// One answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(SILENCE_MAX)).unwrap();
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).unwrap();
    }

    /// Tells the server that nothing more will be sent.
    pub(crate) fn end(&mut self) {
        self.stream.shutdown(Shutdown::Write).unwrap();
    }

    /// Sends what the server may not want any more.
    pub(crate) fn try_send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// The next answer; `None` when the server closed the connection.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(at) = self.unread.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            if !self.read_more() {
                return None;
            }
        };
        let head = String::from_utf8(self.unread.drain(..end).collect())
            .unwrap()
            .to_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "))
            .unwrap_or("0");
        let length: usize = length.parse().unwrap();
        while self.unread.len() < length {
            assert!(self.read_more(), "the answer is cut short");
        }
        let body = String::from_utf8(self.unread.drain(..length).collect()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Some(Answer { status, head, body })
    }

    pub(crate) fn ask(&mut self, bytes: &[u8]) -> Answer {
        self.send(bytes);
        self.answer().unwrap()
    }

    pub(crate) fn is_closed(&mut self) -> bool {
        self.answer().is_none()
    }

    fn read_more(&mut self) -> bool {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk) {
            Ok(0) => false,
            Ok(read) => {
                self.unread.extend_from_slice(&chunk[..read]);
                true
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => true,
            // A reset is an end as well; silence is none.
            Err(error) => {
                assert_ne!(error.kind(), ErrorKind::WouldBlock, "the server is silent");
                false
            }
        }
    }
}

pub(crate) fn ask(address: SocketAddr, bytes: &[u8]) -> Answer {
    Client::connect(address).ask(bytes)
}

/// The bytes of a signed KMS request.
pub(crate) fn kms(operation: &str, body: &[u8]) -> Vec<u8> {
    kms_with(operation, "127.0.0.1:9911", ": ", body)
}

pub(crate) fn kms_with(operation: &str, host: &str, colon: &str, body: &[u8]) -> Vec<u8> {
    let target = format!("TrentService.{operation}");
    let signed = [
        ("content-type", "application/x-amz-json-1.1"),
        ("host", host),
        ("x-amz-date", DATE),
        ("x-amz-target", &target),
    ];
    let authorization = SIGNER.authorization(&signed, body);
    let length = body.len().to_string();
    request(
        &[
            &signed[..],
            &[
                ("authorization", &authorization),
                ("content-length", &length),
            ],
        ]
        .concat(),
        colon,
        body,
    )
}

pub(crate) fn sts(signer: &Signer<'_>, body: &[u8]) -> Vec<u8> {
    let signed = [
        (
            "content-type",
            "application/x-www-form-urlencoded; charset=utf-8",
        ),
        ("host", "127.0.0.1:9911"),
        ("x-amz-date", DATE),
    ];
    let authorization = signer.authorization(&signed, body);
    let length = body.len().to_string();
    request(
        &[
            &signed[..],
            &[
                ("authorization", &authorization),
                ("content-length", &length),
            ],
        ]
        .concat(),
        ": ",
        body,
    )
}

pub(crate) fn request(headers: &[(&str, &str)], colon: &str, body: &[u8]) -> Vec<u8> {
    let lines: String = headers
        .iter()
        .map(|(name, value)| format!("{name}{colon}{value}\r\n"))
        .collect();
    [format!("POST / HTTP/1.1\r\n{lines}\r\n").as_bytes(), body].concat()
}

/// Far longer than any limit of the servers of these tests.
const SILENCE_MAX: Duration = Duration::from_secs(60);

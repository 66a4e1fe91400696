//! What is called: an operation, with an input for each server.

use std::time::SystemTime;

use claviger_e2e::Client;
use serde_json::Value;

use crate::primitives::Primitive;

/// An operation with an input for each server.
pub(crate) struct Operation {
    /// The operation, with the plaintext's size where it matters.
    pub(crate) name: &'static str,
    target: String,
    /// One for each server, since each has keys of its own.
    pub(crate) inputs: Vec<Value>,
    /// A whole request, as the first server gets it.
    pub(crate) sample: Vec<u8>,
    /// The size of the answer's body.
    pub(crate) answer_bytes: usize,
    /// The cryptography alone, where it is most of the work.
    pub(crate) primitive: Option<Primitive>,
}

impl Operation {
    pub(crate) fn new(
        name: &'static str,
        operation: &str,
        clients: &[Client],
        inputs: Vec<Value>,
    ) -> Self {
        let answer_bytes = clients[0].call(operation, &inputs[0]).to_string().len();
        let mut new = Self {
            name,
            target: format!("TrentService.{operation}"),
            inputs,
            sample: Vec::new(),
            answer_bytes,
            primitive: None,
        };
        new.sample = new.request(&clients[0], &new.inputs[0]);
        new
    }

    pub(crate) fn beside(mut self, primitive: Primitive) -> Self {
        self.primitive = Some(primitive);
        self
    }

    /// A whole request, signed now, with the headers that boto3 sends. The signature is good for some minutes, so that one
    /// request serves a round; the server verifies it each time.
    pub(crate) fn request(&self, client: &Client, input: &Value) -> Vec<u8> {
        let body = input.to_string();
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", self.target.as_str()),
        ];
        let signature = client.signature("kms", &headers, body.as_bytes(), SystemTime::now());
        let signature = signature
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let mut request = format!("POST / HTTP/1.1\r\nHost: {}\r\n", client.host());
        for (name, value) in headers.into_iter().chain(signature).chain(UNSIGNED) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        request.into_bytes()
    }
}

const UNSIGNED: [(&str, &str); 2] = [
    ("Accept-Encoding", "identity"),
    (
        "User-Agent",
        "Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11.2",
    ),
];

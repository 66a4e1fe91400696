//! A client that sends whatever it is told, correctly signed: for requests that no real client would make.

use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use serde_json::{Value, json};

use crate::Credentials;

/// Sends signed requests over a connection that it keeps open.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    credentials: Credentials,
    session_token: Option<String>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The `x-amzn-RequestId` header.
    pub request_id: String,
    /// The body, `null` when it is empty or no JSON.
    pub body: Value,
    /// The body as text, for answers that are no JSON.
    pub text: String,
}

impl Client {
    /// A client of the server that these credentials belong to.
    #[must_use]
    pub fn new(credentials: &Credentials) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .max_idle_connections(1)
            .build();
        Self {
            agent: config.into(),
            credentials: credentials.clone(),
            session_token: None,
        }
    }

    /// A client of the same server that signs with another access key.
    #[must_use]
    pub fn signing_with(&self, id: &str, secret: &str, session_token: Option<&str>) -> Self {
        let mut client = self.clone();
        client.credentials.access_key_id = id.to_owned();
        client.credentials.secret_access_key = secret.to_owned();
        client.session_token = session_token.map(str::to_owned);
        client
    }

    /// The same client signing for another Region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        let mut client = self.clone();
        region.clone_into(&mut client.credentials.region);
        client
    }

    /// Calls a KMS operation and expects success.
    ///
    /// # Panics
    /// When the answer is an error or does not come.
    #[must_use]
    pub fn call(&self, operation: &str, input: &Value) -> Value {
        let answer = self.send(operation, input);
        assert_eq!(answer.status, 200, "{operation} {input}: {answer:?}");
        answer.body
    }

    /// Calls a KMS operation.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn send(&self, operation: &str, input: &Value) -> Answer {
        self.try_send(operation, input)
            .unwrap_or_else(|error| panic!("{operation} {input}: no answer: {error}"))
    }

    /// Calls a KMS operation on a server that may be gone.
    ///
    /// # Errors
    /// When the answer did not arrive whole: the call may or may not have taken effect.
    pub fn try_send(&self, operation: &str, input: &Value) -> Result<Answer, String> {
        self.send_bytes(
            &format!("TrentService.{operation}"),
            input.to_string().as_bytes(),
        )
    }

    /// Calls an operation of IAM or STS, expects success, and gives the XML.
    ///
    /// # Panics
    /// When the answer is an error or does not come.
    #[must_use]
    pub fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> String {
        let version = if service == "iam" {
            "2010-05-08"
        } else {
            "2011-06-15"
        };
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", version)
            .extend_pairs(parameters)
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self
            .send_signed(service, &headers, form.as_bytes(), SystemTime::now())
            .unwrap_or_else(|error| panic!("{action}: no answer: {error}"));
        assert_eq!(answer.status, 200, "{action} {parameters:?}: {answer:?}");
        answer.text
    }

    /// Sends these bytes as the body for this `X-Amz-Target`.
    ///
    /// # Errors
    /// When the answer did not arrive whole.
    pub fn send_bytes(&self, target: &str, body: &[u8]) -> Result<Answer, String> {
        let headers = [
            ("content-type", "application/x-amz-json-1.1"),
            ("x-amz-target", target),
        ];
        self.send_signed("kms", &headers, body, SystemTime::now())
    }

    /// Sends these bytes with these headers, signed for this service at this time.
    ///
    /// # Errors
    /// When the answer did not arrive whole.
    pub fn send_signed(
        &self,
        service: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        at: SystemTime,
    ) -> Result<Answer, String> {
        let mut request = self.agent.post(self.url("/"));
        for (name, value) in headers.iter().copied() {
            request = request.header(name, value);
        }
        for (name, value) in self.signature(service, headers, body, at) {
            request = request.header(name, value);
        }
        answer(request.send(body))
    }

    /// Posts JSON without a signature.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.agent.post(self.url(path)).send(body.to_string()))
            .unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Gets a page without a signature.
    ///
    /// # Errors
    /// When no answer comes.
    pub fn get(&self, path: &str) -> Result<Answer, String> {
        answer(self.agent.get(self.url(path)).call())
    }

    /// Calls a KMS operation without any signature.
    ///
    /// # Panics
    /// When no answer comes.
    #[must_use]
    pub fn send_unsigned(&self, operation: &str, input: &Value) -> Answer {
        let request = self
            .agent
            .post(self.url("/"))
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("TrentService.{operation}"));
        answer(request.send(input.to_string()))
            .unwrap_or_else(|error| panic!("{operation}: no answer: {error}"))
    }

    /// The id of a new key.
    ///
    /// # Panics
    /// When the server refuses.
    #[must_use]
    pub fn create_key(&self, origin: &str) -> String {
        let created = self.call("CreateKey", &json!({ "Origin": origin }));
        created["KeyMetadata"]["KeyId"]
            .as_str()
            .expect("a key id")
            .to_owned()
    }

    /// The access key id that it signs with.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.credentials.access_key_id
    }

    /// The host and port that a request names.
    #[must_use]
    pub fn host(&self) -> &str {
        self.credentials.endpoint.trim_start_matches("http://")
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.credentials.endpoint)
    }

    /// The headers that sign a request of this service with these headers and this body at this time.
    ///
    /// # Panics
    /// When the headers cannot be signed.
    #[must_use]
    pub fn signature(
        &self,
        service: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        at: SystemTime,
    ) -> Vec<(String, String)> {
        let credentials = &self.credentials;
        let identity = aws_credential_types::Credentials::from_keys(
            &credentials.access_key_id,
            &credentials.secret_access_key,
            self.session_token.clone(),
        )
        .into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&credentials.region)
            .name(service)
            .time(at)
            .settings(SigningSettings::default())
            .build()
            .expect("complete parameters")
            .into();
        let request = SignableRequest::new(
            "POST",
            self.url("/"),
            headers.iter().copied(),
            SignableBody::Bytes(body),
        );
        let (instructions, _) = sign(request.expect("a signable request"), &parameters)
            .expect("a signature")
            .into_parts();
        instructions
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

impl Answer {
    /// The error's name; empty when there is none.
    #[must_use]
    pub fn error(&self) -> &str {
        self.body["__type"].as_str().unwrap_or_default()
    }

    /// The error's text, when it has one.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.body["message"].as_str()
    }
}

fn answer(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answer, String> {
    let mut response = response.map_err(|error| error.to_string())?;
    let request_id = response
        .headers()
        .get("x-amzn-requestid")
        .and_then(|value| value.to_str().ok());
    let request_id = request_id.unwrap_or_default().to_owned();
    let body = response
        .body_mut()
        .read_to_vec()
        .map_err(|error| error.to_string())?;
    Ok(Answer {
        status: response.status().as_u16(),
        request_id,
        body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        text: String::from_utf8_lossy(&body).into_owned(),
    })
}

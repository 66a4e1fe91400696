//! AWS Query: a form with `Action` and `Version`, an XML answer. STS and IAM speak it.

use claviger_core::{
    error::{Code, Error},
    rule::Service,
};
use claviger_model::{Secret, error_code, iam, sts};
use http::StatusCode;
use quick_xml::escape::escape;
use uuid::Uuid;

use super::{Reply, reply};

/// The services that speak Query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryService {
    /// Security Token Service, version 2011-06-15.
    Sts,
    /// Identity and Access Management, version 2010-05-08.
    Iam,
}

impl QueryService {
    /// The service of a credential scope; STS, the one that every client calls first, for any other name.
    pub(super) fn of_scope(name: Option<&str>) -> Self {
        if name == Some("iam") {
            Self::Iam
        } else {
            Self::Sts
        }
    }

    /// The name in credential scopes.
    pub fn name(self) -> &'static str {
        self.service().name()
    }

    fn service(self) -> Service {
        match self {
            Self::Sts => Service::Sts,
            Self::Iam => Service::Iam,
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Sts => "2011-06-15",
            Self::Iam => "2010-05-08",
        }
    }

    fn namespace(self) -> String {
        format!(
            "https://{}.amazonaws.com/doc/{}/",
            self.name(),
            self.version()
        )
    }
}

/// The action that a form names.
///
/// # Errors
/// `MissingAction`, or `InvalidAction` for another version of the API; a doubled parameter is `MalformedQueryString`.
pub fn action(service: QueryService, form: &[u8]) -> Result<String, Error> {
    let once = |name: &str| {
        let mut values = form_urlencoded::parse(form)
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            (_, Some(_)) => Err(Error::new(
                error_code::MALFORMED_QUERY_STRING,
                format!("The parameter {name} occurs more than once."),
            )),
        }
    };
    let Some(action) = once("Action")? else {
        return Err(Error::new(
            "MissingAction",
            "The request is missing an action or a required parameter.",
        ));
    };
    let version = once("Version")?.unwrap_or_default();
    if version == service.version() {
        Ok(action.into_owned())
    } else {
        Err(unknown_action(&action, &version))
    }
}

/// The action is none of this service, in this version.
pub(crate) fn unknown_action(action: &str, version: &str) -> Error {
    Error::new(
        "InvalidAction",
        format!("Could not find operation {action} for version {version}"),
    )
}

impl QueryService {
    /// The action is none of this service.
    pub(crate) fn no_such_action(self, action: &str) -> Error {
        unknown_action(action, self.version())
    }
}

/// The answer of a call that succeeded; `result` is the result element, if the operation has one.
pub(crate) fn success(
    service: QueryService,
    action: &str,
    request_id: Uuid,
    result: Vec<u8>,
) -> Reply {
    let result = Secret::from_vec(result);
    let head = format!("<{action}Response xmlns=\"{}\">", service.namespace());
    let tail = format!(
        "<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"
    );
    // EXPOSE: into the body, which never grows and is wiped once it was sent.
    let body = [head.as_bytes(), result.expose(), tail.as_bytes()].concat();
    reply(StatusCode::OK, CONTENT_TYPE, request_id, body)
}

/// The answer of a call that failed.
pub(super) fn failure(service: QueryService, request_id: Uuid, error: &Error) -> Reply {
    let (code, status) = service.code_and_status(error.code());
    let fault = if status.is_server_error() {
        "Receiver"
    } else {
        "Sender"
    };
    let body = format!(
        "<ErrorResponse xmlns=\"{}\"><Error><Type>{fault}</Type><Code>{}</Code><Message>{}</Message></Error>\
         <RequestId>{request_id}</RequestId></ErrorResponse>",
        service.namespace(),
        escape(code),
        escape(printable(error.message().unwrap_or_default()))
    );
    reply(status, CONTENT_TYPE, request_id, body.into_bytes())
}

/// XML 1.0 has no form for control characters, not even an escaped one.
fn printable(text: &str) -> String {
    text.chars()
        .map(|char| {
            if char.is_control() {
                char::REPLACEMENT_CHARACTER
            } else {
                char
            }
        })
        .collect()
}

impl QueryService {
    /// What the pipeline says in the words of KMS, in the words of the Query services.
    ///
    /// AWS: <https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html>
    fn code_and_status(self, code: Code) -> (Code, StatusCode) {
        let code = self.service().error_code(code);
        match code {
            error_code::VALIDATION => ("ValidationError", StatusCode::BAD_REQUEST),
            error_code::SERIALIZATION => ("MalformedInput", StatusCode::BAD_REQUEST),
            error_code::THROTTLING => ("Throttling", StatusCode::BAD_REQUEST),
            error_code::KMS_INTERNAL => ("InternalFailure", StatusCode::INTERNAL_SERVER_ERROR),
            "AccessDenied"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "MissingAuthenticationToken"
            | "SignatureDoesNotMatch" => (code, StatusCode::FORBIDDEN),
            "InternalFailure" | "ServiceFailure" => (code, StatusCode::INTERNAL_SERVER_ERROR),
            "ServiceUnavailable" => (code, StatusCode::SERVICE_UNAVAILABLE),
            _ => (code, self.modelled_status(code)),
        }
    }

    /// What the model says of an error; 400 for one that it does not list.
    fn modelled_status(self, code: &str) -> StatusCode {
        let status = match self {
            Self::Sts => sts::error_code::http_status(code),
            Self::Iam => iam::error_code::http_status(code),
        };
        status
            .and_then(|status| StatusCode::from_u16(status).ok())
            .unwrap_or(StatusCode::BAD_REQUEST)
    }
}

const CONTENT_TYPE: &str = "text/xml";

//! What the listener needs of the assembled service; the wire formats end here.

use std::{pin::Pin, sync::Arc};

use claviger_core::{
    call::{Answer, Call, Caller},
    error::Error,
};
pub use claviger_iam::{Credential, Presented};
use claviger_model::Region;
use http::{Request, Response};
use hyper::body::Bytes;

use crate::protocol::QueryService;

/// The assembled service, as the listener sees it.
pub trait Service: Send + Sync + 'static {
    /// An operation that was found; the listener only hands it on.
    type Route: Copy + Send + Sync;

    /// The KMS operation of this exact name.
    fn find_kms(&self, operation: &str) -> Option<Self::Route>;

    /// The STS or IAM operation of this exact name.
    fn find_query(&self, service: QueryService, action: &str) -> Option<Self::Route>;

    /// The Region of this name, when the deployment serves it.
    fn region(&self, name: &str) -> Option<Region>;

    /// What an access key id and the session token that came with it stand for, when that is in memory already.
    fn cached_credential(&self, access_key_id: &str, token: Option<&str>) -> Option<Presented>;

    /// What an access key id and the session token that came with it stand for, from the store when need be.
    fn credential(
        &self,
        access_key_id: String,
        token: Option<String>,
    ) -> Pending<Result<Presented, Error>>;

    /// Who calls AssumeRoleWithWebIdentity with this form: the token in it stands in the place of a signature.
    fn web_identity(&self, form: Bytes) -> Pending<Result<Arc<Caller>, Error>>;

    /// Serves one authenticated call.
    ///
    /// A KMS answer is the JSON body; an STS or IAM answer is the `…Result` element of the body.
    fn handle(&self, route: Self::Route, call: Call) -> Pending<Answer>;

    /// Refuses an authenticated call that names no operation: it leaves its audit event like any other.
    fn refuse(&self, service: QueryService, call: Call, refusal: Error) -> Pending<Answer>;

    /// Serves what is no part of the AWS API, such as a console's files; `None` when there is nothing at this path.
    ///
    /// Nobody has authenticated the request; its body is within the limit.
    fn serve_path(&self, request: Request<Bytes>) -> Option<Pending<Response<Bytes>>> {
        let _ = request;
        None
    }

    /// Whether calls can be served now.
    fn readiness(&self) -> Readiness;

    /// The real clock, milliseconds since the epoch: signatures age by it, whatever the service's own clock says.
    fn now_ms_real(&self) -> i64;
}

/// A result that is under way.
pub type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// The answer of `/readyz`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Calls are served.
    Ready,
    /// Calls are not served, with the reason for the operator.
    NotReady(String),
}

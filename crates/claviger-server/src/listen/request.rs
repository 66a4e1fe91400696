//! One request, in a straight line: limits, authentication, operation, answer.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use claviger_core::{
    call::{Call, Origin, TlsSession},
    error::{Error, internal},
    step::in_step,
};
use claviger_model::{Region, error_code};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::body::{Bytes, Incoming};
use tokio::sync::OwnedSemaphorePermit;
use uuid::Uuid;

use super::{
    body, health,
    refusals::Refused,
    request_ids::RequestIds,
    seen_through::SeenThrough,
    service::{Pending, Presented, Service},
    settings::{Settings, Signatures},
    watchdog::Turns,
};
use crate::{
    protocol::{self, Dialect, QueryService, Reply},
    sigv4::{Claim, Freshness, Received, Refusal, SECURITY_TOKEN, SigningKeys, text, verify},
};

/// One client's connection, and all that its requests share.
pub(super) struct Connection<S> {
    pub(super) service: Arc<S>,
    pub(super) settings: Arc<Settings>,
    pub(super) source_ip: String,
    /// Given back when the connection is closed and no call of it runs any more.
    pub(super) slot: Arc<OwnedSemaphorePermit>,
    pub(super) signing_keys: SigningKeys,
    pub(super) request_ids: RequestIds,
    pub(super) turns: Arc<Turns>,
    /// What the handshake agreed on; none on a plain connection.
    pub(super) tls: Option<TlsSession>,
    /// Where the last request came from.
    pub(super) origin: Mutex<Option<Arc<Origin>>>,
}

impl<S: Service> Connection<S> {
    /// Answers one request, whatever happens on the way.
    pub(super) async fn answer(&self, mut request: Request<Incoming>) -> Result<Reply, Infallible> {
        let _turn = self.turns.begin();
        let health = health::answer(request.method(), request.uri().path(), || {
            self.service.readiness()
        });
        if let Some(reply) = health {
            return Ok(reply);
        }
        let request_id = self.request_ids.draw();
        let dialect = dialect(request.headers());
        let (bytes_max, timeout) = (self.settings.body_bytes_max, self.settings.body_timeout);
        let body = match body::read(request.body_mut(), bytes_max, timeout).await {
            Ok(body) => body,
            Err(error) => return Ok(closing(dialect.failure(request_id, &error.error()))),
        };
        let for_the_api = request.method() == Method::POST || is_presigned(request.uri());
        if request.uri().path() != "/" || !for_the_api {
            return Ok(self.elsewhere(request_id, request.map(|_| body)).await);
        }
        in_step().await;
        let answered = caught(pin!(self.call(request_id, &request, body, dialect))).await;
        Ok(answered.unwrap_or_else(|error| {
            if let Some(cause) = error.private_source() {
                tracing::error!(%request_id, code = error.code(), %cause, "a request failed");
            }
            dialect.failure(request_id, &error)
        }))
    }

    async fn call(
        &self,
        request_id: Uuid,
        head: &Request<Incoming>,
        body: Bytes,
        dialect: Dialect,
    ) -> Result<Reply, Error> {
        self.check_head(head.headers())?;
        if head.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(self.refuse(request_id, dialect, "", &Refusal::query_signed()));
        }
        match dialect {
            Dialect::Json => {
                // AWS: an unknown operation is told before the signature is looked at.
                let route = protocol::operation(head.headers())
                    .and_then(|name| self.service.find_kms(name))
                    .ok_or_else(|| Error::silent(error_code::UNKNOWN_OPERATION))?;
                let call = self.authenticate(request_id, head, body, dialect).await?;
                Ok(protocol::json_success(
                    request_id,
                    self.see_through(self.service.handle(route, call)).await?,
                ))
            }
            Dialect::Query(service) => {
                // The action is a part of the body, which nothing but the signature vouches for.
                let call = if is_web_identity(head, service, &body) {
                    self.vouched_for(request_id, head, body, dialect).await?
                } else {
                    self.authenticate(request_id, head, body, dialect).await?
                };
                let found = protocol::action(service, &call.body).and_then(|action| {
                    let route = self.service.find_query(service, &action);
                    let route = route.ok_or_else(|| service.no_such_action(&action))?;
                    Ok((action, route))
                });
                let (action, route) = match found {
                    Ok(found) => found,
                    Err(refusal) => {
                        let refused = self
                            .see_through(self.service.refuse(service, call, refusal))
                            .await;
                        return Err(refused
                            .err()
                            .unwrap_or_else(|| internal("a refusal succeeded")));
                    }
                };
                let result = self.see_through(self.service.handle(route, call)).await?;
                Ok(protocol::query_success(
                    service, &action, request_id, result,
                ))
            }
        }
    }

    fn check_head(&self, headers: &HeaderMap) -> Result<(), Error> {
        let bytes: usize = headers
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if bytes > self.settings.header_bytes_max {
            return Err(Error::new(
                "RequestHeaderFieldsTooLargeException",
                "The request headers are too large.",
            ));
        }
        let encoding = headers.get(header::CONTENT_ENCODING);
        if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(Error::new(
                error_code::SERIALIZATION,
                "The Content-Encoding is not supported.",
            ));
        }
        Ok(())
    }

    /// Turns a signed request into a call, or refuses it.
    async fn authenticate(
        &self,
        request_id: Uuid,
        head: &Request<Incoming>,
        body: Bytes,
        dialect: Dialect,
    ) -> Result<Call, Error> {
        let verified = self.settings.signatures == Signatures::Verified;
        let now_ms = self.service.now_ms_real();
        let refuse = |access_key_id: &str, refusal: Refusal| {
            self.refuse(request_id, dialect, access_key_id, &refusal)
        };
        let freshness = verified.then_some(Freshness {
            now_ms,
            skew_minutes_max: self.settings.skew_minutes_max,
        });
        let claim =
            Claim::read(head.headers(), freshness).map_err(|refusal| refuse("", refusal))?;
        let refuse = |refusal| refuse(claim.access_key_id, refusal);
        let region = self.region(dialect, claim.region);
        claim
            .check_scope(region.is_some(), dialect.service())
            .map_err(refuse)?;

        let token = head.headers().get(&SECURITY_TOKEN);
        let credential = match self.credential(claim.access_key_id, token).await? {
            Presented::Known(credential) => Some(credential),
            Presented::Expired => return Err(refuse(Refusal::expired_token())),
            Presented::Unknown => None,
        };
        if verified {
            let received = Received {
                method: head.method(),
                uri: head.uri(),
                headers: head.headers(),
                body: &body,
            };
            let credential = credential.as_deref();
            verify(&claim, &received, credential, &self.signing_keys).map_err(refuse)?;
        }
        let (Some(credential), Some(region)) = (credential, region) else {
            return Err(refuse(Refusal::unknown_credential()));
        };
        let caller = Arc::clone(&credential.caller);
        Ok(Call {
            caller,
            region,
            body,
            request_id,
            origin: self.origin(head.headers()),
        })
    }

    /// Turns a request into a call for whom an identity provider vouches, or refuses it.
    async fn vouched_for(
        &self,
        request_id: Uuid,
        head: &Request<Incoming>,
        body: Bytes,
        dialect: Dialect,
    ) -> Result<Call, Error> {
        let verified = self.service.web_identity(body.clone()).await;
        let caller = verified.inspect_err(|error| {
            if error.private_source().is_none() {
                let text = error.message().unwrap_or_default().to_owned();
                self.refuse(request_id, dialect, "", &Refusal::web_identity(text));
            }
        })?;
        Ok(Call {
            caller,
            // AWS: nothing in the request names a Region; the global endpoint is in this one.
            region: Region::parse(GLOBAL_REGION).map_err(internal)?,
            body,
            request_id,
            origin: self.origin(head.headers()),
        })
    }

    /// Counts and logs a request that failed authentication, in place of an audit event.
    fn refuse(
        &self,
        request_id: Uuid,
        dialect: Dialect,
        access_key_id: &str,
        refusal: &Refusal,
    ) -> Error {
        let refused = Refused {
            request_id,
            source_ip: &self.source_ip,
            access_key_id,
            now_ms: self.service.now_ms_real(),
        };
        self.settings.refusals.record(refusal, &refused);
        dialect.refused(refusal)
    }

    /// Counts and logs a client that did not come as far as a request.
    pub(super) fn refuse_handshake(&self, error: &io::Error) {
        let now_ms = self.service.now_ms_real();
        self.settings
            .refusals
            .record_handshake(&self.source_ip, now_ms, error);
    }

    async fn credential(
        &self,
        access_key_id: &str,
        token: Option<&HeaderValue>,
    ) -> Result<Presented, Error> {
        // What is no text is no token of ours, but a token all the same.
        let token = token.map(|token| text(token).unwrap_or_default());
        if let Some(presented) = self.service.cached_credential(access_key_id, token) {
            return Ok(presented);
        }
        let (access_key_id, token) = (access_key_id.to_owned(), token.map(str::to_owned));
        self.service.credential(access_key_id, token).await
    }

    /// Where a call runs that is signed for the Region of this name.
    fn region(&self, dialect: Dialect, name: &str) -> Option<Region> {
        match dialect {
            // IAM lives in one Region. Clients that were told an endpoint sign for their own all the same: ADR 0011.
            Dialect::Query(QueryService::Iam) => {
                let is_served = name == GLOBAL_REGION || self.service.region(name).is_some();
                Region::parse(GLOBAL_REGION).ok().filter(|_| is_served)
            }
            Dialect::Json | Dialect::Query(QueryService::Sts) => self.service.region(name),
        }
    }

    /// A client sends the same two headers with each request as a rule, so that their texts are kept for the next.
    fn origin(&self, headers: &HeaderMap) -> Arc<Origin> {
        let sent = |name| headers.get::<HeaderName>(name).map(HeaderValue::as_bytes);
        let (user_agent, host) = (sent(header::USER_AGENT), sent(header::HOST));
        let kept = |text: &Option<String>, sent| text.as_ref().map(String::as_bytes) == sent;
        let mut last = self.origin.lock().unwrap_or_else(PoisonError::into_inner);
        let same =
            |last: &&Arc<Origin>| kept(&last.user_agent, user_agent) && kept(&last.host, host);
        if let Some(same) = last.as_ref().filter(same) {
            return Arc::clone(same);
        }
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let origin = Arc::new(Origin {
            source_ip: self.source_ip.clone(),
            user_agent: user_agent.map(text),
            host: host.map(text),
            tls: self.tls,
        });
        *last = Some(Arc::clone(&origin));
        origin
    }

    fn see_through<T: Send>(&self, call: Pending<T>) -> SeenThrough<'_, T> {
        SeenThrough::new(call, &self.slot)
    }

    /// Whatever is no API call: the paths that the service serves besides, or a clear refusal.
    async fn elsewhere(&self, request_id: Uuid, request: Request<Bytes>) -> Reply {
        let root = request.uri().path() == "/";
        if let Some(answer) = self.service.serve_path(request) {
            return self.see_through(answer).await.map(Into::into);
        }
        let mut reply =
            Dialect::Json.failure(request_id, &Error::silent(error_code::UNKNOWN_OPERATION));
        *reply.status_mut() = if root {
            StatusCode::METHOD_NOT_ALLOWED
        } else {
            StatusCode::NOT_FOUND
        };
        if root {
            reply
                .headers_mut()
                .insert(header::ALLOW, HeaderValue::from_static("POST"));
        }
        reply
    }
}

/// A presigned URL may come with any method.
fn is_presigned(uri: &Uri) -> bool {
    uri.query().is_some_and(|query| {
        query
            .split('&')
            .filter_map(|parameter| parameter.get(..PRESIGNED_PREFIX.len()))
            .any(|start| start.eq_ignore_ascii_case(PRESIGNED_PREFIX))
    })
}

/// The one action that nobody signs.
fn is_web_identity(head: &Request<Incoming>, service: QueryService, form: &[u8]) -> bool {
    service == QueryService::Sts
        && !head.headers().contains_key(header::AUTHORIZATION)
        && protocol::action(service, form).is_ok_and(|action| action == WEB_IDENTITY)
}

fn dialect(headers: &HeaderMap) -> Dialect {
    Dialect::of(headers, || {
        Claim::read(headers, None).ok().map(|claim| claim.service)
    })
}

fn closing(mut reply: Reply) -> Reply {
    reply
        .headers_mut()
        .insert(header::CONNECTION, HeaderValue::from_static("close"));
    reply
}

/// A panic ends the request that it happened in, and nothing else.
fn caught<T>(
    mut work: Pin<&mut impl Future<Output = Result<T, Error>>>,
) -> impl Future<Output = Result<T, Error>> {
    poll_fn(
        move |cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
            Ok(poll) => poll,
            // The panic hook has logged the text and the place.
            Err(_) => Poll::Ready(Err(internal("the request panicked"))),
        },
    )
}

const GLOBAL_REGION: &str = "us-east-1";
const WEB_IDENTITY: &str = "AssumeRoleWithWebIdentity";
const PRESIGNED_PREFIX: &str = "X-Amz-";

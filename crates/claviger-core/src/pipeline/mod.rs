//! The straight line that every call walks: decode, resolve, authorize, admit, run, commit.
//!
//! Guards live here and nowhere else. An operation declares what it needs in its [`Rule`] and names its [`Subject`];
//! its `run` takes an [`Admitted`] subject, which only this module can make, and key material opens only through
//! one. So an operation that forgot a guard would not compile.

mod admit;
mod authorize;
mod by_alias;
mod by_grant;
mod by_region;
mod commit;
mod described;
mod identity;
mod resolve;
mod subject;
mod throttle;
mod trail;

use std::{
    collections::BTreeMap,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use claviger_audit::Parameters;
use claviger_model::{
    KeyLastUsageTrackingOperation,
    wire::{WireInput, WireOutput},
};
use tokio::sync::OwnedMutexGuard;

use self::trail::Trail;
pub use self::{
    admit::Admitted,
    commit::Outcome,
    identity::Audited,
    subject::{Ask, Named, NoKey, On, Subject, lane},
};
pub(crate) use self::{
    admit::{AdmittedKey, OpenMaterial},
    authorize::will_permit,
    by_alias::{AliasAndKeys, WantedAlias},
    by_grant::{ByGrant, WantedGrant},
    by_region::{Promotion, Replication},
    commit::{Composed, commit_events},
    described::Described,
    subject::{BlobKey, Entity, KeyInBlob, MaybeKey, OneKey, TwoKeys, lane_of},
};
use crate::{
    call::{Answer, Call, Caller},
    core::Core,
    cx::Cx,
    error::{self, Error},
    grants,
    records::LastUse,
    rule::Rule,
    step::in_step,
};

/// One operation of the API.
pub trait Operation: 'static {
    /// What it declares about itself.
    const RULE: Rule;
    /// What it takes.
    type Input: WireInput + Send + Sync;
    /// What it gives.
    type Output: WireOutput + Send;
    /// What it acts on.
    type Subject: Subject;

    /// The identifiers of the subject, as they were typed.
    fn subject(input: &Self::Input) -> <Self::Subject as Subject>::Wanted<'_>;

    /// The request parameters that the audit event may carry: an allow-list, by CloudTrail's names.
    fn parameters(input: &Self::Input, out: &mut Parameters);

    /// The request parameters that stand in the caller's credentials instead, such as the tags in a token.
    fn parameters_of_caller(caller: &Caller, out: &mut Parameters) {
        let _ = (caller, out);
    }

    /// The value of a policy condition key that this request sets; `key` is in lower case.
    fn condition<'a>(input: &'a Self::Input, key: &str) -> Option<claviger_policy::Values<'a>> {
        let _ = (input, key);
        None
    }

    /// The same for an operation that is asked about several resources; `action` tells which.
    fn condition_for<'a>(
        input: &'a Self::Input,
        action: &str,
        key: &str,
    ) -> Option<claviger_policy::Values<'a>> {
        let _ = action;
        Self::condition(input, key)
    }

    /// What the shapes of the model do not check: rules between members. Asked before anything is looked up.
    fn check(input: &Self::Input) -> Result<(), Error> {
        let _ = input;
        Ok(())
    }

    /// The Region in which a new key gets tags, which asks for kms:TagResource too. The call came to the Region `here`.
    fn tags_new_key_in<'a>(input: &'a Self::Input, here: &'a str) -> Option<&'a str> {
        let _ = (input, here);
        None
    }

    /// The grant tokens that were sent along.
    fn grant_tokens(input: &Self::Input) -> &[String] {
        let _ = input;
        &[]
    }

    /// Whether a grant that permits the operation permits these parameters as well.
    fn within(input: &Self::Input, grant: &claviger_policy::Grant) -> bool {
        let _ = (input, grant);
        true
    }

    /// The encryption context of the request, by which the constraints of grants are judged; `action` tells which when the
    /// operation is asked about several resources.
    fn encryption_context<'a>(
        input: &'a Self::Input,
        action: &str,
    ) -> Option<&'a BTreeMap<String, String>> {
        let _ = (input, action);
        None
    }

    /// Whether the caller only asks if the call would succeed.
    fn dry_run(input: &Self::Input) -> bool {
        let _ = input;
        false
    }

    /// Does it: cryptography and staged writes. May run again when its commit meets a conflict.
    fn run(
        cx: &mut Cx<'_>,
        input: &Self::Input,
        on: &Admitted<Self::Subject>,
    ) -> impl Future<Output = Result<Self::Output, Error>> + Send;
}

/// An entry of the operation table.
#[derive(Clone, Copy)]
pub struct Route {
    /// What the operation declares.
    pub rule: &'static Rule,
    handle: fn(Arc<Core>, Call) -> Handling,
}

type Handling = Pin<Box<dyn Future<Output = Answer> + Send>>;

impl Route {
    /// The entry of `O`.
    pub const fn of<O: Operation>() -> Self {
        Self {
            rule: &O::RULE,
            handle: |core, call| {
                Box::pin(async move {
                    in_step().await;
                    let answer = serve::<O>(&core, &call).await;
                    answer.inspect_err(|error| log(&O::RULE, &call, error))
                })
            },
        }
    }

    /// Serves one call. The future owns what it needs, so it may outlive the connection.
    pub(crate) fn handle(&self, core: Arc<Core>, call: Call) -> Handling {
        (self.handle)(core, call)
    }
}

/// Refuses an authenticated call that names no operation, and leaves its audit event.
pub(crate) async fn refuse(
    core: &Core,
    call: &Call,
    rule: &'static Rule,
    refusal: Error,
) -> Answer {
    if !core.audit.healthy() {
        return Err(error::audit_unwritable());
    }
    Trail::begin(core, call, rule)
        .write(core, Some(&refusal))
        .await?;
    Err(refusal)
}

/// Logs what is not for the client's eyes.
fn log(rule: &Rule, call: &Call, error: &Error) {
    if let Some(cause) = error.private_source() {
        tracing::error!(request_id = %call.request_id, operation = rule.name, %error, %cause, "call failed");
    }
}

/// Serves one call and writes its audit event before the answer is given back.
async fn serve<O: Operation>(core: &Core, call: &Call) -> Answer {
    if !core.audit.healthy() {
        return Err(error::audit_unwritable());
    }
    let mut trail = Trail::begin(core, call, &O::RULE);
    let attempted = {
        let mut attempt = pin!(attempt::<O>(core, call, &mut trail));
        poll_fn(|cx| catch(|| attempt.as_mut().poll(cx))).await
    };
    match attempted {
        Ok(Done::Committed(answer)) => answer,
        Ok(Done::Unchanged { output, on }) => {
            let event_id = trail.write(core, None).await?;
            if let Some(operation) = KeyLastUsageTrackingOperation::from_wire(O::RULE.name) {
                let last = LastUse {
                    at_ms: trail.now.epoch_ms(),
                    operation,
                    event_id,
                    request_id: call.request_id,
                };
                for key in on.keys() {
                    core.uses.note(&key.place, last);
                }
            }
            Ok(output)
        }
        Err(refusal) => {
            trail.write(core, Some(&refusal)).await?;
            Err(refusal)
        }
    }
}

/// A panic in an operation becomes an internal error, which leaves its audit event like any other.
fn catch<T>(poll: impl FnOnce() -> Poll<Result<T, Error>>) -> Poll<Result<T, Error>> {
    // What the operation staged is dropped with it; records and caches are only changed by whole values.
    catch_unwind(AssertUnwindSafe(poll))
        .unwrap_or_else(|_| Poll::Ready(Err(error::internal("an operation panicked"))))
}

/// How a call that succeeded ended.
enum Done<S> {
    /// Its event was committed with its change. The answer is an error when it must not be confirmed yet.
    Committed(Answer),
    /// It changed nothing; its event is yet to be written.
    Unchanged {
        output: Vec<u8>,
        /// What it was admitted to.
        on: Admitted<S>,
    },
}

// What only some calls await is boxed: else the future of every call had room for it.
async fn attempt<O: Operation>(
    core: &Core,
    call: &Call,
    trail: &mut Trail<'_>,
) -> Result<Done<O::Subject>, Error> {
    let input = O::Input::decode(&call.body)?;
    O::parameters(&input, &mut trail.parameters);
    O::parameters_of_caller(&call.caller, &mut trail.parameters);
    trail.decoded = true;
    O::check(&input)?;
    if let Some(quotas) = &core.request_quotas {
        Box::pin(throttle::throttle::<O>(quotas, core, call, &input)).await?;
    }
    for _ in 0..ATTEMPTS_MAX {
        let _alone;
        if waits(&O::RULE) {
            _alone = Box::pin(alone::<O>(core, call, trail, &input)).await?;
            // What expired meanwhile has expired.
            trail.now = core.clock.now();
        }
        let mut cx = core.cx(call, trail.now);
        cx.dry_run = O::dry_run(&input);
        let subject = O::Subject::resolve(&cx, &O::RULE, O::subject(&input)).await?;
        trail.name_resources(&subject);
        grants::check_tokens(core, O::grant_tokens(&input))?;
        authorize::authorize::<O>(&cx, &input, &subject).await?;
        trail.authorized = true;
        subject.agrees()?;
        let admitted = admit::admit(subject, &O::RULE, cx.now)?;
        let output = O::run(&mut cx, &input, &admitted).await?;
        trail.notes = std::mem::take(&mut cx.notes);
        if O::dry_run(&input) {
            return Err(error::dry_run());
        }
        if cx.staged.is_empty() {
            if cx.staged.erase {
                Box::pin(core.erasure.settle(core)).await?;
            }
            return Ok(Done::Unchanged {
                output: output.encode(),
                on: admitted,
            });
        }
        if !O::RULE.changes {
            return Err(error::internal(
                "an operation that only reads staged a change",
            ));
        }
        match Box::pin(trail.commit(core, cx.staged)).await? {
            Outcome::Committed => return Ok(Done::Committed(Ok(output.encode()))),
            Outcome::Unconfirmed(error) => return Ok(Done::Committed(Err(error))),
            Outcome::Conflict => {}
        }
    }
    Err(error::throttled())
}

/// Whether the operation runs alone on its keys.
const fn waits(rule: &Rule) -> bool {
    rule.changes && !rule.read_only
}

/// Waits until no other change of the same keys runs. Operations that only add what nobody else has go ahead at once.
async fn alone<O: Operation>(
    core: &Core,
    call: &Call,
    trail: &Trail<'_>,
    input: &O::Input,
) -> Result<Vec<OwnedMutexGuard<()>>, Error> {
    let cx = core.cx(call, trail.now);
    let subject = O::Subject::resolve(&cx, &O::RULE, O::subject(input)).await?;
    let entered = core.lanes.enter(subject.lanes(), LANE_WAIT_MAX).await;
    entered.ok_or_else(error::throttled)
}

const LANE_WAIT_MAX: Duration = Duration::from_secs(10);

/// A change that keeps meeting others gives up: the client's retry is the fairer queue.
const ATTEMPTS_MAX: usize = 3;

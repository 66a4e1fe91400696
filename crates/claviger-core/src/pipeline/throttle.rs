//! Request quotas, where they are in force. A call that is well-formed counts, whether it is served or refused, and counts for
//! who makes it, whoever owns the key.

use claviger_policy::{Value, Values};

use super::{Operation, subject::Subject};
use crate::{
    call::Call,
    core::Core,
    error::{self, Error},
    request_quotas::Family,
    rule::Service,
};

/// Counts the call, and refuses it when there were too many.
pub(super) async fn throttle<O: Operation>(
    core: &Core,
    call: &Call,
    input: &O::Input,
) -> Result<(), Error> {
    let Some(quotas) = &core.request_quotas else {
        return Ok(());
    };
    if O::RULE.service != Service::Kms {
        return Ok(());
    }
    let now = core.clock.now();
    let account = call.caller.account;
    for family in families::<O>(core, call, input).await {
        if !quotas.take(account, &call.region, family, now) {
            return Err(error::throttled());
        }
    }
    Ok(())
}

/// Usually one; two where a call uses keys of two kinds. A key that is not found costs what a symmetric one would.
async fn families<O: Operation>(core: &Core, call: &Call, input: &O::Input) -> Vec<Family> {
    let pair = match O::condition(input, "kms:datakeypairspec") {
        Some(Values::One(Value::Text(spec))) => Some(spec),
        Some(_) | None => None,
    };
    let cx = core.cx(call, core.clock.now());
    let subject = O::Subject::resolve(&cx, &O::RULE, O::subject(input)).await;
    let keys = subject
        .as_ref()
        .map(Subject::admitted_keys)
        .unwrap_or_default();
    let family = |spec| Family::of(O::RULE.name, spec, pair.as_deref());
    let mut families: Vec<Family> = keys
        .iter()
        .map(|key| family(Some(key.record.spec)))
        .collect();
    families.dedup();
    if families.is_empty() {
        families.push(family(None));
    }
    families
}

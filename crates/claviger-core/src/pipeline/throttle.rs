//! Request quotas, where they are in force. A call that is well-formed counts, whether it is served or refused, and counts for
//! who makes it, whoever owns the key.

use claviger_model::Region;
use claviger_policy::{Value, Values};

use super::{Operation, subject::Subject};
use crate::{
    call::Call,
    core::Core,
    error::{self, Error},
    request_quotas::{Family, RequestQuotas},
    rule::Service,
};

/// Counts the call, and refuses it when there were too many.
pub(super) async fn throttle<O: Operation>(
    quotas: &RequestQuotas,
    core: &Core,
    call: &Call,
    input: &O::Input,
) -> Result<(), Error> {
    if O::RULE.service != Service::Kms {
        return Ok(());
    }
    let now = core.clock.now();
    let account = call.caller.account;
    let here = families::<O>(core, call, input).await.into_iter();
    let here = here.map(|family| (call.region.clone(), family));
    for (region, family) in here.chain(elsewhere::<O>(core, input)) {
        if !quotas.take(account, &region, family, now) {
            return Err(error::throttled());
        }
    }
    Ok(())
}

/// What a call that reaches into another Region counts as there.
fn elsewhere<O: Operation>(core: &Core, input: &O::Input) -> Vec<(Region, Family)> {
    for (member, operation, requests) in ELSEWHERE {
        let Some(Values::One(Value::Text(name))) = O::condition_for(input, O::RULE.name, member)
        else {
            continue;
        };
        let served = Region::parse(&name).ok().filter(core.regions);
        return match served {
            Some(region) => vec![(region, Family::Own(operation)); requests],
            // Nothing happens there.
            None => Vec::new(),
        };
    }
    Vec::new()
}

/// Usually one; two where a call uses keys of two kinds. A key that is not found costs what a symmetric one would.
async fn families<O: Operation>(core: &Core, call: &Call, input: &O::Input) -> Vec<Family> {
    let pair = match O::condition(input, "kms:datakeypairspec") {
        Some(Values::One(Value::Text(spec))) => Some(spec),
        Some(_) | None => None,
    };
    let cx = core.cx(call, core.clock.now());
    let subject = O::Subject::resolve(&cx, &O::RULE, O::subject(input)).await;
    let keys = subject.iter().flat_map(Subject::admitted_keys);
    let family = |spec| Family::of(O::RULE.name, spec, pair.as_deref());
    let mut families: Vec<Family> = keys.map(|key| family(Some(key.record.spec))).collect();
    families.dedup();
    if families.is_empty() {
        families.push(family(None));
    }
    families
}

/// The condition key that tells the other Region, and the requests that count there. Of ReplicateKey's two, AWS makes one to see
/// whether the other would succeed.
///
/// AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>
const ELSEWHERE: [(&str, &str, usize); 2] = [
    ("kms:replicaregion", "CreateKey", 2),
    ("kms:primaryregion", "UpdatePrimaryRegion", 1),
];

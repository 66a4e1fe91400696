//! Request quotas: how often an account may call an operation in a Region, in tokens that come back by the second.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/developerguide/throttling.html>

mod rates;

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use claviger_model::{AccountId, Region, Timestamp};

pub(crate) use self::rates::Family;

/// What each account has used of its quotas. Calls on another account's keys count for who makes them.
#[derive(Default)]
pub(crate) struct RequestQuotas {
    buckets: Mutex<HashMap<(AccountId, Region, Family), Bucket>>,
}

/// A second's calls at most; a thousandth of a call comes back for each millisecond and call a second.
struct Bucket {
    thousandths: u64,
    filled: Timestamp,
}

impl RequestQuotas {
    /// Whether one more call may run; it counts if so.
    pub(crate) fn take(
        &self,
        account: AccountId,
        region: &Region,
        family: Family,
        now: Timestamp,
    ) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let place = (account, region.clone(), family);
        if !buckets.contains_key(&place) && buckets.len() >= BUCKETS_MAX {
            // A bucket that nobody has taken from for a second is full, and a new one is too.
            buckets.retain(|_, bucket| elapsed_ms(bucket.filled, now) < SECOND_MS);
            if buckets.len() >= BUCKETS_MAX {
                return false;
            }
        }
        let bucket = buckets.entry(place).or_insert(Bucket {
            thousandths: full(family),
            filled: now,
        });
        bucket.take(family, now)
    }
}

impl Bucket {
    fn take(&mut self, family: Family, now: Timestamp) -> bool {
        let back = elapsed_ms(self.filled, now).saturating_mul(family.calls_per_second());
        self.thousandths = self.thousandths.saturating_add(back).min(full(family));
        self.filled = now;
        match self.thousandths.checked_sub(CALL) {
            Some(left) => {
                self.thousandths = left;
                true
            }
            None => false,
        }
    }
}

fn full(family: Family) -> u64 {
    family.calls_per_second().saturating_mul(CALL)
}

/// A clock that was set back gives nothing back.
fn elapsed_ms(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.epoch_ms().saturating_sub(from.epoch_ms())).unwrap_or(0)
}

const CALL: u64 = 1000;
const SECOND_MS: u64 = 1000;

/// Some megabytes. Only that many families of accounts and Regions at work within one second could fill it.
const BUCKETS_MAX: usize = 16_384;

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_epoch_ms(ms)
    }

    fn account(number: u64) -> AccountId {
        AccountId::parse(&format!("{number:012}")).unwrap()
    }

    /// How many of `calls` calls at this time are served.
    fn served(
        quotas: &RequestQuotas,
        who: u64,
        region: &str,
        family: Family,
        ms: i64,
        calls: usize,
    ) -> usize {
        let region = Region::parse(region).unwrap();
        let one = |_: &usize| quotas.take(account(who), &region, family, at(ms));
        (0..calls).filter(one).count()
    }

    #[test]
    fn a_second_brings_back_what_a_second_may_have() {
        let quotas = RequestQuotas::default();
        let family = Family::Own("TagResource");
        let home = "us-east-1";
        assert_eq!(served(&quotas, 1, home, family, 0, 50), 10);
        assert_eq!(served(&quotas, 1, home, family, 99, 50), 0);
        assert_eq!(served(&quotas, 1, home, family, 350, 50), 3);
        assert_eq!(
            served(&quotas, 1, home, family, 100, 50),
            0,
            "a clock set back"
        );
        assert_eq!(served(&quotas, 1, home, family, 1_000_000, 50), 10);
    }

    #[test]
    fn accounts_regions_and_families_do_not_share() {
        let quotas = RequestQuotas::default();
        let family = Family::Own("GetParametersForImport");
        assert_eq!(served(&quotas, 1, "us-east-1", family, 0, 5), 1);
        assert_eq!(served(&quotas, 2, "us-east-1", family, 0, 5), 1);
        assert_eq!(served(&quotas, 1, "eu-west-1", family, 0, 5), 1);
        assert_eq!(
            served(&quotas, 1, "us-east-1", Family::Own("CreateKey"), 0, 9),
            5
        );
        assert_eq!(served(&quotas, 1, "us-east-1", Family::Rsa, 0, 2000), 1000);
        assert_eq!(served(&quotas, 1, "us-east-1", Family::Ecc, 0, 2000), 1000);
    }

    #[test]
    fn memory_is_bounded_and_idle_buckets_make_room() {
        let quotas = RequestQuotas::default();
        let family = Family::Own("CreateKey");
        for who in 0..17_000 {
            let before = usize::try_from(who).unwrap() < BUCKETS_MAX;
            assert_eq!(served(&quotas, who, "us-east-1", family, 0, 1) == 1, before);
        }
        assert_eq!(quotas.buckets.lock().unwrap().len(), BUCKETS_MAX);
        assert_eq!(served(&quotas, 16_999, "us-east-1", family, 1000, 1), 1);
        assert_eq!(quotas.buckets.lock().unwrap().len(), 1);
    }
}

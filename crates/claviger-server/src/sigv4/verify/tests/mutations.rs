//! No change of a signed request is accepted.

use http::HeaderValue;
use proptest::prelude::*;

use super::{BODY, SIGNED, authenticate, signed, with_authorization};
use crate::sigv4::Claim;

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// One byte of the body, of a signed value or of the `Authorization` header changed: never accepted, unless the
    /// change is one of spacing only.
    #[test]
    fn one_changed_byte_is_never_accepted(part in 0_usize..6, at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let mut map = signed(&SIGNED, BODY);
        let mut body = BODY.to_vec();
        let names = ["content-type", "host", "x-amz-date", "x-amz-target", "authorization"];
        let original = map.clone();
        if let Some(name) = names.get(part) {
            let mut value = map.get(*name).unwrap().as_bytes().to_vec();
            let at = at.index(value.len());
            prop_assume!(value[at] != to);
            value[at] = to;
            let Ok(value) = HeaderValue::from_bytes(&value) else { return Ok(()) };
            prop_assume!(value.as_bytes().trim_ascii() == value.as_bytes());
            map.insert(*name, value);
        } else {
            let at = at.index(body.len());
            prop_assume!(body[at] != to);
            body[at] = to;
        }
        if authenticate(&map, &body).is_ok() {
            prop_assert_eq!(Claim::read(&map, None), Claim::read(&original, None));
            prop_assert_eq!(part, 4, "accepted a change outside of the Authorization header");
        }
    }

    /// A signed header left out is never accepted either.
    #[test]
    fn one_removed_header_is_never_accepted(index in 0_usize..4) {
        let mut map = signed(&SIGNED, BODY);
        map.remove(SIGNED[index].0);
        prop_assert!(authenticate(&map, BODY).is_err());
    }

    /// Whatever stands in the header, reading it ends in an answer.
    #[test]
    fn any_authorization_is_read_without_panic(text in "[ -~]{0,200}") {
        let map = with_authorization(&text);
        prop_assert!(authenticate(&map, BODY).is_err());
    }
}

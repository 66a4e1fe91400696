//! What providers of identities send: tokens, and the keys that they publish.

use std::{future::Future, pin::Pin, sync::Arc};

use claviger_iam::web_identity::{
    KeySetSource, KeySets, Provider, Unavailable, claimed_issuer, verify,
};
use claviger_model::Timestamp;
use tokio::runtime::Builder;

/// A token and a JWK set, divided by the first zero byte. Who chooses both signs what it likes; what is believed is for us all the same.
pub(crate) fn token(input: &[u8]) {
    let end = input.iter().position(|byte| *byte == 0);
    let (token, behind) = input.split_at(end.unwrap_or(input.len()));
    let Ok(token) = std::str::from_utf8(token) else {
        return;
    };
    let published = Published(behind.get(1..).unwrap_or_default().to_vec());
    let url = claimed_issuer(token).unwrap_or_else(|_| "idp.example/tenant".to_owned());
    let provider = Provider {
        arn: &format!("arn:aws:iam::111122223333:oidc-provider/{url}"),
        url: &url,
        client_ids: &["sts.amazonaws.com".to_owned()],
    };
    let key_sets = KeySets::new(Arc::new(published));
    let now = Timestamp::from_epoch_ms(NOW_MS);
    let verified = Builder::new_current_thread()
        .build()
        .expect("a runtime")
        .block_on(verify(token, &provider, &key_sets, now));
    match verified {
        Ok(identity) => {
            assert_eq!(identity.issuer, url);
            assert_eq!(identity.audience, "sts.amazonaws.com");
        }
        Err(refusal) => assert!(refusal.error().message().is_some()),
    }
}

/// The same keys for every issuer.
pub(crate) struct Published(pub(crate) Vec<u8>);

impl KeySetSource for Published {
    fn fetch<'a>(
        &'a self,
        _: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<Vec<u8>, Unavailable>> + Send + 'a>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

/// 2026-01-02T03:04:05Z.
const NOW_MS: i64 = 1_767_323_045_000;

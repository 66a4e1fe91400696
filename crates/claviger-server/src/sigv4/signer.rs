//! The client's side of Signature Version 4, for tests: written from AWS's description, apart from the verifier.

use aws_lc_rs::{
    digest::{SHA256, digest},
    hmac,
};

/// An access key and what it signs for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signer<'s> {
    /// The access key id.
    pub(crate) access_key_id: &'s str,
    /// The secret access key.
    pub(crate) secret: &'s str,
    /// `20150830T123600Z`.
    pub(crate) date: &'s str,
    /// The Region of the scope.
    pub(crate) region: &'s str,
    /// The service of the scope.
    pub(crate) service: &'s str,
}

impl Signer<'_> {
    /// The `Authorization` header for `POST /` with these headers, all of which are signed, and this body.
    pub(crate) fn authorization(&self, headers: &[(&str, &str)], body: &[u8]) -> String {
        let mut canonical: Vec<(String, String)> = headers
            .iter()
            .map(|(name, value)| {
                (
                    name.to_lowercase(),
                    value.split_whitespace().collect::<Vec<_>>().join(" "),
                )
            })
            .collect();
        canonical.sort();
        let lines: String = canonical
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"))
            .collect();
        let signed = canonical
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
            .join(";");
        let request = format!(
            "POST\n/\n\n{lines}\n{signed}\n{}",
            hex::encode(digest(&SHA256, body))
        );

        let (day, _) = self.date.split_at(8);
        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let hash = hex::encode(digest(&SHA256, request.as_bytes()));
        let text = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{hash}", self.date);
        let parts = [day, self.region, self.service, "aws4_request", &text];
        let signature =
            parts
                .iter()
                .fold(format!("AWS4{}", self.secret).into_bytes(), |key, part| {
                    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes())
                        .as_ref()
                        .to_vec()
                });
        format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={}",
            self.access_key_id,
            hex::encode(signature)
        )
    }
}

//! AWS Signature Version 4, checked over the header and body bytes as received.
//!
//! A signature proves who sent a request and that nobody changed it, but only for what it covers. So the rules here
//! are about coverage as much as about cryptography:
//!
//! - Only the `Authorization` header with `AWS4-HMAC-SHA256` is read. Presigned queries, SigV4A, `UNSIGNED-PAYLOAD` and
//!   chunk signatures are refused: what is not known is denied.
//! - `host` and every `x-amz-*` header of the request must be signed, and each signed header must occur exactly once.
//! - The body is always hashed; `x-amz-content-sha256`, when sent, must agree.
//! - Nothing is rebuilt: method, path and query, a `Host` with or without port, or a header value with inner spaces, is taken as it came.
//!
//! The steps are [`Claim::read`] (what does the request claim), [`Claim::check_scope`], and [`verify`] (is it true),
//! in the order of AWS's own front ends, so that a request with two faults gets the answer that AWS gives.
//
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

mod canonical;
mod keys;
mod parse;
mod refusal;
mod time;
mod verify;

#[cfg(test)]
mod signer;

pub use canonical::Received;
pub use keys::SigningKeys;
pub(crate) use parse::text;
pub use parse::{Claim, Freshness};
pub use refusal::{Reason, Refusal};
pub(crate) use verify::SECURITY_TOKEN;
pub use verify::verify;

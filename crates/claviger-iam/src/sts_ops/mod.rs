//! The STS operations, one file each, and what they share.

mod assume_role;
mod assume_role_with_web_identity;
mod carried;
mod get_access_key_info;
mod get_caller_identity;
mod get_session_token;
mod role;
mod role_session;

pub(crate) use self::{
    carried::{check_tags, may_be_source_identity},
    role::account_of_role,
};
use claviger_audit::Parameters;
use claviger_core::{cx::Cx, pipeline::Route};
use claviger_model::sts::Credentials;

/// The entry of an STS operation; none when there is no such operation.
pub fn sts_route(action: &str) -> Option<Route> {
    STS.iter().find(|route| route.rule.name == action).copied()
}

const STS: &[Route] = &[
    Route::of::<assume_role::AssumeRole>(),
    Route::of::<assume_role_with_web_identity::AssumeRoleWithWebIdentity>(),
    Route::of::<get_access_key_info::GetAccessKeyInfo>(),
    Route::of::<get_caller_identity::GetCallerIdentity>(),
    Route::of::<get_session_token::GetSessionToken>(),
];

/// New credentials in the audit event, without the secret.
// DIFFERS: AWS logs the session token as well. Here the log, which many may read, has nothing of a credential but its id.
fn note_credentials<'c>(cx: &'c mut Cx<'_>, credentials: &Credentials) -> &'c mut Parameters {
    cx.notes.response().put_object("credentials", |member| {
        member
            .put_str("accessKeyId", &credentials.access_key_id)
            .put_str("expiration", &credentials.expiration.human());
    })
}

/// How long a session and its token shall be, in the audit event.
fn put_terms(out: &mut Parameters, seconds: Option<i32>, token_bytes_min: Option<i32>) {
    if let Some(seconds) = seconds {
        out.put_int("durationSeconds", seconds.into());
    }
    if let Some(bytes) = token_bytes_min {
        out.put_int("minimumSessionTokenSize", bytes.into());
    }
}

/// The second factor that was shown, in the audit event; never its code.
fn put_serial_number(out: &mut Parameters, serial_number: Option<&str>) {
    if let Some(number) = serial_number {
        out.put_str("serialNumber", number);
    }
}

/// Notes how long a token is and how much of the longest it is.
fn note_size(noted: &mut Parameters, token_bytes: i32, used_percent: i32) {
    noted
        .put_int("sessionTokenUtilization", used_percent.into())
        .put_int("sessionTokenSize", token_bytes.into());
}

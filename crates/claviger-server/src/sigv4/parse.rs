//! What a request claims: the `Authorization` header and the date, taken apart without believing them.

use std::iter;

use aws_lc_rs::digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use memchr::memchr;

use super::{
    refusal::{Reason, Refusal},
    time::{SignedAt, basic},
};

/// Who a request says that it is from, when and for what it was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim<'h> {
    /// The access key id.
    pub access_key_id: &'h str,
    /// The day of the scope, `20150830`.
    pub date: &'h str,
    /// The Region of the scope.
    pub region: &'h str,
    /// The service of the scope, such as `kms`.
    pub service: &'h str,
    pub(super) terminator: &'h str,
    /// Access key id and scope as they were sent, `AKID/20150830/us-east-1/kms/aws4_request`.
    pub(super) credential: &'h str,
    /// What stands behind the access key id, `20150830/us-east-1/kms/aws4_request`.
    pub(super) scope: &'h str,
    pub(super) signed_headers: &'h str,
    pub(super) signature: &'h str,
    pub(super) signed_at: SignedAt<'h>,
}

/// How old a signature may be, and how far in the future.
#[derive(Clone, Copy, Debug)]
pub struct Freshness {
    /// The real time, milliseconds since the epoch.
    pub now_ms: i64,
    /// The window on each side, minutes.
    pub skew_minutes_max: u32,
}

impl<'h> Claim<'h> {
    /// Reads the claim; without `freshness` a signature of any age will do.
    ///
    /// # Errors
    /// A missing, doubled or malformed header; a stale or future date; an unsigned `host`.
    pub fn read(headers: &'h HeaderMap, freshness: Option<Freshness>) -> Result<Self, Refusal> {
        let authorization =
            single(headers, &header::AUTHORIZATION)?.ok_or_else(Refusal::missing_token)?;
        let text = text(authorization).ok_or_else(|| not_a_pair(authorization))?;
        let (algorithm, parameters) = cut(text, b' ').unwrap_or((text, ""));
        let parameters = Parameters::parse(authorization, parameters)?;

        let date = date_header(headers)?;
        let (Some(credential), Some(signature), Some(signed_headers), Some(date)) = (
            parameters.credential,
            parameters.signature,
            parameters.signed_headers,
            date,
        ) else {
            return Err(missing_parts(&parameters, date.is_none(), authorization));
        };
        let signed_at = signed_at(date)?;
        if let Some(freshness) = freshness {
            freshness.check(&signed_at)?;
        }
        if !parts(signed_headers, b';').any(|name| name == "host") {
            return Err(Refusal::new(
                Reason::UnsignedHeader,
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
            ));
        }
        if algorithm != ALGORITHM {
            return Err(Refusal::incomplete(format!(
                "Unsupported AWS 'algorithm': '{algorithm}'."
            )));
        }
        let (access_key_id, scope, [date, region, service, terminator]) =
            scope(credential).ok_or_else(|| wrong_scope(credential))?;
        Ok(Self {
            access_key_id,
            date,
            region,
            service,
            terminator,
            credential,
            scope,
            signed_headers,
            signature,
            signed_at,
        })
    }

    /// Compares the scope with what this request needs: `region_known` for a Region that is served, and the service.
    ///
    /// # Errors
    /// One sentence for each part that is wrong, together.
    pub fn check_scope(&self, region_known: bool, service: &str) -> Result<(), Refusal> {
        let day = self.signed_at.day();
        if region_known
            && self.service == service
            && self.terminator == TERMINATOR
            && self.date == day
        {
            return Ok(());
        }
        let mut message = String::new();
        if !region_known {
            message += &format!(
                "Credential should be scoped to a valid region, not '{}'. ",
                self.region
            );
        }
        if self.service != service {
            message += &format!("Credential should be scoped to correct service: '{service}'. ");
        }
        if self.terminator != TERMINATOR {
            message += &format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'. ",
                self.terminator
            );
        }
        if self.date != day {
            message += &format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: \
                 '{}' != '{day}', from '{}'. ",
                self.date, self.signed_at.text
            );
        }
        Err(Refusal::new(Reason::Scope, message))
    }
}

impl Freshness {
    fn check(self, signed_at: &SignedAt<'_>) -> Result<(), Refusal> {
        let minutes = self.skew_minutes_max;
        let window_ms = i64::from(minutes) * 60_000;
        let (now, text) = (self.now_ms, &signed_at.text);
        // Signatures carry whole seconds, so a client's clock reads up to one second early.
        let oldest = (now - window_ms).div_euclid(1000) * 1000;
        let newest = now + window_ms;
        if signed_at.epoch_ms < oldest {
            let message = format!(
                "Signature expired: {text} is now earlier than {} ({} - {minutes} min.)",
                basic(oldest),
                basic(now)
            );
            return Err(Refusal::new(Reason::Expired, message));
        }
        if signed_at.epoch_ms > newest {
            let message = format!(
                "Signature not yet current: {text} is still later than {} ({} + {minutes} min.)",
                basic(newest),
                basic(now)
            );
            return Err(Refusal::new(Reason::NotYetCurrent, message));
        }
        Ok(())
    }
}

#[derive(Default)]
struct Parameters<'h> {
    credential: Option<&'h str>,
    signature: Option<&'h str>,
    signed_headers: Option<&'h str>,
}

impl<'h> Parameters<'h> {
    /// Real clients put a comma, a comma and a space, or several spaces between the parameters.
    fn parse(authorization: &HeaderValue, text: &'h str) -> Result<Self, Refusal> {
        let mut found = Self::default();
        for pair in parts(text, b',')
            .map(str::trim_ascii)
            .filter(|pair| !pair.is_empty())
        {
            let (name, value) = cut(pair, b'=').ok_or_else(|| not_a_pair(authorization))?;
            let slot = match name {
                "Credential" => &mut found.credential,
                "Signature" => &mut found.signature,
                "SignedHeaders" => &mut found.signed_headers,
                _ => {
                    return Err(Refusal::incomplete(
                        "Authorization header has an unknown parameter.",
                    ));
                }
            };
            if slot.is_some() {
                return Err(Refusal::incomplete(format!(
                    "Authorization header has more than one '{name}' parameter."
                )));
            }
            *slot = (!value.is_empty()).then_some(value);
        }
        Ok(found)
    }
}

/// The access key id; the scope as a whole, and taken apart.
fn scope(credential: &str) -> Option<(&str, &str, [&str; 4])> {
    let (access_key_id, scope) = cut(credential, b'/')?;
    let (date, rest) = cut(scope, b'/')?;
    let (region, rest) = cut(rest, b'/')?;
    let (service, terminator) = cut(rest, b'/')?;
    (!terminator.contains('/')).then_some((
        access_key_id,
        scope,
        [date, region, service, terminator],
    ))
}

fn wrong_scope(credential: &str) -> Refusal {
    Refusal::incomplete(format!(
        "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, \
         got '{credential}'"
    ))
}

fn date_header(headers: &HeaderMap) -> Result<Option<&HeaderValue>, Refusal> {
    match single(headers, &X_AMZ_DATE)? {
        Some(date) => Ok(Some(date)),
        None => single(headers, &header::DATE),
    }
}

fn signed_at(date: &HeaderValue) -> Result<SignedAt<'_>, Refusal> {
    text(date).and_then(SignedAt::parse).ok_or_else(|| {
        Refusal::incomplete(format!(
            "Date must be in ISO-8601 'basic format'. Got '{}'. See http://en.wikipedia.org/wiki/ISO_8601",
            date.as_bytes().escape_ascii()
        ))
    })
}

/// The text of a header, when it is plain ASCII: [`HeaderValue::to_str`], but not byte by byte.
pub(crate) fn text(value: &HeaderValue) -> Option<&str> {
    str::from_utf8(value.as_bytes())
        .ok()
        .filter(|text| text.is_ascii())
}

/// `split`, by the search that is made for bytes.
pub(super) fn parts(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    iter::from_fn(move || {
        let text = rest?;
        let (part, behind) = cut(text, sign).unzip();
        rest = behind;
        part.or(Some(text))
    })
}

/// `split_once`, by the same.
fn cut(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = memchr(sign, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// The one value of a header; a doubled header has no meaning that two parties would agree on.
fn single<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h HeaderValue>, Refusal> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (value, None) => Ok(value),
        (_, Some(_)) => Err(Refusal::incomplete(format!(
            "The request has more than one '{name}' header."
        ))),
    }
}

fn missing_parts(
    parameters: &Parameters<'_>,
    no_date: bool,
    authorization: &HeaderValue,
) -> Refusal {
    let mut message = String::new();
    for (name, value) in [
        ("Credential", parameters.credential),
        ("Signature", parameters.signature),
        ("SignedHeaders", parameters.signed_headers),
    ] {
        if value.is_none() {
            message += &format!("Authorization header requires '{name}' parameter. ");
        }
    }
    if no_date {
        message +=
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    message += &format!(
        "(Hashed with SHA-256 and encoded with Base64) Authorization={}",
        fingerprint(authorization)
    );
    Refusal::incomplete(message)
}

fn not_a_pair(authorization: &HeaderValue) -> Refusal {
    Refusal::incomplete(format!(
        "Invalid key=value pair (missing equal-sign) in Authorization header \
         (hashed with SHA-256 and encoded with Base64): '{}'.",
        fingerprint(authorization)
    ))
}

/// Other schemes put secrets into this header, so AWS echoes its hash only.
fn fingerprint(authorization: &HeaderValue) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, authorization.as_bytes()))
}

pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
pub(super) const TERMINATOR: &str = "aws4_request";
static X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");

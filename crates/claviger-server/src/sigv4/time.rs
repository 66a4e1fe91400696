//! The date of a signature: `20150830T123600Z`, from `X-Amz-Date` or from `Date`.

use std::borrow::Cow;

use jiff::{Timestamp, civil, tz::Offset};

/// When a request says that it was signed, to the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedAt<'h> {
    /// ISO 8601 basic form, the form that is signed.
    pub(super) text: Cow<'h, str>,
    /// Milliseconds since the epoch.
    pub(super) epoch_ms: i64,
}

impl<'h> SignedAt<'h> {
    /// Reads the form of `X-Amz-Date`, or the form of the HTTP `Date` header; `None` for anything else.
    pub(super) fn parse(text: &'h str) -> Option<Self> {
        if let Some(time) = parse_basic(text) {
            return Some(Self {
                text: Cow::Borrowed(text),
                epoch_ms: time.as_millisecond(),
            });
        }
        let time = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Some(Self {
            text: Cow::Owned(basic(time.as_millisecond())),
            epoch_ms: time.as_millisecond(),
        })
    }

    /// The day of the signature, `20150830`.
    pub(super) fn day(&self) -> &str {
        self.text.get(..8).unwrap_or_default()
    }
}

/// A moment in ISO 8601 basic form.
pub(super) fn basic(epoch_ms: i64) -> String {
    match Timestamp::from_millisecond(epoch_ms) {
        Ok(time) => time.strftime("%Y%m%dT%H%M%SZ").to_string(),
        Err(_) => format!("{epoch_ms}"),
    }
}

fn parse_basic(text: &str) -> Option<Timestamp> {
    let bytes: &[u8; 16] = text.as_bytes().try_into().ok()?;
    let [
        y1,
        y2,
        y3,
        y4,
        mo1,
        mo2,
        d1,
        d2,
        b'T',
        h1,
        h2,
        mi1,
        mi2,
        s1,
        s2,
        b'Z',
    ] = *bytes
    else {
        return None;
    };
    let pair = |tens, units| two_digits(tens, units);
    let year = i16::from(pair(y1, y2)?) * 100 + i16::from(pair(y3, y4)?);
    let date = civil::Date::new(year, pair(mo1, mo2)?, pair(d1, d2)?).ok()?;
    let time = civil::Time::new(pair(h1, h2)?, pair(mi1, mi2)?, pair(s1, s2)?, 0).ok()?;
    Offset::UTC.to_timestamp(date.to_datetime(time)).ok()
}

fn two_digits(tens: u8, units: u8) -> Option<i8> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| byte - b'0');
    i8::try_from(digit(tens)? * 10 + digit(units)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_header_forms_name_the_same_moment() {
        let basic = SignedAt::parse("20150830T123600Z").unwrap();
        let http = SignedAt::parse("Sun, 30 Aug 2015 12:36:00 GMT").unwrap();
        assert_eq!(basic, http);
        assert_eq!(basic.epoch_ms, 1_440_938_160_000);
        assert_eq!(basic.day(), "20150830");
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830T123600z",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150830T240000Z",
            "2015-08-30T12:36:00Z",
            "2015083OT123600Z",
            "20150830T123600Z ",
            "+0150830T123600Z",
        ] {
            assert_eq!(SignedAt::parse(text), None, "{text}");
        }
    }
}

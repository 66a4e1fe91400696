//! Moments, as the wire and the store know them.

use std::fmt;

use jiff::tz::TimeZone;

/// A moment: whole milliseconds since 1970-01-01T00:00:00Z.
///
/// `Display` is RFC 3339 in whole seconds, `2026-01-02T03:04:05Z`, the form of CloudTrail's `eventTime`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The moment `ms` milliseconds after the epoch; negative before it.
    pub const fn from_epoch_ms(ms: i64) -> Self {
        Self(ms)
    }

    /// The moment `seconds` after the epoch; saturates.
    pub const fn from_epoch_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(MS_PER_SECOND))
    }

    /// Milliseconds since the epoch.
    pub const fn epoch_ms(self) -> i64 {
        self.0
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn epoch_seconds(self) -> i64 {
        self.0.div_euclid(MS_PER_SECOND)
    }

    /// Later by `ms` milliseconds (earlier when negative); saturates.
    #[must_use]
    pub const fn saturating_add_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Later by `seconds`; saturates.
    #[must_use]
    pub const fn saturating_add_seconds(self, seconds: i64) -> Self {
        self.saturating_add_ms(seconds.saturating_mul(MS_PER_SECOND))
    }

    /// Later by days of 24 hours; saturates.
    #[must_use]
    pub const fn saturating_add_days(self, days: i64) -> Self {
        self.saturating_add_ms(days.saturating_mul(MS_PER_DAY))
    }

    /// The form that CloudTrail gives dates inside `requestParameters`: `May 21, 2025, 5:47:45 AM`.
    pub fn human(self) -> String {
        self.civil()
            .strftime("%b %-d, %Y, %-I:%M:%S %p")
            .to_string()
    }

    /// The form that CloudTrail gives dates in the answers of IAM: `May 21, 2025 5:47:45 AM`.
    pub fn human_of_iam(self) -> String {
        self.civil().strftime("%b %-d, %Y %-I:%M:%S %p").to_string()
    }

    /// True within the years -9999 to 9999, outside of which no calendar form exists.
    pub(crate) fn has_calendar_form(self) -> bool {
        jiff::Timestamp::from_millisecond(self.0).is_ok()
    }

    /// The calendar form in UTC; beyond the calendar, its nearest end.
    fn civil(self) -> jiff::Zoned {
        let end = if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        };
        jiff::Timestamp::from_millisecond(self.0)
            .unwrap_or(end)
            .to_zoned(TimeZone::UTC)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.epoch_seconds()) {
            // Once in every audit event: jiff prints a whole second without interpreting a pattern.
            Ok(second) if self.0 >= 0 => fmt::Display::fmt(&second, f),
            Ok(_) | Err(_) => write!(f, "{}", self.civil().strftime("%Y-%m-%dT%H:%M:%SZ")),
        }
    }
}

const MS_PER_SECOND: i64 = 1000;

const MS_PER_DAY: i64 = 24 * 60 * 60 * MS_PER_SECOND;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let moment = Timestamp::from_epoch_ms(1_747_806_465_123);
        assert_eq!(moment.to_string(), "2025-05-21T05:47:45Z");
        assert_eq!(moment.human(), "May 21, 2025, 5:47:45 AM");
        assert_eq!(moment.human_of_iam(), "May 21, 2025 5:47:45 AM");
        assert_eq!(
            moment.saturating_add_seconds(12 * 3600).human(),
            "May 21, 2025, 5:47:45 PM"
        );
        assert_eq!(Timestamp::default().human(), "Jan 1, 1970, 12:00:00 AM");
        assert_eq!(moment.epoch_seconds(), 1_747_806_465);
        assert_eq!(Timestamp::from_epoch_ms(-1).epoch_seconds(), -1);
    }

    #[test]
    fn arithmetic_saturates() {
        let last = Timestamp::from_epoch_ms(i64::MAX);
        assert_eq!(last.saturating_add_days(i64::MAX), last);
        assert_eq!(Timestamp::from_epoch_seconds(i64::MIN).epoch_ms(), i64::MIN);
        assert_eq!(
            Timestamp::default().saturating_add_days(2),
            Timestamp::from_epoch_seconds(172_800)
        );
    }

    #[test]
    fn printing_never_fails() {
        assert!(!Timestamp::from_epoch_ms(i64::MAX).has_calendar_form());
        assert_eq!(
            Timestamp::from_epoch_ms(i64::MAX).to_string(),
            "9999-12-30T22:00:00Z"
        );
        assert!(
            Timestamp::from_epoch_ms(i64::MIN)
                .to_string()
                .starts_with("-9999-")
        );
    }
}

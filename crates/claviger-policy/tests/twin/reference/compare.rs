//! Comparing numbers, dates, addresses, ARNs and bytes.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::patterns::{self, Glyph};

/// Each of the six parts of an ARN by itself.
pub(super) fn is_arn_like(pattern: &[Glyph], given: &str) -> bool {
    let colon = |glyph: &Glyph| *glyph == Glyph::Written(':');
    let wanted: Vec<&[Glyph]> = pattern.splitn(6, colon).collect();
    let parts: Vec<&str> = given.splitn(6, ':').collect();
    wanted.len() == 6
        && parts.len() == 6
        && wanted
            .iter()
            .zip(parts)
            .all(|(wanted, part)| patterns::is_like(wanted, part))
}

pub(super) fn is_same_truth(wanted: &str, given: &str) -> bool {
    wanted.eq_ignore_ascii_case(given)
}

/// The wanted bytes stand in base64.
pub(super) fn is_same_bytes(wanted: &str, given: &str) -> bool {
    STANDARD
        .decode(wanted)
        .is_ok_and(|bytes| bytes == given.as_bytes())
}

/// An address, or a range as CIDR writes it.
pub(super) fn is_address_in(wanted: &str, given: &str) -> bool {
    let (network, length) = match wanted.split_once('/') {
        Some((network, length)) => (network, length.parse().ok()),
        None => (wanted, Some(128)),
    };
    let (Ok(network), Ok(address), Some(length)) = (network.parse(), given.parse(), length) else {
        return false;
    };
    let (network, address) = (bits(network), bits(address));
    network.len() == address.len()
        && network
            .into_iter()
            .zip(address)
            .take(length)
            .all(|(wanted, given)| wanted == given)
}

/// `NumericLessThan` and its like; `None` when there is no such operator.
pub(super) fn is_ordered(comparison: &str, wanted: &str, given: &str) -> Option<bool> {
    let (order, relation) = if let Some(relation) = comparison.strip_prefix("Numeric") {
        (number(given).partial_cmp(&number(wanted))?, relation)
    } else {
        let relation = comparison.strip_prefix("Date")?;
        let (given, wanted) = (instant(given)?, instant(wanted)?);
        (given.partial_cmp(&wanted)?, relation)
    };
    match relation {
        "Equals" => Some(order == Ordering::Equal),
        "LessThan" => Some(order == Ordering::Less),
        "LessThanEquals" => Some(order != Ordering::Greater),
        "GreaterThan" => Some(order == Ordering::Greater),
        "GreaterThanEquals" => Some(order != Ordering::Less),
        _ => None,
    }
}

fn bits(address: IpAddr) -> Vec<bool> {
    let octets = match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    };
    octets
        .into_iter()
        .flat_map(|octet| (0..8).rev().map(move |bit| octet >> bit & 1 == 1))
        .collect()
}

fn number(text: &str) -> f64 {
    text.parse()
        .unwrap_or_else(|_| panic!("{text}: not a number"))
}

/// Seconds since 1970, of a date in one of the forms of <https://www.w3.org/TR/NOTE-datetime>, or already counted.
fn instant(text: &str) -> Option<f64> {
    let is_count = text.len() > 4
        && text
            .chars()
            .all(|letter| letter.is_ascii_digit() || letter == '.');
    if is_count {
        return text.parse().ok();
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let parts: Vec<i64> = date
        .split('-')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    let (month, day) = (
        parts.get(1).copied().unwrap_or(1),
        parts.get(2).copied().unwrap_or(1),
    );
    let days = days_since_1970(*parts.first()?, month, day);
    let seconds = time.map_or(Some(0.0), seconds_of_day)?;
    Some(days as f64 * 86_400.0 + seconds)
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`, with `Z` or an offset.
fn seconds_of_day(time: &str) -> Option<f64> {
    let end = time.find(['Z', '+', '-'])?;
    let (clock, zone) = time.split_at(end);
    let offset = match zone.split_at(1) {
        ("Z", _) => 0.0,
        ("+", offset) => clock_seconds(offset)?,
        (_, offset) => -clock_seconds(offset)?,
    };
    Some(clock_seconds(clock)? - offset)
}

fn clock_seconds(clock: &str) -> Option<f64> {
    let weights = [3600.0, 60.0, 1.0];
    let parts: Vec<f64> = clock
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    Some(parts.iter().zip(weights).map(|(part, of)| part * of).sum())
}

/// Year by year and month by month.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let years: i64 = (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .sum();
    let february = if is_leap(year) { 29 } else { 28 };
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months: i64 = lengths
        .iter()
        .take(usize::try_from(month - 1).unwrap_or(0))
        .sum();
    years + months + day - 1
}

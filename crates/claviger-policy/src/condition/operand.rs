//! The values that a policy compares with, parsed for their operator.

use std::cmp::Ordering;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use claviger_model::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::ConditionKey;
use super::operator::{Kind, Order};
use crate::arn::ArnPattern;
use crate::error::{ParseError, Refusal};
use crate::glob::Glob;
use crate::json::Node;
use crate::request::{Context, Value};
use crate::spelling::are_alike;
use crate::template::{FromSymbols, Language, Template};

#[derive(Debug)]
pub(crate) enum Operands {
    Address(Vec<Network>),
    Arn(Vec<Template<ArnPattern>>),
    Binary(Vec<Vec<u8>>),
    Bool(Vec<bool>),
    Date(Order, Vec<Timestamp>),
    Numeric(Order, Vec<i128>),
    String(Vec<Template<String>>),
    StringIgnoreCase(Vec<Template<String>>),
    StringLike(Vec<Template<Glob>>),
}

impl Operands {
    pub(crate) fn parse(
        kind: Kind,
        items: &[Node<'_>],
        language: Language,
    ) -> Result<Self, ParseError> {
        Ok(match kind {
            Kind::Address => Operands::Address(parse_each(
                items,
                "an IP address or CIDR range",
                Network::parse,
            )?),
            Kind::Arn => Operands::Arn(parse_templates(items, language)?),
            Kind::Binary => Operands::Binary(parse_each(items, "base64", |text| {
                STANDARD.decode(text).ok()
            })?),
            Kind::Bool => Operands::Bool(items.iter().map(parse_bool).collect::<Result<_, _>>()?),
            Kind::Date(order) => Operands::Date(order, parse_each(items, DATE_FORM, parse_date)?),
            Kind::Numeric(order) => {
                Operands::Numeric(order, parse_each(items, "a decimal number", parse_decimal)?)
            }
            Kind::String => Operands::String(parse_templates(items, language)?),
            Kind::StringIgnoreCase => Operands::StringIgnoreCase(parse_templates(items, language)?),
            Kind::StringLike => Operands::StringLike(parse_templates(items, language)?),
        })
    }

    /// The condition keys whose values are compared with.
    pub(crate) fn variables(&self) -> Vec<&ConditionKey> {
        match self {
            Operands::Arn(patterns) => variables_of(patterns),
            Operands::String(patterns) | Operands::StringIgnoreCase(patterns) => {
                variables_of(patterns)
            }
            Operands::StringLike(patterns) => variables_of(patterns),
            Operands::Address(_)
            | Operands::Binary(_)
            | Operands::Bool(_)
            | Operands::Date(..)
            | Operands::Numeric(..) => Vec::new(),
        }
    }

    /// Whether the request's value matches any of the policy's. A value that cannot be read as the operator's type
    /// matches none.
    pub(crate) fn any_matches(&self, value: &Value<'_>, cx: &Context<'_>) -> bool {
        match self {
            Operands::Address(networks) => address_of(value)
                .is_some_and(|address| networks.iter().any(|network| network.contains(address))),
            Operands::Binary(known) => {
                bytes_of(value).is_some_and(|bytes| known.iter().any(|one| one == bytes))
            }
            Operands::Bool(known) => bool_of(value).is_some_and(|flag| known.contains(&flag)),
            Operands::Date(order, known) => date_of(value)
                .is_some_and(|date| known.iter().any(|one| order.holds(date.cmp(one)))),
            Operands::Numeric(order, known) => decimal_of(value)
                .is_some_and(|number| known.iter().any(|one| order.holds(number.cmp(one)))),
            Operands::Arn(patterns) => {
                any_text(patterns, value, cx, |pattern, text| pattern.matches(text))
            }
            Operands::String(patterns) => {
                any_text(patterns, value, cx, |pattern, text| pattern == text)
            }
            Operands::StringIgnoreCase(patterns) => {
                any_text(patterns, value, cx, |one, text| are_alike(one, text))
            }
            Operands::StringLike(patterns) => {
                any_text(patterns, value, cx, |pattern, text| pattern.matches(text))
            }
        }
    }
}

impl Order {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Order::Equal => ordering.is_eq(),
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// A range of IP addresses.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            Some(digits) => whole_number(digits)?.try_into().ok()?,
            None => width,
        };
        (prefix_bits <= width).then_some(Network {
            address,
            prefix_bits,
        })
    }

    fn contains(&self, address: IpAddr) -> bool {
        let difference = match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                u128::from(own.to_bits() ^ other.to_bits()) << 96
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => own.to_bits() ^ other.to_bits(),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        difference.leading_zeros() >= u32::from(self.prefix_bits)
    }
}

pub(crate) fn parse_bool(item: &Node<'_>) -> Result<bool, ParseError> {
    bool_from(item.scalar()?).ok_or_else(|| item.refuse(Refusal::Value("true or false")))
}

fn parse_each<T>(
    items: &[Node<'_>],
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ParseError> {
    let one = |item: &Node<'_>| {
        parse(item.scalar()?).ok_or_else(|| item.refuse(Refusal::Value(expected)))
    };
    items.iter().map(one).collect()
}

fn parse_templates<T>(
    items: &[Node<'_>],
    language: Language,
) -> Result<Vec<Template<T>>, ParseError>
where
    T: FromSymbols,
{
    let one = |item: &Node<'_>| {
        Template::parse(item.scalar()?, language).map_err(|reason| item.refuse(reason))
    };
    items.iter().map(one).collect()
}

fn variables_of<T>(patterns: &[Template<T>]) -> Vec<&ConditionKey> {
    patterns.iter().flat_map(Template::variables).collect()
}

fn any_text<T: FromSymbols>(
    patterns: &[Template<T>],
    value: &Value<'_>,
    cx: &Context<'_>,
    test: impl Fn(&T, &str) -> bool,
) -> bool {
    let Some(text) = value.to_text() else {
        return false;
    };
    patterns
        .iter()
        .any(|template| template.passes(cx, |pattern| test(pattern, &text)))
}

fn address_of(value: &Value<'_>) -> Option<IpAddr> {
    match value {
        Value::Address(address) => Some(*address),
        Value::Text(text) => text.parse().ok(),
        Value::Binary(_) | Value::Bool(_) | Value::Number(_) | Value::Time(_) => None,
    }
}

fn bytes_of<'v>(value: &'v Value<'_>) -> Option<&'v [u8]> {
    match value {
        Value::Binary(bytes) => Some(bytes),
        Value::Text(text) => Some(text.as_bytes()),
        Value::Address(_) | Value::Bool(_) | Value::Number(_) | Value::Time(_) => None,
    }
}

fn bool_of(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Text(text) => bool_from(text),
        Value::Address(_) | Value::Binary(_) | Value::Number(_) | Value::Time(_) => None,
    }
}

fn date_of(value: &Value<'_>) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => Some(Timestamp::from_epoch_seconds(*seconds)),
        Value::Text(text) => parse_date(text),
        Value::Time(time) => Some(*time),
        Value::Address(_) | Value::Binary(_) | Value::Bool(_) => None,
    }
}

fn decimal_of(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Number(number) => i128::from(*number).checked_mul(DECIMAL_UNIT),
        Value::Text(text) => parse_decimal(text),
        Value::Time(time) => i128::from(time.epoch_seconds()).checked_mul(DECIMAL_UNIT),
        Value::Address(_) | Value::Binary(_) | Value::Bool(_) => None,
    }
}

fn bool_from(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// A decimal number in units of 10⁻⁹, so that comparisons are exact.
fn parse_decimal(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    if fraction.len() > DECIMAL_PLACES {
        return None;
    }
    let scale =
        10_i128.checked_pow(u32::try_from(DECIMAL_PLACES.checked_sub(fraction.len())?).ok()?)?;
    let fraction = i128::from(whole_number(fraction)?).checked_mul(scale)?;
    let magnitude = i128::from(whole_number(whole)?)
        .checked_mul(DECIMAL_UNIT)?
        .checked_add(fraction)?;
    Some(if negative { -magnitude } else { magnitude })
}

/// A W3C date and time, or seconds since 1970.
// DIFFERS: a bare year (`2020`) is refused; AWS's page allows it, but it cannot be told from seconds since 1970.
fn parse_date(text: &str) -> Option<Timestamp> {
    if let Some(seconds) = whole_number(text) {
        let is_year = text.len() == 4;
        return i64::try_from(seconds)
            .ok()
            .filter(|_| !is_year)
            .map(Timestamp::from_epoch_seconds);
    }
    let is_w3c = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b"-:.TZ+".contains(&byte));
    if !is_w3c || text.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let moment = match text.len() {
        7 => start_of_day(&format!("{text}-01"))?,
        10 => start_of_day(text)?,
        _ => text.parse().ok()?,
    };
    Some(Timestamp::from_epoch_ms(moment.as_millisecond()))
}

fn start_of_day(text: &str) -> Option<jiff::Timestamp> {
    let date: Date = text.parse().ok()?;
    date.to_zoned(TimeZone::UTC)
        .ok()
        .map(|zoned| zoned.timestamp())
}

/// Digits and nothing else; `str::parse` alone would take a sign.
fn whole_number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else {
        None
    }
}

const DATE_FORM: &str = "a date (2026-01-31, 2026-01-31T12:00:00Z) or seconds since 1970";
const DECIMAL_PLACES: usize = 9;
const DECIMAL_UNIT: i128 = 1_000_000_000;

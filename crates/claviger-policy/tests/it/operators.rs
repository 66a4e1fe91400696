//! What each operator compares.

use std::net::IpAddr;

use claviger_model::Timestamp;
use claviger_policy::Value;

use crate::conditions::{check_one, text};
use crate::scene::KEY;

#[test]
fn strings() {
    let string = |operator: &str, values: &str, present: bool| {
        check_one(
            operator,
            values,
            text("RSA_2048"),
            present,
            operator.contains("Not"),
        );
    };
    string("StringEquals", r#""RSA_2048""#, true);
    string("StringEquals", r#""rsa_2048""#, false);
    string("StringEquals", r#"["HMAC_256","RSA_2048"]"#, true);
    string("StringEquals", r#""RSA_*""#, false);
    string("StringNotEquals", r#""RSA_2048""#, false);
    string("StringNotEquals", r#"["HMAC_256","RSA_2048"]"#, false);
    string("StringNotEquals", r#"["HMAC_256","RSA_4096"]"#, true);
    string("StringEqualsIgnoreCase", r#""rsa_2048""#, true);
    string("StringEqualsIgnoreCase", r#""rsa_204""#, false);
    string("StringNotEqualsIgnoreCase", r#""rsa_2048""#, false);
    string("StringNotEqualsIgnoreCase", r#""rsa_4096""#, true);
    string("StringLike", r#""RSA_*""#, true);
    string("StringLike", r#""rsa_*""#, false);
    string("StringLike", r#""RSA_?048""#, true);
    string("StringNotLike", r#""RSA_*""#, false);
    string("StringNotLike", r#""ECC_*""#, true);
    check_one("StringEqualsIgnoreCase", r#""É""#, text("é"), true, false);
    check_one("StringEquals", "true", Value::Bool(true), true, false);
    check_one("StringEquals", "30", Value::Number(30), true, false);
    check_one(
        "StringLike",
        r#""*""#,
        Value::Binary(b"bytes"),
        false,
        false,
    );
}

#[test]
fn numbers() {
    let number = |operator: &str, values: &str, present: bool| {
        check_one(
            operator,
            values,
            Value::Number(30),
            present,
            operator == "NumericNotEquals",
        );
    };
    number("NumericEquals", "30", true);
    number("NumericEquals", r#""30.000""#, true);
    number("NumericEquals", "30.000000001", false);
    number("NumericEquals", "[29, 30]", true);
    number("NumericNotEquals", "30", false);
    number("NumericNotEquals", "29", true);
    number("NumericLessThan", "30", false);
    number("NumericLessThan", "30.5", true);
    number("NumericLessThanEquals", "30", true);
    number("NumericGreaterThan", "-31", true);
    number("NumericGreaterThan", "30", false);
    number("NumericGreaterThanEquals", "30", true);
    number("NumericGreaterThanEquals", "31", false);
    check_one("NumericEquals", "30", text("30"), true, false);
    check_one("NumericEquals", "30", text("thirty"), false, false);
    check_one(
        "NumericLessThan",
        r#""9223372036854775807""#,
        Value::Number(i64::MAX - 1),
        true,
        false,
    );
}

#[test]
fn dates() {
    // 2026-01-31T12:00:00Z
    let noon = Value::Time(Timestamp::from_epoch_seconds(1_769_860_800));
    let date = |operator: &str, value: &str, present: bool| {
        check_one(
            operator,
            &format!("\"{value}\""),
            noon.clone(),
            present,
            operator == "DateNotEquals",
        );
    };
    date("DateEquals", "2026-01-31T12:00:00Z", true);
    date("DateEquals", "2026-01-31T13:00:00+01:00", true);
    date("DateEquals", "2026-01-31T12:00Z", true);
    date("DateEquals", "2026-01-31T12:00:00.000Z", true);
    date("DateEquals", "1769860800", true);
    date("DateEquals", "2026-01-31", false);
    date("DateNotEquals", "2026-01-31", true);
    date("DateNotEquals", "1769860800", false);
    date("DateGreaterThan", "2026-01-31", true);
    date("DateGreaterThan", "2026-01", true);
    date("DateGreaterThan", "2026-01-31T12:00:00Z", false);
    date("DateGreaterThanEquals", "2026-01-31T12:00:00Z", true);
    date("DateLessThan", "2026-02", true);
    date("DateLessThan", "2026-01-31T12:00:00Z", false);
    date("DateLessThanEquals", "2026-01-31T12:00:00Z", true);
    check_one(
        "DateEquals",
        "1769860800",
        text("2026-01-31T12:00:00Z"),
        true,
        false,
    );
    check_one(
        "DateEquals",
        "1769860800",
        Value::Number(1_769_860_800),
        true,
        false,
    );
    check_one("DateLessThan", "1769860800", text("tomorrow"), false, false);
}

#[test]
fn truth() {
    check_one("Bool", r#""true""#, Value::Bool(true), true, false);
    check_one("Bool", "true", Value::Bool(false), false, false);
    check_one("Bool", r#""FALSE""#, Value::Bool(false), true, false);
    check_one(
        "Bool",
        r#"["true","false"]"#,
        Value::Bool(false),
        true,
        false,
    );
    check_one("Bool", "true", text("True"), true, false);
    check_one("Bool", "true", text("yes"), false, false);
}

#[test]
fn bytes() {
    check_one(
        "BinaryEquals",
        r#""QmluYXJ5VmFsdWVJbkJhc2U2NA==""#,
        Value::Binary(b"BinaryValueInBase64"),
        true,
        false,
    );
    check_one(
        "BinaryEquals",
        r#""QmluYXJ5""#,
        Value::Binary(b"binary"),
        false,
        false,
    );
    check_one("BinaryEquals", r#""QmluYXJ5""#, text("Binary"), true, false);
}

#[test]
fn addresses() {
    let address = |operator: &str, range: &str, actual: &str, present: bool| {
        let actual: IpAddr = actual.parse().unwrap();
        check_one(
            operator,
            &format!("\"{range}\""),
            Value::Address(actual),
            present,
            operator == "NotIpAddress",
        );
    };
    address("IpAddress", "203.0.113.0/24", "203.0.113.7", true);
    address("IpAddress", "203.0.113.0/24", "203.0.114.7", false);
    address("IpAddress", "203.0.113.99/24", "203.0.113.7", true);
    address("IpAddress", "203.0.113.7", "203.0.113.7", true);
    address("IpAddress", "203.0.113.7", "203.0.113.6", false);
    address("IpAddress", "0.0.0.0/0", "8.8.8.8", true);
    address("IpAddress", "0.0.0.0/0", "2001:db8::1", false);
    address(
        "IpAddress",
        "2001:DB8:1234:5678::/64",
        "2001:db8:1234:5678:1::9",
        true,
    );
    address(
        "IpAddress",
        "2001:DB8:1234:5678::/64",
        "2001:db8:1234:5679::9",
        false,
    );
    address("IpAddress", "::/0", "2001:db8::1", true);
    address("IpAddress", "203.0.113.0/24", "::ffff:203.0.113.7", true);
    address("NotIpAddress", "203.0.113.0/24", "203.0.113.7", false);
    address("NotIpAddress", "203.0.113.0/24", "198.51.100.7", true);
    check_one(
        "IpAddress",
        r#"["10.0.0.0/8","203.0.113.0/24"]"#,
        text("203.0.113.7"),
        true,
        false,
    );
    check_one("IpAddress", r#""0.0.0.0/0""#, text("a host"), false, false);
}

#[test]
fn arns() {
    for (like, not_like) in [("ArnEquals", "ArnNotEquals"), ("ArnLike", "ArnNotLike")] {
        check_one(like, &format!("\"{KEY}\""), text(KEY), true, false);
        check_one(
            like,
            r#""arn:aws:kms:*:111122223333:key/*""#,
            text(KEY),
            true,
            false,
        );
        check_one(like, r#""arn:aws:kms:*:key/*""#, text(KEY), false, false);
        check_one(
            like,
            r#""arn:aws:kms:*:444455556666:key/*""#,
            text(KEY),
            false,
            false,
        );
        check_one(not_like, &format!("\"{KEY}\""), text(KEY), false, true);
        check_one(not_like, r#""arn:aws:s3:::*""#, text(KEY), true, true);
    }
}

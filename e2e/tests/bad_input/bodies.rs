//! Bodies and targets that are no request of the API.

use serde_json::json;

use crate::Case;

/// Every broken body for several operations, and targets that no operation has.
pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (operation, member) in TEXT_MEMBERS {
        let target = format!("TrentService.{operation}");
        for (what, body) in broken_bodies() {
            cases.push(Case::raw(&target, what, body, "SerializationException"));
        }
        let twice = format!(r#"{{"{member}":"a","{member}":"a"}}"#).into_bytes();
        cases.push(Case::raw(
            &target,
            "a duplicate member",
            twice,
            "SerializationException",
        ));
        let oversize = json!({ "KeyId": "x".repeat(BODY_BYTES_MAX) })
            .to_string()
            .into_bytes();
        cases.push(Case::raw(
            &target,
            "an oversize body",
            oversize,
            "RequestEntityTooLargeException",
        ));
    }
    for target in UNKNOWN_TARGETS {
        cases.push(Case::raw(
            target,
            "an unknown target",
            b"{}".to_vec(),
            "UnknownOperationException",
        ));
    }
    cases
}

fn broken_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = |open: &str, close: &str| {
        format!(
            "{{\"Unknown\":{}1{}}}",
            open.repeat(10_000),
            close.repeat(10_000)
        )
        .into_bytes()
    };
    let texts: [(&str, &str); 20] = [
        ("no body", ""),
        ("white space", " \r\n\t"),
        ("null", "null"),
        ("true", "true"),
        ("a number", "7"),
        ("a string", "\"KeyId\""),
        ("a list", "[]"),
        ("a list around the object", "[{}]"),
        ("an open object", "{"),
        ("an open string", "{\"KeyId\":\"x"),
        ("a cut value", "{\"KeyId\":"),
        ("a trailing comma", "{\"KeyId\":\"x\",}"),
        ("something behind the object", "{} {}"),
        ("single quotes", "{'KeyId':'x'}"),
        ("a name without quotes", "{KeyId:\"x\"}"),
        ("a comment", "{/* c */}"),
        ("a lone surrogate", "{\"KeyId\":\"\\ud800\"}"),
        ("a raw control character", "{\"KeyId\":\"\u{1}\"}"),
        ("NaN", "{\"Limit\":NaN}"),
        ("XML", "<Request/>"),
    ];
    let mut bodies: Vec<_> = texts
        .iter()
        .map(|(what, text)| (*what, text.as_bytes().to_vec()))
        .collect();
    bodies.push(("no UTF-8", b"{\"KeyId\":\"\xff\xfe\"}".to_vec()));
    bodies.push(("a byte order mark", b"\xef\xbb\xbf{}".to_vec()));
    bodies.push((
        "UTF-16",
        "{}".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ));
    bodies.push(("deep lists", deep("[", "]")));
    bodies.push(("deep objects", deep("{\"a\":", "}")));
    bodies
}

/// Operations, each with a member that is a text.
const TEXT_MEMBERS: [(&str, &str); 6] = [
    ("DescribeKey", "KeyId"),
    ("CreateKey", "Description"),
    ("ListKeys", "Marker"),
    ("Encrypt", "KeyId"),
    ("ImportKeyMaterial", "KeyMaterialDescription"),
    ("TagResource", "KeyId"),
];

const BODY_BYTES_MAX: usize = 256 * 1024;

const UNKNOWN_TARGETS: [&str; 9] = [
    "",
    "DescribeKey",
    "TrentService",
    "TrentService.",
    "TrentService.describeKey",
    "TrentService.NoSuchOperation",
    "TrentService.DescribeKey.DescribeKey",
    "DynamoDB_20120810.ListTables",
    "trentservice.DescribeKey",
];

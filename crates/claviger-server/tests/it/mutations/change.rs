//! The changes, by what they touch.

use fastrand::Rng;

use super::spoken::{REGIONS, Spoken, letters, pick};
use crate::server::{ACCESS_KEY_ID, SESSION_KEY_ID};

type Change = fn(&mut Spoken, &mut Rng);

/// All kinds, equally likely.
pub(super) const KINDS: [(&str, Change); 14] = [
    ("body", body),
    ("header value", header_value),
    ("header dropped", header_dropped),
    ("header doubled", header_doubled),
    ("header added", header_added),
    ("values swapped", values_swapped),
    ("method", method),
    ("path", path),
    ("query", query),
    ("signature", signature),
    ("scope", scope),
    ("signed names", signed_names),
    ("date", date),
    ("authorization", authorization),
];

/// One change that says something else than the original, and the number of its kind.
pub(super) fn one(original: &Spoken, rng: &mut Rng) -> (usize, Spoken) {
    let kind = rng.usize(..KINDS.len());
    loop {
        let mut changed = original.clone();
        KINDS[kind].1(&mut changed, rng);
        if changed.meaning() != original.meaning() {
            return (kind, changed);
        }
    }
}

fn body(spoken: &mut Spoken, rng: &mut Rng) {
    let at = rng.usize(..spoken.body.len());
    let body = &mut spoken.body;
    match rng.u8(..7) {
        0 => body[at] ^= 1 << rng.u8(..8),
        1 => body.insert(at, rng.u8(..)),
        2 => drop(body.remove(at)),
        3 => body.truncate(at),
        4 => body.push(pick(rng, b" \n\0")),
        5 => body.make_ascii_uppercase(),
        _ => body.extend_from_slice(&body.clone()),
    }
}

fn header_value(spoken: &mut Spoken, rng: &mut Rng) {
    let name = signed_name(spoken, rng);
    text(spoken.value_mut(&name), rng);
}

fn header_dropped(spoken: &mut Spoken, rng: &mut Rng) {
    let name = if rng.u8(..4) == 0 {
        "authorization".to_owned()
    } else {
        signed_name(spoken, rng)
    };
    spoken.headers.retain(|(own, _)| *own != name);
}

/// The other one goes before or after.
fn header_doubled(spoken: &mut Spoken, rng: &mut Rng) {
    let name = signed_name(spoken, rng);
    let mut value = spoken.value(&name).unwrap().to_owned();
    if rng.bool() {
        text(&mut value, rng);
    }
    let at = pick(rng, &[0, spoken.headers.len()]);
    spoken.headers.insert(at, (name, value));
}

fn header_added(spoken: &mut Spoken, rng: &mut Rng) {
    let headers = [
        ("x-amz-security-token", "token".to_owned()),
        ("x-amz-security-token", "old".to_owned()),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD".to_owned()),
        (
            "x-amz-content-sha256",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".to_owned(),
        ),
        ("x-amz-security-token", letters(rng, 40)),
        ("X-Amz-Target", "TrentService.Slow".to_owned()),
        ("x-amz-anything", letters(rng, 4)),
    ];
    let (name, value) = pick(rng, &headers);
    spoken.headers.push((name.to_owned(), value));
}

fn values_swapped(spoken: &mut Spoken, rng: &mut Rng) {
    let (one, other) = (signed_name(spoken, rng), signed_name(spoken, rng));
    let (first, second) = (
        spoken.value(&one).unwrap().to_owned(),
        spoken.value(&other).unwrap().to_owned(),
    );
    *spoken.value_mut(&one) = second;
    *spoken.value_mut(&other) = first;
}

fn method(spoken: &mut Spoken, rng: &mut Rng) {
    let methods = [
        "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "post", "Post", "POSTT", "TRACE",
    ];
    spoken.method = pick(rng, &methods).to_owned();
}

fn path(spoken: &mut Spoken, rng: &mut Rng) {
    let word = letters(rng, 5);
    let paths = [
        format!("/{word}"),
        format!("/{word}/.."),
        "//".to_owned(),
        "/.".to_owned(),
        "/./".to_owned(),
        "/%2f".to_owned(),
        "/%2e".to_owned(),
        "/;".to_owned(),
        "*".to_owned(),
        format!("http://{word}.example/"),
    ];
    spoken.target = pick(rng, &paths);
}

fn query(spoken: &mut Spoken, rng: &mut Rng) {
    let (name, value) = (letters(rng, 3), letters(rng, 3));
    let queries = [
        format!("/?{name}"),
        format!("/?{name}={value}"),
        "/?Action=GetCallerIdentity".to_owned(),
        format!("/?X-Amz-Security-Token={value}"),
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256".to_owned(),
        "/??".to_owned(),
        "/?%".to_owned(),
        "/?=".to_owned(),
    ];
    spoken.target = pick(rng, &queries);
}

fn signature(spoken: &mut Spoken, rng: &mut Rng) {
    let other = Spoken::signed(rng);
    let others = parameter(&other, "Signature");
    change_parameter(spoken, "Signature", |signature| {
        let at = rng.usize(..signature.len());
        match rng.u8(..7) {
            0 => signature.replace_range(at..=at, &hex_letter(rng)),
            1 => signature.make_ascii_uppercase(),
            2 => signature.truncate(at),
            3 => signature.insert_str(at, &hex_letter(rng)),
            4 => *signature = "0".repeat(64),
            5 => signature.insert(at, ' '),
            _ => *signature = others,
        }
    });
}

fn scope(spoken: &mut Spoken, rng: &mut Rng) {
    change_parameter(spoken, "Credential", |credential| {
        let mut parts: Vec<String> = credential.split('/').map(str::to_owned).collect();
        match rng.u8(..9) {
            0 => {
                parts[0] = pick(
                    rng,
                    &[
                        SESSION_KEY_ID,
                        ACCESS_KEY_ID,
                        "AKIDSTRANGER",
                        "akidexample",
                        "",
                    ],
                )
                .to_owned()
            }
            1 => parts[1] = pick(rng, &["20150829", "20150831", "2015083", ""]).to_owned(),
            2 => parts[2] = pick(rng, &["atlantis-1", "US-EAST-1", ""]).to_owned(),
            3 => parts[2] = pick(rng, REGIONS).to_owned(),
            4 => parts[3] = pick(rng, &["kms", "sts", "iam", "KMS", "s3"]).to_owned(),
            5 => {
                parts[4] =
                    pick(rng, &["aws5_request", "AWS4_REQUEST", "aws4_request "]).to_owned() + "x"
            }
            6 => drop(parts.pop()),
            7 => parts.insert(rng.usize(..=parts.len()), letters(rng, 3)),
            _ => {
                let at = rng.usize(..parts.len());
                text(&mut parts[at], rng);
            }
        }
        *credential = parts.join("/");
    });
}

fn signed_names(spoken: &mut Spoken, rng: &mut Rng) {
    change_parameter(spoken, "SignedHeaders", |names| {
        let mut list: Vec<String> = names.split(';').map(str::to_owned).collect();
        let at = rng.usize(..list.len());
        match rng.u8(..6) {
            0 => drop(list.remove(at)),
            1 => list.insert(at, list[at].clone()),
            2 => list.reverse(),
            3 => list[at].make_ascii_uppercase(),
            4 => list.push(pick(rng, &["user-agent", "x-nothing", "", "z"]).to_owned()),
            _ => list.swap(at, 0),
        }
        *names = list.join(";");
    });
}

fn date(spoken: &mut Spoken, rng: &mut Rng) {
    let dates = [
        "20150830T123601Z",
        "20150830T123559Z",
        "20150830T124000Z",
        "20150831T123600Z",
        "20150830t123600z",
        "20150830T123600",
        "Sun, 30 Aug 2015 12:36:00 GMT ",
        "Sun, 30 Aug 2015 12:36:01 GMT",
        "2015-08-30T12:36:00Z",
        "",
    ];
    *spoken.value_mut("x-amz-date") = pick(rng, &dates).to_owned();
}

fn authorization(spoken: &mut Spoken, rng: &mut Rng) {
    let value = spoken.value_mut("authorization");
    let algorithms = [
        "AWS4-HMAC-SHA1",
        "aws4-hmac-sha256",
        "AWS4-HMAC-SHA512",
        "AWS4-ECDSA-P256-SHA256",
        "AWS3",
        "Bearer",
    ];
    match rng.u8(..6) {
        0 => *value = value.replacen("AWS4-HMAC-SHA256", pick(rng, &algorithms), 1),
        1 => *value = value.replacen("Signature=", "signature=", 1),
        2 => {
            *value = value.replacen(
                "Credential=",
                &format!("Credential={}/x, Credential=", ACCESS_KEY_ID),
                1,
            )
        }
        3 => value.push_str(", Signature=00"),
        4 => *value = value.replacen(", SignedHeaders", "; SignedHeaders", 1),
        _ => text(value, rng),
    }
}

/// One letter of a text put in, out, into another, into the other case, or to another place.
fn text(text: &mut String, rng: &mut Rng) {
    let mut bytes = std::mem::take(text).into_bytes();
    let at = rng.usize(..=bytes.len());
    let letter = rng.u8(b' '..=b'~');
    match rng.u8(..4) {
        0 => bytes.insert(at, letter),
        _ if at == bytes.len() => bytes.push(pick(rng, b"\t;,=/")),
        1 => bytes[at] = letter,
        2 => drop(bytes.remove(at)),
        _ => {
            bytes[at] ^= if bytes[at].is_ascii_alphabetic() {
                0x20
            } else {
                1
            }
        }
    }
    *text = String::from_utf8(bytes).unwrap();
}

fn signed_name(spoken: &Spoken, rng: &mut Rng) -> String {
    let names = parameter(spoken, "SignedHeaders");
    let names: Vec<&str> = names.split(';').collect();
    pick(rng, &names).to_owned()
}

fn parameter(spoken: &Spoken, name: &str) -> String {
    let (_, value) = spoken
        .value("authorization")
        .unwrap()
        .split_once(&format!("{name}="))
        .unwrap();
    value.split(',').next().unwrap().to_owned()
}

fn change_parameter(spoken: &mut Spoken, name: &str, change: impl FnOnce(&mut String)) {
    let before = parameter(spoken, name);
    let mut after = before.clone();
    change(&mut after);
    let value = spoken.value_mut("authorization");
    *value = value.replacen(&format!("{name}={before}"), &format!("{name}={after}"), 1);
}

fn hex_letter(rng: &mut Rng) -> String {
    rng.digit(16).to_string()
}

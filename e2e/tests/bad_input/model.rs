//! Every rule of the API model broken in turn, for every operation, built yet or not.
//!
//! A case starts from an input that the model allows and breaks one rule of one member: its type, length, range, count,
//! pattern, enum, encoding, or its presence.

use serde_json::{Map, Value, json};

use crate::Case;

/// The cases of every operation with an input.
pub(crate) fn cases() -> Vec<Case> {
    let model: Value = serde_json::from_str(MODEL).expect("the pinned model");
    let model = Model {
        shapes: &model["shapes"],
        operations: &model["operations"],
    };
    let operations = model.operations.as_object().expect("operations");
    operations
        .iter()
        .flat_map(|(name, operation)| model.cases_of(name, &operation["input"]))
        .collect()
}

struct Model<'m> {
    shapes: &'m Value,
    operations: &'m Value,
}

impl<'m> Model<'m> {
    fn cases_of(&self, operation: &str, input: &Value) -> Vec<Case> {
        let Some(shape) = input["shape"].as_str().map(|name| &self.shapes[name]) else {
            return Vec::new();
        };
        let valid = self.valid(shape);
        let mut cases = Vec::new();
        for name in required(shape) {
            let mut without = valid.clone();
            without.as_object_mut().expect("an object").remove(name);
            cases.push(Case::of(
                operation,
                &format!("without {name}"),
                &without,
                "ValidationException",
            ));
            let null = changed(&valid, name, Value::Null);
            cases.push(Case::of(
                operation,
                &format!("{name} is null"),
                &null,
                "ValidationException",
            ));
        }
        for (name, member) in shape["members"].as_object().expect("members") {
            for broken in self.broken(self.shape(member)) {
                let input = changed(&valid, name, broken.value);
                cases.push(Case::of(
                    operation,
                    &format!("{name}: {}", broken.rule),
                    &input,
                    broken.error,
                ));
            }
        }
        cases
    }

    fn shape(&self, reference: &'m Value) -> &'m Value {
        &self.shapes[reference["shape"].as_str().expect("a shape's name")]
    }

    /// The smallest value that the model allows.
    fn valid(&self, shape: &Value) -> Value {
        let minimum = usize::try_from(shape["min"].as_u64().unwrap_or(0)).expect("a length");
        match kind(shape) {
            "string" => valid_string(shape, minimum),
            "blob" => json!(crate::base64(&vec![0; minimum.max(1)])),
            "integer" | "long" => json!(minimum),
            "boolean" => json!(false),
            "timestamp" => json!(4_102_444_800_u64),
            "list" => {
                let element =
                    &self.shapes[shape["member"]["shape"].as_str().expect("a shape's name")];
                json!(vec![self.valid(element); minimum.max(1)])
            }
            "map" => json!({}),
            "structure" => {
                let member = |name: &str| {
                    (
                        name.to_owned(),
                        self.valid(
                            &self.shapes[shape["members"][name]["shape"].as_str().expect("a name")],
                        ),
                    )
                };
                Value::Object(required(shape).map(member).collect::<Map<_, _>>())
            }
            other => panic!("a shape of type {other}"),
        }
    }

    /// Values that each break one rule.
    fn broken(&self, shape: &'m Value) -> Vec<Broken> {
        let mut broken = wrong_types(kind(shape));
        match kind(shape) {
            "string" => broken.extend(broken_strings(shape)),
            "blob" => broken.extend(broken_blobs(shape)),
            "integer" | "long" => broken.extend(broken_numbers(shape)),
            "list" => broken.extend(self.broken_lists(shape)),
            "structure" => broken.extend(self.broken_structures(shape)),
            _ => {}
        }
        broken
    }

    fn broken_lists(&self, shape: &'m Value) -> Vec<Broken> {
        let element = self.shape(&shape["member"]);
        let mut broken: Vec<Broken> = self
            .broken(element)
            .into_iter()
            .map(|inner| inner.inside(|value| json!([value])))
            .collect();
        if let Some(maximum) = shape["max"].as_u64() {
            let many = vec![self.valid(element); usize::try_from(maximum).expect("a count") + 1];
            broken.push(Broken::rule("too many", json!(many)));
        }
        if shape["min"].as_u64().is_some_and(|minimum| minimum > 0) {
            broken.push(Broken::rule("too few", json!([])));
        }
        broken
    }

    fn broken_structures(&self, shape: &'m Value) -> Vec<Broken> {
        let valid = self.valid(shape);
        let members = shape["members"].as_object().expect("members");
        let mut broken = Vec::new();
        for name in required(shape) {
            let mut without = valid.clone();
            without.as_object_mut().expect("an object").remove(name);
            broken.push(Broken {
                rule: format!("without {name}"),
                value: without,
                error: "ValidationException",
            });
        }
        for (name, member) in members {
            let inner = self.broken(self.shape(member));
            broken.extend(
                inner
                    .into_iter()
                    .map(|inner| inner.inside(|value| changed(&valid, name, value))),
            );
        }
        broken
    }
}

/// A value that breaks a rule, and the error that this rule gives.
struct Broken {
    rule: String,
    value: Value,
    error: &'static str,
}

impl Broken {
    fn rule(rule: &str, value: Value) -> Self {
        Self {
            rule: rule.to_owned(),
            value,
            error: "ValidationException",
        }
    }

    fn form(rule: &str, value: Value) -> Self {
        Self {
            rule: rule.to_owned(),
            value,
            error: "SerializationException",
        }
    }

    fn inside(self, wrap: impl Fn(Value) -> Value) -> Self {
        Self {
            value: wrap(self.value),
            ..self
        }
    }
}

fn wrong_types(kind: &str) -> Vec<Broken> {
    let mut values = vec![
        ("a list", json!([[]])),
        ("an object", json!({ "a": {} })),
        ("a number", json!(7)),
        ("a string", json!("x")),
    ];
    values.retain(|(what, _)| match kind {
        "string" => *what != "a string",
        "blob" => *what != "a string",
        "integer" | "long" | "timestamp" => *what != "a number" && *what != "a string",
        // What a list or an object holds is broken one by one.
        "list" => *what != "a list",
        "structure" => *what != "an object",
        _ => true,
    });
    values
        .into_iter()
        .map(|(what, value)| Broken::form(what, value))
        .collect()
}

fn broken_strings(shape: &Value) -> Vec<Broken> {
    let mut broken = Vec::new();
    if shape["enum"].is_array() {
        broken.push(Broken::rule("no such value", json!("NO_SUCH_VALUE")));
        broken.push(Broken::rule(
            "lower case",
            json!(shape["enum"][0].as_str().expect("a value").to_lowercase() + "x"),
        ));
    }
    if shape["min"].as_u64().is_some_and(|minimum| minimum > 0) {
        broken.push(Broken::rule("empty", json!("")));
    }
    if let Some(maximum) = shape["max"].as_u64() {
        broken.push(Broken::rule(
            "too long",
            json!("a".repeat(usize::try_from(maximum).expect("a length") + 1)),
        ));
    }
    if shape["pattern"].is_string() {
        broken.push(Broken::rule(
            "against the pattern",
            json!("\u{1f511} \u{100}".repeat(8)),
        ));
    }
    broken
}

fn broken_blobs(shape: &Value) -> Vec<Broken> {
    let mut broken: Vec<Broken> = ["no base64!", "eA", "eA=", "eA===", "e A=", "_-8="]
        .map(|text| Broken::form(text, json!(text)))
        .into();
    if shape["min"].as_u64().is_some_and(|minimum| minimum > 0) {
        broken.push(Broken::rule("empty", json!("")));
    }
    if let Some(maximum) = shape["max"]
        .as_u64()
        .filter(|maximum| *maximum < BLOB_BYTES_SENT_MAX)
    {
        broken.push(Broken::rule(
            "too long",
            json!(crate::base64(&vec![
                0;
                usize::try_from(maximum)
                    .expect("a length")
                    + 1
            ])),
        ));
    }
    broken
}

fn broken_numbers(shape: &Value) -> Vec<Broken> {
    let mut broken = vec![Broken::form("a word", json!("many"))];
    if let Some(minimum) = shape["min"].as_i64() {
        broken.push(Broken::rule("too small", json!(minimum - 1)));
        broken.push(Broken::rule("far too small", json!(-1_000_000)));
    }
    if let Some(maximum) = shape["max"].as_i64() {
        broken.push(Broken::rule("too large", json!(maximum + 1)));
    }
    broken
}

fn valid_string(shape: &Value, minimum: usize) -> Value {
    if let Some(value) = shape["enum"].get(0) {
        return value.clone();
    }
    let fits = |text: &&str| {
        text.len() >= minimum
            && shape["max"]
                .as_u64()
                .is_none_or(|maximum| text.len() <= usize::try_from(maximum).unwrap_or(0))
    };
    let pattern = shape["pattern"].as_str().unwrap_or_default();
    let by_pattern = BY_PATTERN
        .iter()
        .find(|(start, _)| pattern.starts_with(start))
        .map(|(_, text)| *text);
    let text = by_pattern
        .filter(fits)
        .map_or_else(|| "a".repeat(minimum.max(1)), str::to_owned);
    json!(text)
}

fn required(shape: &Value) -> impl Iterator<Item = &str> {
    shape["required"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn changed(object: &Value, member: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[member] = value;
    object
}

fn kind(shape: &Value) -> &str {
    shape["type"].as_str().expect("a type")
}

const MODEL: &str = include_str!("../../../model/kms.json");

/// A request body stays below the limit of the whole, so that this rule decides.
const BLOB_BYTES_SENT_MAX: u64 = 150_000;

/// A text for each pattern that not every text keeps.
const BY_PATTERN: [(&str, &str); 7] = [
    ("[0-9]", "111122223333"),
    ("^([a-z]+-)", "eu-west-1"),
    ("^arn:", "arn:aws:s3:eu-west-1:111122223333:bucket"),
    ("^([A-Za-z0-9\\-]+)\\.", "s3.amazonaws.com"),
    ("cluster-", "cluster-aaaaaaaaaaa"),
    ("^https://", "https://xks.example.org"),
    ("^[A-Z2-7]", "AAAAAAAAAAAAAAAAAAAA"),
];

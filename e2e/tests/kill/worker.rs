//! A client that calls until the server is gone, and knows what it was told.

use std::collections::BTreeMap;

use claviger_e2e::{Client, ImportParameters};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::realm::{BIRTH, Key, Realm, State};

/// One worker with its keys.
pub(crate) struct Worker {
    name: String,
    rng: Rng,
    births: u32,
    told: Realm,
    /// What the keys are if the call in flight took effect.
    perhaps: Option<Realm>,
    /// Imported material by birth name.
    materials: BTreeMap<String, [u8; 32]>,
    secrets: Vec<Secret>,
    acknowledged: Vec<(String, &'static str)>,
    counts: BTreeMap<&'static str, u32>,
}

/// Something encrypted, to be opened after the restart.
struct Secret {
    birth: String,
    blob: String,
    plaintext: String,
}

/// A call: its operation, its input, and what the keys are when it has taken effect.
struct Intent {
    operation: &'static str,
    input: Value,
    after: Realm,
}

impl Worker {
    /// A worker without keys.
    pub(crate) fn new(number: usize, rng: Rng) -> Self {
        Self {
            name: format!("w{number}"),
            rng,
            births: 0,
            told: Realm::default(),
            perhaps: None,
            materials: BTreeMap::new(),
            secrets: Vec::new(),
            acknowledged: Vec::new(),
            counts: BTreeMap::new(),
        }
    }

    /// Calls one operation after the other until no answer comes. Answers the acknowledged calls.
    pub(crate) fn call_until_refused(&mut self, client: &Client) -> Vec<(String, &'static str)> {
        while self.step(client).is_some() {}
        std::mem::take(&mut self.acknowledged)
    }

    /// How often each operation was acknowledged.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'static str, u32)> {
        self.counts
            .iter()
            .map(|(operation, count)| (*operation, *count))
    }

    /// Compares what the restarted server shows with what this worker was told.
    ///
    /// # Errors
    /// What was lost or is half there.
    pub(crate) fn recognise(
        &mut self,
        found: &BTreeMap<String, Realm>,
        client: &Client,
    ) -> Result<(), String> {
        let found = found.get(&self.name).cloned().unwrap_or_default();
        let perhaps = self.perhaps.take().map(|realm| with_ids(realm, &found));
        if found != self.told && perhaps.as_ref() != Some(&found) {
            return Err(format!(
                "{} was told\n{:#?}\nor perhaps\n{perhaps:#?}\nand finds\n{found:#?}",
                self.name, self.told
            ));
        }
        self.told = found;
        for secret in &self.secrets {
            let key = &self.told.keys[&secret.birth];
            if key.state == State::Enabled {
                let opened = client.send("Decrypt", &json!({ "CiphertextBlob": secret.blob }));
                if opened.body["Plaintext"] != secret.plaintext {
                    return Err(format!(
                        "a secret under {} does not open: {opened:?}",
                        key.id
                    ));
                }
            }
        }
        Ok(())
    }

    /// One call; `None` when the server is gone.
    fn step(&mut self, client: &Client) -> Option<()> {
        let intent = self.intent(client)?;
        self.perhaps = Some(intent.after.clone());
        let answer = self.call(client, intent.operation, &intent.input)?;
        self.perhaps = None;
        self.told = intent.after;
        self.remember(intent.operation, &intent.input, &answer);
        Some(())
    }

    fn call(&mut self, client: &Client, operation: &'static str, input: &Value) -> Option<Value> {
        let answer = client.try_send(operation, input).ok()?;
        assert_eq!(answer.status, 200, "{operation} {input}: {answer:?}");
        self.acknowledged.push((answer.request_id, operation));
        *self.counts.entry(operation).or_default() += 1;
        Some(answer.body)
    }

    fn remember(&mut self, operation: &str, input: &Value, output: &Value) {
        match operation {
            "CreateKey" => {
                let birth = input["Tags"][0]["TagValue"].as_str().expect("a birth name");
                let key = self.told.keys.get_mut(birth).expect("the key just created");
                output["KeyMetadata"]["KeyId"]
                    .as_str()
                    .expect("an id")
                    .clone_into(&mut key.id);
            }
            "Encrypt" | "GenerateDataKey" => {
                let plaintext = if operation == "Encrypt" {
                    &input["Plaintext"]
                } else {
                    &output["Plaintext"]
                };
                let text = |value: &Value| value.as_str().expect("a text").to_owned();
                let birth = self.birth_of(&text(&input["KeyId"]));
                self.secrets.push(Secret {
                    birth,
                    blob: text(&output["CiphertextBlob"]),
                    plaintext: text(plaintext),
                });
                if self.secrets.len() > SECRETS_MAX {
                    self.secrets.remove(0);
                }
            }
            _ => {}
        }
    }

    fn birth_of(&self, id: &str) -> String {
        self.told
            .keys
            .iter()
            .find(|(_, key)| key.id == id)
            .map(|(birth, _)| birth.clone())
            .expect("an own key")
    }

    /// The next call; `None` when a preparation found the server gone.
    fn intent(&mut self, client: &Client) -> Option<Intent> {
        if self.told.keys.len() < KEYS_MIN
            || (self.told.keys.len() < KEYS_MAX && self.rng.u8(..) < 10)
        {
            return Some(self.creation());
        }
        let births: Vec<String> = self.told.keys.keys().cloned().collect();
        let birth = births[self.rng.usize(..births.len())].clone();
        let key = self.told.keys[&birth].clone();
        match key.state {
            State::PendingImport => self.import(client, &birth, &key),
            State::PendingDeletion => {
                Some(self.change("CancelKeyDeletion", &birth, json!({}), |key| {
                    key.state = State::Disabled
                }))
            }
            State::Disabled => Some(self.change("EnableKey", &birth, json!({}), |key| {
                key.state = State::Enabled
            })),
            State::Enabled => Some(self.use_or_change(&birth, &key)),
        }
    }

    fn creation(&mut self) -> Intent {
        self.births += 1;
        let birth = format!("{}-{}", self.name, self.births);
        let is_external = self.rng.u8(..) < 100;
        let origin = if is_external { "EXTERNAL" } else { "AWS_KMS" };
        let mut after = self.told.clone();
        let state = if is_external {
            State::PendingImport
        } else {
            State::Enabled
        };
        let tags = BTreeMap::new();
        let key = Key {
            id: String::new(),
            description: birth.clone(),
            state,
            tags,
            rotations: 0,
            is_external,
            holds_import: false,
        };
        after.keys.insert(birth.clone(), key);
        let tags = json!([{ "TagKey": BIRTH, "TagValue": birth }]);
        Intent {
            operation: "CreateKey",
            input: json!({ "Origin": origin, "Description": birth, "Tags": tags }),
            after,
        }
    }

    fn import(&mut self, client: &Client, birth: &str, key: &Key) -> Option<Intent> {
        let input = json!({ "KeyId": key.id, "WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048" });
        let given = self.call(client, "GetParametersForImport", &input)?;
        let parameters = ImportParameters::from_answer(&given, "RSAES_OAEP_SHA_256");
        let fresh = std::array::from_fn(|_| self.rng.u8(..));
        let material = *self.materials.entry(birth.to_owned()).or_insert(fresh);
        let members = parameters.import(&key.id, &material);
        Some(self.change("ImportKeyMaterial", birth, members, |key| {
            (key.state, key.holds_import) = (State::Enabled, true)
        }))
    }

    fn use_or_change(&mut self, birth: &str, key: &Key) -> Intent {
        let number = self.rng.u32(..1000);
        let text = format!("{} {number}", self.name);
        match self.rng.u8(..20) {
            0..4 => self.change(
                "Encrypt",
                birth,
                json!({ "Plaintext": base64(&text) }),
                |_| {},
            ),
            4..7 => self.change(
                "GenerateDataKey",
                birth,
                json!({ "KeySpec": "AES_256" }),
                |_| {},
            ),
            7..9 => self.change("DescribeKey", birth, json!({}), |_| {}),
            9..11 => {
                let members = json!({ "Description": text });
                self.change("UpdateKeyDescription", birth, members, |key| {
                    key.description = text
                })
            }
            11 | 12 => {
                let name = format!("t{}", number % 5);
                let members = json!({ "Tags": [{ "TagKey": name, "TagValue": text }] });
                self.change("TagResource", birth, members, |key| {
                    drop(key.tags.insert(name, text))
                })
            }
            13 => {
                let name = format!("t{}", number % 5);
                self.change(
                    "UntagResource",
                    birth,
                    json!({ "TagKeys": [name] }),
                    |key| drop(key.tags.remove(&name)),
                )
            }
            14 => self.change("DisableKey", birth, json!({}), |key| {
                key.state = State::Disabled
            }),
            15 => {
                let members = json!({ "PendingWindowInDays": 7 });
                self.change("ScheduleKeyDeletion", birth, members, |key| {
                    key.state = State::PendingDeletion
                })
            }
            16 if key.is_external => {
                self.change("DeleteImportedKeyMaterial", birth, json!({}), |key| {
                    (key.state, key.holds_import) = (State::PendingImport, false);
                })
            }
            16 if key.rotations < ROTATIONS_MAX => {
                self.change("RotateKeyOnDemand", birth, json!({}), |key| {
                    key.rotations += 1
                })
            }
            _ => self.alias(birth, &key.id, number % 4),
        }
    }

    fn alias(&self, birth: &str, key_id: &str, number: u32) -> Intent {
        let name = format!("alias/{}-{number}", self.name);
        let mut after = self.told.clone();
        let previous = after.aliases.insert(name.clone(), birth.to_owned());
        let operation = match previous.as_deref() {
            None => "CreateAlias",
            Some(target) if target == birth => "DeleteAlias",
            Some(_) => "UpdateAlias",
        };
        if operation == "DeleteAlias" {
            after.aliases.remove(&name);
            return Intent {
                operation,
                input: json!({ "AliasName": name }),
                after,
            };
        }
        Intent {
            operation,
            input: json!({ "AliasName": name, "TargetKeyId": key_id }),
            after,
        }
    }

    fn change(
        &self,
        operation: &'static str,
        birth: &str,
        mut input: Value,
        effect: impl FnOnce(&mut Key),
    ) -> Intent {
        let mut after = self.told.clone();
        let key = after.keys.get_mut(birth).expect("an own key");
        effect(key);
        input["KeyId"] = json!(key.id);
        Intent {
            operation,
            input,
            after,
        }
    }
}

/// A key whose creation was not acknowledged has an id that nobody was told.
fn with_ids(mut realm: Realm, found: &Realm) -> Realm {
    for (birth, key) in realm.keys.iter_mut().filter(|(_, key)| key.id.is_empty()) {
        key.id = found
            .keys
            .get(birth)
            .map(|key| key.id.clone())
            .unwrap_or_default();
    }
    realm
}

fn base64(text: &str) -> String {
    use ::base64::Engine;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

const KEYS_MIN: usize = 3;
const KEYS_MAX: usize = 8;
const SECRETS_MAX: usize = 20;
const ROTATIONS_MAX: usize = 25;

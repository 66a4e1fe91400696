//! Random histories of keys, aliases and tags, with restarts and passing days, held against a model of a few lines that
//! knows AWS's rules and nothing of stores, caches or jobs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    prelude::{Strategy, any, prop_oneof},
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};

use crate::scene::{DAY, Scene, code, key_id};

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a longer campaign is asked for by the environment"
)]
fn histories_agree_with_the_model() {
    let cases = std::env::var(CASES).map_or(CASES_DEFAULT, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let histories = proptest::collection::vec(step(), 1..60);
    runner
        .run(&histories, |steps| {
            runtime.block_on(check(steps));
            Ok(())
        })
        .unwrap();
}

async fn check(steps: Vec<Step>) {
    let mut scene = Scene::new().await;
    let mut model = Model::default();
    for step in steps {
        match step {
            Step::Restart => scene = scene.restart().await,
            Step::Crash => scene = scene.crash().await,
            Step::Days(days) => {
                scene.advance(u32::from(days) * DAY).await;
                model.pass(days);
            }
            Step::Call(call, key, name) => {
                let (operation, body) = request(call, &model.arn(key), &alias(name), name);
                let answer = scene.call(operation, body.clone()).await;
                let expected = model.answer(call, key, name);
                assert_eq!(code(&answer), expected, "{operation} {body}: {answer:?}");
                if let (Call::Create(_), Ok(created)) = (call, &answer) {
                    let arn = created["KeyMetadata"]["Arn"].as_str().unwrap();
                    model.keys.last_mut().unwrap().arn = arn.to_owned();
                }
            }
        }
        compare(&scene, &model).await;
    }
    assert_eq!(scene.stop().await.problems().await, Vec::<String>::new());
}

/// All that can be listed and described is what the model has.
async fn compare(scene: &Scene, model: &Model) {
    let all = scene.ok("ListKeys", json!({})).await;
    let listed: BTreeSet<&str> = entries(&all, "Keys")
        .iter()
        .filter_map(|key| key["KeyArn"].as_str())
        .collect();
    let living = model.keys.iter().filter(|key| key.state != State::Gone);
    let expected: BTreeSet<&str> = living.clone().map(|key| key.arn.as_str()).collect();
    assert_eq!(listed, expected);
    for key in living {
        let id = json!({"KeyId": key.arn});
        let metadata = &scene.ok("DescribeKey", id.clone()).await["KeyMetadata"];
        assert_eq!(metadata["KeyState"].as_str(), Some(key.state.name()));
        assert_eq!(metadata["Enabled"], json!(key.state == State::Enabled));
        assert_eq!(metadata["DeletionDate"].is_null(), key.days_left.is_none());
        assert_eq!(metadata["Description"], json!(key.description));
        let tags = scene.ok("ListResourceTags", id).await;
        let tags: BTreeMap<&str, &str> = entries(&tags, "Tags")
            .iter()
            .map(|tag| {
                (
                    tag["TagKey"].as_str().unwrap(),
                    tag["TagValue"].as_str().unwrap(),
                )
            })
            .collect();
        assert!(
            tags.into_iter().eq(key
                .tags
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())))
        );
    }
    let aliases = scene.ok("ListAliases", json!({})).await;
    let aliases: BTreeSet<(&str, &str)> = entries(&aliases, "Aliases")
        .iter()
        // Predefined ones have no target.
        .filter_map(|alias| {
            let target = alias["TargetKeyId"].as_str()?;
            Some((alias["AliasName"].as_str().unwrap(), target))
        })
        .collect();
    let target = |(name, key): (&'static str, &usize)| (name, key_id(&model.keys[*key].arn));
    let expected = model
        .aliases
        .iter()
        .map(|(name, key)| target((ALIASES[*name], key)));
    assert_eq!(aliases, expected.collect());
}

fn entries<'a>(output: &'a Value, name: &str) -> &'a [Value] {
    output[name].as_array().unwrap()
}

/// The model: what each call gets and what it changes.
#[derive(Default)]
struct Model {
    keys: Vec<ModelKey>,
    /// Name to key, both by position.
    aliases: BTreeMap<usize, usize>,
}

struct ModelKey {
    arn: String,
    external: bool,
    state: State,
    days_left: Option<u8>,
    description: String,
    tags: BTreeMap<String, String>,
    rotations: u8,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Enabled,
    Disabled,
    PendingDeletion,
    PendingImport,
    Gone,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingImport => "PendingImport",
            Self::Gone => "Gone",
        }
    }
}

impl Model {
    /// Made up when there is no such key yet.
    fn arn(&self, key: u8) -> String {
        let arn = self
            .position(key)
            .map(|position| self.keys[position].arn.clone());
        arn.unwrap_or_else(|| UNKNOWN.to_owned())
    }

    fn position(&self, key: u8) -> Option<usize> {
        usize::from(key).checked_rem(self.keys.len())
    }

    fn pass(&mut self, days: u8) {
        for (position, key) in self.keys.iter_mut().enumerate() {
            key.days_left = key.days_left.map(|left| left.saturating_sub(days));
            if key.days_left == Some(0) {
                key.state = State::Gone;
                key.days_left = None;
                self.aliases.retain(|_, target| *target != position);
            }
        }
    }

    fn answer(&mut self, call: Call, key: u8, name: u8) -> &'static str {
        let name = usize::from(name) % ALIASES.len();
        let position = match call {
            Call::Create(external) => return self.create(external),
            Call::EncryptByAlias | Call::DeleteAlias | Call::MoveAlias
                if !self.aliases.contains_key(&name) =>
            {
                return NOT_FOUND;
            }
            Call::EncryptByAlias | Call::DeleteAlias => Some(self.aliases[&name]),
            _ => self.position(key),
        };
        let Some(position) = position.filter(|position| self.keys[*position].state != State::Gone)
        else {
            return NOT_FOUND;
        };
        if let Some(refusal) = refusal(call, self.keys[position].state) {
            return refusal;
        }
        match call {
            Call::NameAlias if self.aliases.contains_key(&name) => return "AlreadyExistsException",
            Call::NameAlias | Call::MoveAlias => drop(self.aliases.insert(name, position)),
            Call::DeleteAlias => drop(self.aliases.remove(&name)),
            _ => return self.keys[position].change(call, name),
        }
        OK
    }

    fn create(&mut self, external: bool) -> &'static str {
        self.keys.push(ModelKey {
            arn: String::new(),
            external,
            state: if external {
                State::PendingImport
            } else {
                State::Enabled
            },
            days_left: None,
            description: String::new(),
            tags: BTreeMap::new(),
            rotations: 0,
        });
        OK
    }
}

impl ModelKey {
    fn change(&mut self, call: Call, name: usize) -> &'static str {
        match call {
            Call::Enable => self.state = State::Enabled,
            Call::Disable => self.state = State::Disabled,
            Call::Schedule(days) => {
                self.state = State::PendingDeletion;
                self.days_left = Some(days);
            }
            Call::Cancel => {
                self.state = if self.external {
                    State::PendingImport
                } else {
                    State::Disabled
                };
                self.days_left = None;
            }
            Call::Describe => self.description = name.to_string(),
            Call::Tag => drop(self.tags.insert(name.to_string(), name.to_string())),
            Call::Untag => drop(self.tags.remove(&name.to_string())),
            Call::Rotate if self.rotations == 25 => return "LimitExceededException",
            Call::Rotate => self.rotations += 1,
            _ => {}
        }
        OK
    }
}

/// AWS's table of key states, for these calls.
fn refusal(call: Call, state: State) -> Option<&'static str> {
    let in_use = matches!(call, Call::Encrypt | Call::EncryptByAlias | Call::Rotate);
    let switches = matches!(call, Call::Enable | Call::Disable);
    match (call, state) {
        (Call::Create(_) | Call::DeleteAlias, _) | (Call::Cancel, State::PendingDeletion) => None,
        (Call::Cancel, _) | (_, State::PendingDeletion) => Some(INVALID_STATE),
        (_, State::PendingImport) if in_use || switches => Some(INVALID_STATE),
        (_, State::Disabled) if in_use => Some("DisabledException"),
        _ => None,
    }
}

#[derive(Clone, Debug)]
enum Step {
    Call(Call, u8, u8),
    Days(u8),
    Restart,
    Crash,
}

#[derive(Clone, Copy, Debug)]
enum Call {
    Create(bool),
    Encrypt,
    EncryptByAlias,
    Enable,
    Disable,
    Schedule(u8),
    Cancel,
    Describe,
    Tag,
    Untag,
    Rotate,
    NameAlias,
    MoveAlias,
    DeleteAlias,
}

fn step() -> impl Strategy<Value = Step> {
    use proptest::strategy::Just;
    let call = prop_oneof![
        2 => any::<bool>().prop_map(Call::Create),
        1 => (7..=30_u8).prop_map(Call::Schedule),
        12 => proptest::sample::select(vec![
            Call::Encrypt, Call::EncryptByAlias, Call::Enable, Call::Disable, Call::Cancel, Call::Describe, Call::Tag,
            Call::Untag, Call::Rotate, Call::NameAlias, Call::MoveAlias, Call::DeleteAlias,
        ]),
    ];
    prop_oneof![
        20 => (call, 0..4_u8, 0..4_u8).prop_map(|(call, key, name)| Step::Call(call, key, name)),
        1 => (1..20_u8).prop_map(Step::Days),
        1 => Just(Step::Restart),
        1 => Just(Step::Crash),
    ]
}

fn request(call: Call, key: &str, alias: &str, name: u8) -> (&'static str, Value) {
    let name = (usize::from(name) % ALIASES.len()).to_string();
    let named = json!({"KeyId": key});
    let target = json!({"AliasName": alias, "TargetKeyId": key});
    match call {
        Call::Create(false) => ("CreateKey", json!({})),
        Call::Create(true) => ("CreateKey", json!({"Origin": "EXTERNAL"})),
        Call::Encrypt => ("Encrypt", json!({"KeyId": key, "Plaintext": "aGk="})),
        Call::EncryptByAlias => ("Encrypt", json!({"KeyId": alias, "Plaintext": "aGk="})),
        Call::Enable => ("EnableKey", named),
        Call::Disable => ("DisableKey", named),
        Call::Schedule(days) => (
            "ScheduleKeyDeletion",
            json!({"KeyId": key, "PendingWindowInDays": days}),
        ),
        Call::Cancel => ("CancelKeyDeletion", named),
        Call::Describe => (
            "UpdateKeyDescription",
            json!({"KeyId": key, "Description": name}),
        ),
        Call::Tag => (
            "TagResource",
            json!({"KeyId": key, "Tags": [{"TagKey": name, "TagValue": name}]}),
        ),
        Call::Untag => ("UntagResource", json!({"KeyId": key, "TagKeys": [name]})),
        Call::Rotate => ("RotateKeyOnDemand", named),
        Call::NameAlias => ("CreateAlias", target),
        Call::MoveAlias => ("UpdateAlias", target),
        Call::DeleteAlias => ("DeleteAlias", json!({"AliasName": alias})),
    }
}

fn alias(name: u8) -> String {
    ALIASES[usize::from(name) % ALIASES.len()].to_owned()
}

const ALIASES: [&str; 3] = ["alias/a", "alias/b", "alias/c"];
const UNKNOWN: &str = "arn:aws:kms:us-east-1:111122223333:key/00000000-0000-4000-8000-000000000000";
const OK: &str = "";
const NOT_FOUND: &str = "NotFoundException";
const INVALID_STATE: &str = "KMSInvalidStateException";
const CASES: &str = "CLAVIGER_MODEL_CASES";
const CASES_DEFAULT: u32 = 200;

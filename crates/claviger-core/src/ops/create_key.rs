//! CreateKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use std::collections::{BTreeMap, BTreeSet};

use claviger_audit::Parameters;
use claviger_model::{CreateKeyInput, CreateKeyOutput, KeySpec, KeyUsageType, OriginType, Tag};
use claviger_policy::{Value, Values};

use super::{keys, material};
use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, NoKey, Operation},
    records::{KeyPlace, KeyRecord},
    rule::{Actions, Identifiers, Rule},
};

pub(super) struct CreateKey;

impl Operation for CreateKey {
    const RULE: Rule = Rule {
        identifiers: Identifiers::None,
        ..Rule::kms("CreateKey", Actions::One("kms:CreateKey"))
    };
    type Input = CreateKeyInput;
    type Output = CreateKeyOutput;
    type Subject = NoKey;

    fn subject(_: &CreateKeyInput) {}

    fn parameters(input: &CreateKeyInput, out: &mut Parameters) {
        super::put_optional(out, "policy", input.policy.as_deref());
        out.put_str(
            "description",
            input.description.as_deref().unwrap_or_default(),
        )
        .put_str("origin", origin(input).as_str())
        .put_bool("bypassPolicyLockoutSafetyCheck", bypass(input))
        .put_str("customerMasterKeySpec", spec(input).as_str())
        .put_str("keySpec", spec(input).as_str())
        .put_str(
            "keyUsage",
            input
                .key_usage
                .unwrap_or(KeyUsageType::EncryptDecrypt)
                .as_str(),
        );
        if let Some(multi_region) = input.multi_region {
            out.put_bool("multiRegion", multi_region);
        }
        if let Some(tags) = &input.tags {
            keys::put_tags(out, tags);
        }
        super::put_optional(
            out,
            "customKeyStoreId",
            input.custom_key_store_id.as_deref(),
        );
        super::put_optional(out, "xksKeyId", input.xks_key_id.as_deref());
    }

    fn condition<'a>(input: &'a CreateKeyInput, key: &str) -> Option<Values<'a>> {
        match key {
            "kms:bypasspolicylockoutsafetycheck" => Some(Values::One(Value::Bool(bypass(input)))),
            "kms:keyspec" | "kms:customermasterkeyspec" => Some(Values::text(spec(input).as_str())),
            "kms:keyusage" | "kms:customermasterkeyusage" => Some(Values::text(
                input
                    .key_usage
                    .unwrap_or(KeyUsageType::EncryptDecrypt)
                    .as_str(),
            )),
            "kms:keyorigin" => Some(Values::text(origin(input).as_str())),
            "kms:multiregion" => Some(Values::One(Value::Bool(input.multi_region == Some(true)))),
            "kms:multiregionkeytype" => {
                (input.multi_region == Some(true)).then(|| Values::text("PRIMARY"))
            }
            _ => keys::tag_condition(tags(input), key),
        }
    }

    fn further_actions(input: &CreateKeyInput) -> &'static [&'static str] {
        if tags(input).is_empty() {
            &[]
        } else {
            &["kms:TagResource"]
        }
    }

    fn check(input: &CreateKeyInput) -> Result<(), Error> {
        if input.key_spec.is_some() && input.customer_master_key_spec.is_some() {
            return Err(error::two_key_specs());
        }
        usage_fits(spec(input), input.key_usage)?;
        origin_fits(input)?;
        keys::served_spec(spec(input)).map(drop)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateKeyInput,
        _: &Admitted<NoKey>,
    ) -> Result<CreateKeyOutput, Error> {
        let place = KeyPlace {
            region: cx.region.clone(),
            key: cx.new_uuid()?,
        };
        let arn = place
            .arn(&cx.caller.account, input.multi_region == Some(true))
            .to_string();
        let policy = match &input.policy {
            Some(policy) => {
                keys::accept_policy(cx, &arn, policy, bypass(input)).await?;
                policy.clone()
            }
            None => claviger_policy::default_key_policy(cx.caller.account),
        };
        let mut all_tags = BTreeMap::new();
        keys::add_tags(&mut all_tags, tags(input))?;
        let mut record = new_record(cx, input, &place, policy, all_tags);
        if record.origin == OriginType::AwsKms {
            let (id, entry) = material::generate(cx, &place)?;
            record.materials.push(entry);
            cx.notes
                .additional()
                .put_str("keyMaterialId", &id.to_string());
        }
        let metadata = keys::metadata(&record, &arn, cx.now);
        cx.notes
            .response()
            .put_object("keyMetadata", |out| keys::put_metadata(out, &metadata));
        cx.notes.keys.push((cx.caller.account.to_string(), arn));
        cx.create_key(place, record)?;
        Ok(CreateKeyOutput {
            key_metadata: Some(metadata),
        })
    }
}

fn new_record(
    cx: &Cx<'_>,
    input: &CreateKeyInput,
    place: &KeyPlace,
    policy: String,
    tags: BTreeMap<String, String>,
) -> KeyRecord {
    KeyRecord {
        id: place.key,
        multi_region: input.multi_region == Some(true),
        account: cx.caller.account.to_string(),
        region: cx.region.to_string(),
        created_ms: cx.now.epoch_ms(),
        description: input.description.clone().unwrap_or_default(),
        spec: spec(input),
        usage: input.key_usage.unwrap_or(KeyUsageType::EncryptDecrypt),
        origin: origin(input),
        policy,
        tags,
        aliases: BTreeSet::new(),
        disabled: false,
        deletion_ms: None,
        import_epoch: 0,
        materials: Vec::new(),
        on_demand_rotations: 0,
    }
}

fn usage_fits(spec: KeySpec, usage: Option<KeyUsageType>) -> Result<(), Error> {
    match usage {
        None if spec != KeySpec::SymmetricDefault => Err(error::key_usage_required()),
        Some(usage)
            if spec == KeySpec::SymmetricDefault && usage != KeyUsageType::EncryptDecrypt =>
        {
            Err(error::usage_not_compatible(usage, spec))
        }
        None | Some(_) => Ok(()),
    }
}

/// Keys of custom key stores need a connected store, and there is none yet.
fn origin_fits(input: &CreateKeyInput) -> Result<(), Error> {
    let in_store = matches!(
        origin(input),
        OriginType::AwsCloudhsm | OriginType::ExternalKeyStore
    );
    match &input.custom_key_store_id {
        Some(store) => Err(error::custom_key_store_not_found(store)),
        None if in_store => Err(error::validation(
            "CustomKeyStoreId is required for this Origin.",
        )),
        None if input.xks_key_id.is_some() => Err(error::validation(
            "XksKeyId is only valid for keys in an external key store.",
        )),
        None => Ok(()),
    }
}

fn spec(input: &CreateKeyInput) -> KeySpec {
    let old_name = input
        .customer_master_key_spec
        .and_then(|spec| KeySpec::from_wire(spec.as_str()));
    input
        .key_spec
        .or(old_name)
        .unwrap_or(KeySpec::SymmetricDefault)
}

fn origin(input: &CreateKeyInput) -> OriginType {
    input.origin.unwrap_or(OriginType::AwsKms)
}

fn bypass(input: &CreateKeyInput) -> bool {
    input.bypass_policy_lockout_safety_check == Some(true)
}

fn tags(input: &CreateKeyInput) -> &[Tag] {
    input.tags.as_deref().unwrap_or_default()
}

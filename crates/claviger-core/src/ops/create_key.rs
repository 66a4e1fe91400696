//! CreateKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateKey.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{CreateKeyInput, CreateKeyOutput, KeyUsageType, OriginType};
use claviger_policy::{Value, Values};

use super::{
    creation, key_stores, keys,
    material::{self, Fresh},
    messages,
    policies::{KeyPolicy, bypass_condition},
};
use crate::{
    cx::Cx,
    error::Error,
    pipeline::{Admitted, NoKey, Operation},
    quotas,
    records::KeyPlace,
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
        .put_str("origin", creation::origin(input).as_str())
        .put_bool("bypassPolicyLockoutSafetyCheck", creation::bypass(input))
        .put_str("customerMasterKeySpec", creation::spec(input).as_str())
        .put_str("keySpec", creation::spec(input).as_str())
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
            keys::put_tags(out, "tags", tags);
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
            "kms:bypasspolicylockoutsafetycheck" => {
                bypass_condition(input.bypass_policy_lockout_safety_check)
            }
            "kms:keyspec" | "kms:customermasterkeyspec" => {
                Some(Values::text(creation::spec(input).as_str()))
            }
            "kms:keyusage" | "kms:customermasterkeyusage" => Some(Values::text(
                input
                    .key_usage
                    .unwrap_or(KeyUsageType::EncryptDecrypt)
                    .as_str(),
            )),
            "kms:keyorigin" => Some(Values::text(creation::origin(input).as_str())),
            "kms:multiregion" => Some(Values::One(Value::Bool(input.multi_region == Some(true)))),
            "kms:multiregionkeytype" => {
                (input.multi_region == Some(true)).then(|| Values::text("PRIMARY"))
            }
            _ => keys::tag_condition(creation::tags(input), key),
        }
    }

    fn tags_new_key_in<'a>(input: &'a CreateKeyInput, here: &'a str) -> Option<&'a str> {
        (!creation::tags(input).is_empty()).then_some(here)
    }

    fn check(input: &CreateKeyInput) -> Result<(), Error> {
        creation::possible(input)
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &CreateKeyInput,
        _: &Admitted<NoKey>,
    ) -> Result<CreateKeyOutput, Error> {
        if let Some(store) = &input.custom_key_store_id {
            key_stores::refuse_use(cx, store).await?;
        }
        let place = KeyPlace {
            region: cx.region.clone(),
            key: cx.new_uuid()?,
        };
        let arn = place
            .arn(&cx.caller.account, input.multi_region == Some(true))
            .to_string();
        let policy =
            KeyPolicy::of_new_key(cx, input.policy.as_deref(), creation::bypass(input)).await?;
        let mut all_tags = BTreeMap::new();
        keys::add_tags(&mut all_tags, creation::tags(input))?;
        quotas::one_more_key(cx, cx.caller.account, &place.region).await?;
        let mut record = creation::new_record(cx, input, &place, policy, all_tags)?;
        if record.origin == OriginType::AwsKms {
            let fresh = Fresh::draw(cx.core, record.spec).await?;
            let (id, entry) = material::add(&mut cx.staged, &cx.caller.account, &place, fresh)?;
            record.materials.push(entry);
            let shown = record.is_symmetric().then(|| id.to_string());
            messages::note_material(cx, "keyMaterialId", shown.as_deref());
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

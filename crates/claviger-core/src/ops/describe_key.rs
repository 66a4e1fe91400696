//! DescribeKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html>

use claviger_audit::Parameters;
use claviger_model::{DescribeKeyInput, DescribeKeyOutput};

use super::{aliases, keys, material, rotation};
use crate::{
    cx::Cx,
    error::Error,
    key::Key,
    notes::ServiceEvent,
    pipeline::{Admitted, Described, Operation},
    records::{AliasPlace, AliasRecord, KeyRecord, RotationSchedule},
    rule::{Identifiers, Rule},
};

pub(super) struct DescribeKey;

impl Operation for DescribeKey {
    const RULE: Rule = Rule {
        identifiers: Identifiers::KeyOrAlias,
        cross_account: true,
        grantable: true,
        // Only a key that AWS would make on first sight.
        changes: true,
        ..Rule::reads("DescribeKey", "kms:DescribeKey")
    };
    type Input = DescribeKeyInput;
    type Output = DescribeKeyOutput;
    type Subject = Described;

    fn subject(input: &DescribeKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &DescribeKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id);
    }

    fn grant_tokens(input: &DescribeKeyInput) -> &[String] {
        input.grant_tokens.as_deref().unwrap_or_default()
    }

    async fn run(
        cx: &mut Cx<'_>,
        _: &DescribeKeyInput,
        on: &Admitted<Described>,
    ) -> Result<DescribeKeyOutput, Error> {
        let key = on.key();
        let metadata = match on.subject().planned() {
            None => keys::metadata(&key.record, &key.arn, cx.now),
            Some(alias) => keys::metadata(&make(cx, &key, alias)?, &key.arn, cx.now),
        };
        Ok(DescribeKeyOutput {
            key_metadata: Some(metadata),
        })
    }
}

/// Stages the AWS managed key that a predefined alias stands for. AWS makes it in the name of its service, and so does
/// the event.
fn make(cx: &mut Cx<'_>, key: &Key, alias: &AliasPlace) -> Result<KeyRecord, Error> {
    let mut record = key.record.clone();
    let (_, entry) = material::generate(cx.core, &mut cx.staged, &key.account, &key.place)?;
    record.materials.push(entry);
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
    let yearly = RotationSchedule::from_now(rotation::PERIOD_DAYS, cx.now);
    rotation::schedule(&mut cx.staged, key, &mut record, Some(yearly))?;
    let now = cx.now.epoch_ms();
    let pointer = AliasRecord {
        name: alias.name.as_str().to_owned(),
        target: record.id,
        target_multi_region: false,
        created_ms: now,
        updated_ms: now,
    };
    let id = alias.id(&cx.core.records);
    cx.staged.create(id, Some(&key.account), &pointer)?;
    aliases::publish(cx, alias, Some(&pointer));
    cx.create_key(key.place.clone(), record.clone())?;
    let mut event = ServiceEvent::of_key("CreateKey", key, None);
    event.note_key(&key.arn);
    cx.notes.service_events.push(event);
    Ok(record)
}

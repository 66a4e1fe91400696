//! ReplicateKey.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_ReplicateKey.html>

use std::collections::BTreeMap;

use claviger_audit::Parameters;
use claviger_model::{ReplicateKeyInput, ReplicateKeyOutput, Tag};
use claviger_policy::Values;

use super::{keys, policies, policies::KeyPolicy, regions, replicas};
use crate::{
    cx::Cx,
    error::Error,
    notes::ServiceEvent,
    pipeline::{Admitted, Operation, Replication},
    records::KeyRecord,
    rule::{Actions, Rule, States},
};

pub(super) struct ReplicateKey;

impl Operation for ReplicateKey {
    const RULE: Rule = Rule {
        states: &States::USE,
        ..Rule::kms("ReplicateKey", Actions::FromTo(REPLICATE, "kms:CreateKey"))
    };
    type Input = ReplicateKeyInput;
    type Output = ReplicateKeyOutput;
    type Subject = Replication;

    fn subject(input: &ReplicateKeyInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &ReplicateKeyInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_str("replicaRegion", &input.replica_region);
        super::put_optional(out, "policy", input.policy.as_deref());
        out.put_bool("bypassPolicyLockoutSafetyCheck", bypass(input))
            .put_str(
                "description",
                input.description.as_deref().unwrap_or_default(),
            );
        if let Some(tags) = &input.tags {
            keys::put_tags(out, "tags", tags);
        }
    }

    /// What is asked about the new key is asked as by a CreateKey in its Region.
    fn condition_for<'a>(
        input: &'a ReplicateKeyInput,
        action: &str,
        key: &str,
    ) -> Option<Values<'a>> {
        let creates = action != REPLICATE;
        let sent = input.bypass_policy_lockout_safety_check;
        match key {
            "kms:replicaregion" => Some(Values::text(&input.replica_region)),
            "aws:requestedregion" if creates => Some(Values::text(&input.replica_region)),
            "kms:multiregionkeytype" if creates => Some(Values::text("REPLICA")),
            "kms:bypasspolicylockoutsafetycheck" => policies::bypass_condition(sent),
            _ => keys::tag_condition(tags(input), key),
        }
    }

    fn tags_new_key_in<'a>(input: &'a ReplicateKeyInput, _: &'a str) -> Option<&'a str> {
        (!tags(input).is_empty()).then_some(input.replica_region.as_str())
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &ReplicateKeyInput,
        on: &Admitted<Replication>,
    ) -> Result<ReplicateKeyOutput, Error> {
        let primary = on.subject().key();
        regions::must_be_primary(primary)?;
        let place = replicas::free_place(cx, primary, &input.replica_region).await?;
        let arn = place.arn(&primary.account, true).to_string();
        let policy = KeyPolicy::of_new_key(cx, input.policy.as_deref(), bypass(input)).await?;
        let mut all_tags = BTreeMap::new();
        keys::add_tags(&mut all_tags, tags(input))?;
        let mut related = primary.record.related_or_alone();
        related.replicas.insert(place.region.to_string());
        let shared = KeyRecord {
            related: Some(related),
            ..primary.record.clone()
        };
        let record = KeyRecord {
            description: input.description.clone().unwrap_or_default(),
            tags: all_tags,
            ..replicas::new_record(cx, &shared, &place)
        };
        let record = policy.attach(cx, &place, record)?;
        // The new replica is given all that they share, whether there were others to be told or not.
        let _told_once = regions::change_shared(cx.core, &mut cx.staged, primary, shared).await?;
        let metadata = replicas::being_created(keys::metadata(&record, &arn, cx.now));
        let created = replicas::created(input, &record, &metadata);
        let answer = ReplicateKeyOutput {
            replica_key_metadata: Some(metadata),
            replica_policy: Some(record.policy.clone()),
            replica_tags: Some(tags(input).to_vec()),
        };
        note(cx, &answer, [created, regions::synchronized(primary)]);
        cx.create_key(place, record)?;
        Ok(answer)
    }
}

/// AWS logs the replication in the Region of the primary key, the new key in its own, and in the first one again that they
/// share now what there is to share.
fn note(cx: &mut Cx<'_>, answer: &ReplicateKeyOutput, events: [ServiceEvent; 2]) {
    let out = cx.notes.response();
    if let Some(metadata) = &answer.replica_key_metadata {
        out.put_object("replicaKeyMetadata", |out| {
            keys::put_metadata(out, metadata)
        });
    }
    super::put_optional(out, "replicaPolicy", answer.replica_policy.as_deref());
    // AWS: https://docs.aws.amazon.com/kms/latest/developerguide/ct-replicate-key.html
    let tags = answer.replica_tags.as_deref().unwrap_or_default();
    if !tags.is_empty() {
        keys::put_tags(out, "replicaTags", tags);
    }
    cx.notes.service_events.extend(events);
}

fn bypass(input: &ReplicateKeyInput) -> bool {
    input.bypass_policy_lockout_safety_check == Some(true)
}

fn tags(input: &ReplicateKeyInput) -> &[Tag] {
    input.tags.as_deref().unwrap_or_default()
}

const REPLICATE: &str = "kms:ReplicateKey";

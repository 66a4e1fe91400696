//! UntagResource.
//!
//! AWS: <https://docs.aws.amazon.com/kms/latest/APIReference/API_UntagResource.html>

use claviger_audit::Parameters;
use claviger_model::{UntagResourceInput, UntagResourceOutput};
use claviger_policy::Values;

use crate::{
    cx::Cx,
    error::{self, Error},
    pipeline::{Admitted, OneKey, Operation},
    rule::{Actions, Rule, States},
};

pub(super) struct UntagResource;

impl Operation for UntagResource {
    const RULE: Rule = Rule {
        states: &States::NOT_PENDING_DELETION,
        ..Rule::kms("UntagResource", Actions::One("kms:UntagResource"))
    };
    type Input = UntagResourceInput;
    type Output = UntagResourceOutput;
    type Subject = OneKey;

    fn subject(input: &UntagResourceInput) -> &str {
        &input.key_id
    }

    fn parameters(input: &UntagResourceInput, out: &mut Parameters) {
        out.put_str("keyId", &input.key_id)
            .put_strings("tagKeys", &input.tag_keys);
    }

    fn condition<'a>(input: &'a UntagResourceInput, key: &str) -> Option<Values<'a>> {
        (key == "aws:tagkeys").then(|| Values::texts(input.tag_keys.iter().map(String::as_str)))
    }

    async fn run(
        cx: &mut Cx<'_>,
        input: &UntagResourceInput,
        on: &Admitted<OneKey>,
    ) -> Result<UntagResourceOutput, Error> {
        if input.tag_keys.is_empty() {
            return Err(error::no_tags());
        }
        let key = on.key();
        let mut record = key.record.clone();
        // Keys that are not there are ignored.
        record.tags.retain(|name, _| !input.tag_keys.contains(name));
        cx.note_key(&key);
        if record.tags.len() != key.record.tags.len() {
            cx.change_key(&key, record)?;
        }
        Ok(UntagResourceOutput)
    }
}

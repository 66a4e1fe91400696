//! What a new grant may be, and its record.

use std::collections::{BTreeMap, BTreeSet};

use claviger_audit::Parameters;
use claviger_model::{CreateGrantInput, GrantConstraints, GrantOperation};
use claviger_policy::Values;

use super::grants;
use crate::{
    cx::Cx,
    error::{self, Error},
    key::Key,
    records::{Fault, GrantId, GrantPlace, GrantRecord, Party, StoredContext},
};

/// Whether the members of a request fit together.
pub(super) fn possible(input: &CreateGrantInput) -> Result<(), Error> {
    let grantees = [&input.grantee_principal, &input.grantee_service_principal];
    let retiring = [&input.retiring_principal, &input.retiring_service_principal];
    let given = |parties: [&Option<String>; 2]| parties.into_iter().flatten().count();
    let constraints = constraints(input);
    let contexts = contexts(constraints).count();
    let for_service = input.grantee_service_principal.is_some();
    let bounded = constraints.is_some_and(|constraints| constraints.source_arn.is_some());
    let operations = &input.operations;
    let hands_on_alone = operations
        .iter()
        .all(|one| *one == GrantOperation::CreateGrant);
    // UNKNOWN: AWS's own texts are not recorded, but for CreateGrant alone and for more than one constraint.
    let broken = [
        (
            given(grantees) != 1,
            "Exactly one of GranteePrincipal and GranteeServicePrincipal must be specified.",
        ),
        (
            given(retiring) > 1,
            "Only one of RetiringPrincipal and RetiringServicePrincipal can be specified.",
        ),
        (
            for_service && given(retiring) == 0,
            "A grant to a GranteeServicePrincipal needs a RetiringPrincipal or RetiringServicePrincipal.",
        ),
        (
            for_service && !bounded,
            "A grant to a GranteeServicePrincipal needs a SourceArn constraint.",
        ),
        (operations.is_empty(), "Operations must not be empty."),
        (
            hands_on_alone,
            "Grants must not contain only the CreateGrant operation.",
        ),
        (contexts > 1, "More than one constraint supplied"),
        (
            !few_and_short(constraints),
            "A grant constraint can have at most 8 encryption context pairs, and values of at most 384 characters.",
        ),
    ];
    match broken.into_iter().find(|(is_broken, _)| *is_broken) {
        Some((_, text)) => Err(error::validation(text)),
        None => Ok(()),
    }
}

/// Whether the grant makes sense on this key.
pub(super) fn suits(key: &Key, input: &CreateGrantInput) -> Result<(), Error> {
    let has_context = contexts(constraints(input)).next().is_some();
    if has_context && !key.record.is_symmetric() {
        return Err(error::constraint_needs_symmetric_key());
    }
    let grantable = grants::grantable(key.record.spec, key.record.usage);
    let fits =
        |operation: &GrantOperation| ALWAYS.contains(operation) || grantable.contains(operation);
    match input.operations.iter().find(|operation| !fits(operation)) {
        Some(operation) => Err(error::operation_not_grantable(operation, &key.arn)),
        None => Ok(()),
    }
}

/// The record that a request asks for.
pub(super) async fn new_record(
    cx: &Cx<'_>,
    input: &CreateGrantInput,
) -> Result<GrantRecord, Error> {
    let grantee = party(
        cx,
        &input.grantee_principal,
        &input.grantee_service_principal,
    )
    .await?;
    Ok(GrantRecord {
        grantee: grantee.ok_or_else(|| error::missing("granteePrincipal"))?,
        retiring: party(
            cx,
            &input.retiring_principal,
            &input.retiring_service_principal,
        )
        .await?,
        operations: each_once(&input.operations),
        context: context(input),
        source_arn: constraints(input).and_then(|constraints| constraints.source_arn.clone()),
        name: input.name.clone(),
        created_ms: cx.now.epoch_ms(),
        issuing_account: cx.caller.account.to_string(),
    })
}

/// The place of a new grant. A grant with a name has the same id as every other that is alike in all else, so that a
/// call that is made again finds what the first one made.
pub(super) fn place(cx: &Cx<'_>, key: &Key, record: &GrantRecord) -> Result<GrantPlace, Error> {
    let own = match &record.name {
        None => *cx.new_uuid()?.as_bytes(),
        Some(_) => digest(cx, key, record)?,
    };
    Ok(GrantPlace {
        key: key.place.clone(),
        grant: GrantId::new(&cx.core.records, &key.place, &record.grantee, own),
    })
}

/// What the engine compares with the grant by which somebody may create grants.
pub(super) fn limits(input: &CreateGrantInput) -> claviger_policy::GrantConstraints {
    claviger_policy::GrantConstraints {
        context: context(input).map(StoredContext::into_constraint),
        source_arn: constraints(input).and_then(|constraints| constraints.source_arn.clone()),
    }
}

/// The values of condition keys that the request sets.
pub(super) fn condition<'a>(input: &'a CreateGrantInput, key: &str) -> Option<Values<'a>> {
    let text = |value: &'a Option<String>| value.as_deref().map(Values::text);
    match key {
        "kms:granteeprincipal" => text(&input.grantee_principal),
        "kms:granteeserviceprincipal" => text(&input.grantee_service_principal),
        "kms:retiringprincipal" => text(&input.retiring_principal),
        "kms:retiringserviceprincipal" => text(&input.retiring_service_principal),
        "kms:grantoperations" => Some(Values::texts(
            input.operations.iter().map(|operation| operation.as_str()),
        )),
        "kms:grantconstrainttype" => constraint_type(constraints(input)?).map(Values::text),
        "kms:grantconstraintsourcearn" => text(&constraints(input)?.source_arn),
        _ if key.starts_with("kms:encryptioncontext") => {
            let context = contexts(constraints(input)).next();
            super::messages::context_condition(context, None, key)
        }
        _ => grants::condition(key),
    }
}

/// The constraints in the audit event.
pub(super) fn put_constraints(out: &mut Parameters, constraints: &GrantConstraints) {
    out.put_object("constraints", |member| {
        let (equals, subset) = (
            constraints.encryption_context_equals.as_ref(),
            constraints.encryption_context_subset.as_ref(),
        );
        super::messages::put_context(member, "encryptionContextEquals", equals);
        super::messages::put_context(member, "encryptionContextSubset", subset);
        super::put_optional(member, "sourceArn", constraints.source_arn.as_deref());
    });
}

async fn party(
    cx: &Cx<'_>,
    principal: &Option<String>,
    service: &Option<String>,
) -> Result<Option<Party>, Error> {
    Ok(match (principal, service) {
        (Some(arn), _) => Some(grants::principal(cx, arn).await?),
        (None, Some(name)) => Some(Party::Service { name: name.clone() }),
        (None, None) => None,
    })
}

fn each_once(said: &[GrantOperation]) -> Vec<GrantOperation> {
    let mut operations = Vec::with_capacity(said.len());
    for operation in said {
        if !operations.contains(operation) {
            operations.push(*operation);
        }
    }
    operations
}

fn digest(cx: &Cx<'_>, key: &Key, record: &GrantRecord) -> Result<[u8; 16], Error> {
    // In another order they are the same operations.
    let operations: BTreeSet<_> = record.operations.iter().copied().collect();
    let timeless = GrantRecord {
        created_ms: 0,
        operations: operations.into_iter().collect(),
        ..record.clone()
    };
    let said = serde_json::to_vec(&timeless).map_err(|_| Fault::Engine)?;
    let place = key.place.id();
    let index = cx
        .core
        .records
        .barrier
        .index("grant-name", &[place.as_bytes(), &said]);
    let half = index.first_chunk::<16>().copied();
    half.ok_or_else(|| Error::from(Fault::Engine))
}

fn constraints(input: &CreateGrantInput) -> Option<&GrantConstraints> {
    input.constraints.as_ref()
}

fn context(input: &CreateGrantInput) -> Option<StoredContext> {
    let constraints = constraints(input)?;
    let equals = constraints.encryption_context_equals.clone();
    let subset = constraints.encryption_context_subset.clone();
    equals
        .map(StoredContext::Equals)
        .or(subset.map(StoredContext::Subset))
}

fn contexts(
    constraints: Option<&GrantConstraints>,
) -> impl Iterator<Item = &BTreeMap<String, String>> {
    constraints.into_iter().flat_map(|constraints| {
        let equals = constraints.encryption_context_equals.as_ref();
        equals
            .into_iter()
            .chain(constraints.encryption_context_subset.as_ref())
    })
}

// UNKNOWN: what kms:GrantConstraintType is for a constraint on the context and the source together.
fn constraint_type(constraints: &GrantConstraints) -> Option<&'static str> {
    if constraints.encryption_context_equals.is_some() {
        Some("EncryptionContextEquals")
    } else if constraints.encryption_context_subset.is_some() {
        Some("EncryptionContextSubset")
    } else {
        constraints.source_arn.as_ref().map(|_| "SourceArn")
    }
}

fn few_and_short(constraints: Option<&GrantConstraints>) -> bool {
    contexts(constraints).all(|pairs| {
        pairs.len() <= PAIRS_MAX
            && pairs
                .values()
                .all(|value| value.chars().count() <= VALUE_CHARS_MAX)
    })
}

const ALWAYS: [GrantOperation; 3] = [
    GrantOperation::CreateGrant,
    GrantOperation::RetireGrant,
    GrantOperation::DescribeKey,
];
// AWS: https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantConstraints.html
const PAIRS_MAX: usize = 8;
const VALUE_CHARS_MAX: usize = 384;

//! The `Condition` element.
//!
//! Operators and keys are all joined by AND, the values of one key by OR; a negated operator turns the OR into a NOR.
//! What an absent key means depends on the operator alone, so it is settled when the policy is compiled.
// AWS: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html

mod key;
mod operand;
mod operator;

pub(crate) use key::ConditionKey;

use crate::error::{ParseError, Refusal};
use crate::json::Node;
use crate::policy::PolicyKind;
use crate::request::{Context, Value};
use crate::template::Language;

use operand::Operands;
use operator::{Operator, Quantifier};

/// One operator on one key.
#[derive(Debug)]
pub(crate) struct Condition {
    key: ConditionKey,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// The `Null` operator; each value says whether the key must be absent.
    Absence(Vec<bool>),
    Comparison {
        operands: Operands,
        negated: bool,
        quantifier: Quantifier,
        when_absent: bool,
    },
}

impl Condition {
    /// Parses the whole element.
    pub(crate) fn parse_all(node: &Node<'_>, language: Language) -> Result<Vec<Self>, ParseError> {
        let mut conditions = Vec::new();
        for (name, block) in node.members()? {
            let operator = Operator::parse(name)
                .ok_or_else(|| block.refuse(Refusal::UnknownOperator(name.to_owned())))?;
            let entries = block.members()?;
            if entries.is_empty() {
                return Err(block.refuse(Refusal::Empty));
            }
            for (key, values) in entries {
                let key = ConditionKey::parse(key, language.kind)
                    .map_err(|reason| values.refuse(reason))?;
                if language.kind == PolicyKind::Key
                    && operator.quantifier == Quantifier::All
                    && key.is_one_pair_of_many()
                {
                    return Err(values.refuse(Refusal::ForAllValues));
                }
                conditions.push(Condition {
                    key,
                    test: Test::parse(operator, &values, language)?,
                });
            }
        }
        Ok(conditions)
    }

    pub(crate) fn holds(&self, cx: &Context<'_>) -> bool {
        let values = cx.values(&self.key);
        match &self.test {
            Test::Absence(expected) => expected.contains(&values.is_none()),
            Test::Comparison {
                operands,
                negated,
                quantifier,
                when_absent,
            } => {
                let Some(values) = values else {
                    return *when_absent;
                };
                let passes = |value: &Value<'_>| operands.any_matches(value, cx) != *negated;
                match quantifier {
                    Quantifier::All => values.as_slice().iter().all(passes),
                    Quantifier::Any => values.as_slice().iter().any(passes),
                    // Without a set operator a multi-valued key is read as its OR, or its NOR for a negated operator.
                    Quantifier::One if *negated => values.as_slice().iter().all(passes),
                    Quantifier::One => values.as_slice().iter().any(passes),
                }
            }
        }
    }
}

impl Test {
    fn parse(
        operator: Operator,
        values: &Node<'_>,
        language: Language,
    ) -> Result<Self, ParseError> {
        let Operator {
            kind,
            negated,
            quantifier,
            if_exists,
        } = operator;
        let items = values.one_or_many()?;
        let Some(kind) = kind else {
            let flags = items
                .iter()
                .map(operand::parse_bool)
                .collect::<Result<_, _>>()?;
            return Ok(Test::Absence(flags));
        };
        let when_absent = if_exists
            || match quantifier {
                Quantifier::All => true,
                Quantifier::Any => false,
                Quantifier::One => negated,
            };
        Ok(Test::Comparison {
            operands: Operands::parse(kind, &items, language)?,
            negated,
            quantifier,
            when_absent,
        })
    }
}

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
use crate::request::{Context, Value, Values};
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
                    && let Some(what) = key.one_of_many()
                {
                    return Err(values.refuse(Refusal::ForAllValues(what)));
                }
                conditions.push(Condition {
                    key,
                    test: Test::parse(operator, &values, language)?,
                });
            }
        }
        Ok(conditions)
    }

    /// Asks for the key, and for every variable among the values that it is compared with.
    pub(crate) fn ask(&self, cx: &Context<'_>) {
        let variables = match &self.test {
            Test::Absence(_) => Vec::new(),
            Test::Comparison { operands, .. } => operands.variables(),
        };
        for key in variables.into_iter().chain([&self.key]) {
            let _ = cx.values(key);
        }
    }

    /// Whether the condition holds, for a statement that denies or for one that allows.
    pub(crate) fn holds(&self, cx: &Context<'_>, is_deny: bool) -> bool {
        let holds = |values: Option<&[Value<'_>]>| self.test.holds(values, cx);
        match cx.values(&self.key) {
            None => holds(None),
            Some(Values::Spellings(values)) => {
                let holds = |value| holds(Some(std::slice::from_ref(value)));
                if is_deny {
                    values.iter().any(holds)
                } else {
                    values.iter().all(holds)
                }
            }
            Some(values @ (Values::One(_) | Values::Many(_))) => holds(Some(values.as_slice())),
        }
    }
}

impl Test {
    fn holds(&self, values: Option<&[Value<'_>]>, cx: &Context<'_>) -> bool {
        match self {
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
                    Quantifier::All => values.iter().all(passes),
                    Quantifier::Any => values.iter().any(passes),
                    // Without a set operator a multi-valued key is read as its OR, or its NOR for a negated operator.
                    Quantifier::One if *negated => values.iter().all(passes),
                    Quantifier::One => values.iter().any(passes),
                }
            }
        }
    }

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

//! What AWS's pages say by example, as cases with the outcome that the page gives, in our own words and names.

mod conditions;
mod evaluation;
mod key_policies;
mod principals;
mod scene;

use crate::case::{Case, Outcome};

/// A documented example.
pub(crate) struct Example {
    /// What it shows.
    pub(crate) what: String,
    /// The question.
    pub(crate) case: Case,
    /// The documented answer.
    pub(crate) outcome: Outcome,
}

/// All of them.
pub(crate) fn examples() -> Vec<Example> {
    let mut examples = conditions::examples();
    examples.extend(evaluation::examples());
    examples.extend(key_policies::examples());
    examples.extend(principals::examples());
    examples
}

fn example(what: &str, case: Case, outcome: Outcome) -> Example {
    Example {
        what: what.to_owned(),
        case,
        outcome,
    }
}

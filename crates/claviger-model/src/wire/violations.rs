//! AWS's validation texts.

use std::borrow::Cow;

use super::DecodeError;

/// What a pass over a body has found out so far.
#[derive(Default)]
pub(crate) struct Report {
    /// True for a form, where all values are text, which stands for numbers and booleans too.
    pub(super) is_form: bool,
    /// The text of the refusal that ended the pass, when AWS gives one.
    pub(super) refusal: Option<String>,
    /// Where the pass is: empty at the top, else `tags.1.member.`.
    pub(super) path: String,
    violations: Vec<String>,
    /// The first refusal in words of its own. AWS asks for it once the model's rules hold.
    sentence: Option<String>,
}

/// How a violation prints the value.
pub(crate) enum Shown<'t> {
    /// `Value '<text>' at …`
    Text(Cow<'t, str>),
    /// `Value null at …`
    Null,
    /// `Value at …`: the member is sensitive.
    Hidden,
}

impl Report {
    /// Of a form, of which nothing was read yet.
    pub(super) fn of_form() -> Self {
        Self {
            is_form: true,
            ..Self::default()
        }
    }

    /// Records that the member `name` breaks a rule. Beyond [`VIOLATIONS_MAX`] they are dropped: a body of empty tags must not
    /// blow up into an answer of many times its size.
    #[cold]
    pub(super) fn violate(&mut self, name: &str, value: &Shown<'_>, constraint: &str) {
        if self.violations.len() == VIOLATIONS_MAX {
            return;
        }
        let path = &self.path;
        let value = match value {
            Shown::Text(text) => format!("Value '{text}'"),
            Shown::Null => "Value null".to_owned(),
            Shown::Hidden => "Value".to_owned(),
        };
        self.violations.push(format!(
            "{value} at '{path}{name}' failed to satisfy constraint: {constraint}"
        ));
    }

    /// Records that the member `name` is refused with a sentence instead of a constraint.
    #[cold]
    pub(super) fn say(&mut self, name: &str, sentence: &str) {
        self.sentence.get_or_insert_with(|| {
            format!("The specified value for {name} is invalid. {sentence}")
        });
    }

    /// The error that all violations make together, if there are any.
    pub(super) fn into_error(self) -> Option<DecodeError> {
        let count = self.violations.len();
        if count == 0 {
            return self.sentence.map(DecodeError::Validation);
        }
        let noun = if count == 1 { "error" } else { "errors" };
        let texts = self.violations.join("; ");
        Some(DecodeError::Validation(format!(
            "{count} validation {noun} detected: {texts}"
        )))
    }
}

/// The constraint of a required member.
pub(super) const NOT_NULL: &str = "Member must not be null";

/// The constraints on a length that `len` breaks; at most one.
pub(super) fn length(len: usize, min: usize, max: usize) -> Option<String> {
    if len > max {
        Some(format!(
            "Member must have length less than or equal to {max}"
        ))
    } else if len < min {
        Some(format!(
            "Member must have length greater than or equal to {min}"
        ))
    } else {
        None
    }
}

/// The constraints on a number that `value` breaks; at most one.
pub(super) fn range(value: i32, min: i32, max: i32) -> Option<String> {
    if value > max {
        Some(format!(
            "Member must have value less than or equal to {max}"
        ))
    } else if value < min {
        Some(format!(
            "Member must have value greater than or equal to {min}"
        ))
    } else {
        None
    }
}

const VIOLATIONS_MAX: usize = 100;

//! The rules of single values: text, enum, bytes, number, boolean, moment.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::time::Duration;

use serde::de::Deserializer;

use super::base64_text;
use super::members::{Rule, Slot};
use super::tokens::{self, Mismatch, Token};
use super::violations::{Report, Shown, length, range};
use crate::{Secret, SecretText, Timestamp};

/// A pattern of the model and the function that matches it.
pub(crate) struct Pattern {
    /// The pattern's text, for the caller.
    pub(crate) text: &'static str,
    /// True for a text that matches as a whole.
    pub(crate) matches: fn(&str) -> bool,
}

/// The rule of a string; lengths count characters.
pub(crate) struct Text {
    pub(crate) min: usize,
    pub(crate) max: usize,
    pub(crate) pattern: Option<Pattern>,
}

/// The rule of a string that refusals do not repeat. It is no secret, but what a refusal says stands in the audit log.
// DIFFERS: AWS's model marks neither grant tokens nor the codes of second factors as sensitive, so a refusal of AWS's may
// print them; here it does not, since neither belongs into the log.
pub(crate) struct Unprinted(pub(crate) Text);

/// The rule of a sensitive string.
pub(crate) struct SecretString(pub(crate) Text);

/// The rule of an enum.
pub(crate) struct Choice<E>(PhantomData<E>);

/// The rule of a blob; lengths count bytes.
pub(crate) struct Bytes {
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// The rule of a sensitive blob.
pub(crate) struct SecretBytes(pub(crate) Bytes);

/// The rule of an integer.
pub(crate) struct Integer {
    pub(crate) min: i32,
    pub(crate) max: i32,
}

/// The rule of a boolean: none.
pub(crate) struct Boolean;

/// The rule of a moment: none.
pub(crate) struct Time;

/// An enum of the model; generated.
pub(crate) trait EnumValue: Copy + 'static {
    /// `[A, B, C]`
    const VALUE_SET: &'static str;

    /// The value with this name.
    fn from_wire(text: &str) -> Option<Self>;
}

impl<E> Choice<E> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

/// A rule of single values.
trait Scalar {
    type Value;

    /// AWS's word for the type, in `STRING_VALUE can not be converted to <word>`.
    const WORD: &'static str;

    /// Reads the value and reports the rules that it breaks.
    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<Self::Value>, Mismatch>;
}

impl Text {
    /// True for a text that breaks no constraint.
    pub(super) fn admits(&self, text: &str) -> bool {
        (self.min..=self.max).contains(&self.len(text)) && self.has_pattern(text)
    }

    fn len(&self, text: &str) -> usize {
        // No text has more characters than bytes, or fewer than a quarter, so most need no counting.
        if text.len() <= self.max && text.len() >= self.min.saturating_mul(4) {
            text.len()
        } else {
            text.chars().count()
        }
    }

    fn has_pattern(&self, text: &str) -> bool {
        let pattern = self.pattern.as_ref();
        pattern.is_none_or(|pattern| (pattern.matches)(text))
    }

    /// Reports each constraint that a text breaks.
    #[cold]
    fn refuse<T>(&self, text: &str, shown: &Shown<'_>, name: &str, report: &mut Report) -> Slot<T> {
        if let Some(constraint) = length(self.len(text), self.min, self.max) {
            report.violate(name, shown, &constraint);
        }
        if let Some(pattern) = &self.pattern
            && !self.has_pattern(text)
        {
            match pattern.sentence() {
                Some(sentence) => report.say(name, sentence),
                None => report.violate(name, shown, &pattern.constraint()),
            }
        }
        Slot::Broken
    }
}

impl Pattern {
    /// What a text must satisfy.
    pub(super) fn constraint(&self) -> String {
        format!(
            "Member must satisfy regular expression pattern: {}",
            self.text
        )
    }

    /// What IAM says instead of the constraint, where it has words of its own.
    fn sentence(&self) -> Option<&'static str> {
        let own = IAM_SENTENCES.iter().find(|(text, _)| *text == self.text);
        own.map(|(_, sentence)| *sentence)
    }
}

impl Scalar for Text {
    type Value = String;

    const WORD: &'static str = "String";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<String>, Mismatch> {
        let text = token.text()?;
        Ok(if self.admits(text) {
            Slot::Good(text.to_owned())
        } else {
            self.refuse(text, &Shown::Text(Cow::Borrowed(text)), name, report)
        })
    }
}

impl Scalar for Unprinted {
    type Value = String;

    const WORD: &'static str = "String";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<String>, Mismatch> {
        let text = token.text()?;
        Ok(if self.0.admits(text) {
            Slot::Good(text.to_owned())
        } else {
            self.0.refuse(text, &Shown::Hidden, name, report)
        })
    }
}

impl Scalar for SecretString {
    type Value = SecretText;

    const WORD: &'static str = "String";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<SecretText>, Mismatch> {
        let text = token.text()?;
        Ok(if self.0.admits(text) {
            Slot::Good(SecretText::copy_of(text))
        } else {
            self.0.refuse(text, &Shown::Hidden, name, report)
        })
    }
}

impl<E: EnumValue> Choice<E> {
    /// The constraint that a text breaks which is none of the values.
    pub(super) fn constraint() -> String {
        format!("Member must satisfy enum value set: {}", E::VALUE_SET)
    }
}

impl<E: EnumValue> Scalar for Choice<E> {
    type Value = E;

    const WORD: &'static str = "String";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<E>, Mismatch> {
        let text = token.text()?;
        Ok(E::from_wire(text).map_or_else(
            || {
                report.violate(name, &Shown::Text(Cow::Borrowed(text)), &Self::constraint());
                Slot::Broken
            },
            Slot::Good,
        ))
    }
}

impl Scalar for Bytes {
    type Value = Vec<u8>;

    const WORD: &'static str = "Blob";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<Vec<u8>>, Mismatch> {
        let text = token.text()?;
        let bytes = base64_text::decode(text).ok_or(Mismatch::Text(BAD_BASE64))?;
        let len = bytes.len();
        // AWS prints the Java object that holds the bytes.
        let shown =
            || Shown::Text(format!("java.nio.HeapByteBuffer[pos=0 lim={len} cap={len}]").into());
        Ok(
            if passes(length(len, self.min, self.max), name, report, shown) {
                Slot::Good(bytes)
            } else {
                Slot::Broken
            },
        )
    }
}

impl Scalar for SecretBytes {
    type Value = Secret;

    const WORD: &'static str = "Blob";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<Secret>, Mismatch> {
        let text = token.text()?;
        let bytes = base64_text::decode_secret(text).ok_or(Mismatch::Text(BAD_BASE64))?;
        let broken = length(bytes.len(), self.0.min, self.0.max);
        Ok(if passes(broken, name, report, || Shown::Hidden) {
            Slot::Good(bytes)
        } else {
            Slot::Broken
        })
    }
}

impl Scalar for Integer {
    type Value = i32;

    const WORD: &'static str = "Integer";

    fn accept(
        &self,
        token: Token<'_>,
        name: &str,
        report: &mut Report,
    ) -> Result<Slot<i32>, Mismatch> {
        let number = match token {
            Token::Integer(number) => i32::try_from(number).ok(),
            // UNKNOWN: what AWS makes of a fraction. The names of its Java classes speak of truncating, and 5.0 is how
            // some languages write 5.
            Token::Fraction(number) => truncated(number),
            Token::Form(text) => text.parse().ok(),
            Token::Text(_) | Token::Boolean(_) => None,
        };
        let number = number.ok_or(Mismatch::Type)?;
        let shown = || Shown::Text(number.to_string().into());
        Ok(
            if passes(range(number, self.min, self.max), name, report, shown) {
                Slot::Good(number)
            } else {
                Slot::Broken
            },
        )
    }
}

impl Scalar for Boolean {
    type Value = bool;

    const WORD: &'static str = "Boolean";

    fn accept(&self, token: Token<'_>, _: &str, _: &mut Report) -> Result<Slot<bool>, Mismatch> {
        match token {
            Token::Boolean(value) => Ok(Slot::Good(value)),
            Token::Form("true") => Ok(Slot::Good(true)),
            Token::Form("false") => Ok(Slot::Good(false)),
            Token::Text(_) | Token::Form(_) | Token::Integer(_) | Token::Fraction(_) => {
                Err(Mismatch::Type)
            }
        }
    }
}

impl Scalar for Time {
    type Value = Timestamp;

    const WORD: &'static str = "Timestamp";

    fn accept(
        &self,
        token: Token<'_>,
        _: &str,
        _: &mut Report,
    ) -> Result<Slot<Timestamp>, Mismatch> {
        let ms = match token {
            Token::Integer(seconds) => seconds
                .checked_mul(1000)
                .and_then(|ms| i64::try_from(ms).ok()),
            Token::Fraction(seconds) => nearest_ms(seconds),
            // No operation of the services that speak in forms receives a moment.
            Token::Text(_) | Token::Form(_) | Token::Boolean(_) => None,
        };
        let moment = ms
            .map(Timestamp::from_epoch_ms)
            .filter(|moment| moment.has_calendar_form());
        moment.map(Slot::Good).ok_or(Mismatch::Type)
    }
}

/// The number without its fraction, if that is one that an integer member can hold.
fn truncated(number: f64) -> Option<i32> {
    let whole = number.trunc();
    // No conversion is exact for every double, so its digits are read.
    format!("{whole:.0}").parse().ok()
}

/// Seconds with a fraction as whole milliseconds: a double has room for them, so rounding recovers exactly what was sent.
fn nearest_ms(seconds: f64) -> Option<i64> {
    let distance = Duration::try_from_secs_f64(seconds.abs()).ok()?;
    let ms = i64::try_from(distance.checked_add(HALF_MS)?.as_millis()).ok()?;
    Some(if seconds.is_sign_negative() { -ms } else { ms })
}

/// Reports each broken constraint; true when there is none.
fn passes<'t>(
    broken: impl IntoIterator<Item = String>,
    name: &str,
    report: &mut Report,
    shown: impl Fn() -> Shown<'t>,
) -> bool {
    broken
        .into_iter()
        .map(|constraint| report.violate(name, &shown(), &constraint))
        .count()
        == 0
}

/// Implements [`Rule`] by [`Scalar`]; a blanket implementation would shut out the rules of lists and structures.
macro_rules! scalar_rules {
    ($([$($param:ident)?] $rule:ty => $value:ty),+ $(,)?) => {$(
        impl$(<$param: EnumValue>)? Rule for $rule {
            type Value = $value;

            fn read<'de, D: Deserializer<'de>>(&self, name: &'static str, report: &mut Report, from: D) -> Result<Slot<Self::Value>, D::Error> {
                let mut slot = Slot::Null;
                tokens::read(Self::WORD, report, from, &mut |token, report| {
                    slot = self.accept(token, name, report)?;
                    Ok(())
                })?;
                Ok(slot)
            }
        }
    )+};
}

scalar_rules!(
    [] Text => String,
    [] Unprinted => String,
    [] SecretString => SecretText,
    [E] Choice<E> => E,
    [] Bytes => Vec<u8>,
    [] SecretBytes => Secret,
    [] Integer => i32,
    [] Boolean => bool,
    [] Time => Timestamp,
);

const BAD_BASE64: &str = "Invalid base64 in a blob";

const HALF_MS: Duration = Duration::from_micros(500);

/// The patterns of names and paths, and what IAM says of a text that breaks them.
const IAM_SENTENCES: [(&str, &str); 2] = [
    (
        r"[\w+=,.@-]+",
        "It must contain only alphanumeric characters and/or the following: +=,.@_-",
    ),
    (
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)",
        "It must begin and end with / and contain only alphanumeric characters and/or / characters.",
    ),
];

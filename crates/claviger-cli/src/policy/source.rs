//! Where policies come from, and where their statements stand.

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use claviger_policy::{Clause, Policy, PolicyKind};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::explanation::{Said, Says};

/// A policy that takes part in a decision.
pub(crate) struct Source {
    /// What it is to the decision.
    pub(crate) kind: Kind,
    /// A file's name, or the operation that was asked.
    pub(crate) name: String,
    /// The compiled policy.
    pub(crate) policy: Arc<Policy>,
    pub(crate) text: Text,
}

/// The text of a policy, as far as it is known.
pub(crate) enum Text {
    /// The document.
    Document(String),
    /// The policy only stands for a server's answer, which named these statements.
    Answer(Vec<Statement>),
    /// The policy only stands for what a server's answer left open.
    Untold,
}

/// What a policy is to a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Kind {
    #[serde(rename = "key policy")]
    Key,
    #[serde(rename = "identity policy")]
    Identity,
    #[serde(rename = "permissions boundary")]
    Boundary,
    #[serde(rename = "session policy")]
    Session,
}

/// One statement of a policy.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statement {
    /// What the policy is to the decision.
    pub(crate) policy: Kind,
    /// A file's name, or a policy's.
    pub(crate) source: String,
    /// The place in the document, from 1.
    pub(crate) number: Option<usize>,
    pub(crate) sid: Option<String>,
    /// The first and the last line, from 1.
    pub(crate) lines: Option<(usize, usize)>,
    /// As the document has it.
    pub(crate) text: Option<Box<RawValue>>,
}

impl Source {
    /// Reads and compiles a policy file.
    ///
    /// # Errors
    /// A text that names the file, and the place in it.
    pub(crate) fn read(kind: Kind, path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let document = read_text(path, POLICY_BYTES_MAX)?;
        Self::parse(kind, name, document)
    }

    /// Compiles a policy.
    ///
    /// # Errors
    /// A text that names the source, and the place in it.
    pub(crate) fn parse(kind: Kind, name: String, document: String) -> Result<Self, String> {
        let language = match kind {
            Kind::Key => PolicyKind::Key,
            Kind::Identity | Kind::Boundary | Kind::Session => PolicyKind::Identity,
        };
        let policy =
            Policy::parse(&document, language).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self {
            kind,
            name,
            policy: Arc::new(policy),
            text: Text::Document(document),
        })
    }

    /// The statements that a clause of a decision names.
    pub(crate) fn statements(&self, clause: &Clause) -> Vec<Statement> {
        match &self.text {
            Text::Answer(statements) => statements.clone(),
            Text::Untold => Vec::new(),
            Text::Document(document) => vec![self.statement(document, clause)],
        }
    }

    /// A row of the explanation.
    pub(crate) fn says(&self, says: Says, clause: Option<&Clause>) -> Said {
        let statements = clause.map(|clause| self.statements(clause));
        let first = statements.unwrap_or_default().into_iter().next();
        let said = Said {
            policy: self.kind,
            source: self.name.clone(),
            says,
            statement: None,
            sid: None,
        };
        match first {
            None => said,
            Some(Statement {
                source,
                number,
                sid,
                ..
            }) => Said {
                source,
                statement: number,
                sid,
                ..said
            },
        }
    }

    fn statement(&self, document: &str, clause: &Clause) -> Statement {
        let place = places(document).into_iter().nth(clause.statement);
        Statement {
            policy: self.kind,
            source: self.name.clone(),
            number: clause.statement.checked_add(1),
            sid: clause.sid.as_deref().map(str::to_owned),
            lines: place.as_ref().map(|place| (place.first, place.last.line)),
            text: place.map(|place| place.text),
        }
    }

    /// The document, where there is one.
    pub(crate) fn document(&self) -> Option<&str> {
        match &self.text {
            Text::Document(document) => Some(document),
            Text::Answer(_) | Text::Untold => None,
        }
    }
}

/// Where a statement stands in its document.
pub(crate) struct Place {
    /// The line on which it begins, from 1.
    pub(crate) first: usize,
    /// The position behind its last character.
    pub(crate) last: Position,
    pub(crate) text: Box<RawValue>,
}

/// A line and a column, each from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The places of a document's statements, in their order.
pub(crate) fn places(document: &str) -> Vec<Place> {
    let Ok(outline) = serde_json::from_str::<Outline<'_>>(document) else {
        return Vec::new();
    };
    let listed = serde_json::from_str::<Vec<&RawValue>>(outline.statement.get());
    let statements = listed.unwrap_or_else(|_| vec![outline.statement]);
    let place = |statement: &&RawValue| {
        let text = statement.get();
        let start = text.as_ptr().addr();
        let start = start.checked_sub(document.as_ptr().addr())?;
        let end = start.checked_add(text.len())?;
        Some(Place {
            first: position(document.get(..start)?).line,
            last: position(document.get(..end)?),
            text: (*statement).to_owned(),
        })
    };
    statements.iter().filter_map(place).collect()
}

/// A text file.
///
/// # Errors
/// A text that names the file: what is larger than this many bytes is refused before it is read.
pub(crate) fn read_text(path: &Path, bytes_max: u64) -> Result<String, String> {
    let in_file = |problem: &dyn fmt::Display| format!("{}: {problem}", path.display());
    let file = File::open(path).map_err(|error| in_file(&error))?;
    let mut text = String::new();
    // Pipes and devices have no size to ask for.
    let read = file
        .take(bytes_max.saturating_add(1))
        .read_to_string(&mut text)
        .map_err(|error| in_file(&error))?;
    match u64::try_from(read) {
        Ok(bytes) if bytes <= bytes_max => Ok(text),
        _ => Err(in_file(&format_args!("larger than {bytes_max} bytes"))),
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Kind::Key => "key policy",
            Kind::Identity => "identity policy",
            Kind::Boundary => "permissions boundary",
            Kind::Session => "session policy",
        })
    }
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow, rename = "Statement")]
    statement: &'a RawValue,
}

/// The position behind a text.
fn position(text: &str) -> Position {
    let last = text.rsplit('\n').next().unwrap_or_default();
    Position {
        line: text.matches('\n').count().saturating_add(1),
        column: last.chars().count().saturating_add(1),
    }
}

/// The engine's own limit.
const POLICY_BYTES_MAX: u64 = 131_072;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_found_by_line() {
        let document =
            "{\n \"Statement\": [\n  {\"Sid\": \"a\"},\n  {\n   \"Sid\": \"[{\"\n  }\n ]\n}";
        let places = places(document);
        let lines: Vec<_> = places
            .iter()
            .map(|place| (place.first, place.last.line))
            .collect();
        assert_eq!(lines, [(3, 3), (4, 6)]);
        assert_eq!(places[0].text.get(), "{\"Sid\": \"a\"}");
        assert_eq!(places[1].last, Position { line: 6, column: 4 });
    }

    #[test]
    fn a_statement_may_stand_without_a_list() {
        let places = places("{\"Statement\":{\"Sid\":\"a\"}}");
        assert_eq!(places.len(), 1);
        assert_eq!(
            places[0].last,
            Position {
                line: 1,
                column: 25
            }
        );
    }
}

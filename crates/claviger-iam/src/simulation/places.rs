//! Where the statements of a policy document stand in its text.

use serde::Deserialize;
use serde_json::value::RawValue;

/// The lines and columns between which a statement stands, as AWS's simulator counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Behind the bracket or comma before the statement; behind its own brace when it stands in no list.
    pub(crate) start: Position,
    /// Behind the brace that closes it.
    pub(crate) end: Position,
}

/// A line and a column, each from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: i32,
    pub(crate) column: i32,
}

/// The place of the statement at `index`, in the order of the document; none when it has no such statement.
pub(crate) fn place_of(document: &str, index: usize) -> Option<Place> {
    let outline: Outline<'_> = serde_json::from_str(document).ok()?;
    let element = outline.statement.get();
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(element) else {
        let alone = (index == 0).then_some(element)?;
        let start = offset(document, alone)?;
        return place(document, start.checked_add(1)?, alone);
    };
    let statement = list.get(index)?.get();
    let before = match index.checked_sub(1) {
        None => offset(document, element)?.checked_add(1)?,
        Some(previous) => {
            let previous = list.get(previous)?.get();
            let behind = offset(document, previous)?.checked_add(previous.len())?;
            let comma = document.get(behind..)?.find(',')?;
            behind.checked_add(comma)?.checked_add(1)?
        }
    };
    place(document, before, statement)
}

#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow, rename = "Statement")]
    statement: &'a RawValue,
}

fn place(document: &str, start: usize, statement: &str) -> Option<Place> {
    let end = offset(document, statement)?.checked_add(statement.len())?;
    Some(Place {
        start: position(document.get(..start)?)?,
        end: position(document.get(..end)?)?,
    })
}

/// How far into `document` its part begins.
fn offset(document: &str, part: &str) -> Option<usize> {
    part.as_ptr().addr().checked_sub(document.as_ptr().addr())
}

/// The position behind `text`.
fn position(text: &str) -> Option<Position> {
    let line = text.matches('\n').count();
    let last = text.rsplit('\n').next()?.chars().count();
    Some(Position {
        line: i32::try_from(line.checked_add(1)?).ok()?,
        column: i32::try_from(last.checked_add(1)?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(document: &str, index: usize) -> Option<[(i32, i32); 2]> {
        let Place { start, end } = place_of(document, index)?;
        Some([(start.line, start.column), (end.line, end.column)])
    }

    /// The positions of AWS's own examples.
    // AWS: https://docs.aws.amazon.com/cli/latest/reference/iam/simulate-custom-policy.html
    #[test]
    fn statements_stand_where_aws_says() {
        let alone = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}"#;
        assert_eq!(at(alone, 0), Some([(1, 38), (1, 167)]));
        let administrator = include_str!("../aws_managed/administrator_access.json");
        assert_eq!(at(administrator, 0), Some([(3, 17), (8, 6)]));
    }

    #[test]
    fn later_statements_begin_behind_the_comma() {
        let two = "{\"Statement\":[{\"Sid\":\"a,\"} ,\n {\"Sid\":\"\u{e4}\"}]}";
        assert_eq!(at(two, 0), Some([(1, 15), (1, 27)]));
        assert_eq!(at(two, 1), Some([(1, 29), (2, 13)]));
        assert_eq!(at(two, 2), None);
        assert_eq!(at("{", 0), None);
        assert_eq!(at("{}", 0), None);
    }
}

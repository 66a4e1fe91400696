//! An explanation for people.

use super::explanation::{Explanation, GrantsSaid, Said, Says};
use super::source::Statement;

/// The text, without a newline at its end. What files and servers wrote cannot steer the terminal.
pub(crate) fn prose(told: &Explanation) -> String {
    let mut lines = vec![
        told.decision.as_str().to_owned(),
        String::new(),
        format!("  caller    {}", told.caller),
        format!("  action    {}", told.action),
        format!("  resource  {}", told.resource),
    ];
    for statement in &told.decided_by {
        lines.push(String::new());
        lines.push(format!("Decided by {}", place(statement)));
        lines.extend(quoted(statement));
    }
    if let Some(id) = &told.grant {
        lines.extend([String::new(), format!("Decided by grant {id}")]);
    }
    lines.extend(section(
        "Needed",
        told.needed.iter().map(|text| indented(text)),
    ));
    lines.extend(section("Each by itself", table(&rows(told)).into_iter()));
    let answer = told.answer.iter();
    let answer = answer.map(|answer| indented(&format!("{}: {}", answer.code, answer.message)));
    lines.extend(section("The caller is answered", answer));
    let missing = told.missing_context_keys.iter().map(|name| {
        indented(&format!(
            "{name} is compared, and nothing is known of it: --condition {name}=VALUE"
        ))
    });
    let notes = told.notes.iter().map(|note| indented(note));
    lines.extend(section("Notes", missing.chain(notes)));
    printable(&lines.join("\n"))
}

/// A headline and its lines; nothing without lines.
fn section(headline: &str, lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Vec::new();
    }
    let headline = [String::new(), headline.to_owned()];
    headline.into_iter().chain(lines).collect()
}

fn indented(text: &str) -> String {
    format!("  {text}")
}

/// `key policy key.json, statement 2 "UseOfTheKey", lines 9-14`.
fn place(statement: &Statement) -> String {
    let mut words = format!("{} {}", statement.policy, statement.source);
    if let Some(number) = statement.number {
        words.push_str(&format!(", {}", numbered(number, statement.sid.as_deref())));
    }
    match statement.lines {
        Some((first, last)) if first == last => words.push_str(&format!(", line {first}")),
        Some((first, last)) => words.push_str(&format!(", lines {first}-{last}")),
        None => {}
    }
    words
}

fn numbered(number: usize, sid: Option<&str>) -> String {
    match sid {
        Some(sid) => format!("statement {number} {sid:?}"),
        None => format!("statement {number}"),
    }
}

/// The statement as it stands in its document, moved to the left as far as its later lines allow.
fn quoted(statement: &Statement) -> Vec<String> {
    let Some(text) = &statement.text else {
        return Vec::new();
    };
    let depth = |line: &str| line.len().saturating_sub(line.trim_start().len());
    let later = text.get().lines().skip(1);
    let common = later.map(depth).min().unwrap_or_default();
    let shifted = text.get().lines().enumerate().map(|(index, line)| {
        let line = if index == 0 {
            line
        } else {
            line.get(common..).unwrap_or(line)
        };
        format!("    {line}")
    });
    shifted.collect()
}

fn rows(told: &Explanation) -> Vec<[String; 4]> {
    let policies = told.policies.iter().map(policy_row);
    policies.chain(told.grants.iter().map(grants_row)).collect()
}

fn policy_row(said: &Said) -> [String; 4] {
    let statement = said.statement;
    let statement = statement.map(|number| numbered(number, said.sid.as_deref()));
    [
        said.policy.to_string(),
        said.source.clone(),
        said.says.as_str().to_owned(),
        statement.unwrap_or_default(),
    ]
}

fn grants_row(said: &GrantsSaid) -> [String; 4] {
    let (says, which) = match (&said.permits, &said.but_for_constraints) {
        (Some(grant), _) => (grant.says.as_str(), grant.id.clone()),
        (None, Some(id)) => (
            Says::Nothing.as_str(),
            format!("{id} would allow, but its constraints do not hold"),
        ),
        (None, None) => (Says::Nothing.as_str(), format!("none of {}", said.count)),
    };
    [
        "grants".to_owned(),
        said.source.clone(),
        says.to_owned(),
        which,
    ]
}

/// Columns of equal width.
fn table(rows: &[[String; 4]]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default()
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let line = |row: &[String; 4]| {
        let cells = row.iter().zip(widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        format!("  {}", cells.join("  ")).trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Other control characters than those that make up lines are written out.
fn printable(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() && character != '\n' && character != '\t' {
            printable.extend(character.escape_unicode());
        } else {
            printable.push(character);
        }
    }
    printable
}

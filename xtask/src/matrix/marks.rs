//! The marks `// DIFFERS:` and `// UNKNOWN:` in the product's sources, as one page.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run::output;

/// The page.
///
/// # Errors
/// When git cannot list the sources, or one cannot be read.
pub(super) fn page(root: &Path) -> Result<String, String> {
    let mut marks = Vec::new();
    for path in sources(root)? {
        let text =
            fs::read_to_string(root.join(&path)).map_err(|error| format!("{path}: {error}"))?;
        marks.extend(marks_of(&path, &text));
    }
    let mut page = OPENING.to_owned();
    for (kind, heading) in KINDS {
        page.push_str(heading);
        let of_kind = marks.iter().filter(|mark| mark.kind == kind);
        let (common, own): (Vec<&Mark>, Vec<&Mark>) =
            of_kind.partition(|mark| mark.text == TEXT_UNKNOWN);
        for Mark {
            path, place, text, ..
        } in own
        {
            // Writing to memory cannot fail.
            let _infallible = writeln!(page, "| {} | `{place}` | {text} |", link(path));
        }
        page.push_str(&listed(&common));
    }
    Ok(page)
}

/// The remark that many marks have and nothing else: said once, with the places of each file in one line.
fn listed(marks: &[&Mark]) -> String {
    let mut list = String::new();
    for of_file in marks.chunk_by(|one, next| one.path == next.path) {
        let mut places: Vec<String> = of_file
            .iter()
            .map(|mark| format!("`{}`", mark.place))
            .collect();
        places.dedup();
        let path = of_file.first().map_or("", |mark| &mark.path);
        // Writing to memory cannot fail.
        let _infallible = writeln!(list, "- {}: {}", link(path), places.join(", "));
    }
    if list.is_empty() {
        return list;
    }
    format!("{LISTED}{list}")
}

fn link(path: &str) -> String {
    let file = path.strip_prefix(CRATES).unwrap_or(path);
    format!("[{file}](../{path})")
}

/// The product's sources, in the order of their paths.
fn sources(root: &Path) -> Result<Vec<String>, String> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--", "crates/*/src/*.rs"]);
    let listing = output(git.current_dir(root))?;
    let mut paths: Vec<String> = listing.lines().map(str::to_owned).collect();
    paths.sort();
    Ok(paths)
}

/// One marked comment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mark {
    kind: &'static str,
    path: String,
    /// The function or item that it stands in or before.
    place: String,
    text: String,
}

fn marks_of(path: &str, source: &str) -> Vec<Mark> {
    let lines: Vec<&str> = source.lines().collect();
    let mut marks = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        for (kind, _) in KINDS {
            if let Some(first) = comment(line).and_then(|text| text.strip_prefix(kind)) {
                let (before, after) = lines.split_at(number);
                marks.push(Mark {
                    kind,
                    path: path.to_owned(),
                    place: place(line, before, after),
                    text: whole(first, after),
                });
            }
        }
    }
    marks
}

/// The text of a line that is nothing but a comment.
fn comment(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("// ")
}

/// The comment to its end, on one line and fit for a cell.
fn whole(first: &str, after: &[&str]) -> String {
    let rest = after.iter().skip(1).map_while(|line| comment(line));
    let text: Vec<&str> = std::iter::once(first.trim()).chain(rest).collect();
    text.join(" ").replace('|', "\\|")
}

/// What the mark is about: the function around it, or the item below it when it stands outside of all.
fn place(line: &str, before: &[&str], after: &[&str]) -> String {
    let own = indent(line);
    let around = before
        .iter()
        .rev()
        .filter(|line| indent(line) < own)
        .find_map(|line| name(line));
    let below = || after.iter().skip(1).find_map(|line| name(line));
    around.or_else(below).unwrap_or("the whole file").to_owned()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The name of the item that begins on this line.
fn name(line: &str) -> Option<&str> {
    let words = line.trim_start().trim_start_matches("pub(super) ");
    let words = words
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub ");
    let words = words.trim_start_matches("async ");
    let rest = ITEMS.iter().find_map(|item| words.strip_prefix(item))?;
    rest.split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
}

const ITEMS: [&str; 6] = ["fn ", "const fn ", "const ", "struct ", "enum ", "type "];

const CRATES: &str = "crates/";

const KINDS: [(&str, &str); 2] = [
    (
        "DIFFERS:",
        "\n## Where we do not do as AWS does\n\n| file | in | what, and why |\n| --- | --- | --- |\n",
    ),
    (
        "UNKNOWN:",
        "\n## Where AWS's behaviour or words are not known to us\n\n| file | in | what |\n| --- | --- | --- |\n",
    ),
];

const TEXT_UNKNOWN: &str = "AWS's own text is not recorded.";

const LISTED: &str = "\nOf the errors that these give, AWS's own text is not recorded:\n\n";

const OPENING: &str = "\
<!-- @generated by `cargo xtask matrix`; a test fails when it differs from the sources -->

# Differences from AWS

Collected from the marks in the sources.
Whoever knows better, from an answer recorded at AWS, is welcome to say so.
";

#[cfg(test)]
mod tests {
    use super::*;

    fn found(source: &str) -> Vec<(String, String)> {
        let marks = marks_of("crates/a/src/b.rs", source);
        marks
            .into_iter()
            .map(|mark| (mark.place, mark.text))
            .collect()
    }

    #[test]
    fn a_mark_has_its_function_and_its_whole_text() {
        let source = "pub fn text() {\n    // UNKNOWN: one\n    // two | three\n    call()\n}\n";
        assert_eq!(
            found(source),
            [("text".to_owned(), "one two \\| three".to_owned())]
        );
    }

    #[test]
    fn a_mark_before_an_item_is_about_that_item() {
        for before in ["async fn ", "pub const fn ", "const "] {
            let source =
                format!("fn other() {{\n}}\n\n// DIFFERS: so\n{before}listed(a: u8) {{}}\n");
            assert_eq!(found(&source), [("listed".to_owned(), "so".to_owned())]);
        }
    }

    #[test]
    fn what_many_marks_say_is_said_once() {
        let source = "fn one() {\n    // UNKNOWN: AWS's own text is not recorded.\n}\n";
        let marks = [
            marks_of("crates/a/src/b.rs", source),
            marks_of("crates/a/src/b.rs", &source.replace("one", "two")),
            marks_of("crates/a/src/c.rs", source),
        ]
        .concat();
        assert_eq!(
            listed(&marks.iter().collect::<Vec<_>>()),
            format!(
                "{LISTED}- [a/src/b.rs](../crates/a/src/b.rs): `one`, `two`\n- [a/src/c.rs](../crates/a/src/c.rs): `one`\n"
            )
        );
        assert_eq!(listed(&[]), "");
    }

    #[test]
    fn a_folder_that_git_does_not_know_is_no_page_without_marks() {
        assert!(page(&std::env::temp_dir()).is_err());
    }

    #[test]
    fn a_mark_amid_text_is_none() {
        assert!(found("//! Collects `// DIFFERS:` marks\nlet a = 1; // DIFFERS: no\n").is_empty());
    }
}

//! `ops/` is flat: one short file for each operation, named by it, and the modules of the families beside them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::File;

/// What stands in the operations' folder and does not fit it.
pub(super) fn findings(tree: &[File]) -> Vec<String> {
    let operations = operation_names(tree);
    tree.iter()
        .filter_map(|file| finding(file, &operations))
        .collect()
}

fn finding(file: &File, operations: &BTreeSet<String>) -> Option<String> {
    let name = file.path.strip_prefix(FOLDER)?;
    let Some(module) = name
        .strip_suffix(".rs")
        .filter(|module| !module.contains('/'))
    else {
        return Some(format!(
            "{}: only Rust files stand here, in no deeper folder",
            file.path
        ));
    };
    let lines = file.text.lines().count();
    (operations.contains(module) && lines > OPERATION_LINES_MAX).then(|| {
        format!(
            "{}: {lines} lines, at most {OPERATION_LINES_MAX} for an operation",
            file.path
        )
    })
}

/// The API's operations by their file names.
fn operation_names(tree: &[File]) -> BTreeSet<String> {
    let model = tree.iter().find(|file| file.path == MODEL);
    let model: Value = model
        .and_then(|file| serde_json::from_str(&file.text).ok())
        .unwrap_or_default();
    let operations = model.get("operations").and_then(Value::as_object);
    operations
        .into_iter()
        .flatten()
        .map(|(name, _)| snake_case(name))
        .collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

const FOLDER: &str = "crates/claviger-core/src/ops/";
const MODEL: &str = "model/kms.json";
const OPERATION_LINES_MAX: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, lines: usize) -> usize {
        let model = File {
            path: MODEL.to_owned(),
            text: r#"{"operations":{"ReEncrypt":{}}}"#.to_owned(),
        };
        let file = File {
            path: format!("{FOLDER}{name}"),
            text: "x\n".repeat(lines),
        };
        findings(&[model, file]).len()
    }

    #[test]
    fn an_operation_is_short_and_flat() {
        assert_eq!(found("re_encrypt.rs", OPERATION_LINES_MAX), 0);
        assert_eq!(found("re_encrypt.rs", OPERATION_LINES_MAX + 1), 1);
        assert_eq!(found("deep/re_encrypt.rs", 1), 1);
        assert_eq!(found("notes.txt", 1), 1);
    }

    #[test]
    fn a_family_may_be_longer() {
        assert_eq!(found("keys.rs", OPERATION_LINES_MAX + 1), 0);
    }
}

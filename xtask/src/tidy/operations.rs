//! The operations' folders are flat: one short file for each operation, named by it, and the modules of the families beside them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::File;

/// What stands in the operations' folders and does not fit them.
pub(super) fn findings(tree: &[File]) -> Vec<String> {
    let of_folder = |(folder, model): (&str, &str)| {
        let operations = operation_names(tree, model);
        let found = tree.iter();
        found
            .filter_map(|file| finding(file, folder, &operations))
            .collect::<Vec<_>>()
    };
    FOLDERS.into_iter().flat_map(of_folder).collect()
}

fn finding(file: &File, folder: &str, operations: &BTreeSet<String>) -> Option<String> {
    let name = file.path.strip_prefix(folder)?;
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

/// An API's operations by their file names.
fn operation_names(tree: &[File], model: &str) -> BTreeSet<String> {
    let model = tree.iter().find(|file| file.path == model);
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

/// `ListMFADevices` is `list_mfa_devices`: a word begins behind a small letter, or with the last capital of several.
fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut before = 'A';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends_capitals = letters.peek().is_some_and(char::is_ascii_lowercase);
        let begins_word = before.is_ascii_lowercase() || (ends_capitals && !snake.is_empty());
        if letter.is_ascii_uppercase() && begins_word {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
        before = letter;
    }
    snake
}

/// Each folder, and the model whose operations stand in it.
const FOLDERS: [(&str, &str); 3] = [
    ("crates/claviger-core/src/ops/", "model/kms.json"),
    ("crates/claviger-iam/src/ops/", "model/iam.json"),
    ("crates/claviger-iam/src/sts_ops/", "model/sts.json"),
];
const OPERATION_LINES_MAX: usize = 150;

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, lines: usize) -> usize {
        let found = FOLDERS.map(|(folder, model)| {
            let model = File {
                path: model.to_owned(),
                text: r#"{"operations":{"ReEncrypt":{}}}"#.to_owned(),
            };
            let file = File {
                path: format!("{folder}{name}"),
                text: "x\n".repeat(lines),
            };
            findings(&[model, file]).len()
        });
        assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
        found[0]
    }

    #[test]
    fn files_are_named_by_their_operations() {
        for (operation, file) in [
            ("ReEncrypt", "re_encrypt"),
            ("ListMFADevices", "list_mfa_devices"),
            (
                "CreateOpenIDConnectProvider",
                "create_open_id_connect_provider",
            ),
            ("ListSSHPublicKeys", "list_ssh_public_keys"),
        ] {
            assert_eq!(snake_case(operation), file);
        }
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

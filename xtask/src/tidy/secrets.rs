//! Where a secret leaves its type, a comment says why.

use super::File;

/// Uses of `expose` without an `EXPOSE` comment in their function.
pub(super) fn unexplained(tree: &[File]) -> Vec<String> {
    let sources = tree.iter().filter(|file| is_product(&file.path));
    sources.flat_map(of_file).collect()
}

fn of_file(file: &File) -> Vec<String> {
    let mut findings = Vec::new();
    let mut explained = false;
    let product = file.text.lines().take_while(|line| *line != TESTS);
    for (number, line) in product.enumerate() {
        if begins_function(line) {
            explained = false;
        }
        explained |= line.contains(REASON);
        if line.contains(USE) && !explained {
            findings.push(format!(
                "{}:{}: say in an EXPOSE comment why the secret is needed",
                file.path,
                number + 1
            ));
        }
    }
    findings
}

/// Tests may look at what they made.
fn is_product(path: &str) -> bool {
    let is_source = path.starts_with("crates/") && path.contains("/src/") && path.ends_with(".rs");
    is_source && !path.contains("tests")
}

fn begins_function(line: &str) -> bool {
    line.split_whitespace()
        .take_while(|word| !word.starts_with("//"))
        .any(|word| word == "fn")
}

const USE: &str = ".expose()";
const REASON: &str = "// EXPOSE: ";
const TESTS: &str = "#[cfg(test)]";

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        unexplained(&[File {
            path: "crates/a/src/a.rs".to_owned(),
            text: text.to_owned(),
        }])
    }

    #[test]
    fn a_use_has_its_reason_in_its_own_function() {
        let explained = format!("fn a() {{\n    {REASON}so\n    b{USE}\n}}\n");
        assert!(found(&explained).is_empty());
        let another = format!("{explained}\npub const fn c() {{\n    b{USE}\n}}\n");
        assert_eq!(
            found(&another),
            ["crates/a/src/a.rs:7: say in an EXPOSE comment why the secret is needed"]
        );
    }

    #[test]
    fn tests_need_no_reason() {
        assert!(found(&format!("{TESTS}\nmod tests {{\n    b{USE}\n}}\n")).is_empty());
    }
}

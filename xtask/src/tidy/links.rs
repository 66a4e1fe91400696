//! Links between the repository's pages resolve.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use super::File;

/// Links of Markdown pages to files that are not there.
pub(super) fn broken(tree: &[File]) -> Vec<String> {
    let known = known_paths(tree);
    let mut findings = Vec::new();
    for page in tree.iter().filter(|file| file.has_extension("md")) {
        for (number, target) in local_targets(&page.text) {
            let resolved = resolve(&page.path, &target);
            if !resolved.is_some_and(|path| known.contains(&path)) {
                findings.push(format!("{}:{number}: no such file: {target}", page.path));
            }
        }
    }
    findings
}

/// Every file and every folder that holds one.
fn known_paths(tree: &[File]) -> BTreeSet<PathBuf> {
    tree.iter()
        .flat_map(|file| Path::new(&file.path).ancestors().map(Path::to_path_buf))
        .collect()
}

/// The targets of `[text](target)` outside code, without web addresses and anchors, each with its line.
fn local_targets(page: &str) -> Vec<(usize, String)> {
    let mut targets = Vec::new();
    let mut in_code = false;
    for (index, line) in page.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
                targets.push((index + 1, target.to_owned()));
            }
        }
    }
    targets
}

fn resolve(page: &str, target: &str) -> Option<PathBuf> {
    let mut path = Path::new(page).parent()?.to_path_buf();
    for component in Path::new(target).components() {
        match component {
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::Normal(part) => path.push(part),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_resolved_from_their_page() {
        let page = |text: &str| File {
            path: "docs/a.md".to_owned(),
            text: text.to_owned(),
        };
        let other = || File {
            path: "README.md".to_owned(),
            text: String::new(),
        };
        assert!(broken(&[page("[up](../README.md) [here](a.md#x) [web](https://example.org) [top](#top) [dir](../docs)"), other()]).is_empty());
        assert_eq!(
            broken(&[page("ok\n[gone](b.md)"), other()]),
            ["docs/a.md:2: no such file: b.md"]
        );
        assert_eq!(broken(&[page("[out](../../x.md)")]).len(), 1);
        assert!(broken(&[page("```\n[code](b.md)\n```")]).is_empty());
    }
}

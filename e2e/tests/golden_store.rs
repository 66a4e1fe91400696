//! Data folders of older versions open, whole: `testdata/store`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may fail loudly"
)]

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use claviger_e2e::{Ground, Server, end};

#[test]
fn every_golden_store_opens_with_all_that_it_holds() {
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/store");
    let mut opened = 0;
    for entry in fs::read_dir(stores).unwrap() {
        let store = entry.unwrap().path();
        if !store.is_dir() {
            continue;
        }
        println!("{}", store.display());
        let ground = Ground::new();
        copy(&store.join("data"), &ground.data());
        let data = ground.data();
        let checked = end("clavigerd", ["check", "--data-dir", data.to_str().unwrap()]);
        let _ = checked.expect_success("check before");
        let server = Server::start(&ground, &[]);
        let found = store.join("found.json");
        server.python(&ground, "boto3/find_store.py", &[found.to_str().unwrap()]);
        server.stop();
        let checked = end("clavigerd", ["check", "--data-dir", data.to_str().unwrap()]);
        let _ = checked.expect_success("check after");
        opened += 1;
    }
    assert!(opened >= 1);
}

/// Nobody else may read the copy: the server insists on it, and a repository keeps no such modes.
fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    fs::set_permissions(to, Permissions::from_mode(0o700)).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
            fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
        }
    }
}

//! OpenSSL as the other side: the command of that name, fed through files and its standard input.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A private key that OpenSSL generated, as PKCS #8 in DER. `options` follow `openssl genpkey`.
pub(crate) fn generate(options: &[&str]) -> Vec<u8> {
    let mut generate = Command::new("openssl");
    let pem = run(generate.arg("genpkey").args(options), b"");
    let mut convert = Command::new("openssl");
    // In DER, `genpkey` alone writes RSA and EC keys without PKCS #8 around them.
    run(
        convert.args(["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"]),
        &pem,
    )
}

/// Whether OpenSSL verifies `signature`, made over `message`, with the public key `spki`.
pub(crate) fn verifies(spki: &[u8], options: &[&str], message: &[u8], signature: &[u8]) -> bool {
    let folder = Folder::new();
    let mut command = Command::new("openssl");
    command
        .args(["pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey"])
        .arg(folder.file("public.der", spki))
        .arg("-sigfile")
        .arg(folder.file("signature", signature))
        .arg("-in")
        .arg(folder.file("message", message))
        .args(options);
    command
        .output()
        .expect("openssl is installed")
        .status
        .success()
}

/// What OpenSSL makes of `input` with the private key `pkcs8`: `operation` is `-sign`, `-decrypt` or `-derive`.
pub(crate) fn private(pkcs8: &[u8], operation: &str, options: &[&str], input: &[u8]) -> Vec<u8> {
    let folder = Folder::new();
    let mut command = Command::new("openssl");
    command
        .args(["pkeyutl", operation, "-keyform", "DER", "-inkey"])
        .arg(folder.file("private.der", pkcs8))
        .args(options)
        .arg(if operation == "-derive" {
            "-peerkey"
        } else {
            "-in"
        })
        .arg(folder.file("input", input));
    if operation == "-derive" {
        command.args(["-peerform", "DER"]);
    }
    run(&mut command, b"")
}

/// What OpenSSL encrypts under the public key `spki`.
pub(crate) fn encrypt(spki: &[u8], options: &[&str], plaintext: &[u8]) -> Vec<u8> {
    let folder = Folder::new();
    let mut command = Command::new("openssl");
    command
        .args(["pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey"])
        .arg(folder.file("public.der", spki))
        .args(options);
    run(&mut command, plaintext)
}

/// The output of `command`, which must succeed.
pub(crate) fn run(command: &mut Command, input: &[u8]) -> Vec<u8> {
    let command = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("openssl is installed");
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

//! Version 1 of every format opens for ever, and is still what is written.

use std::collections::BTreeMap;
use std::path::Path;

use claviger_crypto::barrier::{Barrier, RecordId};
use claviger_crypto::blob::{self, Address, Blob};
use claviger_crypto::context::Context;
use claviger_crypto::engine::{Backing, Message, material_id};
use claviger_crypto::import::token::{self, Token};
use claviger_crypto::import::{WrappingAlgorithm, WrappingKey, WrappingSpec, material_from};
use claviger_crypto::keyring::Keyring;
use claviger_crypto::root::FileRootKey;
use claviger_crypto::spec;
use claviger_crypto::token as sealed_token;
use claviger_model::{KeySpec, MacAlgorithmSpec, Secret, SigningAlgorithmSpec, Timestamp};

use crate::{Recorded, backing};

#[test]
fn blobs() {
    for vector in vectors("blob/v1.txt", 4) {
        let backing = backing(&vector.bytes("material"));
        let address = Address {
            key: vector.array("key uuid"),
            material: vector.array("material id"),
        };
        let pairs = vector.context();
        let context = Context::of(&pairs).unwrap();
        let golden = vector.bytes("blob");

        let parsed = Blob::parse(&golden).unwrap();
        assert_eq!(*parsed.address(), address);
        assert!(
            blob::open(&backing, &parsed, &context)
                .unwrap()
                .ct_eq(&vector.bytes("plaintext"))
        );

        let written = blob::seal(
            &backing,
            &address,
            &context,
            &vector.bytes("plaintext"),
            &vector.array("entropy"),
        );
        assert_eq!(written.unwrap(), golden);
    }
}

#[test]
fn materials() {
    for vector in vectors("material/v1.txt", 19) {
        let spec = KeySpec::from_wire(vector.text("spec")).unwrap();
        let material = Secret::copy_of(&vector.bytes("material"));
        let id = material_id(&vector.array("key uuid"), spec, &material).unwrap();
        assert_eq!(id.as_bytes(), &vector.array("material id"), "{spec}");

        let key = Backing::open(spec, &material).unwrap();
        let message = || vector.bytes("message");
        if let Some(public) = vector.0.get("public") {
            assert_eq!(hex::encode(key.public_key_der().unwrap()), *public);
        }
        if let Some(algorithm) = vector.0.get("signing algorithm") {
            let algorithm = SigningAlgorithmSpec::from_wire(algorithm).unwrap();
            let signature = vector.bytes("signature");
            let verified = key.verify(algorithm, Message::Raw(&message()), &signature);
            assert_eq!(verified, Ok(true), "{spec}");
        }
        if let Some(algorithm) = vector.0.get("mac algorithm") {
            let algorithm = MacAlgorithmSpec::from_wire(algorithm).unwrap();
            assert_eq!(key.mac(algorithm, &message()), Ok(vector.bytes("mac")));
        }
        if vector.0.contains_key("ciphertext") {
            let shared = key.decapsulate(&vector.bytes("ciphertext")).unwrap();
            assert!(shared.ct_eq(&vector.bytes("shared")));
        }
        // The stored form is what an import of the same key stores.
        if spec::facts(spec).unwrap().importable {
            let imported = material_from(spec, &material).unwrap();
            assert!(imported.ct_eq(material.expose()), "{spec}");
        }
    }
}

#[test]
fn keyrings() {
    for vector in vectors("keyring/v1.txt", 1) {
        let root = root_key(&vector);
        let keyring = Keyring::unwrap(&vector.bytes("wrapped"), &root).unwrap();
        assert_eq!(*keyring.cluster(), vector.array("cluster"));
        assert!(keyring.audit_seed().ct_eq(&vector.bytes("audit seed")));
        let entropy = Recorded::new(&vector.bytes("entropy"));
        assert_eq!(
            keyring.wrap(&root, &entropy).unwrap(),
            vector.bytes("wrapped")
        );
    }
}

#[test]
fn records() {
    let barrier = golden_barrier();
    for vector in vectors("barrier/v1.txt", 4) {
        let (table, id) = (vector.text("table"), vector.bytes("id"));
        let (account, version) = (
            u64::from_be_bytes(vector.array("account")),
            u64::from_be_bytes(vector.array("version")),
        );
        let generation = u32::from_be_bytes(vector.array("generation"));

        let opened = barrier.open(table, &id, &vector.bytes("sealed")).unwrap();
        assert_eq!(
            (opened.account, opened.version, opened.generation),
            (account, version, generation)
        );
        assert!(opened.plaintext.ct_eq(&vector.bytes("plaintext")));

        if generation == ACTIVE_GENERATION {
            let entropy = Recorded::new(&vector.bytes("entropy"));
            let at = RecordId {
                account,
                table,
                id: &id,
            };
            let written = barrier
                .seal(&at, version, &vector.bytes("plaintext"), &entropy)
                .unwrap();
            assert_eq!(written, vector.bytes("sealed"));
        }
    }
}

#[test]
fn index_names() {
    let barrier = golden_barrier();
    for vector in vectors("barrier/index-v1.txt", 3) {
        let parts = vector
            .text("parts")
            .split(',')
            .filter(|part| !part.is_empty())
            .map(|part| hex::decode(part).unwrap());
        let parts = parts.collect::<Vec<_>>();
        let parts = parts.iter().map(Vec::as_slice).collect::<Vec<_>>();
        assert_eq!(
            barrier.index(vector.text("label"), &parts),
            vector.array("index")
        );
    }
}

#[test]
fn import_tokens() {
    let first = vectors("import-token/v1.txt", 3);
    for vector in first
        .into_iter()
        .chain(vectors("import-token/v1-key-wrap.txt", 2))
    {
        let day_key = Secret::copy_of(&vector.bytes("day key"));
        let golden = vector.bytes("token");
        let day = u32::from_be_bytes(vector.array("day"));
        assert_eq!(token::day_of(&golden), Some(day));

        let opened = token::open(&day_key, &golden).unwrap();
        let (spec, algorithm) = vector.wrapping();
        assert_eq!(
            (opened.day, opened.spec, opened.algorithm),
            (day, spec, algorithm)
        );
        assert_eq!(opened.key_uuid, vector.array("key uuid"));
        assert_eq!(opened.account, u64::from_be_bytes(vector.array("account")));
        assert_eq!(opened.epoch, u64::from_be_bytes(vector.array("epoch")));
        assert_eq!(
            opened.not_after,
            Timestamp::from_epoch_ms(i64::from_be_bytes(vector.array("not after")))
        );
        assert_eq!(opened.region, vector.text("region"));
        assert!(opened.wrapping_key.ct_eq(&vector.bytes("pkcs8")));

        let key = WrappingKey::from_pkcs8(&opened.wrapping_key).unwrap();
        assert_eq!(key.spec(), spec);
        assert!(
            key.unwrap(algorithm, &vector.bytes("wrapped material"))
                .unwrap()
                .ct_eq(&vector.bytes("material"))
        );

        let again: Token = opened;
        assert_eq!(
            token::seal(&day_key, &again, &Recorded::new(&vector.bytes("entropy"))).unwrap(),
            golden
        );
    }
}

#[test]
fn sealed_tokens() {
    let keyring = golden_keyring();
    for vector in vectors("token/v1.txt", 4) {
        let (purpose, golden) = (vector.text("purpose"), vector.bytes("token"));
        let opened = sealed_token::open(&keyring, purpose, &golden).unwrap();
        assert!(opened.ct_eq(&vector.bytes("plaintext")));
        if u32::from_be_bytes(vector.array("generation")) == ACTIVE_GENERATION {
            let entropy = Recorded::new(&vector.bytes("entropy"));
            let written =
                sealed_token::seal(&keyring, purpose, &vector.bytes("plaintext"), &entropy);
            assert_eq!(written.unwrap(), golden);
        }
    }
}

#[test]
fn session_secrets() {
    let keyring = golden_keyring();
    for vector in vectors("token/session-secret-v1.txt", 3) {
        let token = [&[1], vector.bytes("generation").as_slice()].concat();
        let secret =
            sealed_token::session_secret(&keyring, &token, vector.text("access key id")).unwrap();
        assert!(secret.ct_eq(vector.text("secret").as_bytes()));
    }
}

fn golden_barrier() -> Barrier {
    Barrier::new(golden_keyring())
}

fn golden_keyring() -> Keyring {
    let vector = vectors("keyring/v1.txt", 1).remove(0);
    Keyring::unwrap(&vector.bytes("wrapped"), &root_key(&vector)).unwrap()
}

fn root_key(vector: &Vector) -> FileRootKey {
    let folder = tempfile::tempdir().unwrap();
    FileRootKey::create(
        &folder.path().join("root.key"),
        &Recorded::new(&vector.bytes("root key")),
    )
    .unwrap()
}

fn vectors(path: &str, count: usize) -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata")
        .join(path);
    let text = std::fs::read_to_string(path).unwrap();
    let vectors = text.split("\n\n").map(Vector::parse).collect::<Vec<_>>();
    assert_eq!(vectors.len(), count, "golden vectors are never removed");
    vectors
}

struct Vector(BTreeMap<String, String>);

impl Vector {
    fn parse(paragraph: &str) -> Self {
        let line = |line: &str| {
            line.split_once(" = ")
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
        };
        Self(paragraph.lines().map(|text| line(text).unwrap()).collect())
    }

    fn text(&self, name: &str) -> &str {
        &self.0[name]
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        hex::decode(self.text(name)).unwrap()
    }

    fn array<const N: usize>(&self, name: &str) -> [u8; N] {
        self.bytes(name).try_into().unwrap()
    }

    fn context(&self) -> BTreeMap<String, String> {
        let pairs = self
            .text("context")
            .split(',')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    }

    fn wrapping(&self) -> (WrappingSpec, WrappingAlgorithm) {
        let spec = match self.text("spec") {
            "2048" => WrappingSpec::Rsa2048,
            "3072" => WrappingSpec::Rsa3072,
            "4096" => WrappingSpec::Rsa4096,
            other => panic!("spec {other}"),
        };
        let algorithm = match self.text("algorithm") {
            "sha1" => WrappingAlgorithm::OaepSha1,
            "sha256" => WrappingAlgorithm::OaepSha256,
            "key wrap sha1" => WrappingAlgorithm::RsaAesKeyWrapSha1,
            "key wrap sha256" => WrappingAlgorithm::RsaAesKeyWrapSha256,
            other => panic!("algorithm {other}"),
        };
        (spec, algorithm)
    }
}

const ACTIVE_GENERATION: u32 = 2;

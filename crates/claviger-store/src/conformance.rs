//! What every engine must do, as a suite of assertions. An engine passes when [`run`] returns.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a conformance suite fails loudly"
)]

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::task::JoinSet;

use crate::{
    ABSENT, BYTES_MAX, Batch, ChangeKind, Committed, Entry, Error, Kv, OPERATIONS_MAX, Revision,
    Watch, Watched,
};

/// Runs the whole suite, each part on a new, empty store from `make`.
///
/// # Panics
/// When the engine breaks the contract.
pub async fn run(make: impl AsyncFn() -> Arc<dyn Kv>) {
    reads_what_was_written(&*make().await).await;
    keeps_empty_and_big_values(&*make().await).await;
    scans_in_order_and_pages(&*make().await).await;
    scans_prefixes_of_any_bytes(&*make().await).await;
    holds_commits_to_their_expectations(&*make().await).await;
    leaves_nothing_of_a_conflict(&*make().await).await;
    raises_the_revision_with_each_change(&*make().await).await;
    refuses_what_is_too_large(&*make().await).await;
    refuses_ambiguous_batches(&*make().await).await;
    watches_a_prefix(&*make().await).await;
    tells_a_watcher_that_it_lagged(&*make().await).await;
    goes_on_after_erasing(&*make().await).await;
    never_shows_half_a_batch(make().await).await;
    loses_no_concurrent_increment(make().await).await;
}

async fn reads_what_was_written(kv: &dyn Kv) {
    assert_eq!(get(kv, b"a").await, None);
    let first = change(kv, Batch::new().put("a", "1").put("b", "2")).await;
    assert_eq!(get(kv, b"a").await, Some(entry("a", "1", first)));
    assert_eq!(get(kv, b"b").await, Some(entry("b", "2", first)));

    let second = change(kv, Batch::new().put("a", "3")).await;
    assert_eq!(get(kv, b"a").await, Some(entry("a", "3", second)));
    assert_eq!(
        get(kv, b"b").await,
        Some(entry("b", "2", first)),
        "untouched"
    );

    change(kv, Batch::new().delete("a")).await;
    assert_eq!(get(kv, b"a").await, None);
    assert_eq!(get(kv, b"").await, None);
}

async fn keeps_empty_and_big_values(kv: &dyn Kv) {
    let big = vec![0xa5; 1_500_000];
    let revision = change(
        kv,
        Batch::new()
            .put("big", big.clone())
            .put("empty", "")
            .put([0], [0]),
    )
    .await;
    assert_eq!(get(kv, b"big").await, Some(entry("big", big, revision)));
    assert_eq!(get(kv, b"empty").await, Some(entry("empty", "", revision)));
    assert_eq!(get(kv, &[0]).await, Some(entry([0], [0], revision)));
}

async fn scans_in_order_and_pages(kv: &dyn Kv) {
    let names: BTreeSet<String> = (0..100).map(|number| format!("n/{number}")).collect();
    for name in names.iter().rev() {
        change(kv, Batch::new().put(name.as_str(), "")).await;
    }
    change(
        kv,
        Batch::new()
            .put("m", "")
            .put("n", "")
            .put("n0", "")
            .put("o", ""),
    )
    .await;

    let all: Vec<String> = names.into_iter().collect();
    assert_eq!(scan(kv, b"n/", None, 1000).await, all);
    assert_eq!(scan(kv, b"n/", None, 0).await, Vec::<String>::new());

    let mut paged = Vec::new();
    loop {
        let after = paged.last().map(String::as_bytes).map(<[u8]>::to_vec);
        let page = scan(kv, b"n/", after.as_deref(), 7).await;
        assert!(page.len() <= 7);
        if page.is_empty() {
            break;
        }
        paged.extend(page);
    }
    assert_eq!(paged, all);

    assert_eq!(scan(kv, b"n/", Some(b"n/98"), 9).await, ["n/99"]);
    assert_eq!(
        scan(kv, b"n/", Some(b"n/98a"), 9).await,
        ["n/99"],
        "`after` need not exist"
    );
    assert_eq!(
        scan(kv, b"n/9", Some(b"a"), 1).await,
        ["n/9"],
        "`after` before the prefix"
    );
    assert_eq!(
        scan(kv, b"n/", Some(b"o"), 9).await,
        Vec::<String>::new(),
        "and behind it"
    );
    assert_eq!(scan(kv, b"", None, 1).await, ["m"]);
}

async fn scans_prefixes_of_any_bytes(kv: &dyn Kv) {
    let keys: [&[u8]; 7] = [
        &[0x00],
        &[0xfe, 0xff],
        &[0xfe, 0xff, 0xff],
        &[0xff],
        &[0xff, 0x00],
        &[0xff, 0xff],
        &[0xff, 0xff, 0xff],
    ];
    let batch = keys
        .iter()
        .fold(Batch::new(), |batch, key| batch.put(*key, ""));
    change(kv, batch).await;
    for prefix in keys.into_iter().chain([&[][..], &[0xfe], &[0xfd]]) {
        let found = kv.scan(prefix, None, 100).await.expect("a scan");
        let found: Vec<&[u8]> = found.iter().map(|entry| entry.key.as_slice()).collect();
        let expected: Vec<&[u8]> = keys
            .into_iter()
            .filter(|key| key.starts_with(prefix))
            .collect();
        assert_eq!(found, expected, "under {prefix:?}");
    }
}

async fn holds_commits_to_their_expectations(kv: &dyn Kv) {
    let create = || Batch::new().expect("a", ABSENT).put("a", "1");
    let first = change(kv, create()).await;
    conflict(kv, create()).await;
    conflict(kv, Batch::new().expect("a", first + 1).put("a", "2")).await;
    conflict(kv, Batch::new().expect("b", first).put("a", "2")).await;
    conflict(kv, Batch::new().expect("a", Revision::MAX).put("a", "2")).await;

    let second = change(
        kv,
        Batch::new()
            .expect("a", first)
            .expect("b", ABSENT)
            .put("a", "2"),
    )
    .await;
    conflict(kv, Batch::new().expect("a", first).delete("a")).await;
    change(kv, Batch::new().expect("a", second).delete("a")).await;
    conflict(kv, Batch::new().expect("a", second).put("a", "3")).await;
    change(kv, create()).await;
}

async fn leaves_nothing_of_a_conflict(kv: &dyn Kv) {
    let first = change(kv, Batch::new().put("a", "1").put("b", "1")).await;
    let batch = Batch::new().expect("a", first).expect("b", ABSENT);
    conflict(kv, batch.put("a", "2").put("c", "2").delete("b")).await;
    assert_eq!(get(kv, b"a").await, Some(entry("a", "1", first)));
    assert_eq!(get(kv, b"b").await, Some(entry("b", "1", first)));
    assert_eq!(get(kv, b"c").await, None);
    assert_eq!(
        change(kv, Batch::new().put("d", "")).await,
        first + 1,
        "no revision was spent"
    );
}

async fn raises_the_revision_with_each_change(kv: &dyn Kv) {
    let mut last = ABSENT;
    for number in 0..20 {
        let revision = change(kv, Batch::new().put("a", format!("{number}"))).await;
        assert!(revision > last);
        last = revision;
    }
    assert!(change(kv, Batch::new().delete("a")).await > last);
    let deleted = last + 1;
    for idle in [
        Batch::new(),
        Batch::new().delete("a"),
        Batch::new().expect("a", ABSENT),
    ] {
        assert_eq!(change(kv, idle).await, deleted, "nothing changed");
    }
}

async fn refuses_what_is_too_large(kv: &dyn Kv) {
    let of_operations = |puts: usize| {
        let batch = Batch::new().expect("none", ABSENT).delete("none either");
        (0..puts).fold(batch, |batch, number| batch.put(format!("k{number}"), ""))
    };
    let refused = kv.commit(of_operations(OPERATIONS_MAX - 1)).await;
    let Err(Error::TooLarge { operations, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(operations, OPERATIONS_MAX + 1);
    assert_eq!(get(kv, b"k0").await, None);
    change(kv, of_operations(OPERATIONS_MAX - 2)).await;

    let frame_bytes = Batch::new().put("v", "").bytes();
    let of_bytes = |bytes: usize| Batch::new().put("v", vec![1; bytes - frame_bytes]);
    let refused = kv.commit(of_bytes(BYTES_MAX + 1)).await;
    assert_eq!(
        refused,
        Err(Error::TooLarge {
            operations: 1,
            bytes: BYTES_MAX + 1
        })
    );
    assert_eq!(get(kv, b"v").await, None);
    change(kv, of_bytes(BYTES_MAX)).await;
}

async fn refuses_ambiguous_batches(kv: &dyn Kv) {
    let twice = [
        Batch::new().put("a", "1").put("a", "2"),
        Batch::new().put("a", "1").delete("a"),
        Batch::new().delete("a").delete("a"),
    ];
    let empty = [
        Batch::new().put("", "1"),
        Batch::new().delete(""),
        Batch::new().expect("", ABSENT),
    ];
    for batch in twice.into_iter().chain(empty) {
        let refused = kv.commit(batch.put("b", "1")).await;
        assert!(matches!(refused, Err(Error::Refused(_))), "{refused:?}");
    }
    assert!(scan(kv, b"", None, 1).await.is_empty());
}

async fn watches_a_prefix(kv: &dyn Kv) {
    change(kv, Batch::new().put("w/before", "")).await;
    let mut watch = kv.watch(b"w/");
    let first = change(kv, Batch::new().put("w/a", "1").put("x/a", "1")).await;
    conflict(kv, Batch::new().expect("w/a", ABSENT).put("w/a", "2")).await;
    let second = change(kv, Batch::new().delete("w/a").delete("w/none")).await;
    let third = change(kv, Batch::new().put("w/b", "1")).await;

    let put = |key, revision| (key, revision, ChangeKind::Put);
    assert_eq!(changed(&mut watch).await, put(b"w/a".to_vec(), first));
    assert_eq!(
        changed(&mut watch).await,
        (b"w/a".to_vec(), second, ChangeKind::Delete)
    );
    assert_eq!(changed(&mut watch).await, put(b"w/b".to_vec(), third));
}

async fn tells_a_watcher_that_it_lagged(kv: &dyn Kv) {
    let mut watch = kv.watch(b"");
    let mut last = ABSENT;
    for _ in 0..200 {
        let puts = (0..100)
            .map(|number| (format!("k{number}").into_bytes(), Vec::new()))
            .collect();
        last = change(
            kv,
            Batch {
                put: puts,
                ..Batch::default()
            },
        )
        .await;
    }
    assert!(matches!(watch.next().await, Some(Watched::Lagged(missed)) if missed > 0));
    while changed(&mut watch).await.1 < last {}
}

async fn goes_on_after_erasing(kv: &dyn Kv) {
    let revision = change(kv, Batch::new().put("a", "1").put("b", "1")).await;
    change(kv, Batch::new().delete("b")).await;
    kv.erase().await.expect("an erasure");
    kv.erase().await.expect("another");
    assert_eq!(get(kv, b"a").await, Some(entry("a", "1", revision)));
    assert_eq!(get(kv, b"b").await, None);
    assert!(change(kv, Batch::new().expect("a", revision).put("a", "2")).await > revision);
}

/// Writers move the same value to a pair of keys while readers look at both in one scan.
async fn never_shows_half_a_batch(kv: Arc<dyn Kv>) {
    change(&*kv, Batch::new().put("p/left", "0").put("p/right", "0")).await;
    let mut tasks = JoinSet::new();
    for task in 0..4 {
        let kv = Arc::clone(&kv);
        tasks.spawn(async move {
            for number in 0..25 {
                let value = format!("{task}.{number}");
                change(
                    &*kv,
                    Batch::new()
                        .put("p/left", value.as_str())
                        .put("p/right", value.as_str()),
                )
                .await;
                let pair = kv.scan(b"p/", None, 2).await.expect("a scan");
                let [left, right] = pair.as_slice() else {
                    panic!("half a pair: {pair:?}")
                };
                assert_eq!((&left.value, left.revision), (&right.value, right.revision));
            }
        });
    }
    tasks.join_all().await;
}

async fn loses_no_concurrent_increment(kv: Arc<dyn Kv>) {
    let mut tasks = JoinSet::new();
    for _ in 0..INCREMENTING_TASKS {
        let kv = Arc::clone(&kv);
        tasks.spawn(async move {
            for _ in 0..INCREMENTS {
                while increment(&*kv).await == Committed::Conflict {}
            }
        });
    }
    tasks.join_all().await;
    let total = get(&*kv, b"count").await.expect("a count");
    assert_eq!(number_in(&total), INCREMENTING_TASKS * INCREMENTS);
    assert_eq!(
        total.revision,
        INCREMENTING_TASKS * INCREMENTS,
        "each increment was one change"
    );
}

async fn increment(kv: &dyn Kv) -> Committed {
    let current = get(kv, b"count").await;
    let revision = current.as_ref().map_or(ABSENT, |entry| entry.revision);
    let next = current.as_ref().map_or(0, number_in) + 1;
    let batch = Batch::new()
        .expect("count", revision)
        .put("count", next.to_be_bytes());
    kv.commit(batch).await.expect("a commit")
}

fn number_in(entry: &Entry) -> u64 {
    u64::from_be_bytes(entry.value.as_slice().try_into().expect("eight bytes"))
}

async fn get(kv: &dyn Kv, key: &[u8]) -> Option<Entry> {
    kv.get(key).await.expect("a read")
}

async fn scan(kv: &dyn Kv, prefix: &[u8], after: Option<&[u8]>, limit: usize) -> Vec<String> {
    let page = kv.scan(prefix, after, limit).await.expect("a scan");
    page.into_iter()
        .map(|entry| String::from_utf8(entry.key).expect("a text key"))
        .collect()
}

async fn change(kv: &dyn Kv, batch: Batch) -> Revision {
    match kv.commit(batch).await.expect("a commit") {
        Committed::At(revision) => revision,
        Committed::Conflict => panic!("a conflict out of nowhere"),
    }
}

async fn conflict(kv: &dyn Kv, batch: Batch) {
    assert_eq!(kv.commit(batch).await, Ok(Committed::Conflict));
}

async fn changed(watch: &mut Watch) -> (Vec<u8>, Revision, ChangeKind) {
    match watch.next().await {
        Some(Watched::Changed(change)) => (change.key, change.revision, change.kind),
        other => panic!("no change but {other:?}"),
    }
}

fn entry(key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>, revision: Revision) -> Entry {
    Entry {
        key: key.into(),
        value: value.into(),
        revision,
    }
}

const INCREMENTING_TASKS: u64 = 8;

const INCREMENTS: u64 = 50;

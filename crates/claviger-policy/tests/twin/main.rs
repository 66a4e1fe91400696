//! The engine and a second evaluator that was written without it must give the same answers: to AWS's documented examples,
//! to generated cases, and before and after changes that must not matter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::as_conversions,
    missing_docs,
    reason = "a test may fail loudly"
)]

mod case;
mod engine;
mod generate;
mod golden;
mod metamorphic;
mod reference;

use std::collections::BTreeMap;
use std::str::FromStr;
use std::thread;

use case::{Case, Outcome};

/// What answers cases.
type Evaluator = fn(&Case) -> Outcome;

/// The reference comes first: the others are held to its answers.
const EVALUATORS: [(&str, Evaluator); 2] = [
    ("reference", reference::outcome),
    ("engine", engine::outcome),
];

#[test]
fn documented_examples_have_their_documented_outcome() {
    let mut wrong = Vec::new();
    let examples = golden::examples();
    for (name, evaluator) in EVALUATORS {
        for example in &examples {
            let outcome = evaluator(&example.case);
            if outcome != example.outcome {
                wrong.push(format!(
                    "{name}: {}: {outcome:?}, not {:?}",
                    example.what, example.outcome
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(examples.len() >= GOLDEN_MIN, "{} examples", examples.len());
}

#[test]
fn all_evaluators_agree_on_generated_cases() {
    let (count, seed) = settings();
    let shares = spread(count, |number| {
        let case = generate::case(seed, number);
        let expected = reference::outcome(&case);
        for (name, evaluator) in &EVALUATORS[1..] {
            let outcome = evaluator(&case);
            assert_eq!(
                outcome, expected,
                "{name}, {SEED_SETTING}={seed}, case {number}: {case:#?}"
            );
        }
        expected
    });
    println!("{count} cases, {SEED_SETTING}={seed}: {shares:?}");
    for outcome in [Outcome::Allow, Outcome::ExplicitDeny, Outcome::ImplicitDeny] {
        let share = shares.get(&outcome).copied().unwrap_or(0) * 100 / count;
        assert!(
            share >= SHARE_MIN_PERCENT,
            "{outcome:?}: {share} % of {shares:?}"
        );
    }
}

#[test]
fn changes_that_must_not_matter_do_not_and_a_deny_never_allows() {
    let (count, seed) = settings();
    for (name, evaluator) in EVALUATORS {
        let seen = spread(count / METAMORPHIC_DIVISOR, |number| {
            let case = generate::case(seed, number);
            metamorphic::check(&case, number, evaluator).unwrap_or_else(|what| {
                panic!("{name}, {SEED_SETTING}={seed}, case {number}: {what}: {case:#?}")
            });
            evaluator(&case)
        });
        println!("{name}: {seen:?} under every change");
    }
}

/// How often each answer was given.
fn spread(count: u64, answer: impl Fn(u64) -> Outcome + Sync) -> BTreeMap<Outcome, u64> {
    let mut total = BTreeMap::new();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..THREADS)
            .map(|worker| {
                let answer = &answer;
                scope.spawn(move || {
                    let mut seen = BTreeMap::new();
                    for number in (worker..count).step_by(THREADS as usize) {
                        *seen.entry(answer(number)).or_insert(0) += 1;
                    }
                    seen
                })
            })
            .collect();
        for worker in workers {
            for (outcome, times) in worker.join().expect("the failure is printed above") {
                *total.entry(outcome).or_insert(0) += times;
            }
        }
    });
    total
}

/// The number of generated cases and their seed.
fn settings() -> (u64, u64) {
    (setting(CASES_SETTING, CASES), setting(SEED_SETTING, SEED))
}

#[allow(
    clippy::disallowed_methods,
    reason = "the test command's parameters come by the environment"
)]
fn setting<T: FromStr>(name: &str, default: T) -> T {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text}: not a number")),
        Err(_) => default,
    }
}

const CASES: u64 = 200_000;
const CASES_SETTING: &str = "CLAVIGER_POLICY_CASES";
const SEED: u64 = 3;
const SEED_SETTING: &str = "CLAVIGER_SEED";
const THREADS: u64 = 4;
const SHARE_MIN_PERCENT: u64 = 20;
const GOLDEN_MIN: usize = 100;
/// Each case is asked again after every change.
const METAMORPHIC_DIVISOR: u64 = 20;

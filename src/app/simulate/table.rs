//! The one table that a run prints.

use std::fmt::Write as _;
use std::sync::atomic::Ordering;

use super::witness::{Case, Wrong};
use super::{Outcome, Plan};

/// Most cases told in words.
const CASES: usize = 20;

/// The table, and in words what is wrong.
pub(super) fn print(plan: &Plan, outcome: &Outcome) -> String {
    let traffic = outcome.traffic();
    let read = |count: &std::sync::atomic::AtomicU64| count.load(Ordering::Relaxed);
    let mut rows: Vec<(String, u64)> = vec![
        ("phones".to_owned(), u64::from(plan.phones)),
        ("virtual days".to_owned(), u64::from(plan.days)),
        ("mutations".to_owned(), outcome.mutations),
        ("duplicates sent".to_owned(), outcome.duplicates),
    ];
    let faults: u64 = outcome.faults.iter().map(|(_, times)| times).sum();
    rows.push(("faults injected".to_owned(), faults));
    rows.extend(
        outcome
            .faults
            .iter()
            .map(|(words, times)| (format!("  {words}"), *times)),
    );
    rows.extend([
        ("requests".to_owned(), read(&traffic.requests)),
        ("bytes up".to_owned(), read(&traffic.bytes_up)),
        ("bytes down".to_owned(), read(&traffic.bytes_down)),
        ("pulls".to_owned(), outcome.pulls),
    ]);
    for wrong in [
        Wrong::Lost,
        Wrong::Doubled,
        Wrong::WronglyVisible,
        Wrong::Stuck,
    ] {
        rows.push((wrong.word().to_owned(), outcome.count(wrong)));
    }
    let mut text = String::new();
    for (words, number) in rows {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{words:<46} {number:>14}");
    }
    text
}

/// The first cases, and how to see them again.
pub(super) fn explain(plan: &Plan, cases: &[Case]) -> String {
    let mut text = String::new();
    for Case { wrong, words } in cases.iter().take(CASES) {
        let _ = writeln!(text, "{}: {words}", wrong.word());
    }
    let more = cases.len().saturating_sub(CASES);
    if more > 0 {
        let _ = writeln!(text, "and {more} more");
    }
    let _ = writeln!(text, "to repeat: --seed {}", plan.seed);
    text
}

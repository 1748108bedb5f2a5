//! The same batch many times, at once and one after the other: same tables, same verdicts.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{city, command, counts, create, ticket, verdict_of, with};
use crate::harness::phone::Phone;
use crate::harness::story;

/// A day's work: reports, one that cannot be, commands, one under a used mid.
async fn work(inspector: &Phone) -> Vec<Value> {
    let id = ticket(inspector).await;
    let first = create(&story::report("371602"));
    let reused = first.get("mid").cloned().unwrap_or_default();
    let mut batch = vec![first];
    batch.extend((0..5).map(|_| create(&story::report("371602"))));
    batch.push(create(&story::report("371602").item("X1")));
    batch.push(command("comment", &id, "1", json!({ "text": "看见了" })));
    batch.push(with(create(&story::report("371603")), "mid", reused));
    batch.push(command("acknowledge", &id, "1", json!({})));
    batch
}

/// What is told, without what may differ: whether it was seen before, and the document of today.
fn told(results: &[Value]) -> Vec<Value> {
    let mut results = results.to_vec();
    for result in &mut results {
        let members = result.as_object_mut().expect("an object");
        members.remove("seen_before");
        members.remove("doc");
    }
    results
}

#[tokio::test]
async fn twenty_deliveries_at_once_are_one() {
    let (app, inspector, _) = city().await;
    let batch = work(&inspector).await;
    let answers = join_all((0..20).map(|_| inspector.push(&batch))).await;
    let first = told(&answers[0]);
    for answer in &answers {
        assert_eq!(told(answer), first);
    }
    for (index, it) in batch.iter().enumerate() {
        let fresh = answers
            .iter()
            .filter(|answer| answer[index]["seen_before"] == false)
            .count();
        assert_eq!(fresh, 1, "{index}: {it}");
    }
    let counts = counts(&app).await;
    assert_eq!(
        (
            &counts["mutation_log"],
            &counts["mutation_conflicts"],
            &counts["reports"]
        ),
        (&json!(10), &json!(1), &json!(7))
    );
    assert_eq!(
        verdict_of(&app, &batch[6]).await.as_deref(),
        Some("quarantined")
    );
    app.finish().await;
}

#[tokio::test]
async fn overlapping_batches_in_any_split_and_order_are_one() {
    let (app, inspector, _) = city().await;
    let reports: Vec<Value> = (0..24).map(|_| create(&story::report("371602"))).collect();
    let reversed: Vec<Value> = reports.iter().rev().cloned().collect();
    let mut batches: Vec<Vec<Value>> = Vec::new();
    for size in [24, 5, 7, 1, 12] {
        batches.extend(reports.chunks(size).map(<[Value]>::to_vec));
        batches.extend(reversed.chunks(size).map(<[Value]>::to_vec));
    }
    for answer in join_all(batches.iter().map(|batch| inspector.push(batch))).await {
        for told in answer {
            // Two batches that wait for each other are told to come again: nothing of it is kept.
            assert!(
                ["applied", "deferred"].contains(&told["verdict"].as_str().expect("a word")),
                "{told}"
            );
        }
    }
    for told in inspector.push(&reports).await {
        assert_eq!(told["verdict"], "applied", "{told}");
    }
    let counts = counts(&app).await;
    assert_eq!(
        (
            &counts["mutation_log"],
            &counts["reports"],
            &counts["tickets"]
        ),
        (&json!(24), &json!(24), &json!(24))
    );
    app.finish().await;
}

#[tokio::test]
async fn whether_the_answer_arrived_makes_no_difference() {
    let (app, inspector, _) = city().await;
    let batch = work(&inspector).await;
    let first = inspector.push(&batch).await;
    let rows = counts(&app).await;
    for _ in 0..3 {
        let again = inspector.push(&batch).await;
        assert_eq!(told(&again), told(&first));
        assert!(again.iter().all(|told| told["seen_before"] == true));
    }
    assert_eq!(counts(&app).await, rows);
    app.finish().await;
}

#[tokio::test]
async fn the_same_item_twice_in_a_batch_is_one() {
    let (app, inspector, _) = city().await;
    let it = create(&story::report("371602"));
    let told = inspector.push(&[it.clone(), it.clone(), it]).await;
    let seen: Vec<&Value> = told.iter().map(|told| &told["seen_before"]).collect();
    assert_eq!(seen, [false, true, true]);
    assert_eq!(counts(&app).await["reports"], 1);
    app.finish().await;
}

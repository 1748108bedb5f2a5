//! `safe_to_delete`, and what is here already.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{city, create, mutation, with};
use crate::harness::phone::Phone;
use crate::harness::story::{self, Photo};

fn photo_of(it: &Value) -> &Value {
    &it["attachments"]
}

#[tokio::test]
async fn it_is_safe_to_delete_once_every_declared_photo_is_here() {
    let (app, mut inspector, _) = city().await;
    let photos = vec![Photo::new(), Photo::new()];
    let it = create(&story::report("371602").photos(photos.clone()));
    photos[0].put(&inspector.client).await.expect(201);
    let told = inspector.push_one(&it).await;
    assert_eq!(
        photo_of(&told),
        &json!({ "expected": 2, "stored": 1, "missing": [photos[1].aid] })
    );
    assert_eq!(told["safe_to_delete"], false);
    let mid = it["mid"].as_str().expect("a mid");
    inspector.pull().await;
    assert_eq!(inspector.receipts[mid]["safe_to_delete"], false);
    photos[1].put(&inspector.client).await.expect(201);
    inspector.pull().await;
    let receipt = &inspector.receipts[mid];
    assert_eq!(
        (
            &receipt["verdict"],
            &receipt["complete"],
            &receipt["safe_to_delete"]
        ),
        (&json!("applied"), &json!(true), &json!(true))
    );
    let again = inspector.push_one(&it).await;
    assert_eq!(
        (&again["safe_to_delete"], &again["attachments"]["missing"]),
        (&json!(true), &json!([]))
    );
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn quarantined_and_held_work_is_as_safe_as_any() {
    let (app, mut inspector, _) = city().await;
    for it in [
        create(&story::report("371602").item("X1")),
        with(create(&story::report("371602")), "kind", "report.imagine"),
        with(
            create(&story::report("371602")),
            "depends_on",
            json!([Uuid::new_v4()]),
        ),
    ] {
        let told = inspector.push_one(&it).await;
        assert_eq!(
            (&told["safe_to_delete"], &told["attachments"]["expected"]),
            (&json!(false), &json!(1)),
            "{told}"
        );
    }
    // Nobody declared this photo by a mutation that was done: its bytes come with their own declaration.
    let photo = Photo::new();
    let it = create(
        &story::report("371602")
            .item("X1")
            .photos(vec![photo.clone()]),
    );
    inspector.push_one(&it).await;
    photo.put(&inspector.client).await.expect(201);
    assert_eq!(inspector.push_one(&it).await["safe_to_delete"], true);
    inspector.pull().await;
    let receipt = &inspector.receipts[it["mid"].as_str().expect("a mid")];
    assert_eq!(
        (&receipt["verdict"], &receipt["safe_to_delete"]),
        (&json!("quarantined"), &json!(true))
    );
    app.clock.advance(jiff::SignedDuration::from_hours(73));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_of_another_digest_or_of_another_person_is_not_the_declared_one() {
    let (app, inspector, _) = city().await;
    let other = Phone::of(&app, "inspector2").await;
    let (changed, theirs) = (Photo::new(), Photo::new());
    changed.put(&inspector.client).await.expect(201);
    theirs.put(&other.client).await.expect(201);
    let mut it = create(&story::report("371602").photos(vec![changed]));
    it["attachments"][0]["sha256"] = json!("00".repeat(32));
    let told = inspector.push_one(&it).await;
    assert_eq!(
        (&told["code"], &told["safe_to_delete"]),
        (&json!("differs_from_stored"), &json!(false)),
        "{told}"
    );
    let it = create(&story::report("371602").photos(vec![theirs]));
    let told = inspector.push_one(&it).await;
    assert_eq!(
        (&told["code"], &told["safe_to_delete"]),
        (&json!("id_taken"), &json!(false)),
        "{told}"
    );
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_photo_that_cannot_be_read_from_its_declaration_is_never_here() {
    let (app, inspector, _) = city().await;
    let declarations = [
        json!([7]),
        json!([{ "aid": "x" }]),
        json!([{ "aid": Uuid::nil(), "sha256": "short" }]),
    ];
    for declared in declarations {
        let told = inspector
            .push_one(&mutation(
                "report.imagine",
                json!({ "attachments": declared }),
            ))
            .await;
        assert_eq!(
            (&told["attachments"]["expected"], &told["safe_to_delete"]),
            (&json!(1), &json!(false)),
            "{told}"
        );
    }
    app.finish().await;
}

#[tokio::test]
async fn a_photo_and_the_mutation_that_declares_it_arriving_at_once_leave_a_true_receipt() {
    let (app, mut inspector, _) = city().await;
    for round in 0..10 {
        let photo = Photo::new();
        let draft = story::report("371602").photos(vec![photo.clone()]);
        let draft = if round % 2 == 0 {
            draft
        } else {
            draft.item("X1")
        };
        let it = create(&draft);
        let (told, stored) = tokio::join!(inspector.push_one(&it), photo.put(&inspector.client));
        stored.expect(201);
        inspector.pull().await;
        let receipt = &inspector.receipts[it["mid"].as_str().expect("a mid")];
        assert_eq!(receipt["safe_to_delete"], true, "{told}");
    }
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_phone_can_ask_what_is_here() {
    let (app, inspector, _) = city().await;
    let (here, wrong, absent) = (Photo::new(), Photo::new(), Photo::new());
    for photo in [&here, &wrong] {
        photo.put(&inspector.client).await.expect(201);
    }
    let (done, bad, lost) = (
        create(&story::report("371602")),
        create(&story::report("371602").item("X1")),
        Uuid::new_v4(),
    );
    inspector.push(&[done.clone(), bad.clone()]).await;
    let other = Phone::of(&app, "inspector2").await;
    let question = json!({
        "mids": [done["mid"], bad["mid"], lost],
        "attachments": [
            { "aid": here.aid, "sha256": here.sha256() },
            { "aid": wrong.aid, "sha256": "00".repeat(32) },
            { "aid": absent.aid, "sha256": absent.sha256() },
        ],
    });
    let answer = inspector
        .client
        .post("sync/have")
        .json(&question)
        .await
        .expect(200);
    let known = json!({ done["mid"].as_str().expect("a mid"): "applied", bad["mid"].as_str().expect("a mid"): "quarantined" });
    assert_eq!(
        answer.json,
        json!({ "known": known, "unknown": [lost], "stored": [here.aid], "partial": [], "absent": [wrong.aid, absent.aid] })
    );
    let theirs = other
        .client
        .post("sync/have")
        .json(&question)
        .await
        .expect(200);
    assert_eq!(
        (theirs.at("/known"), theirs.at("/stored")),
        (&json!({}), &json!([]))
    );
    let many =
        json!({ "mids": vec![lost; 2_001], "attachments": [{ "aid": lost, "sha256": "x" }] });
    let answer = inspector
        .client
        .post("sync/have")
        .json(&many)
        .await
        .expect_problem(422, "invalid");
    answer
        .expect_fault("/mids")
        .expect_fault("/attachments/0/sha256");
    app.run_jobs().await;
    app.finish().await;
}

//! A run of reports in one transaction, as a batch of a phone brings it: what comes of each is what would have come of it
//! alone, and a run is stored whole or not at all.

use diesel_async::AsyncConnection as _;
use futures_util::future::join;
use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::account::{Actor, Role};
use xuncha::domain::evidence::{DeclaredPhoto, Sha256Digest};
use xuncha::domain::geo::{Datum, Point};
use xuncha::domain::report::{Fix, NewFinding, NewReport};
use xuncha::services::report::{NotStored, Outcome, create_on};

use super::{counts, send};
use crate::harness::{Client, TestApp, story};

/// A report as the services read it.
fn report() -> NewReport {
    let (_, lat, lon) = story::INSIDE[0];
    let aid = Uuid::new_v4();
    NewReport {
        id: Uuid::new_v4(),
        round_id: None,
        point_id: None,
        note: String::new(),
        clean: false,
        fix: Some(Fix {
            lat,
            lon,
            datum: Datum::Wgs84,
            point: Point::new(lat, lon).expect("on Earth"),
            acc_m: Some(5.0),
            fix_age_ms: None,
            mock: false,
        }),
        captured: Value::Null,
        captured_at: None,
        photos: vec![photo(aid)],
        observations: Vec::new(),
        findings: vec![NewFinding {
            id: Uuid::new_v4(),
            item: "E0102".to_owned(),
            condition: None,
            text: "路边垃圾成堆".to_owned(),
            danger: false,
            fixed_on_site: false,
            photos: vec![aid],
        }],
        raw: json!({}),
        canon_sha256: Sha256Digest([1; 32]),
    }
}

fn photo(aid: Uuid) -> DeclaredPhoto {
    DeclaredPhoto {
        aid,
        sha256: Sha256Digest([7; 32]),
        size_bytes: 1_000,
        mime: "image/jpeg".to_owned(),
    }
}

async fn actor(inspector: &Client) -> Actor {
    let me = inspector.get("me").await.expect(200);
    Actor {
        account_id: me.str("/id").parse().expect("an id"),
        role: Role::Inspector,
        unit: None,
        session_id: Uuid::new_v4(),
        device_id: None,
    }
}

async fn store(
    app: &TestApp,
    actor: &Actor,
    reports: &[NewReport],
) -> Result<Vec<Outcome>, NotStored> {
    let mut conn = app.svc.conn().await.expect("a connection");
    conn.transaction(async |conn| create_on(&app.svc, conn, actor, reports).await)
        .await
}

#[tokio::test]
async fn a_run_tells_of_each_report_what_came_of_it() {
    let app = TestApp::demo().await;
    story::ignore_duplicates(&app).await;
    let (inspector, other) = (app.login("inspector1").await, app.login("inspector2").await);
    let (one, two) = (actor(&inspector).await, actor(&other).await);
    let (known, taken, new) = (report(), report(), report());
    store(&app, &one, std::slice::from_ref(&known))
        .await
        .expect("stored");
    store(&app, &two, std::slice::from_ref(&taken))
        .await
        .expect("stored");
    let changed = NewReport {
        canon_sha256: Sha256Digest([2; 32]),
        ..new.clone()
    };

    let run = [new.clone(), known, taken, new.clone(), changed];
    let outcomes = store(&app, &one, &run).await.expect("stored");

    let [
        Outcome::Stored(first),
        Outcome::Stored(known),
        Outcome::Taken,
        Outcome::Stored(twin),
        Outcome::Amended(_),
    ] = outcomes.as_slice()
    else {
        panic!("{outcomes:?}");
    };
    assert_eq!(
        [first.repeated, known.repeated, twin.repeated],
        [false, true, true]
    );
    assert_eq!(format!("{:?}", first.report), format!("{:?}", twin.report));
    assert_eq!(first.report.findings[0].ticket_state, "dispatched");
    let read = inspector
        .get(&format!("reports/{}", new.id))
        .await
        .expect(200);
    assert_eq!(
        read.str("/findings/0/ticket/id"),
        first.report.findings[0].ticket_id.to_string()
    );
    app.finish().await;
}

#[tokio::test]
async fn a_run_with_one_report_that_cannot_be_leaves_nothing_and_names_it() {
    let app = TestApp::demo().await;
    let actor = actor(&app.login("inspector1").await).await;
    let mut unknown = report();
    unknown.findings[0].item = "X9999".to_owned();
    let shared = report();
    let mut same_finding = report();
    same_finding.findings[0].id = shared.findings[0].id;
    let mut other_file = report();
    other_file.photos[0].aid = shared.photos[0].aid;
    other_file.photos[0].sha256 = Sha256Digest([8; 32]);
    let before = counts(&app).await;

    for (wrong, code) in [
        (unknown, "invalid"),
        (same_finding, "id_taken"),
        (other_file, "invalid"),
    ] {
        let run = [shared.clone(), wrong, report()];
        let refused = store(&app, &actor, &run).await.expect_err("not stored");
        assert_eq!(refused.index, Some(1));
        assert_eq!(refused.error.code().as_str(), code);
    }

    assert_eq!(counts(&app).await, before);
    app.finish().await;
}

#[tokio::test]
async fn a_run_makes_the_same_rows_as_its_reports_sent_alone() {
    let app = TestApp::demo().await;
    story::ignore_duplicates(&app).await;
    let inspector = app.login("inspector1").await;
    let actor = actor(&inspector).await;
    send(&inspector, &super::report()).await.expect(201);
    send(&inspector, &super::report()).await.expect(201);
    let alone = counts(&app).await;

    store(&app, &actor, &[report(), report()])
        .await
        .expect("stored");

    let both = counts(&app).await;
    for (table, rows) in alone.as_object().expect("counts") {
        assert_eq!(
            both[table],
            json!(rows.as_i64().expect("a count") * 2),
            "{table}"
        );
    }
    let numbers = app
        .rows("SELECT count(DISTINCT number) AS n FROM tickets")
        .await;
    assert_eq!(numbers, [json!({ "n": 4 })]);
    app.finish().await;
}

#[tokio::test]
async fn runs_that_share_reports_and_photos_in_opposite_order_do_not_lock_each_other_out() {
    let app = TestApp::demo().await;
    let actor = actor(&app.login("inspector1").await).await;
    for _ in 0..5 {
        let shared: Vec<NewReport> = (0..10).map(|_| report()).collect();
        let photos: Vec<DeclaredPhoto> = (0..10).map(|_| photo(Uuid::new_v4())).collect();
        let mut one: Vec<NewReport> = (0..10).map(|_| report()).collect();
        let mut two: Vec<NewReport> = (0..10).map(|_| report()).collect();
        for (report, photo) in one.iter_mut().zip(&photos) {
            report.photos.push(photo.clone());
        }
        for (report, photo) in two.iter_mut().zip(photos.iter().rev()) {
            report.photos.push(photo.clone());
        }
        one.extend(shared.iter().cloned());
        two.extend(shared.iter().rev().cloned());

        let (one, two) = join(store(&app, &actor, &one), store(&app, &actor, &two)).await;

        let stored = one.expect("stored").into_iter().chain(two.expect("stored"));
        let new =
            stored.filter(|outcome| matches!(outcome, Outcome::Stored(made) if !made.repeated));
        assert_eq!(new.count(), 30);
    }
    app.finish().await;
}

#[tokio::test]
async fn what_a_run_makes_is_announced_to_everyone_who_may_know_of_it_and_to_nobody_else() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let actor = actor(&inspector).await;
    let stored = story::Photo::new();
    stored.put(&inspector).await.expect(201);
    let mut with_stored = report();
    with_stored.photos = vec![DeclaredPhoto {
        aid: stored.aid,
        sha256: Sha256Digest::from_hex(&stored.sha256()).expect("a digest"),
        size_bytes: u64::try_from(stored.bytes.len()).expect("a length"),
        mime: "image/jpeg".to_owned(),
    }];
    with_stored.findings[0].photos = vec![stored.aid];
    let (mut nowhere, mut fixed, mut clean) = (report(), report(), report());
    nowhere.fix = None;
    fixed.findings[0].fixed_on_site = true;
    clean.clean = true;
    clean.findings.clear();
    let mut run = vec![with_stored, nowhere, fixed, clean];
    let conditions = app
        .rows("SELECT DISTINCT item FROM filing_conditions WHERE cooperating <> '{}' LIMIT 5")
        .await;
    for condition in &conditions {
        let mut shared = report();
        shared.findings[0].item = condition["item"].as_str().expect("a code").to_owned();
        run.push(shared);
    }

    store(&app, &actor, &run).await.expect("stored");

    let known = "SELECT scope, ticket_id FROM ticket_readers";
    let reports = "SELECT s, r.id FROM reports r, LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS v (s)";
    let findings = "SELECT s, f.id FROM findings f JOIN reports r ON r.id = f.report_id, \
                    LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS v (s)";
    let photos = "SELECT tr.scope, a.photo_key FROM attachments a JOIN ticket_photos p ON p.attachment_id = a.id \
                  JOIN ticket_readers tr ON tr.ticket_id = p.ticket_id WHERE a.stored_at IS NOT NULL";
    for (entity, known) in [
        ("tickets", known),
        ("reports", reports),
        ("findings", findings),
        ("attachments", photos),
    ] {
        let rows = app.rows(&announced_of(entity)).await;
        assert!(!rows.is_empty(), "{entity}");
        for (one, other) in [
            (announced_of(entity), known.to_owned()),
            (known.to_owned(), announced_of(entity)),
        ] {
            let difference = app.rows(&format!("({one}) EXCEPT ({other})")).await;
            assert_eq!(difference, Vec::<Value>::new(), "{entity}");
        }
    }
    app.run_jobs().await;
    app.finish().await;
}

fn announced_of(entity: &str) -> String {
    format!(
        "SELECT scope::text, entity_id FROM sync_feed WHERE state = 'present' AND entity = '{entity}'"
    )
}

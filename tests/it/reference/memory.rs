//! Reference data in memory follows the database: every process sees a change that is committed, its own transaction
//! sees one that is not, and nobody one that was taken back.

use std::sync::Arc;

use diesel_async::SimpleAsyncConnection as _;
use serde_json::json;
use xuncha::db::policy;
use xuncha::domain::catalogue::ItemKey;
use xuncha::services::reference::cache::ReferenceCache;

use crate::harness::{TestApp, shanghai, story};

const AGE: &str = "intake.fix_max_age_s";

#[tokio::test]
async fn a_change_is_seen_by_its_own_transaction_alone_until_it_is_committed() {
    let app = TestApp::demo().await;
    let cache = ReferenceCache::new();
    let (mut writer, mut reader) = (app.sql().await, app.sql().await);
    for (end, age_after) in [("ROLLBACK", 120), ("COMMIT", 60)] {
        writer.batch_execute("BEGIN").await.expect("begins");
        policy::set(&mut writer, AGE, &json!(60), None, app.svc.now())
            .await
            .expect("is set");
        let own = cache.current(&mut writer).await.expect("data");
        let others = cache.current(&mut reader).await.expect("data");
        assert_eq!(own.policies.fix_max_age_s, 60);
        assert_eq!(others.policies.fix_max_age_s, 120);
        // The last to be kept is what the writer saw.
        cache.current(&mut writer).await.expect("data");
        writer.batch_execute(end).await.expect("ends");
        for conn in [&mut writer, &mut reader] {
            let after = cache.current(conn).await.expect("data");
            assert_eq!(after.policies.fix_max_age_s, age_after, "{end}");
        }
    }
    app.finish().await;
}

#[tokio::test]
async fn what_did_not_change_is_not_read_again() {
    let app = TestApp::demo().await;
    let cache = ReferenceCache::new();
    let mut conn = app.sql().await;
    let before = cache.current(&mut conn).await.expect("data");
    assert!(Arc::ptr_eq(
        &before,
        &cache.current(&mut conn).await.expect("data")
    ));

    let admin = app.login("admin").await;
    let changes = json!({ "changes": { AGE: 60 } });
    admin.put("policies").json(&changes).await.expect(200);

    let after = cache.current(&mut conn).await.expect("data");
    assert_eq!(after.policies.fix_max_age_s, 60);
    assert!(Arc::ptr_eq(&before.catalogue, &after.catalogue));
    assert!(Arc::ptr_eq(&before.areas, &after.areas));
    assert!(Arc::ptr_eq(&before.units, &after.units));
    app.finish().await;
}

#[tokio::test]
async fn a_ruling_holds_from_its_beginning_to_its_end() {
    let app = TestApp::demo().await;
    let inspector = app.login("inspector1").await;
    let sent = story::report("371602").post(&inspector).await;
    app.execute(&format!(
        "INSERT INTO ownership_rulings (id, ticket_id, scheme, item, lat, lon, radius_m, unit_id, opinion, ruled_by, valid_from, valid_until) \
         SELECT gen_random_uuid(), t.id, t.scheme, t.item, t.lat, t.lon, 30, t.lead_unit_id, '', a.id, \
                '2026-11-20T10:00:00+08:00', '2026-11-21T10:00:00+08:00' \
           FROM tickets t, accounts a WHERE t.id = '{}' AND a.username = 'supervisor'",
        sent.ticket
    ))
    .await;
    let rows = app.rows("SELECT scheme, version, item FROM tickets").await;
    let word = |name: &str| rows[0][name].as_str().expect("a word").to_owned();
    let item = ItemKey {
        scheme: word("scheme"),
        version: "of another year".to_owned(),
        code: word("item"),
    };
    let (_, lat, lon) = story::INSIDE[0];
    let here = xuncha::domain::geo::Point::new(lat, lon).ok();
    let cache = ReferenceCache::new();
    let reference = cache.current(&mut app.sql().await).await.expect("data");

    for (at, holds) in [
        ("2026-11-20T09:59:59", false),
        ("2026-11-20T10:00:00", true),
        ("2026-11-21T09:59:59", true),
        ("2026-11-21T10:00:00", false),
    ] {
        let found = reference
            .rulings
            .find_active(&item, None, here, shanghai(at));
        assert_eq!(found.is_some(), holds, "{at}");
    }
    app.finish().await;
}

//! User name and password become a session, or nothing at all.

use serde_json::{Value, json};
use xuncha::gateways::blobs::{Blobs, BlobsConfig};
use xuncha::gateways::images::Images;
use xuncha::gateways::tokens::{RefreshKey, SigningKey, TokenSigner};
use xuncha::gateways::webhooks::{Reach, Webhooks};
use xuncha::services::account::throttle::LoginThrottle;
use xuncha::services::account::{Login, Refresh, authenticate, login, refresh};
use xuncha::services::error::Code;
use xuncha::services::reference::cache::ReferenceCache;
use xuncha::services::state::Parts;
use xuncha::services::{Error, Services};

use super::{BUREAU, DISTRICT, city, city_with, log_in};
use crate::harness::{DEMO_PASSWORD, TestApp};

const PHONE: &str = "10000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn a_login_tells_who_one_is_and_opens_the_door() {
    let (app, _, id) = city_with("officer-371602", "officer", Some(DISTRICT)).await;
    let answer = log_in(&app, "officer-371602", DEMO_PASSWORD)
        .await
        .expect(200);

    assert_eq!(answer.at("/token_type"), "Bearer");
    assert_eq!(answer.at("/expires_in"), 1_800);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let unit = json!({"id": DISTRICT, "code": "371602", "name": "滨城区", "name_en": "Bincheng"});
    for (pointer, expected) in [
        ("/user/id", json!(id)),
        ("/user/username", json!("officer-371602")),
        ("/user/display_name", json!("某人")),
        ("/user/role", json!("officer")),
        ("/user/unit", unit),
    ] {
        assert_eq!(answer.at(pointer), &expected);
    }

    let officer = app.client().with_token(answer.str("/access_token"));
    let me = officer.get("me").await.expect(200);
    assert_eq!(&me.json, answer.at("/user"));
}

#[tokio::test]
async fn an_officer_acts_for_its_unit_and_those_below() {
    let (app, _, _) = city_with("officer", "officer", Some(DISTRICT)).await;
    let token = log_in(&app, "officer", DEMO_PASSWORD).await.expect(200);
    let actor = authenticate(&app.svc, token.str("/access_token")).await;
    let unit = actor.expect("a caller").unit.expect("a unit");
    let ids = |ids: &[uuid::Uuid]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(ids(&unit.lineage), [DISTRICT]);
    let mut subtree = ids(&unit.subtree);
    subtree.sort();
    assert_eq!(subtree, [DISTRICT, BUREAU]);
}

#[tokio::test]
async fn capitals_and_blanks_around_a_user_name_do_not_matter() {
    let (app, _) = city().await;
    log_in(&app, " Admin ", DEMO_PASSWORD).await.expect(200);
    log_in(&app, "admin", &DEMO_PASSWORD.to_uppercase())
        .await
        .expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_an_account_switched_off_look_alike() {
    let (app, admin, id) = city_with("clerk", "clerk", None).await;
    let off = json!({"active": false});
    let path = format!("users/{id}");
    admin.patch(&path).json(&off).await.expect(200);

    let mut answers: Vec<Value> = Vec::new();
    for (username, password) in [
        ("admin", "wrong password"),
        ("nobody", DEMO_PASSWORD),
        ("not a name", DEMO_PASSWORD),
        ("clerk", DEMO_PASSWORD),
    ] {
        let answer = log_in(&app, username, password)
            .await
            .expect_problem(401, "credentials_wrong");
        let mut body = answer.json;
        body["request_id"] = Value::Null;
        answers.push(body);
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));

    let on = json!({"active": true});
    admin.patch(&path).json(&on).await.expect(200);
    log_in(&app, "clerk", DEMO_PASSWORD).await.expect(200);
}

#[tokio::test]
async fn after_ten_wrong_passwords_even_the_right_one_has_to_wait() {
    let (app, admin, _) = city_with("clerk", "clerk", None).await;
    for _ in 0..10 {
        log_in(&app, "clerk", "wrong password")
            .await
            .expect_problem(401, "credentials_wrong");
    }
    let refused = log_in(&app, "CLERK", DEMO_PASSWORD)
        .await
        .expect_problem(429, "too_many_requests");
    let wait: u32 = refused
        .header("retry-after")
        .and_then(|wait| wait.parse().ok())
        .expect("seconds to wait");
    assert!((1..=6).contains(&wait), "{wait}");
    log_in(&app, "admin", DEMO_PASSWORD).await.expect(200);
    admin.get("me").await.expect(200);
}

#[tokio::test]
async fn logging_in_often_is_no_guessing() {
    let (app, _) = city().await;
    for _ in 0..3 {
        for _ in 0..9 {
            log_in(&app, "admin", "wrong password").await.expect(401);
        }
        log_in(&app, "admin", DEMO_PASSWORD).await.expect(200);
    }
}

#[tokio::test]
async fn a_phone_keeps_its_id_and_may_change_its_name() {
    let (app, _) = city().await;
    for name in ["Redmi 12", " 红米 "] {
        let body = json!({
            "username": "admin", "password": DEMO_PASSWORD, "device": {"id": PHONE, "name": name},
        });
        let answer = app.client().post("auth/login").json(&body).await;
        answer.expect(200);
    }
    let phones = app.rows("SELECT id, name FROM devices").await;
    assert_eq!(phones, [json!({"id": PHONE, "name": "红米"})]);
    let sessions = app
        .rows("SELECT 1 FROM sessions WHERE device_id IS NOT NULL")
        .await;
    assert_eq!(sessions.len(), 2);
}

#[tokio::test]
async fn the_phone_of_another_account_cannot_be_used_and_nothing_is_left_of_the_try() {
    let (app, _, _) = city_with("clerk", "clerk", None).await;
    let on_phone = |username: &str| {
        let body = json!({
            "username": username, "password": DEMO_PASSWORD, "device": {"id": PHONE, "name": username},
        });
        app.client().post("auth/login").json(&body)
    };
    on_phone("admin").await.expect(200);
    let sessions = "SELECT id FROM sessions ORDER BY id";
    let before = app.rows(sessions).await;

    let refused = on_phone("clerk").await.expect_problem(409, "id_taken");
    assert!(!refused.text().contains("admin"), "{}", refused.text());
    assert_eq!(app.rows(sessions).await, before);
    let phones = app.rows("SELECT name FROM devices").await;
    assert_eq!(phones, [json!({"name": "admin"})]);
}

#[tokio::test]
async fn what_is_no_login_is_refused_without_a_try() {
    let (app, _) = city().await;
    let post = |body: &Value| app.client().post("auth/login").json(body);
    let unknown = json!({"username": "admin", "password": DEMO_PASSWORD, "remember": true});
    post(&unknown).await.expect_problem(422, "invalid");
    let long_name = json!({
        "username": "admin", "password": DEMO_PASSWORD, "device": {"id": PHONE, "name": "长".repeat(101)},
    });
    post(&long_name)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/device/name");
    let id =
        json!({"username": "admin", "password": DEMO_PASSWORD, "device": {"id": "x", "name": ""}});
    post(&id)
        .await
        .expect_problem(422, "invalid")
        .expect_fault("/device/id");
    log_in(&app, "admin", "")
        .await
        .expect_problem(401, "credentials_wrong");
}

#[tokio::test]
async fn a_demo_account_is_nobody_where_there_is_no_demo() {
    let (app, _) = city().await;
    let with_demo = login(&app.svc, by_password("admin")).await.expect("in");
    app.execute("UPDATE accounts SET demo = true").await;
    let without_demo = services_without_demo(&app);

    let code = |error: Error| error.code();
    let in_again = login(&without_demo, by_password("admin")).await;
    assert_eq!(in_again.err().map(code), Some(Code::CredentialsWrong));
    let caller = authenticate(&without_demo, &with_demo.access_token).await;
    assert_eq!(caller.err().map(code), Some(Code::SessionRevoked));
    let command = Refresh {
        refresh_token: with_demo.refresh_token,
        nonce: "n".to_owned(),
    };
    let refreshed = refresh(&without_demo, command).await;
    assert_eq!(refreshed.err().map(code), Some(Code::SessionRevoked));
    assert!(
        authenticate(&app.svc, &with_demo.access_token)
            .await
            .is_ok()
    );
}

fn by_password(username: &str) -> Login {
    Login {
        username: username.to_owned(),
        password: DEMO_PASSWORD.to_owned(),
        device: None,
    }
}

/// The same database and keys, as after a restart without `--demo`.
fn services_without_demo(app: &TestApp) -> Services {
    let keys = [SigningKey {
        kid: "test".to_owned(),
        secret: vec![7; 32],
    }];
    let folder = BlobsConfig::Folder(app.blobs_folder().to_owned());
    Services::new(Parts {
        database: app.svc.database.clone(),
        clock: app.svc.clock.clone(),
        blobs: Blobs::open(&folder).expect("a folder"),
        images: Images::new(1),
        passwords: app.svc.passwords.clone(),
        tokens: TokenSigner::new(&keys, "xuncha", "xuncha").expect("a usable key"),
        refresh_key: RefreshKey::new(&[9; 32]).expect("a usable key"),
        sealer: xuncha::gateways::sealing::Sealer::new(&[9; 32]),
        capabilities: xuncha::gateways::capabilities::Capabilities::new(&keys)
            .expect("a usable key"),
        audit_keys: app.svc.audit_keys.clone(),
        webhooks: Webhooks::new(Reach::Public),
        turns: app.svc.turns.clone(),
        demo: false,
        reference: ReferenceCache::default(),
        throttle: LoginThrottle::new(),
    })
}

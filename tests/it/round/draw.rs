//! Planning and drawing, and that anyone can repeat the draw.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;
use xuncha::domain::draw::Seed;
use xuncha::domain::round::{Candidate, Coverage, Quota, Visitor, draw, share_out};

use super::{plan, started, visitor};
use crate::app::run;
use crate::harness::phone::Phone;
use crate::harness::{Response, TestApp, username_of};

fn drawn(draw: &Response) -> Vec<&str> {
    let points = draw
        .list("/points")
        .iter()
        .filter(|it| !it["place"].is_null());
    points.filter_map(|it| it["point"].as_str()).collect()
}

#[tokio::test]
async fn as_many_points_of_each_stratum_are_drawn_as_planned_and_the_draw_can_be_repeated() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let planned = supervisor
        .post("rounds")
        .json(&plan("covert", &[("K04", 1), ("K01", 1)]))
        .await
        .expect(201);
    let path = format!("rounds/{}/draw", planned.str("/id"));
    let auditor = app.login("auditor").await;
    auditor.get(&path).await.expect_problem(404, "not_found");
    let made = supervisor.post(&path).json(&json!({})).await.expect(200);
    assert_eq!(drawn(&made).len(), 2);
    assert_eq!(made.at("/points/0/kind"), "K04");
    assert_eq!(made.at("/points/1/kind"), "K01");
    auditor.get(&path).await.expect_problem(404, "not_found");

    // By hand, as api-spec/draws.md says: of each kind the point whose lot comes first.
    let seed: Seed = made.str("/seed").parse().expect("a seed");
    for (place, kind) in ["K04", "K01"].into_iter().enumerate() {
        let of_kind = made.list("/points").iter().filter(|it| it["kind"] == kind);
        let ids = of_kind.map(|it| {
            it["point"]
                .as_str()
                .expect("an id")
                .parse::<Uuid>()
                .expect("an id")
        });
        let first = seed.order(ids).first().map(ToString::to_string);
        assert_eq!(first.as_deref(), Some(drawn(&made)[place]));
    }
    supervisor
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(409, "wrong_state");
    supervisor
        .put(&format!("rounds/{}", planned.str("/id")))
        .json(&plan("covert", &[("K01", 1)]))
        .await
        .expect_problem(409, "wrong_state");
    app.run_jobs().await;
    let known = auditor.get(&path).await.expect(200);
    assert_eq!(known.at("/reproduced"), true);

    let verify = || {
        let (round, database) = (planned.str("/id"), app.database_url());
        run(&[
            "round",
            "draw",
            "--verify",
            round,
            "--database-url",
            database,
        ])
    };
    let verified = verify();
    assert!(verified.status.success());
    let words = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert!(words.contains("drawn again as they were") && words.contains(made.str("/seed")));

    app.execute(
        "ALTER TABLE round_points DISABLE TRIGGER round_points_append_only; \
         UPDATE round_points SET place = 3 - place WHERE place IS NOT NULL;",
    )
    .await;
    assert_eq!(
        auditor.get(&path).await.expect(200).at("/reproduced"),
        false
    );
    assert_eq!(verify().status.code(), Some(1));
    let mut app = app;
    app.let_jobs_stay(); // The release is still to come.
}

#[tokio::test]
async fn points_of_the_last_round_are_not_drawn_again_unless_the_policy_says_so() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let all = plan("announced", &[("K01", 100)]);
    let first = started(&app, &supervisor, &all).await;
    let second = supervisor.post("rounds").json(&all).await.expect(201);
    let path = format!("rounds/{}/draw", second.str("/id"));
    supervisor
        .post(&path)
        .json(&json!({}))
        .await
        .expect_problem(409, "nothing_to_draw");
    let changes = json!({ "changes": { "rounds.skips_last": false } });
    app.login("admin")
        .await
        .put("policies")
        .json(&changes)
        .await
        .expect(200);
    let again = supervisor.post(&path).json(&json!({})).await.expect(200);
    let before = supervisor
        .get(&format!("rounds/{first}/draw"))
        .await
        .expect(200);
    let set = |draw: &Response| {
        drawn(draw)
            .into_iter()
            .map(str::to_owned)
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(set(&again), set(&before));
    app.run_jobs().await;
    app.finish().await;
}

#[tokio::test]
async fn a_point_is_revealed_to_its_own_inspector_when_the_round_starts_and_taken_back_when_it_is_closed()
 {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let mut plan = plan("announced", &[("K01", 3), ("K02", 3), ("K04", 3)]);
    plan["starts_at"] = json!("2026-11-20T04:00:00Z");
    let planned = supervisor.post("rounds").json(&plan).await.expect(201);
    let id = planned.str("/id").to_owned();
    supervisor
        .post(&format!("rounds/{id}/draw"))
        .json(&json!({}))
        .await
        .expect(200);
    app.run_jobs().await;
    let clerk = app.login("clerk").await;
    assert!(
        clerk
            .get("tasks")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    clerk
        .get(&format!("rounds/{id}"))
        .await
        .expect_problem(403, "forbidden");

    app.clock.set("2026-11-20 12:00");
    app.run_jobs().await;
    let draw = supervisor
        .get(&format!("rounds/{id}/draw"))
        .await
        .expect(200);
    let mut expected: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for point in draw
        .list("/points")
        .iter()
        .filter(|it| !it["place"].is_null())
    {
        let inspector = point["inspector"].as_str().expect("an inspector");
        expected
            .entry(username_of(&app, inspector).await)
            .or_default()
            .insert(point["point"].as_str().expect("a point"));
    }
    for username in [
        "inspector1",
        "inspector2",
        "inspector3",
        "inspector4",
        "inspector5",
    ] {
        let mut phone = Phone::of(&app, username).await;
        phone.pull().await;
        let own: BTreeSet<&str> = phone
            .ids("tasks")
            .into_iter()
            .filter_map(|id| phone.doc("tasks", id)["point"].as_str())
            .collect();
        assert_eq!(
            own,
            expected.remove(username).unwrap_or_default(),
            "{username}"
        );
    }
    let (mut phone, task, _) = visitor(&app, &supervisor, &id).await;
    supervisor
        .post(&format!("rounds/{id}/close"))
        .json(&json!({}))
        .await
        .expect(200);
    let pulled = phone.pull().await;
    let gone = pulled
        .changes
        .iter()
        .find(|it| it["id"] == json!(task))
        .expect("gone");
    assert_eq!(
        (&gone["op"], &gone["reason"]),
        (&json!("gone"), &json!("round_closed"))
    );
    assert!(phone.ids("tasks").is_empty());
    app.finish().await;
}

#[tokio::test]
async fn a_clean_visit_counts_as_coverage_and_a_point_out_of_reach_is_said_to_be() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let id = started(&app, &supervisor, &plan("announced", &[("K01", 100)])).await;
    let (mut phone, task, point) = visitor(&app, &supervisor, &id).await;
    let stranger = json!({ "id": Uuid::new_v4(), "data": { "round": Uuid::new_v4(), "point": point, "clean": true } });
    phone
        .client
        .post("reports")
        .json(&stranger)
        .await
        .expect_problem(422, "invalid");
    let finish = json!({ "result": "pass" });
    phone
        .client
        .post(&format!("tasks/{task}/finish"))
        .json(&finish)
        .await
        .expect_problem(409, "report_instead");
    let clean =
        json!({ "id": Uuid::new_v4(), "data": { "round": id, "point": point, "clean": true } });
    phone.client.post("reports").json(&clean).await.expect(201);
    phone.pull().await;
    assert!(!phone.ids("tasks").contains(&task.as_str()));
    let done = supervisor
        .get(&format!("tasks?state=done&round={id}"))
        .await
        .expect(200);
    assert_eq!(
        (done.str("/items/0/id"), done.str("/items/0/result")),
        (task.as_str(), "pass")
    );

    let open = supervisor
        .get(&format!("tasks?state=open&round={id}"))
        .await
        .expect(200);
    let left = open.list("/items").len();
    if let Some(next) = open.list("/items").first() {
        let inspector = next["inspector"]["id"].as_str().expect("an id");
        let other = app.login(&username_of(&app, inspector).await).await;
        let unable = json!({ "result": "unable", "opinion": "大门锁闭" });
        let path = format!("tasks/{}/finish", next["id"].as_str().expect("an id"));
        other.post(&path).json(&unable).await.expect(200);
    }
    let coverage = supervisor
        .get(&format!("rounds/{id}/coverage"))
        .await
        .expect(200);
    let sum = |member: &str| -> i64 {
        coverage
            .list("/items")
            .iter()
            .filter_map(|it| it[member].as_i64())
            .sum()
    };
    assert_eq!(sum("drawn"), i64::try_from(left + 1).expect("a few"));
    assert_eq!((sum("visited"), sum("clean"), sum("findings")), (1, 1, 0));
    assert_eq!(sum("unable"), i64::from(left > 0));
    app.finish().await;
}

#[test]
fn nobody_is_sent_to_a_place_of_his_own_unit_and_everyone_else_about_as_often() {
    let id = Uuid::from_u128;
    let (office, bureau, elsewhere) = (id(1), id(2), id(3));
    let visitors = [
        Visitor {
            account_id: id(11),
            lineage: vec![office, bureau],
        },
        Visitor {
            account_id: id(12),
            lineage: vec![office],
        },
        Visitor {
            account_id: id(13),
            lineage: vec![elsewhere],
        },
        Visitor {
            account_id: id(14),
            lineage: vec![],
        },
    ];
    let points: Vec<Uuid> = (100..120).map(id).collect();
    let sent = share_out(Seed([7; 32]), &points, &visitors, |_| {
        vec![vec![office, bureau]]
    });
    let of = |account| sent.values().filter(|it| **it == id(account)).count();
    assert_eq!((of(11), of(12), of(13), of(14)), (0, 0, 10, 10));
    assert!(
        share_out(Seed([7; 32]), &points, &visitors[..2], |_| vec![vec![
            office, bureau
        ]])
        .is_empty()
    );
}

fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
    let candidate =
        (any::<u128>(), "[AB]", prop::option::of("[12]")).prop_map(|(id, kind, district)| {
            Candidate {
                point_id: Uuid::from_u128(id),
                kind,
                district,
            }
        });
    prop::collection::vec(candidate, 0..40)
}

fn quotas() -> impl Strategy<Value = Vec<Quota>> {
    let quota =
        ("[AB]", prop::option::of("[12]"), 0..10_u32).prop_map(|(kind, district, count)| Quota {
            kind,
            district,
            count,
        });
    prop::collection::vec(quota, 1..5)
}

proptest! {
    #[test]
    fn a_draw_takes_no_point_twice_no_more_than_planned_and_does_not_hang_on_the_order_of_the_list(
        seed in any::<[u8; 32]>(), from in candidates(), quotas in quotas(), turn in 0..40_usize
    ) {
        let seed = Seed(seed);
        let drawn = draw(seed, Coverage::Random, &quotas, &from);
        let distinct: BTreeSet<&Uuid> = drawn.iter().collect();
        prop_assert_eq!(distinct.len(), drawn.len());
        let planned: u32 = quotas.iter().map(|quota| quota.count).sum();
        prop_assert!(drawn.len() <= usize::try_from(planned).expect("a few"));
        let mut turned = from.clone();
        if !turned.is_empty() {
            let middle = turn % turned.len();
            turned.rotate_left(middle);
        }
        prop_assert_eq!(&drawn, &draw(seed, Coverage::Random, &quotas, &turned));
        let all = draw(seed, Coverage::Full, &quotas, &from);
        prop_assert!(drawn.iter().all(|point| all.contains(point)));
        let covered = from.iter().filter(|point| quotas.iter().any(|quota| {
            quota.kind == point.kind && quota.district.as_ref().is_none_or(|d| Some(d) == point.district.as_ref())
        }));
        prop_assert_eq!(all.len(), covered.map(|point| point.point_id).collect::<BTreeSet<_>>().len());
    }
}

#[tokio::test]
async fn a_plan_is_refused_for_everything_that_is_wrong_with_it() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let mut wrong = plan("covert", &[("K99", 1)]);
    wrong["release_at"] = Value::Null;
    wrong["ends_at"] = json!("2026-11-19T02:00:00Z");
    let refused = supervisor
        .post("rounds")
        .json(&wrong)
        .await
        .expect_problem(422, "invalid");
    let pointers: Vec<&str> = refused
        .list("/errors")
        .iter()
        .filter_map(|it| it["pointer"].as_str())
        .collect();
    assert_eq!(pointers, ["/ends_at", "/release_at"]);
    let unknown = supervisor
        .post("rounds")
        .json(&plan("covert", &[("K99", 1)]))
        .await
        .expect_problem(422, "invalid");
    assert_eq!(unknown.at("/errors/0/pointer"), "/quotas/0/kind");
    assert!(
        supervisor
            .get("rounds")
            .await
            .expect(200)
            .list("/items")
            .is_empty()
    );
    app.finish().await;
}

#[tokio::test]
async fn a_draft_can_be_thrown_away_and_a_draw_cannot() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let planned = supervisor
        .post("rounds")
        .json(&plan("covert", &[("K01", 1)]))
        .await
        .expect(201);
    let path = format!("rounds/{}", planned.str("/id"));
    supervisor.delete(&path).await.expect(204);
    supervisor.get(&path).await.expect_problem(404, "not_found");
    let round = started(&app, &supervisor, &plan("announced", &[("K01", 1)])).await;
    supervisor
        .delete(&format!("rounds/{round}"))
        .await
        .expect_problem(409, "wrong_state");
    app.finish().await;
}

#[tokio::test]
async fn phones_hold_a_round_from_its_start_on_and_learn_how_far_it_has_come() {
    let app = TestApp::demo().await;
    let supervisor = app.login("supervisor").await;
    let mut office = Phone::of(&app, "clerk").await;
    let planned = supervisor
        .post("rounds")
        .json(&plan("covert", &[("K01", 1)]))
        .await
        .expect(201);
    let id = planned.str("/id").to_owned();
    office.pull().await;
    assert!(office.ids("rounds").is_empty());
    supervisor
        .post(&format!("rounds/{id}/draw"))
        .json(&json!({}))
        .await
        .expect(200);
    office.pull().await;
    assert!(office.ids("rounds").is_empty());
    app.run_jobs().await;
    let (mut sent, ..) = visitor(&app, &supervisor, &id).await;
    let own = app
        .rows(&format!(
            "SELECT account_id FROM tasks WHERE round_id = '{id}'"
        ))
        .await;
    let own = own[0]["account_id"].as_str().expect("an id");
    office.pull().await;
    for phone in [&office, &sent] {
        assert_eq!(phone.doc("rounds", &id)["state"], "running");
    }
    for username in [
        "inspector1",
        "inspector2",
        "inspector3",
        "inspector4",
        "inspector5",
    ] {
        let mut phone = Phone::of(&app, username).await;
        phone.pull().await;
        let me = phone.client.get("me").await.expect(200);
        assert_eq!(phone.ids("rounds").len(), usize::from(me.str("/id") == own));
    }
    let mut unit = Phone::of(&app, "officer-371602").await;
    unit.pull().await;
    assert!(unit.ids("rounds").is_empty());
    for (step, state) in [("release", "released"), ("close", "closed")] {
        supervisor
            .post(&format!("rounds/{id}/{step}"))
            .json(&json!({}))
            .await
            .expect(200);
        office.pull().await;
        sent.pull().await;
        for phone in [&office, &sent] {
            assert_eq!(phone.doc("rounds", &id)["state"], state);
        }
    }
    app.run_jobs().await;
    app.finish().await;
}

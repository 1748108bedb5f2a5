//! The ledger: every filed ticket in one line.

use serde_json::{Value, json};

use super::{city, four_hours};
use crate::harness::story::{self, command};

#[tokio::test]
async fn a_line_says_what_became_of_a_ticket_and_never_who_inspected() {
    let (app, inspector, supervisor) = city().await;
    let officer = app.login("officer-371602-sanitation").await;
    let (admin, rechecker) = (app.login("admin").await, app.login("inspector2").await);
    let point = app
        .rows("SELECT id, address FROM check_points WHERE code = 'P001'")
        .await;
    let (point, address) = (point[0]["id"].clone(), point[0]["address"].clone());
    for duty in [
        json!({ "kind": "sponsor", "area": "371602", "person": "李建国" }),
        json!({ "kind": "point_chief", "point": point, "person": "张敏" }),
    ] {
        admin.post("duties").json(&duty).await.expect(201);
    }
    app.clock.set("2026-11-20 10:01");
    let hall = story::report("371602")
        .at_point(point.as_str().expect("an id"))
        .text("大厅门口垃圾成堆");
    let sent = hall.post(&inspector).await;
    let lead = story::ticket(&supervisor, &sent.ticket).await;
    let lead_name = lead.at("/handling/lead/name").clone();
    let unit = app
        .rows(&format!(
            "SELECT u.code FROM tickets t JOIN units u ON u.id = t.lead_unit_id WHERE t.id = '{}'",
            sent.ticket
        ))
        .await;
    let code = unit[0]["code"].as_str().expect("a code").to_owned();
    let lead_officer = app.login(&format!("officer-{code}")).await;
    app.clock.set("2026-11-20 17:30");
    story::rectify(&lead_officer, &sent.ticket).await;
    app.run_jobs().await;
    command(&rechecker, &sent.ticket, "recheck", story::recheck("pass"))
        .await
        .expect(200);
    four_hours(&inspector).await;

    let ledger = supervisor.get("supervision/ledger").await.expect(200);
    assert_eq!(ledger.list("/items").len(), 2);
    let line = &ledger.list("/items")[0];
    for (field, value) in [
        ("ticket_no", json!("2026-000001")),
        ("round", Value::Null),
        ("found_on", json!("2026-11-20")),
        ("source", json!("市级督查")),
        ("district", json!("滨城区")),
        ("community", Value::Null),
        ("place", address),
        ("major", json!("市容环境")),
        ("item", json!("暴露垃圾成堆成片")),
        ("text", json!("大厅门口垃圾成堆")),
        ("before_photos", json!(1)),
        ("lead_unit", lead_name),
        ("sponsor", json!("李建国")),
        ("point_chief", json!("张敏")),
        ("measure", json!("已清理")),
        ("progress", json!("结案")),
        ("finished_on", json!("2026-11-20")),
        ("after_photos", json!(1)),
        ("recheck", json!("通过")),
        ("overdue", json!(true)),
        ("supervision_level", json!(0)),
        ("deduction", json!("1")),
        ("closed", json!(true)),
    ] {
        assert_eq!(line[field], value, "{field}: {line}");
    }
    let file = supervisor.get("supervision/ledger.csv").await.expect(200);
    for username in ["inspector1", "inspector2"] {
        let account = app
            .rows(&format!(
                "SELECT id, display_name FROM accounts WHERE username = '{username}'"
            ))
            .await;
        for name in ["id", "display_name"] {
            let name = account[0][name].as_str().expect("a text");
            assert!(!ledger.text().contains(name) && !file.text().contains(name));
        }
    }
    assert_eq!(file.text().lines().count(), 1 + 2 + 1);
    assert!(
        file.text()
            .contains("合计,2,截至,2026-11-20T17:30:00+08:00")
    );
    let officer_reads = officer.get("supervision/ledger").await;
    officer_reads.expect_problem(403, "forbidden");
    app.finish().await;
}

#[tokio::test]
async fn a_line_says_who_found_it_and_what_it_costs_as_the_lost_points_do() {
    let (app, inspector, supervisor) = city().await;
    let (clerk, admin) = (app.login("clerk").await, app.login("admin").await);
    let officer = app.login("officer-371602-sanitation").await;
    let voided = four_hours(&inspector).await;
    command(&clerk, &voided.ticket, "void", json!({ "reason": "误报" }))
        .await
        .expect(200);
    four_hours(&inspector).await;
    story::report("371602").post(&officer).await;
    let gone = story::report("371602").fixed_on_site();
    let gone = gone.post(&inspector).await;
    app.clock.set("2026-11-23 09:00");
    let dearer = json!({ "found": "0.5", "late": "2", "repeated": "3" });
    let changes = json!({ "changes": { "deductions.city": dearer } });
    admin.put("policies").json(&changes).await.expect(200);
    app.clock.set("2026-11-23 09:01");
    four_hours(&inspector).await;
    gone.draft.again().post(&inspector).await;
    let list = "number,item,condition,text,point,lat,lon,datum,danger\nS1,E0102,,路口垃圾,,37.4700,117.9300,wgs84,\n";
    let handed = clerk.post("feedback?list=2026-3");
    handed.body("text/csv", list.to_owned()).await.expect(200);

    let ledger = supervisor.get("supervision/ledger").await.expect(200);
    let lines = ledger.list("/items").iter();
    let told: Vec<_> = lines
        .map(|line| (line["source"].as_str(), line["deduction"].as_str()))
        .collect();
    let expected = [
        (Some("市级督查"), None),        // Voided.
        (Some("市级督查"), Some("1")),   // Late, by the scale of its day.
        (Some("自查"), Some("0.3")),     // Late.
        (Some("市级督查"), Some("0.3")), // Put right on the spot.
        (Some("市级督查"), Some("0.5")), // Found since the policy changed.
        (Some("市级督查"), Some("3")),   // There again.
        (Some("上级反馈"), Some("0.3")),
    ];
    assert_eq!(told, expected);
    let lost = supervisor.get("lost-points").await.expect(200);
    for line in ledger.list("/items").iter().skip(1) {
        let of = lost.list("/items").iter();
        let of = of.clone().find(|of| of["number"] == line["ticket_no"]);
        assert_eq!(of.expect("a lost point")["deduction"], line["deduction"]);
    }
    let file = supervisor.get("supervision/ledger.csv").await.expect(200);
    let text = file.text();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let cells: Vec<(String, String)> = reader
        .records()
        .take(expected.len())
        .map(|line| line.expect("a record"))
        .map(|line| (line[4].to_owned(), line[30].to_owned()))
        .collect();
    let expected = expected.map(|(source, deduction)| {
        let text = |cell: Option<&str>| cell.unwrap_or_default().to_owned();
        (text(source), text(deduction))
    });
    assert_eq!(cells, expected);
    app.finish().await;
}

#[tokio::test]
async fn the_ledger_narrows_and_goes_on_by_numbers() {
    let (app, inspector, supervisor) = city().await;
    four_hours(&inspector).await;
    story::report("371603").post(&inspector).await;
    story::report("371602").item("E0106").post(&inspector).await;
    story::report("371602")
        .fixed_on_site()
        .post(&inspector)
        .await;
    story::report("371602")
        .photos(vec![])
        .post(&inspector)
        .await; // Triage: not filed, no line.
    for (query, numbers) in [
        ("", vec![1, 2, 3, 4]),
        ("?district=371603", vec![2]),
        ("?unit=371602", vec![1, 3, 4]),
        ("?item=E0106", vec![3]),
        ("?state=closed", vec![4]),
        ("?state=dispatched,closed&district=371602", vec![1, 3, 4]),
        ("?round=00000000-0000-4000-8000-000000000001", vec![]),
    ] {
        let ledger = supervisor
            .get(&format!("supervision/ledger{query}"))
            .await
            .expect(200);
        let told: Vec<&str> = ledger
            .list("/items")
            .iter()
            .filter_map(|line| line["ticket_no"].as_str())
            .collect();
        let expected: Vec<String> = numbers.iter().map(|n| format!("2026-{n:06}")).collect();
        assert_eq!(told, expected, "{query}");
    }
    let first = supervisor
        .get("supervision/ledger?limit=3")
        .await
        .expect(200);
    let cursor = first.str("/next_cursor");
    let rest = supervisor
        .get(&format!("supervision/ledger?limit=3&cursor={cursor}"))
        .await
        .expect(200);
    assert_eq!(rest.list("/items").len(), 1);
    assert_eq!(rest.at("/items/0/remark"), "立行立改");
    app.finish().await;
}

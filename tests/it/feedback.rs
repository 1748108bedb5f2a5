//! Superiors' lists: a row, a ticket; sent again, nothing new; a bad row hinders no other.

use serde_json::{Value, json};

use crate::harness::story::ticket;
use crate::harness::{Client, Response, TestApp};
use crate::round::seal::SANITATION;

const LIST: &str = "\
number,item,condition,text,point,lat,lon,datum,danger
S1,E0102,,路口垃圾成堆,,37.4286386,117.9767193,wgs84,
S2,E0102,,医院门口垃圾,P002,,,,
S3,P0102,,井盖松动,,37.4310,117.9767193,wgs84,
S4,X999,,没有这项,P002,,,,
S5,E0102,,没有这个点位,P999,,,,
S6,E0102,,位置不全,,37.43,,,
S2,E0102,,重复,P001,,,,
S7,E0102,,没有位置,,,,,
";

async fn hand_in(client: &Client, query: &str, file: &str) -> Response {
    let path = format!("feedback?list=2026-3{query}");
    client.post(&path).body("text/csv", file.to_owned()).await
}

fn verdicts(answer: &Response) -> Vec<(&str, &str)> {
    let rows = answer.list("/items").iter();
    rows.map(|row| {
        (
            row["number"].as_str().expect("a number"),
            row["verdict"].as_str().expect("a word"),
        )
    })
    .collect()
}

#[tokio::test]
async fn each_row_of_a_superiors_list_gets_its_ticket_or_is_told_why_not() {
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    let tried = hand_in(&clerk, "&dry_run=true", LIST).await.expect(200);
    assert!(app.rows("SELECT id FROM reports").await.is_empty());
    let taken = hand_in(&clerk, "", LIST).await.expect(200);
    assert_eq!(verdicts(&tried), verdicts(&taken));
    assert_eq!(
        verdicts(&taken),
        [
            ("S1", "taken"),
            ("S2", "taken"),
            ("S3", "taken"),
            ("S4", "refused"),
            ("S5", "refused"),
            ("S6", "refused"),
            ("S2", "refused"),
            ("S7", "taken")
        ]
    );
    let row = |nth: usize| taken.at(&format!("/items/{nth}")).clone();
    assert_eq!(
        (&row(0)["state"], &row(0)["line"]),
        (&json!("dispatched"), &json!(2))
    );
    assert_eq!(row(2)["reasons"], json!(["no_condition"]));
    assert!(
        row(3)["faults"][0]
            .as_str()
            .expect("words")
            .contains("X999")
    );
    assert!(
        row(4)["faults"][0]
            .as_str()
            .expect("words")
            .contains("P999")
    );
    assert_eq!(row(7)["reasons"], json!(["position_missing"]));
    assert_eq!(
        (taken.at("/taken"), taken.at("/refused")),
        (&json!(4), &json!(4))
    );

    let officer = app.login(SANITATION).await;
    let seen = ticket(&officer, row(0)["ticket"].as_str().expect("an id")).await;
    assert_eq!(seen.at("/text"), "路口垃圾成堆");
    let lost = officer.get("lost-points").await.expect(200);
    let of = lost
        .list("/items")
        .iter()
        .find(|it| it["ticket"] == row(0)["ticket"])
        .expect("listed");
    assert_eq!(
        (&of["source"], &of["deduction"]),
        (&json!("superior"), &json!("0.3"))
    );
}

#[tokio::test]
async fn a_list_that_comes_again_makes_nothing_new_whoever_sends_it() {
    let app = TestApp::demo().await;
    let (clerk, supervisor) = (app.login("clerk").await, app.login("supervisor").await);
    let first = hand_in(&clerk, "", LIST).await.expect(200);
    let changed = LIST.replace("医院门口垃圾", "医院门口污水");
    let again = hand_in(&supervisor, "", &changed).await.expect(200);
    assert_eq!(
        (
            again.at("/taken"),
            again.at("/known"),
            again.at("/differing")
        ),
        (&json!(0), &json!(3), &json!(1))
    );
    assert_eq!(verdicts(&again).get(1), Some(&("S2", "differs")));
    for nth in [0, 1, 2, 7] {
        let ticket = format!("/items/{nth}/ticket");
        assert_eq!(again.at(&ticket), first.at(&ticket));
    }
    assert_eq!(app.rows("SELECT id FROM findings").await.len(), 4);
    assert!(
        app.rows("SELECT id FROM findings WHERE text LIKE '%污水%'")
            .await
            .is_empty()
    );
    // The same numbers in another list are other rows.
    let other = clerk
        .post("feedback?list=2026-4")
        .body("text/csv", "number,item,text\nS1,E0102,另一处\n")
        .await;
    assert_eq!(other.expect(200).at("/taken"), 1);
}

#[tokio::test]
async fn what_is_no_list_is_refused_as_a_whole() {
    let app = TestApp::demo().await;
    let clerk = app.login("clerk").await;
    let refused = hand_in(&clerk, "", "number,item\n1,E0102\n").await;
    let refused = refused.expect_problem(422, "import_refused");
    assert_eq!(refused.str("/errors/0/pointer"), "line 1, column text");
    let nameless = clerk.post("feedback?list=%20").body("text/csv", LIST).await;
    assert_eq!(
        nameless
            .expect_problem(422, "invalid")
            .str("/errors/0/pointer"),
        "list"
    );
    assert_eq!(
        app.rows("SELECT id FROM reports").await,
        Vec::<Value>::new()
    );
}

//! `xuncha audit …` at the terminal.

use std::process::{Command, Output};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::City;
use crate::harness::ServerProcess;

/// The program on the test's city, with the test's key.
fn audit(city: &City, arguments: &[&str]) -> Output {
    let mut command: Command = ServerProcess::command();
    let photos = city.app.blobs_folder();
    let data = photos.parent().expect("a folder");
    // The store of the test is no folder `photos`: a link makes it one.
    let home = tempfile::tempdir_in(data).expect("a folder");
    std::os::unix::fs::symlink(photos, home.path().join("photos")).expect("a link");
    command
        .arg("audit")
        .args(arguments)
        .arg("--data-dir")
        .arg(home.path())
        .args(["--database-url", city.app.database_url()])
        .env("XUNCHA_AUDIT_KEY", STANDARD.encode([11; 32]))
        .output()
        .expect("the program runs")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[tokio::test]
async fn verify_says_what_is_whole_and_exits_1_on_the_first_break_which_it_names() {
    let city = City::anchored().await;
    city.comment(1).await;
    let whole = audit(&city, &["verify"]);
    let text = out(&whole);
    assert!(whole.status.success(), "{text}");
    assert!(
        text.starts_with("whole: 3 tickets, 10 rows, 9 anchored under 1 signed heads\n"),
        "{text}"
    );
    assert!(
        text.contains("1 rows are not anchored yet, the oldest of 2026-11-20T02:00:00Z"),
        "{text}"
    );

    let id = city.tickets[0];
    city.tamper(&format!(
        "UPDATE ticket_events SET opinion = '属实' WHERE ticket_id = '{id}' AND seq = 3"
    ))
    .await;
    let broken = audit(&city, &["verify"]);
    assert_eq!(broken.status.code(), Some(1));
    let first = format!("BROKEN ticket 2026-000001 ({id}), row 3: edited");
    assert!(out(&broken).starts_with(&first), "{}", out(&broken));

    city.tamper("UPDATE ticket_tally_changes SET n = 2 WHERE outcome = 'on_time'")
        .await;
    let broken = out(&audit(&city, &["verify"]));
    assert!(broken.starts_with(&first), "{broken}");
    let tally = "BROKEN ticket_counts_by_day of 00000000-0000-0000-0000-000000000000, 2026-11-20, 371602, on_time: \
                 edited: it says 2, a recount of the tickets gives 1";
    assert!(broken.contains(tally), "{broken}");
}

#[tokio::test]
async fn a_witness_verifies_with_the_public_key_and_a_head_of_its_own() {
    let city = City::anchored().await;
    let key = out(&audit(&city, &["key"]));
    let (id, public) = key.trim().split_once(' ').expect("an id and a key");
    let auditor = city.app.login("auditor").await;
    let heads = auditor.get("audit/heads").await.expect(200);
    assert_eq!(heads.at("/items/0/key_id"), id);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("head.json");
    std::fs::write(&file, heads.at("/items/0").to_string()).expect("written");
    let file = file.to_str().expect("a path");
    let confirmed = audit(&city, &["verify", "--public-key", public, "--head", file]);
    assert!(confirmed.status.success(), "{confirmed:?}");
    assert!(out(&confirmed).contains("the head that was written down is confirmed"));
    let stranger = STANDARD.encode([5; 32]);
    let refused = audit(
        &city,
        &["verify", "--public-key", &stranger, "--head", file],
    );
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        out(&refused).contains("BROKEN the head of 9"),
        "{}",
        out(&refused)
    );
    assert!(
        out(&refused).contains("its signature is not valid"),
        "{}",
        out(&refused)
    );
}

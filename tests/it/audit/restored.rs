//! An older backup of the database is restored: that looks like a log which was cut off, and is told apart by a declaration.

use xuncha::domain::audit::fault::Fault;
use xuncha::domain::audit::head::Head;
use xuncha::services::audit::{self, Witness};

use super::City;

/// Takes the database back to where it was: every table that changed since.
async fn with_restored_backup() -> (City, Head) {
    let city = City::anchored().await;
    city.app.let_feed_be_wrong();
    city.app
        .execute(
            "CREATE SCHEMA backup;
             CREATE TABLE backup.tickets AS TABLE tickets; CREATE TABLE backup.ticket_events AS TABLE ticket_events;
             CREATE TABLE backup.audit_leaves AS TABLE audit_leaves; CREATE TABLE backup.audit_heads AS TABLE audit_heads;
             CREATE TABLE backup.audit_log AS TABLE audit_log;",
        )
        .await;
    city.comment(1).await;
    city.anchor().await;
    let lost = audit::kept_head(&city.app.svc)
        .await
        .expect("readable")
        .expect("kept");
    city.tamper(
        "DELETE FROM ticket_events; DELETE FROM audit_leaves; DELETE FROM audit_heads; DELETE FROM audit_log;
         UPDATE tickets t SET rev = b.rev, updated_at = b.updated_at FROM backup.tickets b WHERE b.id = t.id;
         INSERT INTO ticket_events TABLE backup.ticket_events; INSERT INTO audit_leaves TABLE backup.audit_leaves;
         INSERT INTO audit_heads TABLE backup.audit_heads; INSERT INTO audit_log TABLE backup.audit_log;",
    )
    .await;
    (city, lost)
}

#[tokio::test]
async fn a_restore_that_nobody_declared_is_a_truncation() {
    let (city, _) = with_restored_backup().await;
    let Fault::LogTruncated {
        size: 9, kept: 10, ..
    } = city.first_fault().await
    else {
        panic!("{}", city.first_fault().await);
    };
    let words = city.first_fault().await.to_string();
    assert!(words.contains("xuncha audit restored"), "{words}");
}

#[tokio::test]
async fn a_declared_restore_is_told_for_ever_and_the_log_goes_on() {
    let (city, lost) = with_restored_backup().await;
    let svc = &city.app.svc;
    let declared = audit::declare_restored(svc, "磁盘损坏")
        .await
        .expect("declared")
        .expect("behind");
    assert_eq!((declared.head.generation, declared.head.size), (2, 9));
    assert_eq!(declared.abandoned, lost);
    assert!(
        audit::declare_restored(svc, "again")
            .await
            .expect("asked")
            .is_none()
    );
    // Other work than what was lost, up to the same size and beyond.
    city.comment(2).await;
    city.comment(2).await;
    city.anchor().await;
    let report = audit::verify(svc, Some(&lost), &|_, _| ())
        .await
        .expect("readable");
    assert_eq!(report.faults, []);
    assert_eq!(report.witness, Some(Witness::Abandoned));
    assert_eq!((report.entries, report.abandoned), (11, 1));
    let reasons: Vec<&str> = report
        .restores
        .iter()
        .map(|it| it.reason.as_str())
        .collect();
    assert_eq!(reasons, ["磁盘损坏"]);
}

#[tokio::test]
async fn a_restore_that_is_claimed_in_the_database_alone_is_found() {
    let city = City::anchored().await;
    city.tamper("UPDATE audit_log SET generation = 2").await;
    assert_eq!(city.first_fault().await, Fault::RestoreUndeclared(2));
}

#[tokio::test]
async fn nothing_is_declared_while_the_log_is_not_behind() {
    let city = City::anchored().await;
    let declared = audit::declare_restored(&city.app.svc, "?")
        .await
        .expect("asked");
    assert!(declared.is_none());
    assert_eq!(city.verify().await.restores.len(), 0);
}

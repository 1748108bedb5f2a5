//! kill −9 in the middle of a release: units see nothing of it, and the next worker does it whole.

use diesel_async::SimpleAsyncConnection as _;
use nix::sys::signal::Signal;

use super::seal::{SANITATION, covert_round, report};
use crate::harness::ServerProcess;
use crate::harness::story;

/// The third ticket to be numbered waits for this lock.
const HOLD: &str = "\
CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
  IF (SELECT count(*) FROM tickets WHERE number IS NOT NULL) = 2 THEN PERFORM pg_advisory_xact_lock(42); END IF; \
  RETURN NEW; END $$; \
CREATE TRIGGER hold_up BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION hold_up();";

#[tokio::test]
async fn a_server_killed_in_the_middle_of_a_release_has_released_nothing() {
    let (mut app, _, round, inspector) = covert_round().await;
    for index in 0..4 {
        let draft = story::report("371602").text(&format!("第{index}处"));
        report(&inspector, &round, &draft).await;
    }
    app.execute(HOLD).await;
    let mut holder = app.sql().await;
    holder
        .batch_execute("SELECT pg_advisory_lock(42)")
        .await
        .expect("nobody else has it");

    // A server of its own on the same database; by its clock the release is due.
    let folder = ServerProcess::folder();
    let options = ["--database-url", app.database_url()];
    let mut server = ServerProcess::start_with(folder.path(), "127.0.0.1:0", &options);
    let waiting = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 42 AND NOT granted \
                      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while app.rows(waiting).await.is_empty() {
        tokio::task::yield_now().await;
    }
    server.signal(Signal::SIGKILL);
    drop(holder);
    app.execute("DROP TRIGGER hold_up ON tickets").await; // Waits until the dead server's transaction is gone.

    let officer = app.login(SANITATION).await;
    let seen = officer.get("tickets").await.expect(200);
    assert!(seen.list("/items").is_empty());
    let sealed = app
        .rows("SELECT id FROM tickets WHERE 'sealed' = ANY (triage_reasons) AND number IS NULL")
        .await;
    assert_eq!(sealed.len(), 4);
    app.clock.set("2030-01-02 10:00"); // When the lease of the dead worker is over, by whatever clock.
    app.run_jobs().await;
    let seen = officer.get("tickets").await.expect(200);
    assert_eq!(seen.list("/items").len(), 4);
    app.let_jobs_stay(); // Those that every worker does again and again.
}

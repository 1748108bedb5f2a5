//! The oracle must be able to fail: a server that forgets, leaks, doubles or never answers is found out.

use xuncha::app::simulate::{Level, Wrong};

use super::{plan, simulated};
use crate::harness::TestApp;

/// Runs a quiet city on a server spoilt by SQL; the oracle must find this, in these words.
async fn expect(spoil: &str, (phones, days): (u32, u32), wrong: Wrong, words: &str) {
    let app = TestApp::demo().await;
    app.let_feed_be_wrong();
    app.execute(spoil).await;
    let plan = plan(&app, phones, days, Level::None);
    let outcome = simulated(&app, &plan).await;
    let found = outcome
        .cases
        .iter()
        .any(|case| case.wrong == wrong && case.words.contains(words));
    assert!(
        found,
        "{}\n{}",
        outcome.table(&plan),
        outcome.explanation(&plan)
    );
    app.run_jobs().await;
    app.finish().await;
}

/// What a trigger does before a row of the feed is written.
fn in_the_feed(condition: &str, action: &str) -> String {
    format!(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
           IF {condition} THEN {action} END IF; RETURN NEW; END $$; \
         CREATE TRIGGER spoil BEFORE INSERT OR UPDATE ON sync_feed FOR EACH ROW EXECUTE FUNCTION spoil();"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_never_entered_the_feed_is_found_lost() {
    let unannounced = in_the_feed(
        "TG_OP = 'INSERT' AND NEW.entity = 'tickets' AND NEW.scope LIKE 'unit:%'",
        "RETURN NULL;",
    );
    expect(&unannounced, (4, 2), Wrong::Lost, "does not hold tickets").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_changed_without_its_feed_is_found_stale() {
    let unannounced = in_the_feed(
        "TG_OP = 'UPDATE' AND NEW.entity = 'tickets'",
        "RETURN NULL;",
    );
    expect(&unannounced, (4, 3), Wrong::Lost, "tickets ").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_in_the_scope_of_a_stranger_is_found_wrongly_visible() {
    let leak = "\
        CREATE FUNCTION leak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
          IF NEW.entity = 'tickets' AND NEW.scope = 'office' THEN \
            INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since) \
            SELECT 'unit:' || id, NEW.entity, NEW.entity_id, 'present', NEW.rev, NEW.tx, NEW.seq, NEW.since \
              FROM units WHERE kind = 'district_office' ON CONFLICT DO NOTHING; \
          END IF; RETURN NULL; END $$; \
        CREATE TRIGGER leak AFTER INSERT ON sync_feed FOR EACH ROW EXECUTE FUNCTION leak();";
    expect(leak, (4, 2), Wrong::WronglyVisible, "still holds tickets").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_made_twice_is_found_doubled() {
    let twice = "\
        CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
          IF pg_trigger_depth() = 1 THEN \
            INSERT INTO reports SELECT (jsonb_populate_record(NEW, jsonb_build_object('id', gen_random_uuid()))).*; \
          END IF; RETURN NULL; END $$; \
        CREATE TRIGGER twice AFTER INSERT ON reports FOR EACH ROW EXECUTE FUNCTION twice();";
    expect(twice, (2, 1), Wrong::Doubled, "made more than once").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_that_never_comes_is_found_stuck() {
    let silent = in_the_feed("NEW.entity = 'receipts'", "RETURN NULL;");
    expect(&silent, (2, 1), Wrong::Stuck, "cannot get rid of").await;
}

//! What somebody can do who may write to the database, and how it shows.

use sha2::{Digest as _, Sha256};
use xuncha::domain::audit::chain::{Link, START};
use xuncha::domain::audit::fault::{Fault, RowFault};

use super::City;
use crate::harness::TestApp;

#[tokio::test]
async fn a_trail_that_nobody_touched_is_whole_and_everything_is_anchored() {
    let city = City::anchored().await;
    let report = city.verify().await;
    assert_eq!(report.faults, []);
    assert_eq!(report.tickets, 3);
    assert_eq!((report.rows, report.entries, report.heads), (9, 9, 1));
    assert_eq!(report.tail.rows, 0);
}

#[tokio::test]
async fn what_is_not_anchored_yet_is_told_with_its_age() {
    let city = City::anchored().await;
    city.app.clock.set("2026-11-20 15:30");
    city.comment(1).await;
    let report = city.verify().await;
    assert_eq!(report.faults, []);
    assert_eq!((report.rows, report.entries), (10, 9));
    assert_eq!(report.tail.rows, 1);
    let since = report.tail.since.expect("an instant").to_string();
    assert_eq!(since, "2026-11-20T07:30:00Z");
}

#[tokio::test]
async fn a_row_that_was_edited_is_named() {
    for edit in [
        "opinion = '属实'",
        "at = at - interval '1 day'",
        "actor_id = NULL",
        "holder_unit_id = NULL",
        "data = jsonb_set(data, '{clock,due,at}', '\"2027-01-01T00:00:00Z\"')",
        "office_only = true",
        "ticket_hash = NULL",
    ] {
        let city = City::anchored().await;
        let id = city.tickets[0];
        city.tamper(&format!(
            "UPDATE ticket_events SET {edit} WHERE ticket_id = '{id}' AND seq = 3"
        ))
        .await;
        assert_eq!(
            city.first_fault().await,
            city.row(0, 3, RowFault::Edited),
            "{edit}"
        );
    }
}

#[tokio::test]
async fn a_row_that_was_deleted_is_named() {
    let city = City::anchored().await;
    let id = city.tickets[0];
    city.tamper(&format!(
        "DELETE FROM ticket_events WHERE ticket_id = '{id}' AND seq = 3"
    ))
    .await;
    assert_eq!(city.first_fault().await, city.row(0, 3, RowFault::Deleted));
}

#[tokio::test]
async fn a_trail_that_was_cut_off_is_named_by_the_first_row_that_is_gone() {
    let city = City::anchored().await;
    let id = city.tickets[0];
    city.tamper(&format!(
        "DELETE FROM ticket_events WHERE ticket_id = '{id}' AND seq > 3"
    ))
    .await;
    assert_eq!(
        city.first_fault().await,
        city.row(0, 4, RowFault::Truncated)
    );
}

#[tokio::test]
async fn a_row_that_was_not_anchored_yet_is_missed_as_well() {
    let city = City::anchored().await;
    city.comment(0).await;
    let id = city.tickets[0];
    city.tamper(&format!(
        "DELETE FROM ticket_events WHERE ticket_id = '{id}' AND seq = 6"
    ))
    .await;
    assert_eq!(
        city.first_fault().await,
        city.row(0, 6, RowFault::Truncated)
    );
    city.tamper(&format!(
        "DELETE FROM audit_pending WHERE ticket_id = '{id}'"
    ))
    .await;
    assert_eq!(city.first_fault().await, Fault::TicketEdited(city.name(0)));
}

#[tokio::test]
async fn rows_that_changed_places_are_named() {
    let city = City::anchored().await;
    let id = city.tickets[0];
    city.tamper(&format!(
        "UPDATE ticket_events SET seq = -seq WHERE ticket_id = '{id}' AND seq IN (3, 4);
         UPDATE ticket_events SET seq = 7 + seq WHERE ticket_id = '{id}' AND seq < 0"
    ))
    .await;
    assert_eq!(
        city.first_fault().await,
        city.row(0, 3, RowFault::Reordered)
    );
}

#[tokio::test]
async fn a_chain_that_was_computed_anew_fits_itself_and_is_found_by_the_log() {
    let city = City::anchored().await;
    city.tamper(&recomputed(&city, "opinion = '属实'").await)
        .await;
    assert_eq!(
        city.first_fault().await,
        city.row(0, 3, RowFault::Recomputed)
    );
}

#[tokio::test]
async fn a_log_that_was_made_to_fit_contradicts_what_was_signed() {
    let city = City::anchored().await;
    city.tamper(&recomputed(&city, "opinion = '属实'").await)
        .await;
    city.tamper(
        "UPDATE audit_leaves l SET hash = e.hash FROM ticket_events e
          WHERE e.ticket_id = l.ticket_id AND e.seq = l.seq",
    )
    .await;
    assert_eq!(
        city.first_fault().await,
        Fault::LogEdited { from: 0, until: 9 }
    );
}

#[tokio::test]
async fn a_ticket_that_was_deleted_with_its_trail_is_missed() {
    let city = City::anchored().await;
    let id = city.tickets[1];
    city.tamper(&format!(
        "DELETE FROM ticket_events WHERE ticket_id = '{id}'; DELETE FROM tickets WHERE id = '{id}'"
    ))
    .await;
    assert_eq!(city.first_fault().await, Fault::TicketMissing(id));
}

#[tokio::test]
async fn a_ticket_that_lost_its_own_row_or_all_its_trail_is_named() {
    let city = City::anchored().await;
    let id = city.tickets[1];
    city.tamper(&format!("DELETE FROM tickets WHERE id = '{id}'"))
        .await;
    assert_eq!(city.first_fault().await, Fault::TicketRowMissing(id));
    let city = City::anchored().await;
    let id = city.tickets[1];
    city.tamper(&format!(
        "DELETE FROM ticket_events WHERE ticket_id = '{id}'"
    ))
    .await;
    assert_eq!(city.first_fault().await, Fault::TrailMissing(city.name(1)));
}

#[tokio::test]
async fn a_ticket_that_was_changed_past_its_trail_is_named() {
    for edit in [
        "state = 'rectifying', rev = rev + 1",
        "due_at = due_at + interval '3 days'",
        "lead_unit_name = '别的单位'",
        "text = '没什么'",
        "lat = lat + 0.00000001",
        "routing = jsonb_set(routing, '{rule}', '\"fallback\"')",
    ] {
        let city = City::anchored().await;
        let id = city.tickets[1];
        city.tamper(&format!("UPDATE tickets SET {edit} WHERE id = '{id}'"))
            .await;
        assert_eq!(
            city.first_fault().await,
            Fault::TicketEdited(city.name(1)),
            "{edit}"
        );
    }
}

#[tokio::test]
async fn a_row_that_was_added_by_sql_is_named_however_well_it_fits() {
    let city = City::anchored().await;
    let id = city.tickets[1];
    city.tamper(&format!(
        "INSERT INTO ticket_events SELECT ticket_id, 3, at, 'comment', to_state, to_state, actor_id, actor_role, actor_unit_id,
                device_id, holder_unit_id, '', data, office_only, ticket_hash, hash
           FROM ticket_events WHERE ticket_id = '{id}' AND seq = 2"
    ))
    .await;
    let forged = rehashed(&city.app, &id.to_string(), 3).await;
    city.tamper(&forged).await;
    assert_eq!(
        city.first_fault().await,
        city.row(1, 3, RowFault::PastTheLog)
    );
}

/// Statements that edit row 3 of the first ticket and give it, and every row after it, the hash that fits.
async fn recomputed(city: &City, edit: &str) -> String {
    let id = city.ticket(0);
    city.tamper(&format!(
        "UPDATE ticket_events SET {edit} WHERE ticket_id = '{id}' AND seq = 3"
    ))
    .await;
    rehashed(&city.app, &id.to_string(), 3).await
}

/// Statements that give the rows of a ticket the hashes that fit, from a row on.
async fn rehashed(app: &TestApp, id: &str, from: i64) -> String {
    let rows = app
        .rows(&format!(
            "SELECT *, (extract(epoch FROM at) * 1000000)::bigint AS at_us, encode(ticket_hash, 'hex') AS ticket_hex,
                    encode(hash, 'hex') AS hex FROM ticket_events WHERE ticket_id = '{id}' ORDER BY seq"
        ))
        .await;
    let mut before = START;
    let mut statements = String::new();
    for row in &rows {
        let text = |name: &str| row[name].as_str();
        let uuid = |name: &str| text(name).map(|id| id.parse().expect("an id"));
        let seq = row["seq"].as_i64().expect("a number");
        let link = Link {
            ticket_id: uuid("ticket_id").expect("an id"),
            seq: i32::try_from(seq).expect("small"),
            at_us: row["at_us"].as_i64().expect("a number"),
            command: text("command").expect("a word"),
            from_state: text("from_state"),
            to_state: text("to_state").expect("a word"),
            actor_id: uuid("actor_id"),
            actor_role: text("actor_role").expect("a word"),
            actor_unit_id: uuid("actor_unit_id"),
            device_id: uuid("device_id"),
            holder_unit_id: uuid("holder_unit_id"),
            opinion: text("opinion").expect("a text"),
            data: &row["data"],
            office_only: row["office_only"].as_bool().expect("a flag"),
            ticket_hash: text("ticket_hex").map(str::to_owned),
        };
        // What api-spec/audit.md tells a prosecutor to do.
        let hash = Sha256::digest([before.as_slice(), &link.canonical()].concat());
        before = hash.into();
        if seq < from {
            assert_eq!(
                Some(hex::encode(before).as_str()),
                text("hex"),
                "row {seq} as it was written"
            );
        } else {
            statements.push_str(&format!(
                "UPDATE ticket_events SET hash = '\\x{}' WHERE ticket_id = '{id}' AND seq = {seq};",
                hex::encode(before)
            ));
        }
    }
    statements
}

//! The log itself: its entries, its heads, those that are kept outside, and those that a witness wrote down.

use serde_json::{Value, json};
use xuncha::domain::audit::fault::Fault;
use xuncha::domain::audit::head::Head;
use xuncha::services::audit::{self, Witness};

use super::City;

#[tokio::test]
async fn a_log_that_was_cut_off_with_its_heads_is_shorter_than_what_is_kept_outside() {
    let city = City::anchored().await;
    city.comment(1).await;
    city.comment(2).await;
    city.anchor().await;
    city.tamper(
        "DELETE FROM ticket_events e USING audit_leaves l
          WHERE l.position >= 9 AND e.ticket_id = l.ticket_id AND e.seq = l.seq;
         DELETE FROM audit_leaves WHERE position >= 9; DELETE FROM audit_heads WHERE size > 9;",
    )
    .await;
    // Short of what it says, then made to say so.
    let short = Fault::LogShort {
        entries: 9,
        expected: 11,
    };
    assert_eq!(city.first_fault().await, short);
    let peaks = city
        .app
        .rows("SELECT encode(root, 'hex') AS root FROM audit_heads")
        .await;
    assert_eq!(peaks.len(), 1);
    city.tamper(&edge_of(&city, 9).await).await;
    let Fault::LogTruncated {
        size: 9, kept: 11, ..
    } = city.first_fault().await
    else {
        panic!("{}", city.first_fault().await);
    };
    // The worker signs nothing on top of it.
    let refused = audit::anchor(&city.app.svc)
        .await
        .expect_err("another past")
        .to_string();
    assert!(refused.contains("xuncha audit verify"), "{refused}");
}

#[tokio::test]
async fn an_entry_that_was_deleted_is_named() {
    let city = City::anchored().await;
    city.tamper("DELETE FROM audit_leaves WHERE position = 4")
        .await;
    assert_eq!(city.first_fault().await, Fault::LogEntryMissing(4));
}

#[tokio::test]
async fn a_head_that_was_replaced_deleted_or_forged_is_named() {
    for (statement, fault) in [
        (
            "UPDATE audit_heads SET root = sha256(root)",
            Fault::HeadReplaced(9),
        ),
        (
            "DELETE FROM audit_heads WHERE size = 9",
            Fault::HeadMissing(9),
        ),
        (
            "UPDATE audit_heads SET signed_at = signed_at - interval '1 day'",
            Fault::HeadForged(9),
        ),
        (
            "UPDATE audit_heads SET signature = sha512(root)",
            Fault::HeadForged(9),
        ),
        (
            "UPDATE audit_log SET peaks = substr(peaks, 1, 32) || sha256(peaks)",
            Fault::EdgeEdited,
        ),
    ] {
        let city = City::anchored().await;
        city.tamper(statement).await;
        assert_eq!(city.first_fault().await, fault, "{statement}");
    }
}

#[tokio::test]
async fn a_head_that_never_went_outside_goes_there_with_the_next() {
    let city = City::new().await;
    std::fs::write(city.app.blobs_folder().join("audit"), "in the way").expect("an own folder");
    audit::anchor(&city.app.svc)
        .await
        .expect_err("the store does not take it");
    std::fs::remove_file(city.app.blobs_folder().join("audit")).expect("there");
    city.anchor().await;
    city.comment(1).await;
    city.anchor().await;
    let report = city.verify().await;
    assert_eq!((report.faults.as_slice(), report.heads), (&[][..], 2));
}

#[tokio::test]
async fn a_head_that_was_written_down_is_confirmed_or_contradicted() {
    let city = City::anchored().await;
    let auditor = city.app.login("auditor").await;
    let heads = auditor.get("audit/heads").await.expect(200);
    let written: Head = serde_json::from_value(heads.at("/items/0").clone()).expect("a head");
    assert_eq!(written.size, 9);
    city.comment(1).await;
    city.anchor().await;
    let witnessed = async |head: &Head| {
        audit::verify(&city.app.svc, Some(head), &|_, _| ())
            .await
            .expect("readable")
    };
    let report = witnessed(&written).await;
    assert_eq!(
        (report.faults.as_slice(), report.witness),
        (&[][..], Some(Witness::Confirmed))
    );
    let mut other = written.clone();
    other.root[0] ^= 1;
    let report = witnessed(&other).await;
    assert_eq!(report.faults, [Fault::WitnessContradicted(9)]);
    assert_eq!(report.witness, Some(Witness::Contradicted));
}

#[tokio::test]
async fn supervisor_and_auditor_read_the_latest_heads_first() {
    let city = City::anchored().await;
    city.comment(1).await;
    city.anchor().await;
    for reader in ["supervisor", "auditor"] {
        let client = city.app.login(reader).await;
        let heads = client.get("audit/heads").await.expect(200);
        let sizes: Vec<&Value> = heads
            .list("/items")
            .iter()
            .map(|head| &head["size"])
            .collect();
        assert_eq!(sizes, [10, 9]);
        let one = client.get("audit/heads?limit=1").await.expect(200);
        assert_eq!(one.list("/items").len(), 1);
    }
}

#[tokio::test]
async fn a_proof_leads_every_row_of_a_ticket_to_the_signed_root() {
    let city = City::anchored().await;
    let auditor = city.app.login("auditor").await;
    city.comment(0).await;
    let path = format!("audit/tickets/{}/proof", city.tickets[0]);
    let proof = auditor.get(&path).await.expect(200);
    let rows = proof.list("/rows");
    assert_eq!(rows.len(), 6);
    assert_eq!(rows[5]["position"], json!(null), "it waits to be anchored");
    assert_eq!(rows[5]["path"], json!(null));
    super::merkle::check_as_a_prosecutor(&proof, city.tickets[0], 5);
    city.anchor().await;
    let proof = auditor.get(&path).await.expect(200);
    assert_eq!(proof.at("/head/size"), 10);
    super::merkle::check_as_a_prosecutor(&proof, city.tickets[0], 6);
}

/// Statements that leave the log's right edge as it was at a size.
async fn edge_of(city: &City, size: usize) -> String {
    use xuncha::domain::audit::merkle::{Edge, leaf};
    let leaves = city
        .app
        .rows("SELECT ticket_id, seq, encode(hash, 'hex') AS hash FROM audit_leaves ORDER BY position")
        .await;
    let mut edge = Edge::default();
    for entry in leaves.iter().take(size) {
        let hash = hex::decode(entry["hash"].as_str().expect("digits")).expect("digits");
        let id = entry["ticket_id"]
            .as_str()
            .expect("an id")
            .parse()
            .expect("an id");
        let seq = i32::try_from(entry["seq"].as_i64().expect("a number")).expect("small");
        edge.push(leaf(id, seq, &hash.try_into().expect("32 bytes")), |_| ());
    }
    let peaks = hex::encode(edge.peaks().concat());
    format!("UPDATE audit_log SET size = {size}, peaks = '\\x{peaks}'")
}

//! The worker's part: what is due is taken under a lease, sent outside of any transaction, and what became of it written down. A worker
//! that dies has sent a message without saying so: it is sent again under its id, by which the receiver knows it.

use futures_util::future::join_all;
use jiff::SignedDuration;

use super::PURPOSE;
use crate::db::webhook::delivery::{Leased, Next, claim, give_up, settle};
use crate::db::{self, AsyncConnection as _};
use crate::domain::webhook::{Attempt, KEPT_FOR, message_name, pause_after};
use crate::gateways::webhooks::Message;
use crate::gateways::webhooks::signature::sign;
use crate::services::error::{Error, Result};
use crate::services::state::Services;

/// Longer than an attempt may take.
const LEASE: SignedDuration = SignedDuration::from_secs(60);
/// Sent at the same time.
const AT_ONCE: i64 = 32;
/// Of these to one endpoint.
const OF_EACH: i64 = 4;
/// Rounds of one run, each of which waits for its slowest endpoint: together within what a job may take.
const ROUNDS: u32 = 4;

/// Sends what is due, until nothing is or other jobs should have their turn.
///
/// # Errors
/// `unavailable` when the database does not answer. An endpoint that does not is no error.
pub async fn deliver(svc: &Services) -> Result<()> {
    for _ in 0..ROUNDS {
        let now = svc.now();
        let mut conn = svc.conn().await?;
        let leased = claim(&mut conn, now, now + LEASE, AT_ONCE, OF_EACH).await?;
        drop(conn);
        if leased.is_empty() {
            break;
        }
        let sent = leased.iter().map(|leased| attempt(svc, leased));
        for done in join_all(sent).await {
            done?;
        }
    }
    Ok(())
}

/// Forgets messages whose time is over.
///
/// # Errors
/// `unavailable` when the database does not answer.
pub async fn forget(svc: &Services) -> Result<()> {
    let mut conn = svc.conn().await?;
    db::webhook::message::forget(&mut conn, svc.now() - KEPT_FOR).await?;
    Ok(())
}

async fn attempt(svc: &Services, leased: &Leased) -> Result<()> {
    let answer = send(svc, leased).await;
    let now = svc.now();
    let (status, error) = match answer {
        Ok(status) => (Some(status), None),
        Err(error) => (None, Some(error)),
    };
    let taken = status.is_some_and(|status| (200..300).contains(&status));
    let next = match pause_after(leased.attempt) {
        _ if taken => Next::Delivered,
        Some(pause) => Next::At(now + pause),
        None => Next::Failed,
    };
    let made = Attempt {
        at: now,
        status,
        error,
    };
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        // The endpoint is locked before its deliveries, as by those who change it.
        let failing = db::webhook::note(conn, leased.endpoint_id, taken, now).await?;
        settle(conn, leased, &made, next).await?;
        let dead = failing.and_then(|endpoint| {
            let why = endpoint.dies_of(status, now)?;
            Some((endpoint, why))
        });
        if let Some((mut endpoint, why)) = dead {
            endpoint.disabled = Some((now, why));
            db::webhook::update(conn, &endpoint).await?;
            give_up(conn, endpoint.id).await?;
            tracing::warn!(endpoint = %endpoint.id, why = why.as_str(), "a webhook endpoint is switched off");
        }
        Ok(())
    })
    .await
}

async fn send(svc: &Services, leased: &Leased) -> std::result::Result<u16, String> {
    let opened = leased.secrets.iter();
    let opened = opened.map(|sealed| svc.sealer.open(PURPOSE, sealed));
    let secrets: std::result::Result<Vec<String>, _> = opened.collect();
    let secrets = secrets.map_err(|_not_ours| {
        "the secret was sealed under another key of this server: rotate it".to_owned()
    })?;
    let (id, timestamp) = (message_name(leased.message_id), svc.now().as_second());
    let signature = sign(&secrets, &id, timestamp, &leased.body);
    let message = Message {
        id: &id,
        timestamp,
        signature: &signature,
        body: leased.body.clone(),
    };
    let sent = svc.webhooks.send(&leased.url, message).await;
    sent.map_err(|undelivered| undelivered.to_string())
}

//! Refreshing a session, so that a lost answer never ends it and a stolen token does (sync protocol §7). The client sends
//! a nonce with its token and repeats both until it has the answer: the same token and nonce give the same successor
//! while no successor has been used. A token that comes after the session went on without it is held by two: the alarm
//! ends the session.

use jiff::Timestamp;

use super::grant::{Grant, session_end};
use crate::db::session::{self, RevokeReason, device, refresh_token};
use crate::db::{AsyncConnection as _, Conn, account};
use crate::domain::text::Text;
use crate::gateways::tokens::secret_hash;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Most characters of a nonce.
const NONCE_MAX_CHARS: usize = 200;

/// A wish to go on.
pub struct Refresh {
    /// The newest that the client has.
    pub refresh_token: String,
    /// Made by the client for this refresh; the same when it asks again after a lost answer.
    pub nonce: String,
}

/// Extends a session and gives its next tokens.
///
/// # Errors
/// `session_revoked` when the session has ended, was never there, or ends now because the token came twice.
pub async fn refresh(svc: &Services, command: Refresh) -> Result<Grant> {
    if !(1..=NONCE_MAX_CHARS).contains(&command.nonce.chars().count()) {
        return Err(Error::invalid_field(
            "/nonce",
            "length",
            Text::new("应为 1 到 200 个字符", "1 to 200 characters"),
        ));
    }
    let mut conn = svc.conn().await?;
    // A refusal is no error here: what the alarm wrote must stay.
    let grant = conn
        .transaction::<_, Error, _>(async |conn| exchange(svc, conn, &command, svc.now()).await)
        .await?;
    grant.ok_or_else(|| Error::new(Code::SessionRevoked))
}

async fn exchange(
    svc: &Services,
    conn: &mut Conn,
    command: &Refresh,
    now: Timestamp,
) -> Result<Option<Grant>> {
    let old_hash = secret_hash(&command.refresh_token);
    let Some(old) = refresh_token::find(conn, &old_hash).await? else {
        return Ok(None);
    };
    let Some(session) = session::lock_live(conn, old.session_id).await? else {
        return Ok(None);
    };
    if refresh_token::is_superseded(conn, &old).await? {
        session::revoke(conn, session.id, RevokeReason::TokenReuse, now).await?;
        tracing::warn!(session_id = %session.id, "a superseded refresh token came back: session ended");
        return Ok(None);
    }
    let account = account::find(conn, session.account_id)
        .await?
        .filter(|account| account.active && (svc.demo || !account.demo))
        .filter(|_| now < session.expires_at);
    let Some(account) = account else {
        return Ok(None);
    };
    let new = svc
        .refresh_key
        .successor(&command.refresh_token, &command.nonce);
    refresh_token::mark_used(conn, &old, now).await?;
    refresh_token::insert(conn, &secret_hash(&new), Some(&old_hash), session.id, now).await?;
    session::extend(conn, session.id, session_end(now)).await?;
    if let Some(device_id) = session.device_id {
        device::touch(conn, device_id, now).await?;
    }
    Ok(Some(Grant::new(svc, account, session.id, new, now)))
}

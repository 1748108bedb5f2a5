//! From a bearer token to the caller.

use crate::db::session;
use crate::domain::account::Actor;
use crate::gateways::tokens::TokenError;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// The caller behind an access token, with role and unit as they are now and not as they were when it was issued.
///
/// # Errors
/// `token_expired`, `unauthenticated` (no token of ours), `session_revoked`.
pub async fn authenticate(svc: &Services, token: &str) -> Result<Actor> {
    let claims = svc
        .tokens
        .verify(token, svc.now())
        .map_err(|error| match error {
            TokenError::Expired => Error::new(Code::TokenExpired),
            TokenError::Invalid => Error::new(Code::Unauthenticated),
        })?;
    let mut conn = svc.conn().await?;
    let (session_id, account_id) = (claims.session_id, claims.account_id);
    let behind = session::find_behind(&conn, session_id, account_id, svc.demo)
        .await?
        .ok_or_else(|| Error::new(Code::SessionRevoked))?;
    let unit = match behind.unit_id {
        Some(id) => svc
            .reference
            .units(&mut conn, behind.units_version)
            .await?
            .of_member(id),
        None => None,
    };
    Ok(Actor {
        account_id,
        role: behind.role,
        unit,
        session_id,
        device_id: behind.device_id,
    })
}

//! What a login and a refresh give.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::domain::account::Account;
use crate::gateways::tokens::Claims;
use crate::services::Services;

/// How long an access token counts, in minutes.
const ACCESS_MINUTES: i64 = 30;
/// How long a session lives after its last refresh, in days.
const SESSION_DAYS: i64 = 180;

/// Tokens, and whose they are.
pub struct Grant {
    /// Bearer token (JWT).
    pub access_token: String,
    /// How long it counts, in seconds.
    pub expires_in_s: i64,
    /// For the next refresh, once.
    pub refresh_token: String,
    /// Whose they are.
    pub account: Account,
}

impl Grant {
    /// Issues an access token beside a refresh token.
    pub(super) fn new(
        svc: &Services,
        account: Account,
        session_id: Uuid,
        refresh_token: String,
        now: Timestamp,
    ) -> Self {
        let lifetime = SignedDuration::from_mins(ACCESS_MINUTES);
        let access_token = svc.tokens.issue(&Claims {
            account_id: account.id,
            session_id,
            role: account.role.as_str().to_owned(),
            issued_at: now,
            expires_at: now + lifetime,
        });
        Self {
            access_token,
            expires_in_s: lifetime.as_secs(),
            refresh_token,
            account,
        }
    }
}

/// When a session ends that is begun or refreshed now.
pub(super) fn session_end(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_hours(24 * SESSION_DAYS)
}

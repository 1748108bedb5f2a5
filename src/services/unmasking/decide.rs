//! The second person: neither who asked nor the inspector.

use uuid::Uuid;

use super::{note, shown};
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::pseudonym::{Unmasking, UnmaskingState};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// Agrees: from here on the two may read who it is.
///
/// # Errors
/// `forbidden`, also for the inspector itself; `not_found`; `second_person` for who asked; `wrong_state` once it is decided.
pub async fn confirm(svc: &Services, actor: &Actor, id: Uuid) -> Result<Unmasking> {
    decide(svc, actor, id, UnmaskingState::Confirmed, "").await
}

/// Does not agree.
///
/// # Errors
/// As [`confirm`].
pub async fn refuse(svc: &Services, actor: &Actor, id: Uuid, reason: &str) -> Result<Unmasking> {
    decide(svc, actor, id, UnmaskingState::Refused, reason).await
}

async fn decide(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
    state: UnmaskingState,
    reason: &str,
) -> Result<Unmasking> {
    require(actor, Action::Unmask)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        let found = db::unmasking::find(conn, id).await?;
        let unmasking = found.ok_or_else(|| Error::new(Code::NotFound))?;
        let inspector = unmasking.inspector.as_ref().map(|it| it.account_id);
        if inspector == Some(actor.account_id) {
            return Err(Error::new(Code::Forbidden));
        }
        if unmasking.asked_by == actor.account_id {
            return Err(Error::new(Code::SecondPerson));
        }
        let ticket = db::ticket::lock(conn, &TicketScope::All, unmasking.ticket_id).await?;
        let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
        let now = as_stored(svc.now());
        if !db::unmasking::decide(conn, id, state, actor.account_id, now).await? {
            let text = Text::new("已有决定", "it is decided already");
            return Err(Error::with_detail(Code::WrongState, text));
        }
        let step = match state {
            UnmaskingState::Confirmed => "confirm_unmasking",
            UnmaskingState::Open | UnmaskingState::Refused => "refuse_unmasking",
        };
        note(conn, actor, &ticket, step, reason, &unmasking, now).await?;
        let decided = db::unmasking::find(conn, id).await?;
        let decided = decided.ok_or_else(|| Error::new(Code::NotFound))?;
        Ok(shown(actor, decided))
    })
    .await
}

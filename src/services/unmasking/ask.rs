//! Asking who is behind a name that a ticket's trail shows: whoever found the fault, unless another is named.

use uuid::Uuid;

use super::{note, shown};
use crate::db::error::violated;
use crate::db::ticket::TicketScope;
use crate::db::unmasking::OPEN_KEY;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::{Actor, Role};
use crate::domain::pseudonym::{Bearer, Unmasking, UnmaskingState};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// Asks, for a second person to decide.
///
/// # Errors
/// `forbidden`, also for the inspector itself; `not_found` for the ticket; `invalid` for a name that the ticket does not show;
/// `request_open` while one such waits.
pub async fn ask(
    svc: &Services,
    actor: &Actor,
    ticket_id: Uuid,
    name: Option<Uuid>,
    reason: String,
) -> Result<Unmasking> {
    require(actor, Action::Unmask)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::feed::hold_readers(conn).await?;
        // Administrators read no tickets, and may take part in this: they know its id from elsewhere.
        let ticket = db::ticket::lock(conn, &TicketScope::All, ticket_id).await?;
        let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
        let bearer = bearer(conn, ticket_id, name).await?;
        if bearer.account_id == actor.account_id {
            return Err(Error::new(Code::Forbidden));
        }
        let now = as_stored(svc.now());
        let unmasking = Unmasking {
            id: Uuid::new_v4(),
            ticket_id,
            pseudonym: bearer.pseudonym,
            reason: reason.clone(),
            state: UnmaskingState::Open,
            asked_by: actor.account_id,
            asked_at: now,
            decided_by: None,
            decided_at: None,
            inspector: None,
        };
        let written = db::unmasking::insert(conn, &unmasking).await;
        written.map_err(|error| match violated(&error) {
            Some(OPEN_KEY) => Error::new(Code::RequestOpen),
            _ => error.into(),
        })?;
        note(
            conn,
            actor,
            &ticket,
            "ask_unmasking",
            &reason,
            &unmasking,
            now,
        )
        .await?;
        Ok(shown(actor, unmasking))
    })
    .await
}

/// The name that is asked about: it must be one that the ticket shows.
async fn bearer(conn: &mut Conn, ticket_id: Uuid, name: Option<Uuid>) -> Result<Bearer> {
    let reporter = db::pseudonym::reporter(conn, ticket_id).await?;
    let trail = db::ticket::event::trail(conn, ticket_id).await?;
    let inspectors = trail
        .iter()
        .filter(|event| event.actor_role == Role::Inspector.as_str())
        .filter_map(|event| event.actor_id);
    let mut accounts: Vec<Uuid> = inspectors.collect();
    accounts.extend(reporter.map(|it| it.account_id));
    let names = db::pseudonym::of_accounts(conn, &accounts).await?;
    let wanted = name.or_else(|| {
        let reporter = reporter?;
        let name = names.of(reporter.account_id, reporter.round_id)?;
        Some(name.id)
    });
    let found = match wanted {
        Some(id) => db::pseudonym::find(conn, id).await?,
        None => None,
    };
    let shown = |bearer: &Bearer| {
        let round = reporter.filter(|it| it.account_id == bearer.account_id);
        let round = round.and_then(|it| it.round_id);
        accounts.contains(&bearer.account_id)
            && names.of(bearer.account_id, round) == Some(&bearer.pseudonym)
    };
    found.filter(shown).ok_or_else(|| {
        Error::invalid_field(
            "/inspector",
            "not_shown",
            Text::new(
                "该工单中没有这个化名",
                "the ticket shows no inspector of this name",
            ),
        )
    })
}

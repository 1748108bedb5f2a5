//! Who may recheck a ticket, for the clerk who has to ask one.

use uuid::Uuid;

use crate::db;
use crate::db::ticket::TicketScope;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::task::Judge;
use crate::services::error::{Code, Error, Result};
use crate::services::pseudonym;
use crate::services::state::Services;

/// Inspectors in service who may judge the ticket's rectification, under their standing pseudonyms, those first who have least to do.
/// None before it is filed.
///
/// # Errors
/// `forbidden`; `not_found`.
pub async fn recheckers(svc: &Services, actor: &Actor, id: Uuid) -> Result<Vec<Judge>> {
    require(actor, Action::AskInspectors)?;
    let mut conn = svc.conn().await?;
    db::ticket::find(&conn, &TicketScope::of(actor), id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))?;
    let mut judges = db::task::judges(&mut conn, &[id]).await?;
    pseudonym::name_judges(&mut conn, &mut judges).await?;
    Ok(judges)
}

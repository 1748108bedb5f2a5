//! Drafts: begun, written anew and thrown away as often as wanted.

use uuid::Uuid;

use super::{lock, only_in};
use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::bulletin::{Bulletin, BulletinState, Draft};
use crate::services::error::{Error, Result};
use crate::services::input::fault::Faults;
use crate::services::report::as_stored;
use crate::services::state::Services;

/// Begins a bulletin.
///
/// # Errors
/// `forbidden`; `invalid` for a case that is no filed ticket.
pub async fn create(svc: &Services, actor: &Actor, draft: Draft) -> Result<Bulletin> {
    require(actor, Action::EditBulletins)?;
    let mut conn = svc.conn().await?;
    check(&mut conn, &draft).await?;
    let (id, now) = (Uuid::new_v4(), as_stored(svc.now()));
    db::bulletin::insert(&mut conn, id, &draft, actor.account_id, now).await?;
    Ok(Bulletin {
        id,
        number: None,
        state: BulletinState::Draft,
        draft,
        created_at: now,
        frozen_at: None,
        published_at: None,
        hash: None,
    })
}

/// Writes a draft anew.
///
/// # Errors
/// As [`create`]; `not_found`; `wrong_state` once it is frozen.
pub async fn replace(svc: &Services, actor: &Actor, id: Uuid, draft: Draft) -> Result<Bulletin> {
    require(actor, Action::EditBulletins)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut bulletin = lock(conn, id).await?;
        only_in(&bulletin, BulletinState::Draft)?;
        check(conn, &draft).await?;
        db::bulletin::replace(conn, id, &draft).await?;
        bulletin.draft = draft;
        Ok(bulletin)
    })
    .await
}

/// Throws a draft away.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state` once it is frozen.
pub async fn discard(svc: &Services, actor: &Actor, id: Uuid) -> Result<()> {
    require(actor, Action::EditBulletins)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let bulletin = lock(conn, id).await?;
        only_in(&bulletin, BulletinState::Draft)?;
        Ok(db::bulletin::remove(conn, id).await?)
    })
    .await
}

/// Cases are filed tickets: what is sealed is nobody's to read of.
async fn check(conn: &mut Conn, draft: &Draft) -> Result<()> {
    let found = db::ticket::find_all(conn, &TicketScope::All, &draft.cases).await?;
    let mut faults = Faults::default();
    for (index, case) in draft.cases.iter().enumerate() {
        let filed = |id: &Uuid| found.iter().any(|it| it.id == *id && it.number.is_some());
        if !filed(case) {
            let pointer = format!("/cases/{index}");
            faults.add(
                pointer,
                "unknown_ticket",
                "没有该工单，或尚未立案",
                "no such ticket, or not filed",
            );
        }
    }
    faults.refuse_or(())
}

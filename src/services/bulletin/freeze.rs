//! Freezing (定稿) and publishing (印发). Freezing takes a bulletin's data and page as they are, gives it its number and its hash; from there on
//! the database refuses every change but the publication.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::content::{cases, content};
use super::{lock, only_in};
use crate::db::bulletin::{Frozen, Name};
use crate::db::{self, AsyncConnection as _};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::bulletin::{Bulletin, BulletinState, page};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;
use crate::services::ticket::city_time;

/// Freezes a draft.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state`; `invalid_query` for a period that has not begun.
pub async fn freeze(svc: &Services, actor: &Actor, id: Uuid) -> Result<Bulletin> {
    require(actor, Action::EditBulletins)?;
    let mut conn = svc.conn().await?;
    let seen = db::bulletin::find(&mut conn, &Name::Id(id)).await?;
    let seen = seen.ok_or_else(|| Error::new(Code::NotFound))?;
    let cases = cases(svc, &mut conn, &seen.draft).await?;
    conn.transaction::<_, Error, _>(async |conn| {
        db::bulletin::lock_numbers(conn).await?;
        let mut bulletin = lock(conn, id).await?;
        only_in(&bulletin, BulletinState::Draft)?;
        if bulletin.draft != seen.draft {
            let detail = Text::new(
                "草稿刚被修改，请重试",
                "the draft has just been changed: try again",
            );
            return Err(Error::with_detail(Code::WrongState, detail));
        }
        let now = as_stored(svc.now());
        let year = format!("TB-{}-", city_time(now)?.year());
        let before = db::bulletin::count_numbered(conn, &year).await?;
        let number = format!("{year}{:03}", before + 1);
        let content = content(svc, conn, &bulletin.draft, number.clone(), cases).await?;
        let data = serde_json_canonicalizer::to_string(&content).map_err(anyhow::Error::from)?;
        let page = page::draw(&content, Some(&hex::encode(Sha256::digest(&data))));
        let frozen = Frozen {
            hash: hash(&data, &page),
            number,
            as_of: content.as_of,
            data,
            page,
        };
        db::bulletin::freeze(conn, id, &frozen, actor.account_id, now).await?;
        bulletin.state = BulletinState::Frozen;
        bulletin.draft.as_of = Some(frozen.as_of);
        bulletin.number = Some(frozen.number);
        bulletin.hash = Some(frozen.hash);
        bulletin.frozen_at = Some(now);
        Ok(bulletin)
    })
    .await
}

/// Publishes what is frozen.
///
/// # Errors
/// `forbidden`; `not_found`; `wrong_state`.
pub async fn publish(svc: &Services, actor: &Actor, id: Uuid) -> Result<Bulletin> {
    require(actor, Action::EditBulletins)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let mut bulletin = lock(conn, id).await?;
        only_in(&bulletin, BulletinState::Frozen)?;
        let now = as_stored(svc.now());
        db::bulletin::publish(conn, id, actor.account_id, now).await?;
        bulletin.state = BulletinState::Published;
        bulletin.published_at = Some(now);
        Ok(bulletin)
    })
    .await
}

/// What holds data and page together.
pub(super) fn hash(data: &str, page: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    hash.update(data);
    hash.update([0_u8]);
    hash.update(page);
    hash.finalize().to_vec()
}

//! Reading bulletins: published ones by their number, for the supervision office its drafts as well. What is frozen is checked against its
//! hash each time.

use jiff::Timestamp;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::content::{cases, content};
use super::freeze::hash;
use crate::db::bulletin::{BulletinKey, Frozen, Name};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::bulletin::{Bulletin, BulletinState, page};
use crate::domain::page::{InvalidCursor, Page, decode_cursor};
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A bulletin by its number, or by its id.
pub fn name(word: &str) -> Name {
    match Uuid::try_parse(word) {
        Ok(id) => Name::Id(id),
        Err(_number) => Name::Number(word.to_owned()),
    }
}

/// A page of bulletins, latest begun first.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    cursor: Option<&str>,
    limit: u32,
) -> Result<Page<Bulletin>> {
    require(actor, Action::ReadBulletins)?;
    let after: Option<BulletinKey> = cursor.map(decode_cursor).transpose()?;
    if after.is_some_and(|(created_at, _)| created_at < Timestamp::UNIX_EPOCH) {
        return Err(InvalidCursor.into());
    }
    let mut conn = svc.conn().await?;
    let unpublished = require(actor, Action::EditBulletins).is_ok();
    let rows = db::bulletin::page(&mut conn, unpublished, after, i64::from(limit) + 1).await?;
    let key = |bulletin: &Bulletin| (bulletin.created_at, bulletin.id);
    Ok(Page::cut(rows, limit, key))
}

/// A bulletin with what is frozen of it.
///
/// # Errors
/// `forbidden`; `not_found`; `internal` when it is not what was frozen.
pub async fn get(
    svc: &Services,
    actor: &Actor,
    name: &Name,
) -> Result<(Bulletin, Option<Box<RawValue>>)> {
    let mut conn = svc.conn().await?;
    let bulletin = find(&mut conn, actor, name).await?;
    let data = match frozen(&mut conn, &bulletin).await? {
        Some(frozen) => Some(RawValue::from_string(frozen.data).map_err(anyhow::Error::from)?),
        None => None,
    };
    Ok((bulletin, data))
}

/// The page of a bulletin; of a draft as it would be now.
///
/// # Errors
/// As [`get`].
pub async fn page(svc: &Services, actor: &Actor, name: &Name) -> Result<String> {
    let mut conn = svc.conn().await?;
    let bulletin = find(&mut conn, actor, name).await?;
    if let Some(frozen) = frozen(&mut conn, &bulletin).await? {
        return Ok(frozen.page);
    }
    let cases = cases(svc, &mut conn, &bulletin.draft).await?;
    let content = content(svc, &mut conn, &bulletin.draft, String::new(), cases).await?;
    Ok(page::draw(&content, None))
}

async fn find(conn: &mut Conn, actor: &Actor, name: &Name) -> Result<Bulletin> {
    require(actor, Action::ReadBulletins)?;
    let unpublished = require(actor, Action::EditBulletins).is_ok();
    let bulletin = db::bulletin::find(conn, name).await?;
    let bulletin = bulletin.filter(|it| unpublished || it.state == BulletinState::Published);
    bulletin.ok_or_else(|| Error::new(Code::NotFound))
}

/// What is frozen of it, if it is still that.
async fn frozen(conn: &mut Conn, bulletin: &Bulletin) -> Result<Option<Frozen>> {
    let frozen = db::bulletin::content(conn, bulletin.id).await?;
    let Some(frozen) = frozen.filter(|_| bulletin.state != BulletinState::Draft) else {
        return Ok(None);
    };
    if hash(&frozen.data, &frozen.page) != frozen.hash {
        let broken = anyhow::anyhow!("bulletin {} is not what was frozen", frozen.number);
        return Err(broken.into());
    }
    Ok(Some(frozen))
}

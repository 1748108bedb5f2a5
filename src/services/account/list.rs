//! The list of users.

use crate::db::account;
use crate::domain::access::{Action, require};
use crate::domain::account::{Account, AccountFilter, Actor};
use crate::domain::page::{self, Page};
use crate::services::{Result, Services};

/// A page of accounts in the order of their user names, for an administrator.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list(
    svc: &Services,
    actor: &Actor,
    filter: &AccountFilter,
    cursor: Option<&str>,
    limit: Option<u32>,
) -> Result<Page<Account>> {
    require(actor, Action::ManageAccounts)?;
    let after: Option<String> = cursor.map(page::decode_cursor).transpose()?;
    let limit = limit
        .unwrap_or(page::DEFAULT_LIMIT)
        .clamp(1, page::MAX_LIMIT);
    let mut conn = svc.conn().await?;
    let rows = account::page(&mut conn, filter, after.as_deref(), i64::from(limit) + 1).await?;
    Ok(Page::cut(rows, limit, |account| account.username.clone()))
}

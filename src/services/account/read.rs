//! Reading one account.

use uuid::Uuid;

use crate::db::account;
use crate::domain::access::{Action, require};
use crate::domain::account::{Account, Actor};
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// The caller's own account.
pub async fn me(svc: &Services, actor: &Actor) -> Result<Account> {
    read(svc, actor.account_id).await
}

/// Any account, for an administrator.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get(svc: &Services, actor: &Actor, id: Uuid) -> Result<Account> {
    require(actor, Action::ManageAccounts)?;
    read(svc, id).await
}

async fn read(svc: &Services, id: Uuid) -> Result<Account> {
    let mut conn = svc.conn().await?;
    account::find(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}

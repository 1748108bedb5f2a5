//! Changing accounts.

use uuid::Uuid;

use super::fields;
use super::provision::{unit_fault, unknown_unit};
use crate::db::error::violated;
use crate::db::session::{self, RevokeReason};
use crate::db::task::Whose;
use crate::db::{AsyncConnection as _, Conn, account, feed};
use crate::domain::access::{Action, require};
use crate::domain::account::{Account, AccountChange, Actor, Role};
use crate::services::error::Code;
use crate::services::{Error, Result, Services, task};

/// What is to become different about a user; the rest stays.
#[derive(Default)]
pub struct UpdateUser {
    /// As typed.
    pub display_name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Unit; `Some(None)` takes it away.
    pub unit_id: Option<Option<Uuid>>,
    /// Switched on or off.
    pub active: Option<bool>,
    /// As typed.
    pub password: Option<String>,
}

/// Changes an account, for an administrator. Another role, unit or password, or being switched off, ends its sessions.
///
/// # Errors
/// `forbidden`, `not_found`, `invalid`; `last_admin` when nobody could administer afterwards.
pub async fn update(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
    command: UpdateUser,
) -> Result<Account> {
    require(actor, Action::ManageAccounts)?;
    let change = parse(svc, command).await?;
    let mut conn = svc.conn().await?;
    conn.transaction(async |conn| {
        let moves = change.role.is_some() || change.unit_id.is_some();
        let may_lose_tasks = moves || change.active.is_some();
        if may_lose_tasks {
            feed::move_readers(conn).await?;
        }
        let (account, other_admins) = account::lock_beside_admins(conn, id, svc.demo)
            .await?
            .ok_or_else(|| Error::new(Code::NotFound))?;
        check(&account, &change, other_admins)?;
        let now = svc.now();
        account::update(conn, id, &change, now)
            .await
            .map_err(|error| match violated(&error) {
                Some(account::UNIT_FKEY) => unknown_unit(),
                _ => error.into(),
            })?;
        if may_lose_tasks {
            task::dismiss(conn, Whose::Account(id), now).await?;
        }
        if moves {
            feed::person(conn, id).await?;
        }
        if change.ends_sessions(&account) {
            session::revoke_all(conn, id, RevokeReason::AccountChanged, now).await?;
        }
        reread(conn, id).await
    })
    .await
}

async fn parse(svc: &Services, command: UpdateUser) -> Result<AccountChange> {
    let mut faults = Vec::new();
    let display_name = command
        .display_name
        .and_then(|name| fields::display_name(&name, &mut faults));
    if let Some(password) = &command.password {
        fields::password(password, &mut faults);
    }
    if !faults.is_empty() {
        return Err(Error::invalid(faults));
    }
    let password_hash = match &command.password {
        Some(password) => Some(svc.passwords.hash(password).await?),
        None => None,
    };
    Ok(AccountChange {
        display_name,
        role: command.role,
        unit_id: command.unit_id,
        active: command.active,
        password_hash,
    })
}

fn check(account: &Account, change: &AccountChange, other_admins: usize) -> Result<()> {
    let role = change.role.unwrap_or(account.role);
    let has_unit = match change.unit_id {
        Some(unit_id) => unit_id.is_some(),
        None => account.unit.is_some(),
    };
    if let Some(fault) = unit_fault(role, has_unit) {
        return Err(Error::invalid(vec![fault]));
    }
    let was_admin = account.role == Role::Admin && account.active;
    let stays_admin = role == Role::Admin && change.active.unwrap_or(account.active);
    if was_admin && !stays_admin && other_admins == 0 {
        return Err(Error::new(Code::LastAdmin));
    }
    Ok(())
}

async fn reread(conn: &mut Conn, id: Uuid) -> Result<Account> {
    account::find(conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}

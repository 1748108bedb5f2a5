//! Making accounts.

use jiff::Timestamp;
use uuid::Uuid;

use super::fields;
use super::provision::{provision, unit_fault};
use crate::db::{AsyncConnection as _, Pool, account};
use crate::domain::access::{Action, require};
use crate::domain::account::{Account, Actor, NewAccount, Role};
use crate::gateways::passwords::Passwords;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// A user to be made.
pub struct CreateUser {
    /// As typed.
    pub username: String,
    /// As typed.
    pub display_name: String,
    /// As typed.
    pub password: String,
    /// Role.
    pub role: Role,
    /// Unit.
    pub unit_id: Option<Uuid>,
}

/// Makes an account, for an administrator.
///
/// # Errors
/// `forbidden`, `invalid`, `username_taken`.
pub async fn create(svc: &Services, actor: &Actor, command: CreateUser) -> Result<Account> {
    require(actor, Action::ManageAccounts)?;
    make(&svc.pool, &svc.passwords, svc.now(), command).await
}

/// Makes an administrator's account without asking who wants it: for the command line, where nobody can log in yet.
///
/// # Errors
/// `invalid`, `username_taken`.
pub async fn create_first_admin(
    pool: &Pool,
    passwords: &Passwords,
    now: Timestamp,
    username: &str,
    password: &str,
) -> Result<Account> {
    let command = CreateUser {
        username: username.to_owned(),
        display_name: username.to_owned(),
        password: password.to_owned(),
        role: Role::Admin,
        unit_id: None,
    };
    make(pool, passwords, now, command).await
}

async fn make(
    pool: &Pool,
    passwords: &Passwords,
    now: Timestamp,
    command: CreateUser,
) -> Result<Account> {
    let mut faults = Vec::new();
    let username = fields::username(&command.username, &mut faults);
    let display_name = fields::display_name(&command.display_name, &mut faults);
    fields::password(&command.password, &mut faults);
    faults.extend(unit_fault(command.role, command.unit_id.is_some()));
    let (Some(username), Some(display_name), true) = (username, display_name, faults.is_empty())
    else {
        return Err(Error::invalid(faults));
    };
    let password_hash = passwords.hash(&command.password).await?;
    let new = NewAccount {
        id: Uuid::new_v4(),
        username,
        display_name,
        password_hash,
        role: command.role,
        unit_id: command.unit_id,
        demo: false,
    };
    let mut conn = pool.get().await.map_err(Error::unavailable)?;
    conn.transaction(async |conn| {
        provision(conn, &new, now).await?;
        account::find(conn, new.id)
            .await?
            .ok_or_else(|| Error::new(Code::NotFound))
    })
    .await
}

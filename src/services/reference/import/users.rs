//! Users: accounts made and changed by name. Passwords are hashed before the transaction, several at a time; an empty
//! one keeps the password that an account has.

use std::collections::HashMap;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use uuid::Uuid;

use super::{Counts, Progress, accept, unknown_unit};
use crate::db::session::{self, RevokeReason};
use crate::db::task::Whose;
use crate::db::{self, Conn};
use crate::domain::account::{Account, AccountChange, NewAccount, Role};
use crate::domain::import::{RowError, UserRow};
use crate::domain::text::Text;
use crate::services::account::provision;
use crate::services::{Error, Result, Services, task};

/// Hashes asked for at once; the gateway decides how many run.
const AT_ONCE: usize = 8;

/// A row whose password has been hashed.
pub(in crate::services) struct HashedUser {
    pub row: UserRow,
    pub password_hash: Option<String>,
    pub demo: bool,
}

/// What becomes of a row.
enum Outcome {
    Inserted,
    Updated,
    Unchanged,
    Refused(RowError),
}

/// Hashes what is to be hashed; this is the part that takes its time.
pub(super) async fn hash(
    svc: &Services,
    rows: Vec<UserRow>,
    progress: Progress<'_>,
) -> Result<Vec<HashedUser>> {
    let total = rows.len();
    let hashing = rows.into_iter().map(|row| async move {
        let password_hash = match &row.password {
            Some(password) => Some(svc.passwords.hash(password).await?),
            None => None,
        };
        Ok::<_, Error>(HashedUser {
            row,
            password_hash,
            demo: false,
        })
    });
    let mut hashed = stream::iter(hashing).buffered(AT_ONCE);
    let mut users = Vec::with_capacity(total);
    while let Some(user) = hashed.try_next().await? {
        users.push(user);
        progress(users.len(), total);
    }
    Ok(users)
}

pub(super) async fn write(svc: &Services, conn: &mut Conn, users: &[HashedUser]) -> Result<Counts> {
    db::feed::move_readers(conn).await?;
    let units = db::unit::list(conn, None, None).await?.into_iter();
    let units: HashMap<String, Uuid> = units.map(|unit| (unit.code, unit.id)).collect();
    let mut counts = Counts {
        rows: users.len(),
        ..Counts::default()
    };
    let mut faults = Vec::new();
    for user in users {
        match write_one(svc, conn, user, &units).await? {
            Outcome::Inserted => counts.inserted += 1,
            Outcome::Updated => counts.updated += 1,
            Outcome::Unchanged => {}
            Outcome::Refused(fault) => faults.push(fault),
        }
    }
    accept(faults)?;
    Ok(counts)
}

async fn write_one(
    svc: &Services,
    conn: &mut Conn,
    user: &HashedUser,
    units: &HashMap<String, Uuid>,
) -> Result<Outcome> {
    let row = &user.row;
    let unit_id = row.unit.as_ref().and_then(|code| units.get(code)).copied();
    if let (Some(code), None) = (&row.unit, unit_id) {
        return Ok(Outcome::Refused(unknown_unit(row.line, "unit", code)));
    }
    let known = match db::account::find_credentials(conn, &row.username).await? {
        Some(credentials) => db::account::find(conn, credentials.account_id).await?,
        None => None,
    };
    if let Some(account) = known {
        return change(svc, conn, user, &account, unit_id).await;
    }
    let Some(password_hash) = user.password_hash.clone() else {
        let text = Text::new("新用户须设密码", "a new user needs a password");
        return Ok(Outcome::Refused(RowError::cell(row.line, "password", text)));
    };
    let account = NewAccount {
        id: Uuid::new_v4(),
        username: row.username.clone(),
        display_name: row.display_name.clone(),
        password_hash,
        role: row.role,
        unit_id,
        demo: user.demo,
    };
    provision(conn, &account, svc.now()).await?;
    Ok(Outcome::Inserted)
}

async fn change(
    svc: &Services,
    conn: &mut Conn,
    user: &HashedUser,
    account: &Account,
    unit_id: Option<Uuid>,
) -> Result<Outcome> {
    let row = &user.row;
    let change = AccountChange {
        display_name: (row.display_name != account.display_name).then(|| row.display_name.clone()),
        role: (row.role != account.role).then_some(row.role),
        unit_id: (unit_id != account.unit.as_ref().map(|unit| unit.id)).then_some(unit_id),
        active: None,
        password_hash: user.password_hash.clone(),
    };
    let ends_sessions = change.ends_sessions(account);
    if change.display_name.is_none() && !ends_sessions {
        return Ok(Outcome::Unchanged);
    }
    if account.role == Role::Admin && row.role != Role::Admin {
        let locked = db::account::lock_beside_admins(conn, account.id, svc.demo).await?;
        if locked.is_none_or(|(_, others)| others == 0) {
            let text = Text::new("不能没有管理员", "somebody must stay administrator");
            return Ok(Outcome::Refused(RowError::cell(row.line, "role", text)));
        }
    }
    let now: Timestamp = svc.now();
    db::account::update(conn, account.id, &change, now).await?;
    if change.role.is_some() || change.unit_id.is_some() {
        task::dismiss(conn, Whose::Account(account.id), now).await?;
        db::feed::person(conn, account.id).await?;
    }
    if ends_sessions {
        session::revoke_all(conn, account.id, RevokeReason::AccountChanged, now).await?;
    }
    Ok(Outcome::Updated)
}

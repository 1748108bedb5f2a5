//! Accounts: the row joined with its unit's names. A password hash leaves this file only for checking a login.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;
use uuid::Uuid;

use super::schema::{accounts, units};
use super::{Conn, DbError};
use crate::domain::account::{
    Account, AccountChange, AccountFilter, AccountUnit, NewAccount, Role, Username,
};

/// Constraint that refuses a user name twice.
pub const USERNAME_KEY: &str = "accounts_username_key";
/// Constraint that refuses a unit that is none.
pub const UNIT_FKEY: &str = "accounts_unit_id_fkey";

#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
struct Row {
    id: Uuid,
    username: String,
    display_name: String,
    role: String,
    active: bool,
    demo: bool,
    created_at: jiff_diesel::Timestamp,
    updated_at: jiff_diesel::Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = units, check_for_backend(diesel::pg::Pg))]
struct UnitRow {
    id: Uuid,
    code: String,
    name_zh: String,
    name_en: String,
}

type Joined = (Row, Option<UnitRow>);

#[derive(Insertable)]
#[diesel(table_name = accounts, treat_none_as_default_value = false, check_for_backend(diesel::pg::Pg))]
struct NewRow<'a> {
    id: Uuid,
    username: &'a str,
    display_name: &'a str,
    password_hash: &'a str,
    role: &'static str,
    unit_id: Option<Uuid>,
    demo: bool,
    created_at: jiff_diesel::Timestamp,
    updated_at: jiff_diesel::Timestamp,
}

#[derive(AsChangeset)]
#[diesel(table_name = accounts)]
struct Changeset<'a> {
    display_name: Option<&'a str>,
    role: Option<&'static str>,
    unit_id: Option<Option<Uuid>>,
    active: Option<bool>,
    password_hash: Option<&'a str>,
    updated_at: jiff_diesel::Timestamp,
}

/// What a login is checked against.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts, check_for_backend(diesel::pg::Pg))]
pub struct Credentials {
    /// The account.
    #[diesel(column_name = id)]
    pub account_id: Uuid,
    /// PHC string.
    pub password_hash: String,
    /// Switched on.
    pub active: bool,
    /// Made by the demo city.
    pub demo: bool,
}

/// Writes a new account.
pub async fn insert(conn: &mut Conn, account: &NewAccount, now: Timestamp) -> Result<(), DbError> {
    diesel::insert_into(accounts::table)
        .values(NewRow {
            id: account.id,
            username: account.username.as_str(),
            display_name: &account.display_name,
            password_hash: &account.password_hash,
            role: account.role.as_str(),
            unit_id: account.unit_id,
            demo: account.demo,
            created_at: now.to_diesel(),
            updated_at: now.to_diesel(),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Changes an account.
pub async fn update(
    conn: &mut Conn,
    id: Uuid,
    change: &AccountChange,
    now: Timestamp,
) -> Result<(), DbError> {
    diesel::update(accounts::table.find(id))
        .set(Changeset {
            display_name: change.display_name.as_deref(),
            role: change.role.map(Role::as_str),
            unit_id: change.unit_id,
            active: change.active,
            password_hash: change.password_hash.as_deref(),
            updated_at: now.to_diesel(),
        })
        .execute(conn)
        .await
        .map(|_| ())
}

/// Reads an account.
pub async fn find(conn: &mut Conn, id: Uuid) -> Result<Option<Account>, DbError> {
    let row = accounts::table
        .left_join(units::table)
        .filter(accounts::id.eq(id))
        .select((Row::as_select(), Option::<UnitRow>::as_select()))
        .first::<Joined>(conn)
        .await
        .optional()?;
    row.map(account).transpose()
}

/// Reads an account by its id or its user name, whichever the text is.
pub async fn find_named(conn: &mut Conn, name: &str) -> Result<Option<Account>, DbError> {
    let id = Uuid::try_parse(name).ok();
    let row = accounts::table
        .left_join(units::table)
        .filter(
            accounts::username
                .eq(name.trim().to_lowercase())
                .or(accounts::id.nullable().eq(id)),
        )
        .select((Row::as_select(), Option::<UnitRow>::as_select()))
        .first::<Joined>(conn)
        .await
        .optional()?;
    row.map(account).transpose()
}

/// Locks an account and, in one order for everyone, every account that may administer, so that two administrators
/// cannot switch each other off. Answers the account and how many *other* administrators can log in.
pub async fn lock_beside_admins(
    conn: &mut Conn,
    id: Uuid,
    with_demo: bool,
) -> Result<Option<(Account, usize)>, DbError> {
    let is_admin = accounts::role
        .eq(Role::Admin.as_str())
        .and(accounts::active)
        .and(accounts::demo.eq_any([false, with_demo]));
    let locked: Vec<Uuid> = accounts::table
        .filter(accounts::id.eq(id).or(is_admin))
        .order(accounts::id)
        .select(accounts::id)
        .for_update()
        .load(conn)
        .await?;
    let others = locked.iter().filter(|locked| **locked != id).count();
    Ok(find(conn, id).await?.map(|account| (account, others)))
}

/// Reads up to `limit` accounts after a user name, in the order of user names.
pub async fn page(
    conn: &mut Conn,
    filter: &AccountFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Account>, DbError> {
    let mut query = accounts::table
        .left_join(units::table)
        .select((Row::as_select(), Option::<UnitRow>::as_select()))
        .order(accounts::username)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(accounts::username.gt(after));
    }
    if let Some(role) = filter.role {
        query = query.filter(accounts::role.eq(role.as_str()));
    }
    if let Some(unit_id) = filter.unit_id {
        query = query.filter(units::lineage.contains(vec![unit_id]));
    }
    if let Some(active) = filter.active {
        query = query.filter(accounts::active.eq(active));
    }
    let rows: Vec<Joined> = query.load(conn).await?;
    rows.into_iter().map(account).collect()
}

/// Reads what a login under this name is checked against.
pub async fn find_credentials(
    conn: &mut Conn,
    username: &Username,
) -> Result<Option<Credentials>, DbError> {
    accounts::table
        .filter(accounts::username.eq(username.as_str()))
        .select(Credentials::as_select())
        .first(conn)
        .await
        .optional()
}

/// Whether the credentials still are what was checked; if so, they stay it until the transaction ends.
pub async fn hold_credentials(conn: &mut Conn, checked: &Credentials) -> Result<bool, DbError> {
    let held = accounts::table
        .find(checked.account_id)
        .filter(accounts::active)
        .filter(accounts::password_hash.eq(&checked.password_hash))
        .select(accounts::id)
        .for_share()
        .first::<Uuid>(conn)
        .await
        .optional()?;
    Ok(held.is_some())
}

fn account((row, unit): Joined) -> Result<Account, DbError> {
    Ok(Account {
        id: row.id,
        username: row.username,
        display_name: row.display_name,
        role: row
            .role
            .parse::<Role>()
            .map_err(|error| DbError::DeserializationError(error.into()))?,
        unit: unit.map(|unit| AccountUnit {
            id: unit.id,
            code: unit.code,
            name_zh: unit.name_zh,
            name_en: unit.name_en,
        }),
        active: row.active,
        demo: row.demo,
        created_at: row.created_at.to_jiff(),
        updated_at: row.updated_at.to_jiff(),
    })
}

/// Inspectors who belong to one of these units.
pub async fn inspectors_of(conn: &mut Conn, units: &[Uuid]) -> Result<Vec<Uuid>, DbError> {
    accounts::table
        .filter(accounts::role.eq(Role::Inspector.as_str()))
        .filter(accounts::unit_id.eq_any(units))
        .select(accounts::id)
        .order(accounts::id)
        .load(conn)
        .await
}

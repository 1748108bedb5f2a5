//! What goes over the wire about accounts. What holds a password or a token has no `Debug`, so that it cannot be logged.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::account::{Account, AccountFilter, AccountUnit, Role};
use crate::domain::page::Page;
use crate::domain::text::Text;
use crate::services::account::{CreateUser, Grant, Login, LoginDevice, Refresh, UpdateUser};
use crate::services::error::Code;
use crate::services::{Error, Result};

/// User name and password.
#[derive(Deserialize, ToSchema)]
pub struct LoginIn {
    /// User name; capitals do not matter.
    #[schema(example = "inspector1")]
    username: String,
    /// Password.
    #[schema(example = "xuncha-demo", format = Password)]
    password: String,
    /// The phone, if it is one.
    device: Option<DeviceIn>,
}

/// The phone on which someone logs in.
#[derive(Deserialize, ToSchema)]
pub struct DeviceIn {
    /// Made by the phone at its first start, one for each account that uses it.
    id: Uuid,
    /// For its owner to know it by.
    #[schema(example = "Redmi 12", max_length = 100)]
    name: String,
}

impl From<LoginIn> for Login {
    fn from(body: LoginIn) -> Self {
        Self {
            username: body.username,
            password: body.password,
            device: body.device.map(|device| LoginDevice {
                id: device.id,
                name: device.name,
            }),
        }
    }
}

/// The newest refresh token, and a nonce.
#[derive(Deserialize, ToSchema)]
pub struct RefreshIn {
    /// The newest refresh token that the client has.
    refresh_token: String,
    /// Made for this refresh, and sent again with the same token until an answer has arrived.
    #[schema(min_length = 1, max_length = 200)]
    nonce: String,
}

impl From<RefreshIn> for Refresh {
    fn from(body: RefreshIn) -> Self {
        Self {
            refresh_token: body.refresh_token,
            nonce: body.nonce,
        }
    }
}

/// Tokens, and whose they are.
#[derive(Serialize, ToSchema)]
pub struct GrantOut {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// Seconds for which the access token counts.
    #[schema(example = 1800)]
    expires_in: i64,
    /// For the next refresh.
    refresh_token: String,
    /// Who is logged in.
    user: UserOut,
}

impl From<Grant> for GrantOut {
    fn from(grant: Grant) -> Self {
        Self {
            access_token: grant.access_token,
            token_type: "Bearer",
            expires_in: grant.expires_in_s,
            refresh_token: grant.refresh_token,
            user: grant.account.into(),
        }
    }
}

/// A user.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserOut {
    /// Id.
    id: Uuid,
    /// Name to log in with.
    username: String,
    /// Name to be shown.
    display_name: String,
    /// `inspector`, `officer`, `clerk`, `supervisor`, `sponsor`, `auditor` or `admin`.
    #[schema(example = "officer")]
    role: &'static str,
    /// Unit that it acts for, together with the units below.
    unit: Option<UserUnitOut>,
    /// Switched off, it cannot log in.
    active: bool,
    /// Made by the demo city.
    demo: bool,
    /// When it was made.
    created_at: Timestamp,
    /// When it last changed.
    updated_at: Timestamp,
}

/// A user's unit.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserUnitOut {
    /// Id.
    id: Uuid,
    /// Code.
    code: String,
    /// Name in Chinese.
    name: String,
    /// Name in English; may be empty.
    name_en: String,
}

impl From<Account> for UserOut {
    fn from(account: Account) -> Self {
        Self {
            id: account.id,
            username: account.username,
            display_name: account.display_name,
            role: account.role.as_str(),
            unit: account.unit.map(UserUnitOut::from),
            active: account.active,
            demo: account.demo,
            created_at: account.created_at,
            updated_at: account.updated_at,
        }
    }
}

impl From<AccountUnit> for UserUnitOut {
    fn from(unit: AccountUnit) -> Self {
        Self {
            id: unit.id,
            code: unit.code,
            name: unit.name_zh,
            name_en: unit.name_en,
        }
    }
}

/// A page of users.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsersOut {
    /// In the order of their user names.
    items: Vec<UserOut>,
    /// Send it as `cursor` for the next page; null on the last.
    next_cursor: Option<String>,
}

impl From<Page<Account>> for UsersOut {
    fn from(page: Page<Account>) -> Self {
        let page = page.map(UserOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

/// Which users.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UsersQuery {
    /// Of this role.
    role: Option<String>,
    /// Of the unit with this id, or one below it.
    unit: Option<Uuid>,
    /// Switched on, or off.
    active: Option<bool>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Users on a page, 50 unless said, 500 at most.
    pub limit: Option<u32>,
}

impl UsersQuery {
    /// The filter.
    ///
    /// # Errors
    /// `invalid_query` for a word that is no role.
    pub fn filter(&self) -> Result<AccountFilter> {
        let role = self.role.as_deref().map(str::parse).transpose();
        Ok(AccountFilter {
            role: role
                .map_err(|_unknown| Error::with_detail(Code::InvalidQuery, no_such_role()))?,
            unit_id: self.unit,
            active: self.active,
        })
    }
}

/// A user to be made.
#[derive(Deserialize, ToSchema)]
pub struct UserIn {
    /// 1 to 64 letters, digits, `.`, `_`, `-`, `@`; kept in lower case.
    username: String,
    /// Name to be shown.
    #[schema(min_length = 1, max_length = 100)]
    display_name: String,
    /// 10 to 128 characters.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    password: String,
    /// `inspector`, `officer`, `clerk`, `supervisor`, `sponsor`, `auditor` or `admin`.
    #[schema(example = "officer")]
    role: String,
    /// Id of its unit; an officer and a sponsor need one.
    unit: Option<Uuid>,
}

impl TryFrom<UserIn> for CreateUser {
    type Error = Error;

    fn try_from(body: UserIn) -> Result<Self> {
        Ok(Self {
            username: body.username,
            display_name: body.display_name,
            password: body.password,
            role: role(&body.role)?,
            unit_id: body.unit,
        })
    }
}

/// What is to become different about a user. What is left out stays.
#[derive(Deserialize, ToSchema)]
pub struct UserPatchIn {
    /// Name to be shown.
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
    /// Role.
    role: Option<String>,
    /// Id of its unit; null takes the unit away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Uuid>)]
    unit: Option<Option<Uuid>>,
    /// Switch it on or off.
    active: Option<bool>,
    /// A new password, 10 to 128 characters.
    #[schema(min_length = 10, max_length = 128, format = Password)]
    password: Option<String>,
}

impl TryFrom<UserPatchIn> for UpdateUser {
    type Error = Error;

    fn try_from(body: UserPatchIn) -> Result<Self> {
        Ok(Self {
            display_name: body.display_name,
            role: body.role.as_deref().map(role).transpose()?,
            unit_id: body.unit,
            active: body.active,
            password: body.password,
        })
    }
}

/// Tells null from absent.
fn present<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Option<Option<Uuid>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

fn role(word: &str) -> Result<Role> {
    word.parse()
        .map_err(|_unknown| Error::invalid_field("/role", "unknown", no_such_role()))
}

fn no_such_role() -> Text {
    let roles = Role::ALL.map(Role::as_str).join(", ");
    Text::new(
        format!("没有此角色；角色有 {roles}"),
        format!("no such role; roles are {roles}"),
    )
}

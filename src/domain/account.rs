//! People: their roles, their accounts, and what a caller is, once known. No password in clear comes here.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use uuid::Uuid;

/// What a person does in the system (product roles).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// 督查员: reports and rechecks.
    Inspector,
    /// 责任单位联络员: works the tickets of a unit and of the units below it.
    Officer,
    /// 受理员/派遣员: triages, files, dispatches.
    Clerk,
    /// 督查室: pulls the overdue list, rules, publishes.
    Supervisor,
    /// 包保领导: reads.
    Sponsor,
    /// 纪委: reads the trail of a named ticket.
    Auditor,
    /// 管理员: accounts, units, reference data, policies; no content.
    Admin,
}

impl Role {
    /// Every role, in the order of the documents.
    pub const ALL: [Self; 7] = [
        Self::Inspector,
        Self::Officer,
        Self::Clerk,
        Self::Supervisor,
        Self::Sponsor,
        Self::Auditor,
        Self::Admin,
    ];

    /// The word used in the API, in tokens and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Inspector => "inspector",
            Self::Officer => "officer",
            Self::Clerk => "clerk",
            Self::Supervisor => "supervisor",
            Self::Sponsor => "sponsor",
            Self::Auditor => "auditor",
            Self::Admin => "admin",
        }
    }

    /// Whether an account of this role must belong to a unit.
    pub fn needs_unit(self) -> bool {
        matches!(self, Self::Officer | Self::Sponsor)
    }

    /// Whether the role belongs to the supervision office (督查室、受理), which sees every ticket.
    pub fn is_office(self) -> bool {
        matches!(self, Self::Clerk | Self::Supervisor)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is no role; roles are inspector, officer, clerk, supervisor, sponsor, auditor, admin"
)]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == word)
            .ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// The unit that a caller acts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActorUnit {
    /// The unit itself.
    pub id: Uuid,
    /// Ids from the root of the tree down to the unit itself.
    pub lineage: Vec<Uuid>,
    /// The unit and every unit below it: what the caller acts for and sees.
    pub subtree: Vec<Uuid>,
}

/// An authenticated caller. A private use case cannot be called without one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The account.
    pub account_id: Uuid,
    /// Its role.
    pub role: Role,
    /// Its unit, if it has one.
    pub unit: Option<ActorUnit>,
    /// The login that the token belongs to.
    pub session_id: Uuid,
    /// The phone of that login.
    pub device_id: Option<Uuid>,
}

impl Actor {
    /// Whether the caller acts for a unit: it is the caller's own or lies below it.
    pub fn acts_for(&self, unit_id: Uuid) -> bool {
        self.unit
            .as_ref()
            .is_some_and(|unit| unit.subtree.contains(&unit_id))
    }

    /// Whether a unit stands above the caller's own.
    pub fn is_below(&self, unit_id: Uuid) -> bool {
        self.unit
            .as_ref()
            .is_some_and(|unit| unit.id != unit_id && unit.lineage.contains(&unit_id))
    }

    /// Whether the caller belongs to a unit, to one above it or to one below it: too close to judge its work.
    pub fn is_kin_of(&self, unit_id: Uuid, lineage: &[Uuid]) -> bool {
        self.unit
            .as_ref()
            .is_some_and(|unit| unit.subtree.contains(&unit_id) || lineage.contains(&unit.id))
    }
}

/// Most characters of a user name.
pub const USERNAME_MAX_CHARS: usize = 64;

/// A name to log in with: lower case, so that nobody is locked out by a capital letter.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Username(String);

/// A text that cannot be a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user name has 1 to 64 letters, digits, dots, hyphens, underscores and at signs")]
pub struct InvalidUsername;

impl Username {
    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Username {
    type Err = InvalidUsername;

    /// Lower-cases; blanks around the name are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_lowercase();
        let allowed = |c: char| c.is_alphanumeric() || "._-@".contains(c);
        if name.is_empty()
            || name.chars().count() > USERNAME_MAX_CHARS
            || !name.chars().all(allowed)
        {
            return Err(InvalidUsername);
        }
        Ok(Self(name))
    }
}

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Id.
    pub id: Uuid,
    /// Name to log in with.
    pub username: String,
    /// Name to be shown.
    pub display_name: String,
    /// Role.
    pub role: Role,
    /// Unit that it acts for.
    pub unit: Option<AccountUnit>,
    /// Switched off, it cannot log in; it is never deleted, as the trail names it.
    pub active: bool,
    /// Made by the demo city: cannot log in elsewhere.
    pub demo: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// An account's unit, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountUnit {
    /// Id.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English; may be empty.
    pub name_en: String,
}

/// An account to be made, active from the start.
pub struct NewAccount {
    /// Id.
    pub id: Uuid,
    /// Name to log in with.
    pub username: Username,
    /// Name to be shown.
    pub display_name: String,
    /// PHC string.
    pub password_hash: String,
    /// Role.
    pub role: Role,
    /// Unit that it acts for.
    pub unit_id: Option<Uuid>,
    /// Made by the demo city.
    pub demo: bool,
}

/// What is to become different about an account; the rest stays.
#[derive(Default)]
pub struct AccountChange {
    /// Name to be shown.
    pub display_name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Unit; `Some(None)` takes it away.
    pub unit_id: Option<Option<Uuid>>,
    /// Switched on or off.
    pub active: Option<bool>,
    /// PHC string.
    pub password_hash: Option<String>,
}

impl AccountChange {
    /// Whether someone who is logged in must do so again: what the account may do, or who knows its password, differs.
    pub fn ends_sessions(&self, account: &Account) -> bool {
        self.password_hash.is_some()
            || self.role.is_some_and(|role| role != account.role)
            || self.active.is_some_and(|active| active != account.active)
            || self
                .unit_id
                .is_some_and(|unit_id| unit_id != account.unit.as_ref().map(|unit| unit.id))
    }
}

/// Which accounts a list holds: those that fit everything that is named.
#[derive(Debug, Clone, Default)]
pub struct AccountFilter {
    /// Of this role.
    pub role: Option<Role>,
    /// Of this unit or one below it.
    pub unit_id: Option<Uuid>,
    /// Switched on, or off.
    pub active: Option<bool>,
}

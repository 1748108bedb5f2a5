//! Users file: `username,display_name,role,unit,password`. An empty password keeps the one that an account has; whether
//! the account exists is not known here.

use std::collections::HashSet;
use std::fmt;

use super::RowError;
use super::sheet::{self, Cells};
use crate::domain::account::{Role, Username};
use crate::domain::text::Text;

const COLUMNS: &[&str] = &["username", "display_name", "role", "unit", "password"];

/// Length of a password, in characters.
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=128;

/// An account as its row says.
#[derive(Clone, PartialEq, Eq)]
pub struct UserRow {
    /// Line in the file.
    pub line: u64,
    /// Name to log in with.
    pub username: Username,
    /// Name for people.
    pub display_name: String,
    /// What the person does.
    pub role: Role,
    /// Code of the unit; officers and sponsors always have one.
    pub unit: Option<String>,
    /// The password, if the row sets one.
    pub password: Option<String>,
}

/// Says everything but the password, so that none reaches a log.
impl fmt::Debug for UserRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserRow")
            .field("line", &self.line)
            .field("username", &self.username)
            .field("role", &self.role)
            .field("unit", &self.unit)
            .finish_non_exhaustive()
    }
}

/// Reads a users file.
///
/// # Errors
/// Every fault in it, at most [`super::MAX_FAULTS`]; none of them repeats a password.
pub fn parse_users(bytes: &[u8]) -> Result<Vec<UserRow>, Vec<RowError>> {
    let mut names = HashSet::new();
    sheet::rows(bytes, COLUMNS, &[], |cells| row(cells, &mut names))
}

fn row(cells: &mut Cells<'_>, names: &mut HashSet<String>) -> Option<UserRow> {
    let (username, display_name) = (
        cells.value::<Username>("username"),
        cells.required("display_name"),
    );
    let (role, unit) = (cells.value::<Role>("role"), cells.optional("unit"));
    let password = cells.optional("password");
    let row = UserRow {
        line: cells.line(),
        username: username?,
        display_name: display_name?,
        role: role?,
        unit: unit?,
        password: password?,
    };
    cells.distinct("username", row.username.as_str(), names)?;
    if row.role.needs_unit() && row.unit.is_none() {
        let text = Text::new("该角色须有所属单位", "this role belongs to a unit");
        cells.refuse("unit", text);
        return None;
    }
    let length = row
        .password
        .as_ref()
        .map(|password| password.chars().count());
    if length.is_some_and(|length| !PASSWORD_CHARS.contains(&length)) {
        let text = Text::new(
            "密码应为 10 到 128 个字符",
            "a password has 10 to 128 characters",
        );
        cells.refuse("password", text);
        return None;
    }
    Some(row)
}

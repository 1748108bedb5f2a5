//! Writing a new account, for everything that makes one: an administrator, the command line, an import.

use jiff::Timestamp;

use crate::db::error::violated;
use crate::db::{Conn, account, feed};
use crate::domain::account::{NewAccount, Role};
use crate::domain::text::Text;
use crate::services::error::{Code, FieldError};
use crate::services::{Error, Result};

/// Writes an account on the caller's connection. Asks nobody's leave, and knows nothing of how good the password behind
/// the hash is: the caller does.
///
/// # Errors
/// `username_taken`; `invalid` when the role needs a unit, or there is no such unit.
pub async fn provision(conn: &mut Conn, new: &NewAccount, now: Timestamp) -> Result<()> {
    if let Some(fault) = unit_fault(new.role, new.unit_id.is_some()) {
        return Err(Error::invalid(vec![fault]));
    }
    if new.role == Role::Inspector {
        feed::move_readers(conn).await?;
    }
    account::insert(conn, new, now)
        .await
        .map_err(|error| match violated(&error) {
            Some(account::USERNAME_KEY) => Error::new(Code::UsernameTaken),
            Some(account::UNIT_FKEY) => unknown_unit(),
            _ => error.into(),
        })?;
    if new.role == Role::Inspector {
        feed::person(conn, new.id).await?;
    }
    Ok(())
}

/// What is wrong with a role that has no unit.
pub(super) fn unit_fault(role: Role, has_unit: bool) -> Option<FieldError> {
    (role.needs_unit() && !has_unit).then(|| {
        FieldError::new(
            "/unit",
            "required",
            Text::new("此角色须属于某个单位", "This role needs a unit"),
        )
    })
}

/// The unit named is none.
pub(super) fn unknown_unit() -> Error {
    Error::invalid_field("/unit", "unknown", Text::new("没有此单位", "No such unit"))
}

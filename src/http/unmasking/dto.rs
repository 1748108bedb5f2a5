//! Unmaskings on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::domain::page::Page;
use crate::domain::pseudonym::{MAX_REASON_CHARS, Unmasked, Unmasking};
use crate::services::Error;
use crate::services::input::fault::Faults;

/// Why an inspector should be unmasked.
#[derive(Deserialize, ToSchema)]
pub struct UnmaskingIn {
    /// Why.
    reason: String,
    /// Id of the pseudonym, of those that the ticket's trail shows; whoever found the fault when left out.
    #[serde(default)]
    pub inspector: Option<Uuid>,
}

/// Why not.
#[derive(Deserialize, ToSchema)]
pub struct UnmaskingRefusalIn {
    /// Why not.
    reason: String,
}

impl UnmaskingIn {
    /// The reason, if it is one.
    ///
    /// # Errors
    /// `invalid`.
    pub fn reason(&self) -> Result<String, Error> {
        checked(&self.reason)
    }
}

impl UnmaskingRefusalIn {
    /// The reason, if it is one.
    ///
    /// # Errors
    /// `invalid`.
    pub fn reason(&self) -> Result<String, Error> {
        checked(&self.reason)
    }
}

fn checked(reason: &str) -> Result<String, Error> {
    let mut faults = Faults::default();
    if reason.trim().is_empty() {
        faults.add("/reason", "required", "必填", "must not be empty");
    }
    faults.check_length("/reason", reason, MAX_REASON_CHARS);
    faults.refuse_or(reason.trim().to_owned())
}

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnmaskingsQuery {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Most rows, 1 to 500; 50 when not given.
    pub limit: Option<u32>,
}

/// A page of unmaskings.
#[derive(Serialize, ToSchema)]
pub struct UnmaskingPageOut {
    /// The latest first.
    items: Vec<UnmaskingOut>,
    /// Where the next page begins; none on the last.
    next_cursor: Option<String>,
}

/// An unmasking (揭名): asked by one, decided by another.
#[derive(Serialize, ToSchema)]
pub struct UnmaskingOut {
    /// Id.
    id: Uuid,
    /// The ticket on whose account it is asked.
    ticket: Uuid,
    /// Id of the pseudonym.
    pseudonym: Uuid,
    /// The pseudonym.
    #[schema(example = "D-4F81A2C0")]
    pseudonym_name: String,
    /// Why.
    reason: String,
    /// `open`, `confirmed` or `refused`.
    #[schema(example = "open")]
    state: &'static str,
    /// Account of who asked.
    asked_by: Uuid,
    /// When.
    asked_at: Timestamp,
    /// Account of who decided.
    decided_by: Option<Uuid>,
    /// When.
    decided_at: Option<Timestamp>,
    /// Who it is: once it is confirmed, for who asked and who confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    inspector: Option<UnmaskedOut>,
}

/// Who is behind a pseudonym.
#[derive(Serialize, ToSchema)]
pub struct UnmaskedOut {
    /// The account.
    id: Uuid,
    /// Its user name.
    username: String,
    /// Its name.
    name: String,
}

impl From<Unmasking> for UnmaskingOut {
    fn from(it: Unmasking) -> Self {
        Self {
            id: it.id,
            ticket: it.ticket_id,
            pseudonym: it.pseudonym.id,
            pseudonym_name: it.pseudonym.name,
            reason: it.reason,
            state: it.state.as_str(),
            asked_by: it.asked_by,
            asked_at: it.asked_at,
            decided_by: it.decided_by,
            decided_at: it.decided_at,
            inspector: it.inspector.map(UnmaskedOut::from),
        }
    }
}

impl From<Unmasked> for UnmaskedOut {
    fn from(it: Unmasked) -> Self {
        Self {
            id: it.account_id,
            username: it.username,
            name: it.display_name,
        }
    }
}

impl From<Page<Unmasking>> for UnmaskingPageOut {
    fn from(page: Page<Unmasking>) -> Self {
        let page = page.map(UnmaskingOut::from);
        Self {
            items: page.items,
            next_cursor: page.next_cursor,
        }
    }
}

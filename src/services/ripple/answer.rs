//! Answering: once for each unit, late or not, by who acts for it.

use uuid::Uuid;

use super::{shown, within};
use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::ripple::{Answer, Ripple};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;

/// What a unit says; for the caller's own unit when none is named.
///
/// # Errors
/// `forbidden`; `not_found`; `invalid` for a unit that is not asked, or not the caller's; `answered_before`.
pub async fn answer(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
    unit: Option<&str>,
    answer: &Answer,
) -> Result<Ripple> {
    require(actor, Action::AnswerRipples)?;
    let mut conn = svc.conn().await?;
    let units = within(actor);
    let ripple = db::ripple::find(&mut conn, units.as_deref(), id).await?;
    let ripple = ripple.ok_or_else(|| Error::new(Code::NotFound))?;
    let own = actor.unit.as_ref().map(|unit| unit.id);
    let asked = ripple.units.iter().find(|it| match unit {
        Some(code) => it.unit.code == code,
        None => Some(it.unit.id) == own,
    });
    let asked = asked.ok_or_else(|| {
        Error::invalid_field(
            "/unit",
            "not_asked",
            Text::new(
                "该任务未布置给此单位，或此单位不由您负责",
                "this unit is not asked, or not yours to answer for",
            ),
        )
    })?;
    let (unit_id, by, now) = (asked.unit.id, actor.account_id, as_stored(svc.now()));
    if !db::ripple::answer(&mut conn, id, unit_id, answer, by, now).await? {
        return Err(Error::new(Code::AnsweredBefore));
    }
    let found = db::ripple::find(&mut conn, units.as_deref(), id).await?;
    let found = found.ok_or_else(|| Error::new(Code::NotFound))?;
    Ok(shown(actor, found))
}

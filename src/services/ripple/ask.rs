//! Asking. Not from what is sealed, nor from what is no ticket of anyone's yet: the question would tell of it.

use uuid::Uuid;

use crate::db::ticket::TicketScope;
use crate::db::{self, AsyncConnection as _, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::ripple::{NewRipple, Ripple, RippleUnit};
use crate::domain::text::Text;
use crate::domain::ticket::machine::State;
use crate::domain::unit::Unit;
use crate::services::error::{Code, Error, FieldError, Result};
use crate::services::report::as_stored;
use crate::services::state::Services;
use crate::services::ticket::routing::to_ref;

/// A new ripple task.
///
/// # Errors
/// `forbidden`; `not_found` for the ticket; `wrong_state` while it is in triage; `invalid` for a unit that there is not, or a day that is
/// past.
pub async fn ask(svc: &Services, actor: &Actor, new: NewRipple) -> Result<Ripple> {
    require(actor, Action::AskUnits)?;
    let mut conn = svc.conn().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        let ticket = db::ticket::lock(conn, &TicketScope::of(actor), new.ticket_id).await?;
        let ticket = ticket.ok_or_else(|| Error::new(Code::NotFound))?;
        if ticket.state == State::Triage {
            let text = Text::new("工单尚未立案", "the ticket is not filed yet");
            return Err(Error::with_detail(Code::WrongState, text));
        }
        let now = as_stored(svc.now());
        let units = units(conn, new.units.as_deref()).await?;
        if new.due_at <= now {
            let text = Text::new("应晚于现在", "must lie ahead");
            return Err(Error::invalid_field("/due_at", "does_not_fit", text));
        }
        let asked = units.iter().map(|unit| RippleUnit {
            unit: to_ref(unit),
            answer: None,
        });
        let ripple = Ripple {
            id: Uuid::new_v4(),
            ticket_id: Some(ticket.id),
            item: ticket.item,
            text: new.text.clone(),
            due_at: new.due_at,
            created_by: Some(actor.account_id),
            created_at: now,
            units: asked.collect(),
        };
        db::ripple::insert(conn, &ripple, ticket.id, actor.account_id).await?;
        Ok(ripple)
    })
    .await
}

/// The units that are asked, each once, by code.
async fn units(conn: &mut Conn, codes: Option<&[String]>) -> Result<Vec<Unit>> {
    let mut units = db::unit::list(conn, None, None).await?;
    units.sort_by(|a, b| a.code.cmp(&b.code));
    let Some(codes) = codes else {
        return Ok(units);
    };
    let unknown: Vec<FieldError> = codes
        .iter()
        .enumerate()
        .filter(|(_, code)| !units.iter().any(|unit| unit.code == **code))
        .map(|(index, code)| {
            let text = Text::new(
                format!("没有代码为“{code}”的单位"),
                format!("there is no unit {code:?}"),
            );
            FieldError::new(format!("/units/{index}"), "unit_unknown", text)
        })
        .collect();
    if !unknown.is_empty() {
        return Err(Error::invalid(unknown));
    }
    units.retain(|unit| codes.contains(&unit.code));
    Ok(units)
}

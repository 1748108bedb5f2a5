//! Asking and deciding, which all requests have in common: who asks, by when the office should answer, who answers.

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::case::Case;
use crate::db::{self, Conn};
use crate::domain::ticket::LeadUnit;
use crate::domain::ticket::request::{Matter, Request, RequestKind, RequestState, open};
use crate::services::error::Result;

impl Case<'_> {
    /// Writes down what the caller asks for.
    pub(super) async fn ask(
        &self,
        conn: &mut Conn,
        matter: Matter,
        reason: &str,
    ) -> Result<Request> {
        let unit = self.actor.unit.as_ref();
        let unit = unit.and_then(|unit| self.reference.units.get(unit.id));
        let request = Request {
            id: Uuid::new_v4(),
            ticket_id: self.ticket.id,
            unit: unit
                .filter(|_| !matter.kind().is_office_only())
                .map(|unit| LeadUnit {
                    id: unit.id,
                    name: unit.name_zh.clone(),
                }),
            matter,
            state: RequestState::Open,
            asked_by: self.actor.account_id,
            asked_at: self.now,
            reason: reason.to_owned(),
            decide_due_at: self.decide_due_at(),
            decided_by: None,
            decided_at: None,
            opinion: String::new(),
        };
        db::ticket::request::insert(conn, &request).await?;
        Ok(request)
    }

    /// Writes down the caller's decision on the open request of a kind.
    pub(super) async fn decide(
        &self,
        conn: &mut Conn,
        kind: RequestKind,
        state: RequestState,
        opinion: &str,
    ) -> Result<Request> {
        let request = open(&self.requests, kind)
            .ok_or_else(|| anyhow::anyhow!("a decision that was permitted has no open request"))?;
        let decision = (self.actor.account_id, self.now);
        db::ticket::request::decide(conn, request.id, state, decision, opinion).await?;
        Ok(request.clone())
    }

    /// When the office should have decided what is asked now, in the office's own working time.
    fn decide_due_at(&self) -> Timestamp {
        let hours = SignedDuration::from_hours(self.reference.policies.decide_work_h.into());
        self.reference
            .calendar(None)
            .add_work_time(self.now, hours)
            .at
    }
}

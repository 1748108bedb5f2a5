//! Supervision (督办): the numbered slip (督办单) that goes with each level of a ticket, and the reply to it.

use jiff::Timestamp;
use uuid::Uuid;

use super::LeadUnit;
use super::machine::Party;
use crate::domain::account::Actor;

/// A slip (督办单).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Server-made, v4.
    pub id: Uuid,
    /// `DB-2026-000001`.
    pub number: String,
    /// The ticket.
    pub ticket_id: Uuid,
    /// 督办级别, from 1.
    pub level: u32,
    /// Addressee: the lead unit then, or the office of its district; none while the ticket was still the office's own.
    pub unit: Option<LeadUnit>,
    /// Why.
    pub reason: String,
    /// Who issued it; none is a rule.
    pub issued_by: Option<Uuid>,
    /// When.
    pub issued_at: Timestamp,
    /// When the reply is due.
    pub reply_due_at: Timestamp,
    /// The reply.
    pub reply: Option<SlipReply>,
}

/// What was replied to a slip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlipReply {
    /// In words.
    pub text: String,
    /// Who.
    pub by: Uuid,
    /// Name of its unit then; none for the office.
    pub unit: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Slip {
    /// Whether its reply is late, or was.
    pub fn is_late_at(&self, now: Timestamp) -> bool {
        let replied = self.reply.as_ref().map_or(now, |reply| reply.at);
        replied > self.reply_due_at
    }
}

/// The slips without a reply that the caller, who is these parties, has to reply to: a unit to what was addressed to one, unless that
/// stands above it; a clerk to what was written while the ticket was the office's own.
pub fn owed<'a>(
    slips: &'a [Slip],
    parties: &[Party],
    actor: &Actor,
) -> impl Iterator<Item = &'a Slip> {
    let (unit, clerk) = (
        parties.contains(&Party::LeadUnit),
        parties.contains(&Party::Clerk),
    );
    slips
        .iter()
        .filter(|slip| slip.reply.is_none())
        .filter(move |slip| match &slip.unit {
            Some(addressee) => unit && !actor.is_below(addressee.id),
            None => clerk,
        })
}

/// Whether there is such a slip.
pub fn owes_reply(slips: &[Slip], parties: &[Party], actor: &Actor) -> bool {
    owed(slips, parties, actor).next().is_some()
}

//! The limits of stages (各环节时限), begun wherever a ticket enters another state.

use jiff::Timestamp;

use crate::domain::ticket::Ticket;
use crate::services::reference::cache::Reference;

/// The ticket has entered its state now.
pub(in crate::services) fn begin(reference: &Reference, ticket: &mut Ticket, now: Timestamp) {
    let unit = reference.calendar(ticket.lead.as_ref().map(|lead| lead.id));
    let office = reference.calendar(None);
    ticket.begin_stage(&reference.policies, (&unit, &office), now);
}

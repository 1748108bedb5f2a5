//! Ripple tasks (举一反三): asked by a supervisor from one ticket, answered once by each unit, read by who asked and by who is asked.

mod answer;
mod ask;
mod read;

pub use answer::answer;
pub use ask::ask;
pub use read::{get, list};

use uuid::Uuid;

use crate::domain::account::{Actor, Role};
use crate::domain::ripple::Ripple;

/// The units of which a caller may know that they are asked; none: all.
fn within(actor: &Actor) -> Option<Vec<Uuid>> {
    let own = actor.unit.as_ref().map(|unit| unit.subtree.clone());
    (actor.role == Role::Officer).then(|| own.unwrap_or_default())
}

/// As the caller may know it: which ticket it comes from, and who of the office asks, is the office's.
fn shown(actor: &Actor, ripple: Ripple) -> Ripple {
    let office = actor.role.is_office();
    Ripple {
        ticket_id: ripple.ticket_id.filter(|_| office),
        created_by: ripple.created_by.filter(|_| office),
        ..ripple
    }
}

//! Rounds (督查批次): planned, drawn and sealed by a supervisor, revealed to each inspector at the start by the worker, released by the
//! worker or a supervisor, closed. Until the release nothing of a covert round exists for units.

mod close;
mod draw;
mod plan;
mod read;
mod release;
pub(in crate::services) mod standing;
mod start;

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::round::{Round, RoundState};
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};

pub use close::close;
pub use draw::{Draw, draw, read_draw, verify};
pub use plan::{create, discard, replace};
pub use read::{coverage, get, list};
pub use release::{release, release_when_due};
pub use start::start_when_due;

/// The round, locked: no report of it is stored meanwhile.
async fn lock(conn: &mut Conn, id: Uuid) -> Result<Round> {
    db::round::lock(conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))
}

/// Refuses what is not done in this state.
fn only_in(round: &Round, states: &[RoundState]) -> Result<()> {
    if states.contains(&round.state) {
        return Ok(());
    }
    let state = round.state;
    Err(Error::with_detail(
        Code::WrongState,
        Text::new(
            format!("督查批次状态为 {state}"),
            format!("the round is {state}"),
        ),
    )
    .member("state", state.as_str()))
}

/// The job that releases a round, beside the one that starts it and has the round's own id.
fn release_job(round: Uuid) -> Uuid {
    Uuid::from_u128(round.as_u128() ^ 1)
}

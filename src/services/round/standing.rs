//! Reports of a round: whether their sender may know of it, and whether what they hold is sealed. This is the one place where "is it
//! sealed" is asked.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::{self, Conn};
use crate::domain::account::Actor;
use crate::domain::report::NewReport;
use crate::domain::round::RoundStanding;
use crate::services::error::Result;

/// The rounds that these reports name and that their sender knows of, held as they are until the transaction ends: a release waits for
/// it, or is seen by it.
pub(in crate::services) async fn hold(
    conn: &mut Conn,
    actor: &Actor,
    reports: &[NewReport],
) -> Result<HashMap<Uuid, RoundStanding>> {
    let mut ids: Vec<Uuid> = reports
        .iter()
        .filter_map(|report| report.round_id)
        .collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    ids.sort_unstable();
    ids.dedup();
    let standings = db::round::hold_known_to(conn, &ids, actor.account_id).await?;
    Ok(standings.into_iter().map(|it| (it.id, it)).collect())
}

//! That the rows of a ticket are in the log: each with its canonical text, its place, and the audit path to the root of the last head.

use std::collections::HashMap;

use uuid::Uuid;

use crate::db::audit::Standing;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::audit::Hash;
use crate::domain::audit::head::Head;
use crate::domain::audit::merkle::Tiles;
use crate::services::error::{Code, Error, Result};
use crate::services::state::Services;

/// A proof of a ticket's trail.
#[derive(Debug)]
pub struct Proof {
    /// The head that it leads to; none before the first was signed.
    pub head: Option<Head>,
    /// Every row of the trail, by number.
    pub rows: Vec<ProvenRow>,
}

/// A row, and where it is in the log.
#[derive(Debug)]
pub struct ProvenRow {
    /// Its number.
    pub seq: i32,
    /// Its canonical JSON; withheld where it names an inspector.
    pub canonical: Option<String>,
    /// Its hash.
    pub hash: Hash,
    /// Its position with its audit path from the leaf up; none while it waits to be anchored.
    pub path: Option<(u64, Vec<Hash>)>,
}

/// The proof of a ticket's trail against the last head.
///
/// # Errors
/// `forbidden` to all but the auditor; `not_found`.
pub async fn proof(svc: &Services, actor: &Actor, ticket_id: Uuid) -> Result<Proof> {
    require(actor, Action::ProveTrail)?;
    let mut conn = svc.conn().await?;
    conn.build_transaction()
        .repeatable_read()
        .read_only()
        .run::<_, Error, _>(async |conn| read(conn, ticket_id).await)
        .await
}

async fn read(conn: &mut Conn, ticket_id: Uuid) -> Result<Proof> {
    let rows = db::audit::reading::trail_of(conn, ticket_id).await?;
    if rows.is_empty() {
        return Err(Error::new(Code::NotFound));
    }
    let Standing { edge, .. } = db::audit::look(conn).await?;
    let anchored: HashMap<i32, u64> = db::audit::proof::of_ticket(conn, ticket_id)
        .await?
        .into_iter()
        .map(|(position, entry)| (entry.seq, position))
        .collect();
    let mut tiles = Tiles::default();
    let mut runs: Vec<_> = anchored
        .values()
        .flat_map(|at| Tiles::needed(*at, edge.size()))
        .collect();
    runs.sort_unstable();
    runs.dedup();
    for run in runs {
        for (position, hash) in db::audit::proof::run(conn, run).await? {
            tiles.insert(run.0, position, hash);
        }
    }
    let masked = db::pseudonym::everybody(conn).await?;
    let masked: Vec<String> = masked.iter().map(Uuid::to_string).collect();
    let rows = rows
        .into_iter()
        .map(|row| {
            let broken = || anyhow::anyhow!("a row without its hash, or a log with a gap");
            let path = anchored.get(&row.seq).map(|position| {
                let path = tiles.path(*position, edge.size()).ok_or_else(broken)?;
                Ok::<_, Error>((*position, path))
            });
            let canonical = String::from_utf8(row.canonical).map_err(anyhow::Error::from)?;
            let tells = masked.iter().any(|id| canonical.contains(id.as_str()));
            Ok(ProvenRow {
                seq: row.seq,
                canonical: (!tells).then_some(canonical),
                hash: row.hash.ok_or_else(broken)?,
                path: path.transpose()?,
            })
        })
        .collect::<Result<_>>()?;
    let head = db::audit::latest_heads(conn, 1).await?.pop();
    Ok(Proof { head, rows })
}

//! Receipts: what a sender may be told of its mutations now.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::cached::cached;
use super::{Conn, DbError};

/// What became of a mutation.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Receipt {
    /// The mutation.
    #[diesel(sql_type = SqlUuid)]
    pub mid: Uuid,
    /// `applied`, `merged`, `conflict`, `held` or `quarantined`.
    #[diesel(sql_type = Text)]
    pub verdict: String,
    /// Every photo that it declares is here with the declared SHA-256.
    #[diesel(sql_type = Bool)]
    pub complete: bool,
}

/// The receipts of an account's mutations, as committed.
pub async fn of_mutations(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<Receipt>, DbError> {
    cached(
        "SELECT m.mid, m.verdict, NOT EXISTS (\
           SELECT FROM mutation_attachments d \
            WHERE d.account_id = m.account_id AND d.mid = m.mid AND NOT EXISTS (\
              SELECT FROM attachments a WHERE a.id = d.attachment_id AND a.account_id = m.account_id \
                 AND a.sha256 = d.sha256 AND a.stored_at IS NOT NULL)) AS complete \
           FROM mutation_log m WHERE m.account_id = $1 AND m.mid = ANY ($2)",
    )
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(mids)
    .load(conn)
    .await
}

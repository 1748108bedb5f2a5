//! The photos that mutations declare, and what follows for their receipts.

use diesel::QueryableByName;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde::Serialize;
use uuid::Uuid;

use crate::db::cached::{Bytes, cached, insert};
use crate::db::{Conn, DbError};
use crate::domain::evidence::Sha256Digest;

/// Whether the photo that a row `d` declares is here, with the declared digest.
pub(super) const IS_HERE: &str = "EXISTS (SELECT FROM attachments a \
    WHERE a.id = d.attachment_id AND a.account_id = d.account_id AND a.sha256 = d.sha256 AND a.stored_at IS NOT NULL)";

/// Notes the photos that mutations declare: id of the mutation, id and digest of the photo.
pub async fn declare(
    conn: &mut Conn,
    account_id: Uuid,
    photos: &[(Uuid, Uuid, Sha256Digest)],
) -> Result<(), DbError> {
    #[derive(Serialize)]
    struct PhotoRow<'a> {
        account_id: Uuid,
        mid: Uuid,
        attachment_id: Uuid,
        sha256: Bytes<'a>,
    }
    if photos.is_empty() {
        return Ok(());
    }
    let rows: Vec<PhotoRow<'_>> = photos
        .iter()
        .map(|(mid, aid, sha256)| PhotoRow {
            account_id,
            mid: *mid,
            attachment_id: *aid,
            sha256: Bytes(&sha256.0),
        })
        .collect();
    insert("mutation_attachments", &rows)?
        .execute(conn)
        .await
        .map(|_| ())
}

/// A photo that a mutation declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Declared {
    /// The mutation.
    #[diesel(sql_type = SqlUuid)]
    pub mid: Uuid,
    /// The photo, by the phone's id.
    #[diesel(sql_type = SqlUuid)]
    pub aid: Uuid,
    /// Its bytes are here, with the declared SHA-256.
    #[diesel(sql_type = Bool)]
    pub stored: bool,
}

/// The photos that these mutations declare. Only what was committed counts: not to be asked within a transaction that writes.
pub async fn declared(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<Declared>, DbError> {
    cached(format!(
        "SELECT d.mid, d.attachment_id AS aid, {IS_HERE} AS stored \
           FROM mutation_attachments d WHERE d.account_id = $1 AND d.mid = ANY ($2) ORDER BY d.mid, d.attachment_id"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(mids)
    .load(conn)
    .await
}

/// The mutations that declare a photo: account and id.
pub async fn declaring(conn: &mut Conn, aid: Uuid) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    #[derive(QueryableByName)]
    struct OwnerRow {
        #[diesel(sql_type = SqlUuid)]
        account_id: Uuid,
        #[diesel(sql_type = SqlUuid)]
        mid: Uuid,
    }
    let rows: Vec<OwnerRow> = cached(
        "SELECT account_id, mid FROM mutation_attachments WHERE attachment_id = $1 ORDER BY 1, 2",
    )
    .bind::<SqlUuid, _>(aid)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.account_id, row.mid))
        .collect())
}

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
pub async fn receipts(
    conn: &mut Conn,
    account_id: Uuid,
    mids: &[Uuid],
) -> Result<Vec<Receipt>, DbError> {
    cached(format!(
        "SELECT m.mid, m.verdict, NOT EXISTS (\
           SELECT FROM mutation_attachments d WHERE d.account_id = m.account_id AND d.mid = m.mid AND NOT {IS_HERE}) AS complete \
           FROM mutation_log m WHERE m.account_id = $1 AND m.mid = ANY ($2)"
    ))
    .bind::<SqlUuid, _>(account_id)
    .bind::<Array<SqlUuid>, _>(mids)
    .load(conn)
    .await
}

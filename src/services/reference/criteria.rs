//! Criteria (测评标准) as people read them: those of the version in force, or of an older one.

use super::items::{ItemsQuery, edition_of};
use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::criterion::Criterion;
use crate::domain::reference::CatalogueEdition;
use crate::services::{Result, Services};

/// Lists the criteria of a version by code.
///
/// # Errors
/// `forbidden`; `not_found` when there is no such version, or none in force.
pub async fn list_criteria(
    svc: &Services,
    actor: &Actor,
    query: ItemsQuery,
) -> Result<(CatalogueEdition, Vec<Criterion>)> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    let edition = edition_of(&mut conn, &query).await?;
    let criteria = db::criterion::all(&mut conn).await?.into_iter();
    let of_edition =
        criteria.filter(|it| it.key.scheme == edition.scheme && it.key.version == edition.version);
    let criteria = of_edition.collect();
    Ok((edition, criteria))
}

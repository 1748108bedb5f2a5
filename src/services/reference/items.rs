//! The catalogue as people read it: the version in force, or the one that an old ticket was filed under.

use std::collections::HashMap;

use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::catalogue::FilingCondition;
use crate::domain::reference::{CatalogueContents, CatalogueEdition};
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Which version is asked for; the one in force without `version`.
#[derive(Debug, Clone, Default)]
pub struct ItemsQuery {
    /// Scheme, where several have the version.
    pub scheme: Option<String>,
    /// Version.
    pub version: Option<String>,
}

/// Lists the items of a version by code, each with its filing conditions.
///
/// # Errors
/// `forbidden`; `not_found` when there is no such version, or none in force.
pub async fn list_items(
    svc: &Services,
    actor: &Actor,
    query: ItemsQuery,
) -> Result<CatalogueContents> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    let edition = edition_of(&mut conn, &query).await?;
    let (scheme, version) = (&edition.scheme, &edition.version);
    let items = db::catalogue::items_in(&mut conn, scheme, version).await?;
    let mut conditions: HashMap<String, Vec<FilingCondition>> = HashMap::new();
    for condition in db::catalogue::conditions_in(&mut conn, scheme, version).await? {
        let of_item = conditions.entry(condition.item.code.clone()).or_default();
        of_item.push(condition);
    }
    let items = items.into_iter().map(|item| {
        let conditions = conditions.remove(&item.key.code).unwrap_or_default();
        (item, conditions)
    });
    Ok(CatalogueContents {
        items: items.collect(),
        edition,
    })
}

/// The version that is asked for.
pub(super) async fn edition_of(conn: &mut Conn, query: &ItemsQuery) -> Result<CatalogueEdition> {
    let edition = match &query.version {
        Some(version) => {
            db::catalogue::find_edition(conn, query.scheme.as_deref(), version).await?
        }
        None => db::catalogue::find_active_edition(conn)
            .await?
            .filter(|active| {
                query
                    .scheme
                    .as_ref()
                    .is_none_or(|scheme| active.scheme == *scheme)
            }),
    };
    edition.ok_or_else(|| Error::new(Code::NotFound))
}

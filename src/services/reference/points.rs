//! Check points (点位) with the district that they lie in, which is never stored: outlines change.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::cache::Areas;
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::check_point::{CheckPoint, CheckPointKind, PointOwner};
use crate::domain::page::{DEFAULT_LIMIT, MAX_LIMIT, Page, decode_cursor};
use crate::domain::ticket::routing::UnitRef;
use crate::services::error::Code;
use crate::services::{Error, Result, Services};

/// Which check points are asked for, and which page of them.
#[derive(Debug, Clone, Default)]
pub struct PointsQuery {
    /// Lying in this district.
    pub district: Option<String>,
    /// Code of the kind.
    pub kind: Option<String>,
    /// Where the page begins.
    pub cursor: Option<String>,
    /// Rows on the page.
    pub limit: Option<u32>,
}

/// A check point with what hangs on it.
#[derive(Debug, Clone, PartialEq)]
pub struct PointView {
    /// The check point.
    pub point: CheckPoint,
    /// Code and name of the district under it.
    pub district: Option<(String, String)>,
    /// The unit that answers for it.
    pub owner: Option<UnitRef>,
}

/// Lists check points by code.
///
/// # Errors
/// `forbidden`, `list_cursor_invalid`.
pub async fn list_points(
    svc: &Services,
    actor: &Actor,
    query: PointsQuery,
) -> Result<Page<PointView>> {
    require(actor, Action::ReadReference)?;
    let limit = query.limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT);
    let after: Option<String> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let areas = svc.reference.areas(&mut conn).await?;
    let points = matching(&mut conn, &areas, &query, after, limit).await?;
    let page = Page::cut(points, limit, |point| point.code.clone());
    let owners = owners(&mut conn, &page.items).await?;
    Ok(page.map(|point| view(point, &areas, &owners)))
}

/// Reads one check point, and who has owned it, the latest first.
///
/// # Errors
/// `forbidden`, `not_found`.
pub async fn get_point(
    svc: &Services,
    actor: &Actor,
    id: Uuid,
) -> Result<(PointView, Vec<PointOwner>)> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    let point = db::check_point::get(&mut conn, id)
        .await?
        .ok_or_else(|| Error::new(Code::NotFound))?;
    let areas = svc.reference.areas(&mut conn).await?;
    let owners = owners(&mut conn, std::slice::from_ref(&point)).await?;
    let former = db::check_point::owners(&mut conn, id).await?;
    Ok((view(point, &areas, &owners), former))
}

/// Lists the kinds of check points (点位类型).
///
/// # Errors
/// `forbidden`.
pub async fn list_point_kinds(svc: &Services, actor: &Actor) -> Result<Vec<CheckPointKind>> {
    require(actor, Action::ReadReference)?;
    let mut conn = svc.conn().await?;
    Ok(db::check_point::kinds(&mut conn).await?)
}

/// One more than `limit` of the check points asked for. The district is looked up here, so rows are read until enough
/// of them lie in it.
async fn matching(
    conn: &mut Conn,
    areas: &Arc<Areas>,
    query: &PointsQuery,
    mut after: Option<String>,
    limit: u32,
) -> Result<Vec<CheckPoint>> {
    let wanted = usize::try_from(limit)
        .unwrap_or(usize::MAX)
        .saturating_add(1);
    let batch = match query.district {
        Some(_) => MAX_LIMIT,
        None => limit + 1,
    };
    let mut found = Vec::new();
    loop {
        let rows =
            db::check_point::list(conn, query.kind.as_deref(), after.as_deref(), batch).await?;
        let last = u32::try_from(rows.len()).is_ok_and(|read| read < batch);
        after = rows.last().map(|point| point.code.clone());
        found.extend(rows.into_iter().filter(|point| {
            let district = district(point, areas);
            query.district.is_none() || query.district.as_deref() == district.map(|(code, _)| code)
        }));
        if last || found.len() >= wanted {
            found.truncate(wanted);
            return Ok(found);
        }
    }
}

fn district<'a>(point: &CheckPoint, areas: &'a Areas) -> Option<(&'a str, &'a str)> {
    let idx = areas.districts.locate(point.point).area?;
    areas.district(idx)
}

async fn owners(conn: &mut Conn, points: &[CheckPoint]) -> Result<HashMap<Uuid, UnitRef>> {
    let ids: Vec<Uuid> = points
        .iter()
        .filter_map(|point| point.owner_unit_id)
        .collect();
    let units = db::unit::refs(conn, &ids).await?.into_iter();
    Ok(units.map(|unit| (unit.id, unit)).collect())
}

fn view(point: CheckPoint, areas: &Areas, owners: &HashMap<Uuid, UnitRef>) -> PointView {
    let district = district(&point, areas);
    PointView {
        district: district.map(|(code, name)| (code.to_owned(), name.to_owned())),
        owner: point.owner_unit_id.and_then(|id| owners.get(&id)).cloned(),
        point,
    }
}

//! Check points: laid over those with the same codes.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Counts, accept, unknown_unit};
use crate::db::{self, Conn};
use crate::domain::check_point::CheckPoint;
use crate::domain::import::{PointRow, RowError};
use crate::domain::sync::Collection;
use crate::domain::text::Text;
use crate::services::Result;

pub(super) async fn write(conn: &mut Conn, rows: &[PointRow], now: Timestamp) -> Result<Counts> {
    let kinds = db::check_point::kinds(conn).await?.into_iter();
    let kinds: HashSet<String> = kinds.map(|kind| kind.code).collect();
    let units = db::unit::list(conn, None, None).await?.into_iter();
    let units: HashMap<String, Uuid> = units.map(|unit| (unit.code, unit.id)).collect();
    let codes: Vec<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let known = db::check_point::with_codes(conn, &codes).await?.into_iter();
    let known: HashMap<String, CheckPoint> =
        known.map(|point| (point.code.clone(), point)).collect();
    let (mut changed, mut faults) = (Vec::new(), Vec::new());
    let mut counts = Counts {
        rows: rows.len(),
        ..Counts::default()
    };
    for row in rows {
        let old = known.get(&row.code);
        let id = old.map_or_else(Uuid::new_v4, |point| point.id);
        match point(row, id, &kinds, &units) {
            Err(fault) => faults.push(fault),
            Ok(point) if old == Some(&point) => {}
            Ok(point) => {
                counts.inserted += usize::from(old.is_none());
                counts.updated += usize::from(old.is_some());
                changed.push(point);
            }
        }
    }
    accept(faults)?;
    db::check_point::upsert(conn, &changed, now).await?;
    db::check_point::change_owners(conn, &changed, now).await?;
    let ids: Vec<Uuid> = changed.iter().map(|point| point.id).collect();
    db::feed::reference(conn, Collection::Points, &ids, &[]).await?;
    Ok(counts)
}

fn point(
    row: &PointRow,
    id: Uuid,
    kinds: &HashSet<String>,
    units: &HashMap<String, Uuid>,
) -> std::result::Result<CheckPoint, RowError> {
    if !kinds.contains(&row.kind) {
        let text = Text::new(
            format!("未知的点位类型“{}”", row.kind),
            format!("there is no kind of check point {:?}", row.kind),
        );
        return Err(RowError::cell(row.line, "kind", text));
    }
    let owner_unit_id = match &row.owner {
        Some(code) => Some(
            *units
                .get(code)
                .ok_or_else(|| unknown_unit(row.line, "owner", code))?,
        ),
        None => None,
    };
    Ok(CheckPoint {
        id,
        code: row.code.clone(),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        kind: row.kind.clone(),
        stated: row.stated,
        point: row.point,
        address: row.address.clone(),
        owner_unit_id,
    })
}

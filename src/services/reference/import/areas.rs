//! Areas: a changed one becomes a new version, and every server process reads them again.

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::{Counts, accept};
use crate::db::{self, Conn};
use crate::domain::geo::{Datum, ParsedArea, outline_to_geojson};
use crate::domain::import::{FilePlace, RowError};
use crate::domain::reference::Area;
use crate::domain::sync::Collection;
use crate::domain::text::Text;
use crate::services::Result;

pub(in crate::services::reference) async fn write(
    conn: &mut Conn,
    areas: &[ParsedArea],
    datum: Datum,
    now: Timestamp,
) -> Result<Counts> {
    let units: HashMap<String, Uuid> = db::unit::list(conn, None, None)
        .await?
        .into_iter()
        .map(|unit| (unit.code, unit.id))
        .collect();
    let mut known: HashMap<String, Area> = db::area::list_with_geometry(conn)
        .await?
        .into_iter()
        .map(|area| (area.code.clone(), area))
        .collect();
    let (mut changed, mut faults) = (Vec::new(), Vec::new());
    let mut counts = Counts {
        rows: areas.len(),
        ..Counts::default()
    };
    for (number, parsed) in (1..).zip(areas) {
        let owner = parsed.owner.as_ref();
        let owner_unit_id = owner.and_then(|code| units.get(code)).copied();
        if let (Some(code), None) = (owner, owner_unit_id) {
            faults.push(unknown_owner(number, code));
            continue;
        }
        let area = version(parsed, owner_unit_id, datum, now)?;
        match known.remove(&area.code) {
            Some(old) if same(&old, &area) => {}
            Some(_) => {
                counts.updated += 1;
                changed.push(area);
            }
            None => {
                counts.inserted += 1;
                changed.push(area);
            }
        }
    }
    accept(faults)?;
    if !changed.is_empty() {
        let ended = db::area::replace(conn, &changed, now).await?;
        let new: Vec<Uuid> = changed.iter().map(|area| area.id).collect();
        db::feed::reference(conn, Collection::Areas, &new, &ended).await?;
    }
    Ok(counts)
}

fn version(
    parsed: &ParsedArea,
    owner_unit_id: Option<Uuid>,
    source_datum: Datum,
    valid_from: Timestamp,
) -> Result<Area> {
    let geometry = outline_to_geojson(&parsed.shape.geometry);
    Ok(Area {
        id: Uuid::new_v4(),
        code: parsed.shape.code.clone(),
        kind: parsed.kind,
        name_zh: parsed.shape.name.clone(),
        name_en: parsed.name_en.clone().unwrap_or_default(),
        owner_unit_id,
        geometry: Some(serde_json::from_str(&geometry).map_err(anyhow::Error::from)?),
        source_datum,
        valid_from,
    })
}

/// Whether an area says the same as its version in force.
fn same(old: &Area, new: &Area) -> bool {
    let renewed = Area {
        id: new.id,
        valid_from: new.valid_from,
        ..old.clone()
    };
    renewed == *new
}

fn unknown_owner(number: usize, code: &str) -> RowError {
    RowError {
        place: FilePlace::Feature(number),
        column: Some("owner"),
        text: Text::new(
            format!("没有代码为“{code}”的单位，请先导入单位"),
            format!("there is no unit {code:?}: import units first"),
        ),
    }
}

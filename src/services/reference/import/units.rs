//! Units: rows are laid over the tree that is there, the tree is checked as a whole, and what differs is written. A
//! unit keeps its id for as long as it keeps its code.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Counts, accept, refused, unknown_unit};
use crate::db::error::violated;
use crate::db::task::Whose;
use crate::db::{self, Conn, DbError};
use crate::domain::import::{RowError, UnitRow};
use crate::domain::sync::Collection;
use crate::domain::text::Text;
use crate::domain::unit::{Unit, UnitKind, lineages};
use crate::services::{Error, Result, task};

pub(super) async fn write(conn: &mut Conn, rows: &[UnitRow], now: Timestamp) -> Result<Counts> {
    db::feed::move_readers(conn).await?;
    let districts = db::area::district_codes(conn).await?.into_iter().collect();
    let known = db::unit::list_with_former(conn).await?;
    let before: HashMap<Uuid, Unit> = known.iter().map(|unit| (unit.id, unit.clone())).collect();
    let tree = lay_over(rows, known, &districts)?;
    let mut counts = Counts {
        rows: rows.len(),
        ..Counts::default()
    };
    let in_file: HashSet<&str> = rows.iter().map(|row| row.code.as_str()).collect();
    let mut changed: Vec<Unit> = Vec::new();
    for unit in tree {
        let old = before.get(&unit.id);
        if old == Some(&unit) {
            continue;
        }
        if old.is_none() {
            counts.inserted += 1;
        } else if in_file.contains(unit.code.as_str()) {
            counts.updated += 1;
        }
        changed.push(unit);
    }
    if changed.is_empty() {
        return Ok(counts);
    }
    changed.sort_by_key(|unit| unit.lineage.len());
    db::unit::upsert(conn, &changed, now)
        .await
        .map_err(exchanged)?;
    let ids: Vec<Uuid> = changed.iter().map(|unit| unit.id).collect();
    db::feed::reference(conn, Collection::Units, &ids, &[]).await?;
    let has_moved = |unit: &&Unit| {
        before
            .get(&unit.id)
            .is_some_and(|old| old.lineage != unit.lineage)
    };
    let moved: Vec<Uuid> = changed
        .iter()
        .filter(has_moved)
        .map(|unit| unit.id)
        .collect();
    if !moved.is_empty() {
        task::dismiss(conn, Whose::Everyone, now).await?;
        db::feed::moved_units(conn, &moved).await?;
    }
    Ok(counts)
}

/// All units as they will be.
fn lay_over(rows: &[UnitRow], known: Vec<Unit>, districts: &HashSet<String>) -> Result<Vec<Unit>> {
    let mut ids: HashMap<String, Uuid> = HashMap::new();
    let mut tree: HashMap<Uuid, Unit> = HashMap::new();
    for unit in known {
        if unit.valid_until.is_none() || rows.iter().any(|row| row.code == unit.code) {
            ids.insert(unit.code.clone(), unit.id);
        }
        tree.insert(unit.id, unit);
    }
    for row in rows {
        ids.entry(row.code.clone()).or_insert_with(Uuid::new_v4);
    }
    let (mut faults, mut lines) = (Vec::new(), HashMap::new());
    for row in rows {
        match unit(row, &ids, districts) {
            Ok(unit) => {
                lines.insert(unit.id, row.line);
                tree.insert(unit.id, unit);
            }
            Err(fault) => faults.push(fault),
        }
    }
    accept(faults)?;
    accept(shared_responsibilities(&tree, &lines))?;
    let parents = tree
        .values()
        .map(|unit| (unit.id, unit.parent_id))
        .collect();
    let mut lineages = lineages(&parents).map_err(|cycle| {
        let lines = cycle.0.iter().filter_map(|id| lines.get(id));
        let mut faults: Vec<_> = lines.map(|line| below_itself(*line)).collect();
        faults.sort_by_key(|fault| fault.to_string());
        refused(faults)
    })?;
    let mut units: Vec<Unit> = tree.into_values().collect();
    for unit in &mut units {
        unit.lineage = lineages.remove(&unit.id).unwrap_or_default();
    }
    Ok(units)
}

fn unit(
    row: &UnitRow,
    ids: &HashMap<String, Uuid>,
    districts: &HashSet<String>,
) -> std::result::Result<Unit, RowError> {
    let parent_id = match &row.parent {
        Some(code) => Some(
            *ids.get(code)
                .ok_or_else(|| unknown_unit(row.line, "parent", code))?,
        ),
        None => None,
    };
    if let Some(district) = row
        .district
        .as_ref()
        .filter(|code| !districts.contains(*code))
    {
        let text = Text::new(
            format!("没有代码为“{district}”的区县，请先导入区域"),
            format!("there is no district {district:?}: import areas first"),
        );
        return Err(RowError::cell(row.line, "district", text));
    }
    Ok(Unit {
        id: ids.get(&row.code).copied().unwrap_or_default(),
        code: row.code.clone(),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        kind: row.kind,
        parent_id,
        lineage: Vec::new(),
        district_code: row.district.clone(),
        subject: row.subject.clone(),
        valid_until: None,
    })
}

/// A district has one office, and one department for a subject: else routing would have to toss a coin.
fn shared_responsibilities(
    tree: &HashMap<Uuid, Unit>,
    lines: &HashMap<Uuid, u64>,
) -> Vec<RowError> {
    let mut units: Vec<_> = tree
        .values()
        .filter(|unit| unit.valid_until.is_none())
        .map(|unit| (lines.get(&unit.id).copied(), unit))
        .collect();
    units.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.code.cmp(&other.code)));
    let mut holders: HashMap<(&str, &str), &str> = HashMap::new();
    let mut faults = Vec::new();
    for (line, unit) in units {
        let (Some(district), Some((column, subject))) =
            (unit.district_code.as_deref(), responsibility(unit))
        else {
            continue;
        };
        let holder = *holders.entry((district, subject)).or_insert(&unit.code);
        if let Some(line) = line.filter(|_| holder != unit.code) {
            let text = Text::new(
                format!("{district} 的该职责已属于单位 {holder}"),
                format!("{holder} has that responsibility in {district} already"),
            );
            faults.push(RowError::cell(line, column, text));
        }
    }
    faults
}

/// What only one unit of a district can be, and the column that says so.
fn responsibility(unit: &Unit) -> Option<(&'static str, &str)> {
    match unit.kind {
        UnitKind::DistrictOffice => Some(("district", "")),
        UnitKind::Department => Some(("subject", unit.subject.as_deref()?)),
        UnitKind::City | UnitKind::Street | UnitKind::Other => None,
    }
}

fn below_itself(line: u64) -> RowError {
    let text = Text::new("上级单位形成循环", "the unit lies below itself");
    RowError::cell(line, "parent", text)
}

/// Two units that exchange their responsibilities in one file meet half-way.
fn exchanged(error: DbError) -> Error {
    match violated(&error) {
        Some("units_district_subject_key" | "units_district_office_key") => {
            refused(vec![RowError::file(Text::new(
                "单位之间互换职责须分两次导入",
                "units that exchange responsibilities need two imports",
            ))])
        }
        _ => error.into(),
    }
}

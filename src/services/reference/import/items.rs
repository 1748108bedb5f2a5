//! The catalogue: a version may gain items and conditions, and may be sent again, but what it says never changes:
//! tickets were filed under it. The version imported last is the one that new findings are read against.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use uuid::Uuid;

use super::{Counts, accept};
use crate::db::{self, Conn};
use crate::domain::catalogue::{CatalogueItem, FilingCondition, ItemKey};
use crate::domain::import::{CatalogueFile, ConditionRow, RowError};
use crate::domain::sync::Collection;
use crate::domain::text::Text;
use crate::services::Result;

pub(super) async fn write(conn: &mut Conn, file: &CatalogueFile, now: Timestamp) -> Result<Counts> {
    let (scheme, version) = (file.scheme.as_str(), file.version.as_str());
    let items_known: HashMap<String, CatalogueItem> =
        db::catalogue::items_in(conn, scheme, version)
            .await?
            .into_iter()
            .map(|item| (item.key.code.clone(), item))
            .collect();
    let known: HashMap<(String, String), FilingCondition> =
        db::catalogue::conditions_in(conn, scheme, version)
            .await?
            .into_iter()
            .map(|known| ((known.item.code.clone(), known.code.clone()), known))
            .collect();
    let (mut items, mut conditions, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    let mut new_items = HashSet::new();
    for row in &file.rows {
        let old = known.get(&(row.item.clone(), row.condition.clone()));
        let new = condition(file, row, old.map_or_else(Uuid::new_v4, |old| old.id));
        let item_known = items_known.get(&row.item);
        if let Some(column) = changed_column(row, item_known, old, &new) {
            faults.push(changed(row.line, column, file));
            continue;
        }
        if item_known.is_none() && new_items.insert(row.item.as_str()) {
            items.push(item(file, row));
        }
        if old.is_none() {
            conditions.push(new);
        }
    }
    accept(faults)?;
    let switched = db::catalogue::activate(conn, scheme, version, now).await?;
    let new_items = db::catalogue::insert_items(conn, &items).await?;
    db::catalogue::insert_conditions(conn, &conditions).await?;
    let changed = [switched, new_items].concat();
    db::feed::reference(conn, Collection::Items, &changed, &[]).await?;
    let new: Vec<Uuid> = conditions.iter().map(|condition| condition.id).collect();
    db::feed::reference(conn, Collection::Conditions, &new, &[]).await?;
    Ok(Counts {
        rows: file.rows.len(),
        inserted: conditions.len(),
        updated: 0,
    })
}

fn key(file: &CatalogueFile, item: &str) -> ItemKey {
    ItemKey {
        scheme: file.scheme.clone(),
        version: file.version.clone(),
        code: item.to_owned(),
    }
}

fn item(file: &CatalogueFile, row: &ConditionRow) -> CatalogueItem {
    CatalogueItem {
        key: key(file, &row.item),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        kind: row.kind,
        major: row.major.clone(),
        radius_m: row.radius_m,
    }
}

fn condition(file: &CatalogueFile, row: &ConditionRow, id: Uuid) -> FilingCondition {
    FilingCondition {
        id,
        item: key(file, &row.item),
        code: row.condition.clone(),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        places_zh: row.places_zh.clone(),
        lead_subject: row.lead_subject.clone(),
        cooperating: row.cooperating.clone(),
        limit_value: row.limit_value.get(),
        limit_unit: row.limit_unit,
        closing_policy: row.closing_policy,
        min_before_photos: row.min_before_photos,
        min_after_photos: row.min_after_photos,
        danger: row.danger,
        limit_source: row.limit_source.clone(),
    }
}

/// The first column in which a row contradicts what the version says already.
fn changed_column(
    row: &ConditionRow,
    item: Option<&CatalogueItem>,
    old: Option<&FilingCondition>,
    new: &FilingCondition,
) -> Option<&'static str> {
    if let Some(item) = item {
        if item.kind != row.kind {
            return Some("kind");
        }
        // A file without categories says nothing of them.
        if row.major.is_some() && item.major != row.major {
            return Some("major_zh");
        }
        if item.radius_m != row.radius_m {
            return Some("radius_m");
        }
    }
    let old = old?;
    let columns = [
        ("name_zh", old.name_zh == new.name_zh),
        ("name_en", old.name_en == new.name_en),
        ("places_zh", old.places_zh == new.places_zh),
        ("lead_subject", old.lead_subject == new.lead_subject),
        ("cooperating", old.cooperating == new.cooperating),
        ("limit_value", old.limit_value == new.limit_value),
        ("limit_unit", old.limit_unit == new.limit_unit),
        ("closing_policy", old.closing_policy == new.closing_policy),
        (
            "min_before_photos",
            old.min_before_photos == new.min_before_photos,
        ),
        (
            "min_after_photos",
            old.min_after_photos == new.min_after_photos,
        ),
        ("danger", old.danger == new.danger),
        ("limit_source", old.limit_source == new.limit_source),
    ];
    let differing = columns.into_iter().find(|(_, same)| !same);
    differing.map(|(column, _)| column)
}

fn changed(line: u64, column: &'static str, file: &CatalogueFile) -> RowError {
    let (scheme, version) = (&file.scheme, &file.version);
    let text = Text::new(
        format!("与已导入的 {scheme}/{version} 不同；已有版本不得修改，请另立新版本"),
        format!("differs from {scheme}/{version} as it is: make a new version instead"),
    );
    RowError::cell(line, column, text)
}

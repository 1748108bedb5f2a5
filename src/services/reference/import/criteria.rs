//! Criteria: a version of the catalogue may gain them, and may be sent again, but what it says of one never changes: scores stand
//! on it.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::{Counts, accept};
use crate::db::{self, Conn};
use crate::domain::catalogue::ItemKey;
use crate::domain::criterion::Criterion;
use crate::domain::import::{CriterionRow, RowError};
use crate::domain::sync::Collection;
use crate::domain::text::Text;
use crate::services::Result;

/// What rows may refer to.
struct Known {
    kinds: HashSet<String>,
    items: HashSet<ItemKey>,
    criteria: HashMap<ItemKey, Criterion>,
}

pub(super) async fn write(conn: &mut Conn, rows: &[CriterionRow]) -> Result<Counts> {
    let known = known(conn).await?;
    let (mut new, mut faults) = (Vec::new(), Vec::new());
    for row in rows {
        match criterion(row, &known) {
            Ok(criterion) => new.extend(criterion),
            Err(fault) => faults.push(fault),
        }
    }
    accept(faults)?;
    db::criterion::insert(conn, &new).await?;
    let ids: Vec<Uuid> = new.iter().map(|criterion| criterion.id).collect();
    db::feed::reference(conn, Collection::Criteria, &ids, &[]).await?;
    Ok(Counts {
        rows: rows.len(),
        inserted: new.len(),
        updated: 0,
    })
}

async fn known(conn: &mut Conn) -> Result<Known> {
    let kinds = db::check_point::kinds(conn).await?.into_iter();
    let items = db::catalogue::all_items(conn).await?.into_iter();
    let criteria = db::criterion::all(conn).await?.into_iter();
    Ok(Known {
        kinds: kinds.map(|kind| kind.code).collect(),
        items: items.map(|item| item.key).collect(),
        criteria: criteria.map(|it| (it.key.clone(), it)).collect(),
    })
}

/// The criterion of a row; none when it is there already.
fn criterion(
    row: &CriterionRow,
    known: &Known,
) -> std::result::Result<Option<Criterion>, RowError> {
    let refuse = |column, text| Err(RowError::cell(row.line, column, text));
    let key = |code: &str| ItemKey {
        scheme: row.scheme.clone(),
        version: row.version.clone(),
        code: code.to_owned(),
    };
    let edition = |item: &ItemKey| item.scheme == row.scheme && item.version == row.version;
    if !known.items.iter().any(edition) {
        let text = Text::new(
            format!("没有测评目录 {}/{}，请先导入目录", row.scheme, row.version),
            format!(
                "there is no catalogue {}/{}: import it first",
                row.scheme, row.version
            ),
        );
        return refuse("version", text);
    }
    if let Some(item) = row
        .item
        .as_deref()
        .filter(|item| !known.items.contains(&key(item)))
    {
        let text = Text::new(
            format!("该目录中没有测评项目 {item}"),
            format!("the catalogue has no item {item}"),
        );
        return refuse("item", text);
    }
    if let Some(kind) = row.kinds.iter().find(|kind| !known.kinds.contains(*kind)) {
        let text = Text::new(
            format!("未知的点位类型“{kind}”"),
            format!("there is no kind of check point {kind:?}"),
        );
        return refuse("kinds", text);
    }
    let old = known.criteria.get(&key(&row.code));
    let criterion = Criterion {
        id: old.map_or_else(Uuid::new_v4, |old| old.id),
        key: key(&row.code),
        name_zh: row.name_zh.clone(),
        name_en: row.name_en.clone(),
        standard: row.standard,
        item: row.item.clone(),
        kinds: row.kinds.clone(),
        exclusions: row.exclusions.clone(),
    };
    match old {
        None => Ok(Some(criterion)),
        Some(old) if *old == criterion => Ok(None),
        Some(_) => {
            let text = Text::new(
                "与已导入的标准不同；已有版本不得修改，请另立新版本",
                "differs from the criterion as it is: make a new version instead",
            );
            refuse("code", text)
        }
    }
}

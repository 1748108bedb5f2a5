//! Catalogue file: one filing condition (立案条件) a row, an item repeated for each of its conditions. A file brings
//! one version of one scheme. The item's name is that of its first row; its kind is the same in all.

use std::collections::{HashMap, HashSet};

use super::RowError;
use super::sheet::{self, Cells};
use crate::domain::calendar::{LimitUnit, LimitValue};
use crate::domain::catalogue::{ClosingPolicy, ItemKind};
use crate::domain::policy::MAX_RADIUS_M;
use crate::domain::text::Text;
use crate::domain::ticket::command::MAX_COMMAND_PHOTOS;

const COLUMNS: &[&str] = &[
    "scheme",
    "version",
    "item",
    "condition",
    "name_zh",
    "name_en",
    "kind",
    "places_zh",
    "lead_subject",
    "cooperating",
    "limit_value",
    "limit_unit",
    "closing_policy",
    "min_before_photos",
    "min_after_photos",
    "danger",
    "limit_source",
];

/// Columns that a file may leave out.
const OPTIONAL: &[&str] = &["radius_m", "major_zh", "major_en"];

/// A version of the catalogue as its file says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueFile {
    /// Scheme of every row.
    pub scheme: String,
    /// Version of every row.
    pub version: String,
    /// The conditions, in the file's order.
    pub rows: Vec<ConditionRow>,
}

/// A filing condition and its item as the row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionRow {
    /// Line in the file.
    pub line: u64,
    /// Code of the item.
    pub item: String,
    /// Code of the condition within the item.
    pub condition: String,
    /// Chinese name of the condition.
    pub name_zh: String,
    /// English name of the condition.
    pub name_en: String,
    /// What a finding of the item is about.
    pub kind: ItemKind,
    /// 大类: what the item is grouped in.
    pub major: Option<Text>,
    /// Kinds of places where it applies, as text; may be empty.
    pub places_zh: String,
    /// Subject that leads (牵头).
    pub lead_subject: String,
    /// Subjects that cooperate (配合); separated by `;` or `；` in the file.
    pub cooperating: Vec<String>,
    /// Limit in `limit_unit`.
    pub limit_value: LimitValue,
    /// Unit of the limit; never `fixed`.
    pub limit_unit: LimitUnit,
    /// How a ticket under it may be closed.
    pub closing_policy: ClosingPolicy,
    /// Photos that a finding must declare.
    pub min_before_photos: u32,
    /// Photos that a submission must declare.
    pub min_after_photos: u32,
    /// Whether it is dangerous whatever the inspector says.
    pub danger: bool,
    /// Where the limit was taken from; may be empty.
    pub limit_source: String,
    /// Two findings of the item this close are the same place, in metres; none: as the policy says.
    pub radius_m: Option<u32>,
}

/// What rows must agree on.
#[derive(Default)]
struct Seen {
    edition: Option<(String, String)>,
    items: HashMap<String, ConditionRow>,
    conditions: HashSet<String>,
}

/// Reads a catalogue file.
///
/// # Errors
/// Every fault in it, at most [`super::MAX_FAULTS`].
pub fn parse_catalogue(bytes: &[u8]) -> Result<CatalogueFile, Vec<RowError>> {
    let mut seen = Seen::default();
    let rows = sheet::rows(bytes, COLUMNS, OPTIONAL, |cells| {
        let edition = (cells.code("scheme"), cells.code("version"));
        let row = row(cells);
        let edition = (edition.0?, edition.1?);
        agree(cells, edition, row?, &mut seen)
    })?;
    let (scheme, version) = seen.edition.unwrap_or_default();
    Ok(CatalogueFile {
        scheme,
        version,
        rows,
    })
}

fn row(cells: &mut Cells<'_>) -> Option<ConditionRow> {
    let (item, condition) = (cells.code("item"), cells.code("condition"));
    let (name_zh, name_en) = (cells.required("name_zh"), cells.required("name_en"));
    let (kind, places_zh) = (cells.value("kind"), cells.text("places_zh"));
    let (lead_subject, cooperating) = (cells.code("lead_subject"), cells.text("cooperating"));
    let (limit_value, limit_unit) = (limit_value(cells), limit_unit(cells));
    let closing_policy = cells.value("closing_policy");
    let before = photos(cells, "min_before_photos");
    let after = photos(cells, "min_after_photos");
    let (danger, limit_source) = (cells.value("danger"), cells.text("limit_source"));
    let (major, radius_m) = (major(cells), radius_m(cells));
    Some(ConditionRow {
        line: cells.line(),
        item: item?,
        condition: condition?,
        name_zh: name_zh?,
        name_en: name_en?,
        kind: kind?,
        major: major?,
        places_zh: places_zh?,
        lead_subject: lead_subject?,
        cooperating: words(&cooperating?),
        limit_value: limit_value?,
        limit_unit: limit_unit?,
        closing_policy: closing_policy?,
        min_before_photos: before?,
        min_after_photos: after?,
        danger: danger?,
        limit_source: limit_source?,
        radius_m: radius_m?,
    })
}

fn agree(
    cells: &mut Cells<'_>,
    edition: (String, String),
    row: ConditionRow,
    seen: &mut Seen,
) -> Option<ConditionRow> {
    let first = seen.edition.get_or_insert_with(|| edition.clone());
    if *first != edition {
        let (scheme, version) = first.clone();
        let text = Text::new(
            format!("一个文件只含一个版本，前面各行为 {scheme}/{version}"),
            format!("a file brings one version, and the rows above are {scheme}/{version}"),
        );
        cells.refuse("version", text);
        return None;
    }
    let first = seen.items.entry(row.item.clone());
    let first = first.or_insert_with(|| row.clone());
    let line = first.line;
    if first.kind != row.kind {
        let kind = first.kind.as_str();
        let text = Text::new(
            format!("项目 {} 在第 {line} 行为 {kind}", row.item),
            format!("item {} is a {kind} in line {line}", row.item),
        );
        cells.refuse("kind", text);
        return None;
    }
    if first.major != row.major {
        let text = Text::new(
            format!("与第 {line} 行同一项目的大类不同"),
            format!("is another category than that of the item in line {line}"),
        );
        cells.refuse("major_zh", text);
        return None;
    }
    if first.radius_m != row.radius_m {
        let text = Text::new(
            format!("与第 {line} 行同一项目的半径不同"),
            format!("is another radius than that of the item in line {line}"),
        );
        cells.refuse("radius_m", text);
        return None;
    }
    let name = format!("{}/{}", row.item, row.condition);
    cells.distinct("condition", &name, &mut seen.conditions)?;
    Some(row)
}

fn limit_value(cells: &mut Cells<'_>) -> Option<LimitValue> {
    let number = cells.value::<u32>("limit_value")?;
    match LimitValue::try_from(number) {
        Ok(value) => Some(value),
        Err(error) => {
            let text = Text::new(
                format!("时限须为 1 至 {} 的整数", LimitValue::MAX),
                error.to_string(),
            );
            cells.refuse("limit_value", text);
            None
        }
    }
}

fn limit_unit(cells: &mut Cells<'_>) -> Option<LimitUnit> {
    let unit = cells.value("limit_unit")?;
    if unit == LimitUnit::Fixed {
        let text = Text::new(
            "限期 fixed 不能作为立案条件的时限",
            "a fixed date is no limit of a condition",
        );
        cells.refuse("limit_unit", text);
        return None;
    }
    Some(unit)
}

fn photos(cells: &mut Cells<'_>, column: &'static str) -> Option<u32> {
    let count = cells.value::<u32>(column)?;
    if usize::try_from(count).is_ok_and(|count| count <= MAX_COMMAND_PHOTOS) {
        return Some(count);
    }
    let text = Text::new(
        format!("照片数不超过 {MAX_COMMAND_PHOTOS}"),
        format!("at most {MAX_COMMAND_PHOTOS} photos"),
    );
    cells.refuse(column, text);
    None
}

/// In both languages or in none. The outer `None` is a fault.
fn major(cells: &mut Cells<'_>) -> Option<Option<Text>> {
    let (zh, en) = (cells.optional("major_zh")?, cells.optional("major_en")?);
    if zh.is_none() && en.is_none() {
        return Some(None);
    }
    let (zh, en) = (cells.required("major_zh"), cells.required("major_en"));
    Some(Some(Text::new(zh?, en?)))
}

/// The outer `None` is a fault.
fn radius_m(cells: &mut Cells<'_>) -> Option<Option<u32>> {
    if cells.optional("radius_m")?.is_none() {
        return Some(None);
    }
    let radius = cells.value::<u32>("radius_m")?;
    if (1..=MAX_RADIUS_M).contains(&radius) {
        return Some(Some(radius));
    }
    let text = Text::new(
        format!("半径须为 1 至 {MAX_RADIUS_M} 米"),
        format!("is not 1 to {MAX_RADIUS_M} metres"),
    );
    cells.refuse("radius_m", text);
    None
}

/// The words of a cell, separated by `;` or `；`.
pub(super) fn words(cell: &str) -> Vec<String> {
    cell.split([';', '；'])
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

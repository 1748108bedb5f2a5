//! Units file: `code,name_zh,name_en,kind,parent,district,subject`. A parent may come anywhere in the file, or be known
//! already.

use std::collections::HashSet;

use super::RowError;
use super::sheet::{self, Cells};
use crate::domain::text::Text;
use crate::domain::unit::UnitKind;

const COLUMNS: &[&str] = &[
    "code", "name_zh", "name_en", "kind", "parent", "district", "subject",
];

/// A unit as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRow {
    /// Line in the file.
    pub line: u64,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name; may be empty.
    pub name_en: String,
    /// What sort of body it is.
    pub kind: UnitKind,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// Code of the district served (属地); a district office always has one.
    pub district: Option<String>,
    /// Subject (属事); a department always has one.
    pub subject: Option<String>,
}

/// Reads a units file.
///
/// # Errors
/// Every fault in it, at most [`super::MAX_FAULTS`].
pub fn parse_units(bytes: &[u8]) -> Result<Vec<UnitRow>, Vec<RowError>> {
    let mut codes = HashSet::new();
    sheet::rows(bytes, COLUMNS, &[], |cells| row(cells, &mut codes))
}

fn row(cells: &mut Cells<'_>, codes: &mut HashSet<String>) -> Option<UnitRow> {
    let (code, name_zh, name_en) = (
        cells.code("code"),
        cells.required("name_zh"),
        cells.text("name_en"),
    );
    let (kind, parent) = (cells.value("kind"), cells.optional("parent"));
    let (district, subject) = (cells.optional("district"), cells.optional("subject"));
    let row = UnitRow {
        line: cells.line(),
        code: code?,
        name_zh: name_zh?,
        name_en: name_en?,
        kind: kind?,
        parent: parent?,
        district: district?,
        subject: subject?,
    };
    cells.distinct("code", &row.code, codes)?;
    if row.kind == UnitKind::DistrictOffice && row.district.is_none() {
        let text = Text::new(
            "区县责任单位须填所属区县",
            "a district office serves a district",
        );
        cells.refuse("district", text);
        return None;
    }
    if row.kind == UnitKind::Department && row.subject.is_none() {
        let text = Text::new("属事责任单位须填事项", "a department has a subject");
        cells.refuse("subject", text);
        return None;
    }
    Some(row)
}

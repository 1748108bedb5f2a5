//! Check points file: `code,name_zh,name_en,kind,lat,lon,datum,address,owner`. Every row states its datum; there is no
//! default, because a wrong one moves a point by half a kilometre.

use std::collections::HashSet;

use super::RowError;
use super::sheet::{self, Cells};
use crate::domain::check_point::StatedPosition;
use crate::domain::geo::Point;
use crate::domain::text::Text;

const COLUMNS: &[&str] = &[
    "code", "name_zh", "name_en", "kind", "lat", "lon", "datum", "address", "owner",
];

/// A check point as its row says.
#[derive(Debug, Clone, PartialEq)]
pub struct PointRow {
    /// Line in the file.
    pub line: u64,
    /// Code.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name; may be empty.
    pub name_en: String,
    /// Code of its kind (点位类型).
    pub kind: String,
    /// Where it is, as the row states it.
    pub stated: StatedPosition,
    /// Canonical position.
    pub point: Point,
    /// Address; may be empty.
    pub address: String,
    /// Code of the unit that answers for it.
    pub owner: Option<String>,
}

/// Reads a check points file.
///
/// # Errors
/// Every fault in it, at most [`super::MAX_FAULTS`].
pub fn parse_points(bytes: &[u8]) -> Result<Vec<PointRow>, Vec<RowError>> {
    let mut codes = HashSet::new();
    sheet::rows(bytes, COLUMNS, &[], |cells| row(cells, &mut codes))
}

fn row(cells: &mut Cells<'_>, codes: &mut HashSet<String>) -> Option<PointRow> {
    let (code, name_zh, name_en) = (
        cells.code("code"),
        cells.required("name_zh"),
        cells.text("name_en"),
    );
    let (kind, position) = (cells.required("kind"), position(cells));
    let (address, owner) = (cells.text("address"), cells.optional("owner"));
    let (stated, point) = position?;
    let row = PointRow {
        line: cells.line(),
        code: code?,
        name_zh: name_zh?,
        name_en: name_en?,
        kind: kind?,
        stated,
        point,
        address: address?,
        owner: owner?,
    };
    cells.distinct("code", &row.code, codes)?;
    Some(row)
}

fn position(cells: &mut Cells<'_>) -> Option<(StatedPosition, Point)> {
    let (lat, lon, datum) = (
        cells.value::<f64>("lat"),
        cells.value::<f64>("lon"),
        cells.value("datum"),
    );
    let (lat, lon, datum) = (lat?, lon?, datum?);
    if lat == 0.0 && lon == 0.0 {
        let text = Text::new("(0,0) 不是真实位置", "(0,0) is no real position");
        cells.refuse("lat", text);
        return None;
    }
    let stated = StatedPosition { lat, lon, datum };
    match stated.to_point() {
        Ok(point) => Some((stated, point)),
        Err(error) => {
            let text = Text::new(format!("坐标超出范围：{error}"), error.to_string());
            cells.refuse("lat", text);
            None
        }
    }
}

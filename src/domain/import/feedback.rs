//! A superior's list (省反馈): a fault a row. Only the header is judged as a whole; each row is read by itself, so that one bad row
//! hinders no other.

use super::RowError;
use super::sheet::{self, Cells};
use crate::domain::geo::{Datum, Point};
use crate::domain::report::Fix;
use crate::domain::text::Text;

const COLUMNS: &[&str] = &["number", "item", "text"];
const OPTIONAL: &[&str] = &["condition", "point", "lat", "lon", "datum", "danger"];

/// A row as it stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackRow {
    /// Line in the file.
    pub line: u64,
    /// The superior's own number: the row is known by it.
    pub number: String,
    /// Code of the item.
    pub item: String,
    /// Code of the filing condition.
    pub condition: Option<String>,
    /// Description.
    pub text: String,
    /// Code of a check point.
    pub point: Option<String>,
    /// Latitude.
    pub lat: Option<String>,
    /// Longitude.
    pub lon: Option<String>,
    /// `wgs84`, `gcj02` or `bd09`.
    pub datum: Option<String>,
    /// `true` or `false`.
    pub danger: Option<String>,
}

/// Reads a list.
///
/// # Errors
/// What is wrong with the file as such: its header, its encoding, rows of another width.
pub fn parse_feedback(bytes: &[u8]) -> Result<Vec<FeedbackRow>, Vec<RowError>> {
    sheet::rows(bytes, COLUMNS, OPTIONAL, row)
}

fn row(cells: &mut Cells<'_>) -> Option<FeedbackRow> {
    Some(FeedbackRow {
        line: cells.line(),
        number: cells.text("number")?,
        item: cells.text("item")?,
        condition: cells.optional("condition")?,
        text: cells.text("text")?,
        point: cells.optional("point")?,
        lat: cells.optional("lat")?,
        lon: cells.optional("lon")?,
        datum: cells.optional("datum")?,
        danger: cells.optional("danger")?,
    })
}

impl FeedbackRow {
    /// Where the fault is, as the list says; none when it says nothing. A list states places, not fixes: they count as exact.
    ///
    /// # Errors
    /// Latitude, longitude and datum that are no position.
    pub fn fix(&self) -> Result<Option<Fix>, Text> {
        let (Some(lat), Some(lon), Some(datum)) = (&self.lat, &self.lon, &self.datum) else {
            return match (&self.lat, &self.lon) {
                (None, None) => Ok(None),
                _ => Err(no_position()),
            };
        };
        let number = |text: &str| text.parse::<f64>().map_err(|_no_number| no_position());
        let (lat, lon) = (number(lat)?, number(lon)?);
        let datum: Datum = datum.parse().map_err(|_unknown| no_position())?;
        let point = Point::from_datum(datum, lat, lon).map_err(|_outside| no_position())?;
        Ok(Some(Fix {
            lat,
            lon,
            datum,
            point,
            acc_m: Some(0.0),
            fix_age_ms: None,
            mock: false,
        }))
    }

    /// Whether it is a danger to people.
    ///
    /// # Errors
    /// Another word than `true` and `false`.
    pub fn is_danger(&self) -> Result<bool, Text> {
        match self.danger.as_deref() {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(Text::new(
                "danger 应为 true 或 false",
                "danger is true or false",
            )),
        }
    }
}

fn no_position() -> Text {
    Text::new(
        "位置须同时有 lat、lon 和 datum（wgs84、gcj02 或 bd09）",
        "a position has lat, lon and datum (wgs84, gcj02 or bd09)",
    )
}

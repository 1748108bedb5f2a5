//! Criteria file: `scheme,version,code,name_zh,name_en,form,bound,limit,per_m,item,kinds,exclusions`, a criterion (测评标准) a row.
//! A form asks for some of the columns and has no use for the others.

use std::collections::HashSet;
use std::fmt::Display;
use std::str::FromStr;

use super::RowError;
use super::catalogue::words;
use super::sheet::{self, Cells};
use crate::domain::criterion::{Bound, Form, Standard};
use crate::domain::text::Text;

const COLUMNS: &[&str] = &[
    "scheme",
    "version",
    "code",
    "name_zh",
    "name_en",
    "form",
    "bound",
    "limit",
    "per_m",
    "item",
    "kinds",
    "exclusions",
];

/// Largest limit, and longest way in metres.
const MAX_FIGURE: u32 = 1_000_000;

/// A criterion as its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionRow {
    /// Line in the file.
    pub line: u64,
    /// Scheme of the catalogue.
    pub scheme: String,
    /// Version of the catalogue.
    pub version: String,
    /// Code within the version.
    pub code: String,
    /// Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// When it is met.
    pub standard: Standard,
    /// Code of the item that a fault against it is filed as.
    pub item: Option<String>,
    /// Codes of kinds of check points; separated by `;` or `；` in the file.
    pub kinds: Vec<String>,
    /// Reasons to leave it out, likewise.
    pub exclusions: Vec<String>,
}

/// Reads a criteria file.
///
/// # Errors
/// Every fault in it, at most [`super::MAX_FAULTS`].
pub fn parse_criteria(bytes: &[u8]) -> Result<Vec<CriterionRow>, Vec<RowError>> {
    let mut codes = HashSet::new();
    sheet::rows(bytes, COLUMNS, &[], |cells| row(cells, &mut codes))
}

fn row(cells: &mut Cells<'_>, codes: &mut HashSet<String>) -> Option<CriterionRow> {
    let (scheme, version, code) = (
        cells.code("scheme"),
        cells.code("version"),
        cells.code("code"),
    );
    let (name_zh, name_en) = (cells.required("name_zh"), cells.required("name_en"));
    let (standard, item) = (standard(cells), cells.optional("item"));
    let (kinds, exclusions) = (cells.text("kinds"), cells.text("exclusions"));
    let row = CriterionRow {
        line: cells.line(),
        scheme: scheme?,
        version: version?,
        code: code?,
        name_zh: name_zh?,
        name_en: name_en?,
        standard: standard?,
        item: item?,
        kinds: words(&kinds?),
        exclusions: words(&exclusions?),
    };
    let key = format!("{}/{}/{}", row.scheme, row.version, row.code);
    cells.distinct("code", &key, codes)?;
    Some(row)
}

fn standard(cells: &mut Cells<'_>) -> Option<Standard> {
    let form: Option<Form> = cells.value("form");
    let bound: Option<Option<Bound>> = maybe(cells, "bound");
    let (limit, per_m) = (figure(cells, "limit"), figure(cells, "per_m"));
    let (form, bound, limit, per_m) = (form?, bound?, limit?, per_m?);
    match Standard::new(form, bound, limit, per_m) {
        Ok(standard) => Some(standard),
        Err(unfit) => {
            let text = Text::new(
                format!("与判定形式 {form} 不符：应填则不可空，不应填则须空，比例不超过 100"),
                format!(
                    "does not go with the form {form}: needed and empty, given and of no use, or over 100 percent"
                ),
            );
            cells.refuse(unfit.0, text);
            None
        }
    }
}

/// The outer `None` is a fault.
fn maybe<T>(cells: &mut Cells<'_>, column: &'static str) -> Option<Option<T>>
where
    T: FromStr,
    T::Err: Display,
{
    match cells.optional(column)? {
        Some(_) => cells.value(column).map(Some),
        None => Some(None),
    }
}

fn figure(cells: &mut Cells<'_>, column: &'static str) -> Option<Option<u32>> {
    let figure: Option<u32> = maybe(cells, column)?;
    if figure.is_some_and(|figure| figure > MAX_FIGURE) {
        let text = Text::new(
            format!("不超过 {MAX_FIGURE}"),
            format!("is more than {MAX_FIGURE}"),
        );
        cells.refuse(column, text);
        return None;
    }
    Some(figure)
}

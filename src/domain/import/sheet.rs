//! CSV (RFC 4180) with a header, read row by row. Every fault is collected with its line and column, so that a person
//! corrects a file once and not once per fault. What the columns mean is the callers' affair.

use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::str::FromStr;

use csv::{ErrorKind, StringRecord};

use super::{FilePlace, MAX_FAULTS, RowError};
use crate::domain::text::Text;

/// Longest cell, in characters.
const MAX_CELL_CHARS: usize = 500;

/// Reads a file with exactly these columns, and any of the optional ones, in any order, UTF-8 with or without BOM. `read`
/// answers a row, or `None` once it has told the row's faults.
pub(super) fn rows<T>(
    bytes: &[u8],
    columns: &'static [&'static str],
    optional: &'static [&'static str],
    mut read: impl FnMut(&mut Cells<'_>) -> Option<T>,
) -> Result<Vec<T>, Vec<RowError>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let header = reader
        .headers()
        .cloned()
        .map_err(|error| vec![unreadable(&error)])?;
    let places = places(&header, columns, optional)?;
    let (mut found, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        if faults.len() >= MAX_FAULTS {
            break;
        }
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.push(unreadable(&error));
                break;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != header.len() {
            faults.push(wrong_width(line, record.len(), header.len()));
            continue;
        }
        let mut cells = Cells {
            line,
            record: &record,
            places: &places,
            faults: &mut faults,
        };
        found.extend(read(&mut cells));
    }
    if faults.is_empty() && found.is_empty() {
        faults.push(RowError::file(Text::new(
            "文件没有数据行",
            "the file has no rows",
        )));
    }
    faults.truncate(MAX_FAULTS);
    if faults.is_empty() {
        Ok(found)
    } else {
        Err(faults)
    }
}

/// One row: its cells by column, and the list that its faults go to.
pub(super) struct Cells<'a> {
    line: u64,
    record: &'a StringRecord,
    places: &'a HashMap<&'static str, usize>,
    faults: &'a mut Vec<RowError>,
}

impl Cells<'_> {
    /// The row's line in the file.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// Says what is wrong with a column of this row.
    pub fn refuse(&mut self, column: &'static str, text: Text) {
        self.faults.push(RowError::cell(self.line, column, text));
    }

    /// The text of a cell without surrounding blanks; empty when there is none.
    pub fn text(&mut self, column: &'static str) -> Option<String> {
        let place = self.places.get(column);
        let cell = place.and_then(|place| self.record.get(*place));
        let cell = cell.unwrap_or_default().trim().to_owned();
        if cell.chars().any(char::is_control) {
            self.refuse(
                column,
                Text::new("含有控制字符", "contains a control character"),
            );
            return None;
        }
        if cell.chars().count() > MAX_CELL_CHARS {
            self.refuse(
                column,
                Text::new(
                    format!("超过 {MAX_CELL_CHARS} 字"),
                    format!("is longer than {MAX_CELL_CHARS} characters"),
                ),
            );
            return None;
        }
        Some(cell)
    }

    /// The text of a cell that may not be empty.
    pub fn required(&mut self, column: &'static str) -> Option<String> {
        let cell = self.text(column)?;
        if cell.is_empty() {
            self.refuse(column, Text::new("不能为空", "may not be empty"));
            return None;
        }
        Some(cell)
    }

    /// The text of a cell, none when it is empty. The outer `None` is a fault.
    pub fn optional(&mut self, column: &'static str) -> Option<Option<String>> {
        let cell = self.text(column)?;
        Some((!cell.is_empty()).then_some(cell))
    }

    /// A cell that may not be empty, as a value.
    pub fn value<T>(&mut self, column: &'static str) -> Option<T>
    where
        T: FromStr,
        T::Err: Display,
    {
        let cell = self.required(column)?;
        match cell.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                let text = Text::new(
                    format!("无法识别“{cell}”：{error}"),
                    format!("{cell:?}: {error}"),
                );
                self.refuse(column, text);
                None
            }
        }
    }

    /// A code: not empty, without blanks inside, at most 64 characters.
    pub fn code(&mut self, column: &'static str) -> Option<String> {
        let code = self.required(column)?;
        if code.chars().any(char::is_whitespace) || code.chars().count() > 64 {
            self.refuse(
                column,
                Text::new(
                    "代码不得含空格，且不超过 64 字",
                    "a code has no blanks and at most 64 characters",
                ),
            );
            return None;
        }
        Some(code)
    }

    /// Refuses a key that an earlier row has.
    pub fn distinct(
        &mut self,
        column: &'static str,
        key: &str,
        seen: &mut HashSet<String>,
    ) -> Option<()> {
        if seen.insert(key.to_owned()) {
            return Some(());
        }
        self.refuse(
            column,
            Text::new(format!("“{key}”重复"), format!("{key:?} is there twice")),
        );
        None
    }
}

/// Where each column is, in the callers' order.
fn places(
    header: &StringRecord,
    columns: &'static [&'static str],
    optional: &'static [&'static str],
) -> Result<HashMap<&'static str, usize>, Vec<RowError>> {
    let on_first_line = |column, text| RowError {
        place: FilePlace::Line(1),
        column,
        text,
    };
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for name in header {
        if !columns.contains(&name.trim()) && !optional.contains(&name.trim()) {
            faults.push(on_first_line(
                None,
                Text::new(
                    format!("未知的列“{name}”，应为 {}", columns.join(",")),
                    format!(
                        "unknown column {name:?}; the columns are {}",
                        columns.join(",")
                    ),
                ),
            ));
        } else if !seen.insert(name.trim()) {
            faults.push(on_first_line(
                None,
                Text::new(
                    format!("列“{name}”重复"),
                    format!("column {name:?} is there twice"),
                ),
            ));
        }
    }
    let mut places = HashMap::with_capacity(columns.len());
    for column in columns.iter().chain(optional) {
        match header.iter().position(|name| name.trim() == *column) {
            Some(place) => {
                places.insert(*column, place);
            }
            None if optional.contains(column) => {}
            None => faults.push(on_first_line(
                Some(column),
                Text::new("缺少此列", "the column is missing"),
            )),
        }
    }
    faults.truncate(MAX_FAULTS);
    if faults.is_empty() {
        Ok(places)
    } else {
        Err(faults)
    }
}

fn wrong_width(line: u64, found: usize, expected: usize) -> RowError {
    RowError {
        place: FilePlace::Line(line),
        column: None,
        text: Text::new(
            format!("有 {found} 列，应为 {expected} 列"),
            format!("has {found} cells where the header has {expected}"),
        ),
    }
}

fn unreadable(error: &csv::Error) -> RowError {
    let place = error.position().map_or(FilePlace::Line(1), |position| {
        FilePlace::Line(position.line())
    });
    let text = match error.kind() {
        ErrorKind::Utf8 { .. } => Text::new(
            "不是 UTF-8 编码（请另存为 UTF-8）",
            "is not UTF-8: save it as UTF-8",
        ),
        _ => Text::new(
            format!("无法读取：{error}"),
            format!("cannot be read: {error}"),
        ),
    };
    RowError {
        place,
        column: None,
        text,
    }
}

//! The overdue list as CSV (RFC 4180).

use bytes::Bytes;
use csv::{Terminator, Writer, WriterBuilder};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::dto::OverdueOut;
use crate::domain::text::Lang;
use crate::http::problem::ApiError;
use crate::services::reference::CITY_ZONE;
use crate::services::supervision::Pull;

const COLUMNS: [(&str, &str); 14] = [
    ("台账编号", "number"),
    ("状态", "state"),
    ("项目代码", "item"),
    ("问题小类", "item_name"),
    ("问题描述", "text"),
    ("区县", "district"),
    ("牵头部门", "lead_unit"),
    ("配合单位", "cooperating"),
    ("派遣时间", "dispatched_at"),
    ("整改时限", "due_at"),
    ("时限暂定", "provisional"),
    ("提交时间", "submitted_at"),
    ("超期工作时（小时）", "late_work_hours"),
    ("超期（小时）", "late_hours"),
];

/// The byte order mark and the names of the columns.
///
/// # Errors
/// None in practice: writing to memory.
pub fn header_row(lang: Lang) -> Result<Bytes, ApiError> {
    let names = COLUMNS.map(|(zh, en)| match lang {
        Lang::Zh => zh,
        Lang::En => en,
    });
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(names).map_err(anyhow::Error::from)?;
    finished(writer)
}

/// Name of the file: the instant in the city's time, and whether it is a forecast.
///
/// # Errors
/// None in practice: the zone is built in.
pub fn file_name(pull: &Pull) -> Result<String, ApiError> {
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let kind = if pull.forecast { "forecast-" } else { "" };
    let as_of = pull.as_of.to_zoned(zone).strftime("%Y-%m-%d-%H%M");
    Ok(format!("overdue-{kind}{as_of}.csv"))
}

/// Rows of the list.
///
/// # Errors
/// None in practice: writing to memory.
pub fn rows(pull: Pull, lang: Lang) -> Result<Bytes, ApiError> {
    let (yes, item_name): (&str, fn(&OverdueOut) -> String) = match lang {
        Lang::Zh => ("是", |row| row.item_name_zh.clone()),
        Lang::En => ("yes", |row| row.item_name_en.clone()),
    };
    let zone = TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?;
    let mut writer = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for row in pull.page.items {
        let state = row.record.ticket.state.title();
        let row = OverdueOut::from(row);
        let time = |at: Timestamp| {
            at.to_zoned(zone.clone())
                .strftime("%Y-%m-%d %H:%M")
                .to_string()
        };
        let name = plain(item_name(&row));
        writer
            .write_record([
                row.number.unwrap_or_default(),
                state.get(lang).to_owned(),
                plain(row.item),
                name,
                plain(row.text),
                plain(row.district_name.unwrap_or_default()),
                plain(row.lead_unit.unwrap_or_default()),
                plain(row.cooperating.join("；")),
                row.dispatched_at.map(time).unwrap_or_default(),
                time(row.due_at),
                if row.provisional { yes } else { "" }.to_owned(),
                row.submitted_at.map(time).unwrap_or_default(),
                hours(row.late_work_s),
                hours(row.late_s),
            ])
            .map_err(anyhow::Error::from)?;
    }
    finished(writer)
}

fn finished(writer: Writer<Vec<u8>>) -> Result<Bytes, ApiError> {
    let bytes = writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(bytes.into())
}

/// Hours with one decimal, by whole tenths.
fn hours(seconds: i64) -> String {
    let tenths = seconds / 360;
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A cell that a spreadsheet takes for a formula is a way in: such text gets a quote before it (OWASP, CSV injection).
/// Spreadsheets in Chinese take the full-width signs too.
fn plain(text: String) -> String {
    const SIGNS: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(SIGNS) {
        format!("'{text}")
    } else {
        text
    }
}

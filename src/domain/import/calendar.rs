//! Calendar file (工作日历): JSON as `CalendarFile` has it. Says where the JSON does not fit.

use super::{FilePlace, RowError};
use crate::domain::calendar::{CalendarData, CalendarFile};
use crate::domain::text::Text;

/// Reads a calendar file.
///
/// # Errors
/// The one fault that reading stopped at.
pub fn parse_calendar(bytes: &[u8]) -> Result<CalendarData, Vec<RowError>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let file: CalendarFile = serde_json::from_slice(bytes).map_err(|error| vec![misfit(&error)])?;
    if file.source.chars().any(char::is_control) {
        let text = Text::new("source 含有控制字符", "source contains a control character");
        return Err(vec![RowError::file(text)]);
    }
    CalendarData::try_from(file).map_err(|error| {
        let text = Text::new(format!("日历有误：{error}"), error.to_string());
        vec![RowError::file(text)]
    })
}

fn misfit(error: &serde_json::Error) -> RowError {
    let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
    RowError {
        place: FilePlace::Line(line.max(1)),
        column: None,
        text: Text::new(format!("不符合日历格式：{error}"), error.to_string()),
    }
}

//! The overdue list as a spreadsheet: its columns, and the cells of a row.

use super::sheet::{Cell, Column, Footing, Zoned, column, time};
use crate::domain::text::Lang;
use crate::domain::ticket::overdue::DayKind;
use crate::services::supervision::{OverdueRow, Pull};

/// Columns of the list.
pub const COLUMNS: [Column; 17] = [
    column("台账编号", "number"),
    column("状态", "state"),
    column("项目代码", "item"),
    column("问题小类", "item_name"),
    column("问题描述", "text"),
    column("区县", "district"),
    column("牵头部门", "lead_unit"),
    column("配合单位", "cooperating"),
    column("派遣时间", "dispatched_at"),
    column("整改时限", "due_at"),
    column("时限暂定", "provisional"),
    column("提交时间", "submitted_at"),
    column("超期工作时（小时）", "late_work_hours"),
    column("超期（小时）", "late_hours"),
    column("超期工作日", "late_work_days"),
    column("超期天数", "late_days"),
    column("督办级别", "supervision_level"),
];

/// The cells of a page.
pub fn rows(pull: Pull, lang: Lang) -> Vec<Vec<Cell>> {
    let rows = pull.page.items.into_iter();
    rows.map(|row| cells(row, lang)).collect()
}

fn cells(row: OverdueRow, lang: Lang) -> Vec<Cell> {
    let (ticket, late) = (row.ticket, row.late);
    vec![
        ticket.number.into(),
        Cell::Text(ticket.state.title().get(lang).to_owned()),
        Cell::Text(ticket.item.code),
        Cell::Text(row.item_name.get(lang).to_owned()),
        Cell::Text(ticket.text),
        ticket.district.map(|district| district.name).into(),
        ticket.lead.map(|lead| lead.name).into(),
        Cell::Text(ticket.cooperating.join("；")),
        time(ticket.dispatched_at),
        Cell::Time(ticket.due.at),
        Cell::Yes(ticket.due.provisional),
        time(ticket.submitted_at),
        Cell::Hours(late.work_s),
        Cell::Hours(late.wall_s),
        Cell::Number(late.days(DayKind::Work)),
        Cell::Number(late.days(DayKind::Natural)),
        Cell::Number(ticket.supervision_level.into()),
    ]
}

/// What a file is called: the instant in the city's time, and whether it is a forecast.
pub fn file_name(pull: &Pull, extension: &str, zone: &Zoned) -> String {
    let kind = if pull.forecast { "forecast-" } else { "" };
    format!("overdue-{kind}{}.{extension}", zone.file_stamp(pull.as_of))
}

/// The end of a list that has no rows yet.
pub const fn footing(pull: &Pull) -> Footing {
    Footing {
        rows: 0,
        as_of: pull.as_of,
        forecast: pull.forecast,
    }
}

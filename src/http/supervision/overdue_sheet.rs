//! The overdue list as a spreadsheet: its columns, and the cells of a row.

use jiff::Timestamp;

use super::sheet::{Cell, Column, Footing, Zoned, column, time};
use crate::domain::text::Lang;
use crate::domain::ticket::overdue::DayKind;
use crate::services::supervision::{OverdueRow, Pull};

/// Columns of the list.
pub const COLUMNS: [Column; 17] = [
    column("台账编号", "number", 12),
    column("状态", "state", 8),
    column("项目代码", "item", 7),
    column("问题小类", "item_name", 14),
    column("问题描述", "text", 28),
    column("区县", "district", 8),
    column("牵头部门", "lead_unit", 16),
    column("配合单位", "cooperating", 12),
    column("派遣时间", "dispatched_at", 16),
    column("整改时限", "due_at", 16),
    column("时限暂定", "provisional", 5),
    column("提交时间", "submitted_at", 16),
    column("超期工作时（小时）", "late_work_hours", 8),
    column("超期（小时）", "late_hours", 8),
    column("超期工作日", "late_work_days", 7),
    column("超期天数", "late_days", 6),
    column("督办级别", "supervision_level", 5),
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

/// What a file says of the list as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    as_of: Timestamp,
    forecast: bool,
}

impl Heading {
    /// As its first page has it.
    pub const fn of(first: &Pull) -> Self {
        Self {
            as_of: first.as_of,
            forecast: first.forecast,
        }
    }

    /// What a file is called: the instant in the city's time, and whether it is a forecast.
    pub fn file_name(&self, extension: &str, zone: &Zoned) -> String {
        let kind = if self.forecast { "forecast-" } else { "" };
        format!("overdue-{kind}{}.{extension}", zone.file_stamp(self.as_of))
    }

    /// What stands above the list.
    pub fn title(&self, lang: Lang, zone: &Zoned) -> String {
        let as_of = zone.minute(self.as_of);
        match (lang, self.forecast) {
            (Lang::Zh, false) => format!("超期未结清单（截至 {as_of}）"),
            (Lang::Zh, true) => format!("超期预测清单（预测至 {as_of}）"),
            (Lang::En, false) => format!("Overdue tickets as of {as_of}"),
            (Lang::En, true) => format!("Forecast of overdue tickets for {as_of}"),
        }
    }

    /// The end of the list, before there are rows.
    pub const fn footing(&self) -> Footing {
        Footing {
            rows: 0,
            as_of: self.as_of,
            forecast: self.forecast,
        }
    }
}

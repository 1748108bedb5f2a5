//! The ledger as a spreadsheet: the 33 columns of `ledger-columns.csv` of the reference data (the usual ledger of campaign offices, compiled
//! for this project), with its field names in English files. No place names its community (社区): that column is for the office's pen.

use super::sheet::{Cell, Column, Zoned, column};
use crate::domain::text::{Lang, Text};
use crate::domain::ticket::machine::State;
use crate::services::supervision::LedgerRow;

/// Columns of the ledger, in its order.
pub const COLUMNS: [Column; 33] = [
    column("序号", "seq", 5),
    column("台账编号", "ticket_no", 12),
    column("督查批次", "round", 12),
    column("发现日期", "found_on", 11),
    column("来源", "source", 9),
    column("区县", "district", 8),
    column("街道", "street", 9),
    column("社区", "community", 6),
    column("点位类型", "point_kind", 8),
    column("点位名称", "point", 12),
    column("具体位置", "place", 14),
    column("问题大类", "major", 9),
    column("问题小类", "item", 12),
    column("问题描述", "text", 24),
    column("整改前照片", "before_photos", 13),
    column("属地责任单位", "territorial_unit", 13),
    column("牵头部门", "lead_unit", 13),
    column("配合单位", "cooperating_units", 9),
    column("包保领导", "sponsor", 8),
    column("点位长", "point_chief", 8),
    column("整改时限", "due_at", 16),
    column("整改措施", "measure", 18),
    column("完成情况", "progress", 8),
    column("完成日期", "finished_on", 11),
    column("整改后照片", "after_photos", 13),
    column("核查结果", "recheck", 7),
    column("是否超期", "overdue", 5),
    column("延期挂账", "extension_or_suspension", 10),
    column("是否反弹", "recurrence_of", 12),
    column("督办级别", "supervision_level", 5),
    column("扣分", "deduction", 5),
    column("是否销号", "closed", 5),
    column("备注", "remark", 10),
];
/// Where the first photo of the fault is shown.
pub const BEFORE_COLUMN: usize = 14;
/// Where the last photo of what became of it is shown.
pub const AFTER_COLUMN: usize = 24;

/// The cells of a line.
pub fn cells(seq: i64, row: LedgerRow, lang: Lang, zone: &Zoned) -> Vec<Cell> {
    let late = row.line.is_late();
    let finished_at = row.line.finished_at();
    let source = row
        .line
        .source
        .map(|source| source.title().get(lang).to_owned());
    let major = row.major.as_ref().map(|major| major.get(lang).to_owned());
    let delays = delays(&row, lang, zone);
    let remark = remark(&row, lang);
    let line = row.line;
    let ticket = line.ticket;
    let (point, kind, address) = line.point.map_or((None, None, None), |point| {
        let kind = point.kind.get(lang).to_owned();
        (Some(point.name), Some(kind), Some(point.address))
    });
    let place = address.filter(|address| !address.is_empty()).or_else(|| {
        let at = line.position?;
        Some(format!("{:.6}, {:.6}", at.lat(), at.lon()))
    });
    vec![
        Cell::Number(seq),
        ticket.number.into(),
        line.round.into(),
        Cell::Text(zone.day(line.found_at)),
        source.into(),
        ticket.district.map(|district| district.name).into(),
        row.street.into(),
        Cell::Empty,
        kind.into(),
        point.into(),
        place.into(),
        major.into(),
        Cell::Text(row.item_name.get(lang).to_owned()),
        Cell::Text(ticket.text),
        Cell::Number(line.before_photos.into()),
        row.territorial_unit.into(),
        ticket.lead.map(|lead| lead.name).into(),
        Cell::Text(ticket.cooperating.join("；")),
        Cell::Text(line.sponsors.join("；")),
        Cell::Text(line.point_chiefs.join("；")),
        Cell::Time(ticket.due.at),
        line.measure.into(),
        Cell::Text(ticket.state.title().get(lang).to_owned()),
        finished_at.map(|at| zone.day(at)).into(),
        Cell::Number(line.after_photos.into()),
        line.recheck
            .as_deref()
            .and_then(|word| recheck(word, lang))
            .into(),
        Cell::Yes(late),
        Cell::Text(delays),
        line.recurrence_of.into(),
        Cell::Number(ticket.supervision_level.into()),
        row.deduction.map_or(Cell::Empty, Cell::Points),
        Cell::Yes(ticket.state == State::Closed),
        Cell::Text(remark),
    ]
}

fn recheck(word: &str, lang: Lang) -> Option<String> {
    let text = match word {
        "pass" => Text::new("通过", "pass"),
        "fail" => Text::new("不通过", "fail"),
        "unable" => Text::new("无法核查", "unable"),
        _ => return None,
    };
    Some(text.get(lang).to_owned())
}

/// 延期挂账.
fn delays(row: &LedgerRow, lang: Lang, zone: &Zoned) -> String {
    let mut words = Vec::new();
    match (row.line.extensions, lang) {
        (0, _) => {}
        (times, Lang::Zh) => words.push(format!("延期 {times} 次")),
        (times, Lang::En) => words.push(format!("extended {times}×")),
    }
    if let Some(until) = row.line.suspended_until.map(|at| zone.day(at)) {
        words.push(match lang {
            Lang::Zh => format!("挂账至 {until}"),
            Lang::En => format!("suspended until {until}"),
        });
    }
    words.join("；")
}

fn remark(row: &LedgerRow, lang: Lang) -> String {
    let line = &row.line;
    let remarks = [
        (
            line.fixed_on_site,
            Text::new("立行立改", "put right on the spot"),
        ),
        (line.forced, Text::new("强制结案", "closed by force")),
        (line.exempt, Text::new("申诉成立", "appeal approved")),
        (
            line.ticket.state == State::Voided,
            Text::new("已作废", "voided"),
        ),
    ];
    let true_ones = remarks.iter().filter(|(is_so, _)| *is_so);
    let words: Vec<&str> = true_ones.map(|(_, text)| text.get(lang)).collect();
    words.join("；")
}

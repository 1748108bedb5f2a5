//! What a bulletin says: figures, boards, cases with their pictures and outlines, as they are when it is frozen or previewed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::errata::{Errata, errata};
use crate::db::supervision::indicator::{By, Cohort};
use crate::db::ticket::TicketScope;
use crate::db::{self, Conn};
use crate::domain::bulletin::map::outlines;
use crate::domain::bulletin::{
    BoardLine, BoardTable, Both, Case, Content, Definition, DistrictFigures, Draft, Figure,
};
use crate::domain::evidence::PhotoRole;
use crate::domain::supervision::board::Consequence;
use crate::domain::supervision::fraction::Fraction;
use crate::domain::supervision::indicator::{Indicator, due_in_the_period};
use crate::domain::supervision::period::Period;
use crate::domain::text::Text;
use crate::domain::ticket::machine::State;
use crate::domain::ticket::projection::{TicketPhoto, TicketRecord};
use crate::domain::unit::UnitKind;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;
use crate::services::supervision::board::Maker;
use crate::services::supervision::figures::{
    FigureRow, FiguresQuery, city_zone, cohort, rows, unit_kind_name,
};
use crate::services::ticket::record::complete;

/// Types of units that a bulletin ranks.
pub(super) const RANKED: [UnitKind; 3] = [
    UnitKind::DistrictOffice,
    UnitKind::Department,
    UnitKind::Street,
];
/// By what.
const BY: Indicator = Indicator::OnTime;

/// All that it says, beside the cases that were read before.
pub(super) async fn content(
    svc: &Services,
    conn: &mut Conn,
    draft: &Draft,
    number: String,
    cases: Vec<Case>,
) -> Result<Content> {
    let reference = svc.reference.current(conn).await?;
    let now = svc.now();
    // What appeals have put right by now is not printed wrong.
    let cohort = Cohort {
        later_appeals: true,
        ..cohort(conn, &FiguresQuery::of(draft.period, draft.as_of), now).await?
    };
    let (city, districts) = tables(conn, &reference, &cohort).await?;
    let mut boards = Vec::new();
    for kind in RANKED {
        let (period, as_of) = (draft.period, draft.as_of);
        boards.extend(board(conn, &reference, (period, as_of), kind, now).await?);
    }
    let Errata { figures, standings } = errata(conn, &reference, now).await?;
    Ok(Content {
        number,
        title: draft.title.clone(),
        foreword: draft.foreword.clone(),
        from: draft.period.from,
        to: draft.period.to,
        as_of: cohort.as_of,
        as_of_local: city_zone()?
            .to_datetime(cohort.as_of)
            .strftime("%Y-%m-%d %H:%M")
            .to_string(),
        definitions: Indicator::ALL.map(definition).into(),
        due: both(due_in_the_period()),
        city,
        districts,
        boards,
        cases,
        errata: figures,
        board_errata: standings,
        outlines: outlines(reference.areas.districts.areas()),
    })
}

/// The figures of the city, and those of every district, in the order of their codes.
pub(super) async fn tables(
    conn: &mut Conn,
    reference: &Reference,
    cohort: &Cohort,
) -> Result<(Vec<Figure>, Vec<DistrictFigures>)> {
    let city = rows(conn, reference, cohort, By::City).await?;
    let city = city.into_iter().next();
    let city = city.map_or_else(nothing, |row| figures(&row));
    let counted = rows(conn, reference, cohort, By::District).await?;
    let mut areas: Vec<(&str, &str)> = Vec::new();
    for area in reference.areas.districts.areas() {
        areas.push((&area.code, &area.name));
    }
    areas.sort_unstable();
    let of = |(code, name): (&str, &str)| {
        let row = counted.iter().find(|row| row.key.as_deref() == Some(code));
        DistrictFigures {
            code: code.to_owned(),
            name: name.to_owned(),
            figures: row.map_or_else(nothing, figures),
        }
    };
    Ok((city, areas.into_iter().map(of).collect()))
}

fn nothing() -> Vec<Figure> {
    let empty = |indicator| figure(indicator, Fraction::default());
    Indicator::ALL.map(empty).into()
}

fn figures(row: &FigureRow) -> Vec<Figure> {
    let figures = row.figures.iter();
    figures
        .map(|(indicator, fraction)| figure(*indicator, *fraction))
        .collect()
}

fn figure(indicator: Indicator, fraction: Fraction) -> Figure {
    Figure {
        indicator: indicator.code().to_owned(),
        numerator: fraction.numerator,
        denominator: fraction.denominator,
    }
}

fn definition(indicator: Indicator) -> Definition {
    Definition {
        indicator: indicator.code().to_owned(),
        version: indicator.version(),
        name: both(indicator.name()),
        text: both(indicator.definition()),
    }
}

/// What the board of a type of unit is called.
pub(super) fn board_name(kind: UnitKind) -> Both {
    both(unit_kind_name(kind.as_str()))
}

fn both(text: Text) -> Both {
    Both {
        zh: text.zh.into_owned(),
        en: text.en.into_owned(),
    }
}

/// A board, unless there is nobody on it.
pub(super) async fn board(
    conn: &mut Conn,
    reference: &Reference,
    (period, as_of): (Period, Option<Timestamp>),
    kind: UnitKind,
    now: Timestamp,
) -> Result<Option<BoardTable>> {
    let maker = Maker {
        reference,
        kind,
        indicator: BY,
        now,
        later_appeals: true,
    };
    let board = maker.board(conn, period, as_of).await?;
    if board.rows.is_empty() {
        return Ok(None);
    }
    let last = board.rows.last().map(|row| row.rank);
    let rows = board.rows.into_iter().map(|row| BoardLine {
        rank: row.rank,
        code: row.unit.code,
        name: row.unit.name_zh,
        numerator: row.fraction.numerator,
        denominator: row.fraction.denominator,
        rank_before: row.rank_before,
        returns: row.beside.returns,
        merges: row.beside.merges,
        forced: row.beside.forced,
        last_hour_extensions: row.beside.last_hour_extensions,
        periods_last: row.periods_last,
        consequence: row.consequence.map(Consequence::as_str).map(str::to_owned),
    });
    let uninvolved = board.uninvolved.into_iter();
    Ok(Some(BoardTable {
        name: board_name(kind),
        indicator: BY.code().to_owned(),
        rows: rows.collect(),
        last_rank: last.filter(|rank| *rank > 1),
        uninvolved: uninvolved.map(|unit| unit.name_zh).collect(),
    }))
}

/// The cases with their pictures, which come from the photo store: not inside a transaction.
pub(super) async fn cases(svc: &Services, conn: &mut Conn, draft: &Draft) -> Result<Vec<Case>> {
    let mut tickets = db::ticket::find_all(conn, &TicketScope::All, &draft.cases).await?;
    tickets.sort_by_key(|ticket| draft.cases.iter().position(|id| *id == ticket.id));
    let mut cases = Vec::new();
    let reference = svc.reference.current(conn).await?;
    for record in complete(&reference, conn, &TicketScope::All, tickets).await? {
        let before = picture(svc, conn, &record, PhotoRole::Before).await?;
        let after = picture(svc, conn, &record, PhotoRole::After).await?;
        let ticket = record.ticket;
        cases.push(Case {
            closed: ticket.state == State::Closed,
            late: ticket.closed_late(),
            number: ticket.number.unwrap_or_default(),
            item: Both {
                zh: record.item.name_zh,
                en: record.item.name_en,
            },
            text: ticket.text,
            district: ticket.district.map(|district| district.name),
            lead_unit: ticket.lead.map(|lead| lead.name),
            before,
            after,
        });
    }
    Ok(cases)
}

/// The first picture of the fault, or the last of its rectification, that can be shown.
async fn picture(
    svc: &Services,
    conn: &mut Conn,
    record: &TicketRecord,
    role: PhotoRole,
) -> Result<Option<String>> {
    let shown = |photo: &&TicketPhoto| {
        photo.role == role && photo.stored && photo.rendition == "ready" && !photo.office_only
    };
    let mut photos = record.photos.iter().filter(shown);
    let photo = match role {
        PhotoRole::Before => photos.next(),
        _ => photos.next_back(),
    };
    let Some(photo) = photo else {
        return Ok(None);
    };
    let stored = db::attachment::find_by_any_name(conn, photo.photo_key).await?;
    let Some(key) = stored.and_then(|stored| stored.display_key) else {
        return Ok(None);
    };
    let bytes = svc.blobs.get(&key).await.map_err(anyhow::Error::from)?;
    Ok(bytes.map(|bytes| format!("data:image/jpeg;base64,{}", STANDARD.encode(&bytes))))
}

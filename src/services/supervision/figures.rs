//! Indicators (指标) of a period as of an instant, and the tickets behind each: what was known then, whatever has happened since.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::db::supervision::indicator::{Behind, By, Cohort, Part, behind, count};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::page::{Page, decode_cursor};
use crate::domain::supervision::fraction::Fraction;
use crate::domain::supervision::indicator::Indicator;
use crate::domain::supervision::period::Period;
use crate::domain::text::Text;
use crate::services::error::{Code, Error, Result};
use crate::services::reference::CITY_ZONE;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

pub use crate::db::supervision::indicator::{
    Behind as TicketBehind, By as Grouping, Part as FigurePart,
};

/// Figures of which tickets, and when.
#[derive(Debug, Clone)]
pub struct FiguresQuery {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// As known at this instant; none is the end of the period, or now while it lasts.
    pub as_of: Option<Timestamp>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
    /// A round.
    pub round: Option<Uuid>,
}

/// Figures of a period.
#[derive(Debug)]
pub struct Figures {
    /// The period.
    pub period: Period,
    /// As known then.
    pub as_of: Timestamp,
    /// What the rows are made of.
    pub rows: Vec<FigureRow>,
}

/// One row of figures.
#[derive(Debug, Clone, PartialEq)]
pub struct FigureRow {
    /// Code of the unit, district or item, kind of unit, or id of the round; none where the tickets have none.
    pub key: Option<String>,
    /// Its name.
    pub name: Text,
    /// Every indicator.
    pub figures: Vec<(Indicator, Fraction)>,
}

/// Every indicator, by row.
///
/// # Errors
/// `forbidden`; `invalid_query` for a period or an instant that cannot be.
pub async fn figures(
    svc: &Services,
    actor: &Actor,
    query: &FiguresQuery,
    by: By,
) -> Result<Figures> {
    require(actor, Action::ReadFigures)?;
    let mut conn = svc.conn().await?;
    let cohort = cohort(&mut conn, query, svc.now()).await?;
    let reference = svc.reference.current(&mut conn).await?;
    let rows = rows(&mut conn, &reference, &cohort, by).await?;
    Ok(Figures {
        period: query.period(),
        as_of: cohort.as_of,
        rows,
    })
}

/// Rows of figures with their names.
pub(in crate::services) async fn rows(
    conn: &mut Conn,
    reference: &Reference,
    cohort: &Cohort,
    by: By,
) -> Result<Vec<FigureRow>> {
    let mut rows = Vec::new();
    for (key, fractions) in count(conn, cohort, by).await? {
        let (key, name) = named(conn, reference, by, key).await?;
        rows.push(FigureRow {
            key,
            name,
            figures: Indicator::ALL.into_iter().zip(fractions).collect(),
        });
    }
    Ok(rows)
}

/// A page of the tickets behind a figure, by id.
///
/// # Errors
/// `forbidden`, `invalid_query`, `list_cursor_invalid`.
pub async fn tickets_behind(
    svc: &Services,
    actor: &Actor,
    query: &FiguresQuery,
    indicator: Indicator,
    part: Part,
    (cursor, limit): (Option<&str>, u32),
) -> Result<Page<Behind>> {
    require(actor, Action::ReadFigures)?;
    let after: Option<Uuid> = cursor.map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let cohort = cohort(&mut conn, query, svc.now()).await?;
    let most = i64::from(limit) + 1;
    let rows = behind(&mut conn, &cohort, indicator, part, after, most).await?;
    Ok(Page::cut(rows, limit, |ticket| ticket.id))
}

impl FiguresQuery {
    /// The period.
    pub fn period(&self) -> Period {
        Period {
            from: self.from,
            to: self.to,
        }
    }

    /// Of all tickets of a period.
    pub(in crate::services) fn of(period: Period, as_of: Option<Timestamp>) -> Self {
        Self {
            from: period.from,
            to: period.to,
            as_of,
            unit: None,
            district: None,
            item: None,
            round: None,
        }
    }
}

/// The city's time zone.
pub(in crate::services) fn city_zone() -> Result<TimeZone> {
    Ok(TimeZone::get(CITY_ZONE).map_err(anyhow::Error::from)?)
}

/// What is counted.
pub(in crate::services) async fn cohort(
    conn: &mut Conn,
    query: &FiguresQuery,
    now: Timestamp,
) -> Result<Cohort> {
    let refuse = |zh: &'static str, en: &'static str| {
        Error::with_detail(Code::InvalidQuery, Text::new(zh, en))
    };
    if query.to < query.from {
        return Err(refuse("to 不得早于 from", "to is not before from"));
    }
    let (from, until) = query.period().instants(&city_zone()?);
    if from > now {
        return Err(refuse("周期尚未开始", "the period has not begun"));
    }
    let as_of = query.as_of.unwrap_or_else(|| until.min(now));
    if as_of > now {
        return Err(refuse("as_of 不得晚于现在", "as_of is not later than now"));
    }
    let units = match &query.unit {
        Some(code) => Some(db::unit::subtree_of_code(conn, code).await?),
        None => None,
    };
    Ok(Cohort {
        from,
        until,
        as_of,
        later_appeals: false,
        units,
        district: query.district.clone(),
        item: query.item.clone(),
        round: query.round,
    })
}

async fn named(
    conn: &mut Conn,
    reference: &Reference,
    by: By,
    key: Option<String>,
) -> Result<(Option<String>, Text)> {
    let Some(key) = key else {
        return Ok((None, Text::new("无", "None")));
    };
    let id = key.parse::<Uuid>().ok();
    let text = |zh: &str, en: &str| {
        let en = if en.is_empty() { zh } else { en };
        Text::new(zh.to_owned(), en.to_owned())
    };
    Ok(match by {
        By::City => (None, Text::new("全市", "The city")),
        By::Unit => match id.and_then(|id| reference.units.get(id)) {
            Some(unit) => (Some(unit.code.clone()), text(&unit.name_zh, &unit.name_en)),
            None => (Some(key.clone()), text(&key, "")),
        },
        By::UnitType => {
            let name = unit_kind_name(&key);
            (Some(key), name)
        }
        By::District => {
            let shapes = reference.areas.districts.areas().iter();
            let shape = shapes.into_iter().find(|shape| shape.code == key);
            let name = shape.map_or(key.as_str(), |shape| &shape.name);
            (Some(key.clone()), text(name, ""))
        }
        By::Item => {
            let name = reference.catalogue.active(&key).map_or_else(
                || text(&key, ""),
                |entry| text(&entry.item.name_zh, &entry.item.name_en),
            );
            (Some(key), name)
        }
        By::Round => {
            let round = match id {
                Some(id) => db::round::find(conn, id).await?,
                None => None,
            };
            let name = round.map_or_else(|| key.clone(), |round| round.plan.name);
            (Some(key), text(&name, ""))
        }
    })
}

/// What a kind of unit is called.
pub(in crate::services) fn unit_kind_name(kind: &str) -> Text {
    match kind {
        "city" => Text::new("市级单位", "City units"),
        "district_office" => Text::new("县区", "Districts"),
        "department" => Text::new("部门", "Departments"),
        "street" => Text::new("街道乡镇", "Streets"),
        _ => Text::new("其他单位", "Other units"),
    }
}

//! The ledger (台账): every filed ticket, line by line, as it is now.

use futures_util::{Stream, stream};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db;
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::deduction::Points;
use crate::domain::page::{Page, decode_cursor};
use crate::domain::text::Text;
use crate::domain::ticket::ledger::{LedgerFilter, LedgerLine};
use crate::domain::ticket::machine::State;
use crate::domain::unit::UnitKind;
use crate::services::deduction::Scales;
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// Which lines.
#[derive(Debug, Clone)]
pub struct LedgerQuery {
    /// Found in this round.
    pub round: Option<Uuid>,
    /// Code of a district.
    pub district: Option<String>,
    /// Code of a unit: led by it or by one below it.
    pub unit: Option<String>,
    /// Code of an item.
    pub item: Option<String>,
    /// In these states; empty: in any.
    pub states: Vec<State>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// Most lines on a page.
    pub limit: u32,
}

/// A line with the names that reference data has for what stands in it.
#[derive(Debug)]
pub struct LedgerRow {
    /// The line.
    pub line: LedgerLine,
    /// Name of the item.
    pub item_name: Text,
    /// 问题大类, where the edition groups its items.
    pub major: Option<Text>,
    /// 扣分; none when it came to nothing, or when nobody knows who found it.
    pub deduction: Option<Points>,
    /// 街道, where one leads it.
    pub street: Option<String>,
    /// 属地责任单位: the office of its district.
    pub territorial_unit: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Key {
    number: String,
}

/// A page of the ledger, in the order of numbers, and the instant that it tells of.
///
/// # Errors
/// `list_cursor_invalid`.
pub async fn ledger(
    svc: &Services,
    actor: &Actor,
    query: &LedgerQuery,
) -> Result<(Timestamp, Page<LedgerRow>)> {
    require(actor, Action::ReadOverdue)?;
    let key: Option<Key> = query.cursor.as_deref().map(decode_cursor).transpose()?;
    let mut conn = svc.conn().await?;
    let filter = LedgerFilter {
        round: query.round,
        district: query.district.clone(),
        units: match &query.unit {
            Some(code) => Some(db::unit::subtree_of_code(&mut conn, code).await?),
            None => None,
        },
        item: query.item.clone(),
        states: query.states.clone(),
    };
    let now = svc.now();
    let after = key.as_ref().map(|key| key.number.as_str());
    let limit = i64::from(query.limit) + 1;
    let lines = db::ticket::ledger::page(&mut conn, now, &filter, after, limit).await?;
    let page = Page::cut(lines, query.limit, |line| Key {
        number: line.ticket.number.clone().unwrap_or_default(),
    });
    let reference = svc.reference.current(&mut conn).await?;
    let scales = Scales::read(&mut conn).await?;
    let items: Result<Vec<LedgerRow>> = page
        .items
        .into_iter()
        .map(|line| row(&reference, &scales, line))
        .collect();
    let page = Page {
        items: items?,
        next_cursor: page.next_cursor,
    };
    Ok((now, page))
}

/// The whole ledger, page by page.
pub fn ledger_pages(
    svc: Services,
    actor: Actor,
    query: LedgerQuery,
) -> impl Stream<Item = Result<(Timestamp, Vec<LedgerRow>)>> {
    stream::try_unfold(Some(query), move |state| {
        let (svc, actor) = (svc.clone(), actor.clone());
        async move {
            let Some(mut query) = state else {
                return Ok(None);
            };
            let (now, page) = ledger(&svc, &actor, &query).await?;
            let next = page.next_cursor.map(|cursor| {
                query.cursor = Some(cursor);
                query
            });
            Ok(Some(((now, page.items), next)))
        }
    })
}

fn row(reference: &Reference, scales: &Scales, line: LedgerLine) -> Result<LedgerRow> {
    let ticket = &line.ticket;
    let lead = ticket.lead.as_ref();
    let lead = lead.and_then(|lead| reference.units.get(lead.id));
    let district = ticket.district.as_ref();
    let office = district.and_then(|district| reference.units.district_office(&district.code));
    Ok(LedgerRow {
        item_name: reference.item_name(&ticket.item)?,
        major: reference
            .catalogue
            .get(&ticket.item)
            .and_then(|entry| entry.item.major.clone()),
        deduction: line
            .source
            .zip(line.ground())
            .map(|(source, ground)| scales.points(source, ground, line.listed_at)),
        street: lead
            .filter(|unit| unit.kind == UnitKind::Street)
            .map(|unit| unit.name_zh.clone()),
        territorial_unit: office.map(|unit| unit.name_zh.clone()),
        line,
    })
}

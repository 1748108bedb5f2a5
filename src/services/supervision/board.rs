//! The board (红黑榜) of a period: units of one type by one indicator, with their rank of the period before and what being last for so
//! many periods in a row means. Earlier periods are counted as they were known at their own end, so that memory does not shift.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use uuid::Uuid;

use super::figures::{FiguresQuery, cohort};
use crate::db::supervision::indicator::{By, Cohort, count};
use crate::db::{self, Conn};
use crate::domain::access::{Action, require};
use crate::domain::account::Actor;
use crate::domain::supervision::board::{Beside, Consequence, REMEMBERED, last_rank, rank};
use crate::domain::supervision::fraction::Fraction;
use crate::domain::supervision::indicator::Indicator;
use crate::domain::supervision::period::Period;
use crate::domain::unit::{Unit, UnitKind};
use crate::services::error::Result;
use crate::services::reference::cache::Reference;
use crate::services::state::Services;

/// A board.
#[derive(Debug)]
pub struct Board {
    /// The period.
    pub period: Period,
    /// The one before, that ranks are compared with.
    pub before: Period,
    /// As known then.
    pub as_of: Timestamp,
    /// Units of this type.
    pub kind: UnitKind,
    /// Ranked by this.
    pub indicator: Indicator,
    /// Best first.
    pub rows: Vec<BoardRow>,
    /// 本次未测评: units with nothing to count.
    pub uninvolved: Vec<Unit>,
}

/// A unit on the board.
#[derive(Debug)]
pub struct BoardRow {
    /// 1 is best; those with equal fractions share it.
    pub rank: u32,
    /// The unit; what the units below it lead counts for it.
    pub unit: Unit,
    /// The exact fraction.
    pub fraction: Fraction,
    /// Beside the rate.
    pub beside: Beside,
    /// Rank of the period before; none when it was not on that board.
    pub rank_before: Option<u32>,
    /// For how many periods in a row it has been last, this one among them; counted up to three.
    pub periods_last: u32,
    /// What follows from that.
    pub consequence: Option<Consequence>,
}

type Ranked = Vec<(u32, Uuid, Fraction)>;

/// The board of a period.
///
/// # Errors
/// `forbidden`; `invalid_query` for a period or an instant that cannot be.
pub async fn board(
    svc: &Services,
    actor: &Actor,
    period: Period,
    as_of: Option<Timestamp>,
    kind: UnitKind,
    indicator: Indicator,
) -> Result<Board> {
    require(actor, Action::ReadFigures)?;
    let mut conn = svc.conn().await?;
    let reference = svc.reference.current(&mut conn).await?;
    let made = Maker {
        reference: &reference,
        kind,
        indicator,
        now: svc.now(),
        later_appeals: false,
    };
    made.board(&mut conn, period, as_of).await
}

/// What makes boards of one type by one indicator.
pub(in crate::services) struct Maker<'a> {
    pub reference: &'a Reference,
    pub kind: UnitKind,
    pub indicator: Indicator,
    pub now: Timestamp,
    /// Whether appeals granted since count in the period itself; what came before it is remembered as it was known.
    pub later_appeals: bool,
}

impl Maker<'_> {
    /// The board of a period.
    pub async fn board(
        &self,
        conn: &mut Conn,
        period: Period,
        as_of: Option<Timestamp>,
    ) -> Result<Board> {
        let cohort = Cohort {
            later_appeals: self.later_appeals,
            ..cohort(conn, &FiguresQuery::of(period, as_of), self.now).await?
        };
        let ranked = self.ranked(conn, &cohort).await?;
        let mut beside =
            db::supervision::beside::count(conn, cohort.from, cohort.until, cohort.as_of).await?;
        let mut streak = last_of(&ranked);
        let mut periods_last: HashMap<Uuid, u32> = streak.iter().map(|id| (*id, 1)).collect();
        let mut ranks_before = HashMap::new();
        let mut earlier = period;
        for nth in 1..REMEMBERED {
            earlier = earlier.before();
            let then = cohort_of(conn, earlier, self.now).await?;
            let then = self.ranked(conn, &then).await?;
            if nth == 1 {
                ranks_before = then.iter().map(|(rank, id, _)| (*id, *rank)).collect();
            }
            streak = &streak & &last_of(&then);
            for id in &streak {
                periods_last.insert(*id, nth + 1);
            }
            if streak.is_empty() {
                break;
            }
        }
        let involved: BTreeSet<Uuid> = ranked.iter().map(|(_, id, _)| *id).collect();
        let row = |(rank, id, fraction): (u32, Uuid, Fraction)| {
            let periods = periods_last.get(&id).copied().unwrap_or_default();
            Some(BoardRow {
                rank,
                unit: self.reference.units.get(id)?.clone(),
                fraction,
                beside: beside.remove(&id).unwrap_or_default(),
                rank_before: ranks_before.get(&id).copied(),
                periods_last: periods,
                consequence: Consequence::after(periods),
            })
        };
        Ok(Board {
            period,
            before: period.before(),
            as_of: cohort.as_of,
            kind: self.kind,
            indicator: self.indicator,
            rows: ranked.into_iter().filter_map(row).collect(),
            uninvolved: self.uninvolved(&involved),
        })
    }

    async fn ranked(&self, conn: &mut Conn, cohort: &Cohort) -> Result<Ranked> {
        let place = Indicator::ALL.iter().position(|it| *it == self.indicator);
        let of_kind = |key: Option<String>| {
            let unit = self.reference.units.get(key?.parse().ok()?)?;
            (unit.kind == self.kind).then(|| (unit.code.clone(), unit.id))
        };
        let counted = count(conn, cohort, By::Unit).await?.into_iter();
        let mut rows: Vec<((String, Uuid), Fraction)> = counted
            .filter_map(|(key, fractions)| Some((of_kind(key)?, fractions.get(place?).copied()?)))
            .collect();
        // Those who share a rank stand in the order of their codes.
        rows.sort_by(|((one, _), _), ((other, _), _)| one.cmp(other));
        let rows = rows.into_iter().map(|((_, id), fraction)| (id, fraction));
        Ok(rank(rows, self.indicator.is_worse_when_higher()))
    }

    fn uninvolved(&self, involved: &BTreeSet<Uuid>) -> Vec<Unit> {
        let units = self.reference.units.ids();
        let units = units.filter_map(|id| self.reference.units.get(id));
        let mut units: Vec<Unit> = units
            .filter(|unit| unit.kind == self.kind && unit.valid_until.is_none())
            .filter(|unit| !involved.contains(&unit.id))
            .cloned()
            .collect();
        units.sort_by(|one, other| one.code.cmp(&other.code));
        units
    }
}

/// All of an earlier period, as known at its end.
async fn cohort_of(conn: &mut Conn, period: Period, now: Timestamp) -> Result<Cohort> {
    cohort(conn, &FiguresQuery::of(period, None), now).await
}

fn last_of(ranked: &Ranked) -> BTreeSet<Uuid> {
    let last = last_rank(ranked);
    let rows = ranked.iter().filter(|(rank, ..)| Some(*rank) == last);
    rows.map(|(_, id, _)| *id).collect()
}

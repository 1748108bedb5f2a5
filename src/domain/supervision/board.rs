//! The board (红黑榜): units of one type ranked by an exact fraction, ties all listed, with the memory of who was last how often.

use std::cmp::Ordering;

use super::fraction::Fraction;

/// Beside the rate, so that nobody improves it unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Beside {
    /// 退件.
    pub returns: u64,
    /// 并案.
    pub merges: u64,
    /// 强制结案.
    pub forced: u64,
    /// 临期延期: extensions asked for in the last hour before the deadline.
    pub last_hour_extensions: u64,
}

/// What follows being last (约谈 → 组织部 → 问责).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consequence {
    /// 约谈.
    Interview,
    /// 抄告组织部.
    Organisation,
    /// 问责.
    Accountability,
}

impl Consequence {
    /// After so many periods in a row in the last place.
    pub fn after(periods: u32) -> Option<Self> {
        match periods {
            0 => None,
            1 => Some(Self::Interview),
            2 => Some(Self::Organisation),
            _ => Some(Self::Accountability),
        }
    }

    /// The word used in the API and in bulletins.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interview => "interview",
            Self::Organisation => "organisation",
            Self::Accountability => "accountability",
        }
    }
}

/// After so many periods in a row a consequence rises no further.
pub const REMEMBERED: u32 = 3;

/// Ranks, best first: equal fractions share a rank, and the next rank counts them all. Those without a fraction are not in it.
pub fn rank<T>(
    rows: impl IntoIterator<Item = (T, Fraction)>,
    worse_when_higher: bool,
) -> Vec<(u32, T, Fraction)> {
    let mut rows: Vec<(T, Fraction)> = rows
        .into_iter()
        .filter(|(_, fraction)| fraction.denominator > 0)
        .collect();
    rows.sort_by(|(_, one), (_, other)| {
        let order = one.compare(*other).unwrap_or(Ordering::Equal);
        if worse_when_higher {
            order
        } else {
            order.reverse()
        }
    });
    let mut ranked: Vec<(u32, T, Fraction)> = Vec::with_capacity(rows.len());
    for (place, (row, fraction)) in (1..).zip(rows) {
        let tied = ranked
            .last()
            .filter(|(.., before)| before.compare(fraction) == Some(Ordering::Equal));
        let rank = tied.map_or(place, |(rank, ..)| *rank);
        ranked.push((rank, row, fraction));
    }
    ranked
}

/// The rank that is last, unless all share one: then nobody is.
pub fn last_rank<T>(ranked: &[(u32, T, Fraction)]) -> Option<u32> {
    let last = ranked.last().map(|(rank, ..)| *rank);
    last.filter(|rank| *rank > 1)
}

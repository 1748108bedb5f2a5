//! Exact fractions: what a figure is, so that it can be compared and printed without any rounding before the last step.

use std::cmp::Ordering;

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fraction {
    /// How many count.
    pub numerator: u64,
    /// Of how many; 0 where there was nothing to count.
    pub denominator: u64,
}

impl Fraction {
    /// In percent with two decimals, rounded half up on the exact fraction: `93.72`. None for an empty denominator, which is printed as
    /// [`EMPTY`].
    pub fn percent(self) -> Option<String> {
        if self.denominator == 0 {
            return None;
        }
        let (numerator, denominator) = (u128::from(self.numerator), u128::from(self.denominator));
        let hundredths = (numerator * 20_000 + denominator) / (denominator * 2);
        Some(format!("{}.{:02}", hundredths / 100, hundredths % 100))
    }

    /// The same with its sign, as people read it: `93.72%`, or [`EMPTY`].
    pub fn text(self) -> String {
        self.percent()
            .map_or_else(|| EMPTY.to_owned(), |percent| format!("{percent}%"))
    }

    /// Which is larger, exactly; none when either is empty.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        if self.denominator == 0 || other.denominator == 0 {
            return None;
        }
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        let right = u128::from(other.numerator) * u128::from(self.denominator);
        Some(left.cmp(&right))
    }
}

/// What is printed where there was nothing to count.
pub const EMPTY: &str = "—";

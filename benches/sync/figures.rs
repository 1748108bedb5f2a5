//! Times of repetitions, and the one table that they end in.

use std::fmt;
use std::time::Duration;

/// Times of repetitions of one thing, shortest first.
#[derive(Debug, Clone)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Of these repetitions.
    pub fn of(mut times: Vec<Duration>) -> anyhow::Result<Self> {
        anyhow::ensure!(!times.is_empty(), "nothing was measured");
        times.sort_unstable();
        Ok(Self(times))
    }

    /// The one in the middle.
    pub fn median(&self) -> Duration {
        self.percentile(50)
    }

    /// Ninety-five of a hundred took no longer.
    pub fn p95(&self) -> Duration {
        self.percentile(95)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Each of them.
    pub fn all(self) -> Vec<Duration> {
        self.0
    }

    fn percentile(&self, percent: usize) -> Duration {
        let rank = (self.0.len() * percent).div_ceil(100).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }
}

/// Milliseconds, to three digits that mean something.
pub fn ms(time: Duration) -> String {
    let ms = time.as_secs_f64() * 1_000.0;
    match ms {
        ..10.0 => format!("{ms:.2} ms"),
        10.0..100.0 => format!("{ms:.1} ms"),
        _ => format!("{ms:.0} ms"),
    }
}

/// So many in this time, a second.
pub fn per_second(count: u32, time: Duration) -> f64 {
    f64::from(count) / time.as_secs_f64()
}

/// With a comma at the thousands.
pub fn grouped(number: impl Into<f64>) -> String {
    let digits = format!("{:.0}", number.into());
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// What a figure is held against.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Goal {
    /// The goal in words, and whether this figure meets it.
    pub fn of(self, figure: f64, unit: &str) -> String {
        let (sign, goal, met) = match self {
            Self::AtMost(goal) => ('≤', goal, figure <= goal),
            Self::AtLeast(goal) => ('≥', goal, figure >= goal),
        };
        let goal = if goal >= 1_000.0 {
            grouped(goal)
        } else {
            goal.to_string()
        };
        let verdict = if met { "met" } else { "MISSED" };
        format!("{sign} {goal}{unit} {verdict}")
    }
}

/// Rows under headings; a heading begins a block with columns of its own.
#[derive(Default)]
pub struct Table {
    lines: Vec<Line>,
    notes: Vec<String>,
}

enum Line {
    Heading(Vec<String>),
    Row(Vec<String>),
}

impl Table {
    /// Begins a block.
    pub fn heading<const N: usize>(&mut self, cells: [&str; N]) {
        self.lines
            .push(Line::Heading(cells.map(str::to_owned).to_vec()));
    }

    /// A row of it; a cell may be empty.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.lines.push(Line::Row(cells.to_vec()));
    }

    /// A line below the table.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut widths: Vec<usize> = Vec::new();
        for Line::Heading(cells) | Line::Row(cells) in &self.lines {
            widths.resize(widths.len().max(cells.len()), 0);
            for (width, cell) in widths.iter_mut().zip(cells) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for line in &self.lines {
            let (Line::Heading(cells) | Line::Row(cells)) = line;
            let padded: Vec<String> = widths
                .iter()
                .enumerate()
                .map(|(column, &width)| {
                    let cell = cells.get(column).map_or("", String::as_str);
                    format!("{cell:<width$}")
                })
                .collect();
            writeln!(f, "| {} |", padded.join(" | "))?;
            if matches!(line, Line::Heading(_)) {
                let rules: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
                writeln!(f, "| {} |", rules.join(" | "))?;
            }
        }
        writeln!(f)?;
        self.notes
            .iter()
            .try_for_each(|note| writeln!(f, "- {note}"))
    }
}

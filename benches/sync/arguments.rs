//! The command line of the benchmark.

use std::path::PathBuf;

use clap::Parser;

/// Measures sync with phones on a demo city of its own, beside what PostgreSQL alone takes.
#[derive(Parser)]
#[command(name = "script/bench sync")]
pub struct Arguments {
    /// 5,000 reports and 50,000 tickets instead of 100,000 and 1,000,000: to try it out, not to quote.
    #[arg(long)]
    quick: bool,
    /// Folder of PostgreSQL's programs, `psql` and `pgbench` among them.
    #[arg(long, value_name = "FOLDER")]
    pub pg_bin: PathBuf,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How large the city is when it is measured.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Tickets of a young city, which the old one is held against.
    pub few: u32,
    /// Reports that are pushed.
    pub reports: u32,
    /// Tickets of a city after years.
    pub many: u32,
}

impl Arguments {
    /// As asked for.
    pub fn sizes(&self) -> Sizes {
        if self.quick {
            Sizes {
                few: 1_000,
                reports: 5_000,
                many: 50_000,
            }
        } else {
            Sizes {
                few: 10_000,
                reports: 100_000,
                many: 1_000_000,
            }
        }
    }
}

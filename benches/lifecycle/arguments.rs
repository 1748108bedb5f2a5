//! The command line of the benchmark.

use std::path::PathBuf;

use clap::Parser;

/// Measures whole lives of tickets on a demo city of its own, empty and full.
#[derive(Parser)]
#[command(name = "script/bench lifecycle")]
pub struct Arguments {
    /// 400 lives at 20,000 tickets instead of 4,000 at 1,000,000: to try it out, not to quote.
    #[arg(long)]
    quick: bool,
    /// Folder of PostgreSQL's programs, `psql` among them.
    #[arg(long, value_name = "FOLDER")]
    pub pg_bin: PathBuf,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is done, and how large the city is then.
#[derive(Debug, Clone, Copy)]
pub struct Sizes {
    /// Lives that are measured, each time.
    pub lives: u32,
    /// Tickets of a city after years.
    pub many: u32,
}

impl Arguments {
    /// As asked for.
    pub fn sizes(&self) -> Sizes {
        if self.quick {
            Sizes {
                lives: 400,
                many: 20_000,
            }
        } else {
            Sizes {
                lives: 4_000,
                many: 1_000_000,
            }
        }
    }
}

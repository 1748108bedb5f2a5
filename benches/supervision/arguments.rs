//! The command line of the benchmark.

use std::path::PathBuf;

use clap::Parser;

/// Measures what the supervision office pulls, on a demo city of its own with years of tickets.
#[derive(Parser)]
#[command(name = "script/bench supervision")]
pub struct Arguments {
    /// 20,000 tickets instead of 1,000,000: to try it out, not to quote.
    #[arg(long)]
    quick: bool,
    /// Folder of PostgreSQL's programs, `psql` among them.
    #[arg(long, value_name = "FOLDER")]
    pub pg_bin: PathBuf,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Arguments {
    /// Tickets of the city; one of twenty is overdue.
    pub fn tickets(&self) -> u32 {
        if self.quick { 20_000 } else { 1_000_000 }
    }
}

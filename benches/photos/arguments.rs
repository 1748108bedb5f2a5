//! The command line of the benchmark.

use std::path::PathBuf;

use clap::Parser;

/// Measures photos on their way in, beside what others do with the same bytes.
#[derive(Parser)]
#[command(name = "script/bench photos")]
pub struct Arguments {
    /// Fewer repetitions: to try it out, not to quote.
    #[arg(long)]
    pub quick: bool,
    /// Folder of PostgreSQL's programs.
    #[arg(long, value_name = "FOLDER")]
    pub pg_bin: PathBuf,
    /// Folder in which npm has installed `sharp`.
    #[arg(long, value_name = "FOLDER")]
    pub sharp: PathBuf,
    /// Only examine this photo, and say how long it took.
    #[arg(long, hide = true)]
    pub examine: Option<PathBuf>,
    /// So many times.
    #[arg(long, hide = true, default_value_t = 1)]
    pub repeat: usize,
    /// The program `rustus`.
    #[arg(long, value_name = "FILE")]
    pub rustus: PathBuf,
    /// Given by cargo.
    #[arg(long, hide = true)]
    bench: bool,
}

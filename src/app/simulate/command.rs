//! `xuncha simulate`: its options, and what it prints.

use std::io::Write as _;

use anyhow::{Context as _, bail};
use clap::Args;
use tokio::runtime::Runtime;

use super::{Level, Plan};
use crate::app::cli::print;
use crate::app::config::{Config, DataArgs};
use crate::app::progress::Progress;
use crate::domain::clock::Clock as _;
use crate::gateways::clock::SystemClock;
use crate::gateways::embedded_postgres::running_database_url;

/// What to simulate, and where.
#[derive(Args)]
pub(in crate::app) struct SimulateArgs {
    /// A test server that runs with --demo. Never a real one: this makes reports.
    #[arg(long, env = "XUNCHA_SERVER", value_name = "URL")]
    server: String,
    /// Phones.
    #[arg(long, env = "XUNCHA_PHONES", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    phones: u32,
    /// Virtual days; nothing waits for them to pass.
    #[arg(long, env = "XUNCHA_DAYS", default_value_t = 5)]
    days: u32,
    /// What goes wrong.
    #[arg(long, env = "XUNCHA_FAULTS", value_enum, default_value_t = Level::Some)]
    faults: Level,
    /// Decides what chance decides: the same seed, the same city.
    #[arg(long, env = "XUNCHA_SEED", default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    data: DataArgs,
}

/// Simulates, prints the table, and fails when anything is lost, doubled, wrongly visible or stuck.
pub(in crate::app) fn simulate(args: SimulateArgs) -> anyhow::Result<()> {
    let config = Config::resolve(args.data)?;
    let find_database = || {
        let named = config.database_url.clone();
        named.or_else(|| running_database_url(&config.data_dir))
    };
    if find_database().is_none() {
        bail!(
            "no server runs on {}: name its --data-dir, or its --database-url",
            config.data_dir.display()
        );
    }
    let plan = Plan {
        server: args.server,
        phones: args.phones,
        days: args.days,
        faults: args.faults,
        seed: args.seed,
        today: SystemClock.now(),
    };
    let bar = Progress::begin();
    let progress = |done, of| {
        bar.set(done, of);
        tracing::info!(done, of, "virtual days");
    };
    let runtime = Runtime::new().context("the program's threads cannot be started")?;
    let outcome = runtime.block_on(super::run(&plan, &find_database, &progress))?;
    drop(bar);
    print(&outcome.table(&plan))?;
    if outcome.cases.is_empty() {
        return Ok(());
    }
    let mut stdout = std::io::stdout().lock();
    write!(stdout, "\n{}", outcome.explanation(&plan))
        .context("standard output cannot be written")?;
    bail!("{} case(s)", outcome.cases.len())
}

//! `script/bench photos`: how fast photos come in, in one run on one machine, beside what others do with the same bytes.

mod arguments;
mod hashes;
mod images;
mod tus;

#[path = "../sync/city.rs"]
mod city;
#[expect(
    dead_code,
    reason = "shared with the other benchmarks, which use more of it"
)]
#[path = "../sync/cluster.rs"]
mod cluster;
#[expect(
    dead_code,
    reason = "shared with the other benchmarks, which use more of it"
)]
#[path = "../sync/figures.rs"]
mod figures;

use std::io::Write as _;
use std::time::Instant;

use clap::Parser as _;

use arguments::Arguments;
use city::City;
use figures::Table;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(photo) = &arguments.examine {
        return images::examine_again_and_again(photo, arguments.repeat);
    }
    let begun = Instant::now();
    let say = move |what: &str| eprintln!("{:>5} s  {what}", begun.elapsed().as_secs());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let mut table = Table::default();
    images::measure(&arguments, &mut table, &say)?;
    say("starting a demo city with a PostgreSQL of its own");
    let city = City::start(&arguments.pg_bin, &[])?;
    city.end_on_signal()?;
    hashes::measure(&arguments, &city, &mut table, &say).await?;
    let memory = city.memory();
    drop(city);
    tus::measure(&arguments, &mut table, &say).await?;
    say("done");
    let processors = std::thread::available_parallelism()?;
    table.note(format!(
        "{processors} processors for servers and clients together; load average before: {}; PostgreSQL: {memory}",
        load.trim()
    ));
    std::io::stdout()
        .lock()
        .write_all(table.to_string().as_bytes())?;
    Ok(())
}

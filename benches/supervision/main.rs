//! `script/bench supervision`: what the supervision office pulls, from a city with two years of tickets, one of twenty of them overdue. The
//! program itself runs with its own PostgreSQL in its usual durable settings.

mod arguments;
mod memory;
mod outcome;
mod pulls;

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
#[expect(
    dead_code,
    reason = "shared with the other benchmarks, which use more of it"
)]
#[path = "../sync/phone.rs"]
mod phone;

use std::io::Write as _;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser as _;

use arguments::Arguments;
use city::City;
use figures::grouped;
use outcome::Measured;
use phone::Phone;
use pulls::{first_pages, whole};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    let say = move |what: &str| eprintln!("{:>5} s  {what}", begun.elapsed().as_secs());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say("starting a demo city with a PostgreSQL of its own");
    let city = City::start(&arguments.pg_bin, &[])?;
    city.end_on_signal()?;
    let measuring = Box::pin(measure(&city, arguments.tickets(), load, &say));
    let measured = match measuring.await {
        Ok(measured) => measured,
        Err(error) => {
            eprintln!("the server's last words:\n{}", city.log_tail());
            return Err(error);
        }
    };
    say("done");
    std::io::stdout()
        .lock()
        .write_all(outcome::table(&measured).to_string().as_bytes())?;
    Ok(())
}

async fn measure(
    city: &City,
    tickets: u32,
    load: String,
    say: &impl Fn(&str),
) -> anyhow::Result<Measured> {
    say(&format!("making {} tickets of two years", grouped(tickets)));
    let script = include_str!("years.sql").replace("{tickets}", &tickets.to_string());
    let said = city.cluster.run(&script)?;
    let overdue: u32 = said.lines().last().context("a count")?.parse()?;
    city.cluster.settle()?;
    let supervisor = Phone::log_in(&city.url, "supervisor").await?;
    let year_ago = city
        .cluster
        .run("SELECT to_char(now() - interval '365 d', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")?;
    let year_ago = format!("supervision/overdue?as_of={year_ago}");
    say("first pages");
    let mut pages = Vec::new();
    for (what, path) in [
        ("overdue now, first page", "supervision/overdue"),
        ("overdue a year ago, first page", &year_ago),
        (
            "due within 8 work hours, first page",
            "supervision/due-soon?work_hours=8",
        ),
        ("ledger, first page", "supervision/ledger"),
        (
            "statistics by district, item, month",
            "supervision/statistics?by=district,item,month",
        ),
        (
            "statistics by unit, day",
            "supervision/statistics?by=unit,day&from=2026-09-01",
        ),
        ("statistics, all together", "supervision/statistics"),
        (
            "map of the city, all tickets",
            "tickets.geojson?zoom=10&state=all",
        ),
        (
            "map of a quarter of it",
            "tickets.geojson?zoom=12&state=all&bbox=117.5,37.2,118.0,37.7",
        ),
        (
            "map close by",
            "tickets.geojson?zoom=17&state=all&bbox=117.90,37.40,117.92,37.42",
        ),
    ] {
        pages.push((what, first_pages(&supervisor, path).await?));
    }
    say("whole lists");
    let csv = whole(city, &supervisor, "supervision/overdue.csv").await?;
    let xlsx = whole(city, &supervisor, "supervision/overdue.xlsx").await?;
    let csv_year_ago = year_ago.replace("overdue?", "overdue.csv?");
    let csv_then = whole(city, &supervisor, &csv_year_ago).await?;
    let ledger = whole(city, &supervisor, "supervision/ledger.csv?state=rectifying").await?;
    Ok(Measured {
        load,
        memory: city.memory(),
        tickets,
        overdue,
        pages,
        csv,
        xlsx,
        csv_then,
        ledger,
    })
}

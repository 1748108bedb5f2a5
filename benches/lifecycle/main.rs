//! `script/bench lifecycle`: how many tickets live their whole life in a second, in a city that has none yet and in one that has a million,
//! in one run on one machine. The program itself runs with its own PostgreSQL in its usual durable settings, and its worker.

mod arguments;
mod life;
mod outcome;

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
#[path = "../sync/draft.rs"]
mod draft;
#[expect(
    dead_code,
    reason = "shared with the other benchmarks, which use more of it"
)]
#[path = "../sync/figures.rs"]
mod figures;
#[path = "../sync/million.rs"]
mod million;
#[expect(
    dead_code,
    reason = "shared with the other benchmarks, which use more of it"
)]
#[path = "../sync/phone.rs"]
mod phone;
#[path = "../sync/staff.rs"]
mod staff;
#[path = "../sync/words.rs"]
mod words;

use std::io::Write as _;
use std::time::{Duration, Instant};

use clap::Parser as _;

use arguments::{Arguments, Sizes};
use city::City;
use draft::Writer;
use figures::{grouped, per_second};
use outcome::Measured;

/// Lives for warming up, which count for nothing.
const WARM_UP: u32 = 100;
/// Whoever acts for every unit of the city.
const OFFICER: &str = "officer-root";

// The clients are threads of their own; this one hears a signal while they ask, and while a script runs.
#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    let say = move |what: &str| eprintln!("{:>5} s  {what}", begun.elapsed().as_secs());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say("starting a demo city with a PostgreSQL of its own");
    let city = City::start(&arguments.pg_bin, &[])?;
    city.end_on_signal()?;
    let measuring = Box::pin(measure(&city, arguments.sizes(), load, &say));
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
    sizes: Sizes,
    load: String,
    say: &impl Fn(&str),
) -> anyhow::Result<Measured> {
    drop(staff::officer(city, OFFICER, staff::unit(city, "371600")?).await?);
    let points = city
        .cluster
        .run("SELECT id, lat, lon FROM check_points ORDER BY code")?;
    let mut writer = Writer::new(&points, Some("behaviour"))?;
    say("warming up");
    life::live(city, &mut writer, OFFICER, WARM_UP)?;
    say(&format!(
        "{} lives on an empty database",
        grouped(sizes.lives)
    ));
    let empty = life::live(city, &mut writer, OFFICER, sizes.lives)?;
    say(&format!("… {:.0}/s", per_second(empty.count, empty.took)));

    say(&format!("making {} tickets of them", grouped(sizes.many)));
    let made = WARM_UP + sizes.lives;
    let tickets = million::multiply(&city.cluster, sizes.many / made)?;
    wait_for_anchoring(city).await?;
    city.cluster.settle()?;
    say(&format!(
        "{} lives at {} tickets",
        grouped(sizes.lives),
        grouped(tickets)
    ));
    life::live(city, &mut writer, OFFICER, WARM_UP)?;
    let full = life::live(city, &mut writer, OFFICER, sizes.lives)?;
    say(&format!("… {:.0}/s", per_second(full.count, full.took)));
    Ok(Measured {
        sizes,
        load,
        memory: city.memory(),
        empty,
        tickets,
        full,
    })
}

/// The worker has nothing left from before.
async fn wait_for_anchoring(city: &City) -> anyhow::Result<()> {
    while city.cluster.number("SELECT count(*) FROM audit_pending")? > 0 {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

//! `script/bench sync`: how fast a city syncs, in one run on one machine. The program itself runs with its own PostgreSQL in its usual
//! durable settings; phones are HTTP clients on connections kept open; beside each figure stands what PostgreSQL alone takes
//! for as many rows on the same cluster.

mod arguments;
mod bytes;
mod city;
mod cluster;
mod draft;
mod figures;
mod floor;
mod million;
mod outcome;
mod phone;
mod pull;
mod push;

mod staff;
mod words;

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use clap::Parser as _;

use arguments::{Arguments, Sizes};
use bytes::{Bytes, Morning};
use city::City;
use draft::{DISTRICT, Writer};
use figures::{Times, grouped};
use floor::Written;
use phone::Phone;
use pull::{Cost, LARGEST_PAGE, PAGE, Reader};
use push::Pushed;

/// Reports pushed for warming up, which count for nothing.
const WARM_UP: u32 = 500;
/// First pulls of each page size, after one for warming up.
const FIRST_PULLS: u32 = 5;

/// Everything that was measured.
struct Measured {
    sizes: Sizes,
    load: String,
    /// What PostgreSQL has.
    memory: String,
    written: Written,
    pushed: Pushed,
    verified: String,
    officer: Cost,
    clerk: Cost,
    few: Cost,
    many: Cost,
    first_500: Times,
    first_2000: Times,
    first_floor: Times,
    bytes: InBytes,
}

/// What goes over the wire.
struct InBytes {
    push_sent: usize,
    push: Bytes,
    empty: Bytes,
    page: Bytes,
    district: Bytes,
    reference: Bytes,
    district_tickets: u32,
    morning: Morning,
}

// One thread is enough to ask with, and leaves the server the rest of the machine; that it is not this one hears a signal while a script runs.
#[tokio::main(worker_threads = 1)]
async fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let begun = Instant::now();
    let say = move |what: &str| eprintln!("{:>5} s  {what}", begun.elapsed().as_secs());
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    say("starting a demo city with a PostgreSQL of its own");
    let city = City::start(&arguments.pg_bin, &[])?;
    city.end_on_signal()?;
    let measuring = Box::pin(measure(&city, &arguments, load, &say));
    let measured = match measuring.await {
        Ok(measured) => measured,
        Err(error) => {
            eprintln!("the server's last words:\n{}", city.log_tail());
            return Err(error);
        }
    };
    say("done");
    let table = outcome::table(&measured)?;
    std::io::stdout()
        .lock()
        .write_all(table.to_string().as_bytes())?;
    Ok(())
}

async fn measure(
    city: &City,
    arguments: &Arguments,
    load: String,
    say: &impl Fn(&str),
) -> anyhow::Result<Measured> {
    let (sizes, pg_bin) = (arguments.sizes(), &arguments.pg_bin);
    let root = staff::unit(city, "371600")?;
    let scope = format!("unit:{root}");
    let mut officer = staff::officer(city, "officer-root", root).await?;
    let mut handler = staff::officer(city, "officer-root-2", root).await?;
    let mut clerk = Phone::log_in(&city.url, "clerk").await?;
    let mut writer = Writer::new(&check_points(city)?, None)?;

    say("PostgreSQL alone: rows as long as a report");
    let row_bytes = serde_json::to_vec(&writer.write()?.mutation)?.len();
    let written = floor::written(city, row_bytes, sizes.reports / 12)?;

    say(&format!("pushing {} reports", grouped(sizes.reports)));
    push::push(city, &mut writer, WARM_UP).await?;
    let pushed = push::push(city, &mut writer, sizes.reports - WARM_UP).await?;
    let rate = figures::per_second(sizes.reports - WARM_UP, pushed.took);
    say(&format!("… {} reports/s", grouped(rate)));
    say("asking the tables for each of them");
    let verified = push::verify(city, &pushed.acknowledged)?;
    city.cluster.settle()?;
    for phone in [&mut officer, &mut handler, &mut clerk] {
        phone.log_in_again().await?;
    }
    say(&format!("pulling at {} tickets", grouped(sizes.reports)));
    let of_officer = Reader {
        city,
        phone: &officer,
        scope: &scope,
        handler: &handler,
    };
    let at_size = pull::cost(of_officer).await?;
    say(&at_size.in_words());
    let of_clerk = Reader {
        phone: &clerk,
        scope: "office",
        ..of_officer
    };
    let of_clerk = pull::cost(of_clerk).await?;
    say(&of_clerk.in_words());
    say("first pulls");
    let first_500 = pull::first_pulls(&officer, PAGE, FIRST_PULLS).await?;
    let first_2000 = pull::first_pulls(&officer, LARGEST_PAGE, FIRST_PULLS).await?;
    let first_floor = pull::first_pull_floor(city, &scope, FIRST_PULLS)?;
    say("counting bytes");
    let bytes = Box::pin(in_bytes(
        city,
        &officer,
        &at_size.cursor,
        &handler,
        &mut writer,
    ))
    .await?;

    say(&format!("making {} tickets of them", grouped(sizes.many)));
    million::multiply(&city.cluster, sizes.many / sizes.reports - 1)?;
    city.cluster.settle()?;
    for phone in [&mut officer, &mut handler] {
        phone.log_in_again().await?;
    }
    say(&format!(
        "making another city, of {} tickets",
        grouped(sizes.few)
    ));
    let small = Small::make(pg_bin, sizes.few).await?;
    say("pulling in both, in turns");
    let of_many = Reader {
        city,
        phone: &officer,
        scope: &scope,
        handler: &handler,
    };
    let [few, many] = pull::costs([small.reader(), of_many]).await?;
    say(&few.in_words());
    say(&many.in_words());
    Ok(Measured {
        sizes,
        load,
        memory: city.memory(),
        written,
        pushed,
        verified,
        officer: at_size,
        clerk: of_clerk,
        few,
        many,
        first_500,
        first_2000,
        first_floor,
        bytes,
    })
}

async fn in_bytes(
    city: &City,
    officer: &Phone,
    cursor: &str,
    handler: &Phone,
    writer: &mut Writer,
) -> anyhow::Result<InBytes> {
    let page = bytes::of_page(officer, cursor).await?;
    let district = Phone::log_in(&city.url, &format!("officer-{DISTRICT}")).await?;
    let idle = staff::officer(city, "officer-idle", bytes::idle_unit(city)?).await?;
    let upto = idle.pull_all(PAGE).await?.cursor;
    let unit = staff::unit(city, DISTRICT)?;
    let open = "SELECT count(*) FROM sync_feed f JOIN tickets t ON t.id = f.entity_id AND f.entity = 'tickets' \
                 WHERE t.state IN ('dispatched', 'rectifying') AND f.state = 'present' AND f.scope";
    let mut inspector = Phone::log_in(&city.url, "inspector5").await?;
    let (push_sent, push) = bytes::of_push(&inspector, writer).await?;
    Ok(InBytes {
        push_sent,
        push,
        empty: bytes::of_pull(&idle, Some(&upto), PAGE).await?,
        page,
        district: bytes::of_pull(&district, None, PAGE).await?,
        reference: bytes::of_pull(&idle, None, PAGE).await?,
        district_tickets: city.cluster.number(&format!("{open} = 'unit:{unit}'"))?,
        morning: bytes::of_morning(city, &mut inspector, handler, writer).await?,
    })
}

/// A city that is young still, which the large one is held against.
struct Small {
    city: City,
    officer: Phone,
    handler: Phone,
    scope: String,
}

impl Small {
    async fn make(pg_bin: &Path, tickets: u32) -> anyhow::Result<Self> {
        let city = City::start(pg_bin, &[])?;
        city.end_on_signal()?;
        let root = staff::unit(&city, "371600")?;
        let officer = staff::officer(&city, "officer-root", root).await?;
        let handler = staff::officer(&city, "officer-root-2", root).await?;
        let mut writer = Writer::new(&check_points(&city)?, None)?;
        push::push(&city, &mut writer, tickets).await?;
        city.cluster.settle()?;
        Ok(Self {
            scope: format!("unit:{root}"),
            city,
            officer,
            handler,
        })
    }

    fn reader(&self) -> Reader<'_> {
        Reader {
            city: &self.city,
            phone: &self.officer,
            scope: &self.scope,
            handler: &self.handler,
        }
    }
}

/// Id and place of each.
fn check_points(city: &City) -> anyhow::Result<String> {
    city.cluster
        .run("SELECT id, lat, lon FROM check_points ORDER BY code")
}

//! A city full of phones against a test server: virtual days of work with everything going wrong that can, then the oracle's
//! verdict: is anything lost, doubled, wrongly visible or stuck? The phones are an independent client: of this program they use
//! the oracle's SQL and nothing else.

mod audit;
mod cast;
mod chance;
pub(super) mod command;
mod compare;
mod cut;
mod desk;
mod device_clock;
mod faults;
mod inspector;
mod officer;
mod phone;
mod photo;
mod rules;
mod store;
mod table;
mod wire;
mod witness;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::{StreamExt as _, stream};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use self::compare::Ledger;
use self::desk::Desk;
use self::phone::{Phone, World};
use self::wire::{Traffic, Wire};
use crate::db::oracle::{self, Expected};
use crate::db::{AsyncConnection as _, Conn};

pub use self::faults::Level;
pub use self::witness::{Case, Wrong};

/// Phones that are awake at once.
const AT_ONCE: usize = 64;
/// How often every phone is drained.
const DRAINS: usize = 3;
/// How often the view is looked at until it stands still.
const ROUNDS: usize = 10;
const PAUSE: Duration = Duration::from_millis(250);
/// A queue that has not become shorter for so many pauses has no worker.
const IDLE_PAUSES: u32 = 4;

/// What to simulate.
#[derive(Debug, Clone)]
pub struct Plan {
    /// `http://127.0.0.1:8080`, running with `--demo`.
    pub server: String,
    /// Phones.
    pub phones: u32,
    /// Virtual days.
    pub days: u32,
    /// What goes wrong.
    pub faults: Level,
    /// Decides everything that chance decides.
    pub seed: u64,
    /// The last virtual day.
    pub today: Timestamp,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    /// What is wrong: empty when all is well.
    pub cases: Vec<Case>,
    /// Mutations that were made.
    pub mutations: u64,
    /// Mutations sent again although they had gone out before.
    pub duplicates: u64,
    /// Pulls.
    pub pulls: u64,
    /// Faults by kind.
    pub faults: Vec<(&'static str, u64)>,
    traffic: Traffic,
}

impl Outcome {
    /// How many cases there are of a sort.
    pub fn count(&self, wrong: Wrong) -> u64 {
        let cases = self.cases.iter().filter(|case| case.wrong == wrong);
        u64::try_from(cases.count()).unwrap_or(u64::MAX)
    }

    /// The table.
    pub fn table(&self, plan: &Plan) -> String {
        table::print(plan, self)
    }

    /// What is wrong, in words.
    pub fn explanation(&self, plan: &Plan) -> String {
        table::explain(plan, &self.cases)
    }

    fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// Lives the days, drains the phones, asks the oracle, whose database is looked for only then: the server may have been
/// started anew meanwhile. `progress` hears of each day.
///
/// # Errors
/// When the server or its database cannot be reached at all; what is wrong with what they do is no error but a case.
pub async fn run(
    plan: &Plan,
    find_database: &(dyn Fn() -> Option<String> + Sync),
    progress: &(dyn Fn(usize, usize) + Sync),
) -> anyhow::Result<Outcome> {
    let past = SignedDuration::from_hours(24 * i64::from(plan.days));
    let world = Arc::new(World {
        wire: Wire::new(&plan.server)?,
        faults: faults::Faults::new(plan.faults),
        witness: witness::Witness::default(),
        begin: plan.today.checked_sub(past).unwrap_or(plan.today),
        shared: Mutex::default(),
    });
    let mut desk = Desk::open(Arc::clone(&world), plan.seed).await?;
    let count = usize::try_from(plan.phones).context("too many phones")?;
    let mut phones: Vec<Phone> = (0..count)
        .map(|number| Phone::new(Arc::clone(&world), cast::person(number), number, plan.seed))
        .collect();
    let days = usize::try_from(plan.days).context("too many days")?;
    for (done, day) in (0..plan.days).enumerate() {
        progress(done, days + 1);
        live(&mut phones, &mut desk, day, plan).await;
    }
    progress(days, days + 1);
    drain(&mut phones).await;
    let url = find_database().context("the server's database is gone")?;
    judge(&url, &mut phones, &mut desk).await?;
    drop((phones, desk));
    let world = Arc::into_inner(world).context("a phone is still alive")?;
    let faults = world.faults.counts();
    let seen = world.witness.into_seen();
    Ok(Outcome {
        mutations: u64::try_from(seen.mutations.len()).unwrap_or(u64::MAX),
        duplicates: seen.duplicates,
        pulls: seen.pulls,
        cases: seen.cases.into_iter().collect(),
        faults,
        traffic: world.wire.traffic,
    })
}

/// One day of everyone, beside each other.
async fn live(phones: &mut Vec<Phone>, desk: &mut Desk, day: u32, plan: &Plan) {
    let born: Mutex<Vec<Phone>> = Mutex::default();
    let first_number = phones.len() + usize::try_from(day).unwrap_or(0) * 100_000;
    let living = stream::iter(phones.iter_mut().enumerate()).for_each_concurrent(
        AT_ONCE,
        |(index, phone)| {
            let born = &born;
            Box::pin(async move {
                let twin = phone.live(day, first_number + index, plan.seed).await;
                born.lock()
                    .expect("nothing panics while holding it")
                    .extend(twin);
            })
        },
    );
    tokio::join!(living, Box::pin(desk.work()));
    phones.extend(born.into_inner().expect("nothing panics while holding it"));
}

/// Nothing goes wrong any more: until every outbox is empty, or nothing changes.
async fn drain(phones: &mut [Phone]) {
    for _ in 0..DRAINS {
        stream::iter(phones.iter_mut())
            .for_each_concurrent(AT_ONCE, |phone| Box::pin(phone.drain()))
            .await;
        if phones.iter().all(|phone| phone.store.outbox.is_empty()) {
            return;
        }
    }
    for phone in phones {
        for outgoing in phone.store.outbox.values() {
            let words = format!("cannot get rid of {} {}", outgoing.kind, outgoing.mid);
            phone.accuse(Wrong::Stuck, &words);
        }
    }
}

/// The oracle's turn.
async fn judge(url: &str, phones: &mut [Phone], desk: &mut Desk) -> anyhow::Result<()> {
    let mut conn = Conn::establish(url)
        .await
        .context("the oracle cannot reach the server's database")?;
    let accounts: BTreeSet<Uuid> = phones.iter().map(|phone| phone.account).collect();
    let accounts: Vec<Uuid> = accounts.into_iter().collect();
    await_worker(&mut conn).await?;
    let mut before = view(&mut conn, &accounts).await?;
    for _ in 0..ROUNDS {
        stream::iter(phones.iter_mut())
            .for_each_concurrent(AT_ONCE, |phone| Box::pin(phone.refresh_view()))
            .await;
        let after = view(&mut conn, &accounts).await?;
        if after != before {
            // The worker is still at it.
            before = after;
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let (expected, ledger) = &after;
        for phone in phones.iter() {
            let rows = expected.get(&phone.account).map_or(&[][..], Vec::as_slice);
            compare::compare(phone, rows, ledger);
        }
        desk.log_in().await?;
        let world = desk.world();
        let seen = world.witness.snapshot();
        let cases = audit::audit(&mut conn, &seen, ledger, desk).await?;
        world.witness.seen().cases.extend(cases);
        return Ok(());
    }
    bail!("the server does not come to rest: is someone else working on it?")
}

/// Waits for renditions to be made, as long as anyone makes them.
async fn await_worker(conn: &mut Conn) -> anyhow::Result<()> {
    let (mut shortest, mut idle) = (usize::MAX, 0);
    while shortest > 0 && idle < IDLE_PAUSES {
        let left = oracle::jobs_left(conn).await?.len();
        idle = if left < shortest { 0 } else { idle + 1 };
        shortest = shortest.min(left);
        if left > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    }
    Ok(())
}

type View = (BTreeMap<Uuid, Vec<Expected>>, Ledger);

async fn view(conn: &mut Conn, accounts: &[Uuid]) -> anyhow::Result<View> {
    let mut expected = BTreeMap::new();
    for account in accounts {
        let mut rows = oracle::expected(conn, *account).await?;
        rows.sort_by(|one, other| (&one.collection, one.id).cmp(&(&other.collection, other.id)));
        expected.insert(*account, rows);
    }
    Ok((expected, audit::ledger(conn, accounts).await?))
}

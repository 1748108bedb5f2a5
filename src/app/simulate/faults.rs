//! What goes wrong on the way and on the phone (sync protocol §9), how often, and how often it did.

use std::collections::BTreeMap;
use std::sync::Mutex;

use clap::ValueEnum;

use super::chance::Chance;

/// How much goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Nothing: people work offline for hours and days, and that is all.
    None,
    /// A bad day's network.
    Some,
    /// Everything that can, often.
    Hostile,
}

macro_rules! faults {
    ($($name:ident: $some:literal, $hostile:literal, $words:literal;)*) => {
        /// One kind of fault.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Fault { $($name,)* }

        impl Fault {
            /// The row of the table.
            pub(super) fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// Odds in a thousand opportunities: on a bad day, and when everything goes wrong.
            fn odds(self) -> (u32, u32) {
                match self { $(Self::$name => ($some, $hostile),)* }
            }
        }
    };
}

faults! {
    AnswerLostLogin: 50, 200, "answer lost: login";
    AnswerLostRefresh: 50, 200, "answer lost: refresh, once";
    AnswerLostRefresh5: 10, 80, "answer lost: refresh, five times";
    RefreshTwice: 20, 120, "refresh twice at once";
    AnswerLostBatch: 40, 150, "answer lost: batch";
    AnswerLostPull: 20, 80, "answer lost: pull";
    AnswerLostPhoto: 30, 120, "answer lost: photo";
    AnswerLostHave: 30, 120, "answer lost: have";
    AnswerLostReport: 30, 150, "answer lost: report over REST";
    RequestCut: 10, 50, "request cut within";
    BatchInParallel: 10, 90, "batch sent up to 20 times at once";
    BatchDelayed: 20, 90, "batch arrives later once more";
    BatchReordered: 20, 150, "batch in another order";
    BatchSplit: 30, 200, "batch split on retry";
    BatchMerged: 20, 150, "batch merged with sent work";
    PageReplayed: 15, 90, "page replayed";
    KilledBeforeAck: 15, 70, "app killed before the verdicts were kept";
    KilledBeforeDelete: 15, 70, "app killed between verdict and local delete";
    KilledBetweenPages: 10, 60, "app killed between pages";
    BackupRestored: 5, 50, "phone restored from a backup";
    Cloned: 2, 20, "phone cloned to two";
    ClockAhead: 10, 60, "clock ten years ahead";
    ClockBehind: 10, 60, "clock ten years behind";
    ClockBackwards: 10, 60, "clock set back an hour";
    Rebooted: 20, 80, "phone rebooted";
    PhotoFirst: 200, 300, "photo before its report";
    PhotoOfAnother: 10, 60, "another photo's bytes sent";
    BitFlipped: 10, 60, "bit flipped in a photo";
    PhotoTwiceAtOnce: 10, 80, "photo sent twice at once";
    SentBothWays: 10, 60, "report sent over REST as well";
    Poison: 5, 40, "mutation that nobody can apply";
}

/// The faults of one run.
pub(super) struct Faults {
    level: Level,
    tally: Mutex<BTreeMap<Fault, u64>>,
}

impl Faults {
    pub(super) fn new(level: Level) -> Self {
        Self {
            level,
            tally: Mutex::default(),
        }
    }

    /// Whether this one happens now; if so, it is counted.
    pub(super) fn strikes(&self, chance: &mut Chance, fault: Fault) -> bool {
        let (some, hostile) = fault.odds();
        let odds = match self.level {
            Level::None => 0,
            Level::Some => some,
            Level::Hostile => hostile,
        };
        // Asked at every level, so that the same seed gives the same city.
        let strikes = chance.per_mille(odds);
        if strikes {
            let mut tally = self.tally.lock().expect("nothing panics while holding it");
            *tally.entry(fault).or_default() += 1;
        }
        strikes
    }

    /// How often each happened.
    pub(super) fn counts(&self) -> Vec<(&'static str, u64)> {
        let tally = self.tally.lock().expect("nothing panics while holding it");
        tally
            .iter()
            .map(|(fault, times)| (fault.words(), *times))
            .collect()
    }
}

//! Ids of what indexes hold by the million. They are random, and tell neither a time nor an order (a UUID of version 7 would); but a server
//! makes a thousand in a row that share their first sixteen bits, so that they lie side by side in an index. Of ids that are random from
//! the first bit on, each costs a page of every index that holds it: read, and after a checkpoint written to the log whole.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

/// Ids that share their beginning: enough for side by side, and weeks of a city, so that to share it tells nothing.
const RUN: u64 = 1_024;

/// What no one outside this process can know the beginnings by.
static SECRET: LazyLock<RandomState> = LazyLock::new(RandomState::new);
static MADE: AtomicU64 = AtomicU64::new(0);

/// A new id, of version 4, beside the one made before it. Whoever sees many of them can tell about how many were made: only for rows of which
/// everybody may know that.
pub fn side_by_side() -> Uuid {
    let run = MADE.fetch_add(1, Ordering::Relaxed) / RUN;
    let [first, second, ..] = SECRET.hash_one(run).to_be_bytes();
    let mut bytes = Uuid::new_v4().into_bytes();
    [bytes[0], bytes[1]] = [first, second];
    Builder::from_random_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::{RUN, side_by_side};

    #[test]
    fn ids_are_of_version_four_share_a_beginning_by_the_thousand_and_differ() {
        let ids: Vec<_> = (0..4 * RUN).map(|_| side_by_side()).collect();
        let all: HashSet<_> = ids.iter().collect();
        assert_eq!(all.len(), ids.len());
        assert!(ids.iter().all(|id| id.get_version_num() == 4));
        let mut runs: BTreeMap<[u8; 2], u64> = BTreeMap::new();
        for id in &ids {
            let bytes = id.as_bytes();
            *runs.entry([bytes[0], bytes[1]]).or_default() += 1;
        }
        // Five runs were touched, the first and the last in part, if nobody else made any meanwhile.
        assert!(runs.values().any(|count| *count >= RUN / 2), "{runs:?}");
    }
}

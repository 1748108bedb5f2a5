//! What faults cost (扣分), and cost when their tickets were listed: a change of the policy prices nothing anew.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::db::{self, Conn};
use crate::domain::deduction::{Ground, Points, Scale};
use crate::domain::policy::Policies;
use crate::domain::report::Source;
use crate::services::Result;

/// What faults have cost since when, by who found them.
pub struct Scales {
    set: HashMap<String, Vec<(Timestamp, Scale)>>,
    defaults: Policies,
}

impl Scales {
    /// Every scale that was ever set.
    ///
    /// # Errors
    /// `unavailable` or `internal` when the database does not give them.
    pub async fn read(conn: &mut Conn) -> Result<Self> {
        let mut set: HashMap<String, Vec<(Timestamp, Scale)>> = HashMap::new();
        let keys = Source::ALL.map(Policies::deduction_key);
        for (key, value, at) in db::policy::history(conn, &keys).await? {
            let scale = serde_json::from_value(value).map_err(anyhow::Error::from)?;
            set.entry(key).or_default().push((at, scale));
        }
        Ok(Self {
            set,
            defaults: Policies::default(),
        })
    }

    /// By the scale that was in force when the ticket was listed.
    pub fn points(&self, source: Source, ground: Ground, listed_at: Timestamp) -> Points {
        let set = self.set.get(Policies::deduction_key(source));
        let then = set.into_iter().flatten().rfind(|(at, _)| *at <= listed_at);
        let scale = then.map_or_else(|| *self.defaults.deduction(source), |(_, scale)| *scale);
        scale.points(ground)
    }
}

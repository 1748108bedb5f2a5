//! What PostgreSQL alone takes in on the same cluster, in the same shape: as many rows in a transaction, as many clients, rows
//! about as long as a mutation, and nothing done with them.

use crate::city::City;
use crate::cluster::Load;
use crate::push::{BATCH, CLIENTS};

/// Rows a second.
pub struct Written {
    /// One INSERT of all rows a transaction.
    pub at_once: f64,
    /// As many INSERTs as rows.
    pub one_by_one: f64,
}

/// Measures it, on a table that is gone afterwards.
pub fn written(city: &City, row_bytes: usize, transactions: u32) -> anyhow::Result<Written> {
    city.cluster.run(
        "CREATE TABLE bench_floor (id uuid PRIMARY KEY, account_id bigint NOT NULL, received_at timestamptz NOT NULL, raw text NOT NULL)",
    )?;
    let raw = "report ".repeat(row_bytes / 7);
    let row = format!("(gen_random_uuid(), 1, now(), '{raw}')");
    let insert = "INSERT INTO bench_floor VALUES ";
    let rows = vec![row.as_str(); BATCH].join(", ");
    let at_once = format!("{insert}{rows};\n");
    let one_by_one = format!(
        "BEGIN;\n{}COMMIT;\n",
        format!("{insert}{row};\n").repeat(BATCH)
    );
    let load = Load {
        clients: CLIENTS,
        transactions: transactions / CLIENTS,
    };
    let rate = |script: &str| -> anyhow::Result<f64> {
        // A tenth for warming up.
        let warm = Load {
            transactions: load.transactions.div_ceil(10),
            ..load
        };
        city.cluster.repeat(script, warm)?;
        let rows = f64::from(u32::try_from(BATCH)?);
        Ok(city.cluster.repeat(script, load)?.rate * rows)
    };
    let written = Written {
        at_once: rate(&at_once)?,
        one_by_one: rate(&one_by_one)?,
    };
    city.cluster.run("DROP TABLE bench_floor")?;
    Ok(written)
}

//! Connections and migrations.

use std::time::Duration;

use diesel_async::pooled_connection::deadpool;
use diesel_async::pooled_connection::{
    AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod,
};
use diesel_async::{
    AsyncConnection as _, AsyncMigrationHarness, AsyncPgConnection, RunQueryDsl as _,
    SimpleAsyncConnection as _,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::transaction;

/// A connection.
pub type Conn = AsyncPgConnection;
/// Connections kept open between requests.
pub type Pool = deadpool::Pool<Conn>;
/// A connection lent by the pool.
pub type PooledConn = deadpool::Object<Conn>;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// What every connection is set to: nothing may hold a snapshot open for long (the sync cursors wait for it), and a commit that is
/// answered is on the disk, whatever the server's own setting: phones delete what they were told is safe. Starting parallel workers
/// and compiling plans takes longer than what a request asks for, and no disk of today is four times slower at random.
const SESSION_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET max_parallel_workers_per_gather = 0; SET jit = off; \
     SET random_page_cost = 1.1; \
     SET statement_timeout = '30s'; SET idle_in_transaction_session_timeout = '30s'; SET lock_timeout = '10s'; \
     SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

/// The database cannot be reached or brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// No connection could be made.
    #[error("no connection to PostgreSQL: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(String),
}

/// Where connections come from.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its address, as libpq reads it.
    pub url: String,
    /// Most connections of one pool.
    pub pool_size: usize,
}

impl Database {
    /// A [`pool`] of its connections.
    pub fn pool(&self) -> Pool {
        pool(&self.url, self.pool_size)
    }
}

/// A pool of at most `size` connections; none is made yet. They will be driven by the runtime that is current here, which must outlive the
/// pool.
pub fn pool(url: &str, size: usize) -> Pool {
    let runtime = tokio::runtime::Handle::current();
    let mut config = ManagerConfig::default();
    // A connection that PostgreSQL has closed is known without asking it; asking costs every request two rounds more.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |url| {
        let (runtime, url) = (runtime.clone(), url.to_owned());
        Box::pin(async move {
            let connecting = runtime.spawn(async move { connect(&url).await });
            connecting
                .await
                .map_err(|error| diesel::ConnectionError::BadConnection(error.to_string()))?
        })
    });
    let manager = AsyncDieselConnectionManager::<Conn>::new_with_config(url, config);
    let wait = Some(Duration::from_secs(10));
    // The connection used last is the one that knows its statements best.
    Pool::builder(manager)
        .max_size(size)
        .queue_mode(::deadpool::managed::QueueMode::Lifo)
        .wait_timeout(wait)
        .create_timeout(wait)
        .runtime(::deadpool::Runtime::Tokio1)
        .build()
        .expect("a pool lacks nothing but the runtime that its timeouts need")
}

/// A connection as every one is set.
async fn connect(url: &str) -> diesel::ConnectionResult<Conn> {
    let mut conn = Conn::establish(url).await?;
    let prepared = format!("{SESSION_SETTINGS}; {}", transaction::preparing());
    conn.batch_execute(&prepared)
        .await
        .map_err(diesel::ConnectionError::CouldntSetupConfiguration)?;
    Ok(conn)
}

/// Applies the migrations that the database does not have yet, under a lock so that servers which start together do
/// not meet. Needs a multi-thread runtime. Answers the names of those applied.
///
/// # Errors
/// [`PoolError`] when the database cannot be reached or a migration fails.
pub async fn migrate(url: &str) -> Result<Vec<String>, PoolError> {
    let mut conn = Conn::establish(url).await?;
    diesel::sql_query("SELECT pg_advisory_lock(hashtext('xuncha migrations'))")
        .execute(&mut conn)
        .await
        .map_err(|error| PoolError::Migration(error.to_string()))?;
    let applied = tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        let applied = harness.run_pending_migrations(MIGRATIONS)?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(
            applied.iter().map(ToString::to_string).collect(),
        )
    });
    applied
        .await
        .map_err(|error| PoolError::Migration(error.to_string()))?
        .map_err(|error| PoolError::Migration(error.to_string()))
}

/// Takes back this migration (`20261126150000`) and every later one: for tests of migrations. Of an empty name, all of them.
///
/// # Errors
/// [`PoolError`] when the database cannot be reached or a migration fails.
pub async fn revert_from(url: &str, version: &str) -> Result<(), PoolError> {
    let conn = Conn::establish(url).await?;
    let version = version.to_owned();
    tokio::task::spawn_blocking(move || {
        let mut harness = AsyncMigrationHarness::new(conn);
        let applied = harness.applied_migrations()?.into_iter();
        for _ in applied.filter(|applied| applied.to_string() >= version) {
            harness.revert_last_migration(MIGRATIONS)?;
        }
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    })
    .await
    .map_err(|error| PoolError::Migration(error.to_string()))?
    .map_err(|error| PoolError::Migration(error.to_string()))
}

//! The database that a command works on: one that was named, one of our own, or one that a running server has started.

use anyhow::Context as _;

use super::config::Config;
use crate::gateways::embedded_postgres::{EmbeddedPostgres, Options, running_database_url};

/// A database that takes connections.
pub(super) enum Database {
    /// Somebody else's: named by URL, or run by another process on our data folder.
    Others(String),
    /// Run by this process.
    Own(EmbeddedPostgres),
}

impl Database {
    /// For the server: named, or its own. To be called on the main thread.
    pub(super) fn for_server(config: &Config) -> anyhow::Result<Self> {
        match &config.database_url {
            Some(url) => Ok(Self::Others(url.clone())),
            None => Self::start(config),
        }
    }

    /// For a command beside the server, which may be running or not. To be called on the main thread.
    pub(super) fn beside(config: &Config) -> anyhow::Result<Self> {
        let others = config
            .database_url
            .clone()
            .or_else(|| running_database_url(&config.data_dir));
        match others {
            Some(url) => Ok(Self::Others(url)),
            None => Self::start(config),
        }
    }

    fn start(config: &Config) -> anyhow::Result<Self> {
        tracing::info!(data_dir = %config.data_dir.display(), "starting PostgreSQL");
        let own = EmbeddedPostgres::start(&Options {
            data_dir: config.data_dir.clone(),
            pg_bin: config.pg_bin.clone(),
        })?;
        Ok(Self::Own(own))
    }

    /// Where it is; may hold a password.
    pub(super) fn url(&self) -> &str {
        match self {
            Self::Others(url) => url,
            Self::Own(own) => own.database_url(),
        }
    }

    /// Stops it if it is our own.
    pub(super) fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Others(_) => Ok(()),
            Self::Own(own) => own.stop().context("PostgreSQL did not stop as it should"),
        }
    }
}

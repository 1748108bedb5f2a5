//! Where data lies: from options and the environment to values that the rest of the program takes for granted.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};
use nix::unistd::geteuid;

use crate::gateways::blobs::BlobsConfig;
use crate::gateways::webhooks::Reach;

/// Options that say where data lies.
#[derive(Args)]
pub(super) struct DataArgs {
    /// Folder of the database, the photos and the keys [default: ./data, or /var/lib/xuncha for root where PostgreSQL's user
    /// cannot enter ./data].
    #[arg(long, env = "XUNCHA_DATA_DIR", value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// A PostgreSQL to use instead of one of its own: `postgres://user:password@host/database`; `DATABASE_URL` is
    /// understood as well.
    #[arg(
        long,
        env = "XUNCHA_DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// Folder of the programs `postgres` and `initdb`, where they are not found by themselves.
    #[arg(long, env = "XUNCHA_PG_BIN", value_name = "FOLDER")]
    pg_bin: Option<PathBuf>,
    /// Object store for the photos, `s3://bucket/prefix`, with the environment variables that AWS tools know [default: the folder
    /// `photos` of the data folder].
    #[arg(long, env = "XUNCHA_BLOBS", value_name = "URL")]
    blobs: Option<String>,
    /// How photos go out: `streamed` through this server, or `signed`: the object store hands them out itself, at addresses that are good
    /// for five minutes. `AWS_ENDPOINT` must then be an address that readers reach.
    #[arg(
        long,
        env = "XUNCHA_PHOTOS",
        value_name = "HOW",
        default_value = "streamed"
    )]
    photos: Photos,
    /// Which addresses webhooks may be sent to: `public` ones, over TLS; or `private` ones as well, where the city's systems share a
    /// network.
    #[arg(
        long,
        env = "XUNCHA_WEBHOOKS",
        value_name = "WHERE",
        default_value = "public"
    )]
    webhooks: WebhooksTo,
}

/// Which addresses webhooks may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum WebhooksTo {
    /// Public ones, over TLS.
    Public,
    /// Private ones as well.
    Private,
}

/// How photos go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Photos {
    /// Through this server.
    Streamed,
    /// By the object store itself.
    Signed,
}

/// Where everything lies.
pub(super) struct Config {
    /// Folder of what this host keeps.
    pub(super) data_dir: PathBuf,
    /// The database to use, if not one of our own.
    pub(super) database_url: Option<String>,
    /// Folder of PostgreSQL's programs.
    pub(super) pg_bin: Option<PathBuf>,
    /// Where the photos lie.
    pub(super) blobs: BlobsConfig,
    /// How photos go out.
    pub(super) photos: Photos,
    /// How far webhooks reach.
    pub(super) webhooks: Reach,
}

impl Config {
    /// Fills in what was left open.
    pub(super) fn resolve(args: DataArgs) -> anyhow::Result<Self> {
        let database_url = args
            .database_url
            .filter(|url| !url.is_empty())
            .or_else(|| variable("DATABASE_URL"));
        if let Some(url) = &database_url
            && !url.starts_with("postgres://")
            && !url.starts_with("postgresql://")
        {
            bail!("--database-url takes postgres://user:password@host/database");
        }
        let data_dir = args.data_dir.unwrap_or_else(default_data_dir);
        let blobs = match args.blobs.filter(|url| !url.is_empty()) {
            Some(url) if url.starts_with("s3://") => BlobsConfig::S3 {
                url,
                options: aws_variables(),
            },
            Some(other) => bail!("--blobs takes s3://bucket/prefix, and not `{other}`"),
            None => BlobsConfig::Folder(data_dir.join("photos")),
        };
        if args.photos == Photos::Signed && matches!(blobs, BlobsConfig::Folder(_)) {
            bail!("--photos signed needs an object store: name it with --blobs s3://bucket/prefix");
        }
        Ok(Self {
            data_dir,
            database_url,
            pg_bin: args.pg_bin,
            blobs,
            photos: args.photos,
            webhooks: match args.webhooks {
                WebhooksTo::Public => Reach::Public,
                WebhooksTo::Private => Reach::Private,
            },
        })
    }
}

/// An environment variable that is set and not empty: for secrets, which are no options because every user of a host
/// can read command lines.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn aws_variables() -> Vec<(String, String)> {
    std::env::vars()
        .filter(|(name, _)| name.starts_with("AWS_"))
        .collect()
}

/// PostgreSQL refuses to run as root, and the user that it runs as instead cannot enter below /root.
fn default_data_dir() -> PathBuf {
    let here = PathBuf::from("data");
    let in_use = here.join("pg").exists();
    if geteuid().is_root() && !in_use && !everyone_may_enter(Path::new(".")) {
        return PathBuf::from("/var/lib/xuncha");
    }
    here
}

fn everyone_may_enter(folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else {
        return false;
    };
    folder
        .ancestors()
        .all(|above| fs::metadata(above).is_ok_and(|found| found.permissions().mode() & 0o001 != 0))
}

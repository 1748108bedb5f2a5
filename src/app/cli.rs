//! The command line: one subcommand each for the server and for what is done beside it.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::config::{Config, DataArgs};
use super::database::Database;
use super::simulate::command::{SimulateArgs, simulate};
use super::telemetry::LogArgs;
use super::{admin, audit, explain, import, round, serve, telemetry, wire};
use crate::db;
use crate::domain::clock::Clock as _;
use crate::gateways::blobs;
use crate::gateways::clock::SystemClock;
use crate::http::openapi;
use crate::services::audit::backfill::backfill;

/// 巡查: the backend of a city's unannounced street inspections.
///
/// Every option is also an environment variable, named in brackets.
#[derive(Parser)]
#[command(name = "xuncha", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    log: LogArgs,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API; without --database-url, on a PostgreSQL of its own.
    Server(ServerArgs),
    /// Work off the queue, beside servers that run with --no-worker.
    Worker(DataArgs),
    /// Bring the database up to date, as the server does when it starts.
    Migrate(DataArgs),
    /// Make accounts from here, where nobody can log in yet.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Import reference data.
    Import(import::ImportArgs),
    /// Rounds, for who has the database itself.
    #[command(subcommand)]
    Round(RoundCommand),
    /// Try a test server with a city full of phones on which everything goes wrong; exit 1 on any loss or double.
    Simulate(SimulateArgs),
    /// The trail that nobody can quietly edit: verify it, print its public key, declare a restore.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Print the OpenAPI document.
    Openapi,
}

/// Options of the server.
#[derive(Args)]
pub(super) struct ServerArgs {
    /// Address and port; port 0 picks a free one.
    #[arg(long, env = "XUNCHA_LISTEN", default_value = "127.0.0.1:8080", value_parser = parse_listen)]
    pub(super) listen: SocketAddr,
    /// Under which URL people reach the server, when a proxy stands in front.
    #[arg(long, env = "XUNCHA_PUBLIC_URL", value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Load the demo city, once; its accounts have a public password, so this server answers only to this host.
    #[arg(long, env = "XUNCHA_DEMO")]
    pub(super) demo: bool,
    /// Leave the queue to `xuncha worker`.
    #[arg(long, env = "XUNCHA_NO_WORKER")]
    pub(super) no_worker: bool,
    #[command(flatten)]
    pub(super) data: DataArgs,
}

#[derive(Subcommand)]
enum RoundCommand {
    /// Repeat the draw of a round from its seed and compare; exit 1 when it comes out otherwise.
    Draw {
        /// The round's id.
        #[arg(long, value_name = "ROUND")]
        verify: Uuid,
        #[command(flatten)]
        data: DataArgs,
    },
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Make an administrator's account; its password is read from standard input.
    Create {
        /// User name.
        name: String,
        /// Read the password from this file instead.
        #[arg(long, env = "XUNCHA_PASSWORD_FILE", value_name = "FILE")]
        password_file: Option<PathBuf>,
        #[command(flatten)]
        data: DataArgs,
    },
}

/// Does what the command line says. Stays on the calling thread, which must be the main one: an embedded PostgreSQL stops
/// with the thread that started it.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    telemetry::start_log(&cli.log);
    blobs::install_tls_provider();
    match dispatch(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing can be done when nobody reads this.
            let _ = writeln!(io::stderr(), "error: {}", explain::in_words(&error));
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Server(args) => serve::serve(args),
        Command::Worker(args) => with_database(args, async |config, url| {
            serve::work(wire::services(&config, &url, wire::Keys::Kept)?).await
        }),
        Command::Migrate(args) => with_database(args, async |_, _| Ok(())),
        Command::Admin(AdminCommand::Create {
            name,
            password_file,
            data,
        }) => {
            let password = admin::read_password(password_file.as_deref())?;
            with_database(data, async |_, url| {
                admin::create(&url, SystemClock.now(), &name, &password).await
            })
        }
        Command::Import(args) => {
            let import::ImportArgs { data, what } = args;
            with_database(data, async |config, url| {
                import::import(&wire::services(&config, &url, wire::Keys::None)?, &what).await
            })
        }
        Command::Round(RoundCommand::Draw { verify, data }) => {
            with_database(data, async |config, url| {
                let svc = wire::services(&config, &url, wire::Keys::None)?;
                print(&round::verify(&svc, verify).await?)
            })
        }
        Command::Simulate(args) => simulate(args),
        Command::Audit(command) => audit::run(command),
        Command::Openapi => print(&openapi::document_json(None)?),
    }
}

/// Runs a command on a database that is up to date: the named one, that of a server which runs on the data folder, or its own.
fn with_database(
    args: DataArgs,
    command: impl AsyncFnOnce(Config, String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    on_database(args, async |config, url| {
        bring_up_to_date(&url).await?;
        command(config, url).await
    })
}

/// The same, on a database as it is.
pub(super) fn on_database<T>(
    args: DataArgs,
    command: impl AsyncFnOnce(Config, String) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let config = Config::resolve(args)?;
    let database = Database::beside(&config)?;
    let runtime = Runtime::new().context("the program's threads cannot be started")?;
    let done = runtime.block_on(command(config, database.url().to_owned()));
    drop(runtime);
    let closed = database.close();
    done.and_then(|done| closed.map(|()| done))
}

/// Applies missing migrations, and says which; then chains trails that were there before they were chained.
pub(super) async fn bring_up_to_date(url: &str) -> anyhow::Result<()> {
    for migration in db::pool::migrate(url).await.map_err(explain::database)? {
        tracing::info!(%migration, "applied");
    }
    let pool = db::pool::pool(url, 1);
    let mut conn = pool.get().await.context("no connection to PostgreSQL")?;
    let say = |tickets| tracing::info!(tickets, "chained trails that were there before");
    backfill(&mut conn, &say).await?;
    Ok(())
}

/// To standard output, which is for results only.
pub(super) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("standard output cannot be written to")
}

fn parse_listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_syntax| "expected ADDRESS:PORT, such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

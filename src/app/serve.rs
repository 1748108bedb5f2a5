//! The server's life: up in order, down in reverse.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context as _, bail};
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::cli::{ServerArgs, bring_up_to_date, print};
use super::config::Config;
use super::database::Database;
use super::progress::Progress;
use super::{telemetry, wire};
use crate::http::server;
use crate::jobs::runner;
use crate::services::sync::epoch;
use crate::services::{Services, demo};

/// A job that takes longer at the end is left to its lease.
const LAST_JOBS_WITHIN: Duration = Duration::from_secs(20);

/// Serves until told to stop. Stays on the calling thread, which must be the main one.
pub(super) fn serve(args: ServerArgs) -> anyhow::Result<()> {
    refuse_demo_to_others(&args)?;
    let ServerArgs {
        listen,
        public_url,
        demo,
        no_worker,
        data,
    } = args;
    let config = Config::resolve(data)?;
    // Before anything is started: a port that is taken is found out at once.
    let listener = bind(listen)?;
    let database = Database::for_server(&config)?;
    let runtime = Runtime::new().context("the program's threads cannot be started")?;
    let ended = runtime.block_on(async {
        let mut stop = Stop::listen()?;
        let life = Life {
            config: &config,
            database_url: database.url(),
            public_url,
            demo,
            no_worker,
        };
        tokio::select! {
            started = life.start(listener) => started?.run(&mut stop).await,
            () = stop.asked() => Ok(()),
        }
    });
    // Connections end with their runtime; then PostgreSQL has nobody left to wait for.
    runtime.shutdown_timeout(Duration::from_secs(5));
    ended.and(database.close())
}

/// Works off the queue until told to stop.
pub(super) async fn work(svc: Services) -> anyhow::Result<()> {
    let mut stop = Stop::listen()?;
    let worker = Worker::start(svc);
    stop.asked().await;
    worker.end().await;
    Ok(())
}

/// Demo accounts have a password that everybody knows.
fn refuse_demo_to_others(args: &ServerArgs) -> anyhow::Result<()> {
    if args.demo && !args.listen.ip().is_loopback() {
        bail!(
            "--demo makes accounts with a public password and therefore listens on this host only: use --listen 127.0.0.1:{}, \
             or leave --demo out",
            args.listen.port()
        );
    }
    Ok(())
}

fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).with_context(|| {
        format!("cannot listen on {address}; choose another --listen, or stop what holds that port")
    })
}

struct Life<'a> {
    config: &'a Config,
    database_url: &'a str,
    public_url: Option<String>,
    demo: bool,
    no_worker: bool,
}

impl Life<'_> {
    async fn start(self, listener: TcpListener) -> anyhow::Result<Running> {
        bring_up_to_date(self.database_url).await?;
        let mut parts = wire::parts(self.config, self.database_url, wire::Keys::Kept)?;
        parts.demo = self.demo;
        let svc = Services::new(parts);
        epoch::check(&svc).await?;
        if self.demo {
            load_demo(&svc).await?;
        }
        let address = listener.local_addr()?;
        let options = server::Options {
            workers: wire::serving_threads(),
            metrics: telemetry::start_metrics(self.public_url.is_some())?,
            public_url: self.public_url,
        };
        let server = server::run(listener, svc.clone(), options)?;
        let handle = server.handle();
        let serving = tokio::spawn(server);
        let worker = (!self.no_worker).then(|| Worker::start(svc));
        print(&format!("listening on http://{address}\n"))?;
        Ok(Running {
            handle,
            serving,
            worker,
        })
    }
}

async fn load_demo(svc: &Services) -> anyhow::Result<()> {
    tracing::info!("loading the demo city, unless it is there");
    let bar = Progress::begin();
    demo::load(svc, &|done, of| bar.set(done, of)).await?;
    Ok(())
}

struct Running {
    handle: actix_web::dev::ServerHandle,
    serving: JoinHandle<std::io::Result<()>>,
    worker: Option<Worker>,
}

impl Running {
    async fn run(mut self, stop: &mut Stop) -> anyhow::Result<()> {
        tokio::select! {
            ended = &mut self.serving => {
                ended??;
                bail!("the server ended by itself");
            }
            () = stop.asked() => {}
        }
        tracing::info!(
            "stopping: requests under way are finished first; ask again to stop at once"
        );
        tokio::select! {
            () = self.handle.stop(true) => {}
            () = stop.asked() => self.handle.stop(false).await,
        }
        if let Some(worker) = self.worker {
            worker.end().await;
        }
        Ok(())
    }
}

struct Worker {
    stop: watch::Sender<bool>,
    working: JoinHandle<()>,
}

impl Worker {
    fn start(svc: Services) -> Self {
        let (stop, stopped) = watch::channel(false);
        let working = tokio::spawn(runner::work(svc, stopped));
        Self { stop, working }
    }

    async fn end(self) {
        // Fails when the worker has ended already, which is what is wanted.
        let _ = self.stop.send(true);
        if tokio::time::timeout(LAST_JOBS_WITHIN, self.working)
            .await
            .is_err()
        {
            tracing::warn!("a job was left unfinished; it will be tried again");
        }
    }
}

/// Ctrl-C, or SIGTERM from whoever runs the server.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

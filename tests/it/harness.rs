//! A city of its own for each test: a database made from a template, a server in this process, a clock that the test sets,
//! and clients that speak HTTP. A test acts as people do, over HTTP, and looks into the database only to be sure.
//!
//! ```ignore
//! let app = TestApp::demo().await;
//! let inspector = app.login("inspector1").await;
//! let report = inspector.post("reports").json(&json!({ … })).await.expect(201);
//! app.run_jobs().await;
//! app.finish().await;
//! ```

pub mod bad_line;
pub mod camera;
pub mod client;
mod clock;
mod cluster;
mod database;
pub mod phone;
pub mod receiver;
mod response;
mod runtime;
mod s3;
mod server_process;
pub mod story;
pub mod tus_js;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use diesel_async::AsyncConnection as _;
use serde_json::Value;
use tempfile::TempDir;
use xuncha::db::pool::{self, Conn};
use xuncha::gateways::audit_keys::AuditKeys;
use xuncha::gateways::blobs::{Blobs, BlobsConfig, install_tls_provider};
use xuncha::gateways::capabilities::Capabilities;
use xuncha::gateways::images::Images;
use xuncha::gateways::passwords::{Cost, Passwords};
use xuncha::gateways::sealing::Sealer;
use xuncha::gateways::tokens::{RefreshKey, SigningKey, TokenSigner};
use xuncha::gateways::webhooks::{Reach, Webhooks};
use xuncha::http::server::{self, Metrics};
use xuncha::jobs::runner::{self, Counts};
use xuncha::services::Services;
use xuncha::services::account::throttle::LoginThrottle;
use xuncha::services::demo;
use xuncha::services::evidence::upload::Turns;
use xuncha::services::reference::cache::ReferenceCache;
use xuncha::services::state::Parts;

pub use client::{Client, DEMO_PASSWORD, Request};
pub use clock::{ManualClock, shanghai};
pub use database::{Database, rows};
pub use response::Response;
pub use s3::S3Server;
pub use server_process::ServerProcess;

/// More than one server needs for the tests' few clients; the cluster allows 300.
const POOL_SIZE: usize = 8;

/// One running server with everything behind it, gone when dropped.
pub struct TestApp {
    /// What the server's services work with.
    pub svc: Services,
    /// The server's clock: Friday 2026-11-20 10:00 in the city, until the test sets it.
    pub clock: Arc<ManualClock>,
    base_url: String,
    server: ServerHandle,
    database: Database,
    jobs_may_stay: bool,
    feed_may_be_wrong: AtomicBool,
    store: BlobsConfig,
    blobs: TempDir,
}

/// What a test may want otherwise.
#[derive(Default)]
struct Setup {
    metrics: Metrics,
    public_url: Option<String>,
    store: Option<BlobsConfig>,
    gives_addresses: bool,
}

/// A further server, gone when dropped.
pub struct Beside {
    base_url: String,
    server: ServerHandle,
}

impl Beside {
    /// Someone who has not logged in there.
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

/// Serves on a free port; answers under which URL.
fn serve(svc: &Services, options: server::Options) -> (String, ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener
        .local_addr()
        .expect("a bound socket has an address");
    let running = server::run(listener, svc.clone(), options).expect("the server starts");
    let handle = running.handle();
    tokio::spawn(running);
    (format!("http://{address}"), handle)
}

impl TestApp {
    /// A server whose database has its tables and nothing more.
    pub async fn empty() -> Self {
        Self::over(Database::empty().await, Setup::default()).await
    }

    /// A server that gives its metrics, `xuncha_test 1`, to this host and to readers with the token.
    pub async fn with_metrics(token: Option<&str>, behind_proxy: bool) -> Self {
        let metrics = Metrics {
            render: Some(Arc::new(|| "xuncha_test 1\n".to_owned())),
            token: token.map(str::to_owned),
            behind_proxy,
        };
        let setup = Setup {
            metrics,
            ..Setup::default()
        };
        Self::over(Database::empty().await, setup).await
    }

    /// A server with the demo city: its districts, units, catalogue, calendar, points and accounts.
    pub async fn demo() -> Self {
        Self::over(Database::demo().await, Setup::default()).await
    }

    /// The same, with its photos in another store than a folder of its own.
    pub async fn demo_on(store: BlobsConfig) -> Self {
        let setup = Setup {
            store: Some(store),
            ..Setup::default()
        };
        Self::over(Database::demo().await, setup).await
    }

    /// The same, with an object store that hands photos out itself.
    pub async fn demo_giving_addresses(store: BlobsConfig) -> Self {
        let setup = Setup {
            store: Some(store),
            gives_addresses: true,
            ..Setup::default()
        };
        Self::over(Database::demo().await, setup).await
    }

    /// The same, reached under this URL as far as it knows.
    pub async fn demo_at(public_url: &str) -> Self {
        let setup = Setup {
            public_url: Some(public_url.to_owned()),
            ..Setup::default()
        };
        Self::over(Database::demo().await, setup).await
    }

    async fn over(database: Database, setup: Setup) -> Self {
        runtime::on(async move {
            let clock = Arc::new(ManualClock::default());
            let blobs = tempfile::tempdir().expect("a temporary folder");
            let store = setup
                .store
                .unwrap_or_else(|| BlobsConfig::Folder(blobs.path().to_owned()));
            let mut photos = open(&store);
            if setup.gives_addresses {
                photos = photos.giving_addresses().expect("an object store");
            }
            let svc = services(database.url(), Arc::clone(&clock), photos);
            let options = server::Options {
                workers: 1,
                metrics: setup.metrics,
                public_url: setup.public_url,
            };
            let (base_url, server) = serve(&svc, options);
            Self {
                svc,
                clock,
                base_url,
                server,
                database,
                jobs_may_stay: false,
                feed_may_be_wrong: AtomicBool::new(false),
                store,
                blobs,
            }
        })
        .await
    }

    /// Another server on the same database and the same photos, which shares nothing else with this one.
    pub async fn beside(&self) -> Beside {
        let (url, store) = (self.database.url().to_owned(), self.store.clone());
        let clock = Arc::clone(&self.clock);
        runtime::on(async move {
            let svc = services(&url, clock, open(&store));
            let options = server::Options {
                workers: 1,
                ..server::Options::default()
            };
            let (base_url, server) = serve(&svc, options);
            Beside { base_url, server }
        })
        .await
    }

    /// `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Where its database is.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Where the photos lie.
    pub fn blobs_folder(&self) -> &std::path::Path {
        self.blobs.path()
    }

    /// Someone who has not logged in.
    pub fn client(&self) -> Client {
        Client::new(&self.base_url)
    }

    /// Someone of the demo city, logged in.
    pub async fn login(&self, username: &str) -> Client {
        self.client().login(username).await
    }

    /// Runs every job that is due by the test's clock, and those that they enqueue.
    pub async fn run_jobs(&self) -> Counts {
        let svc = self.svc.clone();
        runtime::on(async move { runner::run_due(&svc).await })
            .await
            .expect("the queue answers")
    }

    /// A connection of the test's own.
    pub async fn sql(&self) -> Conn {
        let url = self.database.url().to_owned();
        runtime::on(async move { Conn::establish(&url).await })
            .await
            .expect("the test's database answers")
    }

    /// The rows of a query as JSON objects: `app.rows("SELECT state FROM tickets")`.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        rows(&mut self.sql().await, query).await
    }

    /// Runs statements, such as those that spoil something.
    pub async fn execute(&self, statements: &str) {
        use diesel_async::SimpleAsyncConnection as _;
        self.sql()
            .await
            .batch_execute(statements)
            .await
            .unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// For a test about jobs that fail: they may stay behind.
    pub fn let_jobs_stay(&mut self) {
        self.jobs_may_stay = true;
    }

    /// For a test that spoils what phones are told of tickets, or makes tickets by SQL.
    pub fn let_feed_be_wrong(&self) {
        self.feed_may_be_wrong.store(true, Ordering::Relaxed);
    }

    /// Ends the test: no job may be left, and phones must be told of tickets as they are. Dropping does the same.
    pub async fn finish(self) {
        drop(self);
    }

    fn left(&self, what: &'static str) -> Vec<Value> {
        let url = self.database.url().to_owned();
        runtime::block_on(async move {
            let mut conn = Conn::establish(&url)
                .await
                .expect("the test's database answers");
            rows(&mut conn, what).await
        })
    }
}

const JOBS: &str = "SELECT kind, payload, attempts, last_error FROM jobs";

/// Readers of tickets who were not told, or not of this version, and those who were told and are none.
const UNTOLD: &str = "\
SELECT coalesce(r.ticket_id, f.entity_id) AS ticket, r.scope AS reader, f.scope AS told, t.rev, f.rev AS told_rev \
  FROM (SELECT DISTINCT ticket_id, scope FROM ticket_readers) AS r \
  FULL JOIN (SELECT entity_id, scope, rev FROM sync_feed WHERE entity = 'tickets' AND state = 'present') AS f \
         ON f.entity_id = r.ticket_id AND f.scope = r.scope \
  LEFT JOIN tickets t ON t.id = r.ticket_id \
 WHERE r.scope IS NULL OR f.scope IS NULL OR t.rev <> f.rev";

impl Drop for TestApp {
    fn drop(&mut self) {
        // The command is sent at once; nobody needs to wait for its end.
        drop(self.server.stop(false));
        if std::thread::panicking() {
            return;
        }
        if !self.feed_may_be_wrong.load(Ordering::Relaxed) {
            let untold = self.left(UNTOLD);
            assert!(
                untold.is_empty(),
                "phones hold other tickets than they should: {untold:#?}"
            );
        }
        if self.jobs_may_stay {
            return;
        }
        let left = self.left(JOBS);
        assert!(
            left.is_empty(),
            "jobs are left at the end of the test (call app.run_jobs().await, or app.let_jobs_stay()): {left:#?}"
        );
    }
}

/// The name that an account logs in with, by its id or by that of a pseudonym.
pub async fn username_of(app: &TestApp, account_id: &str) -> String {
    let rows = app
        .rows(&format!(
            "SELECT username FROM accounts WHERE id = '{account_id}' \
                OR id = (SELECT account_id FROM pseudonyms WHERE id = '{account_id}')"
        ))
        .await;
    let name = rows.first().and_then(|row| row.get("username")?.as_str());
    name.expect("an account").to_owned()
}

/// What the office knows an inspector by outside of rounds: the pseudonym's id.
pub async fn pseudonym_of(app: &TestApp, username: &str) -> String {
    let rows = app
        .rows(&format!(
            "SELECT p.id FROM pseudonyms p JOIN accounts a ON a.id = p.account_id \
              WHERE a.username = '{username}' AND p.round_id IS NULL"
        ))
        .await;
    let id = rows.first().and_then(|row| row.get("id")?.as_str());
    id.expect("an inspector").to_owned()
}

/// Fills the template of the demo city.
async fn load_demo(database_url: &str) {
    let blobs = tempfile::tempdir().expect("a temporary folder");
    let store = BlobsConfig::Folder(blobs.path().to_owned());
    let svc = services(database_url, Arc::default(), open(&store));
    let loaded = demo::load(&svc, &|_, _| ()).await;
    assert!(loaded.expect("the demo city loads"));
}

fn open(store: &BlobsConfig) -> Blobs {
    install_tls_provider();
    Blobs::open(store).expect("a folder, or a store that need not answer yet")
}

/// Everything cheap and local.
fn services(database_url: &str, clock: Arc<ManualClock>, blobs: Blobs) -> Services {
    let cheap = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };
    let keys = [SigningKey {
        kid: "test".to_owned(),
        secret: vec![7; 32],
    }];
    Services::new(Parts {
        database: pool::Database {
            url: database_url.to_owned(),
            pool_size: POOL_SIZE,
        },
        clock,
        blobs,
        images: Images::new(2),
        passwords: Passwords::new(cheap, 2, Duration::from_secs(10))
            .expect("Argon2 takes this cost"),
        tokens: TokenSigner::new(&keys, "xuncha", "xuncha").expect("a key that is long enough"),
        refresh_key: RefreshKey::new(&[9; 32]).expect("a key that is long enough"),
        sealer: Sealer::new(&[9; 32]),
        capabilities: Capabilities::new(&keys).expect("a key"),
        audit_keys: AuditKeys::of_seeds(&[vec![11; 32]]).expect("a seed"),
        turns: Turns::default(),
        webhooks: Webhooks::new(Reach::Private),
        demo: true,
        reference: ReferenceCache::new(),
        throttle: LoginThrottle::new(),
    })
}
